"""A reel: sounds that lie in a scratch file for as long as somebody wants one of them, and are read one at a time.

A track's clips together are far more than what is worked on at a time. They are read, for a map of the file would count
as memory, page by page.
"""

import errno
import os
import tempfile
import weakref
from collections.abc import Iterator, Mapping
from pathlib import Path
from threading import Lock
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mettavox import output

Sound = NDArray[Any]
"""Samples of any type, shape ``(frames,)``, or MP3 frames, shape ``(count, bytes)``."""
_Key = TypeVar("_Key")


class Disk:
    """A file that is open for as long as somebody has this; ``lock`` is for its one place of reading and writing."""

    def __init__(self, file: Any) -> None:
        self.file = file
        self.lock = Lock()
        weakref.finalize(self, file.close)


class Spot:
    """Where a sound lies on a disk; ``len`` is its length in frames."""

    def __init__(self, disk: Disk, at: int, dtype: np.dtype[Any], shape: tuple[int, ...]) -> None:
        self._disk = disk
        self._at = at
        self.dtype = dtype
        self.shape = shape

    def __len__(self) -> int:
        return self.shape[0]

    def read(self) -> Sound:
        """The sound, as it was, and the reader's own. Raises OutputError where the disk does not give it back."""
        sound: Sound = np.empty(self.shape, dtype=self.dtype)
        if not sound.nbytes:
            return sound
        with output.translated(Path(tempfile.gettempdir())), self._disk.lock:
            self._disk.file.seek(self._at)
            if self._disk.file.readinto(sound.data.cast("B")) < sound.nbytes:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        return sound


Kept = Spot | Sound
"""What lies on a reel, or, where no disk has room for it, the sound itself."""


class Reel:
    """Takes sounds, one after the other. Its file has no name, and is made for the first of them."""

    def __init__(self) -> None:
        self._disk: Disk | None = None
        self._end = 0

    def keep(self, sound: Sound) -> Kept:
        """Have a sound lie here."""
        if not len(sound):
            return sound
        try:
            if self._disk is None:
                self._disk = Disk(tempfile.TemporaryFile(prefix="mettavox-", buffering=0))  # noqa: SIM115 - see Disk
            with self._disk.lock:
                self._disk.file.seek(self._end)
                written = self._disk.file.write(np.ascontiguousarray(sound).data.cast("B"))
        except OSError:
            return sound
        if written < sound.nbytes:  # a disk takes what it has room for
            return sound
        self._end += written
        return Spot(self._disk, self._end - written, sound.dtype, sound.shape)


def read(kept: Kept) -> Sound:
    """The sound, wherever it lies."""
    return kept.read() if isinstance(kept, Spot) else kept


class Sounds(Mapping[_Key, Sound]):
    """Sounds by what they are sounds of. The last one that was asked for is at hand: mostly it is asked for again."""

    def __init__(self, kept: Mapping[_Key, Kept]) -> None:
        self.kept = kept
        self._last: tuple[_Key, Sound] | None = None

    def __getitem__(self, key: _Key) -> Sound:
        last = self._last  # another thread may ask for another
        if last is None or last[0] != key:
            self._last = last = key, read(self.kept[key])
        return last[1]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept)
