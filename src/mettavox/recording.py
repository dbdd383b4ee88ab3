"""A recording as it is heard: where someone speaks, how loudly, over how much noise; and a take made of it."""

from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from typing import Self

import numpy as np
from numpy.typing import NDArray

from mettavox import level
from mettavox.level import HOPS_A_SECOND, Levels
from mettavox.loudness import Samples
from mettavox.shape import raised_cosine
from mettavox.takes import RATE, Span

Pcm = NDArray[np.int16]

HOP = RATE // HOPS_A_SECOND

LOUDNESS_LUFS = -23.0
"""Every take is brought to this loudness, by its speech; or as near to it as its peaks allow."""
PEAK_DBFS = -3.0

LEAST_SNR_DB = 25.0
"""Noise that is less than this under the speech is heard under every line, and goes when the line ends."""

GAP_SECONDS = 0.3
"""The least quiet in a take where a word is put in later."""

_BLOCK_HOPS = 10 * HOPS_A_SECOND
_OVERLAP_HOPS = HOPS_A_SECOND // 2
# Speech begins where the level is this share of the way from the noise up to the speech, and at least so far over it.
_ONSET_SHARE, _ONSET_DB = 0.3, 5.0
_FLOOR_WINDOW = 6 * HOPS_A_SECOND
_QUIET_SHARE, _LOUD_SHARE = 10, 95
_SHORTEST_STOP, _SHORTEST_SOUND = 0.25, 0.03
# Level and noise beside a take are judged within a second of it.
_BESIDE_SECONDS, _LEAST_BESIDE_HOPS = 1.0, 15
_SILENT_LUFS, _EDGE_SECONDS, _CUT_DB = -55.0, 0.02, 22.0
_FEWEST_CLIPPED = 6
_LEAST_SHARE, _MOST_SHARE, _MOST_MORE = 0.4, 2.6, 1.0
_LEAD_SECONDS, _TRAIL_SECONDS = 0.010, 0.030
_REACH_SECONDS = 0.25
_WINDOW = RATE // 200
_TRIM_DB = -45.0
_LARGEST = 32768


class Fault(str):
    """What is wrong with a take, in words that follow “it”; empty for a good one.

    ``kind`` is for those who say it in words of their own: one of FAULTS, or empty.
    """

    kind: str

    def __new__(cls, kind: str = "", words: str = "") -> Self:
        """A fault of that kind, in those words."""
        made = super().__new__(cls, words)
        made.kind = kind
        return made

    def __getnewargs__(self) -> tuple[str, str]:  # type: ignore[override]
        return self.kind, str(self)


FAULTS = ("silent", "short", "noisy", "cut-start", "cut-end", "no-gap", "long", "clipped", "unreadable")
NO_FAULT = Fault()


@dataclass(frozen=True, kw_only=True, eq=False)
class Heard:
    """What is heard in a recording: its level every 10 ms, and the stretches with sound, in hops (start, stop)."""

    hops: Levels
    sounds: tuple[Span, ...]

    def seconds(self, first: int, last: int) -> float:
        """From the start of one stretch to the end of another."""
        return (self.sounds[last][1] - self.sounds[first][0]) / HOPS_A_SECOND

    def stop(self, place: int) -> float:
        """The seconds of quiet after a stretch; without end after the last."""
        if place + 1 >= len(self.sounds):
            return float("inf")
        return (self.sounds[place + 1][0] - self.sounds[place][1]) / HOPS_A_SECOND


def heard(samples: Pcm, *, stop_seconds: float = _SHORTEST_STOP) -> Heard:
    """What is heard in ``samples`` at RATE; stretches with less quiet between them are one."""
    hops = np.concatenate(list(_levels(samples))) if len(samples) else np.zeros(0)
    return Heard(hops=hops, sounds=tuple(_sounds(hops, round(stop_seconds * HOPS_A_SECOND))))


