"""Repertoire: every voice, with what a person has to know before choosing one."""

import pytest

from mettavox import repertoire, voices
from mettavox.errors import VoiceError
from recorded import hummed, keep


def test_every_voice_is_listed_once_and_one_of_each_language_is_calm() -> None:
    listed = repertoire.every()
    assert len({each.voice.id for each in listed}) == len(listed)
    calm = [each for each in listed if each.is_calm]
    assert {each.voice.id for each in calm if each.voice.language in ("en", "es")} <= {"system", "system-es"}
    amy = next(each for each in listed if each.voice.id == "amy")
    assert (amy.is_here, amy.is_begun, amy.bytes_to_come) == (False, False, amy.bytes)
    assert amy.lack == "it is not installed"
    assert repertoire.one("amy") == amy


def test_those_of_a_language() -> None:
    assert {each.voice.language.split("-")[0] for each in repertoire.every("es")} == {"es"}
    with pytest.raises(VoiceError, match="no voice that speaks"):
        repertoire.every("xx")
    with pytest.raises(VoiceError, match="no voice"):
        repertoire.one("../amy")


def test_a_recorded_voice_is_here() -> None:
    keep("mine", {"May I rest.": hummed("May I rest.")})
    listed = repertoire.one("mine")
    assert listed.is_here
    assert listed.voice == voices.load("mine")
    assert (listed.bytes, listed.times_real_time) == (0, 0.0)
