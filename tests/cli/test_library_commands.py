"""mettavox library: what a check says and where, and what forgetting asks, removes and says."""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from mettavox import library as libraries
from mettavox.manifest import Entry, Manifest

from .conftest import Run, assert_refused
from .test_interrupt import PROGRAM


@pytest.fixture(autouse=True)
def library(here: Path) -> Path:
    """``lib`` with two tracks of two files, which are no sound."""
    path = here / "lib"
    with Manifest.opened(path) as manifest:
        for code in ("p-017", "p-018"):
            files = {f"{code}{suffix}": hashlib.sha256(b"x").hexdigest() for suffix in (".mp3", ".vtt")}
            for name in files:
                (path / name).write_bytes(b"x")
            manifest.put(Entry(code=code, request_hash="0" * 64, state="made", rate=48_000, files=files))
    return path


def left(folder: Path) -> set[str]:
    return {each.name for each in folder.iterdir()}


# --- check ---


def test_a_library_that_holds(run: Run) -> None:
    """One line, and nothing on standard output."""
    outcome = run("library", "check", "lib", "--quick")
    assert (outcome.code, outcome.out, outcome.err) == (0, "", "2 of 2 hold.\n")


def test_what_does_not_hold_is_told_in_a_line_each(run: Run, library: Path) -> None:
    """Its paths are the result; exit 8. A file that no row knows is listed, and alone it is no reason for that."""
    (library / "lone.mp3").touch()
    (library / ".0123456789abcdef.part").touch()
    outcome = run("library", "check", "lib", "--quick")
    assert (outcome.code, outcome.out) == (0, "lib/.0123456789abcdef.part\nlib/lone.mp3\n")
    (library / "p-018.vtt").write_bytes(b"y")
    outcome = run("library", "check", "lib/", "--quick")
    assert (outcome.code, outcome.out.splitlines()[0]) == (8, "lib/p-018.mp3")
    assert outcome.err.splitlines() == [
        "damaged      p-018  p-018.vtt was changed since it was made",
        "unfinished   .0123456789abcdef.part",
        "unknown      lone.mp3",
        "1 of 2 holds, 1 does not.",
    ]
    outcome = run("library", "check", "lib", "--quick", "--json")
    facts = json.loads(outcome.out)
    assert (outcome.code, facts["holds"], facts["rows"], facts["in_use"]) == (8, False, 2, False)
    assert facts["troubles"][0]["code"] == "p-018"
    assert facts["orphans"][1] == {"file": "lone.mp3", "unfinished": False}


def test_sound_is_heard_but_with_quick(run: Run) -> None:
    """Here it is none."""
    outcome = run("library", "check", "lib", "--jobs", "1")
    assert outcome.code == 8
    assert "damaged      p-017  the file cannot be decoded\n" in outcome.err


def test_a_run_that_works_there_is_told(run: Run, library: Path) -> None:
    """And what it is making is left out."""
    with Manifest.opened(library) as manifest:
        manifest.put(Entry(code="p-019", request_hash="0" * 64, state="making"))
        outcome = run("library", "check", "lib", "--quick")
    assert outcome.code == 0
    assert outcome.err.splitlines() == [
        "A run works in this folder now.",
        "Made or changed meanwhile: 1 of the rows. Nothing is said of it.",
        "2 of 3 hold.",
    ]


def test_what_is_no_library_is_refused(run: Run, here: Path) -> None:
    """Exit 7; an empty one is one."""
    (here / "empty").mkdir()
    assert_refused(run("library", "check", "nowhere"), 7, "no folder “nowhere”")
    assert_refused(run("library", "check", "empty"), 7, "no library", hint="mettavox batch")
    assert_refused(run("library", "check", "lib/p-017.mp3"), 7, "is a file")
    (here / "lib" / "manifest.sqlite").write_bytes(b"damaged")
    assert_refused(run("library", "check", "lib"), 7, "is damaged", hint="Rename manifest.sqlite")
    assert left(here / "empty") == set()
    with Manifest.opened(here / "empty"):
        pass
    outcome = run("library", "check", "empty")
    assert (outcome.code, outcome.err) == (0, "There is no track in it.\n")


# --- forget ---


