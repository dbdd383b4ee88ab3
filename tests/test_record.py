"""A record says how a track is made again, and nothing that a person gave; one that is broken is refused."""

import copy
import json
import os
import platform
from collections.abc import Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from mettavox import ask, record, source
from mettavox.codecs import ffmpeg, mp3encoder
from mettavox.codecs.formats import FORMATS
from mettavox.errors import RecordError, RequestError
from mettavox.phrasebook import WISH_PERSONS
from mettavox.prepare import Prepared, prepare
from mettavox.record import PERSONAL, Record
from mettavox.render import render
from mettavox.request import Request
from mettavox.spoken import Settings

SCRIPT = """\
---
title: A test
language: en
minutes: {shortest: 0.1, typical: 1, longest: 60}
slots: [name, target, wishes, intention]
---
# Welcome {keep}
Hello{{ name }}.
! You can stop at any time.
Rest here for a while.
[if intention] @intention

# Wishes {keep}
Bring to mind {{ target.invite }}.
@wishes target
(2s to 60s)
"""
SECRETS = ("Xochitl", "SOH", "cheel", "Quentin", "kwɛntɪn", "Zebedee", "Ravenna", "Ottoline", "harp")
"""One word of everything personal that the track has, and of the name of its bed's file."""


def words(folder: Path) -> dict[str, Any]:
    """Everything that says something about a person."""
    return {
        "name": "Xochitl",
        "say": "SOH-cheel",
        "target": "Quentin",
        "target-say": "/kwɛntɪn/",
        "intention": "I want to sleep at Ravenna.",
        "wishes": ["rest like Zebedee"],
        "edit": ["10=Rest here, Ottoline."],
        "bed": str(folder / "harp of mine.wav"),
    }


def asked(folder: Path, **others: Any) -> dict[str, Any]:
    usual = {"script": str(folder / "test.md"), "duration": "32s", "voice": "hum", "cover": "none"}
    return {**usual, **words(folder), **others}


def made(
    prepared: Prepared, path: Path, *, salt: str = "", show_names: bool = False, year: int = 0
) -> tuple[bytes, bytes]:
    """The track and its record."""
    settings = Settings(cache=False, workers=1, lint=False, show_names=show_names, year=year)
    render(prepared, path, settings=settings, salt=salt)
    return path.read_bytes(), path.with_suffix(".json").read_bytes()


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A script, a bed, and two tracks: one whose record hides its words, and one whose record shows them."""
    found = tmp_path_factory.mktemp("folder of mine")
    (found / "test.md").write_text(SCRIPT, encoding="utf-8")
    noise = np.random.RandomState(7).normal(0, 0.05, (3 * 48_000, 2))
    soundfile.write(str(found / "harp of mine.wav"), noise, 48_000)
    made(prepare(ask.request(asked(found))), found / "hidden.mp3")
    made(prepare(ask.request(asked(found))), found / "shown.mp3", show_names=True)
    return found


@pytest.fixture(scope="module")
def hidden(folder: Path) -> Record:
    return record.read(folder / "hidden.json")


@pytest.fixture(scope="module")
def shown(folder: Path) -> Record:
    return record.read(folder / "shown.json")


def script(folder: Path) -> dict[str, Any]:
    """Where the script is, which no record says."""
    return {"script": str(folder / "test.md")}


# --- what is in it ---


def test_nothing_that_a_person_gave_is_in_it(folder: Path) -> None:
    """No name, wish, intention or edited word, nor how one is said; and not in the track either."""
    for path in (folder / "hidden.json", folder / "hidden.mp3"):
        data = path.read_bytes()
        for secret in SECRETS:
            for coding in ("utf-8", "utf-16-le"):
                assert secret.casefold().encode(coding) not in data, (path.name, secret)
                assert secret.encode(coding) not in data, (path.name, secret)


def test_nothing_in_it_tells_which_machine_made_it(folder: Path) -> None:
    """No path, no host, no user's folder, no name of the bed's file."""
    text = (folder / "hidden.json").read_text("utf-8")
    for told in (str(folder), folder.name, str(Path.home()), str(Path.cwd()), platform.node(), platform.release()):
        assert told not in text
    assert "/" not in text
    assert os.sep not in text
    assert "wav" not in text


def test_a_hash_is_told_for_each_of_them_with_a_salt_of_the_track(folder: Path, hidden: Record, shown: Record) -> None:
    """The same word has another hash in another record."""
    assert set(hidden.personal) == set(PERSONAL) == set(shown.personal)
    assert all(len(each) == 64 for each in hidden.personal.values())
    assert hidden.salt != shown.salt
    assert not set(hidden.personal.values()) & set(shown.personal.values())


def test_lines_that_hold_such_words_are_told_without_them(hidden: Record) -> None:
    """The others in full."""
    told = {text for text, is_hidden in zip(hidden.texts, hidden.hidden, strict=True) if is_hidden}
    assert told == {"Hello.", "[…]", "[…].", "Bring to mind [name], your friend."}
    assert "You can stop at any time." in hidden.texts


def test_it_says_what_it_was_made_of(folder: Path, hidden: Record) -> None:
    """Length, title, sound's hash, what lies beside; the length is exact."""
    assert hidden.seconds == Fraction(32)
    assert hidden.title == "A test (0:32)"
    assert (hidden.proof.frames, hidden.proof.rate) == (32 * 48_000, 48_000)
    assert hidden.audio_sha256 == record.sha256(folder / "hidden.mp3")
    beside = {path.name.removeprefix("hidden") for path in folder.glob("hidden.*")}
    assert set(hidden.suffixes) == beside - {".mp3", ".json"}
    assert not hidden.shows_names


