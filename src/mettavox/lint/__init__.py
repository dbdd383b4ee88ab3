"""Lint: the rules that keep guided meditations safe, and where a script does not keep them."""

import datetime
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from mettavox import phrasebook, source, voices
from mettavox.branches import Branch, branches
from mettavox.errors import ScriptError, VoiceError
from mettavox.lint import breathing, copied, form, lexicon, paper, readability, sound, structure, timing, words
from mettavox.lint.catalogue import RULES, Rule, rule
from mettavox.lint.finding import ERROR, INFO, WARNING, Finding
from mettavox.lint.heard import Heard, Material, read
from mettavox.lint.layouts import lay
from mettavox.phrasebook import Phrasebook
from mettavox.prepare import EstimatedLengths
from mettavox.source import Source, first_part

__all__ = [
    "ERROR", "INFO", "RULES", "WARNING", "Finding", "Rule",
    "check", "listing", "of_text", "rule", "tables", "unreadable", "wording",
]  # fmt: skip

listing = lexicon.listing
unreadable = form.unreadable
tables = paper.stale_table

_SECTIONS = (form, words, structure, breathing, timing, sound, readability, paper, copied)
# A choice that no slot makes cannot be made; how used to silence one is, and --gentle, always can.
_SLOT_OF = {
    "name": "name", "relation": "target", "pronouns": "target", "named": "target", "anchor": "anchor",
    "breath": "breath", "closing": "closing", "tone": "tone", "intention": "intention", "day": "day",
}  # fmt: skip


def check(source: Source, *, today: datetime.date) -> list[Finding]:
    """Everything that the rules find in a script, in the order of its lines.

    Every branch is read, and laid at several lengths with estimated lengths of speech; no engine speaks.
    Raises ScriptError when a shared table of the language is not as it should be.
    """
    made = branches(source)
    material = Material(
        source=source,
        heard=_heard(source, made.heard),
        lexicon=lexicon.load(source.language, source.scripts),
        today=today,
    )
    findings = [*form.unreadable(made.errors, source.where), *_of_rules(material)]
    left = form.explained(material, list(dict.fromkeys(findings)))
    return sorted(left, key=lambda one: (one.line, one.column, one.rule))


def of_text(
    text: str, where: str, language: str, scripts: Path | None = None, *, today: datetime.date
) -> list[Finding]:
    """The same of a text that is, or will be, the file ``where``: that it cannot be read is a finding like others."""
    try:
        found = source.parse(text, where, language, scripts)
        found = source.in_language(found) if language else replace(found, language=found.head.language)
    except ScriptError as error:
        return unreadable([error], where)
    return check(found, today=today)


def wording(text: str, language: str, scripts: Path | None = None) -> list[Finding]:
    """What the rules on words and sound find in one free sentence, such as a listener's own intention."""
    lists = lexicon.load(language, scripts)
    found = list(_of_sentence(lexicon.plain(text), lists))
    return sorted(found, key=lambda one: (one.column, one.rule))


def _heard(source: Source, made: tuple[Branch, ...]) -> tuple[Heard, ...]:
    """The branches that can be asked for, nearest to the script's own choices first."""
    if not made:
        return ()
    own = made[0].choices
    fixed = {axis for axis in own if axis in _SLOT_OF and _SLOT_OF[axis] not in source.head.slots}
    near = []
    for branch in made:
        changed = {axis: value for axis, value in branch.choices.items() if value != own[axis]}
        if not fixed & changed.keys():
            near.append((len(changed), ", ".join(f"{axis} {value}" for axis, value in changed.items()), branch))
    return tuple(read(branch, label) for _, label, branch in sorted(near, key=lambda one: one[0]))


def _of_rules(material: Material) -> Iterator[Finding]:
    if not material.heard:
        return
    for section in _SECTIONS:
        for each in section.RULES_HERE:
            yield from each(material)
    book = phrasebook.load(material.source.language, material.source.scripts)
    yield from breathing.unasked(material, book)
    yield from breathing.counts(material, book)
    yield from _of_lengths(material, book)


def _of_lengths(material: Material, book: Phrasebook) -> Iterator[Finding]:
    """The rules that need the lengths of lines, in the language's own voice."""
    try:
        lengths = EstimatedLengths(voices.load(voices.standard(first_part(material.source.language))))
    except VoiceError as error:
        yield material.finding("FORM-04", 1, f"{error.message} The rules on time were not tried.", instead=error.hint)
        return
    yield from breathing.cues(material, lengths)
    layouts = lay(material.source, book, lengths)
    if layouts.broken:
        yield from form.unreadable([layouts.broken], material.source.where)
    for each in timing.RULES_LAID:
        yield from each(material, layouts)


def _of_sentence(text: str, lists: lexicon.Lexicon | None) -> Iterator[Finding]:
    """Findings in one sentence that is no part of a script; a name in it is the listener's own affair."""
    for name, entries in lists.words.items() if lists else ():
        for entry in entries:
            if "spoken" in entry.where and (hit := entry.hit(text)):
                yield _finding(name, text, hit[0], entry.instead)
    for name, hit_text in sound.literal_hits(text, text):
        yield _finding(name, text, hit_text)
    for name, hit_text, instead in sound.homograph_hits(lists, text, text) if lists else ():
        yield _finding(name, text, hit_text, instead)
    if message := readability.long_sentence(count := readability.words(text)):
        severity = ERROR if count > readability.LONGEST_WORDS else WARNING
        yield _finding("SENT-01", text, "", message=message, severity=severity)


def _finding(name: str, text: str, hit: str, instead: str = "", *, message: str = "", severity: str = "") -> Finding:
    return Finding(
        rule=name,
        severity=severity or RULES[name].severity[0],
        line=1,
        column=text.find(hit) + 1,
        message=message or words.said(name, hit),
        instead=instead or RULES[name].instead,
    )
