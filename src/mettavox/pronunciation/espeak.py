"""eSpeak NG's own mnemonics for sounds: what stands between [[ and ]] in a text that it speaks.

Each voice knows those of its language. They were found by asking eSpeak NG 1.52 for the mnemonics and the IPA of
15,000 English and 5,900 Spanish words; a sign that a voice does not know ends the word, so none may slip through.
"""

import re
from collections.abc import Mapping

from mettavox import ipa
from mettavox.pronunciation import nearest

# r-coloured vowels have signs of their own; before another vowel their r is a consonant again, which it writes out.
_ENGLISH = {
    "aɪɚ": "aI3", "aɪə": "aI@", "aʊɚ": "aU3", "aʊə": "aU@", "iə": "i@", "eə": "e@", "ɛə": "e@",
    "ɪə": "I@", "ɪəʊ": "IoU", "aɪəʊ": "aIoU", "ʊə": "U@",
    "ɑːɹ": "A@", "ɔːɹ": "o@", "oːɹ": "o@", "ɛɹ": "e@", "ɪɹ": "i@3", "ʊɹ": "U@", "ɜːɹ": "3:", "əɹ": "3",
    "aɪ": "aI", "aʊ": "aU", "eɪ": "eI", "ɛɪ": "eI", "oʊ": "oU", "əʊ": "oU", "ɔɪ": "OI", "oɪ": "OI",
    "ai": "aI", "au": "aU", "ei": "eI", "ou": "oU", "oi": "OI", "ɑɪ": "aI", "ɑʊ": "aU", "tʃ": "tS", "dʒ": "dZ",
    "iː": "i:", "uː": "u:", "ɑː": "A:", "ɒː": "A:", "ɔː": "O:", "ɜː": "3:", "aː": "A:", "eː": "eI", "oː": "oU",
    "i": "i", "u": "u:", "ɪ": "I", "ᵻ": "I#", "ʊ": "U", "e": "E", "ɛ": "E", "æ": "a", "a": "A:", "ɑ": "A:", "ɒ": "0",
    "ɔ": "O2", "o": "oU", "ʌ": "V", "ɐ": "a#", "ə": "@", "ɚ": "3", "ɜ": "3:",
    "ɑ\u0303": "A~", "ɔ\u0303": "O~", "a\u0303": "A~", "o\u0303": "O~", "n\u0329": "n-",
    "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "ɡ": "g", "f": "f", "v": "v", "θ": "T", "ð": "D", "s": "s",
    "z": "z", "ʃ": "S", "ʒ": "Z", "h": "h", "m": "m", "n": "n", "ŋ": "N", "l": "l", "ɹ": "r", "r": "r", "j": "j",
    "w": "w", "ɾ": "*", "ʔ": "?", "x": "x", "ç": "C", "ɣ": "Q", "β": "B", "ɬ": "l#", "ʁ": "r", "ʀ": "r",
}  # fmt: skip
_SPANISH = {
    "aɪ": "aI", "aʊ": "aU", "eɪ": "eI", "ɛɪ": "eI", "eʊ": "eU", "oɪ": "oI", "ai": "aI", "au": "aU", "ei": "eI",
    "eu": "eU", "oi": "oI", "tʃ": "tS", "dʒ": "dZ", "ts": "ts",
    "a": "a", "e": "e", "i": "i", "o": "o", "u": "u", "ɛ": "E", "y": "y",
    "p": "p", "b": "b", "t": "t", "d": "d", "k": "k", "ɡ": "g", "β": "B", "ð": "D", "ɣ": "Q", "f": "f", "s": "s",
    "θ": "T", "z": "z", "ʃ": "S", "ʒ": "Z", "x": "x", "h": "h", "m": "m", "n": "n", "ɲ": "n^", "ŋ": "N", "l": "l",
    "ʎ": "l^", "ʝ": "J^", "j": "j", "w": "w", "r": "R2", "ɾ": "r", "ɹ": "r", "ʔ": "?", "v": "v", "ɪ": "i", "ʊ": "u",
    "ɐ": "a",
}  # fmt: skip
_VOWELS = "".join(sorted(ipa.VOWELS))
_ENGLISH_BEFORE_VOWELS = {
    "ɑːɹ": "A:r", "ɔːɹ": "O:r", "oːɹ": "O:r", "ɛɹ": "Er", "ɪɹ": "Ir", "ʊɹ": "Ur", "ɜːɹ": "3:r", "əɹ": "@r", "ɚ": "3",
}  # fmt: skip


class _Table:
    """The mnemonics of one language, the longest sounds first."""

    def __init__(self, sounds: Mapping[str, str], before_vowels: Mapping[str, str]) -> None:
        self._sounds = sounds
        self._before_vowels = before_vowels
        marks = ("", nearest.NASAL, ipa.SYLLABIC)
        self._known = frozenset(sound for sound in sounds if sound[1:] in marks)
        longest_first = sorted(sounds, key=len, reverse=True)
        self._sign = re.compile("|".join([*map(re.escape, longest_first), "[ˈˌ]"]))
        self._next_is_vowel = re.compile(f"[ˈˌ]?[{_VOWELS}]")

    def word(self, sounds: str) -> str:
        """The mnemonics of one word, with a stress."""
        near = nearest.within(sounds, self._known)
        if "ˈ" not in near:
            near = near.replace("ˌ", "ˈ", 1) if "ˌ" in near else re.sub(f"([{_VOWELS}])", r"ˈ\1", near, count=1)
        return "".join(self._mnemonic(match, near) for match in self._sign.finditer(near))

    def _mnemonic(self, match: re.Match[str], word: str) -> str:
        sound = match[0]
        if sound in _STRESSES:
            return _STRESSES[sound]
        if sound in self._before_vowels and self._next_is_vowel.match(word, match.end()):
            return self._before_vowels[sound]
        return self._sounds[sound]


_STRESSES = {"ˈ": "'", "ˌ": ","}
# What the voices of nearly every language know: no diphthongs in one sign, and five vowels.
_ANYWHERE = {
    sound: sign for sound, sign in _SPANISH.items() if sound in ("tʃ", "dʒ") or (len(sound) == 1 and sound not in "ɛy")
}
_TABLES = {"en": _Table(_ENGLISH, _ENGLISH_BEFORE_VOWELS), "es": _Table(_SPANISH, {})}
_OTHER = _Table(_ANYWHERE, {})


def mnemonics(sounds: str, language: str) -> str:
    """The sounds between [[ and ]], for eSpeak's voices of a language; every sign of IPA ends in some."""
    table = _TABLES.get(language.split("-", maxsplit=1)[0].lower(), _OTHER)
    return " ".join(f"[[{table.word(each)}]]" for each in ipa.normal(sounds).replace("-", " ").split())
