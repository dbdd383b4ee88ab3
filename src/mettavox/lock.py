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

_held: set[BinaryIO] = set()


@contextlib.contextmanager
def held(path: Path, *, wait: bool = True) -> Iterator[None]:
    """The lock at ``path`` for this process alone: another that has it is waited for, or not.

    Its folder is made if need be. Raises OSError for what the disk refuses, before the block begins: BlockingIOError
    when another has it and is not to be waited for.
    """
    lock = _locked(path, wait=wait)
    _held.add(lock)
    try:
        yield
    finally:
        with contextlib.suppress(OSError):  # Windows keeps what is open
            path.unlink()
        _held.discard(lock)
        lock.close()


def is_held(path: Path) -> bool:
    """Whether someone has the lock at ``path`` now; nothing is made or changed there. Raises OSError."""
    try:
        file = path.open("rb" if sys.platform != "win32" else "r+b")
    except FileNotFoundError:
        return False
    with file:
        try:
            _lock(file, shared=True)
        except BlockingIOError:
            return True
    return False


def _let_go() -> None:
    """A worker that was forked has the file too, and would keep the lock when its parent is killed."""
    for lock in _held:
        lock.close()
    _held.clear()


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_let_go)


def _locked(path: Path, *, wait: bool) -> BinaryIO:
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
            if not wait:
                file.close()
                raise
            time.sleep(_WAIT_SECONDS)
        except BaseException:
            file.close()
            raise
        file.close()


def _lock(file: BinaryIO, *, shared: bool = False) -> None:
    """Take the lock. Raises BlockingIOError when another has it; those who only look may be ``shared``."""
    if sys.platform == "win32":
        try:
            msvcrt.locking(file.fileno(), msvcrt.LK_NBLCK, 1)
        except OSError as error:
            raise BlockingIOError from error
    else:
        fcntl.flock(file, (fcntl.LOCK_SH if shared else fcntl.LOCK_EX) | fcntl.LOCK_NB)