def test_with_names_shown_it_holds_them(folder: Path, shown: Record) -> None:
    """All but a file's path: that is this machine's."""
    expected = words(folder)
    del expected["bed"]
    kept = {**shown.options, "intention": f"{shown.options['intention']}."}
    assert {key: kept[key] for key in expected} == {**expected, "wishes": ["May I rest like Zebedee."]}
    assert "bed" not in shown.options
    assert "Hello, Xochitl." in shown.texts
    assert not any(shown.hidden)
    assert shown.shows_names
    assert folder.name not in (folder / "shown.json").read_text("utf-8")


# --- made again ---


def test_the_same_words_make_the_same_bytes(folder: Path, hidden: Record, tmp_path: Path) -> None:
    """Of the track and of its record; nothing is found that differs."""
    prepared = prepare(record.again(hidden, {**script(folder), **words(folder)}))
    track, account = made(prepared, tmp_path / "again.mp3", salt=hidden.salt, year=hidden.year)
    assert track == (folder / "hidden.mp3").read_bytes()
    assert account == (folder / "hidden.json").read_bytes()
    assert record.differences(hidden, prepared) == ()


def test_words_that_a_record_shows_need_not_be_given_again(folder: Path, shown: Record, tmp_path: Path) -> None:
    """The bed's file alone does; and the bytes are the same."""
    prepared = prepare(record.again(shown, {**script(folder), "bed": words(folder)["bed"]}))
    track, account = made(prepared, tmp_path / "again.mp3", salt=shown.salt, show_names=True, year=shown.year)
    assert track == (folder / "shown.mp3").read_bytes()
    assert account == (folder / "shown.json").read_bytes()


@pytest.mark.parametrize("option", PERSONAL)
def test_what_is_not_given_again_is_named(folder: Path, hidden: Record, option: str) -> None:
    """And refused: the track would be another one."""
    given = {key: value for key, value in words(folder).items() if key != option}
    with pytest.raises(RequestError) as caught:
        record.again(hidden, {**script(folder), **given})
    assert f": --{option}." in caught.value.message
    assert caught.value.hint


def test_all_that_lacks_is_named_at_once(hidden: Record) -> None:
    """Not one after another."""
    with pytest.raises(RequestError) as caught:
        record.again(hidden, {})
    assert all(f"--{option}" in caught.value.message for option in PERSONAL)


@pytest.mark.parametrize(
    ("option", "value"),
    [
        ("name", "Maya"),
        ("say", "ZO-chil"),
        ("target", "Sam"),
        ("target-say", "KWEN-tin"),
        ("intention", "I want to rest."),
        ("wishes", ["be at peace"]),
        ("edit", ["10=Stay here."]),
        ("bed", "rain"),
    ],
)
def test_other_words_than_before_are_said(folder: Path, hidden: Record, option: str, value: Any) -> None:
    """By the option, never by what was given."""
    again = record.again(hidden, {**script(folder), **words(folder), option: value})
    told = " ".join(record.differences(hidden, prepare(again)))
    assert f"Not the same words as before: --{option}." in told
    assert not any(secret in told for secret in (*SECRETS, "Maya", "Sam"))


