"""mettavox podcast: tracks for podcast apps."""

import click

from mettavox.cli.lazy import LazyGroup

_COMMANDS = {
    "feed": "Make a folder of tracks into a feed that apps subscribe to.",
}


@click.group("podcast", cls=LazyGroup, package="mettavox.cli.podcast", table=_COMMANDS)
def command() -> None:
    """Publish tracks as a podcast."""
