"""Batch report: what a run on a roster made, kept and could not make; as a page, too. Codes and rows, never names."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, get_args

from mettavox import handout, phrasebook
from mettavox.handout import fill
from mettavox.roster import Problem
from mettavox.units import clock

FILE = "report.html"
"""In the folder of tracks."""

State = Literal["made", "kept", "failed", "left"]


@dataclass(frozen=True, kw_only=True)
class Result:
    """A row's track after a run: made now, kept from before, failed, or left alone since it was not asked for.

    ``why`` is the reason to make it, as ``manifest.stale`` has it; ``seconds`` its length; 0 where there is no track.
    """

    row: int
    code: str
    state: State
    why: str = ""
    file: str = ""
    seconds: float = 0.0
    voice_lufs: float = 0.0
    peak_dbtp: float = 0.0
    seconds_taken: float = 0.0
    error: str = ""
    hint: str = ""


@dataclass(frozen=True, kw_only=True)
class Report:
    """A run: what became of each good row, what is wrong with the others, and what a person should be told."""

    results: tuple[Result, ...]
    problems: tuple[Problem, ...] = ()
    notes: tuple[str, ...] = ()
    seconds_taken: float = 0.0

    def of(self, state: State) -> tuple[Result, ...]:
        """The results of that state."""
        return tuple(result for result in self.results if result.state == state)

    @property
    def made(self) -> int:
        """How many tracks were made."""
        return len(self.of("made"))

    @property
    def kept(self) -> int:
        """How many were there, whole and as asked for."""
        return len(self.of("kept"))

    @property
    def failed(self) -> int:
        """How many could not be made, rows with problems not counted."""
        return len(self.of("failed"))

    @property
    def seconds(self) -> float:
        """The length of what was made and kept, together."""
        return sum(result.seconds for result in self.results if result.state in ("made", "kept"))

    @property
    def holds(self) -> bool:
        """Whether every row that was asked for has its track."""
        return not self.failed and not self.problems


class Pace:
    """How fast a run goes, for whoever waits: ``made`` are the tracks that were made or failed since the start."""

    def __init__(self) -> None:
        self.made = 0
        self._started = time.monotonic()

    def hear(self, result: Result) -> None:
        """Count a result; what is kept comes first, and takes no time worth counting."""
        if result.state == "kept":
            self._started = time.monotonic()
        else:
            self.made += 1

    def told(self, left: int) -> tuple[float, int] | None:
        """How many tracks a minute, and in how many seconds so many are done; None before the first."""
        passed = time.monotonic() - self._started
        return (self.made / passed * 60, round(passed / self.made * left)) if self.made and passed else None


def page(report: Report, *, when: datetime, language: str = "en", said: Callable[[str], str] = str) -> str:
    """The report as HTML that asks for nothing from elsewhere; ``when`` is a time in UTC.

    It is in a ``language`` that has words for it, and ``said`` gives what makers say in that.
    """
    words = phrasebook.read_yaml("scripts", (language, "shared", "report.yaml"), None)
    counts = [(state, len(report.of(state))) for state in get_args(State)]
    return handout.page(
        "report.html",
        language,
        words,
        title=words["title"],
        credit=words["credit"],
        report=report,
        counts=[fill(words["counts"][state], count=count) for state, count in counts if count],
        when=f"{when:%Y-%m-%d %H:%M} UTC",
        taken=clock(round(report.seconds_taken)),
        clock=lambda seconds: clock(round(seconds, 1)),
        figure=lambda number: f"{number:.1f}".replace(".", words["decimal"]),
        said=said,
    )
