"""Soundbites: speech, no bells, within a chapter where there is a choice, and as long as the namespace says."""

import random

import pytest

from mettavox.catalogue import Said
from mettavox.podcast.soundbite import LONGEST, SHORTEST, choose


def lines(*spans: tuple[float, float], bells: tuple[int, ...] = ()) -> list[Said]:
    return [
        Said(start=round(start * 1000), end=round(end * 1000), text="", bell=number in bells)
        for number, (start, end) in enumerate(spans)
    ]


def test_where_the_most_is_said() -> None:
    """Not where pauses are long; it begins and ends with a line."""
    said = lines((2, 5), (20, 23), (60, 66), (67, 75), (76, 84), (85, 92), (130, 134))
    found = choose(said, [(0, 50_000, "Welcome"), (50_000, 120_000, "Wishes"), (120_000, 150_000, "Return")], 150_000)
    assert found is not None
    assert found.title == "Wishes"
    assert found.start in (60_000, 67_000)
    assert 92_000 <= found.start + found.length <= 92_500


def test_a_short_track_has_none() -> None:
    """It is a taste of itself."""
    assert choose(lines((0, 20), (21, 29)), [], 29_900) is None


def test_none_where_little_is_said() -> None:
    """Or nothing at all."""
    assert choose(lines((0, 1), (60, 61), (120, 121)), [], 180_000) is None
    assert choose([], [], 180_000) is None


def test_a_single_line_is_heard_with_what_follows() -> None:
    """As long as a soundbite has to be, without the next line."""
    found = choose(lines((3, 9), (30, 31)), [], 60_000)
    assert found is not None
    assert (found.start, found.length, found.title) == (3_000, SHORTEST, "")


@pytest.mark.parametrize("seed", range(20))
def test_no_bell_is_ever_in_it(seed: int) -> None:
    """And its length is always one that may be, within the track."""
    chance = random.Random(seed)
    at, spans, bells = 0.0, [], []
    for number in range(chance.randrange(1, 60)):
        at += chance.choice([0.5, 2, 9, 40])
        length = chance.uniform(0.5, 12)
        if chance.random() < 0.2:
            bells.append(number)
        spans.append((at, at + length))
        at += length
    said = lines(*spans, bells=tuple(bells))
    ends = round(at * 1000) + 100
    found = choose(said, [(0, ends // 2, "A"), (ends // 2, ends, "B")], ends)
    if found is not None:
        assert SHORTEST <= found.length <= LONGEST
        assert found.start + found.length <= ends
        assert not any(
            each.bell and each.start < found.start + found.length and each.end > found.start for each in said
        )
