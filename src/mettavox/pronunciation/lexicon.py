"""A lexicon: how names, words of this field and words with two readings are said in one language.

The bundled one is voices/lexicon/LANG.toml; a person's own, in a folder of that name beside their voices, wins.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources.abc import Traversable
from pathlib import Path
from typing import Any

from mettavox import assets, ipa
from mettavox.errors import VoiceError
from mettavox.suggest import nearest

_TABLES = ("names", "words", "homograph")
_SOUND_FIELDS = ("ipa", "respell", "engines")
_LONGEST_PHRASE_WORDS = 8
_COMPARE = "Compare it with the bundled lexicon."


@dataclass(frozen=True, kw_only=True)
class Entry:
    """How a word is said: its sounds in IPA, a respelling in plain letters, or both; ``engines`` is for whom, or all.

    ``name`` is the word, or the phrase in which it is marked.
    """

    name: str
    ipa: str = ""
    respell: str = ""
    engines: tuple[str, ...] = ()

    def serves(self, engine: str) -> bool:
        """Whether the entry is for an engine."""
        return not self.engines or not engine or engine in self.engines


@dataclass(frozen=True, kw_only=True)
class Hit:
    """A word of a text for which there is an entry: where it begins and ends."""

    start: int
    end: int
    entry: Entry


class Lexicon:
    """The entries that serve one engine."""

    def __init__(self, words: Mapping[str, Entry], phrases: Iterable[tuple["Phrase", Entry]]) -> None:
        self._words = dict(words)
        self._phrases = tuple(phrases)
        self._forms = _forms(self._words)

    def hits(self, text: str) -> list[Hit]:
        """The words that an entry tells of, in their order: those marked in a phrase before those that stand alone."""
        found = [Hit(start=match.start(1), end=match.end(1), entry=entry)
                 for phrase, entry in self._matching(text) for match in phrase.pattern.finditer(text)]  # fmt: skip
        bare = _bare(text)
        names = _any_of(form for form in self._forms if form in bare)
        for match in names.finditer(bare) if names else ():
            entry = self._entry(text[match.start() : match.end()], match[0])
            if entry:
                found.append(Hit(start=match.start(), end=match.end(), entry=entry))
        return _apart(found)

    def _matching(self, text: str) -> Iterator[tuple["Phrase", Entry]]:
        """The phrases whose marked word is in the text: a pattern is made when one is."""
        folded = text.casefold()
        return (pair for pair in self._phrases if pair[0].marked in folded)

    def _entry(self, written: str, bare: str) -> Entry | None:
        """Of the word as it is written, else of it without its accents: a word with accents is not that without."""
        for word in (written, _small(written), bare, _small(bare)):
            if word in self._words:
                return self._words[word]
        return None


def load(language: str, engine: str = "") -> Lexicon:
    """The bundled entries of a language with the person's own over them. Raises VoiceError for a broken file."""
    return _loaded(tuple((file.read_bytes(), where) for file, where in _files(language)), engine)


@lru_cache(maxsize=4)  # every row of a batch asks
def _loaded(files: tuple[tuple[bytes, str], ...], engine: str) -> Lexicon:
    return _merged([_parsed(data, where) for data, where in files], engine)


def parse(data: bytes, where: str) -> Lexicon:
    """The lexicon that a TOML file is; ``where`` names it in errors. Raises VoiceError."""
    return _merged([_parsed(data, where)], "")


def entries(language: str) -> list[Entry]:
    """Every entry of a language, for any engine. Raises VoiceError for a broken file."""
    read = [_parsed(file.read_bytes(), where) for file, where in _files(language)]
    return [entry for words, phrases in read for entry in (*words, *(entry for _, entry in phrases))]


def own_file(language: str) -> Path:
    """Where a person's own lexicon of a language lies; it need not exist."""
    return assets.own_folder("voices") / "lexicon" / _name(language)


def _name(language: str) -> str:
    return f"{language.split('-', maxsplit=1)[0].lower()}.toml"


