"""Batch: a roster becomes a folder of tracks, several at a time, and only those that are not there yet.

Errors, results and pages tell of codes and rows, never of names.
"""

import contextlib
import hashlib
import hmac
import json
import os
import threading
import time
from collections import deque
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from concurrent.futures import FIRST_COMPLETED, BrokenExecutor, Executor, Future, wait
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mettavox import ask, batchcheck, batchreport, beside, casting, groups, prepare, record, review, source, store
from mettavox.batchreport import Report, Result, State
from mettavox.bench import Bench
from mettavox.blanks import Shared
from mettavox.cluster import Cluster
from mettavox.errors import (
    DurationError,
    EngineError,
    MettavoxError,
    OutputError,
    RequestError,
    ScriptError,
    VoiceError,
)
from mettavox.groups import candidates, grouped
from mettavox.manifest import Entry, Manifest
from mettavox.render import render
from mettavox.request import BEDS
from mettavox.roster import Roster, Row
from mettavox.spoken import Settings
from mettavox.store import Store
from mettavox.suggest import nearest
from mettavox.workers import Workers, at_end

MOST_JOBS = 4
"""How many tracks are made at once, where nobody says: one a core, up to so many."""

_STANDARD = Settings()
_SALT_DIGITS = 32


# --- one track ---


@dataclass(frozen=True, kw_only=True)
class Job:
    """A track to make, as plain data: FOLDER/CODE.mp3, or of another format, with everything beside it.

    ``folder`` may be an address, and ``run`` is whose that is then, as ``store.Store`` has both. ``salt`` is for what
    is personal in its record, 32 hexadecimal digits; with ``replace``, files of these names may be replaced.
    ``shared`` is what the track has in common with those of others. A job with ``people`` is no track: it finds what
    theirs have in common.
    ``expects`` is what another machine has to have, as ``_Identity.files`` has it, or nothing.
    """

    code: str
    values: dict[str, Any] = field(repr=False)  # names are in it
    folder: str
    settings: Settings = _STANDARD
    salt: str = ""
    replace: bool = False
    run: str = ""
    shared: Shared | None = None
    people: tuple[Mapping[str, Any], ...] = field(default=(), repr=False)
    expects: str = ""


@dataclass(frozen=True, kw_only=True)
class Outcome:
    """What became of a job: a track as it was measured, or ``error``; ``files`` are its files with their SHA-256.

    ``tags`` are what a remote store gave them. ``shared`` is what a job with people found. ``lost`` says that whoever
    was to make it ended without an answer. ``seconds_taken`` is real time.
    """

    code: str
    frames: int = 0
    rate: int = 0
    voice_lufs: float = 0.0
    peak_dbtp: float = 0.0
    files: Mapping[str, str] = field(default_factory=dict)
    tags: Mapping[str, str] = field(default_factory=dict)
    seconds_taken: float = 0.0
    error: MettavoxError | None = None
    notes: tuple[str, ...] = ()
    lost: bool = False
    shared: Shared | None = None


def make(job: Job) -> Outcome:
    """Make a job's track, or find what its people share.

    What fails is in the outcome; nothing is raised but KeyboardInterrupt.
    """
    started = time.monotonic()
    try:
        outcome = _made(job) if not job.people else _found(job)
    except MettavoxError as error:
        outcome = Outcome(code=job.code, error=error)
    except OSError as error:  # in a temporary folder
        refused = OutputError(f"The disk refused: {error.strerror}.", hint="Free some space, and try again.")
        outcome = Outcome(code=job.code, error=refused)
    except Exception as error:
        outcome = Outcome(code=job.code, error=_mistake(error))
    return replace(outcome, seconds_taken=time.monotonic() - started)


def _made(job: Job) -> Outcome:
    _check_expected(job, job.values)
    prepared = prepare.prepare(ask.request(job.values))
    name = f"{job.code}.{prepared.request.format}"
    with store.place(job.folder, name, run=job.run, replace=job.replace) as place:
        track = render(
            prepared,
            place.path,
            replace=job.replace,
            settings=job.settings,
            salt=job.salt,
            shared=job.shared,
            bench=_bench(job.settings),
        )
    return Outcome(
        code=job.code,
        frames=track.measured.frames,
        rate=track.timeline.rate,
        voice_lufs=track.measured.voice_lufs,
        peak_dbtp=track.measured.peak_dbtp,
        files=track.files,
        tags=place.tags,
        notes=tuple(note for note in (prepared.note, track.note) if note),
    )


