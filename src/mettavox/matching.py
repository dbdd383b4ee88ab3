"""Matching: which stretches of a long recording are which lines of a sheet, read in its order.

One alignment of everything at once, by dynamic programming: a line may be missing, a stretch may be
no line (a cough, a chair), a line may lie in several stretches with short stops between, and may be
said twice, of which the last counts. How long each line should last comes from its syllables and
the speaker's own pace, which is fitted to what was matched, and matched again. Where another voice
has spoken the lines, what they sound like tells neighbours of one length apart.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from math import inf

import numpy as np
from numpy.typing import NDArray

from mettavox import estimate, recording
from mettavox.recording import GAP_SECONDS, Features, Heard, Pcm
from mettavox.takes import Span
from mettavox.voice import Pace

UNHURRIED = Pace(per_line=0.25, per_syllable=0.23, per_comma=0.2)
"""How fast people read for a meditation, before anything is known of the one who reads."""

_ROUNDS = 3
_MOST_STRETCHES = 6
_LONGEST_STOP, _LONGEST_GAP, _PAUSES = 1.3, 5.0, (0.4, 2.0)
# Costs are like negative logarithms of how likely something is.
_MISSING, _NO_VOICE, _NO_GAP = 5.5, 5.0, 3.0
_NOT_READ = 1.0  # a line before the first that was read or after the last: a recording may be of a part of the sheet
_STOP, _EARLY_END = 0.2, 12.0
_FARTHEST = 9.0
_SPREAD, _SPREAD_SECONDS = 0.17, 0.10
_SHORT_NOISE, _NOISE, _SPOKEN_NOISE = 0.7, 1.5, 4.0
_FEW_VOICED = 0.15
_AGAIN, _AGAIN_SHARE, _BROKEN_OFF, _SAID_TWICE = 0.8, 0.72, 1.0, 1.0
# The same words in two voices are nearer than different words: over the English lines in voices of two engines 0.93
# and 1.18, and one in twenty of the same deviates by a quarter of what is between.
_SPREADS, _LEAST_SPREAD, _UNLIKE, _UNHEARD = 6.0, 0.02, 10.0, 5.0
_LEAST_USUAL = recording.USUAL_DISTANCE / 10
_UNKNOWN = 2.0  # more than the right line costs, less than a wrong one
_NEAR = 6
_FEWEST_FOR_PACE = 8
_FITTING_ROUNDS, _FAR_OFF = 20, 0.15


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """A line to be found: its words, and how many words are put into it later, where it has a pause."""

    text: str
    gaps: int = 0
    language: str = "en"

    def seconds(self, pace: Pace) -> float:
        """About how long it lasts, without its pauses for words."""
        return estimate.seconds(self.text, pace, self.language)


@dataclass(frozen=True, kw_only=True)
class Found:
    """A line's take: between which hops, and how many other tries came before it."""

    span: Span
    earlier: int = 0


DOUBTFUL = 2.0
"""A misfit over this is that of a recording of other lines."""


@dataclass(frozen=True, kw_only=True)
class Matched:
    """For each line its take or None; the stretches that are no line; the speaker's pace; and how ill it all fits.

    ``cost`` is that of the whole alignment, lower for a better one; ``misfit`` that of each line found, without those
    that are missing: under 1 where the recording is of these lines, over DOUBTFUL where it is not.
    """

    found: tuple[Found | None, ...]
    noises: tuple[Span, ...]
    pace: Pace
    cost: float
    misfit: float


def match(
    samples: Pcm,
    sound: Heard,
    lines: Sequence[Wanted],
    pace: Pace = UNHURRIED,
    *,
    references: Sequence[Features | None] = (),
) -> Matched:
    """The takes of ``lines``, in their order, in a recording.

    ``references`` are the features of the same lines in any other voice, or None for one that it could not speak.
    """
    references = references if any(each is not None for each in references) else ()
    # A recording of half the sheet would be spread over the whole of it, were its lines thought to be slower; and
    # of the whole by someone slow would be cut short, were they not. What fits better is right.
    stretches = _Stretches(samples, sound, len(lines), references)
    found = [_settled(stretches, lines, pace)]
    scaled = _scaled(pace, stretches, lines)
    if scaled != pace:
        stretches.unlearn()
        found.append(_settled(stretches, lines, scaled))
    return min(found, key=lambda each: each.cost)


