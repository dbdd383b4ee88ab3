"""Batch: a roster becomes a folder of tracks, whatever happens to a row, a file or a process."""

import contextlib
import hashlib
import multiprocessing
import os
import re
import shutil
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path

import pytest

from mettavox import batch, batchcheck, output, record, roster
from mettavox.batch import Job, Outcome
from mettavox.batchreport import Pace, Report, Result
from mettavox.check import check
from mettavox.errors import MettavoxError, OutputError, RequestError
from mettavox.manifest import Entry, Manifest
from mettavox.workers import Workers

SHORT = "shift-reset,45s,hum,none"
HEADING = "code,script,duration,voice,cover,name,say,format"
Run = Callable[..., Report]


# --- work in another process, quicker than a track ---


def fake(job: Job) -> Outcome:
    """A file of what was asked for; codes that begin with “bad” fail, “dies” die always, “once” die once."""
    if job.people:
        return Outcome(code=job.code)
    folder = Path(job.folder)
    if job.code.startswith("dies"):
        os._exit(9)
    if job.code.startswith("once") and not (folder / f"{job.code}.died").exists():
        (folder / f"{job.code}.died").touch()
        os._exit(9)
    if job.code.startswith("bad"):
        what = "It went wrong." if job.code != "bad-path" else "“\udcff\0.wav” cannot be read."
        return Outcome(code=job.code, error=MettavoxError(what, hint="Try again."))
    if job.code.startswith("slow"):
        time.sleep(0.3)
    name = f"{job.code}.{job.values.get('format', 'mp3')}"
    content = repr(sorted(job.values.items())).encode()
    (folder / name).write_bytes(content)
    return Outcome(
        code=job.code, frames=48_000, rate=48_000, voice_lufs=-16.0, peak_dbtp=-1.5,
        files={name: hashlib.sha256(content).hexdigest()},
    )  # fmt: skip


@pytest.fixture
def build(tmp_path: Path) -> Run:
    """``build("a,…", "b,…", **options)``: a roster of these rows, built into ``library`` by threads, without sound."""

    def one(*rows: str, **options: object) -> Report:
        path = tmp_path / "roster.csv"
        path.write_text("\n".join([HEADING, *rows, ""]), "utf-8")
        arguments = {"work": fake, "jobs": 1, "pool": ThreadPoolExecutor, **options}
        return batch.build(roster.read(path), tmp_path / "library", **arguments)  # type: ignore[arg-type]

    return one


def row(code: str, name: str = "", kind: str = "") -> str:
    return f"{code},{SHORT},{name},,{kind}"


def states(report: Report) -> dict[str, tuple[str, str]]:
    return {result.code: (result.state, result.why) for result in report.results}


# --- render_all ---


class Counting(ThreadPoolExecutor):
    """Counts how many jobs it has at most."""

    def __init__(self) -> None:
        super().__init__(2)
        self.now = self.most = 0
        self._guard = threading.Lock()

    def submit(self, fn: Callable[..., Outcome], /, *args: object, **kwargs: object) -> "Future[Outcome]":  # type: ignore[override]
        assert not kwargs, "positional arguments only: Dask swallows some"
        with self._guard:
            self.now += 1
            self.most = max(self.most, self.now)
        future = super().submit(fn, *args)
        future.add_done_callback(self._gone)
        return future

    def _gone(self, future: "Future[Outcome]") -> None:
        with self._guard:
            self.now -= 1


def quick(job: Job) -> Outcome:
    if job.code == "7":
        raise ValueError("Zebedee")
    return Outcome(code=job.code)


def test_work_in_flight_is_bounded() -> None:
    """Jobs are taken one by one, however many there are. A bug of an executor is one job's error, in other words."""
    taken: list[str] = []

    def jobs() -> Iterator[Job]:
        for number in range(200):
            taken.append(str(number))
            yield Job(code=str(number), values={}, folder="")

    with Counting() as executor:
        outcomes = []
        for outcome in batch.render_all(jobs(), executor, 4, quick):
            outcomes.append(outcome)
            assert len(taken) <= len(outcomes) + 4
        assert executor.most <= 4
    assert sorted(each.code for each in outcomes) == sorted(taken)
    (failed,) = [each for each in outcomes if each.error]
    assert failed.code == "7"
    assert "ValueError, test_batch.py" in str(failed.error)
    assert "Zebedee" not in repr(failed)