def _found(job: Job) -> Outcome:
    _check_expected(job, job.people[0])
    return Outcome(code=job.code, shared=groups.measured(job.people, job.settings, _bench(job.settings)))


def _check_expected(job: Job, values: Mapping[str, Any]) -> None:
    if job.expects and _Identity(job.settings).files(values) != job.expects:
        raise RequestError(
            "A worker of the cluster has another script, voice or file of this row than this machine.",
            hint="Install the same voices on every worker, and have what rows name on a disk that they share.",
        )


class _Kept(threading.local):
    """What this thread keeps from one job to the next."""

    bench: Bench | None = None
    cache: bool = True


_kept = _Kept()


def _bench(settings: Settings) -> Bench:
    """The bench of this thread, which is closed when its process ends."""
    if _kept.bench is None or _kept.cache != settings.cache:
        if _kept.bench is not None:
            _kept.bench.close()
        _kept.bench, _kept.cache = Bench(cache=settings.cache, own=False), settings.cache
        at_end(_kept.bench.close)
    return _kept.bench


def _mistake(error: Exception) -> MettavoxError:
    """A bug, by its kind and place; its own words may hold a name."""
    trace = error.__traceback__
    while trace is not None and trace.tb_next is not None:
        trace = trace.tb_next
    place = f", {Path(trace.tb_frame.f_code.co_filename).name}:{trace.tb_lineno}" if trace else ""
    return MettavoxError(
        f"mettavox made a mistake of its own ({type(error).__name__}{place}).",
        hint="Nothing that you did is wrong. Report it with these words, and without names of people.",
    )


# --- many ---


Work = Callable[[Job], Outcome]
Pool = Callable[[int], Executor]
"""What gives an executor with so many workers; it is left as a block is."""
Beat = Callable[[], None]
_BEAT_SECONDS = 0.3


def render_all(
    jobs: Iterable[Job | None],
    executor: Executor,
    in_flight: int,
    work: Work = make,
    running: dict["Future[Outcome]", Job] | None = None,
    *,
    beat: Beat = lambda: None,
) -> Iterator[Outcome]:
    """The outcome of each job, in the order in which they are done; at most ``in_flight`` are with the executor.

    Jobs are taken from ``jobs`` one by one, when there is room; None for one says that the next has to wait until
    another is done. When the executor breaks, those that it had are lost,
    and no more are taken. ``running`` holds what the executor has, while it has it. ``beat`` is called now and then
    while nothing else happens; what it raises ends the waiting.
    """
    waiting = iter(jobs)
    running = {} if running is None else running
    broken = False
    while True:
        while not broken and len(running) < in_flight:
            job = next(waiting, None)
            if job is None:  # no more, or not before another is done
                break
            try:
                running[executor.submit(work, job)] = job
            except BrokenExecutor:
                broken = True
                yield _lost(job)
        if not running:
            return
        while not (done := wait(list(running), _BEAT_SECONDS, return_when=FIRST_COMPLETED).done):
            beat()
        future = done.pop()
        outcome = _outcome(future, running[future])
        broken = broken or outcome.lost
        del running[future]
        yield outcome


def _outcome(future: "Future[Outcome]", job: Job) -> Outcome:
    try:
        return future.result()
    except BrokenExecutor:
        return _lost(job)
    except MettavoxError as error:
        return Outcome(code=job.code, error=error)
    except Exception as error:  # of the executor, since the work raises none
        return Outcome(code=job.code, error=_mistake(error))


def _lost(job: Job) -> Outcome:
    error = MettavoxError(
        "The process that made this track died.", hint="It may have run out of memory: try again with fewer --jobs."
    )
    return Outcome(code=job.code, error=error, lost=True)


