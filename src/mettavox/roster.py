"""Roster: a table with a track in each row, every row checked before any is made.

A table in CSV has a heading with the names of the options; JSON lines have an object a line. Whatever is wrong is
told with its row and column, and no message repeats what is personal: names, wishes, intentions and edited lines.
"""

import json
import re
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any, TypeVar

from mettavox import ask, casting, cells, deliveries, ipa, phrasebook, prepare, source, wishes
from mettavox.cells import Cells
from mettavox.errors import DurationError, MettavoxError, RequestError, VoiceError
from mettavox.person import Spoken
from mettavox.request import BEDS, Request
from mettavox.script import Head
from mettavox.suggest import nearest

CODE = "code"
NEEDED = (CODE, "script")
COLUMNS = (CODE, *(option for option in ask.STANDARD if option != "scripts"))
"""Every column that a roster may have: the code, and the options of a track but the folder of scripts."""

LINES = (".jsonl", ".ndjson", ".json")
"""Endings of files that have an object a line; any other file is a table."""

PERSONAL = frozenset({"name", "say", "target", "target-say", "intention", "wishes", "edit"})
MOST_ROWS = 100_000
LONGEST_CODE = 40
LONGEST_CELL = 1_000
"""Letters of a text, and of each where there can be several; nothing that an option takes is as long."""

_T = TypeVar("_T")
_SEVERAL = tuple(option for option, standard in ask.STANDARD.items() if isinstance(standard, tuple))
_YES_OR_NO = ("bells", "breath-tones", *(option for option in ask.STANDARD if isinstance(ask.STANDARD[option], bool)))
_WITH_POINT = ("minutes", "bed-under")
_COMPANION = {"say": "name", "target-say": "target"}
_SAMPLE = "Ana"
_SAMPLES = {True: Spoken(written=_SAMPLE, said=_SAMPLE), False: Spoken(written="Аня", said="Аня")}
"""What stands for a name, by whether its letters are Latin, where only that there is one matters."""

_ORDER = {column: place for place, column in enumerate(COLUMNS)}
_CODE_LETTER = re.compile(r"[A-Za-z0-9_-]")
# No file can have these names on Windows, whatever its ending.
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)", re.IGNORECASE)
_DECIMAL_COMMA = re.compile(r"\d{1,4},\d{1,2}")
_JOIN = re.compile(r"[\s_‐‑–-]+")
_OPTION = re.compile(r"--([a-z][a-z-]*)")
_WISH_FILES = (".txt", ".yaml", ".yml")
_SHOWN = 40
_NAMED_ROWS = 3
_AGAIN = "Save it from a spreadsheet again; within a cell, a quotation mark is written twice."
_NO_OBJECT = "This line is no object in JSON.", 'Write {"code": "…", "script": "…"} on one line.'
_CODE_HINT = f"A code has 1 to {LONGEST_CODE} of A–Z, a–z, 0–9, - and _: it becomes the name of the file."


@dataclass(frozen=True, kw_only=True)
class Row:
    """A good row: its number as a spreadsheet counts, its code, and its options as ``ask.request`` takes them.

    Of ``values``, those that can hold several are tuples and the others texts; what nobody chose is not there. Where
    a folder of scripts was given, it is among them. In JSON lines, the number is that of the line, from 1.
    """

    number: int
    code: str
    values: Mapping[str, Any] = field(repr=False)  # names are in it


@dataclass(frozen=True, kw_only=True)
class Problem:
    """What is wrong, and where: row 0 is the file as a whole, and the column is empty where it is no single one."""

    row: int
    column: str
    message: str
    hint: str


