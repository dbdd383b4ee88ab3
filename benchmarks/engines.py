"""Measures the engines alone: how soon a voice speaks, how fast it is on one core, and how much memory it takes.

Run as ``.venv/bin/python benchmarks/engines.py [--voice amy …] [--sample 40]``. It needs Linux, since it asks /proc.
Every voice speaks in mettavox's own worker process, kept to one core. Processor seconds go up on a busy machine, too.
"""

import argparse
import os
import time
from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path
from statistics import median

import listening
from mettavox import casting
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.script import Line
from mettavox.voice import Voice

VOICES = ("hfc", "amy", "kristin", "system")
STARTS, LINES = 3, 40
_TICKS = os.sysconf("SC_CLK_TCK")
_FIRST_TIME_FIELD, _LAST_TIME_FIELD = 11, 15  # of /proc/PID/stat after the name: own and children's, user and system
_WITHIN_SECONDS = 60.0


@dataclass(frozen=True, kw_only=True)
class Costs:
    """Seconds to the first clip and for a second of speech, by the clock and of the processor; ``spoken`` in seconds.

    ``peak_mb`` is the worker's own; a fork that speaks a line shares most of it.
    """

    first_wall: float
    first_cpu: float
    cpu_a_second: float
    wall_a_second: float
    spoken: float
    peak_mb: float


class Watched(EngineProcess):
    """A worker that can be asked what it has cost so far."""

    def cpu(self) -> float:
        """Its processor seconds, with those of the processes it has waited for."""
        fields = self._proc("stat").rpartition(")")[2].split()
        return sum(map(int, fields[_FIRST_TIME_FIELD:_LAST_TIME_FIELD])) / _TICKS

    def peak_mb(self) -> float:
        """Its largest resident memory."""
        rows = dict(row.split(":", 1) for row in self._proc("status").splitlines())
        return int(rows["VmHWM"].split()[0]) / 1024

    def _proc(self, name: str) -> str:
        assert self._process is not None
        return Path(f"/proc/{self._process.pid}/{name}").read_text()


def measure(voice: Voice, wanted: Sequence[Line]) -> Costs:
    """What a voice costs, over so many lines; the start is the median of several."""
    received = casting.pronouncer(voice).engine_text
    texts = [received(line.spoken) for line in wanted]
    starts = [_start(voice, texts[0]) for _ in range(STARTS)]
    with closing(Watched(table.target(voice.engine), voice)) as worker:
        worker.speak(texts[0], within=_WITHIN_SECONDS)
        cpu, began = worker.cpu(), time.monotonic()
        spoken = sum(worker.speak(text, within=_WITHIN_SECONDS).seconds for text in texts)
        return Costs(
            first_wall=median(wall for wall, _ in starts),
            first_cpu=median(cpu for _, cpu in starts),
            cpu_a_second=(worker.cpu() - cpu) / spoken,
            wall_a_second=(time.monotonic() - began) / spoken,
            spoken=spoken,
            peak_mb=worker.peak_mb(),
        )


def _start(voice: Voice, text: str) -> tuple[float, float]:
    began = time.monotonic()
    with closing(Watched(table.target(voice.engine), voice)) as worker:
        worker.speak(text, within=_WITHIN_SECONDS)
        return time.monotonic() - began, worker.cpu()


def costs_table(costs: Iterable[tuple[str, Costs]]) -> str:
    """Every voice's costs, as Markdown."""
    rows = [
        "| voice | first clip s | of that, CPU s | CPU s a second of speech | wall s a second | speech s | peak MB |",
        "|---|--:|--:|--:|--:|--:|--:|",
    ]
    for name, cost in costs:
        rows.append(
            f"| {name} | {cost.first_wall:.2f} | {cost.first_cpu:.2f} | {cost.cpu_a_second:.3f} "
            f"| {cost.wall_a_second:.3f} | {cost.spoken:.0f} | {cost.peak_mb:.0f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure every voice and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voice", nargs="+", default=list(VOICES), help=" ".join(VOICES))
    parser.add_argument("--sample", type=int, default=LINES, metavar="N", help=f"so many lines; {LINES}")
    parser.add_argument("--packs", type=Path, help="a folder of voices' folders; where mettavox installs them")
    asked = parser.parse_args()
    os.sched_setaffinity(0, {min(os.sched_getaffinity(0))})  # workers inherit it
    wanted = listening.sample(listening.lines(), asked.sample)
    chosen = {name: listening.profile(name, asked.packs) for name in asked.voice}
    print(costs_table((name, measure(voice, wanted)) for name, voice in chosen.items()))


if __name__ == "__main__":
    main()
