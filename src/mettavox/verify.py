"""The proof of a finished track: its decoded sound is measured and held against what it has to be."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.delivery import Delivery
from mettavox.errors import SoundError
from mettavox.loudness import BINS_A_SECOND, Energies, Samples, TruePeak, k_energies
from mettavox.proof import CELLS_A_SECOND, PIECE_CELLS, Proof, Quiet, Sound, decibels, pieces, pieces_of
from mettavox.tally import Tally

LOUDNESS_TOLERANCE_LU = 0.5
BLOCK_SECONDS = 2
"""How much is decoded at a time; a whole number of 100 ms."""

# A line is there when the energy of each of its quarter seconds is within this many dB of its clip's,
# as far as it is not faint.
_LINE_TOLERANCE_DB = 3.0
_FAINT_DB = -15
_GONE_DB = 30
# Encoders smear sound into a silence by a frame or two, and a silence's edges hold the clips' own fades.
_SILENCE_EDGE_SECONDS = 0.1
_SILENCE_FLOOR = 10 ** (-65 / 10)
# What a bed can have in 100 ms over the most that was found in any of its own; noise dips and swells.
_FLOOR_CREST = 10 ** (4 / 10)
# Pauses are measured where they are long enough to be pauses, as a studio would choose a stretch of room tone.
_PAUSE_SECONDS = 1.0


Levels = NDArray[np.float32]
"""Energies of 10 ms, or their means."""
Decibels = NDArray[np.float64]

_HINT = "Nothing was delivered. Try again; if it stays so, please report it with the output of “mettavox doctor”."
_LOUD_HINT = (
    "Nothing was delivered. A bed that lies lower (--bed-under 15), --duck, or another --profile leaves the voice room."
)
_HINTS = {"loudness": _LOUD_HINT, "true peak": _LOUD_HINT}


@dataclass(frozen=True, kw_only=True)
class Measured:
    """What a decoded track holds: frames, the voice's loudness in LUFS, the true peak in dBTP.

    ``spoken_rms_db`` is the RMS of the spoken parts, ``floor_db`` that of the loudest pause, and ``whole_rms_db``
    that of all of it, in dBFS of a channel.
    """

    frames: int
    voice_lufs: float
    peak_dbtp: float
    spoken_rms_db: float
    floor_db: float
    whole_rms_db: float = float("-inf")


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One thing that was looked at: what it is, whether it holds, and how it was found, in words."""

    what: str
    holds: bool
    found: str


def verify(blocks: Iterable[Block], proof: Proof) -> Measured:
    """Measure a decoded track and hold it against its proof. ``blocks`` come BLOCK_SECONDS at a time.

    Raises SoundError, which names the line, the time or the number, when anything is not as it must be.
    """
    return passed(*examined(blocks, proof))


def passed(measured: Measured, findings: Iterable[Finding]) -> Measured:
    """What was measured, if everything holds. Raises SoundError as ``verify`` does."""
    for finding in findings:
        if not finding.holds:
            raise SoundError(
                f"The finished track did not pass its check: {finding.found}.",
                hint=_HINTS.get(finding.what, _HINT),
            )
    return measured


def examined(blocks: Iterable[Block], proof: Proof) -> tuple[Measured, tuple[Finding, ...]]:
    """What was measured in a decoded track, and each thing that has to hold: a finding for what does, and does not."""
    ear = Ear(proof.frames, proof.rate, spoken_bins(proof))
    for block in blocks:
        ear.hear(block)
    return judged(ear, proof)


def judged(ear: "Ear", proof: Proof) -> tuple[Measured, tuple[Finding, ...]]:
    """What an ear has heard, held against the proof."""
    ear.cells.gather()
    tenths = _tenths(ear.cells, proof)
    measured = Measured(
        frames=ear.frames,
        voice_lufs=ear.energies.integrated() - proof.added_lu,
        peak_dbtp=ear.peak.dbtp,
        spoken_rms_db=_spoken_rms(ear.cells, proof),
        floor_db=_floor(tenths, proof),
        whole_rms_db=_dbfs(ear.cells.sum() / max(1, ear.frames)),
    )
    return measured, tuple(_findings(ear, measured, proof, tenths))


