"""Sheet: every line that scripts can speak, numbered, to be recorded; as a page, and as a table that import reads."""

import csv
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, fields
from io import StringIO
from itertools import groupby
from pathlib import Path

from mettavox import assets, handout, phrasebook, spreadsheet, takes
from mettavox.branches import NO, YES, Branch, axes, branches, depends, usual_choices
from mettavox.errors import RequestError, ScriptError
from mettavox.layout import CUE_SHARE
from mettavox.matching import UNHURRIED, Wanted
from mettavox.person import Spoken
from mettavox.script import Breath, Line, Passage, Section, lines_of
from mettavox.source import Source
from mettavox.suggest import nearest

PAGE, TABLE = "sheet.html", "sheet.csv"
BLANK = "______"
"""Where a name comes later, in the table; a line with one is a carrier."""

LINE, WORDS = "line", "words"
"""What an entry is: a line of a script, or words of a person, such as a name."""

Narrowed = Mapping[str, frozenset[str]]
"""For some of the choices, the values that are wanted; all values of the others."""

_TEXTS = ("direction", "title", "facts", "how", "blank", "names", "credit")
_NOTES = (
    "greeting", "plain", "wish", "cue", "blank_inside", "blank_at_the_end", "blank_at_the_start", "closing", "sleep",
    "name", "quiet", "long_quiet",
)  # fmt: skip
_QUIET_SECONDS, _LONG_QUIET_SECONDS = 3.0, 8.0
_BETWEEN_SECONDS = 2.0


@dataclass(frozen=True, kw_only=True)
class Entry:
    """A line of the sheet; ``text`` has BLANK where a name comes, ``scripts`` are their ids with spaces between."""

    number: int
    key: str
    text: str
    kind: str = LINE
    language: str = "en"
    scripts: str = ""
    section: str = ""
    note: str = ""
    plain: bool = False

    @property
    def parts(self) -> list[str]:
        """The words before, between and after its blanks."""
        return self.text.split(BLANK)

    @property
    def spoken(self) -> list[str]:
        """The parts with words in them; the comma beside a blank is part of its pause."""
        return [part.strip(" ,;") for part in self.parts if any(map(str.isalnum, part))]

    @property
    def wanted(self) -> Wanted:
        """What to look for in a recording."""
        return Wanted(text=" ".join(self.spoken), gaps=len(self.spoken) - 1, language=self.language)

    @property
    def carrier(self) -> bool:
        """Whether a name is put into it."""
        return BLANK in self.text


@dataclass(frozen=True, kw_only=True)
class Sheet:
    """Every line to record, and the titles of the scripts that it is for, by their ids."""

    language: str
    titles: Mapping[str, str]
    entries: tuple[Entry, ...]


def sheet(
    sources: Sequence[Source],
    narrowed: Narrowed,
    *,
    names: bool = True,
    usual: bool = False,
    own: Sequence[Spoken] = (),
) -> Sheet:
    """Every line that the scripts can speak with those choices, each once, in the order of the first script.

    ``names`` are lines with a blank for one; ``own`` are words to be recorded as they are, such as a name. Of choices
    that are not in ``narrowed`` all are wanted, or with ``usual`` what is heard when nobody chooses.
    Raises ScriptError where a script cannot be read, or its language has no words for sheets.
    """
    language = sources[0].language
    words = _words(language, sources[0].scripts)
    found: dict[str, list[_Place]] = {}
    for source in sources:
        gentle = narrowed.get("gentle", frozenset({NO}))
        wanted = {**_usual(source, gentle, names=names), **narrowed} if usual else narrowed
        for place in _places(source, wanted, names=names):
            found.setdefault(place.key, []).append(place)
    entries = [
        places[0].entry(number, words, dict.fromkeys(place.script for place in places))
        for number, places in enumerate(found.values(), start=1)
    ]
    note = _capital(words["notes"]["name"])
    for key, text in _different(own).items():
        if key not in found:
            entries.append(
                Entry(
                    number=len(entries) + 1,
                    key=key,
                    text=text,
                    kind=WORDS,
                    language=language,
                    section=words["names"],
                    note=note,
                )
            )
    return Sheet(language=language, titles={source.id: source.head.title for source in sources}, entries=tuple(entries))


def _different(own: Sequence[Spoken]) -> dict[str, str]:
    """The words of a person by their keys, each as it was written first."""
    different: dict[str, str] = {}
    for word in own:
        different.setdefault(takes.key(word.written), word.written)
    return different


# --- which lines ---


