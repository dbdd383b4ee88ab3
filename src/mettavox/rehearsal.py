"""Rehearsal: a line of a track is heard before the track is made, spoken as it will be there."""

import threading
from collections.abc import Sequence
from pathlib import Path

from mettavox import saying
from mettavox.errors import RequestError
from mettavox.prepare import EstimatedLengths, Prepared, laid
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.spoken import Booth, Settings
from mettavox.voice import Voice

_SETTINGS = Settings(lint=False, workers=1)


class Rehearsal:
    """Who speaks stays from one line to the next, for as long as it is the same voice: an engine takes time to open."""

    def __init__(self) -> None:
        self._booth = Booth()
        self._one_at_a_time = threading.Lock()

    def line(self, prepared: Prepared, place: int, path: Path, *, words: str = "") -> float:
        """Leave a line at ``path`` as WAV; gives its seconds. ``place`` counts what is heard in the plan, from 0.

        Lines without a person's words are kept for the track. Raises RequestError where no line has that place, or one
        with other ``words`` than were seen there, where they are given; DurationError, and what a voice raises that
        cannot say it.
        """
        with self._one_at_a_time:
            ensemble = self._booth.ensemble(prepared, _SETTINGS)
            line = ensemble.as_said(_line(prepared, place, words))
            ensemble.check([line])
            ensemble.speak([line])
            return saying.write_alone(line, ensemble.clip(line), path)

    def text(self, voice: Voice, lines: Sequence[Line]) -> dict[Line, Shaped]:
        """The clips of lines that are of no track; those with a person's words are kept nowhere. Raises EngineError."""
        with self._one_at_a_time:
            ensemble = self._booth.alone(voice, _SETTINGS)
            ensemble.speak(lines)
            return {line: ensemble.clip(line) for line in lines}

    def close(self) -> None:
        """End what runs."""
        with self._one_at_a_time:
            self._booth.trim()
            self._booth.close()


def _line(prepared: Prepared, place: int, words: str) -> Line:
    places = laid(prepared, EstimatedLengths(prepared.voice, prepared.rate)).placements
    sound = places[place].sound if 0 <= place < len(places) else None
    if not isinstance(sound, Line) or (words and sound.text != words):
        raise RequestError("There is no such line any more.", hint="Look at the text as it is now.")
    return sound
