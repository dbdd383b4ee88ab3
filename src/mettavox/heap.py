"""The heap: what the C library has of memory that nobody uses any more, and how it is made to give that back."""

import ctypes
import sys
from collections.abc import Callable
from functools import cache
from typing import Any


def give_back() -> None:
    """Have pages that nobody uses go back to the system, between one stage of a track and the next.

    glibc alone keeps what lies under anything that is still used; elsewhere there is nothing to do.
    """
    _trim()(0)


@cache
def _trim() -> Callable[[int], Any]:
    if sys.platform != "linux":
        return int
    try:
        trim: Callable[[int], Any] = ctypes.CDLL(None).malloc_trim
    except (AttributeError, OSError):  # another C library, such as musl
        return int
    return trim
