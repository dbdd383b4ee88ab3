"""The bed: a soft, broadband quiet under the voice, made in code and seamless at any length."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.loudness import k_response

# One loop lasts 24 s: a thousand MP3 frames, and long enough that noise is not heard to come back.
_LOOP_SECONDS = 24
_SEED = 20_240_101
# A little steeper than pink: like a quiet room or far-off surf; nothing below what speakers give.
_SLOPE = -0.6
_LOWEST_HZ, _HIGHEST_HZ = 45.0, 9_000.0
_TOGETHER = 0.6
"""How much of the sound is the same in both channels: a soft width that survives mono."""
_SPARSE = 32


@dataclass(frozen=True, kw_only=True, eq=False)
class Bed:
    """One loop of sound: float32, shape ``(frames, 2)``; its end runs into its start."""

    loop: Block

    def between(self, start: int, stop: int) -> Block:
        """The bed's frames from ``start`` to ``stop``, of an endless track."""
        length = len(self.loop)
        at = start % length
        if at + stop - start <= length:
            return self.loop[at : at + stop - start]
        return self.loop[np.arange(start, stop) % length]


def soft(rate: int, loudness_lufs: float) -> Bed:
    """Broadband noise at that loudness: the same samples at every call."""
    length = _LOOP_SECONDS * rate
    level = _level(length, rate)
    # The old generator's stream is frozen for good, which the new one's is not.
    dice = np.random.RandomState(_SEED)
    shared, apart = _noise(level, dice) * np.float32(_TOGETHER), np.float32(np.sqrt(1 - _TOGETHER**2))
    # Parseval: the K-weighted mean square of a channel, from its spectrum (twice, for negative frequencies).
    power = 2 * float(np.sum(np.square(_k_gain(length, rate) * level, dtype=np.float64))) / length**2
    gain = np.float32(np.sqrt(10 ** ((loudness_lufs + 0.691) / 10) / (2 * power)))
    loop = np.empty((length, 2), dtype=np.float32)
    for channel in range(2):
        loop[:, channel] = np.fft.irfft((shared + _noise(level, dice) * apart) * gain, length)
    return Bed(loop=loop)


def _level(length: int, rate: int) -> NDArray[np.float32]:
    hertz = np.maximum(np.fft.rfftfreq(length, 1 / rate), 1e-3).astype(np.float32)
    level = hertz ** np.float32(_SLOPE)
    level /= np.sqrt(1 + (np.float32(_LOWEST_HZ) / hertz) ** 8) * np.sqrt(1 + (hertz / np.float32(_HIGHEST_HZ)) ** 4)
    level[0] = level[-1] = 0
    smooth: NDArray[np.float32] = level
    return smooth


def _k_gain(length: int, rate: int) -> NDArray[np.float32]:
    """The K-weighting's gain at each frequency; it is smooth, so every 32nd is computed and the rest drawn."""
    few = np.abs(k_response(length // _SPARSE, rate))
    gain = np.interp(np.arange(length // 2 + 1) / _SPARSE, np.arange(len(few)), few)
    return gain.astype(np.float32)


def _noise(level: NDArray[np.float32], dice: np.random.RandomState) -> NDArray[np.complex64]:
    """A spectrum of that level with random phases: noise that repeats without a seam."""
    phase = dice.random_sample(len(level)).astype(np.float32) * np.float32(2 * np.pi)
    noise: NDArray[np.complex64] = level * np.exp(np.complex64(1j) * phase)
    return noise
