"""Ask: the options of a track by their names, as a person typed or wrote them, become a Request.

A command line, a course and a roster all ask in the same words, and are answered in the same way.
"""

import math
import re
import unicodedata
from collections.abc import Mapping
from fractions import Fraction
from pathlib import Path
from typing import Any

from mettavox.errors import RequestError
from mettavox.person import EXPERIENCES, PRONOUNS, RELATIONS, Listener, Spoken, Target, personal_word
from mettavox.request import ANCHORS, BEDS, CLOSINGS, COVERS, DAYS, FORMATS, TONES, Request
from mettavox.suggest import nearest
from mettavox.units import parse_duration, parse_minutes

WORDS: Mapping[str, tuple[str, ...]] = {
    "relation": RELATIONS, "pronouns": PRONOUNS, "closing": CLOSINGS, "anchor": ANCHORS,
    "experience": EXPERIENCES, "tone": TONES,
    "format": FORMATS, "cover": COVERS,
}  # fmt: skip
"""Options that take one of a few words."""

STANDARD: Mapping[str, Any] = {
    "script": "", "name": "", "say": "", "target": "", "relation": "friend", "target-say": "", "pronouns": "they",
    "wishes": (), "intention": "", "day": 1, "minutes": None, "duration": None, "voice": "", "fill": "",
    "closing": "return", "anchor": "choose", "breath": "", "tone": "plain", "experience": "regular",
    "gentle": False, "include": (), "lang": "en", "scripts": None,
    "profile": "podcast", "bed": "", "bed-under": None, "duck": False, "pause-guard": False, "bells": None,
    "breath-tones": None, "plain": False, "disclose": False, "format": "mp3", "cover": "dark", "edit": (),
}  # fmt: skip
"""Every option of a track, and what holds when nobody chose."""

_EITHER = ("bells", "breath-tones")
"""Yes or no where someone chose, and as the profile has it where nobody did."""

LONGEST_INTENTION_WORDS = 15
BED_UNDER_LU = (6.0, 60.0)
_EDIT = re.compile(r"(\d{1,5})\s*=\s*(\S.*)", re.DOTALL)


def request(values: Mapping[str, Any]) -> Request:
    """What the options ask for, checked. Raises RequestError, which never repeats a personal value."""
    for option in values:
        if option not in STANDARD:
            raise RequestError(f"There is no option “{str(option)[:40]}”.", hint=nearest(str(option), STANDARD))
    chosen = {option: _value(option, value) for option, value in {**STANDARD, **values}.items()}
    return Request(
        script=chosen["script"],
        seconds=_seconds(chosen["minutes"], chosen["duration"]),
        listener=Listener(
            name=personal_word(chosen["name"], chosen["say"], option="--name"),
            experience=chosen["experience"],
            gentle=chosen["gentle"],
        ),
        target=Target(
            relation=chosen["relation"],
            name=personal_word(chosen["target"], chosen["target-say"], option="--target"),
            pronouns=chosen["pronouns"],
        ),
        voice=chosen["voice"],
        fill=chosen["fill"],
        profile=chosen["profile"],
        bed=bed(chosen["bed"]),
        bed_under=_bed_under(chosen["bed-under"]),
        duck=chosen["duck"],
        pause_guard=chosen["pause-guard"],
        bells=chosen["bells"],
        breath_tones=chosen["breath-tones"],
        plain=chosen["plain"],
        disclose=chosen["disclose"],
        format=chosen["format"],
        cover=chosen["cover"],
        edits=tuple(map(edit, chosen["edit"])),
        closing=chosen["closing"],
        anchor=chosen["anchor"],
        breath=chosen["breath"],
        tone=chosen["tone"],
        day=chosen["day"],
        intention=intention(chosen["intention"]),
        wishes=chosen["wishes"],
        language=chosen["lang"],
        include=frozenset(chosen["include"]),
        scripts=folder(chosen["scripts"]),
        asked=frozenset(values),
    )


def _value(option: str, value: Any) -> Any:
    """One option's value in the shape that it has; numbers may come as text and texts as numbers."""
    standard = STANDARD[option]
    if option in WORDS:
        return one_of(option, str(value), WORDS[option])
    if option == "day":
        return _day(value)
    value = None if option in _EITHER and value == "" else value  # an empty cell chooses nothing
    if isinstance(standard, bool) or (option in _EITHER and value is not None):
        return _yes_or_no(option, value)
    if isinstance(standard, tuple):
        return _list(option, value)
    if value is None or option == "scripts":
        return value
    if isinstance(value, bool) or not isinstance(value, (str, int, float)):
        raise RequestError(f"--{option} takes a text.", hint=f'Write {option} = "…"')
    return str(value)


