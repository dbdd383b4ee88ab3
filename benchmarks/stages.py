"""Where the time of a batch's row goes: rows in one warm process, by mettavox's modules and by the programs it runs.

Run as ``python benchmarks/stages.py BED FOLDER [--rows 10]``; it prints one line of JSON. The masters that rows
share are made first, with two rows, and not counted. Every further row has a name of its own. Then the same rows are
made again with names' clips kept, which leaves nothing to speak or encode. Times are CPU milliseconds a row; those of
modules come from a profile, brought down to what the same work takes without one.
"""

import argparse
import cProfile
import json
import os
import pstats
import resource
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import material
import people
from figures import shown, table

MINUTES, ROWS, _WARMING = 10, 10, 2
_TICKS = os.sysconf("SC_CLK_TCK")
_PARENT, _FIRST_TIME, _LAST_TIME = 1, 11, 15  # of /proc/PID/stat after the name
_SHOWN_SHARE = 0.01
_PACKAGE = f"{os.sep}mettavox{os.sep}"

Row = tuple[str, dict[str, Any], Any]
"""A row's code, its options as a roster gives them, and what it shares with others, or None."""
Seconds = defaultdict[str, float]

_ended: Seconds = defaultdict(float)
"""CPU seconds of the children that were waited for, by the program that each was."""


# --- measuring ---


def measure(bed: str, folder: Path, count: int) -> dict[str, Any]:
    """Everything about rows over one bed."""
    from mettavox.spoken import Settings

    _watch_children()
    usual = Settings(lint=False, workers=1)
    roster = _with_masters(_roster(_WARMING + 2 * count, bed), folder, usual)
    _make(roster[:_WARMING], folder, usual)
    plain, profiled = roster[_WARMING : _WARMING + count], roster[_WARMING + count :]
    new = _timed(lambda: _make(plain, folder, usual), count)
    profile = cProfile.Profile(time.process_time)
    profile.runcall(lambda: _make(profiled, folder, usual))
    modules = by_module(pstats.Stats(profile).stats)  # type: ignore[attr-defined]
    scale = new["own"] / sum(modules.values())
    kept, audio = (Settings(lint=False, workers=1, cache_names=True, only_audio=only) for only in (False, True))
    _make(plain, folder, kept)
    return {
        "bed": bed,
        "rows": count,
        "new": new,
        "modules": {name: seconds * scale for name, seconds in modules.items()},
        "kept": _timed(lambda: _make(plain, folder, kept), count),
        "kept, only audio": _timed(lambda: _make(plain, folder, audio), count),
    }


def _roster(count: int, bed: str) -> list[Row]:
    values = {"script": material.SCRIPT, "minutes": str(MINUTES), "voice": material.VOICE, "bed": bed}
    values["scripts"] = str(material.SCRIPTS)
    return [(f"t{number:05}", values | {"name": name}, None) for number, name in enumerate(people.names(count))]


def _with_masters(roster: Sequence[Row], folder: Path, settings: Any) -> list[Row]:
    """The rows with what each shares with those of names about as long, whose masters are made now, as a batch does."""
    from mettavox import batch, groups

    @dataclass(frozen=True)
    class Grouped:
        code: str
        values: dict[str, Any]

    found: dict[str, Row] = {}
    for group in groups.grouped([Grouped(code, values) for code, values, _ in roster]):
        people_of = tuple(groups.candidates(group))
        job = batch.Job(code="", values={}, folder=str(folder), settings=settings, people=people_of)
        shared = batch.make(job).shared if len(group) > 1 else None
        found |= {row.code: (row.code, row.values, shared) for row in group}
    return [found[code] for code, _, _ in roster]


def _make(rows: Sequence[Row], folder: Path, settings: Any) -> None:
    """Make the tracks of rows as a batch's worker does."""
    from mettavox import batch

    for code, values, shared in rows:
        job = batch.Job(code=code, values=values, folder=str(folder), settings=settings, replace=True, shared=shared)
        outcome = batch.make(job)
        if outcome.error is not None:
            raise outcome.error


def _timed(work: Callable[[], object], count: int) -> dict[str, Any]:
    """Milliseconds of each of ``count`` rows: this process's own, those of its children by program, and real."""
    began, own, before = time.monotonic(), time.process_time(), _children()
    work()
    passed, spent, after = time.monotonic() - began, time.process_time() - own, _children()
    each = 1000 / count
    by_program = {name: seconds * each for name in after if (seconds := after[name] - before[name]) > 0}
    return {"own": spent * each, "children": by_program, "wall": passed * each}


def _watch_children() -> None:
    """Have every child that is waited for leave its CPU seconds behind, by its program's name."""
    wait = os.waitpid

    def waited(pid: int, options: int) -> tuple[int, int]:
        try:
            name = Path(f"/proc/{pid}/comm").read_text().strip()  # one that has ended still has it
        except OSError:
            return wait(pid, options)
        ended, status, usage = os.wait4(pid, options)
        if ended:
            _ended[name] += usage.ru_utime + usage.ru_stime
        return ended, status

    os.waitpid = waited


