"""An engine that plays a person's own recordings: it says the lines that were recorded, and no others."""

from pathlib import Path

from mettavox import takes
from mettavox.audio import Clip
from mettavox.engines import installed
from mettavox.errors import VoiceError
from mettavox.takes import RATE, Takes
from mettavox.voice import Voice

_QUIET = bytes(2 * RATE // 20)


class RecordedEngine:
    """Speaks with the takes in the voice's folder."""

    _takes: Takes | None = None

    def open(self, voice: Voice) -> None:
        """Read the index of the takes. Raises VoiceError when there is none, or for a setting: it knows none."""
        installed.check(voice, ())
        self._takes = Takes.open(Path(voice.folder), voice=voice.id)

    def speak(self, text: str) -> Clip:
        """The take of ``text``, with 50 ms of quiet after it. Raises VoiceError, which never has the text in it."""
        if self._takes is None:
            raise VoiceError("No recorded voice was opened.", hint="Open it first.")
        return Clip(pcm=self._takes.read(text).astype("<i2").tobytes() + _QUIET, rate=takes.RATE)

    def close(self) -> None:
        """Nothing to let go of."""
