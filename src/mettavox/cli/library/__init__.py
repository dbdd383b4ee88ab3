"""mettavox library: a folder of tracks, shown and looked after."""

import click

from mettavox.cli.lazy import LazyGroup

_COMMANDS = {
    "build": "Build the pages of a folder of tracks.",
    "serve": "Show a folder's pages in the browsers of this machine.",
    "check": "Hold every track of a folder against its manifest and its record.",
    "forget": "Remove everything that a folder has of a code.",
}


@click.group("library", cls=LazyGroup, package="mettavox.cli.library", table=_COMMANDS)
def command() -> None:
    """Build and serve the pages of a folder of tracks, check it, and forget a person in it."""
