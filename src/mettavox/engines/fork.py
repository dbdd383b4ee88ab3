"""Work done in a fork, so that it leaves nothing behind in this process: no state, no memory."""

import os
import pickle
from collections.abc import Callable

from mettavox.errors import EngineError, MettavoxError

POSSIBLE = hasattr(os, "fork")
"""Whether this system has forks; Windows has none."""

_DONE, _FAILED = b"+", b"-"


def done(work: Callable[[], bytes], *, hint: str = "") -> bytes:
    """What ``work`` gives back. Raises what it raises on purpose, and EngineError for everything else."""
    reading, writing = os.pipe()
    child = os.fork()
    if not child:
        os.close(reading)
        _work_and_exit(work, writing)
    os.close(writing)
    with os.fdopen(reading, "rb") as pipe:
        told = pipe.read()
    _, status = os.waitpid(child, 0)
    if told[:1] == _FAILED:
        error: MettavoxError = pickle.loads(told[1:])
        raise error
    if status or told[:1] != _DONE:
        raise EngineError(f"The process of one line ended with {os.waitstatus_to_exitcode(status)}.", hint=hint)
    return told[1:]


def _work_and_exit(work: Callable[[], bytes], report: int) -> None:
    """In the fork: work, tell, and leave without tidying up; libraries hang or crash when they are closed here."""
    try:
        told = _DONE + work()
    except MettavoxError as error:
        told = _FAILED + pickle.dumps(error)
    except BaseException as error:
        # Its words may repeat the line's; its kind cannot.
        told = _FAILED + pickle.dumps(EngineError(f"The engine failed with {type(error).__name__}."))
    try:
        with os.fdopen(report, "wb") as pipe:
            pipe.write(told)
    finally:
        os._exit(0)
