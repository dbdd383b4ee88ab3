"""Decoding for proof: libsndfile (mpg123), which is not the family that encoded."""

from collections.abc import Iterator
from pathlib import Path

import soundfile

from mettavox.codec import Block
from mettavox.errors import CodecError


def blocks(path: Path, frames: int) -> Iterator[Block]:
    """The sound of a file in blocks of so many frames, shape ``(frames, channels)``; the last may be shorter.

    Raises CodecError when the file is not sound.
    """
    try:
        with soundfile.SoundFile(str(path)) as file:
            while True:
                block: Block = file.read(frames, dtype="float32", always_2d=True)
                if not len(block):
                    return
                yield block
    except soundfile.SoundFileError as error:
        raise CodecError("The file cannot be decoded.", hint="Make it again.") from error
