"""Libraries for tests of faults: made by a process of its own, and compared byte by byte with an undisturbed one."""

import contextlib
import json
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Iterable
from pathlib import Path
from typing import Any

MANIFEST, REPORT = "manifest.sqlite", "report.html"
HEADING = "code,script,lang,duration,voice,bed,cover,name,say,format"

SHORT = """\
---
title: Short
language: en
minutes: {shortest: 0.2, typical: 0.3, longest: 1}
slots: [name]
---
# Stop {keep}
! You can stop{{ name }}. Your eyes can stay open. (1s to 40s)
# Close {keep}
! You might feel the seat, and hear one sound. When you are ready, go on. (1s to 40s)
> Never use this while you drive or work with machines. It does not take the place of care.
> Stop if it makes things harder.
"""
"""A script that the rules let pass, for tracks of thirteen seconds."""


def short(code: str, name: str = "", *, say: str = "", kind: str = "", bed: str = "none", voice: str = "hum") -> str:
    """A row of ``SHORT``, which ``roster`` puts beside the table."""
    return f"{code},short.md,,13s,{voice},{bed},none,{name},{say},{kind}"


def roster(folder: Path, rows: Iterable[str]) -> Path:
    """A table with these rows, and beside it the script of ``short``."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "short.md").write_text(SHORT, "utf-8")
    path = folder / "roster.csv"
    path.write_text("\n".join([HEADING, *rows, ""]), "utf-8")
    return path


def command(table: Path, folder: Path, *options: str, program: str = "", jobs: int = 1) -> list[str]:
    """``mettavox batch`` as a list of arguments; with ``program``, these lines of Python run before it."""
    python = ["-c", f"{program}\nfrom mettavox.cli import main; main()"] if program else ["-m", "mettavox"]
    return [sys.executable, *python, "batch", str(table), "-o", str(folder), "--jobs", str(jobs), *options]


def build(
    table: Path, folder: Path, *options: str, program: str = "", jobs: int = 1
) -> subprocess.CompletedProcess[str]:
    """``mettavox batch`` in a process of its own, until it ends; without a traceback, however that is."""
    arguments = command(table, folder, *options, program=program, jobs=jobs)
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=1800)
    assert "Traceback" not in done.stderr, done.stderr
    return done


def start(folder: Path) -> Path:
    """A folder with a new manifest and no track: those that are copied from it have one salt, and so one sound."""
    table = roster(folder.with_name(f"{folder.name}-roster"), ["a,nothing,,,,,,,,"])
    assert build(table, folder).returncode == 8
    assert files(folder) == {}
    return folder


def begun(folder: Path, beginning: Path) -> Path:
    """A copy of what ``start`` gave."""
    shutil.copytree(beginning, folder)
    return folder


def files(folder: Path) -> dict[str, bytes]:
    """What bears a final name, but for the manifest and the report, which have times in them."""
    found = {}
    for path in folder.iterdir():
        if not path.name.startswith((".", MANIFEST)) and path.name != REPORT:
            with contextlib.suppress(FileNotFoundError):  # a worker that ends takes back what it had not finished
                found[path.name] = path.read_bytes()
    return found


def entries(folder: Path) -> dict[str, dict[str, Any]]:
    """The rows of a manifest by their codes, without when they were made."""
    with contextlib.closing(sqlite3.connect(folder / MANIFEST)) as base:
        base.row_factory = sqlite3.Row
        rows = [dict(row) for row in base.execute("SELECT * FROM entry")]
    for row in rows:
        row["files"] = json.loads(row["files"])
        del row["made"], row["seal"]
    return {row["code"]: row for row in rows}


def assert_whole(folder: Path, undisturbed: Path) -> None:
    """Whatever has a final name is as in the undisturbed library, at any moment; so is a report, to its end."""
    right = files(undisturbed)
    wrong = [name for name, content in files(folder).items() if right.get(name) != content]
    assert wrong == []
    with contextlib.suppress(FileNotFoundError):
        assert (folder / REPORT).read_text("utf-8").rstrip().endswith("</html>")


def assert_equal(folder: Path, undisturbed: Path) -> None:
    """Every track, what lies beside it, and what the manifest says; and nothing else is there."""
    assert_whole(folder, undisturbed)
    assert sorted(each.name for each in folder.iterdir()) == sorted(each.name for each in undisturbed.iterdir())
    assert entries(folder) == entries(undisturbed)


def failed(said: str) -> set[str]:
    """The codes that standard error tells as failed."""
    return set(re.findall(r"^FAILED (\S+) \(row \d+\): .+\.", said, re.MULTILINE))


# --- processes ---


def workers_of(parent: int) -> list[int]:
    """The worker processes of a run, the oldest first; not the helpers that Python starts beside them."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            with contextlib.suppress(OSError, ValueError, IndexError):
                stat = (entry / "stat").read_text().rpartition(")")[2].split()
                if int(stat[1]) == parent and b"spawn_main" in (entry / "cmdline").read_bytes():
                    found.append(int(entry.name))
    return sorted(found)


class Running:
    """A batch that goes on beside the test; what it says is in ``log``, since those who outlive it keep a pipe open."""

    def __init__(self, arguments: list[str], log: Path, scratch: Path, **environment: str) -> None:
        self._log = log
        scratch.mkdir(exist_ok=True)
        with log.open("wb") as file:
            self.process = subprocess.Popen(
                arguments,
                env=os.environ | {"TMPDIR": str(scratch)} | environment,
                stdout=subprocess.DEVNULL, stderr=file, start_new_session=True,
            )  # fmt: skip

    @property
    def said(self) -> str:
        """What it wrote to standard error until now."""
        return self._log.read_text("utf-8", "replace")

    def wait(self, seconds: float) -> bool:
        """Whether it ended within so many seconds."""
        try:
            self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return False
        return True
