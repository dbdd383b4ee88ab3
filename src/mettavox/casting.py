"""Casting: which voice speaks; the one that was asked for, or the best that is installed."""

import sys
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mettavox import ipa, takes, voices
from mettavox.clipcache import ClipCache
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import VoiceError
from mettavox.person import Spoken
from mettavox.pronunciation import Pronouncer, Word
from mettavox.speech import Speech
from mettavox.voice import Voice
from mettavox.voices import CALM

ORDER: Mapping[str, tuple[str, ...]] = {
    "en": ("kokoro-heart", "kokoro-heart-light", "ljspeech", "amy", "kristin", "hfc", "system"),
    "es": ("kokoro-dora", "davefx", "system-es"),
}
"""What “calm” means, the first that is installed: voices that a clinic may use commercially before those that it may
not, and the more natural before the less. The system's own voice, which is always there, comes last."""


NOT_INSTALLED = "it is not installed"
_SYSTEMS = {"linux": "Linux", "darwin": "macOS", "win32": "Windows"}
_MEND = "Mend its profile: docs/voices.md says what is in one."


@dataclass(frozen=True, kw_only=True)
class Cast:
    """The voice that speaks, and what a person should be told about the choice, or nothing."""

    voice: Voice
    note: str = ""


def cast(name: str, language: str) -> Cast:
    """The voice ``name``, or the calm one of the language for “calm” or nothing.

    Raises VoiceError for a voice that is not there, cannot speak on this machine, or speaks another language.
    """
    own = own_calm(language) if name in ("", CALM) else voices.load(name)
    if own is None:
        return _calm(language.split("-", maxsplit=1)[0].lower())
    _check_language(own, language)
    _check_installed(own)
    return Cast(voice=own)


def own_calm(language: str) -> Voice | None:
    """A person's own profile of the name “calm”, if there is one for the language."""
    own = voices.load(CALM) if CALM in voices.names() else None
    return own if own is not None and voices.speaks(own, language) else None


def pronouncer(voice: Voice, *words: Spoken | None) -> Pronouncer:
    """What gives the text that the voice's engine receives; the respellings of ``words`` stay as they are.

    Raises VoiceError when a person's own lexicon cannot be read.
    """
    if voice.engine == takes.ENGINE:
        return _AsWritten(voice.language, "respell")
    kept = [word.said for word in words if word and word.said != word.written]
    return Pronouncer(voice.language, voice.alphabet or table.alphabet(voice.engine), voice.engine, kept=kept)


def speech(
    voice: Voice,
    pronounce: Callable[[str], str],
    *,
    cache: ClipCache | None = None,
    cache_names: bool = False,
    workers: int = 2,
) -> Speech:
    """What speaks lines in a voice, with its engine in processes of its own; ``pronounce`` as for Speech."""
    target = table.target(voice.engine)
    return Speech(
        voice,
        lambda: EngineProcess(target, voice),
        version=table.identity(voice.engine),
        pronounce=pronounce,
        cache=cache,
        cache_names=cache_names,
        workers=workers,
    )


class _AsWritten(Pronouncer):
    """For recordings, which are found by their words: no entry of a lexicon changes those."""

    def parts(self, spoken: str) -> list[str | Word]:
        """The line as it is written."""
        return [ipa.plain(spoken)]

    def engine_text(self, spoken: str) -> str:
        """The line as it is written."""
        return ipa.plain(spoken)


def fill(name: str, language: str, voice: Voice) -> Cast | None:
    """The voice ``name``, which speaks what a recorded voice lacks; none for a voice that can say anything.

    Raises VoiceError as ``cast`` does, and for a recorded one.
    """
    if not name:
        return None
    known(name)
    if voice.engine != takes.ENGINE:
        return None
    found = cast(name, language)
    if found.voice.engine == takes.ENGINE:
        raise VoiceError(
            f"The voice “{found.voice.id}” is recorded too, and cannot say any other line.", hint="Write --fill calm"
        )
    return found


def known(name: str) -> None:
    """Raise VoiceError when there is no voice of that name."""
    if name != CALM:
        voices.load(name)


