"""Rules on form: branches that cannot be read, slots, approval, and the exceptions that a writer explained."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from mettavox import review
from mettavox.errors import ScriptError
from mettavox.lint.catalogue import RULES
from mettavox.lint.finding import ERROR, Finding
from mettavox.lint.heard import Material
from mettavox.suggest import nearest

_AT = re.compile(r"^(?P<where>[^\n]*?), line (?P<line>\d+): (?P<what>.*)$", re.DOTALL)
_ALLOW = re.compile(r"^\s*//\s*allow\b\s*(?P<rule>[\w-]*)\s*(?::\s*(?P<reason>.*?))?\s*$", re.IGNORECASE)
_USED_BY = {
    "name": {"name"}, "target": {"relation", "pronouns", "named"}, "anchor": {"anchor"}, "breath": {"breath"},
    "closing": {"closing"}, "experience": {"experience"}, "tone": {"tone"}, "intention": {"intention"}, "day": {"day"},
}  # fmt: skip
"""Which choices of the branches each slot makes."""


def unreadable(errors: Iterable[ScriptError], where: str) -> list[Finding]:
    """FORM-01 for each error of a branch, at its line."""
    found = []
    for error in errors:
        match = _AT.match(error.message)
        found.append(
            Finding(
                rule="FORM-01",
                severity=ERROR,
                line=int(match["line"]) if match else 1,
                column=1,
                message=match["what"] if match else error.message,
                instead=error.hint or RULES["FORM-01"].instead,
                file=where,
            )
        )
    return found


def slots(material: Material) -> Iterator[Finding]:
    """SLOT-01: what is declared is used, and what is used is declared."""
    declared = set(material.source.head.slots)
    used = _used(material)
    number = material.head_line("slots")
    for slot in material.source.head.slots:
        if slot not in used:
            message = f"The slot “{slot}” is declared, and nothing in the text depends on it."
            yield material.finding("SLOT-01", number, message, instead=f"Delete {slot} from “slots:”.", needle=slot)
    for slot in sorted(used - declared - {"wishes", "closing", "experience"}):
        message = f"The text depends on “{slot}”, and nobody can choose it: it is not declared."
        yield material.finding("SLOT-01", number, message, instead=f"Add {slot} to “slots:”.", needle="slots")


def _used(material: Material) -> set[str]:
    choices = set(material.heard[0].branch.choices) if material.heard else set()
    used = {slot for slot, makes in _USED_BY.items() if makes & choices}
    if any("@wishes" in line for _, line in material.body if not line.lstrip().startswith(("//", ">"))):
        used.add("wishes")
    return used


def approval(material: Material) -> Iterator[Finding]:
    """REVIEW-01: what was approved is unchanged, and no machine's draft is approved."""
    stated = material.source.head.review
    number = material.head_line("review")
    if review.state(material.source) == "changed":
        yield material.finding("REVIEW-01", number, "The script was approved, and has changed since.", needle="review")
    if stated.status != "draft" and stated.level == "machine-draft":
        message = f"A machine's draft is marked as {stated.status}."
        instead = "Have a native speaker read it, and write level: native-reviewed."
        yield material.finding("REVIEW-01", number, message, instead=instead, needle="review")


def lists(material: Material) -> Iterator[Finding]:
    """FORM-04: the parts of the language's lists that are not there."""
    if material.lexicon is None:
        message = f"“{material.source.language}” has no shared/lint.yaml: only the rules of every language were tried."
        yield material.finding("FORM-04", 1, message)
    elif material.lexicon.missing:
        message = f"{material.lexicon.where} has no {', '.join(material.lexicon.missing)}: those rules were not tried."
        yield material.finding("FORM-04", 1, message)


# --- exceptions ---


@dataclass(frozen=True, kw_only=True)
class Allowed:
    """A line ``// allow RULE: reason``, and the spoken line it is for; 0 is the whole script."""

    line: int
    rule: str
    reason: str
    covers: int


def explained(material: Material, findings: list[Finding]) -> list[Finding]:
    """The findings without those that the writer explained, and with what is wrong with the explanations."""
    allowed = list(_exceptions(material))
    good = [each for each in allowed if each.rule in RULES and each.reason]
    used: set[int] = set()
    left = []
    for finding in findings:
        by = [
            each for each in good if finding.severity != ERROR and each.rule == finding.rule and _covers(each, finding)
        ]
        used.update(each.line for each in by)
        if not by:
            left.append(finding)
    for each in allowed:
        left += list(_about(material, each, findings, used))
    return left


def _covers(each: Allowed, finding: Finding) -> bool:
    return each.covers in (0, finding.line)


def _exceptions(material: Material) -> Iterator[Allowed]:
    started = False
    for place, (number, line) in enumerate(material.body):
        started = started or bool(re.match(r"\s*(?:\[[^\]]*\]\s*)*#", line))
        if match := _ALLOW.match(line):
            covers = _next_spoken(material.body[place + 1 :]) if started else 0
            yield Allowed(line=number, rule=match["rule"].upper(), reason=match["reason"] or "", covers=covers)


def _next_spoken(lines: list[tuple[int, str]]) -> int:
    """The number of the next line that is spoken or on paper; -1 where there is none."""
    return next((number for number, line in lines if not line.lstrip().startswith(("//", "#", "("))), -1)


def _about(material: Material, each: Allowed, findings: list[Finding], used: set[int]) -> Iterator[Finding]:
    if each.rule not in RULES:
        hint = nearest(each.rule, RULES, "Rules") if each.rule else RULES["FORM-02"].instead
        message = f"There is no rule “{each.rule}” to allow." if each.rule else "The exception names no rule."
        yield material.finding("FORM-02", each.line, message, instead=hint, needle="allow")
    elif not each.reason:
        yield material.finding("FORM-02", each.line, f"The exception to {each.rule} has no reason.", needle="allow")
    elif each.line not in used:
        error = any(one.rule == each.rule and one.severity == ERROR and _covers(each, one) for one in findings)
        why = "an error cannot be allowed" if error else "nothing needs it"
        yield material.finding("FORM-03", each.line, f"The exception to {each.rule}: {why}.", needle="allow")


RULES_HERE = (slots, approval, lists)
