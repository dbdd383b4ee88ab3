"""The gate: a script with errors is not made into sound, begun, or approved."""

from datetime import UTC, datetime

from mettavox import assets, lint, source
from mettavox.errors import RequestError, ScriptError
from mettavox.request import Request
from mettavox.source import Source


def refuse(found: Source) -> None:
    """Raise ScriptError, with the line and the rule, when any branch of the script breaks a rule that blocks."""
    errors = [one for one in lint.check(found, today=datetime.now(UTC).date()) if one.severity == lint.ERROR]
    if not errors:
        return
    first, more = errors[0], len(errors) - 1
    further = "" if not more else f" There {'is 1 more error' if more == 1 else f'are {more} more errors'}."
    raise ScriptError(
        f"{first.file}, line {first.line}: {first.rule}: {first.message}{further}",
        hint=f"{first.instead.rstrip('.')}. “mettavox scripts lint” shows every place.",
    )


def admit(request: Request) -> None:
    """Raise what keeps a request from being made: an error in its script, or in the listener's own intention.

    The scripts and tables that come with mettavox passed before they were delivered, and are not read again.
    """
    if request.intention is not None:
        errors = [
            one
            for one in lint.wording(request.intention.written, request.language, request.scripts)
            if one.severity == lint.ERROR
        ]
        if errors:
            raise RequestError(
                f"--intention breaks the rule {errors[0].rule}: {lint.rule(errors[0].rule).title}",
                hint=f"{errors[0].instead.rstrip('.')}. Or make it all the same with --no-lint.",
            )
    found = source.load(request.script, request.language, request.scripts)
    if not (found.bundled and _bundled_tables(request)):
        refuse(found)


def _bundled_tables(request: Request) -> bool:
    return all(
        assets.is_bundled(entry)
        for suffix in (".md", ".yaml")
        for entry in assets.listed("scripts", (request.language, "shared"), suffix, request.scripts)
    )
