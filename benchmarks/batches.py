"""Batches: a roster of people, each with a name of their own, made, looked at again, and made anew."""

import importlib.util
import math
import shutil
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import material
import measure
import people
import tracks
from figures import (
    BATCH,
    COLD,
    FORCED,
    LEVELLED,
    NAIVE,
    ONE_PASS,
    SECOND,
    Figures,
    Key,
    added,
    ratio,
    shown,
    table,
    times,
)  # fmt: skip
from measure import Cost

MINUTES = 10
SAMPLE = 3
"""Of those who take as long for each track, so many are made, and multiplied."""
_HERE = Path(__file__).resolve().parent
# An hour of constant 128 kbit/s is 58 MB; covers, and the file that a new one replaces, are beside it.
_TRACK_MB = MINUTES * 60 * 128 / 8 / 1000 * 1.1


def measure_sample(figures: Figures, bed: str, counts: list[int], *, naive: bool) -> None:
    """The naive script and the one-pass encoder over a few rows, multiplied for every number of rows."""
    folder = Path(tempfile.mkdtemp(prefix="mettavox-benchmark-"))
    try:
        folders = [folder / str(number) for number in range(SAMPLE)]
        for each, name in zip(folders, people.names(SAMPLE), strict=True):
            each.mkdir()
            tracks.make_material(each, MINUTES, bed, "--name", name)
        options = ["--bed"] if bed != "none" else []
        commands = {ONE_PASS: ["onepass.py"]}
        if naive:
            commands[NAIVE] = ["naive.py", *options]
            if importlib.util.find_spec("pyloudnorm"):
                commands[LEVELLED] = ["naive.py", *options, "--loudness"]
        for who, (script, *more) in commands.items():
            command = [sys.executable, str(_HERE / script), *map(str, folders), *more]
            cost = measure.run(command, log=folder / "log")
            for count in counts:
                figures.add(_key(count, bed, who), times(cost, count / SAMPLE))
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def measure_batch(figures: Figures, count: int, bed: str, *, disk_gb: float) -> None:
    """mettavox over so many rows: from an empty cache, again with everything there, and again with --force.

    When the tracks do not fit in so many gigabytes, they are made in parts, one after the other with one cache.
    """
    parts = math.ceil(count * _TRACK_MB / (disk_gb * 1000))
    size = math.ceil(count / parts)
    costs: dict[str, list[Cost]] = {COLD: [], SECOND: [], FORCED: []}
    with _folder() as folder:
        for first in range(0, count, size):
            _part(folder, first, min(size, count - first), bed, costs)
    for who, each in costs.items():
        figures.add(_key(count, bed, who), added(each))
    if parts > 1:
        figures.notes.append(f"{count} rows with bed {bed} were made in {parts} parts, for the disk's sake.")


def _part(folder: Path, first: int, count: int, bed: str, costs: dict[str, list[Cost]]) -> None:
    roster, output = folder / "roster.csv", folder / "tracks"
    people.write(roster, count, minutes=MINUTES, bed=bed, first=first)
    command = [
        sys.executable, "-m", "mettavox", "batch", str(roster), "-o", str(output),
        "--scripts", str(material.SCRIPTS), "--no-lint",
    ]  # fmt: skip
    for who, options in ((COLD, []), (SECOND, []), (FORCED, ["--force"])):
        environment = {"METTAVOX_CACHE": str(folder / "cache")}
        costs[who].append(measure.run([*command, *options], log=folder / "log", environment=environment))
        made = len(list(output.glob("*.mp3")))
        if made != count:
            raise measure.CommandFailed(f"{made} tracks of {count}:\n{(folder / 'log').read_text()[-2000:]}")
    shutil.rmtree(output)


@contextmanager
def _folder() -> Iterator[Path]:
    folder = Path(tempfile.mkdtemp(prefix="mettavox-benchmark-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _key(count: int, bed: str, who: str) -> Key:
    return Key(kind=BATCH, amount=count, bed=bed, who=who)


# --- tables ---


def costs_table(figures: Figures) -> str:
    """Everyone's costs in every batch, for a track and in all."""
    heading = (
        "bed", "who", "rows", "CPU s", "wall s", "CPU ms a track", "× realtime per CPU s", "tracks/s/core", "peak MB",
        "naive ÷ it", "levelled naive ÷ it", "one pass ÷ it",
    )  # fmt: skip
    rows = []
    for count, bed in figures.cases(BATCH):
        others = [figures.cpu(BATCH, count, bed, who) for who in (NAIVE, LEVELLED, ONE_PASS)]
        for who in figures.whos(BATCH, count, bed):
            cost = figures.cost(BATCH, count, bed, who)
            assert cost is not None
            each = cost.cpu / count
            figured = (cost.cpu, cost.wall, 1000 * each, realtime(cost, count), 1 / each, cost.peak_mb)
            ratios = [ratio(other, cost.cpu) for other in others]
            name = f"{who} ({SAMPLE} rows, multiplied)" if who in (NAIVE, LEVELLED, ONE_PASS) else who
            rows.append((bed, name, f"{count:,}", *map(shown, figured), *map(shown, ratios)))
    return table(heading, rows, words=2)


def growth_table(figures: Figures) -> str:
    """The peaks of the longest batch against the shortest, for each bed; nothing when there is one length."""
    counts = figures.amounts(BATCH)
    if len(counts) < 2:
        return ""
    rows = []
    for bed in dict.fromkeys(bed for _, bed in figures.cases(BATCH)):
        for who in (COLD, SECOND, FORCED):
            few, many = (figures.cost(BATCH, count, bed, who) for count in (counts[0], counts[-1]))
            if few and many:
                rows.append((bed, who, *map(shown, (few.peak_mb, many.peak_mb, many.peak_mb / few.peak_mb))))
    heading = ("bed", "who", f"peak MB, {counts[0]:,} rows", f"peak MB, {counts[-1]:,} rows", "ratio")
    return table(heading, rows, words=2)


def realtime(cost: Cost, count: int) -> float:
    """Seconds of track for each CPU second."""
    return count * MINUTES * 60 / cost.cpu
