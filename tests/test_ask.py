"""Asking: options by their names become a Request, and no refusal repeats a personal word."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mettavox import ask
from mettavox.errors import RequestError
from mettavox.person import Listener, Target
from mettavox.request import Request


def test_nothing_asked_is_the_plain_request() -> None:
    """What a script needs is its name alone."""
    assert ask.request({"script": "sleep"}) == Request(script="sleep", asked=frozenset({"script"}))


def test_every_option_finds_its_place(tmp_path: Path) -> None:
    """By its long name."""
    asked = ask.request({
        "script": "loving-kindness", "minutes": 7.5, "name": "Maya", "say": "MY-ah", "target": "Sam",
        "relation": "family", "pronouns": "he", "closing": "day", "anchor": "belly", "breath": "even",
        "tone": "warm", "day": "3", "experience": "beginner", "gentle": True, "include": ["difficult"],
        "wishes": ["be at ease"], "intention": "to rest", "voice": "hum", "lang": "es", "bed": "none",
        "scripts": tmp_path,
    })  # fmt: skip
    assert asked.seconds == 450
    assert asked.listener.name is not None
    assert (asked.listener.name.written, asked.listener.name.said) == ("Maya", "MY-ah")
    assert (asked.listener.experience, asked.listener.gentle) == ("beginner", True)
    assert asked.target.name is not None
    assert (asked.target.name.written, asked.target.relation, asked.target.pronouns) == ("Sam", "family", "he")
    assert (asked.closing, asked.anchor, asked.breath, asked.tone, asked.day) == ("day", "belly", "even", "warm", 3)
    assert (asked.include, asked.wishes, asked.scripts) == (frozenset({"difficult"}), ("be at ease",), tmp_path)
    assert (asked.voice, asked.language, asked.bed) == ("hum", "es", "none")
    assert {"minutes", "tone", "gentle"} <= asked.asked


@pytest.mark.parametrize("length", [{"minutes": "7.5"}, {"duration": "7:30"}, {"duration": "450s"}, {"minutes": 7.5}])
def test_a_length_is_what_it_says(length: dict[str, Any]) -> None:
    """As text, as a number, as minutes or with a unit."""
    assert ask.request({"script": "sleep", **length}).seconds == Fraction(450)


@pytest.mark.parametrize(
    ("values", "message", "hint"),
    [
        ({"mintues": 5}, "There is no option “mintues”", "“minutes”"),
        ({"closing": "slep"}, "--closing has no “slep”", "“sleep”"),
        ({"tone": "cold"}, "--tone has no “cold”", "plain"),
        ({"day": 8}, "--day 8 is no day", "1 to 7"),
        ({"day": "Monday"}, "--day Monday is no day", "1 to 7"),
        ({"gentle": "perhaps"}, "--gentle takes yes or no", "yes or no"),
        ({"include": 5}, "--include takes texts", "include ="),
        ({"include": [5]}, "--include takes texts", "include ="),
        ({"voice": ["calm"]}, "--voice takes a text", "voice ="),
        ({"minutes": True}, "--minutes takes a text", "minutes ="),
        ({"minutes": 5, "duration": "5m"}, "both set the length", "Leave one"),
        ({"scripts": "/nowhere/at/all"}, "is not a folder", "en/"),
    ],
)
def test_a_wrong_value_is_answered(values: dict[str, Any], message: str, hint: str) -> None:
    """With the option's name and what to write."""
    with pytest.raises(RequestError, match=message) as caught:
        ask.request({"script": "sleep", **values})
    assert hint in caught.value.hint


@pytest.mark.parametrize("option", ["name", "say", "target", "target-say", "intention"])
def test_a_personal_value_is_never_repeated(option: str) -> None:
    """Whatever is wrong with it."""
    for value in ("Zebedee{x}", "Zebedee\n", "Zebedee " * 40, "Zebedee 7!"):
        try:
            ask.request({"script": "sleep", "name": "A", "target": "B", option: value})
        except RequestError as error:
            assert "Zebedee" not in error.message + error.hint


@pytest.mark.parametrize(
    ("typed", "spoken"),
    [
        ("to be kind to myself", "To be kind to myself"),
        ("  I want   to rest. ", "I want to rest"),
        ("“Quiero descansar”", "Quiero descansar"),
        ("que el día, hoy, sea más lento", "Que el día, hoy, sea más lento"),
        ("I'll be my own friend!", "I'll be my own friend"),
    ],
)
def test_an_intention_is_one_sentence_with_a_capital_and_no_full_stop(typed: str, spoken: str) -> None:
    """So that it stands in a script as a sentence of its own."""
    word = ask.intention(typed)
    assert word is not None
    assert (word.written, word.said) == (spoken, spoken)


@pytest.mark.parametrize("empty", ["", "   ", "“”"])
def test_no_intention_is_none(empty: str) -> None:
    """Nothing is said of it then."""
    assert ask.intention(empty) is None


@pytest.mark.parametrize(
    ("typed", "message"),
    [
        ("be kind 24/7", "Character 9 of --intention, “2”"),
        ("rest {{ name }}", "“{”"),
        ("one. Two", "“.”"),
        (" ".join(["word"] * 16), "16 words; 15 is the most"),
        ("-", "no letters"),
        ("rest\u202enow", "cannot be spoken"),
    ],
)
def test_an_intention_that_cannot_be_spoken_is_refused(typed: str, message: str) -> None:
    """With the place of what is wrong."""
    with pytest.raises(RequestError) as caught:
        ask.intention(typed)
    assert message in caught.value.message


def test_the_standard_is_the_request_s_own() -> None:
    """An option that is not given means what a Request without it means."""
    assert (Request(script="x").listener, Request(script="x").target) == (Listener(), Target())
    for option in ("closing", "anchor", "breath", "tone", "day", "voice", "bed"):
        assert ask.STANDARD[option] == getattr(Request(script="x"), option)


def test_a_day_of_any_length_is_answered() -> None:
    """Python reads no number of 5,000 digits."""
    with pytest.raises(RequestError, match="is no day"):
        ask.request({"script": "journaling", "day": "1" * 5000})
