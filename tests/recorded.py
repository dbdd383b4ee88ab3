"""A recorded voice made of generated sound, and recordings as a person would make them."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from pathlib import Path

import numpy as np
import soundfile
import soxr

from mettavox import assets, estimate, takes, voices
from mettavox.engines import table
from mettavox.engines.hum import HumEngine
from mettavox.engines.process import EngineProcess
from mettavox.matching import UNHURRIED, Wanted
from mettavox.recording import LOUDNESS_LUFS
from mettavox.shape import shaped
from mettavox.takes import RATE, Take
from mettavox.voice import Pace, Voice
from oracles import speechlike

PROFILE = """\
label = "Own voice"
language = "en"
engine = "recorded"
[pace]
per_line = 0.1
per_syllable = 0.2
[licence]
name = "your own recording"
commercial = "yes"
"""


@cache
def hummed(text: str) -> np.ndarray:
    """A text hummed at RATE, as 16-bit samples, without the quiet around it; to be read only."""
    engine = HumEngine()
    clip = engine.speak(text)
    samples = np.frombuffer(clip.pcm, dtype="<i2").astype(np.float64)
    there = np.flatnonzero(np.abs(samples) > 30)
    samples = np.pad(samples[there[0] : there[-1] + 1], round(0.02 * clip.rate))
    times = np.arange(round(len(samples) * RATE / clip.rate)) * clip.rate / RATE
    hummed = np.interp(times, np.arange(len(samples)), samples).astype(np.int16)
    hummed.flags.writeable = False
    return hummed


def keep(name: str, sounds: Mapping[str, np.ndarray | tuple[np.ndarray, tuple[tuple[int, int], ...]]]) -> Voice:
    """A recorded voice in the user's own folder, with that sound for each text; with its gaps, if there are any."""
    folder = voices.folder(name)
    folder.mkdir(parents=True)
    found = {}
    for text, sound in sounds.items():
        samples, gaps = sound if isinstance(sound, tuple) else (sound, ())
        key = takes.key(text)
        soundfile.write(str(folder / f"{key}.flac"), samples, RATE, subtype="PCM_16")
        found[key] = Take(
            file=f"{key}.flac",
            seconds=len(samples) / RATE,
            lufs=LOUDNESS_LUFS,
            sha256=takes.digest(samples),
            gaps=gaps,
            text=text,
        )
    (folder / takes.INDEX).write_text(takes.index("en", found))
    (assets.own_folder("voices") / f"{name}.toml").write_text(PROFILE)
    return voices.load(name)


def spoken(text: str, *, seed: int | None = None, pace: Pace = UNHURRIED, level: float = 0.5) -> np.ndarray:
    """A voice that says as much as ``text`` has: float32 at RATE, always the same for one text."""
    seconds = estimate.seconds(text, pace)
    sound = speechlike(seconds + 0.15, RATE, seed=sum(map(ord, text)) if seed is None else seed)
    there = np.flatnonzero(np.abs(sound) > 1e-3)
    return level * sound[there[0] : there[-1] + 1] / np.abs(sound).max()


def cough(seed: int, seconds: float = 0.25) -> np.ndarray:
    """A burst of noise."""
    dice = np.random.default_rng(seed)
    length = round(seconds * RATE)
    time = np.arange(length)
    rise = np.minimum(1, time / 200)
    return (0.2 * dice.standard_normal(length) * np.exp(-time / (0.07 * RATE)) * rise).astype(np.float32)


def quiet(seconds: float) -> np.ndarray:
    """Nothing, for so long."""
    return np.zeros(round(seconds * RATE), dtype=np.float32)


@dataclass
class Session:
    """Someone reads lines into one long recording."""

    say: Callable[[str], np.ndarray] = spoken
    pause: float = 1.4
    room_db: float = -75.0
    parts: list[np.ndarray] = field(default_factory=lambda: [quiet(1.5)])
    places: dict[str, tuple[float, float]] = field(default_factory=dict)

    def sound(self, sound: np.ndarray) -> tuple[float, float]:
        """Sound, then a pause; from when to when it was heard."""
        start = sum(map(len, self.parts)) / RATE
        self.parts += [sound, quiet(self.pause)]
        return start, start + len(sound) / RATE

    def line(self, text: str) -> None:
        """A line; with a second of quiet at each slot."""
        whole = [self.say(part) for part in takes.pieces(text) if part]
        gaps = [quiet(1.0)] * (len(whole) - 1)
        joined = [each for pair in zip(whole, [*gaps, quiet(0)], strict=True) for each in pair]
        self.places[text] = self.sound(np.concatenate(joined))

    def samples(self) -> np.ndarray:
        """The whole recording, with the noise of its room, float32 at RATE."""
        whole = np.concatenate(self.parts)
        dice = np.random.default_rng(1)
        return (whole + dice.standard_normal(len(whole)) * 10 ** (self.room_db / 20)).astype(np.float32)

    def pcm(self) -> np.ndarray:
        """The same, 16-bit."""
        return np.rint(self.samples() * 32767).clip(-32768, 32767).astype(np.int16)


def written(path: Path, samples: np.ndarray, rate: int = RATE) -> Path:
    """Samples in a file."""
    soundfile.write(str(path), samples, rate, subtype="PCM_16")
    return path


def wanted(texts: Sequence[str]) -> list[Wanted]:
    """What to look for."""
    return [Wanted(text=text) for text in texts]


class Reader:
    """Someone who reads aloud, by eSpeak. What was read once is known: the same words in the same way are one sound."""

    def __init__(self, voice: str = "system") -> None:
        self._voice = voice
        self._processes: dict[tuple[float, int], EngineProcess] = {}
        self._said: dict[tuple[str, float, int], np.ndarray] = {}

    def __call__(self, text: str, *, faster: float = 1.0, higher: int = 0) -> np.ndarray:
        """The text as float32 at RATE, trimmed; to be read only."""
        way = text, faster, higher
        if way not in self._said:
            self._said[way] = self._speak(*way)
            self._said[way].flags.writeable = False
        return self._said[way]

    def _speak(self, text: str, faster: float, higher: int) -> np.ndarray:
        voice = voices.load(self._voice)
        if (faster, higher) not in self._processes:
            settings = dict(voice.settings)
            settings["rate"] = round(float(settings["rate"]) * faster)
            settings["pitch"] = int(settings.get("pitch", 50)) + higher
            changed = replace(voice, settings=settings)
            self._processes[faster, higher] = EngineProcess(table.target(voice.engine), changed)
        clip = shaped(self._processes[faster, higher].speak(text, within=30), voice.shaping)
        return 0.8 * soxr.resample(clip.samples, clip.rate, RATE)

    def close(self) -> None:
        """End it."""
        for process in self._processes.values():
            process.close()
