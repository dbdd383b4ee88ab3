"""The fixed words of a library's pages, in each language, and how lengths and sizes are written with them."""

from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path

from mettavox import assets, phrasebook
from mettavox.errors import ScriptError
from mettavox.handout import fill

_FILE = ("shared", "library.yaml")
_ENGLISH = "en"
_MINUTE, _HOUR = 60, 3600
_MEGABYTE, _KILOBYTE = 1_000_000, 1000

Words = Mapping[str, str]
"""By their keys, as in ``en/shared/library.yaml``."""


def words(language: str, scripts: Path | None = None) -> tuple[str, Words]:
    """The words of a language and its tag; English ones where it has none, so the tag says what they are.

    Raises ScriptError for words that are not complete.
    """
    if not assets.is_plain(language) or assets.find("scripts", (language, *_FILE), scripts) is None:
        language = _ENGLISH
    table = phrasebook.read_yaml("scripts", (language, *_FILE), scripts)
    needed = phrasebook.read_yaml("scripts", (_ENGLISH, *_FILE), None)
    wrong = [key for key in needed if not isinstance(table.get(key), str)]
    if wrong:
        raise ScriptError(
            f"{language}/{'/'.join(_FILE)} is not complete: {', '.join(wrong)} missing or no text.",
            hint="Compare it with en/shared/library.yaml.",
        )
    return language, table


def own_name(language: str, scripts: Path | None = None) -> str:
    """What a language calls itself; its tag where nothing says it."""
    tag, found = words(language, scripts)
    return found["own_name"] if tag == language else language


def length(seconds: float | Fraction, words: Words) -> str:
    """A length to the second, or from an hour on to the minute: “8 min”, “1 min 30 s”, “2 h 10 min”."""
    whole = round(seconds)
    if whole >= _HOUR:
        minutes = round(whole / _MINUTE)
        return fill(words["hours_and_minutes"], hours=minutes // 60, minutes=minutes % 60)
    minutes, rest = divmod(whole, _MINUTE)
    form = "minutes_and_seconds" if minutes and rest else "minutes" if minutes else "seconds"
    return fill(words[form], minutes=minutes, seconds=rest)


def size(count: int, words: Words) -> str:
    """So many bytes as a person reads them: “9.6 MB”, “840 kB”."""
    if count < _MEGABYTE:
        return fill(words["kilobytes"], count=max(1, round(count / _KILOBYTE)))
    return fill(words["megabytes"], count=f"{count / _MEGABYTE:.1f}".replace(".", words["decimal"]))


def counted(count: int, words: Words) -> str:
    """So many tracks."""
    return words["one_track"] if count == 1 else fill(words["tracks"], count=count)
