"""Takes: a person's own recordings of lines, each found by its words."""

import hashlib
import json
import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass
from functools import cached_property
from pathlib import Path
from typing import Any

import numpy as np
import soundfile
from numpy.typing import NDArray

from mettavox import ipa
from mettavox.errors import VoiceError

RATE = 48_000
"""The rate of every take, in hertz."""

INDEX, TAKE = "index.json", ".flac"
ENGINE = "recorded"
_VERSION = 1
_KEY_DIGITS = 24
_KEY = re.compile(rf"[0-9a-f]{{{_KEY_DIGITS}}}")
_SLOT = re.compile(r"\{(?:name|target|intention)\}")
_BEFORE_MARK = re.compile(r" +(?=[,.;:!?])")
# What sounds the same is the same line, whichever word processor wrote it.
_ALIKE = str.maketrans({"’": "'", "‘": "'", "“": "", "”": "", '"': "", "–": ",", "—": ",", "…": ".", "\u00a0": " "})

Pcm = NDArray[np.int16]
Span = tuple[int, int]


def key(text: str) -> str:
    """The name of a text's take: the same words have the same, in whatever script, quotes or capitals."""
    plain = unicodedata.normalize("NFC", ipa.plain(text)).translate(_ALIKE).casefold()
    words = _BEFORE_MARK.sub("", " ".join(plain.split())).rstrip(".")
    return hashlib.sha256(words.encode()).hexdigest()[:_KEY_DIGITS]


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
    """The takes of one voice, in its folder."""

    def __init__(self, folder: Path, language: str, found: Mapping[str, Take]) -> None:
        self._folder = folder
        self.language = language
        self.found = dict(found)

    @classmethod
    def open(cls, folder: Path, *, voice: str) -> "Takes":
        """The takes in a folder. Raises VoiceError, which names the voice, when there is no index that can be read."""
        try:
            table = json.loads((folder / INDEX).read_text("utf-8"))
            found = {name: _take(entry) for name, entry in table["takes"].items()}
            return cls(folder, str(table["language"]), found)
        except (OSError, ValueError, LookupError, TypeError, AttributeError) as error:
            raise VoiceError(
                f"The recordings of “{voice}” cannot be read: {INDEX} is missing or damaged.",
                hint=f"Import them again: mettavox voices import FOLDER --voice {voice}",
            ) from error

    def __contains__(self, text: object) -> bool:
        return isinstance(text, str) and key(text) in self.found

    def take(self, text: str) -> Take:
        """What is known of the take of a text. Raises VoiceError, without the text, when there is none."""
        if text not in self:
            raise VoiceError(
                "A line is not among the recordings of this voice.",
                hint="Record it (mettavox voices sheet lists every line), or let another voice speak it: --fill calm",
            )
        return self.found[key(text)]

    def read(self, text: str) -> Pcm:
        """The samples of a text's take at RATE. Raises VoiceError when there is none, or when its file is damaged."""
        take = self.take(text)
        try:
            samples, rate = soundfile.read(str(self._folder / take.file), dtype="int16")
        except (OSError, soundfile.SoundFileError) as error:
            raise _damaged(take) from error
        if rate != RATE or samples.ndim != 1 or digest(samples) != take.sha256:
            raise _damaged(take)
        pcm: Pcm = samples
        return pcm

    @cached_property
    def lufs(self) -> float:
        """How loud the takes are: the middle one; 0 when there are none."""
        return float(np.median([take.lufs for take in self.found.values()])) if self.found else 0.0


def digest(samples: Pcm) -> str:
    """The SHA-256 of samples."""
    return hashlib.sha256(samples.astype("<i2").tobytes()).hexdigest()


def index(language: str, found: Mapping[str, Take]) -> str:
    """The text of the index that ``Takes.open`` reads."""
    table = {
        "version": _VERSION,
        "language": language,
        "rate": RATE,
        "takes": {name: asdict(take) for name, take in sorted(found.items())},
    }
    return json.dumps(table, ensure_ascii=False, indent=1) + "\n"


def files(found: Iterable[Take]) -> frozenset[str]:
    """The names of all files in the folder of those takes."""
    return frozenset({INDEX, *(take.file for take in found)})


def _take(entry: dict[str, Any]) -> Take:
    gaps = tuple((int(start), int(stop)) for start, stop in entry["gaps"])
    file = entry["file"]
    if not isinstance(file, str) or Path(file).name != file:
        raise ValueError(file)
    return Take(**{**entry, "gaps": gaps})


def _damaged(take: Take) -> VoiceError:
    return VoiceError(
        f"The recording {take.file} is missing or damaged.",
        hint="Import that line again with “mettavox voices import”.",
    )
