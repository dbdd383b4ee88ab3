"""The formats that a track can have."""

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from mettavox.errors import CodecError


@dataclass(frozen=True, kw_only=True)
class Format:
    """A kind of file: its ending with the dot, its MIME type, what a person is told, and the rates that it can have.

    ``encoder`` is ffmpeg's name for what makes it, or empty. ``bitrate_kbps`` is what mettavox encodes it with, or 0
    where there is no such choice or the profile chooses. ``chapters`` says whether chapters can be in it, and
    ``timed_lyrics`` whether its words can have their times.
    """

    kind: str
    suffix: str
    mime: str
    label: str
    rates: tuple[int, ...]
    encoder: str = ""
    bitrate_kbps: int = 0
    chapters: bool = True
    timed_lyrics: bool = False


_BOTH = (44_100, 48_000)

FORMATS: Mapping[str, Format] = MappingProxyType({
    form.kind: form
    for form in (
        Format(
            kind="mp3", suffix=".mp3", mime="audio/mpeg", label="MP3, plays everywhere", rates=_BOTH,
            encoder="libmp3lame", timed_lyrics=True,
        ),
        Format(
            kind="m4a", suffix=".m4a", mime="audio/mp4", label="AAC, smaller, for Apple's players", rates=_BOTH,
            encoder="aac", bitrate_kbps=96,
        ),
        Format(
            kind="opus", suffix=".opus", mime="audio/ogg", label="Opus, smallest", rates=(48_000,),
            encoder="libopus", bitrate_kbps=64,
        ),
        Format(kind="flac", suffix=".flac", mime="audio/flac", label="FLAC, without loss", rates=_BOTH, encoder="flac"),
        Format(
            kind="wav", suffix=".wav", mime="audio/wav", label="WAV, for editing", rates=_BOTH, timed_lyrics=True
        ),
    )
})  # fmt: skip
"""By their kind: mp3, m4a, opus, flac, wav."""


def checked(kind: str, rate: int) -> Format:
    """The format of that kind. Raises CodecError when there is none, or when it cannot have that rate."""
    form = FORMATS.get(kind)
    if form is None:
        raise CodecError(f"There is no format “{kind[:20]}”.", hint=f"Choose one of {', '.join(FORMATS)}.")
    if rate not in form.rates:
        able = [other.kind for other in FORMATS.values() if rate in other.rates]
        raise CodecError(
            f"A {form.kind} file cannot have {rate} Hz; it has {' or '.join(map(str, form.rates))} Hz.",
            hint=f"Choose a profile with another rate, or one of {', '.join(able)}."
            if able
            else "Choose a profile with another rate.",
        )
    return form
