"""Samples: a bed, the bell or a breath tone as a file of its own, to hear it before it lies under a voice."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from mettavox import bells, credits, output, phrasebook, sounds
from mettavox.codecs import encode
from mettavox.errors import RequestError
from mettavox.mix import Mixer, Stem
from mettavox.phrasebook import Pattern
from mettavox.script import Bell
from mettavox.suggest import nearest
from mettavox.tags import Tags
from mettavox.timeline import Placement, Timeline, Tone
from mettavox.units import frames

RATE = 48_000
LOUDNESS_LUFS = -23.0
"""All samples are so loud: a bed at its place under a voice would hardly be heard alone."""
BED_SECONDS = 60.0
SHORTEST_SECONDS, LONGEST_SECONDS = 1.0, 3 * 3600.0

BELL = "bowl"
_TONE = "tone-"
_FADES = (2.0, 3.0)


@dataclass(frozen=True, kw_only=True)
class Sound:
    """A sound that can be heard alone: its name, its kind ("bed", "bell" or "tone") and what it is like.

    ``seconds`` is how long it lasts, and 0 for a bed, which is endless.
    """

    name: str
    kind: str
    about: str
    seconds: float


def every() -> list[Sound]:
    """Every sound there is: beds, the bell, and a tone for each breath that is paced."""
    tones = [
        Sound(
            name=_TONE + pattern.id, kind="tone", about=pattern.label, seconds=sum(secs for _, secs in _phases(pattern))
        )
        for pattern in _patterns().values()
    ]
    about = "a struck bowl, tuned to the A under middle C, that rings and fades"
    return [
        *(Sound(name=name, kind="bed", about=about, seconds=0.0) for name, about in sounds.BEDS.items()),
        Sound(name=BELL, kind="bell", about=about, seconds=bells.SECONDS),
        *tones,
    ]


def make(name: str, path: Path, *, seconds: float | None = None, replace: bool = False) -> float:
    """Leave the sound ``name`` at ``path``, in the format that its ending says; gives its seconds.

    ``seconds`` is for a bed alone. Raises RequestError, CodecError or OutputError; nothing is left behind then.
    """
    sound = _found(name)
    kind = path.suffix.lower().removeprefix(".")
    if kind not in encode.FORMATS:
        raise RequestError(
            f"“{path.name}” does not end in {', '.join('.' + each for each in encode.FORMATS)}.",
            hint=f"Write -o {name}.wav",
        )
    length = _length(sound, seconds)
    output.check(path, replace=replace)
    encode.check(kind, rate=RATE)  # rather now than after the making
    timeline, mixer = _mixed(sound, length)
    with output.whole_file(path, replace=replace) as (_, scratch):
        encode.track(kind, mixer.blocks(), timeline.frames, scratch, _tags(sound), rate=RATE, alike=mixer.is_alike)
    return timeline.frames / RATE


def _found(name: str) -> Sound:
    known = {sound.name: sound for sound in every()}
    if name not in known:
        raise RequestError(f"There is no sound “{name[:40]}”.", hint=nearest(name, known, "Sounds"))
    return known[name]


def _length(sound: Sound, seconds: float | None) -> float:
    if seconds is None:
        return sound.seconds or BED_SECONDS
    if sound.seconds:
        raise RequestError(
            f"“{sound.name}” lasts {sound.seconds:g} s, no more and no less.", hint="Only a bed has any length."
        )
    if not SHORTEST_SECONDS <= seconds <= LONGEST_SECONDS:
        raise RequestError(
            f"A sample lasts from {SHORTEST_SECONDS:g} s to {LONGEST_SECONDS / 3600:g} hours, not {seconds:g} s.",
            hint="A minute shows what a bed is like.",
        )
    return seconds


def _mixed(sound: Sound, seconds: float) -> tuple[Timeline, Mixer]:
    length = frames(seconds, RATE)
    placements: tuple[Placement, ...] = ()
    tones: tuple[Tone, ...] = ()
    if sound.kind == "bell":
        placements = (Placement(sound=Bell(), start=0, frames=length, section=0),)
    elif sound.kind == "tone":
        tones = tuple(_laid(_patterns()[sound.name.removeprefix(_TONE)]))
    timeline = Timeline(
        rate=RATE, frames=length, placements=placements, silences=(), chapters=(), spaciousness=0.0, tones=tones
    )
    stem: Stem = {Bell(): bells.bowl(RATE, LOUDNESS_LUFS)} if sound.kind == "bell" else {}
    bed = sounds.bed(sound.name, RATE, LOUDNESS_LUFS) if sound.kind == "bed" else None
    return timeline, Mixer(timeline, stem, bed, fades=_FADES, tones_lufs=LOUDNESS_LUFS)


def _patterns() -> Mapping[str, Pattern]:
    """The breaths that are paced, by their names; they are the same in every language."""
    return {name: pattern for name, pattern in phrasebook.load("en").patterns.items() if pattern.cycles}


def _phases(pattern: Pattern) -> Iterator[tuple[str, float]]:
    """One breath, or as many as it takes until all are alike."""
    for cycle in pattern.cycles:
        yield from cycle


def _laid(pattern: Pattern) -> Iterator[Tone]:
    at = 0
    for phase, seconds in _phases(pattern):
        yield Tone(phase=phase, start=at, frames=frames(seconds, RATE))
        at += frames(seconds, RATE)


def _tags(sound: Sound) -> Tags:
    return Tags(
        title=f"{sound.name} ({sound.kind})",
        artist=credits.ARTIST,
        album="Sounds",
        genre="Ambient",
        year=credits.year(),
        language="en",
        comment=f"Made in code. {credits.MADE_WITH}",
    )
