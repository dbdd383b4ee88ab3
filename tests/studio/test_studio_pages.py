"""The studio's pages as a browser gets them: a track from the form to its files, and no name where none belongs."""

import html
import io
import logging
import os
import re
import socket
import subprocess
import sys
import wave
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
import soundfile
from studios import NAME, SHORT, Studio, running, until

from mettavox import cli
from mettavox.ask import STANDARD
from mettavox.errors import OutputError
from mettavox.studio import server
from mettavox.studio.forms import FIELDS

LARGE = ("numpy", "soundfile", "mettavox.render", "mettavox.batch", "mettavox.saying", "mettavox.studio.areas.write")
"""What makes, speaks and judges."""

ASKED = {**SHORT, "script": "loving-kindness", "name": NAME, "target": "Bartholomew", "relation": "friend"}


@pytest.fixture(scope="module")
def made(studio: Studio) -> str:
    """The path of the page of a track that is there."""
    page = studio.add(ASKED)
    studio.made(page)
    return page


def test_the_first_page_has_every_practice_and_what_it_is_for(studio: Studio) -> None:
    page = studio.get("").text
    assert page.count('name="script"') == 12
    assert "{{" not in page and "None" not in page


def test_the_first_page_and_its_plan_wait_for_nothing_that_only_others_need(tmp_path: Path) -> None:
    """They are there in half a second for that."""
    program = (
        "import sys\nfrom pathlib import Path\nfrom studios import SHORT, running\n"
        "with running(Path(sys.argv[1])) as studio:\n"
        "    assert studio.get('').status == 200 and studio.post('plan', SHORT).json()['good']\n"
        f"print('large:', *(name for name in {LARGE!r} if name in sys.modules))"
    )
    paths = os.pathsep.join([str(Path(__file__).parent), *sys.path])
    asked = [sys.executable, "-c", program, str(tmp_path)]
    done = subprocess.run(
        asked, check=True, capture_output=True, text=True, timeout=60, env={**os.environ, "PYTHONPATH": paths}
    )
    assert done.stdout.splitlines()[-1:] == ["large:"], done.stderr


def test_an_area_that_several_tabs_ask_for_first_is_there_for_all(tmp_path: Path) -> None:
    areas = ["tracks", "record", "write", "many", "voices", "settings"] * 2
    with running(tmp_path) as studio, ThreadPoolExecutor(len(areas)) as tabs:
        assert [answer.status for answer in tabs.map(studio.get, areas)] == [200] * len(areas)
        assert studio.get("sets").status == studio.get("Write").status == 404


def test_the_form_as_it_opens_makes_every_practice(studio: Studio) -> None:
    """Also without JavaScript, which hides what a practice has no place for."""
    for practice in re.findall(r'<input type="radio"[^>]*>', studio.get("").text):
        name, minutes = (re.search(rf'{key}="([^"]+)"', practice)[1] for key in ("value", "data-typical"))
        form = {each: str(STANDARD[each] or "") for each in FIELDS} | {"script": name, "minutes": minutes}
        assert studio.post("plan", form).json()["good"], name


def test_the_language_is_the_one_that_the_browser_asks_for(tmp_path: Path) -> None:
    with running(tmp_path) as studio:
        assert '<html lang="es"' in studio.get("", accept_language="fr, es-MX;q=0.9, en;q=0.5").text
        assert '<html lang="en"' in studio.get("", accept_language="fr").text
        assert '<html lang="es"' in studio.get("?lang=es").text
        assert '<html lang="es"' in studio.get("tracks", accept_language="en").text  # chosen for good


def test_a_name_is_heard_in_the_voice(studio: Studio) -> None:
    answer = studio.post("say", {"text": NAME, "say": "so-RAI-da", "voice": "hum", "lang": "en"})
    assert answer.headers["content-type"] == "audio/wav"
    with wave.open(io.BytesIO(answer.body)) as sound:
        assert sound.getnframes() > sound.getframerate() // 2
    for text in ("", "   ", "x" * 5000):
        refused = studio.post("say", {"text": text, "voice": "hum"})
        assert refused.status == 422
        assert "Traceback" not in refused.text


