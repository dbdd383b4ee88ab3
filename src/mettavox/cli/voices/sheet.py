"""mettavox voices sheet: a recording sheet for a voice of one's own."""

from collections.abc import Callable
from contextlib import ExitStack
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox import ask
from mettavox.cli import options, report
from mettavox.errors import RequestError

if TYPE_CHECKING:
    from mettavox.sheet import Sheet

_CHOICES = ("relation", "pronouns", "closing", "anchor", "experience", "tone")


def _narrows(command: Callable[..., Any]) -> Callable[..., Any]:
    """Give a command the choices of a track; each may be given several times."""
    for option in ("day", "breath", *reversed(_CHOICES)):
        kind = options.Word(ask.WORDS[option]) if option in ask.WORDS else str
        command = click.option(f"--{option}", type=kind, multiple=True, help="Only wordings with this one.")(command)
    return command


@click.command("sheet")
@click.argument("scripts_", metavar="SCRIPT...", nargs=-1, required=True)
@click.option("-o", "--output", required=True, metavar="FOLDER", type=click.Path(path_type=Path), help="Where it goes.")
@_narrows
@click.option("--gentle/--not-gentle", default=None, help="Only wordings with, or without, --gentle.")
@click.option("--usual", is_flag=True, help="Of the other choices, only what is heard when nobody chooses.")
@click.option("--no-names", is_flag=True, help="Without the lines that have a name in them.")
@click.option("--name", multiple=True, metavar="TEXT", help="A name to record, for the lines with a blank.")
@click.option("--intention", multiple=True, metavar="TEXT", help="An intention to record.")
@options.LANGUAGE
@options.FOLDER
@click.option("--force", is_flag=True, help="Replace a sheet that is there already.")
def command(scripts_: tuple[str, ...], lang: str, scripts: Path | None, **chosen: Any) -> None:
    """Write a numbered sheet of every line that the SCRIPTs can speak, for a voice of your own.

    Lines that several scripts share are there once. Options such as --relation narrow it to what you need; each
    can be given several times. What you record is taken with “mettavox voices import”.

    \b
    mettavox voices sheet loving-kindness grounding -o my-voice
    mettavox voices sheet loving-kindness -o my-voice --relation friend --closing sleep --no-names
    mettavox voices sheet shift-reset -o my-voice --usual --no-names
    """
    from mettavox import sheet, source

    narrowed = dict(sheet.narrowed(lang, {axis: chosen[axis] for axis in (*_CHOICES, "breath", "day")}, scripts))
    if chosen["gentle"] is not None:
        narrowed["gentle"] = frozenset({"yes" if chosen["gentle"] else "no"})
    if chosen["no_names"]:
        narrowed.update(sheet.WITHOUT_NAMES)
    sources = [source.load(each, lang, scripts) for each in dict.fromkeys(scripts_)]
    own = _own(chosen["name"], chosen["intention"])
    made = sheet.sheet(sources, narrowed, names=not chosen["no_names"], usual=chosen["usual"], own=own)
    _write(made, chosen["output"], scripts, replace=chosen["force"])


def _own(names: tuple[str, ...], intentions: tuple[str, ...]) -> list[Any]:
    from mettavox.person import personal_word

    words = [personal_word(name, "", option="--name") for name in names]
    return [word for word in (*words, *map(ask.intention, intentions)) if word is not None]


def _write(made: "Sheet", folder: Path, scripts: Path | None, *, replace: bool) -> None:
    from mettavox import output, sheet

    texts = {folder / sheet.PAGE: sheet.page(made, scripts), folder / sheet.TABLE: sheet.table(made)}
    if folder.exists() and not folder.is_dir():
        raise RequestError(f"“{folder}” is a file.", hint="Give a folder with -o.")
    with output.translated(folder):
        folder.mkdir(exist_ok=True)
    for path in texts:
        output.check(path, replace=replace)
    with ExitStack() as both:
        for path, text in texts.items():
            file, _ = both.enter_context(output.whole_file(path, replace=replace))
            file.write(text.encode())
    for path in texts:
        click.echo(path)
    report.say(f"Lines to record: {len(made.entries)}.")
