"""mettavox scripts approve: note that a reviewer approved a script's text."""

from pathlib import Path

import click

from mettavox.cli import options


@click.command("approve")
@click.argument("script")
@click.option("--reviewer", required=True, help="Who approved it, with their licence: “A. Lee, PhD”.")
@click.option("--date", "on", default=None, metavar="YYYY-MM-DD", help="The day; today without it.")
@options.LANGUAGE
@options.FOLDER
def command(script: str, reviewer: str, on: str | None, lang: str, scripts: Path | None) -> None:
    """Write into SCRIPT's head that REVIEWER approved its text as it is now.

    A script that is changed afterwards, or whose language's shared blocks are, no longer counts as approved.
    """
    from mettavox import authoring

    click.echo(authoring.approve(script, lang, scripts, reviewer=reviewer, on=on))
