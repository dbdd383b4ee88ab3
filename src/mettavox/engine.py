"""The contract of everything that speaks."""

from typing import Protocol

from mettavox.audio import Clip
from mettavox.voice import Voice


class SpeechEngine(Protocol):
    """Turns one line into one clip.

    An engine is made with no arguments and opened once in its process. ``speak`` gives back the
    whole line, or raises EngineError and stays usable. It never gives back part of a line on
    purpose; callers check all the same.
    """

    def open(self, voice: Voice) -> None:
        """Load what the voice needs.

        Raises EngineError when the engine is not there, VoiceError when the voice is not.
        """

    def speak(self, text: str) -> Clip:
        """``text``, spoken. Raises EngineError."""

    def close(self) -> None:
        """Let go of everything; the engine is not used afterwards."""


class Speaker(Protocol):
    """An engine somewhere else, which can hang or die there without harm here."""

    def speak(self, text: str, *, within: float) -> Clip:
        """``text``, spoken within so many seconds. Raises EngineError when it is late or lost."""

    def renew(self) -> None:
        """Start afresh: the next line is spoken by a new process."""

    def close(self) -> None:
        """End the process."""
