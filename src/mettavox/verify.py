"""The proof of a finished track: its decoded sound is measured and held against its timeline."""

from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.errors import SoundError
from mettavox.loudness import BINS_A_SECOND, Energies, Samples, TruePeak, k_energies
from mettavox.script import Line
from mettavox.stem import VOICE_LUFS, VoiceStem
from mettavox.timeline import Silence, Timeline

LOUDNESS_TOLERANCE_LU = 0.5
HIGHEST_DBTP = -1.0
BLOCK_SECONDS = 2
"""How much is decoded at a time; a whole number of 100 ms."""

_CELLS_A_SECOND = 100
# A line is there when the energy of each of its quarter seconds is within this many dB of its clip's,
# as far as it is not faint.
_LINE_TOLERANCE_DB = 3.0
_PIECE_CELLS = 25
_FAINT = 10 ** (-15 / 10)
# Encoders smear sound into a silence by a frame or two, and a silence's edges hold the clips' own fades.
_SILENCE_EDGE_SECONDS = 0.1
_SILENCE_FLOOR = 10 ** (-65 / 10)
_BED_CREST = 10 ** (8 / 10)


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a decoded track holds: frames, the voice's loudness in LUFS, the true peak in dBTP."""

    frames: int
    voice_lufs: float
    peak_dbtp: float


def verify(blocks: Iterable[Block], timeline: Timeline, stem: VoiceStem, bed_power: float) -> Measured:
    """Measure a decoded track and hold it against its timeline.

    ``blocks`` come BLOCK_SECONDS at a time; ``bed_power`` is the bed's mean square. Raises
    SoundError, which names the line, the time or the number, when anything is not as it must be.
    """
    ear = _Ear(timeline)
    for block in blocks:
        ear.hear(block)
    _check_length(ear.frames, timeline)
    _check_lines(ear.cells, timeline, stem)
    _check_silences(ear.cells, timeline, bed_power)
    measured = Measured(frames=ear.frames, voice_lufs=ear.energies.integrated(), peak_dbtp=ear.peak.dbtp)
    if abs(measured.voice_lufs - VOICE_LUFS) > LOUDNESS_TOLERANCE_LU:
        raise _failed(f"its voice measures {measured.voice_lufs:.1f} LUFS instead of {VOICE_LUFS:.0f}")
    if measured.peak_dbtp > HIGHEST_DBTP:
        raise _failed(f"its true peak is {measured.peak_dbtp:.2f} dBTP; {HIGHEST_DBTP:.0f} is the most")
    return measured


