"""Workers: a pool of processes that leaves nothing behind, however it ends.

They are spawned, not forked, since engines must not be forked once they are open. A worker that is told to stop, or
whose parent is gone, gives up its work as if someone had pressed Ctrl-C in it, and tidies up before it ends.
"""

import contextlib
import multiprocessing
import multiprocessing.util
import os
import signal
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ProcessPoolExecutor
from types import FrameType, TracebackType
from typing import ParamSpec, TypeVar

from mettavox import stopping

_P = ParamSpec("_P")
_T = TypeVar("_T")

_STOPPED = 130
# The keyboard and a closed terminal tell every process; what a worker hears comes from its parent alone.
_FROM_TERMINAL = [getattr(signal, name) for name in ("SIGINT", "SIGHUP") if hasattr(signal, name)]

_working = False
_endings: list[Callable[[], None]] = []


class Workers(ProcessPoolExecutor):
    """So many processes. When its block ends with an exception, they stop at once, and what they had begun is undone.

    What is submitted has to be picklable. A worker that dies breaks the pool: BrokenProcessPool, as for its parent.
    """

    def __init__(self, count: int) -> None:
        self._others = set(multiprocessing.active_children())
        super().__init__(count, mp_context=multiprocessing.get_context("spawn"), initializer=_begin)

    def submit(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> Future[_T]:
        """As for any executor."""
        with _terminal_unheard():  # a new process has this from us until it can decide for itself
            return super().submit(_done, fn, *args, **kwargs)  # type: ignore[arg-type]

    def stop(self) -> None:
        """End every worker, and wait until it has tidied up; what it was doing fails."""
        for process in set(multiprocessing.active_children()) - self._others:
            if not process.daemon:  # which no worker is: it was begun by somebody else meanwhile
                process.terminate()
        self.shutdown(wait=True, cancel_futures=True)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if kind is None:
            self.shutdown(wait=True)
        else:
            self.stop()


@contextlib.contextmanager
def _terminal_unheard() -> Iterator[None]:
    if not hasattr(signal, "pthread_sigmask"):
        yield
        return
    before = signal.pthread_sigmask(signal.SIG_BLOCK, _FROM_TERMINAL)
    try:
        yield
    finally:
        signal.pthread_sigmask(signal.SIG_SETMASK, before)


# --- in the worker ---


def at_end(tidy: Callable[[], None]) -> None:
    """Have ``tidy`` run when this process ends, whether it is a worker or not, unless it is killed."""
    _endings.append(tidy)
    multiprocessing.util.Finalize(None, tidy, exitpriority=0)


def _leave() -> None:
    for tidy in _endings:
        with contextlib.suppress(Exception):
            tidy()
    os._exit(_STOPPED)


def _begin() -> None:
    for number in _FROM_TERMINAL:
        signal.signal(number, signal.SIG_IGN)
    if hasattr(signal, "pthread_sigmask"):
        signal.pthread_sigmask(signal.SIG_UNBLOCK, _FROM_TERMINAL)
    signal.signal(signal.SIGTERM, _stop)
    threading.Thread(target=_watch_parent, daemon=True).start()


def _watch_parent() -> None:
    """A parent that was killed cannot say so."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        parent.join()
    main = threading.main_thread().ident
    if hasattr(signal, "pthread_kill") and main is not None:
        signal.pthread_kill(main, signal.SIGTERM)
    else:
        os._exit(_STOPPED)


def _stop(number: int, frame: FrameType | None) -> None:
    if not _working:
        _leave()
    if not stopping.is_told():  # asked again, it goes on tidying up
        stopping.tell()
        raise KeyboardInterrupt


def _done(fn: Callable[..., _T], *args: object) -> _T:
    """What ``fn`` gives. A worker that was told to stop ends here, since its pool would give it the next work."""
    global _working  # noqa: PLW0603
    try:
        _working = True
        return fn(*args)
    finally:
        _working = False
        if stopping.is_told():
            _leave()
