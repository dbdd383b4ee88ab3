"""Every entry of the bundled lexicons is said as it stands there, on every engine."""

import sys

import front_ends
import pytest

from mettavox import ipa
from mettavox.pronunciation import Pronouncer, lexicon

linux = pytest.mark.skipif(sys.platform != "linux", reason="the front ends are asked through eSpeak's library")
ENGLISH = [entry for entry in lexicon.entries("en") if "*" not in entry.name]
SPANISH = lexicon.entries("es")
# Of signs that are another vowel of the same name in some dialect, one in six may differ.
_SHARE = 6


@linux
@pytest.mark.parametrize("name", front_ends.ENGLISH)
def test_english_entries(name: str) -> None:
    """Irish, Vietnamese, Nahuatl and Polish names, and the words of the field."""
    engine, alphabet, ask = front_ends.ENGLISH[name]
    pronouncer = Pronouncer("en", alphabet, engine)
    entries = [entry for entry in ENGLISH if entry.serves(engine)]
    heard = ask([pronouncer.engine_text(f"Here {entry.name}, and there.") for entry in entries])
    wrong = [
        f"{entry.name} /{entry.ipa}/: {said}"
        for entry, said in zip(entries, heard, strict=True)
        if front_ends.distance(entry.ipa, said) > len(entry.ipa) // _SHARE
    ]
    assert wrong == []


@linux
def test_spanish_entries() -> None:
    """Names from elsewhere, and English words."""
    engine, alphabet, ask = front_ends.SPANISH["pyttsx3"]
    pronouncer = Pronouncer("es", alphabet, engine)
    heard = ask([pronouncer.engine_text(f"Hoy está {entry.name} aquí.") for entry in SPANISH])
    wrong = [
        f"{entry.name} /{entry.ipa}/: {said}"
        for entry, said in zip(SPANISH, heard, strict=True)
        if front_ends.distance(as_espeak_prints(entry.ipa), as_espeak_prints(said)) > len(entry.ipa) // _SHARE
    ]
    assert wrong == []


def as_espeak_prints(sounds: str) -> str:
    """Spanish sounds without the shades that eSpeak adds beside other sounds."""
    return sounds.translate(str.maketrans({"ɪ": "i", "ʊ": "u", "ɡ": "g", "ɣ": "g", "ð": "d", "β": "b", "ŋ": "n"}))


@pytest.mark.parametrize("language", ["en", "es"])
def test_entries_are_whole(language: str) -> None:
    """Each has IPA with one main stress a word, and its respelling is plain."""
    entries = lexicon.entries(language)
    assert len(entries) > 100
    for entry in entries:
        assert entry.ipa, entry
        assert not ipa.fault(entry.ipa)
        for word in entry.ipa.split():
            assert word.count("ˈ") <= 1, entry
        assert "ˈ" in entry.ipa, entry
        assert not any(letter.isupper() for letter in entry.respell), entry


def test_there_are_names_from_everywhere() -> None:
    """What a clinic's list looks like."""
    names = {entry.name for entry in ENGLISH}
    assert {"Siobhan", "Xochitl", "Nguyen", "Ayşe", "Wojciech", "Oluwaseun", "Aisha", "Rhys", "João", "Qing"} <= names
    assert len(names) > 400
