"""Lettering: as large as fits, in few rows, with nothing but what can be read."""

import pytest

from mettavox import lettering


def rows(title: str, radius: float = 100) -> list[str]:
    return [row.text for row in lettering.fit(title, "10 min", x=0, y=0, radius=radius)]


def test_a_title_is_broken_evenly() -> None:
    """Between words, into three rows at most, with the line below last."""
    assert rows("Sleep") == ["Sleep", "10 min"]
    assert rows("Caring with limits") == ["Caring", "with limits", "10 min"]
    assert rows("Lo que sientes tiene sentido") == ["Lo que", "sientes tiene", "sentido", "10 min"]


def test_a_longer_title_is_smaller() -> None:
    """Until it would be too small to read: then it is cut."""
    sizes = [lettering.fit(title, "10 min", x=0, y=0, radius=100)[0].size for title in ("Rest", "Loving-kindness")]
    assert sizes[0] > sizes[1]
    *title, below = rows("and again " * 60)
    assert (len(title), below) == (3, "10 min")
    assert title[-1].endswith("…")
    assert " ".join(title).startswith("and again and again")


def test_the_size_of_the_circle_changes_nothing_else() -> None:
    """The same rows for a small picture as for a large one, so that both covers are one design."""
    for title in ("Caring with limits", "Meeting the inner critic", "Una pausa en el turno"):
        assert rows(title, 139.2) == rows(title, 696)


def test_letters_with_accents_are_one() -> None:
    """However they are written: é, or e and an accent."""
    assert rows("Cafe\u0301  y man\u0303ana") == rows("Café y mañana")


@pytest.mark.parametrize("text", ["¿Qué señas?", "Validating how you feel", "Żółć", "Ελπίδα", "Доброта", "a – b… “c”"])
def test_letters_of_the_typeface_can_be_set(text: str) -> None:
    """Latin with its accents, Greek, Cyrillic, and their marks."""
    assert lettering.can_set(text)


@pytest.mark.parametrize("text", ["慈", "حب", "אהבה", "प्रेम", "🙂", "a\u200db"])
def test_letters_that_the_typeface_lacks_are_known(text: str) -> None:
    """Also among others."""
    assert not lettering.can_set(text)
