"""Clips kept between runs: content-addressed, whole or not at all, checked on reading, bounded in size."""

import hashlib
import json
import struct
from dataclasses import asdict
from pathlib import Path

from mettavox.audio import Clip
from mettavox.shelf import LARGEST_BYTES, Shelf
from mettavox.voice import Voice

_MARK = b"mettavox clip 2\n"
_RATE = struct.Struct("<I")


def key(text: str, voice: Voice, version: str) -> str:
    """The name of a clip: everything that shapes its sound, hashed."""
    shaped_by = {
        "text": text,
        "engine": voice.engine,
        "version": version,
        "language": voice.language,  # an engine's phonemes follow it
        "settings": voice.settings,
        "files": [file.sha256 for file in voice.files],
        "pace": asdict(voice.pace),  # an engine may follow it, as the hum does
    }
    return hashlib.sha256(json.dumps(shaped_by, sort_keys=True, ensure_ascii=True).encode()).hexdigest()


class ClipCache:
    """A folder of clips. It never fails: a cache that cannot be read or written is an empty one.

    Clips that hold a name are kept apart, since nobody can tell afterwards whose they are: they can be dropped alone.
    """

    def __init__(self, folder: Path, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self._shelf = Shelf(folder / "clips", ".clip", _MARK, largest_bytes=largest_bytes)
        self._named = Shelf(folder / "named-clips", ".clip", _MARK, largest_bytes=largest_bytes)

    def get(self, name: str, *, named: bool = False) -> Clip | None:
        """The clip of that name, or None; a damaged file is removed. ``named`` are those that hold a person's name."""
        content = (self._named if named else self._shelf).get(name)
        if content is None or len(content) < _RATE.size:
            return None
        return Clip(pcm=content[_RATE.size :], rate=_RATE.unpack_from(content)[0])

    def put(self, name: str, clip: Clip, *, named: bool = False) -> None:
        """Keep the clip, readable by its owner alone."""
        (self._named if named else self._shelf).put(name, _RATE.pack(clip.rate) + clip.pcm)

    def trim(self) -> None:
        """Drop the clips that were not used for longest until the cache is within its size."""
        self._shelf.trim()
        self._named.trim()

    @property
    def named(self) -> Shelf:
        """The clips that hold a person's name."""
        return self._named

    @property
    def shelves(self) -> tuple[Shelf, Shelf]:
        """All that is kept: clips without a name, and those with one."""
        return self._shelf, self._named
