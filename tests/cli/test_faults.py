"""Whatever fails while a track and what lies beside it are written: one sentence, and nothing of it is left."""

import errno
import os
import re
from collections.abc import Callable
from itertools import count
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import soundfile

from mettavox import beside, output

from .conftest import Run, assert_refused
from .test_render import in_a_disk_of_its_own

SCRIPT = """\
---
title: A test
language: en
minutes: {shortest: 0.1, typical: 1, longest: 60}
slots: []
---
# Welcome {keep}
! You can stop at any time. (1s to 20s)
Rest here. (1s to 20s)
Go well.
"""
OPTIONS = ("--duration", "9s", "--voice", "hum", "--bed", "none", "--no-lint", "--jobs", "1")


@pytest.fixture(autouse=True)
def script(tmp_path: Path) -> Path:
    """A script of three lines, outside the folder in which the tests look for what is left."""
    path = tmp_path / "test.md"
    path.write_text(SCRIPT, encoding="utf-8")
    return path


@pytest.fixture
def render(run: Run, script: Path) -> Callable[..., Any]:
    """``render("--force")``: that script as ``track.mp3`` with a cover that is quickly drawn."""

    def one(*arguments: str) -> Any:
        return run("render", str(script), *OPTIONS, "--cover", "plain", "-o", "track.mp3", *arguments)

    return one


