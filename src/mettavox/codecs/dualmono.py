"""Dual mono: the MP3 frames of one channel as joint stereo of two that are alike, with the very same sound.

A voice over silence is the same left and right. An encoder of stereo would find that out for each MP3 frame, and take
twice as long. In joint stereo one channel holds the middle, which is the left times the root of two if both are alike,
and the other the side, which is nothing then. So nothing has to be encoded anew: of what the encoder wrote for one
channel the quantised spectrum stays as it is, its global gain goes up by the root of two, and a side of no bits stands
beside it. The fields are those of ISO/IEC 11172-3, 2.4.1.7.
"""

import numpy as np
from numpy.typing import NDArray

from mettavox.codecs.mp3 import FRAME_LENGTH, RATE, another_kind, frame_bytes, header

MONO_KBPS = {96: 80, 112: 96, 128: 112, 160: 128, 192: 160, 224: 192, 256: 224, 320: 256}
"""The bit rate of one channel whose MP3 frames have room in those of two at each bit rate, in kbit/s: those have 15
bytes more of side information. With nothing to spend on a side, that leaves the middle as much as it would have had."""

_HEADER_BYTES = 4
_MONO_SIDE_BYTES, _STEREO_SIDE_BYTES = 17, 32
_SYNC = 0xFF
_MODE, _ONE_CHANNEL = 0b1100_0000, 0b1100_0000
_MIDDLE_AND_SIDE = 0b0010_0000
# Side information of one channel: where main data begins (9 bits), private (5), whether the second granule has scale
# factors of the first (4), and two granules. Of two channels: 9, 3, 4 for each, and each granule for each.
_BEGINS = slice(0, 9)
_SHARED, _SHARED_OF_TWO = slice(14, 18), slice(12, 16)
_GRANULES, _GRANULES_OF_TWO, _GRANULE_BITS = (18, 77), (20, 138), 59
# A granule: its length (12 bits), pairs of big values (9), global gain (8), lengths of scale factors (4), and then how
# it is divided into windows and tables, which has to be the same on both sides.
_LENGTH_AND_PAIRS, _GAIN, _SCALES = slice(0, 21), slice(21, 29), slice(29, 33)
# Global gain counts in fourth roots of two, up to 255.
_ROOT_OF_TWO, _MOST_GAIN = 2, 255


def mono_bytes(bitrate_kbps: int) -> int:
    """How many bytes an MP3 frame of one channel has that has room in one of two at ``bitrate_kbps``."""
    return FRAME_LENGTH // 8 * 1000 * MONO_KBPS[bitrate_kbps] // RATE


def as_two(frames: NDArray[np.uint8], bitrate_kbps: int) -> NDArray[np.uint8]:
    """MP3 frames of one channel, shape ``(count, mono_bytes)``, as joint stereo of two at ``bitrate_kbps``.

    They were encoded at 48 kHz and the bit rate of MONO_KBPS, without a reservoir. Raises CodecError for others.
    """
    side = np.unpackbits(frames[:, _HEADER_BYTES : _HEADER_BYTES + _MONO_SIDE_BYTES], axis=1)
    is_other = (frames[:, 0] != _SYNC) | (frames[:, 3] & _MODE != _ONE_CHANNEL) | side[:, _BEGINS].any(axis=1)
    if is_other.any():
        raise another_kind()
    both = np.zeros((len(frames), _STEREO_SIDE_BYTES * 8), dtype=np.uint8)
    both[:, _SHARED_OF_TWO] = side[:, _SHARED]
    for start, start_of_two in zip(_GRANULES, _GRANULES_OF_TWO, strict=True):
        granule = side[:, start : start + _GRANULE_BITS]
        middle = both[:, start_of_two : start_of_two + _GRANULE_BITS]
        middle[:] = granule
        louder = np.packbits(granule[:, _GAIN], axis=1).astype(np.uint16) + _ROOT_OF_TWO
        middle[:, _GAIN] = np.unpackbits(np.minimum(louder, _MOST_GAIN).astype(np.uint8), axis=1)
        nothing = both[:, start_of_two + _GRANULE_BITS : start_of_two + 2 * _GRANULE_BITS]
        nothing[:] = middle
        nothing[:, _LENGTH_AND_PAIRS] = nothing[:, _SCALES] = 0
    head = bytearray(header(RATE, bitrate_kbps))
    head[3] |= _MIDDLE_AND_SIDE
    made = np.zeros((len(frames), frame_bytes(RATE, bitrate_kbps)), dtype=np.uint8)
    made[:, :_HEADER_BYTES] = np.frombuffer(head, dtype=np.uint8)
    sound = _HEADER_BYTES + _STEREO_SIDE_BYTES
    made[:, _HEADER_BYTES:sound] = np.packbits(both, axis=1)
    main = frames[:, _HEADER_BYTES + _MONO_SIDE_BYTES :]
    made[:, sound : sound + main.shape[1]] = main
    return made
