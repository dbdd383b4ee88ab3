"""Encoding: a track's sound, block by block, as MP3."""

from collections.abc import Callable, Iterable
from typing import BinaryIO

import numpy as np

from mettavox.codec import Block, Encoder
from mettavox.codecs.ffmpeg import Mp3Encoder


def mp3(
    blocks: Iterable[Block], frames: int, file: BinaryIO, tag: bytes, hear: Callable[[float], None] = lambda share: None
) -> None:
    """Write ``frames`` frames as MP3 with that tag, as loud as they came in. ``hear`` hears how much is done, 0 to 1.

    Raises CodecError; the encoder has stopped then, whatever was raised.
    """
    encoder: Encoder = Mp3Encoder(file, frames=frames, id3=tag)
    made_up = np.float32(10 ** (-encoder.gain_db / 20))
    done = 0
    try:
        for block in blocks:
            encoder.write(block * made_up)
            done += len(block)
            hear(done / frames)
        encoder.finish()
    except BaseException:
        encoder.abandon()
        raise
