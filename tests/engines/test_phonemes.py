"""eSpeak NG asked for sounds: the ones that Piper's voices learnt, and the same ones every time."""

import pytest

from mettavox.engines.phonemes import Phonemes
from mettavox.errors import VoiceError


@pytest.fixture(scope="module")
def american() -> Phonemes:
    """English as it is spoken in America."""
    return Phonemes("en-us")


# What piper-tts 1.8.0 makes of them; it has a sentence to a list.
PIPERS = (
    ("May you be safe.", "mˈeɪ juː biː sˈeɪf."),
    ("Rest. Breathe, slowly; and then: yes?", "ɹˈɛst.\nbɹˈiːð, slˈoʊli; ænd ðˈɛn: jˈɛs?"),
    ("Let go — softly – now.", "lˈɛt ɡˈoʊ; sˈɔftli; nˈaʊ."),
    ("“Fine” (really). No!", "fˈaɪn ɹˈiəli.\nnˈoʊ!"),
    ("in a well-known place", "ɪn ɐ wˈɛlnˈoʊn plˈeɪs"),
    ("wait... what?! Ok.", "wˈeɪt wˌʌt?\nˌoʊkˈeɪ."),
)


@pytest.mark.parametrize(("text", "sounds"), PIPERS)
def test_a_line_has_the_sounds_and_marks_that_piper_gives_it(american: Phonemes, text: str, sounds: str):
    """Voices speak best what they learnt."""
    assert american.said(text) == sounds


def test_what_was_asked_before_does_not_matter(american: Phonemes):
    """Same line, same sounds; also with another language open."""
    before = [american.said(text) for text, _ in PIPERS]
    Phonemes("es-419").said("Que puedas descansar.")
    assert [american.said(text) for text, _ in reversed(PIPERS)] == before[::-1]


@pytest.mark.parametrize(
    ("language", "sounds"),
    [("es", "ɡɾˈaθjas, kˌoɾaθˈon."), ("es-419", "ɡɾˈasjas, kˌoɾasˈon.")],
)
def test_spanish_has_its_kinds(language: str, sounds: str):
    """Spain's and America's."""
    assert Phonemes(language).said("Gracias, corazón.") == sounds


def test_british_is_not_american(american: Phonemes):
    """As in “calm heart”."""
    assert Phonemes("en-gb-x-rp").said("heart") != american.said("heart")


def test_foreign_words_bring_no_flags(american: Phonemes):
    """eSpeak writes (fr) where it changes its language."""
    assert "(" not in american.said("quand le déjà vu and 你好")


def test_marks_on_letters_do_not_make_it_spell(american: Phonemes):
    """The ễ of Nguyễn would be named."""
    assert american.said("Nguyễn") == american.said("Nguyen")


def test_a_language_that_is_not_there_is_an_error():
    """eSpeak would go on with the last one."""
    with pytest.raises(VoiceError, match="moonish"):
        Phonemes("moonish")
