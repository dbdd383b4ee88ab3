"""A course's file becomes a folder of tracks and handouts, whole or not at all. The hum speaks."""

import hashlib
import json
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mettavox import assets, course, units
from mettavox.beside import SUFFIXES
from mettavox.codecs import decode
from mettavox.errors import (
    DurationError,
    EngineError,
    MettavoxError,
    OutputError,
    RequestError,
    ScriptError,
    VoiceError,
)
from mettavox.site import building

pytestmark = pytest.mark.usefixtures("small_covers")

SCRIPT = """\
---
title: {title}
language: en
minutes: {{shortest: 0.1, typical: 1, longest: 5}}
slots: [{slots}]
---
# Welcome {{keep}}
Hello{name}. This is a short rest.
! You can stop at any time.
Feel what holds you up.
(rest)
Hear one sound.
(rest)

# Return {{keep}} {{fixed}}
All is well.

> {note}
> Never while you drive.
"""

COURSE = """\
title = "Short rests"
language = "en"
about = "Two sessions."

[options]
name = "Zebedee"
voice = "hum"
bed = "none"

[[session]]
week = 1
title = "Begin — très kindly!"
aim = "To rest."
read = ["One.", "Two."]
carry = ["A breath."]
write = "What is rest?"
[[session.track]]
script = "rest.md"
duration = "40s"
role = "core"
note = "Once a day."
[[session.track]]
script = "pause.md"
minutes = 0.75
role = "micro"

[[session]]
week = 2
title = "Go on"
aim = "To rest again."
[[session.track]]
script = "rest.md"
duration = "40s"
[[session.track]]
script = "rest.md"
duration = "40s"
options = {closing = "day"}
role = "bonus"
"""

Written = Callable[..., Path]


@pytest.fixture
def written(tmp_path: Path) -> Written:
    """``written(text)``: a course's file with that text, and two scripts of its own beside it."""

    def write(text: str = COURSE) -> Path:
        (tmp_path / "rest.md").write_text(
            SCRIPT.format(title="A rest", slots="name, closing", name="{{ name }}", note="A rest helps.")
        )
        (tmp_path / "pause.md").write_text(SCRIPT.format(title="A pause", slots="", name="", note="A pause helps."))
        path = tmp_path / "short-rests.toml"
        path.write_text(text, "utf-8")
        return path

    return write


def load(path: Path, **options: Any) -> course.Course:
    """The course in a file; its scripts are too small to pass the rules, and are not tried unless asked."""
    return course.load(str(path), **{"lint": False, **options})


def refused(path: Path, **options: Any) -> MettavoxError:
    with pytest.raises(MettavoxError) as raised:
        load(path, **options)
    return raised.value


PAGES = ("index.html", "1-begin-tres-kindly/handout.html", "2-go-on/handout.html", "course.json")


def left(folder: Path) -> list[str]:
    return sorted(entry.relative_to(folder).as_posix() for entry in folder.rglob("*"))


# --- reading ---


def test_a_course_is_read_with_its_sessions_and_tracks(written: Written) -> None:
    """Each in its place, with the length and the name of its script."""
    read = load(written())
    assert read.id == "short-rests"
    assert (read.pages.title, read.pages.language, read.pages.about) == ("Short rests", "en", ("Two sessions.",))
    first, second = read.pages.sessions
    assert (first.week, first.title, first.aim) == (1, "Begin — très kindly!", "To rest.")
    assert (first.read, first.carry, first.write) == (("One.", "Two."), ("A breath.",), ("What is rest?",))
    assert [(each.title, each.seconds, each.role, each.note) for each in first.tracks] == [
        ("A rest", 40, "core", "Once a day."),
        ("A pause", 45, "micro", ""),
    ]
    assert (second.read, second.carry, second.write) == ((), (), ())
    assert second.tracks[0].role == "core"
    assert (read.pages.seconds, read.track_count) == (165, 4)