@dataclass(frozen=True, kw_only=True)
class _Place:
    """A line where it is first heard in a script."""

    script: str
    section: Section
    passage: Passage
    line: Line
    first: bool
    last: bool
    closing: str

    @property
    def text(self) -> str:
        return self.line.carrier or self.line.text

    @property
    def key(self) -> str:
        return takes.key(self.text)

    def entry(self, number: int, words: handout.Words, scripts: Iterable[str]) -> Entry:
        text = self.text
        for slot in takes.slots(text):
            text = text.replace(f"{{{slot}}}", BLANK)
        return Entry(
            number=number,
            key=self.key,
            text=text,
            language=str(words["language"]),
            scripts=" ".join(scripts),
            section=self.section.title,
            note=_capital("; ".join(self._notes(words["notes"]))),
            plain=self.passage.protected,
        )

    def _notes(self, words: Mapping[str, str]) -> Iterator[str]:
        parts = takes.pieces(self.text) if self.line.carrier else [self.text]
        if isinstance(self.passage.sound, Breath):
            yield handout.fill(words["cue"], seconds=f"{self._cue_seconds():.1f}")
            return
        if self.passage.protected:
            yield words["plain"]
        elif self.passage.wish:
            yield words["wish"]
        elif self.first:
            yield words["greeting"]
        elif self.last and self.closing == "sleep":
            yield words["sleep"]
        elif self.last and self.passage is self.section.passages[-1]:
            yield words["closing"]
        if len([part for part in parts if part]) > 1:
            yield words["blank_inside"]
        elif not parts[-1]:
            yield words["blank_at_the_end"]
        elif not parts[0]:
            yield words["blank_at_the_start"]
        quiet = sum(pause.preferred for pause in self.passage.pauses)
        if quiet >= _QUIET_SECONDS:
            form = "long_quiet" if quiet >= _LONG_QUIET_SECONDS else "quiet"
            yield handout.fill(words[form], seconds=round(quiet))

    def _cue_seconds(self) -> float:
        """How long the words may be in the shortest phase that they are said in."""
        assert isinstance(self.passage.sound, Breath)
        cues = [cue for cycle in self.passage.sound.cycles for cue in cycle if self.line in cue.lines]
        return CUE_SHARE * min(cue.seconds for cue in cues)


def _places(source: Source, narrowed: Narrowed, *, names: bool) -> Iterator[_Place]:
    """The lines of a script in the order of its file, each where it is first heard."""
    every = branches(source)
    if every.errors:
        raise every.errors[0]
    matters = depends(source.body, phrasebook.load(source.language, source.scripts))
    seen: dict[str, _Place] = {}
    for branch in every.heard:
        for place in _heard(source, branch):
            if _is_wanted(branch, matters[place.line.number - 1], narrowed):
                seen.setdefault(place.key, place)
    kept = [place for place in seen.values() if _can_be_read(place.line, names=names)]
    yield from sorted(kept, key=lambda place: place.line.number)  # a stable sort: within a line, in the order heard


def _heard(source: Source, branch: Branch) -> Iterator[_Place]:
    sections = branch.script.sections
    number = next(line.number for passage in sections[0].passages for line in lines_of(passage))
    for section in sections:
        for passage in section.passages:
            for line in lines_of(passage):
                for each in (line, line.unnamed):
                    if each is not None:
                        yield _Place(
                            script=source.id, section=section, passage=passage, line=each,
                            first=line.number == number and section is sections[0],
                            last=section is sections[-1], closing=branch.request.closing,
                        )  # fmt: skip


def _is_wanted(branch: Branch, matters: frozenset[str], narrowed: Narrowed) -> bool:
    """Whether the choices that a line depends on are among those that are wanted."""
    return all(branch.choices.get(axis) in values for axis, values in narrowed.items() if axis in matters)


def _can_be_read(line: Line, *, names: bool) -> bool:
    """Whether the line can be recorded once for everyone; one that is nothing but a person's words cannot."""
    return not line.personal or (names and any(takes.pieces(line.carrier)) and bool(line.carrier))


def _usual(source: Source, gentle: frozenset[str], *, names: bool) -> Narrowed:
    """What is heard of a script when nobody chooses; with and without a name where there are ``names``."""
    rows = [usual_choices(source, gentle=each == YES) for each in gentle]
    whole = {axis: frozenset(row[axis] for row in rows) for axis in rows[0]}
    return {axis: values for axis, values in whole.items() if not (names and axis in WITHOUT_NAMES)}


