"""mettavox batch: a folder of tracks from a roster, one for each row."""

import json
from contextlib import nullcontext
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import options, report
from mettavox.errors import RequestError
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.batchcheck import Checked, Said
    from mettavox.batchreport import Report, Result
    from mettavox.roster import Problem, Roster
    from mettavox.spoken import Settings

_LABEL_WIDTH = 48
_SOURCES = {
    "given": "as the roster says",
    "lexicon": "the lexicon",
    "recording": "a recording is looked for",
    "voice": "left to the voice",
}


@click.command("batch")
@click.argument("roster", type=click.Path(path_type=Path))
@click.option("-o", "--output", default=None, metavar="DIR", help="Where tracks go: a folder, or s3://BUCKET/NAME.")
@click.option(
    "--check", is_flag=True, help="Make nothing: tell what is wrong, and show every name and how it will be said."
)
@click.option(
    "--audition", is_flag=True, help="Make no track, but one MP3 in which every name is said once, to listen to."
)
@click.option("--only", multiple=True, metavar="CODE", help="Only the row with this code; again for more.")
@click.option("--retry-failed", is_flag=True, help="Only the rows that failed or were interrupted last time.")
@click.option("--force", is_flag=True, help="Make every track anew, also those that are whole.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=None, help="How many tracks are made at once; one a core, up to 4."
)
@click.option("--only-audio", is_flag=True, help="Make no captions, chapters, transcripts, covers or records.")
@click.option("--show-names", is_flag=True, help="Let names into the tags and the records.")
@click.option("--cache-names/--no-cache-names", default=False, help="Keep clips that hold a name between runs.")
@click.option("--no-lint", is_flag=True, help="Make tracks even of scripts that break a rule.")
@click.option(
    "--scheduler",
    metavar="ADDRESS",
    help="Make them on the Dask cluster of this scheduler: tcp://HOST:8786, or tls://.",
)
@options.FOLDER
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
@click.pass_context
def command(ctx: click.Context, /, **chosen: Any) -> None:
    """Make the track of every row of ROSTER: a table as CSV, or JSON lines.

    Its columns are code, script and any option of a track. The files are named after the codes. A second run makes only
    what is new, changed, missing or damaged. Names are shown with --check and --audition alone, and nowhere else.

    \b
    mettavox batch clients.csv --check
    mettavox batch clients.csv --audition -o names.mp3
    mettavox batch clients.csv -o library
    mettavox batch clients.csv -o s3://bucket/library --scheduler tcp://host:8786
    """
    from mettavox import batchcheck
    from mettavox import roster as rosters

    folder: str | None = chosen["output"]
    if chosen["audition"]:
        from mettavox.cli import batchaudition

        ctx.exit(batchaudition.command(chosen | {"output": Path(folder) if folder else None}))
    if folder is None and not chosen["check"]:
        raise RequestError(
            "The tracks need a folder to go to.", hint="Add -o DIR, or --check to read the roster first."
        )
    roster = batchcheck.apart(rosters.read(chosen["roster"], scripts=chosen["scripts"]))
    if folder is None or chosen["check"]:
        ctx.exit(_checked(roster, lint=not chosen["no_lint"], as_json=chosen["as_json"]))
    ctx.exit(_built(roster, folder, chosen))


def _built(roster: "Roster", folder: str, chosen: dict[str, Any]) -> int:
    from mettavox import batch, batchreport, cluster, store

    if not chosen["only"]:
        tell(roster.problems)
    progress = _Progress()
    try:
        with cluster.opened(chosen["scheduler"]) if chosen["scheduler"] else nullcontext() as workers:
            done = batch.build(
                roster,
                folder,
                settings=_settings(chosen),
                jobs=chosen["jobs"] or 0,
                force=chosen["force"],
                only=frozenset(chosen["only"]),
                retry_failed=chosen["retry_failed"],
                progress=progress,
                cluster=workers,
            )
    except KeyboardInterrupt:
        progress.clear()
        report.say(f"Stopped. {progress.finished} finished; nothing half-made was left. The same command goes on.")
        return report.INTERRUPTED
    finally:
        progress.clear()
    for note in done.notes:
        report.say(note)
    _table(done)
    page = store.shown(folder, batchreport.FILE)
    facts = json.dumps(_facts(store.shown(folder), page, done), ensure_ascii=False) if chosen["as_json"] else ""
    click.echo(facts or page)
    return 0 if done.holds else report.SOME_FAILED


