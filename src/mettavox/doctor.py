"""The examination: each part that a track needs is tried, not only looked for."""

import platform
import shutil
import sys
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from mettavox import (
    __version__,
    assets,
    casting,
    deliveries,
    phrasebook,
    prepare,
    source,
    speech,
    takes,
    tuning,
    voices,
)
from mettavox.codecs import encode, ffmpeg, mp3encoder
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError, MettavoxError, OutputError
from mettavox.request import Request
from mettavox.shape import shaped
from mettavox.voice import Voice

_SENTENCE = "May all be well, here and now."
_LITTLE_SPACE_BYTES = 200_000_000


@dataclass(frozen=True, kw_only=True)
class Finding:
    """One part: whether it works, and if not, the error and what to do."""

    what: str
    detail: str
    error: MettavoxError | None = None
    hint: str = ""


def examine() -> Iterator[Finding]:
    """Try each part in turn; never raises a MettavoxError."""
    yield Finding(what="mettavox", detail=f"{__version__} on Python {platform.python_version()}, {sys.platform}")
    yield _tried("scripts", _scripts)
    yield _tried("ffmpeg", lambda: ffmpeg.version(ffmpeg.find()))
    yield _tried("MP3", mp3encoder.named)
    yield _tried("formats", _formats)
    yield _tried("profiles", _profiles)
    for name in filter(_is_worth_trying, voices.names()):
        yield _tried(f"voice {name}", partial(_speaks, name))
    for language in casting.ORDER:
        yield _tried(f"calm in {language}", partial(_calm, language))
    yield _tried("cache", _cache)


def _tried(what: str, attempt: Callable[[], str]) -> Finding:
    try:
        return Finding(what=what, detail=attempt())
    except MettavoxError as error:
        return Finding(what=what, detail=error.message, error=error, hint=error.hint)


def _scripts() -> str:
    count = 0
    for language in phrasebook.languages():
        for name in source.ids(language):
            prepare.prepare(Request(script=name, language=language))
            count += 1
    return f"{count} can be read, in {', '.join(phrasebook.languages())}"


def _formats() -> str:
    for kind, form in encode.FORMATS.items():
        encode.check(kind, rate=form.rates[-1])
    return f"{', '.join(encode.FORMATS)} can be written"


def _profiles() -> str:
    return f"{', '.join(deliveries.load(name).id for name in deliveries.names())} can be used"


def _calm(language: str) -> str:
    cast = casting.cast(voices.CALM, language)
    return f"{cast.voice.id}. {cast.note}".rstrip()


def _is_worth_trying(name: str) -> bool:
    """Whether a voice is installed here, or its profile is broken."""
    try:
        return not casting.lacks(voices.load(name))
    except MettavoxError:
        return True


def _speaks(name: str) -> str:
    voice = voices.load(name)
    if voice.engine == takes.ENGINE:  # it says what was recorded, and no sentence of ours
        count = len(takes.Takes.open(Path(voice.folder), voice=name).found)
        return f"has {count} recorded line{'s' * (count != 1)}"
    sentence = voice.check.sentence or _SENTENCE
    with closing(EngineProcess(table.target(voice.engine), voice)) as process:
        clip = process.speak(sentence, within=30)
    wrong = speech.fault(clip, sentence, voice) or _unlike(voice, len(shaped(clip, voice.shaping).samples) / clip.rate)
    if wrong:
        raise EngineError(f"It speaks, but {wrong}.", hint="Choose another voice.")
    return f"speaks with {table.identity(voice.engine)}: {clip.seconds:.1f} s at {clip.rate} Hz"


def _unlike(voice: Voice, seconds: float) -> str:
    """What is wrong with the length of the voice's own sentence, in words, or nothing."""
    if not voice.check.longest or tuning.is_tuned(voice.id) or voice.check.shortest <= seconds <= voice.check.longest:
        return ""
    return f"its sentence lasts {seconds:.2f} s, and {voice.check.shortest:g} to {voice.check.longest:g} s is right"


def _cache() -> str:
    folder = assets.cache_folder()
    try:
        folder.mkdir(parents=True, exist_ok=True)
        free = shutil.disk_usage(folder).free
    except OSError as error:
        raise OutputError(
            f"{folder} cannot be used: {error.strerror}.", hint=f"Set {assets.CACHE_VARIABLE} to a folder of your own."
        ) from error
    size = sum(entry.stat().st_size for kind in ("*.clip", "*.master") for entry in folder.rglob(kind))
    if free < _LITTLE_SPACE_BYTES:
        raise OutputError(f"{folder}: only {free / 1e6:.0f} MB are free on that disk.", hint="Free some space.")
    return f"{folder}, {size / 1e6:.1f} MB of clips and masters"
