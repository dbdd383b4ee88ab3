"""A third-party engine: one beep for every two letters. It uses nothing but the contract."""

import math
from array import array

from mettavox.audio import Clip
from mettavox.errors import EngineError
from mettavox.voice import Voice

_RATE = 16_000
_BEEP_FRAMES = 1_800


class ToyEngine:
    """Beeps."""

    def open(self, voice: Voice) -> None:
        """Take the pitch from the settings, in hertz."""
        self._hertz = float(voice.settings.get("hertz", 300))

    def speak(self, text: str) -> Clip:
        """A beep for every two letters, its pitch that of the letters."""
        letters = [letter for letter in text if letter.isalnum()]
        if not letters:
            raise EngineError("There is nothing in the line to say.")
        samples = array("h")
        for letter in letters[::2]:
            samples.extend(self._beep(self._hertz + 10 * (ord(letter) % 32)))
        samples.extend(array("h", [0]) * (_RATE // 20))
        return Clip(pcm=samples.tobytes(), rate=_RATE)

    def close(self) -> None:
        """Nothing is open."""

    def _beep(self, hertz: float) -> list[int]:
        return [
            round(9_000 * math.sin(math.pi * n / _BEEP_FRAMES) * math.sin(2 * math.pi * hertz * n / _RATE))
            for n in range(_BEEP_FRAMES)
        ]
