"""Read: a filled text becomes a Script. Every unknown word is an error that names the nearest known one."""

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache

from mettavox import notation
from mettavox.errors import RequestError, ScriptError
from mettavox.person import EXPERIENCES, PRONOUNS, RELATIONS, Spoken
from mettavox.phrasebook import PHASES, Pattern, Phrasebook, parse_yaml
from mettavox.request import ANCHORS, CLOSINGS, DAYS, TONES
from mettavox.script import (
    CORE,
    KEEP,
    LEVELS,
    PAUSES,
    PLUS,
    PLUS_PLUS,
    STATUSES,
    Bell,
    Breath,
    Cue,
    Head,
    Line,
    Minutes,
    Passage,
    Pause,
    Review,
    Script,
    Section,
)  # fmt: skip
from mettavox.suggest import nearest
from mettavox.template import SLOTS, Filled
from mettavox.units import LONGEST_SECONDS

BLOCKS = ("wishes", "breathe", "return", "bell")
"""Blocks that are more than their text; any other is a file of shared blocks."""

MOST_BREATHS = 999
MOST_SECTIONS = 99
"""More than anyone can listen to; every one that a longer track can have is weighed when it is laid."""

DISCLOSURE = "disclosure"
"""The block that says what kind of voice speaks."""

ROUNDS = ("first", "again")
CHOICES = frozenset(
    {"touch", "person", "named", "name", "gentle", "paced", "intention", *ROUNDS}
    | set(RELATIONS) | set(ANCHORS) - {"none"} | set(CLOSINGS) | set(EXPERIENCES) | set(TONES)
    | {f"day-{day}" for day in DAYS}
)  # fmt: skip
"""What ``[if …]`` can ask for."""

WISH_TARGETS = ("self", "target", "receive", "they", "both", "all")
_HEAD = re.compile(r"---[ \t]*\n(.*?\n)---[ \t]*\n", re.DOTALL)
_CONDITION = re.compile(r"\[\s*if\s+(not\s+)?([a-z0-9_-]+(?:\s+or\s+[a-z0-9_-]+)*)\s*\]\s*")
_HEAD_FIELDS = ("id", "title", "language", "minutes", "slots", "defaults", "review", "purpose", "sources")
_REVIEW_FIELDS = ("status", "level", "reviewer", "date", "hash")


def split(source: str) -> tuple[str, str]:
    """The head and the body of a script's file; the body keeps its line numbers."""
    text = source.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n")
    match = _HEAD.match(text)
    if not match:
        return "", text
    return match[1], "\n" * match[0].count("\n") + text[match.end() :]


@lru_cache(maxsize=16)  # one track after another has the same
def read_head(head: str, name: str, where: str) -> Head:
    """What the head says. Raises ScriptError with the line of a field that is missing, wrong or unknown."""
    if not head:
        raise ScriptError(
            f"{where}, line 1: the script has no head.",
            hint="Start with a line “---”, then title, language, minutes and slots, then “---”.",
        )
    table = parse_yaml(head, where, line_offset=1, references=False)
    at = _Lines(head, where)
    for key in table:
        if key not in _HEAD_FIELDS:
            raise ScriptError(f"{at[key]}: the head has an unknown “{key}”.", hint=nearest(str(key), _HEAD_FIELDS))
    for key in ("title", "language", "minutes"):
        if table.get(key) in (None, "", [], {}):
            raise ScriptError(f"{at[key]}: the head has no “{key}”.", hint=f"Add “{key}:” to it.")
    for key in ("title", "language", "purpose"):
        if not isinstance(table.get(key, ""), str):
            raise ScriptError(f"{at[key]}: “{key}” is not text.", hint=f'Put quotes around it: {key}: "…"')
        if not " ".join(table.get(key, "").split("\n")).isprintable():
            raise ScriptError(f"{at[key]}: “{key}” has a character that cannot be seen.", hint="Type it again.")
    return Head(
        id=name,
        title=table["title"],
        language=table["language"],
        minutes=_minutes(table["minutes"], at["minutes"]),
        slots=_declared(table.get("slots") or [], at["slots"]),
        purpose=table.get("purpose") or "",
        sources=_texts(table.get("sources") or [], at["sources"]),
        defaults=_defaults(table.get("defaults") or {}, at["defaults"]),
        review=_review(table.get("review") or {}, at["review"]),
    )


class _Lines(dict[str, str]):
    """Where each field of a head stands: the file and the line of its key, or the head's own first line."""

    def __init__(self, head: str, where: str) -> None:
        super().__init__()
        self._where = where
        for number, line in enumerate(head.split("\n"), start=2):
            key, colon, _ = line.partition(":")
            if colon and not line[:1].isspace():
                self.setdefault(key.strip().strip("\"'"), f"{where}, line {number}")

    def __missing__(self, key: object) -> str:
        return f"{self._where}, line 1"


