"""Fields: a TOML file that a person wrote, read field by field, with everything that is wrong with it."""

import contextlib
import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from mettavox.errors import MettavoxError, ScriptError
from mettavox.suggest import nearest

_LINE = re.compile(r"\s*\(at (?:line (\d+), column \d+|end of document)\)")


def toml(text: str, where: str) -> dict[str, Any]:
    """The table that a text is. Raises ScriptError with the file and the line."""
    try:
        return tomllib.loads(text)
    except (ValueError, RecursionError) as error:
        at = _LINE.search(str(error))
        line = at[1] if at and at[1] else text.rstrip("\n").count("\n") + 1
        reason = _LINE.sub("", str(error)) if at else "a value is too long or too deep"
        raise ScriptError(
            f"{where}, line {line}: this is not TOML ({reason}).",
            hint='Write key = "text", and headings such as [[session]] on lines of their own.',
        ) from error


class Problems:
    """What is wrong with a file. All of it is found before any is told."""

    def __init__(self, where: str) -> None:
        self._where = where
        self._found: list[MettavoxError] = []

    def __len__(self) -> int:
        return len(self._found)

    @contextlib.contextmanager
    def at(self, place: str) -> Iterator[None]:
        """Note what goes wrong in the block with its place, and go on after it."""
        try:
            yield
        except MettavoxError as error:
            at = f"{self._where}, {place}" if place else self._where
            self._found.append(type(error)(f"{at}: {error.message}", hint=error.hint))

    def note(self, place: str, message: str, hint: str) -> None:
        """Note a problem of the file itself."""
        with self.at(place):
            raise ScriptError(message, hint=hint)

    def refuse(self) -> None:
        """Raise the first problem with the others in its hint, a line each; nothing when there is none."""
        if self._found:
            first, *others = self._found
            more = [f"And {len(others)} more:"] if others else []
            lines = [first.hint, *more, *(f"{each.message} {each.hint}".rstrip() for each in others)]
            raise type(first)(first.message, hint="\n".join(line for line in lines if line))


class Fields:
    """The fields of one table; one that is missing or of a wrong kind is noted, and read as empty."""

    def __init__(self, table: Mapping[str, Any], known: tuple[str, ...], problems: Problems, place: str) -> None:
        self._table = table
        self._problems = problems
        self._place = place
        for key in table:
            if key not in known:
                self._note(f"there is no field “{key[:40]}”.", nearest(key, known, "Fields"))

    def __contains__(self, key: str) -> bool:
        return key in self._table

    def __getitem__(self, key: str) -> Any:
        return self._table[key]

    def _note(self, message: str, hint: str) -> None:
        self._problems.note(self._place, message, hint)

    def text(self, key: str, *, needed: bool = False) -> str:
        """One text, on one line."""
        value = self._table.get(key, "")
        if not isinstance(value, str):
            self._note(f"“{key}” is not text.", f'Write {key} = "…"')
            return ""
        if needed and not value.strip():
            self._note(f"there is no “{key}”.", f'Add {key} = "…"')
        return self._one_line(key, value)

    def word(self, key: str, words: tuple[str, ...]) -> str:
        """One of a few words; the first when it is left out."""
        value = self.text(key) or words[0]
        if value not in words:
            self._note(f"“{key}” has no “{value[:40]}”.", nearest(value, words, "It takes"))
            return words[0]
        return value

    def texts(self, key: str) -> tuple[str, ...]:
        """A list of texts; one text is the list of its paragraphs."""
        value = self._table.get(key, [])
        values = re.split(r"\n\s*\n", value) if isinstance(value, str) else value
        if not isinstance(values, list) or not all(isinstance(each, str) for each in values):
            self._note(f"“{key}” is not a list of texts.", f'Write {key} = ["…", "…"]')
            return ()
        return tuple(self._one_line(key, each) for each in values if each.strip())

    def _one_line(self, key: str, text: str) -> str:
        line = " ".join(text.split())
        if any(unicodedata.category(letter) == "Cc" for letter in line):
            self._note(f"“{key}” has a control character in it.", "Take it out.")
            return ""
        return line

    def number(self, key: str) -> int:
        """A whole number from 1."""
        value = self._table.get(key)
        if not isinstance(value, int) or isinstance(value, bool) or value < 1:
            self._note(f"“{key}” is not a whole number from 1.", f"Write {key} = 1")
            return 1
        return value

    def tables(self, key: str, heading: str) -> list[dict[str, Any]]:
        """The tables under ``heading``, of which there is at least one."""
        value = self._table.get(key, [])
        if not isinstance(value, list) or not all(isinstance(each, dict) for each in value):
            self._note(f"“{key}” is not a list of tables.", f"Begin each with {heading}")
            return []
        if not value:
            self._note(f"there is no {key}.", f"Add {heading}")
        return value

    def table(self, key: str) -> dict[str, Any]:
        """A table of its own, or nothing."""
        value = self._table.get(key, {})
        if not isinstance(value, dict):
            self._note(f"“{key}” is not a table.", f'Write {key} = {{key = "…"}}')
            return {}
        return value
