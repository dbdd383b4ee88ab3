"""Asking: options by their names become a Request, and no refusal repeats a personal word."""

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from mettavox import ask
from mettavox.errors import RequestError
from mettavox.person import Listener, Target
from mettavox.request import BEDS, COVERS, FORMATS, Request


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
    for option in (
        "closing", "anchor", "breath", "tone", "day", "voice", "bed", "bed-under", "duck", "pause-guard", "bells",
        "breath-tones", "plain", "disclose", "format", "cover", "profile", "wishes",
    ):  # fmt: skip
        assert ask.STANDARD[option] == getattr(Request(script="x"), option.replace("-", "_"))
    assert ask.STANDARD["edit"] == Request(script="x").edits


def test_a_day_of_any_length_is_answered() -> None:
    """Python reads no number of 5,000 digits."""
    with pytest.raises(RequestError, match="is no day"):
        ask.request({"script": "journaling", "day": "1" * 5000})


# --- how it is delivered ---


def test_every_option_of_delivery_finds_its_place() -> None:
    """By its long name, with what a command line, a course or a roster has for it."""
    asked = ask.request({
        "script": "sleep", "profile": "library", "bed": "rain", "bed-under": "18.5", "duck": True, "pause-guard": "yes",
        "bells": "no", "breath-tones": "1", "plain": True, "disclose": "true", "format": "m4a", "cover": "light",
        "edit": ["14=Take your time.", "20=Rest."],
    })  # fmt: skip
    assert (asked.profile, asked.bed, asked.bed_under) == ("library", "rain", 18.5)
    assert (asked.duck, asked.pause_guard, asked.plain, asked.disclose) == (True, True, True, True)
    assert (asked.bells, asked.breath_tones) == (False, True)
    assert (asked.format, asked.cover) == ("m4a", "light")
    assert asked.edits == ((14, "Take your time."), (20, "Rest."))


@pytest.mark.parametrize("option", ["bells", "breath-tones"])
@pytest.mark.parametrize(
    ("written", "read"),
    [(None, None), ("", None), ("yes", True), ("no", False), ("Yes", True), (True, True), (False, False), (1, True),
     (0, False), ("true", True)],
)  # fmt: skip
def test_bells_and_tones_are_yes_no_or_what_the_profile_has(option: str, written: Any, read: bool | None) -> None:
    """An empty cell of a roster chooses nothing."""
    asked = ask.request({"script": "sleep", option: written})
    assert getattr(asked, option.replace("-", "_")) is read


@pytest.mark.parametrize("option", ["bells", "breath-tones", "duck", "pause-guard", "plain", "disclose"])
def test_perhaps_is_neither_yes_nor_no(option: str) -> None:
    """With the option's name."""
    with pytest.raises(RequestError, match=f"--{option} takes yes or no, and not “perhaps”"):
        ask.request({"script": "sleep", option: "perhaps"})


@pytest.mark.parametrize(("option", "words"), [("format", FORMATS), ("cover", COVERS)])
def test_a_format_and_a_cover_are_one_of_a_few_words(option: str, words: tuple[str, ...]) -> None:
    """Any other gets the nearest."""
    for word in words:
        assert getattr(ask.request({"script": "sleep", option: word}), option) == word
    with pytest.raises(RequestError, match=f"--{option} has no “{words[0]}s”") as caught:
        ask.request({"script": "sleep", option: f"{words[0]}s"})
    assert caught.value.hint == f"Did you mean “{words[0]}”?"
    with pytest.raises(RequestError) as caught:
        ask.request({"script": "sleep", option: "wma" if option == "format" else "purple"})
    assert caught.value.hint


@pytest.mark.parametrize("name", ["", *BEDS])
def test_a_bed_has_a_name(name: str) -> None:
    """Or none; or it is what the profile has."""
    assert ask.bed(name) == name


def test_a_bed_is_a_file_that_is_there(tmp_path: Path) -> None:
    """Whether it is sound is found out when it is opened."""
    path = tmp_path / "my forest.ogg"
    path.write_bytes(b"?")
    assert ask.request({"script": "sleep", "bed": str(path)}).bed == str(path)


@pytest.mark.parametrize(
    ("typed", "message", "hint"),
    [
        ("rian", "There is no bed “rian”", "“rain”"),
        ("sfot", "There is no bed “sfot”", "“soft”"),
        ("xylophone", "There is no bed “xylophone”", "Beds: "),
        ("forest.ogg", "--bed: there is no file “forest.ogg”", "path"),
        ("some/where/forest", "--bed: there is no file “forest”", "path"),
        ("/", "--bed: there is no file", "path"),
        ("a\0b", "There is no bed", "Beds: "),
        ("x" * 5000, "There is no bed", "Beds: "),
    ],
)
def test_a_bed_that_there_is_not_is_answered(typed: str, message: str, hint: str) -> None:
    """A name with the nearest one, a path with its file's name alone."""
    with pytest.raises(RequestError) as caught:
        ask.bed(typed)
    assert message in caught.value.message
    assert hint in caught.value.hint
    assert "some/where" not in caught.value.message
    assert len(caught.value.message) < 120


@pytest.mark.parametrize("under", [6, "6", 20.5, "60", " 21 "])
def test_a_bed_lies_so_far_under_the_voice(under: Any) -> None:
    """From 6 to 60 LU."""
    assert ask.request({"script": "sleep", "bed-under": under}).bed_under == float(under)


@pytest.mark.parametrize("under", ["5.9", 61, "loud", "nan", "inf", "-21", "", True])
def test_a_distance_that_is_none_is_refused(under: Any) -> None:
    """With the bounds, and what is usual."""
    with pytest.raises(RequestError, match="--bed-under") as caught:
        ask.request({"script": "sleep", "bed-under": under})
    assert "21" in caught.value.hint or "bed-under =" in caught.value.hint
