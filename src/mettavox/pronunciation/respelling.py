"""Sounds in the plain letters of a language, for engines that take nothing else: /ʃɪˈvɔːn/ becomes “shivvawn”.

Measured with eSpeak NG on 1,500 English words: one word in small letters keeps 94 sounds of 100 and 83 stresses of
100. Hyphens and spaces keep a sound more but stress every syllable; capitals (“shi-VAWN”) are spelled out letter by
letter, and keep 70.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass

from mettavox import ipa
from mettavox.pronunciation import nearest

# A vowel at the end of its syllable, and the other way in which it is written before a consonant of its syllable.
_OPEN = {
    "iː": "ee", "i": "ee", "ɪ": "i", "e": "eh", "ɛ": "eh", "æ": "a", "a": "ah", "ɑː": "ah", "ɑ": "ah", "ɒ": "ah",
    "ɔː": "aw", "ɔ": "aw", "oʊ": "oh", "əʊ": "oh", "o": "oh", "ʊ": "oo", "uː": "oo", "u": "oo", "ʌ": "uh", "ə": "uh",
    "ɜː": "ur", "ɜ": "ur", "eɪ": "ay", "ei": "ay", "aɪ": "y", "ai": "y", "aʊ": "au", "au": "au", "ɔɪ": "oy",
    "oi": "oy", "iə": "eea", "aɪə": "ya", "ɑːɹ": "ar", "ɔːɹ": "or", "oːɹ": "or", "ɛɹ": "air", "ɪɹ": "eer", "iːɹ": "eer",
    "ʊɹ": "oor", "əɹ": "er", "ɜːɹ": "ur",
}  # fmt: skip
_CLOSED = {
    "e": "e", "ɛ": "e", "oʊ": "oa", "əʊ": "oa", "o": "oa", "ʌ": "u", "ə": "u", "aʊ": "ou", "au": "ou", "ɒ": "o",
}  # fmt: skip
_SHORT = frozenset("ɪeɛæʌ")
_CONSONANTS = {
    "tʃ": "ch", "dʒ": "j", "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "ɡ": "g", "f": "f", "v": "v", "θ": "th",
    "ð": "th", "s": "s", "z": "z", "ʃ": "sh", "ʒ": "zh", "h": "h", "m": "m", "n": "n", "ŋ": "ng", "l": "l", "ɹ": "r",
    "r": "r", "j": "y", "w": "w", "ɾ": "t",
}  # fmt: skip
_ENGLISH = {**_OPEN, **_CONSONANTS}
_SPANISH = {
    "tʃ": "ch", "dʒ": "y", "ts": "ts", "ks": "x", "kw": "cu", "a": "a", "e": "e", "i": "i", "o": "o", "u": "u",
    "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "ɡ": "g", "f": "f", "s": "s", "ʃ": "sh", "x": "j", "m": "m",
    "n": "n", "ɲ": "ñ", "l": "l", "ʎ": "ll", "ʝ": "y", "j": "i", "w": "u", "r": "r", "ɾ": "r", "ɹ": "r", "β": "b",
    "ð": "d", "ɣ": "g", "θ": "z", "z": "s", "ʒ": "y", "ŋ": "n", "h": "j",
}  # fmt: skip
_LIQUIDS, _STOPS = frozenset("ɹlwj"), frozenset("pbtdkɡfθʃ")


@dataclass(kw_only=True)
class _Syllable:
    """Its consonants before and after, and its vowel."""

    onset: list[str]
    vowel: str
    coda: list[str]


def respelled(sounds: str, language: str) -> str:
    """The sounds in plain letters of a language, as near as they come; words stay apart."""
    words = ipa.normal(sounds).replace("-", " ").split()
    spell = _in_english if language.startswith("en") else _as_written
    return " ".join(filter(None, map(spell, words))) or "uh"


def _as_written(word: str) -> str:
    """In the letters of Spanish, where each sound has one; the stress is written where it is not the usual one."""
    signs = _signs(word.replace("ː", ""), _SPANISH)
    return _with_accent(signs)


def _in_english(word: str) -> str:
    syllables = _syllables([sign for sign in _signs(word, _ENGLISH) if sign not in "ˈˌ"])
    return "".join(_spelled(syllables, place) for place in range(len(syllables)))


def _signs(word: str, letters: Mapping[str, str]) -> list[str]:
    known = frozenset(sign for sign in letters if len(sign) == 1)
    near = nearest.within(word, known)
    longest_first = sorted(letters, key=len, reverse=True)
    return re.findall("|".join([*map(re.escape, longest_first), "[ˈˌ]"]), near)


def _syllables(signs: list[str]) -> list[_Syllable]:
    """The signs by syllables: between two vowels the last consonant goes on, with a liquid after a stop."""
    places = [place for place, sign in enumerate(signs) if sign[0] in ipa.VOWELS]
    found: list[_Syllable] = []
    start = 0
    for number, place in enumerate(places, start=1):
        after = places[number] if number < len(places) else len(signs)
        stop = after - _taken_along(signs[place + 1 : after]) if number < len(places) else after
        found.append(_Syllable(onset=signs[start:place], vowel=signs[place], coda=signs[place + 1 : stop]))
        start = stop
    return found or ([_Syllable(onset=signs, vowel="ə", coda=[])] if signs else [])


def _taken_along(between: list[str]) -> int:
    if len(between) > 1 and between[-1] in _LIQUIDS and between[-2] in _STOPS:
        return 2
    return min(1, len(between)) if between[-1:] != ["ŋ"] else 0


def _spelled(syllables: list[_Syllable], place: int) -> str:
    own, following = syllables[place], syllables[place + 1] if place + 1 < len(syllables) else None
    onset, coda = ("".join(_CONSONANTS[sign] for sign in signs) for signs in (own.onset, own.coda))
    vowel = _vowel(own, following)
    if own.onset[-1:] == ["j"] and len(own.onset) > 1 and own.vowel in ("uː", "u", "ʊ"):
        onset, vowel = onset[:-1], "ew"
    if onset.endswith("g") and vowel[0] in "eiy":
        onset += "h"
    if coda.endswith("ng") and following and following.onset[:1] in (["k"], ["ɡ"]):
        coda = coda[:-1]
    return onset + vowel + _ending(own, coda.replace("ngk", "nk"), following)


def _vowel(own: _Syllable, following: _Syllable | None) -> str:
    closed = bool(own.coda) or (own.vowel in _SHORT and following is not None and bool(following.onset))
    if own.vowel in ("aɪ", "ai"):
        return "eye" if not own.onset and not own.coda else "i" if len(own.coda) == 1 and not following else "y"
    if own.vowel in ("eɪ", "ei") and own.coda and not own.onset:
        return "ai"
    if own.vowel == "ə" and not own.coda:
        return "a"
    if own.vowel == "ɪ" and not closed:
        return "ee"
    return _CLOSED.get(own.vowel, _OPEN[own.vowel]) if closed else _OPEN[own.vowel]


def _ending(own: _Syllable, coda: str, following: _Syllable | None) -> str:
    """The consonants at the end; a short vowel has the next one doubled, a last s is sharp, an i before one long."""
    if not own.coda and own.vowel in _SHORT and following and following.onset:
        letter = _CONSONANTS[following.onset[0]]
        return ("c" if letter == "k" else letter) if len(letter) == 1 and letter not in "hjvwy" else ""
    if following is None and own.vowel in ("aɪ", "ai") and len(own.coda) == 1:
        return coda + "e"
    if following is None and coda.endswith("s"):
        return coda + "s"
    return "ck" if coda == "k" and own.vowel in _SHORT else coda


_ACCENTED = {"a": "á", "e": "é", "i": "í", "o": "ó", "u": "ú"}
_SOFT = ("e", "i")


def _with_accent(signs: list[str]) -> str:
    """Spanish letters for signs: k is qu before e and i, as g is gu; the stressed vowel is marked."""
    out, stressed = "", False
    for place, sign in enumerate(signs):
        if sign in "ˈˌ":
            stressed = stressed or sign == "ˈ"
            continue
        following = next((each for each in signs[place + 1 :] if each not in "ˈˌ"), "")
        letter = _SPANISH[sign]
        if sign in "kɡ" and following in _SOFT:
            letter = "qu" if sign == "k" else "gu"
        elif sign == "ɾ" or (sign == "r" and out and out[-1] in "aeiouáéíóú"):
            letter = "r" if sign == "ɾ" else "rr"
        elif sign == "j" and (not out or (following in "aeou" and out[-1] in "aeiouáéíóú")):
            letter = "y"
        if stressed and sign in _ACCENTED:
            letter, stressed = _ACCENTED[sign], False
        out += letter
    return out if sum(letter in "aeiouáéíóú" for letter in out) > 1 else _unaccented(out)


def _unaccented(word: str) -> str:
    return "".join(next((plain for plain, marked in _ACCENTED.items() if marked == letter), letter) for letter in word)
