"""Filters change how strong each frequency is; the sound stays where it is and as long as it is."""

import numpy as np
import pytest

from mettavox.filters import Gains, above, filtered, high_pass, shelf
from oracles import speechlike, tone

RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)


def change_db(gains: Gains, hertz: float, rate: int) -> float:
    """What becomes of a tone of two seconds, in its middle."""
    sound, middle = tone(hertz, 2, rate, -12), slice(rate // 2, -rate // 2)
    out = filtered(sound, rate, gains)[middle]
    return float(10 * np.log10(np.mean(np.square(out)) / np.mean(np.square(sound[middle]))))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize(
    ("hertz", "least", "most"), [(20, -200, -40), (40, -24, -20), (75, -3.1, -2.9), (110, -0.3, 0), (200, -0.01, 0.01)]
)
def test_the_high_pass(rate: int, hertz: float, least: float, most: float):
    """At 75 Hz: -22 dB at 40 Hz, -3 dB at 75 Hz, and nothing from a man's voice on."""
    assert least <= change_db(high_pass(75), hertz, rate) <= most


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize(("hertz", "expected_db"), [(300, 0), (4000, 0), (4900, -1.5), (6000, -3), (7500, -3)])
def test_the_shelf(rate: int, hertz: float, expected_db: float):
    """-3 dB from 6 kHz up, half of it between, nothing up to 4 kHz."""
    assert change_db(shelf(4000, 6000, -3), hertz, rate) == pytest.approx(expected_db, abs=0.02)


def test_what_is_split_off_is_the_top():
    """Nothing under its lower edge, everything over its upper one."""
    assert change_db(above(4500, 6000), 4400, 48_000) < -60
    assert change_db(above(4500, 6000), 5200, 48_000) == pytest.approx(-6, abs=0.3)
    assert change_db(above(4500, 6000), 6100, 48_000) == pytest.approx(0, abs=0.01)


@pytest.mark.parametrize("rate", RATES)
def test_nothing_moves(rate: int):
    """What comes out is most like what went in where it lies, to the frame."""
    voice = speechlike(2, rate)
    out = filtered(voice, rate, high_pass(75))
    assert len(out) == len(voice)
    shifts = range(-40, 41)
    alike = [float(np.dot(voice[100:-100], np.roll(out, shift)[100:-100])) for shift in shifts]
    assert shifts[int(np.argmax(alike))] == 0


@pytest.mark.parametrize("length", [1, 2, 77, 1000])
def test_a_short_clip_keeps_its_length(length: int):
    """From a frame on."""
    assert len(filtered(np.full(length, 0.5, dtype=np.float32), 16_000, high_pass(75))) == length


def test_the_end_does_not_ring_into_the_start():
    """Nor the start into the end: a filter by spectrum wraps round where it is done carelessly."""
    sound = np.zeros(22_050, dtype=np.float32)
    sound[:400] = 0.5
    assert np.abs(filtered(sound, 22_050, high_pass(75))[-8000:]).max() < 1e-4
    assert np.abs(filtered(sound[::-1].copy(), 22_050, high_pass(75))[:8000]).max() < 1e-4
