"""Ctrl-C in the middle of a real render: exit 130, and nothing stays, neither file nor folder nor process."""

import contextlib
import os
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from oracles import wait_until

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")

# A shell may have told us to ignore SIGINT, which a child inherits; a person's terminal does not.
PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from mettavox.cli import main; main()"
)


def processes_with(scratch: Path) -> list[int]:
    """Living processes whose temporary folder is ``scratch``: the render and whatever it has started."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                if f"TMPDIR={scratch}".encode() in (entry / "environ").read_bytes().split(b"\0"):
                    found.append(int(entry.name))
            except OSError:
                continue
    return found


def unfinished(folder: Path, within: str = "") -> int:
    """Bytes in the largest file there that is not finished, in folders whose names begin with ``within``.

    ``os.walk`` takes it well when folders go meanwhile.
    """
    largest = 0
    for where, _, names in os.walk(folder):
        for name in names if Path(where).name.startswith(within) else ():
            if name.startswith(".") and name.endswith(".part"):
                with contextlib.suppress(OSError):
                    largest = max(largest, Path(where, name).stat().st_size)
    return largest


REST = """\
---
title: A rest
language: en
minutes: {shortest: 1, typical: 2, longest: 60}
slots: [name]
---
# Welcome {keep}
! You can stop at any time{{ name }}. (1s to 90s)
"""
REST += 45 * "Rest here for a while. (1s to 90s)\n"
"""Soon spoken, so that it is soon encoded."""


@pytest.mark.parametrize(
    ("number", "stage", "output", "bed"),
    [
        (signal.SIGINT, "speaking", "out/x.mp3", "soft"),
        (signal.SIGTERM, "speaking", "-", "soft"),
        (signal.SIGINT, "encoding", "out/x.mp3", "soft"),
        (signal.SIGTERM, "encoding", "out/x.mp3", "bed.wav"),
        (signal.SIGINT, "encoding", "-", "bed.wav"),
    ],
)
def test_an_interrupted_render_leaves_nothing(
    here: Path, number: signal.Signals, stage: str, output: str, bed: str
) -> None:
    """While it speaks and while it encodes, in pieces or as a whole; by Ctrl-C and by a polite kill; to a file and to
    a pipe.
    """
    scratch, out = here / "scratch", here / "out"
    scratch.mkdir()
    out.mkdir()
    (here / "rest.md").write_text(REST)
    if bed == "bed.wav":
        noise = np.random.default_rng(1).normal(0, 0.05, (3 * 48_000, 2))
        soundfile.write(str(here / bed), noise, 48_000)
    script = "loving-kindness" if stage == "speaking" else "rest.md"
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "render", script, "--minutes", "45", "--voice", "hum",
         "--name", "Zebedee", "--jobs", "2", "--bed", bed, "--no-lint", "-o", output],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        if stage == "speaking":
            begun = wait_until(lambda: len(processes_with(scratch)) >= 2 and any(scratch.glob("mettavox-*")))
        else:
            begun = wait_until(lambda: unfinished(here) > 10_000)
        assert begun
        assert process.poll() is None, "it was over before the signal"
        process.send_signal(number)
        written, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.communicate()
    assert process.returncode == 130
    assert said.decode().strip() == "Stopped. Nothing was left behind."
    assert written == b""
    assert wait_until(lambda: processes_with(scratch) == [], within=5)
    assert list(out.iterdir()) == []
    assert list(scratch.iterdir()) == []
