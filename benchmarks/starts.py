"""The start: what a command costs before it does anything, against the imports that it cannot do without."""

import sys
from pathlib import Path

import measure
from figures import START, Figures, Key, ratio, shown, table

HELP, CLICK, NUMPY, PYTHON = "mettavox --help", "import click", "import numpy", "nothing"
_COMMANDS = {
    HELP: ("-m", "mettavox", "--help"),
    "mettavox render --help": ("-m", "mettavox", "render", "--help"),
    CLICK: ("-c", "import click"),
    NUMPY: ("-c", "import numpy"),
    PYTHON: ("-c", ""),
}


def measure_all(figures: Figures, log: Path, *, runs: int) -> None:
    """Start everything so often; the first time, which fills caches of files, is not counted."""
    for number in range(runs + 1):
        for who, options in _COMMANDS.items():
            cost = measure.run([sys.executable, *options], log=log)
            if number:
                figures.add(Key(kind=START, amount=0, bed="", who=who), cost)


def costs_table(figures: Figures) -> str:
    """What each costs, and how many times as much as a bare import of click."""
    rows = []
    for who in figures.whos(START, 0, ""):
        cost = figures.cost(START, 0, "", who)
        assert cost is not None
        name = who if who.startswith("mettavox") else f"Python, {who}"
        times = ratio(cost.cpu, figures.cpu(START, 0, "", CLICK))
        rows.append((name, shown(1000 * cost.cpu), shown(1000 * cost.wall), shown(cost.peak_mb), shown(times)))
    return table(("what", "CPU ms", "wall ms", "peak MB", "÷ import click"), rows, words=1)
