"""Measures mettavox, the floor, and what others write, as whole processes, and prints tables.

Run as ``python benchmarks/run.py``; ``--help`` names the options, README.md what is measured.
"""

import argparse
import json
import os
import shutil
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import batches
import stages
import starts
import targets
import tracks
from figures import Figures

_HERE = Path(__file__).resolve().parent
_PARTS = ("start", "tracks", "batches", "stages")
_BEDS = ("none", "soft")
_RUNS, _RUNS_WHEN_LONG, _LONG_MINUTES, _STARTS = 3, 1, 60, 11
_DISK_GB = 6.0
_FALLBACK = (10, "soft")


def measured(chosen: argparse.Namespace, figures: Figures) -> None:
    """Measure every part that is asked for, and tell of each what is begun."""
    if "start" in chosen.part:
        with _folder("start") as folder:
            starts.measure_all(figures, folder / "log", runs=_STARTS)
    if "tracks" in chosen.part:
        for minutes in chosen.minutes:
            for bed in chosen.bed:
                _say(f"tracks of {minutes} minutes, bed {bed}")
                runs = chosen.runs or (_RUNS if minutes < _LONG_MINUTES else _RUNS_WHEN_LONG)
                tracks.measure_all(figures, minutes, bed, runs=runs, naive=not chosen.skip_naive)
        with _folder(f"mettavox's own one pass over {_FALLBACK[0]} minutes") as folder:
            said = _asked("fallback.py", *map(str, _FALLBACK), str(folder), cache=folder / "cache")
            figures.facts |= {f"fallback: {what}": value for what, value in said.items()}
    if "batches" in chosen.part:
        for bed in chosen.bed:
            _say(f"{batches.SAMPLE} rows of the others, bed {bed}")
            batches.measure_sample(figures, bed, chosen.rows, naive=not chosen.skip_naive)
            for count in chosen.rows:
                _say(f"a batch of {count:,}, bed {bed}")
                batches.measure_batch(figures, count, bed, disk_gb=chosen.disk)
    if "stages" in chosen.part:
        for bed in chosen.bed:
            with _folder(f"the stages of a row, bed {bed}") as folder:
                rows = str(chosen.stage_rows)
                found = _asked("stages.py", bed, str(folder), "--rows", rows, cache=folder / "cache")
                figures.stages.append(found)


def _asked(script: str, *arguments: str, cache: Path) -> dict[str, float]:
    """The JSON that one of the scripts here prints."""
    command = [sys.executable, str(_HERE / script), *arguments]
    environment = os.environ | {"METTAVOX_CACHE": str(cache)}
    said = subprocess.run(command, check=True, stdout=subprocess.PIPE, env=environment).stdout
    found: dict[str, float] = json.loads(said.splitlines()[-1])
    return found


@contextmanager
def _folder(what: str) -> Iterator[Path]:
    _say(what)
    folder = Path(tempfile.mkdtemp(prefix="mettavox-benchmark-"))
    try:
        yield folder
    finally:
        shutil.rmtree(folder, ignore_errors=True)


def _say(what: str) -> None:
    print(f"{datetime.now(UTC):%H:%M:%S} {what} …", file=sys.stderr, flush=True)


def report(figures: Figures) -> str:
    """Every table that has rows, under its heading, as Markdown."""
    parts = {
        "The targets": [targets.targets_table(figures)],
        "Single tracks": [tracks.costs_table(figures), tracks.growth_table(figures)],
        f"Batches of {batches.MINUTES}-minute tracks": [
            batches.costs_table(figures),
            batches.growth_table(figures),
        ],
        "The start": [starts.costs_table(figures)],
        "One row in a warm process": [stages.warm_table(figures.stages), stages.stages_table(figures.stages)],
        "Notes": ["\n".join(f"- {note}" for note in dict.fromkeys(figures.notes))],
    }
    there = {heading: [each for each in every if each] for heading, every in parts.items()}
    return "\n\n".join("\n\n".join([f"### {heading}", *every]) for heading, every in there.items() if every)


# --- from the outside ---


def _arguments() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--quick", action="store_true", help="10 minutes, 20 rows, one run of each: a few minutes")
    parser.add_argument("--part", choices=_PARTS, nargs="+", default=list(_PARTS), help=f"parts; {' '.join(_PARTS)}")
    parser.add_argument("--minutes", type=int, nargs="+", help="lengths of single tracks; 10 60 180")
    parser.add_argument("--rows", type=int, nargs="+", help="rows of batches; 100 1000")
    parser.add_argument("--bed", choices=_BEDS, nargs="+", default=list(_BEDS), help="beds; none soft")
    parser.add_argument("--runs", type=int, help=f"runs of each track; {_RUNS}, or {_RUNS_WHEN_LONG} from an hour on")
    parser.add_argument("--skip-naive", action="store_true", help="leave out what takes minutes and gigabytes")
    parser.add_argument("--disk", type=float, default=_DISK_GB, metavar="GB", help=f"room for tracks; {_DISK_GB:g}")
    parser.add_argument("--json", type=Path, metavar="FILE", help="leave all figures there, to compare with later ones")
    chosen = parser.parse_args()
    chosen.minutes = chosen.minutes or ([10] if chosen.quick else [10, 60, 180])
    chosen.rows = chosen.rows or ([20] if chosen.quick else [100, 1000])
    chosen.runs = chosen.runs or (1 if chosen.quick else None)
    chosen.stage_rows = 5 if chosen.quick else stages.ROWS
    return chosen


def main() -> None:
    """Measure everything, and print the tables of what could be measured."""
    chosen, figures = _arguments(), Figures()
    try:
        measured(chosen, figures)
    finally:
        print(report(figures), flush=True)
        if chosen.json:
            figures.save(chosen.json)


if __name__ == "__main__":
    main()
