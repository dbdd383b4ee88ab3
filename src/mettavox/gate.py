"""The gate: a script with errors is not made into sound, begun, or approved."""

import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

from mettavox import assets, edits
from mettavox.errors import RequestError, ScriptError
from mettavox.prepare import Prepared
from mettavox.request import Request
from mettavox.source import Source

if TYPE_CHECKING:
    from mettavox.lint import Finding

HARM = "HARM-01"
"""The one rule that a listener's own wishes have to keep as well."""

_SAY = re.compile(r"\{say:[^{}]*\}")


def refuse(found: Source) -> None:
    """Raise ScriptError, with the line and the rule, when any branch of the script breaks a rule that blocks."""
    errors = _errors_of(found)
    if not errors:
        return
    first, more = errors[0], len(errors) - 1
    further = "" if not more else f" There {'is 1 more error' if more == 1 else f'are {more} more errors'}."
    raise ScriptError(
        f"{first.file}, line {first.line}: {first.rule}: {first.message}{further}",
        hint=f"{first.instead.rstrip('.')}. “mettavox scripts lint” shows every place.",
    )


def admit(prepared: Prepared) -> None:
    """Raise what keeps a track from being made: an error in its script, or in the listener's own intention.

    The scripts and tables that come with mettavox passed before they were delivered, and are not read again.
    """
    request = prepared.request
    if request.intention is not None:
        for one in _errors(request.intention.written, request):
            raise RequestError(
                f"--intention breaks the rule {one.rule}: {_title(one.rule)}.",
                hint=one.instead if one.rule == HARM else f"{one.instead.rstrip('.')}. Or add --no-lint.",
            )
    if request.wishes:
        from mettavox import wishes

        for place, wish in enumerate(wishes.own(request.wishes, request.language, request.scripts), start=1):
            for one in _errors(wish["i"], request):
                if one.rule == HARM:  # of a wish of their own, a listener may name any other thing
                    raise RequestError(f"Wish {place} breaks the rule {HARM}: {_title(HARM)}.", hint=one.instead)
    if request.edits:
        _admit_edited(prepared)
    elif not (prepared.source.bundled and _bundled_tables(request)):
        refuse(prepared.source)


def _admit_edited(prepared: Prepared) -> None:
    """Raise RequestError when the script breaks a rule with its edited lines; the words themselves are not repeated."""
    changed = edits.in_source(prepared.source, prepared.request.edits)
    errors = _errors_of(changed)
    numbers = [number for number, _ in prepared.request.edits]
    for one in sorted(errors, key=lambda one: one.line not in numbers):
        number = one.line if one.line in numbers else numbers[0]
        raise RequestError(
            f"--edit {number}: the script would break the rule {one.rule}: {_title(one.rule)}.",
            hint=one.instead if one.rule == HARM else f"{one.instead.rstrip('.')}. Or add --no-lint.",
        )


# The rules are imported when they are asked for: the scripts that come with mettavox are not read by them again.


def _errors_of(found: Source) -> "list[Finding]":
    """What blocks in every branch of a script."""
    from mettavox import lint

    return [one for one in lint.check(found, today=datetime.now(UTC).date()) if one.severity == lint.ERROR]


def _title(rule: str) -> str:
    from mettavox import lint

    return lint.rule(rule).title


def _errors(text: str, request: Request) -> "list[Finding]":
    from mettavox import lint

    found = lint.wording(_SAY.sub("", text), request.language, request.scripts)
    return sorted((one for one in found if one.severity == lint.ERROR), key=lambda one: one.rule != HARM)


def _bundled_tables(request: Request) -> bool:
    places = [(place, suffix) for place in ((), (request.language, "shared")) for suffix in (".md", ".yaml")]
    return all(
        assets.is_bundled(entry)
        for place, suffix in places
        for entry in assets.listed("scripts", place, suffix, request.scripts)
    )
