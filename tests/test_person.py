"""Names: any letter of any script, and nothing that could be mistaken for anything else."""

import unicodedata

import pytest

from mettavox.errors import RequestError
from mettavox.person import LONGEST_NAME, personal_word

NAMES = [
    "Maya", "José", "Zoë", "Nguyễn Thị Minh", "O'Brien", "O’Brien", "Jean-Luc", "Dr. Kim", "Núria Gal·la",
    "Þórunn", "Łukasz", "Σοφία", "Ольга", "فاطمة", "王小明", "さくら", "김민준", "अनन्या", "எழில்", "สมชาย", "ሰላም",
    "Kaʻahumanu", "X",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES)
def test_a_name_of_any_script_is_taken_as_it_is(name: str) -> None:
    """Accents, apostrophes, hyphens, and letters from anywhere."""
    word = personal_word(name, "", option="--name")
    assert word is not None
    assert word.written == word.said == unicodedata.normalize("NFC", name)


def test_accents_typed_in_two_parts_become_one() -> None:
    """The same name is the same text, however a keyboard makes it."""
    word = personal_word("Zoe\u0308", "", option="--name")
    assert word is not None
    assert word.written == "Zoë"


def test_spaces_around_and_between_are_tidied() -> None:
    """A pasted name brings its spaces along."""
    word = personal_word("  Anna   Maria ", "", option="--name")
    assert word is not None
    assert word.written == "Anna Maria"


def test_a_respelling_is_said_and_not_written() -> None:
    """What the engine says is apart from what people read."""
    word = personal_word("José", "ho-SAY", option="--name")
    assert word is not None
    assert (word.written, word.said) == ("José", "ho-SAY")


@pytest.mark.parametrize("nothing", ["", "   "])
def test_no_name_is_no_word(nothing: str) -> None:
    """Nobody is named."""
    assert personal_word(nothing, "", option="--name") is None


def test_a_respelling_without_a_name_is_refused() -> None:
    """There would be nothing to write."""
    with pytest.raises(RequestError, match="without a name for --target") as caught:
        personal_word("", "sam", option="--target")
    assert "--target" in caught.value.hint


@pytest.mark.parametrize(
    "name",
    [
        "{{ 7*7 }}", "Sam {say: x}", "(rest)", "# Title", "@return", "[if touch]", "../../etc", "a/b", "a\\b",
        "<b>Sam</b>",         "Sam_1", "Sam; rm", "$HOME", "Sam😀", "`id`", "%s", "Sam\ue000", "&amp;", "a|b", "=1+1",
    ],
)  # fmt: skip
def test_marks_of_any_notation_are_refused(name: str) -> None:
    """Braces, brackets, slashes, symbols: none can be spoken, each could mean something somewhere."""
    with pytest.raises(RequestError, match=r"cannot be spoken|control character"):
        personal_word(name, "", option="--name")


@pytest.mark.parametrize("character", ["\n", "\r", "\t", "\0", "\x1b", "\u202e", "\u2028", "\u2029", "\x85", "\ufeff"])
def test_control_characters_are_refused(character: str) -> None:
    """Line breaks, escapes, and what turns the reading direction round."""
    with pytest.raises(RequestError, match="Character 4 of --name is a control character"):
        personal_word(f"Sam{character}my", "", option="--name")


@pytest.mark.parametrize("name", ["...", "--", "' '", "\u0301"])
def test_a_name_has_letters(name: str) -> None:
    """Marks alone are not spoken."""
    with pytest.raises(RequestError, match="no letters"):
        personal_word(name, "", option="--name")


def test_the_longest_name_is_taken_and_one_more_letter_is_not() -> None:
    """200 characters are not what a listener is called by."""
    assert personal_word("a" * LONGEST_NAME, "", option="--name") is not None
    for length in (LONGEST_NAME + 1, 200):
        with pytest.raises(RequestError, match=f"{length} characters"):
            personal_word("a" * length, "", option="--name")


@pytest.mark.parametrize("name", ["Zebedee{", "Zebedee\n", "Zebedee" * 40, "Zebedee😀"])
@pytest.mark.parametrize("as_respelling", [False, True])
def test_a_refusal_never_repeats_the_name(name: str, as_respelling: bool) -> None:
    """It names the option instead, for the name and for its respelling."""
    with pytest.raises(RequestError) as caught:
        personal_word("Sam" if as_respelling else name, name if as_respelling else "", option="--target")
    said = caught.value.message + caught.value.hint
    assert "ebedee" not in said
    assert "--target" in said
