"""No engine loses a line: thousands through each, every attempt a whole clip, the same line always the same bytes.

METTAVOX_SOAK_PHRASES says how many are spoken in the soak; METTAVOX_TEST_VOICES adds the real voices of a folder.
"""

import hashlib
import os
import random
from collections import Counter
from collections.abc import Callable

import pytest

from engines import neural
from material import phrases
from mettavox import casting, estimate, speech, voices
from mettavox.audio import Clip
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError
from mettavox.speech import Speech
from mettavox.voice import Voice
from oracles import line

VOICES = ("system", "hum", *neural.BUILT, *neural.REAL)
ROUND = 500


class Overheard(EngineProcess):
    """An engine's process that tells what every single attempt gave."""

    def __init__(self, voice: Voice, hear: Callable[[str, Clip | None], None]) -> None:
        self._hear = hear
        super().__init__(table.target(voice.engine), voice)

    def speak(self, text: str, *, within: float) -> Clip:
        try:
            clip = super().speak(text, within=within)
        except EngineError:
            self._hear(text, None)
            raise
        self._hear(text, clip)
        return clip


def speak_many(voice: Voice, total: int) -> None:
    """Speak ``total`` lines, each distinct one several times in changing order, two at once and without a cache."""
    texts = phrases(max(1, min(2000, total // 2)))
    pronounce = casting.pronouncer(voice).engine_text
    attempts: Counter[str] = Counter()
    sounds: dict[str, str] = {}
    ratios: list[float] = []
    dice = random.Random(1)
    done = 0
    while done < total:
        dice.shuffle(texts)
        for start in range(0, len(texts), ROUND):
            lines = [line(number, text) for number, text in enumerate(texts[start : start + ROUND][: total - done])]
            received = {pronounce(each.spoken): each.spoken for each in lines}

            def hear(text: str, clip: Clip | None, received: dict[str, str] = received) -> None:
                attempts[speech.fault(clip, received[text], voice) if clip else "missing"] += 1

            talk = Speech(voice, lambda hear=hear: Overheard(voice, hear), cache=None, workers=2, pronounce=pronounce)
            try:
                talk.speak(lines)
                for each in lines:
                    clip = talk.clip(each)
                    digest = hashlib.sha256(clip.pcm).hexdigest()
                    assert sounds.setdefault(each.spoken, digest) == digest, "the same line came out differently"
                    ratios.append(clip.seconds / estimate.seconds(each.spoken, voice.pace, voice.language))
            finally:
                talk.close()
            done += len(lines)
    print(f"{voice.id}: {done} lines, {len(texts)} distinct, attempts {dict(attempts)}")
    print(f"length over estimate: {min(ratios, default=0):.2f} to {max(ratios, default=0):.2f}")
    assert attempts == {"": total}


@pytest.fixture(params=VOICES)
def voice(request: pytest.FixtureRequest) -> Voice:
    """A voice of each engine, installed."""
    name = str(request.param)
    return voices.load(name) if name in ("system", "hum") else neural.installed(name)


def test_a_sample_of_lines_comes_out_whole(voice: Voice):
    """A hundred, each change of the code; real neural voices take longer and are sampled in the contract's suite."""
    if voice.id in neural.REAL:
        pytest.skip("in the soak")
    speak_many(voice, 100)


@pytest.mark.soak
def test_ten_thousand_lines_come_out_whole(voice: Voice):
    """Each of 2,000 several times."""
    speak_many(voice, int(os.environ.get("METTAVOX_SOAK_PHRASES", "10000")))
