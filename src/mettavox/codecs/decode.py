"""Decoding for proof: libsndfile (mpg123 and the like), which is not the family that encoded; ffmpeg for M4A alone."""

import contextlib
import os
import struct
from collections.abc import Iterator
from pathlib import Path
from typing import IO

import numpy as np
import soundfile

from mettavox.codec import Block
from mettavox.codecs import ffmpeg
from mettavox.errors import CodecError

# Sun's AU has the plainest head that can be sent down a pipe: six numbers of four bytes.
_HEAD = struct.Struct(">4s5I")
_MAGIC = b".snd"
_SAMPLE_BYTES = 4


_STDERR = 2


def blocks(path: Path, frames: int) -> Iterator[Block]:
    """The sound of a file in blocks of so many frames, shape ``(frames, channels)``; the last may be shorter.

    The file's name does not matter. Raises CodecError when the file is not sound.
    """
    return _by_ffmpeg(path, frames) if _is_m4a(path) else _by_libsndfile(path, frames)


def _is_m4a(path: Path) -> bool:
    """Whether it is an MP4 file, which libsndfile does not read."""
    with contextlib.suppress(OSError), path.open("rb") as file:
        return file.read(8)[4:] == b"ftyp"
    return False


def _by_libsndfile(path: Path, frames: int) -> Iterator[Block]:
    try:
        with _hushed():
            file = soundfile.SoundFile(str(path))
        with file:
            while True:
                with _hushed():
                    block: Block = file.read(frames, dtype="float32", always_2d=True)
                if not len(block):
                    return
                yield block
    except soundfile.SoundFileError as error:
        raise _not_sound() from error


@contextlib.contextmanager
def _hushed() -> Iterator[None]:
    """Keep what mpg123 itself writes to standard error about a broken file from people; the error says it."""
    try:
        before = os.dup(_STDERR)
    except OSError:  # there is no standard error
        yield
        return
    try:
        with open(os.devnull, "wb") as nowhere:  # noqa: PTH123 - a device, and no path
            os.dup2(nowhere.fileno(), _STDERR)
        yield
    finally:
        os.dup2(before, _STDERR)
        os.close(before)


def _by_ffmpeg(path: Path, frames: int) -> Iterator[Block]:
    with ffmpeg.decoded(path, "-c:a", "pcm_f32be", "-f", "au") as pipe:
        yield from _received(pipe, frames)


def _received(pipe: IO[bytes], frames: int) -> Iterator[Block]:
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        raise _not_sound()
    _, start, _, _, _, channels = _HEAD.unpack(head)
    pipe.read(start - _HEAD.size)
    while data := pipe.read(frames * channels * _SAMPLE_BYTES):
        yield np.frombuffer(data, dtype=">f4").reshape(-1, channels).astype(np.float32)


def _not_sound() -> CodecError:
    return CodecError("The file cannot be decoded.", hint="Make it again.")
