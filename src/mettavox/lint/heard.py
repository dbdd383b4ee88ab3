"""What is heard of a script: its sentences in every branch, with their neighbours, and where they stand in the file."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from functools import cached_property

from mettavox.branches import Branch
from mettavox.lint.catalogue import RULES
from mettavox.lint.finding import Finding
from mettavox.lint.lexicon import Lexicon, plain
from mettavox.script import Breath, Line, Passage, Section, lines_of
from mettavox.source import Source

NEAR = 2
"""How many lines before and after a cue still belong to it."""

_MARKS = re.compile(r"^\s*(?:\[[^\]]*\]\s*)*(?:\+\+|\+|!)?\s*")
_WRITTEN = re.compile(r"(?:#+|>)\s*")
_SLOT = re.compile(r"\{\{\s*(anchor|target)\b|@(wishes|breathe|return|[a-z][a-z-]*)(?:[ \t]+(\S+))?|\{\{")
_TABLES = {"anchor": "anchors.yaml", "target": "targets.yaml", "wishes": "wishes.yaml", "breathe": "breath.yaml"}


@dataclass(frozen=True, kw_only=True, eq=False)
class Sentence:
    """One sentence as it is heard in one branch. ``group`` counts the script's lines within the section."""

    text: str
    line: Line
    passage: Passage
    section: int
    group: int
    cue: bool = False

    @property
    def number(self) -> int:
        """The line of the file."""
        return self.line.number

    @property
    def tier(self) -> int:
        """0 for what is heard at every length of its section, 1 and 2 for what comes with more time."""
        return self.passage.tier

    @property
    def wish(self) -> bool:
        """Whether it is one of the wishes."""
        return bool(self.passage.wish)


@dataclass(frozen=True, kw_only=True, eq=False)
class Heard:
    """A branch with its sentences in order; ``label`` says how its choices differ from the script's own."""

    branch: Branch
    label: str
    sentences: tuple[Sentence, ...]

    @property
    def sections(self) -> tuple[Section, ...]:
        """The sections of the branch."""
        return self.branch.script.sections

    def near(self, sentence: Sentence) -> Iterator[Sentence]:
        """The sentences of the same line, and of two lines before and after, that are heard whenever it is."""
        for other in self._by_section[sentence.section]:
            if abs(other.group - sentence.group) <= NEAR and _comes_with(other.passage, sentence.passage):
                yield other

    @cached_property
    def _by_section(self) -> list[list[Sentence]]:
        found: list[list[Sentence]] = [[] for _ in self.sections]
        for sentence in self.sentences:
            found[sentence.section].append(sentence)
        return found

    def of_section(self, index: int) -> list[Sentence]:
        """The sentences of one section."""
        return self._by_section[index]

    @cached_property
    def breaths(self) -> tuple[tuple[int, Breath, int], ...]:
        """The paced breaths: the section's index, the breath, and the line of the file (0 when it has no words)."""
        return tuple(
            (index, passage.sound, next((line.number for line in lines_of(passage)), 0))
            for index, section in enumerate(self.sections)
            for passage in section.passages
            if isinstance(passage.sound, Breath)
        )

    @property
    def sleeps(self) -> bool:
        """Whether it ends in sleep."""
        return self.branch.request.closing == "sleep"


def _comes_with(other: Passage, cue: Passage) -> bool:
    """Whether a passage is heard whenever the cue is: in its tier or before, in its rounds or before."""
    return other.tier <= cue.tier and (other.rounds in ("every", cue.rounds) or cue.rounds == "again")


def read(branch: Branch, label: str) -> Heard:
    """The sentences of a branch."""
    found: list[Sentence] = []
    for index, section in enumerate(branch.script.sections):
        group, last = 0, None
        for passage in section.passages:
            for line in lines_of(passage):
                if line.number != last:
                    group, last = group + 1, line.number
                cue = isinstance(passage.sound, Breath)
                text = plain(line.text)
                found.append(Sentence(text=text, line=line, passage=passage, section=index, group=group, cue=cue))
    return Heard(branch=branch, label=label, sentences=tuple(found))


