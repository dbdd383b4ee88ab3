"""How the transfer of a file looks: a bar with its rate and the time left on a terminal, a plain line elsewhere."""

import shutil
import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING

import click

from mettavox.cli import report
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.voice import VoiceFile

_WIDTH = 16
_OFTEN_SECONDS = 0.1
_NAME_WIDTH = 20
_A_MEGABYTE = 1_000_000


class Transfer:
    """Hears which file is being fetched and how many of its bytes are there; its line is gone at the end."""

    def __init__(self) -> None:
        self._on = sys.stderr.isatty()
        self._shown = 0
        self._path = ""
        self._begun = 0
        self._since = self._last = 0.0

    def __enter__(self) -> "Transfer":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._show("")

    def __call__(self, file: "VoiceFile", there: int) -> None:
        now = time.monotonic()
        if file.path != self._path:
            self._path, self._begun, self._since, self._last = file.path, there, now, 0.0
            if not self._on:
                report.say(f"Fetching {file.path}, {size(file.bytes)}{_from(there)}")
        if self._on and (now - self._last >= _OFTEN_SECONDS or there == file.bytes):
            self._last = now
            room = shutil.get_terminal_size().columns - 1  # a line that wraps could not be taken away
            self._show(self._line(file, there, now - self._since)[:room])

    def _line(self, file: "VoiceFile", there: int, seconds: float) -> str:
        done = _WIDTH * there // file.bytes
        bar = "█" * done + "░" * (_WIDTH - done)
        name = file.path if len(file.path) <= _NAME_WIDTH else f"{file.path[: _NAME_WIDTH - 1]}…"
        whole = size(file.bytes)
        sizes = f"{size(there, like=file.bytes).split()[0]} of {whole}"
        rate = (there - self._begun) / seconds if seconds else 0.0
        left = f", {rate / 1e6:.1f} MB/s, {clock(round((file.bytes - there) / rate))} left" if rate else ""
        return f"{name} {bar} {sizes}{left}"

    def _show(self, line: str) -> None:
        if not self._on:
            return
        click.echo(f"\r{line}{' ' * (self._shown - len(line))}", err=True, nl=False)
        if not line and self._shown:
            click.echo("\r", err=True, nl=False)
        self._shown = len(line)


def size(count: int, *, like: int | None = None) -> str:
    """So many bytes in words, ``354.0 MB`` or ``13 kB``; in the unit that another count has."""
    return f"{count / 1e6:,.1f} MB" if (like or count) >= _A_MEGABYTE else f"{count / 1e3:,.0f} kB"


def _from(there: int) -> str:
    return f", going on from {size(there)}" if there else ""
