"""Ensemble: which voice speaks which line. One voice alone; or a person's takes, and another for the rest."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
import soxr

from mettavox import level, takes
from mettavox.errors import VoiceError
from mettavox.loudness import Samples
from mettavox.script import Breath, Cue, Line, Passage, Script, Word
from mettavox.shape import Shaped, raised_cosine, shaped
from mettavox.speech import Speech
from mettavox.takes import RATE, Takes
from mettavox.voice import Voice

# A clip keeps 10 ms before its sound and 30 ms after it; with this much between, a name comes 70 ms after the word
# before it, as in running speech.
_LEAD, _TRAIL, _BETWEEN = (round(seconds * RATE) for seconds in (0.010, 0.030, 0.030))
_RISE, _FALL = (round(seconds * RATE) for seconds in (0.005, 0.020))
_LARGEST = 32768
_NUMBERS_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Speaker:
    """A voice that can say anything."""

    voice: Voice
    speech: Speech


class Ensemble:
    """Gives each line's clip, shaped, by whoever speaks it.

    With ``takes``, they come first, and the speaker, if there is one, says what is not among them; without,
    the speaker says everything.
    """

    def __init__(self, speaker: Speaker | None, recorded: Takes | None = None) -> None:
        assert speaker is not None or recorded is not None
        self._speaker = speaker
        self._takes = recorded
        self._own: dict[Line, Shaped] = {}

    # --- what can be said ---

    def script(self, script: Script) -> Script:
        """The script, with lines without the listener's name for those that cannot be said with it."""
        if self._takes is None:
            return script
        sections = tuple(
            replace(section, passages=tuple(map(self._passage, section.passages))) for section in script.sections
        )
        return replace(script, sections=sections)

    def _passage(self, passage: Passage) -> Passage:
        sound = passage.sound
        if isinstance(sound, Line):
            return replace(passage, sound=self.as_said(sound))
        if isinstance(sound, Breath):
            cycles = tuple(tuple(map(self._cue, cycle)) for cycle in sound.cycles)
            return replace(passage, sound=replace(sound, cycles=cycles))
        return passage

    def _cue(self, cue: Cue) -> Cue:
        return replace(cue, lines=tuple(map(self.as_said, cue.lines)))

    def as_said(self, line: Line) -> Line:
        """The line as it can be said: without the listener's name where it cannot be said with it."""
        if line.unnamed is None or self._is_said(line):
            return line
        return line if self._speaker is not None and not self._is_said(line.unnamed) else line.unnamed

    def note(self, script: Script, heard: Collection[Line]) -> str:
        """What to tell a person whose name is left out of lines of ``script`` that are ``heard``; or nothing."""
        without = [line for line in script.lines() if line.unnamed in heard and self.as_said(line) != line]
        if not without:
            return ""
        if any(self._knows_words(line) for line in without):
            return (
                "The name is left out where a line was not recorded with a blank for it: "
                "record what is missing (mettavox voices sheet)."
            )
        return "The name is not said, since it was not recorded: record it, or add --fill calm."

    def _knows_words(self, line: Line) -> bool:
        """Whether there is someone to say the words that are put into a line."""
        return self._speaker is not None or all(
            self._takes is not None and word.written in self._takes for word in line.words
        )

    def _is_said(self, line: Line) -> bool:
        """Whether there are takes for a line, alone or with words put in."""
        return self._is_recorded(line) or self._can_be_joined(line)

    def lacks(self, line: Line) -> bool:
        """Whether nobody can say a line."""
        return self._speaker is None and not self._is_said(line)

    def check(self, lines: Collection[Line]) -> None:
        """Raise VoiceError, with their numbers in the script, when nobody can say some of the lines."""
        missing = [line for line in lines if self.lacks(line)]
        if missing:
            raise VoiceError(
                f"{len(missing)} of {len(lines)} lines {'is' if len(missing) == 1 else 'are'} not recorded, "
                f"{_places([line.number for line in missing])} of the script.",
                hint="Record what is missing (mettavox voices sheet), or let another voice speak it: --fill calm",
            )

    def _is_recorded(self, line: Line) -> bool:
        return self._takes is not None and line.text in self._takes

    def _can_be_joined(self, line: Line) -> bool:
        """Whether there is a take with a gap for each word that a person gave, and someone to say the words."""
        if self._takes is None or not line.carrier:
            return False
        parts = [part for part in takes.pieces(line.carrier) if part]
        whole = not parts or (
            line.carrier in self._takes and len(self._takes.take(line.carrier).gaps) == len(parts) - 1
        )
        return whole and self._knows_words(line)

    # --- saying it ---

    def begin(self, pronounce: Callable[[str], str]) -> None:
        """Begin another track, whose lines the speaker's engine receives as ``pronounce`` gives them."""
        self._own.clear()
        if self._speaker is not None:
            self._speaker.speech.begin(pronounce)

    def speak(self, lines: Iterable[Line], on_line: Callable[[int, int], None] = lambda done, total: None) -> None:
        """Have ready what the speaker says of the lines. Raises EngineError."""
        if self._speaker is not None:
            self._speaker.speech.speak([part for line in lines for part in self._spoken(line)], on_line)

    def clip(self, line: Line) -> Shaped:
        """The line's clip. Raises EngineError, and VoiceError when nobody can say it.

        What holds a person's words is asked for first for its length, and remembered until another track begins.
        """
        if not line.personal:
            return self._clip(line)
        if line not in self._own:
            self._own[line] = self._clip(line)
        return self._own[line]

    def _clip(self, line: Line) -> Shaped:
        if self._takes is None:
            return self._said(line)
        if self._is_recorded(line):
            return self._take(line.text)
        if self._can_be_joined(line):
            return self._joined(line, self._takes)
        if self._speaker is None:
            self.check([line])
        return self._levelled(self._said(line), self._takes.lufs)

    def close(self) -> None:
        """Let go of the speaker's engine."""
        if self._speaker is not None:
            self._speaker.speech.close()

    def _spoken(self, line: Line) -> Sequence[Line]:
        """What the speaker says of a line: all of it, the words that are put into a take, or nothing."""
        if self._is_recorded(line):
            return ()
        if self._takes is not None and self._can_be_joined(line):
            return [_alone(word, line) for word in line.words if word.written not in self._takes]
        return (line,)

    def _said(self, line: Line) -> Shaped:
        assert self._speaker is not None
        return shaped(self._speaker.speech.clip(line), self._speaker.voice.shaping)

    def _levelled(self, clip: Shaped, lufs: float) -> Shaped:
        """The clip as loud as the takes beside it."""
        gain_db = lufs - level.of(clip.samples, clip.rate) if lufs else 0.0
        return Shaped(samples=clip.samples * np.float32(10 ** (gain_db / 20)), rate=clip.rate)

    def _take(self, text: str) -> Shaped:
        assert self._takes is not None
        return Shaped(samples=self._takes.read(text).astype(np.float32) / np.float32(_LARGEST), rate=RATE)

    # --- a word in a take ---

    def _joined(self, line: Line, recorded: Takes) -> Shaped:
        """The take with the words put in, where its gaps are."""
        words = {word.slot: word for word in line.words}
        parts, slots = takes.pieces(line.carrier), takes.slots(line.carrier)
        texts = [part for part in parts if part]
        cut = iter(self._cut(line.carrier) if texts else ())
        lufs = recorded.take(line.carrier).lufs if texts else recorded.lufs
        sounds: list[Samples] = []
        for place, part in enumerate(parts):
            sounds += [next(cut)] if part else []
            sounds += [self._word(words[slots[place]], line, lufs)] if place < len(slots) else []
        between = np.zeros(_BETWEEN, dtype=np.float32)
        joined = [sounds[0], *(each for sound in sounds[1:] for each in (between, sound))]
        return Shaped(samples=np.concatenate(joined), rate=RATE)

    def _cut(self, carrier: str) -> list[Samples]:
        """The take's sound before, between and after its gaps, with soft edges."""
        assert self._takes is not None
        whole, gaps = self._take(carrier).samples, self._takes.take(carrier).gaps
        starts = [0, *(max(0, stop - _LEAD) for _, stop in gaps)]
        stops = [*(start + _TRAIL for start, _ in gaps), len(whole)]
        pieces = []
        for start, stop in zip(starts, stops, strict=True):
            piece = whole[start:stop].copy()
            if start:
                piece[:_RISE] *= raised_cosine(len(piece[:_RISE]))
            if stop < len(whole):
                piece[-_FALL:] *= raised_cosine(len(piece[-_FALL:]))[::-1]
            pieces.append(piece)
        return pieces

    def _word(self, word: Word, line: Line, lufs: float) -> Samples:
        recorded = self._takes is not None and word.written in self._takes
        clip = self._take(word.written) if recorded else self._said(_alone(word, line))
        clip = self._levelled(clip, lufs)
        if clip.rate == RATE:
            return clip.samples
        finer: Samples = soxr.resample(clip.samples, clip.rate, RATE, quality="HQ")
        return finer


def _alone(word: Word, line: Line) -> Line:
    return Line(text=word.written, spoken=word.said, number=line.number, personal=True)


def _places(numbers: Sequence[int]) -> str:
    """“in line 14”, or “the first in lines 14, 20 and 23”, as words that follow a count."""
    different = sorted(set(numbers))
    shown = [str(number) for number in different[:_NUMBERS_SHOWN]]
    if len(different) == 1:
        return f"in line {shown[0]}"
    first = "the first " if len(different) > len(shown) else ""
    return f"{first}in lines {', '.join(shown[:-1])} and {shown[-1]}"
