"""What a file says of itself. No field ever holds a person's name, unless that was asked for."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mettavox.timeline import Chapter


@dataclass(frozen=True, kw_only=True)
class Lyric:
    """Words that are heard from frame ``start`` on."""

    text: str
    start: int


@dataclass(frozen=True, kw_only=True)
class Tags:
    """The tags of a track; ``language`` is a BCP 47 tag such as ``en``.

    ``chapters`` and ``lyrics`` lie at frames of the track, in their order; ``picture`` is a square JPEG;
    ``extra`` has what no other field is for, by its name.
    """

    title: str
    artist: str
    album: str
    genre: str
    year: int
    language: str
    comment: str
    licence: str = ""
    chapters: tuple[Chapter, ...] = ()
    lyrics: tuple[Lyric, ...] = ()
    picture: bytes = b""
    extra: Mapping[str, str] = field(default_factory=dict)
