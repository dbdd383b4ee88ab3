"""Manifest: what a folder of many tracks holds, so that the next run makes only what is missing, changed or damaged.

It is an SQLite file with a row for each code. Of what was asked for it keeps a salted hash and no word.

Its journal is SQLite's plain one, not a write-ahead log: the log's index is memory that processes share, which a
network disk does not have, and its files would stay beside the manifest after a kill. Of the plain journal nothing
is left between two writings; a kill or a power cut within one leaves it there, and whoever opens the manifest next
goes back to the row as it was. A writing a track costs nothing beside making the track.
"""

import contextlib
import errno
import hashlib
import hmac
import json
import re
import secrets
import shutil
import sqlite3
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, get_args

from mettavox import lock, output
from mettavox.digest import sha256
from mettavox.errors import OutputError

NAME = "manifest.sqlite"
VERSION = 1

State = Literal["making", "made", "failed"]

_LOCK = ".manifest.lock"
_APPLICATION = 0x6D747678
"""Any number that other programs' files do not have (SQLite's ``application_id``): “mtvx”."""

# With the codes in one table that is its own index, there is no second place to disagree with the first.
# Codes alike but for case are one, as their files are on many disks.
_SCHEMA = {
    "manifest": "CREATE TABLE manifest (salt BLOB NOT NULL, seal TEXT NOT NULL)",
    "entry": (
        "CREATE TABLE entry (code TEXT PRIMARY KEY COLLATE NOCASE NOT NULL, request_hash TEXT NOT NULL, "
        "state TEXT NOT NULL, frames INTEGER NOT NULL, rate INTEGER NOT NULL, voice_lufs REAL NOT NULL, "
        "peak_dbtp REAL NOT NULL, error TEXT NOT NULL, files TEXT NOT NULL, made TEXT NOT NULL, seal TEXT NOT NULL"
        ") WITHOUT ROWID"
    ),
}
_COLUMNS = "code, request_hash, state, frames, rate, voice_lufs, peak_dbtp, error, files, made, seal"

_SALT_BYTES = 32
# Slow on purpose, and as slow as a record's: whoever has the folder can try names one after another. RFC 8018's PBKDF2.
_ROUNDS = 20_000
_PRUDENT = ("trusted_schema=OFF", "cell_size_check=ON")
_WAIT_SECONDS = 10.0
_LIBRARY_HINT = "Give the folder that “mettavox batch ROSTER -o DIR” has made."
_FURTHEST_DB = 200.0
_MOST_FRAMES = 2**53
_HIGHEST_RATE = 768_000
_LONGEST_NAME = 255
_SHA256 = re.compile(r"[0-9a-f]{64}")
_TIME = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{1,6})?(Z|\+00:00)")

_REFUSALS = {
    sqlite3.SQLITE_FULL: errno.ENOSPC,
    sqlite3.SQLITE_READONLY: errno.EACCES,
    sqlite3.SQLITE_PERM: errno.EACCES,
    sqlite3.SQLITE_CANTOPEN: errno.EACCES,
    sqlite3.SQLITE_IOERR: errno.EIO,
}
_IN_USE = (sqlite3.SQLITE_BUSY, sqlite3.SQLITE_LOCKED)


@dataclass(frozen=True, kw_only=True)
class Entry:
    """What is known of one track.

    ``frames`` at ``rate`` hertz, ``voice_lufs`` and ``peak_dbtp`` as they were measured, 0 where there is no track
    yet; ``error`` says why there is none; ``files`` are those in the folder, each with its SHA-256; ``made`` is a
    UTC time such as 2026-05-09T07:35:25Z, or empty. Raises ValueError for what cannot be.
    """

    code: str
    request_hash: str
    state: State
    frames: int = 0
    rate: int = 0
    voice_lufs: float = 0.0
    peak_dbtp: float = 0.0
    error: str = ""
    files: Mapping[str, str] = field(default_factory=dict)
    made: str = ""

    def __post_init__(self) -> None:
        wrong = [name for name, holds in _checked(self).items() if not holds]
        if wrong:
            raise ValueError(f"not an entry of a manifest: {', '.join(wrong)}")


def _checked(entry: Entry) -> dict[str, bool]:
    """Of each value, whether it can be one."""
    return {
        "code": _is_name(entry.code),
        "request_hash": _is_sha256(entry.request_hash),
        "state": isinstance(entry.state, str) and entry.state in get_args(State),
        "frames": _is_whole(entry.frames, _MOST_FRAMES),
        "rate": _is_whole(entry.rate, _HIGHEST_RATE),
        "voice_lufs": _is_level(entry.voice_lufs),
        "peak_dbtp": _is_level(entry.peak_dbtp),
        "error": _is_text(entry.error),
        "files": isinstance(entry.files, Mapping)
        and all(_is_name(name) and _is_sha256(value) for name, value in entry.files.items()),
        "made": isinstance(entry.made, str) and (not entry.made or bool(_TIME.fullmatch(entry.made))),
    }


