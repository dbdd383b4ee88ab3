"""Every script for everyone: relation × person × name × closing × anchor, in every language, read to the last line."""

import functools
import re
from collections.abc import Iterator
from dataclasses import replace
from itertools import product

import pytest

from mettavox import phrasebook, prepare, source
from mettavox.person import PRONOUNS, RELATIONS, Listener, Spoken, Target
from mettavox.phrasebook import Phrasebook
from mettavox.request import ANCHORS, CLOSINGS, Request
from mettavox.script import Line, Passage, Script, lines_of

EVERY = [(language, name) for language in phrasebook.languages() for name in source.ids(language)]
ZELDA, QUIRIN = Spoken(written="Zelda", said="Zelda"), Spoken(written="Quirin", said="Quirin")
LEFT_OPEN = re.compile(
    r"[{}\[\]<>|_#@*\\/+~^=\ue000-\uf8ff]|\bNone\b(?! of)|\b(?:Undefined|True|False|null|undefined)\b"
)
MISPLACED = re.compile(r"  |^\s|\s$|\s[,.;:!?]|[,.;:]{2}|[^.!?]$|,\.|\.\.")
PRONOUN = {
    "en": {"he": r"\b(?:he|him|his|himself)\b", "she": r"\b(?:she|her|hers|herself)\b"},
    "es": {"he": r"\bél\b", "she": r"\bella\b"},
}


@functools.cache
def book(language: str) -> Phrasebook:
    return phrasebook.load(language)


def targets(slots: tuple[str, ...]) -> Iterator[Target]:
    """Everyone for whom a script can be: only one where it has nobody else in it."""
    if "target" not in slots:
        yield Target()
        return
    for relation, pronouns, named in product(RELATIONS, PRONOUNS, (False, True)):
        if not (named and relation in ("self", "all")):
            yield Target(relation=relation, pronouns=pronouns, name=QUIRIN if named else None)


def requests(language: str, name: str, *, every: bool) -> Iterator[Request]:
    """Every combination that the script takes; or for each of many targets every anchor once, and every closing.

    Which closing goes with which anchor is then another for each target, so that any two still meet.
    """
    head = source.load(name, language).head
    closings = CLOSINGS if "closing" in head.slots else (head.defaults.get("closing", "return"),)
    anchors = ANCHORS if "anchor" in head.slots else ("choose",)
    named = Listener(name=ZELDA if "name" in head.slots else None)
    all_of_them = every or "target" not in head.slots
    for (turn, target), (place, anchor), closing in product(
        enumerate(targets(head.slots)), enumerate(anchors), closings
    ):
        if not all_of_them and closing != closings[(turn + place) % len(closings)]:
            continue
        yield Request(
            script=name, language=language, target=target, closing=closing, anchor=anchor, listener=named,
            asked=frozenset({"relation", "pronouns", "closing", "anchor"}),
        )  # fmt: skip


def passages(script: Script) -> Iterator[Passage]:
    return (passage for section in script.sections for passage in section.passages)


def expected_wishes(request: Request, tables: Phrasebook) -> set[str]:
    """Every wish that may be heard: one's own, those received, of others, of two, of all, and the target's."""
    person = tables.relations[request.target.relation]["person"]
    pronouns = request.target.pronouns
    if pronouns == "name" and request.target.name is None:
        pronouns = "they"
    columns = {"i", "you", "they", "we", "all", pronouns if person == "third" else person}
    name = request.target.name.written if request.target.name else ""
    return {wish[column].replace("{name}", name) for wish in tables.wishes for column in columns}


@functools.cache
def fault_in(text: str) -> str:
    """What is wrong with a line by itself."""
    if LEFT_OPEN.search(text) or MISPLACED.search(text):
        return f"open or misplaced: {text}"
    return "" if text[0].isupper() or text[0] in "¿¡" else f"no capital: {text}"


def wished(script: Script) -> set[str]:
    """The wishes in a script."""
    sounds = (passage.sound for passage in passages(script) if passage.wish)
    return {each.text for each in sounds if isinstance(each, Line) and each.text.startswith(("May ", "Que "))}


def wrong(request: Request, texts: set[str], wishes: set[str], whatever_the_pronouns: set[str]) -> Iterator[str]:
    """What is wrong with any line of this script."""
    yield from filter(None, map(fault_in, texts))
    for text in wishes - expected_wishes(request, book(request.language)):
        yield f"wish for someone else: {text}"
    own = " ".join(texts - whatever_the_pronouns)
    for pronoun, pattern in PRONOUN[request.language].items():
        if request.target.pronouns != pronoun and re.search(pattern, own, re.IGNORECASE):
            yield f"speaks of “{pronoun}”"
    whole = " ".join(texts)
    if (request.target.name is None) == ("Quirin" in whole):
        yield "the target's name is missing, or there is one that nobody gave"
    if request.listener.name is not None and "Zelda" not in whole:
        yield "the listener's name is missing"


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["sample", "every"])
@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_line_is_right_for_everyone(language: str, name: str, every: bool) -> None:
    """No slot is left open, no space is double, nobody is taken for someone else."""
    found = source.load(name, language)
    faults: dict[str, str] = {}
    count = 0
    read: list[tuple[Request, set[str], set[str]]] = []
    common: dict[Target, set[str]] = {}
    for request in requests(language, name, every=every):
        script = prepare.read(found, request, book(language))  # of thousands no more than the words is kept
        said = {line.text for passage in passages(script) for line in lines_of(passage)}
        read.append((request, said, wished(script)))
        whoever = replace(request.target, pronouns="they")
        common[whoever] = common.get(whoever, said) & said
    for request, said, wishes in read:
        count += 1
        for fault in wrong(request, said, wishes, common[replace(request.target, pronouns="they")]):
            target = request.target
            faults.setdefault(
                fault,
                f"{target.relation}, {target.pronouns}, {'named, ' if target.name else ''}{request.closing}, "
                f"{request.anchor}",
            )
    assert faults == {}
    assert count >= len(CLOSINGS) or "closing" not in found.head.slots


def test_the_matrix_is_whole() -> None:
    """Two languages, the same twelve scripts in each."""
    by_language = {language: [name for each, name in EVERY if each == language] for language, _ in EVERY}
    assert set(by_language) == {"en", "es"}
    assert by_language["en"] == by_language["es"]
    assert len(by_language["en"]) == 12
