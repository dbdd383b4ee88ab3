"""How quiet a room is, from a few seconds of it."""

import numpy as np
import pytest

from mettavox import level, room
from mettavox.takes import RATE
from oracles import tone
from recorded import quiet, spoken


def heard(sound: np.ndarray) -> str:
    """What a room is like that sounds so."""
    return room.judged(np.rint(sound * 32767).clip(-32768, 32767).astype(np.int16))


def noise(lufs: float, seconds: float = 3.0) -> np.ndarray:
    """White noise at that level."""
    white = np.random.default_rng(4).standard_normal(round(seconds * RATE)).astype(np.float32) * 0.01
    return white * 10 ** ((lufs - float(np.median(level.levels(white, RATE)))) / 20)


def test_nothing_at_all_is_a_microphone_that_is_off() -> None:
    assert heard(quiet(3)) == "nothing"


@pytest.mark.parametrize(("lufs", "found"), [(-75, "quiet"), (-62, "quiet"), (-54, "fair"), (-42, "noisy")])
def test_an_even_noise_is_judged_by_its_level(lufs: float, found: str) -> None:
    assert heard(noise(lufs)) == found


@pytest.mark.parametrize("hertz", [50, 100, 120, 233])
def test_a_hum_is_told_from_a_noise(hertz: float) -> None:
    """The mains, a fridge, a fan, in a room that is otherwise quiet; where nobody would hear it, it is nothing."""
    hum = tone(hertz, 3, RATE) + 0.5 * tone(2 * hertz, 3, RATE) + 0.3 * tone(3 * hertz, 3, RATE)
    hum *= 10 ** ((-50 - float(np.median(level.levels(hum.astype(np.float32), RATE)))) / 20)
    assert heard(hum + noise(-62)) == "hum"
    assert heard(hum * 0.1 + noise(-66)) == "quiet"


def test_rumble_of_traffic_is_no_hum() -> None:
    brown = np.cumsum(np.random.default_rng(5).standard_normal(3 * RATE))
    brown = (brown - np.convolve(brown, np.ones(2001) / 2001, "same")).astype(np.float32)
    brown *= 10 ** ((-50 - float(np.median(level.levels(brown, RATE)))) / 20)
    assert heard(brown) == "fair"


def test_who_speaks_meanwhile_is_asked_to_listen_again() -> None:
    sound = np.concatenate([quiet(1.5), 0.3 * spoken("Hello there."), quiet(0.8)])
    assert heard(sound + noise(-75, len(sound) / RATE)[: len(sound)]) == "sounds"


def test_too_short_cannot_be_told() -> None:
    with pytest.raises(ValueError, match="short"):
        heard(quiet(0.5))
