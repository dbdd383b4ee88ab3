"""mettavox podcast splice: a meditation inside an episode."""

import json
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import report
from mettavox.errors import RequestError
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.splicing.splice import Spliced, Wish


@click.command("splice")
@click.argument("episode", type=click.Path(path_type=Path))
@click.argument("track", type=click.Path(path_type=Path))
@click.option("--at", default=None, metavar="T", help="The time in the episode, such as 12:30, 750s or 0.")
@click.option("--at-chapter", default=None, metavar="TITLE|N", help="The start of a chapter, by its title or number.")
@click.option("--replace", "instead", default=None, metavar="A-B", help="In the place of a part, such as 12:30-14:00.")
@click.option(
    "--crossfade", default=None, metavar="T", help="How long they sound together at each seam; else up to 2 s."
)
@click.option("--title", default="", help="The title of the new chapter; without it, the practice's.")
@click.option(
    "-o", "--output", default=None, metavar="FILE|DIR", type=click.Path(path_type=Path),
    help="The result; without it EPISODE-spliced beside the episode.",
)  # fmt: skip
@click.option("--force", is_flag=True, help="Replace a result that is there already.")
@click.option("--json", "as_json", is_flag=True, help="Say what was made as JSON.")
def command(episode: Path, track: Path, output: Path | None, force: bool, as_json: bool, **place: Any) -> None:
    """Put TRACK into EPISODE, as loud as the host speaks; both may be of any format.

    The result is encoded once and keeps the episode's format, bit rate, tags and cover. Chapters and captions move
    along, and the track gets a chapter.

    \b
    mettavox podcast splice episode-12.mp3 loving-kindness-10m.mp3 --at 12:30
    mettavox podcast splice episode-12.wav shift-reset-5m.mp3 --at-chapter "A short break" -o episode-12.mp3
    """
    from mettavox.splicing.splice import splice

    wish = _wish(**place)
    with report.progress() as progress:
        done = splice(episode, track, wish, output, force=force, progress=progress)
    for note in done.notes:
        report.say(note)
    report.say(_told(done))
    click.echo(json.dumps(_facts(done), ensure_ascii=False) if as_json else str(done.path))


def _wish(at: str | None, at_chapter: str | None, instead: str | None, crossfade: str | None, title: str) -> "Wish":
    from mettavox.splicing import splice

    given = [each for each in (at, at_chapter, instead) if each is not None]
    if len(given) != 1:
        raise RequestError(
            "One place is needed." if not given else "A track goes to one place.",
            hint="Choose --at 12:30, --at-chapter TITLE or --replace 12:30-14:00.",
        )
    return splice.Wish(
        at=splice.moment(at) if at is not None else None,
        chapter=at_chapter or "",
        instead=splice.stretch(instead) if instead is not None else None,
        crossfade=splice.crossfade(crossfade) if crossfade is not None else None,
        title=title,
    )


def _told(done: "Spliced") -> str:
    limited = f", its peaks {done.limited_db:.1f} dB lower" if done.limited_db >= 0.05 else ""  # noqa: PLR2004
    return (
        f"“{done.title}” from {clock(done.start)} to {clock(done.back)} of {clock(done.seconds)}: its voice at "
        f"{done.inside_lufs:.1f} LUFS, the host's at {done.host_lufs:.1f} ({done.gain_db:+.1f} dB{limited}); "
        f"true peak {done.peak_dbtp:.1f} dBTP; {done.chapters} chapters; {done.target.told}."
    )


def _facts(done: "Spliced") -> dict[str, Any]:
    return {
        "path": str(done.path),
        "beside": [str(each) for each in done.beside],
        "format": done.target.kind,
        "encoded": done.target.told,
        "rate": done.target.rate,
        "channels": done.target.channels,
        "frames": done.frames,
        "seconds": done.seconds,
        "left_at": done.left,
        "resumed_at": done.resumed,
        "start": done.start,
        "back": done.back,
        "crossfades": list(done.crossfades),
        "title": done.title,
        "chapters": done.chapters,
        "host_lufs": round(done.host_lufs, 2),
        "track_lufs": round(done.track_lufs, 2),
        "inside_lufs": round(done.inside_lufs, 2),
        "gain_db": round(done.gain_db, 2),
        "limited_db": round(done.limited_db, 2),
        "true_peak_dbtp": round(done.peak_dbtp, 2),
        "episode_true_peak_dbtp": round(done.episode_dbtp, 2),
        "notes": list(done.notes),
    }
