"""A WAV file with the samples and the chunks of another one, its chapters apart.

The layout is that of “Multimedia Programming Interface and Data Specifications 1.0” (IBM and Microsoft, 1991).
"""

import io
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mettavox.codec import Block
from mettavox.codecs import id3keep
from mettavox.codecs.probe import PCM_BYTES
from mettavox.errors import CodecError
from mettavox.retime import Mark

# What tells of places in the sound as it was: cue points with their labels, loops, play lists, levels.
_OF_PLACES = (b"cue ", b"plst", b"smpl", b"slnt", b"levl", b"PEAK", b"fact", b"junk", b"JUNK", b"PAD ", b"FLLR")
_MOST_BYTES = (1 << 32) - 1
_MOST_CHUNK = 1 << 27
_FULL_16, _FULL_24, _FULL_32 = 1 << 15, 1 << 23, 1 << 31


@dataclass(frozen=True, kw_only=True)
class Chunks:
    """The format of a WAV file, and its chunks before and after the sound, in their order."""

    form: bytes
    before: tuple[tuple[bytes, bytes], ...]
    after: tuple[tuple[bytes, bytes], ...]


def read(path: Path) -> Chunks:
    """The chunks that stay. Raises CodecError for a broken file."""
    with path.open("rb") as file:
        file.seek(12)
        form, before, after, heard = b"", list[tuple[bytes, bytes]](), list[tuple[bytes, bytes]](), False
        for name, content in _chunks(file):
            if name == b"fmt ":
                form = content
            elif name == b"data":
                heard = True
            elif name not in _OF_PLACES and not (name == b"LIST" and content.startswith(b"adtl")):
                (after if heard else before).append((name, content))
    if not form:
        raise CodecError("The WAV file does not tell its format.", hint="Save it again.")
    return Chunks(form=form, before=tuple(before), after=tuple(after))


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 - a name and a size
        name, size = head[:4], struct.unpack_from("<I", head, 4)[0]
        if name == b"data":
            yield name, b""
            file.seek(size + size % 2, 1)
            continue
        content = file.read(size) if size <= _MOST_CHUNK else b""
        if len(content) < size:
            return  # cut off, as by a recorder that lost its power; what came before holds
        yield name, content
        file.seek(size % 2, 1)


class WavLike:
    """An Encoder: samples of the kind and chunks of an episode, exactly as many frames as are announced.

    Samples that come from such a file come out as they were. Raises CodecError when they do not fit in 4 GB.
    """

    gain_db = 0.0

    def __init__(
        self, path: Path, kept: Chunks, codec: str, *, frames: int, channels: int, rate: int, chapters: Sequence[Mark]
    ) -> None:
        self._codec = codec
        self._missing = frames * channels * PCM_BYTES[codec]
        pad = bytes(self._missing % 2)
        self._after = pad + _written(kept.after) + _cues(chapters, rate)
        head = b"WAVE" + _chunk(b"fmt ", kept.form)
        if codec == "pcm_f32le":
            head += _chunk(b"fact", struct.pack("<I", frames))
        head += _written(kept.before) + b"data"
        size = len(head) + 4 + self._missing + len(self._after)
        if size > _MOST_BYTES:
            raise CodecError("The result is larger than the 4 GB of a WAV file.", hint="Give the episode as FLAC.")
        self._file = path.open("wb")
        self._file.write(b"RIFF" + struct.pack("<I", size) + head + struct.pack("<I", self._missing))

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, channels)``; beyond [-1, 1] they are clipped."""
        data = samples(block, self._codec)
        self._missing -= len(data)
        self._file.write(data)

    def finish(self) -> None:
        """Add the chunks that follow. Raises CodecError when there were more or fewer frames than announced."""
        if self._missing:
            raise CodecError(f"A WAV file got {abs(self._missing)} bytes too {'few' if self._missing > 0 else 'many'}.")
        self._file.write(self._after)
        self._file.close()

    def abandon(self) -> None:
        """Close the file."""
        self._file.close()


def samples(block: Block, codec: str) -> bytes:
    """A block as little-endian samples of one of the kinds of PCM_BYTES, by the inverse of how ffmpeg reads them."""
    if codec == "pcm_f32le":
        return block.astype("<f4").tobytes()
    if codec == "pcm_s16le":
        short = np.clip(np.rint(block * np.float32(_FULL_16)), -_FULL_16, _FULL_16 - 1)
        return bytes(short.astype("<i2"))
    full = _FULL_24 if codec == "pcm_s24le" else _FULL_32
    whole = np.clip(np.rint(block.astype(np.float64) * full), -full, full - 1).astype("<i4")
    if codec == "pcm_s32le":
        return whole.tobytes()
    return np.ascontiguousarray(whole).view(np.uint8).reshape(-1, 4)[:, :3].tobytes()


def _written(chunks: Sequence[tuple[bytes, bytes]]) -> bytes:
    return b"".join(_chunk(name, _without_times(name, content)) for name, content in chunks)


def _without_times(name: bytes, content: bytes) -> bytes:
    """An ID3 chunk without what tells of times: its chapters are cue points now."""
    if name not in (b"id3 ", b"ID3 "):
        return content
    kept = id3keep.read(io.BytesIO(content))
    return id3keep.written(kept, (), length_ms=0, padding=0)


def _cues(chapters: Sequence[Mark], rate: int) -> bytes:
    """A cue point at each chapter's first frame, and its title as the point's label."""
    if not chapters:
        return b""
    numbered = [(number, mark, mark.start * rate // 1000) for number, mark in enumerate(chapters, start=1)]
    points = b"".join(struct.pack("<II4sIII", number, at, b"data", 0, 0, at) for number, _, at in numbered)
    labels = b"".join(
        _chunk(b"labl", struct.pack("<I", number) + mark.title.encode("utf-8") + b"\0") for number, mark, _ in numbered
    )
    return _chunk(b"cue ", struct.pack("<I", len(numbered)) + points) + _chunk(b"LIST", b"adtl" + labels)


def _chunk(name: bytes, content: bytes) -> bytes:
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