def _files(language: str) -> list[tuple[Traversable, str]]:
    """The lexicons of a language that there are, the person's own last, each with its name for errors."""
    name = _name(language)
    places = [
        (assets.bundled("voices").joinpath("lexicon", name), f"the bundled lexicon/{name}"),
        (own_file(language), f"your own lexicon/{name}"),
    ]
    return [(file, where) for file, where in places if file.is_file()]


@dataclass(frozen=True, kw_only=True)
class Phrase:
    """A phrase as a regular expression, and the word that is marked in it, whatever its capitals."""

    expression: str
    marked: str

    @property
    def pattern(self) -> re.Pattern[str]:
        """What finds it; the first group is the marked word."""
        return _compiled(self.expression)


@cache  # most phrases of a lexicon are in no line
def _compiled(expression: str) -> re.Pattern[str]:
    return re.compile(expression, re.IGNORECASE)


_Phrase = tuple[Phrase, Entry]
_Parsed = tuple[list[Entry], list[_Phrase]]
"""The words and the phrases of one file, in its order, for all engines."""


def _merged(files: Iterable[_Parsed], engine: str) -> Lexicon:
    """The entries that serve an engine: a later file's over an earlier one's, and its phrases before them.

    An entry for another engine takes nothing away. Within a file the phrase that comes first is met first.
    """
    words: dict[str, Entry] = {}
    phrases: dict[str, _Phrase] = {}
    for more_words, more_phrases in files:
        words |= {entry.name: entry for entry in more_words if entry.serves(engine)}
        over = {pair[1].name: pair for pair in more_phrases if pair[1].serves(engine)}
        phrases = over | {phrase: pair for phrase, pair in phrases.items() if phrase not in over}
    return Lexicon(words, phrases.values())


@lru_cache(maxsize=8)  # a file is read for every voice, and each takes a twentieth of a second
def _parsed(data: bytes, where: str) -> _Parsed:
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VoiceError(f"There is no reading {where}: {error}.", hint=_COMPARE) from error
    _known(table, _TABLES, where)
    words = [
        _entry(unicodedata.normalize("NFC", word), told, f"{where}, {kind}.{word}")
        for kind in ("names", "words")
        for word, told in _table(table, kind, where).items()
    ]
    homographs = table.get("homograph", [])
    if not isinstance(homographs, list):
        raise VoiceError(f"{_first(where)}: homograph is no list of tables.", hint="Write [[homograph]] above each.")
    return words, [_homograph(told, f"{where}, homograph {place}") for place, told in enumerate(homographs, start=1)]


def _table(table: Mapping[str, Any], kind: str, where: str) -> Mapping[str, Any]:
    part = table.get(kind, {})
    if not isinstance(part, dict):
        raise VoiceError(f"{_first(where)}: {kind} is no table.", hint=f"Write [{kind}], and a word a line under it.")
    return part


def _entry(name: str, told: Any, where: str) -> Entry:
    if not isinstance(told, dict):
        raise VoiceError(f"{_first(where)} is no table.", hint='Write it like: metta = {ipa = "ˈmɛtɑː"}')
    _known(told, _SOUND_FIELDS, where)
    sounds, respelled = ipa.normal(_text(told, "ipa", where)), _text(told, "respell", where).strip()
    if not sounds and not respelled:
        raise VoiceError(f"{_first(where)} says nothing of its sound.", hint="Give it ipa, respell, or both.")
    if sounds and (fault := ipa.fault(sounds)):
        raise VoiceError(f"{_first(where)}: its ipa {fault}.", hint='Write it without slashes, like ipa = "ʃɪˈvɔːn".')
    if respelled and not all(letter.isalpha() or letter in " '’-" for letter in respelled):
        raise VoiceError(f"{_first(where)}: its respelling holds a sign.", hint="Write it in plain letters.")
    return Entry(name=name, ipa=sounds, respell=respelled, engines=_engines(told, where))


