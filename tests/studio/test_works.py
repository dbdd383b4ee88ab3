"""Works: tracks are made in their order, cancelled when they are wanted no more, and not lost when the studio ends."""

import contextlib
import itertools
import json
import os
import signal
import stat
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import soundfile
from studios import NAME, SHORT, Studio, running, until

from mettavox.errors import OutputError, RequestError, VoiceError
from mettavox.render import render
from mettavox.studio.works import Work, Works

Made = Callable[..., Works]


class Slow:
    """Makes tracks when it is told to; ``order`` is what it was asked for."""

    def __init__(self) -> None:
        self.order: list[str] = []
        self.begun = threading.Semaphore(0)
        self.step = threading.Semaphore(0)

    def __call__(self, prepared: Any, path: Path, *, progress: Callable[[str, float], None]) -> Any:
        self.order.append(prepared.request.listener.name.written)
        self.begun.release()
        for share in itertools.count():
            progress("speaking", share / 100)
            if self.step.acquire(timeout=0.01):
                path.write_bytes(b"made")
                return None


@pytest.fixture
def works(tmp_path: Path) -> Iterator[Made]:
    """``works(make)``: works in a folder of their own, which are closed in the end."""
    opened: list[Works] = []

    def start(make: Callable[..., Any] = render) -> Works:
        opened.append(Works(tmp_path / "output", tmp_path / "kept", make=make))
        return opened[-1]

    yield start
    for each in opened:
        each.close()


def named(name: str = NAME, **more: str) -> dict[str, str]:
    return {**SHORT, "name": name, **more}


def done(work: Work) -> Work:
    return until(lambda: work, lambda each: each.is_done)


def kept(folder: Path) -> list[Path]:
    return sorted((folder / "kept").iterdir())


def test_a_track_is_made_whole_and_nothing_of_it_is_kept(works: Made, tmp_path: Path) -> None:
    work = done(works().add(named()))
    assert (work.state, work.path) == ("made", tmp_path / "output" / "grounding-1m.mp3")
    assert soundfile.info(str(work.path)).frames == 60 * 48_000
    assert kept(tmp_path) == []
    assert NAME not in repr(work)
    assert [path for path in tmp_path.rglob("*") if NAME in path.name] == []


def test_what_lies_beside_a_track_keeps_its_name_from_others(works: Made, tmp_path: Path) -> None:
    """As when somebody has moved the track alone."""
    (tmp_path / "output").mkdir()
    (tmp_path / "output" / "grounding-1m.srt").write_text("mine", "utf-8")
    slow = Slow()
    work = works(slow).add(named())
    slow.step.release()
    assert done(work).path == tmp_path / "output" / "grounding-1m-2.mp3"


def test_ten_are_made_in_their_order(works: Made, tmp_path: Path) -> None:
    slow = Slow()
    queue = works(slow)
    names = [f"Ana{letter}" for letter in "abcdefghij"]
    made = [queue.add(named(name)) for name in names]
    assert [each.id for each in queue.all()] == [each.id for each in reversed(made)]
    assert len(kept(tmp_path)) == 10
    slow.step.release(10)
    assert {done(work).state for work in made} == {"made"}
    assert slow.order == names
    assert len({work.path for work in made}) == 10
    assert kept(tmp_path) == []


def test_one_that_waits_is_cancelled_and_never_begun(works: Made, tmp_path: Path) -> None:
    slow = Slow()
    queue = works(slow)
    first, second, third = (queue.add(named(name)) for name in ("Ana", "Bea", "Carla"))
    slow.begun.acquire()
    queue.cancel(second)
    assert second.state == "cancelled"
    assert len(kept(tmp_path)) == 2
    slow.step.release(2)
    assert done(first).state == done(third).state == "made"
    assert slow.order == ["Ana", "Carla"]


