"""Packages: which version of one is installed, read from what pip left of it."""

import re
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

_VERSION = "Version:"
_SEPARATORS = re.compile(r"[-_.]+")


@cache  # what is installed stays while we run
def version(package: str) -> str:
    """The version of a package, as ``importlib.metadata`` tells it, whose own import takes longer than the reading.

    Raises its PackageNotFoundError, an ImportError, when there is none.
    """
    name = _normal(package)
    for entry in sys.path:
        for folder, known in _installed(entry):
            if known == name and (found := _read(folder / "METADATA")):
                return found
    from importlib.metadata import version as read  # what was installed in another way, or not at all

    return read(package)


@cache
def _installed(entry: str) -> tuple[tuple[Path, str], ...]:
    """The folders in which pip describes packages in one place of the path, and whose each is."""
    return tuple(_described(Path(entry)))


def _described(place: Path) -> Iterator[tuple[Path, str]]:
    try:
        for each in place.iterdir():
            if each.name.endswith(".dist-info"):
                yield each, _normal(each.name.removesuffix(".dist-info").rpartition("-")[0])
    except OSError:  # there is no such folder, or it is an archive
        return


def _normal(name: str) -> str:
    return _SEPARATORS.sub("-", name).lower()


def _read(metadata: Path) -> str:
    try:
        with metadata.open(encoding="utf-8") as file:
            for line in file:
                if line.startswith(_VERSION):
                    return line.removeprefix(_VERSION).strip()
                if not line.strip():
                    return ""
    except (OSError, ValueError):
        return ""
    return ""