@dataclass(frozen=True, kw_only=True)
class Roster:
    """The rows that can be made, and what is wrong with the others, by row; ``notes`` are for a person to see."""

    rows: tuple[Row, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


@dataclass(kw_only=True)
class _Raw:
    """A row as it was read; with ``broken`` it is not known which cell is which."""

    number: int
    values: dict[str, Any] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    broken: bool = False

    def note(self, column: str, message: str, hint: str = "") -> None:
        self.problems.append(_problem(self.number, column, message, hint))


def read(path: Path, *, scripts: Path | None = None) -> Roster:
    """Every row of a roster, checked as far as it can be without making a sound.

    A path in it is looked for beside the roster first. When the heading has a problem there are no good rows, since a
    column that is not understood would be missing from every track. When two rows have one code, neither is good.
    Raises RequestError where nothing can be read at all: no such file, not text, no heading, or too large.
    """
    ask.folder(scripts)
    text, note = cells.text(path)
    heading: list[Problem] = []
    raws = list(_bounded(_lines(text) if path.suffix.lower() in LINES else _table(text, heading)))
    return _judged(raws, heading, _Checker(path.parent, scripts).row, note)


def _bounded(found: Iterator[_T]) -> Iterator[_T]:
    for count, each in enumerate(found):
        if count == MOST_ROWS:
            raise RequestError(f"There are more than {MOST_ROWS} rows.", hint="Make several rosters of it.")
        yield each


def _judged(raws: list[_Raw], heading: list[Problem], judge: Callable[[_Raw], Row | None], note: str) -> Roster:
    if not raws and not heading:
        heading.append(_problem(0, "", "There is no row in it.", "Write a row for each track."))
    _check_codes(raws)
    rows = [judge(raw) for raw in raws]
    problems = [*heading, *(problem for raw in raws for problem in raw.problems)]
    return Roster(
        rows=() if heading else tuple(row for row in rows if row is not None),
        problems=tuple(sorted(problems, key=lambda each: (each.row, _ORDER.get(each.column, -1)))),
        notes=(note,) if note else (),
    )


def _problem(row: int, column: str, message: str, hint: str = "") -> Problem:
    return Problem(row=row, column=_printable(column), message=_printable(message), hint=_printable(hint))


def _printable(text: str) -> str:
    """The text without what a terminal would obey or cannot show."""
    return "".join(letter if letter.isprintable() or letter == "\n" else "?" for letter in text)


def column_of(heading: str) -> str:
    """The column that a heading means: capitals, and spaces or underscores for hyphens, make no difference."""
    return _JOIN.sub("-", unicodedata.normalize("NFKC", heading).lower().strip()).strip("-")


# --- a table ---


def _table(text: str, problems: list[Problem]) -> Iterator[_Raw]:
    """The rows under the heading; what is wrong with the heading is added to ``problems``."""
    found = (row for row in cells.rows(text, lambda cell: column_of(cell) in COLUMNS) if not row.blank)
    first = next(found, None)
    names = [column_of(cell) for cell in first.cells] if first else []
    if first is None or not set(names) & set(NEEDED):
        raise _headless(first)
    problems.extend(_heading_problems(first.number, names))
    for row in found:
        yield _row(row, names)


def _headless(first: Cells | None) -> RequestError:
    fault = first.fault if first else ""
    return RequestError(
        f"There is no heading in it. {fault}".rstrip(),
        hint="The first row names the columns: code, script, and options such as minutes and name.",
    )


def _heading_problems(number: int, names: list[str]) -> Iterator[Problem]:
    for name, count in Counter(filter(None, names)).items():
        if name == "scripts":
            yield _problem(number, name, *_NO_FOLDER)
        elif name not in COLUMNS:
            yield _problem(number, name[:_SHOWN], *_unknown(name))
        elif count > 1:
            yield _problem(number, name, f"There are {count} columns “{name}”.", "Leave one of them.")
    for name in NEEDED:
        if name not in names:
            yield _problem(number, name, f"There is no column “{name}”.", f"Add a column with the heading {name}.")


_NO_FOLDER = "The folder of scripts is the same for every row.", "Give it on the command line: --scripts DIR"


def _unknown(name: str) -> tuple[str, str]:
    return f"There is no option “{name[:_SHOWN]}”.", nearest(name[:_SHOWN], COLUMNS, "Columns")


def _row(row: Cells, names: list[str]) -> _Raw:
    raw = _Raw(number=row.number)
    if row.fault:
        raw.broken = True
        raw.note("", row.fault, _AGAIN)
        return raw
    for place, cell in enumerate(row.cells):
        name = names[place] if place < len(names) else ""
        if not name and cell.strip():
            raw.broken = True  # perhaps a comma too many, and every cell after it is a column off
            raw.note(_letters(place), "There is something in a column without a heading.", _quoted_hint(row, names))
        elif name:
            value = _cell(name, cell)
            if value:
                raw.values[name] = value
    return raw


def _quoted_hint(row: Cells, names: list[str]) -> str:
    if len(row.cells) > len(names):
        return "Put a text with a separator in it between quotation marks, or give the column a heading."
    return "Give the column a heading, or empty it."


def _cell(column: str, cell: str) -> Any:
    text = cell.strip()
    if column in _SEVERAL:
        return tuple(each.strip() for each in re.split(r"[|\r\n]", text) if each.strip())
    if column in _WITH_POINT and _DECIMAL_COMMA.fullmatch(text):
        return text.replace(",", ".")
    return text


def _letters(place: int) -> str:
    """The name that a spreadsheet has for a column: A to Z, then AA."""
    letters = ""
    place += 1
    while place:
        place, letter = divmod(place - 1, 26)
        letters = chr(ord("A") + letter) + letters
    return letters


# --- JSON lines ---


def _lines(text: str) -> Iterator[_Raw]:
    for number, pairs in _parsed(text):
        yield _object(number, pairs)


def _parsed(text: str) -> "Iterator[tuple[int, _Pairs | None]]":
    """Each line that is not blank, with its number; None for one that is no object."""
    if text.lstrip().startswith("["):
        raise RequestError("It is one list.", hint='Write an object a line, without the list: {"code": "…", …}')
    for number, line in enumerate(text.split("\n"), start=1):
        if line.strip():
            try:
                pairs = json.loads(line, object_pairs_hook=_Pairs, parse_constant=_refuse)
            except (ValueError, RecursionError):
                pairs = None
            yield number, pairs if isinstance(pairs, _Pairs) else None


def _object(number: int, pairs: "_Pairs | None") -> _Raw:
    raw = _Raw(number=number)
    if pairs is None:
        raw.broken = True
        raw.note("", *_NO_OBJECT)
        return raw
    counted = Counter(column_of(key) for key, _ in pairs)
    for key, value in pairs:
        name = column_of(key)
        if name == "scripts":
            raw.note(name, *_NO_FOLDER)
        elif name not in COLUMNS:
            raw.note(name[:_SHOWN], *_unknown(name))
        elif counted[name] > 1:
            raw.note(name, f"There are {counted[name]} fields “{name}”.", "Leave one of them.")
            counted[name] = 1
        else:
            _take(raw, name, value)
    return raw


class _Pairs(list[tuple[str, Any]]):
    """An object's fields, with those that came twice."""


def _refuse(constant: str) -> None:
    raise ValueError(constant)  # NaN and the infinities are no JSON


def _take(raw: _Raw, name: str, value: Any) -> None:
    """Add a field's value in the shape in which a cell has it, or a problem."""
    given = _as_cell(name, value)
    if given is None:
        right = '["…", "…"]' if name in _SEVERAL else '"…"'
        raw.note(name, f"“{name}” has a value of a wrong kind.", f'Write "{name}": {right}')
    elif any("\ud800" <= letter <= "\udfff" for letter in "".join(given)):
        raw.note(name, f"“{name}” has half of a character in it.", "Write it as plain UTF-8.")
    elif given:
        raw.values[name] = given


def _as_cell(name: str, value: Any) -> str | tuple[str, ...] | None:
    """A text, or texts where there can be several; None when it is neither. Nothing chosen is an empty text."""
    if value is None or isinstance(value, str):
        text = (value or "").strip()
        return (text,) if text and name in _SEVERAL else text
    if name in _SEVERAL:
        good = isinstance(value, list) and all(isinstance(each, str) for each in value)
        return tuple(each.strip() for each in value if each.strip()) if good else None
    if isinstance(value, bool):
        return ("yes" if value else "no") if name in _YES_OR_NO else None
    if isinstance(value, (int, float)) and name != CODE:  # of a code it is not known how it was written: 7 or 007
        return str(value).removesuffix(".0")
    return None


# --- a table that is still written ---


@dataclass(frozen=True, kw_only=True)
class Table:
    """What a roster says before any of it is judged, for a page on which it is put right.

    Of ``rows``, each has its number, and a text for each of the ``headings``. ``problems`` are of what has no place in
    a table, and is left out; ``note`` is for a person to see.
    """

    headings: tuple[str, ...]
    rows: tuple[tuple[int, tuple[str, ...]], ...] = field(repr=False)  # names are in it
    problems: tuple[Problem, ...] = ()
    note: str = ""


def table(data: bytes) -> Table:
    """The table that a roster's bytes are, a table in CSV or JSON lines. Raises RequestError where there is none."""
    text, note = cells.decoded(data, "roster")
    problems: list[Problem] = []
    found = _objects(text, problems) if text.lstrip()[:1] in ("{", "[") else _written(text, problems)
    return replace(found, problems=tuple(problems), note=note)


def _written(text: str, problems: list[Problem]) -> Table:
    found = (row for row in cells.rows(text, lambda cell: column_of(cell) in COLUMNS) if not row.blank)
    first = next(found, None)
    headings = [cell.strip() for cell in first.cells] if first else []
    if not set(map(column_of, headings)) & set(NEEDED):
        raise _headless(first)
    rows: list[tuple[int, tuple[str, ...]]] = []
    for row in _bounded(found):
        if row.fault:
            problems.append(_problem(row.number, "", row.fault, _AGAIN))
        else:
            rows.append((row.number, tuple(_whole_letters(cell) for cell in row.cells)))
    width = max([len(headings), *(len(row) for _, row in rows)])
    headings += [""] * (width - len(headings))
    kept = [place for place in range(width) if headings[place] or any(row[place:] and row[place] for _, row in rows)]
    return Table(
        headings=tuple(headings[place] or _letters(place) for place in kept),
        rows=tuple((number, tuple(row[place] if place < len(row) else "" for place in kept)) for number, row in rows),
    )


def _objects(text: str, problems: list[Problem]) -> Table:
    rows: list[tuple[int, dict[str, str]]] = []
    for number, pairs in _bounded(_parsed(text)):
        if pairs is None:
            problems.append(_problem(number, "", *_NO_OBJECT))
            continue
        given = {column_of(key) or key: _as_text(column_of(key), value) for key, value in pairs}
        if len(given) < len(pairs):
            problems.append(_problem(number, "", "A field is there twice; what it says last was taken."))
        rows.append((number, given))
    headings = tuple(dict.fromkeys(_whole_letters(key) for _, given in rows for key in given))
    return Table(
        headings=headings, rows=tuple((number, tuple(given.get(key, "") for key in headings)) for number, given in rows)
    )


def _as_text(name: str, value: Any) -> str:
    """A field's value as a cell has it; of one of a wrong kind, its JSON, which will be told of as any wrong cell."""
    given = _as_cell(name, value)
    if given is None:
        return _whole_letters(json.dumps(value, ensure_ascii=False))
    return _whole_letters(given if isinstance(given, str) else "|".join(given))


def _whole_letters(text: str) -> str:
    """The text without half letters and zeros, which no page can show."""
    return text.encode("utf-8", "replace").decode("utf-8").replace("\0", "?")


class Judge:
    """Judges a table as often as it changes; what was judged once is remembered.

    No cell may name a file: whoever writes into a page is not always who may read the disk. A row that says nothing of
    it is in ``language``.
    """

    def __init__(self, language: str = "en") -> None:
        self._language = language
        self._checker = _Checker(None, None)
        self._known: dict[int, tuple[Mapping[str, Any], Row | None, list[Problem]]] = {}

    def roster(self, headings: Sequence[str], rows: Sequence[tuple[int, Sequence[str]]]) -> Roster:
        """The roster that the table is now, blank rows left out, with what is wrong; as ``read`` has it."""
        names = [column_of(heading) for heading in headings]
        found = (self._raw(number, texts, names) for number, texts in rows if any(texts))
        return _judged(list(found), list(_heading_problems(1, names)), self._row, "")

    def _raw(self, number: int, texts: Sequence[str], names: list[str]) -> _Raw:
        raw = _row(Cells(number=number, cells=tuple(texts)), names)
        if self._language != ask.STANDARD["lang"]:
            raw.values.setdefault("lang", self._language)
        return raw

    def _row(self, raw: _Raw) -> Row | None:
        """The row; what is as it was is not judged again, unless other rows have a say in it."""
        if raw.problems:
            return self._checker.row(raw)
        known = self._known.get(raw.number)
        if known is None or known[0] != raw.values:
            known = self._known[raw.number] = raw.values, self._checker.row(raw), raw.problems
        raw.problems = list(known[2])
        return known[1]


# --- codes ---


def _check_codes(raws: list[_Raw]) -> None:
    alike: dict[str, list[_Raw]] = defaultdict(list)
    for raw in raws:
        if raw.broken:
            continue
        code = raw.values.get(CODE, "")
        if not code and any(problem.column == CODE for problem in raw.problems):
            continue
        if fault := _code_fault(code):
            raw.note(CODE, fault, _CODE_HINT)
        else:
            alike[code.lower()].append(raw)
    for same in alike.values():
        as_written = len({raw.values[CODE] for raw in same}) == 1
        for raw in same if len(same) > 1 else ():
            raw.note(
                CODE,
                f"The code is also that of {_others(raw, same)}{'' if as_written else ', but for capitals'}.",
                "Give each row a code of its own; some disks do not tell capitals from small letters.",
            )


def _others(raw: _Raw, same: list[_Raw]) -> str:
    """The first few of the other rows."""
    numbers = [str(other.number) for other in same[: _NAMED_ROWS + 1] if other is not raw][:_NAMED_ROWS]
    more = len(same) - 1 - len(numbers)
    return f"row{'s' if len(same) > 2 else ''} {', '.join(numbers)}{f' and {more} more' if more else ''}"  # noqa: PLR2004


def _code_fault(code: str) -> str:
    """What is wrong with a code, without its words: someone may have put a name there."""
    if not code:
        return "There is no code."
    wrong = next((place for place, letter in enumerate(code, start=1) if not _CODE_LETTER.fullmatch(letter)), 0)
    if wrong:
        return f"Character {wrong} of the code is none that a code may have."
    if len(code) > LONGEST_CODE:
        return f"The code has {len(code)} characters; {LONGEST_CODE} is the most."
    if code.startswith("-"):
        return "The code begins with a hyphen, as options do."
    return "Windows keeps this code for itself: no file can have it." if _RESERVED.fullmatch(code) else ""


# --- options ---


class _Checker:
    """Checks rows; what many rows have in common is checked once. Without ``beside``, no cell may name a file."""

    def __init__(self, beside: Path | None, scripts: Path | None) -> None:
        self._beside = beside
        self._scripts = scripts
        self._known: dict[Any, MettavoxError | None] = {}
        self._wishes: dict[tuple[str, int], tuple[str, ...]] = {}
        self._heads: dict[tuple[str, str], Head] = {}

    def row(self, raw: _Raw) -> Row | None:
        """The row, or None when it has a problem; those that are found are added to it."""
        if raw.broken:
            return None
        values = {
            option: self._placed(option, value)
            for option, value in raw.values.items()
            if option in ask.STANDARD and option != "scripts"
        }
        if "script" not in values and not any(problem.column == "script" for problem in raw.problems):
            raw.note("script", "There is no script.", "Name one; “mettavox scripts list” shows them.")
        language = values.get("lang", "en")
        tongue = self._once(("lang", language), lambda: phrasebook.load(language, self._scripts))
        for option, value in values.items():
            if any(len(each) > LONGEST_CELL for each in (value if isinstance(value, tuple) else (value,))):
                raw.note(option, f"“{option}” is longer than {LONGEST_CELL} characters.", "Make it shorter.")
                continue
            if self._beside is None and (fault := _file_fault(option, value)):
                raw.note(option, *fault)
                continue
            error = tongue if option == "lang" else None
            # In a language that there is not, nothing else of a script can be judged.
            error = error or self._alone(option, value, "" if tongue else language)
            if error:
                raw.note(option, *_told(error, option, value))
        if not raw.problems:
            self._together(raw, values, language)
        return None if raw.problems else Row(number=raw.number, code=raw.values[CODE], values=self._whole(values))

    def _whole(self, values: dict[str, Any]) -> dict[str, Any]:
        return values | ({"scripts": str(self._scripts)} if self._scripts else {})

    def _placed(self, option: str, value: Any) -> Any:
        """The value; where it is the path of a file beside the roster, from where we are."""
        if self._beside is None:
            return value
        if option == "wishes":
            return tuple(self._path(each) if each.lower().endswith(_WISH_FILES) else each for each in value)
        if (option == "script" and value.endswith(".md")) or (option == "bed" and value not in BEDS):
            return self._path(value)
        return value

    def _path(self, value: str) -> str:
        assert self._beside is not None
        try:
            return str(self._beside / value) if (self._beside / value).is_file() else value
        except (OSError, ValueError):  # too long for a path, or none at all
            return value

    def _once(self, key: Any, check: Callable[[], object]) -> MettavoxError | None:
        """What a check raises, if anything; the same check is done once."""
        if key not in self._known:
            try:
                check()
                self._known[key] = None
            except MettavoxError as error:
                self._known[key] = error
        return self._known[key]

    def _alone(self, option: str, value: Any, language: str) -> MettavoxError | None:
        """What is wrong with an option by itself."""
        return self._once((option, value, language), lambda: self._check_alone(option, value, language))

    def _check_alone(self, option: str, value: Any, language: str) -> None:
        companion = _COMPANION.get(option)
        ask.request({option: value, **({companion: _SAMPLE} if companion else {})})
        if option in ("voice", "fill"):
            casting.known(value)
        elif option == "profile":
            deliveries.load(value)
        elif option == "script" and language:
            self._head(value, language)
        elif option == "wishes" and language:
            wishes.own(value, language, self._scripts)

    def _together(self, raw: _Raw, values: dict[str, Any], language: str) -> None:
        """Note what does not go together in a row whose every option is good by itself."""
        head = self._head(values["script"], language)
        for option in values:
            if not prepare.has_place(option, head):
                takes = ", ".join(head.slots) or "nothing"
                raw.note(option, f"“{head.id}” has no place for --{option}.", f"Empty this cell. It takes: {takes}.")
        if raw.problems:
            return
        try:
            error = self._planned(_like(ask.request(self._whole(values))))
        except MettavoxError as refused:
            error = refused
        if error:
            column = _column(error, values)
            raw.note(column, *_told(error, column, values.get(column)))

    def _planned(self, request: Request) -> MettavoxError | None:
        """What keeps a request from being planned; as many wishes stand for others, unless they are in the way."""
        alike = replace(
            request, wishes=self._wishes.setdefault((request.language, len(request.wishes)), request.wishes)
        )
        error = self._once(alike, lambda: prepare.plan(prepare.prepare(alike)))
        if error and alike != request:
            error = self._once(request, lambda: prepare.plan(prepare.prepare(request)))
        return error

    def _head(self, script: str, language: str) -> Head:
        if (script, language) not in self._heads:
            self._heads[script, language] = source.load(script, language, self._scripts).head
        return self._heads[script, language]


_NO_FILE = "A roster that names files is for the command line: mettavox batch."


def _file_fault(option: str, value: Any) -> tuple[str, str] | None:
    """What is wrong with a value that would be looked for on the disk, whether anything is there or not."""
    if option == "bed" and value not in BEDS:  # any other word may be the name of a file
        return f"“bed” takes the name of a bed, and “{value[:_SHOWN]}” is none.", nearest(value, BEDS, "Beds")
    if (option == "script" and (value.endswith(".md") or set(value) & set("/\\"))) or (
        option == "wishes" and any(map(wishes.is_file, value))
    ):
        return f"“{option}” names a file, and a page takes none.", _NO_FILE
    return None


def _told(error: MettavoxError, column: str, value: Any) -> tuple[str, str]:
    """An error's message and hint; without the name of a file, where that is personal."""
    message, hint = error.message, error.hint
    if column == "wishes":
        for name in (Path(each).name for each in value or () if each.lower().endswith(_WISH_FILES)):
            message, hint = message.replace(name, "the file"), hint.replace(name, "the file")
    return message, hint


def _like(request: Request) -> Request:
    """The request with samples for its names: one stands for all that differ in nothing that can be checked here."""
    listener, target = request.listener, request.target
    return replace(
        request,
        listener=replace(listener, name=_sample(listener.name)),
        target=replace(target, name=_sample(target.name)),
        intention=_sample(request.intention),
    )


def _sample(words: Spoken | None) -> Spoken | None:
    if words is None:
        return None
    return _SAMPLES[ipa.OPEN in words.said or all(map(prepare.is_latin, filter(str.isalpha, words.said)))]


def _column(error: MettavoxError, values: Mapping[str, Any]) -> str:
    """The column that an error is about: what it names, what it quotes, or what its kind is about."""
    named: list[str] = [option for option in _OPTION.findall(error.message) if option in COLUMNS]
    if named:
        return next((option for option in named if option in values), named[0])
    if isinstance(error, DurationError):
        return "duration" if "duration" in values else "minutes"
    if isinstance(error, VoiceError):
        return "fill" if "fill" in values and "voice" not in values else "voice"
    quoted = [option for option, value in values.items() if option not in PERSONAL and _quotes(error.message, value)]
    return next((option for option in quoted if option != "script"), "script")


def _quotes(message: str, value: Any) -> bool:
    return any(f"“{each}”" in message for each in (value if isinstance(value, tuple) else (value,)))
