"""ID3v2.3: the tag that every player reads. 2.4 is misread by some, and ID3v1 holds 30 letters."""

import struct

from mettavox.tags import Tags

# BCP 47's first part to ISO 639-2, which ID3 wants; others are written as undetermined.
_ISO_639_2 = {"en": "eng", "es": "spa", "de": "deu", "fr": "fra", "pt": "por", "it": "ita"}
_PADDING = 1024


def tag(tags: Tags) -> bytes:
    """The whole tag, padding included."""
    language = _ISO_639_2.get(tags.language.split("-")[0], "und")
    frames = b"".join(
        [
            _text("TIT2", tags.title),
            _text("TPE1", tags.artist),
            _text("TALB", tags.album),
            _text("TCON", tags.genre),
            _text("TYER", f"{tags.year:04d}"),
            _text("TLAN", language),
            _comment(tags.comment, language),
        ]
    )
    body = frames + bytes(_PADDING)
    return b"ID3\x03\x00\x00" + _synchsafe(len(body)) + body


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
