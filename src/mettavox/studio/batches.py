"""Batches: tables of tracks that are written in the studio, and the runs that make them into libraries.

A table has names in it. It is in memory, and for as long as not all of it is made in a file that only its owner can
read, so that a restart finds it; nothing of it is ever in an address or a log.
"""

import contextlib
import json
import os
import re
import secrets
import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from mettavox import batch, batchreport, draft, output
from mettavox.batch import Pool
from mettavox.batchreport import Pace, Report, Result
from mettavox.draft import Draft
from mettavox.errors import RequestError
from mettavox.roster import Table
from mettavox.studio.works import Told, Work, Works
from mettavox.workers import Workers

POOL: Pool = Workers
"""What makes several tracks at once."""

_ID = re.compile(r"[0-9a-f]{16}")


@dataclass(kw_only=True, eq=False)
class Batch:
    """A table, the library that it goes to, and how far its run is; whoever reads or changes it has its ``lock``.

    ``results`` are by row, and ``begun`` are the rows that are with a worker. ``steps`` are the rows to which something
    happened in this run, in that order. ``library`` is the name of a ``folder``, and is empty before it is chosen;
    ``started`` says whether it ever ran. ``heard_by`` are the voices that were here when its page was shown last.
    """

    id: str
    number: int
    draft: Draft = field(repr=False)
    library: str = ""
    folder: Path | None = None
    started: bool = False
    work: Work | None = None
    report: Report | None = None
    results: dict[int, Result] = field(default_factory=dict)
    begun: set[int] = field(default_factory=set)
    steps: list[int] = field(default_factory=list)
    done: int = 0
    total: int = 0
    pace: Pace = field(default_factory=Pace)
    heard_by: tuple[str, ...] = ()
    lock: Any = field(default_factory=threading.RLock, repr=False)

    @property
    def state(self) -> str:
        """That of its run, or “unfinished” where an earlier start of the studio has begun it, or “written”."""
        if self.work is None:
            return "unfinished" if self.started else "written"
        return self.work.state

    @property
    def is_running(self) -> bool:
        """Whether its table must stay as it is."""
        return self.work is not None and not self.work.is_done

    def state_of(self, row: int) -> str:
        """“waiting”, “working”, “made”, “kept”, “failed”, or “left” where the run did not look at it."""
        if row in self.results:
            return self.results[row].state
        return "working" if row in self.begun and self.is_running else "waiting"

    def count(self, *states: str) -> int:
        """How many rows have come to one of these states; more may come while they are counted."""
        return sum(result.state in states for result in list(self.results.values()))


