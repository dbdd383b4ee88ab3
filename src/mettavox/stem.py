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
"""The loudness of the voice where nothing else is asked for, by speech alone: pauses and the bed do not count."""
CEILING_DBTP = -2.0
"""The stem's true peak where nothing else is asked for; the encoder may overshoot it, and -1 dBTP is promised."""

_CLOSE_ENOUGH_LU = 0.01
_MOST_ROUNDS = 12
# Where more gain hardly makes the stem louder any more, all of it goes into the limiter: that is as loud as it gets.
_LEAST_SLOPE = 0.1
_LONGEST_STEP_DB = 12.0


@dataclass(frozen=True, kw_only=True, eq=False)
class VoiceStem:
    """The clips that a timeline places, 16-bit at its rate, and how loud they are together."""

    clips: Mapping[Line | Bell, NDArray[np.int16]]
    loudness_lufs: float


def voice_stem(
    timeline: Timeline,
    shaped: Mapping[Line, Shaped],
    *,
    loudness_lufs: float = VOICE_LUFS,
    ceiling_dbtp: float = CEILING_DBTP,
) -> VoiceStem:
    """The stem of the lines of ``timeline``, at that loudness by BS.1770 over the whole stem and under that true peak.

    A stem that would have to be crushed for it stays quieter, as it says of itself; silence stays silence, at -inf.
    A clip is let go of as soon as it is finished, when ``shaped`` can be changed.
    """
    starts: dict[Line, list[int]] = {}
    for place in timeline.placements:
        if isinstance(place.sound, Line):
            starts.setdefault(place.sound, []).append(place.start)
    parts = {line: _Part(shaped[line], starts[line], 10 ** (ceiling_dbtp / 20)) for line in starts}
    gain, loudness = _gain(timeline, list(parts.values()), loudness_lufs)
    clips: dict[Line | Bell, NDArray[np.int16]] = {}
    for line, part in parts.items():
        clips[line] = part.finished(shaped[line], gain, timeline.rate)
        if isinstance(shaped, MutableMapping):
            del shaped[line]
    return VoiceStem(clips=clips, loudness_lufs=loudness)


class _Part:
    """What has to be known of one clip to find the gain: its peak and its loudness, hop by hop."""

    def __init__(self, clip: Shaped, starts: list[int], ceiling: float) -> None:
        self._rate = clip.rate
        self._starts = starts
        self._ceiling = ceiling
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
        return hop_gain(self._peaks * gain, self._rate, self._ceiling)


def _gain(timeline: Timeline, parts: list[_Part], loudness_lufs: float) -> tuple[float, float]:
    """The gain (a factor) that brings the limited stem closest to its loudness, and the loudness in LUFS it gets.

    Limiting costs loudness, the more the louder it is, so it is found in rounds, each of which takes
    the slope of the last two (the secant method).
    """
    tried: dict[float, float] = {}
    gain_db, slope = 0.0, 1.0
    for _ in range(_MOST_ROUNDS):
        tried[gain_db] = _loudness(timeline, parts, 10 ** (gain_db / 20))
        lacking = loudness_lufs - tried[gain_db]
        if abs(lacking) < _CLOSE_ENOUGH_LU or np.isinf(lacking):
            break
        if len(tried) > 1:
            (before_db, before), (now_db, now) = list(tried.items())[-2:]
            slope = (now - before) / (now_db - before_db)
        if slope < _LEAST_SLOPE:
            break
        gain_db += min(max(lacking / slope, -_LONGEST_STEP_DB), _LONGEST_STEP_DB) if len(tried) > 1 else lacking
    best_db = min(tried, key=lambda each: abs(loudness_lufs - tried[each]))
    return 10 ** (best_db / 20), tried[best_db]


def _loudness(timeline: Timeline, parts: list[_Part], gain: float) -> float:
    energies = Energies(timeline.frames, timeline.rate)
    for part in parts:
        part.add_to(energies, gain)
    return energies.integrated()


def _at_rate(samples: Samples, clip: Shaped, rate: int) -> NDArray[np.int16]:
    finer = soxr.resample(samples, clip.rate, rate, quality="HQ") if clip.rate != rate else samples
    whole = np.zeros(clip.frames_at(rate), dtype=np.int16)
    length = min(len(whole), len(finer))
    whole[:length] = np.clip(np.rint(finer[:length] * 32768), -32768, 32767)
    return whole
