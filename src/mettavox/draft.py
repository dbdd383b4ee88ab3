"""Draft: a roster that is still being written on a page: its cells are changed one by one, and each change is judged.

It is judged as a roster from a file is, but that no cell may name a file. Names are in it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from mettavox import batchcheck
from mettavox.batchcheck import Said
from mettavox.errors import RequestError
from mettavox.roster import (
    CODE,
    COLUMNS,
    LONGEST_CELL,
    MOST_ROWS,
    NEEDED,
    Judge,
    Problem,
    Roster,
    Row,
    Table,
    column_of,
)

BEGUN = (CODE, "script", "minutes", "name", "say")
"""The columns of a table that begins empty."""

_LONGEST = 8 * LONGEST_CELL


@dataclass(frozen=True, kw_only=True)
class Looked:
    """A draft as it is now: the ``roster`` of what can be made, everything that is wrong, and how names are said.

    ``said`` has each name by its row and column.
    """

    roster: Roster
    problems: tuple[Problem, ...]
    said: Mapping[tuple[int, str], Said] = field(repr=False)

    @property
    def bad(self) -> frozenset[int]:
        """The rows with a problem; 0 is the table as a whole."""
        return frozenset(problem.row for problem in self.problems)


class Draft:
    """A table with headings, and rows by their numbers, which stay whatever is added and removed.

    ``language`` is that of a row in which nothing is said of it.
    """

    def __init__(self, table: Table | None = None, language: str = "en") -> None:
        self.language = language
        self.headings: list[str] = list(table.headings) if table else list(BEGUN)
        self.rows: dict[int, list[str]] = {number: list(texts) for number, texts in table.rows} if table else {}
        self.left_out: tuple[Problem, ...] = table.problems if table else ()
        self.note = table.note if table else ""
        self._last = max(self.rows, default=1)
        self._judge = Judge(language)
        self._known: dict[int, tuple[Row, tuple[Problem, ...], tuple[Said, ...]]] = {}
        for name in NEEDED:
            if name not in self.names:
                self.add_column(name)
        if not self.rows:
            self.add_row()

    @property
    def names(self) -> list[str]:
        """The option that each column is for, as its heading says; what a heading says that is none stays as it is."""
        return list(map(column_of, self.headings))

    @property
    def free(self) -> list[str]:
        """The options that no column has yet."""
        return [name for name in COLUMNS if name not in self.names]

    def put(self, row: int, place: int, text: str) -> bool:
        """Change a cell, if there is one; gives whether it says something else now."""
        if row not in self.rows or not 0 <= place < len(self.headings):
            return False
        text = text.replace("\0", "?")[:_LONGEST]
        changed = self.rows[row][place] != text
        self.rows[row][place] = text
        return changed

    def add_row(self) -> int:
        """A row at the end; gives its number. Raises RequestError where there are too many."""
        if len(self.rows) >= MOST_ROWS:
            raise RequestError(f"There are {MOST_ROWS} rows already.", hint="Make several tables of it.")
        self._last += 1  # never one that was there: what somebody still writes into that row is not for this one
        self.rows[self._last] = [""] * len(self.headings)
        return self._last

    def remove_row(self, row: int) -> None:
        """Take a row away, if it is there; the last one that is left is only emptied."""
        self.rows.pop(row, None)
        if not self.rows:
            self.add_row()

    def add_column(self, name: str) -> None:
        """A column for an option that none has yet. Raises RequestError for another word."""
        if name not in self.free:
            raise RequestError("There is no such column to add.", hint="Choose one of the list.")
        self.headings.append(name)
        for texts in self.rows.values():
            texts.append("")

    def name_column(self, place: int, name: str) -> None:
        """Say what a column is for; with no name it is left out."""
        if not 0 <= place < len(self.headings):
            return
        if not name:
            del self.headings[place]
            for texts in self.rows.values():
                del texts[place]
        elif name in self.free:
            self.headings[place] = name

    def fill(self, name: str, text: str) -> int:
        """Write into every empty cell of a column; gives how many. Raises RequestError where it has no such column."""
        if name not in self.names:
            raise RequestError("There is no such column.", hint="Choose one of the list.")
        place = self.names.index(name)
        empty = [texts for texts in self.rows.values() if not texts[place].strip()]
        for texts in empty:
            texts[place] = text.replace("\0", "?")[:_LONGEST]
        return len(empty)

    def look(self, *, anew: bool = False) -> Looked:
        """Judge it as it is now. What was not changed since is not judged again, unless ``anew``."""
        if anew:  # a voice may have come or gone since
            self._judge, self._known = Judge(self.language), {}
        roster = batchcheck.apart(self._judge.roster(self.headings, list(self.rows.items())))
        fresh = [row for row in roster.rows if row.number not in self._known or self._known[row.number][0] != row]
        self._note(fresh)
        found = [self._known[row.number] for row in roster.rows]
        self._known = {row.number: known for row, known in zip(roster.rows, found, strict=True)}
        problems = sorted([*roster.problems, *_all(found)], key=lambda problem: problem.row)
        return Looked(
            roster=replace(roster, rows=tuple(row for row, wrong, _ in found if not wrong), problems=tuple(problems)),
            problems=tuple(problems),
            said={(said.row, said.option): said for _, _, several in found for said in several},
        )

    def _note(self, rows: Sequence[Row]) -> None:
        checked = batchcheck.check(Roster(rows=tuple(rows), problems=()))
        problems: dict[int, list[Problem]] = {}
        names: dict[int, list[Said]] = {}
        for problem in checked.problems:
            problems.setdefault(problem.row, []).append(problem)
        for said in checked.names:
            names.setdefault(said.row, []).append(said)
        for row in rows:
            wrong, heard = problems.get(row.number, ()), names.get(row.number, ())
            self._known[row.number] = row, tuple(wrong), tuple(heard)


def _all(found: Sequence[tuple[Row, tuple[Problem, ...], Any]]) -> Iterator[Problem]:
    for _, problems, _ in found:
        yield from problems


def kept(draft: Draft) -> dict[str, Any]:
    """All that it says as plain data, for a file."""
    return {
        "language": draft.language,
        "headings": draft.headings,
        "rows": list(draft.rows.items()),
        "left_out": [asdict(problem) for problem in draft.left_out],
        "note": draft.note,
    }


def found(table: Mapping[str, Any]) -> Draft:
    """The draft that was kept. Raises ValueError, TypeError or LookupError for what is none."""
    headings, rows, language = table["headings"], table["rows"], table.get("language", "en")
    if not isinstance(language, str) or not all(isinstance(each, str) for each in headings):
        raise TypeError("no headings")
    for number, texts in rows:
        whole = isinstance(number, int) and len(texts) == len(headings)
        if not whole or not all(isinstance(text, str) for text in texts):
            raise ValueError("no row")
    rows = tuple((number, tuple(texts)) for number, texts in rows)
    left_out = tuple(
        Problem(row=int(each["row"]), **{key: str(each[key]) for key in ("column", "message", "hint")})
        for each in table.get("left_out", ())
    )
    note = str(table.get("note", ""))
    return Draft(Table(headings=tuple(headings), rows=rows, problems=left_out, note=note), language)
