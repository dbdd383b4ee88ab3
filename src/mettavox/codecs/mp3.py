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

FRAME_BYTES = 384
FRAME_LENGTH = 1152
ENCODER_DELAY = 576
"""Frames that LAME puts before the sound; a decoder adds 529 more."""
DECODER_DELAY = 529

# MPEG-1 Layer III, no CRC, 128 kbit/s, 48 kHz, no padding, joint stereo.
_HEADER = bytes([0xFF, 0xFB, 0x94, 0x44])
# The same frame without joint stereo's extension bits differs only in the last byte.
_SYNC = _HEADER[:3]
_SIDE_INFO_BYTES = 32
_ENCODER = b"LAME3.100"
_LAME_OFFSET = 4 + _SIDE_INFO_BYTES + 120
_TAG_CRC_OFFSET = _LAME_OFFSET + 34
_HAS_FRAMES_BYTES_TOC_QUALITY = 0x0F
_QUALITY = 50
_METHOD_CBR = 1
_LOWPASS_HZ = 17_000
_JOINT_STEREO, _SOURCE_48 = 3 << 2, 2 << 6


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
    """What each byte value at each place of an MP3 frame adds to the frame's CRC; shape (384, 256)."""
    table = _byte_table()
    places = np.zeros((FRAME_BYTES, 256), dtype=np.uint16)
    places[-1] = table
    for place in range(FRAME_BYTES - 2, -1, -1):
        later = places[place + 1]
        places[place] = (later >> 8) ^ table[later & 0xFF]
    return places


@cache
def _advance_tables() -> tuple[NDArray[np.uint16], NDArray[np.uint16]]:
    """What a CRC becomes when a frame of zeros follows, by its low and by its high byte."""
    # A CRC register before a frame acts like the frame's first two bytes.
    places = _place_tables()
    return places[0], places[1]


def crc16_frames(frames: NDArray[np.uint8], before: int) -> int:
    """CRC-16/ARC over whole MP3 frames, shape ``(count, 384)``: many bytes at a time, since it is linear."""
    columns = np.arange(FRAME_BYTES)
    each = np.bitwise_xor.reduce(_place_tables()[columns, frames], axis=1)
    low, high = _advance_tables()
    for value in each.tolist():
        before = value ^ int(low[before & 0xFF]) ^ int(high[before >> 8])
    return before


class Mp3Writer:
    """Writes a whole MP3 file: ID3 tag, Info frame, then the encoder's frames as they come.

    ``frames`` is how many frames of sound there are, so that the tag can say what to drop.
    """

    def __init__(self, file: BinaryIO, *, frames: int, id3: bytes) -> None:
        self._file = file
        self._frames = frames
        self._start = len(id3)
        self._pending = b""
        self._count = 0
        self._crc = 0
        file.write(id3 + bytes(FRAME_BYTES))  # the Info frame's place; it is known at the end

    def write(self, data: bytes) -> None:
        """Take the encoder's next bytes. Raises CodecError when they are not the expected MP3 frames."""
        data = self._pending + data
        count = len(data) // FRAME_BYTES
        whole, self._pending = data[: count * FRAME_BYTES], data[count * FRAME_BYTES :]
        if not count:
            return
        grid = np.frombuffer(whole, dtype=np.uint8).reshape(count, FRAME_BYTES)
        if (grid[:, :3] != np.frombuffer(_SYNC, dtype=np.uint8)).any():
            raise CodecError("ffmpeg wrote MP3 frames of another kind than was asked for.")
        self._crc = crc16_frames(grid, self._crc)
        self._count += count
        self._file.write(whole)

    def finish(self) -> None:
        """Write the Info frame. Raises CodecError when the encoder's frames cannot hold the sound."""
        padding = self._count * FRAME_LENGTH - ENCODER_DELAY - self._frames
        if self._pending or not DECODER_DELAY <= padding < 1 << 12:
            raise CodecError(f"ffmpeg wrote {self._count} MP3 frames for {self._frames} frames of sound.")
        self._file.seek(self._start)
        self._file.write(info_frame(count=self._count, padding=padding, music_crc=self._crc))
        self._file.seek(0, 2)


def info_frame(*, count: int, padding: int, music_crc: int) -> bytes:
    """The first frame of the file: how many MP3 frames follow, what to drop at the ends, and checksums."""
    size = (count + 1) * FRAME_BYTES
    frame = bytearray(FRAME_BYTES)
    frame[:4] = _HEADER[:3] + bytes([0x44])
    at = 4 + _SIDE_INFO_BYTES
    frame[at : at + 16] = b"Info" + struct.pack(">III", _HAS_FRAMES_BYTES_TOC_QUALITY, count, size)
    frame[at + 16 : at + 116] = bytes(percent * 256 // 100 for percent in range(100))  # constant bit rate
    frame[at + 116 : at + 120] = struct.pack(">I", _QUALITY)
    frame[_LAME_OFFSET : _LAME_OFFSET + 36] = struct.pack(
        ">9sBBIHHBB3sBBHIHH",
        _ENCODER,
        _METHOD_CBR,
        _LOWPASS_HZ // 100,
        0,  # peak: not stated
        0,  # replay gain, radio and audiophile: not stated
        0,
        0,  # encoding flags
        128,  # kbit/s
        struct.pack(">I", ENCODER_DELAY << 12 | padding)[1:],
        _SOURCE_48 | _JOINT_STEREO,
        0,  # gain
        0,  # preset
        size,
        music_crc,
        0,
    )
    frame[_TAG_CRC_OFFSET : _TAG_CRC_OFFSET + 2] = struct.pack(">H", crc16(bytes(frame[:_TAG_CRC_OFFSET])))
    return bytes(frame)
