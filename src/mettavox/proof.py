"""Proof: what a finished track has to hold, so that it can be held against it now, or years later from its record."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mettavox.script import Bell, Line
from mettavox.timeline import Placement, Timeline

CELLS_A_SECOND = 100
PIECE_CELLS = 25
"""A sound's level is kept for every quarter of a second, counted from the 10 ms in which it begins."""

_LEAST = 1e-12


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A clip at its place: ``number`` is its line in the script, 0 for a bell.

    ``levels`` has the energy (sum of squares of the middle) of each quarter second, in dB.
    """

    number: int
    start: int
    frames: int
    levels: tuple[float, ...]

    @property
    def end(self) -> int:
        """The first frame after the sound."""
        return self.start + self.frames


@dataclass(frozen=True, kw_only=True)
class Quiet:
    """A silence, and the most mean square that bed, tones and guard may have in it."""

    start: int
    frames: int
    floor: float


@dataclass(frozen=True, kw_only=True)
class Proof:
    """What has to be true of a track: frames at ``rate``, loudness and peak, every sound, every silence.

    ``added_lu`` is how much louder the bed makes what is heard where there is speech, which is not the voice's.
    """

    rate: int
    frames: int
    voice_lufs: float
    highest_dbtp: float
    sounds: tuple[Sound, ...]
    quiets: tuple[Quiet, ...]
    floor: float = 0.0
    added_lu: float = 0.0

    @property
    def cell(self) -> int:
        """Frames in 10 ms."""
        return self.rate // CELLS_A_SECOND


def expected(
    timeline: Timeline,
    clips: Mapping[Line | Bell, NDArray[np.int16]],
    voice_lufs: float,
    floor: Callable[[int, int], float],
    *,
    highest_dbtp: float,
    added_lu: float = 0.0,
) -> Proof:
    """The proof of a timeline with the stem's clips; ``floor`` gives the most mean square under a range of frames.

    The voice is to be as loud as its stem is, ``voice_lufs``: louder than its peaks bear it cannot be made.
    """
    cell = timeline.rate // CELLS_A_SECOND
    return Proof(
        rate=timeline.rate,
        frames=timeline.frames,
        voice_lufs=voice_lufs,
        highest_dbtp=highest_dbtp,
        added_lu=added_lu,
        sounds=tuple(
            Sound(
                number=place.sound.number if isinstance(place.sound, Line) else 0,
                start=place.start,
                frames=place.frames,
                levels=levels(place, clips[place.sound], cell),
            )
            for place in timeline.placements
        ),
        quiets=tuple(
            Quiet(start=each.start, frames=each.frames, floor=floor(each.start, each.start + each.frames))
            for each in timeline.silences
        ),
        floor=floor(0, timeline.frames),
    )


def levels(place: Placement, clip: NDArray[np.int16], cell: int) -> tuple[float, ...]:
    """The level of each piece of a clip at its place, in dB; ``cell`` is 10 ms in frames."""
    first, last = place.start // cell, -(-place.end // cell)
    whole = np.zeros((last - first) * cell, dtype=np.float32)
    offset = place.start - first * cell
    whole[offset : offset + len(clip)] = clip
    grid = whole.reshape(-1, cell) / np.float32(32768)
    energy = pieces(np.einsum("ij,ij->i", grid, grid, dtype=np.float64))
    return tuple(round(float(level), 2) for level in decibels(energy))


def pieces(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """The energy of every quarter of a second; what is left over at the end belongs to the last."""
    starts = np.arange(0, max(1, len(cells) - PIECE_CELLS + 1), PIECE_CELLS)
    sums: NDArray[np.float64] = np.add.reduceat(cells, starts)
    return sums


def pieces_of(start: int, frames: int, rate: int) -> int:
    """How many pieces the level of a sound is kept in, that lies there at ``rate`` hertz."""
    cell = rate // CELLS_A_SECOND
    return max(1, (-(-(start + frames) // cell) - start // cell) // PIECE_CELLS)


def decibels(power: NDArray[np.float64]) -> NDArray[np.float64]:
    """10 log10 of it, never under -120."""
    level: NDArray[np.float64] = 10 * np.log10(np.maximum(power, _LEAST))
    return level
