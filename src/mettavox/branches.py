"""Branches: every way in which one script can be heard.

A full product of all choices would be millions. These branches hold every wording of every line
(all values of the choices that the line depends on) and every pair of choices, which some hundred do.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from itertools import combinations, product
from math import prod

from mettavox import phrasebook, prepare, template
from mettavox.errors import ScriptError
from mettavox.person import EXPERIENCES, PRONOUNS, RELATIONS, Listener, Spoken, Target
from mettavox.phrasebook import Phrasebook
from mettavox.request import ANCHORS, CLOSINGS, DAYS, TONES, Request
from mettavox.script import Script
from mettavox.source import Source

LISTENER_NAME, TARGET_NAME, INTENTION = "Maya", "Sam", "I want to be kind to myself"
"""The words of branches that have a name or an intention in them."""

Row = dict[str, str]
"""One value for some or all of the choices."""

NO, YES = "no", "yes"

MOST_WORDINGS = 2000
"""How many combinations of choices one line may depend on."""

_BRACES = re.compile(r"\{%[-+]?\s*(\w+)(.*?)%\}|\{\{(.*?)\}\}", re.DOTALL)
_CONDITION = re.compile(r"\[\s*if\s+(?:not\s+)?([a-z0-9_\s-]+?)\s*\]")
_BLOCK = re.compile(r"@(\w[\w-]*)\s*(\w*)")
_BEFORE_BLOCK = re.compile(r"^(\[[^\]]*\]\s*)*[+!]*\s*")
_RETURNS = {closing: "return" if closing == "return" else f"return-{closing}" for closing in CLOSINGS}
_HEADING = re.compile(r"(\[[^\]]*\]\s*)*#")


@dataclass(frozen=True, kw_only=True)
class Branch:
    """A script as one combination of choices has it; every choice is made in ``request``."""

    request: Request
    script: Script
    choices: Mapping[str, str]

    @property
    def label(self) -> str:
        """The choices in words: “anchor heart, closing sleep”."""
        return ", ".join(f"{axis} {value}" for axis, value in self.choices.items())


@dataclass(frozen=True, kw_only=True)
class Branches:
    """The branches that can be heard, and what was wrong with those that cannot be read."""

    heard: tuple[Branch, ...]
    errors: tuple[ScriptError, ...] = ()


def branches(found: Source) -> Branches:
    """Every branch of a script that matters; the first is that of the script's own defaults."""
    book = phrasebook.load(found.language, found.scripts)
    try:
        prepare.check_defaults(found, book)
        every = rows(found, book)
    except ScriptError as error:
        return Branches(heard=(), errors=(error,))
    heard: list[Branch] = []
    errors: dict[str, ScriptError] = {}
    for row in every:
        request = _request(found, row)
        try:
            script = prepare.read(found, request, book)
        except ScriptError as error:
            errors.setdefault(error.message, error)
        else:
            heard.append(Branch(request=request, script=script, choices=row))
    return Branches(heard=tuple(heard), errors=tuple(errors.values()))


def axes(book: Phrasebook) -> dict[str, tuple[str, ...]]:
    """Every choice and its values."""
    return {
        "relation": RELATIONS, "pronouns": PRONOUNS, "named": (NO, YES), "anchor": ANCHORS, "closing": CLOSINGS,
        "breath": tuple(book.patterns), "tone": TONES, "experience": EXPERIENCES, "gentle": (NO, YES),
        "name": (NO, YES), "intention": (NO, YES), "day": tuple(str(day) for day in DAYS),
    }  # fmt: skip


