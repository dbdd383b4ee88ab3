"""Matching: the lines of a sheet in one long recording, with coughs, second tries and lines left out."""

from collections.abc import Iterator, Sequence
from functools import cache

import numpy as np
import pytest

from mettavox import matching
from mettavox.matching import UNHURRIED, Matched, Wanted, fitted
from mettavox.prepare import prepare
from mettavox.recording import HOP, Features, features, heard
from mettavox.request import Request
from mettavox.voice import Pace
from recorded import Reader, Session, cough, wanted


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Someone who reads."""
    made = Reader()
    yield made
    made.close()


_SOUNDS: dict[str, Features] = {}
"""What lines sound like in ``sound_of``: many tests ask for the same."""


@cache
def read(script: str) -> tuple[str, ...]:
    """The lines of a script as it is usually heard, each once."""
    found = prepare(Request(script=script, voice="hum")).script.lines()
    return tuple(dict.fromkeys(line.text for line in found))


def lines(count: int, script: str = "loving-kindness") -> list[str]:
    """The first lines of a script as it is usually heard."""
    return list(read(script)[:count])


def found_in(session: Session, texts: list[str], reference: Reader | None = None) -> Matched:
    """What is found in a session; with the lines as another voice says them, or without."""
    pcm = session.pcm()
    references = [sound_of(reference, text) for text in texts] if reference else []
    return matching.match(pcm, heard(pcm), wanted(texts), references=references)


def sound_of(reader: Reader, text: str) -> Features:
    """What a line sounds like when another reads it, lower and faster."""
    if text not in _SOUNDS:
        pcm = np.rint(reader(text, faster=1.25, higher=-25) * 32767).astype(np.int16)
        _SOUNDS[text] = features(pcm, (0, len(pcm) // HOP))
    return _SOUNDS[text]


def assert_found(matched: Matched, session: Session, texts: list[str]) -> None:
    """Every line is where it was read last, and one that was not read is not there."""
    for text, found in zip(texts, matched.found, strict=True):
        if text not in session.places:
            assert found is None, f"“{text}” was not read"
            continue
        assert found is not None, f"“{text}” was read"
        there = found.span[0] / 100, found.span[1] / 100
        assert np.allclose(there, session.places[text], atol=0.12), f"“{text}”"


def test_forty_lines_with_coughs_a_double_take_and_a_missing_line(reader: Reader) -> None:
    """Every take is its line's, the second try counts, and the line that is missing is the one that is named."""
    texts = lines(40)
    session = Session(say=reader)
    for place, text in enumerate(texts):
        if place == 17:
            continue
        if place == 8:
            session.sound(reader(text, faster=1.05, higher=3))
        session.line(text)
        if place in (3, 12, 30):
            session.sound(cough(place))
    matched = found_in(session, texts)
    assert_found(matched, session, texts)
    assert [place for place, found in enumerate(matched.found) if found is None] == [17]
    assert [place for place, found in enumerate(matched.found) if found and found.earlier] == [8]
    assert len(matched.noises) == 3


