"""Space: what mettavox keeps on this machine, where, and how much of it; and letting go of what can be made again."""

import contextlib
import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from mettavox import assets, bench
from mettavox.clipcache import ClipCache

_SETTLED_NS = 2_000_000_000


@dataclass(frozen=True, kw_only=True)
class Kept:
    """A folder, and how many files and bytes are in it, links not followed."""

    folder: Path
    files: int
    bytes: int


@dataclass(frozen=True, kw_only=True)
class _Counted:
    """A folder when it was looked at: when it was changed, what lies right in it, and the folders in it."""

    changed: int
    files: int
    bytes: int
    inner: tuple[str, ...]


class Remembered:
    """What folders hold, without counting anew what was counted before: nothing came into a folder, or went, whose
    time is the same. A file that has only grown where it lies is not noticed.
    """

    def __init__(self) -> None:
        self._known: dict[Path, dict[str, _Counted]] = {}

    def kept(self, folder: Path) -> Kept:
        """As ``kept`` counts all files."""
        before, now = self._known.get(folder, {}), dict[str, _Counted]()
        left = [str(folder)]
        while left:
            place = left.pop()
            with contextlib.suppress(OSError):  # gone meanwhile, or nobody may look
                now[place] = _counted(place, before.get(place))
                left.extend(now[place].inner)
        # One that was changed a moment ago may be changed once more within the same tick of the disk's clock.
        old = time.time_ns() - _SETTLED_NS
        self._known[folder] = {place: each for place, each in now.items() if each.changed < old}
        return Kept(
            folder=folder,
            files=sum(each.files for each in now.values()),
            bytes=sum(each.bytes for each in now.values()),
        )


def _counted(place: str, before: _Counted | None) -> _Counted:
    """Raises OSError."""
    changed = os.stat(place).st_mtime_ns  # noqa: PTH116 (ten thousand folders: a Path for each costs more than the rest)
    if before is not None and before.changed == changed:
        return before
    files = size = 0
    inner = []
    with os.scandir(place) as entries:
        for entry in entries:
            if entry.is_dir():
                inner += [] if entry.is_symlink() else [entry.path]
            else:
                with contextlib.suppress(OSError):
                    size += entry.stat(follow_symlinks=False).st_size
                    files += 1
    return _Counted(changed=changed, files=files, bytes=size, inner=tuple(inner))


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