def _children() -> Seconds:
    """CPU seconds of all children so far, by program; those that run are known to a hundredth."""
    seconds = _ended.copy()
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds["others"] = usage.ru_utime + usage.ru_stime - sum(_ended.values())  # waited for by another way
    family = {os.getpid()}
    for pid, parent, name, spent in sorted(_processes()):  # a child's number is mostly the higher one
        if parent in family:
            family.add(pid)
            seconds[name] += spent
    return seconds


def _processes() -> Iterator[tuple[int, int, str, float]]:
    """Every process: its number, its parent's, its program, and its CPU seconds with those it waited for."""
    for stat in Path("/proc").glob("[0-9]*/stat"):
        try:
            head, _, rest = stat.read_text().rpartition(")")
        except OSError:
            continue
        number, _, name = head.partition(" (")
        fields = rest.split()
        yield int(number), int(fields[_PARENT]), name, sum(map(int, fields[_FIRST_TIME:_LAST_TIME])) / _TICKS


# --- who calls whom ---


Function = tuple[str, int, str]
Stats = Mapping[Function, tuple[int, int, float, float, Mapping[Function, tuple[int, int, float, float]]]]


def by_module(stats: Stats) -> dict[str, float]:
    """The time of each of mettavox's modules, with that of the libraries it calls; the longest first."""
    shares: dict[Function, dict[str, float]] = {}
    found: Seconds = defaultdict(float)
    for function, (_, _, own, _, _) in stats.items():
        for name, share in _owners(function, stats, shares, frozenset()).items():
            found[name] += own * share
    return dict(sorted(found.items(), key=lambda each: -each[1]))


def _owners(
    function: Function, stats: Stats, known: dict[Function, dict[str, float]], above: frozenset[Function]
) -> dict[str, float]:
    """Which modules a function works for, and how much of its time for each; the shares add up to 1.

    A library's function works for its callers, after the time it spends for each.
    """
    if function in known:
        return known[function]
    path = function[0]
    if _PACKAGE in path:
        return {path.rpartition(_PACKAGE)[2].removesuffix(".py").removesuffix("/__init__"): 1.0}
    callers = {
        caller: each[3] for caller, each in stats[function][4].items() if caller not in above and caller in stats
    }
    whole = sum(callers.values())
    owners: Seconds = defaultdict(float)
    for caller, seconds in callers.items():
        part = seconds / whole if whole else 1 / len(callers)
        for name, share in _owners(caller, stats, known, above | {function}).items():
            owners[name] += part * share
    found = dict(owners) or {"nobody": 1.0}
    if not above:  # further in, callers may have been left out
        known[function] = found
    return found


# --- tables ---


def stages_table(every: Sequence[Mapping[str, Any]]) -> str:
    """Where a new row's time goes, for each bed."""
    rows = []
    for one in every:
        whole = one["new"]["own"] + sum(one["new"]["children"].values())
        parts = [(f"`{name}`", taken) for name, taken in one["modules"].items()]
        parts += [(f"program {name}", taken) for name, taken in one["new"]["children"].items()]
        parts.sort(key=lambda part: -part[1])
        large = [(name, taken) for name, taken in parts if taken >= _SHOWN_SHARE * whole]
        small = whole - sum(taken for _, taken in large)
        rest = (f"{len(parts) - len(large)} others", small)
        for name, taken in [*large, rest, ("**all**", whole)]:
            rows.append((one["bed"], name, shown(taken), f"{100 * taken / whole:.0f} %"))
    return table(("bed", "module, or program", "CPU ms a row", "share"), rows, words=2)


def warm_table(every: Sequence[Mapping[str, Any]]) -> str:
    """What a row costs in a process that is warm, for each bed."""
    rows = []
    for one in every:
        for what in ("new", "kept", "kept, only audio"):
            children = sum(one[what]["children"].values())
            whole = one[what]["own"] + children
            figured = (whole, children, one[what]["wall"], 1000 / whole, MINUTES * 60_000 / whole)
            name = "new name" if what == "new" else what.replace("kept", "everything kept, names too")
            rows.append((one["bed"], name, *map(shown, figured)))
    heading = (
        "bed", "row", "CPU ms", "of that, children", "wall ms", "tracks/s/core", "× realtime per CPU s",
    )  # fmt: skip
    return table(heading, rows, words=2)


def main() -> None:
    """Read the arguments and print what was measured."""
    parser = argparse.ArgumentParser()
    parser.add_argument("bed")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--rows", type=int, default=ROWS)
    chosen = parser.parse_args()
    sys.setrecursionlimit(10_000)  # chains of callers are long
    print(json.dumps(measure(chosen.bed, chosen.folder, chosen.rows)))


if __name__ == "__main__":
    main()
