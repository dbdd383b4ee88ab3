"""A true-peak limiter: it looks ahead and back, and never adds gain.

It takes one clip, or a sound that comes block by block. It works in hops of HOP frames: the peak of each hop is found
once, and the gain for any level follows from it.
"""

from collections.abc import Iterable, Iterator

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.loudness import OVERSAMPLING, Samples, oversampled

HOP = 16
# Slower than the pitch of a low voice, so that the gain does not follow single pulses of it.
_SMOOTHING_SECONDS = 0.025
_CHUNK_SECONDS = 1.0
# The gain of a hop depends on those within twice the smoothing, and the true peak at an end on what is missing there.
_ROUND_SECONDS = 0.1
_OVERSHOOT = 2**0.5  # of a true peak over its samples, at most

Hops = NDArray[np.float64]


def hop_peaks(samples: Samples) -> Hops:
    """The true peak (amplitude) of each hop of ``samples`` (one channel)."""
    hops, size = -(-len(samples) // HOP), HOP * OVERSAMPLING
    finer = oversampled(samples)[: hops * size]
    np.abs(finer, out=finer)
    peaks: Hops = np.zeros(hops)
    whole = len(finer) // size
    peaks[:whole] = finer[: whole * size].reshape(whole, size).max(axis=1)
    peaks[whole : whole + 1] = finer[whole * size :].max(initial=0.0)
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
    curve: Samples = np.interp(np.arange(len(samples)), middles, gain).astype(np.float32)
    curve *= samples
    return curve


def limited(blocks: Iterable[Block], rate: int, ceiling: float) -> Iterator[Block]:
    """A sound of any length whose true peak, as an amplitude, is at or under ``ceiling``; one gain for all channels.

    Blocks are of shape ``(frames, channels)``, of any length; as many frames come out as go in.
    """
    chunk, around = (round(seconds * rate / HOP) * HOP for seconds in (_CHUNK_SECONDS, _ROUND_SECONDS))
    kept: Block | None = None
    before = 0
    for block in blocks:
        kept = block if kept is None else np.concatenate([kept, block])
        while len(kept) >= before + chunk + around:
            yield _quieter(kept[: before + chunk + around], rate, ceiling)[before : before + chunk]
            kept, before = kept[before + chunk - around :], around
    if kept is not None and len(kept) > before:
        yield _quieter(kept, rate, ceiling)[before:]


def _quieter(sound: Block, rate: int, ceiling: float) -> Block:
    if max(float(sound.max()), -float(sound.min())) * _OVERSHOOT <= ceiling:
        return sound
    channels = [np.ascontiguousarray(channel) for channel in sound.T]
    peaks = np.maximum.reduce([hop_peaks(channel) for channel in channels])
    gain = hop_gain(peaks, rate, ceiling)
    return np.stack([with_gain(channel, gain) for channel in channels], axis=1)


def _smooth(gain: Hops, radius: int) -> Hops:
    """A smooth gain that is nowhere above the needed one.

    The lowest gain within ``radius + 1`` hops, averaged over ``radius`` hops: every value that is
    averaged is at most the gain needed in the middle, and so is what lies between two hops.
    """
    wide = np.pad(gain, 2 * radius + 1, constant_values=1.0)
    lowest = sliding_window_view(wide, 2 * (radius + 1) + 1).min(axis=1)
    window = np.hanning(2 * radius + 3)[1:-1]
    return np.convolve(lowest, window / window.sum(), mode="valid")
