"""A tally has the values that were put there, and those of the rest everywhere else, as an array would."""

import numpy as np
import pytest

from mettavox.tally import SIZE, Tally

DICE = np.random.default_rng(1)


@pytest.mark.parametrize("turn", [1, 120, 2400])
def test_it_is_like_an_array(turn: int) -> None:
    length = 20_011
    rest = DICE.random(turn, dtype=np.float32)
    tally, array = Tally(length, rest), np.resize(rest, length)
    for first, count in [(0, 3), (SIZE - 1, 2), (5000, 3000), (7000, 10), (length - 5, 20)]:
        values = DICE.random(count, dtype=np.float32)
        tally.put(first, values)
        array[first : first + count] = values[: length - first]
    for first, last in [(0, length), (2, 2), (SIZE, 2 * SIZE), (5001, 5010), (4000, 9000), (length - 9, length + 9)]:
        assert np.array_equal(tally.between(first, last), array[first:last])
    assert tally.sum() == array.sum(dtype=np.float64)
    assert len(tally) == length


def test_a_copy_changes_and_what_it_is_a_copy_of_does_not() -> None:
    first = Tally(3 * SIZE)
    first.put(10, np.ones(5, dtype=np.float32))
    second = first.copy()
    second.put(12, np.full(2 * SIZE, 2, dtype=np.float32))
    assert first.sum() == 5
    assert second.sum() == 2 + 4 * SIZE


def test_hours_of_the_same_take_no_room() -> None:
    tally = Tally(5_000_000, np.ones(120, dtype=np.float32))
    tally.put(100, np.zeros(50, dtype=np.float32))
    assert len(tally.parts) == 1
    assert tally.sum() == 5_000_000 - 50


def test_what_was_gathered_is_what_was_put_last() -> None:
    """Also after more was put, and beyond its end."""
    tally = Tally(3 * SIZE, np.ones(7, dtype=np.float32))
    tally.put(SIZE - 1, np.zeros(2, dtype=np.float32))
    before = tally.between(0, 3 * SIZE)
    tally.gather()
    assert np.array_equal(tally.between(0, 3 * SIZE), before)
    assert len(tally.between(3 * SIZE - 1, 3 * SIZE + 9)) == 1
    assert not len(tally.between(9, 3))
    tally.put(5, np.full(3, 9, dtype=np.float32))
    assert tally.between(5, 8).tolist() == [9, 9, 9]