def _in_pools(
    jobs: Iterable[Job | None], count: int, pool: Pool, work: Work, running: dict["Future[Outcome]", Job], *, beat: Beat
) -> Iterator[Outcome]:
    """The outcome of each job, from so many workers.

    When one of them dies nobody knows whose fault it was: whatever was with them is tried once more, each track in a
    pool of its own, so that only the one that kills its process fails.
    """
    begun: dict[str, Job] = {}

    def noted() -> Iterator[Job | None]:
        for job in jobs:
            if job is not None:
                begun[job.code] = job
            yield job

    waiting = noted()
    while True:
        lost: list[Job] = []
        with pool(count) as executor:
            for outcome in render_all(waiting, executor, 2 * count, work, running, beat=beat):
                job = begun.pop(outcome.code)
                if outcome.lost:
                    lost.append(job)
                else:
                    yield outcome
        if not lost:
            return
        for job in lost:
            yield _alone(job, pool, work, running, beat=beat)


def _alone(job: Job, pool: Pool, work: Work, running: dict["Future[Outcome]", Job], *, beat: Beat) -> Outcome:
    """The outcome of a job that was lost; twice at most, since it may not have been begun when its pool broke.

    Whoever died may have given some of its files their names.
    """
    job = replace(job, replace=True)
    for _ in range(2):
        with pool(1) as executor:
            (outcome,) = render_all([job], executor, 1, work, running, beat=beat)
        if not outcome.lost:
            break
    return outcome


# --- a folder ---


Progress = Callable[[Result | None, int, int], None]
"""Hears each result, or nothing at first, with how many rows are done, of how many."""


def build(
    roster: Roster,
    folder: Path | str,
    *,
    settings: Settings = _STANDARD,
    jobs: int = 0,
    force: bool = False,
    only: frozenset[str] = frozenset(),
    retry_failed: bool = False,
    progress: Progress = lambda result, done, total: None,
    begun: Callable[[str], None] = lambda code: None,
    beat: Beat = lambda: None,
    pool: Pool = Workers,
    work: Work = make,
    cluster: Cluster | None = None,
    page: Callable[..., str] = batchreport.page,
) -> Report:
    """Make what is not in the folder yet, or is not whole, or is asked for in another way now.

    ``only`` are the codes to look at; ``force`` makes all of them anew; ``retry_failed`` makes those that failed or
    were interrupted in the last run, and leaves the others alone. ``pool`` gives an executor with so many workers, and
    ``work`` is what it does for a track; with a ``cluster``, that is the executor. ``folder`` may be an address such as
    s3://bucket/name. Rows with problems and tracks that fail are told in the report. ``begun`` hears the code of each
    track that is handed to a worker, and ``beat`` is called now and then meanwhile. When it is interrupted, also by
    what one of these raises, what was finished stays. ``page`` writes the report as a page, as the usual one does.
    Raises RequestError for a code that is not in the roster, and OutputError for what the disk refuses, or when
    another run works in the folder.
    """
    started = time.monotonic()
    roster = batchcheck.apart(roster)
    check_only(roster, only)
    kept = store.at(folder, cluster)
    if cluster is not None:
        pool, jobs = cluster.pool, jobs or cluster.size
    with kept.opened() as here, Manifest.opened(here) as manifest:
        kept.sweep()
        settings = replace(settings, workers=settings.workers or 1)
        run = _Run(manifest, kept, settings, force=force, progress=progress, begun=begun, is_far=cluster is not None)
        run.look(roster.rows, only, retry_failed=retry_failed)
        try:
            run.make(jobs or job_count(), pool, work, beat)
        finally:
            kept.sweep()  # a worker that was killed could not
        report = Report(
            results=tuple(run.results[row.code] for row in roster.rows),
            problems=() if only else roster.problems,
            notes=(*roster.notes, *(cluster.notes if cluster else ()), *run.notes, *_gone(manifest, roster)),
            seconds_taken=time.monotonic() - started,
        )
        kept.write(batchreport.FILE, page(report, when=datetime.now(UTC)).encode())
    return report


def job_count() -> int:
    """How many tracks are made at once where nobody says."""
    return min(MOST_JOBS, os.cpu_count() or 1)


