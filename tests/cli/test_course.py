"""mettavox course: a folder that is a course, or an error and nothing at all. The hum speaks."""

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile

from oracles import wait_until

from .conftest import Run, assert_refused
from .test_interrupt import PROGRAM, REST, processes_with, unfinished
from .test_render import in_a_disk_of_its_own, left

pytestmark = pytest.mark.usefixtures("small_covers")

COURSE = """\
title = "Short rests"
language = "en"

[options]
name = "Zebedee"
voice = "hum"
bed = "none"

[[session]]
week = 1
title = "Begin kindly"
aim = "To rest."
[[session.track]]
script = "shift-reset"
duration = "45s"

[[session]]
week = 3
title = "Go on"
aim = "To rest again."
[[session.track]]
script = "shift-reset"
minutes = 1
role = "micro"
"""


@pytest.fixture(autouse=True)
def written(here: Path) -> Path:
    """A course's file in the working directory."""
    path = here / "short.toml"
    path.write_text(COURSE)
    return path


def test_a_course_is_built(run: Run, here: Path) -> None:
    """Its folder on standard output, which track it is on standard error; no name anywhere."""
    outcome = run("course", "build", "short.toml", "-o", "out")
    assert (outcome.code, outcome.out) == (0, "out\n")
    assert outcome.err.splitlines() == [
        "Track 1 of 2: 1-begin-kindly/shift-reset-45s.mp3",
        "Track 2 of 2: 2-go-on/shift-reset-1m.mp3",
        "2 sessions, 2 tracks, 1:45 in all",
    ]
    kept = ("handout.html", "index.html", "course.json", ".mp3")
    assert [name for name in left(here / "out") if name.endswith(kept)] == [
        "1-begin-kindly/handout.html",
        "1-begin-kindly/shift-reset-45s.mp3",
        "2-go-on/handout.html",
        "2-go-on/shift-reset-1m.mp3",
        "course.json",
        "index.html",
    ]
    assert sorted(entry.name for entry in here.iterdir()) == ["out", "short.toml"]
    for path in (here / "out").rglob("*"):
        assert path.suffix not in (".mp3", ".json", ".jpg") or b"Zebedee" not in path.read_bytes(), path

    assert_refused(run("course", "build", "short.toml", "-o", "out"), 7, "“out” is there already", hint="--force")
    outcome = run("course", "build", "short.toml", "-o", "out", "--force", "--json")
    facts = json.loads(outcome.out)
    assert facts["path"] == "out"
    assert facts == {"path": "out", **json.loads((here / "out" / "course.json").read_text())}
    assert all(len(track["sha256"]) == 64 for session in facts["sessions"] for track in session["tracks"])


def test_a_dry_run_shows_sessions_tracks_and_lengths(run: Run, here: Path) -> None:
    """And makes nothing."""
    outcome = run("course", "build", "short.toml", "--dry-run")
    assert (outcome.code, outcome.err) == (0, "")
    assert outcome.out.splitlines() == [
        "Short rests: 2 sessions, 2 tracks, 1:45 in all",
        "",
        "1  Begin kindly (week 1, 0:45)",
        "    0:45  core     1-begin-kindly/shift-reset-45s.mp3",
        "",
        "2  Go on (week 3, 1:00)",
        "    1:00  micro    2-go-on/shift-reset-1m.mp3",
    ]
    facts = json.loads(run("course", "build", "short.toml", "--dry-run", "--json").out)
    assert facts["seconds"] == 105
    assert facts["sessions"][1]["tracks"] == [
        {
            "file": "2-go-on/shift-reset-1m.mp3", "title": "Shift reset", "script": "shift-reset",
            "role": "micro", "seconds": 60, "voice": "hum",
        }
    ]  # fmt: skip
    assert left(here) == ["short.toml"]


def test_voice_and_language_can_be_chosen(run: Run, written: Path) -> None:
    """Over what the file says."""
    written.write_text(COURSE.replace('voice = "hum"', ""))
    facts = json.loads(run("course", "build", "short.toml", "--dry-run", "--json", "--voice", "hum").out)
    assert facts["sessions"][0]["tracks"][0]["voice"] == "hum"
    facts = json.loads(run("course", "build", "short.toml", "--dry-run", "--json", "--lang", "es").out)
    assert facts["language"] == "es"
    assert facts["sessions"][0]["tracks"][0]["title"] != "Shift reset"


Slip = tuple[list[str], int, str, str]
SLIPS: list[Slip] = [
    (["short.toml"], 2, "needs a folder", "-o DIR"),
    (["shrot", "-o", "out"], 3, "no course “shrot”", "steady-care"),
    (["shrot.toml", "-o", "out"], 3, "shrot.toml cannot be read", "path"),
    (["short.toml", "-o", "out", "--voice", "humm"], 5, "no voice “humm”", "“hum”"),
    (["short.toml", "-o", "out", "--lang", "xx"], 2, "no scripts in “xx”", "en"),
    (["steady-care", "-o", "out", "--lang", "../en"], 2, "no scripts in", "en"),
    (["short.toml", "-o", "no/where"], 7, "no such folder", "-o"),
    (["short.toml", "-o", "short.toml"], 7, "is a file", "-o"),
    (["short.toml", "-o", "."], 7, "the folder that you are in", "-o"),
    (["short.toml", "-o", "mine"], 7, "is there already", "--force"),
    (["short.toml", "-o", "mine", "--force"], 7, "not made by mettavox", "-o"),
]


