"""What an engine receives: IPA, mnemonics or letters, with the lexicon, and never what a person did not mean."""

import pytest

from mettavox import casting, ipa, voices
from mettavox.ask import request
from mettavox.pronunciation import Pronouncer, Word

SIOBHAN = ipa.marked("Siobhan", "ʃɪˈvɔːn")
ZEB = ipa.marked("Zebedee", "ˈzɛbɪdi")


@pytest.mark.parametrize(
    ("alphabet", "received"),
    [
        ("ipa", "Hello, ⟦Zebedee|ˈzɛbɪdi⟧."),
        ("espeak", "Hello, [['zEbIdi]]."),
        ("respell", "Hello, zebbiddee."),
    ],
)
def test_given_sounds_reach_the_engine(alphabet: str, received: str) -> None:
    """In the form that it takes."""
    assert Pronouncer("en", alphabet).engine_text(f"Hello, {ZEB}.") == received


@pytest.mark.parametrize(
    ("alphabet", "received"),
    [
        ("ipa", "Siobhan and ⟦Wojciech|ˈvɔɪtʃɛk⟧ ⟦live|ˈlɪv⟧ here."),
        ("espeak", "Siobhan and [['vOItSEk]] [['lIv]] here."),
        ("respell", "Siobhan and voycheck liv here."),
    ],
)
def test_the_lexicon_is_asked(alphabet: str, received: str) -> None:
    """For names and for words, and what nobody wrote an entry for is left to the engine."""
    text = Pronouncer("en", alphabet, kept=["Siobhan"]).engine_text("Siobhan and Wojciech live here.")
    assert text == received


def test_a_word_without_a_respelling_is_left_to_an_engine_that_takes_no_sounds() -> None:
    """Its own dictionary knows “close” better than letters can tell."""
    assert Pronouncer("en", "respell").engine_text("a close friend") == "a close friend"
    assert Pronouncer("en", "respell").engine_text("close your eyes") == "cloze your eyes"


@pytest.mark.parametrize("alphabet", ["ipa", "espeak", "respell"])
def test_a_respelling_that_was_asked_for_is_never_changed(alphabet: str) -> None:
    """--say "Jose" is Jose, whatever the lexicon knows; so are given sounds."""
    kept = Pronouncer("en", alphabet, kept=["Jose", "all Live"])
    assert kept.engine_text("Hello, Jose, all Live.") == "Hello, Jose, all Live."
    other = ipa.marked("Siobhan", "ˈʃɪvə")
    assert [part.ipa for part in kept.parts(f"{other}.") if isinstance(part, Word)] == ["ˈʃɪvə"]


def test_a_name_with_say_is_kept_from_the_options_on() -> None:
    """What casting gives a render."""
    asked = request({"name": "Josefa", "say": "Jose", "target": "Sam", "target-say": "Xu"})
    pronouncer = casting.pronouncer(voices.load("system"), *asked.names)
    assert pronouncer.engine_text("Hello, Jose and Xu.") == "Hello, Jose and Xu."
    assert pronouncer.engine_text("Hello, Zhu.") != "Hello, Zhu."


@pytest.mark.parametrize(("name", "ending"), [("Siobhan", "z"), ("Rhys", "ɪz"), ("Dhruv", "z"), ("Maeve", "z")])
def test_an_s_of_possession_is_said_with_the_word(name: str, ending: str) -> None:
    """z, s or a syllable of its own."""
    for mark in "'’":
        (word,) = [part for part in Pronouncer("en", "ipa").parts(f"{name}{mark}s day") if isinstance(part, Word)]
        assert word.ipa.endswith(ending)
        assert word.written == f"{name}'s"
    assert Pronouncer("en", "espeak").engine_text("Siobhan's day") == "[[SI'vO:nz]] day"
    assert Pronouncer("en", "respell").engine_text("Siobhan's day").endswith("'s day")
    assert Pronouncer("en", "ipa").engine_text("Jakub's day") == "⟦Jakub's|ˈjɑːkuːbz⟧ day"


def test_brackets_in_a_text_are_no_mnemonics() -> None:
    """A script could otherwise make eSpeak say anything."""
    text = Pronouncer("en", "espeak").engine_text("May you [[l'Iv]] well [really], [[.")
    assert "[" not in text
    assert "]" not in text


@pytest.mark.parametrize(
    ("line", "received"),
    [
        (f"“{ZEB}” is here", "“ [['zEbIdi]]” is here"),
        (f"Anne-{ZEB}", "Anne- [['zEbIdi]]"),
        (f"{ZEB}-Anne", "[['zEbIdi]] -Anne"),
        (f"{ZEB}, {ZEB}", "[['zEbIdi]], [['zEbIdi]]"),
    ],
)
def test_mnemonics_stand_apart(line: str, received: str) -> None:
    """eSpeak drops a line in which a sign touches [[."""
    assert Pronouncer("en", "espeak").engine_text(line) == received


@pytest.mark.parametrize(
    ("text", "soft"),
    [("kuh-LAW-see", "kuh-law-see"), ("MY-ah", "my-ah"), ("X-RAY", "X-RAY"), ("Anne-Marie", "Anne-Marie")],
)
def test_capitals_of_a_respelling_are_not_spelled_out(text: str, soft: str) -> None:
    """eSpeak says “kuh, L A W, see”."""
    for alphabet in ("ipa", "espeak", "respell"):
        assert Pronouncer("en", alphabet).engine_text(text) == soft


@pytest.mark.parametrize("language", ["en-US", "en-GB", "EN"])
def test_every_kind_of_a_language_has_its_lexicon(language: str) -> None:
    """By the first part of its tag."""
    assert "⟦" in Pronouncer(language, "ipa").engine_text("Xochitl")


def test_a_line_without_anything_to_say_of_it_is_passed_on() -> None:
    """Letter for letter."""
    text = "May you be safe, and well… “here”, now."
    for alphabet in ("ipa", "espeak", "respell"):
        assert Pronouncer("en", alphabet).engine_text(text) == text