def _settings(chosen: dict[str, Any]) -> "Settings":
    from mettavox.spoken import Settings

    return Settings(
        lint=not chosen["no_lint"],
        only_audio=chosen["only_audio"],
        show_names=chosen["show_names"],
        cache_names=chosen["cache_names"],
    )


class _Progress:
    """On a terminal one line that is always there, and failures above it; elsewhere a line for each row."""

    def __init__(self) -> None:
        from mettavox import batchreport

        self._line = report.ProgressLine()
        self._pace = batchreport.Pace()
        self._finished = 0

    def __call__(self, result: "Result | None", done: int, total: int) -> None:
        if result is not None:
            self._finished += result.state != "failed"
            self._pace.hear(result)
            if result.state == "failed" or not self._line.is_on:
                self._line.clear()
                report.say(_row(result))
        if done < total:
            self._line(self._label(done, total).ljust(_LABEL_WIDTH), done / total)

    def _label(self, done: int, total: int) -> str:
        told = self._pace.told(total - done)
        if told is None:
            return f"{done} of {total}"
        return f"{done} of {total}, {told[0]:.1f} a minute, {clock(told[1])} left"

    @property
    def finished(self) -> str:
        """How many tracks are there, in words."""
        return f"{self._finished} track{'s are' if self._finished != 1 else ' is'}"

    def clear(self) -> None:
        """Take the line away."""
        self._line.clear()


def _row(result: "Result") -> str:
    if result.state == "failed":
        return f"FAILED {result.code} (row {result.row}): {result.error}" + (f" {result.hint}" if result.hint else "")
    if result.state == "kept":
        return f"kept {result.code}"
    return f"made {result.code} {clock(result.seconds)}"


def tell(problems: "tuple[Problem, ...]") -> None:
    """Say problems of a roster, each with its row and column."""
    for problem in problems:
        place = f"Row {problem.row}" if problem.row else "The roster"
        column = f", {problem.column}" if problem.column else ""
        report.say(f"{place}{column}: {problem.message}")
        if problem.hint:
            report.say(f"       {problem.hint}")


def _table(done: "Report") -> None:
    rows = [(state, done.of(state)) for state in ("made", "kept", "failed", "left")]
    for state, results in rows:
        if results:
            length = sum(result.seconds for result in results if state in ("made", "kept"))
            report.say(f"{state:<8} {len(results):>6}  {clock(round(length)) if length else '':>10}".rstrip())
    if done.problems:
        report.say(f"{'bad rows':<8} {len({problem.row for problem in done.problems}):>6}")
    report.say(f"{'there':<8} {done.made + done.kept:>6}  {clock(round(done.seconds)):>10}")


def _facts(folder: str, page: str, done: "Report") -> dict[str, Any]:
    return {
        "path": folder,
        "report": page,
        "made": done.made,
        "kept": done.kept,
        "failed": done.failed,
        "seconds": round(done.seconds, 3),
        "rows": [asdict(result) for result in done.results],
        "problems": [asdict(problem) for problem in done.problems],
        "notes": list(done.notes),
    }


def _checked(roster: "Roster", *, lint: bool, as_json: bool) -> int:
    from mettavox import batchcheck

    found = batchcheck.check(roster, lint=lint)
    if as_json:
        click.echo(json.dumps(asdict(found), ensure_ascii=False, indent=2))
    else:
        for said in found.names:
            click.echo(said_line(said))
        tell(found.problems)
        for note in found.notes:
            report.say(note)
        report.say(_counted(found))
    return report.SOME_FAILED if found.problems else 0


def said_line(said: "Said") -> str:
    """A name of a row, and how it will be said."""
    sounds = f"  {said.sounds}" if said.sounds else ""
    return f"row {said.row:<4} {said.code}  {said.option} {said.written}{sounds}  ({_SOURCES[said.source]})"


def _counted(found: "Checked") -> str:
    bad = len({problem.row for problem in found.problems})
    return f"{found.good} row{'s' * (found.good != 1)} can be made" + (f", {bad} cannot." if bad else ".")
