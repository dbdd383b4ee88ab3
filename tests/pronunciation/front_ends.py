"""What each engine's own front end makes of a text: its sounds in IPA, without any voice's files."""

import re
import unicodedata
from collections.abc import Callable, Sequence

import espeak_oracle

from mettavox import ipa
from mettavox.engines import given
from mettavox.engines.dictionaries import Dictionaries
from mettavox.engines.phonemes import Phonemes


def _with_mnemonics(voice: str) -> Callable[[Sequence[str]], list[str]]:
    return lambda texts: espeak_oracle.heard(voice, texts)


def _american(texts: Sequence[str], say: Callable[[str], str]) -> list[str]:
    return [given.spliced(each, say, lambda own: given.fitted(own, given.ENGLISH, american=True)) for each in texts]


def _sanotts(texts: Sequence[str]) -> list[str]:
    return _american(texts, Dictionaries("en-us", Phonemes("en-us").said).said)


def _piper(texts: Sequence[str]) -> list[str]:
    return _american(texts, Phonemes("en-us").said)


def _kokoro(texts: Sequence[str]) -> list[str]:
    say = Phonemes("en-gb-x-rp").said
    return [given.spliced(each, say, ipa.normal) for each in texts]


ENGLISH: dict[str, tuple[str, str, Callable[[Sequence[str]], list[str]]]] = {
    "pyttsx3, American": ("pyttsx3", "espeak", _with_mnemonics("en-us")),
    "pyttsx3, British": ("pyttsx3", "espeak", _with_mnemonics("en-gb-x-rp")),
    "sanotts": ("sanotts", "ipa", _sanotts),
    "piper": ("piper", "ipa", _piper),
    "kokoro, British": ("kokoro", "ipa", _kokoro),
}
"""For each front end its engine, the alphabet it takes, and what it says."""

SPANISH = {"pyttsx3": ("pyttsx3", "espeak", _with_mnemonics("es-419"))}

# What does not tell one reading from another: length, weak vowels, a flapped t, and the r of America or of Britain.
_ALIKE = (
    ("əʊ", "oʊ"), ("ʔn̩", "tən"), ("n̩", "ən"), ("ɐ", "ə"), ("ᵻ", "ɪ"), ("eə", "ɛɹ"), ("iə", "ɪɹ"), ("ɪə", "ɪɹ"),
    ("ʊə", "ʊɹ"), ("ʊɹ", "ɔɹ"),    ("ɚ", "əɹ"), ("ɒ", "ɑ"), ("ɾ", "t"), ("ː", ""), ("ˌ", ""), ("ɪ", "i"),
)  # fmt: skip
_VOWELS = "".join(sorted(ipa.VOWELS))


def plain(sounds: str) -> str:
    """The sounds without what differs from dialect to dialect, each stress before its vowel."""
    text = unicodedata.normalize("NFC", sounds)
    for one, other in _ALIKE:
        text = text.replace(one, other)
    text = re.sub(rf"ɹ(?!ˈ?[{_VOWELS}])", "", text).replace(" ", "")
    return re.sub(rf"ˈ([^{_VOWELS}]+)", r"\1ˈ", text)


def distance(sounds: str, line: str) -> int:
    """How many signs have to change for the sounds to be found somewhere in the line."""
    wanted, whole = plain(sounds), plain(line)
    row = [0] * (len(whole) + 1)
    for number, sign in enumerate(wanted, start=1):
        following = [number]
        for place, other in enumerate(whole, start=1):
            following.append(min(row[place] + 1, following[-1] + 1, row[place - 1] + (sign != other)))
        row = following
    return min(row)
