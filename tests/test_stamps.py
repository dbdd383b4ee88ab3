"""Milliseconds, and how comments write them."""

import pytest

from mettavox.codecs.language import three_letters
from mettavox.units import from_stamp, milliseconds, stamp


@pytest.mark.parametrize(
    ("frame", "rate", "expected"), [(0, 48_000, 0), (48, 48_000, 1), (44_100, 44_100, 1000), (100, 48_000, 2)]
)
def test_frames_become_the_nearest_millisecond(frame: int, rate: int, expected: int):
    """At either rate."""
    assert milliseconds(frame, rate) == expected


@pytest.mark.parametrize(
    ("moment", "text"),
    [(0, "00:00:00.000"), (62_345, "00:01:02.345"), (3_600_000, "01:00:00.000"), (360_000_001, "100:00:00.001")],
)
def test_stamps_go_there_and_back(moment: int, text: str):
    """Hours, minutes, seconds."""
    assert stamp(moment) == text
    assert from_stamp(text) == moment


@pytest.mark.parametrize(
    ("text", "moment"),
    [("0:00:01", 1000), ("00:00:01.5", 1500), ("00:00:01.123456789", 1123), ("1:75:00", None), ("", None)],
)
def test_other_ways_to_write_a_stamp(text: str, moment: int | None):
    """As other programs do; and what is none."""
    assert from_stamp(text) == moment


@pytest.mark.parametrize(
    ("tag", "code"),
    [("en", "eng"), ("es-MX", "spa"), ("PT-br", "por"), ("zh-Hant", "zho"), ("tlh", "und"), ("", "und")],
)
def test_languages_have_three_letters(tag: str, code: str):
    """Or are undetermined."""
    assert three_letters(tag) == code
