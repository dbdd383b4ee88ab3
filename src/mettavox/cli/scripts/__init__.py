"""mettavox scripts: list the meditations, read, check, write and approve one."""

import click

from mettavox.cli.lazy import LazyGroup

_COMMANDS = {
    "list": "The meditations there are.",
    "show": "One as it will be spoken, with its pauses.",
    "lint": "Check them against the rules.",
    "transcript": "Every wording of one, for a reviewer.",
    "new": "Begin one of your own.",
    "approve": "Note that a reviewer approved one's text.",
}


@click.group("scripts", cls=LazyGroup, package="mettavox.cli.scripts", table=_COMMANDS)
def command() -> None:
    """List the meditations, read, check, write and approve one."""
