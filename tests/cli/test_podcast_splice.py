"""mettavox podcast splice, as a person types it: what it says, and how it refuses."""

import json
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import numpy as np
import pytest
import soundfile

from talk import talk

from .conftest import Run, assert_refused

RATE = 22_050


@pytest.fixture
def episode(here: Path) -> Path:
    """Twelve seconds of talk, and a track of four beside it."""
    soundfile.write(str(here / "episode.wav"), talk(12.0, rate=RATE), RATE)
    soundfile.write(str(here / "track.wav"), talk(4.0, rate=RATE, seed=4), RATE)
    (here / "notes.txt").write_text("This is no sound.")
    table = {"version": "1.2.0", "chapters": [{"startTime": 0, "title": "Intro"}, {"startTime": 6, "title": "A break"}]}
    (here / "episode.chapters.json").write_text(json.dumps(table))
    return here / "episode.wav"


def test_it_says_what_it_did(run: Run, episode: Path, here: Path) -> None:
    """The path on standard output, the rest on standard error; as JSON, all of it."""
    outcome = run("podcast", "splice", "episode.wav", "track.wav", "--at-chapter", "a BREAK", "--title", "A pause")
    assert (outcome.code, outcome.out) == (0, "episode-spliced.wav\n")
    assert "“A pause” from 0:0" in outcome.err
    assert "LUFS" in outcome.err
    outcome = run("podcast", "splice", "episode.wav", "track.wav", "--at", "0:06", "-o", "o.wav", "--json")
    told = json.loads(outcome.out)
    assert told["frames"] == soundfile.info("o.wav").frames
    assert told["beside"] == ["o.chapters.json"]
    assert told["seconds"] == pytest.approx(16 - sum(told["crossfades"]))
    assert "Traceback" not in outcome.err


@pytest.mark.parametrize(
    ("arguments", "code", "told"),
    [
        (["episode.wav", "track.wav"], 2, ("One place is needed.", "--at 12:30")),
        (["episode.wav", "track.wav", "--at", "6s", "--at-chapter", "1"], 2, ("to one place", "--replace")),
        (["episode.wav", "track.wav", "--at", "soon"], 2, ("“soon” is not a time", "12:30")),
        (["episode.wav", "track.wav", "--at", "-5s"], 2, ("“-5s” is not a time", "12:30")),
        (["episode.wav", "track.wav", "--replace", "8s"], 2, ("“8s” is not a part", "12:30-14:00")),
        (["episode.wav", "track.wav", "--replace", "8s-6s"], 2, ("ends before it begins", "earlier time first")),
        (["episode.wav", "track.wav", "--replace", "0:06-6s"], 2, ("of no length", "--at")),
        (["episode.wav", "track.wav", "--at", "6s", "--crossfade", "9s"], 2, ("from 0.5 to 5 s", "2s")),
        (["episode.wav", "track.wav", "--at", "6s", "--crossfade", "long"], 2, ("from 0.5 to 5 s", "2s")),
        (["episode.wav", "track.wav", "--at", "6s", "--title", "a\nb"], 2, ("one line", "--title")),
        (["episode.wav", "track.wav", "--at-chapter", "a brake"], 2, ("no chapter “a brake”", "A break")),
        (["episode.wav", "track.wav", "--at-chapter", "3"], 2, ("no chapter 3", "has 2")),
        (["nothing.wav", "track.wav", "--at", "6s"], 2, ("there is no such file", "path")),
        (["episode.wav", ".", "--at", "6s"], 2, ("cannot be read", "path")),
        (["notes.txt", "track.wav", "--at", "6s"], 6, ("“notes.txt” is not sound", "WAV")),
        (["episode.wav", "notes.txt", "--at", "6s"], 6, ("“notes.txt” is not sound", "WAV")),
        (["episode.wav", "track.wav", "--at", "6s", "-o", "o.xyz"], 2, ("does not end in .wav", "-o o.wav")),
        (["episode.wav", "track.wav", "--at", "6s", "-o", "-"], 2, ("standard output", "-o")),
        (["episode.wav", "track.wav", "--at", "6s", "-o", "episode.wav", "--force"], 7, ("made from", "-o")),
        (["episode.wav", "track.wav", "--at", "6s", "-o", "track.wav", "--force"], 7, ("made from", "-o")),
        (["episode.wav", "track.wav", "--at", "6s", "-o", "none/o.wav"], 7, ("no such folder", "-o")),
    ],
    ids=lambda value: " ".join(value[2:])[:40] if isinstance(value, list) else "",
)
def test_what_cannot_be_is_one_sentence(
    run: Run, episode: Path, arguments: list[str], code: int, told: tuple[str, str]
) -> None:
    before = sorted(episode.parent.iterdir())
    assert_refused(run("podcast", "splice", *arguments), code, told[0], hint=told[1])
    assert sorted(episode.parent.iterdir()) == before


