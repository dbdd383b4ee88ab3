"""What a meditation is made of: sections of passages, each a line with its pauses."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from mettavox.errors import ScriptError

KEEP = 10
"""The importance of a section that is never dropped; others have 1 to 9."""

CORE, PLUS, PLUS_PLUS = 0, 1, 2
"""Tiers of a passage: always, when there is time, when there is plenty."""


@dataclass(frozen=True, kw_only=True)
class Pause:
    """A silence with its bounds in seconds.

    ``after_line`` is set for pauses in which the listener says the line inwardly: they last at
    least as long as the line itself and that many seconds more.
    """

    name: str
    shortest: float
    preferred: float
    longest: float
    after_line: float | None = None

    def __post_init__(self) -> None:
        if not 0 <= self.shortest <= self.preferred <= self.longest:
            raise ScriptError(
                f"The bounds of ({self.name}) are out of order: "
                f"{self.shortest:g}, {self.preferred:g}, {self.longest:g} s."
            )


# Where the figures come from: a resting breath is 3 to 5 s; 10 s after "notice" and 60 s of practice
# alone are what published compassion scripts use; letters are written in 5 to 15 minutes. The rest
# is reasoned and to be tuned by listening.
PAUSES = {
    pause.name: pause
    for pause in (
        Pause(name="beat", shortest=0.5, preferred=0.9, longest=1.5),
        Pause(name="breath", shortest=2.5, preferred=4, longest=8),
        Pause(name="phrase", shortest=3, preferred=5.5, longest=12, after_line=1.5),
        Pause(name="notice", shortest=5, preferred=9, longest=20),
        Pause(name="rest", shortest=9, preferred=17, longest=45),
        Pause(name="long", shortest=25, preferred=50, longest=150),
        Pause(name="write", shortest=60, preferred=180, longest=600),
    )
}


@dataclass(frozen=True, kw_only=True)
class Word:
    """A word that a person gave: the slot that it fills in a carrier, as it is written and as it is said."""

    slot: str
    written: str
    said: str


@dataclass(frozen=True, kw_only=True)
class Line:
    """One breath of speech: what is read in a transcript, and what the engine is given.

    ``number`` is the line of the script's file, and no part of what the line is: the same words
    elsewhere are the same line. ``personal`` is true when a person's name, or words of their own,
    are in it. ``unnamed`` is the same line without the listener's name, where it holds that.
    ``carrier`` is the text with {name}, {target} or {intention} in the place of each of its ``words``.
    ``own`` is true for a wish that a person wrote: all of it is theirs, and not only those words.
    """

    text: str
    spoken: str
    number: int = field(compare=False)
    personal: bool = False
    unnamed: "Line | None" = field(default=None, compare=False)
    carrier: str = field(default="", compare=False)
    words: tuple[Word, ...] = field(default=(), compare=False)
    own: bool = field(default=False, compare=False)


@dataclass(frozen=True, kw_only=True)
class Bell:
    """A struck bell at this place."""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """One phase of a breath: its length in seconds, and the words for it, longest first.

    No words means a phase that passes in silence. ``phase`` is one of in, top, hold, out and rest.
    """

    seconds: float
    lines: tuple[Line, ...]
    phase: str = ""


@dataclass(frozen=True, kw_only=True)
class Breath:
    """A paced breath: the cues of each cycle; from the last one on, the last cycle repeats.

    ``fewest`` and ``most`` bound how many cycles there are; the length of the track decides. A breath
    that is ``held`` in places is laid once in its section, and has words for every phase.
    """

    pattern: str
    cycles: tuple[tuple[Cue, ...], ...]
    fewest: int
    most: int
    held: bool = False


@dataclass(frozen=True, kw_only=True)
class Passage:
    """Something that sounds (or nothing) and the pauses after it; they come and go together.

    ``wish`` counts the wishes of one block from 1, and is 0 for everything else. ``rounds`` says in
    which rounds of a repeated section the passage is heard: ``every``, ``first`` or ``again``.
    """

    sound: Line | Bell | Breath | None
    pauses: tuple[Pause, ...] = ()
    tier: int = CORE
    wish: int = 0
    protected: bool = False
    rounds: str = "every"


@dataclass(frozen=True, kw_only=True)
class Section:
    """A titled part of a script, which becomes a chapter."""

    title: str
    passages: tuple[Passage, ...]
    importance: int = 5
    repeat: int = 1
    fixed: bool = False
    opt_in: str = ""

    @property
    def kept(self) -> bool:
        """Whether the section is there at any length."""
        return self.importance == KEEP


@dataclass(frozen=True, kw_only=True)
class Minutes:
    """How long a script is meant to be, in minutes."""

    shortest: float
    typical: float
    longest: float


STATUSES = ("draft", "reviewed", "approved")
LEVELS = ("", "native-reviewed", "translated", "machine-draft")


@dataclass(frozen=True, kw_only=True)
class Review:
    """How far a script's text has been reviewed, by whom and when, and the hash of what was approved.

    ``level`` says how the language was checked; a machine's draft cannot be approved.
    """

    status: str = "draft"
    level: str = ""
    reviewer: str = ""
    date: str = ""
    hash: str = ""


@dataclass(frozen=True, kw_only=True)
class Head:
    """What a script says of itself before its text."""

    id: str
    title: str
    language: str
    minutes: Minutes
    slots: tuple[str, ...] = ()
    purpose: str = ""
    sources: tuple[str, ...] = ()
    defaults: Mapping[str, str] = field(default_factory=dict)
    review: Review = Review()


@dataclass(frozen=True, kw_only=True)
class Script:
    """A meditation, filled and read, ready to be fitted to a length."""

    head: Head
    sections: tuple[Section, ...] = field(default_factory=tuple)

    def lines(self) -> tuple[Line, ...]:
        """Every line that any length of this script can speak, in order, each one once."""
        found: dict[Line, None] = {}
        for section in self.sections:
            for passage in section.passages:
                found.update(dict.fromkeys(lines_of(passage)))
        return tuple(found)


def lines_of(passage: Passage) -> tuple[Line, ...]:
    """The lines that a passage can speak: its own, or the cues of its breath."""
    if isinstance(passage.sound, Line):
        return (passage.sound,)
    if isinstance(passage.sound, Breath):
        return tuple(line for cycle in passage.sound.cycles for cue in cycle for line in cue.lines)
    return ()
