"""An episode as it is: its sound's kind, its chapters and the captions beside it; and the track that goes into it."""

import errno
import json
import os
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mettavox import record
from mettavox.beside import beside_path
from mettavox.codecs import id3keep, probe
from mettavox.codecs.probe import Facts
from mettavox.errors import CodecError, RecordError, RequestError
from mettavox.record import Record
from mettavox.retime import Mark
from mettavox.splicing import intercut
from mettavox.splicing.intercut import Captions
from mettavox.suggest import nearest
from mettavox.units import LONGEST_SECONDS, clock

CHAPTERS = ".chapters.json"
CAPTIONS = (".vtt", ".srt")

_MOST_DIGITS = 4
_BESIDE_HINT = "Mend it, or move it away to do without it."


@dataclass(frozen=True, kw_only=True)
class Episode:
    """``marks`` are its chapters, ``table`` the podcast chapters beside it with all that is in them, or None.

    ``captions`` are those beside it, by their suffix.
    """

    path: Path
    facts: Facts
    marks: tuple[Mark, ...]
    table: Mapping[str, Any] | None
    captions: Mapping[str, Captions]

    @property
    def title(self) -> str:
        """What it is called, or else its file."""
        return " ".join(self.facts.title.split()) or self.path.stem


@dataclass(frozen=True, kw_only=True)
class Track:
    """``known`` is its record, where it has one, and ``title`` what that calls its practice; never a person's name."""

    path: Path
    facts: Facts
    known: Record | None
    title: str
    notes: tuple[str, ...] = ()


def read(path: Path) -> Episode:
    """The episode in a file. Raises RequestError when it cannot be read, CodecError when it, or what lies beside it, is
    not as it has to be."""
    _check_readable(path, "episode")
    facts = _facts(path)
    table = _table(path)
    captions = {suffix: found for suffix in CAPTIONS if (found := _captions(beside_path(path, suffix))) is not None}
    return Episode(path=path, facts=facts, marks=_marks(path, facts, table), table=table, captions=captions)


def read_track(path: Path) -> Track:
    """The track in a file of any format, made here or not. Raises RequestError, and CodecError when it is not sound."""
    _check_readable(path, "track")
    facts = _facts(path)
    beside = beside_path(path, record.SUFFIX)
    if not beside.is_file():
        return Track(path=path, facts=facts, known=None, title="")
    try:
        known = record.read(beside)
    except RecordError:
        note = f"“{beside.name}” is not a record that can be used; the track's voice was found by listening."
        return Track(path=path, facts=facts, known=None, title="", notes=(note,))
    return Track(path=path, facts=facts, known=known, title=known.title.rpartition(" (")[0] or known.title)


def track_captions(track: Track, suffix: str) -> Captions | None:
    """The captions beside a track, in the form of that suffix; None where there are none."""
    same = _captions(beside_path(track.path, suffix))
    if same is not None:
        return same
    (other,) = (each for each in CAPTIONS if each != suffix)
    found = _captions(beside_path(track.path, other))
    if found is None:
        return None
    return intercut.for_srt(found) if suffix == ".srt" else intercut.for_vtt(found)


def _check_readable(path: Path, what: str) -> None:
    try:
        os.close(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)))
        if not path.is_file():
            raise OSError(errno.EISDIR, "it is not a file")
    except (OSError, ValueError) as error:
        missing = isinstance(error, FileNotFoundError)
        why = "there is no such file" if missing else (getattr(error, "strerror", "") or "it is not a file").lower()
        raise RequestError(f"The {what} “{path.name}” cannot be read: {why}.", hint="Check the path.") from error


def _facts(path: Path) -> Facts:
    try:
        return probe.facts(path)
    except OSError as error:
        raise RequestError(f"“{path.name}” cannot be read: {error.strerror}.", hint="Check the path.") from error


# --- chapters ---


def chapter(marks: Sequence[Mark], wanted: str) -> Mark:
    """The chapter of that title, or of that number from 1 on. Raises RequestError, which names the nearest."""
    if not marks:
        raise RequestError("The episode has no chapters.", hint="Give the time with --at.")
    cleaned = " ".join(wanted.split())
    named = [mark for mark in marks if mark.title.casefold() == cleaned.casefold()]
    if len(named) > 1:
        starts = ", ".join(clock(mark.start / 1000) for mark in named)
        raise RequestError(f"{len(named)} chapters have that title.", hint=f"They start at {starts}: choose with --at.")
    if named:
        return named[0]
    if cleaned.isdecimal() and len(cleaned) <= _MOST_DIGITS:
        number = int(cleaned)
        if 1 <= number <= len(marks):
            return marks[number - 1]
        raise RequestError(f"There is no chapter {number}.", hint=f"The episode has {len(marks)}.")
    titles = [mark.title for mark in marks if mark.title]
    raise RequestError(f"The episode has no chapter “{wanted[:40]}”.", hint=nearest(wanted, titles, "Chapters"))


def table_marks(table: Mapping[str, Any]) -> tuple[Mark, ...]:
    """The podcast chapters of a table, each with all that it has as ``payload``."""
    marks = [
        Mark(
            start=round(entry["startTime"] * 1000),
            end=round(entry["endTime"] * 1000) if "endTime" in entry else None,
            title=" ".join(str(entry.get("title", "")).split()),
            payload=entry,
        )
        for entry in table["chapters"]
    ]
    return tuple(sorted(marks, key=lambda mark: mark.start))


def _table(episode: Path) -> Mapping[str, Any] | None:
    """The podcast chapters beside an episode, as they are; None where there are none."""
    path = beside_path(episode, CHAPTERS)
    try:
        table = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError:
        return None
    except (OSError, ValueError, RecursionError) as error:
        raise _bad_chapters(path) from error
    if not isinstance(table, dict) or not isinstance(table.get("chapters"), list):
        raise _bad_chapters(path)
    if not all(isinstance(entry, dict) and _is_timed(entry) for entry in table["chapters"]):
        raise _bad_chapters(path)
    return table


def _is_timed(entry: Mapping[str, Any]) -> bool:
    times = (entry.get("startTime"), entry.get("endTime", 0))
    return all(
        isinstance(time, (int, float)) and not isinstance(time, bool) and 0 <= time <= LONGEST_SECONDS for time in times
    )


def _bad_chapters(path: Path) -> CodecError:
    return CodecError(f"“{path.name}” is not a file of podcast chapters.", hint=_BESIDE_HINT)


def _marks(path: Path, facts: Facts, table: Mapping[str, Any] | None) -> tuple[Mark, ...]:
    """The chapters in the file, or, where there are none, those beside it that a listener sees."""
    found = facts.chapters
    if facts.kind == "mp3":
        with path.open("rb") as file:
            found = id3keep.read(file).chapters or found
    if found or table is None:
        return found
    shown = (mark for mark in table_marks(table) if mark.payload.get("toc", True))
    return tuple(replace(mark, payload=None) for mark in shown)


# --- captions ---


def _captions(path: Path) -> Captions | None:
    try:
        return intercut.read(path.read_text("utf-8-sig"), path.name)
    except FileNotFoundError:
        return None
    except (OSError, UnicodeDecodeError) as error:
        raise CodecError(f"“{path.name}” cannot be read as text in UTF-8.", hint="Save it again as UTF-8.") from error
