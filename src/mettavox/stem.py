"""The voice stem: every clip at the track's rate, one gain for all, peaks limited, at the target loudness."""

from collections.abc import Mapping, MutableMapping
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from mettavox.limiter import HOP, Hops, hop_gain, hop_peaks, with_gain
from mettavox.loudness import Energies, Samples, k_weighted
from mettavox.script import Bell, Line
from mettavox.shape import Shaped
from mettavox.timeline import Timeline

VOICE_LUFS = -16.0
"""The loudness of the voice, by speech alone: pauses and the bed do not count."""
CEILING_DBTP = -2.0
"""The stem's true peak; the encoder may overshoot it, and -1 dBTP is promised."""

_CLOSE_ENOUGH_LU = 0.01
_MOST_ROUNDS = 12
_CEILING = 10 ** (CEILING_DBTP / 20)


@dataclass(frozen=True, kw_only=True, eq=False)
class VoiceStem:
    """The clips that a timeline places, 16-bit at its rate, and how loud they are together."""

    clips: Mapping[Line | Bell, NDArray[np.int16]]
    loudness_lufs: float


def voice_stem(timeline: Timeline, shaped: Mapping[Line, Shaped]) -> VoiceStem:
    """The stem of ``timeline``, at VOICE_LUFS by BS.1770 over the whole stem and under CEILING_DBTP.

    A clip is let go of as soon as it is finished, when ``shaped`` can be changed.
    """
    starts: dict[Line, list[int]] = {}
    for place in timeline.placements:
        if isinstance(place.sound, Line):
            starts.setdefault(place.sound, []).append(place.start)
    parts = {line: _Part(shaped[line], starts[line]) for line in starts}
    gain, loudness = _gain(timeline, list(parts.values()))
    clips: dict[Line | Bell, NDArray[np.int16]] = {}
    for line, part in parts.items():
        clips[line] = part.finished(shaped[line], gain, timeline.rate)
        if isinstance(shaped, MutableMapping):
            del shaped[line]
    return VoiceStem(clips=clips, loudness_lufs=loudness)


class _Part:
    """What has to be known of one clip to find the gain: its peak and its loudness, hop by hop."""

    def __init__(self, clip: Shaped, starts: list[int]) -> None:
        self._rate = clip.rate
        self._starts = starts
        self._peaks = hop_peaks(clip.samples)
        weighted = k_weighted(clip.samples, clip.rate)
        whole = np.pad(weighted, (0, -len(weighted) % HOP)).reshape(-1, HOP)
        self._energy = np.einsum("ij,ij->i", whole, whole, dtype=np.float64)

    def add_to(self, energies: Energies, gain: float) -> None:
        """Add the clip's energy at that gain, limited, wherever it lies.

        The limiter's gain moves far more slowly than the weighting filter rings, so it may be
        applied after the filter.
        """
        curve = self._limiting(gain)
        levels = np.full(len(self._energy), curve[-1])
        levels[: len(curve)] = curve
        running = np.zeros(len(self._energy) + 1)
        np.cumsum(self._energy * np.square(levels * gain), out=running[1:])
        for start in self._starts:
            energies.add(running, self._rate / HOP, start, frames_each=HOP)

    def finished(self, clip: Shaped, gain: float, rate: int) -> NDArray[np.int16]:
        """The clip at that gain, limited, at the track's rate."""
        return _at_rate(with_gain(clip.samples * np.float32(gain), self._limiting(gain)), clip, rate)

    def _limiting(self, gain: float) -> Hops:
        return hop_gain(self._peaks * gain, self._rate, _CEILING)


def _gain(timeline: Timeline, parts: list[_Part]) -> tuple[float, float]:
    """The gain (a factor) that brings the limited stem to its loudness, and that loudness in LUFS.

    Limiting costs loudness, so it is found in rounds.
    """
    gain_db, loudness = 0.0, float("-inf")
    for _ in range(_MOST_ROUNDS):
        energies = Energies(timeline.frames, timeline.rate)
        for part in parts:
            part.add_to(energies, 10 ** (gain_db / 20))
        loudness = energies.integrated()
        if abs(loudness - VOICE_LUFS) < _CLOSE_ENOUGH_LU:
            break
        gain_db += VOICE_LUFS - loudness
    return 10 ** (gain_db / 20), loudness


def _at_rate(samples: Samples, clip: Shaped, rate: int) -> NDArray[np.int16]:
    finer = soxr.resample(samples, clip.rate, rate, quality="HQ") if clip.rate != rate else samples
    whole = np.zeros(clip.frames_at(rate), dtype=np.int16)
    length = min(len(whole), len(finer))
    whole[:length] = np.clip(np.rint(finer[:length] * 32768), -32768, 32767)
    return whole
