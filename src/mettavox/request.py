"""What a person asks for, checked: the one thing that every face hands to a maker."""

from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path

from mettavox.person import Listener, Target

CLOSINGS = ("return", "day", "work", "sleep")
ANCHORS = (
    "choose", "heart", "belly", "hands", "arms", "cheek", "object", "contact", "sound", "none",
)  # fmt: skip
TOUCHING = ("choose", "heart", "belly", "hands", "arms", "cheek")
"""The anchors that ask for touch; with any other, no line does."""

BEDS = ("soft", "none")


@dataclass(frozen=True, kw_only=True)
class Request:
    """One track: a script, for whom, how long, in which voice. ``asked`` names what was set by hand."""

    script: str
    seconds: Fraction | None = None
    listener: Listener = field(default_factory=Listener)
    target: Target = field(default_factory=Target)
    voice: str = "calm"
    bed: str = "soft"
    closing: str = "return"
    anchor: str = "choose"
    breath: str = ""
    language: str = "en"
    include: frozenset[str] = frozenset()
    scripts: Path | None = None
    asked: frozenset[str] = field(default_factory=frozenset)