def test_a_result_that_is_there_stays(run: Run, episode: Path, here: Path) -> None:
    """The file itself, and what would lie beside it."""
    (here / "o.chapters.json").write_text("mine")
    arguments = ("podcast", "splice", "episode.wav", "track.wav", "--at", "6s", "-o", "o.wav")
    assert_refused(run(*arguments), 7, "“o.chapters.json” is there already", hint="--force")
    assert not (here / "o.wav").exists()
    assert run(*arguments, "--force").code == 0
    table = json.loads((here / "o.chapters.json").read_text())
    assert [chapter["title"] for chapter in table["chapters"]] == ["Intro", "Meditation", "A break"]


@pytest.mark.parametrize(
    ("name", "content", "words"),
    [
        ("episode.chapters.json", "[]", "is not a file of podcast chapters"),
        ("episode.chapters.json", '{"chapters": [{"startTime": "x"}]}', "is not a file of podcast chapters"),
        ("episode.srt", "hello", "has no captions"),
        ("track.vtt", b"WEBVTT\n\n\xff\xfe", "cannot be read as text"),
    ],
)
def test_what_lies_beside_and_is_broken_is_named(
    run: Run, episode: Path, name: str, content: str | bytes, words: str
) -> None:
    here = episode.parent
    (here / "episode.vtt").write_text("WEBVTT\n\n00:01.000 --> 00:02.000\nHello.\n")
    (here / name).write_bytes(content if isinstance(content, bytes) else content.encode())
    assert_refused(run("podcast", "splice", "episode.wav", "track.wav", "--at", "6s"), 6, words)


@pytest.mark.skipif(sys.platform != "linux", reason="a small disk as Linux has it")
def test_a_full_disk_leaves_nothing(run: Run, episode: Path, here: Path) -> None:
    """In the middle of the writing."""
    import resource

    before = sorted(here.iterdir())
    whole = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (600_000, whole[1]))
    try:
        outcome = run("podcast", "splice", "episode.wav", "track.wav", "--at", "6s")
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, whole)
    assert_refused(outcome, 7, "too large for the disk", hint="-o")
    assert sorted(here.iterdir()) == before


@pytest.mark.soak
@pytest.mark.skipif(sys.platform != "linux", reason="a Ctrl-C as Linux has it")
def test_a_ctrl_c_leaves_nothing(episode: Path, here: Path) -> None:
    """In the middle of the writing."""
    soundfile.write(str(here / "long.wav"), np.tile(talk(12.0, rate=RATE), (40, 1)), RATE)
    before = sorted(here.iterdir())
    command = [sys.executable, "-m", "mettavox", "podcast", "splice", "long.wav", "track.wav", "--at", "0:20"]
    run = subprocess.Popen([*command, "-o", "o.flac"], cwd=here, stderr=subprocess.PIPE, text=True)
    for _ in range(6000):
        if any(each.suffix == ".part" for each in here.iterdir()):
            break
        time.sleep(0.01)
    os.kill(run.pid, signal.SIGINT)
    _, said = run.communicate(timeout=60)
    assert (run.returncode, said.lstrip()) == (130, "Stopped. Nothing was left behind.\n")
    assert sorted(here.iterdir()) == before
