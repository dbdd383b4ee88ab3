"""The recorded engine keeps the contract of every engine, with a voice whose takes were hummed."""

from collections.abc import Iterator
from dataclasses import replace

import pytest
import test_contract
from test_contract import *  # noqa: F403

from mettavox.engines.recorded import RecordedEngine
from mettavox.errors import VoiceError
from mettavox.voice import Voice
from recorded import hummed, keep

LONG = "May you be well and happy, now and always, "


@pytest.fixture(scope="module")
def voice(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voice]:
    """A recorded voice that has every line of the contract."""
    texts = [*test_contract.LINES, *test_contract.ACCENTS, LONG, LONG * 10]
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("recorded")))
        yield keep("mine", {text: hummed(text) for text in texts})


def test_a_line_that_was_not_recorded_is_refused_without_its_words(voice: Voice) -> None:
    """A name may be in it; and the next line is played as ever."""
    engine = RecordedEngine()
    engine.open(voice)
    with pytest.raises(VoiceError) as raised:
        engine.speak("Hello, Xochitl.")
    assert "Xochitl" not in str(raised.value) + raised.value.hint
    assert engine.speak("Rest.").frames


def test_it_knows_no_settings(voice: Voice) -> None:
    """A rate would change nothing, and is refused."""
    with pytest.raises(VoiceError, match=r"sets “rate”"):
        RecordedEngine().open(replace(voice, settings={"rate": 100}))


def test_a_voice_without_takes_cannot_be_opened(voice: Voice) -> None:
    """Its folder was moved, say."""
    with pytest.raises(VoiceError, match="cannot be read"):
        RecordedEngine().open(replace(voice, folder="/nowhere"))
