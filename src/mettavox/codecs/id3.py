"""ID3v2.3: the tag that every player reads. 2.4 is misread by some, and ID3v1 holds 30 letters."""

import struct

from mettavox.codecs.language import three_letters
from mettavox.errors import CodecError
from mettavox.tags import Lyric, Tags
from mettavox.units import milliseconds

ENCODER = "mettavox"
MOST_CHAPTERS = 255
_PADDING = 1024
_ORDERED_AT_THE_TOP = 0b11
_NO_BYTE_OFFSETS = bytes([0xFF] * 8)
_IN_MILLISECONDS, _LYRICS = 2, 1
_FRONT_COVER = 3
_MOST_BYTES = 1 << 28


def tag(tags: Tags, *, rate: int = 0, frames: int = 0) -> bytes:
    """The whole tag of a track of so many ``frames`` at ``rate`` hertz, padding included.

    Without a rate, nothing that lies at a time can be in it. Raises CodecError when there are more chapters,
    or a larger picture, than a tag can hold.
    """
    if not rate and (tags.chapters or tags.lyrics):
        raise ValueError("chapters and lyrics lie at frames, and the rate is missing")
    language = three_letters(tags.language)
    fields = b"".join(
        [
            _text("TIT2", tags.title),
            _text("TPE1", tags.artist),
            _text("TALB", tags.album),
            _text("TCON", tags.genre),
            _text("TYER", f"{tags.year:04d}"),
            _text("TLAN", language),
            # “The string must begin with a year and a space character” (ID3v2.3, 4.2.1).
            _text("TCOP", f"{tags.year:04d} {tags.licence}") if tags.licence else b"",
            _text("TLEN", str(milliseconds(frames, rate))) if rate else b"",
            _text("TSSE", ENCODER),
            _described("COMM", tags.comment, language=language),
            *(_described("TXXX", value, name) for name, value in tags.extra.items()),
            *_lyrics(tags.lyrics, language, rate),
            *_chapters(tags, rate, frames),
            _picture(tags.picture),
        ]
    )
    body = fields + bytes(_PADDING)
    if len(body) >= _MOST_BYTES:
        raise CodecError(f"The tags have {len(body)} bytes, and a tag holds {_MOST_BYTES}.")
    return b"ID3\x03\x00\x00" + _synchsafe(len(body)) + body


def _chapters(tags: Tags, rate: int, frames: int) -> list[bytes]:
    """The table of contents and a frame for each chapter, after the ID3v2 Chapter Frame Addendum 1.0."""
    chapters = tags.chapters
    if not chapters:
        return []
    if len(chapters) > MOST_CHAPTERS:
        raise CodecError(f"A track has {len(chapters)} chapters, and a tag holds {MOST_CHAPTERS}.")
    names = [f"ch{place}".encode("ascii") + b"\x00" for place in range(len(chapters))]
    times = [milliseconds(start, rate) for start in [*(chapter.start for chapter in chapters), frames]]
    contents = b"toc\x00" + bytes([_ORDERED_AT_THE_TOP, len(names)]) + b"".join(names)
    return [
        _frame("CTOC", contents + _text("TIT2", tags.title)),
        *(
            _frame("CHAP", name + struct.pack(">II", start, end) + _NO_BYTE_OFFSETS + _text("TIT2", chapter.title))
            for name, chapter, start, end in zip(names, chapters, times[:-1], times[1:], strict=True)
        ),
    ]


def _lyrics(lyrics: tuple[Lyric, ...], language: str, rate: int) -> list[bytes]:
    """The words as plain text (USLT), and each line at its time (SYLT, ID3v2.3, 4.10)."""
    if not lyrics:
        return []
    # “The newline character” goes before the text that begins a new line.
    texts = [("\n" if place else "") + lyric.text for place, lyric in enumerate(lyrics)]
    whole = "".join(texts)
    encoding, _, no_name = _encoded("", like=whole)
    head = encoding + language.encode("ascii") + bytes([_IN_MILLISECONDS, _LYRICS]) + no_name
    lines = (
        _ended(text, like=whole) + struct.pack(">I", milliseconds(lyric.start, rate))
        for text, lyric in zip(texts, lyrics, strict=True)
    )
    return [_described("USLT", whole, language=language), _frame("SYLT", head + b"".join(lines))]


def _picture(jpeg: bytes) -> bytes:
    return _frame("APIC", b"\x00image/jpeg\x00" + bytes([_FRONT_COVER]) + b"\x00" + jpeg) if jpeg else b""


def _text(name: str, text: str) -> bytes:
    encoding, data, _ = _encoded(text)
    return _frame(name, encoding + data)


def _described(name: str, text: str, description: str = "", *, language: str = "") -> bytes:
    """A field with a description of its own, in one encoding: COMM, USLT or TXXX."""
    both = description + text
    encoding, data, _ = _encoded(text, like=both)
    return _frame(name, encoding + language.encode("ascii") + _ended(description, like=both) + data)


def _ended(text: str, *, like: str) -> bytes:
    """A text and its end, in the encoding that ``like`` needs."""
    _, data, nothing = _encoded(text, like=like)
    return data + nothing[-2:] if text else nothing


def _encoded(text: str, *, like: str = "") -> tuple[bytes, bytes, bytes]:
    """The encoding byte, the text, and an empty text with its end: Latin-1 where it is ASCII, else UTF-16 with BOM."""
    if (text + like).isascii():
        return b"\x00", text.encode("ascii"), b"\x00"
    return b"\x01", b"\xff\xfe" + text.encode("utf-16-le"), b"\xff\xfe\x00\x00"


def _frame(name: str, body: bytes) -> bytes:
    return name.encode("ascii") + struct.pack(">IH", len(body), 0) + body


def _synchsafe(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))
