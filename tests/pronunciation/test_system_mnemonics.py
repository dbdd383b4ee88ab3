"""Sounds through pyttsx3 on Linux: eSpeak reads [[mnemonics]], and its watchman for lost words lets them pass."""

import sys
from collections.abc import Iterator

import pytest

from mettavox import ipa, speech, voices
from mettavox.engines import system, table
from mettavox.engines.process import EngineProcess
from mettavox.pronunciation import Pronouncer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="these are eSpeak's mnemonics")

SIOBHAN = ipa.marked("Siobhan", "ʃɪˈvɔːn")
LINES = [
    SIOBHAN,
    f"Hello, {SIOBHAN}.",
    f"{SIOBHAN}, hello.",
    f"{SIOBHAN}, {SIOBHAN} and {SIOBHAN} are here with you, in this wide and quiet room.",
    f"In the morning you might rest beside {SIOBHAN}'s coat, and then go home to {SIOBHAN}.",
    f"May you be safe, and as it is, go for a while with some of the others to {ipa.marked('Xu', 'ʃuː')}",
]


@pytest.fixture(scope="module")
def process() -> Iterator[EngineProcess]:
    voice = voices.load("system")
    started = EngineProcess(table.target(voice.engine), voice)
    yield started
    started.close()


@pytest.mark.parametrize("line", LINES)
def test_a_line_with_sounds_is_a_whole_clip(process: EngineProcess, line: str) -> None:
    """At its beginning, its end, alone, and several in a row."""
    voice = voices.load("system")
    text = Pronouncer("en", "espeak", "pyttsx3").engine_text(line)
    assert "[[" in text
    assert speech.fault(process.speak(text, within=30), line, voice) == ""


def test_mnemonics_are_sounds_and_not_letters(process: EngineProcess) -> None:
    """They sound as the word does that eSpeak itself reads so, and nothing of them is spelled."""
    told, read = process.speak("[[h@l'oU]]", within=30), process.speak("hello", within=30)
    assert told.seconds == pytest.approx(read.seconds, rel=0.15)


def test_lost_words_are_still_noticed_round_sounds() -> None:
    """Only the mnemonics are never announced."""
    text = "[[SI'vO:n]] went home [['lIv]]"
    assert not system._unspoken(text, len(text))
    assert not system._unspoken(text, text.index(" [['"))
    assert system._unspoken("[[SI'vO:n]] and many more words after it", 0)
    assert not system._unspoken("[[SI'vO:n]] [['lIv]] [['lIv]] [['lIv]]", 0)