def test_files_are_named_after_session_script_and_length(written: Written) -> None:
    """In plain letters; the same twice in a session is told apart."""
    assert [track.path for tracks in load(written()).tracks for track in tracks] == [
        "1-begin-tres-kindly/rest-40s.mp3",
        "1-begin-tres-kindly/pause-45s.mp3",
        "2-go-on/rest-40s.mp3",
        "2-go-on/rest-40s-2.mp3",
    ]


def test_a_file_s_ending_says_its_format(written: Written) -> None:
    """In a course as elsewhere: a player goes by the name."""
    text = COURSE.replace("[options]", '[options]\nformat = "flac"')
    text = text.replace('{closing = "day"}', '{closing = "day", format = "wav"}')
    assert [track.path for tracks in load(written(text)).tracks for track in tracks] == [
        "1-begin-tres-kindly/rest-40s.flac",
        "1-begin-tres-kindly/pause-45s.flac",
        "2-go-on/rest-40s.flac",
        "2-go-on/rest-40s-2.wav",
    ]


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("Kind wishes", "kind-wishes"),
        ("  ¿Qué —necesitas? ", "que-necesitas"),
        ("../../etc/passwd", "etc-passwd"),
        ("con: a\\b*c|d", "con-a-b-c-d"),
        ("慈しみ", "慈しみ"),
        ("…", ""),
        ("a" * 300, "a" * 50),
    ],
)
def test_a_title_becomes_a_name_that_any_disk_can_have(title: str, name: str) -> None:
    """Never a path, and never too long."""
    assert units.name_of(title) == name


def test_options_for_every_track_go_where_there_is_a_place_for_them(written: Written) -> None:
    """A script that takes no name goes without; a track's own options go over the course's."""
    text = COURSE.replace('voice = "hum"', 'voice = "hum"\nclosing = "work"\nexperience = "beginner"')
    (rest, pause), (_, again) = load(written(text)).tracks
    assert rest.prepared.request.listener.name is not None
    assert rest.prepared.request.closing == "work"
    assert pause.prepared.request.listener.name is None
    assert pause.prepared.request.listener.experience == "beginner"
    assert again.prepared.request.closing == "day"


def test_a_track_without_a_length_has_its_script_s_own(written: Written) -> None:
    """As everywhere."""
    read = load(written(COURSE.replace('duration = "40s"\nrole = "core"', 'role = "core"')))
    assert read.pages.sessions[0].tracks[0].seconds == 60


def test_voice_and_language_can_be_given_instead_of_the_file_s(written: Written) -> None:
    """For every track, whatever it says."""
    text = COURSE.replace('closing = "day"', 'voice = "calm"')
    assert {track.prepared.voice.id for tracks in load(written(text)).tracks for track in tracks} == {"hum", "system"}
    read = load(written(text), voice="hum")
    assert {track.prepared.voice.id for tracks in read.tracks for track in tracks} == {"hum"}
    spanish = COURSE.replace('"rest.md"\nduration = "40s"', '"validation"').replace('"pause.md"', '"validation"')
    read = load(written(spanish.replace("minutes = 0.75", "").replace('name = "Zebedee"', "")), language="es")
    assert read.pages.language == read.tracks[0][0].prepared.script.head.language == "es"
    assert read.words["week"] == "Semana {number}"


def test_lines_for_paper_are_told_once_in_a_session(written: Written) -> None:
    """Those of all its scripts first."""
    first, second = load(written()).pages.sessions
    assert [(notes.titles, notes.lines) for notes in first.notes] == [
        ((), ("Never while you drive.",)),
        (("A rest",), ("A rest helps.",)),
        (("A pause",), ("A pause helps.",)),
    ]
    assert [notes.lines for notes in second.notes] == [("A rest helps.", "Never while you drive.")]


