"""Comments as FLAC and Opus hold them: names and values, chapters and a picture among them.

Chapters are the CHAPTERxxx fields of https://wiki.xiph.org/Chapter_Extension; the picture's block is that of
RFC 9639, 8.8.
"""

import re
import struct
from collections.abc import Sequence

from mettavox.codecs.language import three_letters
from mettavox.errors import CodecError
from mettavox.tags import Tags
from mettavox.units import from_stamp, milliseconds, stamp

MOST_CHAPTERS = 999
PICTURE = "METADATA_BLOCK_PICTURE"
_FRONT_COVER = 3
_NAME = re.compile(r"[ -<>-}]+")  # RFC 9639, 8.6: printable ASCII without "=" and "~"
_CHAPTER = re.compile(r"CHAPTER(\d{3})(NAME)?")


def comments(tags: Tags, rate: int) -> list[tuple[str, str]]:
    """Names and values, without the picture. Raises CodecError for too many chapters, or a name that cannot be."""
    if len(tags.chapters) > MOST_CHAPTERS:
        raise CodecError(f"A track has {len(tags.chapters)} chapters, and its comments hold {MOST_CHAPTERS}.")
    for name in tags.extra:
        if not _NAME.fullmatch(name):
            raise CodecError(f"“{name[:40]}” cannot be the name of a comment.", hint="Use letters from A to Z.")
    pairs = [
        ("TITLE", tags.title),
        ("ARTIST", tags.artist),
        ("ALBUM", tags.album),
        ("GENRE", tags.genre),
        ("DATE", f"{tags.year:04d}"),
        ("LANGUAGE", three_letters(tags.language)),
        ("DESCRIPTION", tags.comment),
        ("LICENSE", tags.licence),
        ("LYRICS", "\n".join(lyric.text for lyric in tags.lyrics)),
        *tags.extra.items(),
    ]
    for place, chapter in enumerate(tags.chapters):
        pairs.append((f"CHAPTER{place:03d}", stamp(milliseconds(chapter.start, rate))))
        pairs.append((f"CHAPTER{place:03d}NAME", chapter.title))
    return [(name, value) for name, value in pairs if value]


def picture_block(jpeg: bytes) -> bytes:
    """A front cover as the value of a METADATA_BLOCK_PICTURE, before base64; its measures are left to the JPEG."""
    mime = b"image/jpeg"
    return struct.pack(">II", _FRONT_COVER, len(mime)) + mime + struct.pack(">IIIIII", 0, 0, 0, 0, 0, len(jpeg)) + jpeg


def parsed(data: bytes) -> list[tuple[str, str]]:
    """The names, in capitals, and the values of a block of comments. Raises CodecError when it is broken."""
    try:
        (vendor,) = struct.unpack_from("<I", data)
        at = 4 + vendor
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        pairs = []
        for _ in range(count):
            (size,) = struct.unpack_from("<I", data, at)
            at += 4
            if at + size > len(data):
                raise CodecError("The comments of the file are cut off.", hint="Make it again.")
            name, _, value = data[at : at + size].decode("utf-8", "replace").partition("=")
            pairs.append((name.upper(), value))
            at += size
    except struct.error:
        raise CodecError("The comments of the file are broken.", hint="Make it again.") from None
    return pairs


def chapters(pairs: Sequence[tuple[str, str]]) -> tuple[tuple[int, str], ...]:
    """Where each chapter starts, in milliseconds, and its title; in the order of their numbers."""
    times: dict[str, int | None] = {}
    titles: dict[str, str] = {}
    for name, value in pairs:
        found = _CHAPTER.fullmatch(name)
        if found and found[2]:
            titles[found[1]] = value
        elif found:
            times[found[1]] = from_stamp(value)
    known = {number: moment for number, moment in times.items() if moment is not None}
    return tuple((known[number], titles.get(number, "")) for number in sorted(known))


def is_chapter(name: str) -> bool:
    """Whether a comment is about a chapter."""
    return _CHAPTER.fullmatch(name) is not None