@dataclass(frozen=True, kw_only=True, eq=False)
class Material:
    """All that the rules look at: a script's file, its branches as they are heard, the language's lexicon, the day."""

    source: Source
    heard: tuple[Heard, ...]
    lexicon: Lexicon | None
    today: date

    @cached_property
    def raw(self) -> list[str]:
        """The lines of the file; the first is number 1, at place 0."""
        text = self.source.text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
        return text.split("\n")

    @cached_property
    def body(self) -> list[tuple[int, str]]:
        """The lines under the head, with their numbers."""
        return [(number, line) for number, line in enumerate(self.source.body.split("\n"), start=1) if line.strip()]

    @cached_property
    def handout(self) -> list[tuple[int, str]]:
        """The lines for paper, with their numbers."""
        return [(number, line.strip()[1:].strip()) for number, line in self.body if line.lstrip().startswith(">")]

    @cached_property
    def headings(self) -> list[tuple[int, str]]:
        """The headings as they are written, with their numbers."""
        found = ((number, _MARKS.sub("", line)) for number, line in self.body)
        return [(number, text.lstrip("# ")) for number, text in found if text.startswith("#")]

    @cached_property
    def unique(self) -> list[tuple[Sentence, Heard]]:
        """Every sentence once for each line it comes from, with the first branch that has it."""
        found: dict[tuple[int, str], tuple[Sentence, Heard]] = {}
        for heard in self.heard:
            for sentence in heard.sentences:
                found.setdefault((sentence.number, sentence.text), (sentence, heard))
        return list(found.values())

    @cached_property
    def last_line(self) -> int:
        """The number of the last line that has anything."""
        return next((n for n in range(len(self.raw), 0, -1) if self.raw[n - 1].strip()), 1)

    def head_line(self, key: str) -> int:
        """The line of a field of the head, or the first line."""
        for number, line in enumerate(self.raw, start=1):
            if number > 1 and line.startswith("---"):
                break
            if line.lstrip().startswith(f"{key}:"):
                return number
        return 1

    def finding(
        self,
        rule: str,
        number: int,
        message: str,
        *,
        instead: str = "",
        needle: str = "",
        heard: Heard | None = None,
        branch: str = "",
        severity: str = "",
    ) -> Finding:
        """A finding at a line of the file: at the needle where the line has it, else at the line's text or slot."""
        column, table = self._place(number, needle, heard)
        return Finding(
            rule=rule,
            severity=severity or RULES[rule].severity[0],
            line=number,
            column=column,
            message=message + (f" (from {table})" if table else ""),
            instead=instead or RULES[rule].instead,
            branch=branch or (heard.label if heard else ""),
            file=self.source.where,
        )

    def _place(self, number: int, needle: str, heard: Heard | None) -> tuple[int, str]:
        line = self.raw[number - 1] if 0 < number <= len(self.raw) else ""
        marks = _MARKS.match(line)
        start = marks.end() if marks else 0
        if title := _WRITTEN.match(line, start):
            start = title.end()
        if not needle:
            return start + 1, ""
        at = _search(line, needle)
        if at is not None:
            return at + 1, ""
        slot = _SLOT.search(line, start)
        if slot is None:  # it spans a slot or a respelling: its first word may be there
            at = _search(line, needle.split(maxsplit=1)[0])
            return (start if at is None else at) + 1, ""
        return slot.start() + 1, _table_of(slot, heard.branch.request.closing if heard else "return")


def _search(line: str, needle: str) -> int | None:
    """Where a needle stands in a line as it is written, whatever its quotes, capitals and spaces."""
    words = "[ \\t]+".join(re.escape(part).replace("'", "['’‘]") for part in plain(needle).split())
    match = re.search(rf"(?<!\w)(?:{words})(?!\w)", line, re.IGNORECASE) or re.search(words, line, re.IGNORECASE)
    return match.start() if match else None


def _table_of(slot: re.Match[str], closing: str) -> str:
    """The shared table or block that a slot's words come from; nothing for a slot that is a person's own word."""
    if slot[1]:
        return _TABLES[slot[1]]
    if slot[2] == "return":
        closing = slot[3] or closing
        return "return.md" if closing == "return" else f"return-{closing}.md"
    return _TABLES.get(slot[2], f"{slot[2]}.md") if slot[2] else ""
