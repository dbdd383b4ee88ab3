"""The sound of any file, from its start to its end, at the rate and with the channels that are wanted."""

from collections.abc import Generator, Iterator
from pathlib import Path
from typing import IO

import numpy as np
import soxr

from mettavox.codec import Block
from mettavox.codecs import au, ffmpeg

BLOCK_FRAMES = 1 << 16
# What is mono or stereo stays as it is.
_MIXED = ("-af", "aformat=channel_layouts=mono|stereo")
_LOUDEST = 8.0


def blocks(path: Path, *, rate: int, channels: int) -> Generator[Block, None, None]:
    """The sound of a file that ffmpeg reads, in blocks of any length, shape ``(frames, channels)``, one or two of them.

    One channel for two is the mean of both, two for one are alike; more than two are mixed to two by ffmpeg, which
    knows where each is heard. Raises CodecError when there is no sound in it.
    """
    with ffmpeg.decoded(path, *_MIXED, *au.ARGUMENTS) as pipe:
        head = au.read_head(pipe)
        if head is None:
            raise ffmpeg.no_sound(path)
        own_rate, own_channels = head
        finer = soxr.ResampleStream(own_rate, rate, channels, dtype="float32") if own_rate != rate else None
        heard = False
        for block in _read(pipe, own_channels):
            heard = True
            spread = _spread(block, channels)
            yield spread if finer is None else finer.resample_chunk(spread)
        if not heard:
            raise ffmpeg.no_sound(path)
        if finer is not None:
            yield finer.resample_chunk(np.zeros((0, channels), dtype=np.float32), last=True)


def _read(pipe: IO[bytes], channels: int) -> Iterator[Block]:
    size = channels * au.SAMPLE_BYTES
    while data := pipe.read(BLOCK_FRAMES * size):
        block = np.frombuffer(data[: len(data) // size * size], dtype=">f4").reshape(-1, channels)
        yield np.nan_to_num(block.astype(np.float32), posinf=1.0, neginf=-1.0).clip(-_LOUDEST, _LOUDEST)


def _spread(block: Block, channels: int) -> Block:
    own = block.shape[1]
    if own == channels:
        return block
    if channels == 1:
        mean: Block = block.mean(axis=1, dtype=np.float32, keepdims=True)
        return mean
    return np.repeat(block, channels, axis=1)


class Reader:
    """Blocks of any length as so many frames as are asked for."""

    def __init__(self, found: Iterator[Block]) -> None:
        self._found = found
        self._rest: Block | None = None

    def take(self, frames: int) -> Iterator[Block]:
        """The next ``frames`` frames, or as many as there are, in blocks."""
        while frames > 0:
            block = self._next()
            if block is None:
                return
            part, self._rest = block[:frames], block[frames:]
            frames -= len(part)
            yield part

    def piece(self, frames: int) -> Block:
        """The next ``frames`` frames in one piece; a few seconds at most. Empty where there is nothing left."""
        parts = list(self.take(frames))
        return np.concatenate(parts) if parts else np.zeros((0, 1), dtype=np.float32)

    def rest(self) -> Iterator[Block]:
        """All that is left."""
        while (block := self._next()) is not None:
            self._rest = None
            yield block

    def skip(self, frames: int) -> None:
        """Leave out the next ``frames`` frames."""
        for _ in self.take(frames):
            pass

    def _next(self) -> Block | None:
        while self._rest is None or not len(self._rest):
            self._rest = next(self._found, None)
            if self._rest is None:
                return None
        return self._rest
