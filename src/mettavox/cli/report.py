"""How results, progress and errors look, and which exit code each error has."""

import contextlib
import errno
import os
import sys
import traceback
from collections.abc import Callable, Iterator
from typing import Any

import click

from mettavox.errors import (
    CodecError,
    DurationError,
    EngineError,
    MettavoxError,
    OutputError,
    RequestError,
    ScriptError,
)  # fmt: skip

debug = False

EXIT_CODES: dict[type[MettavoxError], int] = {
    RequestError: 2,
    ScriptError: 3,
    DurationError: 4,
    EngineError: 5,
    CodecError: 6,
    OutputError: 7,
    MettavoxError: 1,
}
USAGE, SOME_FAILED, BUG, INTERRUPTED = 2, 8, 70, 130


def exit_code(error: MettavoxError) -> int:
    """The exit code of an error: that of the nearest class above it."""
    return next(EXIT_CODES[kind] for kind in type(error).__mro__ if kind in EXIT_CODES)


def failure(error: BaseException) -> int:
    """Say what went wrong on standard error; gives the exit code."""
    if debug:
        traceback.print_exception(error)
    for kinds, tell in _TOLD:
        if isinstance(error, kinds):
            return tell(error)
    if isinstance(error, OSError) and error.errno == errno.ENOSPC:  # in a temporary folder
        return told(OutputError("The disk is full.", hint="Free some space and try again."))
    say("Sorry: mettavox made a mistake of its own; nothing that you did is wrong.")
    say("       Run it again as “mettavox --debug …” and report what it shows, without names of people.")
    return BUG


def told(error: MettavoxError) -> int:
    """Say an error and its hint on standard error; gives the exit code."""
    say(f"Error: {error.message}")
    for line in error.hint.splitlines():
        say(f"       {line}")
    return exit_code(error)


def _stopped(error: BaseException) -> int:
    say("Stopped. Nothing was left behind.")
    return INTERRUPTED


def _reader_gone(error: BaseException) -> int:
    """Whoever read our output has gone; there is nobody left to tell."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _usage(error: click.ClickException) -> int:
    if isinstance(error, click.exceptions.NoArgsIsHelpError):
        say(error.format_message())
        return USAGE
    if "unexpected extra argument" in error.format_message():  # which may be the rest of a name
        return told(RequestError("There are too many words.", hint="Put quotes around a name of several words."))
    say(f"Error: {error.format_message()}")
    context = getattr(error, "ctx", None)
    say(f"       See “{context.command_path if context else 'mettavox'} --help”.")
    return USAGE


_TOLD: tuple[tuple[tuple[type[BaseException], ...], Callable[[Any], int]], ...] = (
    ((click.exceptions.Exit,), lambda error: int(error.exit_code)),
    ((KeyboardInterrupt, click.Abort), _stopped),
    ((BrokenPipeError, SystemExit), _reader_gone),  # click turns the one into the other
    ((click.ClickException,), _usage),
    ((MettavoxError,), told),
)
"""What is done for which errors; the first that fits."""


def flushed() -> int:
    """Flush standard output at the end, where a full disk or a closed pipe still shows; gives the exit code."""
    try:
        sys.stdout.flush()
    except BrokenPipeError as error:
        return failure(error)
    except OSError as error:
        return failure(OutputError(f"The output cannot be written: {error.strerror}.", hint="Check where it goes."))
    return 0


def say(text: str) -> None:
    """A line on standard error; never fails."""
    with contextlib.suppress(OSError, ValueError):
        click.echo(text, err=True)


_STAGES = {"speaking": "Speaking the lines", "encoding": "Laying and encoding", "checking": "Checking the track"}


class ProgressLine:
    """One line on a terminal that says what is being done; nothing at all elsewhere."""

    _WIDTH = 24

    def __init__(self) -> None:
        self._shown = ""
        self.is_on = sys.stderr.isatty()

    def __call__(self, stage: str, share: float) -> None:
        if not self.is_on:
            return
        done = round(self._WIDTH * share)
        bar = "█" * done + "░" * (self._WIDTH - done)
        line = f"{_STAGES.get(stage, stage):<20} {bar} {share:4.0%}"
        if line != self._shown:
            self._shown = line
            click.echo(f"\r{line}", err=True, nl=False)

    def clear(self) -> None:
        """Take the line away."""
        if self._shown:
            click.echo("\r" + " " * len(self._shown) + "\r", err=True, nl=False)
            self._shown = ""


@contextlib.contextmanager
def progress() -> Iterator[Any]:
    """A progress line that is gone when the block ends, however it ends."""
    line = ProgressLine()
    try:
        yield line
    finally:
        line.clear()