def against(delivery: Delivery, measured: Measured) -> tuple[Finding, ...]:
    """What was measured beside what the delivery profile asks for."""
    found = [
        _within("voice", measured.voice_lufs, "LUFS", near=delivery.voice_lufs),
        _within("true peak", measured.peak_dbtp, "dBTP", most=delivery.highest_dbtp),
    ]
    if delivery.spoken_rms_db is not None:
        found.append(_within("RMS of the spoken parts", measured.spoken_rms_db, "dB", between=delivery.spoken_rms_db))
    if delivery.floor_db is not None:
        found.append(_within("RMS of the pauses", measured.floor_db, "dB", most=delivery.floor_db))
    return tuple(found)


def _within(
    what: str,
    value: float,
    unit: str,
    *,
    near: float | None = None,
    most: float = float("inf"),
    between: tuple[float, float] | None = None,
) -> Finding:
    low, high = between or (float("-inf"), most)
    words = f"at most {most:g}"
    if near is not None:
        low, high, words = near - LOUDNESS_TOLERANCE_LU, near + LOUDNESS_TOLERANCE_LU, f"{near:g} asked for"
    elif between is not None:
        words = f"{low:g} to {high:g} asked for"
    shown = f"{value:.1f} {unit}" if np.isfinite(value) else "digital silence"
    return Finding(what=what, holds=low <= value <= high, found=f"{shown}, {words}")


def _findings(ear: "Ear", measured: Measured, proof: Proof, tenths: Sequence[Levels]) -> Iterator[Finding]:
    yield Finding(
        what="length",
        holds=measured.frames == proof.frames,
        found=f"it decodes to {measured.frames} frames instead of {proof.frames}"
        if measured.frames != proof.frames
        else f"{proof.frames} frames, {proof.frames / proof.rate:.3f} s",
    )
    if ear.mono:
        yield Finding(what="channels", holds=False, found="it is not in stereo")
    yield _every("lines", _lines(ear.cells, [sound for sound in proof.sounds if sound.number], proof))
    bells = [_line(ear.cells, sound, proof) for sound in proof.sounds if not sound.number]
    if bells:
        yield _every("bells", bells)
    yield _every(
        "silences", [_silence(levels, quiet, proof) for levels, quiet in zip(tenths, proof.quiets, strict=True)]
    )
    loud = abs(measured.voice_lufs - proof.voice_lufs) <= LOUDNESS_TOLERANCE_LU
    yield Finding(
        what="loudness",
        holds=loud,
        found=f"{measured.voice_lufs:.1f} LUFS, asked for {proof.voice_lufs:g}"
        if loud
        else f"its voice measures {measured.voice_lufs:.1f} LUFS instead of {proof.voice_lufs:g}",
    )
    low = measured.peak_dbtp <= proof.highest_dbtp
    yield Finding(
        what="true peak",
        holds=low,
        found=f"{measured.peak_dbtp:.1f} dBTP, at most {proof.highest_dbtp:g}"
        if low
        else f"its true peak is {measured.peak_dbtp:.2f} dBTP; {proof.highest_dbtp:g} is the most",
    )


def _every(what: str, faults: list[str]) -> Finding:
    wrong = [fault for fault in faults if fault]
    more = f", and {len(wrong) - 1} more of {len(faults)} are wrong" if len(wrong) > 1 else ""
    return Finding(what=what, holds=not wrong, found=f"{wrong[0]}{more}" if wrong else f"all {len(faults)} as laid")


