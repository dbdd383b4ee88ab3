"""Clauses: a line's cards with the times at which they are heard in its clip."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mettavox import cards, level
from mettavox.estimate import syllables
from mettavox.loudness import Samples

_HOPS_A_SECOND = 200
_LOUD_SHARE = 95
# Relative to loud speech: what is fainter than the first is a pause when it lasts, and what is fainter than
# the second is no sound at all. A clip is trimmed at 50 dB under its peak, 30 to 40 dB under its loud hops.
_PAUSE_DB, _SILENCE_DB = -30.0, -40.0
_QUIETEST = 1e-10
_PAUSE_HOPS = 11  # of 60 ms, wherever they begin; most lips are closed for a p or t no longer
_LONG_HOPS = 20  # 100 ms: at a mark, or for a breath
_DIP_HOPS = 7  # 35 ms
# How long a word takes: so much for each letter beside one for each syllable. Through 373 pauses at marks in the
# bundled lines as eSpeak says them, this is off by 0.18 s in English and 0.11 s in Spanish (one sigma).
_LETTER = 0.5
_FARTHEST_SECONDS = 0.6
# How far from the guess a cut is looked for: at a mark, at any other place; and more, the farther what is known.
_MARK_SECONDS, _WORD_SECONDS, _SHARE = 0.25, 0.1, 0.1
# What it costs a pause to be away from the guess, as a share of how far; and the longest that counts for more.
_AWAY_AT_MARK, _AWAY_AT_WORD, _MOST_SECONDS = 0.35, 0.5, 0.4


_Cut = tuple[int, int]
"""Where a part ends and the next one begins, in hops of 5 ms: the two ends of a pause, or twice the same place."""


@dataclass(frozen=True, kw_only=True)
class Clause:
    """A card's text, heard from frame ``start`` of its clip to frame ``end``, at ``rate`` hertz."""

    text: str
    start: int
    end: int
    rate: int


def split(text: str, samples: Samples, rate: int, language: str = "en") -> tuple[Clause, ...]:
    """The line's cards at the times at which they sound; ``samples`` are its clip's, shape ``(frames,)``.

    They start and end with their sound, in their order, and never overlap; a pause between two of them
    belongs to neither. Most lines are one card.
    """
    parts = cards.cards(text)
    sound = _Sound(samples, rate)
    edges = [sound.first, *(edge for cut in _cuts(parts, sound, language) for edge in cut), sound.last]
    hop = rate / _HOPS_A_SECOND
    frames = [min(round(edge * hop), len(samples)) for edge in edges]
    return tuple(
        Clause(text=part, start=start, end=end, rate=rate)
        for part, start, end in zip(parts, frames[::2], frames[1::2], strict=True)
    )


class _Sound:
    """Where a clip sounds and where it pauses, in hops of 5 ms."""

    def __init__(self, samples: Samples, rate: int) -> None:
        self.power = _power(samples, rate)
        loud = level.percentile(self.power, _LOUD_SHARE)
        heard = np.flatnonzero(self.power > loud * 10 ** (_SILENCE_DB / 10))
        self.first, self.last = (int(heard[0]), int(heard[-1]) + 1) if len(heard) else (0, len(self.power))
        self.pauses = [
            (start, end)
            for start, end in _runs(self.power < loud * 10 ** (_PAUSE_DB / 10))
            if end - start >= _PAUSE_HOPS and self.first < start and end < self.last
        ]
        spoken = np.zeros(len(self.power))
        spoken[self.first : self.last] = 1
        for start, end in self.pauses:
            spoken[start:end] = 0
        self._clock = np.concatenate([[0], np.cumsum(spoken)])

    @property
    def spoken(self) -> float:
        """How many hops there are without the pauses."""
        return float(self._clock[-1])

    def clock(self, hop: int) -> float:
        """How many hops were spoken before that one: a clock that stands still in pauses."""
        return float(self._clock[hop])

    def at(self, clock: float) -> int:
        """The hop at which the clock shows that."""
        return int(np.searchsorted(self._clock, clock))


