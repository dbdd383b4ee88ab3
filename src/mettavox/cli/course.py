"""mettavox course: a folder of tracks with handouts, from a file that lists sessions."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import options, report
from mettavox.errors import RequestError
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.course import Course


@click.group("course")
def command() -> None:
    """Make a course of tracks with handouts."""


@command.command("list")
@click.option("--lang", default="", metavar="TAG", help="Only those in this language.")
@options.FOLDER
@click.option("--json", "as_json", is_flag=True, help="As JSON.")
def _list(lang: str, scripts: Path | None, as_json: bool) -> None:
    """The courses there are, with their sessions, tracks and length."""
    from mettavox import course, phrasebook

    if lang:
        phrasebook.load(lang, scripts)
    found = [
        course.load(name, language=language, scripts=scripts, lint=False)
        for language in ([lang] if lang else course.languages(scripts))
        for name in course.ids(language, scripts)
    ]
    if as_json:
        rows = [{"id": each.id, **course.facts(each)} for each in found]
        click.echo(json.dumps(rows, ensure_ascii=False, indent=2))
        return
    width = max((len(each.id) for each in found), default=0)
    for each in found:
        click.echo(f"{each.id:<{width}}  {each.pages.language:<5}  {_in_all(each)}  {each.pages.title}")


@command.command("build")
@click.argument("file")
@click.option("-o", "--output", default=None, metavar="DIR", help="The folder that becomes the course.")
@click.option("--voice", default="", help="A profile from “mettavox voices list”, for every track.")
@options.FILL
@click.option("--lang", default="", metavar="TAG", help="The language of the scripts and pages; else as the file says.")
@options.FOLDER
@click.option("--force", is_flag=True, help="Replace a course that was built there before.")
@click.option("--no-lint", is_flag=True, help="Make it even of scripts that break a rule.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=None, help="How many lines are spoken, or parts encoded, at once."
)
@click.option("--dry-run", is_flag=True, help="Check it and show its tracks instead of making them.")
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
def _build(file: str, voice: str, lang: str, scripts: Path | None, as_json: bool, **chosen: Any) -> None:
    """Make a course: FILE is an id from “mettavox course list”, or a file that ends in .toml.

    \b
    mettavox course build steady-care -o steady-care
    mettavox course build mine.toml --dry-run
    """
    from mettavox import course

    if chosen["output"] is None and not chosen["dry_run"]:
        raise RequestError("A course needs a folder to be made in.", hint="Add -o DIR, or --dry-run to see it first.")
    lint = not chosen["no_lint"]
    loaded = course.load(file, language=lang, voice=voice, fill=chosen["fill"], scripts=scripts, lint=lint)
    if chosen["dry_run"]:
        _show(loaded, as_json=as_json)
        return
    path = Path(chosen["output"])
    record = _built(loaded, path, replace=chosen["force"], jobs=chosen["jobs"])
    report.say(_in_all(loaded))
    for note in (*loaded.notes, *record["notes"]):
        report.say(note)
    click.echo(json.dumps({"path": str(path), **record}, ensure_ascii=False) if as_json else str(path))


def _built(loaded: "Course", path: Path, *, replace: bool, jobs: int | None) -> dict[str, Any]:
    from mettavox import course
    from mettavox.spoken import Settings

    paths = [track.path for tracks in loaded.tracks for track in tracks]
    said = 0
    with report.progress() as line:

        def progress(number: int, stage: str, share: float) -> None:
            nonlocal said
            if number != said:
                said = number
                line.clear()
                report.say(f"Track {number} of {len(paths)}: {paths[number - 1]}")
            line(stage, share)

        return course.build(loaded, path, replace=replace, settings=Settings(workers=jobs or 0), progress=progress)


def _show(loaded: "Course", *, as_json: bool) -> None:
    from mettavox import course

    if as_json:
        click.echo(json.dumps(course.facts(loaded), ensure_ascii=False, indent=2))
        return
    click.echo(f"{loaded.pages.title}: {_in_all(loaded)}")
    for number, (session, tracks) in enumerate(zip(loaded.pages.sessions, loaded.tracks, strict=True), start=1):
        click.echo(f"\n{number}  {session.title} (week {session.week}, {clock(session.seconds)})")
        for shown, track in zip(session.tracks, tracks, strict=True):
            click.echo(f"{clock(shown.seconds):>8}  {shown.role:<7}  {track.path}")


def _in_all(loaded: "Course") -> str:
    sessions, tracks = len(loaded.pages.sessions), loaded.track_count
    return (
        f"{sessions} session{'s' * (sessions != 1)}, {tracks} track{'s' * (tracks != 1)}, "
        f"{clock(loaded.pages.seconds)} in all"
    )
