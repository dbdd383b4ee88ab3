"""Rules on sound: what machine voices make of digits, symbols, capitals, and words with two readings."""

import re
from collections.abc import Iterator

from mettavox import ipa
from mettavox.branches import INTENTION, LISTENER_NAME, TARGET_NAME
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Material, Sentence
from mettavox.lint.lexicon import Lexicon, plain
from mettavox.lint.words import said

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
    for sentence, heard in material.unique:
        if hit := _unknown_name(sentence, known):
            message = f"“{hit}” is a name, and nobody has noted that voices say it right."
            yield material.finding("NAME-02", sentence.number, message, needle=hit, heard=heard)


def _unknown_name(sentence: Sentence, known: frozenset[str]) -> str:
    for match in _NAME.finditer(sentence.text):
        word = match[0].split("'")[0]
        acronym = len(word) > 1 and word.isupper()
        if word[:1].isupper() and not acronym and word not in known and word in _spoken(sentence):
            return word
    return ""


RULES_HERE = (literal, homographs, names)
