"""A voice: which engine speaks, with what settings, under what licence, from which files."""

import hashlib
import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from mettavox.errors import VoiceError

_SLOWEST_SECONDS = 10.0

ALPHABETS = ("ipa", "espeak", "respell")
"""How an engine takes the sounds of a word: as IPA, in eSpeak's mnemonics, or not at all, so that it is respelled."""

PERMISSIONS = ("yes", "no", "unknown")
"""Whether a voice may be used commercially, and whether its files may be passed on."""

_THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
PAUSES = (0.5, 2.0)


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
class VoiceFile:
    """A file that a voice needs: its name, size in bytes, SHA-256, and where it can be had, if that is known."""

    path: str
    bytes: int
    sha256: str
    url: str = ""

    def __post_init__(self) -> None:
        plain_name = self.path and all(letter.isalnum() or letter in "-_." for letter in self.path)
        if not plain_name or self.path.startswith("."):
            raise VoiceError(f"A file of a voice has the name {self.path!r}.", hint="Give a name without a folder.")
        if not isinstance(self.bytes, int) or self.bytes < 1:
            raise VoiceError(f"The size of {self.path} is no number of bytes.", hint="Write bytes = 114199011.")
        if len(self.sha256) != 64 or set(self.sha256) - set("0123456789abcdef"):  # noqa: PLR2004
            raise VoiceError(f"The SHA-256 of {self.path} is not 64 hexadecimal digits.", hint="See sha256sum FILE.")
        if self.url and not is_safe(self.url):
            raise VoiceError(f"The address of {self.path} does not begin with https://.", hint="Give a safe address.")


def is_safe(url: str) -> bool:
    """Whether what comes from an address cannot be changed on its way: https, or this machine itself."""
    try:
        parts = urlsplit(url)
        host = parts.hostname
    except ValueError:
        return False
    return bool(host) and (parts.scheme == "https" or (parts.scheme == "http" and host in _THIS_MACHINE))


@dataclass(frozen=True, kw_only=True)
class Licence:
    """Under what terms a voice speaks: in short, the engine's, the weights', and those of the recordings behind it."""

    name: str = "unknown"
    commercial: str = "unknown"
    weights: str = ""
    training_data: str = ""
    attribution: str = ""
    share_alike: bool = False
    redistribute: str = "unknown"

    def __post_init__(self) -> None:
        for name in ("commercial", "redistribute"):
            if getattr(self, name) not in PERMISSIONS:
                raise VoiceError(f"“{name}” is {getattr(self, name)!r}.", hint=f"It takes {', '.join(PERMISSIONS)}.")


@dataclass(frozen=True, kw_only=True)
class Check:
    """A sentence that tells whether a voice speaks as it should, and how many seconds it takes, trimmed; 0 is any."""

    sentence: str = ""
    shortest: float = 0.0
    longest: float = 0.0

    def __post_init__(self) -> None:
        if not 0 <= self.shortest <= self.longest <= _SLOWEST_SECONDS * 3 or (self.longest and not self.sentence):
            raise VoiceError(
                "[check] needs a sentence, and a shortest and a longest length in seconds, in that order.",
                hint='Write sentence = "May you be well.", shortest = 1.0 and longest = 2.5.',
            )


@dataclass(frozen=True, kw_only=True)
class Voice:
    """A profile. ``settings`` are the engine's own (voice id, rate, pitch …) for this platform.

    ``engine_at_least`` is the lowest version of the engine's package, such as “0.5”, or empty.
    ``folder`` is where its ``files`` lie when they are installed. ``alphabet`` overrules the engine's own.
    ``speed`` is the predicted seconds of work for a second of speech on one core, ``quality`` the predicted
    naturalness from 1 to 5; 0 is unknown. An empty ``platforms`` is all of them. ``pauses`` multiplies the
    pauses that are preferred, within the bounds that each has; over 1, fewer words fit and more quiet.
    """

    id: str
    label: str
    language: str
    engine: str
    settings: dict[str, str | int | float] = field(default_factory=dict)
    pace: Pace
    shaping: Shaping = Shaping()
    licence: Licence = Licence()
    check: Check = Check()
    engine_at_least: str = ""
    gender: str = ""
    alphabet: str = ""
    speed: float = 0.0
    quality: float = 0.0
    pauses: float = 1.0
    platforms: tuple[str, ...] = ()
    files: tuple[VoiceFile, ...] = ()
    folder: str = ""

    def __post_init__(self) -> None:
        if not PAUSES[0] <= self.pauses <= PAUSES[1]:
            raise VoiceError(
                f"“pauses” is {self.pauses:g}.", hint=f"Write a number from {PAUSES[0]:g} to {PAUSES[1]:g}."
            )

    @cached_property
    def fingerprint(self) -> str:
        """The hash of all of the profile but the folder that its files lie in, 64 hexadecimal digits."""
        kept = {key: value for key, value in self.plain().items() if key != "folder"}
        return hashlib.sha256(json.dumps(kept, sort_keys=True, default=str).encode()).hexdigest()

    def plain(self) -> dict[str, Any]:
        """As plain data, to travel to a worker."""
        return asdict(self)

    @classmethod
    def from_plain(cls, plain: Mapping[str, Any]) -> "Voice":
        """The voice that ``plain`` gave."""
        return cls(
            **{
                **plain,
                "pace": Pace(**plain["pace"]),
                "shaping": Shaping(**plain["shaping"]),
                "licence": Licence(**plain["licence"]),
                "check": Check(**plain["check"]),
                "platforms": tuple(plain["platforms"]),
                "files": tuple(VoiceFile(**each) for each in plain["files"]),
            }
        )
