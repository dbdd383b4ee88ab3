"""Cluster: a batch made by the processes of a Dask cluster, of which some die, is the one that is made without it."""

import contextlib
import hashlib
import io
import logging
import os
import shutil
import signal
import time
import warnings
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from mettavox import batch, cluster, roster, store
from mettavox.batch import Job, Outcome
from mettavox.batchreport import Report, Result
from mettavox.cluster import Cluster
from mettavox.digest import sha256
from mettavox.errors import OutputError, RequestError
from mettavox.manifest import Manifest

SHORT = "shift-reset,45s,hum,none"
HEADING = "code,script,duration,voice,cover,name,say"
OURS = {"manifest.sqlite", "report.html"}
Run = Callable[..., Report]
pytestmark = pytest.mark.skipif(not hasattr(signal, "SIGKILL"), reason="kills processes")


@pytest.fixture(scope="module", autouse=True)
def distributed() -> Any:
    """Imported with the first test here, since that takes long and every process that runs tests reads this file."""
    return pytest.importorskip("distributed")


@pytest.fixture(scope="module")
def bucket() -> Iterator[str]:
    """The name of a bucket on an S3 server of this machine, which the cluster's workers know from their environment."""
    s3fs, moto = pytest.importorskip("s3fs"), pytest.importorskip("moto.server")
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = moto.ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        patch.setenv("AWS_ACCESS_KEY_ID", "a-key")
        patch.setenv("AWS_SECRET_ACCESS_KEY", "a-secret")
        patch.setenv("AWS_DEFAULT_REGION", "us-east-1")
        s3fs.S3FileSystem.clear_instance_cache()
        s3fs.S3FileSystem().mkdir("of-a-cluster")
        yield "of-a-cluster"
    server.stop()


@pytest.fixture(scope="module")
def dask(distributed: Any, bucket: str, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Any]:
    """A scheduler and two workers, each a process of this machine, without a dashboard."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        found = distributed.LocalCluster(
            n_workers=2, threads_per_worker=1, processes=True, dashboard_address=None, host="127.0.0.1",
            local_directory=str(tmp_path_factory.mktemp("dask")), silence_logs=logging.CRITICAL,
        )  # fmt: skip
        yield found
        found.close(timeout=10)


@pytest.fixture
def two(dask: Any) -> Iterator[Cluster]:
    """The cluster, open."""
    with cluster.opened(dask.scheduler_address) as found:
        yield found


@pytest.fixture
def build(tmp_path: Path) -> Run:
    """``build("a,…", folder=…, **options)``: a roster of these rows, without sound."""

    def one(*rows: str, folder: str = "library", **options: Any) -> Report:
        path = tmp_path / "roster.csv"
        path.write_text("\n".join([HEADING, *rows, ""]), "utf-8")
        return batch.build(
            roster.read(path), folder if "://" in folder else tmp_path / folder, **{"work": fake, **options}
        )

    return one


def fake(job: Job) -> Outcome:
    """A file of what was asked for; codes that begin with “dies” die always, “once” when it is there already."""
    folder = Path(job.folder)
    content = repr(sorted(job.values.items())).encode()
    name = f"{job.code}.mp3"
    if job.code.startswith("dies"):
        os._exit(9)
    if job.code.startswith("bug"):
        raise ValueError(job.values["name"])
    if job.code.startswith("slow"):
        time.sleep(0.2)
    if (folder / name).exists() and not job.replace:
        return Outcome(code=job.code, error=OutputError("It is there already."))
    (folder / name).write_bytes(content)
    if job.code.startswith("once") and not (folder / f"{job.code}.died").exists():
        (folder / f"{job.code}.died").touch()
        os._exit(9)
    return Outcome(code=job.code, frames=48_000, rate=48_000, files={name: hashlib.sha256(content).hexdigest()})


def row(code: str, name: str = "Zebedee") -> str:
    return f"{code},{SHORT},{name},"


def states(report: Report) -> dict[str, str]:
    return {result.code: result.state for result in report.results}


def test_a_killed_worker_loses_no_row(tmp_path: Path, build: Run, two: Cluster) -> None:
    """Each is made, and to the byte what is made without a cluster."""
    rows = [row("real"), *(row(f"slow-{number}") for number in range(6))]
    pids = dict(two._client.run(os.getpid))

    def kill(result: Result | None, done: int, total: int) -> None:
        if result is not None and done == 2:
            busy = next(address for address, keys in two._client.processing().items() if keys)
            os.kill(pids[busy], signal.SIGKILL)

    report = build(*rows, work=mixed, cluster=two, progress=kill)
    assert set(states(report).values()) == {"made"}, report
    assert pids != dict(two._client.run(os.getpid))
    library, other = tmp_path / "library", tmp_path / "other"
    other.mkdir()
    shutil.copy(library / "manifest.sqlite", other)
    assert build(*rows, folder="other", work=mixed, jobs=1, pool=ThreadPoolExecutor).made == 7
    made = {each.name for each in library.iterdir()} - OURS
    assert made == {each.name for each in other.iterdir()} - OURS
    assert len(made) == 10 + 6
    for name in made:
        assert sha256(other / name) == sha256(library / name), name
    assert build(*rows).kept == 7


def mixed(job: Job) -> Outcome:
    """A track, or what is quicker than one."""
    return batch.make(job) if job.code == "real" else fake(job)


def test_a_track_that_kills_every_worker_fails_alone(
    build: Run, dask: Any, two: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One that was made as its worker died is made again, not refused since it is there."""
    monkeypatch.setattr(dask.scheduler, "allowed_failures", 0)  # Dask's own three cost seconds each
    codes = ["a", "b", "once", "dies", "c", "d"]
    report = build(*map(row, codes), cluster=two)
    assert states(report) == {code: "failed" if code == "dies" else "made" for code in codes}
    (failed,) = report.of("failed")
    assert "died" in failed.error
    assert failed.hint


