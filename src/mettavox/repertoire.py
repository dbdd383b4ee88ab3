"""Repertoire: every voice that there is, with what a person has to know before choosing, installing or removing one."""

from collections.abc import Iterator
from dataclasses import dataclass

from mettavox import casting, tuning, voices, voicestore
from mettavox.engines import table
from mettavox.voice import Voice


@dataclass(frozen=True, kw_only=True)
class Listed:
    """A voice: whether it is the one that “calm” means in its language, was tuned, and has begun to be installed.

    ``lack`` is what keeps it from speaking here, in words that end a sentence, or nothing; ``package`` what pip has to
    be asked for first, or nothing.
    """

    voice: Voice
    is_calm: bool
    is_tuned: bool
    is_begun: bool
    lack: str
    package: str

    @property
    def is_here(self) -> bool:
        """Whether it can speak."""
        return not self.lack

    @property
    def bytes(self) -> int:
        """How large its files are, all together; 0 for a voice that has none."""
        return sum(file.bytes for file in self.voice.files)

    @property
    def bytes_to_come(self) -> int:
        """How much of them is not here yet."""
        return sum(file.bytes for file in voices.missing(self.voice))

    @property
    def times_real_time(self) -> float:
        """How many times as fast it speaks as it is heard, on one core; 0 where that is not known."""
        return round(1 / self.voice.speed, 1) if self.voice.speed else 0.0


def every(language: str = "") -> list[Listed]:
    """Every voice of this platform, or those that speak a language. Raises VoiceError when none speaks it."""
    if language:
        voices.standard(language)  # which says so
    shown = [voice for voice in casting.every() if not language or voices.speaks(voice, language)]
    calm = dict(_calm({voice.language for voice in shown}))
    return [_listed(voice, is_calm=calm.get(voice.language) == voice.id) for voice in shown]


def one(name: str) -> Listed:
    """The voice of that name. Raises VoiceError when there is none."""
    voice = voicestore.voice(name)
    return _listed(voice, is_calm=dict(_calm({voice.language})).get(voice.language) == voice.id)


def _calm(languages: set[str]) -> Iterator[tuple[str, str]]:
    for language in languages - {"*"}:
        yield language, casting.cast("", language).voice.id


def _listed(voice: Voice, *, is_calm: bool) -> Listed:
    return Listed(
        voice=voice,
        is_calm=is_calm,
        is_tuned=tuning.is_tuned(voice.id),
        is_begun=voicestore.unfinished(voice),
        lack=casting.lacks(voice),
        package=table.lacks(voice.engine) if table.is_known(voice.engine) else "",
    )
