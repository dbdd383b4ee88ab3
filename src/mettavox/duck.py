"""Ducking: a bed that lies louder sinks under speech, slowly, and comes back in long pauses.

All of it follows from where the lines lie, so any range of a track can be computed by itself.
"""

import numpy as np
from numpy.typing import NDArray

from mettavox.script import Line
from mettavox.timeline import Timeline
from mettavox.units import frames

# The bed is down when a line starts, and takes its time to come back: DELIVERY's 300 to 500 ms and 1.5 to 2.5 s.
SINKING_SECONDS, RISING_SECONDS = 0.4, 2.0
SHORTEST_GAP_SECONDS = 4.0
"""In a shorter pause between lines it stays down, or it would be heard to pump."""

Stretches = NDArray[np.int64]
"""Where a bed is down, from its first frame to the one after its last; shape ``(count, 2)``, in order."""


def stretches(timeline: Timeline) -> Stretches:
    """Where there is speech, with the short pauses between lines."""
    shortest = frames(SHORTEST_GAP_SECONDS, timeline.rate)
    found: list[list[int]] = []
    for place in timeline.placements:
        if not isinstance(place.sound, Line):
            continue
        if found and place.start - found[-1][1] < shortest:
            found[-1][1] = max(found[-1][1], place.end)
        else:
            found.append([place.start, place.end])
    return np.array(found, dtype=np.int64).reshape(-1, 2)


def gain(down: Stretches, rate: int, depth_lu: float, start: int, stop: int) -> NDArray[np.float32] | np.float32:
    """The bed's gain at the frames from ``start`` to ``stop``, shape ``(frames,)``, or one number for all.

    ``depth_lu`` is how far it sinks, in dB.
    """
    sinking, rising = frames(SINKING_SECONDS, rate), frames(RISING_SECONDS, rate)
    near = down[(down[:, 0] - sinking < stop) & (down[:, 1] + rising > start)]
    if not len(near):
        return np.float32(1)
    if near[0, 0] <= start and stop <= near[0, 1]:
        return np.float32(_factor(np.ones(1), depth_lu)[0])
    at = np.arange(start, stop)
    depth = np.zeros(len(at))
    for first, last in near:
        in_, out = (at - first + sinking + 0.5) / sinking, (last + rising - at - 0.5) / rising
        depth = np.maximum(depth, np.clip(np.minimum(in_, out), 0, 1))
    return _factor(depth, depth_lu)


def most(down: Stretches, rate: int, depth_lu: float, start: int, stop: int) -> float:
    """The highest gain in a range: at one of its ends, or where the bed is all up."""
    if stop <= start:
        return 1.0
    sinking, rising = frames(SINKING_SECONDS, rate), frames(RISING_SECONDS, rate)
    edges = np.concatenate([[start], down[:, 1] + rising, down[:, 0] - sinking, [stop - 1]])
    inside = edges[(edges >= start) & (edges < stop)]
    return max(float(np.max(gain(down, rate, depth_lu, int(at), int(at) + 1))) for at in inside)


def _factor(depth: NDArray[np.float64], depth_lu: float) -> NDArray[np.float32]:
    """A raised cosine in decibels, from 0 for nothing to 1 for all of ``depth_lu``."""
    decibels = -depth_lu * (0.5 - 0.5 * np.cos(np.pi * depth))
    factor: NDArray[np.float32] = (10 ** (decibels / 20)).astype(np.float32)
    return factor