def _is_text(value: object) -> bool:
    """Whether it can be stored: no half of a letter, and no NUL, at which other programs stop."""
    return isinstance(value, str) and "\0" not in value and not re.search("[\ud800-\udfff]", value)


def _is_name(value: object) -> bool:
    """Whether it is one part of a path: what a manifest names is looked for in its folder only."""
    return (
        _is_text(value)
        and isinstance(value, str)
        and 0 < len(value) <= _LONGEST_NAME
        and value not in (".", "..")
        and not set(value) & set("/\\\r\n")
    )


def _is_sha256(value: object) -> bool:
    return isinstance(value, str) and bool(_SHA256.fullmatch(value))


def _is_whole(value: object, most: int) -> bool:
    return type(value) is int and 0 <= value <= most


def _is_level(value: object) -> bool:
    return isinstance(value, float | int) and not isinstance(value, bool) and abs(value) <= _FURTHEST_DB


class Manifest:
    """A folder's manifest while it is open; for the thread that opened it. Every method raises OutputError."""

    def __init__(self, folder: Path, base: sqlite3.Connection, salt: bytes) -> None:
        self._folder, self._base, self._salt = folder, base, salt

    @classmethod
    @contextlib.contextmanager
    def opened(cls, folder: Path) -> "Iterator[Manifest]":
        """The manifest of a folder, for this process alone until the block ends; both are made when missing.

        Raises OutputError at once when another process has it open, when the file is damaged, is none, or is of a
        newer mettavox, and for whatever the disk refuses. Such a file is left as it is.
        """
        path = folder / NAME
        with contextlib.ExitStack() as until_the_end:
            _lock(folder, until_the_end)
            with output.translated(path):
                if path.is_symlink() or (path.exists() and not path.is_file()):
                    raise _damaged(folder)  # it would lead out of the folder, or is no file at all
            with _translated(folder):
                base = sqlite3.connect(path, timeout=_WAIT_SECONDS, isolation_level=None)
                until_the_end.callback(base.close)
                salt = _salt(folder, base)
                for row in base.execute(f"SELECT {_COLUMNS} FROM entry"):
                    _entry(row, folder, salt)
                _try_writing(base)
            yield cls(folder, base, salt)

    @property
    def salt(self) -> bytes:
        """32 random bytes that are this manifest's as long as it is there."""
        return self._salt

    def request_hash(self, values: Mapping[str, Any], **more: str) -> str:
        """The keyed, slow hash of what was asked for, 64 hexadecimal digits: no name can be read from it.

        The order of the values is of no matter. Takes some milliseconds. Raises TypeError for what JSON does not have.
        """
        text = json.dumps([dict(values), more], sort_keys=True, default=_as_text)
        return hashlib.pbkdf2_hmac("sha256", text.encode("ascii"), self._salt, _ROUNDS).hex()

    def entry(self, code: str) -> Entry | None:
        """What is known of a code, written in capitals or not; None when nothing is."""
        with _translated(self._folder):
            row = self._base.execute(f"SELECT {_COLUMNS} FROM entry WHERE code = ?", (code,)).fetchone()
            return _entry(row, self._folder, self._salt) if row else None

    def entries(self) -> tuple[Entry, ...]:
        """Everything that is known, by code."""
        with _translated(self._folder):
            rows = self._base.execute(f"SELECT {_COLUMNS} FROM entry ORDER BY code").fetchall()
            return tuple(_entry(row, self._folder, self._salt) for row in rows)

    def put(self, entry: Entry) -> None:
        """Keep it, in the place of what was known of its code; when this returns, it survives a power cut."""
        values = _values(entry)
        with _translated(self._folder):
            marks = ", ".join("?" * (len(values) + 1))
            self._base.execute(
                f"INSERT OR REPLACE INTO entry ({_COLUMNS}) VALUES ({marks})", (*values, _seal(values, self._salt))
            )

    def forget(self, code: str) -> None:
        """Keep nothing of a code, written in capitals or not; its bytes are wiped from the file."""
        with _translated(self._folder):
            # secure_delete wipes a row where it lies, but not where it once lay: SQLite moves rows from page to page
            # and leaves what they were in the gaps. Written anew, the file has each row once.
            self._base.execute("VACUUM")
            self._base.execute("DELETE FROM entry WHERE code = ?", (code,))


