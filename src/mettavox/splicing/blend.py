"""Blend: where a track lies in an episode, how loud it is there, and the sound of both."""

import contextlib
from collections.abc import Generator, Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

import numpy as np

from mettavox import limiter, verify
from mettavox.codec import Block
from mettavox.codecs import heard
from mettavox.errors import RequestError
from mettavox.loudness import BINS_A_SECOND
from mettavox.proof import Proof
from mettavox.retime import Cut
from mettavox.splicing import seam, voicelevel
from mettavox.splicing.seam import Cells, Fade
from mettavox.splicing.voicelevel import CELLS_A_SECOND, Bins, Chosen, Hearing
from mettavox.units import clock, milliseconds

_NEAR_SECONDS = 60
"""How far around the seams the host's voice is listened to."""
_MOST_OFF_LU = 3.0
"""What is measured near the seams may be so far from what is measured over the whole episode, and no further."""
_SILENT_LUFS = -60.0
_MOST_LIMITED_DB = 6.0
_SHORTER = "Choose a shorter --crossfade, or none, for one that suits the place."
_LEAST_CELLS = round(seam.SHORTEST_SECONDS * CELLS_A_SECOND)
USUAL_SECONDS = 2.0
"""How long a crossfade lasts where there is room for it."""


@dataclass(frozen=True, kw_only=True)
class Lay:
    """Where everything lies, in frames at ``rate``. The episode is left at ``leave`` and taken up at ``resume``.

    ``going`` and ``coming`` are the crossfades there, in ``cell`` frames, or None at the start and the end of an
    episode. ``host`` and ``insert`` are lengths. ``faded`` says whether words fade.
    """

    rate: int
    cell: int
    leave: int
    resume: int
    going: Fade | None
    coming: Fade | None
    host: int
    insert: int
    faded: bool

    @property
    def first(self) -> int:
        """How long both sound together at the first seam."""
        return self.going.length * self.cell if self.going else 0

    @property
    def second(self) -> int:
        """How long both sound together at the second seam."""
        return self.coming.length * self.cell if self.coming else 0

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


