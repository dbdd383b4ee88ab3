"""A true-peak limiter for one clip: it looks ahead and back, and never adds gain."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mettavox.loudness import Samples, oversampled

# Slower than the pitch of a low voice, so that the gain does not follow single pulses of it.
_SMOOTHING_SECONDS = 0.025
_HOP = 16


def limited(samples: Samples, rate: int, ceiling: float) -> Samples:
    """``samples`` (one channel) with no true peak over ``ceiling`` (amplitude, 1 is full scale)."""
    envelope = np.abs(oversampled(samples))
    if envelope.max(initial=0.0) <= ceiling:
        return samples
    hops = -(-len(samples) // _HOP)
    padded = np.zeros(hops * _HOP * 4, dtype=np.float32)
    padded[: len(envelope)] = envelope[: len(padded)]
    peaks = padded.reshape(hops, -1).max(axis=1)
    gain = _smooth(np.minimum(1.0, ceiling / np.maximum(peaks, 1e-9)), round(_SMOOTHING_SECONDS * rate / _HOP))
    middles = np.arange(hops) * _HOP + _HOP / 2
    curve = np.interp(np.arange(len(samples)), middles, gain).astype(np.float32)
    quieter: Samples = samples * curve
    return quieter


def _smooth(gain: NDArray[np.float64], radius: int) -> NDArray[np.float64]:
    """A smooth gain that is nowhere above the needed one.

    The lowest gain within ``radius + 1`` hops, averaged over ``radius`` hops: every value that is
    averaged is at most the gain needed in the middle, and so is what lies between two hops.
    """
    wide = np.pad(gain, 2 * radius + 1, constant_values=1.0)
    lowest = sliding_window_view(wide, 2 * (radius + 1) + 1).min(axis=1)
    window = np.hanning(2 * radius + 3)[1:-1]
    return np.convolve(lowest, window / window.sum(), mode="valid")
