"""mettavox check: what holds in a table, an exit code that tells, and every track of several looked at."""

import json
import shutil
from pathlib import Path

import pytest

from mettavox import ask
from mettavox.prepare import prepare
from mettavox.render import render
from mettavox.spoken import Settings

from .conftest import Run, assert_refused

SCRIPT = """\
---
title: A test
language: en
minutes: {shortest: 0.1, typical: 1, longest: 60}
slots: [name]
---
# Welcome {keep}
! You can stop at any time. (1s to 20s)
Rest here{{ name }}. (1s to 20s)
"""


@pytest.fixture(scope="module")
def made(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with a track of eleven seconds, for Zebedee."""
    folder = tmp_path_factory.mktemp("made")
    (folder / "test.md").write_text(SCRIPT, encoding="utf-8")
    asked = {"script": str(folder / "test.md"), "duration": "11s", "voice": "hum", "cover": "none", "name": "Zebedee"}
    settings = Settings(cache=False, workers=1, lint=False)
    render(prepare(ask.request(asked)), folder / "good.mp3", settings=settings)
    return folder


@pytest.fixture(autouse=True)
def tracks(made: Path, here: Path) -> None:
    """``good.mp3`` with all that belongs to it, and ``bad.mp3``, whose captions lack a word."""
    for path in made.glob("good.*"):
        shutil.copy(path, here)
        shutil.copy(path, here / path.name.replace("good", "bad"))
    captions = here / "bad.vtt"
    captions.write_text(captions.read_text("utf-8").replace("stop", "go"), encoding="utf-8")


def test_what_holds_is_told_in_a_table(run: Run) -> None:
    """A row for each thing; exit code 0, and nothing on standard error."""
    outcome = run("check", "good.mp3")
    assert (outcome.code, outcome.err) == (0, "")
    first, *rows = outcome.out.splitlines()
    assert first == "good.mp3: holds"
    told = [row.split()[1] for row in rows]
    assert told == ["file", "length", "lines", "silences", "loudness", "true", "tags", "chapters",
                    "vtt", "srt", "lrc", "txt", "html", "chapters.json", "chapters.vtt", "chapters.txt"]  # fmt: skip
    assert all(row.startswith("  ok  ") for row in rows)


def test_what_does_not_hold_is_marked_and_is_1(run: Run) -> None:
    """By the file and the line."""
    outcome = run("check", "bad.mp3")
    assert outcome.code == 1
    assert outcome.out.startswith("bad.mp3: DOES NOT HOLD\n")
    (row,) = [row for row in outcome.out.splitlines() if row.startswith("  NO ")]
    assert row.split(maxsplit=2) == ["NO", "vtt", "line 8 has other words"]


def test_a_record_stands_for_its_track(run: Run) -> None:
    """Whoever completes the name with the wrong file has the same answer."""
    assert run("check", "good.json").out.splitlines()[1:] == run("check", "good.mp3").out.splitlines()[1:]


@pytest.mark.parametrize(
    ("name", "data", "told"),
    [
        ("none.mp3", None, (1, "There is no track “none.mp3”")),
        ("none.json", None, (1, "There is no record “none.json”")),
        ("good.txt", b"text", (6, "“good.txt”: the file cannot be decoded")),
        ("good.mp3", b"text", (6, "“good.mp3”: the file cannot be decoded")),
        ("good.json", b"{}", (1, "“good.json” is not the record of a track")),
        ("good.json", b"\xff", (1, "“good.json” is not a record")),
        ("good.chapters.json", None, (1, "“good.chapters.json” is not the record of a track")),
        (".", None, (1, "There is no track “.”")),
    ],
)
def test_what_cannot_be_checked_is_refused_by_its_name(
    run: Run, here: Path, name: str, data: bytes | None, told: tuple[int, str]
) -> None:
    """No track and no record are 1, and what is not sound is 6."""
    if data is not None:
        (here / name).write_bytes(data)
    assert_refused(run("check", name), *told)


def test_the_others_are_checked_when_one_cannot_be(run: Run, here: Path) -> None:
    """Each is told, and the exit code is the highest."""
    (here / "text.mp3").write_bytes(b"text")
    shutil.copy(here / "good.json", here / "text.json")
    outcome = run("check", "none.mp3", "bad.mp3", "text.mp3", "good.mp3")
    assert outcome.code == 6
    heads = [row for row in outcome.out.splitlines() if not row.startswith("  ")]
    assert heads == ["bad.mp3: DOES NOT HOLD", "good.mp3: holds"]
    assert [row for row in outcome.err.splitlines() if row.startswith("Error: ")] == [
        "Error: There is no track “none.mp3”.",
        "Error: “text.mp3”: the file cannot be decoded.",
    ]
    assert run("check", "good.mp3", "bad.mp3", "none.mp3").code == 1


def test_everything_can_be_told_as_json(run: Run) -> None:
    """One entry a track, also for one that could not be checked."""
    outcome = run("check", "--json", "good.mp3", "bad.mp3", "none.mp3")
    assert outcome.code == 1
    good, bad, none = json.loads(outcome.out)
    assert (good["track"], good["holds"]) == ("good.mp3", True)
    assert all(set(each) == {"what", "holds", "found"} for each in good["findings"])
    assert [each["what"] for each in bad["findings"] if not each["holds"]] == ["vtt"]
    assert none == {"track": "none.mp3", "holds": False, "error": "There is no track “none.mp3”."}


def test_nobody_is_named(run: Run) -> None:
    """Captions and transcript have names; what is told of them has none."""
    for arguments in (("good.mp3",), ("--json", "bad.mp3")):
        outcome = run("check", *arguments)
        assert "Zebedee" not in outcome.out + outcome.err


def test_nothing_is_changed_by_looking(run: Run, here: Path) -> None:
    """No file, no time of one, no scratch left."""
    before = {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in here.iterdir()}
    run("check", "good.mp3", "bad.mp3")
    assert {path: (path.read_bytes(), path.stat().st_mtime_ns) for path in here.iterdir()} == before
