"""Decoding for proof: libsndfile (mpg123 and the like), which is not the family that encoded; ffmpeg for M4A alone."""

import contextlib
import os
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import IO

import numpy as np
import soundfile

from mettavox.codec import Block
from mettavox.codecs import au, ffmpeg, mp4
from mettavox.errors import CodecError
from mettavox.proof import Proof
from mettavox.verify import BLOCK_SECONDS

_STDERR = 2


def blocks(path: Path, frames: int) -> Iterator[Block]:
    """The sound of a file in blocks of so many frames, shape ``(frames, channels)``; the last may be shorter.

    The file's name does not matter. Raises CodecError when the file is not sound.
    """
    return _by_ffmpeg(path, frames) if _is_m4a(path) else _by_libsndfile(path, frames)


def bare(data: bytes, skip: int, *, at: int, stop: int, size: int) -> Iterator[tuple[int, Block]]:
    """The sound of MP3 frames without a tag, but for the first ``skip`` frames of it, which is the one from ``at`` on.

    It comes in blocks of ``size`` frames up to ``stop``, each with the frame at which it begins; where the MP3 frames
    end before, so does the sound. Raises CodecError when they cannot be decoded.
    """
    try:
        with _descriptor(data) as number, soundfile.SoundFile(number, closefd=False) as file:
            file.read(skip, dtype="float32", always_2d=True)
            while at < stop:
                block: Block = file.read(min(size, stop - at), dtype="float32", always_2d=True)
                if not len(block):
                    return
                yield at, block
                at += len(block)
    except soundfile.SoundFileError as error:
        raise _not_sound() from error


@contextlib.contextmanager
def _descriptor(data: bytes) -> Iterator[int]:
    """A file with these bytes, open at its start: what interrupts a function that the decoder calls would be lost."""
    if hasattr(os, "memfd_create"):
        number = os.memfd_create("mettavox")
        with os.fdopen(number, "w+b") as file:
            _fill(file, data)
            yield number
    else:
        with tempfile.TemporaryFile(prefix="mettavox-") as file:
            _fill(file, data)
            yield file.fileno()


def _fill(file: IO[bytes], data: bytes) -> None:
    file.write(data)
    file.flush()
    os.lseek(file.fileno(), 0, os.SEEK_SET)


def told_frames(path: Path) -> int:
    """How long a file says it is, in frames, as a decoder understands it. Raises CodecError when it is not sound."""
    return told_length(path)[0]


def told_length(path: Path) -> tuple[int, int]:
    """How long a file says it is, in frames at so many hertz; M4A says it in milliseconds, and so is this one's.

    Raises CodecError when it is not sound.
    """
    if _is_m4a(path):
        return mp4.told_length(path)
    try:
        with _hushed(), soundfile.SoundFile(str(path)) as file:
            return int(file.frames), int(file.samplerate)
    except soundfile.SoundFileError as error:
        raise _not_sound() from error


def for_proof(path: Path, proof: Proof, hear: Callable[[float], None] = lambda share: None) -> Iterator[Block]:
    """The sound of a file in the blocks that ``verify`` takes; ``hear`` hears how much of it is read, 0 to 1."""
    size = BLOCK_SECONDS * proof.rate
    for place, block in enumerate(blocks(path, size)):
        hear(min(1.0, place * size / proof.frames))
        yield block


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
    with ffmpeg.decoded(path, *au.ARGUMENTS) as pipe:
        yield from _received(pipe, frames)


def _received(pipe: IO[bytes], frames: int) -> Iterator[Block]:
    head = au.read_head(pipe)
    if head is None:
        raise _not_sound()
    _, channels = head
    while data := pipe.read(frames * channels * au.SAMPLE_BYTES):
        yield np.frombuffer(data, dtype=">f4").reshape(-1, channels).astype(np.float32)


def _not_sound() -> CodecError:
    return CodecError("The file cannot be decoded.", hint="Make it again.")
