"""The recorded engine keeps the contract of every engine, with a voice whose takes were hummed."""

from dataclasses import replace

import pytest
import test_contract
from test_contract import *  # noqa: F403

from mettavox import voices
from mettavox.engines.recorded import RecordedEngine
from mettavox.errors import VoiceError
from recorded import hummed, keep

LONG = "May you be well and happy, now and always, "


@pytest.fixture
def name() -> str:
    """A recorded voice that has every line of the contract."""
    texts = [*test_contract.LINES, *test_contract.ACCENTS, LONG, LONG * 10]
    keep("mine", {text: hummed(text) for text in texts})
    return "mine"


def test_a_line_that_was_not_recorded_is_refused_without_its_words(name: str) -> None:
    """A name may be in it; and the next line is played as ever."""
    engine = RecordedEngine()
    engine.open(voices.load(name))
    with pytest.raises(VoiceError) as raised:
        engine.speak("Hello, Xochitl.")
    assert "Xochitl" not in str(raised.value) + raised.value.hint
    assert engine.speak("Rest.").frames


def test_it_knows_no_settings(name: str) -> None:
    """A rate would change nothing, and is refused."""
    with pytest.raises(VoiceError, match=r"sets “rate”"):
        RecordedEngine().open(replace(voices.load(name), settings={"rate": 100}))


def test_a_voice_without_takes_cannot_be_opened(name: str) -> None:
    """Its folder was moved, say."""
    voice = replace(voices.load(name), folder="/nowhere")
    with pytest.raises(VoiceError, match="cannot be read"):
        RecordedEngine().open(voice)