def test_a_job_never_raises(tmp_path: Path) -> None:
    """What was asked for wrongly, a folder that is not there, and a bug are values; names are in none of them."""
    good = {"script": "shift-reset", "duration": "45s", "voice": "hum", "name": "Zebedee"}
    wrong = batch.make(Job(code="a", values=good | {"closing": "closed"}, folder=str(tmp_path)))
    assert isinstance(wrong.error, RequestError)
    nowhere = batch.make(Job(code="a", values=good, folder=str(tmp_path / "nowhere")))
    assert isinstance(nowhere.error, OutputError)
    bug = batch.make(Job(code="a", values=good | {"include": {"Zebedee": 1}.items()}, folder=str(tmp_path)))
    assert bug.error is not None
    assert not any("Zebedee" in repr(each) + str(each.error) for each in (wrong, nowhere, bug))
    assert "Zebedee" not in repr(Job(code="a", values=good, folder=""))
    assert list(tmp_path.iterdir()) == []


# --- real tracks ---


def test_the_same_bytes_whichever_way_it_is_made(tmp_path: Path, build: Run) -> None:
    """By two processes, or by one thread in another order, for a manifest with the same salt; each track checks."""
    rows = [row("a"), row("b", "Zebedee"), f"c,{SHORT},José,ho-SAY,"]
    library, other = tmp_path / "library", tmp_path / "other"
    first = build(*rows, work=batch.make, jobs=2, pool=Workers)
    assert states(first) == dict.fromkeys("abc", ("made", "new"))
    library.rename(other)
    library.mkdir()
    shutil.copy(other / "manifest.sqlite", library)
    again = build(*reversed(rows), work=batch.make, jobs=1)
    assert {why for _, why in states(again).values()} == {"missing"}
    ours = {"manifest.sqlite", "report.html"}
    names = {each.name for each in library.iterdir()} - ours
    assert names == {each.name for each in other.iterdir()} - ours
    assert len(names) == 3 * 10
    for name in names:
        assert (library / name).read_bytes() == (other / name).read_bytes(), name
    assert all(check(library / f"{code}.mp3").holds for code in "abc")
    for each in first.results:
        assert each.seconds == 45
        assert each.voice_lufs == pytest.approx(-16, abs=0.5)
    told = [library / "report.html", library / "manifest.sqlite", *library.glob("*.json"), *library.glob("*.mp3")]
    for name in ("Zebedee", "José", "ho-SAY"):
        assert not any(name.encode() in each.read_bytes() for each in told), name


@pytest.mark.parametrize("only", ["b", "c"])
def test_what_rows_share_does_not_depend_on_which_are_made(only: str, tmp_path: Path, together: Path) -> None:
    """Three names in slots for the longest: a row that is made alone has the bytes that it has among the others."""
    report = batch.build(
        roster.read(together / "roster.csv"), tmp_path, only=frozenset({only}), pool=ThreadPoolExecutor
    )
    assert report.made == 1
    assert (tmp_path / f"{only}.mp3").read_bytes() == (together / f"{only}.mp3").read_bytes()
    known = record.read(tmp_path / f"{only}.json")
    assert known.shared == record.read(together / "a.json").shared
    assert known.shared is not None
    assert known.shared.slots
    assert check(together / f"{only}.mp3").holds