def rows(found: Source, book: Phrasebook) -> list[Row]:
    """The choices of each branch: the script's own first, then as few as hold everything.

    Raises ScriptError for a line that depends on more choices at once than anyone could review.
    """
    values = axes(book)
    own = usual_choices(found)
    groups: set[frozenset[str]] = set()
    for number, of_line in enumerate(_groups(found.body, book), start=1):
        for depended in of_line:
            if (count := prod(len(values[choice]) for choice in depended)) > MOST_WORDINGS:
                raise ScriptError(
                    f"{found.where}, line {number}: this depends on {len(depended)} choices at once, "
                    f"which makes {count} combinations; {MOST_WORDINGS} is the most.",
                    hint="Split it into lines with a choice or two each.",
                )
        groups |= {frozenset(group) for group in of_line if group}
    used = sorted(set().union(*groups)) if groups else []
    groups |= {frozenset(pair) for pair in combinations(used, 2)}
    made: list[Row] = [{axis: own[axis] for axis in used}]
    for group in sorted(groups, key=lambda group: (-len(group), sorted(group))):
        names = sorted(group)
        for combination in product(*(values[axis] for axis in names)):
            wanted = dict(zip(names, combination, strict=True))
            if _possible(wanted, book):
                _cover(wanted, made, book)
    return [_completed(row, {axis: (own[axis], *values[axis]) for axis in used}, book) for row in made]


def _completed(row: Row, values: Mapping[str, tuple[str, ...]], book: Phrasebook) -> Row:
    """The row with the first value that it allows for each choice that it leaves open."""
    whole = dict(row)
    for axis in [axis for axis in values if axis not in row]:
        whole[axis] = next(value for value in values[axis] if _possible({**whole, axis: value}, book))
    return {axis: whole[axis] for axis in values}


def _cover(wanted: Row, made: list[Row], book: Phrasebook) -> None:
    """See to it that some row has what is wanted: one that has it, one that can take it, or a new one."""
    fitting = None
    for row in made[1:]:
        if all(row.get(axis) == value for axis, value in wanted.items()):
            return
        if fitting is None and all(row.get(axis, value) == value for axis, value in wanted.items()):
            fitting = row
    if fitting is not None and _possible(fitting | wanted, book):
        fitting.update(wanted)
    elif not all(made[0].get(axis) == value for axis, value in wanted.items()):
        made.append(dict(wanted))


def _possible(row: Row, book: Phrasebook) -> bool:
    """Whether this can be asked for: render refuses the rest."""
    nobody = row.get("relation") in ("self", "all")
    held = "breath" in row and book.patterns[row["breath"]].holds
    gentle = row.get("gentle") == YES
    return not (
        (nobody and row.get("named") == YES) or (gentle and held) or (gentle and row.get("relation") == "difficult")
    )


def usual(found: Source) -> Request:
    """What is heard when nobody chooses: the script's own defaults."""
    return prepare.chosen(Request(script=found.id, language=found.language, scripts=found.scripts), found.head)


def usual_choices(found: Source, *, gentle: bool = False) -> Row:
    """Every choice as it is when nobody chooses, or nothing but ``gentle``; there is no name and no intention then."""
    request = usual(found)
    request = replace(request, listener=replace(request.listener, gentle=gentle))
    return {
        "relation": request.target.relation, "pronouns": request.target.pronouns, "named": NO,
        "anchor": request.anchor, "closing": request.closing, "breath": template.breath_of(request),
        "tone": request.tone, "experience": request.listener.experience, "gentle": YES if gentle else NO, "name": NO,
        "intention": NO, "day": str(request.day),
    }  # fmt: skip


def _request(found: Source, row: Row) -> Request:
    """What a person would have to ask for to hear this branch."""

    def word(axis: str, text: str) -> Spoken | None:
        return Spoken(written=text, said=text) if row.get(axis) == YES else None

    request = usual(found)
    flat = {axis: row[axis] for axis in ("anchor", "closing", "breath", "tone") if axis in row}
    return replace(
        request,
        listener=Listener(
            name=word("name", LISTENER_NAME),
            experience=row.get("experience", request.listener.experience),
            gentle=row.get("gentle") == YES,
        ),
        target=Target(
            relation=row.get("relation", request.target.relation),
            pronouns=row.get("pronouns", request.target.pronouns),
            name=word("named", TARGET_NAME),
        ),
        intention=word("intention", INTENTION),
        day=int(row.get("day", request.day)),
        asked=frozenset(row),
        **flat,  # type: ignore[arg-type]
    )


