"""mettavox scripts: list the meditations, or read one."""

import json
from pathlib import Path

import click

from mettavox.units import clock

_FOLDER = click.option("--scripts", type=click.Path(path_type=Path), default=None, help="A folder to look in first.")
_LANGUAGE = click.option("--lang", default="en", metavar="TAG", help="The language.")


@click.group("scripts")
def command() -> None:
    """List the meditations, or read one."""


@command.command("list")
@_LANGUAGE
@_FOLDER
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def list_(lang: str, scripts: Path | None, as_json: bool) -> None:
    """The meditations there are, with their shortest, typical and longest length."""
    from mettavox import phrasebook, prepare

    phrasebook.load(lang, scripts)
    heads = [prepare.head(name, lang, scripts) for name in prepare.ids(lang, scripts)]
    if as_json:
        rows = [
            {
                "id": head.id,
                "title": head.title,
                "purpose": head.purpose,
                "minutes": [head.minutes.shortest, head.minutes.typical, head.minutes.longest],
                "slots": list(head.slots),
                "review": head.review,
            }
            for head in heads
        ]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max((len(head.id) for head in heads), default=0)
    for head in heads:
        lengths = "–".join(clock(minutes * 60) for minutes in (head.minutes.shortest, head.minutes.longest))
        click.echo(
            f"{head.id:<{width}}  {lengths:>10}, typically {clock(head.minutes.typical * 60):>5}  {head.purpose}"
        )


@command.command("show")
@click.argument("script")
@_LANGUAGE
@_FOLDER
def show(script: str, lang: str, scripts: Path | None) -> None:
    """SCRIPT as it is written."""
    from mettavox import prepare

    text, _ = prepare.source(script, lang, scripts)
    click.echo(text, nl=not text.endswith("\n"))