def one_of(option: str, word: str, words: tuple[str, ...]) -> str:
    """The word, if it is one of those. Raises RequestError with the nearest."""
    if word not in words:
        raise RequestError(f"--{option} has no “{word[:40]}”.", hint=nearest(word, words, "It takes"))
    return word


def bed(value: str) -> str:
    """The name of a bed, or the path of a file that is there. Raises RequestError with the nearest name."""
    try:
        if value in ("", *BEDS) or Path(value).is_file():
            return value
    except (OSError, ValueError):
        pass  # too long for a path, or none at all
    if Path(value).suffix or "/" in value:
        raise RequestError(f"--bed: there is no file “{Path(value).name[:60]}”.", hint="Check the path.")
    raise RequestError(f"There is no bed “{value[:40]}”.", hint=nearest(value, BEDS, "Beds"))


def _bed_under(value: Any) -> float | None:
    if value is None:
        return None
    low, high = BED_UNDER_LU
    try:
        under = float(value)
    except (TypeError, ValueError):
        under = math.nan
    if not low <= under <= high:
        raise RequestError(
            f"--bed-under {str(value)[:20]} is not a number of LU from {low:g} to {high:g}.",
            hint="20 and more keeps speech clear for everyone; 21 is usual.",
        )
    return under


def edit(value: str) -> tuple[int, str]:
    """The line's number and its new words, of LINE=TEXT. Raises RequestError, which does not repeat the words."""
    match = _EDIT.fullmatch(value.strip())
    if not match:
        raise RequestError("--edit needs a line's number and its words.", hint='Write --edit 14="Take your time."')
    return int(match[1]), " ".join(unicodedata.normalize("NFC", match[2]).split())


def _day(value: Any) -> int:
    text = str(value)
    if text not in map(str, DAYS):
        raise RequestError(
            f"--day {text[:20]} is no day of a week of prompts.", hint=f"Choose {DAYS[0]} to {DAYS[-1]}."
        )
    return int(text)


def _yes_or_no(option: str, value: Any) -> bool:
    known = {"true": True, "yes": True, "1": True, "false": False, "no": False, "0": False, "": False}
    if str(value).lower() not in known:
        raise RequestError(f"--{option} takes yes or no, and not “{str(value)[:20]}”.", hint="Write yes or no.")
    return known[str(value).lower()]


def _list(option: str, value: Any) -> tuple[str, ...]:
    values = (value,) if isinstance(value, str) else value
    if not isinstance(values, (list, tuple, frozenset, set)) or not all(isinstance(each, str) for each in values):
        raise RequestError(f"--{option} takes texts.", hint=f'Write {option} = ["…", "…"]')
    return tuple(each for each in values if each)


def _seconds(minutes: str | None, duration: str | None) -> Fraction | None:
    if minutes is not None and duration is not None:
        raise RequestError("--minutes and --duration both set the length.", hint="Leave one of them out.")
    if minutes is not None:
        return parse_minutes(minutes)
    return None if duration is None else parse_duration(duration)


def folder(value: Any) -> Path | None:
    """The folder of scripts to look in first, if one was given. Raises RequestError when it is none."""
    if value is None:
        return None
    if not Path(value).is_dir():
        raise RequestError(f"--scripts {value} is not a folder.", hint="Give the folder that holds en/.")
    return Path(value)


def intention(text: str) -> Spoken | None:
    """A listener's own intention: one sentence of up to 15 words, with a capital and without its full stop.

    None when it is empty. Raises RequestError for what cannot be spoken; it never repeats the words.
    """
    words = unicodedata.normalize("NFC", text).translate({ord(mark): " " for mark in '“”"„«»'}).split()
    if not words:
        return None
    plain = " ".join(words).rstrip(".!…").strip()
    for place, letter in enumerate(plain, start=1):
        if not (letter.isalpha() or unicodedata.combining(letter) or letter in " '’-,;:"):
            raise RequestError(
                f"Character {place} of --intention, “{letter if letter.isprintable() else '?'}”, cannot be spoken.",
                hint="Write one plain sentence, with numbers as words.",
            )
    if len(plain.split()) > LONGEST_INTENTION_WORDS:
        raise RequestError(
            f"--intention has {len(plain.split())} words; {LONGEST_INTENTION_WORDS} is the most.",
            hint="Say it in one short sentence.",
        )
    if not any(map(str.isalpha, plain)):
        raise RequestError("--intention has no letters in it.", hint="Write it as you would say it.")
    sentence = plain[:1].upper() + plain[1:]
    return Spoken(written=sentence, said=sentence)
