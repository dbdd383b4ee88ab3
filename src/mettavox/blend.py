"""Blend: where a track lies in an episode, how loud it is there, and the sound of both."""

import contextlib
from collections.abc import Generator, Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mettavox import limiter, seam, verify, voicelevel
from mettavox.codec import Block
from mettavox.codecs import heard
from mettavox.errors import RequestError
from mettavox.loudness import BINS_A_SECOND
from mettavox.proof import Proof
from mettavox.retime import Cut
from mettavox.units import clock, milliseconds
from mettavox.voicelevel import CELLS_A_SECOND, Bins, Chosen, Hearing

_NEAR_SECONDS = 60
"""How far around the seams the host's voice is listened to."""
_MOST_OFF_LU = 3.0
"""What is measured near the seams may be so far from what is measured over the whole episode, and no further."""
_SILENT_LUFS = -60.0
_MOST_LIMITED_DB = 6.0
_WHOLE = "Choose a shorter --crossfade, or another place; at 0, or at the very end, there is none."


@dataclass(frozen=True, kw_only=True)
class Lay:
    """Where everything lies, in frames at ``rate``. The episode is left at ``leave`` and taken up at ``resume``.

    ``first`` and ``second`` are how long the fades last, or 0; ``going`` and ``coming`` how much of each the episode
    itself takes to go and to come, which is its pause where it has one. ``host`` and ``insert`` are lengths. ``spoken``
    says whether words are under a fade.
    """

    rate: int
    leave: int
    resume: int
    first: int
    second: int
    going: int
    coming: int
    host: int
    insert: int
    spoken: bool

    @property
    def start(self) -> int:
        """Where the insert begins in the result."""
        return self.leave - self.first

    @property
    def back(self) -> int:
        """Where what is at ``resume`` lies in the result."""
        return self.start + self.insert - self.second

    @property
    def total(self) -> int:
        """The length of the result."""
        return self.back + self.host - self.resume

    @property
    def cut(self) -> Cut:
        """All of it in milliseconds."""
        return Cut(
            leave=milliseconds(self.leave, self.rate),
            resume=milliseconds(self.resume, self.rate),
            insert=milliseconds(self.start, self.rate),
            end=milliseconds(self.start + self.insert, self.rate),
            back=milliseconds(self.back, self.rate),
            host=milliseconds(self.host, self.rate),
            total=milliseconds(self.total, self.rate),
        )


