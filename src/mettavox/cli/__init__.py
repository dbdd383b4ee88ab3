"""The command line: one module a command, imported when the command is used."""

import importlib
import signal
import sys
from types import FrameType
from typing import Any

import click

from mettavox import __version__
from mettavox.cli import report

# Each command's module in this package, and the line that --help shows of it.
_COMMANDS = {
    "render": "Make a track.",
    "plan": "Show a track's timeline without making it.",
    "scripts": "List the meditations, or read one.",
    "voices": "List the voices.",
    "doctor": "Say what is installed, what is missing and what to do.",
}


class _LazyGroup(click.Group):
    """Knows its commands by name; --help imports none of them."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(_COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        if cmd_name not in _COMMANDS:
            return None
        command: click.Command = importlib.import_module(f"mettavox.cli.{cmd_name}").command
        return command

    def resolve_command(self, ctx: click.Context, args: list[str]) -> Any:
        if args and args[0] not in _COMMANDS and not args[0].startswith("-"):
            from mettavox.suggest import nearest

            raise click.UsageError(f"There is no command “{args[0][:40]}”. {nearest(args[0], _COMMANDS, 'Commands')}")
        return super().resolve_command(ctx, args)

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        with formatter.section("Commands"):
            formatter.write_dl(list(_COMMANDS.items()))


@click.group(cls=_LazyGroup, context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(__version__, prog_name="mettavox")
@click.option("--debug", is_flag=True, help="Show tracebacks of errors.")
def cli(debug: bool) -> None:
    """Guided-meditation audio, spoken line by line and exactly as long as asked.

    \b
    mettavox render loving-kindness --name Maya --target Sam --minutes 10
    mettavox plan loving-kindness --table
    """
    report.debug = debug


def main() -> None:
    """Run the program and leave with the exit code of what happened."""
    for name in ("SIGTERM", "SIGHUP"):  # a closed terminal, too, must leave nothing behind
        number = getattr(signal, name, None)
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _interrupted)
    sys.exit(run(sys.argv[1:]))


def run(arguments: list[str]) -> int:
    """Run one command; gives the exit code."""
    try:
        cli.main(arguments, prog_name="mettavox", standalone_mode=False)
    except BaseException as error:
        return report.failure(error)
    return report.flushed()


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
