"""Breath tones rise and fall with the breath, and join without a click."""

from itertools import pairwise

import numpy as np
import pytest

from mettavox import phrasebook, tones
from mettavox.loudness import k_weighted
from mettavox.phrasebook import PHASES

RATE = 48_000
LEVEL = -32.0
PATTERNS = {name: each for name, each in phrasebook.load("en").patterns.items() if each.cycles}
both_rates = pytest.mark.parametrize("rate", [44_100, 48_000])


def breath(phases: list[tuple[str, float]], rate: int = RATE) -> list[np.ndarray]:
    return [tones.tone(phase, round(seconds * rate), rate, LEVEL) for phase, seconds in phases]


def pitch(sound: np.ndarray, rate: int = RATE) -> float:
    """Hertz, from how often it passes zero upwards."""
    ups = np.flatnonzero((sound[:-1] < 0) & (sound[1:] >= 0))
    return rate * (len(ups) - 1) / (ups[-1] - ups[0])


@both_rates
@pytest.mark.parametrize("name", PATTERNS)
def test_phases_join_without_a_click(name: str, rate: int):
    """Over every pattern, twice through: no jump in the sound, nor in its slope, that is not there within a phase."""
    cycles = [phase for cycle in PATTERNS[name].cycles for phase in cycle]
    parts = breath(cycles * 2, rate)
    whole = np.concatenate([[0.0], *parts, [0.0]]).astype(np.float64)
    joins = 1 + np.cumsum([len(part) for part in parts])
    for order, most in ((1, 1.001), (2, 1.001)):
        steps = np.abs(np.diff(whole, n=order))
        within = max(np.abs(np.diff(part.astype(np.float64), n=order)).max() for part in parts)
        for join in [1, *joins]:
            assert steps[max(0, join - 1 - order) : join + order].max() <= within * most
    top = np.abs(whole).max()
    for before, after, join in zip(parts[:-1], parts[1:], joins, strict=False):
        loud = [np.abs(part).max() / top for part in (before[-rate // 100 :], after[: rate // 100])]
        assert loud[0] == pytest.approx(loud[1], abs=0.05), join


@both_rates
@pytest.mark.parametrize("phase", PHASES)
@pytest.mark.parametrize("frames", [0, 1, 7, 480, 48_001, 383_999])
def test_every_phase_has_its_length_and_stays_in_bounds(phase: str, frames: int, rate: int):
    """Mono, float32, to the frame; also the shortest."""
    sound = tones.tone(phase, frames, rate, LEVEL)
    assert sound.shape == (frames,)
    assert sound.dtype == np.float32
    assert np.isfinite(sound).all()
    assert np.abs(sound).max(initial=0) < 0.1


def test_the_in_breath_rises_and_the_out_breath_falls():
    """In pitch by a fifth, and in level from and to nothing."""
    rising, falling = breath([("in", 4), ("out", 6)])
    for sound in (rising, falling[::-1]):
        fifths = np.array_split(sound, 5)
        levels = [np.sqrt((part**2).mean()) for part in fifths]
        pitches = [pitch(part) for part in fifths]
        assert levels == sorted(levels)
        assert levels[0] < 0.1 * levels[-1]
        assert pitches == sorted(pitches)
        assert pitches[0] == pytest.approx(tones.LOW_HZ, rel=0.05)
        assert pitches[-1] == pytest.approx(tones.HIGH_HZ, rel=0.05)
    assert tones.HIGH_HZ / tones.LOW_HZ == 1.5


def test_a_held_breath_sounds_on_more_softly():
    """At the pitch of the top of the breath, and back at its level for what follows."""
    (held,) = breath([("hold", 7)])
    parts = np.array_split(held, 7)
    levels = [np.abs(part).max() for part in parts]
    assert levels[3] == min(levels)
    assert 0.4 < levels[3] / max(levels) < 0.8
    assert pitch(held) == pytest.approx(tones.HIGH_HZ, rel=0.001)


def test_a_sip_more_goes_up_a_little():
    """And comes back."""
    (top,) = breath([("top", 1)])
    assert pitch(np.array_split(top, 3)[1]) > 1.03 * tones.HIGH_HZ
    assert pitch(top[: RATE // 10]) == pytest.approx(tones.HIGH_HZ, rel=0.01)


def test_a_rest_is_silent():
    """Exactly."""
    assert not breath([("rest", 4)])[0].any()


@both_rates
def test_its_fullest_moment_is_as_loud_as_asked(rate: int):
    """By BS.1770, in both channels; and its power is known."""
    sound = tones.tone("in", 4 * rate, rate, LEVEL)
    last = k_weighted(sound, rate)[: len(sound)][-rate // 10 :].astype(np.float64)
    assert -0.691 + 10 * np.log10(2 * (last**2).mean()) == pytest.approx(LEVEL, abs=0.2)
    assert (sound[-rate // 20 :].astype(np.float64) ** 2).mean() == pytest.approx(tones.power(rate, LEVEL), rel=0.03)


def test_it_is_the_same_at_every_call():
    """To the bit."""
    for first, second in pairwise([breath([("in", 4)])[0] for _ in range(3)]):
        assert np.array_equal(first, second)