def lay(host: Hearing, insert: Hearing, wished: tuple[Fraction, Fraction], crossfade: Fraction | None) -> Lay:
    """The seams at the quietest spots near where they were wished, in seconds.

    A ``crossfade`` that is asked for lasts as long as that. Without one it lasts USUAL_SECONDS, but where the host
    speaks, only as long as no word is lost by it. At the very start and the very end of an episode there is no seam.
    Raises RequestError for a time past the end, and where there is no room for the fades.
    """
    _check_times(host, wished)
    cells, cell = host.cells(), host.cell_frames
    wishes = [min(round(place * host.rate), host.frames) // cell for place in wished]
    fades = _room(host, insert, wishes, crossfade)
    words = voicelevel.speech(host.bins())
    if wished[0] == wished[1]:
        first = last = _between(cells, words, wishes[0], fades, host.frames // cell)
    else:
        first = _spot(cells, words, wishes[0], (fades[0], 0))
        last = _spot(cells, words, wishes[1], (0, fades[1]))
    side = _Side(host=host, insert=insert)
    going, lost_before = side.fade(cells[:first][::-1], words[: _bin(first)][::-1], False, fades[0], crossfade)
    coming, lost_after = side.fade(cells[last:], words[_bin(last) :], True, fades[1], crossfade)
    return Lay(
        rate=host.rate,
        cell=cell,
        leave=first * cell if going else 0,
        resume=last * cell if coming else host.frames,
        going=going,
        coming=coming,
        host=host.frames,
        insert=insert.frames,
        faded=lost_before or lost_after,
    )


def _between(cells: Cells, words: Chosen, wish: int, fades: tuple[int, int], end: int) -> int:
    """Where nothing is taken out: the very start or the very end where there is no seam, so that nothing is lost."""
    if not any(fades):
        raise RequestError("The episode is too short to put something in.", hint="Give a longer one.")
    if not all(fades):
        return 0 if fades[1] else end
    return _spot(cells, words, wish, fades)


def _spot(cells: Cells, words: Chosen, wish: int, fades: tuple[int, int]) -> int:
    """The quietest spot near a wish: between words, somewhat further off where there is none as near as usual."""
    near = seam.quietest(cells, wish, fades)
    power = seam.voice_power(cells)
    if not any(fades) or not words[max(0, _bin(wish) - 10) : _bin(wish) + 10].any():
        return near
    if seam.is_in_pause(cells, near, power):
        return near
    further = seam.quietest(cells, wish, fades, reach_seconds=seam.FURTHER_SECONDS)
    return further if seam.is_in_pause(cells, further, power) else near


def _bin(place: int) -> int:
    return place * BINS_A_SECOND // CELLS_A_SECOND


class _Side:
    """What meets at a seam."""

    def __init__(self, *, host: Hearing, insert: Hearing) -> None:
        self._insert = insert.cells()
        self._power, self._insert_power = seam.voice_power(host.cells()), seam.voice_power(self._insert)

    def fade(
        self, cells: Cells, words: Chosen, at_end: bool, longest: int, crossfade: Fraction | None
    ) -> tuple[Fade | None, bool]:
        """The crossfade between the episode, from the seam on, and that end of the insert; and whether words fade."""
        if not longest:
            return None, False
        quiet = seam.pause(cells[:longest], self._power)
        speaks = bool(words[: _bin(longest) + 1].any())
        if crossfade is not None or not speaks:
            return seam.even(longest), speaks and quiet < longest // 2
        insert = self._insert[::-1] if at_end else self._insert
        found = seam.between_words(quiet, seam.pause(insert[:longest], self._insert_power), longest)
        return found, not seam.is_pause(quiet)


def _check_times(host: Hearing, wished: tuple[Fraction, Fraction]) -> None:
    length = host.frames / host.rate
    for place in wished:
        if place > length + 1 / CELLS_A_SECOND:
            raise RequestError(
                f"The episode ends at {clock(length)}, before {clock(place)}.", hint="Give an earlier time."
            )


def _room(host: Hearing, insert: Hearing, wishes: Sequence[int], crossfade: Fraction | None) -> tuple[int, int]:
    """How long the fades can be, in 10 ms; 0 at the start and the end. Raises RequestError where there is no room."""
    last = host.frames // host.cell_frames
    there = [wishes[0] >= _LEAST_CELLS, last - wishes[1] >= _LEAST_CELLS]
    room = [wishes[0], last - wishes[1]]
    half = insert.frames // insert.cell_frames // 2
    if not half:
        raise RequestError("The track is too short to be put in.", hint="Give a longer one.")
    if crossfade is None:
        usual = min(round(USUAL_SECONDS * CELLS_A_SECOND), half)
        return min(usual, room[0]) * there[0], min(usual, room[1]) * there[1]
    fade = round(crossfade * CELLS_A_SECOND)
    if half < fade:
        raise _no_room(f"The track lasts {clock(insert.frames / insert.rate)}", fade)
    if any(is_there and place < fade for is_there, place in zip(there, room, strict=True)):
        if last < fade * sum(there):
            raise _no_room(f"The episode lasts {clock(host.frames / host.rate)}", fade)
        where = "the start of the episode" if there[0] and room[0] < fade else "its end"
        raise RequestError(
            f"There is no room for a crossfade of {fade / CELLS_A_SECOND:g} s between there and {where}.", hint=_SHORTER
        )
    return fade * there[0], fade * there[1]


def _no_room(what: str, fade: int) -> RequestError:
    return RequestError(f"{what}, and the two crossfades {2 * fade / CELLS_A_SECOND:g} s.", hint=_SHORTER)


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
        if lay.going:
            pieces = host.piece(lay.first), insert.piece(lay.first)
            yield from _crossed(pieces, (lay.going.host, lay.going.insert), lay, highest)
        host.skip(lay.resume - lay.leave)
        yield from insert.take(lay.insert - lay.first - lay.second)
        if lay.coming:
            pieces = insert.piece(lay.second), host.piece(lay.second)
            yield from _crossed(pieces, (lay.coming.insert, lay.coming.host), lay, highest)
            yield from host.rest()


def _crossed(pieces: tuple[Block, Block], fades: tuple[int, int], lay: Lay, ceiling: float) -> Iterator[Block]:
    """Two pieces together: the first one goes at the end of it, the second one comes at its start."""
    going, coming = pieces
    gone = seam.coming(len(going), fades[0] * lay.cell)[::-1, None]
    come = seam.coming(len(coming), fades[1] * lay.cell)[:, None]
    return limiter.limited([going * gone + coming * come], lay.rate, ceiling)
