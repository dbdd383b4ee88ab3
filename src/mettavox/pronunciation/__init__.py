"""Pronunciation: what an engine receives for a line, so that names and hard words are said right."""

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass, replace

from mettavox import ipa
from mettavox.pronunciation import espeak, lexicon, respelling
from mettavox.pronunciation.lexicon import Entry

_POSSESSIVE = re.compile(r"['’]s(?!\w)")
_HISSING, _VOICELESS = "szʃʒʧʤ", "ptkfθ"
_LOUD = re.compile(r"\b[^\W\d_]+(?:-[^\W\d_]+)+\b")
"""A respelling such as “kuh-LAW-see”: engines spell out some syllables in capitals."""
_BRACKETS = str.maketrans({"[": " ", "]": " "})


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that is not left to the engine: as it is written, its sounds, its respelling, and the entry behind it.

    A word whose sounds a person gave has no entry.
    """

    written: str
    ipa: str = ""
    respell: str = ""
    entry: Entry | None = None


class Pronouncer:
    """The text that an engine of one alphabet receives for the lines of one language.

    ``kept`` are respellings that a person gave: no entry of a lexicon changes a word of them.
    Raises VoiceError when a person's own lexicon cannot be read.
    """

    def __init__(self, language: str, alphabet: str, engine: str = "", *, kept: Collection[str] = ()) -> None:
        self._language = language
        self._alphabet = alphabet
        self._lexicon = lexicon.load(language, engine)
        self._kept = [re.compile(rf"(?<!\w){re.escape(each)}(?!\w)") for each in kept if each and ipa.OPEN not in each]

    def engine_text(self, spoken: str) -> str:
        """What the engine receives for a line that is spoken so."""
        parts = [_softened(part) if isinstance(part, str) else part for part in self.parts(spoken)]
        if self._alphabet == "espeak":
            return _spaced(_unbracketed(part) if isinstance(part, str) else self._mnemonics(part) for part in parts)
        form = _in_ipa if self._alphabet == "ipa" else self._respelled
        return "".join(part if isinstance(part, str) else form(part) for part in parts)

    def parts(self, spoken: str) -> list[str | Word]:
        """The line in its order: what the engine reads by itself, and the words that it is told."""
        told = _told(spoken)
        text = "".join(part if isinstance(part, str) else part.written for part in told)
        spans = _spans(told)
        closed = [(start, end) for start, end, _ in spans]
        closed += [match.span() for pattern in self._kept for match in pattern.finditer(text)]
        for hit in self._lexicon.hits(text):
            if all(hit.end <= start or end <= hit.start for start, end in closed):
                spans.append((hit.start, hit.end, _of(text[hit.start : hit.end], hit.entry)))
        return self._with_possessives(_cut(text, sorted(spans, key=lambda span: span[0])))

    def _with_possessives(self, parts: list[str | Word]) -> list[str | Word]:
        """English “’s” belongs to the word before: how it sounds depends on its last sound."""
        whole: list[str | Word] = []
        for part in parts:
            before = whole[-1] if whole else None
            ending = _POSSESSIVE.match(part) if isinstance(part, str) else None
            if ending and isinstance(before, Word) and self._language.startswith("en"):
                whole[-1] = _possessive(before)
                part = part[ending.end() :]  # type: ignore[index]  # noqa: PLW2901
            if part:
                whole.append(part)
        return whole

    def _mnemonics(self, word: Word) -> str:
        return espeak.mnemonics(word.ipa, self._language) if word.ipa else word.respell

    def _respelled(self, word: Word) -> str:
        """Its respelling; a word of the lexicon that has none is left to the engine's own dictionary."""
        if word.respell or word.entry:
            return word.respell or word.written
        return respelling.respelled(word.ipa, self._language)


def _unbracketed(text: str) -> str:
    """The text without what could be taken for the beginning of mnemonics."""
    return text.translate(_BRACKETS)


def _softened(text: str) -> str:
    """The text with the capitals of stressed syllables made small, where others of the word are small already."""
    return _LOUD.sub(lambda match: match[0].lower() if _has_loud_syllable(match[0]) else match[0], text)


def _has_loud_syllable(word: str) -> bool:
    syllables = word.split("-")
    return any(each.isupper() and len(each) > 1 for each in syllables) and any(each.islower() for each in syllables)


def _in_ipa(word: Word) -> str:
    return ipa.marked(word.written, word.ipa) if word.ipa else word.respell


def _told(spoken: str) -> list[str | Word]:
    return [part if isinstance(part, str) else Word(written=part.written, ipa=part.ipa) for part in ipa.pieces(spoken)]


def _spans(parts: Iterable[str | Word]) -> list[tuple[int, int, Word]]:
    """Where each word stands in the text that the parts are together."""
    spans, at = [], 0
    for part in parts:
        length = len(part if isinstance(part, str) else part.written)
        if isinstance(part, Word):
            spans.append((at, at + length, part))
        at += length
    return spans


def _of(written: str, entry: Entry) -> Word:
    return Word(written=written, ipa=entry.ipa, respell=entry.respell, entry=entry)


def _cut(text: str, spans: list[tuple[int, int, Word]]) -> list[str | Word]:
    parts: list[str | Word] = []
    at = 0
    for start, end, word in spans:
        parts += [text[at:start], word]
        at = end
    return [part for part in [*parts, text[at:]] if part]


def _possessive(word: Word) -> Word:
    last = "".join(sign for sign in ipa.parts(word.ipa) if sign in ipa.VOWELS | ipa.CONSONANTS)[-1:]
    ending = "ɪz" if last in _HISSING else "s" if last in _VOICELESS else "z"
    return replace(
        word,
        written=f"{word.written}'s",
        ipa=word.ipa and word.ipa + ending,
        respell=word.respell and f"{word.respell}'s",
    )


def _spaced(parts: Iterable[str]) -> str:
    """The parts in one line. eSpeak takes [[ only after a space, and nothing but a mark may touch ]]."""
    line = ""
    for part in parts:
        opens = part.startswith("[[") and line and not line[-1].isspace()
        touches = line.endswith("]]") and (part[:1].isalnum() or part[:1] in "-'’")
        line += (" " if opens or touches else "") + part
    return line