def _storable(text: str) -> str:
    """The text without half letters, which odd paths have, and zeros: a database takes neither."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


@dataclass(frozen=True, kw_only=True)
class _Wanted:
    """A row whose track is to be made, and why."""

    row: Row
    why: str


class _Run:
    """One run on an open manifest."""

    def __init__(
        self,
        manifest: Manifest,
        kept: Store,
        settings: Settings,
        *,
        force: bool,
        progress: Progress,
        begun: Callable[[str], None],
        is_far: bool,
    ) -> None:
        self._manifest = manifest
        self._store = kept
        self._settings = settings
        self._force = force
        self._is_far = is_far
        self._progress = progress
        self._begun = begun
        self._identity = _Identity(settings)
        self._wanted: dict[str, _Wanted] = {}
        self._before: dict[str, Entry | None] = {}
        self._hashes: dict[str, str] = {}
        self._rows: Sequence[Row] = ()
        self._ready: deque[tuple[str, Shared | None]] = deque()
        self._unshared: dict[str, list[str]] = {}
        self._done = self._total = 0
        self.results: dict[str, Result] = {}
        self.notes: dict[str, None] = {}

    def look(self, rows: Sequence[Row], only: frozenset[str], *, retry_failed: bool) -> None:
        """See what there is, and what is to be made."""
        entries = {entry.code.lower(): entry for entry in self._manifest.entries()}
        asked: list[Row] = []
        for row in rows:
            entry = entries.get(row.code.lower())
            unfinished = entry is not None and entry.state != "made"
            if (only and row.code not in only) or (retry_failed and not unfinished):
                self.results[row.code] = _result(row, "left", entry)
            else:
                asked.append(row)
        self._rows = rows
        self._total = len(asked)
        self._progress(None, 0, self._total)
        for row in asked:
            entry = entries.get(row.code.lower())
            why = self._stale(row, entry)
            if self._force or why:
                self._before[row.code] = entry
                self._wanted[row.code] = _Wanted(row=row, why=why or "asked for")
            else:
                self._tell(_result(row, "kept", entry))

    def _stale(self, row: Row, entry: Entry | None) -> str:
        """As ``manifest.stale`` has it; hashes are slow on purpose, and a new row's can wait until it is made."""
        return self._store.stale(entry, self._hash(row) if entry is not None else "")

    def _hash(self, row: Row) -> str:
        if row.code not in self._hashes:
            self._hashes[row.code] = self._identity.request_hash(self._manifest, row)
        return self._hashes[row.code]

    def make(self, count: int, pool: Pool, work: Work, beat: Beat) -> None:
        """Make what is wanted; interrupted, it keeps what was finished."""
        if not self._wanted:
            return
        self._store.begin(self._wanted)
        running: dict[Future[Outcome], Job] = {}
        outcomes = _in_pools(self._jobs(count), min(count, len(self._wanted)), pool, work, running, beat=beat)
        try:
            with contextlib.closing(outcomes):  # type: ignore[type-var]
                for outcome in outcomes:
                    if outcome.code in self._unshared:  # what could not be found, each track goes without
                        self._note(outcome.error)
                        self._ready += [(code, outcome.shared) for code in self._unshared.pop(outcome.code)]
                    else:
                        self._landed(outcome)
        except BaseException:
            self._keep_what_is_finished(running)
            raise

    def _note(self, error: MettavoxError | None) -> None:
        """Why a group's rows are made one by one, where no track will say it."""
        if error is not None and not isinstance(
            error, (EngineError, VoiceError, DurationError, ScriptError, RequestError)
        ):
            self.notes[_storable(f"Tracks that differ by a name were made one by one: {error.message}")] = None

    def _jobs(self, count: int) -> Iterator[Job | None]:
        """Every wanted track's job, a group after the other, each after what its tracks share was found."""
        groups = deque(self._groups())
        while groups or self._ready or self._unshared:
            if groups and len(self._ready) < 2 * count and len(self._unshared) < count:
                codes, people = groups.popleft()
                if people:
                    name = f"\0{codes[0]}"  # no code is like it
                    self._unshared[name] = codes
                    expects = self._identity.files(people[0]) if self._is_far else ""
                    yield Job(code=name, values={}, folder="", settings=self._settings, people=people, expects=expects)
                else:
                    self._ready += [(code, None) for code in codes]
            elif self._ready:
                job = self._job(*self._ready.popleft())
                if job is not None:
                    yield job
            else:
                yield None

    def _groups(self) -> Iterator[tuple[list[str], tuple[Mapping[str, Any], ...]]]:
        """The codes of wanted tracks by groups, and the people of whom it depends what those share.

        These are of all rows, so that a track is the same whichever others are made in this run.
        """
        for rows in grouped(self._rows):
            codes = [row.code for row in rows if row.code in self._wanted]
            if codes:
                yield codes, candidates(rows) if len(rows) > 1 else ()

    def _job(self, code: str, shared: Shared | None) -> Job | None:
        """The job of a track, which is noted as begun; None where it cannot be."""
        wanted, before = self._wanted[code], self._before[code]
        try:
            self._leave_strangers(wanted.row, before)
        except OutputError as error:  # noted as failed, never as begun: what was begun may be replaced next time
            self._landed(Outcome(code=code, error=error))
            return None
        self._manifest.put(
            Entry(
                code=code,
                request_hash=self._hash(wanted.row),
                state="making",
                files=before.files if before else {},
            )
        )
        self._begun(code)
        return Job(
            code=code,
            values=dict(wanted.row.values),
            folder=self._store.target,
            run=self._store.run,
            expects=self._identity.files(wanted.row.values) if self._is_far else "",
            settings=self._settings,
            salt=hmac.new(self._manifest.salt, code.encode(), "sha256").hexdigest()[:_SALT_DIGITS],
            replace=self._force or before is not None or self._store.is_ours(code),
            shared=shared,
        )

    def _leave_strangers(self, row: Row, before: Entry | None) -> None:
        """Raise OutputError where a file that is none of ours has a name that this track needs."""
        if self._force or (before is not None and before.state == "making"):
            return  # a run that was killed may have given some of the names
        self._store.leave_strangers(list(self._names(row)), before.files if before else {})

    def _names(self, row: Row) -> Iterator[str]:
        """What a row's track and what lies beside it will be called."""
        kind, cover = (str(row.values.get(option, ask.STANDARD[option])).lower() for option in ("format", "cover"))
        for suffix in (f".{kind}", *(() if self._settings.only_audio else beside.SUFFIXES)):
            if suffix != ".jpg" or cover != "none":
                yield f"{row.code}{suffix}"

    def _left(self, row: Row, before: Entry | None, *, half_named: bool) -> Mapping[str, str]:
        """The files of a track that failed: those from before, and those that whoever died had given their names."""
        files = dict(before.files) if before else {}
        if half_named or (before and before.state == "making"):
            files |= self._store.found(self._names(row))
        return files

    def _landed(self, outcome: Outcome) -> None:
        wanted, before = self._wanted[outcome.code], self._before[outcome.code]
        error = outcome.error
        files = self._left(wanted.row, before, half_named=outcome.lost) if error else outcome.files
        entry = Entry(
            code=outcome.code,
            request_hash=self._hash(wanted.row),
            state="made" if error is None else "failed",
            frames=outcome.frames,
            rate=outcome.rate,
            voice_lufs=outcome.voice_lufs,
            peak_dbtp=outcome.peak_dbtp,
            error=_storable(error.message) if error else "",
            files=files,
            made=f"{datetime.now(UTC):%Y-%m-%dT%H:%M:%SZ}",
        )
        self._manifest.put(entry)
        if error is None and (error := self._store.landed(outcome.files, outcome.tags)):
            self._landed(replace(outcome, error=error))
            return
        if error is None and before is not None:
            self._remove_others(before.files, outcome.files)
        self.notes |= dict.fromkeys(outcome.notes)
        self._tell(
            replace(
                _result(wanted.row, "failed" if error else "made", entry),
                why=wanted.why,
                seconds_taken=outcome.seconds_taken,
                hint=error.hint if error else "",
            )
        )

    def _remove_others(self, before: Mapping[str, str], now: Mapping[str, str]) -> None:
        """Take away what an earlier track had beside it and this one has not, such as a file of another format."""
        for name, known in before.items():
            if name not in now:
                self._store.remove(name, known)

    def _keep_what_is_finished(self, running: Mapping["Future[Outcome]", Job]) -> None:
        """After an interruption: note what was finished at that moment, and what is there from before."""
        for future, job in running.items():
            if job.people:
                continue
            outcome = _outcome(future, job) if future.done() and not future.cancelled() else None
            before = self._before[job.code]
            if outcome is not None and not outcome.lost:
                self._landed(outcome)
            elif before is not None and not self._store.stale(before, before.request_hash):
                self._manifest.put(before)

    def _tell(self, result: Result) -> None:
        self.results[result.code] = result
        self._done += 1
        self._progress(result, self._done, self._total)


