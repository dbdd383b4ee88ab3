"""An engine for tests: it hums one tone a syllable, and never fails."""

import math
from array import array
from functools import cache

from mettavox import estimate
from mettavox.audio import Clip
from mettavox.errors import EngineError
from mettavox.voice import Pace, Voice

_RATE = 22_050
_TONES_HZ = (196.0, 220.0, 246.9)
_EDGE_SECONDS = 0.03
_LEVEL = 0.25 * 32767


class HumEngine:
    """Hums: as long as the voice's pace says, one tone a syllable, with quiet before and after."""

    _pace = Pace(per_line=0.1, per_syllable=0.2)

    def open(self, voice: Voice) -> None:
        """Take the pace of the voice."""
        self._pace = voice.pace

    def speak(self, text: str) -> Clip:
        """A hum for ``text``. Raises EngineError when there is nothing in it to say."""
        count = estimate.syllables(text)
        if not count:
            raise EngineError("There is nothing in the line to say.")
        quiet = array("h", [0]) * round(_RATE * self._pace.per_line / 2 + 1)
        samples = array("h", quiet)
        for place in range(count):
            samples.extend(_tone(_TONES_HZ[(len(text) + place) % len(_TONES_HZ)], self._pace.per_syllable))
        samples.extend(quiet + array("h", [0]) * (_RATE // 20))
        return Clip(pcm=samples.tobytes(), rate=_RATE)

    def close(self) -> None:
        """Nothing to let go of."""


@cache
def _tone(hertz: float, seconds: float) -> "array[int]":
    """One syllable; a voice has three of them, and a thousand lines are nothing else."""
    length = round(_RATE * seconds)
    edge = round(_RATE * _EDGE_SECONDS)
    return array(
        "h",
        (
            round(_LEVEL * min(1.0, n / edge, (length - 1 - n) / edge) * math.sin(2 * math.pi * hertz * n / _RATE))
            for n in range(length)
        ),
    )