def test_one_that_is_made_is_cancelled_and_the_next_begins(works: Made, tmp_path: Path) -> None:
    slow = Slow()
    queue = works(slow)
    first, second = queue.add(named("Ana")), queue.add(named("Bea"))
    slow.begun.acquire()
    queue.cancel(first)
    assert done(first).state == "cancelled"
    slow.step.release()
    assert done(second).state == "made"
    assert [path.name for path in (tmp_path / "output").iterdir()] == ["grounding-1m.mp3"]
    assert kept(tmp_path) == []


def test_a_real_one_that_is_cancelled_leaves_no_file(works: Made, tmp_path: Path) -> None:
    queue = works()
    work = queue.add(named(script="loving-kindness", minutes="20"))
    until(lambda: work, lambda each: each.state == "working")
    queue.cancel(work)
    assert done(work).state == "cancelled"
    assert [path for path in (tmp_path / "output").rglob("*") if path.is_file()] == []


@pytest.mark.parametrize(
    ("error", "message"),
    [
        (VoiceError("It is mute.", hint="Choose another."), "It is mute."),
        (OSError(28, "No space left on device"), "cannot be written: the disk is full."),
        (ValueError(f"about {NAME}"), "Sorry: mettavox made a mistake of its own; nothing that you did is wrong."),
    ],
)
def test_what_fails_is_told_and_the_next_is_made(works: Made, tmp_path: Path, error: Exception, message: str) -> None:
    errors = [error]

    def make(prepared: Any, path: Path, *, progress: object) -> None:
        if errors:
            raise errors.pop()

    queue = works(make)
    first, second = queue.add(named()), queue.add(named())
    assert done(first).state == "failed"
    assert first.message.endswith(message)
    assert done(second).state == "made"
    assert kept(tmp_path) == []


def test_what_cannot_be_planned_is_not_kept(works: Made, tmp_path: Path) -> None:
    queue = works()
    for options in (named(minutes="900"), named(name="<b>"), {"script": "nothing-of-it"}, {"nothing": "x"}):
        with pytest.raises((RequestError, ValueError, LookupError)):
            queue.add(options)
    assert queue.all() == []
    assert kept(tmp_path) == []


def test_what_cannot_be_kept_is_told_and_not_made(works: Made, tmp_path: Path) -> None:
    queue = works()
    (tmp_path / "kept").rmdir()
    with pytest.raises(OutputError, match="cannot be kept until the track is made: No such file"):
        queue.add(named())
    assert queue.all() == []


def test_what_is_not_finished_is_there_at_the_next_start(works: Made, tmp_path: Path) -> None:
    """What was made when the studio closed, and what waited; each goes on, or is let go."""
    slow = Slow()
    queue = works(slow)
    for name in ("Ana", "Bea", "Carla"):
        queue.add(named(name))
    slow.begun.acquire()
    queue.close()
    assert len(kept(tmp_path)) == 3
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in kept(tmp_path))
    assert stat.S_IMODE((tmp_path / "kept").stat().st_mode) == 0o700

    again = works()
    found = {str(work.options["name"]): work for work in again.all()}
    assert set(found) == {"Ana", "Bea", "Carla"}
    assert {work.state for work in found.values()} == {"unfinished"}
    assert found["Ana"].title == "Grounding (1:00)" or "1:00" in found["Ana"].title
    again.go_on(found["Ana"])
    again.cancel(found["Bea"])
    assert done(found["Ana"]).state == "made"
    assert found["Bea"].state == "cancelled"
    assert [json.loads(path.read_text("utf-8"))["options"]["name"] for path in kept(tmp_path)] == ["Carla"]


def test_one_that_was_cancelled_is_not_found_again(works: Made, tmp_path: Path) -> None:
    """Also where the studio closes at once."""
    slow = Slow()
    queue = works(slow)
    work = queue.add(named())
    slow.begun.acquire()
    queue.cancel(work)
    queue.close()
    assert work.state == "cancelled"
    assert kept(tmp_path) == []


