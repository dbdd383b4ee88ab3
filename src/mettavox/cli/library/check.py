"""mettavox library check: a folder of tracks held against its manifest."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import report

if TYPE_CHECKING:
    from mettavox.library import Checked, Trouble

_STATE_WIDTH = 11
_SHOWN = 3


@click.command("check")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--quick", is_flag=True, help="Compare the files alone, without listening to them.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=None, help="How many tracks are heard at once; one a core, up to 4."
)
@click.option("--json", "as_json", is_flag=True, help="What was found, as JSON.")
@click.pass_context
def command(ctx: click.Context, folder: Path, quick: bool, jobs: int | None, as_json: bool) -> None:
    """Check every track of DIR: that its files are as they were made, and its sound is as its record says.

    What does not hold is told in a line for each track, and files that no row knows are listed. Nothing is changed.

    \b
    mettavox library check library/
    mettavox library check library/ --quick
    """
    from mettavox import library

    with report.progress() as progress:
        checked = library.check_folder(
            folder,
            quick=quick,
            jobs=jobs or 0,
            progress=lambda done, total: progress(f"{done} of {total} tracks", done / total if total else 1.0),
        )
    _table(checked)
    if as_json:
        click.echo(json.dumps(_facts(folder, checked), ensure_ascii=False, indent=2))
    else:
        for path in _paths(folder, checked):
            click.echo(path)
    ctx.exit(0 if checked.holds else report.SOME_FAILED)


def _table(checked: "Checked") -> None:
    width = max((len(each.code) for each in checked.troubles), default=0)
    for trouble in checked.troubles:
        report.say(f"{trouble.state:<{_STATE_WIDTH}}  {trouble.code:<{width}}  {_found(trouble)}".rstrip())
    for orphan in checked.orphans:
        report.say(f"{'unfinished' if orphan.unfinished else 'unknown':<{_STATE_WIDTH}}  {orphan.file}")
    if checked.in_use:
        report.say("A run works in this folder now.")
    if checked.busy:
        whom = "it" if len(checked.busy) == 1 else "them"
        report.say(f"Made or changed meanwhile: {len(checked.busy)} of the rows. Nothing is said of {whom}.")
    report.say(_counted(checked))


def _found(trouble: "Trouble") -> str:
    """The first few of the things that do not hold, on one line."""
    more = len(trouble.found) - _SHOWN
    return "; ".join(trouble.found[:_SHOWN]) + (f"; and {more} more" if more > 0 else "")


def _counted(checked: "Checked") -> str:
    if not checked.rows:
        return "There is no track in it."
    bad = len(checked.troubles)
    good = checked.rows - len(checked.busy) - bad
    verb = "holds" if good == 1 else "hold"
    return f"{good} of {checked.rows} {verb}" + (f", {bad} {'does' if bad == 1 else 'do'} not." if bad else ".")


def _paths(folder: Path, checked: "Checked") -> list[Path]:
    """The tracks that do not hold, as far as a file is known of, and the files that no row knows."""
    names = [*(each.file for each in checked.troubles if each.file), *(each.file for each in checked.orphans)]
    return [folder / name for name in names]


def _facts(folder: Path, checked: "Checked") -> dict[str, Any]:
    return {"path": str(folder), "holds": checked.holds, **asdict(checked)}