def _minutes(value: object, at: str) -> Minutes:
    try:
        if not isinstance(value, dict):
            raise TypeError
        shortest, typical, longest = (float(value[key]) for key in ("shortest", "typical", "longest"))
    except (TypeError, KeyError, ValueError, OverflowError):
        shortest, typical, longest = 0, 0, 0
    if not 0 < shortest <= typical <= longest <= LONGEST_SECONDS / 60:
        raise ScriptError(
            f"{at}: “minutes” needs a shortest, a typical and a longest length, in that order.",
            hint="Write minutes: {shortest: 1, typical: 10, longest: 45}",
        )
    return Minutes(shortest=shortest, typical=typical, longest=longest)


def _texts(value: object, at: str) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(each, (str, int, float)) for each in value):
        raise ScriptError(f"{at}: “sources” is not a list of texts.", hint="Write sources: [Weng 2013]")
    return tuple(str(each) for each in value)


def _declared(value: object, at: str) -> tuple[str, ...]:
    if not isinstance(value, list):
        raise ScriptError(f"{at}: “slots” is not a list.", hint="Write slots: [name, target]")
    for slot in value:
        if not isinstance(slot, str) or slot not in SLOTS:
            raise ScriptError(f"{at}: there is no slot “{slot}”.", hint=nearest(str(slot), SLOTS, "Slots"))
    return tuple(value)


_DEFAULTS: Mapping[str, tuple[str, ...]] = {
    "closing": CLOSINGS, "anchor": ANCHORS, "relation": RELATIONS, "pronouns": PRONOUNS,
    "tone": TONES, "experience": EXPERIENCES, "breath": (),
}  # fmt: skip
"""What a script can choose for those who choose nothing, and the words for it; breaths are data."""


def _defaults(value: object, at: str) -> dict[str, str]:
    if not isinstance(value, dict):
        raise ScriptError(f"{at}: “defaults” is not a table.", hint="Write defaults: {closing: work}")
    for key, word in value.items():
        if key not in _DEFAULTS:
            raise ScriptError(f"{at}: “{key}” has no default.", hint=nearest(str(key), _DEFAULTS, "These have"))
        known = _DEFAULTS[key]
        if not isinstance(word, str) or (known and word not in known):
            raise ScriptError(f"{at}: there is no {key} “{word}”.", hint=nearest(str(word), known, "It takes"))
    return dict(value)


def _review(value: object, at: str) -> Review:
    table = {"status": value} if isinstance(value, str) else value
    if not isinstance(table, dict):
        raise ScriptError(f"{at}: “review” is not a table.", hint="Write review: {status: draft}")
    table = {key: text for key, text in table.items() if text is not None}  # a field that waits to be filled in
    for key, known in (("status", STATUSES), ("level", LEVELS)):
        if table.get(key, known[0]) not in known:
            raise ScriptError(
                f"{at}: there is no review {key} “{table[key]}”.", hint=nearest(str(table[key]), known[1:], "It takes")
            )
    for key in table:
        if key not in _REVIEW_FIELDS:
            raise ScriptError(f"{at}: “review” has an unknown “{key}”.", hint=nearest(str(key), _REVIEW_FIELDS))
    return Review(**{key: str(text) for key, text in table.items()})


@dataclass(frozen=True, kw_only=True)
class Choices:
    """What was chosen, as far as a script can ask: the facts that are true, and whose wishes are whose."""

    facts: frozenset[str]
    relation: str
    pronouns: str
    closing: str
    own_wishes: bool = False
    disclose: bool = False


def read(filled: Filled, head: Head, book: Phrasebook, choices: Choices, *, where: str) -> Script:
    """The script in ``filled``. Raises ScriptError with the file, the line and the nearest known word."""
    reading = _Reading(book=book, choices=choices, filled=filled, file=where)
    for raw, number in zip(filled.text.split("\n"), filled.numbers, strict=True):
        reading.take(raw, number, where)
    if choices.disclose:
        reading.disclose()
    return Script(head=head, sections=reading.finish())


@dataclass
class _Open:
    """A section that is being read."""

    marks: notation.SectionMarks
    number: int = 0
    passages: list[Passage] = field(default_factory=list)


