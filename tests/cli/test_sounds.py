"""mettavox sounds: what there is, and each of it as a file to hear."""

import errno
import json
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mettavox import bells, sample, sounds
from mettavox.codecs import encode
from oracles import by_soundfile, meter

from .conftest import Run, assert_refused


def test_the_list_has_every_bed_the_bell_and_the_breaths(run: Run) -> None:
    """A line each, that fits."""
    lines = run("sounds", "list").out.splitlines()
    assert [line.split()[1] for line in lines] == [each.name for each in sample.every()]
    assert {line.split()[0] for line in lines} == {"bed", "bell", "tone"}
    assert max(map(len, lines)) <= 100
    assert {*sounds.BEDS, "bowl", "tone-soft", "tone-4-7-8"} < {line.split()[1] for line in lines}
    assert not any("natural" in line for line in lines), "a breath at one's own pace has no tone"


def test_json_has_the_same(run: Run) -> None:
    """With how long each lasts; a bed has no end."""
    rows = json.loads(run("sounds", "list", "--json").out)
    assert [row["name"] for row in rows] == [each.name for each in sample.every()]
    lengths = {row["name"]: row["seconds"] for row in rows}
    assert (lengths["rain"], lengths["bowl"], lengths["tone-box"]) == (None, bells.SECONDS, 16)


@pytest.mark.parametrize("name", ["rain", "drone"])
def test_a_bed_is_well_heard_and_as_long_as_asked(run: Run, name: str) -> None:
    """-23 LUFS, and no sound at its very ends."""
    outcome = run("sounds", "render", name, "-o", "bed.wav", "--seconds", "70")
    assert (outcome.code, outcome.out, outcome.err) == (0, "bed.wav\n", "")
    sound = by_soundfile(Path("bed.wav"))
    assert sound.shape == (70 * 48_000, 2)
    assert meter(Path("bed.wav")).lufs == pytest.approx(-23, abs=0.5)
    assert np.abs(sound[[0, -1]]).max() < 1e-3


def test_without_a_length_a_bed_lasts_a_minute(run: Run) -> None:
    """And minutes are minutes."""
    assert run("sounds", "render", "soft", "-o", "a.wav").code == 0
    assert run("sounds", "render", "soft", "-o", "b.wav", "--minutes", "0.1").code == 0
    assert [soundfile.info(name).frames for name in ("a.wav", "b.wav")] == [60 * 48_000, 6 * 48_000]


@pytest.mark.parametrize(("name", "seconds"), [("bowl", bells.SECONDS), ("tone-soft", 10), ("tone-ramp", 44)])
def test_the_bell_and_a_breath_have_their_own_length(run: Run, name: str, seconds: float) -> None:
    """Also as MP3."""
    assert run("sounds", "render", name, "-o", "a.mp3").code == 0
    sound = by_soundfile(Path("a.mp3"))
    assert len(sound) == seconds * 48_000
    assert np.abs(sound).max() > 0.05
    assert_refused(run("sounds", "render", name, "-o", "b.wav", "--seconds", "5"), 2, f"“{name}” lasts", hint="bed")


def test_what_makes_no_sense_is_refused(run: Run, here: Path) -> None:
    """In a sentence, and nothing is left."""
    render = ("sounds", "render")
    assert_refused(run(*render, "rian", "-o", "a.wav"), 2, "There is no sound “rian”", hint="“rain”")
    assert_refused(run(*render, "rain", "-o", "a.txt"), 2, "“a.txt” does not end in .mp3", hint="-o rain.wav")
    assert_refused(run(*render, "rain", "-o", "-"), 2, "“-” does not end in .mp3", hint="-o rain.wav")
    assert_refused(run(*render, "rain", "-o", "a.wav", "--seconds", "x"), 2, "is not a length of time")
    assert_refused(run(*render, "rain", "-o", "a.wav", "--seconds", "0.5"), 2, "not 0.5 s")
    assert_refused(run(*render, "rain", "-o", "a.wav", "--minutes", "200"), 2, "not 12000 s")
    assert_refused(run(*render, "rain", "-o", "a.wav", "--minutes", "1", "--seconds", "60"), 2, "say the same")
    assert_refused(run(*render, "rain", "-o", "no/a.wav"), 7, "there is no such folder", hint="-o")
    assert list(here.iterdir()) == []


def test_a_file_that_is_there_is_replaced_only_when_asked(run: Run) -> None:
    """With --force."""
    Path("a.wav").write_text("mine")
    assert_refused(run("sounds", "render", "bowl", "-o", "a.wav"), 7, "is there already", hint="--force")
    assert Path("a.wav").read_text() == "mine"
    assert run("sounds", "render", "bowl", "-o", "a.wav", "--force").code == 0
    assert len(by_soundfile(Path("a.wav"))) == bells.SECONDS * 48_000


@pytest.mark.parametrize("error", [OSError(errno.ENOSPC, "No space left on device"), KeyboardInterrupt()])
def test_a_full_disk_or_a_stop_leaves_nothing(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch, error: BaseException
) -> None:
    """Said in words."""

    def fails(*arguments: object, **options: object) -> None:
        raise error

    monkeypatch.setattr(encode, "track", fails)
    outcome = run("sounds", "render", "soft", "-o", "a.wav")
    assert outcome.code == (7 if isinstance(error, OSError) else 130)
    assert list(here.iterdir()) == []


def test_the_same_request_gives_the_same_bytes(run: Run, monkeypatch: pytest.MonkeyPatch) -> None:
    """As ever."""
    for name in ("a.mp3", "b.mp3"):
        assert run("sounds", "render", "waves", "-o", name, "--seconds", "3").code == 0
    assert Path("a.mp3").read_bytes() == Path("b.mp3").read_bytes()
