"""One command, measured: CPU seconds, wall seconds and peak memory, with everything it starts.

Imports nothing heavy: a child's peak memory counts from its parent's, up to the moment it becomes
another program, so whoever measures has to be small.
"""

import os
import subprocess
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from statistics import median

_TICKS = os.sysconf("SC_CLK_TCK")
_CHILDREN_USER, _CHILDREN_SYSTEM = 13, 14  # after the name in /proc/PID/stat, counted from the state


@dataclass(frozen=True, kw_only=True)
class Cost:
    """CPU seconds in all, and those of its children among them; ``peak_mb`` of the largest single process."""

    cpu: float
    children: float
    wall: float
    peak_mb: float


class CommandFailed(RuntimeError):
    """A measured command ended with an error."""


def run(command: Sequence[str], *, log: Path, environment: Mapping[str, str] | None = None) -> Cost:
    """What the command cost. Its output goes to ``log``. Raises CommandFailed."""
    started = time.monotonic()
    with log.open("wb") as file:
        process = subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=file,
            stderr=subprocess.STDOUT,
            env=os.environ | dict(environment or {}),
        )
        os.waitid(os.P_PID, process.pid, os.WEXITED | os.WNOWAIT)
        wall = time.monotonic() - started
        children = _children_seconds(process.pid)  # while it can still be asked
        _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    if process.returncode:
        raise CommandFailed(f"{' '.join(command[:4])} … ended with {process.returncode}:\n{log.read_text()[-2000:]}")
    cpu = usage.ru_utime + usage.ru_stime
    return Cost(cpu=cpu, children=children, wall=wall, peak_mb=usage.ru_maxrss / 1024)


def middle(costs: Sequence[Cost]) -> Cost:
    """The median of every figure by itself."""
    return Cost(
        cpu=median(cost.cpu for cost in costs),
        children=median(cost.children for cost in costs),
        wall=median(cost.wall for cost in costs),
        peak_mb=median(cost.peak_mb for cost in costs),
    )


def _children_seconds(pid: int) -> float:
    """CPU seconds of the children that a process waited for, to a hundredth; 0 where there is no /proc."""
    try:
        fields = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()
    except OSError:
        return 0.0
    return (int(fields[_CHILDREN_USER]) + int(fields[_CHILDREN_SYSTEM])) / _TICKS
