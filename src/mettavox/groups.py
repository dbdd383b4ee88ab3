"""Groups: rows whose tracks differ by a person's words alone, and slots that are wide enough for all of them."""

import contextlib
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from typing import Any

from mettavox import ask, backdrop, blanks, ipa, master, prepare
from mettavox.bench import Bench
from mettavox.blanks import Shared
from mettavox.errors import DurationError, EngineError
from mettavox.estimate import syllables
from mettavox.prepare import Prepared, laid, plan
from mettavox.render import prepare_master
from mettavox.roster import Row
from mettavox.script import Line
from mettavox.spoken import Part, Settings, SpokenLengths
from mettavox.units import frames

PERSONAL = ("name", "target", "intention")
"""What tells two people of a group apart, with how it is said."""

_SAYINGS = {"name": "say", "target": "target-say"}

SLACK_SECONDS = 0.8
"""How much shorter than its slot a line of a group may be: its pause has that room."""

# Words of one group have as many syllables as each other, or two more: hardly ever more than those seconds.
_SYLLABLES = 3
# The words that look longest are spoken in the first line that has them, and the longest of these in every other one.
_MOST_TRIED, _MOST_MEASURED = 32, 3
# What a word in another line may last longer than was heard.
_MARGIN_SECONDS = 0.05

Values = Mapping[str, Any]


def grouped(rows: Sequence[Row]) -> tuple[tuple[Row, ...], ...]:
    """The rows in groups, in the order of each group's first; many are of one row."""
    found: dict[tuple[Any, ...], list[Row]] = {}
    for row in rows:
        found.setdefault(_alike(row.values), []).append(row)
    return tuple(map(tuple, found.values()))


def _alike(values: Values) -> tuple[Any, ...]:
    """What rows of one group have in common: all that is not personal, and how long the personal words are."""
    same = sorted((key, repr(value)) for key, value in values.items() if key not in (*PERSONAL, *_SAYINGS.values()))
    return (*same, *(_length(values, key) for key in PERSONAL))


def _length(values: Values, key: str) -> int:
    """The length of a personal word, in steps; -1 where there is none."""
    said = _said(values, key)
    return (syllables(said, str(values.get("lang", "en"))) - 1) // _SYLLABLES if said else -1


def _said(values: Values, key: str) -> str:
    return ipa.plain(str(values.get(_SAYINGS.get(key, "")) or values.get(key) or ""))


def candidates(rows: Sequence[Row]) -> tuple[dict[str, Any], ...]:
    """Those of a group whose personal words may be the longest; the same for the same rows, in whatever order.

    None where there are no such words, or where the tracks are no MP3s, which cannot be put together from pieces.
    """
    if any(str(row.values.get("format", "mp3")).lower() != "mp3" for row in rows):
        return ()
    chosen: dict[str, dict[str, Any]] = {}
    for key in PERSONAL:
        sizes = sorted((*_shortness(row.values, key), row.code) for row in rows if row.values.get(key))
        longest = {code for *_, code in sizes[:_MOST_TRIED]}
        chosen |= {row.code: dict(row.values) for row in rows if row.code in longest}
    return tuple(chosen[code] for code in sorted(chosen))


def _shortness(values: Values, key: str) -> tuple[int, int]:
    said = _said(values, key)
    return -syllables(said, str(values.get("lang", "en"))), -len(said)


def measured(people: Sequence[Values], settings: Settings, bench: Bench) -> Shared | None:
    """Slots that are wide enough for all of these people, with the master that has them; None where there is none.

    Raises what keeps the first of them from having a track.
    """
    widest = _Widest([prepare.prepare(ask.request(each)) for each in people], settings, bench)
    if not _is_worth_it(widest.part):
        return None
    laid(widest.part.prepared, widest)
    if not widest.slots:
        return None
    shared = Shared(slots=widest.slots, slack_seconds=SLACK_SECONDS)
    return shared if prepare_master(widest.first, shared, settings=settings, bench=bench) else None


def _is_worth_it(part: Part) -> bool:
    """Whether a track would be put together from pieces, as far as its preview can tell, before all are measured."""
    try:
        timeline = plan(replace(part.prepared, script=part.whole))
    except DurationError:  # which measured lengths may not have
        return True
    with backdrop.bed(part.prepared) as bed:
        return master.plan(part, timeline, bed) is not None


class _Widest(Mapping[Line, int]):
    """How many frames each line has, or, where it is a blank, the longest of those that may be in it."""

    def __init__(self, people: Sequence[Prepared], settings: Settings, bench: Bench) -> None:
        self._settings = settings
        self._booth = bench.booth
        parts = [(each, self._part(each)) for each in people]
        scripts = Counter(repr(part.prepared.script) for _, part in parts)
        usual = max(scripts, key=scripts.__getitem__)  # one may be without blanks, or have others
        self._people = [(each, part) for each, part in parts if repr(part.prepared.script) == usual]
        self.first, self.part = self._people[0]
        self._longest: dict[tuple[str, ...], list[int]] = {}
        self._shared: dict[Line, int] = {}
        self.slots: dict[int, int] = {}

    def _part(self, person: Prepared) -> Part:
        return Part.of(person, self._booth.ensemble(person, self._settings), slack_seconds=SLACK_SECONDS)

    def __getitem__(self, line: Line) -> int:
        if not blanks.is_blank(line):
            if line not in self._shared:
                ensemble = self._booth.ensemble(self.first, self._settings)
                self._shared[line] = SpokenLengths(ensemble, self.part)[line]
            return self._shared[line]
        number = blanks.number(line)
        if number not in self.slots:
            self.slots[number] = self._measure(line)
        return self.slots[number]

    def _measure(self, blank: Line) -> int:
        words = tuple(word.slot for word in self.part.line(blank).words)
        tried = self._longest.get(words, list(range(len(self._people))))
        lengths: dict[int, int] = {}
        for each in tried:
            with contextlib.suppress(EngineError):  # whose track will say so
                lengths[each] = self._length(blank, *self._people[each])
        if not lengths:
            raise EngineError("No line with a name can be spoken.", hint="Run “mettavox doctor”.")
        tried = list(lengths)
        self._longest.setdefault(words, sorted(tried, key=lambda each: -lengths[each])[:_MOST_MEASURED])
        return max(lengths.values()) + frames(_MARGIN_SECONDS, self.part.prepared.rate)

    def _length(self, blank: Line, person: Prepared, part: Part) -> int:
        ensemble = self._booth.ensemble(person, self._settings)
        return SpokenLengths(ensemble, part)[blank]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._shared)

    def __len__(self) -> int:
        return len(self._shared)
