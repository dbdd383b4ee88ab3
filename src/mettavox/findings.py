"""Findings: which lines to look for in a recording, and what was found, as a table that a person may correct."""

import csv
from collections.abc import Iterable, Sequence
from io import StringIO
from pathlib import Path

from mettavox import spreadsheet
from mettavox.errors import RequestError
from mettavox.intake import Proposal
from mettavox.level import HOPS_A_SECOND
from mettavox.sheet import LINE, Entry
from mettavox.takes import Span, Takes

_COLUMNS = ("number", "text", "start", "end", "verdict")


def review(proposal: Proposal) -> str:
    """What was found in a long recording, as CSV to be corrected: where each line starts and ends, in seconds."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_COLUMNS)
    for each in proposal.candidates:
        there = each.source is not None
        times = [f"{hop / HOPS_A_SECOND:.2f}" if there else "" for hop in each.span]
        writer.writerow([each.entry.number, shown(each.entry), *times, each.verdict])
    return text.getvalue()


def chosen(path: Path, entries: Sequence[Entry]) -> dict[int, Span]:
    """Where each line is, as a reviewed table says it. Raises RequestError with the row that cannot be used."""
    known = {entry.number for entry in entries}
    spans: dict[int, Span] = {}
    for at, row in spreadsheet.rows(path, hint="Give the file that --review wrote."):
        number, start, end = (row.get(name, "").replace(",", ".") for name in ("number", "start", "end"))
        if not spreadsheet.is_number(number) or int(number) not in known:
            raise RequestError(f"“{path}”, row {at}: there is no such line on the sheet.", hint="Check the number.")
        if start or end:
            spans[int(number)] = _span(start, end, f"“{path}”, row {at}")
    return spans


def _span(start: str, end: str, at: str) -> Span:
    try:
        first, last = (round(float(text) * HOPS_A_SECOND) for text in (start, end))
    except (ValueError, OverflowError):
        first, last = 0, 0
    if not 0 <= first < last:
        raise RequestError(f"{at}: a start and an end are needed, in seconds.", hint="Write them like 12.34.")
    return first, last


def shown(entry: Entry) -> str:
    """A line's text, where it may be shown: words that a person gave are not."""
    return entry.text if entry.kind == LINE else "(words of your own)"


def picked(entries: Sequence[Entry], lines: str, stored: Takes | None) -> list[Entry]:
    """The entries that “12,14-20” names, or “missing”: those of which there is no take yet. Raises RequestError."""
    if lines == "missing":
        wanted = {entry.number for entry in entries if stored is None or stored.place(entry.key) is None}
    else:
        wanted = set(_numbers(lines))
    unknown = wanted - {entry.number for entry in entries}
    if unknown or not wanted:
        which = f"has no line {min(unknown)}" if unknown else "has no line that is missing"
        raise RequestError(f"The sheet {which}.", hint="Write --lines 12,14-20 with the numbers of the sheet.")
    return [entry for entry in entries if entry.number in wanted]


def _numbers(lines: str) -> Iterable[int]:
    for part in lines.split(","):
        first, dash, last = part.strip().partition("-")
        given = [each.strip() for each in ((first, last) if dash else (first,))]
        if not all(map(spreadsheet.is_number, given)):
            raise RequestError(f"--lines has “{part[:20]}”.", hint="Write --lines 12,14-20, or --lines missing.")
        yield from range(int(given[0]), int(given[-1]) + 1)
