"""What a person asks for, checked: the one thing that every face hands to a maker."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from mettavox.person import Listener, Spoken, Target

CLOSINGS = ("return", "day", "work", "sleep")
ANCHORS = (
    "choose", "heart", "belly", "hands", "arms", "cheek", "object", "contact", "sound", "none",
)  # fmt: skip
TOUCHING = ("choose", "heart", "belly", "hands", "arms", "cheek")
"""The anchors that ask for touch; with any other, no line does."""

BEDS = ("soft", "room", "pink", "brown", "rain", "waves", "pad", "drone", "none")
FORMATS = ("mp3", "m4a", "opus", "flac", "wav")
COVERS = ("dark", "light", "plain", "none")
"""What lies beside a track as its picture: in two lights, without words, or not at all."""
TONES = ("plain", "warm", "sparse")
DAYS = range(1, 8)
"""A script with a week of prompts has one for each."""


@dataclass(frozen=True, kw_only=True)
class Request:
    """One track: a script, for whom, how long, in which voice.

    An empty ``voice`` is the language's own; ``fill`` speaks what a recorded voice lacks; an empty ``breath`` is
    the one that suits the listener. ``profile`` says how the track is delivered, and an empty ``bed``, or None for
    ``bed_under`` (LU under the voice), ``bells`` and ``breath_tones``, is what the profile has; ``bed`` is the name
    of one or a file's path. ``edits`` are lines of the script with other words. ``asked`` names what was set by
    hand: of the rest, a script may have defaults of its own.
    """

    script: str
    seconds: Fraction | None = None
    listener: Listener = field(default_factory=Listener)
    target: Target = field(default_factory=Target)
    voice: str = ""
    fill: str = ""
    profile: str = "podcast"
    bed: str = ""
    bed_under: float | None = None
    duck: bool = False
    pause_guard: bool = False
    bells: bool | None = None
    breath_tones: bool | None = None
    plain: bool = False
    disclose: bool = False
    format: str = "mp3"
    cover: str = "dark"
    edits: tuple[tuple[int, str], ...] = ()
    closing: str = "return"
    anchor: str = "choose"
    breath: str = ""
    tone: str = "plain"
    day: int = 1
    intention: Spoken | None = None
    wishes: tuple[str, ...] = ()
    language: str = "en"
    include: frozenset[str] = frozenset()
    scripts: Path | None = None
    asked: frozenset[str] = field(default_factory=frozenset)

    @property
    def names(self) -> tuple[Spoken | None, Spoken | None]:
        """The listener's name and the target's, where they are given."""
        return self.listener.name, self.target.name
