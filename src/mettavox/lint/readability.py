"""Rules on plain words: how hard the text is, how long its sentences are, and how many turns they take."""

import re
from collections.abc import Iterator

from mettavox.estimate import syllables
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Heard, Material, Sentence
from mettavox.lint.lexicon import Readability

LONG_WORDS, LONGEST_WORDS, MEAN_WORDS = 18, 24, 12
MOST_COMMAS = 3
_LEAST_SENTENCES = 5

_WORD = re.compile(r"[^\W\d_]+(?:['’-][^\W\d_]+)*")
_COMMA = re.compile(r"[,;，、،؛]")


def words(text: str) -> int:
    """How many words a text has."""
    return len(_WORD.findall(text))


def sentences(material: Material) -> Iterator[Finding]:
    """SENT-01 and CLAUSE-01, for every sentence; and the mean of SENT-01."""
    for sentence, heard in material.unique:
        yield from _long(material, sentence, heard)
        if (commas := len(_COMMA.findall(sentence.text))) > MOST_COMMAS:
            message = f"This sentence has {commas} commas, and {MOST_COMMAS} are the most."
            yield material.finding("CLAUSE-01", sentence.number, message, needle=_start(sentence), heard=heard)
    yield from _mean(material)


def _long(material: Material, sentence: Sentence, heard: Heard) -> Iterator[Finding]:
    count = words(sentence.text)
    if message := long_sentence(count):
        yield material.finding(
            "SENT-01", sentence.number, message, needle=_start(sentence), heard=heard,
            severity="E" if count > LONGEST_WORDS else "W",
        )  # fmt: skip


def long_sentence(count: int) -> str:
    """What is wrong with a sentence of that many words, or nothing."""
    if count <= LONG_WORDS:
        return ""
    return f"This sentence has {count} words; {LONG_WORDS} are the most, and over {LONGEST_WORDS} is an error."


def _start(sentence: Sentence) -> str:
    """The first words of a sentence, which find it in its line."""
    return " ".join(sentence.text.split()[:2])


def _mean(material: Material) -> Iterator[Finding]:
    spoken = _running(material)
    if len(spoken) < _LEAST_SENTENCES:
        return
    mean = sum(words(each.text) for each in spoken) / len(spoken)
    if mean > MEAN_WORDS:
        longest = max(spoken, key=lambda each: words(each.text))
        message = f"Sentences have {mean:.1f} words on average, and {MEAN_WORDS} are the most; this is the longest."
        yield material.finding("SENT-01", longest.number, message, needle=_start(longest), severity="W")


def _running(material: Material) -> list[Sentence]:
    """The sentences of the script's own choices, without the wishes and the cues of breaths."""
    first = material.heard[0].sentences if material.heard else ()
    return [each for each in first if not each.wish and not each.cue and words(each.text)]


def grade(material: Material) -> Iterator[Finding]:
    """READ-01: the language's formula over the script, with its own limits."""
    formula = material.lexicon.readability if material.lexicon else None
    spoken = _running(material)
    if not formula or len(spoken) < _LEAST_SENTENCES:
        return
    language = material.source.language
    count = sum(words(each.text) for each in spoken)
    score = formula.score(count, sum(syllables(each.text, language) for each in spoken), len(spoken))
    severity = _severity(formula, score)
    if severity:
        hardest = max(spoken, key=lambda each: _hardness(formula, each, language))
        message = f"{formula.name} is {score:.1f}, and {_limits(formula)}; here is the hardest sentence."
        yield material.finding("READ-01", hardest.number, message, needle=_start(hardest), severity=severity)


def _severity(formula: Readability, score: float) -> str:
    if score > formula.error_above or score < formula.error_below:
        return "E"
    return "W" if score > formula.warn_above or score < formula.warn_below else ""


def _hardness(formula: Readability, sentence: Sentence, language: str) -> float:
    harder_is_more = formula.warn_above < float("inf") or formula.error_above < float("inf")
    score = formula.score(words(sentence.text), syllables(sentence.text, language), 1)
    return score if harder_is_more else -score


def _limits(formula: Readability) -> str:
    if formula.warn_above < float("inf"):
        return f"{formula.warn_above:g} is the most"
    if formula.warn_below > float("-inf"):
        return f"{formula.warn_below:g} is the least"
    return f"the limit is {formula.error_above if formula.error_above < float('inf') else formula.error_below:g}"


RULES_HERE = (sentences, grade)
