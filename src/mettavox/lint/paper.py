"""Rules on paper: what the handout says, and which numbers to call are given."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

from mettavox import assets
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Material
from mettavox.phrasebook import parse_yaml

LONGEST_DAYS = 180
"""How old the check of a number to call may be."""

_SAFETY = {
    "handout_driving": "driving",
    "handout_machines": "machines",
    "handout_care": "that it does not take the place of care",
    "handout_stop": "when to stop",
}
_GROUPS = {
    "handout_loss": "a recent loss",
    "handout_psychosis": "psychosis",
    "handout_dissociation": "dissociation",
    "handout_suicide": "thoughts of suicide",
}
_NUMBER = re.compile(r"(?<![\w.])\+?\d(?:[\d\s().-]*\d)+(?![\w%])")
_YEAR = re.compile(r"(?:19|20)\d\d")
_LEAST_DIGITS = 3
_MARKS = re.compile(r"\{[^{}]*\}|\([^()]*\)|@\w.*|\[[^\]]*\]")


def safety(material: Material) -> Iterator[Finding]:
    """SAFE-01: the handout speaks of driving, machines, care, and stopping."""
    yield from _lacking(material, "SAFE-01", _SAFETY, "The handout does not say")


def populations(material: Material) -> Iterator[Finding]:
    """SAFE-03: the handout says who uses it with a clinician."""
    clinician = {"handout_clinician": "a clinician"}
    yield from _lacking(material, "SAFE-03", {**_GROUPS, **clinician}, "The handout does not name")


def _lacking(material: Material, rule: str, groups: Mapping[str, str], beginning: str) -> Iterator[Finding]:
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows(*groups):
        return
    text = "\n".join(line for _, line in material.handout)
    lacking = [what for group, what in groups.items() if not lexicon.find(group, text)]
    if not material.handout:
        yield material.finding(rule, material.last_line, "There is no handout line (“> …”).")
    elif lacking:
        message = f"{beginning} {', '.join(lacking[:-1])}{' or ' if lacking[1:] else ''}{lacking[-1]}."
        yield material.finding(rule, material.handout[0][0], message)


# --- numbers to call ---


@dataclass(frozen=True, kw_only=True)
class Hotline:
    """One entry of ``shared/crisis.yaml``: its digits, the day on which it was checked, its line in the file."""

    digits: frozenset[str]
    verified: date | None
    line: int

    def stale(self, today: date) -> bool:
        """Whether the check is too old, or none."""
        return self.verified is None or (today - self.verified).days > LONGEST_DAYS


def hotlines(language: str, scripts: Path | None) -> list[Hotline]:
    """The entries of the language's table of numbers to call; none where there is no table."""
    found = assets.find("scripts", (language, "shared", "crisis.yaml"), scripts)
    if found is None:
        return []
    text = found.read_text("utf-8")
    lines = text.split("\n")
    return [_hotline(entry, lines) for entry in _entries(parse_yaml(text, f"{language}/shared/crisis.yaml"))]


def _entries(value: object) -> Iterator[Mapping[str, Any]]:
    if isinstance(value, dict):
        if isinstance(value.get("text"), str):
            yield value
        for inner in value.values():
            yield from _entries(inner)
    elif isinstance(value, list):
        for inner in value:
            yield from _entries(inner)


def _hotline(entry: Mapping[str, Any], lines: list[str]) -> Hotline:
    when = entry.get("verified")
    verified = when if isinstance(when, date) else None
    if isinstance(when, str):
        try:
            verified = date.fromisoformat(when)
        except ValueError:
            verified = None
    start = str(entry["text"]).split("\n", maxsplit=1)[0].strip()[:20]
    line = next((number for number, text in enumerate(lines, start=1) if start and start in text), 1)
    return Hotline(digits=frozenset(_numbers(str(entry["text"]))), verified=verified, line=line)


def _numbers(text: str) -> Iterator[str]:
    for match in _NUMBER.finditer(text):
        digits = re.sub(r"\D", "", match[0])
        if len(digits) >= _LEAST_DIGITS and not _YEAR.fullmatch(digits):
            yield digits


def calls(material: Material) -> Iterator[Finding]:
    """SAFE-02: every number to call is one of the table, and was checked not long ago."""
    table = hotlines(material.source.language, material.source.scripts)
    for number, line in material.body:
        text = line if line.lstrip().startswith(">") else _MARKS.sub(" ", line)
        if line.lstrip().startswith("//"):
            continue
        for digits in _numbers(text):
            yield from _call(material, table, number, digits)
    yield from _spelled(material)


def _call(material: Material, table: list[Hotline], number: int, digits: str) -> Iterator[Finding]:
    entry = next((each for each in table if digits in each.digits), None)
    first = digits[:_LEAST_DIGITS]
    if entry is None:
        yield material.finding("SAFE-02", number, "A number to call is not from shared/crisis.yaml.", needle=first)
    elif entry.stale(material.today):
        message = f"This number to call was not checked in the last {LONGEST_DAYS} days."
        yield material.finding("SAFE-02", number, message, needle=first)


def _spelled(material: Material) -> Iterator[Finding]:
    """A number to call in words: three digits or more in a row, without commas."""
    counting = material.lexicon.counting if material.lexicon else None
    if counting is None:
        return
    digit = "|".join(word for word, value in counting.numbers.items() if value <= 9 and " " not in word)  # noqa: PLR2004
    spelled = re.compile(rf"(?<!\w)(?:{digit})(?: (?:{digit}))+ (?:{digit})(?!\w)", re.IGNORECASE)
    for sentence, heard in material.unique:
        if hit := spelled.search(sentence.text):
            message = "A number to call is spoken; listeners elsewhere have another one."
            yield material.finding(
                "SAFE-02", sentence.number, message, instead="Leave it to the handout.", needle=hit[0], heard=heard
            )


def stale_table(language: str, scripts: Path | None, today: date) -> list[Finding]:
    """SAFE-02 for the table itself: entries that were not checked in the last 180 days."""
    return [
        Finding(
            rule="SAFE-02",
            severity="E",
            line=entry.line,
            column=1,
            message=f"This number to call was not checked in the last {LONGEST_DAYS} days.",
            instead="Call it or look it up, and write the day into “verified”.",
            file=f"{language}/shared/crisis.yaml",
        )
        for entry in hotlines(language, scripts)
        if entry.stale(today)
    ]


RULES_HERE = (safety, populations, calls)
