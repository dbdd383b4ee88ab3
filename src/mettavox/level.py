"""Level: how loud speech is by the speech alone, and how loud the quiet beside it."""

import numpy as np
from numpy.typing import NDArray

from mettavox.loudness import Samples, k_weighted

HOPS_A_SECOND = 100
_OFFSET_LUFS = -0.691  # BS.1770-5, equation 2
_SPEECH_RANGE_DB = 20.0
_LOUD_SHARE = 95
_QUIETEST_DB = -90.0

Levels = NDArray[np.float64]


def levels(samples: Samples, rate: int) -> Levels:
    """The K-weighted level of each 10 ms in LUFS, one channel, never under -90; shape ``(hops,)``."""
    return levels_of(k_weighted(samples, rate)[: len(samples)], rate)


def levels_of(weighted: Samples, rate: int) -> Levels:
    """As ``levels``, of samples that are K-weighted already."""
    hop = rate // HOPS_A_SECOND
    whole = np.pad(weighted, (0, -len(weighted) % hop)).reshape(-1, hop)
    power = np.einsum("ij,ij->i", whole, whole, dtype=np.float64) / hop
    measured: Levels = _OFFSET_LUFS + 10 * np.log10(np.maximum(power, 1e-10))
    return np.maximum(measured, _QUIETEST_DB)


def speech(hops: Levels) -> float:
    """The loudness of the speech among those hops, in LUFS: what lies within 20 dB of the loud ones."""
    if not len(hops):
        return _QUIETEST_DB
    loud = hops[hops > percentile(hops, _LOUD_SHARE) - _SPEECH_RANGE_DB]
    return float(10 * np.log10(np.mean(10 ** (loud / 10)))) if len(loud) else _QUIETEST_DB


def percentile(values: Levels, share: float) -> float:
    """What ``share`` per cent of the values lie under, between the nearest two of them, as ``numpy.percentile`` has it:
    that one takes longer to begin than to count. There has to be a value.
    """
    place = share / 100 * (len(values) - 1)
    below = int(place)
    nearest = np.partition(values, (below, above := min(below + 1, len(values) - 1)))
    low, high, part = float(nearest[below]), float(nearest[above]), place - below
    return high - (high - low) * (1 - part) if part >= 0.5 else low + (high - low) * part  # noqa: PLR2004


def of(samples: Samples, rate: int) -> float:
    """The loudness of the speech in ``samples``, one channel, in LUFS."""
    return speech(levels(samples, rate))
