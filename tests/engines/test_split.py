"""Long lines are parted where a reader breathes."""

import pytest

from mettavox.engines import split


@pytest.mark.parametrize(
    ("line", "longest", "pieces"),
    [
        ("abc def.", 20, ["abc def."]),
        ("abc def. ghi jkl.", 10, ["abc def.", "ghi jkl."]),
        ("abc, def ghi, jkl.", 13, ["abc, def ghi,", "jkl."]),
        ("abc def ghi", 7, ["abc def", "ghi"]),
        ("abcdefgh", 5, ["abcde", "fgh"]),
        ("", 5, [""]),
    ],
)
def test_sentences_before_clauses_before_words(line: str, longest: int, pieces: list[str]):
    """Nothing is lost, and nothing longer than allowed."""
    assert split.signs(line, longest) == pieces


def test_the_pieces_are_alike_in_length():
    """A short rest would be spoken at another pace."""
    lengths = [len(piece) for piece in split.signs("so it is, " * 22, 100)]
    assert max(lengths) <= 100
    assert min(lengths) > 50
