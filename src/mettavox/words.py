"""Words: what is said in a track, to be read: as a transcript, and as lyrics in which nobody is named."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from mettavox import asides
from mettavox.asides import Asides
from mettavox.clauses import Clause
from mettavox.script import Line
from mettavox.tags import Lyric
from mettavox.timeline import Placement, Timeline

_PARAGRAPH_SECONDS, _QUIET_SECONDS = 4.0, 10.0
_LONGEST_ROUND, _FEWEST_TIMES = 4, 3
"""A breath has up to four phases; words that come back twice are written out."""
_NOTHING_SAID = -1
"""In the place of a line's number: a bell."""


@dataclass(frozen=True, kw_only=True)
class Paragraph:
    """Words that belong together, or an aside on what is not spoken."""

    text: str
    aside: bool = False


@dataclass(frozen=True, kw_only=True)
class Part:
    """A chapter's title, the frame at which it starts, and what is said in it."""

    title: str
    start: int
    paragraphs: tuple[Paragraph, ...]


# --- the transcript ---


def transcript(timeline: Timeline, *, title: str, language: str) -> str:
    """The whole transcript as plain text: a line a paragraph, a blank line between, titles underlined."""
    return written(parts(timeline, language), title=title)


def written(parts: Sequence[Part], *, title: str) -> str:
    """The transcript of these chapters as plain text, as ``transcript`` has it."""
    blocks = [f"{title}\n{'=' * len(title)}"]
    for part in parts:
        blocks.append(f"{part.title}\n{'-' * len(part.title)}")
        blocks += [paragraph.text for paragraph in part.paragraphs]
    return "\n\n".join(blocks) + "\n"


def parts(timeline: Timeline, language: str) -> tuple[Part, ...]:
    """The transcript by chapters.

    A paragraph ends where a pause of 4 s begins. From 10 s on a pause is told, and so is a bell; words that
    come back in the same order, as those of a paced breath do, are written once, and how often they are said.
    """
    said = asides.of(language)
    starts = [chapter.start for chapter in timeline.chapters]
    ends = [*starts[1:], timeline.frames]
    found: list[Part] = []
    for section, chapter in enumerate(timeline.chapters):
        places = [place for place in timeline.placements if place.section == section]
        # Quiet is counted within a chapter; sound that rings on into the next one is no quiet there.
        start = min([starts[section], *(place.start for place in places)])
        end = max([ends[section], *(place.end for place in places)])
        paragraphs = tuple(_paragraphs(places, start, end, timeline.rate, said))
        found.append(Part(title=chapter.title, start=chapter.start, paragraphs=paragraphs))
    return tuple(found)


def _paragraphs(places: Sequence[Placement], start: int, end: int, rate: int, said: Asides) -> Iterator[Paragraph]:
    rounds = list(_rounds(places))
    edges = [start, *(edge for each in rounds for edge in (each.start, each.end)), end]
    gaps = [(after - before) / rate for before, after in zip(edges[::2], edges[1::2], strict=True)]
    if gaps[0] >= _QUIET_SECONDS:
        yield Paragraph(text=said.quiet_for(gaps[0]), aside=True)
    sentences: list[str] = []
    nexts: list[_Round | None] = [*rounds[1:], None]
    for each, gap, following in zip(rounds, gaps[1:], nexts, strict=False):
        bell = not isinstance(each.places[0].sound, Line)
        words = said.bell if bell else " ".join(_text(place) for place in each.places)
        if each.times > 1:
            words += f" {said.repeated(each.times, (each.end - each.start) / rate)}"
        sentences.append(words)
        if gap >= _PARAGRAPH_SECONDS or following is None or each.stands_alone or following.stands_alone:
            yield Paragraph(text=" ".join(sentences), aside=bell)
            sentences = []
        if gap >= _QUIET_SECONDS:
            yield Paragraph(text=said.quiet_for(gap), aside=True)


@dataclass(frozen=True, kw_only=True)
class _Round:
    """Sounds that come, in this order, so many times, from the first frame to the last."""

    places: tuple[Placement, ...]
    times: int
    start: int
    end: int

    @property
    def stands_alone(self) -> bool:
        """Whether this is no sentence among others."""
        return self.times > 1 or not isinstance(self.places[0].sound, Line)


def _rounds(places: Sequence[Placement]) -> Iterator[_Round]:
    """The sounds in their order, where the same ones come again and again as one."""
    known: dict[Line, int] = {}  # numbers are compared far faster than lines
    said = [
        known.setdefault(place.sound, len(known)) if isinstance(place.sound, Line) else _NOTHING_SAID
        for place in places
    ]
    at = 0
    while at < len(places):
        ways = [(_times(said, at, size) * size, size) for size in range(1, _LONGEST_ROUND + 1)]
        repeats = [(count, size) for count, size in ways if count >= size * _FEWEST_TIMES]
        count, size = max(repeats, key=lambda way: (way[0], -way[1]), default=(1, 1))
        yield _Round(
            places=tuple(places[at : at + size]),
            times=count // size,
            start=places[at].start,
            end=places[at + count - 1].end,
        )
        at += count


def _times(said: Sequence[int], at: int, size: int) -> int:
    """How often the ``size`` sounds from that place on come one after another; lines alone."""
    first = said[at : at + size]
    if len(first) < size or _NOTHING_SAID in first:
        return 0
    times = 1
    while said[at + times * size : at + (times + 1) * size] == first:
        times += 1
    return times


def _text(place: Placement) -> str:
    return place.sound.text if isinstance(place.sound, Line) else ""


# --- without names ---


def unnamed(line: Line, language: str) -> str:
    """The line's text without a word that a person gave, for tags and records.

    A listener's name is left out; another's is “[name]”; an intention, or wishes of one's own, are “[…]”.
    """
    if line.own:
        return asides.OWN_WORDS
    if line.unnamed is not None:
        return unnamed(line.unnamed, language)
    if not line.personal:
        return line.text
    if not line.carrier:
        return asides.OWN_WORDS
    name = asides.of(language).name
    text = line.carrier.replace("{name}", name).replace("{target}", name)
    return text.replace("{intention}", asides.OWN_WORDS)


def lyrics(timeline: Timeline, clauses: Mapping[Line, Sequence[Clause]], language: str) -> tuple[Lyric, ...]:
    """What is said, at the frames at which it is heard, without a word that a person gave.

    A line is in its clauses; one that held such words is whole.
    """
    found: list[Lyric] = []
    for place in timeline.placements:
        if not isinstance(place.sound, Line):
            continue
        heard = clauses[place.sound]
        if place.sound.personal:
            found.append(Lyric(text=unnamed(place.sound, language), start=_at(place, heard[0], timeline.rate)))
        else:
            found += [Lyric(text=each.text, start=_at(place, each, timeline.rate)) for each in heard]
    return tuple(found)


def _at(place: Placement, clause: Clause, rate: int) -> int:
    return place.start + clause.start * rate // clause.rate
