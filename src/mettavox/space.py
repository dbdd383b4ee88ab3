"""Space: what mettavox keeps on this machine, where, and how much of it; and letting go of what can be made again."""

import contextlib
import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mettavox import assets, bench
from mettavox.clipcache import ClipCache


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A folder, and how many files and bytes are in it, links not followed."""

    folder: Path
    files: int
    bytes: int


def kept(folder: Path, counts: Callable[[str], bool] = lambda name: True) -> Kept:
    """What a folder and those in it hold of the files whose name ``counts``; nothing where it is not there."""
    files = size = 0
    for place, _, names in os.walk(folder):
        for name in filter(counts, names):
            with contextlib.suppress(OSError):  # gone meanwhile
                size += os.lstat(Path(place, name)).st_size
                files += 1
    return Kept(folder=folder, files=files, bytes=size)


def cached() -> Kept:
    """What is kept from one track to the next, so that it need not be spoken or encoded again."""
    return kept(assets.cache_folder(), lambda name: name.endswith((".clip", ".master", ".blanks")))


def empty_cache() -> int:
    """Drop all of that; gives how many files the disk kept all the same. What is missed is made again."""
    for each in (*ClipCache(assets.cache_folder()).shelves, *bench.shelves()):
        each.clear()
    return cached().files
