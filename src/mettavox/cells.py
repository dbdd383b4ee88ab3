"""Cells: the rows of a table in text, in whichever encoding and with whichever separator a spreadsheet wrote it."""

import codecs
import csv
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

from mettavox.errors import RequestError

MOST_BYTES = 50_000_000
SEPARATORS = ",;\t"

_SAVE = "In a spreadsheet, save it as “CSV UTF-8”."
_MARKED = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32"),  # before UTF-16, whose mark is its beginning
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_BOM = "\ufeff"
_SEP = re.compile(r'"?sep=(.)"?[,;\t]*(?:\r\n|\r|\n|\Z)', re.IGNORECASE)
"""Excel's own first line, which says the separator and is no row."""

_WESTERN = "À-ÖØ-öø-ÿŒœŠšŽžŸ"
_NOT_WESTERN = re.compile(rf"[^\x00-\x7f{_WESTERN}]")
# Cyrillic, Greek and other letters of one byte, read as Western, are accented letters in a row; letters of an old Mac
# are capitals within words.
_MISREAD = re.compile(rf"[{_WESTERN}]{{3}}|[a-zß-öø-ÿ][À-ÖØ-ÞŒŠŽŸ]")


@dataclass(frozen=True, kw_only=True)
class Cells:
    """A row, numbered as a spreadsheet numbers it: from 1, blank ones too, and one with line breaks in it once.

    With a ``fault`` there are no cells, and no row comes after it.
    """

    number: int
    cells: tuple[str, ...] = ()
    fault: str = ""

    @property
    def blank(self) -> bool:
        """Whether there is nothing in it."""
        return not self.fault and not any(map(str.strip, self.cells))


def text(path: Path) -> tuple[str, str]:
    """What a file says, and what a person should be told of how it was read, or nothing.

    It is UTF-8 with or without a mark, or UTF-16 or UTF-32 with one. What is none of these is read as Windows-1252
    only where that gives nothing but plain and accented Western letters that stand as they do in words; the note then
    says so, since other old encodings can look the same. Raises RequestError for everything else, for a file
    that is not there, and for one over MOST_BYTES.
    """
    name = path.name[:60]
    try:
        with path.open("rb") as file:
            data = file.read(MOST_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise RequestError(f"“{name}” cannot be read: {reason}.", hint="Check the path.") from error
    return decoded(data, name)


def decoded(data: bytes, name: str) -> tuple[str, str]:
    """The same of bytes that are here already; ``name`` is what they are called in an error."""
    if len(data) > MOST_BYTES:
        raise RequestError(
            f"“{name}” is larger than {MOST_BYTES // 1_000_000} MB.", hint="Make several files of it, a part in each."
        )
    found, note = _decoded(data, name)
    if "\0" in found:
        raise RequestError(f"“{name}” is not plain text.", hint=_SAVE)
    return found.removeprefix(_BOM), note


def _decoded(data: bytes, name: str) -> tuple[str, str]:
    encoding = next((encoding for mark, encoding in _MARKED if data.startswith(mark)), "")
    try:
        return data.decode(encoding or "utf-8"), ""
    except UnicodeDecodeError as error:
        western = "" if encoding else _western(data)
        if not western:
            raise RequestError(f"“{name}” is not text in UTF-8 or UTF-16.", hint=_SAVE) from error
    return western, f"“{name}” is not in UTF-8 and was read as Windows-1252. See that each name is right. {_SAVE}"


def _western(data: bytes) -> str:
    """What it says in Windows-1252, or nothing where that is in doubt."""
    try:
        found = data.decode("cp1252")
    except UnicodeDecodeError:
        return ""
    return "" if _NOT_WESTERN.search(found) or _MISREAD.search(found) else found


def rows(text: str, known: Callable[[str], bool]) -> Iterator[Cells]:
    """Every row, to the end or to one with a fault.

    Between its cells are commas, semicolons or tabs: as the first line says, ``sep=;``, or whichever gives most names
    that are ``known`` in the first row that is not blank.
    """
    told = _SEP.match(text)
    if told and told[1] not in SEPARATORS:
        yield Cells(number=1, fault="The first line says a separator that is no comma, semicolon or tab.")
        return
    separator = told[1] if told else _separator(text, known)
    yield from _split(text[told.end() :] if told else text, separator)


def _separator(text: str, known: Callable[[str], bool]) -> str:
    def fits(separator: str) -> tuple[int, int]:
        heading = next((row for row in _split(text, separator) if not row.blank), Cells(number=1))
        return sum(map(known, heading.cells)), len(heading.cells)

    return max(SEPARATORS, key=fits)


def _split(text: str, separator: str) -> Iterator[Cells]:
    reader = csv.reader(StringIO(text, newline=""), delimiter=separator, skipinitialspace=True, strict=True)
    number = 0
    try:
        for number, cells in enumerate(reader, start=1):
            yield Cells(number=number, cells=tuple(cells))
    except csv.Error:
        yield Cells(
            number=number + 1, fault='From here on it cannot be read: a quotation mark (") is open, or has no pair.'
        )
