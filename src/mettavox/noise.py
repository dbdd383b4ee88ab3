"""Noise that repeats without a seam: a spectrum of any shape with random phases, and so a circle of sound."""

import numpy as np
from numpy.typing import NDArray

from mettavox.codec import Block

Spectra = NDArray[np.complex64]
"""The spectra of both channels; shape ``(2, lines)``, where the lines that are left out are 0."""
Level = NDArray[np.float32]
"""How strong each frequency of ``numpy.fft.rfft`` is, as an amplitude of any scale; shape ``(lines,)``."""

LOWEST_HZ, HIGHEST_HZ = 45.0, 9_000.0
"""Under this, small speakers give nothing but distortion; over that, a bed hisses."""


def sloped(
    frames: int, rate: int, slope: float, *, lowest_hz: float = LOWEST_HZ, highest_hz: float = HIGHEST_HZ
) -> Level:
    """A level that goes as frequency to the power ``slope`` (-0.5 is pink, -1 brown) between two soft edges.

    Fourth order under ``lowest_hz``, second order over ``highest_hz``; nothing at 0 Hz.
    """
    level: Level = np.zeros(frames // 2 + 1, dtype=np.float32)
    hertz = np.fft.rfftfreq(frames, 1 / rate)[1:-1].astype(np.float32)
    slopes = np.sqrt(1 + (np.float32(lowest_hz) / hertz) ** 8) * np.sqrt(1 + (hertz / np.float32(highest_hz)) ** 4)
    level[1:-1] = hertz ** np.float32(slope) / slopes
    return level


def spectra(level: Level, *, seed: int, together: float) -> Spectra:
    """Noise of that level: the same at every call.

    ``together`` in [0, 1] is how much of the sound is the same in both channels: their correlation is its square.
    """
    # The old generator's stream is frozen for good, which the new one's is not.
    dice = np.random.RandomState(seed)
    shared, apart = _noise(level, dice), np.float32(np.sqrt(1 - together**2))
    shared *= np.float32(together)
    both: Spectra = np.empty((2, len(level)), dtype=np.complex64)
    for channel in both:
        own = _noise(level, dice)
        own *= apart
        np.add(shared, own, out=channel)
    return both


# In quotes, since numpy imports its random part, which takes a while, when it is first named.
def _noise(level: Level, dice: "np.random.RandomState") -> NDArray[np.complex64]:
    phase = dice.random_sample(len(level)).astype(np.float32)
    phase *= np.float32(2 * np.pi)
    noise: NDArray[np.complex64] = np.complex64(1j) * phase
    np.exp(noise, out=noise)
    return np.multiply(level, noise, out=noise)


def loop(of: Spectra, frames: int) -> Block:
    """The sound of both spectra, shape ``(frames, 2)``: its end runs into its start."""
    sound = np.empty((frames, 2), dtype=np.float32)
    for channel in range(2):
        sound[:, channel] = np.fft.irfft(of[channel], frames)
    return sound


def stereo(level: Level, frames: int, *, seed: int, together: float) -> Block:
    """Noise of that level, shape ``(frames, 2)``, without a seam."""
    return loop(spectra(level, seed=seed, together=together), frames)
