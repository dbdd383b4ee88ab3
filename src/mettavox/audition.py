"""Audition: the same sentences in several voices and at several rates, in one file with a chapter for each."""

from collections.abc import Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from mettavox import assets, casting, chain, credits, output, sentences, takes, tuning, voices
from mettavox.clipcache import ClipCache
from mettavox.codec import Block
from mettavox.codecs import decode, encode, id3
from mettavox.errors import EngineError, SoundError, VoiceError
from mettavox.mix import Mixer
from mettavox.person import Spoken
from mettavox.prepare import RATE
from mettavox.script import Bell, Line
from mettavox.shape import shaped
from mettavox.speech import Speech
from mettavox.spoken import Progress, Settings
from mettavox.stem import voice_stem
from mettavox.tags import Tags
from mettavox.timeline import Chapter, Placement, Timeline
from mettavox.units import frames
from mettavox.voice import Voice

_HEAD_SECONDS, _BETWEEN_SECONDS, _TAIL_SECONDS = 0.75, 1.5, 1.25
_BLOCK = 30 * RATE
_ANY = "*"
_USUAL = Settings()


@dataclass(frozen=True, kw_only=True)
class Part:
    """A voice as it is heard, and the title of its chapter."""

    voice: Voice
    title: str


@dataclass(frozen=True, kw_only=True)
class Audition:
    """Which parts are heard, in which language, and by what name the listener is greeted, if any."""

    language: str
    parts: tuple[Part, ...]
    name: Spoken | None = None


def prepare(
    names: Sequence[str], *, rates: Sequence[float] = (1.0,), language: str = "", name: Spoken | None = None
) -> Audition:
    """An audition of those voices, or of every installed one of the language, each at every rate.

    Without a language it is that of the first voice. A recorded voice says no lines but its own: it is left out,
    and refused by its name. Raises VoiceError or RequestError.
    """
    for each in filter(_is_voice, names):
        _check_can_say(voices.load(each))
    language = language or _language(names)
    sentences.load(language)
    wanted = [casting.cast(each, language).voice for each in dict.fromkeys(names)] or _installed(language)
    return Audition(
        language=language,
        parts=tuple(
            Part(voice=tuning.at_rate(voice, rate), title=_title(voice, rate))
            for voice in wanted
            for rate in dict.fromkeys(rates)
        ),
        name=name,
    )


def make(
    wanted: Audition,
    path: Path,
    *,
    replace: bool = False,
    settings: Settings = _USUAL,
    progress: Progress = lambda stage, share: None,
) -> tuple[Chapter, ...]:
    """Speak it and leave it at ``path``; gives the chapters. Each voice is as loud as a track's, by itself.

    Raises EngineError, CodecError or OutputError; nothing is left behind then.
    """
    output.check(path, replace=replace)
    encode.check("mp3")  # rather now than after the speaking
    lines = sentences.load(wanted.language).lines(wanted.name)
    heard, chapters, total = [], [], 0
    cache = ClipCache(assets.cache_folder()) if settings.cache else None
    for place, part in enumerate(wanted.parts):
        progress("speaking", place / len(wanted.parts))
        timeline, mixer = _spoken(part, lines, wanted.name, cache, settings.worker_count())
        heard.append((timeline, mixer))
        chapters.append(Chapter(title=part.title, start=total))
        total += timeline.frames
    if cache is not None:
        cache.trim()
    sound = (block for _, mixer in heard for block in mixer.blocks())
    write(path, sound, total, _tags(wanted, chapters), replace=replace, progress=progress)
    return tuple(chapters)


def write(path: Path, sound: Iterable[Block], total: int, tags: Tags, *, replace: bool, progress: Progress) -> None:
    """Leave ``total`` frames of ``sound`` at ``path`` as an MP3, decoded and counted before it has its name.

    Both channels of it are alike: voices, and silence. Raises CodecError, SoundError or OutputError; nothing is left
    behind then.
    """
    with output.whole_file(path, replace=replace) as (file, scratch):
        tag = id3.tag(tags, rate=RATE, frames=total)
        encode.mp3(sound, total, file, tag, lambda share: progress("encoding", share), alike=True)
        file.flush()
        _check(scratch, total)


