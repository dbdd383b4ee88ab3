"""The lexicon: what depends on the language, read from ``xx/shared/lint.yaml`` and checked."""

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from pathlib import Path
from typing import Any

from mettavox import assets
from mettavox.errors import ScriptError
from mettavox.lint.catalogue import RULES
from mettavox.phrasebook import parse_yaml
from mettavox.suggest import nearest

PLACES = ("spoken", "title", "purpose", "handout")
"""Where a pattern can be sought."""

WORD_RULES = (
    "EYES-01", "LANG-01", "LANG-02", "LANG-03", "LANG-04", "LANG-05", "LANG-06", "FORG-01", "CLAIM-01", "CLAIM-02",
    "BREATH-02", "BODY-01", "TOUCH-03", "SPIRIT-01", "STIG-01", "WISH-01", "HARM-01", "TTS-02", "LOC-01",
)  # fmt: skip
"""The rules that are lists of words and phrases."""

PHRASES = (
    "stop", "eyes_open", "drift", "invitation", "body", "breath_anchor", "other_anchor",
    "touch_cue", "touch_choice", "touch_word", "touch_word_unless", "breath_hold", "breath_hold_unless",
    "picture", "picture_enough", "recall_hard", "recall_hard_unless", "mild",
    "difficult_person", "difficult_mild", "way_back", "return_contact", "return_sense", "return_time", "waking",
    "handout_driving", "handout_machines", "handout_care", "handout_stop", "handout_clinician", "handout_loss",
    "handout_psychosis", "handout_dissociation", "handout_suicide", "handout_hold", "handout_taster",
)  # fmt: skip
"""The phrases that rules listen for."""

LISTENED_FOR: Mapping[str, tuple[str, ...]] = {
    "STOP-01": ("stop",),
    "EYES-02": ("eyes_open",),
    "SIL-02": ("drift",),
    "CHOICE-01": ("body", "invitation"),
    "ANCHOR-01": ("breath_anchor", "other_anchor"),
    "TOUCH-01": ("touch_cue", "touch_choice"),
    "TOUCH-02": ("touch_word", "touch_word_unless"),
    "BREATH-01": ("breath_hold", "breath_hold_unless", "handout_hold"),
    "BREATH-07": ("handout_taster",),
    "IMG-01": ("picture", "picture_enough"),
    "MILD-01": ("recall_hard", "mild", "recall_hard_unless"),
    "TARGET-01": ("difficult_person", "difficult_mild", "way_back"),
    "EXIT-01": ("return_contact", "return_sense", "return_time"),
    "EXIT-02": ("waking",),
    "SAFE-01": ("handout_driving", "handout_machines", "handout_care", "handout_stop"),
    "SAFE-03": (
        "handout_clinician", "handout_loss", "handout_psychosis", "handout_dissociation", "handout_suicide",
    ),
}  # fmt: skip
"""Which phrases each rule listens for."""

_ELSEWHERE: Mapping[str, tuple[str, str]] = {
    "CHOICE-01": ("commands", "verbs"),
    "BREATH-03": ("counting", "breaths"),
    "BREATH-04": ("counting", "phases"),
    "TTS-04": ("homographs", "words"),
}
"""Lists of rules that are no words to leave out and no phrases to listen for."""

_OPTIONAL = ("address",)
_PARTS = ("words", "phrases", "commands", "counting", "homographs", "names", "readability", *_OPTIONAL)
_ENTRY = ("find", "instead", "unless", "where")
_COMMANDS = ("before", "verbs")
_COUNTING = ("numbers", "breaths", "phases")
_HOMOGRAPHS = ("wrong", "words", "checked", "engines")
_ADDRESS = ("familiar", "formal")
_FORMULA = ("constant", "per_word", "per_syllable")
_LIMITS = ("warn_above", "error_above", "warn_below", "error_below")
_CURLY = str.maketrans({"‘": "'", "’": "'", "“": '"', "”": '"', "\u00a0": " ", "\u202f": " "})
_SIGNIFICANT = re.compile(r"[\\^$.|?*+()\[\]{}]")


