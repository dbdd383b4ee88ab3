"""Words in cards: few, of two short lines each, and cut where a sentence can be cut."""

import pytest

from mettavox import branches, cards, source

LONG = "x" * 40


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("May you be safe.", ["May you be safe."]),
        ("a" * 32 + " " + "b" * 32, ["a" * 32 + " " + "b" * 32]),
        (
            "You might set them down outside the door, one by one, or all in a heap.",
            ["You might set them down outside the door,", "one by one, or all in a heap."],
        ),
        (
            "If this is a hard moment, you might say to yourself: this is hard, and I am here.",
            ["If this is a hard moment, you might say to yourself:", "this is hard, and I am here."],
        ),
        (
            "Puedes agregar unas palabras para la próxima vez que pase algo así.",
            ["Puedes agregar unas palabras", "para la próxima vez que pase algo así."],
        ),
        (
            "You may rest in the garden that is near you – and in the house beside the garden.",
            ["You may rest in the garden that is near you –", "and in the house beside the garden."],
        ),
    ],
)
def test_a_line_is_cut_at_a_clause_s_end(text: str, expected: list[str]):
    """After a mark, else before a word with which a clause begins; short lines are not cut at all."""
    assert list(cards.cards(text)) == expected


@pytest.mark.parametrize("language", ["en", "es"])
def test_every_line_of_every_script_fits(language: str):
    """No word is lost, no card has more than two lines of 32, and none is a crumb."""
    texts = {
        line.text
        for name in ("loving-kindness", "sleep", "inner-critic")
        for branch in branches.branches(source.load(name, language)).heard[::40]
        for line in branch.script.lines()
    }
    for text in texts:
        found = cards.cards(text)
        assert " ".join(found) == text
        assert (len(found) > 1) == (len(cards.wrapped(text)) > 2)
        for card in found:
            lines = cards.wrapped(card)
            assert len(lines) <= 2
            assert max(map(len, lines)) <= 32
            assert len(card) >= 12 or len(found) == 1, card
    assert any(len(cards.cards(text)) > 1 for text in texts)


def test_two_lines_are_as_even_as_they_can_be():
    """Nobody reads a line with one word under a full one, where it can be helped."""
    assert cards.wrapped("And when the warmth fades away too") == ("And when the warmth", "fades away too")
    assert cards.wrapped("May you be well.") == ("May you be well.",)


def test_a_word_that_is_longer_than_a_line_stays_whole():
    """Such as a name; the words around it are wrapped as ever."""
    assert cards.wrapped(f"Hello, {LONG}.") == ("Hello,", f"{LONG}.")
    found = cards.cards(f"Hello, {LONG}. And {LONG}, and {LONG}.")
    assert " ".join(found) == f"Hello, {LONG}. And {LONG}, and {LONG}."
    assert all(len(cards.wrapped(card)) <= 2 for card in found)


def test_a_very_long_line_is_cut_into_the_fewest_cards():
    """And quickly."""
    text = " ".join(["word"] * 400)
    found = cards.cards(text)
    assert " ".join(found) == text
    assert len(found) == -(-400 // 12)


@pytest.mark.parametrize(("text", "whether"), [("so,", True), ("so,”", True), ("so", False), ("", False), ("“", False)])
def test_a_mark_is_where_a_voice_pauses(text: str, whether: bool):
    """Also before a closing quote."""
    assert cards.pauses(text) == whether
