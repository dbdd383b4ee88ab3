"""The de-esser takes the edge off an S, and leaves everything else as it was."""

import numpy as np
import pytest

from mettavox.deess import LOWEST_RATE, MOST_DB, softened
from mettavox.filters import above, filtered
from oracles import tone

RATES = (16_000, 22_050, 24_000, 44_100, 48_000)


def vowel(seconds: float, rate: int, pitch: float = 180) -> np.ndarray:
    """A held "ah": harmonics that fall by 12 dB an octave, as a voice's do, with soft edges."""
    time = np.arange(round(seconds * rate)) / rate
    partials = [np.sin(2 * np.pi * pitch * k * time + k * k) / k**2 for k in range(1, int(0.45 * rate / pitch))]
    sound = np.sum(partials, axis=0) * np.minimum(1, np.minimum(time, time[::-1]) / 0.02)
    return (0.1 * sound / np.sqrt(np.mean(np.square(sound)))).astype(np.float32)


def hiss(seconds: float, rate: int, level_db: float, low: float = 6000, high: float = 8000) -> np.ndarray:
    """Noise of one band, so many dB against the vowel, with soft edges."""
    count = round(seconds * rate)
    spectrum = np.fft.rfft(np.random.RandomState(5).standard_normal(count))
    hertz = np.fft.rfftfreq(count, 1 / rate)
    spectrum[(hertz < low) | (hertz > high)] = 0
    sound = np.fft.irfft(spectrum, count)
    time = np.arange(count) / rate
    sound *= np.minimum(1, np.minimum(time, time[::-1]) / 0.01)
    return (0.1 * 10 ** (level_db / 20) * sound / np.sqrt(np.mean(np.square(sound)))).astype(np.float32)


def decibels(after: np.ndarray, before: np.ndarray) -> float:
    return float(10 * np.log10(np.sum(np.square(after, dtype=float)) / np.sum(np.square(before, dtype=float))))


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("level_db", [-18, -12, -6, 0])
def test_an_s_is_softened_and_the_vowels_beside_it_are_not(rate: int, level_db: float):
    """By 3 to 5 dB; a vowel by less than 0.05 dB, also over 5 kHz once the S is 50 ms past."""
    parts = [vowel(0.4, rate), hiss(0.12, rate, level_db), vowel(0.5, rate)]
    before = np.concatenate(parts)
    after = softened(before, rate)
    first, last = len(parts[0]), len(parts[0]) + len(parts[1])
    near = rate // 20
    assert -5 <= decibels(after[first:last], before[first:last]) <= -3
    assert abs(decibels(after[:first], before[:first])) < 0.05
    assert abs(decibels(after[last:], before[last:])) < 0.05
    assert np.array_equal(after[: first - near], before[: first - near])
    assert np.array_equal(after[last + near :], before[last + near :])


@pytest.mark.parametrize("pitch", [90, 180, 280])
@pytest.mark.parametrize("rate", [*RATES, 8_000, 11_025])
def test_speech_without_an_s_stays_as_it_is(rate: int, pitch: float):
    """To the bit."""
    sound = vowel(1, rate, pitch)
    assert np.array_equal(softened(sound, rate), sound)


@pytest.mark.parametrize("rate", [8_000, 11_025, LOWEST_RATE - 1])
def test_a_low_rate_is_left_alone(rate: int):
    """There is no room for an S in it."""
    sound = np.concatenate([vowel(0.3, rate), hiss(0.2, rate, 0, 3000, 0.49 * rate)])
    assert np.array_equal(softened(sound, rate), sound)


def test_the_room_behind_a_voice_is_left_alone():
    """Hiss 40 dB under it, as in a recording, is no S, though it lies above 5 kHz for the most part."""
    room = hiss(3, 48_000, -40, 100, 24_000)
    sound = room + np.pad(vowel(1, 48_000), (48_000, 48_000))
    assert np.array_equal(softened(sound, 48_000), sound)


@pytest.mark.parametrize("gain", [2**-6, 2**-2, 4.0])
def test_the_level_of_a_clip_does_not_matter(gain: float):
    """A quiet clip is softened just like a loud one."""
    sound = np.concatenate([vowel(0.4, 22_050), hiss(0.15, 22_050, -8)])
    assert softened(sound * np.float32(gain), 22_050) / gain == pytest.approx(softened(sound, 22_050), abs=1e-6)


@pytest.mark.parametrize("rate", RATES)
def test_only_the_top_is_turned_down(rate: int):
    """What is under 4.5 kHz stays while an S is softened."""
    under = tone(1000, 1, rate, -30)
    sound = np.concatenate([vowel(0.4, rate), hiss(0.2, rate, -6), vowel(0.4, rate)]) + under
    lost = sound - softened(sound, rate)
    assert decibels(lost, sound) > -60
    assert np.abs(lost - filtered(lost, rate, above(3500, 4500))).max() < 2e-3


def test_the_gain_has_no_steps():
    """A step would click: over a steady tone at 8 kHz it moves by less than 0.05 dB from frame to frame."""
    rate = 22_050
    loud = np.repeat([0.001, 0.3, 0.001, 0.3, 0.001], rate // 5).astype(np.float32)
    steady = tone(8000, 1, rate)
    sound = np.pad(vowel(1, rate), (0, rate)) + np.pad(steady * loud, (rate, 0))
    lost = sound - softened(sound, rate)
    high = filtered(sound, rate, above(4500, 6000))
    clear = np.abs(high) > 0.05
    gain_db = 20 * np.log10(1 - lost[clear] / high[clear])
    near = np.diff(np.flatnonzero(clear)) == 1
    assert gain_db.min() == pytest.approx(-MOST_DB, abs=0.1)
    assert np.abs(np.diff(gain_db)[near]).max() < 0.05


@pytest.mark.parametrize("length", [0, 1, 10, 109, 111, 700])
def test_clips_of_hardly_anything_do_no_harm(length: int):
    """Silent or tiny, they keep their length."""
    for value in (0, 0.5):
        out = softened(np.full(length, value, dtype=np.float32), 22_050)
        assert len(out) == length
        assert np.isfinite(out).all()
