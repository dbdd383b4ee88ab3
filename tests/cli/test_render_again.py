"""mettavox render --from, and the options of a finished track: what they change is in the files, and is said."""

import json
import os
import shutil
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3

from mettavox import record
from mettavox.check import check
from mettavox.codecs import tagread

from .conftest import Outcome, Run, assert_refused

SCRIPT = """\
---
title: A test
language: en
minutes: {shortest: 0.1, typical: 1, longest: 60}
slots: [name]
---
# Welcome {keep}
! You can stop at any time. (1s to 20s)
Rest here{{ name }}. (1s to 20s)
Go well. (1s to 20s)
"""
RESTED = 9
"""The number of the line with the name."""
SAME = "The track is the same as the record's, byte for byte."


@pytest.fixture(autouse=True)
def script(tmp_path: Path) -> Path:
    path = tmp_path / "test.md"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(autouse=True)
def spoken_once(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Most tests here are not about the speaking."""
    monkeypatch.setenv("METTAVOX_CACHE", str(clips))


Render = Callable[..., Outcome]


@pytest.fixture
def render(run: Run, script: Path) -> Render:
    """``render("a.mp3", "--bells")``: a track of SCRIPT under that name."""

    def one(name: str, *arguments: str) -> Outcome:
        options = (
            () if "--from" in arguments else ("--duration", "12s", "--voice", "hum", "--bed", "none", "--cover", "none")
        )
        return run("render", str(script), *options, "--no-lint", "--jobs", "1", "-o", name, *arguments)

    return one


def made(outcome: Outcome) -> Outcome:
    assert outcome.code == 0, outcome.err
    return outcome


def same(one: str, other: str) -> bool:
    return Path(one).read_bytes() == Path(other).read_bytes()


def text(name: str) -> str:
    return Path(name).read_text("utf-8")


def holds(name: str) -> bool:
    return check(Path(name)).holds


# --- --from ---


def test_a_track_is_made_again_to_the_byte(render: Render) -> None:
    """All of its options come from the record; so do its salt and its year, and the record is the same, too."""
    made(render("a.flac", "--format", "flac", "--bed", "brown", "--bed-under", "25", "--plain"))
    outcome = made(render("b.flac", "--from", "a.json"))
    assert SAME in outcome.err
    for suffix in (".flac", ".json", ".vtt", ".chapters.json"):
        assert same(f"a{suffix}", f"b{suffix}"), suffix


def test_a_script_of_ones_own_has_to_be_given_again(run: Run, render: Render) -> None:
    """A record does not tell where it lies; one that comes with mettavox is found by its name."""
    made(render("a.mp3"))
    assert_refused(run("render", "--from", "a.json", "-o", "b.mp3"), 3, "There is no script “test”")
    shift = ("shift-reset", "--duration", "0:45", "--voice", "hum", "--cover", "none")
    made(run("render", *shift, "-o", "c.mp3"))
    assert SAME in made(run("render", "--from", "c.json", "-o", "d.mp3")).err
    assert same("c.mp3", "d.mp3")
    assert same("c.json", "d.json")


def test_names_have_to_be_given_again(render: Render) -> None:
    """By the names of the options; with them the track is the same, and with others that is said."""
    made(render("a.mp3", "--name", "Zebedee", "--say", "ZEB-uh-dee"))
    outcome = render("b.mp3", "--from", "a.json")
    assert_refused(outcome, 2, "--name, --say", hint="Give it again")
    assert not Path("b.mp3").exists()
    again = made(render("b.mp3", "--from", "a.json", "--name", "Zebedee", "--say", "ZEB-uh-dee"))
    assert SAME in again.err
    assert same("a.mp3", "b.mp3")
    assert same("a.json", "b.json")
    other = made(render("c.mp3", "--from", "a.json", "--name", "Ottoline"))
    assert "not the same as the record's. Not the same words as before: --name, --say." in other.err
    assert not any(name in other.err + other.out for name in ("Zebedee", "Ottoline", "ZEB"))
    assert holds("c.mp3")


def test_a_changed_script_is_said(render: Render, script: Path) -> None:
    """And the track is made of it as it is now."""
    made(render("a.mp3"))
    script.write_text(SCRIPT.replace("Go well.", "Go very well."), encoding="utf-8")
    outcome = made(render("b.mp3", "--from", "a.json"))
    assert "The track is not the same as the record's. The script, or a shared block" in outcome.err
    assert "Go very well." in text("b.vtt")


def test_another_option_is_taken_and_said(render: Render) -> None:
    """What is asked for now counts."""
    made(render("a.mp3"))
    outcome = made(render("b.mp3", "--from", "a.json", "--duration", "14s"))
    assert "It has another length." in outcome.err
    assert json.loads(text("b.json"))["frames"] == 14 * 48_000
    bed = made(render("c.mp3", "--from", "a.json", "--bed", "soft"))
    assert "what was chosen in its place, is not as before" in bed.err


def test_a_record_that_cannot_be_used_is_refused(render: Render, here: Path) -> None:
    """In one sentence, by its name; before anything is made."""
    made(render("a.mp3"))
    whole = json.loads(text("a.json"))
    spoilt: dict[str, object] = {
        "list.json": [], "future.json": {**whole, "record": 99}, "short.json": {"record": 1},
        "negative.json": {**whole, "frames": -1}, "nan.json": {**whole, "floor": float("nan")},
        "huge.json": {**whole, "seconds": "9" * 5000}, "option.json": {**whole, "request": {"colour": "red"}},
    }  # fmt: skip
    for name, table in spoilt.items():
        (here / name).write_text(json.dumps(table), encoding="utf-8")
    (here / "latin.json").write_bytes("{“é”}".encode("utf-16"))
    for name in (*spoilt, "latin.json", "none.json", "a.chapters.json", "a.vtt.mp3", str(here)):
        assert_refused(render("b.mp3", "--from", name), 1, f"“{Path(name).name}”")
    assert not (here / "b.mp3").exists()


def test_what_would_be_made_again_can_be_looked_at(render: Render, here: Path) -> None:
    """--dry-run makes nothing."""
    made(render("a.mp3"))
    before = set(here.iterdir())
    assert "You can stop at any time." in made(render("b.mp3", "--from", "a.json", "--dry-run")).out
    assert set(here.iterdir()) == before


# --- --show-names ---


def test_names_are_shown_where_that_is_asked_for(render: Render) -> None:
    """In the tags and the record; then they need not be given again."""
    made(render("a.mp3", "--name", "Zebedee", "--edit", "10=Go, Ottoline.", "--show-names"))
    made(render("hidden.mp3", "--name", "Zebedee", "--edit", "10=Go, Ottoline."))
    for name in ("Zebedee", "Ottoline"):
        assert name in text("a.json")
        assert name in tagread.read(Path("a.mp3")).lyrics
        assert name not in text("hidden.json")
        assert name not in tagread.read(Path("hidden.mp3")).lyrics
        assert name not in ID3("hidden.mp3").pprint()
        assert name in text("hidden.vtt")
    assert SAME in made(render("b.mp3", "--from", "a.json")).err
    assert same("a.mp3", "b.mp3")
    assert same("a.json", "b.json")
    assert holds("a.mp3")


# --- --edit ---


def clip_count() -> int:
    return len(list(Path(os.environ["METTAVOX_CACHE"]).rglob("*.clip")))


def test_only_an_edited_line_is_spoken_anew(render: Render, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One new clip for the line, where clips with names are kept; all others come from the first time."""
    monkeypatch.setenv("METTAVOX_CACHE", str(tmp_path / "cache"))
    made(render("a.mp3"))
    first = clip_count()
    assert first == 3
    edit = ("--edit", f"{RESTED}=Stay here for a while.")
    outcome = made(render("b.mp3", "--from", "a.json", *edit, "--cache-names"))
    assert clip_count() == first + 1
    assert "Not the same words as before: --edit." in outcome.err
    made(render("c.mp3", "--from", "a.json", *edit, "--cache-names"))
    assert clip_count() == first + 1
    assert same("b.mp3", "c.mp3")


def test_an_edited_line_is_heard_and_is_no_ones_business(render: Render) -> None:
    """Its new words are in the captions; in tags and record stands that there were some."""
    made(render("a.mp3", "--edit", f"{RESTED}=Stay here, Zebedee."))
    assert "Stay here, Zebedee." in text("a.vtt")
    assert "Rest here" not in text("a.vtt")
    assert "Zebedee" not in text("a.json")
    assert "Zebedee" not in tagread.read(Path("a.mp3")).lyrics
    assert holds("a.mp3")
    assert_refused(render("b.mp3", "--from", "a.json"), 2, "--edit")


def test_an_edit_of_no_line_is_refused(render: Render, here: Path) -> None:
    """Before anything is made."""
    for typed in ("99=Rest.", "7=Rest.", "Rest.", f"{RESTED}="):
        assert_refused(render("a.mp3", "--edit", typed), 2, "--edit")
    assert list(here.iterdir()) == []


# --- what lies beside ---


def test_the_track_alone_is_the_same_track(render: Render, here: Path) -> None:
    """--only-audio: not a byte of it changes, and nothing lies beside it."""
    made(render("a.mp3", "--only-audio"))
    assert [path.name for path in here.iterdir()] == ["a.mp3"]
    made(render("b.mp3"))
    assert same("a.mp3", "b.mp3")


def test_what_an_earlier_track_left_beside_is_told(render: Render) -> None:
    """The track alone in the place of one with captions: they are not its own."""
    made(render("a.mp3"))
    outcome = made(render("a.mp3", "--only-audio", "--force", "--bed", "soft"))
    assert "Beside it lie files of an earlier track: a.vtt" in outcome.err
    assert not holds("a.mp3") or "changed" in check(Path("a.mp3")).findings[0].found


@pytest.mark.parametrize("cover", ["dark", "light", "plain"])
def test_a_cover_is_beside_the_track_and_in_it(render: Render, cover: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of the kind that is asked for; with none there is none in either place."""
    monkeypatch.setattr("mettavox.cover.LARGE", 300)
    made(render("a.mp3", "--cover", cover))
    assert Path("a.jpg").read_bytes().startswith(b"\xff\xd8\xff")
    assert tagread.read(Path("a.mp3")).picture
    assert holds("a.mp3")
    made(render("b.mp3", "--cover", "none"))
    assert not Path("b.jpg").exists()
    assert not tagread.read(Path("b.mp3")).picture


# --- formats and profiles ---


@pytest.mark.parametrize("kind", ["m4a", "opus", "flac", "wav"])
def test_a_track_of_each_format_holds(run: Run, render: Render, script: Path, kind: str) -> None:
    """Under its ending; a name that ends otherwise is refused with the right one."""
    assert_refused(render("a.mp3", "--format", kind), 2, f"in the format {kind}", hint=f"a.{kind}")
    outcome = made(render(f"a.{kind}", "--format", kind, "--name", "Zebedee"))
    assert outcome.out == f"a.{kind}\n"
    assert holds(f"a.{kind}")
    assert b"Zebedee" not in Path(f"a.{kind}").read_bytes()


def test_a_profile_decides_on_rate_and_loudness(render: Render) -> None:
    """ACX has 44.1 kHz; what was measured is told beside what it asks for."""
    outcome = made(render("a.mp3", "--profile", "acx", "--json"))
    facts = json.loads(outcome.out)
    assert (facts["profile"], facts["rate"], facts["seconds"]) == ("acx", 44_100, 12)
    assert facts["voice_lufs"] == pytest.approx(-18, abs=0.5)
    assert any(line.startswith("As acx asks: voice -1") for line in outcome.err.splitlines())
    assert holds("a.mp3")
    assert_refused(render("b.opus", "--profile", "acx", "--format", "opus"), 2, "--format opus always has 48000 Hz")
    assert SAME in made(render("b.mp3", "--from", "a.json")).err


# --- sound ---


def noise(name: str, *, seconds: float = 4.0, seed: int = 1) -> None:
    soundfile.write(name, np.random.RandomState(seed).normal(0, 0.1, (round(seconds * 48_000), 2)), 48_000)


def test_a_bed_from_a_file_is_heard_and_not_told(render: Render, here: Path) -> None:
    """Neither its path nor its name is in what is made; the same sound elsewhere makes the same track."""
    noise("Zebedees garden.wav")
    made(render("a.mp3", "--bed", "Zebedees garden.wav"))
    assert holds("a.mp3")
    for path in here.glob("a.*"):
        assert b"garden" not in path.read_bytes()
        assert str(here).encode() not in path.read_bytes()
    assert_refused(render("b.mp3", "--from", "a.json"), 2, "--bed")
    shutil.move("Zebedees garden.wav", "elsewhere.wav")
    assert SAME in made(render("b.mp3", "--from", "a.json", "--bed", "elsewhere.wav")).err
    assert same("a.json", "b.json")
    noise("other.wav", seed=2)
    assert "before: --bed" in made(render("c.mp3", "--from", "a.json", "--bed", "other.wav")).err


def test_a_bed_that_cannot_be_one_is_refused(render: Render, here: Path) -> None:
    """By its name; and nothing is left."""
    noise("short.wav", seconds=0.5)
    (here / "text.wav").write_text("no sound\n" * 100)
    before = set(here.iterdir())
    refused: dict[str, tuple[int, str]] = {
        "none.wav": (2, "none.wav"), "short.wav": (2, "short.wav"), "text.wav": (6, "text.wav"), "rian": (2, "rian"),
    }  # fmt: skip
    for name, (code, words) in refused.items():
        assert_refused(render("a.mp3", "--bed", name), code, words)
    assert set(here.iterdir()) == before


def test_the_disclosure_is_said_first(render: Render) -> None:
    """In the track itself, for whoever reads no tags."""
    made(render("a.mp3", "--disclose", "--duration", "16s"))
    first = json.loads(text("a.json"))["sounds"][0]
    assert "computer" in first["text"]
    assert not first["personal"]
    assert first["text"] in text("a.vtt")
    assert holds("a.mp3")


def test_two_tracks_of_the_same_options_are_the_same(render: Render) -> None:
    """All of them at once: every sound that a track can have, from other clips or new ones."""
    options: list[Any] = ["--duration", "40s", "--bells", "--disclose", "--duck", "--bed", "rain", "--bed-under", "14",
                          "--pause-guard", "--name", "Zebedee", "--profile", "library"]  # fmt: skip
    made(render("a.mp3", *options))
    made(render("b.mp3", *options, "--no-cache"))
    for suffix in (".mp3", ".vtt", ".srt", ".lrc", ".txt", ".html", ".chapters.json"):
        assert same(f"a{suffix}", f"b{suffix}"), suffix
    one, other = (record.read(Path(f"{name}.json")) for name in "ab")
    assert one.proof == other.proof
    assert one.audio_sha256 == other.audio_sha256
    assert holds("a.mp3")
