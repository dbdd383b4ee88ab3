"""mettavox scripts lint: the rules that keep meditations safe, tried on scripts."""

import json
from collections.abc import Iterable, Iterator
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mettavox.cli import options

if TYPE_CHECKING:
    from mettavox.lint import Finding

ALL = "all"

Result = tuple[str, list["Finding"]]
"""A script's name, and what was found in it."""


@click.command("lint")
@click.argument("scripts_asked", metavar="[SCRIPT]…", nargs=-1)
@click.option("--lang", "languages", multiple=True, metavar="TAG", help="The language; again for more, or “all”.")
@options.FOLDER
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
@click.option("--explain", default="", metavar="RULE", help="What a rule asks and why, and the language's list.")
def command(
    scripts_asked: tuple[str, ...], languages: tuple[str, ...], scripts: Path | None, as_json: bool, explain: str
) -> None:
    """Try the rules on SCRIPTs, or on every script of a language.

    A SCRIPT is an id, or the path of a file that ends in .md. Errors (E) block, warnings (W) ask for a second look,
    and notes (I) inform. The exit code is 3 when there are errors.
    """
    from mettavox.errors import ScriptError

    if explain:
        _explain(explain, _tags(languages, scripts), scripts)
        return
    results = list(_results(scripts_asked, languages, scripts))
    if as_json:
        _as_json(results)
    else:
        _as_text(results)
    errors = _count((one for _, found in results for one in found), "E")
    if errors:
        raise ScriptError(
            f"There {'is 1 error' if errors == 1 else f'are {errors} errors'} in the scripts.",
            hint="“mettavox scripts lint --explain RULE” says what a rule is for.",
        )


def _tags(languages: tuple[str, ...], scripts: Path | None) -> list[str]:
    from mettavox import phrasebook

    tags = phrasebook.languages(scripts) if ALL in languages else list(dict.fromkeys(languages)) or ["en"]
    for tag in tags:
        phrasebook.load(tag, scripts)  # which says so where there are no scripts in it
    return tags


def _results(asked: tuple[str, ...], languages: tuple[str, ...], scripts: Path | None) -> Iterator[Result]:
    """Each script's name, with its language where there are several, and what was found in it."""
    from mettavox import lint, source

    tags = _tags(languages, scripts)
    for tag in tags:
        for name in asked or source.ids(tag, scripts):
            own = name.endswith(".md") and not languages  # a file says itself in which language it is
            yield name if len(tags) == 1 else f"{tag}/{name}", _checked(name, "" if own else tag, scripts)
        if stale := lint.tables(tag, scripts, _today()):
            yield f"{tag}/shared/crisis.yaml", stale


def _checked(name: str, tag: str, scripts: Path | None) -> list["Finding"]:
    from mettavox import lint, source
    from mettavox.errors import ScriptError, ScriptNotFound

    try:
        text, where, _ = source.read(name, tag, scripts)
    except ScriptNotFound:
        raise
    except ScriptError as error:  # it is no text: a finding like others, and the rest go on
        return lint.unreadable([error], name if name.endswith(".md") else f"{name}.md")
    return lint.of_text(text, where, tag, scripts, today=_today())


def _today() -> date:
    return datetime.now(tz=UTC).date()


def _as_text(results: list[Result]) -> None:
    everything = [one for _, found in results for one in found]
    for label, found in results:
        for one in found:
            branch = f" [{one.branch}]" if one.branch else ""
            click.echo(f"{one.file}:{one.line}:{one.column}: {one.severity} {one.rule} {one.message}{branch}")
            click.echo(f"    instead: {one.instead}")
        click.echo(f"{label}: {_summary(found)}")
    if len(results) > 1:
        click.echo(f"{len(results)} scripts: {_summary(everything)}")


def _summary(found: list["Finding"]) -> str:
    words = (("E", "error"), ("W", "warning"), ("I", "note"))
    counts = [(_count(found, severity), word) for severity, word in words]
    told = [f"{count} {word}{'s' if count != 1 else ''}" for count, word in counts if count]
    return ", ".join(told) or "nothing found"


def _count(found: Iterable["Finding"], severity: str) -> int:
    return sum(one.severity == severity for one in found)


def _as_json(results: list[Result]) -> None:
    from dataclasses import asdict

    rows = [{"script": label, "findings": [asdict(one) for one in found]} for label, found in results]
    click.echo(json.dumps(rows, ensure_ascii=False, indent=2))


def _explain(name: str, tags: list[str], scripts: Path | None) -> None:
    from mettavox import lint

    rule = lint.rule(name)
    severities = {"E": "error", "W": "warning", "I": "note"}
    kinds = " or ".join(severities[letter] for letter in rule.severity.split("/"))
    click.echo(f"{rule.id} ({kinds}): {rule.title}")
    click.echo(f"    why: {rule.why}")
    click.echo(f"    instead: {rule.instead}")
    click.echo(f"    source: {rule.source}")
    for tag in tags:
        for line in lint.listing(rule.id, tag, scripts):
            click.echo(line)
