"""mettavox render: a track at its place, or an error and nothing at all. The hum speaks, so these are real renders."""

import errno
import json
import os
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest

from mettavox import assets, beside
from mettavox.errors import EngineError

from .conftest import Run, assert_refused

pytestmark = pytest.mark.usefixtures("small_covers")

BUNDLED = ("supportive-touch", "--minutes", "1", "--voice", "hum")
SHORT = ("short", "--duration", "12s", "--voice", "hum", "--bed", "none", "--no-lint", "--jobs", "1")
SCRIPT = """\
---
title: A short rest
language: en
minutes: {shortest: 0.1, typical: 0.5, longest: 2}
slots: [name]
---
# Welcome {keep}
! You can stop at any time{{ name }}. (1s to 20s)
Rest here. (1s to 20s)
All is well.
"""


@pytest.fixture(autouse=True)
def short(own_folders: Path) -> None:
    """A script of one's own, for tests that are about what becomes of a track and not about what is heard in it."""
    folder = assets.own_folder("scripts") / "en"
    folder.mkdir(parents=True)
    (folder / "short.md").write_text(SCRIPT, "utf-8")


def left(folder: Path) -> list[str]:
    return sorted(str(path.relative_to(folder)) for path in folder.rglob("*"))


def with_all(path: str) -> set[str]:
    """A track and what lies beside it."""
    return {path, *(f"{path[: path.rindex('.')]}{suffix}" for suffix in beside.SUFFIXES)}


def is_mp3(path: Path) -> bool:
    return path.read_bytes()[:3] == b"ID3"


# --- where the track goes ---


def test_a_track_lands_in_the_output_folder_under_its_script_and_length(run: Run, here: Path) -> None:
    """The one line on standard output is its path; what had no room is told on standard error."""
    outcome = run("render", *BUNDLED)
    assert (outcome.code, outcome.out) == (0, "output/supportive-touch-1m.mp3\n")
    assert outcome.err.startswith("At this length there was no room for: ")
    assert set(left(here)) == {"output", *with_all("output/supportive-touch-1m.mp3")}
    assert is_mp3(here / "output" / "supportive-touch-1m.mp3")


@pytest.mark.parametrize(
    ("output", "path"),
    [("folder/", "folder/short-12s.mp3"), ("folder", "folder/short-12s.mp3"),
     ("a name – with ünï.MP3", "a name – with ünï.MP3")],
)  # fmt: skip
def test_a_track_lands_where_it_is_asked_for(run: Run, here: Path, output: str, path: str) -> None:
    """A file, or a folder; what belongs to it lies beside it, and nothing else."""
    (here / "folder").mkdir()
    outcome = run("render", *SHORT, "-o", output)
    assert (outcome.code, outcome.out) == (0, f"{path}\n")
    assert set(left(here)) == {"folder", *with_all(path)}


def test_what_was_made_can_be_told_as_json(run: Run, here: Path) -> None:
    """Path, length, loudness: nothing else on standard output."""
    outcome = run("render", *SHORT, "-o", "mine.mp3", "--json", "--name", "Zebedee")
    facts = json.loads(outcome.out)
    assert (facts["path"], facts["seconds"], facts["frames"], facts["rate"]) == ("mine.mp3", 12, 12 * 48_000, 48_000)
    assert "Zebedee" not in outcome.out + outcome.err
    assert (here / "mine.mp3").is_file()


def test_the_name_is_in_no_tag_and_no_file_name(run: Run, here: Path) -> None:
    """Nor in what is kept between runs."""
    run("render", *SHORT, "--name", "Zebedee")
    (track,) = here.rglob("*.mp3")
    assert b"Zebedee" not in track.read_bytes()
    assert b"Z\0e\0b\0e\0d\0e\0e" not in track.read_bytes()
    cache = Path(os.environ["METTAVOX_CACHE"])
    assert cache.is_dir()
    assert not any(b"Zebedee" in entry.read_bytes() or "Zebedee" in str(entry) for entry in cache.rglob("*.clip"))


def test_the_track_can_go_to_standard_output(run: Run, here: Path) -> None:
    """-o -: the same bytes, for a pipe."""
    program = [sys.executable, "-m", "mettavox", "render", *SHORT, "-o", "-"]
    piped = subprocess.run(program, capture_output=True, check=True, timeout=120)
    assert left(here) == []
    assert run("render", *SHORT, "-o", "x.mp3").code == 0
    assert piped.stdout == (here / "x.mp3").read_bytes()


# --- what is there already ---


