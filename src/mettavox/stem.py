"""The voice stem: every clip at the track's rate, one gain for all, peaks limited, at the target loudness."""

from collections.abc import Iterable, Mapping, MutableMapping
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from mettavox import level
from mettavox.limiter import HOP, Hops, hop_gain, hop_peaks, with_gain
from mettavox.loudness import Energies, Samples, k_weighted
from mettavox.reel import Reel, read
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
    weighed: dict[Line, Weighed] = {}
    for line in _starts(timeline):
        weighed[line] = Weighed(shaped[line])
        if isinstance(shaped, MutableMapping):
            del shaped[line]
    made = levelling(timeline, weighed, loudness_lufs=loudness_lufs, ceiling_dbtp=ceiling_dbtp)
    clips: dict[Line | Bell, NDArray[np.int16]] = {}
    for line in list(weighed):
        clips[line] = weighed.pop(line).finished(made, timeline.rate)
    return VoiceStem(clips=clips, loudness_lufs=made.loudness_lufs)


@dataclass(frozen=True, kw_only=True)
class Levelling:
    """What makes clips a stem: one ``gain`` (a factor) for all, peaks limited to an amplitude of ``ceiling``.

    ``loudness_lufs`` is how loud those are together from which it was found.
    """

    gain: float
    ceiling: float
    loudness_lufs: float


class Weighed:
    """A clip with what has to be known of it to find the gain: its peaks and its loudness, hop by hop.

    ``speech_lufs`` is the level of its speech as it came. The sound itself is not needed before the gain is found, and
    may lie on a reel until then.
    """

    def __init__(self, clip: Shaped, reel: Reel | None = None) -> None:
        self._kept = reel.keep(clip.samples) if reel is not None else clip.samples
        self._rate = clip.rate
        self._factors: list[np.float32] = []
        self._peaks = hop_peaks(clip.samples)
        weighted = k_weighted(clip.samples, clip.rate)
        self.speech_lufs = level.speech(level.levels_of(weighted[: len(clip.samples)], clip.rate))
        whole = np.pad(weighted, (0, -len(weighted) % HOP)).reshape(-1, HOP)
        self._energy = np.einsum("ij,ij->i", whole, whole, dtype=np.float64)
        self._limited: tuple[float, float, Hops] | None = None

    def amplify(self, gain_db: float) -> None:
        """Make the clip so much louder: its peaks and its loudness follow, and are not measured again."""
        if gain_db:
            factor = 10 ** (gain_db / 20)
            self._factors.append(np.float32(factor))
            self._peaks *= factor
            self._energy *= factor**2
            self._limited = None

    def add_to(self, sums: Energies, starts: Iterable[int], gain: float, ceiling: float) -> None:
        """Add the clip's energy at that gain, limited, wherever it lies.

        The limiter's gain moves far more slowly than the weighting filter rings, so it may be
        applied after the filter.
        """
        curve = self._limiting(gain, ceiling)
        levels = np.full(len(self._energy), curve[-1])
        levels[: len(curve)] = curve
        running = np.zeros(len(self._energy) + 1)
        np.cumsum(self._energy * np.square(levels * gain), out=running[1:])
        for start in starts:
            sums.add(running, self._rate / HOP, start, frames_each=HOP)

    def finished(self, made: Levelling, rate: int) -> NDArray[np.int16]:
        """The clip at its gain, limited, at the track's rate."""
        curve, samples = self._limiting(made.gain, made.ceiling), read(self._kept)
        for factor in (*self._factors, np.float32(made.gain)):
            samples = samples * factor
        return _at_rate(with_gain(samples, curve), self._rate, rate)

    def _limiting(self, gain: float, ceiling: float) -> Hops:
        """The gain of each hop under the ceiling; asked for first for the loudness, then for the clip itself."""
        if self._limited is None or self._limited[:2] != (gain, ceiling):
            self._limited = gain, ceiling, hop_gain(self._peaks * gain, self._rate, ceiling)
        return self._limited[2]


def levelling(
    timeline: Timeline, weighed: Mapping[Line, Weighed], *, loudness_lufs: float, ceiling_dbtp: float
) -> Levelling:
    """What makes the clips of a timeline, as far as they are given, a stem of that loudness and true peak."""
    ceiling = 10 ** (ceiling_dbtp / 20)
    gain, loudness = _gain(timeline, weighed, loudness_lufs, ceiling)
    return Levelling(gain=gain, ceiling=ceiling, loudness_lufs=loudness)


def energies(timeline: Timeline, weighed: Mapping[Line, Weighed], gain: float, ceiling: float) -> Energies:
    """The energy of the clips of a timeline, as far as they are given, at that gain and under that peak."""
    sums = Energies(timeline.frames, timeline.rate)
    for line, starts in _starts(timeline).items():
        if line in weighed:
            weighed[line].add_to(sums, starts, gain, ceiling)
    return sums


def _starts(timeline: Timeline) -> dict[Line, list[int]]:
    starts: dict[Line, list[int]] = {}
    for place in timeline.placements:
        if isinstance(place.sound, Line):
            starts.setdefault(place.sound, []).append(place.start)
    return starts


def _gain(
    timeline: Timeline, weighed: Mapping[Line, Weighed], loudness_lufs: float, ceiling: float
) -> tuple[float, float]:
    """The gain (a factor) that brings the limited stem closest to its loudness, and the loudness in LUFS it gets.

    Limiting costs loudness, the more the louder it is, so it is found in rounds, each of which takes
    the slope of the last two (the secant method).
    """
    tried: dict[float, float] = {}
    gain_db, slope = 0.0, 1.0
    for _ in range(_MOST_ROUNDS):
        tried[gain_db] = energies(timeline, weighed, 10 ** (gain_db / 20), ceiling).integrated()
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


def _at_rate(samples: Samples, own: int, rate: int) -> NDArray[np.int16]:
    """``samples``, which nobody needs any more, from their own rate."""
    finer = soxr.resample(samples, own, rate, quality="HQ") if own != rate else samples
    whole = np.zeros(Shaped(samples=samples, rate=own).frames_at(rate), dtype=np.int16)
    length = min(len(whole), len(finer))
    finer *= np.float32(32768)
    whole[:length] = np.clip(np.rint(finer, out=finer), -32768, 32767, out=finer)[:length]
    return whole
