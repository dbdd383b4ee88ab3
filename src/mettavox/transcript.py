"""Transcript: every wording of a script that any choice can bring, in the order of its file, for a reviewer."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass

from mettavox import phrasebook, review, source
from mettavox.branches import Branch, axes, branches, depends
from mettavox.phrasebook import Phrasebook
from mettavox.script import CORE, PLUS, Line, Passage, Section, lines_of
from mettavox.source import Source


@dataclass(frozen=True, kw_only=True)
class Wording:
    """One wording of a line: where it stands, how it bends with the length, and for which choices it is heard.

    ``mark`` is "!", "+", "++" or nothing; ``rounds`` is "every", "first" or "again". ``when`` has, for each
    choice that matters, the values with which this is heard; nothing means always.
    """

    number: int
    section: str
    mark: str
    rounds: str
    text: str
    pauses: tuple[str, ...]
    when: Mapping[str, tuple[str, ...]]


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
                if key := _key(section, passage):
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


def _key(section: Section, passage: Passage) -> _Key | None:
    lines = lines_of(passage)
    if not lines:
        return None
    text = lines[0].text if isinstance(passage.sound, Line) else _cues(lines)
    mark = "!" if passage.protected else "" if passage.tier == CORE else "+" if passage.tier == PLUS else "++"
    return lines[0].number, section.title, mark, passage.rounds, text


def _cues(lines: tuple[Line, ...]) -> str:
    return "(paced breath: " + " ".join(dict.fromkeys(line.text for line in lines)) + ")"


def _when(
    matters: frozenset[str], where: list[Branch], heard: tuple[Branch, ...], book: Phrasebook
) -> dict[str, tuple[str, ...]]:
    found: dict[str, tuple[str, ...]] = {}
    for axis, values in axes(book).items():
        if axis in matters:
            there = {branch.choices[axis] for branch in where}
            everywhere = {branch.choices[axis] for branch in heard}
            if there != everywhere:
                found[axis] = tuple(value for value in values if value in there)
    return found


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
    when = [f"{axis} {' or '.join(values)}" for axis, values in wording.when.items()]
    notes = [*([rounds] if rounds else []), *when]
    pauses = "".join(f" ({pause})" for pause in wording.pauses)
    heard = f"   [{'; '.join(notes)}]" if notes else ""
    return f"{wording.number:>4} {wording.mark:>2} {wording.text}{pauses}{heard}"
