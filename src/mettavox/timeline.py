"""Every sound, silence and chapter of a track at an exact frame."""

from dataclasses import dataclass

from mettavox.script import Bell, Line


@dataclass(frozen=True, kw_only=True)
class Placement:
    """A sound that starts at frame ``start`` and lasts ``frames``; ``section`` counts chapters from 0."""

    sound: Line | Bell
    start: int
    frames: int
    section: int

    @property
    def end(self) -> int:
        """The first frame after the sound."""
        return self.start + self.frames


@dataclass(frozen=True, kw_only=True)
class Silence:
    """An unbroken stretch without sound, and the bounds that it had to stay within, in frames."""

    start: int
    frames: int
    shortest: int
    longest: int


@dataclass(frozen=True, kw_only=True)
class Tone:
    """The guide of one phase of a paced breath (in, top, hold, out or rest); it sounds under a cue as well."""

    phase: str
    start: int
    frames: int

    @property
    def end(self) -> int:
        """The first frame after the phase."""
        return self.start + self.frames


@dataclass(frozen=True, kw_only=True)
class Chapter:
    """A section's title and the frame at which it begins."""

    title: str
    start: int


@dataclass(frozen=True, kw_only=True)
class Timeline:
    """A track before there is any sound: ``frames`` long at ``rate`` hertz.

    ``spaciousness`` is the one number that set every pause: -1 is shortest, 0 preferred, +1 longest.
    ``left_out`` holds the titles of the sections for which there was no room. ``tones`` lie in the
    silences and under the cues of paced breaths; silences are where nothing is said and no bell rings.
    """

    rate: int
    frames: int
    placements: tuple[Placement, ...]
    silences: tuple[Silence, ...]
    chapters: tuple[Chapter, ...]
    spaciousness: float
    left_out: tuple[str, ...] = ()
    tones: tuple[Tone, ...] = ()

    @property
    def spoken_frames(self) -> int:
        """How many frames hold speech."""
        return sum(place.frames for place in self.placements if isinstance(place.sound, Line))
