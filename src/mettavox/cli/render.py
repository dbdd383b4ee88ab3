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
from mettavox.errors import OutputError, RequestError, ScriptNotFound
from mettavox.request import FORMATS

if TYPE_CHECKING:
    from mettavox.prepare import Prepared
    from mettavox.record import Record
    from mettavox.render import Track
    from mettavox.request import Request
    from mettavox.spoken import Settings

_DEFAULT_FOLDER = Path("output")


@click.command("render")
@click.argument("script", required=False)
@options.describes_all_but_the_script
@options.FILL
@options.describes_its_sound
@click.option(
    "--from",
    "record_path",
    type=click.Path(path_type=Path),
    default=None,
    metavar="RECORD",
    help="Make the track of a record again.",
)
@click.option("-o", "--output", default=None, metavar="FILE|DIR|-", help="Where the track goes; - is standard output.")
@click.option("--only-audio", is_flag=True, help="Make no captions, chapters, transcript, cover or record beside it.")
@click.option("--show-names", is_flag=True, help="Let names into the tags and the record.")
@click.option("--force", is_flag=True, help="Replace a track that is there already.")
@click.option("--cache-names/--no-cache-names", default=False, help="Keep clips that hold a name between runs.")
@click.option("--no-cache", is_flag=True, help="Neither use nor keep anything between runs.")
@click.option(
    "--jobs", type=click.IntRange(1, 64), default=None, help="How many lines are spoken, or parts encoded, at once."
)
@click.option("--no-lint", is_flag=True, help="Make it even of a script that breaks a rule.")
@click.option("--dry-run", is_flag=True, help="Show the timeline instead of making the track.")
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
@click.pass_context
def command(ctx: click.Context, /, **chosen: Any) -> None:
    """Make a track of SCRIPT, exactly as long as asked, with captions, chapters, transcript and cover beside it.

    \b
    mettavox render loving-kindness --name Maya --target Sam --relation friend --minutes 10
    mettavox render supportive-touch --name José --say "ho-SAY" --minutes 5 -o touch.mp3
    mettavox render --from touch.json --name José --say "ho-SAY" -o again.mp3
    """
    from mettavox.prepare import plan, prepare

    to_stdout = chosen["output"] == "-"
    if to_stdout and chosen["as_json"]:
        raise RequestError("-o - and --json both write to standard output.", hint="Leave one of them out.")
    earlier = _record(chosen["record_path"])
    try:
        prepared = prepare(_request(ctx, chosen, earlier))
    except ScriptNotFound as error:
        if earlier is None or chosen["script"] is not None:
            raise
        raise ScriptNotFound(
            error.message, hint="If it is one of your own, name its file: mettavox render my.md --from RECORD"
        ) from error
    if chosen["dry_run"]:
        show.timeline(prepared, plan(prepared), as_json=chosen["as_json"])
        return
    settings = _settings(chosen, earlier, to_stdout=to_stdout)
    if to_stdout:
        _told(prepared, _to_stdout(prepared, settings), earlier)
        return
    path = _path(chosen["output"], prepared)
    track = _made(prepared, path, settings, replace=chosen["force"], earlier=earlier)
    _told(prepared, track, earlier)
    _stale(path, track)
    click.echo(json.dumps(_facts(path, prepared, track), ensure_ascii=False) if chosen["as_json"] else str(path))


def _record(path: Path | None) -> "Record | None":
    from mettavox import record

    if path is None:
        return None
    beside = path.with_suffix(record.SUFFIX)
    return record.read(beside if path.suffix != record.SUFFIX and beside.is_file() else path)


def _request(ctx: click.Context, chosen: dict[str, Any], earlier: "Record | None") -> "Request":
    from mettavox import ask

    asked = options.asked(ctx, **chosen)
    kind = Path(chosen["output"] or "").suffix.lower().removeprefix(".")
    if kind in FORMATS:  # the ending says it, where --format does not
        asked.setdefault("format", kind)
    if earlier is not None:
        from mettavox import record

        return record.again(earlier, {key: value for key, value in asked.items() if value != ""})
    if chosen["script"] is None:
        raise RequestError(
            "There is no SCRIPT to make a track of.",
            hint="“mettavox scripts list” shows those there are; --from RECORD makes one again.",
        )
    return ask.request(asked)


def _settings(chosen: dict[str, Any], earlier: "Record | None", *, to_stdout: bool) -> "Settings":
    from mettavox.spoken import Settings

    return Settings(
        cache=not chosen["no_cache"],
        cache_names=chosen["cache_names"],
        workers=chosen["jobs"] or 0,
        lint=not chosen["no_lint"],
        only_audio=chosen["only_audio"] or to_stdout,
        show_names=chosen["show_names"] or (earlier is not None and earlier.shows_names),
        year=earlier.year if earlier is not None else 0,
    )


def _path(wanted: str | None, prepared: "Prepared") -> Path:
    from mettavox.units import file_stem

    suffix = f".{prepared.request.format}"
    name = f"{prepared.script.head.id}-{file_stem(prepared.seconds)}{suffix}"
    if wanted is None:
        return _DEFAULT_FOLDER / name
    path = Path(wanted)
    if wanted.endswith(("/", "\\")) or _is_folder(path):
        return path / name
    if path.suffix.lower() != suffix:
        kind = path.suffix.lower().removeprefix(".")
        other = f" or add --format {kind}" if kind in FORMATS else ""
        raise RequestError(
            f"This track is in the format {suffix[1:]}, and “{path.name}” does not end in {suffix}.",
            hint=f"Write -o {path.with_suffix(suffix)}{other}",
        )
    return path