def test_what_is_removed_is_told_and_what_is_not_reached(run: Run, library: Path) -> None:
    """Paths on standard output, everything else on standard error."""
    (library / "report.html").write_text("<code>p-017</code>")
    (library / "p-017.pdf").touch()
    outcome = run("library", "forget", "P-017", "lib", "--yes")
    assert (outcome.code, outcome.out) == (0, "lib/p-017.mp3\nlib/p-017.vtt\nlib/report.html\n")
    first, *rest = outcome.err.splitlines()
    assert first == "Forgotten: p-017; 2 files and 1 row of the manifest removed."
    assert rest[0].startswith("Removed, too: report.html.")
    assert rest[1] == "Still names it: p-017.pdf, which is none of its files."
    assert rest[2].startswith("Not reached: the roster")
    assert left(library) == {"manifest.sqlite", "p-017.pdf", "p-018.mp3", "p-018.vtt"}
    outcome = run("library", "forget", "p-018", "lib", "--yes", "--json")
    facts = json.loads(outcome.out)
    assert (facts["codes"], facts["rows"], facts["files"]) == (["p-018"], 1, ["p-018.mp3", "p-018.vtt"])
    assert run("library", "check", "lib").err == "There is no track in it.\n"


def test_slips_are_refused(run: Run, library: Path) -> None:
    """Before anything is removed."""
    before = left(library)
    assert_refused(run("library", "forget", "p-017", "lib"), 2, "has to be confirmed", hint="--yes")
    assert_refused(run("library", "forget", "p-17", "lib", "--yes"), 2, "“p-17”", hint="“p-017”")
    assert_refused(run("library", "forget", "p-017", "nobody", "lib", "--yes"), 2, "“nobody”")
    assert_refused(run("library", "forget", "lib", "p-017", "--yes"), 7, "“p-017”", hint="The folder comes last")
    assert_refused(run("library", "forget", "lib", "--yes"), 2, "Missing argument")
    with Manifest.opened(library):
        assert_refused(run("library", "forget", "p-017", "lib", "--yes"), 7, "Another run works", hint="Wait")
    assert left(library) == before


@pytest.mark.parametrize(
    ("answer", "code", "gone"), [("y", 0, True), ("n", 0, False), ("", 0, False), ("\x03", 130, False)]
)
def test_it_asks_on_a_terminal(here: Path, library: Path, answer: str, code: int, gone: bool) -> None:
    """What it would remove is shown first; only a yes is one, and Ctrl-C leaves all as it is."""
    pty = pytest.importorskip("pty", exc_type=ImportError)
    ours, theirs = pty.openpty()
    terminal = "import fcntl, termios; fcntl.ioctl(0, termios.TIOCSCTTY, 0)\n"  # Ctrl-C comes from one
    process = subprocess.Popen(
        [sys.executable, "-c", terminal + PROGRAM, "library", "forget", "p-017", "lib"],
        stdin=theirs, stdout=subprocess.PIPE, stderr=theirs, start_new_session=True,
    )  # fmt: skip
    os.close(theirs)
    seen = b""
    while b"[y/N]" not in seen:
        seen += os.read(ours, 1000)
    written = None
    while written is None:
        os.write(ours, answer.encode() if answer == "\x03" else f"{answer}\n".encode())
        try:  # what is typed just as a prompt takes over the terminal is lost
            written, _ = process.communicate(timeout=5)
        except subprocess.TimeoutExpired:
            assert answer == "\x03"
    os.close(ours)
    assert process.returncode == code
    assert b"p-017.vtt" in seen
    assert b"Remove 2 files of p-017 for good?" in seen
    assert written == (b"lib/p-017.mp3\nlib/p-017.vtt\n" if gone else b"")
    assert (library / "p-017.mp3").exists() != gone


def test_an_interruption_says_how_to_go_on(run: Run, library: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Exit 130; the same command finishes."""

    def stopped(*about: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(libraries.Manifest, "forget", stopped)
        outcome = run("library", "forget", "p-017", "lib", "--yes")
    assert (outcome.code, outcome.out, outcome.err) == (130, "", "Stopped half-way. The same command goes on.\n")
    outcome = run("library", "forget", "p-017", "lib", "--yes")
    assert outcome.code == 0
    assert outcome.err.startswith("Forgotten: p-017; 0 files and 1 row")
