"""Measures mettavox, the floor and what people write, as whole processes, and prints a table.

Run as ``.venv/bin/python benchmarks/run.py``; ``--help`` names the options, README.md what is measured.
"""

import argparse
import importlib.util
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import floor
import material
import measure
from measure import Cost

_HERE = Path(__file__).resolve().parent
_LENGTHS, _BEDS = (10, 60, 180), ("none", "soft")
_RUNS, _RUNS_WHEN_LONG, _LONG_MINUTES = 3, 1, 60


@dataclass(frozen=True, kw_only=True)
class Case:
    """One length and bed; ``folder`` holds its material and everything that is made of it."""

    minutes: int
    bed: str
    folder: Path
    costs: dict[str, list[Cost]] = field(default_factory=dict)
    lost: list[int] = field(default_factory=list)

    def measured(self, what: str) -> Cost | None:
        """The medians of one contestant, or None when it did not take part."""
        return measure.middle(self.costs[what]) if what in self.costs else None

    def run(self, what: str, command: Sequence[str], cache: Path | None = None) -> str:
        """Measure one run and keep its cost; gives the last line that it printed."""
        log = self.folder / "log"
        environment = {"METTAVOX_CACHE": str(cache)} if cache else {}
        self.costs.setdefault(what, []).append(measure.run(command, log=log, environment=environment))
        return (log.read_text("utf-8", "replace").splitlines() or [""])[-1]


@contextmanager
def case(minutes: int, bed: str) -> Iterator[Case]:
    """A case with its material made; the folder goes at the end, since three hours of samples take 2 GB."""
    folder = Path(tempfile.mkdtemp(prefix="mettavox-benchmark-"))
    environment = os.environ | {"METTAVOX_CACHE": str(folder / "beforehand")}
    try:
        command = [sys.executable, str(_HERE / "material.py"), str(minutes), bed, str(folder)]
        subprocess.run(command, check=True, env=environment)
        yield Case(minutes=minutes, bed=bed, folder=folder)
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure_case(this: Case, *, runs: int, naive: bool) -> None:
    """Run every contestant so many times, one after the other, so that all of them meet the same moments."""
    for number in range(runs):
        cache = this.folder / f"cache-{number}"
        this.run("cold", _mettavox(this), cache)
        this.run("warm", _mettavox(this), cache)
        _run_floor(this)
        if naive:
            _run_naive(this)


def _mettavox(this: Case) -> list[str]:
    return [
        sys.executable, "-m", "mettavox", "render", material.SCRIPT, "--no-lint", "--scripts", str(material.SCRIPTS),
        "--name", material.NAME, "--minutes", str(this.minutes), "--bed", this.bed,
        "--force", "-o", str(this.folder / "mettavox.mp3"),
    ]  # fmt: skip


def _run_floor(this: Case) -> None:
    made = material.read(this.folder)
    said = this.run("floor speech", [sys.executable, str(_HERE / "floor.py"), str(this.folder)])
    if said != f"spoke {len(made.distinct)}":
        raise measure.CommandFailed(f"The floor {said} of {len(made.distinct)} lines; run again.")
    this.run("floor encoding", floor.encoding(made, this.folder))


def _run_naive(this: Case) -> None:
    command = [sys.executable, str(_HERE / "naive.py"), str(this.folder)]
    command += ["--bed"] if this.bed != "none" else []
    this.lost.append(int(this.run("naive", command).removeprefix("lost ")))
    if importlib.util.find_spec("pyloudnorm"):
        this.run("naive, levelled", [*command, "--loudness"])


# --- tables ---


def costs_table(cases: Sequence[Case]) -> str:
    """CPU seconds, wall seconds and peaks of every contestant in every case, as Markdown."""
    rows = [
        "| minutes | bed | who | CPU s | of that, children | wall s | peak MB | lines lost |",
        "|--:|---|---|--:|--:|--:|--:|--:|",
    ]
    for this in cases:
        for what in this.costs:
            cost = this.measured(what)
            assert cost is not None
            lost = f"{sum(this.lost)} of {100 * len(this.lost)}" if what == "naive" else ""
            rows.append(
                f"| {this.minutes} | {this.bed} | {what} | {cost.cpu:.2f} | {cost.children:.2f} "
                f"| {cost.wall:.1f} | {cost.peak_mb:.0f} | {lost} |"
            )
    return "\n".join(rows)


