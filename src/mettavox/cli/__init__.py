"""The command line: one module a command, imported when the command is used."""

import signal
import sys
from types import FrameType

import click

from mettavox import __version__
from mettavox.cli import report
from mettavox.cli.lazy import LazyGroup

# Each command's module in this package, and the line that --help shows of it.
_COMMANDS = {
    "render": "Make a track.",
    "check": "Hold a track against its record.",
    "plan": "Show a track's timeline without making it.",
    "scripts": "List the meditations, read, check, write and approve one.",
    "say": "Hear how a name or a word is said, or see what the voice receives for it.",
    "voices": "List the voices.",
    "batch": "Make the tracks of a roster, one for each row.",
    "library": "Build the pages of a folder of tracks, serve and check it, forget a person.",
    "course": "Make a course of tracks with handouts.",
    "studio": "Make tracks in the browser of this machine.",
    "podcast": "Publish tracks as a podcast, and put one into an episode.",
    "sounds": "List beds, the bell and breath tones, and hear one.",
    "doctor": "Say what is installed, what is missing and what to do.",
}


@click.group(
    cls=LazyGroup,
    package="mettavox.cli",
    table=_COMMANDS,
    context_settings={"help_option_names": ["-h", "--help"]},
)
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
        code = cli.main(arguments, prog_name="mettavox", standalone_mode=False)
    except BaseException as error:
        return report.failure(error)
    return report.flushed() or (code if isinstance(code, int) else 0)


def _interrupted(number: int, frame: FrameType | None) -> None:
    raise KeyboardInterrupt
