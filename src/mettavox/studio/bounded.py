"""Bounded: work on a text that anyone may have written, in a process of its own and for so long and no longer.

The rules read every way in which a script can be heard, which takes seconds and, for a text that was written to that
end, minutes. Meanwhile the pages go on, and what takes too long is ended.
"""

import contextlib
import multiprocessing
import signal
import threading
import time
from collections.abc import Callable
from multiprocessing.connection import Connection
from multiprocessing.process import BaseProcess
from typing import ParamSpec, TypeVar, cast

from mettavox.errors import MettavoxError, ScriptError

LONGEST_SECONDS = 60.0
_IDLE_SECONDS = 300.0
_LOOK_SECONDS = 0.5

_P = ParamSpec("_P")
_T = TypeVar("_T")


class Bounded:
    """A process that is started when there is something to do, and ends when there was nothing for some minutes.

    What it does is given up when ``is_open`` says no more: who has pressed Ctrl-C does not wait for it.
    """

    def __init__(self, *, longest_seconds: float = LONGEST_SECONDS, is_open: Callable[[], bool] = lambda: True) -> None:
        self._longest = longest_seconds
        self._is_open = is_open
        self._one_at_a_time = threading.Lock()
        self._process: BaseProcess | None = None
        self._connection: Connection | None = None

    def done(self, fn: Callable[_P, _T], /, *args: _P.args, **kwargs: _P.kwargs) -> _T:
        """What ``fn`` gives, or raises on purpose; it and what it is given have to be picklable.

        Raises ScriptError where that takes too long.
        """
        with self._one_at_a_time:
            try:
                good, result = self._answer(fn, args, kwargs)
            except (EOFError, OSError):  # it had ended a moment ago, or was killed
                self._end()
                good, result = self._answer(fn, args, kwargs)
        if good:
            return cast(_T, result)
        raise cast(Exception, result)

    def _answer(self, *call: object) -> tuple[bool, object]:
        connection = self._running()
        connection.send(call)
        if not self._has_come(connection):
            self._end()
            raise ScriptError(
                f"The rules have read this text for {self._longest:g} s, and have not come to its end.",
                hint="Make two scripts of it, or let fewer choices come together in a line.",
            )
        return cast(tuple[bool, object], connection.recv())

    def _has_come(self, connection: Connection) -> bool:
        end = time.monotonic() + self._longest
        while self._is_open() and (left := end - time.monotonic()) > 0:
            if connection.poll(min(left, _LOOK_SECONDS)):
                return True
        return False

    def _running(self) -> Connection:
        if self._process is None or self._connection is None or not self._process.is_alive():
            self._end()
            context = multiprocessing.get_context("spawn")
            self._connection, there = context.Pipe()
            self._process = context.Process(target=_work, args=(there,), daemon=True, name="mettavox-bounded")
            self._process.start()
            there.close()
        return self._connection

    def _end(self) -> None:
        if self._connection is not None:
            self._connection.close()
        if self._process is not None:
            self._process.kill()
            self._process.join()
            self._process.close()
        self._process = self._connection = None


def _work(connection: Connection) -> None:
    """In the process: do what comes, until nothing comes or nobody is there any more."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # the keyboard is the studio's
    with contextlib.suppress(EOFError, OSError):
        while connection.poll(_IDLE_SECONDS):
            fn, args, kwargs = connection.recv()
            try:
                answer = True, fn(*args, **kwargs)
            except MettavoxError as error:
                answer = False, error
            except Exception as error:  # its words could be the text's
                answer = False, RuntimeError(type(error).__name__)
            connection.send(answer)
