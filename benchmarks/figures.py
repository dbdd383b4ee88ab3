"""What a run has measured: costs by what was made, how much of it, over which bed and by whom."""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field, replace
from pathlib import Path
from typing import Any

import measure
from measure import Cost

NAIVE, LEVELLED, GRAPH = "naive", "naive, levelled", "ffmpeg filter graph"
ONE_PASS, ONE_PASS_MONO = "one pass", "one pass, mono"
COLD, COLD_AUDIO = "cold", "cold, only audio"
CACHED, CACHED_AUDIO, KEPT = "cached", "cached, only audio", "cached, names kept, only audio"
SECOND, FORCED = "second run, nothing to do", "everything cached (--force)"
FLOOR_SPEECH, FLOOR_ENCODING = "floor speech", "floor encoding"
TRACK, BATCH, START = "track", "batch", "start"


@dataclass(frozen=True, kw_only=True)
class Key:
    """``amount`` is minutes of a track, rows of a batch, and 0 of a start."""

    kind: str
    amount: int
    bed: str
    who: str


@dataclass(kw_only=True)
class Figures:
    """Everything that was measured so far. ``facts`` are what no stopwatch says, such as whether bytes are the same.

    ``notes`` are for whoever reads the tables.
    """

    costs: dict[Key, list[Cost]] = field(default_factory=dict)
    lost: dict[Key, list[int]] = field(default_factory=dict)
    stages: list[dict[str, Any]] = field(default_factory=list)
    facts: dict[str, float] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)

    def add(self, key: Key, cost: Cost) -> None:
        """One more run."""
        self.costs.setdefault(key, []).append(cost)

    def cost(self, kind: str, amount: int, bed: str, who: str) -> Cost | None:
        """The medians over all runs, or None where it was not measured."""
        runs = self.costs.get(Key(kind=kind, amount=amount, bed=bed, who=who))
        return measure.middle(runs) if runs else None

    def cpu(self, kind: str, amount: int, bed: str, who: str) -> float | None:
        """CPU seconds, or None where it was not measured."""
        cost = self.cost(kind, amount, bed, who)
        return cost.cpu if cost else None

    def amounts(self, kind: str) -> list[int]:
        """Every length or number of rows that there is, in order."""
        return sorted({key.amount for key in self.costs if key.kind == kind})

    def cases(self, kind: str) -> list[tuple[int, str]]:
        """Every amount and bed, in the order in which they were measured."""
        return list(dict.fromkeys((key.amount, key.bed) for key in self.costs if key.kind == kind))

    def whos(self, kind: str, amount: int, bed: str) -> list[str]:
        """Everyone who took part, in the order in which they began."""
        return [key.who for key in self.costs if (key.kind, key.amount, key.bed) == (kind, amount, bed)]

    def save(self, path: Path) -> None:
        """Leave everything in a file, to compare with another run."""
        costs = [asdict(key) | {"runs": [asdict(cost) for cost in runs]} for key, runs in self.costs.items()]
        path.write_text(json.dumps({"costs": costs, "stages": self.stages, "facts": self.facts}, indent=1), "utf-8")


def times(cost: Cost, factor: float) -> Cost:
    """What so many of them cost, one after the other; the peak stays."""
    return replace(cost, cpu=cost.cpu * factor, children=cost.children * factor, wall=cost.wall * factor)


def added(costs: Sequence[Cost]) -> Cost:
    """Several runs as one: what they cost together, and the highest peak."""
    return Cost(
        cpu=sum(cost.cpu for cost in costs),
        children=sum(cost.children for cost in costs),
        wall=sum(cost.wall for cost in costs),
        peak_mb=max(cost.peak_mb for cost in costs),
    )


def ratio(over: float | None, under: float | None) -> float | None:
    """The ratio of two figures, or None where one is missing."""
    return over / under if over is not None and under else None


def shown(value: float | None, unit: str = "") -> str:
    """A figure with three digits, or nothing where there is none."""
    if value is None:
        return ""
    digits = 0 if abs(value) >= 100 else 1 if abs(value) >= 10 else 2
    return f"{value:,.{digits}f}{unit}"


def table(heading: Sequence[str], rows: Sequence[Sequence[str]], *, words: int) -> str:
    """A table as Markdown; the first ``words`` columns are words, the others figures. Nothing without rows."""
    if not rows:
        return ""
    marks = ["---"] * words + ["--:"] * (len(heading) - words)
    lines = ["| " + " | ".join(heading) + " |", "|" + "|".join(marks) + "|"]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])
