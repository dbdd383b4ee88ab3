"""mettavox podcast: tracks for podcast apps, and inside episodes."""

import click

from mettavox.cli.lazy import LazyGroup

_COMMANDS = {
    "feed": "Make a folder of tracks into a feed that apps subscribe to.",
    "splice": "Put a track into an episode that exists.",
}


@click.group("podcast", cls=LazyGroup, package="mettavox.cli.podcast", table=_COMMANDS)
def command() -> None:
    """Publish tracks as a podcast, and put one into an episode."""
