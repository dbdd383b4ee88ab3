"""Cluster: tracks made on other machines, by the workers of a Dask cluster.

Jobs hold names, so whoever can listen to the cluster's network, or submit to its scheduler, can have them: a cluster
of several machines wants ``tls://``. What the cluster shows and logs does not have them: a task's key is a random
number, and its work shows as nothing.

A worker makes one track at a time, whatever its threads: engines, and the mask of new files, are the process's.
"""

import asyncio
import contextlib
import importlib
import importlib.util
import logging
import os
import re
import secrets
import threading
import warnings
from collections.abc import Callable, Iterator, Mapping
from concurrent.futures import BrokenExecutor, CancelledError, Executor, Future
from pathlib import Path
from types import TracebackType
from typing import Any, ParamSpec, TypeVar

from mettavox import __version__
from mettavox.errors import MettavoxError, RequestError

_P = ParamSpec("_P")
_T = TypeVar("_T")

CONNECT_SECONDS = 15.0
"""How long a scheduler is waited for, and then a worker of it."""

_ADDRESS = re.compile(r"((tcp|tls|ws|wss)://)?[^\s/@]+:\d+/?", re.ASCII)
_INSTALL = "pip install 'mettavox[cluster]'"
_THREADS = "A worker makes one track at a time. Start one for each core: dask worker … --nworkers N --nthreads 1"
_one_track = threading.Lock()


class Cluster:
    """A cluster while it is open: ``size`` workers; ``notes`` are what a person should be told of it."""

    def __init__(self, client: Any, address: str) -> None:
        self._client, self._address = client, address
        workers = self._workers()
        self.size = len(workers)
        self.notes = (_THREADS,) if any(worker.get("nthreads", 1) > 1 for worker in workers.values()) else ()

    def pool(self, count: int) -> "ClusterExecutor":
        """An executor; how much it is given at once is the caller's part, since workers come and go.

        Raises RequestError when the scheduler is gone, or no worker can be used.
        """
        self._check_workers()
        return ClusterExecutor(self._client)

    def sees(self, path: Path) -> bool:
        """Whether every worker has that file. Raises RequestError when the scheduler is gone."""
        # What a worker that is just dying answers is neither.
        return False not in self._everywhere(os.path.isfile, str(path)).values()

    def _workers(self) -> Mapping[str, Any]:
        """By their addresses."""
        try:
            return dict(self._client.scheduler_info(n_workers=-1)["workers"])
        except TypeError:  # before 2025, all are told
            return dict(self._client.scheduler_info()["workers"])

    def _everywhere(self, what: Callable[..., Any], *args: object) -> dict[str, Any]:
        """What a function gives on each worker, or the exception. Raises RequestError."""
        if self._client.status != "running":
            raise _gone(self._address)
        try:
            return dict(self._client.run(what, *args, on_error="return"))
        except Exception as error:  # of the network, of which there are many kinds
            raise _gone(self._address) from error

    def _check_workers(self) -> None:
        # By a built-in function: one of ours could not even be told to a worker that has no mettavox.
        _wait(self._client, self._address)  # a worker that died is not yet another
        found = self._everywhere(eval, "__import__('mettavox').__version__")
        for value in found.values():
            if isinstance(value, ModuleNotFoundError):
                raise RequestError(
                    "A worker of the cluster has no mettavox.",
                    hint=f"Install mettavox {__version__} on every worker: {_INSTALL}",
                )
            if isinstance(value, str) and value != __version__:
                raise _other_version(value, __version__)


def _run(version: str, folder: str, work: "_Hidden") -> tuple[Any, Exception | None]:
    """On a worker: what the work gives, and what it raised. Relative paths are looked up from where they were meant.

    It raises nothing itself: Dask writes an exception's text into its logs, and there may be a name in it.
    """
    if version != __version__:  # of a worker that came later
        return None, _other_version(__version__, version)
    with _one_track, contextlib.ExitStack() as until_the_end:
        with contextlib.suppress(OSError):  # a folder that is not on this machine
            until_the_end.enter_context(contextlib.chdir(folder))
        try:
            return work.fn(*work.args), None
        except Exception as error:
            return None, error


class _Hidden:
    """A function and its arguments; what Dask shows of a task is its arguments' ``repr``."""

    def __init__(self, fn: Callable[..., Any], args: tuple[object, ...]) -> None:
        self.fn, self.args = fn, args


