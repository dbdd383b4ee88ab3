"""The small marks of the notation: pauses, section marks, sentences, respellings."""

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache

from mettavox import ipa
from mettavox.errors import ScriptError
from mettavox.person import Spoken
from mettavox.script import KEEP, PAUSES, Line, Pause, Word
from mettavox.suggest import nearest
from mettavox.units import LONGEST_SECONDS

_TIME = r"(?:\d+(?:\.\d+)?\s*(?:s|m|min)\s*){1,9}"
WRITING = "write "
"""Before bounds of one's own: time for writing, which no profile caps."""

_OWN = re.compile(rf"({_TIME})(?:\s*(?:to|-|–|—)\s*({_TIME}))?")
_PART = re.compile(r"(\d+(?:\.\d+)?)\s*(s|min|m)")
_PARENTHESES = re.compile(r"\(([^()]*)\)")
_MARK = re.compile(r"\{([^{}]*)\}")
_SAY = re.compile(r"([^\s{}“”\"(),.;:!?]+)\{say:\s*([^{}]*?[^\W\d_][^{}]*?)\s*\}")
_SENTENCE_END = re.compile(r"(?<=[.!?…])([\"”’)]*)\s+(?=\S)")
# What a word processor makes of quotes and dashes, and what the engines are given instead.
_PLAIN = str.maketrans({
    "‘": "'", "’": "'", "“": "", "”": "", '"': "", "„": "", "«": "", "»": "",
    "–": ",", "—": ",", "…": ".", "\u00a0": " ", "\u202f": " ",
})  # fmt: skip
SECTION_MARKS = ("keep", "fixed", "importance", "repeat", "opt-in")
_FIRST_STAND_IN, _LAST_STAND_IN = 0xE000, 0xF8FF
LISTENER, TARGET, INTENTION = (chr(_FIRST_STAND_IN + place) for place in range(3))
"""Private-use characters that stand for words a person gave, until a line is made."""

_SLOTS = {LISTENER: "name", TARGET: "target", INTENTION: "intention"}


@dataclass(frozen=True, kw_only=True)
class SectionMarks:
    """What the braces after a section's title say."""

    title: str
    importance: int = 5
    repeat: int = 1
    fixed: bool = False
    opt_in: str = ""


@lru_cache(maxsize=1024)
def section_marks(heading: str, at: str) -> SectionMarks:
    """The title and marks of a heading such as ``Settle {importance 8}``. Raises ScriptError."""
    title = " ".join(_MARK.sub(" ", heading).split())
    if not title or "{" in title or "}" in title:
        raise ScriptError(f"{at}: a section needs a title, with its marks in braces.", hint="Write # Settle {keep}")
    found: dict[str, int | bool | str] = {}
    for mark in _MARK.findall(heading):
        word, _, value = mark.strip().partition(" ")
        found.update(_section_mark(word, value.strip(), at))
    return SectionMarks(title=title, **found)  # type: ignore[arg-type]


def _section_mark(word: str, value: str, at: str) -> dict[str, int | bool | str]:
    if word == "keep" and not value:
        return {"importance": KEEP}
    if word == "fixed" and not value:
        return {"fixed": True}
    if word == "importance" and re.fullmatch(r"[1-9]", value):
        return {"importance": int(value)}
    if word == "repeat" and (match := re.fullmatch(r"1\s*[-–]\s*([1-9]\d?)", value)):
        return {"repeat": int(match[1])}
    if word == "opt-in" and re.fullmatch(r"[a-z][a-z-]*", value):
        return {"opt_in": value}
    if word in SECTION_MARKS:
        raise ScriptError(
            f"{at}: {{{word}{' ' + value if value else ''}}} has a wrong value.",
            hint="Write {keep}, {fixed}, {importance 1} to {importance 9}, {repeat 1-5} or {opt-in difficult}.",
        )
    raise ScriptError(f"{at}: there is no section mark “{word}”.", hint=nearest(word, SECTION_MARKS, "Marks"))


def pause(words: str, at: str) -> Pause:
    """The pause that stands between parentheses. Raises ScriptError with the nearest known one."""
    text = " ".join(words.split()).lower()
    if text in PAUSES:
        return PAUSES[text]
    own = _OWN.fullmatch(text.removeprefix(WRITING))
    if not own:
        raise ScriptError(
            f"{at}: ({text[:40]}) is not a pause.", hint=nearest(text, [*PAUSES, "20s", "20s to 90s"], "Pauses")
        )
    shortest = _own_seconds(own[1])
    longest = _own_seconds(own[2]) if own[2] else shortest
    if longest > LONGEST_SECONDS:
        raise ScriptError(f"{at}: ({text[:40]}) is more than a day.", hint="Write a shorter pause.")
    if longest < shortest:
        raise ScriptError(
            f"{at}: ({text}) ends before it begins.", hint=f"Write ({own[2].strip()} to {own[1].strip()})."
        )
    preferred = (shortest * longest) ** 0.5  # the middle, as the ear counts: twice 20 s, half of 80 s
    return Pause(name=text, shortest=shortest, preferred=preferred, longest=longest)


