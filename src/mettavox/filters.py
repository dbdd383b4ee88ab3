"""Filters that change how strong each frequency is, and nothing else: no delay, and no frame more or less."""

from collections.abc import Callable
from functools import cache, lru_cache

import numpy as np
from numpy.typing import NDArray

from mettavox.loudness import Samples, fast_length

Response = NDArray[np.float32]
"""The gain, a factor, at each frequency of ``numpy.fft.rfft``."""

# How far a filter here sounds before and after its input, to 80 dB under it: the lowest edge is at 75 Hz.
_RING_SECONDS = 0.1


def filtered(samples: Samples, rate: int, gains: Callable[[int, int], Response]) -> Samples:
    """``samples`` (one channel) with each frequency at its gain; ``gains`` takes a length and a rate.

    The filter has zero phase, so that nothing moves; what it rings beyond either end is left out.
    """
    length = fast_length(len(samples) + round(_RING_SECONDS * rate))
    spectrum = np.fft.rfft(samples, length) * gains(length, rate)
    changed: Samples = np.fft.irfft(spectrum, length)[: len(samples)].astype(np.float32)
    return changed


@cache
def high_pass(hertz: float) -> Callable[[int, int], Response]:
    """The gains of a Butterworth high-pass of the fourth order: -3 dB at ``hertz``, -22 an octave of 0.9 below."""

    @lru_cache(maxsize=8)
    def gains(length: int, rate: int) -> Response:
        powers = (_frequencies(length, rate) / hertz) ** 8
        passed: Response = np.sqrt(powers / (1 + powers)).astype(np.float32)
        return passed

    return gains


@cache
def shelf(low: float, high: float, gain_db: float) -> Callable[[int, int], Response]:
    """The gains of a shelf: ``gain_db`` from ``high`` hertz up, nothing under ``low``, soft between them."""

    @lru_cache(maxsize=8)
    def gains(length: int, rate: int) -> Response:
        shelved: Response = (10 ** (gain_db / 20 * _rise(length, rate, low, high))).astype(np.float32)
        return shelved

    return gains


@cache
def above(low: float, high: float) -> Callable[[int, int], Response]:
    """The gains that leave what is over ``high`` hertz, take away what is under ``low``, and fade between them."""

    @lru_cache(maxsize=8)
    def gains(length: int, rate: int) -> Response:
        return _rise(length, rate, low, high).astype(np.float32)

    return gains


def _rise(length: int, rate: int, low: float, high: float) -> NDArray[np.float64]:
    """From 0 at ``low`` to 1 at ``high``, half a cosine over the logarithm of the frequency."""
    octaves = np.log(np.maximum(_frequencies(length, rate), 1.0) / low) / np.log(high / low)
    risen: NDArray[np.float64] = 0.5 - 0.5 * np.cos(np.pi * np.clip(octaves, 0, 1))
    return risen


def _frequencies(length: int, rate: int) -> NDArray[np.float64]:
    return np.fft.rfftfreq(length, 1 / rate)
