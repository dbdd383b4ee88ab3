"""The bed: the quiet under the voice, of any length. How loud one is, and the one that is there by default."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mettavox import noise
from mettavox.codec import Block
from mettavox.loudness import BINS_A_SECOND, Energies, k_energies

# One loop of noise lasts 24 s: a thousand MP3 frames, and long enough that it is not heard to come back.
LOOP_SECONDS = 24
_SEED = 20_240_101
# A little steeper than pink: like a quiet room or far-off surf.
_SLOPE = -0.6
_TOGETHER = 0.6
"""How much of the sound is the same in both channels: a soft width that survives mono."""

HOPS_A_SECOND = 100
METER_SECONDS = 4
"""How much is measured at a time."""
_TENTH_HOPS = 10


class Bed(Protocol):
    """An endless sound under the voice."""

    def between(self, start: int, stop: int) -> Block:
        """Its frames from ``start`` to ``stop``, of an endless track: float32, shape ``(stop - start, 2)``."""

    @property
    def period(self) -> int:
        """After how many frames it comes again, to the sample; 0 where it does not within the longest track."""

    @property
    def power(self) -> float:
        """The mean square of its middle, (left + right) / 2, over the whole loop."""

    @property
    def loudest(self) -> float:
        """At least the mean square of its middle in any 100 ms; within 1 dB of the highest."""

    def most(self, start: int, stop: int) -> float:
        """At least the mean square of its middle in any 100 ms that touch this range; within 1 dB of the highest."""


class Hops:
    """How strong the middle of a loop is, hop by hop of 10 ms: what any 100 ms of it can hold."""

    def __init__(self, energies: NDArray[np.float64], hop: int, frames: int) -> None:
        """``energies`` are the sums of squares of each ``hop`` of the loop's ``frames``; the last may be short."""
        self._hop, self._frames = hop, frames
        self.power = float(energies.sum() / frames)
        # 100 ms that start anywhere in a hop end in the tenth hop after it, or one later around a short one.
        self._reach = _TENTH_HOPS + (frames % hop > 0)
        size = min(_TENTH_HOPS * hop, frames)
        self._touched = (_sums(energies, self._reach + 1) / size).astype(np.float32)
        self.loudest = float(self._touched.max())

    def most(self, start: int, stop: int) -> float:
        """At least the mean square of any 100 ms that touch frames ``start`` to ``stop`` of the endless loop."""
        if stop <= start:
            return 0.0
        if stop - start >= self._frames:
            return self.loudest
        first, last = start % self._frames, (stop - 1) % self._frames
        if first <= last:
            return self._most(first, last)
        return max(self._most(first, self._frames - 1), self._most(0, last))

    def _most(self, first: int, last: int) -> float:
        places = np.arange(first // self._hop - self._reach, last // self._hop + 1) % len(self._touched)
        return float(self._touched[places].max())


def _sums(energies: NDArray[np.float64], count: int) -> NDArray[np.float64]:
    """The sum of ``count`` values from each on, around the end."""
    around = np.concatenate([[0.0], np.cumsum(np.resize(energies, len(energies) + count))])
    sums: NDArray[np.float64] = (around[count:] - around[:-count])[: len(energies)]
    return sums


@dataclass(frozen=True, kw_only=True, eq=False)
class Loop:
    """A Bed made of one loop: float32, shape ``(frames, 2)`` at ``rate`` hertz; its end runs into its start."""

    loop: Block
    rate: int

    def between(self, start: int, stop: int) -> Block:
        """The bed's frames from ``start`` to ``stop``, of an endless track."""
        length = len(self.loop)
        at = start % length
        if at + stop - start <= length:
            return self.loop[at : at + stop - start]
        return self.loop[np.arange(start, stop) % length]

    @property
    def period(self) -> int:
        """The loop's length in frames."""
        return len(self.loop)

    @property
    def power(self) -> float:
        """The mean square of the middle over the whole loop."""
        return self._hops.power

    @property
    def loudest(self) -> float:
        """At least the mean square of the middle in any 100 ms."""
        return self._hops.loudest

    def most(self, start: int, stop: int) -> float:
        """At least the mean square of the middle in any 100 ms that touch this range."""
        return self._hops.most(start, stop)

    @cached_property
    def _hops(self) -> Hops:
        hop, size = self.rate // HOPS_A_SECOND, METER_SECONDS * self.rate
        parts = [middle_energies(self.loop[at : at + size], hop) for at in range(0, len(self.loop), size)]
        return Hops(np.concatenate(parts), hop, len(self.loop))


def middle_energies(block: Block, hop: int) -> NDArray[np.float64]:
    """The sum of squares of the middle of each ``hop`` frames of ``block``; the last may be short."""
    middle = (block[:, 0] + block[:, 1]) * np.float32(0.5)
    parts = np.pad(middle, (0, -len(middle) % hop)).reshape(-1, hop)
    energies: NDArray[np.float64] = np.einsum("ij,ij->i", parts, parts).astype(np.float64)
    return energies


class Meter:
    """Hears a sound of at most ``longest`` frames block by block: how loud it is after BS.1770, and its peak."""

    def __init__(self, rate: int, longest: int) -> None:
        self.frames = 0
        self.peak = 0.0
        self._rate = rate
        self._energies = Energies(longest, rate)

    def hear(self, block: Block) -> None:
        """Take the next frames: a whole number of 100 ms, but for the last."""
        first = self.frames // (self._rate // BINS_A_SECOND)
        for channel in range(2):
            bins = k_energies(np.ascontiguousarray(block[:, channel]), self._rate)
            room = self._energies.bins[first : first + len(bins)]
            room += bins[: len(room)]
        self.peak = max(self.peak, float(block.max(initial=0.0)), -float(block.min(initial=0.0)))
        self.frames += len(block)

    def loudness(self) -> float:
        """Integrated loudness in LUFS, both channels, gated; -inf for silence."""
        return self._energies.integrated()


def loudness(loop: Block, rate: int) -> float:
    """The loudness of a loop in LUFS after BS.1770, both channels, gated; -inf for silence."""
    meter = Meter(rate, len(loop))
    for start in range(0, len(loop), METER_SECONDS * rate):
        meter.hear(loop[start : start + METER_SECONDS * rate])
    return meter.loudness()


def measured(loop: Block, rate: int, loudness_lufs: float) -> Loop:
    """A bed of that loudness: ``loop``, of any level over nothing, which is changed in its place."""
    loop /= max(float(loop.max()), -float(loop.min()))  # clear of the gate, which is absolute
    loop *= np.float32(10 ** ((loudness_lufs - loudness(loop, rate)) / 20))
    return Loop(loop=loop, rate=rate)


def soft(rate: int, loudness_lufs: float) -> Loop:
    """Broadband noise at that loudness: the same samples at every call."""
    length = LOOP_SECONDS * rate
    level = noise.sloped(length, rate, _SLOPE)
    return measured(noise.stereo(level, length, seed=_SEED, together=_TOGETHER), rate, loudness_lufs)
