"""MP3 frames: the header, the Info frame with its LAME tag, and the CRC that proves the music.

The layout of the tag is that of LAME's ``VbrTag.c`` and of the revision-1 "MP3 Info Tag" paper.
Decoders read from it how many frames to drop at both ends, and so give exactly the length that
went in; without it a track is 42 ms longer and starts 25 ms late.
"""

import struct
from functools import cache
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mettavox.errors import CodecError

RATE = 48_000
BITRATE_KBPS = 128
"""At 48 kHz and 128 kbit/s an MP3 frame is exactly 384 bytes and 24 ms, without padding."""
FRAME_BYTES = 384
FRAME_LENGTH = 1152
ENCODER_DELAY = 576
"""Frames that LAME puts before the sound; a decoder adds 529 more."""
DECODER_DELAY = 529

# The header's fields for MPEG-1 Layer III (ISO/IEC 11172-3, 2.4.2.3).
_BITRATE_INDEX = {96: 7, 112: 8, 128: 9, 160: 10, 192: 11, 224: 12, 256: 13, 320: 14}
_RATE_INDEX = {44_100: 0, 48_000: 1}
_SYNC_NO_CRC = bytes([0xFF, 0xFB])
_PADDED = 0b10
# At 48 kHz every bit rate gives MP3 frames of a whole number of bytes, and none is padded.
_WHOLE_BYTES = {48_000}
_JOINT_STEREO_ORIGINAL = 0x44
_HEADER_BYTES = 4

_SIDE_INFO_BYTES = 32
_ENCODER = b"LAME3.100"
_LAME_OFFSET = _HEADER_BYTES + _SIDE_INFO_BYTES + 120
_TAG_CRC_OFFSET = _LAME_OFFSET + 34
_HAS_FRAMES_BYTES_TOC_QUALITY = 0x0F
_QUALITY = 50
# Where the tag may begin in an MP3 frame of any version and channels, and where the encoder's own part follows in it.
_TAG_WITHIN, _LAME_AFTER, _LONGEST_TAG = 64, 120, 256
_VERSION_1 = 0b1000
_METHOD_CBR = 1
LOWPASS_HZ = {
    96: 15_100, 112: 15_600, 128: 17_000, 160: 17_500, 192: 18_600, 224: 19_400, 256: 19_700, 320: 20_500,
}  # fmt: skip
"""Where LAME cuts off at each bit rate (``optimum_bandwidth`` in its lame.c), in hertz."""
_JOINT_STEREO = 3 << 2
_SOURCE_RATE = {44_100: 1 << 6, 48_000: 2 << 6}
_MOST_KBPS_TOLD = 255
_MOST_BYTES = 1 << 32  # the tag says in 32 bits how long a track is
_CRC_ROW = 384
_ROWS_AT_ONCE = 128  # what is looked up for them stays in the processor's cache


def frame_bytes(rate: int, bitrate_kbps: int) -> int:
    """How long an MP3 frame is without padding, which at 44.1 kHz some have: one byte more.

    Raises CodecError for a rate or a bit rate that mettavox does not write.
    """
    if rate not in _RATE_INDEX or bitrate_kbps not in _BITRATE_INDEX:
        raise CodecError(
            f"An MP3 of {rate} Hz and {bitrate_kbps} kbit/s cannot be made.",
            hint=f"Rates are {_listed(_RATE_INDEX)} Hz, bit rates {_listed(_BITRATE_INDEX)} kbit/s.",
        )
    return FRAME_LENGTH // 8 * 1000 * bitrate_kbps // rate


def _listed(values: dict[int, int]) -> str:
    return ", ".join(map(str, values))


def crc16(data: bytes, before: int = 0) -> int:
    """CRC-16/ARC of ``data``, going on from ``before`` (polynomial 0x8005, reflected): what LAME writes."""
    table = _byte_table()
    for byte in data:
        before = (before >> 8) ^ int(table[(before ^ byte) & 0xFF])
    return before


@cache
def _byte_table() -> NDArray[np.uint16]:
    values = np.arange(256, dtype=np.uint16)
    for _ in range(8):
        values = np.where(values & 1, (values >> 1) ^ 0xA001, values >> 1).astype(np.uint16)
    return values


@cache
def _place_tables() -> NDArray[np.uint16]:
    """What each byte value at each place of a row adds to the row's CRC; shape (384, 256)."""
    table = _byte_table()
    places = np.zeros((_CRC_ROW, 256), dtype=np.uint16)
    places[-1] = table
    for place in range(_CRC_ROW - 2, -1, -1):
        later = places[place + 1]
        places[place] = (later >> 8) ^ table[later & 0xFF]
    return places


@cache
def _advance_tables() -> tuple[list[int], list[int]]:
    """What a CRC becomes when a row of zeros follows, by its low and by its high byte."""
    # A CRC register before a row acts like the row's first two bytes.
    places = _place_tables()
    return places[0].tolist(), places[1].tolist()


