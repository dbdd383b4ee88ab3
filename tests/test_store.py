"""Store: a library on an S3 server holds the bytes that a folder would, and is believed no more than a folder is."""

import hashlib
import logging
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any

import pytest

from mettavox import batch, roster, store
from mettavox.batch import Job, Outcome
from mettavox.batchreport import Report, Result
from mettavox.errors import MettavoxError, OutputError, RequestError
from mettavox.manifest import Manifest
from mettavox.workers import Workers

SHORT = "shift-reset,45s,hum,none"
HEADING = "code,script,duration,voice,cover,name,say,format"
KEPT = {"manifest.sqlite", "manifest.facts.json", "report.html"}
Run = Callable[..., Report]


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    """An S3 server of this machine, on a port that was free.

    What it needs is imported here, since that takes long and every process that runs tests reads this file.
    """
    pytest.importorskip("s3fs")
    moto = pytest.importorskip("moto.server")
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture(autouse=True)
def credentials(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """As a person sets them."""
    for name, value in (
        ("AWS_ENDPOINT_URL", endpoint),
        ("AWS_ACCESS_KEY_ID", "a-key"),
        ("AWS_SECRET_ACCESS_KEY", "a-secret"),
        ("AWS_DEFAULT_REGION", "us-east-1"),
    ):
        monkeypatch.setenv(name, value)
    monkeypatch.setattr(store, "_SETTLE_SECONDS", 0.0)


@pytest.fixture
def bucket(request: pytest.FixtureRequest) -> Iterator[Any]:
    """``s3://test-…`` as a file system and its name, empty, with nothing remembered of it."""
    import s3fs

    s3fs.S3FileSystem.clear_instance_cache()
    files = s3fs.S3FileSystem()
    name = f"b-{hashlib.sha256(request.node.name.encode()).hexdigest()[:20]}"
    files.mkdir(name)
    return files, name


@pytest.fixture
def build(tmp_path: Path) -> Run:
    """``build(place, "a,…", **options)``: a roster of these rows, built by one thread, without sound."""

    def one(place: str | Path, *rows: str, **options: Any) -> Report:
        path = tmp_path / "roster.csv"
        path.write_text("\n".join([HEADING, *rows, ""]), "utf-8")
        return batch.build(roster.read(path), place, **{"work": fake, "jobs": 1, "pool": ThreadPoolExecutor, **options})

    return one


def row(code: str, name: str = "", kind: str = "") -> str:
    return f"{code},{SHORT},{name},,{kind}"


def fake(job: Job) -> Outcome:
    """A file of what was asked for, and captions; codes that begin with “bad” fail."""
    if job.code.startswith("bad"):
        return Outcome(code=job.code, error=MettavoxError("It went wrong."))
    name = f"{job.code}.{job.values.get('format', 'mp3')}"
    content = repr(sorted(job.values.items())).encode()
    try:
        with store.place(job.folder, name, run=job.run, replace=job.replace) as place:
            place.path.write_bytes(content)
            place.path.with_suffix(".vtt").write_bytes(b"WEBVTT")
    except MettavoxError as error:
        return Outcome(code=job.code, error=error)
    files = {name: hashlib.sha256(content).hexdigest(), f"{job.code}.vtt": hashlib.sha256(b"WEBVTT").hexdigest()}
    return Outcome(code=job.code, frames=48_000, rate=48_000, files=files, tags=place.tags)


def states(report: Report) -> dict[str, tuple[str, str]]:
    return {result.code: (result.state, result.why) for result in report.results}


def names(files: Any, folder: str) -> set[str]:
    files.invalidate_cache()
    return {path.rsplit("/", 1)[1] for path in files.ls(folder)}


def test_the_same_bytes_as_in_a_folder(tmp_path: Path, build: Run, bucket: Any) -> None:
    """Made by a process that puts them there itself; names are in no address, and nothing is left here."""
    files, name = bucket
    rows = [row("a", "Zebedee")]
    there, here = f"s3://{name}/of/tracks", tmp_path / "here"
    report = build(there + "/", *rows, work=batch.make, pool=Workers)
    assert states(report) == {"a": ("made", "new")}, report
    here.mkdir()
    files.get_file(f"{name}/of/tracks/manifest.sqlite", str(here / "manifest.sqlite"))
    with Manifest.opened(here) as manifest:
        for entry in manifest.entries():
            manifest.forget(entry.code)
    build(here, *rows, work=batch.make)
    theirs = names(files, f"{name}/of/tracks")
    assert theirs - KEPT == {each.name for each in here.iterdir()} - KEPT
    assert theirs >= KEPT
    for each in theirs - KEPT:
        assert files.cat_file(f"{name}/of/tracks/{each}") == (here / each).read_bytes(), each
    assert build(there, *rows, work=batch.make).kept == 1
    for each in KEPT:
        assert b"Zebedee" not in files.cat_file(f"{name}/of/tracks/{each}")


def test_a_second_run_makes_only_what_is_not_there(build: Run, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """New, changed, missing and damaged rows; of the others no file is read, since their tags are what they were."""
    files, name = bucket
    there = f"s3://{name}/lib"
    codes = ("same", "changed", "missing", "damaged")
    assert build(there, *map(row, codes)).made == 4
    files.rm_file(f"{name}/lib/missing.vtt")
    files.pipe_file(f"{name}/lib/damaged.mp3", b"x")
    report = build(there, row("same"), row("changed", "Zebedee"), row("missing"), row("damaged"), row("new"))
    assert states(report) == {
        "same": ("kept", ""),
        "changed": ("made", "changed"),
        "missing": ("made", "missing"),
        "damaged": ("made", "damaged"),
        "new": ("made", "new"),
    }
    read: list[str] = []
    real = store._hash
    monkeypatch.setattr(store, "_hash", lambda files, path: read.append(path) or real(files, path))  # type: ignore[func-returns-value]
    rows = [row("same"), row("changed", "Zebedee"), row("missing"), row("damaged"), row("new")]
    assert build(there, *rows).kept == 5
    assert read == []
    files.rm_file(f"{name}/lib/manifest.facts.json")
    assert build(there, *rows).kept == 5
    assert len(read) == 10
    assert build(there, *rows).kept == 5
    assert len(read) == 10


def test_another_format_takes_the_place_of_the_first(build: Run, bucket: Any) -> None:
    """And a file that came from elsewhere is not replaced, unless it is asked for."""
    files, name = bucket
    there = f"s3://{name}/lib"
    build(there, row("a"))
    files.pipe_file(f"{name}/lib/b.vtt", b"my own")
    report = build(there, row("a", kind="flac"), row("b"))
    assert names(files, f"{name}/lib") == {"a.flac", "a.vtt", "b.vtt"} | KEPT
    (failed,) = report.of("failed")
    assert failed.error == f"“{there}/b.mp3” is there already."
    assert build(there, row("b"), force=True).made == 1


def test_a_run_that_was_killed_loses_no_row(tmp_path: Path, build: Run, bucket: Any) -> None:
    """Its manifest was not put back since it began: what it had made is made again, not refused as a stranger's."""
    files, name = bucket
    there, copy = f"s3://{name}/lib", tmp_path / "copy"

    def kill(result: Result | None, done: int, total: int) -> None:
        if result is not None and done == 2:
            copy.mkdir()
            for each in ("manifest.sqlite", "manifest.facts.json"):
                files.get_file(f"{name}/lib/{each}", str(copy / each))

    build(there, *map(row, "abc"), progress=kill)
    for each in copy.iterdir():
        files.put_file(str(each), f"{name}/lib/{each.name}")
    assert set(states(build(there, *map(row, "abc"))).values()) == {("made", "new")}
    assert build(there, *map(row, "abc")).kept == 3


def test_one_run_at_a_time(build: Run, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """The second is told at once; the lock of a killed one is taken over when it was not renewed for long."""
    files, name = bucket
    there = f"s3://{name}/lib"
    with store.at(there).opened(), pytest.raises(OutputError, match="Another run works in “s3://"):
        build(there, row("a"))
    assert names(files, f"{name}/lib") == {"manifest.facts.json"}

    files.pipe_file(f"{name}/lib/.manifest.lock", b"killed\n1\n")
    with pytest.raises(OutputError, match="Another run works"):
        build(there, row("a"))
    monkeypatch.setattr(store, "LEASE_SECONDS", 1.0)
    time.sleep(2.1)  # its clock shows whole seconds
    assert build(there, row("a")).made == 1
    assert ".manifest.lock" not in names(files, f"{name}/lib")


def test_a_run_that_lost_its_lock_puts_nothing_more(build: Run, bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a track nor the manifest, nor does it take the other's lock away."""
    files, name = bucket
    there = f"s3://{name}/lib"

    def take(result: Result | None, done: int, total: int) -> None:
        if done == 1:
            files.pipe_file(f"{name}/lib/.manifest.lock", b"another\n1\n")

    with pytest.raises(OutputError, match="another run has taken it over"):
        build(there, *map(row, "abcdef"), progress=take)
    assert "f.mp3" not in names(files, f"{name}/lib")
    assert files.cat_file(f"{name}/lib/.manifest.lock").startswith(b"another")


def test_a_lock_is_renewed(bucket: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """While its run lives, however long that is."""
    files, name = bucket
    monkeypatch.setattr(store, "LEASE_SECONDS", 0.4)
    with store.at(f"s3://{name}/lib").opened():
        first = files.cat_file(f"{name}/lib/.manifest.lock")
        end = time.monotonic() + 20
        while files.cat_file(f"{name}/lib/.manifest.lock") == first:
            assert time.monotonic() < end
            time.sleep(0.05)
        monkeypatch.setattr(store, "LEASE_SECONDS", 60.0)


def test_what_cannot_be_is_told_in_a_sentence(build: Run) -> None:
    """No bucket, no access, nobody there, another kind of address; no key is ever in it."""
    import s3fs

    told: list[MettavoxError] = []

    def refused(place: str, kind: type[MettavoxError], words: str) -> None:
        s3fs.S3FileSystem.clear_instance_cache()
        with pytest.raises(kind, match=words) as raised:
            build(place, row("a"))
        told.append(raised.value)

    refused("s3://no-such-bucket-of-ours/lib", OutputError, "is not there")
    refused("nowhere://lib", RequestError, "no kind of address")
    refused("s3://a-key:a-secret@b/lib", RequestError, "does not belong")
    refused("s3://", RequestError, "names no place")
    assert not any("a-key" in each.message + each.hint or "a-secret" in each.message + each.hint for each in told)
    for error, words in (
        (PermissionError("Access Denied for a-key"), "refuses the access"),
        (ConnectionError("a-secret"), "cannot be reached"),
        (RuntimeError("a-secret"), "cannot be written"),
    ):
        with pytest.raises(OutputError, match=words) as raised, store._translated("s3://b/lib"):
            raise error
        assert "a-" not in raised.value.message + raised.value.hint


def test_other_addresses_are_natural(tmp_path: Path, build: Run) -> None:
    """One of a folder is that folder; what has no tags is read."""
    build((tmp_path / "lib").as_uri(), row("a"))
    assert states(build(tmp_path / "lib", row("a"))) == {"a": ("kept", "")}
    there = f"memory://{tmp_path.name}/lib"
    assert states(build(there, row("a"), row("bad-1"))) == {"a": ("made", "new"), "bad-1": ("failed", "new")}
    assert states(build(there, row("a"), row("bad-1"))) == {"a": ("kept", ""), "bad-1": ("failed", "failed")}
