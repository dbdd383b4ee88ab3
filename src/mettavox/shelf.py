"""A shelf: bytes kept between runs by their names, whole or not at all, checked on reading, bounded in size."""

import contextlib
import hashlib
import os
import tempfile
import time
from collections.abc import Iterable
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

if TYPE_CHECKING:
    from mettavox.reel import Disk

LARGEST_BYTES = 512 * 1024 * 1024
"""When a shelf holds more than this, what was not used for longest goes."""

_LEFT_SECONDS = 3600
_AT_ONCE = 1 << 16
_DIGEST_BYTES = hashlib.sha256().digest_size


class Shelf:
    """A folder of files with one ending. It never fails: one that cannot be read or written is an empty one.

    ``mark`` begins every file and says what is in it, and in which version.
    """

    def __init__(self, folder: Path, suffix: str, mark: bytes, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self._folder = folder
        self._suffix = suffix
        self._mark = mark
        self._largest = largest_bytes
        self._has_grown = False

    def get(self, name: str) -> bytes | None:
        """What was put there under that name, or None; a damaged file is removed."""
        path = self._path(name)
        try:
            content = self._content(path)
        except OSError:
            return None
        with contextlib.suppress(OSError):
            if content is None:
                path.unlink()
            else:
                os.utime(path)  # the latest use decides what is dropped first
        return content

    def opened(self, name: str) -> "tuple[Disk, int] | None":
        """What was put there, as a file that is open and the place at which it begins: for what is large. None as
        ``get`` has it.
        """
        from mettavox.reel import Disk  # it brings numpy, which what looks after shelves does not need

        path = self._path(name)
        try:
            disk = Disk(path.open("rb", buffering=0))
            whole = self._is_whole(disk.file)
        except OSError:
            return None
        with contextlib.suppress(OSError):
            if whole:
                os.utime(path)
            else:
                path.unlink()
        return (disk, len(self._mark) + _DIGEST_BYTES) if whole else None

    def put(self, name: str, parts: bytes | Iterable[bytes | memoryview]) -> None:
        """Keep these parts as one, readable by its owner alone."""
        path = self._path(name)
        self._has_grown = True
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, scratch = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    digest = hashlib.sha256()
                    file.write(self._mark + bytes(_DIGEST_BYTES))
                    for part in [parts] if isinstance(parts, bytes) else parts:
                        digest.update(part)
                        file.write(part)
                    file.seek(len(self._mark))
                    file.write(digest.digest())
                Path(scratch).replace(path)
            except BaseException:
                Path(scratch).unlink(missing_ok=True)
                raise

    def trim(self) -> None:
        """Drop what was not used for longest until the shelf is within its size, if anything was put there."""
        if not self._has_grown:
            return
        self._has_grown = False
        with contextlib.suppress(OSError):
            for left in self._folder.rglob("*.part"):  # of a process that was killed
                if time.time() - left.stat().st_mtime > _LEFT_SECONDS:
                    left.unlink(missing_ok=True)
            entries = self._folder.rglob(f"*{self._suffix}")
            found = [(entry.stat().st_mtime, entry.stat().st_size, entry) for entry in entries]
            size = sum(bytes_ for _, bytes_, _ in found)
            for _, bytes_, entry in sorted(found, key=lambda item: item[0]):
                if size <= self._largest:
                    break
                entry.unlink(missing_ok=True)
                size -= bytes_

    def clear(self) -> int:
        """Drop everything, and what was left half-written; gives how many there were. What the disk keeps is counted
        by ``left``."""
        dropped = 0
        for entry in self._entries():
            with contextlib.suppress(OSError):
                entry.unlink()
                dropped += entry.suffix == self._suffix
        return dropped

    def left(self) -> int:
        """How many files there are."""
        return len(self._entries())

    def _entries(self) -> list[Path]:
        with contextlib.suppress(OSError):
            return [each for each in self._folder.rglob("*") if each.suffix in (self._suffix, ".part")]
        return []

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}{self._suffix}"

    def _content(self, path: Path) -> bytes | None:
        """What the file holds, or None where it is damaged. What is large is in memory once."""
        with path.open("rb", buffering=0) as file:
            mark, digest = file.read(len(self._mark)), file.read(_DIGEST_BYTES)
            content = file.readall() if mark == self._mark else b""
        return content if mark == self._mark and hashlib.sha256(content).digest() == digest else None

    def _is_whole(self, file: BinaryIO) -> bool:
        mark, told = file.read(len(self._mark)), file.read(_DIGEST_BYTES)
        digest = hashlib.sha256()
        while mark == self._mark and (part := file.read(_AT_ONCE)):
            digest.update(part)
        return mark == self._mark and digest.digest() == told
