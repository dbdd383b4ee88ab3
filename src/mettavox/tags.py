"""What a file says of itself. No field ever holds a person's name."""

from dataclasses import dataclass


@dataclass(frozen=True, kw_only=True)
class Tags:
    """The tags of a track; ``language`` is a BCP 47 tag such as ``en``."""

    title: str
    artist: str
    album: str
    genre: str
    year: int
    language: str
    comment: str
