"""The boxes of an M4A file: walking through them, and adding tags that ffmpeg does not write.

The layout is that of ISO/IEC 14496-12; what lies in ``ilst`` is Apple's, as iTunes and all taggers have it.
"""

import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mettavox.errors import CodecError

HEAD = 8
_LONG_HEAD = 16
_MEAN = b"com.apple.iTunes"
_GAPLESS = b"iTunSMPB"
_UTF_8 = 1
_LARGEST_MOOV = 1 << 27


@dataclass(frozen=True, kw_only=True)
class Box:
    """A box's name, and where it and its content begin and where it ends, in bytes."""

    name: bytes
    start: int
    content: int
    end: int


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes that lie in ``data`` from ``start`` to ``end``. Raises CodecError when they do not fit."""
    at = start
    while at + HEAD <= end:
        size, name = struct.unpack_from(">I4s", data, at)
        if size < HEAD or at + size > end:
            raise _broken()
        yield Box(name=name, start=at, content=at + HEAD, end=at + size)
        at += size


def way(data: bytes, *names: bytes) -> list[Box]:
    """The boxes on the way from the top of ``data`` down, one in another; fewer than asked for where it ends."""
    found: list[Box] = []
    start, end = 0, len(data)
    for name in names:
        box = next((box for box in boxes(data, start, end) if box.name == name), None)
        if box is None:
            return found
        found.append(box)
        # “meta” begins with a version and flags, unlike the others.
        start, end = box.content + (4 if name == b"meta" else 0), box.end
    return found


def read_moov(file: BinaryIO) -> tuple[int, bytes]:
    """Where the box “moov” begins, and its bytes. Raises CodecError when there is none."""
    at = 0
    while True:
        file.seek(at)
        head = file.read(_LONG_HEAD)
        if len(head) < HEAD:
            raise _broken()
        size, name = struct.unpack_from(">I4s", head)
        if size == 1 and len(head) == _LONG_HEAD:
            (size,) = struct.unpack_from(">Q", head, HEAD)
        if name == b"moov":
            break
        if size < HEAD:
            raise _broken()
        at += size
    if not HEAD <= size <= _LARGEST_MOOV:
        raise _broken()
    file.seek(at)
    moov = file.read(size)
    if len(moov) < size:
        raise _broken()
    return at, moov


def told_length(path: Path) -> tuple[int, int]:
    """How long a file says it is, in units of which there are so many in a second: mostly milliseconds.

    Raises CodecError when it does not say it (ISO/IEC 14496-12, 8.2.2).
    """
    with path.open("rb") as file:
        _, moov = read_moov(file)
    holders = way(moov, b"moov", b"mvhd")
    if len(holders) < 2:  # noqa: PLR2004 - as many as were asked for
        raise _broken()
    at = holders[-1].content
    try:
        long = moov[at]
        scale, length = struct.unpack_from(">IQ" if long else ">II", moov, at + (20 if long else 12))
    except (struct.error, IndexError) as error:
        raise _broken() from error
    if not scale:
        raise _broken()
    return length, scale


def add_tags(path: Path, extra: Mapping[str, str]) -> None:
    """Put free-form tags beside the others, into the free room that follows “moov”; nothing else moves.

    Raises CodecError when there is no such room.
    """
    added = b"".join(_freeform(name, value) for name, value in extra.items())
    with path.open("r+b") as file:
        at, moov = read_moov(file)
        file.seek(at + len(moov))
        room, name = struct.unpack(">I4s", file.read(HEAD).ljust(HEAD, b"\0"))
        holders = way(moov, b"moov", b"udta", b"meta", b"ilst")
        if len(holders) < 4 or name != b"free" or room < len(added) + HEAD:  # noqa: PLR2004 - as many as were asked for
            raise CodecError("ffmpeg left no room for the tags of an M4A file.")
        grown = bytearray(moov)
        for holder in holders:
            struct.pack_into(">I", grown, holder.start, holder.end - holder.start + len(added))
        end = holders[-1].end
        file.seek(at)
        file.write(bytes(grown[:end]) + added + bytes(grown[end:]) + struct.pack(">I4s", room - len(added), b"free"))


def tag_list(path: Path) -> bytes:
    """What lies in “ilst”, where an M4A file has its tags and its cover; empty where there is none.

    What iTunes notes there of the length of the sound is left out: of another sound it would not be true.
    """
    with path.open("rb") as file:
        _, moov = read_moov(file)
    holders = way(moov, b"moov", b"udta", b"meta", b"ilst")
    if len(holders) < 4:  # noqa: PLR2004 - as many as were asked for
        return b""
    tags = (moov[box.start : box.end] for box in boxes(moov, holders[-1].content, holders[-1].end))
    return b"".join(tag for tag in tags if _GAPLESS not in tag[: 2 * len(_MEAN) + 64])


def put_tag_list(path: Path, tags: bytes) -> None:
    """Put ``tags`` in the place of what lies in “ilst”, and into the free room that follows “moov”; nothing else moves.

    Raises CodecError when there is no such room.
    """
    with path.open("r+b") as file:
        at, moov = read_moov(file)
        file.seek(at + len(moov))
        room, name = struct.unpack(">I4s", file.read(HEAD).ljust(HEAD, b"\0"))
        holders = way(moov, b"moov", b"udta", b"meta", b"ilst")
        if len(holders) < 4:  # noqa: PLR2004 - as many as were asked for
            raise CodecError("ffmpeg wrote an M4A file without tags.")
        more = len(tags) - (holders[-1].end - holders[-1].content)
        if name != b"free" or room < more + HEAD:
            raise CodecError("ffmpeg left no room for the tags of an M4A file.")
        changed = bytearray(moov)
        for holder in holders:
            struct.pack_into(">I", changed, holder.start, holder.end - holder.start + more)
        file.seek(at)
        file.write(bytes(changed[: holders[-1].content]) + tags + bytes(changed[holders[-1].end :]))
        file.write(struct.pack(">I4s", room - more, b"free"))


def _freeform(name: str, value: str) -> bytes:
    return _box(
        b"----",
        _box(b"mean", bytes(4) + _MEAN)
        + _box(b"name", bytes(4) + name.encode("utf-8"))
        + _box(b"data", struct.pack(">II", _UTF_8, 0) + value.encode("utf-8")),
    )


def _box(name: bytes, content: bytes) -> bytes:
    return struct.pack(">I4s", HEAD + len(content), name) + content


def _broken() -> CodecError:
    return CodecError("The file is not a whole M4A file.", hint="Make it again.")
