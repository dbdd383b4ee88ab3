"""Listening: the finished sound has speech where the transcript has a line, and nowhere else."""

from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest

from mettavox import phrasebook, source
from mettavox.person import Listener, Spoken
from mettavox.prepare import RATE, prepare
from mettavox.render import render
from mettavox.request import Request
from mettavox.script import Line
from mettavox.spoken import Settings
from mettavox.timeline import Timeline
from oracles import by_ffmpeg

WINDOW = RATE // 100
SPEECH_DBFS, JOINED_SECONDS, SLACK_SECONDS = -50.0, 0.35, 0.12
EVERY = [(language, name) for language in phrasebook.languages() for name in source.ids(language)]
SAMPLE = [("en", "shift-reset"), ("es", "supportive-touch")]


def segments(sound: np.ndarray) -> list[tuple[float, float]]:
    """Where there is speech, in seconds: windows over -50 dBFS, joined over short gaps inside a sentence."""
    mono = sound.mean(axis=1)
    power = np.square(mono[: len(mono) // WINDOW * WINDOW]).reshape(-1, WINDOW).mean(axis=1)
    loud = np.flatnonzero(10 * np.log10(power + 1e-12) > SPEECH_DBFS) / 100
    if not len(loud):
        return []
    breaks = np.flatnonzero(np.diff(loud) > JOINED_SECONDS)
    starts, ends = loud[np.r_[0, breaks + 1]], loud[np.r_[breaks, len(loud) - 1]] + 0.01
    return list(zip(starts.tolist(), ends.tolist(), strict=True))


def compare(laid: Timeline, heard: list[tuple[float, float]]) -> None:
    """Every line of the transcript has its speech, no speech is without a line, and lines come one by one."""
    lines = [place for place in laid.placements if isinstance(place.sound, Line)]
    assert len(lines) >= 5
    for place in lines:
        start, end = place.start / RATE, place.end / RATE
        covered = sum(max(0.0, min(end, b) - max(start, a)) for a, b in heard)
        assert covered > 0.6 * (end - start), f"line {place.sound.number} is not heard"  # type: ignore[union-attr]
    for a, b in heard:
        holding = [p for p in lines if p.start / RATE - SLACK_SECONDS <= a and b <= p.end / RATE + SLACK_SECONDS]
        assert len(holding) == 1, f"there is speech at {a:.2f} s that is no line, or that is two"


def listened(language: str, name: str, minutes: float, folder: Path) -> None:
    listener = Listener(name=Spoken(written="Maya", said="Maya")) if minutes > 1 else Listener()
    asked = Request(
        script=name, language=language, seconds=Fraction(minutes) * 60, bed="none", listener=listener
    )  # fmt: skip
    path = folder / "track.mp3"
    track = render(prepare(asked), path, settings=Settings(workers=2))
    sound = by_ffmpeg(path)
    assert len(sound) == track.timeline.frames
    compare(track.timeline, segments(sound))


@pytest.mark.parametrize(("language", "name"), SAMPLE)
def test_a_short_track_is_heard_line_by_line(language: str, name: str, tmp_path: Path) -> None:
    """A sample, as short as each can be."""
    listened(language, name, source.load(name, language).head.minutes.shortest, tmp_path)


@pytest.mark.soak
@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_typical_track_is_heard_line_by_line(language: str, name: str, tmp_path: Path) -> None:
    """Every script at its typical length, with a name."""
    listened(language, name, source.load(name, language).head.minutes.typical, tmp_path)


def test_a_missing_or_a_strange_sound_would_be_noticed(tmp_path: Path) -> None:
    """The comparison itself can fail."""
    path = tmp_path / "track.mp3"
    made = render(prepare(Request(script="grounding", seconds=Fraction(60), bed="none")), path)
    heard = segments(by_ffmpeg(path))
    compare(made.timeline, heard)
    with pytest.raises(AssertionError, match="is not heard"):
        compare(made.timeline, heard[1:])
    with pytest.raises(AssertionError, match="that is no line"):
        quiet = max(made.timeline.silences, key=lambda silence: silence.frames)
        middle = (quiet.start + quiet.frames / 2) / RATE
        compare(made.timeline, [*heard, (middle, middle + 0.5)])