def _is_folder(path: Path) -> bool:
    try:
        return path.is_dir()
    except OSError:  # a name that is too long, which the writing will say
        return False


def _made(
    prepared: "Prepared", path: Path, settings: "Settings", *, replace: bool, earlier: "Record | None" = None
) -> "Track":
    from mettavox.render import render

    made = _default_folder_made(path)
    try:
        with report.progress() as progress:
            return render(
                prepared,
                path,
                replace=replace,
                settings=settings,
                progress=progress,
                salt=earlier.salt if earlier else "",
                shared=earlier.shared if earlier else None,
            )
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
        path = Path(folder) / f"track.{prepared.request.format}"
        track = _made(prepared, path, settings, replace=False)
        with path.open("rb") as file:
            shutil.copyfileobj(file, sys.stdout.buffer)
    return track


def _told(prepared: "Prepared", track: "Track", earlier: "Record | None") -> None:
    """Everything that a person should know of the track, to standard error."""
    for note in _notes(prepared, track):
        report.say(note)
    if track.timeline.left_out:
        report.say(f"At this length there was no room for: {', '.join(track.timeline.left_out)}.")
    if earlier is not None:
        _compared(prepared, track, earlier)
    report.say(_measured(prepared, track))


def _notes(prepared: "Prepared", track: "Track") -> list[str]:
    notes = [note for note in (prepared.note, track.note) if note]
    if _lacks_bells(prepared, track):
        notes.append("At this length there was no room for the profile's bells.")
    heard = {getattr(place.sound, "number", 0) for place in track.timeline.placements}
    notes += [
        f"Line {number}, which was edited, had no room at this length."
        for number, _ in prepared.request.edits
        if number not in heard
    ]
    if prepared.delivery.id == "sleep" and not prepared.rules.sleep:
        notes.append("The end of this track wakes; --closing sleep leaves that out, where the script has it.")
    if prepared.delivery.note:
        notes.append(prepared.delivery.note)
    return notes


def _lacks_bells(prepared: "Prepared", track: "Track") -> bool:
    """Whether a bell of the profile's is left out; one that the script itself has does not stand in for it."""
    from mettavox.script import Bell

    places = track.timeline.placements
    ends = {"start": places[:1], "end": places[-1:]}
    return not prepared.rules.sleep and any(
        not isinstance(place.sound, Bell) for end in prepared.delivery.bells for place in ends[end]
    )


def _measured(prepared: "Prepared", track: "Track") -> str:
    """The measured result beside what the profile asks for, in a line."""
    from mettavox.verify import against

    delivery, measured = prepared.delivery, track.measured
    found = against(delivery, measured)
    outside = [f"{each.what} {each.found}" for each in found if not each.holds]
    inside = [f"{each.what} {each.found}" for each in found if each.holds]
    if delivery.spoken_rms_db is not None:
        inside.append(f"RMS of the whole file {measured.whole_rms_db:.1f} dB")
    length = f"{measured.frames / track.timeline.rate:.3f} s long"
    if outside:
        return f"NOT as {delivery.id} asks: {'; '.join(outside)}. Within: {'; '.join([*inside, length])}."
    return f"As {delivery.id} asks: {'; '.join([*inside, length])}."


def _compared(prepared: "Prepared", track: "Track", earlier: "Record") -> None:
    from mettavox import record

    if track.sha256 == earlier.audio_sha256:
        report.say("The track is the same as the record's, byte for byte.")
        return
    why = record.differences(earlier, prepared) or ("Another option was given, or the encoder or the engine differs.",)
    report.say(f"The track is not the same as the record's. {' '.join(why)}")


def _stale(path: Path, track: "Track") -> None:
    """Say which files beside a track look like its own and are not, such as a cover where none was asked for."""
    from mettavox.beside import SUFFIXES, beside_path

    there = (beside_path(path, suffix) for suffix in SUFFIXES)
    old = [each.name for each in there if each not in track.beside and each.exists()]
    if old:
        report.say(f"Beside it lie files of an earlier track: {', '.join(old)}.")


def _facts(path: Path, prepared: "Prepared", track: "Track") -> dict[str, Any]:
    from mettavox.verify import against

    timeline, measured = track.timeline, track.measured
    return {
        "path": str(path),
        "beside": [str(each) for each in track.beside],
        "sha256": track.sha256,
        "profile": prepared.delivery.id,
        "voice": prepared.voice.id,
        "fill": prepared.fill.id if prepared.fill else None,
        "seconds": timeline.frames / timeline.rate,
        "frames": measured.frames,
        "rate": timeline.rate,
        "voice_lufs": round(measured.voice_lufs, 2),
        "true_peak_dbtp": round(measured.peak_dbtp, 2),
        "within_profile": all(each.holds for each in against(prepared.delivery, measured)),
        "spaciousness": round(timeline.spaciousness, 3),
        "left_out": list(timeline.left_out),
        "notes": _notes(prepared, track),
    }
