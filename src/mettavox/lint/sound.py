"""Rules on sound: what machine voices make of digits, symbols, capitals, and words with two readings."""

import re
from collections.abc import Iterator

from mettavox import ipa
from mettavox.branches import INTENTION, LISTENER_NAME, TARGET_NAME
from mettavox.errors import VoiceError
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Material, Sentence
from mettavox.lint.lexicon import Lexicon, plain
from mettavox.lint.words import said
from mettavox.pronunciation import lexicon as pronunciation

_DIGITS = re.compile(r"\d+(?:[.,:]\d+)*")
_SYMBOLS = re.compile(r"\w*[/\\&%+=#@*_<>|~^$€£¥°§©®™•·\[\]{}()]\w*")
_CAPITALS = re.compile(r"(?<!\w)[^\W\d_a-zß-öø-ÿ]{2,}(?!\w)")
_STOPS = re.compile(r"\.\.+|…|\s[-–]+\s|—|–|--+")
_NAME = re.compile(r"(?<=[\w,;'] )[^\W\d_]+(?:'\w+)?")


def literal(material: Material) -> Iterator[Finding]:
    """TTS-01, TTS-02, TTS-05 and TTS-06, in every sentence."""
    for sentence, heard in material.unique:
        for rule, hit in literal_hits(sentence.text, _spoken(sentence)):
            yield material.finding(rule, sentence.number, said(rule, hit), needle=hit, heard=heard)


def _spoken(sentence: Sentence) -> str:
    """What an engine reads by itself; a word whose sounds are given is none of its readings any more."""
    return plain(ipa.heard(sentence.line.spoken))


def literal_hits(text: str, spoken: str) -> Iterator[tuple[str, str]]:
    """What a voice would stumble over in one sentence: the rule, and the words."""
    if digits := _DIGITS.search(spoken):
        yield "TTS-01", digits[0]
    if symbol := _SYMBOLS.search(spoken):
        yield "TTS-02", symbol[0]
    if (capitals := _capitals(text)) and capitals in spoken:
        yield "TTS-05", capitals
    if stops := _STOPS.search(text):
        yield "TTS-06", stops[0].strip()


def _capitals(text: str) -> str:
    return next((word[0] for word in _CAPITALS.finditer(text) if word[0].isupper()), "")


def homographs(material: Material) -> Iterator[Finding]:
    """TTS-03 and TTS-04: words with two readings, wrong ones and those that nobody has checked."""
    lexicon = material.lexicon
    if not lexicon:
        return
    for sentence, heard in material.unique:
        for rule, hit, instead in homograph_hits(lexicon, sentence.text, _spoken(sentence)):
            yield material.finding(rule, sentence.number, said(rule, hit), instead=instead, needle=hit, heard=heard)


def homograph_hits(lexicon: Lexicon, text: str, spoken: str) -> Iterator[tuple[str, str, str]]:
    """The rule, the words and what to write instead, for one sentence."""
    for entry in lexicon.wrong:
        if hit := entry.hit(spoken):
            yield "TTS-03", hit[0], entry.instead
            return
    if lexicon.homograph is None:
        return
    heard = [match.span() for match in lexicon.checked.finditer(spoken)] if lexicon.checked else []
    for match in lexicon.homograph.finditer(spoken):
        if not any(start <= match.start() and match.end() <= end for start, end in heard):
            yield "TTS-04", match[0], ""
            return


def names(material: Material) -> Iterator[Finding]:
    """NAME-02: a word with a capital inside a sentence is a name, and voices get many wrong."""
    if not material.lexicon:
        return
    known = material.lexicon.names | {LISTENER_NAME, TARGET_NAME, *INTENTION.split()}
    found = [(*each, list(_names(each[0], known))) for each in material.unique]
    told = _told(material.source.language) if any(here for _, _, here in found) else None
    for sentence, heard, here in found:
        hits = told.hits(sentence.text) if told and here else []
        for place, name in here:
            if not any(hit.start <= place < hit.end for hit in hits):
                message = f"“{name}” is a name, and nobody has noted that voices say it right."
                yield material.finding("NAME-02", sentence.number, message, needle=name, heard=heard)
                break


def _names(sentence: Sentence, known: frozenset[str]) -> Iterator[tuple[int, str]]:
    """The names that no list of the script's language has, and where each begins."""
    for match in _NAME.finditer(sentence.text):
        word = match[0].split("'")[0]
        acronym = len(word) > 1 and word.isupper()
        if word[:1].isupper() and not acronym and word not in known and word in _spoken(sentence):
            yield match.start(), word


def _told(language: str) -> pronunciation.Lexicon | None:
    """How voices are told to say words of a language; nothing when a person's own lexicon is broken.

    Whoever has them speak hears of that.
    """
    try:
        return pronunciation.load(language)
    except VoiceError:
        return None


RULES_HERE = (literal, homographs, names)
