"""The mixer: any range of frames of a timeline, the same whichever ranges are asked for."""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from functools import cache, lru_cache
from math import lcm

import numpy as np
from numpy.typing import NDArray

from mettavox import duck, tones
from mettavox.bed import Bed
from mettavox.codec import Block
from mettavox.script import Bell, Line
from mettavox.timeline import Timeline
from mettavox.units import frames
from mettavox.verify import BLOCK_SECONDS

Stem = Mapping[Line | Bell, NDArray[np.int16]]
"""The finished clips at the timeline's rate, by what they are a clip of."""

FADE_IN_SECONDS, FADE_OUT_SECONDS = 6.0, 12.0
GUARD_HZ, GUARD_DBFS = 20, -28.5
"""The pause guard: under hearing at any level at which speech is comfortable, and over what apps take for silence."""

# On a short track the bed's fades take at most this share of it.
_FADE_SHARE = 0.1
_GUARD_FADE_SECONDS = 0.5
_GUARD_PEAK = 10 ** (GUARD_DBFS / 20)
_FULL_SCALE = np.float32(1 / 32768)
# Over 100 ms, the power of a breath tone moves by this much around its mean.
_TONE_RIPPLE = 1.06

_Gain = NDArray[np.float32] | np.float32


class Mixer:
    """Voice, bed, breath tones and pause guard of one timeline.

    ``fades`` are the seconds of the bed's fades at both ends, each a tenth of the track at most; ``duck_lu``
    is how far the bed sinks under speech; ``tones_lufs`` is the loudness of the breath tones, or None for
    none; ``guard`` adds a tone too low to be heard, so that apps that cut silence leave the pauses.
    """

    def __init__(
        self,
        timeline: Timeline,
        stem: Stem,
        bed: Bed | None,
        *,
        fades: tuple[float, float] = (FADE_IN_SECONDS, FADE_OUT_SECONDS),
        duck_lu: float = 0.0,
        tones_lufs: float | None = None,
        guard: bool = False,
    ) -> None:
        self._timeline = timeline
        self._stem = stem
        self._bed = bed
        self._duck_lu = duck_lu
        self._tones_lufs = tones_lufs
        self._guard = guard
        self._ends = [place.end for place in timeline.placements]
        self._tone_ends = [each.end for each in timeline.tones]
        longest = round(timeline.frames * _FADE_SHARE)
        self._fade_in, self._fade_out = (min(longest, frames(each, timeline.rate)) for each in fades)
        self._guard_fade = min(longest, frames(_GUARD_FADE_SECONDS, timeline.rate))
        self._down = duck.stretches(timeline)

    def between(self, start: int, stop: int) -> Block:
        """The frames from ``start`` to ``stop``: float32, shape ``(stop - start, 2)``."""
        block: Block = np.zeros((stop - start, 2), dtype=np.float32)
        if self._bed is not None:
            block += self._bed.between(start, stop) * _column(self._fade(start, stop, self._fade_in, self._fade_out))
            if self._duck_lu:
                block *= _column(self._ducked(start, stop))
        if self._guard:
            block += _column(self._low(start, stop))
        if self._tones_lufs is not None:
            self._add_tones(block, start, stop, self._tones_lufs)
        for place in self._timeline.placements[bisect_left(self._ends, start + 1) :]:
            if place.start >= stop:
                break
            first, last = max(start, place.start), min(stop, place.end)
            clip = self._stem[place.sound][first - place.start : last - place.start]  # it may be shorter than its place
            block[first - start : first - start + len(clip)] += (clip * _FULL_SCALE)[:, None]
        return block

    def blocks(self) -> Iterator[Block]:
        """The whole of it in its order, BLOCK_SECONDS at a time."""
        size = BLOCK_SECONDS * self._timeline.rate
        for start in range(0, self._timeline.frames, size):
            yield self.between(start, min(start + size, self._timeline.frames))

    def background(self, start: int, stop: int) -> Block:
        """What sounds wherever nothing changes: bed and guard at their full level, at any frame of an endless track."""
        block: Block = np.zeros((stop - start, 2), dtype=np.float32)
        if self._bed is not None:
            block += self._bed.between(start, stop)
        if self._guard:
            block += _column(self._turning(start, stop))
        return block

    @property
    def is_alike(self) -> bool:
        """Whether both channels are the same throughout: only a bed has two."""
        return self._bed is None

    @property
    def period(self) -> int:
        """After how many frames the background comes again: 1 for silence, 0 where that is not known."""
        bed = 1 if self._bed is None else self._bed.period
        return lcm(bed, len(_guard_wave(self._timeline.rate))) if self._guard else bed

    def changes(self) -> Iterator[tuple[int, int]]:
        """Every range of frames in which there is more than the background, or less; they may overlap."""
        end, rate = self._timeline.frames, self._timeline.rate
        yield from ((place.start, place.end) for place in self._timeline.placements)
        if self._tones_lufs is not None:
            yield from ((each.start, each.end) for each in self._timeline.tones if each.phase != "rest")
        if self._bed is not None:
            yield from ((0, self._fade_in), (end - self._fade_out, end))
            if self._duck_lu:
                sinking, rising = frames(duck.SINKING_SECONDS, rate), frames(duck.RISING_SECONDS, rate)
                yield from ((max(0, int(first) - sinking), int(last) + rising) for first, last in self._down)
        if self._guard:
            yield from ((0, self._guard_fade), (end - self._guard_fade, end))

    def floor(self, start: int, stop: int) -> float:
        """The most mean square of the middle that bed, tones and guard may have in any 100 ms of a range.

        Never too low, and mostly within 3 dB of the most that there is; 0 without any of them.
        """
        if stop <= start:
            return 0.0
        amplitude = 0.0  # at worst they swing together
        if self._bed is not None:
            gain = self._most_fade(start, stop)
            if self._duck_lu:
                gain *= duck.most(self._down, self._timeline.rate, self._duck_lu, start, stop)
            amplitude += gain * self._bed.most(start, stop) ** 0.5
        if self._guard:
            amplitude += _GUARD_PEAK / 2**0.5
        if self._tones_lufs is not None and self._sounding(start, stop):
            amplitude += (tones.power(self._timeline.rate, self._tones_lufs) * _TONE_RIPPLE) ** 0.5
        return amplitude**2

    def _fade(self, start: int, stop: int, fade_in: int, fade_out: int) -> _Gain:
        """A gain in a range: raised cosines at both ends of the track, 1 between."""
        ending = self._timeline.frames - fade_out
        if start >= fade_in and stop <= ending:
            return np.float32(1)
        curve = np.ones(stop - start)  # cosines take time, so there are some only where it moves
        begun, ended = min(stop, fade_in) - start, max(start, ending) - start
        if begun > 0:
            curve[:begun] = 0.5 * (1 - np.cos(np.pi * ((np.arange(start, start + begun) + 0.5) / max(1, fade_in))))
        if ended < stop - start:
            left = (self._timeline.frames - np.arange(start + ended, stop) - 0.5) / max(1, fade_out)
            curve[ended:] *= 0.5 * (1 - np.cos(np.pi * np.clip(left, 0, 1)))
        gain: NDArray[np.float32] = curve.astype(np.float32)
        return gain

    def _most_fade(self, start: int, stop: int) -> float:
        """The bed's highest fade in a range: it rises, stays, and falls."""
        if start < self._timeline.frames - self._fade_out and stop > self._fade_in:
            return 1.0
        edges = (self._fade(at, at + 1, self._fade_in, self._fade_out) for at in (start, stop - 1))
        return max(float(np.max(edge)) for edge in edges)

    def _ducked(self, start: int, stop: int) -> _Gain:
        return duck.gain(self._down, self._timeline.rate, self._duck_lu, start, stop)

    def _low(self, start: int, stop: int) -> NDArray[np.float32]:
        return self._turning(start, stop) * self._fade(start, stop, self._guard_fade, self._guard_fade)

    def _turning(self, start: int, stop: int) -> NDArray[np.float32]:
        wave = _guard_wave(self._timeline.rate)
        sound: NDArray[np.float32] = wave[np.arange(start, stop) % len(wave)]
        return sound

    def _add_tones(self, block: Block, start: int, stop: int, loudness_lufs: float) -> None:
        for each in self._timeline.tones[bisect_left(self._tone_ends, start + 1) :]:
            if each.start >= stop:
                break
            first, last = max(start, each.start), min(stop, each.end)
            sound = _tone(each.phase, each.frames, self._timeline.rate, loudness_lufs)
            block[first - start : last - start] += sound[first - each.start : last - each.start, None]

    def _sounding(self, start: int, stop: int) -> bool:
        near = self._timeline.tones[bisect_left(self._tone_ends, start + 1) :]
        return any(each.start < stop and each.phase != "rest" for each in near)


def _column(gain: _Gain) -> _Gain:
    return gain[:, None] if isinstance(gain, np.ndarray) else gain


@cache
def _guard_wave(rate: int) -> NDArray[np.float32]:
    """One turn of the guard, which is a whole number of frames at every rate that is a multiple of 20."""
    turn = np.arange(rate // GUARD_HZ) / (rate // GUARD_HZ)
    return (_GUARD_PEAK * np.sin(2 * np.pi * turn)).astype(np.float32)


# A practice has a handful of phases, of a few seconds each.
_tone = lru_cache(maxsize=16)(tones.tone)