def test_a_line_is_heard_as_it_will_be_in_the_track(studio: Studio) -> None:
    """With the name as it was respelled, which makes the line longer here; and nothing but a line is."""

    def frames(**more: str) -> int:
        answer = studio.post("line", {**SHORT, "name": NAME, "place": "0", **more})
        assert answer.headers["content-type"] == "audio/wav", answer.text
        with wave.open(io.BytesIO(answer.body)) as sound:
            return sound.getnframes()

    assert frames(say="zo-RAI-da of a long and winding road") > frames() + 24_000
    planned = studio.post("plan", SHORT).json()["html"]
    words = re.search(r'class="play" data-place="0".*?</button><span>(.*?)</span>', planned)
    assert studio.post("line", {**SHORT, "place": "0", "words": html.unescape(words[1])}).status == 200
    others = ("", "-1", "999", "x", "1e3", "../0", "9" * 5000, "٣")
    for place, other in (*((place, "") for place in others), ("0", "What stood there before."), ("1", words[1])):
        answer = studio.post("line", {**SHORT, "place": place, "words": other})
        assert answer.status == 422
        assert answer.json()["message"] == "There is no such line any more."


def test_a_track_is_played_in_parts_and_saved(studio: Studio, made: str) -> None:
    page = studio.get(made).text
    for suffix in (".mp3", ".txt", ".html", ".vtt", ".srt"):
        assert f"{made}/file{suffix}" in page
        whole = studio.get(f"{made}/file{suffix}?save")
        assert whole.status == 200
        assert whole.headers["content-disposition"] == f'attachment; filename="loving-kindness-1m{suffix}"'
        assert whole.body == (studio.output / f"loving-kindness-1m{suffix}").read_bytes()
    part = studio.get(f"{made}/file.mp3", range="bytes=100-299")
    assert (part.status, len(part.body)) == (206, 200)
    assert soundfile.info(io.BytesIO(studio.get(f"{made}/file.mp3").body)).frames == 60 * 48_000


def test_every_choice_of_the_form_is_in_the_track(studio: Studio) -> None:
    """And in the form of another one like it."""
    chosen = {
        **SHORT, "script": "loving-kindness", "minutes": "12", "intention": "I rest for a while.", "breath": "soft",
        "wishes": "be at peace\nbe held", "tone": "warm", "include.difficult": "on", "profile": "library",
        "format": "opus", "breath-tones": "on", "duck": "on", "pause-guard": "on", "disclose": "on", "fill": "system",
        "day": "1", "relation": "friend", "bed": "rain",
    }  # fmt: skip
    planned = studio.post("plan", {**chosen, "breath": ""}).json()
    assert planned["good"], planned["html"]
    assert "May I be at peace." in planned["html"] and "I rest for a while." in planned["html"]
    page = studio.add({**chosen, "breath": "", "minutes": "10"})
    again = studio.get(f"?again={page.removeprefix('tracks/')}").text
    for sign in (
        'value="I rest for a while."', ">be at peace\nbe held</textarea>", 'value="opus" selected',
        'value="library" selected', 'value="system" selected', 'name="duck" checked',
        'name="include.difficult" checked',
    ):  # fmt: skip
        assert sign in again, sign
    studio.post(f"{page}/cancel")


def test_a_track_of_before_is_heard_and_another_like_it_is_made(tmp_path: Path) -> None:
    """Its choices are there again; the name is not, since the next one may be for somebody else."""
    with running(tmp_path) as first:
        first.made(first.add({**ASKED, "closing": "day", "gentle": "on"}))
    record = tmp_path / "output" / "loving-kindness-1m.json"
    asked = record.read_text("utf-8").replace('"closing": "day"', '"closing": "day", "include": ["difficult"]')
    record.write_text(asked, "utf-8")  # which takes a longer track
    (tmp_path / "output" / "loving-kindness-1m.mp3").rename(tmp_path / "output" / "loving-kindness-1m.MP3")
    (tmp_path / "output" / "broken.mp3").write_bytes(b"no sound")
    (tmp_path / "output" / "broken.json").write_text("{", "utf-8")
    (tmp_path / "output" / "library").mkdir()
    with running(tmp_path) as second:
        listed = second.get("tracks").text
        (page,) = set(re.findall(r"tracks/[0-9a-f]+", listed))
        assert "loving-kindness-1m.MP3" in listed and "broken" not in listed
        text = second.get(page).text
        checks = second.get(f"{page}/checks").text
        assert checks.count("<tr>") > 10 and "does not hold" not in checks
        assert second.get(f"{page}/file.MP3").body == (tmp_path / "output" / "loving-kindness-1m.MP3").read_bytes()
        again = second.get(f"?again={page.removeprefix('tracks/')}").text
        assert re.search(r'value="loving-kindness" checked', again)
        assert re.search(r'<option value="day" selected', again) and re.search(r'name="gentle" checked', again)
        assert 'data-chosen="1"' in again and 'name="include.difficult" checked' in again
        assert NAME not in listed + text + again
        assert second.get("tracks/0123456789abcdef").status == 404


