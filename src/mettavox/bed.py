"""The bed: the quiet under the voice, of any length. How loud one is, and the one that is there by default."""

from dataclasses import dataclass
from functools import cached_property
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

from mettavox import noise
from mettavox.codec import Block
from mettavox.loudness import Energies, k_energies

# One loop of noise lasts 24 s: a thousand MP3 frames, and long enough that it is not heard to come back.
LOOP_SECONDS = 24
_SEED = 20_240_101
# A little steeper than pink: like a quiet room or far-off surf.
_SLOPE = -0.6
_TOGETHER = 0.6
"""How much of the sound is the same in both channels: a soft width that survives mono."""

HOPS_A_SECOND = 100
_TENTH_HOPS = 10


class Bed(Protocol):
    """An endless sound under the voice."""

    def between(self, start: int, stop: int) -> Block:
        """Its frames from ``start`` to ``stop``, of an endless track: float32, shape ``(stop - start, 2)``."""

    @property
    def power(self) -> float:
        """The mean square of its middle, (left + right) / 2, over the whole loop."""

    @property
    def loudest(self) -> float:
        """The highest mean square of its middle in any 100 ms."""

    def most(self, start: int, stop: int) -> float:
        """At least the mean square of its middle in any 100 ms that touch this range; within 1 dB of the highest."""


class Hops:
    """How strong the middle of a loop is, hop by hop of 10 ms: what any 100 ms of it can hold."""

    def __init__(self, energies: NDArray[np.float64], hop: int) -> None:
        """``energies`` are the sums of squares of each ``hop`` frames, of which the loop has a whole number."""
        self._hop = hop
        self.power = float(energies.sum() / (hop * len(energies)))
        around = np.concatenate([energies, energies[: _TENTH_HOPS + 1]])
        running = np.concatenate([[0.0], np.cumsum(around)])
        size = _TENTH_HOPS * hop
        self.loudest = float((running[_TENTH_HOPS:-1] - running[: -_TENTH_HOPS - 1]).max() / size)
        # 100 ms that start anywhere in a hop end in the tenth hop after it.
        touched = running[_TENTH_HOPS + 1 :] - running[: -_TENTH_HOPS - 1]
        self._touched = (touched[: len(energies)] / size).astype(np.float32)

    def most(self, start: int, stop: int) -> float:
        """At least the mean square of any 100 ms that touch frames ``start`` to ``stop`` of the endless loop."""
        first, last = start // self._hop - _TENTH_HOPS, -(-stop // self._hop)
        length = len(self._touched)
        if last - first >= length:
            return float(self._touched.max())
        return float(self._touched[np.arange(first, last) % length].max()) if stop > start else 0.0


@dataclass(frozen=True, kw_only=True, eq=False)
class Loop:
    """A Bed made of one loop: float32, shape ``(frames, 2)``, a whole number of 10 ms; its end runs into its start."""

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
    def power(self) -> float:
        """The mean square of the middle over the whole loop."""
        return self._hops.power

    @property
    def loudest(self) -> float:
        """The highest mean square of the middle in any 100 ms."""
        return self._hops.loudest

    def most(self, start: int, stop: int) -> float:
        """At least the mean square of the middle in any 100 ms that touch this range."""
        return self._hops.most(start, stop)

    @cached_property
    def _hops(self) -> Hops:
        hop = self.rate // HOPS_A_SECOND
        return Hops(middle_energies(self.loop, hop), hop)


def middle_energies(block: Block, hop: int) -> NDArray[np.float64]:
    """The sum of squares of the middle of each ``hop`` frames of ``block``, as many as are whole."""
    whole = len(block) // hop * hop
    middle = ((block[:whole, 0] + block[:whole, 1]) * np.float32(0.5)).reshape(-1, hop)
    energies: NDArray[np.float64] = np.einsum("ij,ij->i", middle, middle).astype(np.float64)
    return energies


def loudness(loop: Block, rate: int) -> float:
    """The loudness of a loop in LUFS after BS.1770, both channels, gated; -inf for silence."""
    energies = Energies(len(loop), rate)
    for channel in range(2):
        bins = k_energies(np.ascontiguousarray(loop[:, channel]), rate)
        energies.bins[: len(bins)] += bins
    return energies.integrated()


def measured(loop: Block, rate: int, loudness_lufs: float) -> Loop:
    """A bed of that loudness: ``loop``, of any level over nothing, which is changed in its place."""
    loop /= np.sqrt(np.mean(np.square(loop)))  # clear of the gate, which is absolute
    loop *= np.float32(10 ** ((loudness_lufs - loudness(loop, rate)) / 20))
    return Loop(loop=loop, rate=rate)


def soft(rate: int, loudness_lufs: float) -> Loop:
    """Broadband noise at that loudness: the same samples at every call."""
    length = LOOP_SECONDS * rate
    level = noise.sloped(length, rate, _SLOPE)
    return measured(noise.stereo(level, length, seed=_SEED, together=_TOGETHER), rate, loudness_lufs)