def _result(row: Row, state: State, entry: Entry | None) -> Result:
    if entry is None:
        return Result(row=row.number, code=row.code, state=state)
    return Result(
        row=row.number,
        code=row.code,
        state=state,
        file=next(iter(_tracks(entry)), ""),
        seconds=entry.frames / entry.rate if entry.rate else 0.0,
        voice_lufs=entry.voice_lufs,
        peak_dbtp=entry.peak_dbtp,
        error=entry.error,
    )


def _tracks(entry: Entry) -> Iterator[str]:
    if entry.state == "made":
        yield from (name for name in entry.files if Path(name).suffix[1:] in ask.WORDS["format"])


class _Identity:
    """What makes a track what it is beside the words of its row; what rows have in common is read once."""

    def __init__(self, settings: Settings) -> None:
        self._settings = settings
        self._known: dict[Any, str] = {}

    def request_hash(self, manifest: Manifest, row: Row) -> str:
        """The hash of a row's values, with the content of files in place of their paths, its script and voice."""
        values, more = self._parts(row.values)
        return manifest.request_hash(values, **more)

    def files(self, given: Mapping[str, Any]) -> str:
        """A hash of what a row's values have from the disk: its script, its voice and the files that it names."""
        values, more = self._parts(given)
        parts = [values.get("bed"), values.get("wishes"), more]
        return hashlib.sha256(json.dumps(parts, sort_keys=True, default=str).encode("ascii")).hexdigest()

    def _parts(self, given: Mapping[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
        values = dict(given)
        scripts = ask.folder(values.pop("scripts", None))
        language = values.get("lang", "en")
        if str(values.get("script", "")).endswith(".md"):
            values["script"] = Path(given["script"]).name
        if values.get("bed", "") not in ("", *BEDS):
            values["bed"] = self._content(values["bed"])
        values["wishes"] = list(map(self._content, values.get("wishes", ())))
        script, voice, fill = given.get("script", ""), values.get("voice", ""), values.get("fill", "")
        more = {
            "script": self._once(
                ("script", script, language), lambda: review.text_hash(source.load(script, language, scripts))
            ),
            "voice": self._once(("voice", voice, language), lambda: _voice_hash(voice, language)),
            "fill": self._once(("voice", fill, language), lambda: _voice_hash(fill, language)) if fill else "",
            "only_audio": str(self._settings.only_audio),
            "show_names": str(self._settings.show_names),
        }
        return values, more

    def _content(self, value: str) -> str:
        return self._once(("file", value), lambda: _file_hash(value))

    def _once(self, key: Any, read: Callable[[], str]) -> str:
        if key not in self._known:
            try:
                self._known[key] = read()
            except (MettavoxError, OSError, ValueError):  # the making will say it
                self._known[key] = "unreadable"
        return self._known[key]


def _file_hash(value: str) -> str:
    """The hash of a file, or the value itself where it is none."""
    path = Path(value)
    try:
        return record.sha256(path) if path.is_file() else value
    except (OSError, ValueError):  # too long for a path, or none at all
        return value


def _voice_hash(name: str, language: str) -> str:
    voice = casting.cast(name, language).voice
    return f"{voice.id} {record.voice_hash(voice)}"


def check_only(roster: Roster, only: frozenset[str]) -> None:
    """Raise RequestError, with the nearest, for a code that no good row has."""
    codes = {row.code for row in roster.rows}
    for code in sorted(only - codes):
        raise RequestError(
            f"The roster has no good row with the code “{code[:40]}”.",
            hint=_nearest(code, codes),
        )


def _nearest(code: str, codes: set[str]) -> str:
    """The nearest code; a roster may have thousands, and they are not all shown."""
    hint = nearest(code, codes)
    return hint if hint.startswith("Did") else "“mettavox batch ROSTER --check” reads the whole roster."


def _gone(manifest: Manifest, roster: Roster) -> Iterator[str]:
    codes = {row.code.lower() for row in roster.rows}
    count = sum(entry.code.lower() not in codes for entry in manifest.entries())
    if count:
        yield f"{count} of the tracks in the folder {'is' if count == 1 else 'are'} of no good row of this roster."
