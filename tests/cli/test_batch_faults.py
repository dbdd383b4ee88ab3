"""mettavox batch when a disk is full, a worker dies, or what was kept is damaged; and rosters that mean mischief.

Every library is compared byte by byte with one that nobody disturbed.
"""

import contextlib
import csv
import io
import json
import os
import random
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from oracles import wait_until
from test_roster import BAD, GOOD

from .conftest import Run, assert_refused
from .libraries import (
    MANIFEST,
    REPORT,
    Running,
    assert_equal,
    assert_whole,
    begun,
    build,
    command,
    entries,
    failed,
    files,
    roster,
    short,
    start,
    workers_of,
)
from .test_interrupt import processes_with

ROWS = (short("a", "Maya"), short("b", "Zebedee"), short("c", "Ana", kind="wav"))


@pytest.fixture(scope="module")
def beginning(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a manifest and no track."""
    return start(tmp_path_factory.mktemp("beginning") / "library")


@pytest.fixture(scope="module")
def cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the undisturbed library left for later runs."""
    return tmp_path_factory.mktemp("cache")


@pytest.fixture(scope="module")
def table(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Three short tracks."""
    return roster(tmp_path_factory.mktemp("roster"), ROWS)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory, beginning: Path, cache: Path, table: Path) -> Path:
    """Their library."""
    folder = begun(tmp_path_factory.mktemp("undisturbed") / "library", beginning)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METTAVOX_CACHE", str(cache))
        done = build(table, folder)
    assert done.returncode == 0, done.stderr
    return folder


# --- a full disk ---

SMALL_FILES = "import resource; resource.setrlimit(resource.RLIMIT_FSIZE, (800_000, resource.RLIM_INFINITY))"


@pytest.mark.skipif(sys.platform == "win32", reason="Windows has no such limits")
def test_rows_that_have_no_room_fail_and_are_made_later(
    tmp_path: Path, table: Path, beginning: Path, undisturbed: Path
) -> None:
    """A limit that only the large track breaks: it is told, with exit 8, and nothing of it stays."""
    library = begun(tmp_path / "library", beginning)
    done = build(table, library, program=SMALL_FILES)
    assert done.returncode == 8, done.stderr
    assert failed(done.stderr) == {"c"}
    assert "too large" in done.stderr
    assert sorted(files(library)) == sorted(name for name in files(undisturbed) if not name.startswith("c."))
    assert not any(each.name.startswith(".") for each in library.iterdir())
    assert build(table, library).returncode == 0
    assert_equal(library, undisturbed)


FULL = """\
mount -t tmpfs -o size=700k tmpfs "$1" || exit 99
disk="$1"; beginning="$2"; after="$3"; shift 3
cp -R "$beginning/." "$disk"
"$@"; echo "ended with $?"
mkdir "$after"; cp -R "$disk/." "$after"
mount -o remount,size=64m "$disk"
"$@"; echo "ended with $?"
cp -R "$disk/." "$after-finished"
"""


@pytest.mark.soak
@pytest.mark.skipif(shutil.which("unshare") is None, reason="needs Linux")
def test_a_disk_that_fills_up_in_the_middle(tmp_path: Path, table: Path, beginning: Path, undisturbed: Path) -> None:
    """A real one: what was finished is whole, nothing else is there, and with room the next run makes the rest."""
    disk, after = tmp_path / "disk", tmp_path / "after"
    disk.mkdir()
    (tmp_path / "after-finished").mkdir()
    program = ["unshare", "-m", "sh", "-c", FULL, "sh", str(disk), str(beginning), str(after), *command(table, disk)]
    done = subprocess.run(program, capture_output=True, text=True, check=False, timeout=120)
    if done.returncode == 99 or "unshare" in done.stderr:
        pytest.skip("disks cannot be mounted here")
    assert "Traceback" not in done.stderr
    first, second = [line for line in done.stdout.splitlines() if line.startswith("ended")]
    assert second == "ended with 0", done.stderr
    # Usually rows fail. Where there is no room for the manifest itself, or the report, the whole run does.
    assert first in ("ended with 8", "ended with 7"), done.stderr
    assert "the disk is full" in done.stderr
    assert 0 < len(files(after)) < len(files(undisturbed))
    assert_whole(after, undisturbed)
    assert not any(each.name.startswith(".") for each in after.iterdir())
    if first == "ended with 8":
        said = done.stderr[: done.stderr.index("\nthere")]
        made = {name.split(".")[0] for name in files(after)}
        assert failed(said) == set("abc") - made
    assert_equal(tmp_path / "after-finished", undisturbed)


# --- a worker ---


@pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")
def test_a_worker_that_is_killed_harms_nothing(tmp_path: Path, table: Path, beginning: Path, undisturbed: Path) -> None:
    """In the middle of a track: every row is made in the end, and what it had begun does not stay."""
    library = begun(tmp_path / "library", beginning)
    run = Running(command(table, library), tmp_path / "said.txt", tmp_path / "scratch")

    def writing() -> bool:
        return any(library.glob(".*.part"))

    assert wait_until(lambda: writing() or run.process.poll() is not None)
    workers = workers_of(run.process.pid)
    assert workers
    for worker in workers:
        with contextlib.suppress(ProcessLookupError):
            os.kill(worker, signal.SIGKILL)
    assert run.wait(120)
    assert run.process.returncode == 0, run.said
    assert "Traceback" not in run.said
    assert_equal(library, undisturbed)
    assert wait_until(lambda: processes_with(tmp_path / "scratch") == [], within=20)


# --- what was kept between runs ---


def _flip(content: bytes, chance: random.Random) -> bytes:
    damaged = bytearray(content)
    for _ in range(3):
        damaged[chance.randrange(len(damaged))] ^= chance.randrange(1, 256)
    return bytes(damaged)


DAMAGES: dict[str, Callable[[bytes, random.Random], bytes]] = {
    "flipped": _flip,
    "cut": lambda content, chance: content[: chance.randrange(1, len(content))],
    "empty": lambda content, chance: b"",
    "longer": lambda content, chance: content + b"\0" * chance.randrange(1, 5000),
    "text": lambda content, chance: b"Someone's own words.\n" * 50,
    "zeros": lambda content, chance: bytes(len(content)),
}


def kept(folder: Path) -> list[Path]:
    return sorted(path for path in folder.rglob("*") if path.is_file())


@pytest.mark.parametrize("how", ["in several ways", *(pytest.param(name, marks=pytest.mark.soak) for name in DAMAGES)])
def test_whatever_is_damaged_in_the_cache_the_library_is_the_same(
    tmp_path: Path, table: Path, undisturbed: Path, cache: Path, how: str
) -> None:
    """Every file below it, whatever it is for."""
    mine, chance = tmp_path / "cache", random.Random(how)
    shutil.copytree(cache, mine)
    assert len(kept(mine)) >= 2, "nothing was kept"
    for place, path in enumerate(kept(mine)):
        damage = DAMAGES.get(how) or list(DAMAGES.values())[place % len(DAMAGES)]
        path.write_bytes(damage(path.read_bytes(), chance))
    assert_the_same_again(tmp_path / "library", table, undisturbed, mine)


@pytest.mark.soak
@pytest.mark.parametrize("how", ["folders in the place of files", "a file in its own place"])
def test_a_cache_that_cannot_be_one_is_an_empty_one(
    tmp_path: Path, table: Path, undisturbed: Path, cache: Path, how: str
) -> None:
    """It is no reason to fail."""
    mine = tmp_path / "cache"
    if how.startswith("a file"):
        mine.write_text("mine")
    else:
        shutil.copytree(cache, mine)
        for path in kept(mine):
            path.unlink()
            path.mkdir()
    assert_the_same_again(tmp_path / "library", table, undisturbed, mine)


def assert_the_same_again(library: Path, table: Path, undisturbed: Path, cache: Path) -> None:
    """Every track made anew with that cache, in a copy of the library."""
    begun(library, undisturbed)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("METTAVOX_CACHE", str(cache))
        done = build(table, library, "--force")
    assert done.returncode == 0, done.stderr
    assert done.stderr.count("made ") >= len(ROWS)
    assert_equal(library, undisturbed)


# --- the manifest ---


def _another_programs(path: Path) -> None:
    path.unlink()
    with contextlib.closing(sqlite3.connect(path)) as base:
        base.executescript("CREATE TABLE entry (code TEXT, note TEXT); INSERT INTO entry VALUES ('a', 'mine')")


MANIFESTS: dict[str, Callable[[Path], Any]] = {
    "cut in the middle": lambda path: os.truncate(path, path.stat().st_size // 2),
    "cut at the head": lambda path: os.truncate(path, 90),
    "flipped": lambda path: path.write_bytes(_every_hundredth(path.read_bytes())),
    "text": lambda path: path.write_text("code,script\na,sleep\n"),
    "another program's": _another_programs,
}


def _every_hundredth(content: bytes) -> bytes:
    return bytes(byte ^ 0x55 if place % 100 == 50 else byte for place, byte in enumerate(content))


@pytest.mark.parametrize("how", MANIFESTS)
def test_a_damaged_manifest_is_told_and_nothing_is_touched(
    run: Run, tmp_path: Path, table: Path, undisturbed: Path, how: str
) -> None:
    """One sentence and a way on, exit 7; every file is as it was, the manifest too."""
    library = begun(tmp_path / "library", undisturbed)
    MANIFESTS[how](library / MANIFEST)
    before = {path.name: path.read_bytes() for path in library.iterdir()}
    for options in ((), ("--force",), ("--retry-failed",), ("--only", "a")):
        outcome = run("batch", str(table), "-o", str(library), *options)
        assert_refused(outcome, 7, "is damaged", hint=f"Rename {MANIFEST}")
    assert {path.name: path.read_bytes() for path in library.iterdir()} == before


def test_the_way_on_from_a_damaged_manifest_works(run: Run, tmp_path: Path, table: Path, undisturbed: Path) -> None:
    """As its hint has it: renamed, and with --force. Only what the salt hides in records is another."""
    library = begun(tmp_path / "library", undisturbed)
    (library / MANIFEST).write_text("damaged")
    assert_refused(run("batch", str(table), "-o", str(library)), 7, "is damaged", hint="run again with --force")
    (library / MANIFEST).rename(library / "manifest.old")
    done = build(table, library, "--force")
    assert done.returncode == 0, done.stderr
    (library / "manifest.old").unlink()
    assert {name: entry["state"] for name, entry in entries(library).items()} == dict.fromkeys("abc", "made")
    assert {name: entry["frames"] for name, entry in entries(library).items()} == {
        name: entry["frames"] for name, entry in entries(undisturbed).items()
    }
    right, now = files(undisturbed), files(library)
    assert now.keys() == right.keys()
    assert {name for name in now if now[name] != right[name]} <= {f"{code}.json" for code in "abc"}
    again = run("batch", str(table), "-o", str(library))
    assert again.err.splitlines()[: len(ROWS)] == [f"kept {code}" for code in "abc"]


# --- large rosters ---


@pytest.mark.parametrize("personal", [False, pytest.param(True, marks=pytest.mark.soak)])
def test_every_bad_row_of_ten_thousand_is_told(run: Run, tmp_path: Path, personal: bool) -> None:
    """300, bad in more than fifty ways, by row and column; in the soak every good row has a name and how it is said."""
    kinds = list(BAD.values())
    rows, bad = [], []
    for place in range(10_000):
        script = ("loving-kindness", "sleep")[place % 2]
        row = {"code": f"p-{place:05}", "script": script, "minutes": str(8 + place % 3)}
        if personal:
            row |= {"name": f"Zebedee {chr(65 + place % 26)}", "say": f"ZEB-uh-d{chr(97 + place % 26)}"}
        if place % 33 == 7 and len(bad) < 300:
            change, column = kinds[len(bad) % len(kinds)]
            row = GOOD | {"code": row["code"]} | change
            bad.append((place + 2, column))
        rows.append(row)
    path = tmp_path / "roster.csv"
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.DictWriter(file, sorted({column for row in rows for column in row}))
        writer.writeheader()
        writer.writerows(rows)
    outcome = run("batch", str(path), "--check", "--json")
    assert outcome.code == 8
    found = json.loads(outcome.out)
    assert [(problem["row"], problem["column"]) for problem in found["problems"]] == bad
    assert found["good"] == 9_700
    assert len(found["names"]) == (9_700 if personal else 0)
    assert len(bad) == 300
    assert len({str(kind) for kind in BAD}) >= 20


# --- mischief ---

NAMES = {
    "arabic": "محمد", "hebrew": "דָּוִד", "cyrillic": "Наталья", "greek": "Ελένη", "devanagari": "अनन्या",
    "tamil": "தமிழ்", "thai": "สมชาย", "han": "林美玲", "hangul": "김민준", "kana": "さくら", "georgian": "ნინო",
    "latin": "Zebe\u0301dee\u0323",
}  # fmt: skip
ODD_NAMES = ("Zebedee 😀", "=1+Zebedee", "@Zebedee", "../Zebedee", "Zebedee\u202eretaw")
"""Names that are told as problems."""
ODD_CODES = (
    "CON", "nul", "..", ".", "a/b", "../up", "/tmp/absolute", "a\\b", "C:x", "~", "$HOME", "=A1", "-o", "x" * 300,
    "käthe", ".hidden", "a\nb", "Twin", "twin", "report", "manifest.sqlite",
)  # fmt: skip


def everything_below(*folders: Path) -> set[str]:
    return {str(path) for folder in folders for path in folder.rglob("*")}


def test_no_row_leads_out_of_the_folder_and_no_name_is_told(tmp_path: Path, own_folders: Path) -> None:
    """Names in many writing systems are made, odd ones and odd codes are told, and nothing is beside the tracks."""
    cells = io.StringIO(newline="")
    table = csv.writer(cells)
    for code, name in NAMES.items():
        table.writerow([code, "short.md", "", "13s", "hum", "none", "none", name, "ZEB-uh-dee", ""])
    for number, name in enumerate(ODD_NAMES):
        table.writerow([f"odd-{number}", "short.md", "", "13s", "hum", "none", "none", name, "", ""])
    for code in ODD_CODES:
        table.writerow([code, "short.md", "", "13s", "hum", "none", "none", "Zebedee", "", ""])
    path = roster(tmp_path / "around" / "roster", [cells.getvalue().rstrip("\r\n")])
    library, scratch = tmp_path / "around" / "library", tmp_path / "scratch"
    scratch.mkdir()
    (own_folders / "cache").mkdir()
    before = everything_below(tmp_path, own_folders)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TMPDIR", str(scratch))
        done = build(path, library)
    assert done.returncode == 8, done.stderr
    assert failed(done.stderr) == set()

    new = everything_below(tmp_path, own_folders) - before
    inside = (str(library), str(own_folders / "cache"))
    assert {path for path in new if not path.startswith(inside)} == set()
    assert {name.split(".")[0] for name in files(library)} == NAMES.keys()
    assert len(files(library)) == len(NAMES) * 10
    told = [line for line in done.stderr.splitlines() if line.startswith("Row ")]
    first = len(NAMES) + 2
    assert [line.split(":")[0] for line in told] == [
        *(f"Row {number}, name" for number in range(first, first + len(ODD_NAMES))),
        *(f"Row {number}, code" for number in range(first + len(ODD_NAMES), first + len(ODD_NAMES) + len(ODD_CODES))),
    ]

    records = [library / MANIFEST, library / REPORT, *(library / f"{code}.json" for code in NAMES)]
    sayings = [done.stdout, done.stderr, *new, *(each.read_bytes().decode("utf-8", "replace") for each in records)]
    for name in (*NAMES.values(), "Zebedee", "ZEB-uh-dee"):
        assert not any(name in text for text in sayings), name
    for code, name in NAMES.items():
        assert name in (library / f"{code}.txt").read_text("utf-8") or code == "latin"