def crc16_frames(frames: NDArray[np.uint8], before: int) -> int:
    """CRC-16/ARC over rows of 384 bytes, shape ``(count, 384)``: many bytes at a time, since it is linear."""
    low, high = _advance_tables()
    for value in _crcs(frames):
        before = value ^ low[before & 0xFF] ^ high[before >> 8]
    return before


def _crcs(frames: NDArray[np.uint8]) -> list[int]:
    """The CRC of each row of 384 bytes."""
    tables, places = _place_tables(), np.arange(_CRC_ROW)
    each: list[int] = []
    for first in range(0, len(frames), _ROWS_AT_ONCE):
        looked_up = tables[places, frames[first : first + _ROWS_AT_ONCE]]
        each += np.bitwise_xor.reduce(looked_up, axis=1).tolist()
    return each


def crc16_rows(frames: NDArray[np.uint8]) -> int:
    """The CRC-16/ARC of MP3 frames of one size, shape ``(count, bytes)``, one after the other."""
    return crc16_frames(frames, 0) if frames.shape[1] == _CRC_ROW else crc16(frames.tobytes())


def running_crcs(frames: NDArray[np.uint8]) -> list[int]:
    """The CRC-16/ARC of no MP3 frame, of the first, of the first two, and so on to all of them."""
    rows = _crcs(frames) if frames.shape[1] == _CRC_ROW else [crc16(row.tobytes()) for row in frames]
    found = [0]
    for value in rows:
        found.append(value ^ crc16_after(found[-1], 1, frames.shape[1]))
    return found


def crc16_after(crc: int, count: int, length: int) -> int:
    """What a CRC-16/ARC becomes when ``count`` times ``length`` bytes of zeros follow.

    So the CRCs of parts make that of the whole: CRC(AB) is that of A after as many zeros as B has bytes, xor CRC(B).
    """
    zeros = count * length
    for low, high in _zeros():
        if not zeros:
            break
        if zeros & 1:
            crc = low[crc & 0xFF] ^ high[crc >> 8]
        zeros >>= 1
    return crc


@cache
def _zeros() -> list[tuple[list[int], list[int]]]:
    """What 1, 2, 4, 8 and more bytes of zeros, up to 4 GB, make of a CRC, by its low and by its high byte."""
    found = [([int(each) for each in _byte_table()], list(range(256)))]
    for _ in range(_MOST_BYTES.bit_length()):
        low, high = found[-1]
        found.append(([low[v & 0xFF] ^ high[v >> 8] for v in low], [low[v & 0xFF] ^ high[v >> 8] for v in high]))
    return found


class _Crc:
    """A CRC-16/ARC over bytes as they come; rows of 384 are taken together, wherever MP3 frames begin."""

    def __init__(self) -> None:
        self._crc = 0
        self._pending = b""

    def add(self, data: bytes) -> None:
        data = self._pending + data
        whole = len(data) // _CRC_ROW * _CRC_ROW
        if whole:
            rows = np.frombuffer(data, dtype=np.uint8, count=whole).reshape(-1, _CRC_ROW)
            self._crc = crc16_frames(rows, self._crc)
        self._pending = data[whole:]

    def value(self) -> int:
        return crc16(self._pending, self._crc)


def check_size(size: int) -> None:
    """Raise CodecError for more bytes of MP3 frames than a track can have."""
    if size >= _MOST_BYTES:
        raise CodecError("An MP3 cannot be longer than 4 GB.", hint="Ask for a shorter track.")


def another_kind() -> CodecError:
    """The error for MP3 frames that are not as they have to be."""
    return CodecError("The encoder wrote MP3 frames of another kind than was asked for.")


def padding_of(count: int, frames: int) -> int:
    """What is dropped at the end of ``count`` MP3 frames for ``frames`` frames of sound.

    Raises CodecError when they cannot be of that sound.
    """
    padding = count * FRAME_LENGTH - ENCODER_DELAY - frames
    if not DECODER_DELAY <= padding < 1 << 12:
        raise CodecError(f"The encoder wrote {count} MP3 frames for {frames} frames of sound.")
    return padding


