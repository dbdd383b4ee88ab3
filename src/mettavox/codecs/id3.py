"""ID3v2.3: the tag that every player reads. 2.4 is misread by some, and ID3v1 holds 30 letters."""

import struct
from collections.abc import Sequence

from mettavox.errors import CodecError
from mettavox.tags import Tags
from mettavox.timeline import Chapter

# BCP 47's first part to ISO 639-2, which ID3 wants; others are written as undetermined.
_ISO_639_2 = {"en": "eng", "es": "spa", "de": "deu", "fr": "fra", "pt": "por", "it": "ita"}
_PADDING = 1024
_MOST_CHAPTERS = 255
_ORDERED_AT_THE_TOP = 0b11
_NO_BYTE_OFFSETS = bytes([0xFF] * 8)


def tag(tags: Tags, chapters: Sequence[Chapter] = (), *, rate: int = 0, frames: int = 0) -> bytes:
    """The whole tag, padding included.

    ``chapters`` are those of a track of so many ``frames`` at ``rate`` hertz, in their order, as a
    timeline has them. Raises CodecError when there are more than a tag can hold.
    """
    language = _ISO_639_2.get(tags.language.split("-")[0], "und")
    fields = b"".join(
        [
            _text("TIT2", tags.title),
            _text("TPE1", tags.artist),
            _text("TALB", tags.album),
            _text("TCON", tags.genre),
            _text("TYER", f"{tags.year:04d}"),
            _text("TLAN", language),
            _comment(tags.comment, language),
            *_chapters(chapters, rate, frames),
        ]
    )
    body = fields + bytes(_PADDING)
    return b"ID3\x03\x00\x00" + _synchsafe(len(body)) + body


def _chapters(chapters: Sequence[Chapter], rate: int, frames: int) -> list[bytes]:
    """The table of contents and a frame for each chapter, after the ID3v2 Chapter Frame Addendum 1.0."""
    if not chapters:
        return []
    if len(chapters) > _MOST_CHAPTERS:
        raise CodecError(f"A track has {len(chapters)} chapters, and a tag holds {_MOST_CHAPTERS}.")
    names = [f"ch{place}".encode("ascii") + b"\x00" for place in range(len(chapters))]
    times = [_milliseconds(start, rate) for start in [*(chapter.start for chapter in chapters), frames]]
    contents = b"toc\x00" + bytes([_ORDERED_AT_THE_TOP, len(names)]) + b"".join(names)
    return [
        _frame("CTOC", contents),
        *(
            _frame("CHAP", name + struct.pack(">II", start, end) + _NO_BYTE_OFFSETS + _text("TIT2", chapter.title))
            for name, chapter, start, end in zip(names, chapters, times[:-1], times[1:], strict=True)
        ),
    ]


def _milliseconds(frame: int, rate: int) -> int:
    """The one place where the format wants them."""
    return round(frame * 1000 / rate)


def _text(name: str, text: str) -> bytes:
    encoding, data, _ = _encoded(text)
    return _frame(name, encoding + data)


def _comment(text: str, language: str) -> bytes:
    encoding, data, end = _encoded(text)
    return _frame("COMM", encoding + language.encode("ascii") + end + data)


def _encoded(text: str) -> tuple[bytes, bytes, bytes]:
    """The encoding byte, the text, and an empty description: Latin-1 where it is ASCII, else UTF-16 with BOM."""
    if text.isascii():
        return b"\x00", text.encode("ascii"), b"\x00"
    return b"\x01", b"\xff\xfe" + text.encode("utf-16-le"), b"\xff\xfe\x00\x00"


def _frame(name: str, body: bytes) -> bytes:
    return name.encode("ascii") + struct.pack(">IH", len(body), 0) + body


def _synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
