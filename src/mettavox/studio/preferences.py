"""Preferences: what the person has chosen for the studio, kept from one start to the next in a small file."""

import contextlib
import json
import threading
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

from mettavox import output
from mettavox.errors import OutputError
from mettavox.studio.wording import LANGUAGES

STANDARD_OUTPUT = Path("output")


@dataclass(frozen=True, kw_only=True)
class Chosen:
    """The folder for tracks, if one was chosen, and the language of the studio, empty for the browser's."""

    output: Path | None = None
    language: str = ""


class Preferences:
    """What is in the file at ``path``. One that is not there, or cannot be read, is one with nothing chosen.

    ``fixed`` is the folder for tracks that the command line names, which this start has whatever the file says.
    """

    def __init__(self, path: Path, fixed: Path | None = None) -> None:
        self.path = path
        self.fixed = fixed
        self.chosen = _read(path)
        self._one_at_a_time = threading.Lock()

    @property
    def output(self) -> Path:
        """Where tracks go: as the command line says, as was chosen, or as usual."""
        return self.fixed or self.chosen.output or STANDARD_OUTPUT

    def choose(self, **values: Any) -> None:
        """Keep other values of the fields of Chosen.

        Raises OutputError where the disk refuses; until the studio ends they hold all the same.
        """
        with self._one_at_a_time:  # or what two tabs choose at once would be kept of one of them
            self._choose(replace(self.chosen, **values))

    def _choose(self, wanted: Chosen) -> None:
        if wanted == self.chosen:
            return
        self.chosen = wanted
        text = json.dumps({"output": str(wanted.output or ""), "language": wanted.language}, ensure_ascii=False)
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            with output.whole_file(self.path, replace=True) as (file, _):
                file.write(f"{text}\n".encode())
        except OSError as error:
            why = error.strerror or getattr(error, "message", "")
            raise OutputError(
                f"The choice cannot be kept for the next start: {why}", hint="Check who may write in your home folder."
            ) from error


def _read(path: Path) -> Chosen:
    with contextlib.suppress(OSError, ValueError, AttributeError, RecursionError):
        table = json.loads(path.read_text("utf-8"))
        folder, language = table.get("output"), table.get("language")
        there = isinstance(folder, str) and folder and folder.isprintable() and Path(folder).is_absolute()
        return Chosen(output=Path(folder) if there else None, language=language if language in LANGUAGES else "")
    return Chosen()