def test_courses_are_found_by_their_id(tmp_path: Path, written: Written) -> None:
    """In a folder that is given first, in the user's own, in any language; never by a path."""
    path = written(COURSE.replace(".md", "")).rename(tmp_path / "short.toml")
    for folder in (tmp_path / "given" / "es", assets.own_folder("scripts") / "en"):
        (folder / "courses").mkdir(parents=True)
        shutil.copy(path, folder / "courses")
        for name in ("rest.md", "pause.md"):
            shutil.copy(tmp_path / name, folder)
    assert "short" in course.ids("en")
    assert course.load("short", lint=False).pages.title == "Short rests"
    assert "short" in course.ids("es", tmp_path / "given")
    for name in ("shrot", "../short", ""):
        with pytest.raises(ScriptError, match="There is no course"):
            course.load(name)
    with pytest.raises(ScriptError, match=r"no course “shrot”") as raised:
        course.load("shrot")
    assert "“short”" in raised.value.hint


# --- what is wrong with a file ---


def test_a_file_that_is_no_toml_is_named_with_its_line(written: Written) -> None:
    """And one that is not text, or not there."""
    assert refused(written('title = "x"\n[[session]\n')).message.startswith(
        "short-rests.toml, line 2: this is not TOML"
    )
    path = written()
    path.write_bytes(b"title = '\xff'")
    assert "not text in UTF-8" in refused(path).message
    assert "cannot be read" in refused(path.with_name("nowhere.toml")).message
    assert "cannot be read" in refused(path.parent / ".toml").message


# What is changed in the course; then the error's class, place, words of the message and of the hint.
Slip = tuple[tuple[str, str], type[MettavoxError], str, str, str]
SLIPS: list[Slip] = [
    (('title = "Short rests"', ""), ScriptError, "", "there is no “title”", "Add title"),
    (('language = "en"', 'language = "xx"'), RequestError, "", "no scripts in “xx”", "en"),
    (("about =", "abuot ="), ScriptError, "", "no field “abuot”", "“about”"),
    (('name = "Zebedee"', 'nmae = "Zebedee"'), RequestError, "[options]", "no option “nmae”", "“name”"),
    (('name = "Zebedee"', 'name = "Ze{bedee"'), RequestError, "[options]", "--name", "letters"),
    (('name = "Zebedee"', 'say = "zeb"'), RequestError, "[options]", "without a name", ""),
    (('name = "Zebedee"', "minutes = 3"), RequestError, "[options]", "“minutes”", "[[session.track]]"),
    (('voice = "hum"', 'voice = "huum"'), VoiceError, "[options]", "no voice “huum”", "“hum”"),
    (('voice = "hum"', 'lang = "es"'), RequestError, "[options]", "“lang”", "top of the file"),
    (("week = 2", 'week = "two"'), ScriptError, "session 2", "“week” is not a whole number", "week = 1"),
    (('title = "Go on"', ""), ScriptError, "session 2", "there is no “title”", "Add title"),
    (('aim = "To rest again."', ""), ScriptError, "session 2", "there is no “aim”", "Add aim"),
    (('read = ["One.", "Two."]', "read = 3"), ScriptError, "session 1", "“read” is not a list", "read = ["),
    (("carry =", "cary ="), ScriptError, "session 1", "no field “cary”", "“carry”"),
    (("week = 2", "week = 2\ntitle = 't'\naim = 'a'\n[[session]]\nweek = 3"), ScriptError, "session 2", "no track", ""),
    (('"pause.md"', '"puase"'), ScriptError, "session 1, track 2", "no script “puase”", ""),
    (('"pause.md"', '"puase.md"'), ScriptError, "session 1, track 2", "cannot be read", "path"),
    (('"pause.md"', "3"), ScriptError, "session 1, track 2", "“script” is not text", "script ="),
    (('"micro"', '"mirco"'), ScriptError, "session 1, track 2", "“role” has no “mirco”", "“micro”"),
    (("minutes = 0.75", "minutes = 0.01"), DurationError, "session 1, track 2", "shorter than", ""),
    (("minutes = 0.75", "minutes = 600"), DurationError, "session 1, track 2", "longer than", ""),
    (("minutes = 0.75", 'minutes = "ten"'), RequestError, "session 1, track 2", "not a number of minutes", "10"),
    (("minutes = 0.75", 'minutes = 1\nduration = "1m"'), RequestError, "session 1, track 2", "both set", "Leave one"),
    (("minutes = 0.75", "minute = 2"), ScriptError, "session 1, track 2", "no field “minute”", "“minutes”"),
    (('closing = "day"', 'closing = "dya"'), RequestError, "session 2, track 2", "--closing has no", "“day”"),
    (('closing = "day"', 'clsing = "day"'), RequestError, "session 2, track 2", "no option “clsing”", "“closing”"),
    (('closing = "day"', 'anchor = "none"'), RequestError, "session 2, track 2", "no place for --anchor", "closing"),
    (('closing = "day"', 'include = ["difficult"]'), DurationError, "session 2, track 2", "difficult", "10"),
    (('closing = "day"', "gentle = 7"), RequestError, "session 2, track 2", "yes or no", "yes"),
    (('closing = "day"', 'script = "x"'), RequestError, "session 2, track 2", "“script”", "[[session.track]]"),
    (('{closing = "day"}', "3"), ScriptError, "session 2, track 2", "“options” is not a table", "options ="),
]


