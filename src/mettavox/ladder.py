"""The ladder: what a script holds at every length, and what comes next when there is more time.

Every addition has a worth, derived from its section's importance; a longer track climbs further up
the same ladder, so it always contains the shorter one.
"""

from collections.abc import Iterator
from dataclasses import dataclass, field

from mettavox.script import CORE, KEEP, PLUS, PLUS_PLUS, Breath, Line, Passage, Script, Section

# The worth of an addition, relative to its section's importance: a layout prototype held its
# invariants over 3,749 layouts with these.
_TIER_COST = {PLUS: 2.6, PLUS_PLUS: 5.2}
_BEGINNER_PLUS_COST = 1.3
_SPARSE_COST = 2.6
_WISH_COST, _WISHES_AT_LEAST = 0.9, 2
_ROUND_COST, _EACH_ROUND_COST = 3.0, 1.7
_CYCLES_COST, _CYCLES_SPREAD = 3.0, 6.0


@dataclass(frozen=True, order=True)
class Unit:
    """One passage in one round of its section; sorted, units are in the order in which they are heard."""

    section: int
    round: int
    order: int
    cycle: int = 0  # of a breath: 0 is the passage itself, others add a cycle each
    passage: Passage = field(compare=False, kw_only=True)

    @property
    def place(self) -> tuple[int, int, int]:
        """Section, round and order: what all cycles of one breath share."""
        return self.section, self.round, self.order


@dataclass(frozen=True)
class Step:
    """An addition and its worth."""

    worth: float
    units: tuple[Unit, ...]


def ladder(
    script: Script, *, experience: str, include: frozenset[str], sparse: bool = False
) -> tuple[tuple[Unit, ...], list[Step]]:
    """What is always there, and the additions from the worthiest down."""
    base: list[Unit] = []
    steps: list[Step] = []
    for index, section in enumerate(script.sections):
        if section.opt_in and section.opt_in not in include:
            continue
        importance = KEEP if section.opt_in else section.importance
        core = tuple(_first_round(index, section, CORE))
        if importance == KEEP:
            base.extend(core)
        elif core:
            steps.append(Step(importance, core))
        steps.extend(_additions(index, section, importance, experience, sparse))
    steps.sort(key=lambda step: (-step.worth, step.units[0]))
    return tuple(base), steps


def _first_round(index: int, section: Section, tier: int) -> Iterator[Unit]:
    for order, passage in enumerate(section.passages):
        if passage.tier == tier and passage.rounds != "again" and passage.wish <= _WISHES_AT_LEAST:
            yield Unit(index, 0, order, passage=passage)


def _additions(index: int, section: Section, importance: int, experience: str, sparse: bool) -> Iterator[Step]:
    costs = _tier_costs(experience, sparse)
    yield from _more_wishes(index, section, importance, costs)
    yield from _more_lines(index, section, importance, costs)
    held = any(isinstance(passage.sound, Breath) and passage.sound.held for passage in section.passages)
    for again in range(1, 1 if held else section.repeat):
        units = tuple(
            Unit(index, again, order, passage=passage)
            for order, passage in enumerate(section.passages)
            if passage.tier == CORE and passage.rounds != "first"
        )
        if units:
            yield Step(importance - _ROUND_COST - _EACH_ROUND_COST * again, units)
    yield from _more_cycles(index, section, importance, costs)


def _tier_costs(experience: str, sparse: bool) -> dict[int, float]:
    """What each tier of lines costs; a tier that is left out has none. Sparse wording adds lines late."""
    if experience == "experienced":
        return {CORE: 0.0}
    plus = _BEGINNER_PLUS_COST if experience == "beginner" else _TIER_COST[PLUS]
    late = _SPARSE_COST if sparse else 0.0
    return {CORE: 0.0, PLUS: plus + late, PLUS_PLUS: _TIER_COST[PLUS_PLUS] + late}


def _more_wishes(index: int, section: Section, importance: int, costs: dict[int, float]) -> Iterator[Step]:
    groups: dict[tuple[int, int, int], list[Unit]] = {}  # the sentences of one wish come together
    for order, passage in enumerate(section.passages):
        if passage.tier in costs and passage.wish > _WISHES_AT_LEAST and passage.rounds != "again":
            unit = Unit(index, 0, order, passage=passage)
            groups.setdefault((_number(unit), passage.tier, passage.wish), []).append(unit)
    for (_, tier, wish), units in groups.items():
        yield Step(importance - costs[tier] - _WISH_COST * (wish - _WISHES_AT_LEAST), tuple(units))


def _number(unit: Unit) -> int:
    """The line of the script that a unit comes from; one that is no line is by itself."""
    return unit.passage.sound.number if isinstance(unit.passage.sound, Line) else -unit.order


def _more_lines(index: int, section: Section, importance: int, costs: dict[int, float]) -> Iterator[Step]:
    for tier in sorted(set(costs) - {CORE}):
        groups: dict[int, list[Unit]] = {}
        for unit in _first_round(index, section, tier):
            groups.setdefault(_number(unit), []).append(unit)  # the sentences of one line come together
        for units in groups.values():
            yield Step(importance - costs[tier], tuple(units))


def _more_cycles(index: int, section: Section, importance: int, costs: dict[int, float]) -> Iterator[Step]:
    """One step a cycle, ever less worth, so that a long practice also has its other lines."""
    for order, passage in enumerate(section.passages):
        if isinstance(passage.sound, Breath) and passage.tier in costs and passage.rounds != "again":
            span = passage.sound.most - passage.sound.fewest
            for extra in range(1, span + 1):
                cost = costs[passage.tier] + _CYCLES_COST + _CYCLES_SPREAD * extra / span
                yield Step(importance - cost, (Unit(index, 0, order, extra, passage=passage),))
