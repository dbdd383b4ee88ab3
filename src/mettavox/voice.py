"""A voice: which engine speaks, with what settings, under what licence."""

from dataclasses import dataclass, field

from mettavox.errors import VoiceError

_SLOWEST_SECONDS = 10.0


@dataclass(frozen=True, kw_only=True)
class Pace:
    """How long this voice takes for one line, in seconds: a constant, and so much for each syllable and comma."""

    per_line: float
    per_syllable: float
    per_comma: float = 0.0

    def __post_init__(self) -> None:
        for length in (self.per_line, self.per_syllable, self.per_comma):
            if not isinstance(length, (int, float)) or not 0 <= length <= _SLOWEST_SECONDS:
                raise VoiceError(f"A pace of {length!r} is no number of seconds.", hint="Write it like 0.3.")


@dataclass(frozen=True, kw_only=True)
class Shaping:
    """What is done to every clip: trimming below ``trim_db`` of its peak, and a high shelf.

    ``shelf_db`` is the gain in dB well above ``shelf_hz``; 0 leaves the sound as it is.
    """

    trim_db: float = -50.0
    shelf_hz: float = 2000.0
    shelf_db: float = 0.0

    def __post_init__(self) -> None:
        for value in (self.trim_db, self.shelf_hz, self.shelf_db):
            if not isinstance(value, (int, float)):
                raise VoiceError(f"A shaping of {value!r} is no number.", hint="Write it like -50.")
        if not (-90 <= self.trim_db <= -10 and 20 <= self.shelf_hz <= 20_000 and -24 <= self.shelf_db <= 24):  # noqa: PLR2004
            raise VoiceError(
                "A shaping is out of range.", hint="trim_db -90 to -10, shelf_hz 20 to 20000, shelf_db -24 to 24."
            )


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A profile. ``settings`` are the engine's own (voice id, rate, pitch …) for this platform."""

    id: str
    label: str
    language: str
    engine: str
    settings: dict[str, str | int | float] = field(default_factory=dict)
    pace: Pace
    shaping: Shaping = Shaping()
    licence: str = "unknown"
    commercial: str = "unknown"
