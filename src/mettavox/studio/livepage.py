"""Live page: what is beside the form while one types: the timeline, the text as it will be, and what had no room."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from mettavox import ask, fit, prepare
from mettavox.errors import MettavoxError
from mettavox.prepare import EstimatedLengths, Prepared
from mettavox.script import Line
from mettavox.site import strip
from mettavox.source import Source
from mettavox.timeline import Timeline
from mettavox.units import clock

_SHORTEST_PAUSE = 1.0


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A line or a bell, which is an aside: when it begins, its words, and the quiet after it, where that is noticed.

    ``place`` counts what is heard in the track, from 0, and ``number`` is the line of the script that says it, 0 for a
    bell; ``seconds`` is the quiet, noticed or not.
    """

    place: int
    number: int
    at: str
    text: str
    aside: bool
    quiet: float
    seconds: float


@dataclass(frozen=True, kw_only=True)
class Section:
    """A chapter with what is said in it."""

    title: str
    at: str
    lines: tuple[Spoken, ...]


@dataclass(frozen=True, kw_only=True)
class Live:
    """What a choice comes to; or the ``message`` and ``hint`` of why it comes to nothing.

    ``spoken`` and ``quiet`` are in seconds, and so are ``least`` and ``most``, the lengths that the practice can have
    with these choices, 0 where unknown.
    """

    strip: str = ""
    spoken: int = 0
    quiet: int = 0
    sections: tuple[Section, ...] = ()
    left_out: tuple[str, ...] = ()
    note: str = ""
    least: int = 0
    most: int = 0
    message: str = ""
    hint: str = ""


def live(options: Mapping[str, Any], found: Source | None = None) -> Live:
    """What these options come to, without an engine; errors are told in it and not raised.

    ``found`` is the script, where it is no file yet.
    """
    least = most = 0
    try:
        prepared = prepare.prepare(ask.request(options), found)
        lengths = EstimatedLengths(prepared.voice, prepared.rate)
        least, most = _bounds(prepared, lengths)
        timeline = prepare.laid(prepared, lengths)
    except MettavoxError as error:
        return Live(message=error.message, hint=error.hint, least=least, most=most)
    spoken = round(timeline.spoken_frames / timeline.rate)
    return Live(
        strip=strip.svg(timeline),
        spoken=spoken,
        quiet=round(timeline.frames / timeline.rate) - spoken,
        sections=tuple(_sections(timeline)),
        left_out=timeline.left_out,
        note=prepared.note,
        least=least,
        most=most,
    )


def _bounds(prepared: Prepared, lengths: EstimatedLengths) -> tuple[int, int]:
    """In whole seconds, both of which can be asked for."""
    least, most = fit.shortest_and_longest(prepared.script, lengths, prepared.rules)
    return -(-least // prepared.rate), most // prepared.rate


def _sections(timeline: Timeline) -> Iterator[Section]:
    starts = [place.start for place in timeline.placements]
    ends = [*starts[1:], timeline.frames]
    for number, chapter in enumerate(timeline.chapters):
        lines = []
        for count, (place, following) in enumerate(zip(timeline.placements, ends, strict=True)):
            if place.section != number:
                continue
            pause = (following - place.end) / timeline.rate
            lines.append(
                Spoken(
                    place=count,
                    number=place.sound.number if isinstance(place.sound, Line) else 0,
                    at=clock(place.start // timeline.rate),
                    text=place.sound.text if isinstance(place.sound, Line) else "",
                    aside=not isinstance(place.sound, Line),
                    quiet=pause if pause >= _SHORTEST_PAUSE else 0.0,
                    seconds=pause,
                )
            )
        yield Section(title=chapter.title, at=clock(chapter.start // timeline.rate), lines=tuple(lines))
