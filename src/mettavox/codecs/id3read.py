"""Reading ID3v2.3 and 2.4 back: the fields that mettavox writes, whoever wrote them last."""

import struct
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from mettavox.errors import CodecError

_HEAD = 10
_UNSYNCHRONISED, _EXTENDED = 0x80, 0x40
_VERSION_3, _VERSION_4 = 3, 4
_CODECS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_WIDE = (1, 2)
_CHAPTER_TIMES = struct.Struct(">IIII")
_MOST_BYTES = 1 << 28


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A chapter's name in the file, where it starts and ends in milliseconds, and its title."""

    name: bytes
    start: int
    end: int
    title: str


@dataclass(frozen=True, kw_only=True)
class Fields:
    """What a tag holds: ``texts`` by the field's four letters, TXXX by name in ``extra``.

    ``chapters`` are in the order in which they are stored, ``contents`` the names in the table of contents.
    ``lines`` are those of SYLT with their milliseconds.
    """

    texts: dict[str, str]
    extra: dict[str, str]
    comment: str
    lyrics: str
    lines: tuple[tuple[int, str], ...]
    chapters: tuple[Chapter, ...]
    contents: tuple[bytes, ...]
    picture: bytes


def read(file: BinaryIO) -> Fields:
    """The tag that begins where the file stands. Raises CodecError when there is none, or when it is broken."""
    head = file.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(b"ID3"):
        raise CodecError("The file has no ID3 tag.", hint="Make it again.")
    version, flags, size = head[3], head[5], _synchsafe(head[6:10])
    if version not in (_VERSION_3, _VERSION_4):
        raise CodecError(f"The tag is of version 2.{version}.", hint="mettavox writes 2.3, and reads 2.3 and 2.4.")
    body = file.read(size)
    if len(body) < size or size >= _MOST_BYTES:
        raise _broken()
    if flags & _UNSYNCHRONISED and version == _VERSION_3:
        body = body.replace(b"\xff\x00", b"\xff")
    try:
        return _fields(_without_extension(body, version) if flags & _EXTENDED else body, version)
    except (struct.error, IndexError, ValueError) as error:
        raise _broken() from error


def _without_extension(body: bytes, version: int) -> bytes:
    size = _synchsafe(body[:4]) if version == _VERSION_4 else 4 + struct.unpack_from(">I", body)[0]
    return body[size:]


def _frames(data: bytes, version: int) -> Iterator[tuple[str, bytes]]:
    """Each frame's name and content, until the padding begins."""
    at = 0
    while at + _HEAD <= len(data) and data[at]:
        name = data[at : at + 4].decode("ascii")
        size = _synchsafe(data[at + 4 : at + 8]) if version == _VERSION_4 else struct.unpack_from(">I", data, at + 4)[0]
        at += _HEAD
        if at + size > len(data) or not name.isalnum():
            raise _broken()
        yield name, data[at : at + size]
        at += size


def _fields(data: bytes, version: int) -> Fields:
    texts: dict[str, str] = {}
    extra: dict[str, str] = {}
    comment, lyrics, picture = "", "", b""
    lines: tuple[tuple[int, str], ...] = ()
    chapters, contents = [], []
    for name, content in _frames(data, version):
        if name == "TXXX":
            described, value = _two(content[0], content[1:])
            extra[described] = value
        elif name.startswith("T"):
            texts[name] = _decoded(content[0], content[1:])
        elif name == "COMM":
            described, value = _two(content[0], content[4:])
            # iTunes keeps numbers for itself in comments with a description.
            comment = comment or ("" if described else value)
        elif name == "USLT":
            lyrics = lyrics or _two(content[0], content[4:])[1]
        elif name == "SYLT":
            lines = _lines(content)
        elif name == "CTOC":
            contents += _contents(content)
        elif name == "CHAP":
            chapters.append(_chapter(content, version))
        elif name == "APIC":
            picture = picture or _picture(content)
    return Fields(
        texts=texts,
        extra=extra,
        comment=comment,
        lyrics=lyrics,
        lines=lines,
        chapters=tuple(chapters),
        contents=tuple(contents),
        picture=picture,
    )


def _chapter(content: bytes, version: int) -> Chapter:
    name, _, rest = content.partition(b"\0")
    start, end, _, _ = _CHAPTER_TIMES.unpack_from(rest)
    titles = [
        _decoded(text[0], text[1:]) for field, text in _frames(rest[_CHAPTER_TIMES.size :], version) if field == "TIT2"
    ]
    return Chapter(name=name, start=start, end=end, title=titles[0] if titles else "")


def _contents(content: bytes) -> list[bytes]:
    _, _, rest = content.partition(b"\0")
    return rest[2:].split(b"\0", rest[1])[: rest[1]]


def _lines(content: bytes) -> tuple[tuple[int, str], ...]:
    encoding, rest = content[0], content[6:]
    _, rest = _cut(encoding, rest)
    found = []
    while rest:
        text, rest = _cut(encoding, rest)
        (moment,) = struct.unpack_from(">I", rest)
        found.append((moment, _decoded(encoding, text).lstrip("\n")))
        rest = rest[4:]
    return tuple(found)


def _picture(content: bytes) -> bytes:
    _, _, rest = content[1:].partition(b"\0")
    return _cut(content[0], rest[1:])[1]


def _two(encoding: int, data: bytes) -> tuple[str, str]:
    """A description and what it describes."""
    described, text = _cut(encoding, data)
    return _decoded(encoding, described), _decoded(encoding, text)


def _cut(encoding: int, data: bytes) -> tuple[bytes, bytes]:
    """A text and what follows its end; in UTF-16, the end is two zeros where a letter would begin."""
    if encoding not in _WIDE:
        text, _, rest = data.partition(b"\0")
        return text, rest
    end = next((at for at in range(0, len(data) - 1, 2) if data[at : at + 2] == b"\0\0"), len(data))
    return data[:end], data[end + 2 :]


def _decoded(encoding: int, data: bytes) -> str:
    return data.decode(_CODECS[encoding]).rstrip("\0")


def _synchsafe(data: bytes) -> int:
    size = 0
    for byte in data:
        size = size << 7 | byte & 0x7F
    return size


def _broken() -> CodecError:
    return CodecError("The ID3 tag is broken.", hint="Make the file again.")
