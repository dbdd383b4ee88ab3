"""Retime: what lies at a time of an episode, at its time after something has been put into the episode."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

# A seam may lie as far from the chapter at whose start it was wished.
_NEAR_MS = 2600


@dataclass(frozen=True, kw_only=True)
class Mark:
    """A chapter, in milliseconds. ``end`` is None where it lasts until the next; ``payload`` is what else it has."""

    start: int
    end: int | None
    title: str
    payload: Any = field(default=None, compare=False)


@dataclass(frozen=True, kw_only=True)
class Cut:
    """Where an episode is left and taken up again, and where these places lie afterwards; all in milliseconds.

    The episode is heard up to ``leave`` and again from ``resume`` on. In the result, the insert starts at ``insert``,
    while the episode still fades, and ends at ``end``; what was at ``resume`` lies at ``back``. ``host`` and ``total``
    are the lengths before and after.
    """

    leave: int
    resume: int
    insert: int
    end: int
    back: int
    host: int
    total: int

    def after(self, moment: int) -> int:
        """Where a moment at ``resume`` or later lies in the result."""
        return moment - self.resume + self.back

    def parts(self, start: int, end: int) -> tuple[tuple[int, int] | None, tuple[int, int] | None]:
        """What is left of a stretch before the insert and after it, in times of the result; None where nothing is."""
        before = (start, min(end, self.leave)) if start < min(end, self.leave) else None
        after = (self.after(max(start, self.resume)), self.after(end)) if end > max(start, self.resume) else None
        return before, after


def chapters(marks: Sequence[Mark], cut: Cut, inserted: Mark, *, title: str) -> tuple[Mark, ...]:
    """The chapters of the result: those of the episode at their new times, and ``inserted``.

    A chapter into which something is put goes on after it, as another of the same title. What begins or ends within
    2.6 s of a seam, or while it fades, is taken to do so at the seam. An episode without chapters becomes one, of the
    ``title``, that goes on.
    """
    told = tuple(marks) or (Mark(start=0, end=None, title=title),)
    found: list[Mark] = []
    for mark, ending in zip(told, _ends(told, cut), strict=True):
        before, after = cut.parts(_snapped(mark.start, cut), min(_snapped(ending, cut), cut.host))
        if before:
            found.append(replace(mark, start=before[0], end=min(before[1], cut.insert)))
        if after:
            found.append(replace(mark, start=after[0], end=after[1]))
    found = [mark for mark in found if mark.end is not None and mark.end > mark.start]
    place = sum(mark.start < inserted.start for mark in found)
    found.sort(key=lambda mark: mark.start)
    return (*found[:place], inserted, *found[place:])


def _ends(marks: Sequence[Mark], cut: Cut) -> Iterator[int]:
    """Where each ends: as it says, or with the next that begins later, or with the episode."""
    for mark in marks:
        following = min((other.start for other in marks if other.start > mark.start), default=cut.host)
        yield following if mark.end is None else mark.end


def _snapped(moment: int, cut: Cut) -> int:
    if cut.leave and min(cut.insert, cut.leave - _NEAR_MS) <= moment <= cut.leave + _NEAR_MS:
        return cut.leave
    return cut.resume if abs(moment - cut.resume) <= _NEAR_MS else moment
