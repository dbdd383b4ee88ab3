"""Ducking: the bed is down before a line, stays down in short pauses, and comes back slowly in long ones."""

from itertools import pairwise

import numpy as np
import pytest

from mettavox import duck
from mettavox.script import Bell
from mettavox.timeline import Placement, Timeline
from oracles import line

RATE = 48_000
DEPTH = 12.0


def track(*spoken: tuple[float, float], bells: tuple[float, ...] = (), seconds: float = 60) -> Timeline:
    """Lines from one second to another, and bells."""
    lines = [
        Placement(sound=line(n), start=round(first * RATE), frames=round((last - first) * RATE), section=0)
        for n, (first, last) in enumerate(spoken, start=1)
    ]
    rung = [Placement(sound=Bell(), start=round(at * RATE), frames=5 * RATE, section=0) for at in bells]
    return Timeline(
        rate=RATE, frames=round(seconds * RATE), placements=tuple(sorted([*lines, *rung], key=lambda p: p.start)),
        silences=(), chapters=(), spaciousness=0,
    )  # fmt: skip


def decibels(timeline: Timeline, start: float = 0, stop: float = 60) -> np.ndarray:
    first, last = round(start * RATE), round(stop * RATE)
    gain = duck.gain(duck.stretches(timeline), RATE, DEPTH, first, last)
    return 20 * np.log10(np.broadcast_to(gain, last - first))


def at(timeline: Timeline, second: float) -> float:
    return float(decibels(timeline, second, second + 1 / RATE)[0])


TALK = track((10, 13), (14, 16), (18, 20), (40, 45), bells=(25,))


def test_it_is_down_when_a_line_starts_and_till_it_ends():
    """By all of its depth, and also between lines that follow closely."""
    assert decibels(TALK, 10, 20) == pytest.approx(-DEPTH, abs=1e-4)
    assert decibels(TALK, 40, 45) == pytest.approx(-DEPTH, abs=1e-4)


def test_it_sinks_just_before_and_rises_slowly_after():
    """From 400 ms before, and within two seconds."""
    assert at(TALK, 9.55) == 0
    assert -DEPTH < at(TALK, 9.8) < -1
    assert -DEPTH < at(TALK, 21) < -1
    assert at(TALK, 22.1) == 0


def test_bells_and_long_pauses_have_all_of_it():
    """A bell is no speech."""
    assert decibels(TALK, 22.1, 39.5).min() == 0
    assert decibels(TALK, 0, 9.5).min() == 0


def test_it_never_jumps():
    """No more than 0.01 dB from frame to frame."""
    assert np.abs(np.diff(decibels(TALK))).max() < 0.01


@pytest.mark.parametrize(("gap", "comes_back"), [(3.9, False), (4.1, True)])
def test_it_does_not_pump(gap: float, comes_back: bool):
    """In a pause too short to come back in, it stays down."""
    between = decibels(track((10, 12), (12 + gap, 20)), 12, 12 + gap)
    assert bool(between.max() == 0) is comes_back
    assert comes_back or between.max() == pytest.approx(-DEPTH, abs=1e-4)


def test_any_range_has_the_same_gain():
    """To the bit, wherever it is cut."""
    down = duck.stretches(TALK)
    whole = np.broadcast_to(duck.gain(down, RATE, DEPTH, 0, TALK.frames), TALK.frames)
    cuts = sorted({0, TALK.frames, *np.random.default_rng(0).integers(0, TALK.frames, 200).tolist()})
    for start, stop in pairwise(cuts):
        assert np.array_equal(
            np.broadcast_to(duck.gain(down, RATE, DEPTH, start, stop), stop - start), whole[start:stop]
        )


def test_its_highest_gain_in_a_range_is_known():
    """The same as that of all its frames."""
    down = duck.stretches(TALK)
    for start, stop in ((0, 5), (9.7, 9.9), (10, 20), (20.5, 21), (9.7, 20.4), (18, 45), (41, 42)):
        first, last = round(start * RATE), round(stop * RATE)
        every = np.broadcast_to(duck.gain(down, RATE, DEPTH, first, last), last - first)
        assert duck.most(down, RATE, DEPTH, first, last) == pytest.approx(float(every.max()))


def test_a_track_without_speech_is_left_alone():
    """One number for all."""
    assert duck.gain(duck.stretches(track()), RATE, DEPTH, 0, 1000) == 1