def test_an_interruption_cancels_what_was_not_begun(tmp_path: Path, build: Run, two: Cluster) -> None:
    """What was finished is kept; the next run goes on, wherever it is made."""
    codes = [f"slow-{number}" for number in range(12)]

    def stop(result: Result | None, done: int, total: int) -> None:
        if done == 2:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        build(*map(row, codes), cluster=two, progress=stop)
    time.sleep(1)
    assert len(list((tmp_path / "library").glob("*.mp3"))) <= 6
    report = build(*map(row, codes), jobs=1, pool=ThreadPoolExecutor)
    assert report.kept >= 2
    assert report.failed == 0


def test_the_cluster_tells_no_name(build: Run, two: Cluster) -> None:
    """Not in its keys, nor in what the scheduler and the workers log of a task that fails."""
    report = build(row("a"), row("bug-1"), cluster=two)
    assert states(report) == {"a": "made", "bug-1": "failed"}
    keys: list[str] = two._client.run_on_scheduler(lambda dask_scheduler: [str(k) for k in dask_scheduler.tasks])
    told = [*keys, repr(two._client.get_worker_logs()), repr(two._client.get_scheduler_logs()), repr(report)]
    assert all(key.startswith("mettavox-") for key in keys)  # such as are not let go of yet
    assert not any("Zebedee" in each for each in told), told