def test_only_files_of_tracks_have_an_address(studio: Studio, made: str) -> None:
    """Not the record, not a neighbour, not what is kept."""
    (studio.output / "diary.txt").write_text("mine", "utf-8")
    for path in ("file.json", "file.py", "file.mp3.bak", "file", "file.", "file.mp3/x", "diary.txt", "file%00.mp3",
                 "file/../diary.txt", "file..%2fdiary.txt", "file%2e%2e%2fdiary.txt"):  # fmt: skip
        assert studio.get(f"{made}/{path}").status == 404, path
    for path in ("tracks/0123456789abcdef", "output/diary.txt", "diary.txt", f"{made}x", made.upper()):
        assert studio.get(path).status == 404, path


def test_a_track_whose_file_is_gone_says_so(studio: Studio) -> None:
    before = {*studio.output.glob("*.mp3")}  # other tests make such tracks, too
    page = studio.add(SHORT)
    studio.made(page)
    (own,) = {*studio.output.glob("*.mp3")} - before
    own.unlink()
    assert studio.get(page).status == 200
    assert "<audio" not in studio.get(page).text
    assert studio.get(f"{page}/file.mp3").status == 404


def test_again_has_the_same_choices(studio: Studio, made: str) -> None:
    page = studio.get(f"?again={made.removeprefix('tracks/')}").text
    assert f'value="{NAME}"' in page and 'value="Bartholomew"' in page
    assert re.search(r'value="loving-kindness" checked', page)
    assert '<option value="none" selected>' in page


def test_what_was_begun_is_there_again_until_it_is_made_or_begun_afresh(studio: Studio, made: str) -> None:
    """One for all tabs, the newest; also what cannot be made yet. What was only opened is nothing begun."""
    studio.post("afresh")
    studio.post("plan", ASKED)
    assert NAME not in studio.get("").text
    typed = {**ASKED, "name": f"{NAME}<7>", "include.difficult": "on", "minutes": "12"}
    studio.post("plan?typed&", ASKED)
    assert studio.post("begun?", typed).status == 204
    page = studio.get("").text
    assert f'value="{NAME}&lt;7&gt;"' in page and "What you had begun is here again" in page
    assert 'data-chosen="12"' in page and 'name="include.difficult" checked' in page
    assert studio.post("tracks", typed).status == 422
    assert "is here again" in studio.get("").text
    other = studio.get("?script=grounding").text  # asked for by itself
    assert "still there" in other and NAME not in other
    assert "is here again" in studio.get("?lang=en").text

    again = f"?again={made.removeprefix('tracks/')}"
    studio.post(f"plan{again}&typed", {**ASKED, "name": "Ana"})
    for address in (again, ""):  # going back to it, and going to the form
        assert 'value="Ana"' in studio.get(address).text
    assert studio.post("afresh").headers["location"] == f"/{studio.key}/"
    assert f'value="{NAME}"' in studio.get(again).text
    studio.post("begun?page=mine", ASKED)  # no page makes up such a name
    for page, is_left in (("other", True), ("mine", False)):  # what is made on another page is not what was begun here
        track = studio.post(f"tracks?page={page}", {**SHORT, "minutes": "2"}).headers["location"]
        studio.post(f"{track.removeprefix(f'/{studio.key}/')}/cancel")
        left = studio.get("").text
        assert (NAME in left) is is_left and ("tracks?page=mine" in left) is is_left  # the page goes on with it


def test_what_was_begun_is_in_the_language_of_the_pages_unless_it_is_in_another(tmp_path: Path) -> None:
    def lang() -> str:
        return re.search(r'name="lang" value="(\w+)"', studio.get("").text)[1]

    with running(tmp_path) as studio:
        studio.post("begun", {**SHORT, "lang": "en", "name": NAME})
        assert lang() == "en"
        assert f'value="{NAME}"' in studio.get("?lang=es").text and lang() == "es"
        studio.post("begun", {**SHORT, "lang": "en"})
        assert lang() == "en"
        studio.post("begun", {"lang": "xx", "script": "../x", "voice": "none"})
        assert lang() == "es"


def test_the_voice_that_is_shown_is_the_one_that_speaks(studio: Studio) -> None:
    """The usual one is chosen by its name, and what is said where nobody chooses one is said of it."""
    studio.post("afresh")
    page = studio.get("").text
    assert re.findall(
        r'<select id="voice" name="voice"><option value="(\w+)" selected>[^<]*, the usual one</option>', page
    ) == ["system"]
    form = {key: value for key, value in SHORT.items() if key != "voice"}
    usual, named = (studio.post("plan", {**form, "voice": voice}).text for voice in ("", "system"))
    assert usual == named and "plain voice" in usual


