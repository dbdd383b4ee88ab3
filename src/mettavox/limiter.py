"""A true-peak limiter for one clip: it looks ahead and back, and never adds gain.

It works in hops of HOP frames: the peak of each hop is found once, and the gain for any level
follows from it.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mettavox.loudness import OVERSAMPLING, Samples, oversampled

HOP = 16
# Slower than the pitch of a low voice, so that the gain does not follow single pulses of it.
_SMOOTHING_SECONDS = 0.025

Hops = NDArray[np.float64]


def hop_peaks(samples: Samples) -> Hops:
    """The true peak (amplitude) of each hop of ``samples`` (one channel)."""
    hops = -(-len(samples) // HOP)
    finer = np.abs(oversampled(samples))[: hops * HOP * OVERSAMPLING]
    padded = np.pad(finer, (0, hops * HOP * OVERSAMPLING - len(finer)))
    peaks: Hops = padded.reshape(hops, -1).max(axis=1).astype(np.float64)
    return peaks


def hop_gain(peaks: Hops, rate: int, ceiling: float) -> Hops:
    """The gain of each hop, at most 1, that keeps every peak at or under ``ceiling``."""
    needed = np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9))
    if needed.min(initial=1.0) == 1.0:
        return needed
    return _smooth(needed, round(_SMOOTHING_SECONDS * rate / HOP))


def with_gain(samples: Samples, gain: Hops) -> Samples:
    """``samples`` under the gain of their hops, drawn from the middle of one to the middle of the next."""
    middles = np.arange(len(gain)) * HOP + HOP / 2
    curve = np.interp(np.arange(len(samples)), middles, gain).astype(np.float32)
    quieter: Samples = samples * curve
    return quieter


def _smooth(gain: Hops, radius: int) -> Hops:
    """A smooth gain that is nowhere above the needed one.

    The lowest gain within ``radius + 1`` hops, averaged over ``radius`` hops: every value that is
    averaged is at most the gain needed in the middle, and so is what lies between two hops.
    """
    wide = np.pad(gain, 2 * radius + 1, constant_values=1.0)
    lowest = sliding_window_view(wide, 2 * (radius + 1) + 1).min(axis=1)
    window = np.hanning(2 * radius + 3)[1:-1]
    return np.convolve(lowest, window / window.sum(), mode="valid")
