"""Seam: where an episode is best cut, and how it and what is put in pass into each other there."""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mettavox.loudness import Samples

REACH_SECONDS = 0.5
"""How far from where it was wished a seam may lie."""
FURTHER_SECONDS = 2.5
"""How far it may lie where words are and no pause is nearer."""
QUIET_DB = 15.0
"""What is so much softer than the voice is a pause of it."""
GAP_SECONDS = 1.0
"""Between the last word before a seam and the first one after it there is at least so much, where words meet there."""
SHORTEST_SECONDS = 0.2
"""No crossfade is shorter."""

_CELLS_A_SECOND = 100
# A pause between two sentences; it is looked for on both sides of a seam.
_PAUSE_CELLS = 60
_SHORTEST_PAUSE_CELLS = 10
# A spot that is further off has to be this much quieter.
_FURTHEST_COST = 1.25
_LEAST = 1e-12

Cells = NDArray[np.float32]


def rising(frames: int) -> Samples:
    """The gain of what comes over a crossfade: a quarter of a sine.

    What goes has the same gain backwards, so that their powers add up to 1.
    """
    gain: Samples = np.sin(np.pi / 2 * (np.arange(frames) + 0.5) / frames).astype(np.float32)
    return gain


def coming(frames: int, risen: int) -> Samples:
    """The gain of what comes in so many frames and is all there after the first ``risen`` ones.

    Backwards, it is that of what goes as late.
    """
    return np.concatenate([rising(risen), np.ones(frames - risen, dtype=np.float32)])


def quietest(cells: Cells, wish: int, fades: tuple[int, int], *, reach_seconds: float = REACH_SECONDS) -> int:
    """The place near ``wish`` where the episode is quietest, best in the middle of a pause; all three in 10 ms.

    ``fades`` are how long it goes before that place and comes after it; of one that is 0, there is none. ``cells`` is
    the mean square of each 10 ms. Where it makes no difference, the place is the wish itself.
    """
    reach = round(reach_seconds * _CELLS_A_SECOND)
    first = max(fades[0], wish - reach)
    last = min(len(cells) - fades[1], wish + reach)
    places = sorted(range(first, last + 1), key=lambda place: abs(place - wish))
    # What a fade takes of the power: all of it at the seam, nothing at its other end.
    taken = rising(_PAUSE_CELLS).astype(np.float64) ** 2

    def cost(place: int) -> float:
        lost = _LEAST
        if fades[0]:
            before = cells[max(0, place - _PAUSE_CELLS) : place]
            lost += float(before @ taken[_PAUSE_CELLS - len(before) :])
        if fades[1]:
            after = cells[place : place + _PAUSE_CELLS]
            lost += float(after @ taken[::-1][: len(after)])
        return float(lost * _FURTHEST_COST ** (abs(place - wish) / reach))

    return min(places, key=cost, default=wish)


@dataclass(frozen=True, kw_only=True)
class Fade:
    """A crossfade, in 10 ms: how long both sound together, and how much of that ``host`` and ``insert`` fade."""

    length: int
    host: int
    insert: int


def even(length: int) -> Fade:
    """A crossfade in which both fade all the time."""
    return Fade(length=length, host=length, insert=length)


def between_words(host_pause: int, insert_pause: int, longest: int) -> Fade:
    """A crossfade in which no word is lost, and none sounds together with another; all in 10 ms.

    The pauses are how long each is quiet on its side of the seam. Where there is hardly any, words do fade.
    """
    gap, least = (round(seconds * _CELLS_A_SECOND) for seconds in (GAP_SECONDS, SHORTEST_SECONDS))
    length = max(min(host_pause + insert_pause - gap, longest), min(least, longest))
    host, insert = (
        min(pause, length) if pause >= _SHORTEST_PAUSE_CELLS else length for pause in (host_pause, insert_pause)
    )
    return Fade(length=length, host=host, insert=insert)


def pause(cells: Cells, power: float) -> int:
    """How long it is quiet from the first of the ``cells`` on, in 10 ms; ``power`` is the mean square of the voice."""
    loud = np.flatnonzero(cells > power * 10 ** (-QUIET_DB / 10))
    return int(loud[0]) if len(loud) else len(cells)


def is_in_pause(cells: Cells, place: int, power: float) -> bool:
    """Whether it is quiet around a place, on both sides together for as long as a short pause between words."""
    around = 2 * _SHORTEST_PAUSE_CELLS
    sides = cells[max(0, place - around) : place][::-1], cells[place : place + around]
    return sum(pause(side, power) for side in sides) >= around


def is_pause(quiet: int) -> bool:
    """Whether so many 10 ms are a pause."""
    return quiet >= _SHORTEST_PAUSE_CELLS


def voice_power(cells: Cells) -> float:
    """About the mean square of a voice: of what is not far under the loud parts of a sound."""
    loud = cells[cells > np.percentile(cells, 95) * 10 ** (-QUIET_DB / 10)] if len(cells) else cells
    return float(loud.mean()) if len(loud) else 0.0
