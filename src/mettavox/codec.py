"""The contract of an encoder."""

from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Block = NDArray[np.float32]
"""Sound in passing: float32, shape ``(frames, 2)``, amplitude in [-1, 1]."""


class Encoder(Protocol):
    """Takes a track block by block and leaves a whole file.

    ``gain_db`` is what the decoder gives back relative to what came in.
    """

    gain_db: float

    def write(self, block: Block) -> None:
        """Take the next block. Raises CodecError."""

    def finish(self) -> None:
        """Complete the file. Raises CodecError."""

    def abandon(self) -> None:
        """Stop, whatever the state; the file is left to its owner to remove."""
