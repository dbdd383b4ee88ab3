"""Timelines and clauses to ask captions, chapters and transcripts about: sounds at given seconds."""

from collections.abc import Sequence

from mettavox import cards
from mettavox.clauses import Clause
from mettavox.script import Bell, Line
from mettavox.timeline import Chapter, Placement, Timeline

RATE = 48_000
Said = tuple[float, float, Line | Bell | str]
"""A start and an end in seconds, and what sounds between them."""


def placed(said: Sequence[Said], *, seconds: float, chapters: Sequence[tuple[float, str]] = ((0, "All"),)) -> Timeline:
    """A timeline with those sounds; each is in the chapter that began last."""
    starts = [start for start, _ in chapters]
    return Timeline(
        rate=RATE,
        frames=round(seconds * RATE),
        placements=tuple(
            Placement(
                sound=Line(text=sound, spoken=sound, number=1) if isinstance(sound, str) else sound,
                start=round(start * RATE),
                frames=round(end * RATE) - round(start * RATE),
                section=sum(begin <= start for begin in starts) - 1,
            )
            for start, end, sound in said
        ),
        silences=(),
        chapters=tuple(Chapter(title=title, start=round(start * RATE)) for start, title in chapters),
        spaciousness=0.0,
    )


def clauses_of(timeline: Timeline) -> dict[Line, tuple[Clause, ...]]:
    """Every line's cards, each as long as the others, from 10 ms after the clip's start to 30 ms before its end."""
    found: dict[Line, tuple[Clause, ...]] = {}
    for place in timeline.placements:
        if isinstance(place.sound, Line):
            texts = cards.cards(place.sound.text)
            first, last = RATE // 100, place.frames - 3 * RATE // 100
            edges = [first + (last - first) * number // len(texts) for number in range(len(texts) + 1)]
            found[place.sound] = tuple(
                Clause(text=text, start=start, end=end, rate=RATE)
                for text, start, end in zip(texts, edges, edges[1:], strict=False)
            )
    return found
