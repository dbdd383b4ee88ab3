"""Edits: lines of a filled script with other words, for one track."""

import re
from collections.abc import Sequence
from dataclasses import replace

from mettavox.errors import RequestError, ScriptError
from mettavox.notation import sentences, split_pauses
from mettavox.script import Line, Passage, Script
from mettavox.source import Source
from mettavox.template import Filled

Edits = Sequence[tuple[int, str]]
"""The number of a line in the script's file, and its new words."""

_MARKS = re.compile(r"\s*(?:\[[^\]]*\]\s*)*(?:\++|!)?\s*")
_CANNOT_BEGIN = ("#", "@", "(", "//", ">", "[", "+", "!")
_LONGEST = 400


def applied(filled: Filled, edits: Edits) -> Filled:
    """The text with those lines' words in the place of their own; choices, marks and pauses stay.

    Raises RequestError, which never repeats the words, for a line that is not spoken or words that are none.
    """
    rows = filled.text.split("\n")
    _check_once(edits)
    for number, words in edits:
        _check(number, words)
        places = [place for place, each in enumerate(filled.numbers) if each == number]
        spoken = [place for place in places if _is_spoken(rows[place])]
        if not spoken:
            raise RequestError(
                f"--edit {number}: line {number} of the script is not one that is spoken.",
                hint="“mettavox scripts show” has the numbers of the lines. Shared blocks cannot be edited.",
            )
        for place in spoken:
            rows[place] = _edited(rows[place], words, number)
    return replace(filled, text="\n".join(rows))


def in_source(found: Source, edits: Edits) -> Source:
    """The script's file with those lines' words, as the rules are to read it; whether they are spoken is not asked."""
    words = dict(edits)
    rows = [
        _edited(row, words[number], number) if number in words and _is_spoken(row) else row
        for number, row in enumerate(found.body.split("\n"), start=1)
    ]
    return replace(found, body="\n".join(rows))


def kept_private(script: Script, edits: Edits) -> Script:
    """The script with its edited lines kept like a name: they may hold anything about a person.

    Raises RequestError for a line that is not heard with what was chosen: its new words would be lost.
    """
    numbers = {number for number, _ in edits}
    if not numbers:
        return script
    for number in sorted(numbers - {line.number for line in script.lines()}):
        raise RequestError(
            f"--edit {number}: line {number} is not heard with these choices.",
            hint="“mettavox scripts show” with the same options shows the lines that are.",
        )
    return replace(
        script,
        sections=tuple(
            replace(section, passages=tuple(_private(passage, numbers) for passage in section.passages))
            for section in script.sections
        ),
    )


def _private(passage: Passage, numbers: set[int]) -> Passage:
    line = passage.sound
    if not isinstance(line, Line) or line.number not in numbers:
        return passage
    return replace(passage, sound=replace(line, personal=True, unnamed=None, carrier="", words=()))


def _check_once(edits: Edits) -> None:
    numbers = [number for number, _ in edits]
    for number in numbers:
        if numbers.count(number) > 1:
            raise RequestError(
                f"--edit {number}: line {number} is edited more than once.", hint="Give each line its words once."
            )


def _check(number: int, words: str) -> None:
    if words.startswith(_CANNOT_BEGIN) or "(" in words or ")" in words:
        raise RequestError(
            f"--edit {number}: the words have a mark in them.",
            hint="Give plain words; the line keeps its own marks and pauses.",
        )
    if not words.isprintable() or any("\ue000" <= letter <= "\uf8ff" for letter in words):
        raise RequestError(f"--edit {number}: a character in the words cannot be spoken.", hint="Write plain words.")
    if len(words) > _LONGEST:
        raise RequestError(
            f"--edit {number}: {len(words)} characters; {_LONGEST} is the most.", hint="A line is one breath of speech."
        )
    try:  # here rather than in the reader, whose errors are the script's own
        said = sentences(words, {}, number, f"--edit {number}")
    except ScriptError as error:
        raise RequestError(error.message, hint=error.hint) from error
    if not said:
        raise RequestError(f"--edit {number}: there is nothing in the words that can be spoken.", hint="Write words.")


def _is_spoken(row: str) -> bool:
    words = row[_marks(row) :]
    return bool(words.strip()) and not words.startswith(("#", "@", "(", "//", ">", "["))


def _marks(row: str) -> int:
    match = _MARKS.match(row)
    return match.end() if match else 0


def _edited(row: str, words: str, number: int) -> str:
    rest, _ = split_pauses(row, f"line {number}")
    return row[: _marks(row)] + words + row[len(rest) :]
