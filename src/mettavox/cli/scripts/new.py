"""mettavox scripts new: begin a script of one's own."""

import sys
from pathlib import Path

import click

from mettavox.cli import options, report


@click.command("new")
@click.argument("id")
@click.option("--title", default="", help="What it is called.")
@click.option("--purpose", default="", help="One sentence that says what it is for.")
@click.option("--minutes", default="", metavar="S,T,L", help="Shortest, typical and longest length, such as 2,5,15.")
@click.option("--like", default="", metavar="SCRIPT", help="Start from the text of another script.")
@options.LANGUAGE
@options.NEW_FOLDER
def command(id: str, lang: str, scripts: Path | None, **chosen: str) -> None:
    """Begin a script called ID: a whole small meditation to change line by line.

    It is written to the folder of your own scripts (or to --scripts DIR), where every command finds it
    by its ID. On a terminal, what is not given is asked for.
    """
    from mettavox import authoring

    if sys.stdin.isatty() and sys.stderr.isatty() and not chosen["like"]:
        for option, question, usual in (
            ("title", "Title", authoring.title_of(id)),
            ("purpose", "What it is for, in one sentence", authoring.title_of(id)),
            ("minutes", "Shortest, typical, longest minutes", "2,5,15"),
        ):
            chosen[option] = chosen[option] or click.prompt(question, default=usual, err=True)
    path = authoring.new(id, lang, scripts, **chosen)
    click.echo(path)
    report.say("Change it in any editor, then try: " + authoring.next_step(id, lang, scripts))
