"""How long a line will take, without speaking it: for previews, and to tell a whole clip from a cut one."""

import re

from mettavox import ipa
from mettavox.voice import Pace

_IN_A_DIGIT = 2
_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)?")
_VOWELS = re.compile(r"[aeiouyáéíóúüàèìòùâêîôûäëïöæøåœ]+")
_SILENT_ENDING = re.compile(r"[^aeiouyl]e$|[^aeiouytd]ed$")


# Where letters are said as written, as in Spanish: one vowel with its glides; u is mute in gue, gui, que, qui.
_AS_WRITTEN = re.compile(
    r"[iuü]?[aeoáéóàèòâêôãõäö](?:[iuüy](?![aeoáéóàèòâêôãõäöíúiu]))?|[íú]|[iuü]+y?|y(?![aeiouáéíóúàèòâêôãõäöü])"
)
_MUTE = re.compile(r"(?<=[gq])u(?=[eéií])")


def syllables(text: str, language: str = "en") -> int:
    """About how many syllables there are; at least one for each word.

    English, or no language at all ("*"), has its silent endings; any other is taken as written.
    """
    text = ipa.plain(text)
    digits = sum(map(str.isdigit, text))
    count = _in_english if language.startswith(("en", "*")) else _as_written
    return sum(count(word) for word in _WORD.findall(text.lower())) + _IN_A_DIGIT * digits


def _as_written(word: str) -> int:
    return len(_AS_WRITTEN.findall(_MUTE.sub("", word))) or max(1, len(word) // 2)


def _in_english(word: str) -> int:
    groups = len(_VOWELS.findall(word))
    if groups > 1 and _SILENT_ENDING.search(word):
        groups -= 1
    # A word without vowel letters is in another script, or spelled out: count its letters by twos.
    return groups or max(1, len(word) // 2)


def seconds(text: str, pace: Pace, language: str = "en") -> float:
    """About how long ``text`` of ``language`` takes at ``pace``, in seconds.

    A straight line through measured clips: within a few per cent over a script, and within 20 per
    cent for nine lines in ten.
    """
    text = ipa.plain(text)
    commas = sum(text.count(mark) for mark in ",;:—")
    return pace.per_line + pace.per_syllable * syllables(text, language) + pace.per_comma * commas