def _levels(samples: Pcm) -> Iterator[Levels]:
    """The levels of 10 seconds at a time, each with what the filter still rings from before."""
    total = -(-len(samples) // HOP)
    for start in range(0, total, _BLOCK_HOPS):
        before = min(start, _OVERLAP_HOPS)
        part = _floats(samples[(start - before) * HOP : (start + _BLOCK_HOPS) * HOP])
        yield level.levels(part, RATE)[before:]


def _sounds(hops: Levels, stop: int) -> Iterator[Span]:
    if not len(hops):
        return
    over = hops > _onset(hops)
    edges = np.flatnonzero(np.diff(np.concatenate([[0], over.astype(np.int8), [0]])))
    spans = [(int(start), int(end)) for start, end in edges.reshape(-1, 2)]
    joined: list[Span] = []
    for start, end in spans:
        if joined and start - joined[-1][1] < stop:
            joined[-1] = (joined[-1][0], end)
        else:
            joined.append((start, end))
    least = _SHORTEST_SOUND * HOPS_A_SECOND
    yield from ((start, end) for start, end in joined if end - start >= least)


def _onset(hops: Levels) -> Levels:
    """The level over which there is sound, for each hop: noise may change in the course of an hour."""
    parts = [hops[start : start + _FLOOR_WINDOW] for start in range(0, len(hops), _FLOOR_WINDOW)]
    if len(parts) > 1 and len(parts[-1]) < _FLOOR_WINDOW // 2:
        parts[-2:] = [np.concatenate(parts[-2:])]
    floors = np.array([np.percentile(part, _QUIET_SHARE) for part in parts])
    # The middle one of three: a part that is filled with speech counts for nothing, a fan that was turned on does.
    around = np.concatenate([floors[:1], floors, floors[-1:]])
    calm = np.median(np.lib.stride_tricks.sliding_window_view(around, 3), axis=1)
    floor = np.repeat(calm, [len(part) for part in parts])
    # A gate in the recorder leaves digital silence; speech still begins well over nothing.
    loud = float(np.percentile(hops, _LOUD_SHARE))
    onset: Levels = np.maximum(floor + np.maximum(_ONSET_DB, _ONSET_SHARE * (loud - floor)), _SILENT_LUFS - 10)
    return onset


# --- one take ---


@dataclass(frozen=True, kw_only=True, eq=False)
class Clean:
    """A take ready to be kept: trimmed, at LOUDNESS_LUFS, with its gaps for words in frames."""

    samples: Pcm
    lufs: float
    gaps: tuple[Span, ...]

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return len(self.samples) / RATE


def fault(sound: Heard, span: Span, expected: float, *, gaps: int = 0) -> Fault:
    """What is wrong with the take between two hops of a recording, or NO_FAULT.

    ``expected`` is about how many seconds it should last without the ``gaps`` in it.
    """
    return next(_faults(sound, span, expected, gaps), NO_FAULT)


def _faults(sound: Heard, span: Span, expected: float, gaps: int) -> Iterator[Fault]:
    speech = level.speech(sound.hops[span[0] : span[1]])
    if speech < _SILENT_LUFS:
        yield Fault("silent", "is silent")
    seconds = spoken_seconds(sound, span, gaps)
    lasts = f"lasts {seconds:.1f} s where about {expected:.1f} s is expected"
    if seconds < _LEAST_SHARE * expected:
        yield Fault("short", lasts)
    under = max(0.0, speech - _noise(sound, span))
    if under < LEAST_SNR_DB:
        words = f"is noisy: the room is {under:.0f} dB under the voice, and {LEAST_SNR_DB:.0f} dB is the least"
        yield Fault("noisy", words)
    yield from _cuts(sound, span, speech)
    if len(longest_stops(sound.hops, span, gaps)) < gaps:
        yield Fault("no-gap", f"has no {GAP_SECONDS:g} s of quiet where a name belongs")
    if seconds > _MOST_SHARE * expected + _MOST_MORE:
        yield Fault("long", lasts)


def is_clipped(clipped: NDArray[np.int64], span: Span) -> bool:
    """Whether the sound between two hops was cut off at full scale, by the frames at which it was."""
    first, last = np.searchsorted(clipped, [span[0] * HOP, span[1] * HOP])
    return bool(last - first >= _FEWEST_CLIPPED)


def spoken_seconds(sound: Heard, span: Span, gaps: int) -> float:
    """How long a take lasts without its gaps for words."""
    quiet = sum(stop - start for start, stop in longest_stops(sound.hops, span, gaps))
    return (span[1] - span[0] - quiet) / HOPS_A_SECOND


def _noise(sound: Heard, span: Span) -> float:
    """The level of the quiet parts in and beside a take; where nothing is beside it, of the quietest moment in it."""
    beside = round(_BESIDE_SECONDS * HOPS_A_SECOND)
    around = sound.hops[max(0, span[0] - beside) : span[1] + beside]
    enough = len(around) - (span[1] - span[0]) >= _LEAST_BESIDE_HOPS
    return float(np.percentile(around, _QUIET_SHARE if enough else 0))


def _cuts(sound: Heard, span: Span, speech: float) -> Iterator[Fault]:
    edge = round(_EDGE_SECONDS * HOPS_A_SECOND)
    if span[0] < edge and float(sound.hops[:edge].max()) > speech - _CUT_DB:
        yield Fault("cut-start", "is cut at its start")
    if span[1] > len(sound.hops) - edge and float(sound.hops[-edge:].max()) > speech - _CUT_DB:
        yield Fault("cut-end", "is cut at its end")


def longest_stops(hops: Levels, span: Span, count: int) -> list[Span]:
    """The longest quiet stretches inside a take, in their order; fewer when it has no more of GAP_SECONDS."""
    if not count:
        return []
    inside = hops[span[0] : span[1]]
    low = level.speech(inside) - _CUT_DB
    quiet = np.concatenate([[0], (inside < low).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(quiet)).reshape(-1, 2)
    stops = [(int(start), int(stop)) for start, stop in edges if start > 0 and stop < len(inside)]
    stops = [each for each in stops if each[1] - each[0] >= GAP_SECONDS * HOPS_A_SECOND]
    longest = sorted(stops, key=lambda each: each[0] - each[1])[:count]
    return sorted((span[0] + start, span[0] + stop) for start, stop in longest)


def clean(samples: Pcm, sound: Heard, span: Span, *, gaps: int = 0) -> Clean:
    """The take between two hops of a recording, trimmed to its sound and levelled; with its ``gaps`` for words."""
    first, last = _reach(sound, span)
    whole = _floats(samples[first * HOP : last * HOP])
    peaks = _peaks(whole)
    limit = max(float(peaks.max(initial=0.0)) * 10 ** (_TRIM_DB / 20), _noise_peak(sound, span))
    start, stop = _audible(peaks, limit, len(whole))
    start, stop = max(0, start - round(_LEAD_SECONDS * RATE)), stop + round(_TRAIL_SECONDS * RATE)
    cut = _soft(whole[start:stop])
    loudness = level.of(cut, RATE)
    gain_db = min(LOUDNESS_LUFS - loudness, PEAK_DBFS - 20 * np.log10(max(float(np.abs(cut).max(initial=0.0)), 1e-6)))
    levelled = np.rint(cut * 10 ** (gain_db / 20) * _LARGEST).clip(-_LARGEST, _LARGEST - 1).astype(np.int16)
    stops = [(from_ - first, to - first) for from_, to in longest_stops(sound.hops, span, gaps)]
    quiet = [_quiet(peaks, limit, stop_at) for stop_at in stops]
    return Clean(
        samples=levelled,
        lufs=round(loudness + gain_db, 2),
        gaps=tuple((from_ - start, to - start) for from_, to in quiet),
    )


def _reach(sound: Heard, span: Span) -> Span:
    """How far to look for the quiet beginnings and endings of a take: a quarter of a second, and not into another."""
    reach = round(_REACH_SECONDS * HOPS_A_SECOND)
    edges = [edge for each in sound.sounds for edge in each]
    before = max((edge for edge in edges if edge < span[0]), default=0)
    after = min((edge for edge in edges if edge > span[1]), default=len(sound.hops))
    return max(span[0] - reach, (before + span[0]) // 2, 0), min(span[1] + reach, -(-(after + span[1]) // 2))


def _noise_peak(sound: Heard, span: Span) -> float:
    """What the room reaches: its peaks lie 12 dB over its level."""
    return float(10 ** ((_noise(sound, span) + 12) / 20))


def _peaks(whole: Samples) -> Samples:
    """The peak of each 5 ms."""
    peaks: Samples = np.abs(whole[: len(whole) // _WINDOW * _WINDOW]).reshape(-1, _WINDOW).max(axis=1)
    return peaks


def _audible(peaks: Samples, limit: float, frames: int) -> Span:
    """The first and last frame that rises over the limit."""
    over = np.flatnonzero(peaks > limit)
    return (int(over[0]) * _WINDOW, (int(over[-1]) + 1) * _WINDOW) if len(over) else (0, frames)


def _quiet(peaks: Samples, limit: float, stop: Span) -> Span:
    """The longest quiet part of a stop (in hops), in frames: what is soft at its edges belongs to the words."""
    windows = HOP // _WINDOW
    first, last = stop[0] * windows, stop[1] * windows
    under = np.concatenate([[0], (peaks[first:last] <= limit).astype(np.int8), [0]])
    edges = np.flatnonzero(np.diff(under)).reshape(-1, 2)
    start, end = max(edges.tolist(), key=lambda edge: edge[1] - edge[0], default=(0, last - first))
    return (first + int(start)) * _WINDOW, (first + int(end)) * _WINDOW


def _soft(samples: Samples) -> Samples:
    soft = samples.copy()
    rise, fall = min(len(soft), round(0.005 * RATE)), min(len(soft), round(0.020 * RATE))
    soft[:rise] *= raised_cosine(rise)
    soft[len(soft) - fall :] *= raised_cosine(fall)[::-1]
    return soft


def _floats(samples: Pcm) -> Samples:
    floats: Samples = np.asarray(samples, dtype=np.float32) / np.float32(_LARGEST)
    return floats


# --- what a stretch sounds like ---

_VOICED_LAGS = (RATE // 400, RATE // 75)
_VOICED_WINDOW, _VOICED_MOST, _VOICED_LEAST = RATE * 3 // 100, 100, 0.45


def voiced(samples: Pcm, span: Span) -> float:
    """How much of a stretch has a pitch, 0 to 1: speech has vowels, a cough or a chair has few or none."""
    part = _floats(samples[span[0] * HOP : span[1] * HOP])
    size = _VOICED_WINDOW + _VOICED_LAGS[1]
    if len(part) < size:
        part = np.pad(part, (0, size - len(part)))
    windows = np.lib.stride_tricks.sliding_window_view(part, size)[:: RATE // HOPS_A_SECOND]
    windows = windows[:: max(1, len(windows) // _VOICED_MOST)]
    windows = windows - windows.mean(axis=1, keepdims=True)
    power = np.square(windows).mean(axis=1)
    windows = windows[power > power.max(initial=0.0) / 100]
    if not len(windows):
        return 0.0
    return float(np.mean(_pitch_strength(windows) > _VOICED_LEAST))


def _pitch_strength(windows: Samples) -> NDArray[np.float64]:
    """The highest normalised autocorrelation of each window among the lags of a voice."""
    spectrum = np.fft.rfft(windows, 2 * windows.shape[1], axis=1)
    alike = np.fft.irfft(np.square(np.abs(spectrum)), axis=1)
    lags = np.arange(*_VOICED_LAGS)
    fewer = 1 - lags / windows.shape[1]
    strength: NDArray[np.float64] = (alike[:, lags] / fewer / np.maximum(alike[:, :1], 1e-9)).max(axis=1)
    return strength


_BANDS, _SHAPES = 24, 12
_COARSER = 4
_FEATURE_HOP = RATE // _COARSER // 40
_LOWEST_HZ, _HIGHEST_HZ = 150.0, 5000.0
_QUIET_SHARE_OF_POWER = 10**-3.5

USUAL_DISTANCE = 0.55
"""How far two stretches with different words are apart, about, where a recording is too short to tell."""

Features = NDArray[np.float32]


def features(samples: Pcm, span: Span) -> Features:
    """The shape of the spectrum every 25 ms, whatever the loudness, without what is quiet; shape ``(times, 12)``."""
    part = _floats(samples[span[0] * HOP : span[1] * HOP])
    part = np.pad(part, (0, -len(part) % _COARSER)).reshape(-1, _COARSER).mean(axis=1)
    window = 2 * _FEATURE_HOP
    count = max(1, (len(part) - window) // _FEATURE_HOP + 1)
    part = np.pad(part, (0, max(0, window - len(part))))
    frames = np.lib.stride_tricks.sliding_window_view(part, window)[::_FEATURE_HOP][:count]
    power = np.square(np.abs(np.fft.rfft(frames * np.hanning(window).astype(np.float32), axis=1)))
    whole = power.sum(axis=1)
    power = power[whole >= whole.max(initial=0.0) * _QUIET_SHARE_OF_POWER]
    bands = np.log(power @ _bands(window) + 1e-7)
    places = (np.arange(_BANDS) + 0.5) * np.pi / _BANDS
    shapes = bands @ np.cos(np.outer(places, np.arange(1, _SHAPES + 1))) / _BANDS
    made: Features = (shapes - shapes.mean(axis=0)).astype(np.float32)
    return made


@cache
def _bands(window: int) -> NDArray[np.float32]:
    hertz = np.fft.rfftfreq(window, _COARSER / RATE)
    edges = np.geomspace(_LOWEST_HZ, _HIGHEST_HZ, _BANDS + 2)
    rows = [
        np.interp(hertz, [low, middle, high], [0, 1, 0], left=0, right=0)
        for (low, middle), (_, high) in zip(pairwise(edges), list(pairwise(edges))[1:], strict=False)
    ]
    return np.stack(rows, axis=1).astype(np.float32)


def distance(one: Features, other: Features, *, open_end: bool = False) -> float:
    """How unlike two stretches sound, by dynamic time warping; the same words twice are about half of others.

    With ``open_end`` the first may be the beginning of the second: someone who broke off and began again.
    """
    squares = np.square(one).sum(axis=1)[:, None] + np.square(other).sum(axis=1) - 2 * one @ other.T
    costs = np.sqrt(np.maximum(squares, 0)).astype(np.float64)
    rows, columns = costs.shape
    sums = np.zeros((rows, columns + 1))
    np.cumsum(costs, axis=1, out=sums[:, 1:])
    last = np.full(columns + 1, np.inf)
    last[0] = 0.0
    enter = np.empty(columns)  # in place, since an import has a million of these rows
    for row in sums:
        # total[j] = cost[j] + min(last[j], last[j - 1], total[j - 1]), for all j at once by way of running sums
        np.minimum(last[1:], last[:-1], out=enter)
        np.subtract(enter, row[:-1], out=enter)
        np.minimum.accumulate(enter, out=last[1:])
        np.add(last[1:], row[1:], out=last[1:])
        last[0] = np.inf
    if open_end:
        return float((last[1:] / (rows + np.arange(1, columns + 1))).min())
    return float(last[-1] / (rows + columns))
