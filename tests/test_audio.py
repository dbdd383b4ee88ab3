"""A clip is whole samples at a possible rate, and says how long it is."""

import pytest

from mettavox.audio import Clip
from mettavox.errors import EngineError


def test_a_clip_tells_its_length():
    """16-bit mono: two bytes a frame."""
    clip = Clip(pcm=bytes(2 * 11_025), rate=22_050)
    assert clip.frames == 11_025
    assert clip.seconds == 0.5


def test_an_empty_clip_lasts_no_time():
    """Emptiness is for the check of clips to refuse, not for the noun."""
    assert Clip(pcm=b"", rate=22_050).seconds == 0


def test_half_a_sample_is_refused():
    """An odd number of bytes means that sound was lost."""
    with pytest.raises(EngineError, match="middle of a sample"):
        Clip(pcm=b"\0\0\0", rate=22_050)


@pytest.mark.parametrize("rate", [0, -1, 7_999, 192_001])
def test_an_impossible_rate_is_refused(rate: int):
    """It would be a damaged header, and hours of sound or none."""
    with pytest.raises(EngineError, match="impossible rate"):
        Clip(pcm=b"\0\0", rate=rate)


@pytest.mark.parametrize("rate", [8_000, 22_050, 24_000, 48_000, 192_000])
def test_rates_of_real_engines_are_taken(rate: int):
    """From telephones to studios."""
    assert Clip(pcm=b"\0\0", rate=rate).frames == 1
