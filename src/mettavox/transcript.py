"""Transcript: every wording of a script that any choice can bring, in the order of its file, for a reviewer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mettavox import phrasebook, review, source
from mettavox.branches import Branch, axes, branches, depends
from mettavox.phrasebook import Phrasebook
from mettavox.script import CORE, PLUS, Line, Passage, Section, lines_of
from mettavox.source import Source

When = Mapping[str, tuple[str, ...]]
"""For some of the choices, the values that they have together."""


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One wording of a line: where it stands, how it bends with the length, and for which choices it is heard.

    ``mark`` is "!", "+", "++" or nothing; ``rounds`` is "every", "first" or "again". ``when`` has the ways
    in which this is heard, each with its values for the choices that matter; none means always.
    """

    number: int
    section: str
    mark: str
    rounds: str
    text: str
    pauses: tuple[str, ...]
    when: tuple[When, ...]


@dataclass(frozen=True, kw_only=True)
class Transcript:
    """A script's head, the hash of its text, every wording, and the lines for paper."""

    id: str
    title: str
    language: str
    purpose: str
    minutes: tuple[float, float, float]
    sources: tuple[str, ...]
    state: str
    level: str
    reviewer: str
    date: str
    hash: str
    branches: int
    wordings: tuple[Wording, ...]
    handout: tuple[str, ...]


def transcript(found: Source) -> Transcript:
    """Every wording of the script. Raises ScriptError when some choice of it cannot be read."""
    book = phrasebook.load(found.language, found.scripts)
    every = branches(found)
    if every.errors:
        raise every.errors[0]
    head = found.head
    return Transcript(
        id=found.id,
        title=head.title,
        language=head.language,
        purpose=head.purpose,
        minutes=(head.minutes.shortest, head.minutes.typical, head.minutes.longest),
        sources=head.sources,
        state=review.state(found),
        level=head.review.level,
        reviewer=head.review.reviewer,
        date=head.review.date,
        hash=review.text_hash(found),
        branches=len(every.heard),
        wordings=tuple(_wordings(found, book, every.heard)),
        handout=source.handout(found.body),
    )


_Key = tuple[int, str, str, str, str]


def _wordings(found: Source, book: Phrasebook, heard: tuple[Branch, ...]) -> Iterator[Wording]:
    matters = depends(found.body, book)
    seen: dict[_Key, tuple[Passage, list[Branch]]] = {}
    for branch in heard:
        for section in branch.script.sections:
            for passage in section.passages:
                for key in _keys(section, passage):
                    seen.setdefault(key, (passage, []))[1].append(branch)
    for key in sorted(seen, key=lambda key: key[0]):  # a stable sort: within a line, in the order heard
        passage, where = seen[key]
        number, title, mark, rounds, text = key
        yield Wording(
            number=number,
            section=title,
            mark=mark,
            rounds=rounds,
            text=text,
            pauses=tuple(pause.name for pause in passage.pauses),
            when=_when(matters[number - 1], where, heard, book),
        )


def _keys(section: Section, passage: Passage) -> Iterator[_Key]:
    """A passage's wordings: as it is, and as it is where the listener's name is left out."""
    mark = "!" if passage.protected else "" if passage.tier == CORE else "+" if passage.tier == PLUS else "++"
    if isinstance(passage.sound, Line):
        texts = [line.text for line in (passage.sound, passage.sound.unnamed) if line is not None]
    else:
        texts = [_cues(lines)] if (lines := lines_of(passage)) else []
    for text in texts:
        yield lines_of(passage)[0].number, section.title, mark, passage.rounds, text


def _cues(lines: tuple[Line, ...]) -> str:
    return "(paced breath: " + " ".join(dict.fromkeys(line.text for line in lines)) + ")"


def _when(
    matters: frozenset[str], where: list[Branch], heard: tuple[Branch, ...], book: Phrasebook
) -> tuple[When, ...]:
    choices = {axis: values for axis, values in axes(book).items() if axis in matters}
    there, everywhere = (
        {tuple(branch.choices[axis] for axis in choices) for branch in some} for some in (where, heard)
    )
    return tuple(way for way in _ways(list(choices.items()), there, everywhere) if way)


_Row = tuple[str, ...]


def _ways(choices: list[tuple[str, tuple[str, ...]]], there: set[_Row], everywhere: set[_Row]) -> list[When]:
    """The rows that are there, as few boxes of values: one where that is exact, else one for each way to go on."""
    if there == everywhere:
        return [{}]
    box = [{row[place] for row in there} for place in range(len(choices))]
    inside = {row for row in everywhere if all(value in box[place] for place, value in enumerate(row))}
    if inside == there:
        return [
            {
                axis: tuple(value for value in values if value in box[place])
                for place, (axis, values) in enumerate(choices)
                if box[place] != {row[place] for row in everywhere}
            }
        ]
    (axis, values), *others = choices
    found: dict[str, tuple[list[When], list[str]]] = {}
    for value in values:
        if rows := {row[1:] for row in there if row[0] == value}:
            ways = _ways(others, rows, {row[1:] for row in everywhere if row[0] == value})
            found.setdefault(repr(ways), (ways, []))[1].append(value)
    return [{axis: tuple(first), **way} for ways, first in found.values() for way in ways]


def as_text(whole: Transcript) -> Iterator[str]:
    """The transcript as lines of text."""
    yield f"{whole.title} ({whole.id}, {whole.language})"
    yield whole.purpose
    shortest, typical, longest = (f"{minutes:g}" for minutes in whole.minutes)
    yield f"{shortest} to {longest} minutes, typically {typical}. Sources: {', '.join(whole.sources) or 'none named'}."
    by = f" by {whole.reviewer} on {whole.date}" if whole.reviewer else ""
    level = f", {whole.level.replace('-', ' ')}" if whole.level else ""
    yield f"Review: {whole.state}{level}{by}."
    yield f"Hash of this text: {whole.hash}"
    yield f"Every wording of every choice, each once: {len(whole.wordings)}."
    yield "+ is heard when there is time, ++ when there is plenty, ! always."
    titles: str | None = None
    for wording in whole.wordings:
        if wording.section != titles:
            titles = wording.section
            yield ""
            yield f"# {titles}"
        yield _as_text(wording)
    yield ""
    yield "On the handout"
    yield from (f"     > {line}" for line in whole.handout)


def _as_text(wording: Wording) -> str:
    rounds = {"first": "first round", "again": "later rounds"}.get(wording.rounds)
    ways = [", ".join(f"{axis} {' or '.join(values)}" for axis, values in way.items()) for way in wording.when]
    notes = [note for note in (rounds, "; or ".join(ways)) if note]
    pauses = "".join(f" ({pause})" for pause in wording.pauses)
    heard = f"   [{'; '.join(notes)}]" if notes else ""
    return f"{wording.number:>4} {wording.mark:>2} {wording.text}{pauses}{heard}"