def test_another_bed_is_told_by_its_content(folder: Path, hidden: Record, tmp_path: Path) -> None:
    """The same file elsewhere under another name is the same bed."""
    copied, other = tmp_path / "copied.wav", tmp_path / "harp of mine.wav"
    copied.write_bytes((folder / "harp of mine.wav").read_bytes())
    other.write_bytes((folder / "harp of mine.wav").read_bytes()[:-8])
    for path, differs in ((copied, False), (other, True)):
        prepared = prepare(record.again(hidden, {**script(folder), **words(folder), "bed": str(path)}))
        assert ("--bed" in " ".join(record.differences(hidden, prepared))) is differs


def test_wishes_are_the_same_from_a_file_as_typed(folder: Path, hidden: Record, tmp_path: Path) -> None:
    """Wherever the file lies; what is heard of them counts."""
    (tmp_path / "wishes.txt").write_text("# mine\n- may I rest like Zebedee.\n", encoding="utf-8")
    given = {**words(folder), "wishes": [str(tmp_path / "wishes.txt")]}
    prepared = prepare(record.again(hidden, {**script(folder), **given}))
    assert record.differences(hidden, prepared) == ()
    assert "wishes.txt" not in json.dumps(record._options(prepared, show_names=True))


def test_wishes_of_a_table_are_not_shown_as_if_they_had_been_typed(folder: Path, tmp_path: Path) -> None:
    """The table has words for each person that would be lost."""
    table = "".join(f"    {person}: May it be well.\n" for person in WISH_PERSONS)
    (tmp_path / "wishes.yaml").write_text(f"wishes:\n  -\n{table}", encoding="utf-8")
    prepared = prepare(ask.request(asked(folder, wishes=[str(tmp_path / "wishes.yaml")])))
    assert "wishes" not in record._options(prepared, show_names=True)


@pytest.mark.parametrize(("name", "respelling"), [("name", "say"), ("target", "target-say")])
def test_a_respelling_does_not_go_over_to_another_name(
    folder: Path, hidden: Record, shown: Record, name: str, respelling: str
) -> None:
    """It is neither asked for nor kept; for the same name it is."""
    given = {key: value for key, value in words(folder).items() if key != respelling}
    with pytest.raises(RequestError, match=f"--{respelling}"):
        record.again(hidden, {**script(folder), **given})
    for earlier in (hidden, shown):
        request = record.again(earlier, {**script(folder), **given, name: "Maya"})
        who = request.listener.name if name == "name" else request.target.name
        assert who is not None
        assert (who.written, who.said) == ("Maya", "Maya")


def test_another_length_or_format_can_be_asked_for(folder: Path, hidden: Record) -> None:
    """Of what is asked for again, the new word counts; of the rest, the record's."""
    for option, value in (("minutes", "2"), ("duration", "2:00")):
        request = record.again(hidden, {**script(folder), **words(folder), option: value, "format": "flac"})
        assert request.seconds == Fraction(120)
        assert (request.format, request.cover, request.voice) == ("flac", "none", "hum")


@pytest.fixture
def again(folder: Path, hidden: Record) -> Prepared:
    return prepare(record.again(hidden, {**script(folder), **words(folder)}))


def test_a_script_that_was_changed_since_is_said(folder: Path, hidden: Record, tmp_path: Path) -> None:
    """Which explains why the track is another one."""
    (tmp_path / "test.md").write_text(SCRIPT.replace("A test", "A test, changed"), encoding="utf-8")
    prepared = prepare(record.again(hidden, {**script(tmp_path), **words(folder)}))
    assert record.differences(hidden, prepared) == (
        "The script, or a shared block of its language, was changed since.",
    )


def test_a_voice_that_was_changed_since_is_said(hidden: Record, again: Prepared) -> None:
    """Any part of its profile, but not the folder in which it lies; and whoever fills in."""
    other = replace(again, voice=replace(again.voice, label="Another hum"))
    moved = replace(again, voice=replace(again.voice, folder="/elsewhere"))
    filled = replace(again, fill=again.voice)
    said = "The voice's profile is not the one of before."
    assert record.differences(hidden, other) == (said,)
    assert said in record.differences(hidden, filled)
    assert record.differences(hidden, moved) == ()


def test_a_delivery_profile_that_was_changed_since_is_said(hidden: Record, again: Prepared) -> None:
    """So that nobody looks for the reason in the encoder."""
    other = replace(again, delivery=replace(again.delivery, fade_in_seconds=1.0))
    (said,) = record.differences(hidden, other)
    assert "delivery profile" in said