def ratios_table(cases: Sequence[Case]) -> str:
    """How the contestants compare within this run, as Markdown; by CPU seconds."""
    columns: dict[str, Callable[[Case], float | None]] = {
        "cold / floor": lambda this: _ratio(_cpu(this, "cold"), _cpu(this, "floor speech", "floor encoding")),
        "naive / cold": lambda this: _ratio(_cpu(this, "naive"), _cpu(this, "cold")),
        "naive / warm": lambda this: _ratio(_cpu(this, "naive"), _cpu(this, "warm")),
        "levelled naive / cold": lambda this: _ratio(_cpu(this, "naive, levelled"), _cpu(this, "cold")),
        "warm / cold": lambda this: _ratio(_cpu(this, "warm"), _cpu(this, "cold")),
    }
    rows = [f"| minutes | bed | {' | '.join(columns)} |", f"|--:|---|{'--:|' * len(columns)}"]
    for this in cases:
        values = " | ".join(_shown(ratio(this)) for ratio in columns.values())
        rows.append(f"| {this.minutes} | {this.bed} | {values} |")
    return "\n".join(rows)


def growth_table(cases: Sequence[Case]) -> str:
    """The longest track against the shortest, for each bed, as Markdown; nothing when there is one length."""
    rows = []
    for bed in dict.fromkeys(this.bed for this in cases):
        alike = sorted((this for this in cases if this.bed == bed), key=lambda this: this.minutes)
        short, long = alike[0], alike[-1]
        if short is long:
            return ""
        for what in [name for name in ("cold", "warm", "naive") if name in short.costs and name in long.costs]:
            peak = _shown(_ratio(_peak(long, what), _peak(short, what)))
            cpu = _shown(_ratio(_cpu(long, what), _cpu(short, what)))
            rows.append(f"| {bed} | {what} | {long.minutes} / {short.minutes} | {peak} | {cpu} |")
    return "\n".join(["| bed | who | minutes | peak memory | CPU |", "|---|---|--:|--:|--:|", *rows])


def _cpu(this: Case, *parts: str) -> float | None:
    """CPU seconds of the parts together, or None when one of them did not take part."""
    costs = [cost for part in parts if (cost := this.measured(part))]
    return sum(cost.cpu for cost in costs) if len(costs) == len(parts) else None


def _peak(this: Case, what: str) -> float | None:
    cost = this.measured(what)
    return cost.peak_mb if cost else None


def _ratio(over: float | None, under: float | None) -> float | None:
    return over / under if over and under else None


def _shown(value: float | None) -> str:
    return "" if value is None else f"{value:.2f}" if value < 10 else f"{value:.0f}"


# --- from the outside ---


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--minutes", type=int, nargs="+", default=list(_LENGTHS), help="lengths; 10 60 180")
    parser.add_argument("--bed", choices=_BEDS, nargs="+", default=list(_BEDS), help="beds; none soft")
    parser.add_argument("--runs", type=int, help=f"runs of each; {_RUNS}, or {_RUNS_WHEN_LONG} from an hour on")
    parser.add_argument("--skip-naive", action="store_true", help="leave out what takes minutes and gigabytes")
    return parser.parse_args()


def _measured(minutes: int, bed: str, *, runs: int | None, naive: bool) -> Case:
    with case(minutes, bed) as this:
        usual = _RUNS if minutes < _LONG_MINUTES else _RUNS_WHEN_LONG
        measure_case(this, runs=runs or usual, naive=naive)
        return this


def main() -> None:
    """Measure every case, tell each when it is done, and print the tables."""
    chosen = _arguments()
    cases: list[Case] = []
    for minutes in chosen.minutes:
        for bed in chosen.bed:
            print(f"{minutes} minutes, bed {bed} …", file=sys.stderr, flush=True)
            cases.append(_measured(minutes, bed, runs=chosen.runs, naive=not chosen.skip_naive))
            print(costs_table(cases[-1:]), file=sys.stderr, flush=True)
    for table in (costs_table, ratios_table, growth_table):
        print(table(cases), end="\n\n")


if __name__ == "__main__":
    main()
