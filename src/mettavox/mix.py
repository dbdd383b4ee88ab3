"""The mixer: any range of frames of a timeline, the same whichever ranges are asked for."""

from bisect import bisect_left
from collections.abc import Mapping

import numpy as np
from numpy.typing import NDArray

from mettavox.bed import Bed
from mettavox.codec import Block
from mettavox.script import Bell, Line
from mettavox.timeline import Timeline
from mettavox.units import frames

Stem = Mapping[Line | Bell, NDArray[np.int16]]
"""The finished clips at the timeline's rate, by what they are a clip of."""

FADE_IN_SECONDS, FADE_OUT_SECONDS = 6.0, 12.0
# On a short track the bed's fades take at most this share of it.
_FADE_SHARE = 0.1
_FULL_SCALE = np.float32(1 / 32768)


class Mixer:
    """Voice and bed of one timeline."""

    def __init__(self, timeline: Timeline, stem: Stem, bed: Bed | None) -> None:
        self._timeline = timeline
        self._stem = stem
        self._bed = bed
        self._ends = [place.end for place in timeline.placements]
        longest = round(timeline.frames * _FADE_SHARE)
        self._fade_in = min(longest, frames(FADE_IN_SECONDS, timeline.rate))
        self._fade_out = min(longest, frames(FADE_OUT_SECONDS, timeline.rate))

    def between(self, start: int, stop: int) -> Block:
        """The frames from ``start`` to ``stop``: float32, shape ``(stop - start, 2)``."""
        block: Block = np.zeros((stop - start, 2), dtype=np.float32)
        if self._bed is not None:
            block += self._bed.between(start, stop) * self._fade(start, stop)
        for place in self._timeline.placements[bisect_left(self._ends, start + 1) :]:
            if place.start >= stop:
                break
            first, last = max(start, place.start), min(stop, place.end)
            clip = self._stem[place.sound][first - place.start : last - place.start]
            block[first - start : last - start] += (clip * _FULL_SCALE)[:, None]
        return block

    def _fade(self, start: int, stop: int) -> Block | np.float32:
        """The bed's gain in a range: raised cosines at both ends of the track, 1 between."""
        ending = self._timeline.frames - self._fade_out
        if start >= self._fade_in and stop <= ending:
            return np.float32(1)
        at = np.arange(start, stop)
        rising = np.clip((at + 0.5) / max(1, self._fade_in), 0, 1)
        falling = np.clip((self._timeline.frames - at - 0.5) / max(1, self._fade_out), 0, 1)
        curve: Block = (0.25 * (1 - np.cos(np.pi * rising)) * (1 - np.cos(np.pi * falling))).astype(np.float32)
        return curve[:, None]