class _Ear:
    """Hears a track once and remembers energies, not samples."""

    def __init__(self, timeline: Timeline) -> None:
        self.rate = timeline.rate
        self.frames = 0
        self.peak = TruePeak()
        self.energies = Energies(timeline.frames, timeline.rate)
        self._cell = self.rate // _CELLS_A_SECOND
        # The middle's energy in every 10 ms: the one thing here that grows with the track, 1.4 MB an hour.
        self.cells = np.zeros(-(-timeline.frames // self._cell), dtype=np.float32)
        self._spoken = _blocks_with_speech(timeline)

    def hear(self, block: Block) -> None:
        if block.shape[1] != 2:  # noqa: PLR2004
            raise _failed("it is not in stereo")
        left, right = np.ascontiguousarray(block.T)
        same = np.array_equal(left, right)
        self.peak.add(*((left,) if same else (left, right)))
        middle: Samples = left if same else (left + right) * np.float32(0.5)
        whole = -(-len(middle) // self._cell) * self._cell
        padded = middle if whole == len(middle) else np.pad(middle, (0, whole - len(middle)))
        cells = padded.reshape(-1, self._cell)
        room = self.cells[self.frames // self._cell :][: len(cells)]
        room[:] = np.einsum("ij,ij->i", cells, cells)[: len(room)]
        place = self.frames // (BLOCK_SECONDS * self.rate)
        if place in self._spoken:
            self._weigh(middle, place)
        self.frames += len(block)

    def _weigh(self, middle: Samples, place: int) -> None:
        """Add the block's K-weighted energy."""
        energies = k_energies(middle, self.rate)
        first = place * BLOCK_SECONDS * BINS_A_SECOND
        room = self.energies.bins[first : first + len(energies)]
        room += 2 * energies[: len(room)]


def _blocks_with_speech(timeline: Timeline) -> frozenset[int]:
    size = BLOCK_SECONDS * timeline.rate
    return frozenset(
        block
        for place in timeline.placements
        if isinstance(place.sound, Line)
        for block in range(place.start // size, place.end // size + 1)
    )


def _check_length(found: int, timeline: Timeline) -> None:
    if found != timeline.frames:
        raise _failed(f"it decodes to {found} frames instead of {timeline.frames}")


def _check_lines(cells: NDArray[np.float32], timeline: Timeline, stem: VoiceStem) -> None:
    """Every clip is there from its first sound to its last: its energy rises and falls as it should."""
    size = timeline.rate // _CELLS_A_SECOND
    for place in timeline.placements:
        first, last = place.start // size, -(-place.end // size)
        expected = _pieces(_clip_cells(stem.clips[place.sound], place.start % size, size, last - first))
        off = _decibels(_pieces(cells[first:last].astype(np.float64)), expected)
        off[expected < expected.max() * _FAINT] = 0.0  # what is hardly heard is not compared
        worst = int(np.abs(off).argmax())
        if abs(off[worst]) > _LINE_TOLERANCE_DB:
            what = f"line {place.sound.number}" if isinstance(place.sound, Line) else "a bell"
            at = place.start / timeline.rate + worst * _PIECE_CELLS / _CELLS_A_SECOND
            raise _failed(f"{what}, at {at:.1f} s, is {off[worst]:+.1f} dB off its level")


def _clip_cells(clip: NDArray[np.int16], offset: int, size: int, count: int) -> NDArray[np.float64]:
    whole = np.zeros(count * size, dtype=np.float32)
    whole[offset : offset + len(clip)] = clip
    grid = whole.reshape(count, size) / np.float32(32768)
    cells: NDArray[np.float64] = np.einsum("ij,ij->i", grid, grid, dtype=np.float64)
    return cells


def _pieces(cells: NDArray[np.float64]) -> NDArray[np.float64]:
    """The energy of every quarter of a second; what is left over at the end belongs to the last."""
    starts = np.arange(0, max(1, len(cells) - _PIECE_CELLS + 1), _PIECE_CELLS)
    pieces: NDArray[np.float64] = np.add.reduceat(cells, starts)
    return pieces


def _decibels(heard: NDArray[np.float64], expected: NDArray[np.float64]) -> NDArray[np.float64]:
    ratio: NDArray[np.float64] = 10 * np.log10(np.maximum(heard, 1e-12) / np.maximum(expected, 1e-12))
    return ratio


def _check_silences(cells: NDArray[np.float32], timeline: Timeline, bed_power: float) -> None:
    size = timeline.rate // _CELLS_A_SECOND
    edge = round(_SILENCE_EDGE_SECONDS * _CELLS_A_SECOND)
    limit = size * max(bed_power * _BED_CREST, _SILENCE_FLOOR)
    for silence in timeline.silences:
        inside = cells[-(-silence.start // size) + edge : (silence.start + silence.frames) // size - edge]
        # 100 ms at a time: a single cell of noise is loud now and then
        tenths = inside[: len(inside) // 10 * 10].reshape(-1, 10).mean(axis=1)
        if len(tenths) and tenths.max() > limit:
            raise _failed(f"there is a sound in the silence at {_where(silence, timeline, tenths):.1f} s")


def _where(silence: Silence, timeline: Timeline, tenths: NDArray[np.float64]) -> float:
    return silence.start / timeline.rate + _SILENCE_EDGE_SECONDS + int(tenths.argmax()) / 10


def _failed(why: str) -> SoundError:
    return SoundError(
        f"The finished track did not pass its check: {why}.",
        hint="Nothing was delivered. Try again; if it stays so, please report it with the output of “mettavox doctor”.",
    )
