"""MP3 frames kept between runs: what an encoder made of a sound, under the hash of that very sound."""

import hashlib
from collections.abc import Iterable
from pathlib import Path

from mettavox.shelf import LARGEST_BYTES, Shelf

_MARK = b"mettavox frames 1\n"


def key(sound: Iterable[bytes | memoryview], made_with: str) -> str:
    """The name of what an encoder makes of a sound: the hash of all its samples, and of everything else that counts."""
    digest = hashlib.sha256(made_with.encode("utf-8") + b"\0")
    for part in sound:
        digest.update(part)
    return digest.hexdigest()


class FrameCache:
    """A folder of MP3 frames. It never fails: a cache that cannot be read or written is an empty one."""

    def __init__(self, folder: Path, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self._shelf = Shelf(folder / "frames", ".frames", _MARK, largest_bytes=largest_bytes)

    def get(self, name: str) -> bytes | None:
        """The MP3 frames of that name, or None; a damaged file is removed."""
        return self._shelf.get(name)

    def put(self, name: str, frames: bytes) -> None:
        """Keep them, readable by their owner alone."""
        self._shelf.put(name, frames)

    def trim(self) -> None:
        """Drop those that were not used for longest until the cache is within its size."""
        self._shelf.trim()
