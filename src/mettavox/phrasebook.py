"""What a language keeps as tables and shared blocks: wishes, relations, anchors, cues, closings."""

from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from mettavox import assets
from mettavox.errors import RequestError, ScriptError
from mettavox.suggest import nearest

WISH_PERSONS = ("i", "you", "he", "she", "they", "name", "we", "you_all", "all")
PHASES = ("in", "top", "hold", "out", "rest")

Table = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Pattern:
    """A breath as data: the seconds of each phase, cycle by cycle; the last cycle repeats.

    No cycles means a breath at the listener's own pace.
    """

    id: str
    label: str
    cycles: tuple[tuple[tuple[str, float], ...], ...]
    holds: bool = False
    most: int | None = None


@dataclass(frozen=True, kw_only=True)
class Phrasebook:
    """The tables of one language, checked when they were read."""

    language: str
    wishes: tuple[Mapping[str, str], ...]
    relations: Table
    likeness: Mapping[str, str]
    anchors: Mapping[str, Mapping[str, str]]
    cues: Mapping[str, tuple[str, ...]]
    own_pace: tuple[str, ...]
    blocks: Mapping[str, str]
    patterns: Mapping[str, Pattern]


def load(language: str, scripts: Path | None = None) -> Phrasebook:
    """The phrasebook of ``language``. Raises RequestError for an unknown language, ScriptError for a bad table."""
    if not assets.is_plain(language) or assets.find("scripts", (language, "shared", "wishes.yaml"), scripts) is None:
        known = languages(scripts)
        raise RequestError(f"There are no scripts in “{language[:20]}”.", hint=nearest(language, known, "Languages"))
    try:
        return _load(language, scripts)
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, ScriptError):
            raise
        raise ScriptError(
            f"The tables of “{language}” are not complete: {str(error).strip()} is missing or wrong.",
            hint=f"Compare {language}/shared with en/shared.",
        ) from error


def _load(language: str, scripts: Path | None) -> Phrasebook:
    breath = _table(language, "breath", scripts)
    targets = _table(language, "targets", scripts)
    return Phrasebook(
        language=language,
        wishes=_wishes(_table(language, "wishes", scripts)),
        relations=targets["relations"],
        likeness=targets["likeness"],
        anchors=_table(language, "anchors", scripts),
        cues={phase: tuple(words) for phase, words in breath["cues"].items()},
        own_pace=tuple(breath["own_pace"]),
        blocks={
            entry.name.removesuffix(".md"): entry.read_text("utf-8")
            for entry in assets.listed("scripts", (language, "shared"), ".md", scripts)
        },
        patterns=_patterns(scripts),
    )


def languages(scripts: Path | None = None) -> list[str]:
    """The languages that there are scripts in."""
    found = {
        entry.name
        for folder in assets.folders("scripts", scripts)
        if folder.is_dir()
        for entry in folder.iterdir()
        if entry.is_dir() and (entry / "shared" / "wishes.yaml").is_file()
    }
    return sorted(found | ({"en"} if assets.find("scripts", ("en", "shared", "wishes.yaml")) else set()))


def _table(language: str, name: str, scripts: Path | None) -> Table:
    return read_yaml("scripts", (language, "shared", f"{name}.yaml"), scripts)


def read_yaml(kind: str, parts: tuple[str, ...], first: Path | None) -> Table:
    """A YAML file that holds one table. Raises ScriptError when it is missing or is none."""
    found = assets.find(kind, parts, first)
    if found is None:
        raise ScriptError(f"{'/'.join(parts)} is missing.", hint="Reinstall mettavox, or check --scripts.")
    return _parsed(found.read_text("utf-8"), "/".join(parts))


@lru_cache(maxsize=16)  # many tracks in a row have the same
def _parsed(text: str, where: str) -> Table:
    return parse_yaml(text, where)


def parse_yaml(text: str, where: str, line_offset: int = 0, *, references: bool = True) -> Table:
    """The table in a YAML text. Raises ScriptError with the file and the line when it is none.

    Without ``references`` no value may stand for another one: a few such lines can make millions.
    """
    loader = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
    try:
        if not references and "*" in text:
            _check_references(text, where, line_offset, loader)
        table = yaml.load(text, Loader=loader)
    except ScriptError:
        raise
    except (yaml.YAMLError, ValueError, RecursionError) as error:
        mark = getattr(error, "problem_mark", None)
        line = f", line {mark.line + 1 + line_offset}" if mark else ""
        raise ScriptError(
            f"{where}{line}: this is not a YAML table ({getattr(error, 'problem', None) or 'unreadable'}).",
            hint="Write “key: value”, and put quotes around a value that holds a colon.",
        ) from error
    if not isinstance(table, dict):
        raise ScriptError(f"{where}: there is no table of “key: value” lines.", hint="See docs/writing-scripts.md.")
    return table


def _check_references(text: str, where: str, line_offset: int, loader: Any) -> None:
    for event in yaml.parse(text, Loader=loader):
        if isinstance(event, yaml.AliasEvent):
            line = event.start_mark.line + 1 + line_offset if event.start_mark else line_offset
            raise ScriptError(
                f"{where}, line {line}: “*” before a word makes it stand for another value.",
                hint="Write the value itself, or put quotes around a text that begins with a star.",
            )


def _wishes(table: Table) -> tuple[Mapping[str, str], ...]:
    wishes = tuple(table["wishes"])
    for place, wish in enumerate(wishes, start=1):
        missing = [person for person in WISH_PERSONS if not wish.get(person)]
        if missing:
            raise ScriptError(f"Wish {place} has no words for: {', '.join(missing)}.", hint="Fill in wishes.yaml.")
    return wishes


def _patterns(scripts: Path | None) -> Mapping[str, Pattern]:
    return {
        name: Pattern(
            id=name,
            label=entry["label"],
            cycles=tuple(tuple((phase, float(secs)) for phase, secs in cycle.items()) for cycle in entry["cycles"]),
            holds=bool(entry.get("holds", False)),
            most=entry.get("most"),
        )
        for name, entry in read_yaml("scripts", ("patterns.yaml",), scripts).items()
    }