class Ear:
    """Hears a track of ``frames`` frames, from its start or piece by piece, and remembers energies, not samples.

    ``spoken`` says of each 100 ms whether there is speech in it. ``cells`` is the middle's energy in every 10 ms,
    ``energies`` the K-weighted one of both channels where there is speech; ``frames`` how far it has heard.
    """

    def __init__(self, frames: int, rate: int, spoken: NDArray[np.bool_]) -> None:
        self.rate = rate
        self.frames = 0
        self.mono = False
        self.peak = TruePeak()
        self.energies = Energies(frames, rate)
        self._cell = rate // CELLS_A_SECOND
        self.cells = Tally(-(-frames // self._cell))
        self._spoken = spoken

    def hear(self, block: Block, at: int | None = None) -> None:
        """The next frames, or those from frame ``at`` on, which begins a 100 ms. What was heard there is forgotten."""
        if at is not None and at != self.frames:
            self.frames = at
            self.peak.go_elsewhere()
        if block.shape[1] != 2:  # noqa: PLR2004
            self.mono, block = True, np.repeat(block[:, :1], 2, axis=1)
        left, right = np.ascontiguousarray(block.T)
        same = np.array_equal(left, right)
        self.peak.add(*((left,) if same else (left, right)))
        middle: Samples = left if same else (left + right) * np.float32(0.5)
        whole = -(-len(middle) // self._cell) * self._cell
        padded = middle if whole == len(middle) else np.pad(middle, (0, whole - len(middle)))
        cells = padded.reshape(-1, self._cell)
        self.cells.put(self.frames // self._cell, np.einsum("ij,ij->i", cells, cells))
        self._weigh(middle, self.frames * BINS_A_SECOND // self.rate)
        self.frames += len(block)

    def _weigh(self, middle: Samples, first: int) -> None:
        """Keep the block's K-weighted energy where speech is, and nowhere else: the bed is no part of the voice."""
        spoken = self._spoken[first : first + -(-len(middle) * BINS_A_SECOND // self.rate)]
        if spoken.any():
            energies = k_energies(middle, self.rate)[: len(spoken)]
            room = self.energies.bins[first : first + len(energies)]
            room[:] = 2 * (energies * spoken[: len(energies)])[: len(room)]


def spoken_bins(proof: Proof) -> NDArray[np.bool_]:
    """Of each 100 ms of a track, whether there is speech in it."""
    size = proof.rate // BINS_A_SECOND
    spoken = np.zeros(-(-proof.frames // size) + 1, dtype=np.bool_)
    for sound in proof.sounds:
        if sound.number:
            spoken[sound.start // size : -(-sound.end // size)] = True
    return spoken


def _lines(cells: Tally, sounds: Sequence[Sound], proof: Proof) -> list[str]:
    """What is wrong with each clip, or nothing.

    Most are looked at together, since numpy takes longer to begin than for one of them; those that do not hold there,
    and those that are not like the others, one by one.
    """
    held = set(_holding(cells, [sound for sound in sounds if _is_plain(sound, proof, len(cells))], proof))
    return ["" if id(sound) in held else _line(cells, sound, proof) for sound in sounds]


def _is_plain(sound: Sound, proof: Proof, count: int) -> bool:
    """Whether a clip lies within so many cells, and has a level for each of its pieces, of which there are several."""
    inside = -(-sound.end // proof.cell) <= count
    return inside and 1 < len(sound.levels) == pieces_of(sound.start, sound.frames, proof.rate)


def _holding(cells: Tally, sounds: Sequence[Sound], proof: Proof) -> Iterator[int]:
    """Which of these clips rise and fall as they should, as ``_line`` judges each of them: their ``id``."""
    if not sounds:
        return
    cell, counts = proof.cell, [len(sound.levels) for sound in sounds]
    insides = [cells.between(sound.start // cell, -(-sound.end // cell)) for sound in sounds]
    edges: list[int] = []
    at = 0
    for inside, count in zip(insides, counts, strict=True):
        edges += range(at, at + count * PIECE_CELLS, PIECE_CELLS)  # a last piece goes on to where the next clip begins
        at += len(inside)
    level = decibels(np.add.reduceat(np.concatenate(insides).astype(np.float64), edges))
    levels = np.fromiter(chain.from_iterable(sound.levels for sound in sounds), dtype=np.float64)
    starts = np.cumsum([0, *counts[:-1]])
    off = _off(level, levels, np.repeat(np.maximum.reduceat(levels, starts), counts), _under(proof))
    for sound, worst in zip(sounds, np.maximum.reduceat(np.abs(off), starts).tolist(), strict=True):
        if worst <= _LINE_TOLERANCE_DB:
            yield id(sound)


def _line(cells: Tally, sound: Sound, proof: Proof) -> str:
    """What is wrong with a clip, or nothing: its energy has to rise and fall as it should to its last sound."""
    first, last = sound.start // proof.cell, -(-sound.end // proof.cell)
    levels = np.asarray(sound.levels)
    inside = cells.between(first, last).astype(np.float64) if len(cells) >= last else np.zeros(last - first)
    whole = len(levels) == 1  # a record keeps one level of a line that holds a name
    heard = inside.sum(keepdims=True) if whole else pieces(inside)
    under = proof.floor * proof.cell * len(inside) if whole else _under(proof)
    level = decibels(heard)
    off = _off(level, levels, levels.max(), under)
    worst = int(np.abs(off).argmax())
    if abs(off[worst]) <= _LINE_TOLERANCE_DB:
        return ""
    what = f"line {sound.number}" if sound.number else "a bell"
    at = sound.start / proof.rate + worst * PIECE_CELLS / CELLS_A_SECOND
    if off[worst] < 0 and level[worst] <= max(levels[worst] - _GONE_DB, decibels(np.asarray(under))):
        return f"{what}, at {at:.1f} s, is not heard"
    return f"{what}, at {at:.1f} s, is {off[worst]:+.1f} dB off its level"


def _under(proof: Proof) -> float:
    """The most energy that the bed has under a piece; a last one is up to twice as long as the others."""
    return proof.floor * proof.cell * PIECE_CELLS * 2


def _off(level: Decibels, levels: Decibels, highest: "Decibels | float", under: float) -> Decibels:
    """How far each piece is from its level, where the bed may add to it; what is hardly heard is not compared."""
    off = np.where(level < levels, level - levels, np.maximum(0, level - decibels(10 ** (levels / 10) + under)))
    off[levels < highest + _FAINT_DB] = 0.0
    return off


def _silence(tenths: Levels, quiet: Quiet, proof: Proof) -> str:
    """What is wrong with a silence, or nothing."""
    limit = proof.cell * max(quiet.floor * _FLOOR_CREST, _SILENCE_FLOOR)
    if not len(tenths) or tenths.max() <= limit:
        return ""
    at = quiet.start / proof.rate + _SILENCE_EDGE_SECONDS + int(tenths.argmax()) / 10
    return f"there is a sound in the silence at {at:.1f} s"


def _tenths(cells: Tally, proof: Proof) -> list[Levels]:
    """The mean energy of the cells in each 100 ms inside each silence: a single cell of noise is loud now and then."""
    cell, edge = proof.cell, round(_SILENCE_EDGE_SECONDS * CELLS_A_SECOND)
    found = []
    for quiet in proof.quiets:
        inside = cells.between(-(-quiet.start // cell) + edge, max(0, (quiet.start + quiet.frames) // cell - edge))
        tenths: Levels = np.add.reduce(inside[: len(inside) // 10 * 10].reshape(-1, 10), axis=1) / np.float32(10)
        found.append(tenths)
    return found


def _spoken_rms(cells: Tally, proof: Proof) -> float:
    energy, count = 0.0, 0
    for sound in proof.sounds:
        if sound.number:
            heard = cells.between(sound.start // proof.cell, -(-sound.end // proof.cell))
            energy += float(heard.sum(dtype=np.float64))
            count += sound.frames
    return _dbfs(energy / count if count else 0.0)


def _floor(tenths: Sequence[Levels], proof: Proof) -> float:
    loudest = 0.0
    for levels, quiet in zip(tenths, proof.quiets, strict=True):
        if quiet.frames >= _PAUSE_SECONDS * proof.rate and len(levels):
            loudest = max(loudest, float(np.add.reduce(levels) / len(levels)) / proof.cell)
    return _dbfs(loudest)


def _dbfs(power: float) -> float:
    return float(10 * np.log10(power)) if power > 0 else float("-inf")