def test_what_was_kept_and_is_no_work_is_removed(works: Made, tmp_path: Path) -> None:
    folder = tmp_path / "kept"
    folder.mkdir()
    for name, text in {
        "0123456789abcdef": "{", "1123456789abcdef": "[]", "2123456789abcdef": "null",
        "3123456789abcdef": '{"title": "x", "options": {"nothing": 1}}', "4123456789abcdef": '{"options": {}}',
        "5123456789abcdef": '{"title": "x", "options": [1]}', "6123456789abcdef": '{"title": "x", "options": 7}',
        "7123456789abcdef": "[" * 100_000,
    }.items():  # fmt: skip
        (folder / f"{name}.json").write_text(text, "utf-8")
    (folder / "..evil.json").write_text(json.dumps({"title": "x", "options": named()}), "utf-8")
    assert works().all() == []
    assert [path.name for path in kept(tmp_path)] in ([], ["..evil.json"])


# A shell may have told us to ignore SIGINT, which a child inherits; a person's terminal does not.
_PROGRAM = (
    "import signal; signal.signal(signal.SIGINT, signal.default_int_handler); from mettavox.cli import main; main()"
)


@contextlib.contextmanager
def started(output: Path, state: Path) -> Iterator[tuple["subprocess.Popen[str]", Studio]]:
    """The real program as a process, with its state in a folder, and the studio that it is."""
    environment = {**os.environ, "XDG_STATE_HOME": str(state)}
    command = [sys.executable, "-c", _PROGRAM, "studio", "--no-browser", "-o", str(output)]
    with subprocess.Popen(
        command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        origin, key = process.stdout.readline().strip().rstrip("/").rsplit("/", 1)
        yield process, Studio(port=int(origin.rsplit(":", 1)[1]), key=key, output=output, kept=state)


def test_killed_in_the_middle_it_goes_on_after_a_restart(tmp_path: Path) -> None:
    """``kill -9`` of the real program; nobody's name is left in what it kept, nor in what it said."""
    state = tmp_path / "state"
    with started(tmp_path / "output", state) as (process, first):
        assert process.stdout and process.stderr
        page = first.add(named(script="loving-kindness", minutes="3"))
        until(lambda: first.get(page).text, lambda text: "being made" in text)
        process.send_signal(signal.SIGKILL)
        said = process.stderr.read() + process.stdout.read()
    (folder,) = state.rglob("studio")
    (file,) = folder.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert NAME not in said
    assert NAME not in file.name

    folder.rename(tmp_path / "kept")
    with running(tmp_path) as studio:
        assert 'id="unfinished"' in studio.get("").text
        assert NAME not in studio.get("").text
        assert studio.post(f"{page}/go-on").headers["location"].endswith(page)
        assert "<audio" in studio.made(page).text
        assert 'id="unfinished"' not in studio.get("").text
    assert soundfile.info(str(tmp_path / "output" / "loving-kindness-3m.mp3")).frames == 180 * 48_000
    assert kept(tmp_path) == []


def test_ctrl_c_ends_it_quietly_while_a_page_listens(tmp_path: Path) -> None:
    """No traceback, soon, and what was being made is kept."""
    state = tmp_path / "state"
    with started(tmp_path / "output", state) as (process, studio):
        assert process.stdout and process.stderr
        for _ in range(3):
            page = studio.add(named(script="loving-kindness", minutes="20"))
        listening = threading.Thread(target=lambda: studio.get(f"{page}/progress"), daemon=True)
        listening.start()
        until(lambda: studio.get("tracks").text, lambda text: "being made" in text)
        process.send_signal(signal.SIGINT)
        said = process.stderr.read()
        assert process.wait(timeout=30) == 0
    assert said.endswith("Stopped.\n")
    assert len(said.splitlines()) == 2, said
    listening.join()
    assert len([*state.rglob("*.json")]) >= 2
