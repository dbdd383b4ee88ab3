"""An ID3v2 tag whose frames stay as they are, byte for byte, but for what tells of times."""

import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mettavox.errors import CodecError
from mettavox.retime import Mark

_HEAD = 10
_VERSION_3, _VERSION_4 = 3, 4
_UNSYNCHRONISED, _EXTENDED, _FOOTER = 0x80, 0x40, 0x10
_FRAME_UNSYNCHRONISED = 0x02
_MOST_BYTES = 1 << 28
_MOST_CHAPTERS = 255
_PADDING = 1024
_NO_BYTE_OFFSETS = bytes([0xFF] * 8)
_ORDERED_AT_THE_TOP = 0b11
_CODECS = ("latin-1", "utf-16", "utf-16-be", "utf-8")
_MADE_ANEW = ("CHAP", "CTOC", "TLEN")
# What else counts in times, or in bytes, of the sound as it was: synchronised lyrics, events, tempo, seek tables.
TIMED = ("SYLT", "ETCO", "SYTC", "MLLT", "ASPI", "POSS", "SEEK")
_ID3V1_BYTES, _APE_BYTES = 128, 32
_APE_HAS_HEAD = 1 << 31


@dataclass(frozen=True, kw_only=True)
class Field:
    """A frame of a tag: its four letters, its flags and its content, as they lie in the file."""

    name: str
    flags: bytes
    content: bytes


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A tag of version 2.``version``. ``size`` is how many bytes of the file it takes.

    One of a version that cannot be changed here is kept whole as ``odd``.
    """

    version: int
    fields: tuple[Field, ...]
    size: int = 0
    odd: bytes = b""

    @property
    def chapters(self) -> tuple[Mark, ...]:
        """The chapters, in the order of their times; ``payload`` is what each has besides its times."""
        found = [_mark(field.content, self.version) for field in self.fields if field.name == "CHAP"]
        return tuple(sorted(filter(None, found), key=lambda mark: mark.start))

    @property
    def timed(self) -> tuple[str, ...]:
        """The names of the fields that would tell wrong times."""
        return tuple(sorted({field.name for field in self.fields if field.name in TIMED}))


NOTHING = Kept(version=_VERSION_3, fields=())


def read(file: BinaryIO) -> Kept:
    """The tag that begins where the file stands; NOTHING where there is none. Raises CodecError for a broken one."""
    head = file.read(_HEAD)
    if len(head) < _HEAD or not head.startswith(b"ID3"):
        return NOTHING
    version, flags, size = head[3], head[5], _synchsafe(head[6:])
    body = file.read(size) if size < _MOST_BYTES else b""
    if len(body) < size:
        raise _broken()
    taken = _HEAD + size + (_HEAD if flags & _FOOTER and version == _VERSION_4 else 0)
    if version not in (_VERSION_3, _VERSION_4):
        return Kept(version=_VERSION_3, fields=(), size=taken, odd=head + body)
    try:
        return Kept(version=version, fields=tuple(_fields(body, version, flags)), size=taken)
    except (struct.error, IndexError, UnicodeDecodeError) as error:
        raise _broken() from error


def _fields(body: bytes, version: int, flags: int) -> Iterator[Field]:
    if flags & _UNSYNCHRONISED and version == _VERSION_3:
        body = body.replace(b"\xff\x00", b"\xff")
    if flags & _EXTENDED:
        body = body[_synchsafe(body[:4]) if version == _VERSION_4 else 4 + struct.unpack_from(">I", body)[0] :]
    # Some programs write the sizes of 2.4 as those of 2.3; in a tag that is right, every frame follows the one before.
    plain = version == _VERSION_3 or not _fits(body, plain=False)
    for field in _walked(body, plain=plain):
        if version == _VERSION_4 and flags & _UNSYNCHRONISED and not field.flags[1] & _FRAME_UNSYNCHRONISED:
            yield Field(name=field.name, flags=field.flags, content=field.content.replace(b"\xff\x00", b"\xff"))
        else:
            yield field


def _fits(body: bytes, *, plain: bool) -> bool:
    try:
        return bool(list(_walked(body, plain=plain))) or not body.strip(b"\0")
    except CodecError:
        return False


def _walked(body: bytes, *, plain: bool) -> Iterator[Field]:
    at = 0
    while at + _HEAD <= len(body) and body[at]:
        name = body[at : at + 4]
        size = struct.unpack_from(">I", body, at + 4)[0] if plain else _synchsafe(body[at + 4 : at + 8])
        end = at + _HEAD + size
        if end > len(body) or not name.isalnum() or not name.isascii():
            raise _broken()
        yield Field(name=name.decode("ascii"), flags=body[at + 8 : at + 10], content=body[at + _HEAD : end])
        at = end


def written(kept: Kept, chapters: Sequence[Mark], *, length_ms: int, padding: int = _PADDING) -> bytes:
    """The tag with other chapters, each with what is in its ``payload``, or with a title where it has none.

    A tag of a version that has no chapters comes as it was. Raises CodecError when there are more chapters than a tag
    can hold.
    """
    if len(chapters) > _MOST_CHAPTERS:
        raise CodecError(
            f"The result would have {len(chapters)} chapters, and a tag holds {_MOST_CHAPTERS}.",
            hint="Take some out of the episode first.",
        )
    if kept.odd:
        return kept.odd
    version = kept.version
    stays = (field for field in kept.fields if field.name not in (*_MADE_ANEW, *TIMED) and not _is_gapless(field))
    parts = [_field(field.name, field.content, version, field.flags) for field in stays]
    if any(field.name == "TLEN" for field in kept.fields):
        parts.append(_field("TLEN", b"\0" + str(length_ms).encode("ascii"), version))
    if chapters:
        parts += _chapters(kept, chapters)
    body = b"".join(parts) + bytes(padding)
    if len(body) >= _MOST_BYTES:
        raise CodecError(f"The tags have {len(body)} bytes, and a tag holds {_MOST_BYTES}.")
    return b"ID3" + bytes([version, 0, 0]) + _in_sevens(len(body)) + body


def _is_gapless(field: Field) -> bool:
    """Whether it is what iTunes notes of the length of the sound, which of another sound would not be true."""
    return field.name == "COMM" and field.content[4:].replace(b"\0", b"").lstrip(b"\xff\xfe").startswith(b"iTunSMPB")


def _chapters(kept: Kept, chapters: Sequence[Mark]) -> Iterator[bytes]:
    """The table of contents, with what the one before had besides its list, and a frame for each chapter."""
    names = [f"ch{place}".encode("ascii") + b"\0" for place in range(len(chapters))]
    rest = _rest_of_contents(kept)
    yield _field("CTOC", b"toc\0" + bytes([_ORDERED_AT_THE_TOP, len(names)]) + b"".join(names) + rest, kept.version)
    for name, mark in zip(names, chapters, strict=True):
        times = struct.pack(">II", mark.start, mark.end or mark.start) + _NO_BYTE_OFFSETS
        told = mark.payload if mark.payload is not None else _title(mark.title, kept.version)
        yield _field("CHAP", name + times + told, kept.version)


def _rest_of_contents(kept: Kept) -> bytes:
    for field in kept.fields:
        if field.name == "CTOC":
            _, _, rest = field.content.partition(b"\0")
            if rest[:1] and rest[0] & 0b10:
                at = 2
                for _ in range(rest[1]):
                    at = rest.find(b"\0", at) + 1
                    if not at:
                        return b""
                return rest[at:]
    return b""


def _mark(content: bytes, version: int) -> Mark | None:
    _, _, rest = content.partition(b"\0")
    if len(rest) < 16:  # noqa: PLR2004 - four numbers of four bytes
        return None
    start, end = struct.unpack_from(">II", rest)
    payload = rest[16:]
    title = ""
    try:
        plain = version == _VERSION_3 or not _fits(payload, plain=False)
        titles = [field.content for field in _walked(payload, plain=plain) if field.name == "TIT2" and field.content]
        title = titles[0][1:].decode(_CODECS[titles[0][0]]).rstrip("\0") if titles else ""
    except (CodecError, UnicodeDecodeError, IndexError):
        pass
    return Mark(start=start, end=max(start, end), title=" ".join(title.split()), payload=payload)


def _title(text: str, version: int) -> bytes:
    plain = text.isascii()
    return _field(
        "TIT2", b"\0" + text.encode("ascii") if plain else b"\x01\xff\xfe" + text.encode("utf-16-le"), version
    )


def _field(name: str, content: bytes, version: int, flags: bytes = b"\0\0") -> bytes:
    size = struct.pack(">I", len(content)) if version == _VERSION_3 else _in_sevens(len(content))
    return name.encode("ascii") + size + flags + content


def tail(path: Path) -> bytes:
    """What lies at the end of an MP3 file for old players: an APE tag, an ID3v1 tag, or both."""
    with path.open("rb") as file:
        size = file.seek(0, 2)
        last = _last(file, size, _ID3V1_BYTES)
        found = last if last.startswith(b"TAG") else b""
        foot = _last(file, size - len(found), _APE_BYTES)
        if foot.startswith(b"APETAGEX"):
            length, _, flags = struct.unpack_from("<III", foot, 12)
            whole = length + (_APE_BYTES if flags & _APE_HAS_HEAD else 0)
            if _APE_BYTES <= whole < _MOST_BYTES:
                found = _last(file, size - len(found), whole) + found
    return found


def _last(file: BinaryIO, end: int, count: int) -> bytes:
    if end < count:
        return b""
    file.seek(end - count)
    return file.read(count)


def _synchsafe(data: bytes) -> int:
    size = 0
    for byte in data:
        size = size << 7 | byte & 0x7F
    return size


def _in_sevens(size: int) -> bytes:
    return bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0))


def _broken() -> CodecError:
    return CodecError("The ID3 tag of the episode is broken.", hint="Save its tags again with an editor for tags.")
