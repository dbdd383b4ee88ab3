"""Seam: where an episode is best cut, and how it and what is put in pass into each other there."""

import numpy as np
from numpy.typing import NDArray

from mettavox.loudness import Samples

REACH_SECONDS = 0.5
"""How far from where it was wished a seam may lie."""
QUIET_DB = 20.0
"""What is so much softer than the voice is a pause of it."""

_CELLS_A_SECOND = 100
# A pause between two sentences; it is looked for on both sides of a seam.
_PAUSE_CELLS = 25
_SHORTEST_FADE_CELLS = 10
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


def returning(frames: int, quiet: int) -> Samples:
    """The gain of an episode that comes back in so many frames, of which the first ``quiet`` ones are a pause.

    It is there when its words begin. Backwards, it goes when they have ended.
    """
    return np.concatenate([rising(quiet), np.ones(frames - quiet, dtype=np.float32)])


def quietest(cells: Cells, wish: int, fade: int, *, leaves: bool, returns: bool) -> int:
    """The place near ``wish`` where the episode is quietest, best in the middle of a pause; all three in 10 ms.

    It ``leaves`` before that place, or ``returns`` after it, or both, and has ``fade`` to do so. ``cells`` is the mean
    square of each 10 ms. Where it makes no difference, the place is the wish itself.
    """
    reach = round(REACH_SECONDS * _CELLS_A_SECOND)
    first = max(fade if leaves else 0, wish - reach)
    last = min(len(cells) - (fade if returns else 0), wish + reach)
    places = sorted(range(first, last + 1), key=lambda place: abs(place - wish))
    # What a fade takes of the power: all of it at the seam, nothing at its other end.
    taken = rising(_PAUSE_CELLS).astype(np.float64) ** 2

    def cost(place: int) -> float:
        lost = _LEAST
        if leaves:
            before = cells[max(0, place - _PAUSE_CELLS) : place]
            lost += float(before @ taken[_PAUSE_CELLS - len(before) :])
        if returns:
            after = cells[place : place + _PAUSE_CELLS]
            lost += float(after @ taken[::-1][: len(after)])
        return float(lost * _FURTHEST_COST ** (abs(place - wish) / reach))

    return min(places, key=cost, default=wish)


def pause(cells: Cells, power: float) -> int:
    """How much of a fade lies in a pause at its beginning, in 10 ms: all of it where there is none to speak of.

    ``cells`` is the mean square of each 10 ms of the episode from the seam on, as long as the fade; ``power`` is that
    of its voice.
    """
    loud = np.flatnonzero(cells > power * 10 ** (-QUIET_DB / 10))
    quiet = int(loud[0]) if len(loud) else len(cells)
    return quiet if quiet >= _SHORTEST_FADE_CELLS else len(cells)


def voice_power(cells: Cells) -> float:
    """About the mean square of the voice in an episode: of what is not far under its loud parts."""
    loud = cells[cells > np.percentile(cells, 95) * 10 ** (-QUIET_DB / 10)] if len(cells) else cells
    return float(loud.mean()) if len(loud) else 0.0
