"""Windows: the MP3 frames of a track that hold more than its steady backdrop, and so have to be encoded.

Between two windows nothing changes: silence, or a bed that goes round in its loop. Those MP3 frames are the
same in every track, so they are encoded once and copied.
"""

from collections.abc import Iterable
from dataclasses import dataclass

# An MP3 frame's sound reaches into its neighbours, and an encoder judges each by those around it. With these
# many frames about whatever changes, a window's frames are those of an encoder that had heard the whole track.
GUARD = 3
LEAD, TRAIL = 8, 4
"""MP3 frames that are fed before and after a window and not kept."""

Range = tuple[int, int]
"""Frames of sound, from the first to the one after the last."""


@dataclass(frozen=True, kw_only=True)
class Window:
    """MP3 frames from ``first`` to before ``last``, counted from the start of the track."""

    first: int
    last: int

    @property
    def length(self) -> int:
        """How many MP3 frames there are."""
        return self.last - self.first


def windows(changes: Iterable[Range], length: int, count: int) -> tuple[Window, ...]:
    """The windows about whatever changes, in order, apart by more than what is fed around each.

    ``length`` is that of an MP3 frame in frames of sound, and ``count`` how many of them the track has. The first
    and the last MP3 frames are always in one: there the encoder begins, and the sound ends.
    """
    touched = [(0, 1), *((start // length, -(-stop // length)) for start, stop in changes if stop > start)]
    found: list[list[int]] = []
    for start, stop in sorted([*touched, (count - 1, count)]):
        first, last = max(0, start - GUARD), min(count, stop + GUARD)
        if found and first - found[-1][1] <= LEAD + TRAIL:
            found[-1][1] = max(found[-1][1], last)
        else:
            found.append([first, last])
    return tuple(Window(first=first, last=last) for first, last in found)
