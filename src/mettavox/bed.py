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
    hertz = np.fft.rfftfreq(length, 1 / rate)
    with np.errstate(divide="ignore"):
        level = np.where(hertz > 0, np.abs(hertz) ** _SLOPE, 0.0)
    level /= np.sqrt(1 + (_LOWEST_HZ / np.maximum(hertz, 1e-3)) ** 8) * np.sqrt(1 + (hertz / _HIGHEST_HZ) ** 4)
    # The old generator's stream is frozen for good, which the new one's is not.
    dice = np.random.RandomState(_SEED)
    shared, left, right = (_noise(level, dice) for _ in range(3))
    apart = np.sqrt(1 - _TOGETHER**2)
    spectra = [_TOGETHER * shared + apart * left, _TOGETHER * shared + apart * right]
    # Parseval: the K-weighted mean square, from the spectrum (twice, for negative frequencies).
    weight = np.abs(k_response(length, rate)) ** 2
    power = sum(float(2 * np.sum(weight * np.abs(spectrum) ** 2)) / length**2 for spectrum in spectra)
    gain = np.sqrt(10 ** ((loudness_lufs + 0.691) / 10) / power)
    loop = np.stack([np.fft.irfft((spectrum * gain).astype(np.complex64), length) for spectrum in spectra], axis=1)
    return Bed(loop=np.ascontiguousarray(loop, dtype=np.float32))


def _noise(level: NDArray[np.float64], dice: np.random.RandomState) -> NDArray[np.complex128]:
    """A spectrum of that level with random phases: noise that repeats without a seam."""
    noise: NDArray[np.complex128] = level * np.exp(2j * np.pi * dice.random_sample(len(level)))
    noise[0] = noise[-1] = 0
    return noise