def plain(text: str) -> str:
    """Text as patterns see it: straight quotes and single spaces."""
    return " ".join(text.translate(_CURLY).split())


@dataclass(frozen=True, kw_only=True)
class Entry:
    """Words that should not be heard, where, unless what, and what to write instead."""

    find: re.Pattern[str]
    instead: str
    unless: re.Pattern[str] | None = None
    where: frozenset[str] = frozenset({"spoken"})
    source: tuple[str, ...] = ()

    def hit(self, text: str) -> re.Match[str] | None:
        """The first hit in a sentence, or None."""
        match = self.find.search(text)
        return None if match is None or (self.unless and self.unless.search(text)) else match


@dataclass(frozen=True, kw_only=True)
class Counting:
    """Words for numbers, what is counted in breaths, and how the counts of a breath's phases are said."""

    numbers: Mapping[str, int]
    breaths: re.Pattern[str]
    phases: Mapping[str, re.Pattern[str]]


@dataclass(frozen=True, kw_only=True)
class Readability:
    """A straight line through words per sentence and syllables per word, with its limits."""

    name: str
    constant: float
    per_word: float
    per_syllable: float
    warn_above: float = float("inf")
    error_above: float = float("inf")
    warn_below: float = float("-inf")
    error_below: float = float("-inf")

    def score(self, words: int, syllables: int, sentences: int) -> float:
        """The score of a text."""
        return self.constant + self.per_word * words / sentences + self.per_syllable * syllables / words


@dataclass(frozen=True, kw_only=True, eq=False)
class Lexicon:
    """The lists of one language; ``missing`` names the parts that it does not have."""

    where: str
    words: Mapping[str, tuple[Entry, ...]]
    phrases: Mapping[str, re.Pattern[str]]
    command: re.Pattern[str] | None
    counting: Counting | None
    wrong: tuple[Entry, ...]
    homograph: re.Pattern[str] | None
    checked: re.Pattern[str] | None
    names: frozenset[str]
    readability: Readability | None
    address: Mapping[str, re.Pattern[str]]
    missing: tuple[str, ...]
    table: Mapping[str, Any]
    _found: dict[tuple[str, str], re.Match[str] | None] = field(default_factory=dict, repr=False)

    def knows(self, *groups: str) -> bool:
        """Whether all those groups of phrases are there."""
        return all(group in self.phrases for group in groups)

    def find(self, group: str, text: str) -> re.Match[str] | None:
        """The first phrase of that group in a text; None, too, where the language has no such group."""
        key = (group, text)
        if key not in self._found:  # the same sentence is in hundreds of branches
            pattern = self.phrases.get(group)
            self._found[key] = pattern.search(text) if pattern else None
        return self._found[key]


def load(language: str, scripts: Path | None = None) -> Lexicon | None:
    """The lexicon of a language, or None where it has none.

    Raises ScriptError, with the file and the key, for a key that is not known and a pattern that cannot be read.
    """
    found = assets.find("scripts", (language, "shared", "lint.yaml"), scripts)
    return None if found is None else _read(found.read_text("utf-8"), f"{language}/shared/lint.yaml")


