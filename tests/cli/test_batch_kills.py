"""kill -9 at random moments of a batch, and a resume after each: no track is lost, and none is wrong.

METTAVOX_SOAK_KILLS says how many kills there are in the soak, METTAVOX_SOAK_SEED repeats the moments of a run.
"""

import contextlib
import os
import random
import secrets
import signal
import time
from collections import Counter
from pathlib import Path

import pytest

from oracles import wait_until

from .libraries import (
    Running,
    assert_equal,
    assert_whole,
    begun,
    build,
    command,
    files,
    roster,
    short,
    start,
    workers_of,
)
from .test_interrupt import processes_with

pytestmark = pytest.mark.skipif(not Path("/proc/self/environ").exists(), reason="looks for processes in /proc")

NAMES = ("Maya", "José", "Zoë", "Siobhan", "Xochitl", "Jean-Luc", "O’Brien", "Ng", "Priya", "Søren", "Ana", "Noor")
HOWS = ("the run", "the run", "a worker first", "all at once", "again at once", "beside another")


def few() -> list[str]:
    """Ten rows that are quickly made; eight of them differ by their names alone."""
    return [*(short(f"a-{number}", name) for number, name in enumerate(NAMES[:8])), short("b"), short("c", kind="flac")]


def many() -> list[str]:
    """Sixty rows of a minute: two dozen that differ by their names, and of other scripts, voices and formats."""
    rows = [
        f"{bed}-{number},loving-kindness,,60s,hum,{bed},none,{name},,"
        for bed in ("none", "soft")
        for number, name in enumerate(NAMES)
    ]
    scripts = ("shift-reset", "grounding", "supportive-touch", "validation", "loving-kindness")
    kinds = ("mp3", "flac", "m4a", "opus", "wav", "mp3", "mp3")
    for number in range(36):
        script, name = scripts[number % 5], NAMES[number % 11] if number % 3 else ""
        language, voice = ("es", "system-es") if number % 9 == 8 else ("", ("hum", "hum", "system")[number % 3])
        kind = kinds[number % 7] if voice == "hum" else ("mp3", "flac")[number % 2]
        length = "90s" if voice != "hum" else "60s"
        bed = "soft" if number % 6 == 5 else "none"
        rows.append(f"Mix_{number},{script},{language},{length},{voice},{bed},none,{name},,{kind}")
    return rows


