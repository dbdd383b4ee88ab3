"""Sentences to hear a voice with: ``voices/audition/LANGUAGE.toml``."""

import tomllib
from dataclasses import dataclass

from mettavox import assets
from mettavox.errors import VoiceError
from mettavox.person import Spoken
from mettavox.script import Line

_FOLDER = "audition"
_SLOT = "{name}"


@dataclass(frozen=True, kw_only=True)
class Sentences:
    """What every voice of a language is heard with; ``greeting`` has a place for a name."""

    language: str
    sentences: tuple[str, ...]
    greeting: str

    def lines(self, name: Spoken | None) -> list[Line]:
        """The lines to speak: a greeting by name, if there is one, and the sentences."""
        lines = [Line(text=text, spoken=text, number=place) for place, text in enumerate(self.sentences, start=1)]
        if name is None:
            return lines
        written, said = (self.greeting.replace(_SLOT, word) for word in (name.written, name.said))
        return [Line(text=written, spoken=said, number=0, personal=True), *lines]


def load(language: str) -> Sentences:
    """The sentences of a language. Raises VoiceError when there are none, or none that can be used."""
    tag = language.split("-", maxsplit=1)[0].lower()
    found = assets.find("voices", (_FOLDER, f"{tag}.toml")) if assets.is_plain(tag) else None
    if found is None:
        raise VoiceError(
            f"There are no sentences to hear a voice in “{language[:20]}” with.",
            hint=f"Write them into {assets.own_folder('voices') / _FOLDER}, as voices/audition/en.toml has them.",
        )
    where = f"voices/{_FOLDER}/{found.name}"
    try:
        table = tomllib.loads(found.read_text("utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VoiceError(f"{where} is not a TOML file: {error}.", hint="Compare it with the English one.") from error
    sentences, greeting = table.get("sentences"), table.get("greeting")
    if not _are_texts(sentences) or not isinstance(greeting, str) or _SLOT not in greeting:
        raise VoiceError(
            f"{where} needs sentences, and a greeting with a place for {_SLOT}.", hint="Compare it with the English."
        )
    return Sentences(language=tag, sentences=tuple(sentences or ()), greeting=greeting)


def _are_texts(value: object) -> bool:
    return (
        isinstance(value, list)
        and bool(value)
        and all(isinstance(text, str) and any(map(str.isalnum, text)) for text in value)
    )
