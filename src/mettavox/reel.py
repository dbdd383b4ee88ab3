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
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from mettavox import output

Sound = NDArray[Any]
"""Samples of any type, shape ``(frames,)``."""
_Key = TypeVar("_Key")


class _Scratch:
    """A file without a name, which is gone when nobody has this any more."""

    def __init__(self) -> None:
        self.file: Any = tempfile.TemporaryFile(prefix="mettavox-", buffering=0)  # noqa: SIM115 - closed as said
        weakref.finalize(self, self.file.close)


class Spot:
    """Where a sound lies on a reel; ``len`` is its length in frames."""

    def __init__(self, scratch: _Scratch, at: int, sound: Sound) -> None:
        self._scratch = scratch
        self._at = at
        self._dtype, self._frames = sound.dtype, len(sound)

    def __len__(self) -> int:
        return self._frames

    def read(self) -> Sound:
        """The sound, as it was, and the reader's own. Raises OutputError where the disk does not give it back."""
        sound: Sound = np.empty(self._frames, dtype=self._dtype)
        with output.translated(Path(tempfile.gettempdir())):
            self._scratch.file.seek(self._at)
            if self._scratch.file.readinto(sound.data.cast("B")) < sound.nbytes:
                raise OSError(errno.EIO, os.strerror(errno.EIO))
        return sound


Kept = Spot | Sound
"""What lies on a reel, or, where no disk has room for it, the sound itself."""


class Reel:
    """Takes sounds, one after the other. Its file is made for the first of them."""

    def __init__(self) -> None:
        self._scratch: _Scratch | None = None
        self._end = 0

    def keep(self, sound: Sound) -> Kept:
        """Have a sound lie here."""
        if not len(sound):
            return sound
        try:
            if self._scratch is None:
                self._scratch = _Scratch()
            self._scratch.file.seek(self._end)
            written = self._scratch.file.write(np.ascontiguousarray(sound).data.cast("B"))
        except OSError:
            return sound
        if written < sound.nbytes:  # a disk takes what it has room for
            return sound
        self._end += written
        return Spot(self._scratch, self._end - written, sound)


def read(kept: Kept) -> Sound:
    """The sound, wherever it lies."""
    return kept.read() if isinstance(kept, Spot) else kept


class Sounds(Mapping[_Key, Sound]):
    """Sounds by what they are sounds of. The last one that was asked for is at hand: mostly it is asked for again."""

    def __init__(self, kept: Mapping[_Key, Kept]) -> None:
        self.kept = kept
        self._last: tuple[_Key, Sound] | None = None

    def __getitem__(self, key: _Key) -> Sound:
        if self._last is None or self._last[0] != key:
            self._last = key, read(self.kept[key])
        return self._last[1]

    def __iter__(self) -> Iterator[_Key]:
        return iter(self.kept)

    def __len__(self) -> int:
        return len(self.kept)
