"""Sounds in plain letters, for engines that take nothing else."""

import sys

import espeak_oracle
import front_ends
import pytest
from test_mnemonics import words

from mettavox import ipa
from mettavox.pronunciation.respelling import respelled


@pytest.mark.parametrize(
    ("sounds", "language", "letters"),
    [
        ("ʃɪˈvɔːn", "en", "shivawn"),
        ("ˈiːfə", "en", "eefa"),
        ("wɑːˈkiːn", "en", "wahkeen"),
        ("ˈsoʊtʃiːl", "en", "sohcheel"),
        ("ˈtɪk ˈnɑːt ˈhɑːn", "en", "tick naht hahn"),
        ("ˈɡiːtə", "en", "gheeta"),
        ("ŋ", "en", "nga"),
        ("xwaˈkin", "es", "juaquín"),
        ("ˈɡeɾa", "es", "guéra"),
        ("ˈkena", "es", "quéna"),
        ("ʃiˈβon", "es", "shibón"),
        ("ˈwin", "es", "uín"),
    ],
)
def test_it_is_written_so(sounds: str, language: str, letters: str) -> None:
    """Small letters, no hyphens: capitals are spelled out, hyphens stress every syllable."""
    assert respelled(sounds, language) == letters


@pytest.mark.parametrize("language", ["en", "es", "fr"])
def test_every_sign_has_letters(language: str) -> None:
    """Nothing is lost on the way."""
    for sign in sorted((ipa.VOWELS | ipa.CONSONANTS) - set("ʔʕ")):
        letters = respelled(sign if sign in ipa.VOWELS else f"a{sign}a", language)
        assert letters.isalpha(), (sign, letters)
        assert letters == letters.lower()
        assert sign in ipa.VOWELS or len(letters) > 2, (sign, letters)


@pytest.mark.skipif(sys.platform != "linux", reason="eSpeak's library is asked")
@pytest.mark.parametrize(("voice", "language", "least"), [("en-us", "en", 0.93), ("es-419", "es", 0.98)])
def test_an_engine_reads_it_right(voice: str, language: str, least: float) -> None:
    """Of the sounds of common words, so many are those that were meant."""
    sounds = espeak_oracle.heard(voice, words(language, 300))
    heard = espeak_oracle.heard(voice, [respelled(each, language) for each in sounds])
    wrong = sum(front_ends.distance(bare(one), bare(other)) for one, other in zip(sounds, heard, strict=True))
    assert wrong <= (1 - least) * sum(len(front_ends.plain(bare(each))) for each in sounds)


def bare(sounds: str) -> str:
    """Without stress, and with the vowels that letters cannot tell apart made one."""
    alike = {
        "ˈ": "",
        "ɔ": "ɑ",
        "ʊ": "u",
        "ʌ": "ə",
        "i": "ɪ",
        "ɜ": "ə",
        "ɣ": "ɡ",
        "β": "b",
        "ð": "d",
        "ŋ": "n",
        "j": "ɪ",
    }
    return sounds.translate(str.maketrans(alike))