def test_a_track_that_is_there_is_not_replaced_unless_asked(run: Run, here: Path) -> None:
    """--force."""
    path = here / "mine.mp3"
    path.write_bytes(b"old")
    assert_refused(run("render", *SHORT, "-o", "mine.mp3"), 7, "“mine.mp3” is there already", hint="--force")
    assert path.read_bytes() == b"old"
    assert run("render", *SHORT, "-o", "mine.mp3", "--force").code == 0
    assert is_mp3(path)
    assert set(left(here)) == with_all("mine.mp3")


def test_what_stays_beside_a_track_and_is_not_its_own_is_told(run: Run, here: Path) -> None:
    """Whoever gives the folder away would give an earlier cover, or earlier words, along with it."""
    assert "earlier" not in run("render", *SHORT, "-o", "a.mp3").err
    outcome = run("render", *SHORT, "-o", "a.mp3", "--force", "--cover", "none")
    assert "Beside it lie files of an earlier track: a.jpg.\n" in outcome.err
    outcome = run("render", *SHORT, "-o", "a.mp3", "--force", "--only-audio")
    assert set(left(here)) == with_all("a.mp3")
    assert all(name in outcome.err for name in with_all("a.mp3") - {"a.mp3"})


BELL = """\
---
title: A bell
language: en
minutes: {shortest: 0.2, typical: 0.5, longest: 2}
slots: []
---
# Welcome {keep}
! Take what helps, and leave the rest. You can stop at any time.
(5s to 30s)
@bell
(5s to 30s)
All is well.
"""


@pytest.mark.parametrize(("duration", "told"), [("32s", True), ("60s", False)])
def test_bells_of_the_profile_that_have_no_room_are_told(run: Run, here: Path, duration: str, told: bool) -> None:
    """A bell that the script itself has in its middle does not stand in for them."""
    (here / "own" / "en").mkdir(parents=True)
    (here / "own" / "en" / "bell.md").write_text(BELL)
    options = ("--scripts", "own", "--voice", "hum", "--profile", "library", "--no-lint", "--only-audio")
    outcome = run("render", "bell", *options, "--duration", duration, "-o", "a.mp3")
    assert outcome.code == 0
    assert ("no room for the profile's bells" in outcome.err) == told


def test_a_track_in_the_output_folder_is_not_replaced_either(run: Run, here: Path) -> None:
    """Whoever asks for the same once more."""
    (here / "output").mkdir()
    (here / "output" / "short-12s.mp3").touch()
    assert_refused(run("render", *SHORT), 7, "is there already")


# --- what cannot be written ---


@pytest.mark.parametrize(
    ("output", "words", "hint"),
    [
        ("nowhere/x.mp3", "there is no such folder", "-o"),
        ("nowhere/", "there is no such folder", "-o"),
        ("file/x.mp3", "a part of the path is a file", "-o"),
        ("/proc/x.mp3", "cannot be written", "-o"),
        ("/dev/full/x.mp3", "cannot be written", "-o"),
        (f"{'a' * 300}.mp3", "the name is too long", "-o"),
        (f"{'a' * 5000}/x.mp3", "the name is too long", "-o"),
    ],
)
def test_a_place_that_cannot_be_written_is_7(run: Run, here: Path, output: str, words: str, hint: str) -> None:
    """Before anything is spoken."""
    (here / "file").touch()
    assert_refused(run("render", *SHORT, "-o", output), 7, words, hint=hint)
    assert left(here) == ["file"]


def test_an_output_folder_that_is_a_file_is_7(run: Run, here: Path) -> None:
    """The default folder cannot be made."""
    (here / "output").touch()
    assert_refused(run("render", *SHORT), 7, "output", hint="-o")
    assert left(here) == ["output"]


def test_an_ending_says_the_format_where_nothing_else_does(run: Run, here: Path) -> None:
    """x.wav is a WAV; with another --format it is refused."""
    assert run("render", *SHORT, "-o", "x.WAV", "--only-audio").code == 0
    assert (here / "x.WAV").read_bytes()[:4] == b"RIFF"
    refused = run("render", *SHORT, "-o", "y.wav", "--format", "mp3")
    assert_refused(refused, 2, "does not end in .mp3", hint="--format wav")


@pytest.mark.parametrize("output", ["x.ogg", "x", "x.mp3.txt", "/dev/full"])
def test_a_suffix_that_is_not_mp3_is_refused_with_the_right_name(run: Run, here: Path, output: str) -> None:
    """The way it would work is shown."""
    assert_refused(run("render", *SHORT, "-o", output), 2, "does not end in .mp3", hint=".mp3")
    assert left(here) == []


