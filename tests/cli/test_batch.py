"""mettavox batch: what it says, how it ends, and what is left when it is stopped. The hum speaks."""

import contextlib
import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
from pathlib import Path

import pytest

from mettavox.manifest import Manifest, stale
from oracles import wait_until

from .conftest import Run, assert_refused
from .libraries import entries
from .test_interrupt import PROGRAM, processes_with

HEADING = "code,script,duration,voice,cover,name,say\n"
GOOD = "p-1,shift-reset,45s,hum,none,Zebedee,ZEB-uh-dee\n"
BAD = "p-2,shift-rset,45s,hum,none,Barnaby,\n"


def is_made(library: Path, code: str) -> bool:
    """Whether the manifest of a run that goes on says so."""
    if not (library / "manifest.sqlite").exists():
        return False
    with contextlib.suppress(sqlite3.Error):  # it is just being begun
        return entries(library).get(code, {}).get("state") == "made"
    return False


def left(folder: Path) -> list[str]:
    return sorted(each.name for each in folder.iterdir())


def test_good_rows_are_made_and_bad_ones_told(run: Run, here: Path) -> None:
    """A line for each row, a table and the report's path; exit 8 until every row is good. No name is said."""
    Path("r.csv").write_text(HEADING + GOOD + BAD)
    outcome = run("batch", "r.csv", "-o", "lib", "--jobs", "1")
    assert (outcome.code, outcome.out) == (8, "lib/report.html\n")
    assert outcome.err.splitlines() == [
        "Row 3, script: There is no script “shift-rset” in “en”.",
        "       Did you mean “shift-reset”?",
        "made p-1 0:45",
        "made          1        0:45",
        "bad rows      1",
        "there         1        0:45",
    ]
    assert {"p-1.mp3", "p-1.vtt", "p-1.json", "manifest.sqlite", "report.html"} <= set(left(here / "lib"))
    assert left(here) == ["lib", "r.csv"]

    Path("r.csv").write_text(HEADING + GOOD)
    outcome = run("batch", "r.csv", "-o", "lib", "--json")
    assert outcome.code == 0
    assert outcome.err.splitlines()[0] == "kept p-1"
    facts = json.loads(outcome.out)
    assert (facts["path"], facts["report"]) == ("lib", "lib/report.html")
    assert (facts["made"], facts["kept"], facts["failed"], facts["seconds"]) == (0, 1, 0, 45.0)
    assert facts["rows"][0]["file"] == "p-1.mp3"
    assert "Zebedee" not in outcome.out + outcome.err


def test_a_row_that_fails_is_named_by_its_code(run: Run, here: Path) -> None:
    """With its row and a sentence; the next run tries it again."""
    (here / "lib").mkdir()
    (here / "lib" / "p-1.mp3").write_bytes(b"my own")
    Path("r.csv").write_text(HEADING + GOOD)
    outcome = run("batch", "r.csv", "-o", "lib")
    assert outcome.code == 8
    assert outcome.err.startswith("FAILED p-1 (row 2): “lib/p-1.mp3” is there already.")
    assert "--force" in outcome.err
    assert "Zebedee" not in outcome.err
    assert run("batch", "r.csv", "-o", "lib", "--retry-failed", "--force").code == 0


def test_a_check_makes_nothing(run: Run, here: Path) -> None:
    """It shows how each name is said; exit 8 when a row is bad."""
    Path("r.csv").write_text(HEADING + GOOD + BAD)
    outcome = run("batch", "r.csv", "--check")
    assert outcome.code == 8
    assert outcome.out == "row 2    p-1  name Zebedee  “ZEB-uh-dee”  (as the roster says)\n"
    assert outcome.err.splitlines()[-1] == "1 row can be made, 1 cannot."
    assert "Barnaby" not in outcome.err + outcome.out
    Path("r.csv").write_text(HEADING + GOOD)
    outcome = run("batch", "r.csv", "-o", "lib", "--check", "--json")
    assert outcome.code == 0
    assert json.loads(outcome.out)["names"][0]["sounds"] == "“ZEB-uh-dee”"
    assert left(here) == ["r.csv"]


