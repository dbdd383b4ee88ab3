"""mettavox library: what a batch has made, looked after."""

import click

from mettavox.cli.lazy import LazyGroup

_COMMANDS = {
    "check": "Hold every track of a folder against its manifest and its record.",
    "forget": "Remove everything that a folder has of a code.",
}


@click.group("library", cls=LazyGroup, package="mettavox.cli.library", table=_COMMANDS)
def command() -> None:
    """Check the tracks that “mettavox batch” has made, and forget a person in them."""
