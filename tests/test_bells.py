"""The bell: a struck bowl that is tuned, rings, beats slowly and fades to nothing."""

import re
import subprocess
from pathlib import Path

import numpy as np
import pytest
import soundfile
from imageio_ffmpeg import get_ffmpeg_exe

from mettavox import bells

RATE = 48_000
LEVEL = -24.0
both_rates = pytest.mark.parametrize("rate", [44_100, 48_000])


def sound(rate: int = RATE, level: float = LEVEL) -> np.ndarray:
    return bells.bowl(rate, level) / 32768


@both_rates
def test_it_is_a_mono_clip_of_its_length(rate: int):
    """Nine seconds, 16-bit, to the frame."""
    bowl = bells.bowl(rate, LEVEL)
    assert bowl.dtype == np.int16
    assert bowl.shape == (round(bells.SECONDS * rate),)


@both_rates
def test_it_begins_and_ends_with_nothing(rate: int):
    """No click at either end: it comes up over some milliseconds, and its last tenth of a second is next to silence."""
    bowl = sound(rate)
    assert bowl[0] == bowl[-1] == 0
    peak = np.abs(bowl).max()
    assert np.abs(bowl[: rate // 1000]).max() < 0.25 * peak
    assert np.abs(np.diff(bowl)).max() < 0.15 * peak
    assert np.abs(bowl[-rate // 10 :]).max() < peak * 10 ** (-55 / 20)


@both_rates
@pytest.mark.parametrize("level", [-24.0, -30.0])
def test_its_loudest_moment_is_as_loud_as_asked(tmp_path: Path, rate: int, level: float):
    """By ffmpeg's momentary loudness, in both channels; with room over its peak."""
    path = tmp_path / "bowl.wav"
    soundfile.write(str(path), np.concatenate([np.zeros(rate), sound(rate, level)]), rate)
    graph = "ebur128=metadata=1:dualmono=true,ametadata=print:file=-"
    said = subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-i", path, "-af", graph, "-f", "null", "-"],
        capture_output=True, check=True, text=True,
    ).stdout  # fmt: skip
    assert max(map(float, re.findall(r"r128\.M=(\S+)", said))) == pytest.approx(level, abs=0.2)
    assert np.abs(sound(rate, level)).max() < 10 ** (-6 / 20)


def test_it_is_tuned_and_its_upper_tones_are_a_bowl_s():
    """The A under middle C is the strongest; the next are no multiples of it."""
    spectrum = np.abs(np.fft.rfft(sound()[: 4 * RATE] * np.hanning(4 * RATE)))
    hertz = np.fft.rfftfreq(4 * RATE, 1 / RATE)
    assert hertz[spectrum.argmax()] == pytest.approx(bells.TUNED_HZ, abs=0.6)
    second = (hertz > 1.5 * bells.TUNED_HZ) & (hertz < 4 * bells.TUNED_HZ)
    assert hertz[second][spectrum[second].argmax()] / bells.TUNED_HZ == pytest.approx(2.76, abs=0.02)


def band(low: float, high: float) -> np.ndarray:
    """The level of a band in each half second, in dB."""
    spectrum = np.fft.rfft(sound())
    hertz = np.fft.rfftfreq(len(sound()), 1 / RATE)
    spectrum[(hertz < low) | (hertz > high)] = 0
    parts = np.fft.irfft(spectrum, len(sound())).reshape(-1, RATE // 2)
    return 10 * np.log10((parts**2).mean(axis=1) + 1e-12)


def test_higher_tones_die_sooner_and_the_lowest_rings_on():
    """After three seconds the lowest is still there, and the third has gone."""
    lowest, third = band(200, 240), band(1_100, 1_200)
    assert lowest[6] > lowest[0] - 18
    assert third[6] < third[0] - 24
    assert lowest[-1] < lowest[0] - 30


def test_it_beats_slowly():
    """It comes and goes while it decays, as a bowl does that is not quite round."""
    lowest = band(200, 240)[:11]
    assert (np.diff(lowest) > 0).any()


def test_it_is_the_same_at_every_call():
    """To the bit."""
    assert np.array_equal(bells.bowl(RATE, LEVEL), bells.bowl(RATE, LEVEL))
