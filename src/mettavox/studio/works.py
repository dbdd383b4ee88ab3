"""Works: the tracks that the studio makes, one after the other, each with its progress, until it is there or cancelled.

What was asked for may hold names. It is in memory, and for as long as a track is not finished in a file that only its
owner can read, so that a restart finds it; nothing of it is ever in an address or a log.
"""

import contextlib
import json
import os
import re
import secrets
import threading
from collections import deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal

from mettavox import ask, output, prepare
from mettavox.errors import MettavoxError, OutputError
from mettavox.prepare import Prepared
from mettavox.units import clock, file_stem, name_of

State = Literal["waiting", "working", "made", "failed", "cancelled", "unfinished"]

GOING_ON: tuple[State, ...] = ("waiting", "working")
"""The states of which something more becomes by itself."""

_ID = re.compile(r"[0-9a-f]{16}")
_MOST_COPIES = 999
_OURS = "Sorry: mettavox made a mistake of its own; nothing that you did is wrong."


Told = Callable[[str, float], None]
"""Hears a stage and its share, as makers tell them."""


class Cancelled(Exception):
    """The person wants it no more."""


@dataclass(kw_only=True, eq=False)
class Work:
    """A track to be made, in the folder ``output``. ``options`` are as ``ask`` has them; ``share`` of its ``stage`` is
    done, 0 to 1.

    What is no track has ``do``, which makes it, and tells how far it is; where that raises, it is wanted no more.
    """

    id: str
    options: Mapping[str, Any] = field(repr=False)  # names are in it
    output: Path
    do: "Callable[[Told], None] | None" = field(default=None, repr=False)
    title: str = ""
    state: State = "waiting"
    stage: str = ""
    share: float = 0.0
    path: Path | None = None
    message: str = ""
    hint: str = ""
    wanted: bool = True

    @property
    def is_done(self) -> bool:
        """Whether nothing more will become of it by itself."""
        return self.state not in GOING_ON