@lru_cache(maxsize=16)
def _read(text: str, where: str) -> Lexicon:
    table = parse_yaml(text, where)
    _known(table, _PARTS, where)
    words = _mapping(table, "words", where)
    phrases = _mapping(table, "phrases", where)
    homographs = _mapping(table, "homographs", where)
    _known(words, WORD_RULES, f"{where}, words")
    _known(phrases, PHRASES, f"{where}, phrases")
    _known(homographs, _HOMOGRAPHS, f"{where}, homographs")
    missing = [
        *(part for part in _PARTS if part not in table and part not in _OPTIONAL),
        *(f"words.{name}" for name in WORD_RULES if "words" in table and name not in words),
        *(f"phrases.{name}" for name in PHRASES if "phrases" in table and name not in phrases),
    ]
    return Lexicon(
        where=where,
        words={name: _entries(words[name], f"{where}, words, {name}") for name in words},
        phrases={
            name: _pattern(_list(phrases[name], f"{where}, phrases, {name}"), f"{where}, phrases, {name}")
            for name in phrases
            if phrases[name]
        },
        command=_command(_mapping(table, "commands", where), f"{where}, commands"),
        counting=_counting(_mapping(table, "counting", where), f"{where}, counting"),
        wrong=_entries(homographs.get("wrong") or [], f"{where}, homographs, wrong"),
        homograph=_optional(homographs.get("words"), f"{where}, homographs, words"),
        checked=_optional(homographs.get("checked"), f"{where}, homographs, checked"),
        names=frozenset(_list(table.get("names") or [], f"{where}, names")),
        readability=_readability(_mapping(table, "readability", where), f"{where}, readability"),
        address=_address(_mapping(table, "address", where), f"{where}, address"),
        missing=tuple(missing),
        table=table,
    )


def listing(rule: str, language: str, scripts: Path | None = None) -> list[str]:
    """The language's list for a rule, line by line, as its lint.yaml has it; nothing for a rule without one."""
    lists = load(language, scripts)
    if lists is None:
        return []
    told: list[str] = []
    for entry in _told_entries(lists, rule):
        told += [f"    finds: {text}" for text in entry.source]
        told.append(f"    instead: {entry.instead}")
    for group in LISTENED_FOR.get(rule, ()):
        told.append(f"    {group}:")
        told += [f"        {text}" for text in _list(lists.table.get("phrases", {}).get(group) or ["(none)"], rule)]
    if rule in _ELSEWHERE:
        part, key = _ELSEWHERE[rule]
        value = lists.table.get(part, {}).get(key, [])
        texts = value if isinstance(value, list) else value.values() if isinstance(value, dict) else [value]
        told.append(f"    {key}: {', '.join(map(str, texts))}")
    for part in ("readability",) if rule == "READ-01" else ("names",) if rule == "NAME-02" else ():
        told.append(f"    {part}: {lists.table.get(part)}")
    return [f"  {lists.where}", *told] if told else []


def _told_entries(lists: Lexicon, rule: str) -> tuple[Entry, ...]:
    return lists.wrong if rule == "TTS-03" else lists.words.get(rule, ())


def _known(table: Mapping[str, Any], known: Iterable[str], where: str) -> None:
    for key in table:
        if key not in known:
            raise ScriptError(f"{where}: there is no “{key}” here.", hint=nearest(str(key), known, "Keys"))


def _mapping(table: Mapping[str, Any], key: str, where: str) -> Mapping[str, Any]:
    value = table.get(key) or {}
    if not isinstance(value, dict):
        raise ScriptError(f"{where}: “{key}” is not a table.", hint="Compare it with en/shared/lint.yaml.")
    return value


def _list(value: object, where: str) -> list[str]:
    texts: list[Any] = value if isinstance(value, list) else [value]
    for text in texts:
        if not isinstance(text, str) or not text:
            raise ScriptError(f"{where}: “{text}” is not text.", hint="Put quotes around it: '…'")
    return texts


def _pattern(texts: Iterable[str], where: str) -> re.Pattern[str]:
    """One pattern that finds any of those texts, between the edges of words."""
    for text in texts:
        try:
            re.compile(text)
        except (re.error, RecursionError) as error:
            raise ScriptError(
                f"{where}: the pattern “{text}” cannot be read ({error}).", hint="See “How patterns are read” there."
            ) from error
    joined = "|".join(f"(?:{text})" for text in texts)
    return re.compile(rf"(?<!\w)(?:{joined})(?!\w)", re.IGNORECASE)


def _optional(value: object, where: str) -> re.Pattern[str] | None:
    return _pattern(_list(value, where), where) if value else None


def _entries(value: object, where: str) -> tuple[Entry, ...]:
    if not value:
        return ()
    if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
        raise ScriptError(f"{where}: this is not a list of find and instead.", hint="- find: …")
    return tuple(_entry(each, f"{where}, {place}") for place, each in enumerate(value, start=1))