# --- what a line depends on ---


def depends(body: str, book: Phrasebook) -> list[frozenset[str]]:
    """For every line of a script, the choices that its words depend on."""
    return [frozenset().union(*groups) for groups in _groups(body, book)]


def _groups(body: str, book: Phrasebook, inside: tuple[str, ...] = ()) -> Iterator[list[set[str]]]:
    """For every line what its words depend on together; a line that calls a block has such a group for each of its.

    They come from the line itself, from its section's heading, and from the template's braces in and around it.
    """
    section: set[str] = set()
    for line, braces in zip(body.split("\n"), _of_braces(body, book), strict=True):
        text = line.strip()
        if text.startswith(("//", ">")):
            yield []
            continue
        own = _of_conditions(text, book) | braces
        if _HEADING.match(text):
            section = own | section if braces else own  # where an if leaves the heading out, the one above holds
        yield [own | section | group for group in [set(), *_of_block(text, book, inside)]]


def _of_braces(body: str, book: Phrasebook) -> list[set[str]]:
    """For every line, what the slots in it ask for, and the ifs in it and around it."""
    found: list[set[str]] = [set() for _ in body.split("\n")]
    around: list[set[str]] = []
    line = 0
    for match in _BRACES.finditer(body):
        first, last = (body.count("\n", 0, place) for place in match.span())
        _add(found[line : first + 1], around)
        asked = _of_words(re.findall(r"\w+", match[2] or match[3] or ""), book)
        _add(found[first : last + 1], [asked])
        if match[1] == "if":
            around.append(asked)
        elif match[1] == "endif" and around:
            around.pop()
        elif match[1] and around:
            around[-1] |= asked
        line = last
    _add(found[line:], around)
    return found


def _add(lines: list[set[str]], asked: list[set[str]]) -> None:
    for line in lines:
        line.update(*asked)


def _of_conditions(text: str, book: Phrasebook) -> set[str]:
    words = [word for match in _CONDITION.finditer(text) for word in re.split(r"\s+or\s+", match[1])]
    return _of_words(words, book)


def _of_block(text: str, book: Phrasebook, inside: tuple[str, ...]) -> Iterator[set[str]]:
    """What the lines of the block depend on that a line calls; one that holds itself is the reader's to refuse."""
    block = _BLOCK.match(_BEFORE_BLOCK.sub("", text))
    if not block:
        return
    if block[1] == "wishes":
        yield {"relation", "pronouns", "named"} if block[2] == "target" else set()
        return
    closings = [block[2]] if block[2] else CLOSINGS
    names = [_RETURNS[closing] for closing in closings if closing in _RETURNS] if block[1] == "return" else [block[1]]
    for name in set(names) & set(book.blocks) - set(inside):
        for groups in _groups(book.blocks[name], book, (*inside, name)):
            yield from (group | ({"closing"} if len(names) > 1 else set()) for group in groups)


def _of_words(words: list[str], book: Phrasebook) -> set[str]:
    return set().union(*(_axes_of(word.strip(), book) for word in words)) if words else set()


def _axes_of(word: str, book: Phrasebook) -> set[str]:
    """The choices behind a word of a condition or a slot; rounds depend on none."""
    if word in ("target", "breath"):
        return {"relation", "pronouns", "named"} if word == "target" else {"breath", "gentle"}
    if word in axes(book) and word not in CLOSINGS:  # “day” is how it ends
        return {word}
    if word.startswith("day-"):
        return {"day"}
    asked = {
        "relation": (*RELATIONS, "person"), "anchor": (*ANCHORS, "touch"), "breath": (*book.patterns, "paced"),
        "closing": CLOSINGS, "tone": TONES, "experience": EXPERIENCES,
    }  # fmt: skip
    return {axis for axis, words in asked.items() if word in words}