def narrowed(language: str, choices: Mapping[str, Sequence[str]], scripts: Path | None = None) -> Narrowed:
    """The choices that were given, checked. Raises RequestError for a value that there is not."""
    known = axes(phrasebook.load(language, scripts))
    for axis, values in choices.items():
        for value in values:
            if value not in known[axis]:
                raise RequestError(f"--{axis} has no “{value[:40]}”.", hint=nearest(value, known[axis], "It takes"))
    return {axis: frozenset(values) for axis, values in choices.items() if values}


WITHOUT_NAMES: Narrowed = {"name": frozenset({NO}), "named": frozenset({NO})}
"""Only lines without a name in them."""


# --- the page and the table ---


def page(made: Sheet, scripts: Path | None = None) -> str:
    """The sheet as a page for paper."""
    words = _words(made.language, scripts)
    seconds = sum(entry.wanted.seconds(UNHURRIED) + _BETWEEN_SECONDS for entry in made.entries)
    sections = [
        (title, script, list(entries))
        for (title, script), entries in groupby(made.entries, key=lambda entry: (entry.section, _first(entry, made)))
    ]
    return handout.page(
        "sheet.html",
        made.language,
        words,
        title=words["title"],
        titles=list(made.titles.values()),
        count=len(made.entries),
        minutes=max(1, round(seconds / 60)),
        sections=sections,
    )


def _first(entry: Entry, made: Sheet) -> str:
    """The title of the first script with that line, where there are several."""
    ids = entry.scripts.split()
    return made.titles[ids[0]] if ids and len(made.titles) > 1 else ""


_COLUMNS = tuple(field.name for field in fields(Entry) if field.name != "plain")


def table(made: Sheet) -> str:
    """The sheet as CSV."""
    text = StringIO()
    writer = csv.DictWriter(text, _COLUMNS, extrasaction="ignore", lineterminator="\n")
    writer.writeheader()
    writer.writerows(asdict(entry) for entry in made.entries)
    return text.getvalue()


def read(path: Path) -> tuple[Entry, ...]:
    """The lines of a sheet's table, also when a spreadsheet wrote it again.

    Raises RequestError, with the row, for a table that is no sheet.
    """
    hint = "Make one with “mettavox voices sheet”, and give it as --sheet."
    entries = tuple(_entry(row, number, path) for number, row in spreadsheet.rows(path, hint=hint))
    if not entries:
        raise RequestError(f"The sheet “{path}” has no lines.", hint="Make it again with “mettavox voices sheet”.")
    return entries


def _entry(row: Mapping[str, str], at: int, path: Path) -> Entry:
    """The entry of a row; its key becomes a file's name, and its kind tells whether its text may be written down."""
    given = {name: row.get(name, "") for name in _COLUMNS}
    known = {
        "number": spreadsheet.is_number(given["number"]),
        "key": takes.is_key(given["key"]),
        "text": bool(given["text"]),
        "kind": given["kind"] in (LINE, WORDS),
    }
    wrong = [name for name, right in known.items() if not right]
    if wrong:
        raise RequestError(
            f"“{path}”, row {at}: its {' and '.join(wrong)} cannot be used.",
            hint="Leave those columns as they are, or make the sheet again with “mettavox voices sheet”.",
        )
    return Entry(**{**given, "number": int(given["number"])})  # type: ignore[arg-type]


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:] + ("." if text else "")


def _words(language: str, scripts: Path | None) -> handout.Words:
    """The fixed words of a language's sheets. Raises ScriptError when they are missing or not complete."""
    where = (language, "shared", "sheet.yaml")
    if assets.find("scripts", where, scripts) is None:
        raise ScriptError(
            f"“{language}” has no words for recording sheets: {'/'.join(where)} is missing.",
            hint="Copy en/shared/sheet.yaml to that place and translate it.",
        )
    words = phrasebook.read_yaml("scripts", where, scripts)
    notes, steps = words.get("notes"), words.get("steps")
    wrong = [key for key in _TEXTS if not isinstance(words.get(key), str)]
    wrong += [f"notes.{key}" for key in _NOTES if not isinstance(notes, dict) or not isinstance(notes.get(key), str)]
    wrong += ["steps"] if not isinstance(steps, list) or not all(isinstance(step, str) for step in steps) else []
    if wrong:
        raise ScriptError(
            f"{'/'.join(where)} is not complete: {', '.join(wrong)} missing or no text.",
            hint="Compare it with en/shared.",
        )
    return {**words, "language": language}
