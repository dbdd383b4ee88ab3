"""Good writing passes: the scripts of this folder, and sentences that come near a rule."""

from pathlib import Path

import pytest

from mettavox import lint

from .conftest import FOLDER, Found, checked

GOOD = sorted((FOLDER / "good").glob("*/*.md"))


@pytest.mark.parametrize("path", GOOD, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_good_script_is_left_alone(path: Path) -> None:
    """Nothing to block, nothing to warn of."""
    assert [one for one in checked(path, path.parent.name) if one.severity != "I"] == []


@pytest.mark.parametrize(
    "sentence",
    [
        "You do not have to fix it all today.",
        "There is no need to change a thing.",
        "You do not need to know their names.",
        "There is nothing that you should feel.",
        "What do you need to hear right now?",
        "It might be a voice that says things like: you should do better.",
        "How would you treat a friend who is tired?",
        "You might hold a friend in mind.",
        "Most of us have days like these.",
        "May we both be well.",
        "It may be deep or small.",
        "Your eyes can be open or shut, or you can close your eyes later{say: later}.".replace("{say: later}", ""),
        "Be with the sounds for a while, if you like.",
        "You might find a place where you are safe and warm.",
        "A kind wish does not mean that you forgive what was done.",
        "This is not a cure.",
        "You might stay close to your breath.",
        "I am here.",
        "It can take its time.",
        "You may live well.",
        "Here is what I would like you to keep.",
        "You can be still, or move.",
    ],
)
def test_good_sentences_are_left_alone(sentence: str) -> None:
    """They come near a rule, and keep it."""
    errors = [one for one in lint.wording(sentence, "en") if not one.rule.startswith("TTS")]
    assert [(one.rule, one.message) for one in errors] == []


def test_a_shared_block_counts_for_the_line_that_calls_it(found: Found) -> None:
    """@return has the words of the way back, so nothing is missing."""
    assert found() == []