@pytest.mark.parametrize("slip", SLIPS, ids=[slip[0][1][:30] for slip in SLIPS])
def test_a_slip_is_named_with_its_place(written: Written, slip: Slip) -> None:
    """File, session and track; with what to write instead. Only one thing is wrong, and only one is told."""
    change, kind, place, words, hint = slip
    assert COURSE.count(change[0]) == 1
    error = refused(written(COURSE.replace(*change)))
    assert isinstance(error, kind)
    assert error.message.startswith(f"short-rests.toml, {place}: " if place else "short-rests.toml: "), error.message
    assert words in error.message
    assert hint in error.hint
    assert "\n" not in error.hint
    assert "bedee" not in error.message + error.hint


def test_every_problem_is_told_at_once(written: Written) -> None:
    """In the order of the file, each with its place."""
    text = COURSE.replace('"pause.md"', '"puase"').replace('closing = "day"', 'closing = "dya", anchr = "x"')
    error = refused(written(text.replace("week = 2", "")))
    assert isinstance(error, ScriptError)
    assert error.message == "short-rests.toml, session 1, track 2: There is no script “puase” in “en”."
    _, more, *others = error.hint.splitlines()
    assert more == "And 3 more:"
    assert [line.split(":")[0] for line in others] == [
        "short-rests.toml, session 2",
        "short-rests.toml, session 2, track 2",
        "short-rests.toml, session 2, track 2",
    ]


def test_scripts_have_to_pass_their_rules(written: Written) -> None:
    """As for a single track; and here before the first is made."""
    error = refused(written(), lint=True)
    assert isinstance(error, ScriptError)
    assert error.message.startswith("short-rests.toml, session 1, track 1: rest.md, line ")
    assert error.hint.count("short-rests.toml, session") == 3


def test_a_course_without_sessions_is_none(written: Written) -> None:
    """With the heading to write."""
    error = refused(written('title = "x"\nlanguage = "en"\n'))
    assert "there is no session" in error.message
    assert "[[session]]" in error.hint


# --- building ---


