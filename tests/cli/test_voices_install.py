"""mettavox voices install and remove, as a person uses them."""

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from mettavox import assets, voices
from mettavox.cli.voices.transfer import Transfer
from mettavox.engines import table
from mettavox.voice import Voice, VoiceFile
from oracles import wait_until
from test_voicestore import DATA, Server, left, profile, server

from .conftest import Run, assert_refused
from .test_interrupt import PROGRAM

__all__ = ["profile", "server"]  # fixtures

Profile = Callable[..., Voice]


def test_a_voice_is_installed_and_its_terms_are_told(run: Run, profile: Profile) -> None:
    """What was done on standard output, the rest beside it; plain lines, since this is no terminal."""
    profile()
    outcome = run("voices", "install", "mine")
    assert (outcome.code, outcome.out) == (0, "mine: installed, 1.0 MB\n")
    assert "Fetching model.onnx, 1.0 MB\n" in outcome.err
    assert "Licence: unknown; commercial use: unknown." in outcome.err
    assert "\r" not in outcome.err
    again = run("voices", "install", "mine")
    assert (again.code, again.out) == (0, "mine: there already, nothing to do\n")
    assert "Fetching" not in again.err
    assert run("voices", "install", "mine", "--force").out == "mine: installed, 1.0 MB\n"


def test_the_package_that_an_engine_needs_is_told(run: Run, profile: Profile, monkeypatch: pytest.MonkeyPatch) -> None:
    """The files are installed all the same."""
    profile()
    monkeypatch.setattr(table, "lacks", lambda engine: '"mettavox[onnx]"')
    outcome = run("voices", "install", "mine")
    assert outcome.code == 0
    assert 'pip install "mettavox[onnx]"' in outcome.err


def test_one_that_fails_does_not_stop_the_others(run: Run, profile: Profile) -> None:
    """The exit code tells."""
    profile("first", base="")
    profile("second")
    outcome = run("voices", "install", "first", "second")
    assert outcome.code == 5
    assert outcome.out == "second: installed, 1.0 MB\n"
    assert "Error: No address is pinned for first." in outcome.err


def test_a_slip_is_told_before_anything_is_downloaded(run: Run, profile: Profile, server: Server) -> None:
    """With the nearest name."""
    profile()
    assert_refused(run("voices", "install", "mine", "mime"), 5, "There is no voice “mime”", hint="mine")
    assert_refused(run("voices", "install", "calm"), 5, "no voice of its own", hint="voices list")
    assert_refused(run("voices", "install"), 2, "Missing argument", hint="--help")
    assert server.asked == []


@pytest.mark.parametrize(
    ("name", "code", "words", "hint"),
    [
        ("hum", 5, "needs no installation", "--voice hum"),
        ("amy", 5, "No address is pinned for amy", "weights.fp16.bin"),
    ],
)
def test_what_cannot_be_downloaded(run: Run, name: str, code: int, words: str, hint: str) -> None:
    """One sentence and one hint."""
    assert_refused(run("voices", "install", name), code, words, hint=hint)


def test_a_wrong_folder(run: Run, profile: Profile, here: Path) -> None:
    """That is none, or that has other things in it."""
    profile(base="")
    assert_refused(run("voices", "install", "mine", "--from", "nowhere"), 2, "--from nowhere is not a folder",
                   hint="model.onnx, model.json")  # fmt: skip
    assert_refused(run("voices", "install", "mine", "--from", "."), 5, "has no model.onnx", hint="model.json")
    for name, data in DATA.items():
        (here / name).write_bytes(data)
    assert run("voices", "install", "mine", "--from", ".").code == 0


def test_no_network(run: Run, profile: Profile) -> None:
    """With the other way to get the files."""
    profile(base="http://127.0.0.1:1")
    outcome = run("voices", "install", "mine")
    assert outcome.code == 5
    assert outcome.out == ""
    assert "127.0.0.1 could not be reached" in outcome.err
    assert "--from FOLDER" in outcome.err


