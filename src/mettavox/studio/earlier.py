"""Earlier: the tracks that lie in the output folder from before this start, as works that are made."""

import hashlib
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from mettavox import catalogue, record
from mettavox.beside import beside_path
from mettavox.errors import MettavoxError
from mettavox.record import Record
from mettavox.studio import forms
from mettavox.studio.works import Work
from mettavox.units import clock

_ID_DIGITS = 16
_MOST_SHOWN = 500


def all_in(folder: Path) -> Iterator[Work]:
    """The tracks in a folder that have a record, the newest first; those in its folders are of libraries."""
    found = [path for path in _files(folder) if beside_path(path, record.SUFFIX).is_file()]
    found.sort(key=lambda path: (_modified(path), path.name), reverse=True)
    for path in found[:_MOST_SHOWN]:
        known = _record(path)
        if known is not None:
            yield _work(path, known)


def one_in(folder: Path, name: str) -> Work | None:
    """The track in a folder with that id."""
    for path in _files(folder):
        if _id(path) == name and (known := _record(path)) is not None:
            return _work(path, known)
    return None


def _files(folder: Path) -> list[Path]:
    try:
        return [
            path
            for path in folder.iterdir()
            if path.suffix.lower() in catalogue.KINDS and not path.name.startswith(".") and path.is_file()
        ]
    except OSError:
        return []


def _modified(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:  # removed a moment ago, from another page
        return 0.0


def _record(path: Path) -> Record | None:
    try:
        return record.read(beside_path(path, record.SUFFIX))
    except (MettavoxError, OSError, UnicodeError):
        return None


def _work(path: Path, known: Record) -> Work:
    seconds = round(known.proof.frames / known.proof.rate)
    title = known.title if known.title.endswith(")") else f"{known.title} ({clock(seconds)})"
    return Work(id=_id(path), options=_options(known), title=title, output=path.parent, state="made", path=path)


def _options(known: Record) -> dict[str, Any]:
    """What a form can ask for of it, but for names: another track like it is often another person's."""
    minutes = max(1, round(known.seconds / 60))
    options = {key: value for key, value in known.options.items() if key in (*forms.FIELDS, *forms.CHECKED, "include")}
    return {key: value for key, value in options.items() if key not in record.PERSONAL or key == "bed"} | {
        "minutes": minutes
    }


def _id(path: Path) -> str:
    """The same at every start; it tells nothing of where the file is."""
    return hashlib.sha256(path.name.encode("utf-8", "surrogateescape")).hexdigest()[:_ID_DIGITS]