class Mp3Writer:
    """Writes a whole MP3 file: ID3 tag, Info frame, then the encoder's frames as they come.

    ``frames`` is how many frames of sound there are, so that the tag can say what to drop.
    """

    def __init__(
        self, file: BinaryIO, *, frames: int, id3: bytes, rate: int = RATE, bitrate_kbps: int = BITRATE_KBPS
    ) -> None:
        self._file = file
        self._frames = frames
        self._rate, self._bitrate_kbps = rate, bitrate_kbps
        self._frame_bytes = frame_bytes(rate, bitrate_kbps)
        self._plain = header(rate, bitrate_kbps)[:3]
        self._padded = self._plain[:2] + bytes([self._plain[2] | _PADDED])
        self._start = len(id3)
        self._pending = b""
        self._count = 0
        self._size = self._frame_bytes
        self._crc = _Crc()
        file.write(id3 + bytes(self._frame_bytes))  # the Info frame's place; it is known at the end

    def write(self, data: bytes) -> None:
        """Take the encoder's next bytes. Raises CodecError when they are not the expected MP3 frames."""
        data = self._pending + data
        end = self._walked(data)
        whole, self._pending = data[:end], data[end:]
        self._crc.add(whole)
        self._size += len(whole)
        check_size(self._size)
        self._file.write(whole)

    def _walked(self, data: bytes) -> int:
        """Where the last whole MP3 frame ends. Each header says by its padding bit where the next one is."""
        at, last = 0, len(data) - self._frame_bytes
        while at <= last:
            head = data[at : at + 3]
            length = self._frame_bytes
            if head == self._padded and self._rate not in _WHOLE_BYTES:
                length += 1
            elif head != self._plain:
                raise another_kind()
            if at + length > len(data):
                break
            at += length
            self._count += 1
        return at

    def finish(self) -> None:
        """Write the Info frame. Raises CodecError when the encoder's frames cannot hold the sound."""
        padding = padding_of(self._count, self._frames)
        if self._pending:
            raise CodecError("The encoder wrote a part of an MP3 frame.")
        info = info_frame(
            count=self._count,
            padding=padding,
            music_crc=self._crc.value(),
            size=self._size,
            rate=self._rate,
            bitrate_kbps=self._bitrate_kbps,
        )
        self._file.seek(self._start)
        self._file.write(info)
        self._file.seek(0, 2)


def header(rate: int, bitrate_kbps: int) -> bytes:
    """The header of an MP3 frame: MPEG-1 Layer III, no CRC, no padding, joint stereo, original. Four bytes."""
    third = _BITRATE_INDEX[bitrate_kbps] << 4 | _RATE_INDEX[rate] << 2
    return _SYNC_NO_CRC + bytes([third, _JOINT_STEREO_ORIGINAL])


def info_frame(
    *,
    count: int,
    padding: int,
    music_crc: int,
    size: int | None = None,
    rate: int = RATE,
    bitrate_kbps: int = BITRATE_KBPS,
) -> bytes:
    """The first frame of the file: how many MP3 frames follow, what to drop at the ends, and checksums.

    ``size`` is that of all MP3 frames, this one too; without it, that of ``count`` frames without padding.
    """
    length = frame_bytes(rate, bitrate_kbps)
    size = (count + 1) * length if size is None else size
    frame = bytearray(length)
    frame[:_HEADER_BYTES] = header(rate, bitrate_kbps)
    at = _HEADER_BYTES + _SIDE_INFO_BYTES
    frame[at : at + 16] = b"Info" + struct.pack(">III", _HAS_FRAMES_BYTES_TOC_QUALITY, count, size)
    frame[at + 16 : at + 116] = bytes(percent * 256 // 100 for percent in range(100))  # constant bit rate
    frame[at + 116 : at + 120] = struct.pack(">I", _QUALITY)
    frame[_LAME_OFFSET : _LAME_OFFSET + 36] = struct.pack(
        ">9sBBIHHBB3sBBHIHH",
        _ENCODER,
        _METHOD_CBR,
        LOWPASS_HZ[bitrate_kbps] // 100,
        0,  # peak: not stated
        0,  # replay gain, radio and audiophile: not stated
        0,
        0,  # encoding flags
        min(bitrate_kbps, _MOST_KBPS_TOLD),
        struct.pack(">I", ENCODER_DELAY << 12 | padding)[1:],
        _SOURCE_RATE[rate] | _JOINT_STEREO,
        0,  # gain
        0,  # preset
        size,
        music_crc,
        0,
    )
    frame[_TAG_CRC_OFFSET : _TAG_CRC_OFFSET + 2] = struct.pack(">H", crc16(bytes(frame[:_TAG_CRC_OFFSET])))
    return bytes(frame)


def tell_length(file: BinaryIO, frames: int, start: int = 0) -> None:
    """Let the LAME tag in the first MP3 frame of an encoded file say what to drop for so many frames of sound.

    For some lengths, ffmpeg writes a padding that is a few frames off (of 7, it drops none). That MP3 frame begins at
    byte ``start``. Raises CodecError when there is no such tag, or when its MP3 frames cannot be of that sound.
    """
    file.seek(start)
    first = bytearray(file.read(_LONGEST_TAG))
    at = max(first.find(b"Xing", 0, _TAG_WITHIN), first.find(b"Info", 0, _TAG_WITHIN))
    if at < 0 or first[at + 7] != _HAS_FRAMES_BYTES_TOC_QUALITY:
        raise CodecError("ffmpeg wrote an MP3 without a LAME tag.")
    (count,) = struct.unpack_from(">I", first, at + 8)
    lame = at + _LAME_AFTER
    delay = int.from_bytes(first[lame + 21 : lame + 24], "big") >> 12
    each = FRAME_LENGTH if first[1] & _VERSION_1 else FRAME_LENGTH // 2
    padding = count * each - delay - frames
    if not 0 <= padding < 1 << 12:
        raise CodecError(f"ffmpeg wrote {count} MP3 frames for {frames} frames of sound.")
    first[lame + 21 : lame + 24] = (delay << 12 | padding).to_bytes(3, "big")
    file.seek(start)
    file.write(first[: lame + 34] + struct.pack(">H", crc16(bytes(first[: lame + 34]))))
