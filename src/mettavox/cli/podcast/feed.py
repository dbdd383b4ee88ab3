"""mettavox podcast feed: a folder of tracks as a podcast's feed."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from mettavox.cli import report

if TYPE_CHECKING:
    from mettavox.podcast.publishing import Published

_SHOWN = 3


@click.command("feed")
@click.argument("folder", metavar="DIR", type=click.Path(path_type=Path))
@click.option("--url", required=True, metavar="BASE", help="The web address that DIR will have.")
@click.option(
    "--show", "described", type=click.Path(path_type=Path), default=None, metavar="FILE",
    help="What the show says of itself; else podcast.toml in DIR, where there is one.",
)  # fmt: skip
@click.option(
    "--private/--public", default=None, help="Keep it out of directories, or not; else as it was the last time."
)
@click.option("--show-names", is_flag=True, help="Publish even tracks in which words of a person are heard.")
@click.option("--feed-name", default="feed.xml", metavar="NAME", help="What the feed's file is called.")
@click.option("--json", "as_json", is_flag=True, help="What was published, as JSON.")
@click.pass_context
def command(
    ctx: click.Context, /, folder: Path, url: str, described: Path | None, as_json: bool, **chosen: Any
) -> None:
    """Write the podcast feed of DIR, its artwork, and what says which episode is which, into DIR.

    Each track becomes an episode, with its chapters, captions and cover. The next run adds what is new, and leaves
    the rest as it is. Tracks that a person can be known by are left out, and told.

    \b
    mettavox podcast feed library/ --url https://example.org/meditations
    mettavox podcast feed clinic/ --url https://example.org/ask-us --private
    """
    from mettavox.podcast import publishing

    made = publishing.publish(
        folder,
        url,
        described=described,
        private=chosen["private"],
        show_names=chosen["show_names"],
        name=chosen["feed_name"],
    )
    _tell(made)
    click.echo(json.dumps(_facts(made), ensure_ascii=False, indent=2) if as_json else str(made.path))
    ctx.exit(report.SOME_FAILED if made.damaged else 0)


def _tell(made: "Published") -> None:
    count = len(made.episodes)
    report.say(
        f"{made.title}: {count} episode{'s' * (count != 1)}, {len(made.new)} new, {len(made.changed)} changed, "
        f"{len(made.gone)} gone{'; kept out of directories' if made.private else ''}."
    )
    if made.named:
        report.say(f"Left out, since words of a person are heard in them: {_files(made.named)}")
    if made.unknown:
        report.say(f"Left out, since no record says whether a person can be known by them: {_files(made.unknown)}")
    if made.named or made.unknown:
        report.say("Add --show-names only when everyone who could reach the feed may hear them.")
    for each in made.damaged:
        report.say(f"DAMAGED {each.file}: {each.why}.")
    for note in made.notes:
        report.say(note)


def _files(files: Sequence[str]) -> str:
    """The first few, and how many there are."""
    shown = ", ".join(files[:_SHOWN])
    return f"{len(files)} ({shown}{', …' if len(files) > _SHOWN else ''})."


def _facts(made: "Published") -> dict[str, Any]:
    facts = asdict(made)
    return {
        **facts,
        "path": str(made.path),
        "artwork": str(made.artwork),
        "damaged": [asdict(each) for each in made.damaged],
    }