@pytest.fixture(scope="module")
def together(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A library of three rows that differ by a name, with its roster."""
    folder = tmp_path_factory.mktemp("together")
    rows = [
        f"{code},loving-kindness,3m,hum,none,{name},"
        for code, name in zip("abc", ("Mo", "Zebedee", "Ida"), strict=True)
    ]
    (folder / "roster.csv").write_text("\n".join([HEADING.replace(",format", ""), *rows, ""]), "utf-8")
    assert batch.build(roster.read(folder / "roster.csv"), folder, jobs=2, pool=ThreadPoolExecutor).made == 3
    return folder


# --- the second run ---


def test_a_second_run_makes_only_what_is_not_there(tmp_path: Path, build: Run) -> None:
    """New, changed, missing and damaged rows; the others are kept, and their files are not touched."""
    library = tmp_path / "library"
    rows = [row(code) for code in ("same", "changed", "missing", "damaged")]
    assert build(*rows).made == 4
    before = (library / "same.mp3").stat()
    (library / "missing.mp3").unlink()
    (library / "damaged.mp3").write_bytes(b"x")
    rows[1] = row("changed", "Zebedee")
    report = build(*rows, row("new"))
    assert states(report) == {
        "same": ("kept", ""),
        "changed": ("made", "changed"),
        "missing": ("made", "missing"),
        "damaged": ("made", "damaged"),
        "new": ("made", "new"),
    }
    assert (report.made, report.kept, report.failed, report.seconds, report.holds) == (4, 1, 0, 5.0, True)
    after = (library / "same.mp3").stat()
    assert (after.st_ino, after.st_mtime_ns) == (before.st_ino, before.st_mtime_ns)
    assert build(*reversed(rows), row("new")).kept == 5
    assert {why for _, why in states(build(*rows, force=True)).values()} == {"asked for"}


def test_another_script_or_wish_is_another_request(tmp_path: Path, build: Run) -> None:
    """A script or a file of wishes that has another text now; where it lies does not matter."""
    (tmp_path / "own.md").write_text(OWN)
    line = "a,own.md,45s,hum,none,,,"
    assert states(build(line)) == {"a": ("made", "new")}
    assert states(build(line)) == {"a": ("kept", "")}
    (tmp_path / "own.md").write_text(OWN.replace("Rest.", "Rest well."))
    assert states(build(line)) == {"a": ("made", "changed")}


OWN = (
    "---\ntitle: Mine\nlanguage: en\nminutes: {shortest: 0.1, typical: 1, longest: 3}\nslots: [name]\n---\n"
    "# Welcome {keep}\n! You can stop at any time{{ name }}.\nClose your eyes.\n(rest)\nRest.\n(rest)\n"
)


def test_another_format_takes_the_place_of_the_first(tmp_path: Path, build: Run) -> None:
    """The file of the earlier format goes, unless it is no longer ours."""
    build(row("a"), row("b"))
    (tmp_path / "library" / "b.mp3").write_bytes(b"my own")
    build(row("a", kind="flac"), row("b", kind="flac"))
    assert {each.name for each in (tmp_path / "library").glob("[ab].*")} == {"a.flac", "b.flac", "b.mp3"}


def test_failed_rows_are_tried_again(build: Run) -> None:
    """By a plain run with the others; by one that retries the failed alone, the others are left alone."""
    rows = [row("a"), row("bad-1")]
    report = build(*rows)
    assert (report.made, report.failed, report.holds) == (1, 1, False)
    (failed,) = report.of("failed")
    assert (failed.row, failed.error, failed.hint) == (3, "It went wrong.", "Try again.")
    assert states(build(*rows)) == {"a": ("kept", ""), "bad-1": ("failed", "failed")}
    report = build(*rows, row("new"), retry_failed=True)
    assert states(report) == {"a": ("left", ""), "bad-1": ("failed", "failed"), "new": ("left", "")}


def test_an_odd_path_in_an_error_stops_nothing(build: Run) -> None:
    """Bytes that are no text are told as question marks, and the rows after it go on."""
    report = build(f"bad-path,{SHORT},,,", f"a,{SHORT},,,")
    assert [each.state for each in report.results] == ["failed", "made"]


def test_only_some_codes(build: Run) -> None:
    """Problems of other rows are not told then; a code that is not there is refused with the nearest."""
    rows = [row("p-017"), row("p-018"), row("p-019").replace("shift-reset", "shift-rset")]
    report = build(*rows, only=frozenset({"p-018"}))
    assert states(report) == {"p-017": ("left", ""), "p-018": ("made", "new")}
    assert report.holds
    with pytest.raises(RequestError, match="p-01") as refused:
        build(*rows, only=frozenset({"p-01"}))
    assert "Did you mean “p-01" in refused.value.hint


@pytest.mark.parametrize("name", ["a.mp3", "a.json"])
def test_a_strangers_file_is_not_replaced(tmp_path: Path, build: Run, name: str) -> None:
    """Unless it is asked for; the row fails, however often it is tried. The next row is made."""
    (tmp_path / "library").mkdir()
    mine = tmp_path / "library" / name
    mine.write_bytes(b"my own")
    for options in ({}, {}, {"retry_failed": True}):
        report = build(row("a"), row("b"), **options)
        assert report.of("failed")[0].error.endswith(f"{name}” is there already.")
        assert mine.read_bytes() == b"my own"
    assert (tmp_path / "library" / "b.mp3").exists()
    assert build(row("a"), row("b"), force=True).made == 2


def test_a_strangers_file_of_another_format_is_not_replaced(tmp_path: Path, build: Run) -> None:
    """The row's own track was of another; it stays too."""
    build(row("a"))
    (tmp_path / "library" / "a.flac").write_bytes(b"my own")
    for _ in range(2):
        assert build(row("a", kind="flac")).failed == 1
    assert (tmp_path / "library" / "a.flac").read_bytes() == b"my own"
    assert (tmp_path / "library" / "a.mp3").exists()
    assert build(row("a")).made == 1


def test_what_a_killed_run_had_named_is_replaced(tmp_path: Path, build: Run) -> None:
    """It was begun, so it is ours; also when the next run failed for another reason."""
    with Manifest.opened(tmp_path / "library") as manifest:
        manifest.put(Entry(code="a", request_hash="0" * 64, state="making"))
    (tmp_path / "library" / "a.vtt").write_text("half of the files")

    def fail(job: Job) -> Outcome:
        return Outcome(code=job.code, error=MettavoxError("The disk is full."))

    assert build(row("a"), work=fail).failed == 1
    assert build(row("a"), work=batch.make).made == 1


def test_what_a_kill_left_half_written_is_swept_away(tmp_path: Path, build: Run) -> None:
    """And nothing else that is hidden."""
    library = tmp_path / "library"
    library.mkdir()
    (library / ".0123456789abcdef.part").touch()
    (library / ".mine.part").touch()
    build(row("a"))
    assert {each.name for each in library.iterdir()} == {".mine.part", "a.mp3", "manifest.sqlite", "report.html"}


# --- processes ---


def test_a_worker_that_dies_costs_its_own_row_at_most(tmp_path: Path, build: Run) -> None:
    """Each row that was begun is tried once more; one that dies again fails alone, and the others go on."""
    codes = ["a", "dies", "b", "once", "c", "d", "e"]
    report = build(*map(row, codes), jobs=2, pool=Workers)
    assert {result.code: result.state for result in report.results} == {
        code: "failed" if code == "dies" else "made" for code in codes
    }
    (failed,) = report.of("failed")
    assert "died" in failed.error
    with Manifest.opened(tmp_path / "library") as manifest:
        assert {entry.code: entry.state for entry in manifest.entries()} == {
            code: "failed" if code == "dies" else "made" for code in codes
        }


def test_an_interruption_keeps_what_was_finished(tmp_path: Path, build: Run) -> None:
    """It is noted as made; what was begun is noted as interrupted and made by the next run."""
    codes = ["a", "b", "slow-1", "slow-2", "slow-3"]

    def stop(result: Result | None, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(*map(row, codes), progress=stop, pool=Workers)
    with Manifest.opened(tmp_path / "library") as manifest:
        made = {entry.code for entry in manifest.entries() if entry.state == "made"}
        making = {entry.code for entry in manifest.entries() if entry.state == "making"}
    assert {"a", "b"} <= made
    assert making
    report = build(*map(row, codes), retry_failed=True)
    assert {result.code for result in report.of("made")} == making
    report = build(*map(row, codes))
    assert report.failed == 0
    assert report.kept >= len(made | making)


def test_an_interrupted_remaking_keeps_what_was_whole(tmp_path: Path, build: Run) -> None:
    """Tracks that were waiting to be made anew are as they were, and the manifest says so."""
    codes = ["a", "slow-1", "slow-2"]
    assert build(*map(row, codes)).made == 3

    def stop(result: Result | None, done: int, total: int) -> None:
        if done == 1:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(*map(row, codes), force=True, progress=stop, pool=Workers)
    assert build(*map(row, codes)).kept == 3


def test_a_run_can_be_ended_while_nothing_is_finished(tmp_path: Path, build: Run) -> None:
    """Whoever waits for it hears what was begun, and is asked now and then whether it is still wanted."""
    begun: list[str] = []
    ended = threading.Event()

    def beat() -> None:
        ended.set()
        raise InterruptedError

    def waiting(job: Job) -> Outcome:
        assert ended.wait(30)
        return fake(job)

    with pytest.raises(InterruptedError):
        build(row("a"), row("b"), row("c"), row("d"), begun=begun.append, beat=beat, work=waiting)
    assert begun == ["a", "b"]  # as many as are in flight
    report = build(*map(row, "abcd"))
    assert report.failed == 0
    assert report.made + report.kept == 4


def test_a_pace_counts_what_was_made_and_not_what_was_kept() -> None:
    pace = Pace()
    pace.hear(Result(row=2, code="a", state="kept"))
    assert pace.told(3) is None
    for state in ("made", "failed"):
        pace.hear(Result(row=3, code="b", state=state))
    told = pace.told(0)
    assert told is not None
    assert (told[0] > 0, told[1], pace.made) == (True, 0, 2)


def sleeping(path: str) -> None:
    """Tidies up when it is stopped."""
    try:  # before the file is there: as soon as it is, the stop may come
        Path(path).touch()
        time.sleep(60)
    finally:
        Path(path).unlink()


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="Windows ends processes at once")
def test_workers_that_are_stopped_tidy_up(tmp_path: Path) -> None:
    """At once, and no process stays; one that somebody else has begun meanwhile goes on."""
    other = multiprocessing.get_context("spawn").Process(target=time.sleep, args=(60,), daemon=True)
    with pytest.raises(KeyboardInterrupt), Workers(2) as pool:
        other.start()
        futures = [pool.submit(sleeping, str(tmp_path / name)) for name in "ab"]
        end = time.monotonic() + 60
        while len(list(tmp_path.iterdir())) < 2:
            assert time.monotonic() < end
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []
    assert all(future.done() for future in futures)
    assert other.is_alive()
    other.kill()
    other.join()


def deaf(path: str) -> None:
    """Loses what stops it, as a function that C calls does, and goes on to deliver a file."""
    with contextlib.suppress(KeyboardInterrupt):
        sleeping(f"{path}.begun")
    with output.whole_file(Path(path), replace=False) as (file, _):
        file.write(b"late")


@pytest.mark.skipif(not hasattr(signal, "pthread_kill"), reason="Windows ends processes at once")
def test_a_worker_that_is_stopped_delivers_nothing_more(tmp_path: Path) -> None:
    """Also where what stopped it was lost on its way."""
    with pytest.raises(KeyboardInterrupt), Workers(1) as pool:
        pool.submit(deaf, str(tmp_path / "x"))
        end = time.monotonic() + 60
        while not (tmp_path / "x.begun").exists():
            assert time.monotonic() < end
            time.sleep(0.01)
        raise KeyboardInterrupt
    assert list(tmp_path.iterdir()) == []


# --- the roster, the report ---


def test_problems_of_the_roster_do_not_stop_the_others(tmp_path: Path, build: Run) -> None:
    """They are in the report, with row and column; so is a code whose page would be the report's."""
    report = build(row("a"), row("b").replace("shift-reset", "shift-rset"), row("Report"))
    assert states(report) == {"a": ("made", "new")}
    assert not report.holds
    assert [(problem.row, problem.column) for problem in report.problems] == [(3, "script"), (4, "code")]
    page = (tmp_path / "library" / "report.html").read_text("utf-8")
    assert "There is no script “shift-rset”" in page
    assert re.search(r"<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none';", page)
    assert not re.search(r"<script|https?://|\bsrc=", page)
    for words in ("1 made", 'href="a.mp3"', "0:01", "-16.0", "-1.5"):
        assert words in page


def test_tracks_of_codes_that_are_gone_are_told_of(build: Run) -> None:
    """They stay."""
    build(row("a"), row("b"))
    report = build(row("a"))
    assert report.notes == ("1 of the tracks in the folder is of no good row of this roster.",)


def test_a_check_shows_how_names_are_said(tmp_path: Path) -> None:
    """As the roster says, as a lexicon has it, or left to the voice; broken sounds are problems."""
    path = tmp_path / "roster.csv"
    lines = [
        f"a,{SHORT},José,ho-SAY,",
        f"b,{SHORT},Siobhan,,".replace("hum", "system"),
        f"c,{SHORT},Qwtzl,,",
        f"d,{SHORT},Siobhan,/ʃɪˈvɔːn/,",
        f"e,{SHORT},,,",
    ]
    path.write_text("\n".join([HEADING, *lines, ""]), "utf-8")
    found = batchcheck.check(roster.read(path))
    assert (found.good, found.problems) == (5, ())
    assert [(said.row, said.code, said.written, said.source) for said in found.names] == [
        (2, "a", "José", "given"),
        (3, "b", "Siobhan", "lexicon"),
        (4, "c", "Qwtzl", "voice"),
        (5, "d", "Siobhan", "given"),
    ]
    assert [said.sounds for said in found.names if said.code != "b"] == ["“ho-SAY”", "", "/ʃɪˈvɔːn/"]
    assert found.names[1].sounds


def test_a_check_finds_scripts_that_break_a_rule(tmp_path: Path) -> None:
    """As a render would."""
    (tmp_path / "own.md").write_text(OWN.replace("Rest.", "You must rest."))
    path = tmp_path / "roster.csv"
    path.write_text(f"{HEADING}\na,own.md,45s,hum,none,,,\nb,{SHORT},,,\n", "utf-8")
    found = batchcheck.check(roster.read(path))
    assert found.good == 1
    ((number, column, message),) = [(each.row, each.column, each.message) for each in found.problems]
    assert (number, column) == (2, "script")
    assert "own.md, line " in message
