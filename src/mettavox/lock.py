"""A lock that one process has at a time; it ends with the process at the latest."""

import contextlib
import os
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

if sys.platform == "win32":
    import msvcrt
else:
    import fcntl

_WAIT_SECONDS = 0.2


@contextlib.contextmanager
def held(path: Path) -> Iterator[None]:
    """The lock at ``path`` for this process alone: another that has it is waited for.

    Its folder is made if need be. Raises OSError for what the disk refuses, before the block begins.
    """
    lock = _locked(path)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps what is open
            path.unlink()
        lock.close()


def _locked(path: Path) -> BinaryIO:
    while True:
        path.parent.mkdir(parents=True, exist_ok=True)
        file = path.open("ab")
        try:
            _lock(file)
            if os.path.samestat(os.fstat(file.fileno()), path.stat()):
                return file
        except FileNotFoundError:
            pass  # whoever had it took it away
        except BlockingIOError:
            time.sleep(_WAIT_SECONDS)
        except BaseException:
            file.close()
            raise
        file.close()


def _lock(file: BinaryIO) -> None:
    """Take the lock. Raises BlockingIOError when another has it."""
    if sys.platform == "win32":
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
    else:
        fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
