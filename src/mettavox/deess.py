"""A soft de-esser: sharp S sounds lose up to 5 dB of what is over 5 kHz, and nothing else is touched.

A dynamic shelf. What lies above is split off without delay, and is taken back by as much as each moment
asks for; where nothing is asked for, the sound stays the same to the bit.
"""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mettavox import level
from mettavox.filters import above, filtered
from mettavox.loudness import Samples

MOST_DB = 5.0
"""The most that is taken back; from 3 dB on for an S that is 20 dB under the speech around it."""

LOWEST_RATE = 14_000
"""Clips of a lower rate have no S to soften, and are left alone."""

_Hops = NDArray[np.float64]

# What is above: the fifth formant of a high voice ends before, and the energy of an S begins.
_LOW_HZ, _HIGH_HZ = 4500.0, 6000.0
_HOPS_A_SECOND = 200
# Measured over 350 lines in four voices: vowels have less than -20 dB of their power above, an S more than -4;
# and what is 32 dB under the speech is a breath or the room, an F or the tail of a T.
_VOWEL_DB, _SIBILANT_DB = -12.0, -4.0
_FAINT_DB, _SHARP_DB = -32.0, -12.0
# The gain opens and closes over 20 ms on either side, so that it does not click, and does not follow the noise.
_SMOOTHING = 2
_NOTHING = 1e-12


def softened(samples: Samples, rate: int) -> Samples:
    """``samples`` (one channel in [-1, 1]) with softer S sounds; as long as before, and no frame moved.

    How sharp is too sharp is judged against the clip's own speech, so that a quiet clip is treated like a loud one.
    """
    if rate < LOWEST_RATE or not len(samples):
        return samples
    high = filtered(samples, rate, above(_LOW_HZ, _HIGH_HZ))
    reduction = _reduction_db(_powers(high, rate), _powers(samples, rate))
    if not reduction.any():
        return samples
    hop = rate // _HOPS_A_SECOND
    middles = np.arange(len(reduction)) * hop + (hop - 1) / 2
    taken = np.interp(np.arange(len(samples)), middles, 1 - 10 ** (-reduction / 20)).astype(np.float32)
    softer: Samples = samples - taken * high
    return softer


def _reduction_db(high: _Hops, whole: _Hops) -> _Hops:
    """How much is taken back in each hop, 0 to MOST_DB: what is both mostly above, and loud there."""
    share = _ramp(10 * np.log10(high / whole), _VOWEL_DB, _SIBILANT_DB)
    loud = _ramp(10 * np.log10(high) - level.speech(10 * np.log10(whole)), _FAINT_DB, _SHARP_DB)
    held = _windows(MOST_DB * share * loud).max(axis=1)
    return _averaged(held)


def _powers(samples: Samples, rate: int) -> _Hops:
    """The mean square of each hop, averaged with its neighbours: a hop of noise alone varies by 2 dB."""
    hop = rate // _HOPS_A_SECOND
    whole = np.pad(samples, (0, -len(samples) % hop)).reshape(-1, hop)
    return np.maximum(_averaged(np.einsum("ij,ij->i", whole, whole, dtype=np.float64) / hop), _NOTHING)


def _averaged(hops: _Hops) -> _Hops:
    weights = np.hanning(2 * _SMOOTHING + 3)[1:-1]
    averaged: _Hops = _windows(hops) @ (weights / weights.sum())
    return averaged


def _windows(hops: _Hops) -> _Hops:
    return sliding_window_view(np.pad(hops, _SMOOTHING), 2 * _SMOOTHING + 1)


def _ramp(values: _Hops, low: float, high: float) -> _Hops:
    """0 up to ``low``, 1 from ``high`` on, and a straight line between them."""
    return np.clip((values - low) / (high - low), 0.0, 1.0)
