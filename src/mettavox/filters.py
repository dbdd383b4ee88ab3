"""Filters that change how strong each frequency is, and nothing else: no delay, and no frame more or less."""

from collections.abc import Callable
from functools import cache

import numpy as np
from numpy.typing import NDArray

from mettavox.loudness import Samples, fast_length, recent

Values = NDArray[np.float32]
Gains = Callable[[Values], Values]
"""Gives the factor for each frequency in hertz."""

# How long a filter here rings before and after its input, to 80 dB under it: the lowest edge is at 75 Hz.
_RING_SECONDS = 0.1


def filtered(samples: Samples, rate: int, gains: Gains) -> Samples:
    """``samples`` (one channel) with each frequency at its gain.

    The phase is zero everywhere, so that nothing moves; what rings beyond either end is left out.
    """
    length = fast_length(len(samples) + round(_RING_SECONDS * rate))
    spectrum = np.fft.rfft(samples, length)
    spectrum *= _factors(gains, length, rate)
    changed: Samples = np.fft.irfft(spectrum, length)[: len(samples)].astype(np.float32)
    return changed


def forget() -> None:
    """Let go of what was kept for the lengths of the clips so far."""
    _factors.forget()


@recent(3_000_000)
def _factors(gains: Gains, length: int, rate: int) -> Values:
    return gains(np.fft.rfftfreq(length, 1 / rate).astype(np.float32))


@cache
def high_pass(hertz: float) -> Gains:
    """A Butterworth high-pass of the fourth order: -3 dB at ``hertz``, -24 an octave under it."""

    def gains(frequencies: Values) -> Values:
        powers = np.square(np.square(np.square(frequencies / np.float32(hertz))))
        passed: Values = np.sqrt(powers / (1 + powers))
        return passed

    return gains


@cache
def shelf(low: float, high: float, gain_db: float) -> Gains:
    """A high shelf: ``gain_db`` from ``high`` hertz up, nothing under ``low``, soft between them."""
    share = above(low, high)
    return lambda frequencies: np.float32(10) ** (np.float32(gain_db / 20) * share(frequencies))


@cache
def above(low: float, high: float) -> Gains:
    """What is over ``high`` hertz, without what is under ``low``: half a cosine over the octaves between them."""

    def gains(frequencies: Values) -> Values:
        risen = np.zeros_like(frequencies)
        first, last = np.searchsorted(frequencies, (low, high))
        risen[last:] = 1.0
        risen[first:last] = 0.5 - 0.5 * np.cos(np.pi * np.log(frequencies[first:last] / low) / np.log(high / low))
        return risen

    return gains