def test_what_else_shapes_the_bytes_is_said(hidden: Record, again: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """The encoder, an engine, a package: by its name."""
    assert record.made_with(again) == hidden.made_with
    monkeypatch.setattr(mp3encoder, "named", lambda: "LAME 99")
    assert record.differences(hidden, again) == ("It was made with another version of: encoder.",)


def test_the_encoder_is_that_of_the_format(again: Prepared) -> None:
    """LAME may be in this process; all others are ffmpeg's, and a WAV has none."""
    encoders = {}
    for kind in FORMATS:
        made = replace(again, request=replace(again.request, format=kind))
        encoders[kind] = record.made_with(made)["encoder"]
    assert encoders.pop("mp3") == mp3encoder.named()
    assert encoders.pop("wav") == ""
    assert set(encoders.values()) == {ffmpeg.named()}


def test_another_script_and_another_length_are_said(hidden: Record, again: Prepared) -> None:
    """Before anything else."""
    longer = replace(again, seconds=again.seconds + 1)
    assert record.differences(hidden, longer) == ("It has another length.",)
    head = replace(again.script.head, id="another")
    other = replace(again, script=replace(again.script, head=head))
    assert record.differences(hidden, other) == ("It is another script.",)


@pytest.mark.parametrize("language", ["en", "es"])
def test_what_a_script_chooses_for_itself_is_not_taken_for_an_option(language: str) -> None:
    """Every bundled script can be asked for again with the options of its record."""
    for name in source.ids(language):
        made = prepare(Request(script=name, language=language, voice="hum"))
        options = record._options(made, show_names=False)
        assert prepare(ask.request(options)).rules == made.rules, name


def test_another_version_is_said(hidden: Record, again: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Both of them."""
    monkeypatch.setattr(record, "__version__", "9.9")
    assert record.differences(hidden, again) == (f"The record is of mettavox {hidden.version}, and this is 9.9.",)


# --- broken ---


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"", "it is not JSON"),
        (b"{", "it is not JSON"),
        (b"\xff\xfe\x00", "it is not JSON"),
        (b"ID3\x04\x00", "it is not JSON"),
        (b"[" * 100_000, "it is not JSON"),
        (b"[]", "not the record of a track"),
        (b"3", "not the record of a track"),
        (b"null", "not the record of a track"),
        (b'{"version": "1.2.0", "chapters": []}', "not the record of a track"),
        (b'{"record": 2}', "this version of mettavox"),
        (b'{"record": "1"}', "this version of mettavox"),
        (b'{"record": 1}', "is not whole"),
    ],
)
def test_what_is_no_record_is_refused(tmp_path: Path, data: bytes, words: str) -> None:
    """By the file's name."""
    path = tmp_path / "track.json"
    path.write_bytes(data)
    with pytest.raises(RecordError, match=words) as caught:
        record.read(path)
    assert "“track.json”" in caught.value.message
    assert caught.value.hint


def test_a_record_that_is_not_there_or_a_folder_is_refused(tmp_path: Path) -> None:
    """By its name, too."""
    for path in (tmp_path, tmp_path / "none.json", tmp_path / "none" / "none.json", tmp_path / ("a" * 300)):
        with pytest.raises(RecordError) as caught:
            record.read(path)
        assert path.name in caught.value.message


def test_an_editors_mark_in_front_does_not_matter(folder: Path, hidden: Record, tmp_path: Path) -> None:
    """Some write one before the text."""
    path = tmp_path / "hidden.json"
    path.write_bytes(b"\xef\xbb\xbf" + (folder / "hidden.json").read_bytes())
    assert record.read(path) == hidden


def table_of(path: Path) -> dict[str, Any]:
    table: dict[str, Any] = json.loads(path.read_text("utf-8"))
    # A bell, and every kind of thing that a track can have.
    table["fill"] = dict(table["voice"])
    table["tones"] = [{"phase": "in", "start": 4_800, "frames": 9_600}]
    table["request"] |= {"gentle": True, "day": 3, "bed-under": 21.0, "bells": False, "include": ["difficult"]}
    for key in ("sounds", "silences"):
        table[key] = table[key][:2]
    return table


def ways(value: Any, way: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """The way to every key and every item in a table."""
    entries = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, inner in entries:
        yield (*way, key)
        yield from ways(inner, (*way, key))


WRONG = (None, "", "no", "x" * 64, -1, 0.5, 10**400, float("nan"), float("inf"), True, [], {}, [None], [[1]], {"a": 1})


def kind(value: Any) -> type:
    return float if isinstance(value, int) and not isinstance(value, bool) else type(value)


def broken(table: dict[str, Any], way: tuple[Any, ...], *value: Any) -> dict[str, Any]:
    """The table with another value there, or without it."""
    other = copy.deepcopy(table)
    holder: Any = other
    for key in way[:-1]:
        holder = holder[key]
    if value:
        holder[way[-1]] = value[0]
    else:
        del holder[way[-1]]
    return other


def error_of(path: Path, table: Mapping[str, Any]) -> str:
    """What is said of such a record; nothing when it can be read."""
    path.write_text(json.dumps(table), encoding="utf-8")
    try:
        record.read(path)
    except RecordError as error:
        assert "“track.json”" in error.message
        assert error.message.count(".") - error.message.count("track.json") == 1
        assert "\n" not in error.message
        assert error.hint
        return error.message
    return ""


def test_what_was_put_into_the_table_can_be_read(folder: Path, tmp_path: Path) -> None:
    """So that what follows is refused for what it breaks."""
    assert error_of(tmp_path / "track.json", table_of(folder / "hidden.json")) == ""


def test_a_record_without_any_one_of_its_fields_is_refused(folder: Path, tmp_path: Path) -> None:
    """But for what need not be there: options, hashes of words, and who fills in."""
    table = table_of(folder / "hidden.json")
    may_lack = {("fill",)} | {(part, key) for part in ("request", "personal") for key in table[part]}
    may_lack -= {("personal", "salt")}
    for way in ways(table):
        if isinstance(way[-1], str):
            said = error_of(tmp_path / "track.json", broken(table, way))
            assert bool(said) is (way not in may_lack), way


def test_a_field_of_another_kind_is_refused(folder: Path, tmp_path: Path) -> None:
    """Text for a number, a list for a text, nothing at all: never a traceback; and none is taken for another."""
    table = table_of(folder / "hidden.json")
    free = {("profile", "spoken_rms_db"), ("profile", "floor_db"), ("request", "bed-under"), ("request", "bells")}
    free |= {("request", "day"), ("request", "gentle"), ("request", "include"), ("fill",)}
    for way in ways(table):
        value: Any = table
        for key in way:
            value = value[key]
        for wrong in WRONG:
            said = error_of(tmp_path / "track.json", broken(table, way, wrong))
            if kind(wrong) is not kind(value) and way not in free:
                assert said, (way, wrong)


@pytest.mark.parametrize(
    ("way", "value", "words"),
    [
        (("rate",), 0, "rate"),
        (("rate",), 96_000, "rate"),
        (("frames",), 0, "frames"),
        (("frames",), -48_000, "frames"),
        (("frames",), 10**12, "frames"),
        (("seconds",), "1/0", "seconds"),
        (("seconds",), "1e999999999", "seconds"),
        (("seconds",), "-3", "seconds"),
        (("seconds",), "100000", "seconds"),
        (("floor",), float("nan"), "floor"),
        (("sounds", 0, "start"), -1, "sounds 1, start"),
        (("sounds", 1, "frames"), 10**9, "sounds 2, frames"),
        (("sounds", 0, "levels_db"), [1.0] * 99, "sounds 1, levels_db"),
        (("sounds", 0, "cues"), [[9, 3]], "sounds 1, cues"),
        (("sounds", 0, "cues"), [[0, 10**9]], "sounds 1, cues"),
        (("silences", 1, "floor"), -0.5, "silences 2, floor"),
        (("chapters", 0, "end_ms"), -5, "chapters 1, end_ms"),
        (("beside",), ["/../../elsewhere"], "beside"),
        (("audio", "format"), "exe", "audio, format"),
        (("personal", "salt"), "zz", "personal, salt"),
        (("request", "relation"), "foe", "request"),
        (("request", "colour"), "red", "request"),
        (("request", "scripts"), "/", "request, scripts"),
        (("request", "bed"), "/dev/null", "request, bed"),
        (("request", "voice"), 3, "request, voice"),
    ],
)
def test_a_value_out_of_bounds_is_named(folder: Path, tmp_path: Path, way: tuple[Any, ...], value: Any, words: str):
    """By the way to it."""
    said = error_of(tmp_path / "track.json", broken(table_of(folder / "hidden.json"), way, value))
    assert said == f"“track.json” is not whole: {words} is missing or wrong."
