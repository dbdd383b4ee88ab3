"""mettavox voices: list them, install and remove their files, tune one, hear several, record one's own."""

import click

from mettavox.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "The voices there are, and which are installed.",
    "install": "Download a voice's files, or copy them from a folder.",
    "remove": "Delete a voice's files.",
    "tune": "Make a voice slower, lower or with longer pauses.",
    "audition": "Hear several voices say the same sentences.",
    "sheet": "Write a recording sheet for a voice of your own.",
    "import": "Take your recordings as a voice of your own.",
}


@click.group("voices", cls=LazyGroup, package="mettavox.cli.voices", table=_COMMANDS)
def command() -> None:
    """List the voices, install and remove them, tune one, hear several, record your own."""