def test_someone_who_breaks_off_begins_again(reader: Reader) -> None:
    """Half a line, and then the whole."""
    texts = lines(16)
    session = Session(say=reader)
    for place, text in enumerate(texts):
        if place in (5, 10):
            whole = reader(text)
            session.sound(whole[: len(whole) * 6 // 10])
        session.line(text)
    matched = found_in(session, texts)
    assert_found(matched, session, texts)
    assert [place for place, found in enumerate(matched.found) if found and found.earlier] == [5, 10]


@pytest.mark.parametrize("pause", [0.8, 3.0])
def test_pauses_may_be_short_or_long(reader: Reader, pause: float) -> None:
    """And the stops at commas are no pauses between lines."""
    texts = lines(24)
    session = Session(say=reader, pause=pause)
    for text in texts:
        session.line(text)
    assert_found(found_in(session, texts), session, texts)


@pytest.mark.parametrize("faster", [0.8, 1.3])
def test_a_slow_and_a_quick_reader(reader: Reader, faster: float) -> None:
    """The pace is the reader's own."""
    texts = lines(24)
    session = Session(say=lambda text: reader(text, faster=faster))
    for place, text in enumerate(texts):
        if place != 9:
            session.line(text)
    matched = found_in(session, texts)
    assert_found(matched, session, texts)
    assert matched.pace.per_syllable < 0.3 if faster > 1 else matched.pace.per_syllable > 0.3


@pytest.mark.parametrize("unspeakable", [(4, 9), range(20)])
def test_lines_that_another_voice_cannot_say_are_found_all_the_same(reader: Reader, unspeakable: Sequence[int]) -> None:
    """By their length, beside those that are known by their sound."""
    texts = lines(20)
    session = Session(say=reader)
    for text in texts:
        session.line(text)
    references = [None if place in unspeakable else sound_of(reader, text) for place, text in enumerate(texts)]
    pcm = session.pcm()
    assert_found(matching.match(pcm, heard(pcm), wanted(texts), references=references), session, texts)


def test_lines_with_blanks_are_one_take_each(reader: Reader) -> None:
    """Their second of quiet is no border between two lines."""
    plain = lines(10)
    carriers = ["Hello, {name}.", "May {target} be safe.", "Bring to mind {target}, someone you work with."]
    session = Session(say=reader)
    texts = [*plain[:4], carriers[0], *plain[4:7], *carriers[1:], *plain[7:]]
    for text in texts:
        session.line(text)
    looked_for = [
        Wanted(text="Hello" if text == carriers[0] else text.replace(" {target}", ""), gaps=int("{target}" in text))
        for text in texts
    ]
    pcm = session.pcm()
    matched = matching.match(pcm, heard(pcm), looked_for)
    assert_found(matched, session, texts)


def test_the_first_and_the_last_line_may_be_missing(reader: Reader) -> None:
    """Or be all that there is."""
    texts = lines(12)
    session = Session(say=reader)
    for text in texts[1:-1]:
        session.line(text)
    assert_found(found_in(session, texts, reader), session, texts)


def test_which_of_many_like_lines_is_missing_is_heard(reader: Reader) -> None:
    """Wishes have one length and one form; what they sound like tells."""
    texts = [
        f"May {who} be {what}." for who in ("I", "you", "we") for what in ("safe", "well", "happy", "kind", "free")
    ]
    for missing in (2, 7, 13):
        session = Session(say=reader)
        for place, text in enumerate(texts):
            if place != missing:
                session.line(text)
        matched = found_in(session, texts, reader)
        assert_found(matched, session, texts)


def test_a_recording_of_coughs_has_no_lines() -> None:
    """They are all left out."""
    session = Session()
    for place in range(4):
        session.sound(cough(place))
    matched = found_in(session, lines(3))
    assert matched.found == (None, None, None)
    assert len(matched.noises) == 4


def test_a_beep_again_and_again_is_judged_like_any_sound() -> None:
    """Each is the same to the last sample, as from a clock or a phone."""
    seconds = np.arange(9600) / 48_000
    beep = 0.1 * np.sin(2 * np.pi * 400 * seconds)
    session = Session(room_db=-200.0)
    for _ in range(6):
        session.sound(beep.astype(np.float32))
    assert len(found_in(session, lines(2)).found) == 2


def test_nothing_is_found_in_nothing() -> None:
    """No sounds, no lines."""
    session = Session()
    assert found_in(session, lines(2)).found == (None, None)
    assert found_in(session, []).found == ()


def test_the_same_recording_is_matched_the_same_again(reader: Reader) -> None:
    """Nothing is left to chance."""
    texts = lines(12)
    session = Session(say=reader)
    for text in texts:
        session.line(text)
    assert found_in(session, texts) == found_in(session, texts)


# --- pace ---


def test_a_pace_is_fitted_in_spite_of_slips() -> None:
    """Three of thirty are far off."""
    own = Pace(per_line=0.3, per_syllable=0.21, per_comma=0.35)
    pairs = [(text, Wanted(text=text).seconds(own)) for text in lines(30)]
    pairs = [(text, seconds * (2.2 if place in (4, 11, 20) else 1)) for place, (text, seconds) in enumerate(pairs)]
    pace = fitted(pairs, "en", UNHURRIED)
    assert pace.per_syllable == pytest.approx(own.per_syllable, abs=0.02)
    for text in lines(30):
        assert Wanted(text=text).seconds(pace) == pytest.approx(Wanted(text=text).seconds(own), rel=0.1)


def test_a_few_lines_do_not_change_the_pace() -> None:
    """They could not tell it."""
    assert fitted([("Rest.", 9.0)] * 3, "en", UNHURRIED) == UNHURRIED


@pytest.mark.parametrize("half", [slice(0, 20), slice(20, 40)])
def test_half_a_sheet_is_not_spread_over_the_whole(reader: Reader, half: slice) -> None:
    """Someone reads as far as there is time for, or goes on another day."""
    texts = lines(40)
    session = Session(say=reader)
    for text in texts[half]:
        session.line(text)
    matched = found_in(session, texts, reader)
    for text, found in zip(texts, matched.found, strict=True):
        if found:
            assert text in session.places
            assert np.isclose(found.span[0] / 100, session.places[text][0], atol=0.2), f"“{text}”"
    assert sum(found is not None for found in matched.found) >= 18
    assert matched.misfit < 1.5


def test_another_sheet_does_not_fit(reader: Reader) -> None:
    """What is heard is none of its lines."""
    session = Session(say=reader)
    for text in lines(14):
        session.line(text)
    assert found_in(session, lines(14), reader).misfit < 1.5
    assert found_in(session, lines(14, "paced-breathing"), reader).misfit > matching.DOUBTFUL
