"""WAV: 16-bit samples, with tags and chapters in the chunks that editors read.

The layout is that of “Multimedia Programming Interface and Data Specifications 1.0” (IBM and Microsoft, 1991):
LIST INFO for tags; “cue ” and LIST adtl for chapters. What these cannot hold lies in an “id3 ” chunk.
"""

import struct
from dataclasses import replace
from typing import BinaryIO

from mettavox.codec import Block
from mettavox.codecs import id3
from mettavox.codecs.language import three_letters
from mettavox.codecs.pcm import pcm16
from mettavox.errors import CodecError
from mettavox.tags import Tags

_CHANNELS, _SAMPLE_BYTES = 2, 2
_PCM = 1
_MOST_BYTES = (1 << 32) - 1
_HOUR = 3600


class WavEncoder:
    """An Encoder: stereo, 16 bit, exactly as many frames as were announced.

    Raises CodecError when they do not fit: a WAV file has 4 GB at most.
    """

    gain_db = 0.0

    def __init__(self, file: BinaryIO, *, frames: int, tags: Tags, rate: int) -> None:
        self._file = file
        self._missing = frames * _CHANNELS * _SAMPLE_BYTES
        # ffmpeg adds up the chapters of both, so that the ID3 chunk has none.
        rest = id3.tag(replace(tags, chapters=()), rate=rate, frames=frames)
        self._after = _info(tags) + _cues(tags) + _chunk(b"id3 ", rest)
        byte_rate = rate * _CHANNELS * _SAMPLE_BYTES
        form = struct.pack("<HHIIHH", _PCM, _CHANNELS, rate, byte_rate, _CHANNELS * _SAMPLE_BYTES, 8 * _SAMPLE_BYTES)
        head = b"WAVE" + _chunk(b"fmt ", form) + b"data" + struct.pack("<I", min(self._missing, _MOST_BYTES))
        size = len(head) + self._missing + len(self._after)
        if size > _MOST_BYTES:
            hours = _MOST_BYTES / byte_rate / _HOUR
            raise CodecError(
                f"A WAV file holds 4 GB, which is {hours:.1f} hours at {rate} Hz.",
                hint="Choose --format flac, or a shorter track.",
            )
        file.write(b"RIFF" + struct.pack("<I", size) + head)

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, 2)``; beyond [-1, 1] they are clipped."""
        data = pcm16(block)
        self._missing -= len(data)
        self._file.write(data)

    def finish(self) -> None:
        """Add the tags. Raises CodecError when there were more or fewer frames than announced."""
        if self._missing:
            frames = abs(self._missing) // (_CHANNELS * _SAMPLE_BYTES)
            raise CodecError(f"A WAV file got {frames} frames too {'few' if self._missing > 0 else 'many'}.")
        self._file.write(self._after)

    def abandon(self) -> None:
        """Nothing runs."""


def _info(tags: Tags) -> bytes:
    fields = {
        b"INAM": tags.title,
        b"IART": tags.artist,
        b"IPRD": tags.album,
        b"IGNR": tags.genre,
        b"ICRD": f"{tags.year:04d}",
        b"ICMT": tags.comment,
        b"ICOP": tags.licence,
        b"ILNG": three_letters(tags.language),
        b"ISFT": id3.ENCODER,
    }
    texts = (_chunk(name, text.encode("utf-8") + b"\0") for name, text in fields.items() if text)
    return _chunk(b"LIST", b"INFO" + b"".join(texts))


def _cues(tags: Tags) -> bytes:
    """A cue point at each chapter's first frame, and its title as the point's label."""
    if not tags.chapters:
        return b""
    numbered = list(enumerate(tags.chapters, start=1))
    points = (
        struct.pack("<II4sIII", number, chapter.start, b"data", 0, 0, chapter.start) for number, chapter in numbered
    )
    labels = (
        _chunk(b"labl", struct.pack("<I", number) + chapter.title.encode("utf-8") + b"\0")
        for number, chapter in numbered
    )
    cues = _chunk(b"cue ", struct.pack("<I", len(numbered)) + b"".join(points))
    return cues + _chunk(b"LIST", b"adtl" + b"".join(labels))


def _chunk(name: bytes, content: bytes) -> bytes:
    """A chunk, filled up to an even length, which its size does not count."""
    return name + struct.pack("<I", len(content)) + content + bytes(len(content) % 2)