def every() -> list[Voice]:
    """Every voice that there is on this platform, installed or not, as far as its profile can be read."""
    found = [each for each in map(_read, voices.names()) if isinstance(each, Voice)]
    return [voice for voice in found if not voice.platforms or sys.platform in voice.platforms]


def unreadable() -> list[VoiceError]:
    """What is wrong with the profiles that cannot be read."""
    return [each for each in map(_read, voices.names()) if isinstance(each, VoiceError)]


def _read(name: str) -> Voice | VoiceError:
    try:
        return voices.load(name)
    except VoiceError as error:
        return error


def order(language: str) -> list[str]:
    """The voices that “calm” tries for a language, in order."""
    if language not in ORDER:
        return [voices.standard(language)]
    there = set(voices.names())
    return [name for name in ORDER[language] if name in there]


def lacks(voice: Voice) -> str:
    """What keeps a voice from speaking here, in words that end a sentence; or nothing."""
    return next((lack for lack, _ in _lacks(voice)), "")


def _lacks(voice: Voice) -> Iterator[tuple[str, str]]:
    """Everything that keeps a voice from speaking here, the gravest first, each with what to do."""
    if voice.platforms and sys.platform not in voice.platforms:
        systems = " and ".join(_SYSTEMS[each] for each in voice.platforms)
        yield f"it is for {systems}", "Choose another from “mettavox voices list”."
    yield from _lacking_engine(voice)
    if table.needs_files(voice.engine) and not voice.files:  # its clips could not be told from another voice's
        yield "its profile lists no [[files]]", _MEND
    if files := voices.missing(voice):
        nothing = not any((Path(voice.folder) / each.path).exists() for each in voice.files)
        lack = NOT_INSTALLED if nothing else f"{files[0].path} is missing or not whole"
        yield lack, f"Run: mettavox voices install {voice.id}"
    if voice.engine == takes.ENGINE and not (Path(voice.folder) / takes.INDEX).is_file():
        yield "it has no recordings", f"Run: mettavox voices import FOLDER --voice {voice.id}"


def _lacking_engine(voice: Voice) -> Iterator[tuple[str, str]]:
    if not table.is_known(voice.engine):
        yield f"its engine “{voice.engine}” is not there", _MEND
        return
    get = f"Run: pip install --upgrade {table.package(voice.engine)}"
    if package := table.lacks(voice.engine):
        yield f"it needs {package}", get
    elif table.is_older(voice.engine, voice.engine_at_least):
        yield f"it needs {voice.engine} {voice.engine_at_least} or newer", get


def _calm(language: str) -> Cast:
    names = order(language)
    read = [_read(name) for name in names]
    broken = [each.message for each in read if isinstance(each, VoiceError)]
    found = [each for each in read if isinstance(each, Voice) and not lacks(each)]
    chosen = found[0] if found else voices.load(voices.standard(language))
    return Cast(voice=chosen, note=" ".join([*broken, *_notes(chosen, names)]))


def _notes(chosen: Voice, names: list[str]) -> Iterator[str]:
    if chosen.id == names[-1] and len(names) > 1:
        yield _better(names[:-1])
    elif chosen.licence.commercial != "yes" and len(names) > 1:
        terms = f"{chosen.licence.name}; commercial use: {chosen.licence.commercial}"
        yield f"The voice “{chosen.id}” speaks ({terms})."


def _better(names: list[str]) -> str:
    """How to get a better voice than the system's: the first that needs nothing but its files, else the first."""
    wanted = [each for each in map(_read, names) if isinstance(each, Voice)]
    ready = next(
        (each for each in wanted if not table.lacks(each.engine) and all(file.url for file in each.files)), None
    )
    name = ready.id if ready else names[0]
    return f"The system's plain voice speaks. For a natural one: mettavox voices install {name}"


def _check_language(voice: Voice, language: str) -> None:
    if voice.language != "*" and not voices.speaks(voice, language):
        raise VoiceError(
            f"The voice “{voice.id}” speaks “{voice.language}”, not “{language}”.",
            hint="Choose one of that language from “mettavox voices list”.",
        )


def _check_installed(voice: Voice) -> None:
    for lack, hint in _lacks(voice):
        raise VoiceError(f"The voice “{voice.id}” cannot speak here: {lack}.", hint=hint)
