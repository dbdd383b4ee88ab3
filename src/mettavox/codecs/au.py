"""Sun's AU: it has the plainest head that can be sent down a pipe, six numbers of four bytes."""

import struct
from typing import IO

ARGUMENTS = ("-c:a", "pcm_f32be", "-f", "au")
"""What makes ffmpeg write it: samples of 32-bit big-endian floats."""
SAMPLE_BYTES = 4

_HEAD = struct.Struct(">4s5I")
_MAGIC = b".snd"


def read_head(pipe: IO[bytes]) -> tuple[int, int] | None:
    """The rate in hertz and the channels, with the pipe left at the first sample; None where there is no AU."""
    head = pipe.read(_HEAD.size)
    if len(head) < _HEAD.size or not head.startswith(_MAGIC):
        return None
    _, start, _, _, rate, channels = _HEAD.unpack(head)
    pipe.read(start - _HEAD.size)
    return rate, channels
