"""Where scripts, voices and profiles are found, and the user's own folders."""

import os
from collections.abc import Iterator
from functools import cache, lru_cache
from importlib.resources import files
from importlib.resources.abc import Traversable
from pathlib import Path

import platformdirs

CACHE_VARIABLE = "METTAVOX_CACHE"
"""An environment variable that moves the folder of cached clips."""


_DECIDING = ("HOME", "XDG_DATA_HOME", "USERPROFILE", "LOCALAPPDATA", "WIN_PD_OVERRIDE_LOCAL_APPDATA")
"""What the place of a person's own folder depends on, on some system or other."""

_LONGEST_NAME = 200
"""In bytes: no disk takes more than 255, and an ending and what a lock or a scratch file adds have room there, too."""


@cache
def bundled(kind: str) -> Traversable:
    """The folder of ``scripts``, ``voices`` or ``profiles`` that came with mettavox.

    In an installed package that is ``_data``; in a checkout, the top level.
    """
    inside = files("mettavox") / "_data" / kind
    if inside.is_dir():
        return inside
    return Path(__file__).resolve().parents[2] / kind


def own_folder(kind: str) -> Path:
    """The user's own folder of ``scripts``, ``voices`` or ``profiles``; it need not exist."""
    return _own_folder(kind, *map(os.environ.get, _DECIDING))


@lru_cache(maxsize=16)  # it is asked for twenty times a track
def _own_folder(kind: str, *environment: str | None) -> Path:
    return Path(platformdirs.user_data_dir("mettavox", appauthor=False)) / kind


def cache_folder() -> Path:
    """Where clips are kept between runs; it need not exist."""
    chosen = os.environ.get(CACHE_VARIABLE)
    return Path(chosen) if chosen else Path(platformdirs.user_cache_dir("mettavox", appauthor=False))


def state_folder() -> Path:
    """Where what is not finished waits for the next start; it need not exist."""
    return Path(platformdirs.user_state_dir("mettavox", appauthor=False))


def config_folder() -> Path:
    """Where choices of the person are kept; it need not exist."""
    return Path(platformdirs.user_config_dir("mettavox", appauthor=False))


def folders(kind: str, first: Path | None = None) -> list[Traversable]:
    """Where to look, in order: ``first``, the user's own folder, the bundled one. Never the working directory."""
    own = own_folder(kind)
    return [folder for folder in (first, own if own.is_dir() else None, bundled(kind)) if folder is not None]


def find(kind: str, parts: tuple[str, ...], first: Path | None = None) -> Traversable | None:
    """The first file of that name in ``folders``, or None."""
    for folder in folders(kind, first):
        candidate = folder.joinpath(*parts)
        if candidate.is_file():
            return candidate
    return None


def is_bundled(entry: Traversable) -> bool:
    """Whether a file is one of those that came with mettavox."""
    roots = [str(bundled(kind)) + os.sep for kind in ("scripts", "voices", "profiles")]
    return any(str(entry).startswith(root) for root in roots)


def is_plain(name: str) -> bool:
    """Whether a name can only be that of a file in its folder: letters, digits, hyphens, underscores; few."""
    return 0 < len(name.encode("utf-8", "replace")) <= _LONGEST_NAME and all(
        letter.isalnum() or letter in "-_" for letter in name
    )


def listed(kind: str, parts: tuple[str, ...], suffix: str, first: Path | None = None) -> Iterator[Traversable]:
    """Every file with that suffix, by name; where two folders have the same name, the earlier one's."""
    found: dict[str, Traversable] = {}
    for folder in folders(kind, first):
        inside = folder.joinpath(*parts) if parts else folder
        if inside.is_dir():
            for entry in inside.iterdir():
                if entry.is_file() and entry.name.endswith(suffix):
                    found.setdefault(entry.name, entry)
    yield from (found[name] for name in sorted(found))