def lay(host: Hearing, insert: Hearing, wished: tuple[Fraction, Fraction], crossfade: Fraction) -> Lay:
    """The seams at the quietest spots near where they were wished, in seconds.

    At the very start and the very end of an episode there is no seam. Raises RequestError for a time past the end, and
    where there is no room for the fades.
    """
    _check_times(host, wished)
    cells, cell, fade = host.cells(), host.cell_frames, round(crossfade * CELLS_A_SECOND)
    wishes = [min(round(place * host.rate), host.frames) // cell for place in wished]
    leaves, returns = wishes[0] > 0, wishes[1] < host.frames // cell
    _check_room(host, insert, wished, float(crossfade), (leaves, returns))
    if wished[0] == wished[1]:
        first = last = seam.quietest(cells, wishes[0], fade, leaves=leaves, returns=returns)
    else:
        first = seam.quietest(cells, wishes[0], fade, leaves=leaves, returns=False)
        last = seam.quietest(cells, wishes[1], fade, leaves=False, returns=returns)
    power = seam.voice_power(cells)
    going = seam.pause(cells[first - fade : first][::-1], power) if leaves else 0
    coming = seam.pause(cells[last : last + fade], power) if returns else 0
    spoken = voicelevel.spoken(host.bins())
    faded = [(leaves, going, first - fade), (returns, coming, last)]
    return Lay(
        rate=host.rate,
        leave=first * cell if leaves else 0,
        resume=last * cell if returns else host.frames,
        first=fade * cell if leaves else 0,
        second=fade * cell if returns else 0,
        going=going * cell,
        coming=coming * cell,
        host=host.frames,
        insert=insert.frames,
        spoken=any(
            there and quiet == fade and _is_spoken(host, spoken, place, fade, power) for there, quiet, place in faded
        ),
    )


def _is_spoken(host: Hearing, spoken: Chosen, place: int, fade: int, power: float) -> bool:
    """Whether there are words in the whole of a fade, from 10 ms ``place`` on."""
    first = place * BINS_A_SECOND // CELLS_A_SECOND
    inside = spoken[first : first + max(1, fade * BINS_A_SECOND // CELLS_A_SECOND)]
    loud = float(host.cells()[place : place + fade].max(initial=0.0)) > power * 10 ** (-seam.QUIET_DB / 10)
    return loud and bool(inside.any()) and not bool(spoken.all())


def _check_times(host: Hearing, wished: tuple[Fraction, Fraction]) -> None:
    length = host.frames / host.rate
    for place in wished:
        if place > length + 1 / CELLS_A_SECOND:
            raise RequestError(
                f"The episode ends at {clock(length)}, before {clock(place)}.", hint="Give an earlier time."
            )


def _check_room(
    host: Hearing, insert: Hearing, wished: tuple[Fraction, Fraction], fade: float, seams: tuple[bool, bool]
) -> None:
    """That each fade has something to fade."""
    length, inserted = host.frames / host.rate, insert.frames / insert.rate
    if length < fade * sum(seams):
        raise RequestError(
            f"The episode lasts {clock(length)}, and its crossfades {fade * 2:g} s.",
            hint="Choose a shorter --crossfade.",
        )
    if seams[0] and wished[0] < fade:
        raise RequestError(f"There is no room for a crossfade of {fade:g} s before {clock(wished[0])}.", hint=_WHOLE)
    if seams[1] and length - wished[1] < fade:
        raise RequestError(
            f"There is no room for a crossfade of {fade:g} s between {clock(wished[1])} and the end.", hint=_WHOLE
        )
    if inserted < 2 * fade:
        raise RequestError(
            f"The track lasts {clock(inserted)}, and the crossfades {2 * fade:g} s.",
            hint="Choose a shorter --crossfade.",
        )


# --- how loud ---


@dataclass(frozen=True, kw_only=True)
class Levels:
    """The voices' loudness in LUFS, the gain of the track in dB, and the true peak that the track may have, in dBTP.

    ``limited_db`` is what its limiter takes from the highest peak; ``spoken`` says of each 100 ms of the track whether
    it speaks.
    """

    host_lufs: float
    track_lufs: float
    gain_db: float
    limited_db: float
    ceiling_dbtp: float
    spoken: Chosen
    notes: tuple[str, ...]


def levels(lay: Lay, host: Hearing, insert: Hearing, proof: Proof | None, ceiling_dbtp: float) -> Levels:
    """The gain that makes the track's voice as loud as the host's; ``proof`` tells where it speaks, where there is one.

    Raises RequestError for a track that is silent.
    """
    bins = insert.bins()
    spoken = _spoken_of_track(insert, bins, proof)
    track_lufs = voicelevel.loudness(bins, spoken, insert.rate)
    if track_lufs < _SILENT_LUFS:
        raise RequestError("The track is silent.", hint="Give another one.")
    host_lufs = _host_lufs(host, lay)
    notes = []
    if host_lufs < _SILENT_LUFS:
        notes.append("The episode is silent; the track is as loud as it was.")
    gain_db = host_lufs - track_lufs if host_lufs >= _SILENT_LUFS else 0.0
    over = insert.dbtp + gain_db - ceiling_dbtp
    if over > _MOST_LIMITED_DB:
        less = over - _MOST_LIMITED_DB
        notes.append(f"The track is {less:.1f} dB softer than the host: its peaks leave no more room.")
        gain_db, over = gain_db - less, _MOST_LIMITED_DB
    return Levels(
        host_lufs=host_lufs,
        track_lufs=track_lufs,
        gain_db=gain_db,
        limited_db=max(0.0, over),
        ceiling_dbtp=ceiling_dbtp,
        spoken=spoken,
        notes=tuple(notes),
    )


def _spoken_of_track(insert: Hearing, bins: Bins, proof: Proof | None) -> Chosen:
    """Where the track speaks: as its record says where that is of a track of this length, else as it sounds."""
    if proof is None or abs(insert.frames / insert.rate - proof.frames / proof.rate) > 1 / BINS_A_SECOND:
        return voicelevel.spoken(bins)
    told = verify.spoken_bins(proof)
    found = np.zeros(len(bins), dtype=np.bool_)
    found[: len(told)] = told[: len(bins)]
    return found


def _host_lufs(host: Hearing, lay: Lay) -> float:
    """The loudness of the host's voice near the seams, but not far from that over the whole episode."""
    bins = host.bins()
    spoken = voicelevel.spoken(bins)
    whole = voicelevel.loudness(bins, spoken, host.rate)
    around = _NEAR_SECONDS * BINS_A_SECOND
    first, last = (place // host.bin_frames for place in (lay.leave, lay.resume))
    chosen = voicelevel.near(spoken, first - around, first) | voicelevel.near(spoken, last, last + around)
    close = voicelevel.loudness(bins, chosen, host.rate)
    return whole if close < _SILENT_LUFS else min(max(close, whole - _MOST_OFF_LU), whole + _MOST_OFF_LU)


# --- the sound ---


def sound(
    episode: Path, track: Path, lay: Lay, levels: Levels, *, channels: int, host_dbtp: float
) -> Generator[Block, None, None]:
    """The result, block by block, shape ``(frames, channels)``. Outside the seams the episode is as it was, to the bit.

    ``host_dbtp`` is its true peak: one that is over the ceiling stays so, since there must be no step at a seam.
    """
    with (
        contextlib.closing(heard.blocks(episode, rate=lay.rate, channels=channels)) as of_host,
        contextlib.closing(heard.blocks(track, rate=lay.rate, channels=channels)) as of_track,
    ):
        gain, ceiling = np.float32(10 ** (levels.gain_db / 20)), 10 ** (levels.ceiling_dbtp / 20)
        host = heard.Reader(of_host)
        insert = heard.Reader(limiter.limited((block * gain for block in of_track), lay.rate, ceiling))
        highest = max(ceiling, 10 ** (host_dbtp / 20))
        yield from host.take(lay.leave - lay.first)
        if lay.first:
            gone = seam.returning(lay.first, lay.going)[::-1]
            yield from _crossed(insert.piece(lay.first), host.piece(lay.first), gone, lay.rate, highest)
        host.skip(lay.resume - lay.leave)
        yield from insert.take(lay.insert - lay.first - lay.second)
        if lay.second:
            come = seam.returning(lay.second, lay.coming)
            going = insert.piece(lay.second)[::-1]
            yield from _crossed(going, host.piece(lay.second), come, lay.rate, highest, backwards=True)
            yield from host.rest()


def _crossed(
    insert: Block, host: Block, gain: Block, rate: int, ceiling: float, *, backwards: bool = False
) -> Iterator[Block]:
    """Both together: the host under its ``gain``, and the insert as it comes, or ``backwards``, as it goes."""
    risen = insert * seam.rising(len(insert))[:, None]
    return limiter.limited([(risen[::-1] if backwards else risen) + host * gain[:, None]], rate, ceiling)