def test_a_folder_in_the_way(run: Run, profile: Profile) -> None:
    """It is the disk's error."""
    Path(profile().folder).write_text("a file")
    assert_refused(run("voices", "install", "mine"), 7, "cannot be written", hint="folder")


@pytest.mark.skipif(sys.platform == "win32", reason="signals")
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_download_keeps_what_came(
    profile: Profile, server: Server, number: signal.Signals, here: Path
) -> None:
    """And nothing else; the next run goes on from there."""
    voice = profile()
    server.stall = threading.Event()
    process = subprocess.Popen(
        [sys.executable, "-c", PROGRAM, "voices", "install", "mine"],
        env=os.environ | {"TMPDIR": str(here)}, stdout=subprocess.PIPE, stderr=subprocess.PIPE,
    )  # fmt: skip
    part = Path(voice.folder) / "model.onnx.part"
    try:
        assert wait_until(lambda: part.exists() and part.stat().st_size > 100_000, within=30)
        process.send_signal(number)
        written, said = process.communicate(timeout=120)
    finally:
        process.kill()
        process.wait()
    assert process.returncode == 130
    assert written == b""
    assert "goes on from there" in said.decode().splitlines()[-1]
    assert "Nothing was left" not in said.decode()
    assert left(voice) == {"model.onnx.part"}
    came = part.stat().st_size
    server.stall.set()
    server.stall = None
    done = subprocess.run([sys.executable, "-m", "mettavox", "voices", "install", "mine"], capture_output=True,
                          text=True, check=True, timeout=60)  # fmt: skip
    assert f"going on from {came / 1000:.0f} kB" in done.stderr
    assert not voices.missing(voice)


def test_on_a_terminal_there_is_a_bar_with_rate_and_time_left(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its line is gone at the end."""
    monkeypatch.setattr("sys.stderr.isatty", lambda: True, raising=False)
    monkeypatch.setenv("COLUMNS", "80")
    now = iter([100.0, 101.0, 102.0])
    monkeypatch.setattr("time.monotonic", lambda: next(now))
    file = VoiceFile(path="model.onnx", bytes=30_000_000, sha256="0" * 64)
    with Transfer() as transfer:
        for there in (0, 10_000_000, 30_000_000):
            transfer(file, there)
    said = capsys.readouterr().err
    lines = [line.strip() for line in said.split("\r")]
    assert "model.onnx █████░░░░░░░░░░░ 10.0 of 30.0 MB, 10.0 MB/s, 0:02 left" in lines
    assert said.endswith("\r")
    assert lines[-1] == lines[-2] == ""
    assert "\n" not in said
    assert max(map(len, lines)) < 80


def test_a_voice_is_removed(run: Run, profile: Profile) -> None:
    """The paths on standard output; nothing to remove is no error."""
    voice = profile()
    run("voices", "install", "mine")
    outcome = run("voices", "remove", "mine")
    assert outcome.code == 0
    assert outcome.out.splitlines() == [str(Path(voice.folder) / name) for name in DATA]
    assert "Your own profile stays" in outcome.err
    again = run("voices", "remove", "mine")
    assert (again.code, again.out) == (0, "")
    assert "nothing to remove" in again.err
    assert run("voices", "remove", "mine", "--profile").out.splitlines() == [
        str(assets.own_folder("voices") / "mine.toml")
    ]
    assert_refused(run("voices", "remove", "mine"), 5, "There is no voice “mine”", hint=" ")


def test_files_that_others_need(run: Run, profile: Profile) -> None:
    """Only with --yes."""
    profile("one", store="shed")
    profile("other", store="shed")
    run("voices", "install", "one")
    assert_refused(run("voices", "remove", "one"), 2, "other needs the same files", hint="remove one --yes")
    assert len(run("voices", "remove", "one", "--yes").out.splitlines()) == 2
