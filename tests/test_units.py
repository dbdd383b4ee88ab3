"""Lengths of time: read from what people write, exact in frames, shown as a clock."""

from fractions import Fraction

import pytest

from mettavox.errors import RequestError
from mettavox.units import clock, file_stem, frames, parse_duration, parse_minutes, seconds


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("10m", 600),
        ("10min", 600),
        ("90s", 90),
        ("1h", 3600),
        ("1h5m", 3900),
        ("1h 5m 30s", 3930),
        ("7m30s", 450),
        ("7.5m", 450),
        ("0.5s", Fraction(1, 2)),
        ("7:30", 450),
        ("0:45", 45),
        ("1:05:00", 3900),
        ("90:00", 5400),
        ("7:30.25", Fraction(1801, 4)),
        ("PT10M", 600),
        ("pt1h30m", 5400),
        ("PT7M30.5S", Fraction(901, 2)),
        (" 10m ", 600),
        ("24h", 86400),
    ],
)
def test_every_documented_form_of_a_length_is_read_exactly(text: str, expected: Fraction) -> None:
    """10m, 12:30, PT10M and their kin, as exact fractions of a second."""
    assert parse_duration(text) == expected


@pytest.mark.parametrize(
    "text",
    ["", " ", "ten", "10", "1:5", "7:60", "7:99", "m", "PT", "P1D", "-5m", "10m!", "5 apples", "nan", "inf", "1e3s"],
)
def test_anything_else_is_not_a_length(text: str) -> None:
    """The refusal shows how a length is written."""
    with pytest.raises(RequestError, match="is not a length of time") as caught:
        parse_duration(text)
    assert "10m" in caught.value.hint


@pytest.mark.parametrize("text", ["0s", "0:00", "PT0M", "0h0m0s"])
def test_no_time_at_all_is_refused(text: str) -> None:
    """Zero is written like a length, and is none."""
    with pytest.raises(RequestError, match="above zero"):
        parse_duration(text)


@pytest.mark.parametrize("text", ["25h", "1441m", "24:00:01", "PT90000S", "9999999999m"])
def test_more_than_a_day_is_a_slip_of_the_finger(text: str) -> None:
    """No track is longer than a day."""
    with pytest.raises(RequestError, match="longer than a day"):
        parse_duration(text)


@pytest.mark.parametrize(("text", "expected"), [("10", 600), ("7.5", 450), (" 3 ", 180), (".5", 30), ("1440", 86400)])
def test_minutes_are_read_exactly(text: str, expected: int) -> None:
    """A plain number of minutes, whole or with a fraction."""
    assert parse_minutes(text) == expected


@pytest.mark.parametrize("text", ["", "ten", "nan", "inf", "-inf", "1:30", "10m", "1/0", "0x10", "1,5"])
def test_what_is_no_number_is_no_number_of_minutes(text: str) -> None:
    """Floats that are not numbers are not numbers here either."""
    with pytest.raises(RequestError, match="is not a number of minutes"):
        parse_minutes(text)


@pytest.mark.parametrize("text", ["0", "-3", "-0.5", "0.0"])
def test_minutes_are_above_zero(text: str) -> None:
    """Nothing lasts no time or less."""
    with pytest.raises(RequestError, match="above zero"):
        parse_minutes(text)


@pytest.mark.parametrize("text", ["1e9", "1440.1"])
def test_minutes_are_at_most_a_day(text: str) -> None:
    """The same bound as for lengths."""
    with pytest.raises(RequestError, match="longer than a day"):
        parse_minutes(text)


@pytest.mark.parametrize("number", ["1e400", "9" * 400])
def test_a_number_beyond_floats_is_refused_and_shown_short(number: str) -> None:
    """A long number does not fill the screen, and is not computed with."""
    with pytest.raises(RequestError) as caught:
        parse_minutes(number)
    assert len(caught.value.message) < 100


@pytest.mark.parametrize(
    ("length", "rate", "expected"), [(1, 48_000, 48_000), (Fraction(1, 3), 48_000, 16_000), (0.75, 44_100, 33_075)]
)
def test_frames_are_the_nearest_whole_number(length: Fraction, rate: int, expected: int) -> None:
    """Seconds become frames without a detour over milliseconds."""
    assert frames(length, rate) == expected


def test_frames_and_seconds_are_each_other_s_way_back() -> None:
    """A number of frames survives the human edge."""
    assert all(frames(seconds(count, 44_100), 44_100) == count for count in range(0, 10_000_000, 99_991))


@pytest.mark.parametrize(
    ("length", "shown"),
    [
        (0, "0:00"),
        (59.9, "0:59.9"),
        (59.96, "1:00"),
        (Fraction(1801, 4), "7:30.2"),
        (450, "7:30"),
        (3900, "1:05:00"),
        (86400, "24:00:00"),
    ],
)
def test_a_clock_shows_minutes_and_seconds(length: float, shown: str) -> None:
    """Hours and tenths only where there are any, so that just under a minute is not a minute."""
    assert clock(length) == shown


@pytest.mark.parametrize(
    ("length", "stem"),
    [
        (Fraction(600), "10m"),
        (Fraction(450), "7m30s"),
        (Fraction(45), "45s"),
        (Fraction(181, 2), "90.5s"),
        (Fraction(3900), "65m"),
    ],
)
def test_a_length_can_stand_in_a_file_s_name(length: Fraction, stem: str) -> None:
    """No colons, which some disks refuse."""
    assert file_stem(length) == stem
