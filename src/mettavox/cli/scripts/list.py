"""mettavox scripts list: the meditations there are."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import options
from mettavox.errors import ScriptError
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.source import Source


@click.command("list")
@options.LANGUAGE
@options.FOLDER
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def command(lang: str, scripts: Path | None, as_json: bool) -> None:
    """The meditations there are, with their lengths, their review and what they are for."""
    from mettavox import phrasebook, source

    phrasebook.load(lang, scripts)
    found, broken = [], []
    for name in source.ids(lang, scripts):
        try:
            found.append(source.load(name, lang, scripts))
        except ScriptError as error:
            broken.append(error)
    if as_json:
        click.echo(json.dumps([_facts(each) for each in found], ensure_ascii=False, indent=2))
    else:
        _as_text(found)
    if broken:  # the others are shown all the same
        raise broken[0]


def _as_text(found: "list[Source]") -> None:
    width = max((len(each.id) for each in found), default=0)
    for each in found:
        minutes = each.head.minutes
        lengths = "–".join(clock(bound * 60) for bound in (minutes.shortest, minutes.longest))
        click.echo(
            f"{each.id:<{width}}  {lengths:>10}, typically {clock(minutes.typical * 60):>5}"
            f"  [{_review(each)}]  {each.head.purpose}"
        )


def _review(found: "Source") -> str:
    from mettavox import review

    state, level = review.state(found), found.head.review.level
    return ", ".join(part for part in (state, level.replace("-", " ")) if part)


def _facts(found: "Source") -> dict[str, Any]:
    from mettavox import review

    head = found.head
    return {
        "id": found.id,
        "title": head.title,
        "language": head.language,
        "purpose": head.purpose,
        "minutes": [head.minutes.shortest, head.minutes.typical, head.minutes.longest],
        "slots": list(head.slots),
        "defaults": dict(head.defaults),
        "sources": list(head.sources),
        "review": review.state(found),
        "level": head.review.level,
        "reviewer": head.review.reviewer,
        "reviewed_on": head.review.date,
    }