def _settled(stretches: "_Stretches", lines: Sequence[Wanted], pace: Pace) -> Matched:
    """The alignment that begins with a pace, and goes on with that of what it found until it stays."""
    matched, way = _aligned(stretches, lines, pace, None)
    for _ in range(_ROUNDS):
        fitted = _fitted(matched, stretches.sound, lines, pace)
        if stretches.are_heard:
            stretches.learn(way.takes)
        again, way = _aligned(stretches, lines, fitted, way if stretches.are_heard else None)
        if again.found == matched.found:
            return again
        matched = again
    return matched


# --- pace ---


def _scaled(pace: Pace, stretches: "_Stretches", lines: Sequence[Wanted]) -> Pace:
    """The pace stretched so that lines together last as long as the voice does; with few lines, as it is."""
    voices = [stretches.sound.seconds(place, place) for place in range(stretches.count) if stretches.is_voice(place)]
    if len(lines) < _FEWEST_FOR_PACE or not voices:
        return pace
    share = sum(voices) / sum(line.seconds(pace) for line in lines)
    share = min(2.0, max(0.6, share))
    return Pace(
        per_line=pace.per_line * share, per_syllable=pace.per_syllable * share, per_comma=pace.per_comma * share
    )


def _fitted(matched: Matched, sound: Heard, lines: Sequence[Wanted], pace: Pace) -> Pace:
    pairs = [
        (line.text, recording.spoken_seconds(sound, found.span, line.gaps))
        for line, found in zip(lines, matched.found, strict=True)
        if found is not None
    ]
    return fitted(pairs, lines[0].language if lines else "en", pace)


def fitted(pairs: Sequence[tuple[str, float]], language: str, usual: Pace) -> Pace:
    """The pace at which someone speaks, from texts and their seconds; ``usual`` where there are too few.

    Least squares in rounds, in which those far from the line count ever less (Cauchy's weights).
    """
    if len(pairs) < _FEWEST_FOR_PACE:
        return usual
    parts = np.array([_parts(text, language) for text, _ in pairs])
    seconds = np.array([length for _, length in pairs])
    start = np.array([usual.per_line, usual.per_syllable, usual.per_comma])
    start *= np.median(seconds / (parts @ start))
    pull = np.diag([1.0, 0.3, 1.0])  # towards what is usual, where the lines do not tell
    found = start
    for _ in range(_FITTING_ROUNDS):
        off = (parts @ found - seconds) / np.maximum(0.5, seconds)
        weights = 1 / (1 + np.square(off / _FAR_OFF))
        rows = np.concatenate([parts * weights[:, None], pull])
        wanted = np.concatenate([seconds * weights, pull @ start])
        found = np.linalg.lstsq(rows, wanted, rcond=None)[0]
    line, syllable, comma = (float(value) for value in found)
    return Pace(
        per_line=round(min(2.0, max(0.0, line)), 3),
        per_syllable=round(min(1.5, max(0.05, syllable)), 3),
        per_comma=round(min(2.0, max(0.0, comma)), 3),
    )


def _parts(text: str, language: str) -> tuple[float, float, float]:
    once, syllable, comma = (
        estimate.seconds(text, Pace(**dict(zip(("per_line", "per_syllable", "per_comma"), row, strict=True))), language)
        for row in ((1, 0, 0), (0, 1, 0), (0, 0, 1))
    )
    return once, syllable, comma


# --- stretches ---


Costs = NDArray[np.float64]