def read(folder: Path) -> tuple[Entry, ...]:
    """Everything that a folder's manifest tells, by code; nothing is changed there, and a run is not held up.

    Raises OutputError where there is no folder, no manifest, or one that is damaged.
    """
    check_is_library(folder)
    path = folder / NAME
    with _translated(folder):
        try:
            return _read(folder, f"{path.absolute().as_uri()}?mode=ro")
        except sqlite3.OperationalError as error:
            if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_READONLY:
                raise
        # A run was killed within a writing, and to go back to the row before it is one, too.
        with tempfile.TemporaryDirectory(prefix="mettavox-") as scratch:
            for each in folder.glob(f"{NAME}*"):
                shutil.copyfile(each, Path(scratch) / each.name)
            return _read(folder, (Path(scratch) / NAME).as_uri())


def check_is_library(folder: Path) -> None:
    """Raise OutputError where there is no folder, or no manifest in it."""
    with output.translated(folder):
        if not folder.exists():
            raise OutputError(f"There is no folder “{folder}”.", hint="Check the path.")
        if not folder.is_dir():
            raise OutputError(f"“{folder}” is a file, not a folder.", hint=_LIBRARY_HINT)
        if not (folder / NAME).exists():
            raise OutputError(f"“{folder}” is no library: there is no {NAME} in it.", hint=_LIBRARY_HINT)
        if (folder / NAME).is_symlink() or not (folder / NAME).is_file():
            raise _damaged(folder)


def is_in_use(folder: Path) -> bool:
    """Whether a run works in the folder now. Raises OutputError."""
    with output.translated(folder):
        return lock.is_held(folder / _LOCK)


def is_ours(name: str) -> bool:
    """Whether a file of that name in the folder belongs to the manifest itself."""
    return name == _LOCK or name.startswith(NAME)


def stale(folder: Path, entry: Entry | None, request_hash: str) -> str:
    """Nothing when the finished track is there and whole, and what is asked for now; or why not, in a word.

    “new”, “changed”, “failed”, “interrupted”, “missing” or “damaged”, the first that holds.
    """
    if entry is None:
        return "new"
    if entry.request_hash != request_hash:
        return "changed"
    if entry.state != "made":
        return "failed" if entry.state == "failed" else "interrupted"
    if not entry.files or not all((folder / name).is_file() for name in entry.files):
        return "missing"
    try:
        whole = all(sha256(folder / name) == known for name, known in entry.files.items())
    except OSError:
        return "damaged"
    return "" if whole else "damaged"


# --- opening ---


def _lock(folder: Path, until_the_end: contextlib.ExitStack) -> None:
    with output.translated(folder):
        if folder.exists() and not folder.is_dir():
            raise OutputError(f"“{folder}” is a file, not a folder.", hint="Choose another folder with -o.")
        try:
            until_the_end.enter_context(lock.held(folder / _LOCK, wait=False))
        except BlockingIOError as error:
            raise OutputError(
                f"Another run works in this folder: “{folder}”.",
                hint="Wait until it is done, or choose another folder.",
            ) from error


def _read(folder: Path, uri: str) -> tuple[Entry, ...]:
    with contextlib.closing(sqlite3.connect(uri, uri=True, timeout=_WAIT_SECONDS, isolation_level=None)) as base:
        for pragma in _PRUDENT:
            base.execute(f"PRAGMA {pragma}")
        if not _number(base, "page_count"):
            if (folder / NAME).stat().st_size:
                raise _damaged(folder)
            return ()  # killed before the first row
        salt = _checked_salt(folder, base)
        rows = base.execute(f"SELECT {_COLUMNS} FROM entry ORDER BY code").fetchall()
        return tuple(_entry(row, folder, salt) for row in rows)


def _salt(folder: Path, base: sqlite3.Connection) -> bytes:
    """The salt of a manifest that is whole as far as SQLite can tell. An empty one is made; it is not damaged:
    a kill before the first row leaves it so, and it tells of no track."""
    for pragma in (*_PRUDENT, "secure_delete=ON", "synchronous=FULL", "temp_store=MEMORY"):
        base.execute(f"PRAGMA {pragma}")
    if not _number(base, "page_count"):
        if (folder / NAME).stat().st_size:
            raise _damaged(folder)
        _create(base)
    salt = _checked_salt(folder, base)
    base.execute("PRAGMA journal_mode=DELETE")  # where someone has chosen another
    return salt