@pytest.fixture(scope="module")
def built(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A course with a name in it, built once."""
    folder = tmp_path_factory.mktemp("course")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METTAVOX_CACHE", str(folder / "cache"))
        (folder / "rest.md").write_text(
            SCRIPT.format(title="A rest", slots="name, closing", name="{{ name }}", note="A rest helps.")
        )
        (folder / "pause.md").write_text(SCRIPT.format(title="A pause", slots="", name="", note="A pause helps."))
        (folder / "short-rests.toml").write_text(COURSE, "utf-8")
        course.build(load(folder / "short-rests.toml"), folder / "out")
    return folder


def test_a_course_is_a_folder_of_tracks_and_pages(built: Path) -> None:
    """All that it should hold, each track with the files beside it, and nothing beside that."""
    beside = [name for name in left(built / "out") if not name.endswith((*SUFFIXES,)) or name in PAGES]
    for track in (built / "out").rglob("*.mp3"):
        assert all(track.with_name(track.stem + suffix).is_file() for suffix in SUFFIXES)
    assert len(left(built / "out")) == len(beside) + 4 * len(SUFFIXES)
    assert beside == [
        "1-begin-tres-kindly",
        "1-begin-tres-kindly/handout.html",
        "1-begin-tres-kindly/pause-45s.mp3",
        "1-begin-tres-kindly/rest-40s.mp3",
        "2-go-on",
        "2-go-on/handout.html",
        "2-go-on/rest-40s-2.mp3",
        "2-go-on/rest-40s.mp3",
        "course.json",
        "index.html",
    ]
    assert sorted(entry.name for entry in built.iterdir()) == [
        "cache",
        "out",
        "pause.md",
        "rest.md",
        "short-rests.toml",
    ]


def test_every_track_is_as_long_as_it_says(built: Path) -> None:
    """To the frame, as it is heard."""
    for path in (built / "out").rglob("*.mp3"):
        seconds = 45 if "pause" in path.name else 40
        assert sum(len(block) for block in decode.blocks(path, 48_000)) == seconds * 48_000


def test_the_record_says_what_there_is(built: Path) -> None:
    """Title, language, sessions, tracks with their hashes."""
    record = json.loads((built / "out" / "course.json").read_text("utf-8"))
    assert (record["title"], record["language"], record["seconds"]) == ("Short rests", "en", 165)
    assert [each["handout"] for each in record["sessions"]] == [
        "1-begin-tres-kindly/handout.html",
        "2-go-on/handout.html",
    ]
    first = record["sessions"][0]["tracks"][0]
    data = (built / "out" / first["file"]).read_bytes()
    assert first == {
        "file": "1-begin-tres-kindly/rest-40s.mp3",
        "title": "A rest",
        "script": "rest",
        "role": "core",
        "seconds": 40,
        "voice": "hum",
        "sha256": hashlib.sha256(data).hexdigest(),
        "beside": [f"1-begin-tres-kindly/rest-40s{suffix}" for suffix in SUFFIXES],
    }


def test_no_name_is_anywhere_in_the_folder(built: Path) -> None:
    """On no page, in no tag, in no record, in no file's name: only in the sound and in what is read along with it."""
    for path in (built / "out").rglob("*"):
        assert "zebedee" not in str(path).lower()
        own_page = path.suffix == ".html" and path.name not in ("handout.html", "index.html")
        if path.is_file() and not own_page and path.suffix not in (".vtt", ".srt", ".lrc", ".txt"):
            data = path.read_bytes().lower()
            assert b"zebedee" not in data
            assert "zebedee".encode("utf-16-le") not in data


def test_every_link_of_a_page_leads_to_a_file(built: Path) -> None:
    """Players, saves, handouts, neighbours."""
    import re
    from urllib.parse import unquote

    pages = [built / "out" / name for name in left(built / "out") if name in PAGES and name.endswith(".html")]
    assert len(pages) == 3
    for page in pages:
        links = re.findall(r'(?:href|src)="([^"]+)"', page.read_text("utf-8"))
        assert links
        for link in links:
            assert (page.parent / unquote(link)).is_file(), (page, link)


def test_the_same_file_makes_the_same_course(built: Path, tmp_path: Path) -> None:
    """To the byte, but for the salt of records, which is new each time that there is a name to hide."""
    course.build(load(built / "short-rests.toml"), tmp_path / "again")
    assert left(tmp_path / "again") == left(built / "out")
    for path in (built / "out").rglob("*"):
        if path.is_file() and not (path.suffix == ".json" and path.with_suffix(".mp3").is_file()):
            assert (tmp_path / "again" / path.relative_to(built / "out")).read_bytes() == path.read_bytes(), path


def test_pages_of_a_course_stand_beside_its_own_in_its_order(built: Path, tmp_path: Path) -> None:
    """Under the course's title; built again it may be replaced, with its pages, and a feed's file may not."""
    import re
    import shutil

    folder = Path(shutil.copytree(built / "out", tmp_path / "out"))
    own = (folder / "index.html").read_bytes()

    pages = building.build(folder)

    assert pages.index == folder / "library.html"
    assert (folder / "index.html").read_bytes() == own
    index = pages.index.read_text("utf-8")
    assert "<h1>Short rests</h1>" in index
    assert re.findall(r'<h2><a href="pages/([^"]+)\.html"', index) == [
        "1-begin-tres-kindly/rest-40s",
        "1-begin-tres-kindly/pause-45s",
        "2-go-on/rest-40s",
        "2-go-on/rest-40s-2",
    ]
    assert "zebedee" not in index.lower()
    again = load(built / "short-rests.toml")
    course.build(again, folder, replace=True)
    assert not (folder / "pages").exists()
    (folder / "feed.xml").write_text("<rss/>")
    with pytest.raises(OutputError, match=r"feed\.xml"):
        course.build(again, folder, replace=True)


def test_progress_tells_which_track_it_is(written: Written, tmp_path: Path) -> None:
    """From the first to the last, and how far each is; over a bed, since without one a track said again is at hand."""
    heard: list[tuple[int, str, float]] = []
    read = load(written(COURSE.replace('bed = "none"\n', "")))
    course.build(read, tmp_path / "out", progress=lambda *told: heard.append(told))
    assert list(dict.fromkeys(number for number, _, _ in heard)) == [1, 2, 3, 4]
    assert {stage for _, stage, _ in heard} >= {"encoding", "checking"}
    assert all(0 <= share <= 1 for _, _, share in heard)


def test_a_course_is_only_replaced_by_force(built: Path, written: Written, tmp_path: Path) -> None:
    """And only a course: a folder of anything else never is."""
    shutil.copytree(built / "out", tmp_path / "out")
    read = load(written())
    before = (tmp_path / "out" / "index.html").read_text("utf-8")
    with pytest.raises(OutputError, match="there already") as raised:
        course.build(read, tmp_path / "out")
    assert "--force" in raised.value.hint
    one_session = COURSE[: COURSE.index("[[session]]\nweek = 2")]
    read = load(written(one_session.replace("Short rests", "Long rests")))
    course.build(read, tmp_path / "out", replace=True)
    assert (tmp_path / "out" / "index.html").read_text("utf-8") != before
    assert not (tmp_path / "out" / "2-go-on").exists()
    for name, content in (("notes.txt", "mine"), ("course.json", "{}"), ("course.json", "[")):
        other = tmp_path / f"other-{len(content)}"
        other.mkdir()
        (other / name).write_text(content)
        with pytest.raises(OutputError, match="not made by mettavox"):
            course.build(read, other, replace=True)
        assert (other / name).read_text() == content


@pytest.mark.parametrize("error", [KeyboardInterrupt(), EngineError("The engine is broken.")])
def test_a_build_that_stops_leaves_nothing(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """In the middle of the second track."""
    path, count = written(), 0

    def speaking(number: int, stage: str, share: float) -> None:
        nonlocal count
        count = number
        if number == 2:
            raise error

    before = left(tmp_path)
    with pytest.raises(type(error)):
        course.build(load(path), tmp_path / "out", progress=speaking)
    assert count == 2
    assert left(tmp_path) == before


def test_nothing_is_spoken_before_the_whole_file_was_checked(
    written: Written, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Nor when the folder cannot be."""
    monkeypatch.setattr(course, "render", lambda *_, **__: pytest.fail("it was rendered"))
    refused(written(COURSE.replace('closing = "day"', 'closing = "dya"')))
    with pytest.raises(OutputError, match="no such folder"):
        course.build(load(written()), tmp_path / "nowhere" / "out")


# --- the bundled ones ---


BUNDLED = [(language, name) for language in course.languages() for name in course.ids(language)]


@pytest.mark.parametrize(("language", "name"), BUNDLED)
def test_a_bundled_course_can_be_built_in_its_language(language: str, name: str) -> None:
    """Every track has a plan, in the voice of the language."""
    read = course.load(name, language=language)
    assert read.pages.language == language
    assert read.pages.about
    assert all(session.tracks and session.notes for session in read.pages.sessions)
    assert [session.week for session in read.pages.sessions] == sorted(session.week for session in read.pages.sessions)
