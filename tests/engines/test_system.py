"""pyttsx3 on Linux: each setting is heard, and what eSpeak would ignore is an error."""

import sys
from collections.abc import Callable, Iterator
from dataclasses import replace

import numpy as np
import pytest

from mettavox import voices
from mettavox.audio import Clip
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError, VoiceError

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are eSpeak's settings")

TEXT = "May you be safe and well."
Speak = Callable[..., Clip]


@pytest.fixture
def speak() -> Iterator[Speak]:
    """``speak(rate=…, …)``: TEXT in the calm voice with those settings."""
    started: list[EngineProcess] = []

    def make(text: str = TEXT, **settings: str | int | float) -> Clip:
        voice = voices.load("system")
        voice = replace(voice, settings=voice.settings | settings)
        started.append(EngineProcess(table.target(voice.engine), voice))
        return started[-1].speak(text, within=30)

    yield make
    for process in started:
        process.close()


def test_rate_is_honoured(speak: Speak):
    """Twice the words a minute, about half the time; the naive way drops it every third time."""
    slow, middle, fast = (speak(rate=rate).seconds for rate in (90, 130, 260))
    assert slow > middle > fast
    assert fast == pytest.approx(middle / 2, rel=0.25)


def test_volume_is_honoured(speak: Speak):
    """Half is 6 dB less."""
    full, half = (np.abs(np.frombuffer(speak(volume=level).pcm, "<i2").astype(int)).max() for level in (1.0, 0.5))
    assert half == pytest.approx(full / 2, rel=0.1)


def test_pitch_is_honoured(speak: Speak):
    """A higher pitch is another sound of about the same length."""
    low, high = speak(pitch=20), speak(pitch=80)
    assert low.pcm != high.pcm
    assert low.seconds == pytest.approx(high.seconds, rel=0.1)


def test_the_voice_is_honoured(speak: Speak):
    """British and American differ."""
    assert speak(voice="gmw/en-us").pcm != speak(voice="gmw/en-gb-x-rp").pcm


def test_a_setting_that_pyttsx3_does_not_know_is_an_error(speak: Speak):
    """A slip in a profile is not passed over."""
    with pytest.raises(VoiceError, match="speed") as caught:
        speak(speed=100)
    assert "rate" in caught.value.hint


@pytest.mark.parametrize("voice", ["gmw/en-moon", "nobody"])
def test_a_voice_that_is_not_there_is_an_error(speak: Speak, voice: str):
    """eSpeak ignores it and speaks with another."""
    with pytest.raises(VoiceError, match=voice) as caught:
        speak(voice=voice)
    assert caught.value.hint


@pytest.mark.parametrize("rate", [20, 1000])
def test_a_rate_that_espeak_cannot_keep_is_an_error(speak: Speak, rate: int):
    """It would speak at another one: its range is 80 to 450."""
    with pytest.raises(EngineError, match="rate"):
        speak(rate=rate)


def test_markup_and_controls_are_not_interpreted(speak: Speak):
    """Names and wishes are data."""
    plain = speak("May you be safe.")
    assert speak("May <break time='5s'/> you be safe.").seconds < plain.seconds + 4
    assert speak("<speak>May you be safe.</speak>").seconds > 0