class _Guess:
    """When a word ends: by the syllables and letters so far, and by the pauses that are surely at a mark."""

    def __init__(self, words: Sequence[str], sound: _Sound, language: str) -> None:
        self._sound = sound
        self._ends = np.cumsum([syllables(word, language) + _LETTER * len(word) for word in words])
        self.known: dict[int, _Cut] = {}
        self._refresh()
        marked = [place for place, word in enumerate(words[:-1], start=1) if cards.pauses(word)]
        long = [pause for pause in sound.pauses if pause[1] - pause[0] >= _LONG_HOPS]
        # As many pauses as marks are each other's, unless one would be far from where it is looked for.
        off = [abs(self.clock(place) - sound.clock(pause[0])) for place, pause in zip(marked, long, strict=False)]
        if len(marked) == len(long) and max(off, default=0) < _FARTHEST_SECONDS * _HOPS_A_SECOND:
            self.known = dict(zip(marked, long, strict=True))
            self._refresh()

    def _refresh(self) -> None:
        self._at = [0.0, *(float(self._ends[place - 1]) for place in self.known), float(self._ends[-1])]
        self._clocks = [0.0, *(self._sound.clock(start) for start, _ in self.known.values()), self._sound.spoken]

    def clock(self, place: int) -> float:
        """What the clock shows after so many words."""
        return float(np.interp(self._ends[place - 1], self._at, self._clocks))

    def reach(self, clock: float) -> float:
        """How far that is from what is known, in hops of the clock."""
        return min(abs(clock - known) for known in self._clocks)


def _cuts(parts: Sequence[str], sound: _Sound, language: str) -> list[_Cut]:
    """Where each part ends and the next one begins."""
    if len(parts) == 1:
        return []
    guess = _Guess(" ".join(parts).split(), sound, language)
    cuts: list[_Cut] = []
    place, before = 0, sound.first
    for number, part in enumerate(parts[:-1], start=1):
        place += len(part.split())
        next_known = min((start for known, (start, _) in guess.known.items() if known > place), default=sound.last)
        room = (before + 1, min(next_known - 1, sound.last - (len(parts) - number)))
        marked = cards.pauses(part)
        cut = guess.known.get(place) or _pause(sound, guess, place, room, marked=marked)
        cuts.append(cut or _dip(sound, guess, place, room))
        before = cuts[-1][1]
    return cuts


def _pause(sound: _Sound, guess: _Guess, place: int, room: _Cut, *, marked: bool) -> _Cut | None:
    """The pause that fits best: long, and near the guess."""
    clock = guess.clock(place)
    near = (_MARK_SECONDS if marked else _WORD_SECONDS) * _HOPS_A_SECOND + _SHARE * guess.reach(clock)
    fits: list[tuple[float, _Cut]] = []
    for start, end in sound.pauses:
        away = abs(sound.clock(start) - clock)
        if room[0] <= start and end <= room[1] and away <= near:
            length = min(end - start, _MOST_SECONDS * _HOPS_A_SECOND)
            fits.append((length - (_AWAY_AT_MARK if marked else _AWAY_AT_WORD) * away, (start, end)))
    return max(fits)[1] if fits else None


def _dip(sound: _Sound, guess: _Guess, place: int, room: _Cut) -> _Cut:
    """The quietest moment near the guess, as a cut without a pause."""
    clock = guess.clock(place)
    near = _WORD_SECONDS * _HOPS_A_SECOND + _SHARE * guess.reach(clock)
    low, high = (min(max(sound.at(clock + way), room[0]), max(room)) for way in (-near, near))
    around = np.convolve(sound.power, np.ones(_DIP_HOPS) / _DIP_HOPS, mode="same")[low : high + 1]
    cut = low + int(around.argmin()) if len(around) else low
    return cut, cut


def _power(samples: Samples, rate: int) -> NDArray[np.float64]:
    """The mean square of each 5 ms; at least one."""
    edges = np.arange(0, max(1, len(samples)), rate / _HOPS_A_SECOND).round().astype(np.intp)
    square = np.zeros(len(samples) + 1)  # an edge may be rounded up to the end
    np.square(samples, out=square[:-1], dtype=np.float64)
    power: NDArray[np.float64] = np.add.reduceat(square, edges) / np.maximum(np.diff(edges, append=len(samples)), 1)
    return np.maximum(power, _QUIETEST)


def _runs(where: NDArray[np.bool_]) -> list[tuple[int, int]]:
    """The stretches in which ``where`` holds, each from its first place to the one after its last."""
    steps = np.flatnonzero(np.diff(np.concatenate([[False], where, [False]]).astype(np.int8)))
    return [(int(start), int(end)) for start, end in steps.reshape(-1, 2)]