def _entry(table: Mapping[str, Any], where: str) -> Entry:
    _known(table, _ENTRY, where)
    for key in ("find", "instead"):
        if not table.get(key):
            raise ScriptError(f"{where}: there is no “{key}”.", hint=f"Add {key}: …")
    if not isinstance(table["instead"], str):
        raise ScriptError(f"{where}: “instead” is not text.", hint="Put quotes around it: '…'")
    places = _list(table.get("where") or ["spoken"], f"{where}, where")
    _known(dict.fromkeys(places), PLACES, f"{where}, where")
    finds = _list(table["find"], f"{where}, find")
    return Entry(
        find=_pattern(finds, f"{where}, find"),
        instead=table["instead"],
        unless=_optional(table.get("unless"), f"{where}, unless"),
        where=frozenset(places),
        source=tuple(finds),
    )


def _command(table: Mapping[str, Any], where: str) -> re.Pattern[str] | None:
    """A sentence that begins with a verb of command, after words such as “now” or “and then”."""
    _known(table, _COMMANDS, where)
    verbs = _list(table.get("verbs") or [], f"{where}, verbs")
    if not verbs:
        return None
    before = _list(table.get("before") or [], f"{where}, before")
    for text in (*verbs, *before):
        if _SIGNIFICANT.search(text):
            raise ScriptError(f"{where}: “{text}” is not a word.", hint="Write plain words here, and no patterns.")
    lead = rf"(?:(?:{'|'.join(before)}),? )*" if before else ""
    return re.compile(rf"^{lead}(?P<verb>{'|'.join(verbs)})(?!\w)", re.IGNORECASE)


def _counting(table: Mapping[str, Any], where: str) -> Counting | None:
    _known(table, _COUNTING, where)
    if not table:
        return None
    numbers = _mapping(table, "numbers", where)
    for word, number in numbers.items():
        if not isinstance(word, str) or not isinstance(number, int):
            raise ScriptError(f"{where}, numbers: “{word}: {number}” is no word with its number.", hint="two: 2")
    phases = {
        phase: _pattern(_list(text, f"{where}, phases, {phase}"), f"{where}, phases, {phase}")
        for phase, text in _mapping(table, "phases", where).items()
    }
    for phase, pattern in phases.items():
        if "number" not in pattern.groupindex:
            raise ScriptError(f"{where}, phases, {phase}: there is no (?P<number>…).", hint="See en/shared/lint.yaml.")
    if not numbers or not table.get("breaths"):
        raise ScriptError(f"{where}: “numbers” or “breaths” is missing.", hint="See en/shared/lint.yaml.")
    words = "|".join(sorted(map(re.escape, numbers), key=len, reverse=True))
    breaths = _list(table["breaths"], f"{where}, breaths")
    return Counting(
        numbers={word.lower(): number for word, number in numbers.items()},
        breaths=_pattern([f"(?P<number>{words}) (?:{'|'.join(breaths)})"], f"{where}, breaths"),
        phases=phases,
    )


def _readability(table: Mapping[str, Any], where: str) -> Readability | None:
    _known(table, ("name", *_FORMULA, *_LIMITS), where)
    if not table:
        return None
    numbers = {}
    for key in (*_FORMULA, *(limit for limit in _LIMITS if limit in table)):
        value = table.get(key)
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise ScriptError(f"{where}: “{key}” is not a number.", hint=f"Write {key}: 1.5")
        numbers[key] = float(value)
    return Readability(name=str(table.get("name", "readability")), **numbers)


def _address(table: Mapping[str, Any], where: str) -> Mapping[str, re.Pattern[str]]:
    _known(table, _ADDRESS, where)
    if table and set(table) != set(_ADDRESS):
        raise ScriptError(f"{where}: it needs both familiar and formal.", hint="Or leave “address” out.")
    return {key: _pattern(_list(table[key], f"{where}, {key}"), f"{where}, {key}") for key in table}


assert set(WORD_RULES) <= set(RULES)