@pytest.fixture(scope="module")
def clips(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("clips")


@pytest.fixture(autouse=True)
def spoken_once(clips: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """No test here is about the speaking."""
    monkeypatch.setenv("METTAVOX_CACHE", str(clips))


@pytest.fixture(autouse=True)
def small_cover(monkeypatch: pytest.MonkeyPatch) -> None:
    """A second a cover is long for tests that draw one just to see it go."""
    monkeypatch.setattr("mettavox.cover.LARGE", 300)


def left(folder: Path) -> dict[str, bytes]:
    return {path.name: path.read_bytes() for path in folder.iterdir()}


def error(number: int) -> OSError:
    return OSError(number, os.strerror(number))


class Refusing:
    """A file that the disk refuses to take any more of."""

    def __init__(self, file: Any, number: int) -> None:
        self._file, self._number = file, number

    def write(self, data: bytes) -> int:
        raise error(self._number)

    def __getattr__(self, name: str) -> Any:
        return getattr(self._file, name)


# --- while the files are written ---


@pytest.mark.parametrize(
    ("name", "refusal"),
    [
        ("track.vtt", (errno.ENOSPC, "the disk is full")),
        ("track.jpg", (errno.EIO, "cannot be written")),
        ("track.json", (errno.EDQUOT, "the disk quota is used up")),
    ],
)
def test_a_disk_that_fails_at_a_file_beside_leaves_nothing(
    render: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch, name: str, refusal: tuple[int, str]
) -> None:
    """Not even the track, which was whole by then; the file is named."""
    number, words = refusal
    opened = output.Files.open

    def open_(files: output.Files, path: Path) -> Any:
        file, scratch = opened(files, path)
        return (Refusing(file, number), scratch) if path.name == name else (file, scratch)

    monkeypatch.setattr(output.Files, "open", open_)
    outcome = render()
    assert_refused(outcome, 7, words, hint="-o")
    assert f"“{name}” cannot be written" in outcome.err
    assert left(here) == {}


@pytest.mark.parametrize("name", ["track.mp3", "track.html", "track.json"])
def test_a_disk_that_fails_when_names_are_given_leaves_nothing(
    render: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """At the first as at the last."""
    settle = output._settle

    def settled(scratch: Path, path: Path, *, replace: bool) -> None:
        if path.name == name:
            raise error(errno.ENOSPC)
        settle(scratch, path, replace=replace)

    monkeypatch.setattr(output, "_settle", settled)
    assert_refused(render(), 7, f"“{name}” cannot be written: the disk is full", hint="-o")
    assert left(here) == {}


@pytest.mark.parametrize("nth", [1, 11])
def test_the_earlier_track_comes_back_whole(
    render: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch, nth: int
) -> None:
    """--force, and a disk that fails while the new one takes its place."""
    assert render().code == 0
    before = left(here)
    assert len(before) == 11
    settle, calls = output._settle, count(1)

    def settled(scratch: Path, path: Path, *, replace: bool) -> None:
        if next(calls) == nth:
            raise error(errno.ENOSPC)
        settle(scratch, path, replace=replace)

    with monkeypatch.context() as patch:
        patch.setattr(output, "_settle", settled)
        assert_refused(render("--force", "--bed", "soft"), 7, "the disk is full")
    assert left(here) == before
    assert render("--force", "--bed", "soft").code == 0
    assert set(left(here)) == set(before)
    assert left(here)["track.mp3"] != before["track.mp3"]


@pytest.mark.parametrize("name", ["track.srt", "track.json"])
def test_an_interruption_among_the_files_leaves_nothing(
    render: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    """Ctrl-C, while one is written and while one takes its name."""
    opened, settle = output.Files.open, output._settle

    def open_(files: output.Files, path: Path) -> Any:
        if path.name == name:
            raise KeyboardInterrupt
        return opened(files, path)

    def settled(scratch: Path, path: Path, *, replace: bool) -> None:
        settle(scratch, path, replace=replace)
        if path.name == name:
            raise KeyboardInterrupt

    for patched, stop in ((output.Files, ("open", open_)), (output, ("_settle", settled))):
        with monkeypatch.context() as patch:
            patch.setattr(patched, *stop)
            outcome = render()
        assert (outcome.code, outcome.out) == (130, "")
        assert outcome.err.strip() == "Stopped. Nothing was left behind."
        assert left(here) == {}


# --- names that are taken ---


@pytest.fixture
def mute(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line may be spoken."""
    monkeypatch.setattr("mettavox.spoken.spoken", lambda *_: pytest.fail("spoken before it was refused"))


@pytest.mark.parametrize("suffix", beside.SUFFIXES)
@pytest.mark.usefixtures("mute")
def test_a_name_beside_that_is_taken_is_refused_before_the_speaking(
    render: Callable[..., Any], here: Path, suffix: str
) -> None:
    """Someone's own text lies there; it is named and stays."""
    (here / f"track{suffix}").write_text("mine")
    assert_refused(render(), 7, f"“track{suffix}” is there already", hint="--force")
    assert left(here) == {f"track{suffix}": b"mine"}


@pytest.mark.parametrize("suffix", [".vtt", ".json"])
@pytest.mark.usefixtures("mute")
def test_a_folder_of_that_name_is_refused_even_with_force(render: Callable[..., Any], here: Path, suffix: str) -> None:
    """Nothing takes a folder's place."""
    (here / f"track{suffix}").mkdir()
    assert_refused(render("--force"), 7, f"“track{suffix}” cannot be written: it is a folder")


def test_a_name_beside_that_is_taken_is_replaced_when_asked(render: Callable[..., Any], here: Path) -> None:
    """--force; and with --only-audio it does not matter at all."""
    (here / "track.vtt").write_text("mine")
    assert render("--only-audio").code == 0
    assert left(here)["track.vtt"] == b"mine"
    assert render("--force").code == 0
    assert left(here)["track.vtt"].startswith(b"WEBVTT")


def test_a_name_that_is_taken_meanwhile_is_not_replaced(
    render: Callable[..., Any], here: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """By another render; all of this one goes."""
    settle = output._settle_all

    def meanwhile(scratches: dict[Path, Path], *, replace: bool) -> None:
        (here / "track.txt").write_text("theirs")
        settle(scratches, replace=replace)

    monkeypatch.setattr(output, "_settle_all", meanwhile)
    assert_refused(render(), 7, "“track.txt” is there already")
    assert left(here) == {"track.txt": b"theirs"}


# --- real disks ---


@pytest.mark.parametrize(
    ("options", "more"),
    [
        ("size=64k", ("--format", "m4a")),
        ("size=240k", ("--cover", "dark")),
        ("ro", ("--format", "wav")),
    ],
    ids=["while ffmpeg writes", "at the cover", "read-only"],
)
def test_a_full_or_read_only_disk_leaves_nothing(here: Path, script: Path, options: str, more: tuple[str, ...]) -> None:
    """A real one, for what ffmpeg writes by itself and for what lies beside."""
    (here / "disk").mkdir()
    kind = more[1] if more[0] == "--format" else "mp3"
    cover = () if "--cover" in more else ("--cover", "none")
    done = in_a_disk_of_its_own(
        here / "disk", options, "render", str(script), *OPTIONS, *cover, *more, "-o", f"disk/x.{kind}"
    )
    assert_one_sentence(done, "read-only" if options == "ro" else "the disk is full")


@pytest.mark.parametrize("more", [("--bed", "rain.wav"), ("--format", "opus")], ids=["a bed's copy", "a tag's file"])
def test_a_full_scratch_disk_leaves_nothing(
    here: Path, script: Path, monkeypatch: pytest.MonkeyPatch, more: tuple[str, ...]
) -> None:
    """Where the sound of a bed's file and the words for ffmpeg lie for a while."""
    noise = np.random.RandomState(3).normal(0, 0.05, (10 * 48_000, 2))
    soundfile.write("rain.wav", noise, 48_000)
    (here / "disk").mkdir()
    monkeypatch.setenv("TMPDIR", str(here / "disk"))
    kind = more[1] if more[0] == "--format" else "mp3"
    done = in_a_disk_of_its_own(
        here / "disk", "size=8k", "render", str(script), *OPTIONS, "--cover", "dark", *more, "-o", f"x.{kind}"
    )
    assert_one_sentence(done, "the disk is full")
    assert sorted(left_names(here)) == ["disk", "rain.wav"]


def left_names(folder: Path) -> list[str]:
    return [path.name for path in folder.iterdir()]


def assert_one_sentence(done: Any, words: str) -> None:
    *lines, remains = done.stderr.splitlines()
    assert (done.returncode, done.stdout) == (7, ""), done.stderr
    assert remains == "left: "
    assert len(lines) == 2, done.stderr
    assert re.match(r"Error: .*\.$", lines[0])
    assert words in lines[0]