class Killer:
    """Starts a batch in one folder again and again, kills it, and looks at what is left."""

    def __init__(self, table: Path, library: Path, undisturbed: Path, chance: random.Random, latest: float) -> None:
        self._table, self._library, self._undisturbed = table, library, undisturbed
        self._chance, self._latest = chance, latest  # seconds after a start
        self._scratch = library.with_name("scratch")
        self._right = len(files(undisturbed))
        self.counted: Counter[str] = Counter()

    def kill(self, how: str) -> None:
        """Start it, and kill it in that way after a while; where it was done by then, begin again."""
        begun_at = time.monotonic()
        run = self._started()
        if run.wait(self._chance.uniform(self._latest / 8, self._latest)):
            # One that has less left to make, or a machine that is less busy, is to be caught as well.
            self._latest = min(self._latest, time.monotonic() - begun_at)
            self._was_done(run)
            return
        self.counted[how] += 1
        if how == "a worker first":
            self._kill_a_worker(run)
        elif how == "beside another":
            self._is_refused_beside()
        self._end(run, everyone=how == "all at once")
        if how == "again at once":
            run = self._started()
            run.wait(self._chance.uniform(0, self._latest / 4))
            self._end(run, everyone=False)
        if self._chance.random() < 0.5:
            assert wait_until(lambda: processes_with(self._scratch) == [], within=60)
        self._look()

    def finish(self) -> None:
        """Let it come to its end, and compare the library."""
        assert wait_until(lambda: processes_with(self._scratch) == [], within=60)
        run = self._started()
        assert run.wait(600)
        self._was_done(run)

    def begin_again(self) -> None:
        """Take away a random half of the tracks: of some the sound alone, of others everything."""
        codes = sorted({name.split(".")[0] for name in files(self._library)})
        for code in self._chance.sample(codes, len(codes) // 2):
            everything = self._chance.random() < 0.7
            for path in self._library.glob(f"{code}.*"):
                if everything or path.suffix[1:] in ("mp3", "flac", "m4a", "opus", "wav"):
                    path.unlink()
        self.counted["begun again"] += 1

    def _started(self) -> Running:
        log, cache = self._library.with_name("said.txt"), self._library.with_name("cache")
        return Running(command(self._table, self._library, jobs=2), log, self._scratch, METTAVOX_CACHE=str(cache))

    def _was_done(self, run: Running) -> None:
        assert run.process.returncode == 0, run.said
        assert_equal(self._library, self._undisturbed)
        self.begin_again()

    def _kill_a_worker(self, run: Running) -> None:
        workers = workers_of(run.process.pid)
        if workers:
            with contextlib.suppress(ProcessLookupError):
                os.kill(self._chance.choice(workers), signal.SIGKILL)
            run.wait(self._chance.uniform(0, 1))

    def _is_refused_beside(self) -> None:
        other = build(self._table, self._library)
        if other.returncode:  # the first may have ended meanwhile
            assert other.returncode == 7
            assert "Another run works in this folder" in other.stderr

    def _end(self, run: Running, *, everyone: bool) -> None:
        with contextlib.suppress(ProcessLookupError):
            if everyone:
                os.killpg(run.process.pid, signal.SIGKILL)
            else:
                run.process.kill()
        run.process.wait()
        assert "FAILED" not in run.said, run.said
        assert "Traceback" not in run.said, run.said

    def _look(self) -> None:
        time.sleep(self._chance.choice((0, 0, 0.2)))
        assert_whole(self._library, self._undisturbed)
        there = len(files(self._library))
        self.counted["with some made"] += 0 < there < self._right


def kill_and_resume(folder: Path, rows: list[str], kills: int, share: float) -> None:
    """So many kills, each followed by a resume; the library comes out as one that nobody disturbed.

    They come within that share of the time that an undisturbed run took, so that a slow machine is killed as far on.
    """
    seed = int(os.environ.get("METTAVOX_SOAK_SEED", "0")) or secrets.randbits(32)
    print(f"METTAVOX_SOAK_SEED={seed}")
    chance = random.Random(seed)
    table, beginning = roster(folder / "roster", rows), start(folder / "beginning")
    undisturbed, library = begun(folder / "undisturbed", beginning), begun(folder / "library", beginning)
    started = time.monotonic()
    done = build(table, undisturbed, jobs=2)
    taken = time.monotonic() - started
    assert done.returncode == 0, done.stderr
    killer = Killer(table, library, undisturbed, chance, share * taken)
    hows: list[str] = []
    try:
        while sum(killer.counted[how] for how in set(HOWS)) < kills:
            if not hows:
                hows = chance.sample(HOWS, len(HOWS))
            killer.kill(hows.pop())
        killer.finish()
    finally:
        print(dict(killer.counted))
        for process in processes_with(folder / "scratch"):
            with contextlib.suppress(ProcessLookupError):
                os.kill(process, signal.SIGKILL)


def test_a_sample_of_kills_loses_nothing(tmp_path: Path) -> None:
    """Three, in a short batch, each change of the code."""
    kill_and_resume(tmp_path, few(), kills=3, share=0.8)


@pytest.mark.soak
def test_two_hundred_kills_lose_nothing(tmp_path: Path) -> None:
    """In a batch of sixty tracks, which begins again with half of them whenever all are made."""
    kill_and_resume(tmp_path, many(), kills=int(os.environ.get("METTAVOX_SOAK_KILLS", "200")), share=0.15)
