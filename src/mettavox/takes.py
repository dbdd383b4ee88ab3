"""Takes: a person's own recordings of lines, each found by its words."""

import hashlib
import hmac
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from math import isfinite
from pathlib import Path
from typing import TYPE_CHECKING, Any

from mettavox import ipa
from mettavox.errors import VoiceError

if TYPE_CHECKING:  # sound is large, and whoever asks which voices there are reads none
    import numpy as np
    from numpy.typing import NDArray

    Pcm = NDArray[np.int16]

RATE = 48_000
"""The rate of every take, in hertz."""

INDEX, TAKE = "index.json", ".flac"
ENGINE = "recorded"
_VERSION = 1
_SHA256_DIGITS = 64
_KEY_DIGITS = 24
_KEY = re.compile(rf"[0-9a-f]{{{_KEY_DIGITS}}}")
_SLOT = re.compile(r"\{(?:name|target|intention)\}")
_BEFORE_MARK = re.compile(r" +(?=[,.;:!?])")
# What sounds the same is the same line, whichever word processor wrote it.
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": "", "”": "", '"': "", "–": ",", "—": ",", "…": ".", "\u00a0": " "})

Span = tuple[int, int]


def key(text: str) -> str:
    """The name of a text's take: the same words have the same, in whatever script, quotes or capitals."""
    plain = unicodedata.normalize("NFC", ipa.plain(text)).translate(_ALIKE).casefold()
    words = _BEFORE_MARK.sub("", " ".join(plain.split())).rstrip(".")
    return hashlib.sha256(words.encode()).hexdigest()[:_KEY_DIGITS]


def secret(plain: str, salt: str) -> str:
    """The key of words that a person gave, made of their plain one: without the voice's ``salt`` nobody can guess it.

    A plain key says which name it is to whoever has a list of names.
    """
    return hmac.new(salt.encode(), plain.encode(), "sha256").hexdigest()[:_KEY_DIGITS]


def is_key(name: str) -> bool:
    """Whether a text can be a key, and nothing but the name of a file in its folder."""
    return _KEY.fullmatch(name) is not None


def pieces(carrier: str) -> list[str]:
    """The words of a carrier around its slots, one more than there are slots; those without a letter are empty."""
    return [part.strip() if any(map(str.isalnum, part)) else "" for part in _SLOT.split(carrier)]


def slots(carrier: str) -> list[str]:
    """The slots of a carrier, in their order, without braces."""
    return [slot.strip("{}") for slot in _SLOT.findall(carrier)]


@dataclass(frozen=True, kw_only=True)
class Take:
    """One take in its file: how long and loud it is, and the pauses for words that are put in, in frames.

    ``text`` is empty for words that a person gave, ``sha256`` that of the samples.
    """

    file: str
    seconds: float
    lufs: float
    sha256: str
    gaps: tuple[Span, ...] = ()
    text: str = ""


class Takes:
    """The takes of one voice, in its folder, by their keys; those of words that a person gave by their secret ones."""

    def __init__(
        self, folder: Path, language: str, found: Mapping[str, Take], *, voice: str = "", salt: str = ""
    ) -> None:
        self._folder = folder
        self._voice = voice
        self.language = language
        self.found = dict(found)
        self.salt = salt

    @classmethod
    def open(cls, folder: Path, *, voice: str) -> "Takes":
        """The takes in a folder. Raises VoiceError, which names the voice, when there is no index that can be read."""
        try:
            table = json.loads((folder / INDEX).read_text("utf-8"))
            found = {_checked_key(name): _take(entry) for name, entry in table["takes"].items()}
            language, salt = table["language"], table.get("salt", "")
            if not isinstance(language, str) or not isinstance(salt, str):
                raise TypeError("language")
            return cls(folder, language, found, voice=voice, salt=salt)
        except (OSError, ValueError, LookupError, TypeError, AttributeError, RecursionError) as error:
            raise VoiceError(
                f"The recordings of “{voice}” cannot be read: {INDEX} is missing or damaged.",
                hint=f"Import them again: mettavox voices import FOLDER --voice {voice}",
            ) from error

    def place(self, plain: str) -> str | None:
        """The key under which the take with that plain key is kept, or None where there is none."""
        return next((each for each in (plain, secret(plain, self.salt)) if each in self.found), None)

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and self.place(key(text)) is not None

    def take(self, text: str) -> Take:
        """What is known of the take of a text. Raises VoiceError, without the text, when there is none."""
        place = self.place(key(text))
        if place is None:
            raise VoiceError(
                "A line is not among the recordings of this voice.",
                hint="Record it (mettavox voices sheet lists every line), or let another voice speak it: --fill calm",
            )
        return self.found[place]

    def read(self, text: str) -> "Pcm":
        """The samples of a text's take at RATE. Raises VoiceError when there is none, or when its file is damaged."""
        samples = self._whole(self.take(text))
        if samples is None:
            raise VoiceError(
                f"A recording of “{self._voice}” is missing or damaged.",
                hint="Record that line again: “mettavox voices import” with --lines missing finds which one it is.",
            )
        return samples

    def is_whole(self, name: str) -> bool:
        """Whether the sound of the take with that key is there, as it was kept."""
        return self._whole(self.found[name]) is not None

    def _whole(self, take: Take) -> "Pcm | None":
        import soundfile

        try:
            samples, rate = soundfile.read(str(self._folder / take.file), dtype="int16")
        except (OSError, soundfile.SoundFileError):
            return None
        return samples if rate == RATE and samples.ndim == 1 and digest(samples) == take.sha256 else None

    @cached_property
    def lufs(self) -> float:
        """How loud the takes are: the middle one; 0 when there are none."""
        import numpy as np

        return float(np.median([take.lufs for take in self.found.values()])) if self.found else 0.0


def digest(samples: "Pcm") -> str:
    """The SHA-256 of samples."""
    return hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()


def index(language: str, found: Mapping[str, Take], salt: str = "") -> str:
    """The text of the index that ``Takes.open`` reads."""
    table = {
        "version": _VERSION,
        "language": language,
        "rate": RATE,
        "salt": salt,
        "takes": {name: asdict(take) for name, take in sorted(found.items())},
    }
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def files(found: Iterable[Take]) -> frozenset[str]:
    """The names of all files in the folder of those takes."""
    return frozenset({INDEX, *(take.file for take in found)})


def is_file(name: str) -> bool:
    """Whether a name is that of a take's file, and of none outside its folder."""
    return name.endswith(TAKE) and is_key(name.removesuffix(TAKE))


def _checked_key(name: str) -> str:
    if not is_key(name):
        raise ValueError("key")
    return name


def _take(entry: Mapping[str, Any]) -> Take:
    """The take that an entry of the index is. Raises ValueError or TypeError for one that was not written by us."""
    gaps = tuple((start, stop) for start, stop in entry["gaps"])
    take = Take(**{**entry, "gaps": gaps})
    numbers, texts = (take.seconds, take.lufs), (take.file, take.sha256, take.text)
    edges = [edge for gap in gaps for edge in gap]
    if not all(isinstance(each, (int, float)) and isfinite(each) for each in numbers):
        raise TypeError("seconds, lufs")
    if not all(isinstance(each, str) for each in texts) or not all(type(edge) is int for edge in edges):
        raise TypeError("file, sha256, text, gaps")
    inside = edges == sorted(set(edges)) and all(0 <= edge <= (take.seconds + 0.001) * RATE for edge in edges)
    if not inside or not is_file(take.file) or len(take.sha256) != _SHA256_DIGITS:
        raise ValueError("gaps, file, sha256")
    return take