class ClusterExecutor(Executor):
    """Gives work to a cluster. Of a worker that dies, what it had is done by another.

    Work that was on several workers that died is lost, as BrokenExecutor, when it was not alone, since it may have been
    another's fault; else a MettavoxError. When the block ends with an exception, what has not begun is cancelled.
    """

    def __init__(self, client: Any) -> None:
        self._client = client
        self._tasks: dict[Future[Any], Any] = {}
        self._guard = threading.Lock()
        self._most = 0

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """As for any executor, but for keyword arguments, which it does not take."""
        if kwargs or self._client.status != "running":
            raise BrokenExecutor("the scheduler is gone")
        future: Future[_T] = Future()
        future.set_running_or_notify_cancel()
        try:
            task = self._client.submit(
                _run,
                __version__,
                os.getcwd(),  # noqa: PTH109
                _Hidden(fn, args),
                key=f"mettavox-{secrets.token_hex(8)}",
                pure=False,
            )
        except Exception as error:
            raise BrokenExecutor("the scheduler is gone") from error
        with self._guard:
            self._tasks[future] = task
            self._most = max(self._most, len(self._tasks))
        task.add_done_callback(lambda done: self._done(done, future))
        return future

    def _done(self, task: Any, future: Future[Any]) -> None:
        """In a thread of Dask's."""
        result: Any = None
        error: BaseException | None
        try:
            if task.status == "finished":
                result, error = task.result()
            else:
                error = self._translated(task.exception() if task.status == "error" else None)
        except (Exception, CancelledError, asyncio.CancelledError):  # it was there, and went with its worker
            error = BrokenExecutor("the cluster has lost it")
        with self._guard:
            self._tasks.pop(future, None)
        if error is None:
            future.set_result(result)
        else:
            future.set_exception(error)

    def _translated(self, error: BaseException | None) -> BaseException:
        if error is None:
            return BrokenExecutor("the scheduler is gone")
        if type(error).__name__ != "KilledWorker":
            return error
        if self._most > 1:
            return BrokenExecutor("workers died")
        return MettavoxError(
            "The workers that made this track died, one after another.",
            hint="They may have run out of memory: give each more of it.",
        )

    def shutdown(self, wait: bool = True, *, cancel_futures: bool = False) -> None:
        """As for any executor; the client stays open."""
        with self._guard:
            tasks = dict(self._tasks)
        if cancel_futures and tasks and self._client.status == "running":
            with contextlib.suppress(Exception):
                self._client.cancel(list(tasks.values()), force=True, reason="stopped")
        elif wait:
            for future in tasks:
                future.exception()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.shutdown(wait=True, cancel_futures=kind is not None)


@contextlib.contextmanager
def opened(address: str) -> Iterator[Cluster]:
    """The cluster of a scheduler such as tcp://host:8786, until the block ends.

    Raises RequestError when Dask is not installed, when the scheduler does not answer within CONNECT_SECONDS, has no
    workers, or when it or a worker is of another version than what is here.
    """
    if not _ADDRESS.fullmatch(address):
        raise RequestError(
            "That is no address of a scheduler.", hint="Give it as its “dask scheduler” says it: tcp://host:8786"
        )
    if importlib.util.find_spec("distributed") is None:
        raise RequestError("A cluster needs Dask, which is not installed.", hint=f"Install it: {_INSTALL}")
    with _quiet(), contextlib.ExitStack() as until_the_end:
        client = _client(address)
        until_the_end.callback(_closed, client)
        _wait(client, address)
        _check_versions(client, address)
        cluster = Cluster(client, address)
        cluster._check_workers()
        yield cluster


@contextlib.contextmanager
def _quiet() -> Iterator[None]:
    """What Dask would say on its own: an error of ours says it in a sentence, without addresses of workers."""
    import distributed  # noqa: F401  (which sets up its loggers)

    names = [
        "asyncio",
        "tornado",
        *(name for name in logging.root.manager.loggerDict if name.startswith("distributed")),
    ]
    loggers = [(logger, logger.level) for logger in map(logging.getLogger, names)]
    try:
        for logger, _ in loggers:
            logger.setLevel(logging.CRITICAL + 1)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            yield
    finally:
        for logger, level in loggers:
            logger.setLevel(level)


def _client(address: str) -> Any:
    distributed: Any = importlib.import_module("distributed")
    try:
        client = distributed.Client(address, timeout=CONNECT_SECONDS, set_as_default=False, name="mettavox")
    except (TypeError, RuntimeError) as error:  # Dask's words where a certificate is missing
        raise _no_tls() if address.startswith(("tls", "wss")) else _silent(address) from error
    except Exception as error:  # of the network, of TLS, of a program that is no scheduler
        raise _silent(address) from error
    return client


def _wait(client: Any, address: str) -> None:
    """Until there is a worker."""
    try:
        client.wait_for_workers(1, timeout=CONNECT_SECONDS)
    except Exception as error:
        raise (_no_workers if client.status == "running" else _gone)(address) from error


def _closed(client: Any) -> None:
    with contextlib.suppress(Exception):  # of a scheduler that is gone
        client.close(timeout=5)


def _check_versions(client: Any, address: str) -> None:
    """Dask wants the same version on both ends."""
    try:
        found = client.get_versions()
    except Exception as error:
        raise _gone(address) from error
    ours = found["client"]["packages"]["distributed"]
    for where, each in [
        ("The scheduler", found["scheduler"]),
        *(("A worker", one) for one in found["workers"].values()),
    ]:
        theirs = each and each["packages"]["distributed"]
        if theirs != ours:
            raise RequestError(
                f"{where} has Dask {theirs or 'of an unknown version'}, and here is {ours}.",
                hint="Install the same version on each machine, and try again.",
            )


def _silent(address: str) -> RequestError:
    return RequestError(
        f"No Dask scheduler answers at “{address}”.",
        hint="Check the address, and that “dask scheduler” runs there, is of the same version and can be reached.",
    )


def _no_tls() -> RequestError:
    return RequestError(
        "A tls:// address needs certificates, and Dask has none.",
        hint="Name them in Dask's own configuration: distributed.comm.tls, or DASK_DISTRIBUTED__COMM__TLS__….",
    )


def _no_workers(address: str) -> RequestError:
    return RequestError(
        f"The scheduler at “{address}” has no workers.",
        hint=f"Start some: dask worker {address} --nworkers 4 --nthreads 1",
    )


def _gone(address: str) -> RequestError:
    return RequestError(
        f"The scheduler at “{address}” went away.",
        hint="What was finished is kept: start the cluster again, and run the same command.",
    )


def _other_version(theirs: str, ours: str) -> RequestError:
    return RequestError(
        f"A worker of the cluster has mettavox {theirs}, and this is {ours}.",
        hint=f"Install mettavox {ours} on every worker.",
    )