def test_an_english_track_made_again_from_spanish_pages_stays_english(tmp_path: Path) -> None:
    with running(tmp_path) as studio:
        page = studio.add(SHORT)
        again = studio.get(f"?lang=es&again={page.removeprefix('tracks/')}").text
        assert '<html lang="es"' in again
        assert '<input type="hidden" name="lang" value="en">' in again
        assert '<input type="hidden" name="lang" value="es">' in studio.get("").text


def test_progress_comes_as_it_is_made_and_ends(studio: Studio) -> None:
    page = studio.add(SHORT)
    answer = studio.get(f"{page}/progress")
    assert answer.headers["content-type"].startswith("text/event-stream")
    events = [each.removeprefix("data: ").split("\t") for each in answer.text.strip().split("\n\n")]
    assert all(len(event) == 3 for event in events)
    assert events[-1][0] == "made"
    shares = [float(share) for state, share, _ in events if state == "working"]
    assert all(0 <= share <= 1 for share in shares)


def test_nothing_of_a_person_is_in_an_address_a_log_or_a_file_elsewhere(
    tmp_path: Path, own_folders: Path, caplog: pytest.LogCaptureFixture, capfd: pytest.CaptureFixture[str]
) -> None:
    caplog.set_level(logging.DEBUG)
    with running(tmp_path) as studio:
        page = studio.add(ASKED)
        studio.post("plan", ASKED)
        studio.post("say", {"text": NAME, "voice": "hum"})
        shown = studio.made(page)
        studio.post("tracks", {**ASKED, "minutes": "900"})
        for text in (page, studio.get("tracks").text, shown.text, str(shown.headers)):
            assert NAME not in text
    assert NAME not in caplog.text
    assert NAME not in "".join(capfd.readouterr())
    there = [path for folder in (tmp_path, own_folders) for path in folder.rglob("*") if path.is_file()]
    assert there
    with_it = {path.name for path in there if NAME.encode() in path.read_bytes()}
    assert with_it <= {f"loving-kindness-1m{suffix}" for suffix in (".txt", ".html", ".vtt", ".srt", ".lrc", ".mp3")}
    assert [path for path in there if NAME in path.name] == []


def test_tracks_from_several_pages_are_all_made(studio: Studio) -> None:
    pages = [studio.add(SHORT) for _ in range(2)]
    assert len(set(pages)) == 2
    assert all("<audio" in studio.made(page).text for page in pages)
    names = {
        re.search(r"grounding-1m(-\d+)?\.mp3", studio.get(f"{page}/file.mp3").headers["content-disposition"])
        for page in pages
    }
    assert len({found[0] for found in names if found}) == 2


def test_one_is_cancelled_from_its_page(studio: Studio) -> None:
    page = studio.add({**ASKED, "minutes": "20"})
    assert studio.post(f"{page}/cancel").headers["location"].endswith("/tracks")
    until(lambda: studio.get(page).text, lambda text: "<p>cancelled</p>" in text)
    assert studio.post("tracks/0123456789abcdef/cancel").status == 303
    assert studio.post("tracks/0123456789abcdef/go-on").status == 303


def test_a_port_that_is_taken_is_told(studio: Studio, capsys: pytest.CaptureFixture[str]) -> None:
    assert cli.run(["studio", "--no-browser", "--port", str(studio.port)]) == 2
    assert f"Port {studio.port} cannot be had" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setitem(sys.modules, "uvicorn", None)
    assert cli.run(["studio", "--no-browser"]) == 2
    assert "mettavox[studio]" in capsys.readouterr().err


def test_a_second_studio_is_refused(studio: Studio, tmp_path: Path) -> None:
    """It would find what the first one is making, and make it again."""
    with pytest.raises(OutputError, match="already"), server.studio(tmp_path, studio.kept):
        pass
    assert studio.get("").status == 200


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    with pytest.raises(OutputError, match="cannot keep"), server.studio(tmp_path, tmp_path / "file" / "studio"):
        pass


def test_the_page_is_there_before_the_server_is(tmp_path: Path) -> None:
    """A browser that is quicker than the server waits, and is not refused."""
    with server.studio(tmp_path / "output", tmp_path / "kept") as (address, _):
        port = int(address.split(":")[2].split("/")[0])
        socket.create_connection(("127.0.0.1", port), timeout=5).close()
