"""The targets, each against what this run measured."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from operator import ge, le

import batches
import starts
from figures import (
    BATCH,
    COLD,
    FORCED,
    GRAPH,
    KEPT,
    LEVELLED,
    NAIVE,
    ONE_PASS,
    START,
    TRACK,
    Figures,
    ratio,
    shown,
    table,
)  # fmt: skip

_SHORT, _LONG = 10, 180
_MET, _NOT_MET, _NOT_MEASURED = "met", "**not met**", "not measured"


@dataclass(frozen=True, kw_only=True)
class Target:
    """``value`` was measured, or None; it is to be at least or at most ``bound``. With ``verdict``, that is said."""

    number: int
    what: str
    holds: Callable[[float, float], bool] = ge
    bound: float = 0.0
    unit: str = "×"
    value: float | None = None
    verdict: str = ""

    def row(self) -> tuple[str, str, str, str, str]:
        """As a row of the table."""
        sign = "≥" if self.holds is ge else "≤"
        bound = f"{sign} {self.bound:,g} {self.unit}".strip() if self.bound else ""
        verdict = self.verdict
        if not verdict:
            met = self.value is not None and self.holds(self.value, self.bound)
            verdict = _NOT_MEASURED if self.value is None else _MET if met else _NOT_MET
        measured = shown(self.value, f" {self.unit}" if self.unit else "")
        return str(self.number), self.what, bound, measured, verdict


def targets_table(figures: Figures) -> str:
    """Every target, what was measured, and whether it is met."""
    rows = [each.row() for each in targets(figures)]
    return table(("", "target", "bound", "measured", ""), rows, words=5)


def targets(figures: Figures) -> Iterator[Target]:
    """Every target in its order; one that has several parts is several."""
    yield from _tracks(figures)
    yield from _warm(figures)
    yield from _batches(figures)
    yield from _one_pass(figures)
    yield from _memory(figures)
    help_times = ratio(_start(figures, starts.HELP), _start(figures, starts.CLICK))
    yield Target(number=10, what="`--help` against `import click`", holds=le, bound=1.3, value=help_times)
    yield from _gates(figures)


def _tracks(figures: Figures) -> Iterator[Target]:
    def over(who: str, minutes: int, bed: str) -> float | None:
        return ratio(figures.cpu(TRACK, minutes, bed, who), figures.cpu(TRACK, minutes, bed, COLD))

    def growth(bed: str) -> float | None:
        return ratio(figures.cpu(TRACK, _LONG, bed, COLD), figures.cpu(TRACK, _SHORT, bed, COLD))

    voice, bed = "3 hours of voice, cold", "3 hours with a bed, cold"
    yield Target(number=1, what="10 minutes of voice, cold: naive ÷ it", bound=10, value=over(NAIVE, _SHORT, "none"))
    yield Target(number=2, what=f"{voice}: levelled naive ÷ it", bound=150, value=over(LEVELLED, _LONG, "none"))
    yield Target(number=2, what=f"{voice}: naive ÷ it", bound=60, value=over(NAIVE, _LONG, "none"))
    yield Target(
        number=2,
        what="cold: 180 ÷ 10 minutes of voice",
        holds=le,
        bound=1.1,
        value=growth("none"),
        verdict="for VBR: does not apply, tracks have a constant bit rate",
    )
    yield Target(number=3, what=f"{bed}: naive ÷ it", bound=40, value=over(NAIVE, _LONG, "soft"))
    yield Target(number=3, what=f"{bed}: ffmpeg filter graph ÷ it", bound=20, value=over(GRAPH, _LONG, "soft"))
    share = ratio(figures.cpu(TRACK, _LONG, "soft", COLD), figures.cpu(TRACK, _LONG, "soft", ONE_PASS))
    yield Target(number=3, what=f"{bed}: it ÷ one pass", holds=le, bound=0.06, value=share)


def _warm(figures: Figures) -> Iterator[Target]:
    numpy = _start(figures, starts.NUMPY)
    for minutes, bed in figures.cases(TRACK):
        times = ratio(figures.cpu(TRACK, minutes, bed, KEPT), numpy)
        what = f"{minutes} minutes, bed {bed}, cached: it ÷ `import numpy`"
        yield Target(number=4, what=what, holds=le, bound=2, value=times)
    for one in figures.stages:
        for kept in ("kept, only audio", "kept"):
            what = (
                f"bed {one['bed']}, cached ({'only audio' if 'only' in kept else 'with all files'}), in a warm process"
            )
            yield Target(number=4, what=what, holds=le, bound=8, unit="ms", value=_milliseconds(one[kept]))


def _batches(figures: Figures) -> Iterator[Target]:
    rows = max(figures.amounts(BATCH), default=0)
    batch = f"batch of {rows:,}" if rows else "batch"
    parts = {
        ("none", 5): (6_000, ((NAIVE, "naive", 50), (ONE_PASS, "one pass", 20))),
        ("soft", 6): (2_400, ((LEVELLED, "levelled naive", 55),)),
    }
    for (bed, number), (speed, others) in parts.items():
        cost = figures.cost(BATCH, rows, bed, COLD)
        what = f"{batch}, bed {bed}, cold"
        value = batches.realtime(cost, rows) if cost else None
        yield Target(number=number, what=f"{what}: × realtime per CPU s", bound=speed, value=value)
        for who, name, bound in others:
            value = ratio(figures.cpu(BATCH, rows, bed, who), cost.cpu if cost else None)
            yield Target(number=number, what=f"{what}: {name} ÷ it", bound=bound, value=value)
    for bed in ("none", "soft"):
        cost = figures.cost(BATCH, rows, bed, FORCED)
        what = f"{batch}, bed {bed}, --force: lines with a name are spoken anew"
        value = rows / cost.cpu if cost else None
        yield Target(number=7, what=what, bound=100, unit="tracks/s/core", value=value)
    for one in figures.stages:
        what = f"bed {one['bed']}, names kept too, with all files, in a warm process"
        value = 1000 / _milliseconds(one["kept"])
        yield Target(number=7, what=what, bound=100, unit="tracks/s/core", value=value)


_FALLBACK = ("all", "encoder", "encoder alone", "one thread", "two threads")


def _one_pass(figures: Figures) -> Iterator[Target]:
    took = {name: figures.facts.get(f"fallback: {name}") for name in _FALLBACK}
    where = "where a whole track is encoded"
    for name, who in (("encoder", "its encoder"), ("encoder alone", "LAME alone over the same samples")):
        what = f"{where}: all ÷ {who}"
        yield Target(number=8, what=what, holds=le, bound=1.05, value=ratio(took["all"], took[name]))
    value = ratio(took["one thread"], took["two threads"])
    yield Target(number=8, what=f"{where}: one core ÷ two, by the clock, with the same bytes", bound=1.8, value=value)


def _memory(figures: Figures) -> Iterator[Target]:
    for bed, bound in (("none", 64), ("soft", 96)):
        long, short = (figures.cost(TRACK, minutes, bed, COLD) for minutes in (_LONG, _SHORT))
        what = f"3 hours, bed {bed}, cold: peak memory"
        yield Target(number=9, what=what, holds=le, bound=bound, unit="MB", value=long.peak_mb if long else None)
        grown = abs(long.peak_mb - short.peak_mb) if long and short else None
        what = f"bed {bed}, cold: 180 minutes against 10"
        yield Target(number=9, what=what, holds=le, bound=3, unit="MB", value=grown)


def _gates(figures: Figures) -> Iterator[Target]:
    same = figures.facts.get("same bytes")
    verdict = _NOT_MEASURED if same is None else _MET if same else _NOT_MET
    yield Target(number=11, what="the same bytes, cold and from any cache", unit="", verdict=verdict)
    gates = "frames equal those of one pass; exact length and loudness; no line lost"
    yield Target(number=11, what=gates, unit="", verdict="the tests hold these; they are no figures")


def _start(figures: Figures, who: str) -> float | None:
    return figures.cpu(START, 0, "", who)


def _milliseconds(part: dict[str, object]) -> float:
    own, children = part["own"], part["children"]
    assert isinstance(own, float)
    assert isinstance(children, dict)
    return float(own + sum(children.values()))
