"""Tryout: a voice says a text of one's own, with the quiet between its sentences that its pauses make, tuned or not.

The text may be a name: nothing of it is cached, logged or put in a file's name.
"""

from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

from mettavox import audition, chain, saying, tuning, voicestore
from mettavox.ensemble import Ensemble
from mettavox.errors import RequestError, VoiceError
from mettavox.mix import Mixer
from mettavox.prepare import RATE
from mettavox.rehearsal import Rehearsal
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.stem import voice_stem
from mettavox.takes import ENGINE as RECORDED
from mettavox.takes import Takes
from mettavox.voice import Voice

MOST_SENTENCES = 6
QUIET_SECONDS = 1.5
"""Between two sentences, where pauses are as usual."""


@dataclass(frozen=True, kw_only=True)
class Tryout:
    """Which voice says which sentences."""

    voice: Voice
    lines: tuple[Line, ...]


def prepare(
    text: str, name: str, *, rate: float | None = None, pitch: int | None = None, pauses: float | None = None
) -> Tryout:
    """The text in the voice ``name`` as it would be if it were tuned so; nothing is kept.

    A recorded voice says what it has of its own lines, and nothing else. Raises RequestError, which never repeats the
    text, or VoiceError.
    """
    wanted = tuning.turned(name, rate=rate, pitch=pitch, pauses=pauses)
    if wanted.engine == RECORDED:
        return Tryout(voice=wanted, lines=(_own_line(wanted, text),))
    lines = saying.sentences(text)
    if len(lines) > MOST_SENTENCES:
        raise RequestError(f"{len(lines)} sentences are too many; {MOST_SENTENCES} are the most.", hint="Write fewer.")
    return Tryout(voice=wanted, lines=tuple(lines))


def own_lines(name: str, most: int) -> tuple[str, ...]:
    """The first lines that a recorded voice has, as they are written; none for another voice. Raises VoiceError."""
    voice = voicestore.voice(name)
    if voice.engine != RECORDED:
        return ()
    found = _takes(voice).found.values()
    return tuple(take.text for take in found if take.text and not take.gaps)[:most]


def speak(wanted: Tryout, file: BinaryIO, rehearsal: Rehearsal) -> float:
    """Write it as a WAV file, every voice as loud as in a track; gives its seconds. Raises EngineError."""
    clips = _recorded(wanted) if wanted.voice.engine == RECORDED else rehearsal.text(wanted.voice, wanted.lines)
    lengths = ((line, clips[line].frames_at(RATE)) for line in wanted.lines)
    timeline = audition.laid(lengths, QUIET_SECONDS * wanted.voice.pauses)
    saying.write_wav(Mixer(timeline, voice_stem(timeline, chain.processed(clips)).clips, None), timeline, file)
    return timeline.frames / RATE


def _own_line(voice: Voice, text: str) -> Line:
    if text not in _takes(voice):
        raise VoiceError(f"“{voice.label}” is recorded, and says its own lines only.", hint="Choose one of them.")
    return Line(text=text, spoken=text, number=1)


def _takes(voice: Voice) -> Takes:
    return Takes.open(Path(voice.folder), voice=voice.id)


def _recorded(wanted: Tryout) -> dict[Line, Shaped]:
    """Its takes as they are now: they may have been recorded anew since they were last heard."""
    ensemble = Ensemble(None, _takes(wanted.voice))
    return {line: ensemble.clip(line) for line in wanted.lines}