def test_slips_are_refused(run: Run, here: Path) -> None:
    """Before anything is made."""
    Path("r.csv").write_text(HEADING + GOOD)
    assert_refused(run("batch", "r.csv"), 2, "need a folder", hint="-o DIR")
    assert_refused(run("batch", "none.csv", "-o", "lib"), 2, "none.csv")
    assert_refused(run("batch", "r.csv", "-o", "lib", "--only", "p-l"), 2, "“p-l”", hint="“p-1”")
    assert_refused(run("batch", "r.csv", "-o", "r.csv"), 7, "is a file")
    assert_refused(run("batch", "r.csv", "-o", "lib", "--scheduler", "here"), 2, "no address", hint="tcp")
    secret = run("batch", "r.csv", "-o", "s3://key:secret@bucket/lib")
    assert_refused(secret, 2, "password")
    assert "secret" not in secret.err
    assert left(here) == ["r.csv"]


def test_one_run_at_a_time(run: Run, here: Path) -> None:
    """The second is told at once, and harms nothing."""
    Path("r.csv").write_text(HEADING + GOOD)
    with Manifest.opened(here / "lib"):
        assert_refused(run("batch", "r.csv", "-o", "lib"), 7, "Another run works in this folder")


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
@pytest.mark.parametrize("how", ["Ctrl-C", pytest.param("SIGTERM", marks=pytest.mark.soak), "SIGKILL"])
def test_an_interrupted_batch_keeps_what_was_finished(run: Run, here: Path, how: str) -> None:
    """And nothing that was not: no process, no temporary file; the manifest knows, and the next run goes on."""
    scratch, library = here / "scratch", here / "lib"
    scratch.mkdir()
    rest = "".join(f"p-{number},supportive-touch,{12 + number}m,hum,none,Zebedee,\n" for number in (3, 4, 5))
    Path("r.csv").write_text(HEADING + GOOD + rest)
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "batch", "r.csv", "-o", "lib", "--jobs", "2"],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE, start_new_session=True,
    )  # fmt: skip
    try:
        assert wait_until(lambda: is_made(library, "p-1"))  # the others take longer
        assert process.poll() is None, "it was over before the signal"
        if how == "Ctrl-C":
            os.killpg(process.pid, signal.SIGINT)  # a terminal tells every process
        else:
            process.send_signal(signal.Signals[how])
        written, said = process.communicate(timeout=120)
    finally:
        process.kill()
        process.communicate()
    if how != "SIGKILL":
        assert process.returncode == 130
        assert re.fullmatch(
            r"(made p-\d [\d:]+\n)+Stopped. \d tracks? (is|are) finished; nothing half-made was left. "
            r"The same command goes on.\n",
            said.decode(),
        )
    assert written == b""
    assert wait_until(lambda: processes_with(scratch) == [], within=60)
    assert list(scratch.iterdir()) == []
    assert not any(name.endswith(".part") for name in left(library))
    with Manifest.opened(library) as manifest:
        entry = manifest.entry("p-1")
        assert entry is not None
        assert stale(library, entry, entry.request_hash) == ""
        assert {each.state for each in manifest.entries()} == {"made", "making"}
        finished = {each.code for each in manifest.entries() if each.state == "made"}
    there = {path.stem for path in library.glob("*.mp3")}
    assert there >= finished if how == "SIGKILL" else there == finished  # killed after one had its name
    outcome = run("batch", "r.csv", "-o", "lib", "--only", "p-1")
    assert outcome.code == 0
    assert outcome.err.splitlines()[0] == "kept p-1"


# --- options of a track's making ---


