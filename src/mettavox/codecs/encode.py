"""Encoding: a track's sound, block by block, as a file of any of the formats."""

from collections.abc import Callable, Iterable
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mettavox.codec import Block, Encoder
from mettavox.codecs import ffmpeg, formats, id3, mp3encoder
from mettavox.codecs.container import ContainerEncoder
from mettavox.codecs.formats import FORMATS
from mettavox.codecs.mp3 import BITRATE_KBPS, RATE, frame_bytes
from mettavox.codecs.mp3encoder import Mp3Encoder
from mettavox.codecs.wav import WavEncoder
from mettavox.errors import CodecError
from mettavox.tags import Tags

__all__ = ["FORMATS", "check", "mp3", "named", "track"]

Hear = Callable[[float], None]
"""Hears how much is done, 0 to 1."""


def check(kind: str, *, rate: int = RATE, bitrate_kbps: int = BITRATE_KBPS) -> None:
    """Raise CodecError when such a track could not be encoded here: better now than after the speaking."""
    form = formats.checked(kind, rate)
    if kind == "mp3":
        frame_bytes(rate, bitrate_kbps)
        mp3encoder.check()
    elif form.encoder:
        ffmpeg.check_encoder(form.encoder)


def named(kind: str) -> str:
    """What encodes tracks of that kind, with its version, in a line; empty where nothing has to. Raises CodecError."""
    if kind == "mp3":
        return mp3encoder.named()
    return ffmpeg.named() if FORMATS[kind].encoder else ""


def track(
    kind: str,
    blocks: Iterable[Block],
    frames: int,
    path: Path,
    tags: Tags,
    *,
    rate: int = RATE,
    bitrate_kbps: int = BITRATE_KBPS,
    alike: bool = False,
    hear: Hear = lambda share: None,
) -> None:
    """Write ``frames`` frames at ``rate`` hertz to ``path``, whatever it is called, as a file of that kind.

    It sounds as loud as it came in. ``bitrate_kbps`` is for MP3 alone; the others have their own (FORMATS). Both
    channels may be ``alike`` in all blocks; an MP3 is better then, and made in half the time. Raises CodecError, and
    OSError for what the disk refuses; nothing runs then, and ``path`` is for its owner to remove.
    """
    formats.checked(kind, rate)
    if kind in ("mp3", "wav"):
        with path.open("w+b") as file:
            if kind == "mp3":
                tag = id3.tag(tags, rate=rate, frames=frames)
                mp3(blocks, frames, file, tag, hear, rate=rate, bitrate_kbps=bitrate_kbps, alike=alike)
            else:
                _encoded(WavEncoder(file, frames=frames, tags=tags, rate=rate), blocks, frames, hear)
    else:
        _encoded(ContainerEncoder(kind, path, frames=frames, tags=tags, rate=rate), blocks, frames, hear)


def mp3(
    blocks: Iterable[Block],
    frames: int,
    file: BinaryIO,
    tag: bytes,
    hear: Hear = lambda share: None,
    *,
    rate: int = RATE,
    bitrate_kbps: int = BITRATE_KBPS,
    alike: bool = False,
) -> None:
    """Write ``frames`` frames as MP3 with that tag, as loud as they came in; ``alike`` as in ``track``.

    Raises CodecError; the encoder has stopped then, whatever was raised.
    """
    encoder = Mp3Encoder(file, frames=frames, id3=tag, rate=rate, bitrate_kbps=bitrate_kbps, alike=alike)
    _encoded(encoder, blocks, frames, hear)


def _encoded(encoder: Encoder, blocks: Iterable[Block], frames: int, hear: Hear) -> None:
    made_up = np.float32(10 ** (-encoder.gain_db / 20))
    done = 0
    try:
        for block in blocks:
            encoder.write(block * made_up if encoder.gain_db else block)
            done += len(block)
            hear(done / frames)
        if done != frames:
            raise CodecError(f"A track of {frames} frames came out with {done}.")
        encoder.finish()
    except BaseException:
        encoder.abandon()
        raise
