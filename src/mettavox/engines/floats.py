"""Samples as networks give them, floats in [-1, 1], made a clip."""

from typing import Any

import numpy as np
from numpy.typing import NDArray

from mettavox.audio import Clip

Floats = NDArray[np.float32]
_QUIET_SECONDS, _FADE_SECONDS = 0.05, 0.005
_FULL = 32767


def clip(samples: NDArray[Any], rate: int) -> Clip:
    """A clip of ``samples``, shape ``(frames,)``, that ends in 50 ms of quiet."""
    faded = fade_out(np.asarray(samples, dtype=np.float32), rate)
    whole = np.concatenate([faded, np.zeros(round(rate * _QUIET_SECONDS), dtype=np.float32)])
    return Clip(pcm=np.round(np.clip(whole, -1, 1) * _FULL).astype("<i2").tobytes(), rate=rate)


def fade_in(samples: Floats, rate: int) -> Floats:
    """The samples, their first 5 ms rising from nothing."""
    return fade_out(samples[::-1], rate)[::-1]


def fade_out(samples: Floats, rate: int) -> Floats:
    """The samples, their last 5 ms falling to nothing."""
    length = min(len(samples), round(rate * _FADE_SECONDS))
    faded = samples.copy()
    faded[len(samples) - length :] *= np.linspace(1, 0, length, dtype=np.float32)
    return faded
