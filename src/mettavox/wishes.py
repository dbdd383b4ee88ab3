"""A person's own wishes: from the command line or a file, checked, and in every person that a script can ask for."""

import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Any

import yaml

from mettavox import assets, bend, grammar
from mettavox.errors import MettavoxError, RequestError, ScriptError
from mettavox.grammar import Grammar, Unfit
from mettavox.phrasebook import WISH_PERSONS, parse_yaml
from mettavox.suggest import nearest

MOST = 6
_LONGEST_TEXT, _LONGEST_FILE_BYTES = 200, 20_000
_SUFFIXES = (".txt", ".yaml", ".yml")
_TABLE_HINT = "Write a table with words for i, you, he, she and the others; docs/writing-scripts.md shows one."
_PLAIN = str.maketrans({"‘": "'", "’": "'", "ʼ": "'", "´": "'", "`": "'", "‐": "-", "‑": "-"})
_AROUND = " \t\"“”„«»'.…!¡"
_INSIDE = " ',-"
# A table is written for one language by someone who knows it, and takes the stops of any.
_INSIDE_TABLE = " ',.;:!¡…-–—·・。、，！；：।،؛\u200c\u200d"
_QUESTIONS = "?¿؟？"
_BULLETS = "-*•–·"


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a wish stands: its number on the command line, or a file and a line."""

    number: int
    file: str = ""
    line: int = 0

    @property
    def name(self) -> str:
        return f"line {self.line}" if self.file else f"wish {self.number}"

    def error(self, why: str, hint: str) -> MettavoxError:
        """The error for a wish that is or has what ``why`` says."""
        if self.file:
            return ScriptError(f"{self.file}, line {self.line}: the wish {why}.", hint=hint)
        return RequestError(f"Wish {self.number} of --wishes {why}.", hint=hint)


_Wish = tuple[_Place, str | Mapping[str, Any]]


def own(values: Sequence[str], language: str, scripts: Path | None = None) -> tuple[Mapping[str, str], ...]:
    """The wishes in every person, in the shape of ``Phrasebook.wishes``; a person without sure words is left out.

    A value is a wish, or a file: of one wish a line, or a YAML table. Raises RequestError with the number of the
    wish, or ScriptError with the file and the line; neither repeats what was written.
    """
    wishes = [wish for number, value in enumerate(values, start=1) for wish in _read(value, number)]
    _check_count(wishes)
    known = _grammar(language, scripts)
    made: list[Mapping[str, str]] = []
    places: dict[str, _Place] = {}
    for place, words in wishes:
        try:
            table = _whole(words, known) if isinstance(words, Mapping) else _bent(words, known, language)
        except Unfit as unfit:
            raise place.error(unfit.why, unfit.hint) from None
        key = table["i"].casefold()
        if key in places:
            raise place.error(f"is the same as {places[key].name}", "Leave one of them out.")
        places[key] = place
        made.append(table)
    return tuple(made)


def _check_count(wishes: list[_Wish]) -> None:
    files = {place.file for place, _ in wishes}
    if not wishes:
        raise RequestError("--wishes has no wish.", hint="Write --wishes TEXT, up to six times.")
    if len(wishes) > MOST:
        message = f"there are {len(wishes)} wishes; {MOST} is the most."
        if len(files) == 1 and (file := files.pop()):
            raise ScriptError(f"{file}: {message}", hint="Keep the ones that matter most.")
        raise RequestError(f"In --wishes {message}", hint="Keep the ones that matter most.")


@lru_cache(maxsize=8)
def _parsed(text: str, where: str) -> Grammar:
    try:
        return grammar.from_table(parse_yaml(text, where))
    except (KeyError, TypeError, AttributeError, ValueError) as error:
        if isinstance(error, ScriptError):
            raise
        raise ScriptError(
            f"{where} is not complete: {str(error).strip()} is missing or wrong.",
            hint="Compare it with en/shared/own-wishes.yaml.",
        ) from error


def _grammar(language: str, scripts: Path | None) -> Grammar | None:
    """What is known of the language's wishes; None where wishes can only be tables."""
    found = assets.find("scripts", (language, "shared", "own-wishes.yaml"), scripts)
    return None if found is None else _parsed(found.read_text("utf-8"), f"{language}/shared/own-wishes.yaml")


# --- where they come from ---


def _read(value: str, number: int) -> Iterator[_Wish]:
    if not is_file(value):
        yield _Place(number=number), value
        return
    path = Path(value)
    text = _text_of(path)
    found = list(_table_of(text, path.name) if path.suffix.lower() in _SUFFIXES[1:] else _lines_of(text, path.name))
    if not found:
        raise ScriptError(f"{path.name}: there is no wish in it.", hint="Write one wish a line.")
    yield from found


def is_file(value: str) -> bool:
    """Whether what was given for a wish is the name of a file of them."""
    if value.lower().endswith(_SUFFIXES):
        return True
    try:
        return Path(value).is_file()
    except (OSError, ValueError):  # text that is too long for a path, or no path at all
        return False


def _text_of(path: Path) -> str:
    try:
        with path.open("rb") as file:
            data = file.read(_LONGEST_FILE_BYTES + 1)
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "this is no path"
        raise ScriptError(f"{path.name} cannot be read: {reason}.", hint="Check the path.") from error
    if len(data) > _LONGEST_FILE_BYTES:
        raise ScriptError(f"{path.name} is too long for a list of wishes.", hint=f"It takes {MOST} short wishes.")
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScriptError(f"{path.name} is not text in UTF-8.", hint="Save it as plain text, UTF-8.") from error


