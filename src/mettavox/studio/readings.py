"""Readings: what somebody has begun to record, each in a file of its own, so that it can be gone on with any day.

The takes themselves are in the voice. A reading has the lines and the name of the voice, and may be let go at any time.
"""

import json
import re
import secrets
import threading
from dataclasses import asdict, fields
from pathlib import Path
from typing import Any

from mettavox import output, takes
from mettavox.assets import is_plain
from mettavox.booth import Reading
from mettavox.sheet import LINE, Entry, Sheet

_ID = re.compile(r"[0-9a-f]{16}")
_TEXTS = ("key", "text", "kind", "language", "scripts", "section", "note")


class Readings:
    """All readings in a folder, which is made when the first one is kept."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder
        self._alone = threading.Lock()

    def all(self) -> dict[str, Reading]:
        """Every one that can be read, by its id, the newest first."""
        try:
            files = sorted(self._folder.glob("*.json"), key=lambda file: file.stat().st_mtime_ns, reverse=True)
        except OSError:
            return {}
        found = {file.stem: self.get(file.stem) for file in files}
        return {name: reading for name, reading in found.items() if reading is not None}

    def get(self, name: str) -> Reading | None:
        """The one of that id, if it is there and can be read."""
        if not _ID.fullmatch(name):
            return None
        try:
            return _reading(json.loads((self._folder / f"{name}.json").read_text("utf-8")))
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError):
            return None

    def add(self, reading: Reading) -> str:
        """Keep one, and give its id; the same as before for one that is there already. Raises OutputError."""
        with self._alone:
            same = next((name for name, each in self.all().items() if each == reading), None)
            if same is not None:
                return same
            name = secrets.token_hex(8)
            path = self._folder / f"{name}.json"
            with output.translated(path):
                self._folder.mkdir(parents=True, exist_ok=True, mode=0o700)
            with output.whole_file(path, replace=False) as (file, _):
                file.write(json.dumps(asdict(reading), ensure_ascii=False).encode())
            return name

    def forget(self, name: str) -> None:
        """Let one go; its takes stay with the voice. Raises OutputError."""
        if _ID.fullmatch(name):
            path = self._folder / f"{name}.json"
            with output.translated(path):
                path.unlink(missing_ok=True)


def _reading(table: Any) -> Reading:
    """Raises what a table raises that is no reading, or none of ours."""
    voice, label, sheet = table["voice"], table["label"], table["sheet"]
    titles, language = dict(sheet["titles"]), sheet["language"]
    entries = tuple(_entry(row) for row in sheet["entries"])
    texts = (voice, label, language, *titles, *titles.values())
    if not all(isinstance(text, str) for text in texts) or not is_plain(voice) or not entries:
        raise ValueError("voice, label, titles")
    return Reading(voice=voice, label=label, sheet=Sheet(language=language, titles=titles, entries=entries))


def _entry(row: dict[str, Any]) -> Entry:
    entry = Entry(**{each.name: row[each.name] for each in fields(Entry)})
    right = all(isinstance(getattr(entry, name), str) for name in _TEXTS) and type(entry.number) is int
    if (
        not right
        or not takes.is_key(entry.key)
        or entry.kind != LINE
        or not entry.text
        or type(entry.plain) is not bool
    ):
        raise ValueError("entry")
    return entry