def test_a_disk_that_fails_at_the_end_leaves_nothing(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The last write is the one that fails on many disks."""

    def fail(_: int) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    monkeypatch.setattr(os, "fsync", fail)
    assert_refused(run("render", *SHORT, "-o", "x.mp3"), 7, "the disk is full", hint="-o")
    assert left(here) == []


def in_a_disk_of_its_own(folder: Path, options: str, *arguments: str) -> subprocess.CompletedProcess[str]:
    """Run mettavox with a small disk mounted at ``folder``, in a mount namespace that ends with it."""
    script = (
        f'mount -t tmpfs -o "{options}" tmpfs "$1" || exit 99; folder="$1"; shift; '
        '"$@"; code=$?; echo "left: $(ls -A "$folder")" >&2; exit $code'
    )
    program = ["unshare", "-m", "sh", "-c", script, "sh", str(folder), sys.executable, "-m", "mettavox", *arguments]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("disks cannot be mounted here")
    return done


@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux")
@pytest.mark.parametrize(
    ("options", "words"),
    [("size=256k", "the disk is full"), ("ro", "the disk is read-only"), ("size=4k", "the disk is full")],
)
def test_a_full_or_read_only_disk_is_7_and_nothing_is_left(here: Path, options: str, words: str) -> None:
    """A real one: the track does not fit, or nothing does."""
    (here / "disk").mkdir()
    done = in_a_disk_of_its_own(here / "disk", options, "render", *BUNDLED, "-o", "disk/x.mp3")
    *lines, remains = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (7, "")
    assert remains == "left: "
    assert len(lines) == 2
    assert words in lines[0]
    assert "Traceback" not in done.stderr


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="needs Linux")
@pytest.mark.parametrize(
    "arguments", [["plan", "loving-kindness"], ["render", *SHORT, "-o", "-"], ["scripts", "list"]], ids=" ".join
)
def test_standard_output_on_a_full_disk_is_7(arguments: list[str]) -> None:
    """Whatever is written there."""
    with Path("/dev/full").open("wb") as full:
        program = [sys.executable, "-m", "mettavox", *arguments]
        done = subprocess.run(program, stdout=full, stderr=subprocess.PIPE, text=True, check=False, timeout=120)
    assert done.returncode == 7
    assert "Error: " in done.stderr
    assert "Traceback" not in done.stderr
    assert "Exception ignored" not in done.stderr


def test_a_reader_that_goes_away_is_no_error() -> None:
    """mettavox plan … | head -1."""
    whole = f"{sys.executable} -m mettavox plan loving-kindness --minutes 45 --json"
    program = f"{whole} | head -c 1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", program], capture_output=True, text=True, check=True, timeout=60)
    assert done.stderr == ""
    assert done.stdout.endswith("0\n")


def test_an_engine_that_fails_is_5_and_leaves_nothing(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a track nor half of one."""
    from mettavox.engines import process

    def broken(*_: object) -> None:
        raise EngineError("The engine is broken.", hint="Mend it.")

    monkeypatch.setattr(process.EngineProcess, "_open", broken)
    assert_refused(run("render", *SHORT, "-o", "x.mp3"), 5, "engine is broken", hint="Mend it.")
    assert left(here) == []


def test_a_line_that_cannot_be_spoken_is_told_by_its_number(
    run: Run, here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Never by its words, which may hold a name."""
    from mettavox.engines import process

    def mute(*_: object, **__: object) -> None:
        raise EngineError("The engine took longer than 10 s.")

    monkeypatch.setattr(process.EngineProcess, "speak", mute)
    outcome = run("render", *SHORT, "-o", "x.mp3", "--name", "Zebedee")
    assert_refused(outcome, 5, "could not be spoken in 3 attempts", hint="mettavox doctor")
    assert "Zebedee" not in outcome.err
    assert left(here) == []


def test_no_temporary_folder_is_left(run: Run, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """After a track, and after a failure."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setenv("TMPDIR", str(scratch))
    monkeypatch.setattr(tempfile, "tempdir", None)
    assert run("render", *SHORT, "-o", "x.mp3").code == 0
    assert run("render", *SHORT, "-o", "x.mp3").code == 7
    assert left(scratch) == []


def test_a_bug_is_70_and_leaves_nothing(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A short apology; the words of the stray exception may hold a name."""
    from mettavox import beside

    def slip(*_: object) -> None:
        raise ZeroDivisionError("Zebedee")

    monkeypatch.setattr(beside, "tags", slip)
    outcome = run("render", *SHORT, "-o", "x.mp3")
    assert (outcome.code, outcome.out) == (70, "")
    assert outcome.err.startswith("Sorry")
    assert "Zebedee" not in outcome.err
    assert left(here) == []