def _checked_salt(folder: Path, base: sqlite3.Connection) -> bytes:
    """The salt, when everything holds that can be told without its rows."""
    if _number(base, "application_id") != _APPLICATION:
        raise _damaged(folder)
    if _number(base, "user_version") > VERSION:
        raise OutputError(
            f"The manifest of “{folder}” is of a newer version of mettavox.",
            hint="Update mettavox, or choose another folder with -o.",
        )
    schema = dict(base.execute("SELECT name, sql FROM sqlite_schema"))
    if _number(base, "user_version") != VERSION or schema != _SCHEMA:
        raise _damaged(folder)
    if base.execute("PRAGMA integrity_check").fetchall() != [("ok",)]:
        raise _damaged(folder)
    rows = base.execute("SELECT salt, seal FROM manifest").fetchall()
    if len(rows) != 1 or not isinstance(rows[0][0], bytes) or hashlib.sha256(rows[0][0]).hexdigest() != rows[0][1]:
        raise _damaged(folder)
    return bytes(rows[0][0])


def _create(base: sqlite3.Connection) -> None:
    salt = secrets.token_bytes(_SALT_BYTES)
    base.execute("BEGIN EXCLUSIVE")
    for statement in _SCHEMA.values():
        base.execute(statement)
    base.execute("INSERT INTO manifest VALUES (?, ?)", (salt, hashlib.sha256(salt).hexdigest()))
    base.execute(f"PRAGMA application_id={_APPLICATION}")
    base.execute(f"PRAGMA user_version={VERSION}")
    base.execute("COMMIT")


def _try_writing(base: sqlite3.Connection) -> None:
    """Better now than after the first track. It also clears away the journal of a killed run that had changed nothing
    yet, and is one that SQLite carries out: it leaves out an UPDATE to the same."""
    base.execute(f"PRAGMA user_version={VERSION}")


def _number(base: sqlite3.Connection, pragma: str) -> int:
    return int(base.execute(f"PRAGMA {pragma}").fetchone()[0])


# --- rows ---


def _values(entry: Entry) -> tuple[str | int | float, ...]:
    """A row but for its seal."""
    return (
        entry.code,
        entry.request_hash,
        entry.state,
        entry.frames,
        entry.rate,
        float(entry.voice_lufs) + 0.0,  # SQLite has no -0.0
        float(entry.peak_dbtp) + 0.0,
        entry.error,
        json.dumps(dict(entry.files), sort_keys=True),
        entry.made,
    )


def _seal(values: tuple[str | int | float, ...], salt: bytes) -> str:
    """SQLite tells when its pages do not hang together, not when a digit of a number is another."""
    return hmac.new(salt, json.dumps(values).encode("ascii"), "sha256").hexdigest()


def _entry(row: tuple[Any, ...], folder: Path, salt: bytes) -> Entry:
    """A row as it was put. Raises OutputError when it is not."""
    *values, seal = row
    try:
        if _seal(tuple(values), salt) != seal:
            raise _damaged(folder)
        kept = dict(zip(_COLUMNS.split(", ")[:-1], values, strict=True))
        return Entry(**kept | {"files": json.loads(kept["files"])})
    except (TypeError, ValueError, RecursionError) as error:
        raise _damaged(folder) from error


def _as_text(value: object) -> str:
    if isinstance(value, Path):
        return str(value)
    raise TypeError(f"no hash of a {type(value).__name__}")


# --- errors ---


@contextlib.contextmanager
def _translated(folder: Path) -> Iterator[None]:
    """What SQLite says in this block, as an OutputError."""
    with output.translated(folder / NAME):
        try:
            yield
        except sqlite3.ProgrammingError:
            raise  # a bug of ours
        except UnicodeDecodeError as error:  # of SQLite's own words about a damaged table
            raise _damaged(folder) from error
        except sqlite3.Error as error:
            code = getattr(error, "sqlite_errorcode", sqlite3.SQLITE_CORRUPT) & 0xFF  # the rest is detail
            if code in _REFUSALS:
                raise OSError(_REFUSALS[code], "the disk reports an error") from error
            raise (_in_use(folder) if code in _IN_USE else _damaged(folder)) from error


def _in_use(folder: Path) -> OutputError:
    return OutputError(
        f"Another program has the manifest of “{folder}” open.", hint=f"Close what has {NAME} open, and try again."
    )


def _damaged(folder: Path) -> OutputError:
    return OutputError(
        f"The manifest of “{folder}” is damaged.",
        hint=f"Rename {NAME} in it, and run again with --force: every track will be made again.",
    )
