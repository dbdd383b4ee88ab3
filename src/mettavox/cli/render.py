"""mettavox render: make a track."""

import contextlib
import json
import shutil
import sys
import tempfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import options, report, show
from mettavox.errors import OutputError, RequestError

if TYPE_CHECKING:
    from mettavox.prepare import Prepared
    from mettavox.render import Settings, Track

_DEFAULT_FOLDER = Path("output")


@click.command("render")
@options.describes_a_track
@options.FILL
@options.BED
@click.option("-o", "--output", default=None, metavar="FILE|DIR|-", help="Where the track goes; - is standard output.")
@click.option("--force", is_flag=True, help="Replace a track that is there already.")
@click.option("--cache-names/--no-cache-names", default=False, help="Keep clips that hold a name between runs.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep clips between runs.")
@click.option("--jobs", type=click.IntRange(1, 64), default=None, help="How many lines are spoken at once.")
@click.option("--no-lint", is_flag=True, help="Make it even of a script that breaks a rule.")
@click.option("--dry-run", is_flag=True, help="Show the timeline instead of making the track.")
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
@click.pass_context
def command(ctx: click.Context, /, **chosen: Any) -> None:
    """Make a track of SCRIPT, exactly as long as asked.

    \b
    mettavox render loving-kindness --name Maya --target Sam --relation friend --minutes 10
    mettavox render supportive-touch --name José --say "ho-SAY" --minutes 5 -o touch.mp3
    """
    from mettavox.prepare import plan, prepare

    request = options.request(ctx, **chosen)
    to_stdout = chosen["output"] == "-"
    if to_stdout and chosen["as_json"]:
        raise RequestError("-o - and --json both write to standard output.", hint="Leave one of them out.")
    prepared = prepare(request)
    if chosen["dry_run"]:
        show.timeline(prepared, plan(prepared), as_json=chosen["as_json"])
        return
    from mettavox.render import Settings

    settings = Settings(
        cache=not chosen["no_cache"],
        cache_names=chosen["cache_names"],
        workers=chosen["jobs"] or 0,
        lint=not chosen["no_lint"],
    )
    if to_stdout:
        _notes(prepared, _to_stdout(prepared, settings))
        return
    path = _path(chosen["output"], prepared)
    track = _made(prepared, path, settings, replace=chosen["force"])
    _notes(prepared, track)
    click.echo(json.dumps(_facts(path, prepared, track), ensure_ascii=False) if chosen["as_json"] else str(path))


def _path(wanted: str | None, prepared: "Prepared") -> Path:
    from mettavox.units import file_stem

    name = f"{prepared.script.head.id}-{file_stem(prepared.seconds)}.mp3"
    if wanted is None:
        return _DEFAULT_FOLDER / name
    path = Path(wanted)
    if wanted.endswith(("/", "\\")) or _is_folder(path):
        return path / name
    if path.suffix.lower() != ".mp3":
        raise RequestError(
            f"A track is an MP3, and “{path.name}” does not end in .mp3.", hint=f"Write -o {path.with_suffix('.mp3')}"
        )
    return path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, which the writing will say
        return False


def _made(prepared: "Prepared", path: Path, settings: "Settings", *, replace: bool) -> "Track":
    from mettavox.render import render

    made = _default_folder_made(path)
    try:
        with report.progress() as progress:
            return render(prepared, path, replace=replace, settings=settings, progress=progress)
    except BaseException:
        if made:
            with contextlib.suppress(OSError):
                _DEFAULT_FOLDER.rmdir()
        raise


def _default_folder_made(path: Path) -> bool:
    """Make the default folder if the track goes there; whether it was not there before."""
    if path.parent != _DEFAULT_FOLDER or _DEFAULT_FOLDER.is_dir():
        return False
    try:
        _DEFAULT_FOLDER.mkdir()
    except OSError as error:
        raise OutputError(
            f"The folder “{_DEFAULT_FOLDER}” cannot be made here: {error.strerror}.", hint="Choose a file with -o."
        ) from error
    return True


def _to_stdout(prepared: "Prepared", settings: "Settings") -> "Track":
    if sys.stdout.isatty():
        raise RequestError("-o - would write sound to the terminal.", hint="Send it on: … -o - > track.mp3")
    with tempfile.TemporaryDirectory(prefix="mettavox-") as folder:
        path = Path(folder) / "track.mp3"
        track = _made(prepared, path, settings, replace=False)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    return track


def _notes(prepared: "Prepared", track: "Track") -> None:
    if prepared.note:
        report.say(prepared.note)
    if track.note:
        report.say(track.note)
    if track.timeline.left_out:
        report.say(f"At this length there was no room for: {', '.join(track.timeline.left_out)}.")


def _facts(path: Path, prepared: "Prepared", track: "Track") -> dict[str, Any]:
    timeline, measured = track.timeline, track.measured
    return {
        "path": str(path),
        "voice": prepared.voice.id,
        "fill": prepared.fill.id if prepared.fill else None,
        "seconds": timeline.frames / timeline.rate,
        "frames": measured.frames,
        "rate": timeline.rate,
        "voice_lufs": round(measured.voice_lufs, 2),
        "true_peak_dbtp": round(measured.peak_dbtp, 2),
        "spaciousness": round(timeline.spaciousness, 3),
        "left_out": list(timeline.left_out),
        "notes": [note for note in (prepared.note, track.note) if note],
    }
