"""Spreadsheet: the rows of a table in CSV, also when a spreadsheet wrote it again with its own commas."""

import csv
from collections.abc import Iterator
from io import StringIO
from pathlib import Path

from mettavox.errors import RequestError

_MOST_DIGITS = 6


def rows(path: Path, *, hint: str) -> Iterator[tuple[int, dict[str, str]]]:
    """Each row of a table by the names of its columns, with its number; cells without the spaces around them.

    Raises RequestError, with ``hint``, for what cannot be read as a table.
    """
    try:
        text = path.read_text("utf-8-sig")
        first = text.split("\n", 1)[0]
        reader = csv.DictReader(StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
        for number, row in enumerate(reader, start=2):
            yield number, {name: cell.strip() for name, cell in row.items() if name and isinstance(cell, str)}
    except (OSError, UnicodeDecodeError, csv.Error) as error:
        raise RequestError(f"“{path}” cannot be read as a table.", hint=hint) from error


def is_number(text: str) -> bool:
    """Whether a text is a whole number such as lines have."""
    return text.isdecimal() and len(text) <= _MOST_DIGITS
