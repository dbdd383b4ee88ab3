"""IPA in eSpeak's mnemonics: what goes in comes out, and every sign of IPA ends in something that is said."""

import re
import sys
import unicodedata
from pathlib import Path

import espeak_oracle
import pytest

from mettavox import ipa
from mettavox.pronunciation import espeak

linux = pytest.mark.skipif(sys.platform != "linux", reason="eSpeak's library is asked")
SCRIPTS = Path(__file__).parents[2] / "scripts"
VOICES = {"en-us": "en", "en-gb-x-rp": "en", "es-419": "es", "es": "es"}


def words(language: str, count: int) -> list[str]:
    """The words of a language that the scripts use."""
    text = " ".join(path.read_text(encoding="utf-8") for path in sorted((SCRIPTS / language).rglob("*.md")))
    found = sorted(set(re.findall(r"\b[^\W\d_]{2,}\b", text.lower())))
    return found[:: max(1, len(found) // count)][:count]


@linux
@pytest.mark.parametrize("voice", VOICES)
def test_espeaks_own_sounds_come_back(voice: str) -> None:
    """Of 500 English and 300 Spanish words, 95 in 100 at least."""
    language = VOICES[voice]
    chosen = words(language, 500 if language == "en" else 300)
    assert len(chosen) == (500 if language == "en" else 300)
    sounds = espeak_oracle.heard(voice, chosen)
    again = espeak_oracle.heard(voice, [espeak.mnemonics(each, language) for each in sounds])
    changed = [
        (word, one, other)
        for word, one, other in zip(chosen, sounds, again, strict=True)
        if with_stress(one) != with_stress(other)
    ]
    assert len(changed) <= 0.05 * len(chosen), changed


def with_stress(sounds: str) -> str:
    """A word that eSpeak leaves without stress in a sentence has one as a word by itself."""
    composed = unicodedata.normalize("NFC", sounds)
    return composed if "ˈ" in composed else re.sub("ˌ?([aeiouæɑɐɔəɛɜɪʊʌɒ])", r"ˈ\1", composed, count=1)


@linux
@pytest.mark.parametrize("voice", [*VOICES, "fr", "de", "it", "pl", "pt-br"])
def test_every_sign_is_said(voice: str) -> None:
    """A mnemonic that a voice does not know would silently end the word."""
    signs = sorted(ipa.VOWELS | ipa.CONSONANTS)
    asked = [f"p{sign}ti" if sign in ipa.VOWELS else f"pe{sign}eti" for sign in signs]
    heard = espeak_oracle.heard(voice, [espeak.mnemonics(each, VOICES.get(voice, voice)) for each in asked])
    lost = [
        (sign, said)
        for sign, said in zip(signs, heard, strict=True)
        if not re.search(r"[tɾ]ˈ?ˌ?[iɪ]ː?$", said) or len(said.replace("ˈ", "")) < (4 if sign in ipa.VOWELS else 5)
    ]
    assert lost == []


@pytest.mark.parametrize(
    ("sounds", "language", "written"),
    [
        ("ʃɪˈvɔːn", "en", "[[SI'vO:n]]"),
        ("ˈkɑːɹə", "en", "[['kA:r@]]"),
        ("ˈkɑːɹt", "en", "[['kA@t]]"),
        ("nɪɹ fɛɹ", "en", "[[n'i@3]] [[f'e@]]"),
        ("ʒɑ̃", "en", "[[Z'A~]]"),
        ("vɛ̃", "en", "[[v'En]]"),
        ("t͡ʃaː", "en", "[[tS'A:]]"),
        ("ma˥.ma˩", "en", "[[m'A:mA:]]"),
        ("ˈbʌtn̩", "en", "[['bVtn-]]"),
        ("ˈlɪtl̩", "en", "[['lIt@l]]"),
        ("ˈɲaɲu", "es", "[['n^an^u]]"),
        ("ˈpero", "es", "[['peR2o]]"),
        ("ˈpeɾo", "es", "[['pero]]"),
        ("ʃɪˈvɔːn", "es", "[[Si'von]]"),
        ("ˌtaɪ ˈtʃi", "es", "[['taI]] [['tSi]]"),
    ],
)
def test_sounds_are_written_so(sounds: str, language: str, written: str) -> None:
    """r-coloured vowels in one sign, nasal vowels, tones dropped, ties and breaks taken away."""
    assert espeak.mnemonics(sounds, language) == written


def test_composed_and_decomposed_are_one() -> None:
    """However a keyboard made it."""
    for sounds in ("ʒɑ̃", "ˈĩ", "çi"):
        one, other = unicodedata.normalize("NFC", sounds), unicodedata.normalize("NFD", sounds)
        assert espeak.mnemonics(one, "en") == espeak.mnemonics(other, "en")