class Works:
    """All tracks since the start, and those that an earlier one has left; one thread makes them in their order.

    Tracks go into the folder ``output``, which can be another one for those that come; ``kept`` has what is not
    finished. Other works stand in the same line, since two that are made at once would only slow each other; whoever
    made them keeps them.
    """

    def __init__(self, output: Path, kept: Path, *, make: Callable[..., object] | None = None) -> None:
        self.output = output
        self.kept = kept
        self._make = make
        self._works: dict[str, Work] = {}
        self._line: deque[Work] = deque()
        self._changed = threading.Condition()
        self._open = True
        kept.mkdir(parents=True, exist_ok=True, mode=0o700)
        for file in sorted(kept.glob("*.json")):
            self._find(file)
        self._thread = threading.Thread(target=self._run, name="studio", daemon=True)
        self._thread.start()

    def close(self) -> None:
        """Stop; what is being made stays to be found by the next start."""
        with self._changed:
            self._open = False
            self._changed.notify_all()
        self._thread.join(timeout=10)

    @property
    def is_open(self) -> bool:
        """Whether tracks are still made."""
        return self._open

    def all(self) -> list[Work]:
        """Every one, the newest first."""
        return list(reversed(self._works.values()))

    def get(self, name: str) -> Work | None:
        """The one of that id."""
        return self._works.get(name)

    def add(self, options: Mapping[str, Any]) -> Work:
        """Put a track in the line. Raises what keeps it from being asked for or planned, and OutputError."""
        prepared = prepare.prepare(ask.request(options))
        prepare.plan(prepared)
        work = Work(id=secrets.token_hex(8), options=dict(options), title=_title(prepared), output=self.output)
        self._keep(work)
        with self._changed:
            self._works[work.id] = work
            self._line.append(work)
            self._changed.notify_all()
        return work

    def line_up(self, work: Work) -> None:
        """Put a work that is no track in the line."""
        with self._changed:
            work.state, work.wanted, work.share, work.message, work.hint = "waiting", True, 0.0, "", ""
            self._line.append(work)
            self._changed.notify_all()

    def go_on(self, work: Work) -> None:
        """Put one that an earlier start has left into the line again."""
        with self._changed:
            if work.state == "unfinished":
                work.state, work.wanted = "waiting", True
                self._line.append(work)
                self._changed.notify_all()

    def cancel(self, work: Work) -> None:
        """Stop one that is made or waits, or let go of one that an earlier start has left."""
        with self._changed:
            work.wanted = False
            if work.state in ("waiting", "unfinished"):
                work.state = "cancelled"
                self._let_go(work)
            self._changed.notify_all()

    def forget(self, paths: Iterable[Path]) -> None:
        """Know nothing more of the tracks that were at these paths."""
        gone = {path.resolve() for path in paths}
        with self._changed:
            for work in [each for each in self._works.values() if each.path and each.path.resolve() in gone]:
                del self._works[work.id]

    def wait(
        self, work: Work, seen: tuple[Any, ...], seconds: float, look: Callable[[Any], tuple[Any, ...]] | None = None
    ) -> tuple[Any, ...]:
        """What is to be shown of it, as soon as that is not what was ``seen``, or after so many seconds."""
        look = look or shown
        with self._changed:
            self._changed.wait_for(lambda: look(work) != seen or not self._open, timeout=seconds)
        return look(work)

    # --- making ---

    def _run(self) -> None:
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._line or not self._open)
                if not self._open:
                    return
                work = self._line.popleft()
                if not work.wanted:
                    continue
                work.state = "working"
                self._changed.notify_all()
            self._one(work)
            with self._changed:
                self._changed.notify_all()

    def _one(self, work: Work) -> None:
        def told(stage: str, share: float) -> None:
            if not (work.wanted and self._open):
                raise Cancelled
            with self._changed:
                work.stage, work.share = stage, min(1.0, max(0.0, share))
                self._changed.notify_all()

        try:
            told("", 0.0)
            if work.do is not None:
                work.do(told)
            else:
                self._track(work, told)
            work.state = "made"
        except Cancelled:
            work.state = "unfinished" if work.wanted else "cancelled"
        except MettavoxError as error:
            work.message, work.hint, work.state = (
                error.message,
                error.hint,
                "failed",
            )  # the state last: pages look at any time
        except Exception:
            work.message, work.state = _OURS, "failed"
        if work.state != "unfinished":
            self._let_go(work)

    def _track(self, work: Work, told: Told) -> None:
        from mettavox.render import render  # what makes a track is large, and the first page is there before it

        prepared = prepare.prepare(ask.request(work.options))
        with output.translated(work.output):
            work.output.mkdir(parents=True, exist_ok=True)
            path = _free(work.output, prepared)
            (self._make or render)(prepared, path, progress=told)
        work.path = path

    # --- what is kept ---

    def _keep(self, work: Work) -> None:
        path = self.kept / f"{work.id}.json"
        table = {"title": work.title, "options": dict(work.options), "output": str(work.output.absolute())}
        text = json.dumps(table, ensure_ascii=False)
        try:
            with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w", encoding="utf-8") as file:
                file.write(text)
        except OSError as error:
            self._let_go(work)
            raise OutputError(
                f"What you chose cannot be kept until the track is made: {error.strerror}.",
                hint="Free some space, or check who may write in your home folder.",
            ) from error

    def _let_go(self, work: Work) -> None:
        with contextlib.suppress(OSError):
            (self.kept / f"{work.id}.json").unlink(missing_ok=True)

    def _find(self, file: Path) -> None:
        try:
            table = json.loads(file.read_text("utf-8"))
            options, title, place = table["options"], table["title"], str(table.get("output", ""))
            ask.request(options)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError, MettavoxError):
            with contextlib.suppress(OSError):
                file.unlink()
            return
        if _ID.fullmatch(file.stem):
            folder = Path(place) if place else self.output
            self._works[file.stem] = Work(
                id=file.stem, options=options, title=str(title), output=folder, state="unfinished"
            )


def shown(work: Work) -> tuple[Any, ...]:
    """What a page shows of a work while it is made."""
    return work.state, work.stage, round(work.share, 3)


def _free(folder: Path, prepared: Prepared) -> Path:
    """A name that nothing has, and nothing beside a track: the practice and its length, never a person's."""
    from mettavox.beside import SUFFIXES, beside_path

    stem = f"{name_of(prepared.script.head.id)}-{file_stem(prepared.seconds)}"
    for count in range(1, _MOST_COPIES):
        path = folder / f"{stem}{f'-{count}' if count > 1 else ''}.{prepared.request.format}"
        if not any(map(os.path.lexists, (path, *(beside_path(path, each) for each in SUFFIXES)))):
            return path
    raise OutputError("There are too many tracks of this name.", hint="Move some of them to another folder.")


def _title(prepared: Prepared) -> str:
    return f"{prepared.script.head.title} ({clock(prepared.seconds)})"