def _language(names: Sequence[str]) -> str:
    spoken = [voice.language for voice in map(voices.load, filter(_is_voice, names)) if voice.language != _ANY]
    return spoken[0].split("-")[0] if spoken else "en"


def _is_voice(name: str) -> bool:
    return name != voices.CALM or name in voices.names()


def _check_can_say(voice: Voice) -> None:
    if voice.engine == takes.ENGINE:
        raise VoiceError(
            f"The voice “{voice.id}” is recorded, and cannot say the sentences of an audition.",
            hint=f"Hear one of its lines: mettavox say TEXT --voice {voice.id}",
        )


def _installed(language: str) -> list[Voice]:
    """Every installed voice of a language, the best first. Raises VoiceError when there is none."""
    order = casting.order(language.split("-", maxsplit=1)[0].lower())
    able = [each for each in casting.every() if each.engine != takes.ENGINE and not casting.lacks(each)]
    found = [each for each in able if voices.speaks(each, language)]
    if not found:
        raise VoiceError(
            f"No voice that speaks “{language[:20]}” is installed.",
            hint="“mettavox voices list” shows those there are.",
        )
    return sorted(found, key=lambda voice: order.index(voice.id) if voice.id in order else len(order))


def _title(voice: Voice, rate: float) -> str:
    return voice.label if rate == 1 else f"{voice.label}, {rate:g} times as fast"


def _spoken(
    part: Part, lines: list[Line], name: Spoken | None, cache: ClipCache | None, workers: int
) -> tuple[Timeline, Mixer]:
    """One part's timeline and its sound."""
    voice = part.voice
    pronounce = casting.pronouncer(voice, name).engine_text
    with closing(casting.speech(voice, pronounce, cache=cache, workers=workers)) as speech:
        _speak(speech, lines, voice)
        clips = {line: shaped(speech.clip(line), voice.shaping) for line in lines}
    timeline = laid(
        ((line, clips[line].frames_at(RATE)) for line in lines), _BETWEEN_SECONDS, (Chapter(title=part.title, start=0),)
    )
    return timeline, Mixer(timeline, voice_stem(timeline, chain.processed(clips)).clips, None)


def _speak(speech: Speech, lines: list[Line], voice: Voice) -> None:
    """Have the lines ready; an error says which of the voices it was."""
    try:
        speech.speak(lines)
    except EngineError as error:
        if f"“{voice.id}”" in error.message:
            raise
        raise type(error)(f"The voice “{voice.id}”: {error.message}", hint=error.hint) from error


def laid(
    lengths: Iterable[tuple[Line | Bell, int]], between_seconds: float, chapters: tuple[Chapter, ...] = ()
) -> Timeline:
    """The lines, each of so many frames, one after another with a short silence between."""
    at, places = frames(_HEAD_SECONDS, RATE), []
    for line, length in lengths:
        places.append(Placement(sound=line, start=at, frames=length, section=0))
        at = places[-1].end + frames(between_seconds, RATE)
    return Timeline(
        rate=RATE,
        frames=places[-1].end + frames(_TAIL_SECONDS, RATE),
        placements=tuple(places),
        silences=(),
        chapters=chapters,
        spaciousness=0.0,
    )


def _check(path: Path, total: int) -> None:
    found = sum(map(len, decode.blocks(path, _BLOCK)))
    if found != total:
        raise SoundError(f"The audition came out {found} frames long and not {total}.", hint="Make it again.")


def _tags(wanted: Audition, chapters: Sequence[Chapter]) -> Tags:
    named = ", ".join(dict.fromkeys(credits.named(part.voice) for part in wanted.parts))
    return Tags(
        title=f"Audition of voices ({wanted.language})",
        artist=credits.ARTIST,
        album="Auditions",
        genre="Speech",
        year=credits.year(),
        language=wanted.language,
        comment=f"Synthetic voices speak: {named}. {credits.MADE_WITH}",
        chapters=tuple(chapters),
    )
