"""The limiter keeps peaks under the ceiling, and touches nothing else."""

import numpy as np
import pytest
import soxr

from mettavox.limiter import hop_gain, hop_peaks, with_gain
from oracles import metered, speechlike, tone

CEILING = 10 ** (-2 / 20)
RATES = (16_000, 22_050, 24_000, 48_000)


def limited(samples: np.ndarray, rate: int, ceiling: float) -> np.ndarray:
    """The whole way: peaks, the gain that they need, and the sound under it."""
    return with_gain(samples, hop_gain(hop_peaks(samples), rate, ceiling))


def peaky(rate: int, seed: int = 0) -> np.ndarray:
    """Speech with a few pulses that stand out by 10 dB."""
    voice = speechlike(3, rate, seed)
    dice = np.random.default_rng(seed)
    pulse = np.hanning(round(0.002 * rate)).astype(np.float32)
    for at in dice.integers(0, len(voice) - len(pulse), 6):
        voice[at : at + len(pulse)] += dice.choice([-1, 1]) * 1.2 * pulse
    return voice


@pytest.mark.parametrize("rate", RATES)
@pytest.mark.parametrize("gain", [1.0, 2.0, 6.0])
def test_no_true_peak_is_over_the_ceiling(rate: int, gain: float):
    """By another oversampling, and by ffmpeg."""
    out = limited(peaky(rate) * np.float32(gain), rate, CEILING)
    finer = soxr.resample(out, rate, 4 * rate, "VHQ")
    assert 20 * np.log10(np.abs(finer).max()) <= -2 + 0.05
    assert metered(np.stack([out, out], axis=1), rate).dbtp <= -2 + 0.1


def test_a_tone_between_its_samples_is_held():
    """Every sample is under the ceiling, and the tone is not."""
    sine = tone(12_000, 0.5, 48_000, 0, phase=np.pi / 4) * np.hanning(24_000).astype(np.float32)
    assert np.abs(sine).max() < CEILING
    assert metered(limited(sine, 48_000, CEILING), 48_000).dbtp <= -1.9


@pytest.mark.parametrize("rate", RATES)
def test_what_is_under_the_ceiling_is_left_alone(rate: int):
    """To the sample."""
    voice = speechlike(2, rate)
    assert np.array_equal(limited(voice, rate, CEILING), voice)


@pytest.mark.parametrize("rate", RATES)
def test_only_what_is_near_a_peak_is_turned_down(rate: int):
    """A tenth of a second away, nothing is changed."""
    voice = speechlike(3, rate)
    at = len(voice) // 2
    voice[at : at + 20] = 0.99
    out = limited(voice, rate, CEILING)
    near = rate // 10
    assert out[: at - near] == pytest.approx(voice[: at - near], abs=1e-6)
    assert out[at + 20 + near :] == pytest.approx(voice[at + 20 + near :], abs=1e-6)
    assert np.abs(out[at : at + 20]).max() < np.abs(voice[at : at + 20]).max()


@pytest.mark.parametrize("gain", [1.0, 3.0, 10.0])
def test_no_gain_is_ever_added(gain: float):
    """No make-up, no ringing."""
    voice = peaky(22_050) * np.float32(gain)
    assert (np.abs(limited(voice, 22_050, CEILING)) <= np.abs(voice) * (1 + 1e-6)).all()


def test_no_more_is_taken_than_needed():
    """The loudest peak ends near the ceiling, not far under it."""
    out = limited(peaky(22_050) * np.float32(3), 22_050, CEILING)
    assert 20 * np.log10(np.abs(soxr.resample(out, 22_050, 88_200, "VHQ")).max()) > -3


@pytest.mark.parametrize("length", [1, 2, 15, 16, 17, 100, 999, 22_051])
def test_the_length_stays(length: int):
    """From a sample to a second."""
    voice = np.full(length, 1.5, dtype=np.float32)
    out = limited(voice, 22_050, CEILING)
    assert len(out) == length
    assert np.abs(out).max() <= (CEILING * 1.01 if length > 1 else 1)


def test_the_gain_has_no_steps():
    """A step in the gain is a click."""
    level = np.full(22_050, 0.5, dtype=np.float32)
    level[11_000:11_010] = 2.0
    gain = limited(level, 22_050, CEILING) / level
    assert np.abs(np.diff(gain)).max() < 0.01
