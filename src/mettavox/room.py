"""Room: how quiet it is where somebody wants to record, by a few seconds in which nobody speaks."""

from typing import Literal

import numpy as np
from numpy.typing import NDArray

from mettavox import level
from mettavox.recording import Pcm
from mettavox.takes import RATE

Room = Literal["nothing", "quiet", "fair", "hum", "noisy", "sounds"]
"""``nothing``: the microphone gives no sound at all; ``sounds``: somebody spoke or moved, so it cannot be told."""

LEAST_SECONDS = 1.0
"""What is shorter cannot be told."""

# A voice is at -20 to -35 LUFS in a microphone a hand's length away, and a take has to be 25 dB over its room.
_QUIET_LUFS, _NOISY_LUFS = -60.0, -48.0
_NOTHING_LUFS = -89.0
_SOUND_LUFS, _SOUND_OVER_DB = -50.0, 15.0
_START_SECONDS = 0.3  # a microphone may click as it is turned on

_WINDOW = 8192  # 5.9 Hz a bin
_HUM_HZ, _ALL_HZ = (45.0, 700.0), (40.0, 4000.0)
_BESIDE_BINS = 12
_OVER_BESIDE, _HUM_SHARE = 20.0, 0.25


def judged(samples: Pcm) -> Room:
    """What a room is like, by its sound at RATE without a voice. Raises ValueError for less than LEAST_SECONDS."""
    if len(samples) < LEAST_SECONDS * RATE:
        raise ValueError("too short")
    sound = samples[round(_START_SECONDS * RATE) :].astype(np.float32) / np.float32(32768)
    hops = level.levels(sound, RATE)
    usual, loud = level.percentile(hops, 50), level.percentile(hops, 95)
    if loud <= _NOTHING_LUFS:
        return "nothing"
    if loud > _SOUND_LUFS and loud - usual > _SOUND_OVER_DB:
        return "sounds"
    if usual <= _QUIET_LUFS:
        return "quiet"
    if _hums(sound):
        return "hum"
    return "fair" if usual <= _NOISY_LUFS else "noisy"


def _hums(sound: NDArray[np.float32]) -> bool:
    """Whether a good part of the sound is in a few steady tones, as of a fridge, a fan or the mains."""
    power = _power(sound)
    hertz = np.fft.rfftfreq(_WINDOW, 1 / RATE)
    around = np.pad(power, _BESIDE_BINS, mode="edge")
    beside = np.median(np.lib.stride_tricks.sliding_window_view(around, 2 * _BESIDE_BINS + 1), axis=1)
    tones = (power > _OVER_BESIDE * beside) & (hertz >= _HUM_HZ[0]) & (hertz <= _HUM_HZ[1])
    whole = power[(hertz >= _ALL_HZ[0]) & (hertz <= _ALL_HZ[1])].sum()
    return bool(power[tones].sum() > _HUM_SHARE * whole)


def _power(sound: NDArray[np.float32]) -> NDArray[np.float64]:
    """The mean power spectrum, of halfway overlapping windows (Welch)."""
    windows = np.lib.stride_tricks.sliding_window_view(sound, _WINDOW)[:: _WINDOW // 2]
    mean: NDArray[np.float64] = np.square(np.abs(np.fft.rfft(windows * np.hanning(_WINDOW), axis=1))).mean(axis=0)
    return mean
