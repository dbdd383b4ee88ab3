"""Samples as 16-bit PCM: what encoders are fed, and what WAV holds."""

import numpy as np

from mettavox.codec import Block

_FULL_SCALE = 32767.0


def pcm16(block: Block) -> memoryview:
    """A block as interleaved little-endian 16-bit samples; what lies beyond [-1, 1] is clipped, not turned over."""
    if not block.any():
        return memoryview(bytes(2 * block.size))
    scaled = block * np.float32(_FULL_SCALE)
    np.clip(np.rint(scaled, out=scaled), -32768, 32767, out=scaled)
    return scaled.astype("<i2", order="C").data.cast("B")
