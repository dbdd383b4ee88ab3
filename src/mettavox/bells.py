"""The bell: a struck bowl, made in code, mono."""

from functools import lru_cache

import numpy as np
from numpy.typing import NDArray

from mettavox.layout import BELL_SECONDS
from mettavox.loudness import BINS_A_SECOND, k_weighted
from mettavox.units import frames

SECONDS = BELL_SECONDS
"""How long the bowl is heard; it would ring on for longer, and is let go of in the last third."""
TUNED_HZ = 220.0
"""Its lowest tone: the A under middle C, of which the pad, the drone and the breath tones are made too."""

# Each tone of the bowl: its place over the lowest, how strong it is struck, the seconds in which it falls by 60 dB,
# and the beat in hertz of its two halves. A bowl is not quite round, so each way in which it bends comes as a pair;
# higher tones die sooner. Every bowl has places of its own: the one in the Synthesis ToolKit (BandedWG.cpp) has
# 1 : 2.98 : 5.70 : 9.00; lower ones sound darker. On their physics: "The dynamics of Tibetan singing bowls",
# Acta Acustica united with Acustica 92 (2006), pages 637-653.
_TONES = (
    (1.0, 1.0, 24.0, 0.42),
    (2.76, 0.4, 12.0, 0.9),
    (5.21, 0.18, 6.0, 1.3),
    (8.23, 0.075, 2.6, 2.1),
    (11.6, 0.03, 1.3, 2.9),
)
_HALVES = (1.0, 0.4)
_MALLET_SECONDS = (0.030, 0.006)
"""A felt mallet: the lowest tone comes up in the first of these, the highest in the second."""
_LETTING_GO_SECONDS = 3.0
_MOMENT_BINS = 4


@lru_cache(maxsize=1)  # many tracks in a row have the same
def bowl(rate: int, loudness_lufs: float) -> NDArray[np.int16]:
    """A struck bowl of SECONDS, shape ``(frames,)``: it begins and ends with exact silence.

    ``loudness_lufs`` is its highest momentary loudness (any 400 ms) where it sounds in both channels.
    """
    time = np.arange(frames(SECONDS, rate)) / rate
    sound = np.zeros(len(time))
    for place, (ratio, strength, decay, beat) in enumerate(_TONES):
        slow, quick = _MALLET_SECONDS
        struck = 1 - np.exp(-time / (slow * (quick / slow) ** (place / (len(_TONES) - 1))) * 3)
        falling = strength * struck * 10 ** (-3 * time / decay)
        for half, share in enumerate(_HALVES):
            hertz = TUNED_HZ * ratio + half * beat
            sound += share * falling * np.sin(2 * np.pi * hertz * time)
    left = np.clip((SECONDS - 1 / rate - time) / _LETTING_GO_SECONDS, 0, 1)
    sound *= 0.5 - 0.5 * np.cos(np.pi * left)
    sound *= 10 ** ((loudness_lufs - _highest_momentary(sound.astype(np.float32), rate)) / 20)
    return np.clip(np.rint(sound * 32768), -32768, 32767).astype(np.int16)


def _highest_momentary(sound: NDArray[np.float32], rate: int) -> float:
    """The loudest 400 ms in LUFS, looked for every 10 ms; both channels sound alike."""
    hop = rate // BINS_A_SECOND // 10
    weighted = k_weighted(sound, rate)
    weighted = weighted[: len(weighted) // hop * hop].astype(np.float64)
    running = np.concatenate([[0.0], np.cumsum((weighted**2).reshape(-1, hop).sum(axis=1))])
    size = _MOMENT_BINS * 10
    loudest = float((running[size:] - running[:-size]).max()) / (size * hop)
    return float(-0.691 + 10 * np.log10(2 * loudest))  # BS.1770-5, equation 2
