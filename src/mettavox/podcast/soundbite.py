"""Soundbite: the stretch of a track that an app can play as a taste of it."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Protocol

from mettavox.chapters import Timed

SHORTEST, LONGEST = 15_000, 120_000
"""In milliseconds: podcast-namespace, soundbite.md."""

SHORTEST_TRACK = 30_000
"""In milliseconds: a shorter track is a taste of itself."""

# What is sought: half a minute or more, a quarter of it speech, and within a chapter, neither the first nor the last.
_GOOD, _ENOUGH = 30_000, 60_000
_LEAST_SPEECH = 0.25
_TOO_SHORT, _ACROSS, _FIRST, _LAST = 0.4, 0.15, 0.35, 0.5
_TAIL = 400  # the voice rings off


class Said(Protocol):
    """A line or a bell in a track, in milliseconds."""

    @property
    def start(self) -> int: ...
    @property
    def end(self) -> int: ...
    @property
    def bell(self) -> bool: ...


@dataclass(frozen=True, kw_only=True)
class Soundbite:
    """Where it starts and how long it is, in milliseconds, and the title of its chapter, or nothing."""

    start: int
    length: int
    title: str


def choose(said: Sequence[Said], chapters: Sequence[Timed], ends: int) -> Soundbite | None:
    """The best stretch of lines without a bell in a track that is ``ends`` milliseconds long.

    None where the track is short, or speaks too little for one.
    """
    if ends < SHORTEST_TRACK:
        return None
    best: tuple[float, Soundbite] | None = None
    for first, last, spoken in _stretches(said):
        start = said[first].start
        following = said[last + 1].start if last + 1 < len(said) else ends
        length = min(max(said[last].end + _TAIL, start + SHORTEST), following, ends) - start
        if not SHORTEST <= length <= LONGEST or spoken / length < _LEAST_SPEECH:
            continue
        at = _chapter(chapters, start)
        worth = spoken / length - _faults(at, _chapter(chapters, start + length - 1), len(chapters), length)
        if best is None or worth > best[0]:
            best = worth, Soundbite(start=start, length=length, title=chapters[at][2] if chapters else "")
    return best[1] if best else None


def _stretches(said: Sequence[Said]) -> Iterator[tuple[int, int, int]]:
    """From which line to which, without a bell between, not over the longest, and how much of it is speech."""
    for first, begin in enumerate(said):
        spoken = 0
        for last in range(first, len(said)):
            if said[last].bell or said[last].end - begin.start > LONGEST:
                break
            spoken += said[last].end - said[last].start
            yield first, last, spoken
            if said[last].end - begin.start >= _ENOUGH:
                break


def _chapter(chapters: Sequence[Timed], moment: int) -> int:
    return max((number for number, (start, _, _) in enumerate(chapters) if start <= moment or not number), default=0)


def _faults(first: int, last: int, count: int, length: int) -> float:
    found = _TOO_SHORT * max(0, _GOOD - length) / _GOOD
    found += _ACROSS if first != last else 0
    found += _FIRST if count > 1 and first == 0 else 0
    return found + (_LAST if count > 1 and last == count - 1 else 0)