def _lines_of(text: str, file: str) -> Iterator[_Wish]:
    lines = text.replace("\r\n", "\n").replace("\r", "\n").split("\n")
    for number, line in enumerate(lines, start=1):
        words = (" " + line.expandtabs(1)).split(" #", maxsplit=1)[0].strip()
        bullet, _, rest = words.partition(" ")
        if bullet in _BULLETS or bullet.rstrip(".)").isdecimal():
            words = rest.strip()
        if words:
            yield _Place(number=number, file=file, line=number), words


def _table_of(text: str, file: str) -> Iterator[_Wish]:
    wishes = parse_yaml(text, file).get("wishes")
    if not isinstance(wishes, list):
        raise ScriptError(f"{file}: there is no list “wishes:”.", hint=_TABLE_HINT)
    for number, (wish, line) in enumerate(zip(wishes, _item_lines(text, len(wishes)), strict=True), start=1):
        place = _Place(number=number, file=file, line=line)
        if not isinstance(wish, (str, dict)):
            raise place.error("is neither text nor a table", _TABLE_HINT)
        yield place, wish


def _item_lines(text: str, count: int) -> list[int]:
    """The line of each item of the list "wishes"; the first where it stands elsewhere, as behind an anchor."""
    root = yaml.compose(text, Loader=yaml.SafeLoader)
    pairs = root.value if isinstance(root, yaml.MappingNode) else []
    # The last of two keys of the same name counts, as it does where the values are read.
    found = next((node for key, node in reversed(pairs) if key.value == "wishes"), None)
    items = found.value if isinstance(found, yaml.SequenceNode) else []
    return [item.start_mark.line + 1 for item in items] if len(items) == count else [1] * count


# --- what they may hold ---


def _bent(text: str, known: Grammar | None, language: str) -> Mapping[str, str]:
    if known is None:
        raise Unfit(f"is text, and in “{language[:20]}” wishes can only be a table", _TABLE_HINT)
    _check_length(text)
    words = unicodedata.normalize("NFC", text).translate(_PLAIN).strip().strip(_AROUND)
    _check_characters(words, _INSIDE, known.letters)
    if not words:
        raise Unfit("is empty", f"Write a few words, such as: {known.example}")
    return bend.persons(words, known)


def _whole(table: Mapping[Any, Any], known: Grammar | None) -> Mapping[str, str]:
    """A table that says the wish for every person itself."""
    for key in table:
        if key not in WISH_PERSONS:
            raise Unfit("has a person that there is not", nearest(str(key)[:20], WISH_PERSONS, "Persons"))
    missing = [person for person in WISH_PERSONS if not table.get(person)]
    if missing:
        raise Unfit(f"has no words for: {', '.join(missing)}", _TABLE_HINT)
    return {person: _sentence(table[person], person, known) for person in WISH_PERSONS}


def _sentence(text: object, person: str, known: Grammar | None) -> str:
    if not isinstance(text, str):
        raise Unfit(f"is no text for “{person}”", "Put quotes around it.")
    _check_length(text)
    words = unicodedata.normalize("NFC", text).translate(_PLAIN).strip(' "“”„«»')
    bare = words.replace("{name}", "") if person == "name" else words
    _check_characters(bare, _INSIDE_TABLE, known.letters if known else "")
    if not any(map(str.isalpha, bare)):
        raise Unfit(f"has no words for: {person}", _TABLE_HINT)
    words = " ".join(words.split())
    return f"{words}." if words[-1].isalpha() or words.endswith("}") else words


def _check_length(text: str) -> None:
    if len(text) > _LONGEST_TEXT:
        raise Unfit(
            f"has {len(text)} characters; {_LONGEST_TEXT} is the most", f"A wish has at most {bend.MOST_WORDS} words."
        )


def _check_characters(text: str, inside: str, letters: str) -> None:
    for place, letter in enumerate(text, start=1):
        kind = unicodedata.category(letter)
        if letter in inside or letter in "\u00a0\u202f" or (kind[0] in "LM" and _is_of(letter, letters)):
            continue
        if kind in ("Cc", "Cf", "Zl", "Zp", "Co", "Cs", "Cn"):
            raise Unfit(f"has a character that cannot be seen, at place {place}", "Type it again, on one line.")
        if letter in _QUESTIONS:
            raise Unfit("is a question", "Say it as a wish, without a question mark.")
        if kind[0] == "N":
            raise Unfit("has a digit, which voices read in many ways", "Write numbers as words.")
        if letter in ".!…":
            raise Unfit("has more than one sentence", "Give each wish its own --wishes, or its own line.")
        if kind[0] in "LM":
            raise Unfit("has letters that this language's voices cannot read", "Write it in the language's letters.")
        raise Unfit(
            f"has a “{letter}”, which cannot be spoken", "A wish holds letters, commas, apostrophes and hyphens."
        )


def _is_of(letter: str, letters: str) -> bool:
    """Whether a letter is one of those that the language is written with; any is, where it does not say."""
    return not letters or letters in unicodedata.name(letter, "") or unicodedata.category(letter)[0] == "M"