def test_a_folder_that_workers_do_not_share_is_told(
    tmp_path: Path, build: Run, two: Cluster, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Before anything is made; or when a worker that came later has another."""
    monkeypatch.setattr(two, "sees", lambda path: False)
    with pytest.raises(OutputError, match="workers do not have the folder") as refused:
        build(row("a"), cluster=two)
    assert "s3://" in refused.value.hint
    assert {each.name for each in (tmp_path / "library").iterdir()} == {"manifest.sqlite"}
    monkeypatch.undo()
    monkeypatch.setattr(store, "SEEN_SECONDS", 0.1)
    report = build(row("a"), cluster=two, work=elsewhere)
    (failed,) = report.of("failed")
    assert "workers do not have the folder" in failed.error


def test_a_worker_with_another_voice_or_file_is_told(build: Run, two: Cluster) -> None:
    """Since the track would not be the one that was asked for."""
    report = build(row("a"), cluster=two, work=with_another_voice)
    (failed,) = report.of("failed")
    assert "another script, voice or file" in failed.error


def with_another_voice(job: Job) -> Outcome:
    return batch.make(replace(job, values=job.values | {"voice": "system"}))


def elsewhere(job: Job) -> Outcome:
    return Outcome(code=job.code, frames=1, rate=1, files={"a.mp3": "0" * 64})


def test_workers_put_their_tracks_into_a_store_themselves(build: Run, two: Cluster, bucket: str) -> None:
    """No disk is shared; what is there is kept by the next run."""
    there = f"s3://{bucket}/library"
    assert states(build(row("a"), row("b"), folder=there, cluster=two, work=putting)) == {"a": "made", "b": "made"}
    assert build(row("a"), row("b"), folder=there, jobs=1, pool=ThreadPoolExecutor).kept == 2


def putting(job: Job) -> Outcome:
    """A file of what was asked for, put into a store."""
    with store.place(job.folder, f"{job.code}.mp3", run=job.run, replace=job.replace) as place:
        place.path.write_bytes(repr(job.values).encode())
        files = {place.path.name: sha256(place.path)}
    return Outcome(code=job.code, frames=1, rate=1, files=files, tags=place.tags)


def test_other_versions_are_refused(distributed: Any, dask: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of mettavox, on a worker, and of one that comes later; of Dask."""
    with cluster.opened(dask.scheduler_address) as found:
        ours = cluster.__version__
        monkeypatch.setattr(cluster, "__version__", "0.0.0")
        with pytest.raises(RequestError, match=f"has mettavox {ours}, and this is 0.0.0"):
            found.pool(1)
        with cluster.ClusterExecutor(found._client) as executor:
            error = executor.submit(os.getpid).exception(timeout=30)
        assert isinstance(error, RequestError), error
        assert f"has mettavox {ours}, and this is 0.0.0" in error.message
        monkeypatch.setattr(distributed.Client, "get_versions", lambda self: OLDER)
        with pytest.raises(RequestError, match="scheduler has Dask 1, and here is 2"):
            cluster._check_versions(found._client, "")


OLDER = {
    "client": {"packages": {"distributed": "2"}},
    "scheduler": {"packages": {"distributed": "1"}},
    "workers": {},
}


def test_a_scheduler_that_is_not_there_is_told(
    monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """Nobody, no certificate, no address, no Dask; in a sentence, and nothing of Dask's own."""
    monkeypatch.setattr(cluster, "CONNECT_SECONDS", 0.5)
    for address, words in (
        ("tcp://127.0.0.1:9", "No Dask scheduler answers at “tcp://127.0.0.1:9”"),
        ("tls://127.0.0.1:9", "needs certificates"),
        ("nonsense", "no address"),
    ):
        with pytest.raises(RequestError, match=words) as refused, cluster.opened(address):
            pass
        assert refused.value.hint
    monkeypatch.setattr(cluster.importlib.util, "find_spec", lambda name: None)
    with pytest.raises(RequestError, match="not installed") as refused, cluster.opened("tcp://127.0.0.1:9"):
        pass
    assert "pip install 'mettavox[cluster]'" in refused.value.hint
    assert capfd.readouterr().err == ""


def test_a_scheduler_that_goes_away_is_told(
    distributed: Any, build: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """What was finished is kept."""
    with warnings.catch_warnings(), contextlib.redirect_stderr(io.StringIO()):
        warnings.simplefilter("ignore")
        with distributed.LocalCluster(
            n_workers=1,
            threads_per_worker=1,
            processes=False,
            dashboard_address=None,
            protocol="tcp",
            host="127.0.0.1",
            silence_logs=logging.CRITICAL,
        ) as short:

            def end(result: Result | None, done: int, total: int) -> None:
                if done == 2:
                    short.close(timeout=10)

            monkeypatch.setattr(cluster, "CONNECT_SECONDS", 3.0)
            with (
                pytest.raises(RequestError, match="went away"),
                cluster.opened(short.scheduler_address) as found,
            ):
                build(*(row(f"slow-{number}") for number in range(8)), cluster=found, progress=end)
    with Manifest.opened(tmp_path / "library") as manifest:
        assert sum(entry.state == "made" for entry in manifest.entries()) >= 2
