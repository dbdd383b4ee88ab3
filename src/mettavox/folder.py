"""Folders that are whole or not there: filled beside their place, and moved there when they are done."""

import contextlib
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

from mettavox import output
from mettavox.errors import OutputError

_BY_THEMSELVES = (".DS_Store", "Thumbs.db", "desktop.ini")
"""Files that desktops leave in folders."""

_ELSEWHERE = "Choose another folder with -o."


@contextlib.contextmanager
def whole_folder(
    path: Path, *, replace: bool, ours: Callable[[Path], frozenset[str]], hint: str = ""
) -> Iterator[Path]:
    """A folder to fill; it takes the name ``path`` when the block ends well, and vanishes when not.

    A folder that is there already and not empty is only replaced when asked, and only when it holds
    nothing but what ``ours`` says of it: the paths of what was made there, or nothing for a stranger's.
    Raises OutputError for that, and for whatever the disk refuses. ``hint`` is for a place that nobody chose with -o.
    """
    with output.translated(path):
        place = path.resolve()
        check(path, replace=replace, ours=ours, hint=hint)
        shed = Path(tempfile.mkdtemp(dir=place.parent, prefix=".", suffix=".part"))
        new, old = shed / "new", shed / "old"
        try:
            new.mkdir()  # and not the shed itself, which is for its owner alone
            with _renamed(new, path):
                yield new
            check(path, replace=replace, ours=ours, hint=hint)
            _settle(new, place, old)
        finally:
            if place.exists() or not old.exists():  # never the old one's last copy
                shutil.rmtree(shed, ignore_errors=True)


def check(path: Path, *, replace: bool, ours: Callable[[Path], frozenset[str]], hint: str = "") -> None:
    """Raise OutputError when a folder at ``path`` could not be made: better now than after the work."""
    with output.translated(path):
        if not path.exists():
            output.check(path, replace=False)
            return
        if not path.is_dir():
            raise OutputError(f"“{path}” is a file.", hint=hint or _ELSEWHERE)
        if path.resolve() == Path.cwd():
            raise OutputError(f"“{path}” is the folder that you are in.", hint=hint or "Choose a new folder with -o.")
        there = _files(path)
        if not there:
            return
        if not replace:
            raise OutputError(
                f"“{path}” is there already, and not empty.",
                hint="Choose another folder with -o, or replace it with --force.",
            )
        made = ours(path)
        if not made:
            raise OutputError(f"“{path}” was not made by mettavox, and is not replaced.", hint=hint or _ELSEWHERE)
        strange = sorted(there - made)
        if strange:
            raise OutputError(
                f"“{path}” holds what was not made there, such as “{strange[0]}”.",
                hint=hint or "Move that away, or choose another folder with -o.",
            )


def _files(folder: Path) -> set[str]:
    """The path of every file, and of every empty folder."""
    return {
        entry.relative_to(folder).as_posix()
        for entry in folder.rglob("*")
        if entry.name not in _BY_THEMSELVES and (not entry.is_dir() or not any(entry.iterdir()))
    }


def _settle(new: Path, place: Path, old: Path) -> None:
    try:
        if place.exists():
            place.rename(old)
        new.rename(place)
    except BaseException:
        if old.exists() and not place.exists():
            old.rename(place)
        raise


@contextlib.contextmanager
def _renamed(new: Path, path: Path) -> Iterator[None]:
    """Errors about a file in the folder name it as it would be later."""
    try:
        yield
    except OutputError as error:
        message = error.message.replace(f"{new}{os.sep}", f"{path}{os.sep}")
        raise OutputError(message, hint=error.hint) from error
