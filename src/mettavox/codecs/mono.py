"""Any sound file as one channel of 48 kHz samples on disk, read block by block, so that its length costs no memory."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from math import inf
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np
import soxr
from numpy.typing import NDArray

from mettavox.codecs import au, ffmpeg

RATE = 48_000
_BLOCK_FRAMES = 1 << 18
_FULL_SCALE, _RUN = 0.9999, 3


@dataclass(frozen=True, kw_only=True, eq=False)
class Mono:
    """A sound at RATE: ``samples``, 16-bit, on disk; and the frames at which it was cut off at full scale."""

    samples: NDArray[np.int16]
    clipped: NDArray[np.int64]


@contextmanager
def opened(path: Path, *, most_seconds: float = inf) -> Iterator[Mono]:
    """The sound in a file of any format that ffmpeg reads; it lies in a scratch file until the block ends.

    No more than ``most_seconds`` of it are read: a small file may hold hours.
    Raises CodecError when there is no sound in it, and OSError for what the scratch disk refuses.
    """
    with tempfile.TemporaryFile(prefix="mettavox-") as scratch:
        bound = ["-t", f"{most_seconds:.3f}"] if most_seconds < inf else []
        with ffmpeg.decoded(path, *bound, *au.ARGUMENTS) as pipe:
            clipped = _converted(pipe, scratch, path)
        scratch.flush()
        frames = scratch.tell() // 2
        if not frames:
            raise ffmpeg.no_sound(path)
        samples = np.memmap(scratch, dtype="<i2", mode="r", shape=(frames,))
        yield Mono(samples=samples, clipped=clipped)


def _converted(pipe: IO[bytes], scratch: BinaryIO | IO[bytes], path: Path) -> NDArray[np.int64]:
    head = au.read_head(pipe)
    if head is None:
        raise ffmpeg.no_sound(path)
    rate, channels = head
    finer = soxr.ResampleStream(rate, RATE, 1, dtype="float32") if rate != RATE else None
    clipped: list[NDArray[np.int64]] = [np.zeros(0, dtype=np.int64)]
    at, size = 0, _BLOCK_FRAMES * channels * au.SAMPLE_BYTES
    while True:
        data = pipe.read(size)
        block = np.frombuffer(data[: len(data) // (4 * channels) * 4 * channels], dtype=">f4").reshape(-1, channels)
        clipped.append((at + _cut_off(block)) * RATE // rate)
        at += len(block)
        mixed = block.astype(np.float32).mean(axis=1, dtype=np.float32)
        if finer is not None:
            mixed = finer.resample_chunk(mixed, last=len(data) < size)
        scratch.write(np.rint(np.clip(np.nan_to_num(mixed), -1, 1) * 32767).astype("<i2").tobytes())
        if len(data) < size:
            return np.concatenate(clipped)


def _cut_off(block: NDArray[np.float32]) -> NDArray[np.int64]:
    """The frames in a run at full scale, in any channel."""
    full = np.abs(block) >= _FULL_SCALE
    if len(block) < _RUN or not full.any():
        return np.zeros(0, dtype=np.int64)
    run = np.ones(len(block) - _RUN + 1, dtype=bool)[:, None] & full[: len(full) - _RUN + 1]
    for step in range(1, _RUN):
        run = run & full[step : len(full) - _RUN + 1 + step]
    return np.flatnonzero(run.any(axis=1))