class _Stretches:
    """The stretches of a recording, and what has to be asked of them more than once."""

    def __init__(self, samples: Pcm, sound: Heard, lines: int, references: Sequence[Features | None]) -> None:
        self.sound = sound
        self.are_heard = bool(references)
        self._lines = lines
        self._references = references
        self.unlike = lru_cache(maxsize=None)(self._unlike)
        self._from_line = lru_cache(maxsize=None)(self._far)
        self._alike = recording.USUAL_DISTANCE
        self.count = len(sound.sounds)
        self._samples = samples
        self.is_voice = lru_cache(maxsize=None)(self._is_voice)
        self._features = lru_cache(maxsize=2048)(self._features_of)  # a few kB each; heard anew for hundreds of pairs
        self._apart = lru_cache(maxsize=None)(self._distance)

    def span(self, first: int, count: int) -> Span:
        return self.sound.sounds[first][0], self.sound.sounds[first + count - 1][1]

    def _is_voice(self, place: int) -> bool:
        return recording.voiced(self._samples, self.sound.sounds[place]) >= _FEW_VOICED

    def _features_of(self, first: int, count: int) -> Features:
        return recording.features(self._samples, self.span(first, count))

    def noise(self, place: int) -> float:
        """What it costs to take a stretch for no line."""
        seconds = self.sound.seconds(place, place)
        return _SHORT_NOISE + 0.5 * seconds if not self.is_voice(place) else _SPOKEN_NOISE + _NOISE * seconds

    @cached_property
    def pause(self) -> float:
        """The seconds of quiet between two lines: the middle one of the longest, as many as lines need."""
        stops = sorted((self.sound.stop(place) for place in range(self.count - 1)), reverse=True)[: self._lines - 1]
        return float(np.clip(np.median(stops), *_PAUSES)) if stops else _PAUSES[1]

    def is_close(self, place: int, *, blank: bool) -> bool:
        """Whether a stretch and the next may be one line; with a ``blank`` for a word between them, or without."""
        return self.sound.stop(place) <= (_LONGEST_GAP if blank else min(_LONGEST_STOP, 0.75 * self.pause))

    def runs(self, first: int, *, blank: bool) -> list[int]:
        """How many stretches from there on may be one line, in which at most one stop is a ``blank``."""
        counts = [1]
        while counts[-1] < _MOST_STRETCHES and first + counts[-1] < self.count:
            last = first + counts[-1] - 1
            if not self.is_close(last, blank=False):
                if not blank or not self.is_close(last, blank=True):
                    break
                blank = False
            counts.append(counts[-1] + 1)
        return counts

    def again(self, first: int, count: int, *, blank: bool) -> float:
        """What it costs to take a run of stretches for an earlier try at what comes right after it."""
        after = first + count
        if after >= self.count:
            return inf
        return min(self._apart(first, count, more) for more in self.runs(after, blank=blank))

    def _distance(self, first: int, count: int, more: int) -> float:
        one, other = self._features(first, count), self._features(first + count, more)
        share = len(one) / len(other)
        if not 0.3 < share < 1.45 or not all(self.is_voice(place) for place in (first, first + count)):  # noqa: PLR2004
            return inf
        far, broken = recording.distance(one, other) / self.usual, inf
        if share < 0.85:  # noqa: PLR2004
            broken = recording.distance(one, other, open_end=True) / self.usual
        costs = (
            _AGAIN + 4 * (far / _AGAIN_SHARE) ** 6,
            _AGAIN + _BROKEN_OFF + 4 * (broken / (_AGAIN_SHARE * 0.85)) ** 6,
        )
        return min(costs)

    def _unlike(self, first: int, count: int, line: int) -> float:
        """What it costs that a run sounds unlike a line in another voice."""
        if self._references[line] is None:
            return _UNKNOWN
        spread = max(_LEAST_SPREAD, (self._usual_of_lines - self._alike) / _SPREADS)
        far = self._from_line(first, count, line)
        return min(_UNLIKE, 0.5 * (max(0.0, far - self._alike) / spread) ** 2)

    def _far(self, first: int, count: int, line: int) -> float:
        reference = self._references[line]
        assert reference is not None
        return recording.distance(self._features(first, count), reference)

    def learn(self, found: Sequence[tuple[int, int, int]]) -> None:
        """How far the same words are apart in the two voices: the middle one of the takes found so far."""
        known = [each for each in found if self._references[each[2]] is not None]
        if known:
            self._alike = float(np.median([self._from_line(*each) for each in known]))
            self.unlike.cache_clear()

    def unlearn(self) -> None:
        """As before anything was found; what depends on the recording alone stays known."""
        self._alike = recording.USUAL_DISTANCE
        self.unlike.cache_clear()

    @cached_property
    def _usual_of_lines(self) -> float:
        """How far a stretch is from a line with other words: the middle one of some that lie far apart."""
        places = [place for place in range(self.count) if self.is_voice(place)]
        step = max(1, len(places) // 24)
        known = [line for line, reference in enumerate(self._references) if reference is not None]
        total = len(known)
        far = [
            self._from_line(place, 1, known[(turn * step + total // 2) % total])
            for turn, place in enumerate(places[::step])
        ]
        return float(np.median(far)) if far else recording.USUAL_DISTANCE

    @cached_property
    def usual(self) -> float:
        """How far two stretches are apart that have different words: the middle one of neighbours but one."""
        far = [
            recording.distance(self._features(place, 1), self._features(place + 2, 1))
            for place in range(0, self.count - 2, max(1, self.count // 24))
            if self.is_voice(place) and self.is_voice(place + 2)
        ]
        # A beep again and again is not apart at all.
        return max(_LEAST_USUAL, float(np.median(far))) if len(far) >= 3 else recording.USUAL_DISTANCE  # noqa: PLR2004


# --- alignment ---

_NOTHING, _MISSED, _NOISED, _AGAINED, _TAKEN = range(5)


@dataclass(frozen=True)
class _Way:
    """The line at which each stretch comes; and each take as its first stretch, how many, and the line."""

    lines: list[int]
    takes: list[tuple[int, int, int]]


class _Table:
    """The cheapest way to every place: so many stretches and so many lines done; and how one came there."""

    def __init__(self, stretches: int, lines: int) -> None:
        self.cost: Costs = np.full((stretches + 1, lines + 1), inf)
        self.cost[0, 0] = 0.0
        self.what = np.full((stretches + 1, lines + 1), _NOTHING, dtype=np.int8)
        self.count = np.zeros((stretches + 1, lines + 1), dtype=np.int16)

    def missing(self, i: int) -> float:
        """What a line costs that is not there, after so many stretches."""
        return _NOT_READ if i in (0, self.cost.shape[0] - 1) else _MISSING

    def miss(self, i: int) -> None:
        """Go on by lines that are missing."""
        paid = self.missing(i) * np.arange(self.cost.shape[1])
        best = np.minimum.accumulate(self.cost[i] - paid) + paid
        better = best < self.cost[i] - 1e-9
        self.cost[i, better], self.what[i, better], self.count[i, better] = best[better], _MISSED, 0

    def go(self, i: int, count: int, more: Costs | float, what: int) -> None:
        """Go on from row ``i`` by so many stretches, at a cost; with a line each when they are a take."""
        line = int(what == _TAKEN)
        here = self.cost[i, : self.cost.shape[1] - line] + more
        cost, kind, counts = (each[i + count, line:] for each in (self.cost, self.what, self.count))
        better = here < cost
        cost[better], kind[better], counts[better] = here[better], what, count


def _aligned(stretches: _Stretches, lines: Sequence[Wanted], pace: Pace, way: "_Way | None") -> tuple[Matched, "_Way"]:
    """The cheapest alignment, and the way to it; ``way`` is that of the round before."""
    expected = np.array([line.seconds(pace) for line in lines])
    gaps = np.array([line.gaps for line in lines], dtype=int)
    table = _Table(stretches.count, len(lines))
    blank = bool(gaps.any())
    for i in range(stretches.count):
        table.miss(i)
        table.go(i, 1, stretches.noise(i), _NOISED)
        for count in stretches.runs(i, blank=blank):
            table.go(i, count, stretches.again(i, count, blank=blank), _AGAINED)
            fits = {number: _run(stretches, i, count, number) for number in set(gaps.tolist())}
            seconds, shape = (np.array([fits[number][place] for number in gaps.tolist()]) for place in (0, 1))
            cost = shape + _off(seconds, expected)
            if way is not None:
                cost = _heard_as(stretches, (i, count), cost, way.lines[i])
                table.go(i, count, np.append(cost + _AGAIN + _SAID_TWICE, inf), _AGAINED)
            table.go(i, count, cost, _TAKEN)
    table.miss(stretches.count)
    return _traced(stretches, table, pace)


def _heard_as(stretches: _Stretches, run: tuple[int, int], cost: Costs, near: int) -> Costs:
    """The costs of a run with what it sounds like, for the lines around the one where it was found before."""
    whole = cost + _UNHEARD
    for line in range(max(0, near - _NEAR), min(len(cost), near + _NEAR + 1)):
        if cost[line] < _FARTHEST:
            whole[line] = cost[line] + stretches.unlike(*run, line)
    return whole


def _run(stretches: _Stretches, first: int, count: int, gaps: int) -> tuple[float, float]:
    """The seconds of a run as one line without its gaps, and what its stops and its sound cost."""
    sound = stretches.sound
    stops = sorted((sound.stop(place) for place in range(first, first + count - 1)), reverse=True)
    blanks, others = stops[:gaps], stops[gaps:]
    if any(stop > _LONGEST_STOP for stop in others):
        return 0.0, inf
    blanks = [stop for stop in blanks if stop >= GAP_SECONDS]
    cost = _NO_GAP * (gaps - len(blanks)) + sum(_STOP + 2 * (stop / (0.5 * stretches.pause)) ** 2 for stop in others)
    # After a short stop, the next stretch belongs to the same line, rather.
    cost += _EARLY_END * max(0.0, 1 - sound.stop(first + count - 1) / (0.45 * stretches.pause))
    cost += 0.0 if any(stretches.is_voice(place) for place in range(first, first + count)) else _NO_VOICE
    return sound.seconds(first, first + count - 1) - sum(blanks), cost


def _off(seconds: Costs, expected: Costs) -> Costs:
    """What it costs that takes are longer or shorter than expected."""
    spread = _SPREAD + _SPREAD_SECONDS / np.maximum(0.2, expected)
    return np.minimum(_FARTHEST, 0.5 * (np.log(np.maximum(seconds, 0.01) / expected) / spread) ** 2)


def _traced(stretches: _Stretches, table: _Table, pace: Pace) -> tuple[Matched, "_Way"]:
    """What lies along the cheapest way to the end."""
    way: list[tuple[int, int, int, int]] = []
    i, j = stretches.count, table.cost.shape[1] - 1
    cost, missing = float(table.cost[i, j]), 0.0
    while i or j:
        what, count = int(table.what[i, j]), int(table.count[i, j])
        missing += table.missing(i) if what == _MISSED else 0.0
        i, j = i - count, j - (what in (_MISSED, _TAKEN))
        way.append((what, i, count, j))
    found: list[Found | None] = [None] * (table.cost.shape[1] - 1)
    noises: list[Span] = []
    earlier = 0
    along = _Way(lines=[0] * stretches.count, takes=[])
    for what, first, count, line in reversed(way):
        along.lines[first : first + count] = [line] * count
        if what == _TAKEN:
            found[line] = Found(span=stretches.span(first, count), earlier=earlier)
            along.takes.append((first, count, line))
        if what == _NOISED:
            noises.append(stretches.span(first, 1))
        earlier = earlier + 1 if what == _AGAINED else 0 if what == _TAKEN else earlier
    misfit = (cost - missing) / max(1, len(along.takes))
    return Matched(found=tuple(found), noises=tuple(noises), pace=pace, cost=cost, misfit=misfit), along