def _homograph(told: Any, where: str) -> _Phrase:
    phrase = _text(told, "phrase", where) if isinstance(told, dict) else ""
    if not phrase:
        raise VoiceError(f"{_first(where)} has no phrase.", hint='Write phrase = "all *live*", with the word marked.')
    named = f"{where} (“{phrase[:40]}”)"
    rest = {key: value for key, value in told.items() if key != "phrase"}
    _known(rest, _SOUND_FIELDS, named)
    return _phrase(phrase, named), _entry(phrase, rest, named)


def _phrase(phrase: str, where: str) -> Phrase:
    """What finds a phrase: words in small letters, “one/other” for either, “word?” for perhaps, “^” for the start."""
    words = unicodedata.normalize("NFC", phrase).split()
    marked = [word for word in words if word.startswith("*") and word.endswith("*") and len(word.strip("*"))]
    if len(marked) != 1 or len(words) > _LONGEST_PHRASE_WORDS or "*" in "".join(w for w in words if w not in marked):
        raise VoiceError(
            f"{_first(where)}: one word of a phrase is marked, of up to {_LONGEST_PHRASE_WORDS}.",
            hint='Write it like: phrase = "all *live*"',
        )
    place = words.index(marked[0])
    before = "".join(_step(word, r"[\s,]+", after=False) for word in words[:place])
    after = "".join(_step(word, r"[\s,]+", after=True) for word in words[place + 1 :])
    word = marked[0].strip("*")
    return Phrase(expression=rf"{before}(?<!\w)({re.escape(word)})(?!\w){after}", marked=word.casefold())


def _step(word: str, gap: str, *, after: bool) -> str:
    if word == "^":
        return r"(?:(?<=[.!?:] )|^)"
    if word == "$":
        return r"(?=\s*(?:[.!?,;:]|$))"
    either = "|".join(map(re.escape, word.rstrip("?").split("/")))
    step = rf"{gap}(?:{either})(?!\w)" if after else rf"(?<!\w)(?:{either}){gap}"
    return f"(?:{step})?" if word.endswith("?") else step


def _engines(told: Mapping[str, Any], where: str) -> tuple[str, ...]:
    engines = told.get("engines", [])
    if not isinstance(engines, list) or not all(isinstance(each, str) and each for each in engines):
        raise VoiceError(f"{_first(where)}: engines is no list of names.", hint='Write it like: engines = ["pyttsx3"]')
    return tuple(engines)


def _text(told: Mapping[str, Any], field: str, where: str) -> str:
    text = told.get(field, "")
    if not isinstance(text, str):
        raise VoiceError(f"{_first(where)}: {field} is no text.", hint=f'Put it in quotes: {field} = "…"')
    return text


def _known(table: Mapping[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise VoiceError(f"{_first(where)} has an unknown “{key}”.", hint=nearest(key, known, "It takes"))


def _first(where: str) -> str:
    return where[:1].upper() + where[1:]


def _forms(words: Iterable[str]) -> list[str]:
    """The words with or without a capital and without accents, the longest first."""
    forms = {form for word in words for form in (_bare(word), _bare(word[:1].upper() + word[1:]))}
    return sorted(forms, key=lambda form: (-len(form), form))


def _any_of(forms: Iterable[str]) -> re.Pattern[str] | None:
    """Any of the forms as a whole word, the first that fits. One of all forms takes longer to make than to use."""
    either = "|".join(map(re.escape, forms))
    return re.compile(rf"(?<![\w'])(?:{either})(?!\w)") if either else None


def _bare(text: str) -> str:
    """The text letter for letter without accents, so that places in the one are places in the other."""
    return "".join(letter if letter < "\x80" else _base(letter) for letter in text)


def _base(letter: str) -> str:
    base = unicodedata.normalize("NFD", letter)[:1]
    return "'" if letter == "’" else base if base.isalpha() else letter


def _small(word: str) -> str:
    return word[:1].lower() + word[1:]


def _apart(hits: list[Hit]) -> list[Hit]:
    """The hits in their order; of two that overlap, the one that was found first."""
    kept: list[Hit] = []
    for hit in hits:
        if all(hit.end <= other.start or other.end <= hit.start for other in kept):
            kept.append(hit)
    return sorted(kept, key=lambda hit: hit.start)