def _own_seconds(text: str) -> float:
    return sum(float(number) * (1 if unit == "s" else 60) for number, unit in _PART.findall(text))


@lru_cache(maxsize=4096)
def split_pauses(text: str, at: str) -> tuple[str, tuple[Pause, ...]]:
    """A line without the pauses at its end, and those pauses. Raises ScriptError for one in the middle."""
    pauses: list[Pause] = []
    rest = text.rstrip()
    while rest.endswith(")") and (opening := rest.rfind("(")) >= 0:
        pauses.insert(0, pause(rest[opening + 1 : -1], at))
        rest = rest[:opening].rstrip()
    stray = _PARENTHESES.search(rest)
    if stray:
        inside = stray[1].lower()
        what = "a pause in the middle of a line" if inside in PAUSES else "parentheses, which cannot be spoken"
        raise ScriptError(
            f"{at}: there is {what}.", hint="Put a pause at the end of its line, or on a line of its own."
        )
    return rest, tuple(pauses)


def sentences(text: str, words: Mapping[str, Spoken], number: int, at: str) -> list[Line]:
    """The lines of speech in one line of a script: its sentences, with personal words in place.

    Raises ScriptError for a mark that is not known and for a character that cannot be spoken.
    """
    return list(_sentences(text, tuple((mark, word) for mark, word in words.items() if mark in text), number, at))


@lru_cache(maxsize=4096)  # a script is read for one listener after another, and most of its lines are the same
def _sentences(text: str, given: tuple[tuple[str, Spoken], ...], number: int, at: str) -> tuple[Line, ...]:
    words = dict(given)
    respelled: dict[str, Spoken] = {}

    def stand_in(match: re.Match[str]) -> str:
        mark = chr(_LAST_STAND_IN - len(respelled))
        respelled[mark] = Spoken(written=match[1], said=_said(match[1], match[2], at))
        return mark

    _check_characters(text, words, at)
    text = _SAY.sub(stand_in, text)
    if "{" in text or "}" in text:
        raise ScriptError(
            f"{at}: there are braces that mean nothing here.", hint="A respelling is written word{say: wurd}."
        )
    parts = [part.strip() for part in _SENTENCE_END.sub(r"\1\n", text).split("\n")]
    return tuple(
        _line(part, words, respelled, number) for part in parts if any(map(str.isalpha, part)) or _marked(part)
    )


def _said(written: str, text: str, at: str) -> str:
    """What the braces after a word say of it: a respelling, or sounds in IPA. Raises ScriptError."""
    sounds = ipa.given(text)
    if sounds is not None and (fault := ipa.fault(sounds)):
        raise ScriptError(
            f"{at}: what is said stands between slashes, but as IPA it {fault}.",
            hint="Write IPA like {say: /ʃɪˈvɔːn/}, or a respelling in plain letters without slashes.",
        )
    if sounds is None and ("/" in text or ipa.TELLING & set(text)):
        raise ScriptError(
            f"{at}: what is said looks like IPA without its slashes.", hint="Put a slash before it and one after it."
        )
    return text if sounds is None else ipa.marked(written, sounds)


def _marked(part: str) -> bool:
    return any(_FIRST_STAND_IN <= ord(letter) <= _LAST_STAND_IN for letter in part)


def _check_characters(text: str, words: Mapping[str, Spoken], at: str) -> None:
    if own := {ipa.OPEN, ipa.CLOSE} & set(text):
        raise ScriptError(
            f"{at}: there is a character (U+{ord(min(own)):04X}) that cannot be spoken.",
            hint="Delete it. How a word sounds is written word{say: wurd} or word{say: /wɜːd/}.",
        )
    if text.isprintable():  # private-use characters are not, nor is anything that is looked for here
        return
    for letter in text:
        if letter not in words and unicodedata.category(letter) in ("Cc", "Cf", "Co", "Cs") and letter != "\t":
            raise ScriptError(
                f"{at}: there is a character (U+{ord(letter):04X}) that cannot be seen or spoken.",
                hint="Delete it and type the line again.",
            )


def _line(part: str, words: Mapping[str, Spoken], respelled: Mapping[str, Spoken], number: int) -> Line:
    text, spoken, carrier = part, part, part
    given: list[Word] = []
    bare = part.replace(f", {LISTENER}", "")
    could = bare != part and (any(map(str.isalpha, bare)) or _marked(bare))  # a name alone cannot be left out
    unnamed = _line(bare, words, respelled, number) if could else None
    for mark, word in {**respelled, **words}.items():  # a respelling may be that of a personal word
        if mark in text:
            text, spoken = text.replace(mark, word.written), spoken.replace(mark, word.said)
            carrier = carrier.replace(mark, f"{{{_SLOTS[mark]}}}" if mark in words else word.written)
            given += [Word(slot=_SLOTS[mark], written=word.written, said=word.said)] if mark in words else []
    return Line(
        text=" ".join(text.split()),
        spoken=" ".join(spoken.translate(_PLAIN).split()),
        number=number,
        personal=bool(given),
        unnamed=unnamed,
        carrier=" ".join(carrier.split()) if given else "",
        words=tuple(given),
    )
