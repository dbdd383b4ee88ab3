"""Clips kept between runs: content-addressed, whole or not at all, checked on reading, bounded in size."""

import contextlib
import hashlib
import json
import os
import struct
import tempfile
from dataclasses import asdict
from pathlib import Path

from mettavox.audio import Clip
from mettavox.voice import Voice

_MAGIC = b"mettavox clip 1\n"
_HEADER = struct.Struct("<I32s")
LARGEST_BYTES = 512 * 1024 * 1024
"""When the cache is larger than this, the clips that were not used for longest go."""


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
    """A folder of clips. It never fails: a cache that cannot be read or written is an empty one."""

    def __init__(self, folder: Path, *, largest_bytes: int = LARGEST_BYTES) -> None:
        self._folder = folder / "clips"
        self._largest = largest_bytes

    def get(self, name: str) -> Clip | None:
        """The clip of that name, or None; a damaged file is removed."""
        path = self._path(name)
        try:
            data = path.read_bytes()
        except OSError:
            return None
        clip = _unpack(data)
        with contextlib.suppress(OSError):
            if clip is None:
                path.unlink()
            else:
                os.utime(path)  # the latest use decides what is dropped first
        return clip

    def put(self, name: str, clip: Clip) -> None:
        """Keep the clip, readable by its owner alone."""
        path = self._path(name)
        with contextlib.suppress(OSError):
            path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            handle, scratch = tempfile.mkstemp(dir=path.parent, suffix=".part")
            try:
                with os.fdopen(handle, "wb") as file:
                    file.write(_pack(clip))
                Path(scratch).replace(path)
            except BaseException:
                Path(scratch).unlink(missing_ok=True)
                raise

    def trim(self) -> None:
        """Drop the clips that were not used for longest until the cache is within its size."""
        with contextlib.suppress(OSError):
            found = [(entry.stat().st_mtime, entry.stat().st_size, entry) for entry in self._folder.rglob("*.clip")]
            size = sum(bytes_ for _, bytes_, _ in found)
            for _, bytes_, entry in sorted(found, key=lambda item: item[0]):
                if size <= self._largest:
                    break
                entry.unlink(missing_ok=True)
                size -= bytes_

    def _path(self, name: str) -> Path:
        return self._folder / name[:2] / f"{name}.clip"


def _pack(clip: Clip) -> bytes:
    return _MAGIC + _HEADER.pack(clip.rate, _digest(clip.rate, clip.pcm)) + clip.pcm


def _unpack(data: bytes) -> Clip | None:
    start = len(_MAGIC) + _HEADER.size
    if len(data) < start or not data.startswith(_MAGIC):
        return None
    rate, digest = _HEADER.unpack_from(data, len(_MAGIC))
    pcm = data[start:]
    return Clip(pcm=pcm, rate=rate) if _digest(rate, pcm) == digest else None


def _digest(rate: int, pcm: bytes) -> bytes:
    return hashlib.sha256(struct.pack("<I", rate) + pcm).digest()