def test_a_script_that_breaks_a_rule_is_made_when_asked_for(run: Run, here: Path) -> None:
    """Also told as good by a check."""
    Path("own.md").write_text(
        "---\ntitle: Mine\nlanguage: en\nminutes: {shortest: 0.1, typical: 1, longest: 3}\n---\n"
        "# Welcome {keep}\n! You can stop at any time.\n(1s to 20s)\nYou must rest.\n(1s to 20s)\n"
    )
    Path("r.csv").write_text(HEADING + "p-1,own.md,11s,hum,none,,\n")
    assert run("batch", "r.csv", "--check").code == 8
    assert run("batch", "r.csv", "--check", "--no-lint").code == 0
    outcome = run("batch", "r.csv", "-o", "lib", "--jobs", "1")
    assert (outcome.code, outcome.err.startswith("FAILED p-1")) == (8, True)
    assert run("batch", "r.csv", "-o", "lib", "--jobs", "1", "--no-lint", "--only-audio").code == 0
    assert left(here / "lib") == ["manifest.sqlite", "p-1.mp3", "report.html"]
    assert run("library", "check", "lib", "--jobs", "1").code == 0


def test_names_go_where_they_are_asked_for(run: Run, here: Path, own_folders: Path) -> None:
    """Into records, and into what is kept between runs; forgetting takes them out again."""
    Path("r.csv").write_text(HEADING + GOOD)
    record, named = here / "lib" / "p-1.json", own_folders / "cache" / "named-clips"
    outcome = run("batch", "r.csv", "-o", "lib", "--jobs", "1", "--show-names", "--cache-names")
    assert (outcome.code, outcome.err.splitlines()[0]) == (0, "made p-1 0:45")
    assert "Zebedee" in record.read_text("utf-8")
    assert list(named.rglob("*.clip"))
    assert "all speech with names" in run("library", "forget", "p-1", "lib", "--yes").err
    assert not list(named.rglob("*.clip"))


# --- an audition of names ---


def test_an_audition_says_every_name(run: Run, here: Path) -> None:
    """A list of what is heard when; the path is the result; exit 8 when a row is bad. No track is made."""
    Path("r.csv").write_text(HEADING + GOOD + BAD)
    outcome = run("batch", "r.csv", "--audition", "-o", "names.mp3")
    assert (outcome.code, outcome.out) == (8, "names.mp3\n")
    assert outcome.err.splitlines() == [
        "Row 3, script: There is no script “shift-rset” in “en”.",
        "       Did you mean “shift-reset”?",
        " 0:00.8  row 2    p-1  name Zebedee  “ZEB-uh-dee”  (as the roster says)",
    ]
    (here / "lib").mkdir()
    Path("r.csv").write_text(HEADING + GOOD)
    outcome = run("batch", "r.csv", "--audition", "-o", "lib", "--json", "--only", "p-1")
    facts = json.loads(outcome.out)
    assert (outcome.code, facts["path"]) == (0, "lib/audition.mp3")
    assert (facts["heard"][0]["seconds"], facts["heard"][0]["written"]) == (0.75, "Zebedee")
    assert left(here / "lib") == ["audition.mp3"]


def test_slips_of_an_audition_are_refused(run: Run, here: Path) -> None:
    """Before anything is made."""
    Path("r.csv").write_text(HEADING + GOOD)
    assert_refused(run("batch", "r.csv", "--audition"), 2, "needs a file", hint="-o names.mp3")
    assert_refused(run("batch", "r.csv", "--audition", "-o", "names.wav"), 2, "is an MP3", hint="names.mp3")
    assert_refused(run("batch", "r.csv", "--audition", "--check"), 2, "--check makes nothing", hint="Leave one")
    assert_refused(run("batch", "r.csv", "--audition", "-o", "a.mp3", "--only", "p-l"), 2, "“p-l”", hint="“p-1”")
    assert_refused(run("batch", "r.csv", "--audition", "-o", "no/a.mp3"), 7, "no such folder")
    assert left(here) == ["r.csv"]
