"""Who encodes MP3 frames: LAME in this process, or ffmpeg's where that is not to be had.

Both are asked for the same: a constant bit rate, joint stereo, and no bit reservoir, so that every MP3 frame stands
alone and can be cut or copied.
"""

from collections.abc import Callable
from typing import BinaryIO

import numpy as np

from mettavox.codec import Block
from mettavox.codecs import dualmono, ffmpeg, lame
from mettavox.codecs.ffmpeg import Feed
from mettavox.codecs.lame import Lame
from mettavox.codecs.mp3 import BITRATE_KBPS, LOWPASS_HZ, RATE, Mp3Writer, frame_bytes

LAME_GAINS_DB = {
    96: -0.446, 112: -0.446, 128: -0.446, 160: -0.446, 192: -0.265, 224: -0.175, 256: 0.0, 320: 0.0,
}  # fmt: skip
"""By how much LAME changes the level at each constant bit rate, in kbit/s: its presets multiply by 0.95 up to
160 kbit/s, 0.97 at 192 and 0.98 at 224 (measured at both rates, 440 Hz and 1 kHz: within 0.003 dB of these)."""
_LEAST_KBPS = min(LAME_GAINS_DB)
_LIBRARY = "libmp3lame"


def named() -> str:
    """The version of what encodes, in a line. Raises CodecError when there is nothing that does."""
    return lame.named() if lame.is_here() else ffmpeg.named()


def check() -> None:
    """Raise CodecError when no MP3 could be encoded here: better now than after the speaking."""
    if not lame.is_here():
        ffmpeg.check_encoder(_LIBRARY)


def channels_of(rate: int, *, alike: bool) -> int:
    """How many channels are to be encoded of a track at ``rate`` whose two are ``alike``, or not: 1 or 2."""
    return 1 if alike and rate == RATE and lame.is_here() else 2


def gain_db(bitrate_kbps: int, channels: int) -> float:
    """By how much a track comes out louder than it went in, of so many channels at this bit rate."""
    return LAME_GAINS_DB[max(_LEAST_KBPS, dualmono.MONO_KBPS[bitrate_kbps]) if channels == 1 else bitrate_kbps]


def opened(
    take: Callable[[bytes], None], *, rate: int = RATE, bitrate_kbps: int = BITRATE_KBPS, channels: int = 2
) -> Lame | Feed:
    """An encoder of 16-bit sound in so many ``channels``, as ``channels_of`` has them.

    Its MP3 frames, always of joint stereo, go to ``take`` as they come. Raises CodecError.
    """
    if channels == 1:
        return Lame(
            rate=rate,
            bitrate_kbps=dualmono.MONO_KBPS[bitrate_kbps],
            take=_Doubled(take, bitrate_kbps).take,
            channels=1,
            lowpass_hz=LOWPASS_HZ[bitrate_kbps],
        )
    if lame.is_here():
        return Lame(rate=rate, bitrate_kbps=bitrate_kbps, take=take)
    arguments = [
        "-map_metadata", "-1", "-c:a", _LIBRARY, "-b:a", f"{bitrate_kbps}k",
        "-joint_stereo", "1", "-reservoir", "0",
        "-f", "mp3", "-write_xing", "0", "-id3v2_version", "0", "pipe:1",
    ]  # fmt: skip
    return Feed(arguments, rate=rate, take=take)


class _Doubled:
    """Takes MP3 frames of one channel and gives on those of two."""

    def __init__(self, take: Callable[[bytes], None], bitrate_kbps: int) -> None:
        self._take = take
        self._bitrate_kbps = bitrate_kbps
        self._size = dualmono.mono_bytes(bitrate_kbps)
        self._pending = b""

    def take(self, data: bytes) -> None:
        data = self._pending + data
        whole = len(data) // self._size * self._size
        self._pending = data[whole:]
        if whole:
            rows = np.frombuffer(data, dtype=np.uint8, count=whole).reshape(-1, self._size)
            self._take(dualmono.as_two(rows, self._bitrate_kbps).tobytes())


class Mp3Encoder:
    """An Encoder: constant bit rate, joint stereo, into a file with an ID3 tag and a LAME tag.

    Where both channels are ``alike`` in all that comes, one is encoded.
    """

    def __init__(
        self,
        file: BinaryIO,
        *,
        frames: int,
        id3: bytes,
        rate: int = RATE,
        bitrate_kbps: int = BITRATE_KBPS,
        alike: bool = False,
    ) -> None:
        frame_bytes(rate, bitrate_kbps)  # refuses what cannot be
        self._channels = channels_of(rate, alike=alike)
        self.gain_db = gain_db(bitrate_kbps, self._channels)
        self._writer = Mp3Writer(file, frames=frames, id3=id3, rate=rate, bitrate_kbps=bitrate_kbps)
        self._frames = opened(self._writer.write, rate=rate, bitrate_kbps=bitrate_kbps, channels=self._channels)

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, 2)``; beyond [-1, 1] they are clipped. Raises CodecError."""
        self._frames.write(block[:, : self._channels])

    def finish(self) -> None:
        """Wait for the last MP3 frame and complete the tags. Raises CodecError, or OSError from the file."""
        self._frames.finish()
        self._writer.finish()

    def abandon(self) -> None:
        """End the encoder at once."""
        self._frames.abandon()