class Batches:
    """All tables since the start, and those that an earlier one has left unfinished."""

    def __init__(self, works: Works) -> None:
        self._works = works
        self._kept = works.kept / "tables"
        self._all: dict[str, Batch] = {}
        self._count = 0
        for file in sorted(self._kept.glob("*.json")) if self._kept.is_dir() else ():
            self._find(file)
        for half in self._kept.glob("*.part") if self._kept.is_dir() else ():  # of a start that was killed
            with contextlib.suppress(OSError):
                half.unlink()

    def all(self) -> list[Batch]:
        """Every one, the newest first."""
        return list(reversed(self._all.values()))

    def unfinished(self) -> list[Batch]:
        """Those that are kept in files, and are not being made now."""
        return [each for each in self.all() if not each.is_running and (self._kept / f"{each.id}.json").is_file()]

    def get(self, name: str) -> Batch | None:
        """The one of that id."""
        return self._all.get(name)

    def add(self, table: Table | None = None, language: str = "en") -> Batch:
        """A table as it was read, or an empty one; its rows are in that language where they do not say another."""
        self._count += 1
        made = Batch(id=secrets.token_hex(8), number=self._count, draft=Draft(table, language))
        self._all[made.id] = made
        self.keep(made)
        return made

    def keep(self, one: Batch) -> None:
        """Have a restart find it as it is now. What the disk refuses is no reason not to go on writing."""
        with one.lock, contextlib.suppress(OSError):
            self._kept.mkdir(parents=True, exist_ok=True, mode=0o700)
            folder = str(one.folder.absolute()) if one.folder else ""
            table = {"library": one.library, "folder": folder, "started": one.started, **draft.kept(one.draft)}
            path = self._kept / f"{one.id}.part"
            path.unlink(missing_ok=True)
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                json.dump(table, file, ensure_ascii=False)
            path.replace(self._kept / f"{one.id}.json")

    def forget(self, one: Batch) -> None:
        """Let go of a table for good; its tracks stay. One that is being made goes on."""
        if not one.is_running:
            self._all.pop(one.id, None)
            self._let_go(one)

    def start(self, one: Batch, folder: Path, page: Callable[..., str] = batchreport.page) -> None:
        """Put it in the line of works, to be made into ``folder``: what is not there yet, and what failed before;
        ``page`` writes its report.

        Raises RequestError where no row can be made.
        """
        with one.lock:
            if one.is_running:
                return
            looked = one.draft.look(anew=True)
            if not looked.roster.rows:
                raise RequestError("No row of the table can be made yet.", hint="Put right what is marked in it.")
            one.library, one.folder, one.started = folder.name, folder, True
            one.report, one.steps, one.pace = None, [], Pace()
            one.done = one.total = 0
            one.begun.clear()
            one.results.clear()
            one.work = Work(
                id=one.id,
                options={},
                output=folder.parent,
                do=_Run(self, one, looked.roster, folder, page),
            )
            self.keep(one)
        self._works.line_up(one.work)

    def cancel(self, one: Batch) -> None:
        """Stop its run: what is finished stays, and starting it again goes on."""
        if one.work is not None:
            self._works.cancel(one.work)

    def wait(self, one: Batch, seen: tuple[Any, ...], seconds: float) -> tuple[Any, ...]:
        """Its state, of how many rows, and how many steps there were, as soon as that is not what was ``seen``."""
        assert one.work is not None
        return self._works.wait(one.work, seen, seconds, lambda work: (work.state, one.total, len(one.steps)))

    def made(self, one: Batch) -> None:
        """Nothing of a table is kept once all of it is there."""
        if one.report is not None and one.report.holds:
            self._let_go(one)

    def _let_go(self, one: Batch) -> None:
        for suffix in (".json", ".part"):
            with contextlib.suppress(OSError):
                (self._kept / f"{one.id}{suffix}").unlink(missing_ok=True)

    def _find(self, file: Path) -> None:
        try:
            table = json.loads(file.read_text("utf-8"))
            written = draft.found(table)
            library, started = str(table["library"]), table["started"] is True
            folder = Path(table["folder"]) if table["folder"] else None
        except (OSError, ValueError, LookupError, TypeError):
            with contextlib.suppress(OSError):
                file.unlink()
            return
        if _ID.fullmatch(file.stem):
            self._count += 1
            self._all[file.stem] = Batch(
                id=file.stem, number=self._count, draft=written, library=library, folder=folder, started=started
            )


class _Run:
    """What a work does to make a table's tracks."""

    def __init__(self, batches: Batches, one: Batch, roster: Any, folder: Path, page: Callable[..., str]) -> None:
        self._batches, self._one, self._roster, self._folder = batches, one, roster, folder
        self._page = page
        self._rows = {row.code: row.number for row in roster.rows}

    def __call__(self, told: Told) -> None:
        one = self._one

        def share() -> float:
            return one.done / one.total if one.total else 0.0

        def begun(code: str) -> None:
            one.begun.add(self._rows[code])
            one.steps.append(self._rows[code])
            told("making", share())

        def progress(result: Result | None, done: int, total: int) -> None:
            one.done, one.total = done, total
            if result is not None:
                one.pace.hear(result)
                one.results[result.row] = result
                one.steps.append(result.row)
            told("making", share())

        with output.translated(self._folder.parent):
            self._folder.parent.mkdir(parents=True, exist_ok=True)
        try:
            report = batch.build(
                self._roster,
                self._folder,
                progress=progress,
                begun=begun,
                beat=lambda: told("making", share()),
                pool=_pool,
                page=self._page,
            )
        finally:
            one.begun.clear()
        with one.lock:
            one.report = report
            one.results = {result.row: result for result in report.results}
        self._batches.made(one)


def _pool(count: int) -> Any:
    return POOL(count)
