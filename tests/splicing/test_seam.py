"""Seams: in a pause where there is one, and no louder or softer than what is on either side."""

import numpy as np
import pytest

from mettavox.splicing import seam
from mettavox.splicing.seam import Fade


def cells(*stretches: tuple[float, int]) -> np.ndarray:
    """Levels in dB, each for so many 10 ms, as mean squares."""
    return np.concatenate([np.full(count, 10 ** (level / 10), dtype=np.float32) for level, count in stretches])


def test_two_strangers_keep_their_power_together() -> None:
    """A quarter of a sine and its reverse: their squares add up to 1 at every frame."""
    gain = seam.rising(1000)
    assert np.allclose(gain**2 + gain[::-1] ** 2, 1, atol=1e-6)
    noise = np.random.default_rng(1).standard_normal((2, 48_000)).astype(np.float32)
    gain = seam.rising(48_000)
    both = noise[0] * gain[::-1] + noise[1] * gain
    tenths = 10 * np.log10(np.square(both).reshape(10, -1).mean(axis=1))
    assert np.abs(tenths).max() < 0.2


def test_a_seam_goes_to_the_middle_of_the_nearest_pause() -> None:
    """A second of words, 300 ms of pause, and words again; the wish lies 200 ms into the second words."""
    sound = cells((-20, 300), (-60, 30), (-20, 300))
    assert seam.quietest(sound, 350, (200, 200)) in range(310, 321)
    assert seam.quietest(sound, 315, (200, 200)) == 315


@pytest.mark.parametrize("level", [-20, -90])
def test_where_it_makes_no_difference_the_wish_is_kept(level: float) -> None:
    """In a steady sound, in silence, and where every spot within reach is loud."""
    assert seam.quietest(cells((level, 1000)), 444, (200, 200)) == 444
    assert seam.quietest(cells((level, 400)) * 0, 200, (100, 100)) == 200


def test_a_seam_keeps_room_for_its_fades() -> None:
    """The quiet before it is within reach, but the fade would begin before the episode."""
    sound = cells((-60, 190), (-20, 400))
    assert seam.quietest(sound, 200, (200, 0)) == 200
    assert seam.quietest(sound[::-1], 390, (0, 200)) == 390


@pytest.mark.parametrize(
    ("host", "insert", "fade"),
    [
        (200, 200, Fade(length=200, host=200, insert=200)),  # both quiet for as long as a fade lasts
        (40, 200, Fade(length=140, host=40, insert=140)),  # a second is left between words
        (40, 75, Fade(length=20, host=20, insert=20)),  # hardly anything: no more than keeps it from clicking
        (0, 200, Fade(length=100, host=100, insert=100)),  # no pause: words fade
    ],
)
def test_words_do_not_meet(host: int, insert: int, fade: Fade) -> None:
    """As long as both are quiet together, but for a second between the words."""
    assert seam.between_words(host, insert, 200) == fade


def test_a_pause_ends_with_the_first_sound() -> None:
    """What is 15 dB under the voice is quiet."""
    sound = cells((-60, 20), (-38, 10), (-20, 50))
    power = seam.voice_power(cells((-20, 100), (-60, 100)))
    assert seam.pause(sound, power) == 30
    assert seam.pause(sound[:25], power) == 25
    assert seam.coming(100, 30)[30:].min() == 1.0


def test_words_are_told_from_a_pause_on_either_side() -> None:
    """200 ms in all are enough; within 2.5 s one is found."""
    sound = cells((-20, 300), (-60, 30), (-20, 300))
    power = seam.voice_power(sound)
    assert seam.is_in_pause(sound, 305, power)
    assert seam.is_in_pause(sound, 315, power)
    assert not seam.is_in_pause(sound, 200, power)
    assert not seam.is_in_pause(sound, seam.quietest(sound, 450, (100, 100)), power)
    assert seam.is_in_pause(sound, seam.quietest(sound, 450, (100, 100), reach_seconds=seam.FURTHER_SECONDS), power)
