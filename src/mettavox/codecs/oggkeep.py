"""The comments of an Ogg file, Opus or Vorbis, put in the place of others of the same length.

Pages are those of RFC 3533, 6; comments those of https://xiph.org/vorbis/doc/v-comment.html.
"""

import struct
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import BinaryIO

from mettavox.errors import CodecError

_PAGE_HEAD = 27
_CRC_AT, _SERIAL_AT = 22, 14
_FULL_SEGMENT = 255
_MOST_BYTES = 1 << 27
_MAGIC = {"opus": b"OpusTags", "ogg": b"\x03vorbis"}
_FIRST = {"opus": b"OpusHead", "ogg": b"\x01vorbis"}
_END = {"opus": b"", "ogg": b"\x01"}
_POLYNOMIAL = 0x04C11DB7

Pairs = list[tuple[bytes, bytes]]


def comments(path: Path, kind: str) -> Pairs:
    """The names and values, as they lie in the file. Raises CodecError for what is not a whole file of that kind."""
    with path.open("rb") as file:
        return parsed(_told(file, kind).removeprefix(_MAGIC[kind]))[1]


def replace(path: Path, kind: str, pairs: Pairs) -> None:
    """Put ``pairs`` in the place of comments of the same length. Raises CodecError when they are of another."""
    with path.open("r+b") as file:
        before = _told(file, kind)
        vendor, _ = parsed(before.removeprefix(_MAGIC[kind]))
        packet = _MAGIC[kind] + block(vendor, pairs) + _END[kind]
        if len(packet) != len(before):
            raise CodecError(f"ffmpeg left {len(before)} bytes for comments of {len(packet)}.")
        _put(file, packet)


def size(path: Path, kind: str) -> int:
    """How many bytes the packet with the comments has."""
    with path.open("rb") as file:
        return len(_told(file, kind))


def needed(vendor: bytes, pairs: Pairs, kind: str) -> int:
    """How many bytes a packet with these comments has."""
    return len(_MAGIC[kind]) + len(block(vendor, pairs)) + len(_END[kind])


def parsed(data: bytes) -> tuple[bytes, Pairs]:
    """Who encoded it, and the names and values in a block of comments. Raises CodecError for a broken one."""
    try:
        (length,) = struct.unpack_from("<I", data)
        vendor, at = data[4 : 4 + length], 4 + length
        (count,) = struct.unpack_from("<I", data, at)
        at += 4
        pairs: Pairs = []
        for _ in range(count):
            (length,) = struct.unpack_from("<I", data, at)
            name, equals, value = data[at + 4 : at + 4 + length].partition(b"=")
            at += 4 + length
            if at > len(data):
                raise _broken()
            if equals:
                pairs.append((name, value))
    except struct.error:
        raise _broken() from None
    return vendor, pairs


def block(vendor: bytes, pairs: Pairs) -> bytes:
    """A block of comments."""
    lines = [name + b"=" + value for name, value in pairs]
    told = b"".join(struct.pack("<I", len(line)) + line for line in lines)
    return struct.pack("<I", len(vendor)) + vendor + struct.pack("<I", len(lines)) + told


def _told(file: BinaryIO, kind: str) -> bytes:
    """The packet with the comments: the second one of the stream that is of that kind, whatever else is in the file."""
    file.seek(0)
    mine = b""
    packet = b""
    for at, segments in _pages(file):
        head = _serial(file, at)
        data = file.read(sum(segments))
        if data.startswith(_FIRST[kind]) and not mine:
            mine = head
        elif head == mine:
            for segment in segments:
                packet, data = packet + data[:segment], data[segment:]
                if segment < _FULL_SEGMENT:
                    return packet
            if len(packet) > _MOST_BYTES:
                break
    raise _broken()


def _serial(file: BinaryIO, at: int) -> bytes:
    """Which stream a page is of."""
    here = file.tell()
    file.seek(at + _SERIAL_AT)
    found = file.read(4)
    file.seek(here)
    return found


def _pages(file: BinaryIO) -> Iterator[tuple[int, Sequence[int]]]:
    """Where each page begins, and the sizes of its segments, with the file at the first of them."""
    while True:
        at = file.tell()
        head = file.read(_PAGE_HEAD)
        if len(head) < _PAGE_HEAD:
            return
        if not head.startswith(b"OggS"):
            raise _broken()
        segments = file.read(head[26])
        yield at, segments
        file.seek(at + _PAGE_HEAD + len(segments) + sum(segments))


def _put(file: BinaryIO, packet: bytes) -> None:
    """Write the second packet of a file of one stream anew, and the checksums of the pages that it lies on."""
    file.seek(0)
    ended = 0
    touched: list[tuple[int, int]] = []
    for at, segments in _pages(file):
        inside = file.tell()
        end = inside + sum(segments)
        for segment in segments:
            if ended == 1:
                part, packet = packet[:segment], packet[segment:]
                file.seek(inside)
                file.write(part)
                touched.append((at, end))
            inside += segment
            ended += segment < _FULL_SEGMENT
        if ended > 1:
            break
    for at, end in dict.fromkeys(touched):
        file.seek(at)
        page = bytearray(file.read(end - at))
        page[_CRC_AT : _CRC_AT + 4] = bytes(4)
        file.seek(at + _CRC_AT)
        file.write(struct.pack("<I", _crc(bytes(page))))


def _crc(data: bytes) -> int:
    value = 0
    table = _table()
    for byte in data:
        value = (value << 8) & 0xFFFFFFFF ^ table[value >> 24 ^ byte]
    return value


@cache
def _table() -> tuple[int, ...]:
    rows = []
    for byte in range(256):
        value = byte << 24
        for _ in range(8):
            value = (value << 1) & 0xFFFFFFFF ^ (_POLYNOMIAL if value >> 31 else 0)
        rows.append(value)
    return tuple(rows)


def _broken() -> CodecError:
    return CodecError("The Ogg file, or its comments, are broken.", hint="Save it again with an editor for tags.")