@dataclass
class _Reading:
    """Takes a script line by line."""

    book: Phrasebook
    choices: Choices
    filled: Filled
    file: str
    sections: list[_Open] = field(default_factory=list)
    inside: tuple[str, ...] = ()
    skipping_section: bool = False
    skipping_pauses: bool = False
    chosen_above: bool = False
    number: int = 0
    at: str = ""

    def take(self, raw: str, number: int, where: str) -> None:
        self.number, self.at = number, f"{where}, line {number}"
        text = raw.strip()
        if not text or text.startswith(("//", ">")):
            return
        holds, rounds, conditional = True, "every", bool(_CONDITION.match(text))
        while condition := _CONDITION.match(text):
            true, when = self._holds(condition)
            holds, rounds = holds and true, when if when != "every" else rounds
            text = text[condition.end() :]
        if text.startswith("["):
            raise ScriptError(
                f"{self.at}: “[” opens a choice that cannot be read.", hint="Write [if touch] and the line."
            )
        if text.startswith("#"):
            self._heading(text, holds)
        elif self.skipping_section:
            pass
        elif not self.sections:
            raise ScriptError(
                f"{self.at}: there is a line before the first section.", hint="Begin with # Welcome {keep}"
            )
        elif text.startswith("("):
            self.chosen_above = False
            if ")" not in text:
                raise ScriptError(f"{self.at}: a pause has no closing bracket.", hint="Write (breath)")
            if holds and not self.skipping_pauses:
                self._pauses(text)
        else:
            # A pause belongs to the line above it; under several choices, to the one that is heard.
            heard_above = self.chosen_above and conditional
            self.chosen_above = conditional and (holds or heard_above)
            self.skipping_pauses = not (holds or heard_above)
            if holds:
                self._line(text, rounds)
                last = self.sections[-1].passages[-1:]  # none where a block's own choices leave all of it out
                self.chosen_above = self.chosen_above and not (last and last[0].pauses)

    def disclose(self) -> None:
        """Say first of all that the voice is synthetic, in a section that is there at any length."""
        if DISCLOSURE not in self.filled.blocks:
            raise RequestError(
                f"“{self.book.language}” has no words for --disclose.", hint=f"Write them in shared/{DISCLOSURE}.md."
            )
        self.at = self.file
        for section in self.sections:
            if section.marks.importance == KEEP and not section.marks.opt_in:
                self.number = section.number
                section.passages[:0] = [replace(each, rounds="first") for each in self._shared(DISCLOSURE)]
                return
        raise ScriptError(
            f"{self.file}: no section is there at any length, so --disclose has no place.",
            hint="Give the first one {keep}.",
        )

    def finish(self) -> tuple[Section, ...]:
        self.at = self.file
        sections = tuple(
            Section(
                title=part.marks.title,
                passages=tuple(part.passages),
                importance=part.marks.importance,
                repeat=part.marks.repeat,
                fixed=part.marks.fixed,
                opt_in=part.marks.opt_in,
            )
            for part in self.sections
            if any(passage.sound for passage in part.passages)
        )
        passages = [passage for section in sections for passage in section.passages]
        if not passages:
            raise ScriptError(f"{self.file}: there is nothing to say in this script.", hint="Add a section and a line.")
        if not any(passage.protected for passage in passages):
            raise ScriptError(
                f"{self.file}: no line tells the listener that they may stop.",
                hint="Add a line such as “! You can stop at any time.” to the welcome.",
            )
        return sections

    def _holds(self, condition: re.Match[str]) -> tuple[bool, str]:
        words = re.split(r"\s+or\s+", condition[2])
        for word in words:
            if word not in CHOICES and word not in self.book.patterns:
                known = CHOICES | set(self.book.patterns)
                raise ScriptError(f"{self.at}: there is no choice “{word}”.", hint=nearest(word, known, "Choices"))
        if any(word in ROUNDS for word in words):
            if len(words) > 1:
                raise ScriptError(
                    f"{self.at}: “{condition[2]}” mixes a round with a choice.",
                    hint="Let them stand one after another: [if sleep] [if first] and the line.",
                )
            return True, {"first": "again", "again": "first"}[words[0]] if condition[1] else words[0]
        holds = any(word in self.choices.facts for word in words)
        return holds != bool(condition[1]), "every"

    def _heading(self, text: str, holds: bool) -> None:
        marks = notation.section_marks(text.lstrip("#"), self.at)
        if any(mark in marks.title for mark in self.filled.words):
            raise ScriptError(
                f"{self.at}: a section's title holds a person's name.",
                hint="Titles become chapters that anyone can see; use {{ target.role }}.",
            )
        self.skipping_section, self.skipping_pauses, self.chosen_above = not holds, False, False
        if holds and len(self.sections) == MOST_SECTIONS:
            raise ScriptError(
                f"{self.at}: a script has {MOST_SECTIONS} sections at most.", hint="Put some of them together."
            )
        if holds:
            self.sections.append(_Open(marks, number=self.number))

    def _pauses(self, text: str) -> None:
        rest, pauses = notation.split_pauses(text, self.at)
        if rest:
            raise ScriptError(f"{self.at}: there are words after a pause.", hint="Put them on a line of their own.")
        passages = self.sections[-1].passages
        if not passages:
            passages.append(Passage(sound=None, pauses=pauses))
            return
        if passages[-1].rounds == "again" and not passages[-1].pauses:
            self._pause_twin(passages, pauses)
        passages[-1] = replace(passages[-1], pauses=passages[-1].pauses + pauses)

    def _pause_twin(self, passages: list[Passage], pauses: tuple[Pause, ...]) -> None:
        """The pause after a pair of lines, for the first round and for later ones, belongs to both."""
        place = len(passages) - 1
        while place >= 0 and passages[place].rounds == "again" and not passages[place].pauses:
            place -= 1
        if place >= 0 and passages[place].rounds == "first" and not passages[place].pauses:
            passages[place] = replace(passages[place], pauses=pauses)

    def _line(self, text: str, rounds: str) -> None:
        tier = PLUS_PLUS if text.startswith("++") else PLUS if text.startswith("+") else CORE
        protected = text.startswith("!")
        text = text.lstrip("+").removeprefix("!").strip()
        made = self._block(text) if text.startswith("@") else self._speech(text)
        if tier != CORE or protected or rounds != "every":
            made = [
                replace(
                    passage,
                    tier=max(tier, passage.tier),
                    protected=protected or passage.protected,
                    rounds=rounds if passage.rounds == "every" else passage.rounds,
                )
                for passage in made
            ]
        self.sections[-1].passages.extend(made)

    def _speech(self, text: str) -> list[Passage]:
        text, pauses = notation.split_pauses(text, self.at)
        lines = notation.sentences(text, self.filled.words, self.number, self.at)
        if not lines:
            raise ScriptError(
                f"{self.at}: there is nothing here that can be spoken.", hint="Write words, or delete the line."
            )
        return [Passage(sound=line, pauses=pauses if line is lines[-1] else ()) for line in lines]

    # --- blocks ---

    def _block(self, text: str) -> list[Passage]:
        name, *arguments = text[1:].split() or [""]
        blocks: Mapping[str, Callable[[list[str]], list[Passage]]] = {
            "wishes": self._wishes, "breathe": self._breathe, "return": self._return, "bell": self._bell,
        }  # fmt: skip
        if name in blocks:
            return blocks[name](arguments)
        if name not in self.filled.blocks:
            raise ScriptError(
                f"{self.at}: “{self.book.language}” has no block “@{name}”.",
                hint=nearest(name, [*BLOCKS, *self.filled.blocks], "Blocks"),
            )
        if arguments:
            raise ScriptError(f"{self.at}: @{name} takes nothing after it.", hint=f"Write @{name} on its own.")
        return self._shared(name)

    def _bell(self, arguments: list[str]) -> list[Passage]:
        if arguments:
            raise ScriptError(f"{self.at}: @bell takes nothing after it.", hint="Write @bell on its own.")
        return [Passage(sound=Bell())]

    def _wishes(self, arguments: list[str]) -> list[Passage]:
        who = " ".join(arguments)
        if who not in WISH_TARGETS:
            raise ScriptError(f"{self.at}: there are no wishes for “{who}”.", hint=nearest(who, WISH_TARGETS, "Wishes"))
        person = self._person(who)
        passages: list[Passage] = []
        for place, wish in enumerate(self.book.wishes, start=1):
            if person not in wish:
                raise RequestError(
                    f"Wish {place} of your own has no words for “{person}”, which {self.at} needs.",
                    hint="Write it as a table with a line for every person; docs/writing-scripts.md shows one.",
                )
            words = wish[person].replace("{name}", _target_mark(self.filled.words))
            passages += self._in_sentences(words, PAUSES["phrase"], place)
        return [self._own(passage) for passage in passages] if self.choices.own_wishes else passages

    def _own(self, passage: Passage) -> Passage:
        """Words that a person wrote may hold anything about them, and are kept like a name."""
        if not isinstance(passage.sound, Line):
            return passage
        return replace(passage, sound=replace(passage.sound, personal=True, own=True))

    def _in_sentences(self, words: str, pause: Pause, wish: int) -> list[Passage]:
        """Passages of one text; the pause comes after its last sentence."""
        lines = notation.sentences(words, self.filled.words, self.number, self.at)
        return [Passage(sound=line, pauses=(pause,) if line is lines[-1] else (), wish=wish) for line in lines]

    def _person(self, who: str) -> str:
        """Which column of the table: how the wish is said to, or of, whom it is for."""
        pronouns = self.choices.pronouns
        if pronouns == "name" and not _target_mark(self.filled.words):
            pronouns = "they"
        if who == "target":
            person = str(self.book.relations[self.choices.relation]["person"])
            return pronouns if person == "third" else person
        return {"self": "i", "receive": "you", "they": "they", "both": "we", "all": "all"}[who]

    def _return(self, arguments: list[str]) -> list[Passage]:
        closing = " ".join(arguments) or self.choices.closing
        if closing not in CLOSINGS:
            raise ScriptError(
                f"{self.at}: there is no closing “{closing}”.", hint=nearest(closing, CLOSINGS, "Closings")
            )
        block = "return" if closing == "return" else f"return-{closing}"
        if block not in self.filled.blocks:
            raise ScriptError(
                f"{self.at}: “{self.book.language}” has no closing “{closing}”.", hint="Choose another --closing."
            )
        return self._shared(block)

    def _shared(self, name: str) -> list[Passage]:
        """The passages of a shared block, as if they stood at the calling line."""
        if name in self.inside:
            raise ScriptError(f"{self.at}: the block “@{name}” holds itself.", hint="Take it out of its own file.")
        inner = _Reading(
            book=self.book, choices=self.choices, filled=self.filled, file=self.file, inside=(*self.inside, name)
        )
        inner.sections.append(_Open(notation.SectionMarks(title=name)))
        for raw in self.filled.blocks[name].split("\n"):
            inner.take(raw, self.number, self.file)
        if len(inner.sections) > 1:
            raise ScriptError(f"{self.at}: the block “@{name}” has a section in it.", hint="Give it lines alone.")
        return inner.sections[0].passages

    def _breathe(self, arguments: list[str]) -> list[Passage]:
        match = re.fullmatch(r"(\S+) (\d+)(?: ?(?:to|-|–) ?(\d+))?", " ".join(arguments))
        if not match or int(match[2]) < 1:
            raise ScriptError(
                f"{self.at}: @breathe needs a pattern and how many breaths.",
                hint="Write @breathe soft 6, or @breathe soft 6 to 60.",
            )
        pattern = self.book.patterns.get(match[1])
        if pattern is None:
            raise ScriptError(
                f"{self.at}: there is no breath “{match[1]}”.", hint=nearest(match[1], self.book.patterns, "Breaths")
            )
        if max(len(match[2]), len(match[3] or "")) > len(str(MOST_BREATHS)):
            raise ScriptError(f"{self.at}: {MOST_BREATHS} breaths are the most.", hint="Write fewer of them.")
        fewest, most = int(match[2]), int(match[3] or match[2])
        if most < fewest:
            raise ScriptError(
                f"{self.at}: {fewest} to {most} breaths is the wrong way round.", hint="Smaller number first."
            )
        if not pattern.cycles:
            return self._own_pace(fewest, most)
        cap = pattern.most or most
        fewest, most = min(fewest, cap), min(most, cap)
        return [
            Passage(
                sound=Breath(
                    pattern=pattern.id, cycles=self._cycles(pattern), fewest=fewest, most=most, held=pattern.holds
                )
            )
        ]

    def _cycles(self, pattern: Pattern) -> tuple[tuple[Cue, ...], ...]:
        return tuple(
            tuple(Cue(seconds=secs, lines=self._cue(phase), phase=phase) for phase, secs in cycle)
            for cycle in pattern.cycles
        )

    def _cue(self, phase: str) -> tuple[Line, ...]:
        if phase not in PHASES:
            raise ScriptError(f"patterns.yaml: there is no phase “{phase}”.", hint=nearest(phase, PHASES, "Phases"))
        return tuple(
            line
            for words in self.book.cues.get(phase, ())
            for line in notation.sentences(words, {}, self.number, self.at)
        )

    def _own_pace(self, fewest: int, most: int) -> list[Passage]:
        """No pattern: a few invitations with room between, more of them the longer the track."""
        passages: list[Passage] = []
        for place in range(most):
            words = self.book.own_pace[place % len(self.book.own_pace)]
            wish = 0 if place < fewest else max(3, place + 1)  # counted like wishes: each one more is an addition
            passages += self._in_sentences(words, PAUSES["rest"], wish)
        return passages


def _target_mark(words: Mapping[str, Spoken]) -> str:
    return notation.TARGET if notation.TARGET in words else ""
