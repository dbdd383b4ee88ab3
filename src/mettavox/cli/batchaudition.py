"""mettavox batch --audition: every name of a roster in one MP3 to listen to."""

import json
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import batch, report
from mettavox.errors import RequestError
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.nameaudition import Made, NameAudition


def command(chosen: dict[str, Any]) -> int:
    """Make it, and say what is heard when; gives the exit code."""
    from mettavox import batchcheck, nameaudition
    from mettavox import roster as rosters

    path = _path(chosen)
    only = frozenset(chosen["only"])
    roster = batchcheck.apart(rosters.read(chosen["roster"], scripts=chosen["scripts"]))
    wanted = nameaudition.prepare(roster, only, lint=not chosen["no_lint"])
    batch.tell(wanted.problems)
    for note in wanted.notes:
        report.say(note)
    with report.progress() as progress:
        made = nameaudition.make(wanted, path, replace=chosen["force"], progress=progress)
    batch.tell(made.problems)
    if chosen["as_json"]:
        click.echo(json.dumps(_facts(path, wanted, made), ensure_ascii=False, indent=2))
    else:
        for heard in made.heard:
            report.say(f"{clock(round(heard.seconds, 1)):>7}  {batch.said_line(heard.said)}")
        click.echo(path)
    return report.SOME_FAILED if wanted.problems or made.problems else 0


def _path(chosen: dict[str, Any]) -> Path:
    from mettavox import nameaudition

    path: Path | None = chosen["output"]
    if chosen["check"]:
        raise RequestError("--check makes nothing, and --audition makes a file.", hint="Leave one of them out.")
    if path is None:
        raise RequestError("The audition needs a file to go to.", hint="Add -o names.mp3")
    if path.is_dir():
        return path / nameaudition.FILE
    if path.suffix.lower() != ".mp3":
        raise RequestError(
            f"An audition is an MP3, and “{path.name}” does not end in .mp3.",
            hint=f"Write -o {path.with_suffix('.mp3')}",
        )
    return path


def _facts(path: Path, wanted: "NameAudition", made: "Made") -> dict[str, Any]:
    return {
        "path": str(path),
        "heard": [{"seconds": round(each.seconds, 3), **asdict(each.said)} for each in made.heard],
        "problems": [asdict(each) for each in (*wanted.problems, *made.problems)],
        "notes": list(wanted.notes),
    }