@pytest.mark.parametrize("slip", SLIPS, ids=[" ".join(slip[0]) for slip in SLIPS])
def test_a_slip_leaves_nothing(run: Run, here: Path, slip: Slip) -> None:
    """Before anything is spoken."""
    arguments, code, words, hint = slip
    (here / "mine").mkdir()
    (here / "mine" / "notes.txt").write_text("mine")
    assert_refused(run("course", "build", *arguments), code, words, hint=hint)
    assert left(here) == ["mine", "mine/notes.txt", "short.toml"]


def test_problems_of_the_file_are_told_together(run: Run, here: Path, written: Path) -> None:
    """Each with the file, the session and the track; no name is repeated."""
    written.write_text(COURSE.replace('"shift-reset"', '"shift-rset"').replace("week = 3", "").replace("Zebe", "Z{e"))
    outcome = run("course", "build", "short.toml", "-o", "out")
    assert (outcome.code, outcome.out) == (2, "")
    text = " ".join(outcome.err.split())
    assert text.startswith("Error: short.toml, [options]: ")
    for words in (
        "short.toml, session 1, track 1: There is no script “shift-rset” in “en”. Did you mean “shift-reset”?",
        "short.toml, session 2: “week” is not a whole number from 1.",
        "short.toml, session 2, track 1: There is no script",
    ):
        assert words in text
    assert "dee" not in text
    assert left(here) == ["short.toml"]


def test_bad_toml_is_named_with_its_line(run: Run, written: Path) -> None:
    """Exit 3, as for a script."""
    written.write_text('title = "Short"\nlanguage = en\n')
    assert_refused(run("course", "build", "short.toml", "-o", "out"), 3, "short.toml, line 2: ", hint="key =")


def test_course_list_shows_the_bundled_and_one_s_own(run: Run, here: Path) -> None:
    """With their language, sessions, tracks and length."""
    outcome = run("course", "list")
    assert (outcome.code, outcome.err) == (0, "")
    assert any(line.startswith("steady-care  en ") and "6 sessions" in line for line in outcome.out.splitlines())
    (here / "scripts" / "en" / "courses").mkdir(parents=True)
    shutil.copy(here / "short.toml", here / "scripts" / "en" / "courses")
    outcome = run("course", "list", "--scripts", "scripts", "--lang", "en")
    assert any(
        line.split() == ["short", "en", "2", "sessions,", "2", "tracks,", "1:45", "in", "all", "Short", "rests"]
        for line in outcome.out.splitlines()
    )
    rows = json.loads(run("course", "list", "--scripts", "scripts", "--lang", "en", "--json").out)
    assert {"short", "steady-care"} <= {row["id"] for row in rows}
    assert {row["language"] for row in rows} == {"en"}
    assert (
        json.loads(run("course", "build", "short", "--scripts", "scripts", "--dry-run", "--json").out)["seconds"] == 105
    )
    assert_refused(run("course", "list", "--lang", "xx"), 2, "no scripts in “xx”", hint="en")


def test_a_script_that_breaks_a_rule_is_only_made_when_asked(run: Run, here: Path, written: Path) -> None:
    """As with render."""
    (here / "mine.md").write_text(
        "---\ntitle: Mine\nlanguage: en\nminutes: {shortest: 0.1, typical: 1, longest: 3}\nslots: [name]\n---\n"
        "# Welcome {keep}\n! You can stop at any time{{ name }}.\nClose your eyes.\n(rest)\nYou must rest.\n(rest)\n"
    )
    written.write_text(COURSE.replace('"shift-reset"', '"mine.md"').replace("minutes = 1", 'duration = "45s"'))
    outcome = run("course", "build", "short.toml", "--dry-run")
    assert outcome.code == 3
    assert "short.toml, session 1, track 1: mine.md, line " in outcome.err
    assert run("course", "build", "short.toml", "--dry-run", "--no-lint").code == 0


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux")
@pytest.mark.parametrize(("options", "words"), [("size=900k", "the disk is full"), ("ro", "ead-only")])
def test_a_full_or_read_only_disk_is_7_and_nothing_is_left(here: Path, options: str, words: str) -> None:
    """A real one: the first track fits, the second does not, or nothing does."""
    (here / "disk").mkdir()
    done = in_a_disk_of_its_own(here / "disk", options, "course", "build", "short.toml", "-o", "disk/out")
    *lines, remains = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (7, "")
    assert remains == "left: "
    assert words in lines[-2]
    assert "disk/out" in lines[-2]
    assert ".part" not in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_an_interrupted_build_leaves_nothing(here: Path, written: Path) -> None:
    """Ctrl-C in the middle of a track: neither the folder nor a hidden one, nor a process."""
    scratch = here / "scratch"
    scratch.mkdir()
    (here / "rest.md").write_text(REST)
    noise = np.random.default_rng(1).normal(0, 0.05, (3 * 48_000, 2))
    soundfile.write(str(here / "bed.wav"), noise, 48_000)  # over a bed of one's own a track is encoded as a whole
    written.write_text(
        COURSE.replace('"shift-reset"\nminutes = 1', '"rest.md"\nminutes = 30').replace(
            'bed = "none"', 'bed = "bed.wav"'
        )
    )
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "course", "build", "short.toml", "--no-lint", "-o", "out"],
        env=os.environ | {"TMPDIR": str(scratch)},
        stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    try:
        begun = wait_until(lambda: any(here.glob(".*.part/new/1-*/*.mp3")) and unfinished(here, within="2-") > 10_000)
        assert begun
        assert process.poll() is None, "it was over before the signal"
        process.send_signal(signal.SIGINT)
        written_out, said = process.communicate(timeout=30)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert said.decode().splitlines()[-1] == "Stopped. Nothing was left behind."
    assert written_out == b""
    assert wait_until(lambda: processes_with(scratch) == [], within=5)
    assert left(here) == ["bed.wav", "rest.md", "scratch", "short.toml"]
