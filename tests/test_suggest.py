"""The nearest known word."""

import pytest

from mettavox.suggest import nearest


@pytest.mark.parametrize(
    ("typed", "meant"), [("notise", "notice"), ("breth", "breath"), ("rests", "rest"), ("Notice", "notice")]
)
def test_a_slip_gets_the_word_that_was_meant(typed: str, meant: str) -> None:
    """One near word is named alone."""
    assert nearest(typed, ["breath", "notice", "rest"]) == f"Did you mean “{meant}”?"


def test_a_word_like_no_other_gets_them_all_in_order() -> None:
    """Far from everything: the list, sorted, with what it is a list of."""
    assert nearest("xylophone", ["rest", "breath"], "Pauses") == "Pauses: breath, rest."


def test_nothing_known_gives_no_hint() -> None:
    """An empty list has no nearest word."""
    assert nearest("rest", []) == ""
