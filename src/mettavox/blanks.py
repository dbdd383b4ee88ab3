"""Blanks: a script without what one person gave it, so that the tracks of many can share all the rest."""

from collections.abc import Mapping
from dataclasses import dataclass, replace

from mettavox.script import Breath, Cue, Line, Passage, Script

Slots = Mapping[int, int]
"""How many frames are kept for the clip of each blank, by its number."""


class NotShared(Exception):
    """A track cannot be made from what it was to share with others; it can from what is its own alone."""


@dataclass(frozen=True, kw_only=True)
class Shared:
    """What tracks of several people have in common: the same ``slots``.

    ``slack_seconds`` is how much shorter than its slot a line may be; the pauses after them have that room.
    """

    slots: Slots
    slack_seconds: float


@dataclass(frozen=True, kw_only=True)
class Divided:
    """A script with a blank in the place of every line that holds a person's words, and those lines.

    The blank of ``own[3]`` is the one with number 3; the other lines are the same for everybody.
    """

    script: Script
    own: tuple[Line, ...]


def number(blank: Line) -> int:
    """The number of a blank."""
    return int(blank.text)


def is_blank(line: object) -> bool:
    """Whether it is a blank, and nobody's words."""
    return isinstance(line, Line) and line.personal and not line.spoken


def divided(script: Script) -> Divided:
    """The script with its blanks, which are numbered in its order."""
    own: list[Line] = []

    def blank(line: Line) -> Line:
        unnamed = blank(line.unnamed) if line.unnamed is not None else None
        if not line.personal:
            return line if unnamed is line.unnamed else replace(line, unnamed=unnamed)
        own.append(line)
        return Line(text=str(len(own) - 1), spoken="", number=line.number, personal=True, unnamed=unnamed)

    def cue(each: Cue) -> Cue:
        return replace(each, lines=tuple(map(blank, each.lines)))

    def passage(each: Passage) -> Passage:
        if isinstance(each.sound, Line):
            sound = blank(each.sound)
            return each if sound is each.sound else replace(each, sound=sound)
        if isinstance(each.sound, Breath):
            cycles = tuple(tuple(map(cue, cycle)) for cycle in each.sound.cycles)
            return replace(each, sound=replace(each.sound, cycles=cycles))
        return each

    sections = tuple(replace(section, passages=tuple(map(passage, section.passages))) for section in script.sections)
    return Divided(script=replace(script, sections=sections), own=tuple(own))
