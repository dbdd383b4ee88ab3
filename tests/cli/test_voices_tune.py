"""mettavox voices tune and audition, as a person uses them."""

import sys
from pathlib import Path

import pytest
import soundfile

from mettavox import assets, voices

from .conftest import Run, assert_refused

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="eSpeak's settings")
NAME = "Zebedee"


@LINUX
def test_old_and_new_values_are_shown(run: Run) -> None:
    """On standard output; where the profile lies and how to undo it, beside."""
    outcome = run("voices", "tune", "system", "--rate", "0.9", "--pitch", "40", "--pauses", "1.2")
    assert outcome.code == 0
    assert outcome.out.splitlines()[:2] == ["pitch: 42 → 40", "rate: 115 → 104"]
    assert "pauses: 1 → 1.2" in outcome.out
    assert str(assets.own_folder("voices") / "system.toml") in outcome.err
    assert "tune system --reset" in outcome.err
    assert run("voices", "tune", "system", "--pitch", "40").out == "nothing changed\n"
    back = run("voices", "tune", "system", "--reset")
    assert "rate: 104 → 115" in back.out
    assert voices.load("system").settings["rate"] == 115


@pytest.mark.parametrize(
    ("arguments", "code", "words", "hint"),
    [
        (["hum"], 2, "Nothing was asked for", "--rate, --pitch, --pauses or --reset"),
        (["hum", "--reset"], 5, "was not tuned", "nothing to bring back"),
        (["hum", "--reset", "--rate", "1"], 2, "--reset goes with no other option", "Leave"),
        (["hum", "--rate", "9"], 2, "A rate of 9 is out of range", "0.5 to 2"),
        (["hum", "--rate", "slow"], 2, "--rate", "--help"),
        (["hum", "--pitch", "40"], 5, "has no pitch to change", "eSpeak"),
        (["hum", "--pauses", "4"], 2, "--pauses 4 is out of range", "0.5 to 2"),
        (["humm", "--rate", "1"], 5, "There is no voice “humm”", "hum"),
        (["kokoro-heart", "--rate", "1"], 5, "cannot speak here", "install kokoro-heart"),
        (["calm", "--rate", "1"], 5, "no voice of its own", "voices list"),
    ],
)
def test_what_cannot_be_tuned(run: Run, arguments: list[str], code: int, words: str, hint: str) -> None:
    """One sentence and one hint."""
    assert_refused(run("voices", "tune", *arguments), code, words, hint=hint)


def test_a_tuned_voice_renders_slower(run: Run, here: Path) -> None:
    """The whole way: fewer words in the same time."""
    run("voices", "tune", "hum", "--rate", "0.7", "--pauses", "1.2")
    assert run("render", "grounding", "--voice", "hum", "--minutes", "1", "-o", "a.mp3").code == 0
    assert soundfile.info(here / "a.mp3").frames == 60 * 48_000


def test_an_audition_is_made_and_its_chapters_shown(run: Run, here: Path) -> None:
    """The path on standard output, the chapters beside; never the name."""
    outcome = run("voices", "audition", "hum", "--pace", "1", "--pace", "0.8", "--name", NAME, "-o", "heard.mp3")
    assert (outcome.code, outcome.out) == (0, "heard.mp3\n")
    assert [line.split("  ")[-1] for line in outcome.err.splitlines()] == [
        "Hum (for tests)", "Hum (for tests), 0.8 times as fast",
    ]  # fmt: skip
    assert outcome.err.startswith("   0:00  ")
    assert NAME not in outcome.out + outcome.err
    assert [entry.name for entry in here.iterdir()] == ["heard.mp3"]
    assert_refused(run("voices", "audition", "hum", "-o", "heard.mp3"), 7, "is there already", hint="--force")
    assert run("voices", "audition", "hum", "-o", "heard.mp3", "--force").code == 0


@pytest.mark.parametrize(
    ("arguments", "code", "words", "hint"),
    [
        (["hum"], 2, "Missing option '-o'", "--help"),
        (["hum", "-o", "a.wav"], 2, "does not end in .mp3", "-o a.mp3"),
        (["hum", "-o", "nowhere/a.mp3"], 7, "no such folder", "folder"),
        (["hum", "-o", "a.mp3", "--pace", "0"], 2, "A rate of 0 is out of range", "0.5 to 2"),
        (["hum", "-o", "a.mp3", "--name", "a\nb"], 2, "control character", "one line"),
        (["hum", "-o", "a.mp3", "--say", "ho-SAY"], 2, "without a name", "--name"),
        (["hum", "-o", "a.mp3", "--lang", "xx"], 5, "no sentences to hear a voice in “xx”", "audition"),
        (["hum", "system-es", "-o", "a.mp3", "--lang", "en"], 5, "speaks “es”, not “en”", "voices list"),
        (["amy", "-o", "a.mp3"], 5, "cannot speak here", "install amy"),
    ],
)
def test_what_cannot_be_heard(run: Run, arguments: list[str], code: int, words: str, hint: str) -> None:
    """One sentence and one hint, and no file."""
    assert_refused(run("voices", "audition", *arguments), code, words, hint=hint)
    assert not Path("a.mp3").exists()
