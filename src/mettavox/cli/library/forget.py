"""mettavox library forget: remove everything that a folder has of a code."""

import json
import sys
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from mettavox.cli import report
from mettavox.errors import OutputError, RequestError

if TYPE_CHECKING:
    from mettavox.library import Forgotten, Known

_NOT_REACHED = (
    "Not reached: the roster, from which the next batch would make it again; copies, backups, feeds and players that "
    "have the track; recordings of a name in a voice of your own; what a disk keeps of files that were removed."
)


@click.command("forget")
@click.argument("codes", metavar="CODE...", nargs=-1, required=True)
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--yes", is_flag=True, help="Remove it without asking.")
@click.option("--json", "as_json", is_flag=True, help="What was removed, as JSON.")
@click.pass_context
def command(ctx: click.Context, codes: tuple[str, ...], folder: Path, yes: bool, as_json: bool) -> None:
    """Remove everything that DIR has of each CODE: its track, all beside it, and its row in the manifest.

    The report is removed when it names the code, and so is speech with names that was kept between runs, since nobody
    can tell whose it is. What cannot be reached is said.

    \b
    mettavox library forget p-017 library/
    """
    from mettavox import library

    known = _known(codes, folder)
    if not yes and not _confirmed(known):
        report.say("Nothing was removed.")
        return
    try:
        forgotten = library.forget(folder, codes)
    except KeyboardInterrupt:
        report.say("Stopped half-way. The same command goes on.")
        ctx.exit(report.INTERRUPTED)
    _tell(forgotten)
    if as_json:
        click.echo(json.dumps({"path": str(folder), **asdict(forgotten)}, ensure_ascii=False, indent=2))
    else:
        for name in (*forgotten.files, *forgotten.others):
            click.echo(folder / name)


def _known(codes: tuple[str, ...], folder: Path) -> "Known":
    """What there is of the codes. Raises OutputError, with another hint where the folder came first."""
    from mettavox import library

    try:
        return library.known(folder, codes)
    except OutputError as error:
        if any(Path(code).is_dir() for code in codes):
            raise OutputError(error.message, hint="The folder comes last: mettavox library forget CODE DIR") from error
        raise


def _confirmed(known: "Known") -> bool:
    if not (sys.stdin.isatty() and sys.stderr.isatty()):
        raise RequestError(
            "What is forgotten is gone: it has to be confirmed, and this is no terminal.", hint="Add --yes"
        )
    for name in known.files:
        report.say(name)
    return click.confirm(
        f"Remove {_counted(len(known.files), 'file')} of {', '.join(known.codes)} for good?", default=False, err=True
    )


def _tell(forgotten: "Forgotten") -> None:
    codes = ", ".join(forgotten.codes)
    report.say(
        f"Forgotten: {codes}; {_counted(len(forgotten.files), 'file')} and "
        f"{_counted(forgotten.rows, 'row')} of the manifest removed."
    )
    if forgotten.others:
        report.say(f"Removed, too: {', '.join(forgotten.others)}. The next batch writes a new report.")
    if forgotten.clips:
        report.say("Dropped, too: all speech with names that was kept between runs; nobody can tell whose it is.")
    if forgotten.clips_left:
        report.say("Speech with names that was kept between runs is still there: the disk refused to remove it.")
    for name in forgotten.naming:
        report.say(f"Still names it: {name}, which is none of its files.")
    report.say(_NOT_REACHED)


def _counted(count: int, what: str) -> str:
    return f"{count} {what}{'s' * (count != 1)}"
