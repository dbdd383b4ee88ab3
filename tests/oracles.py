"""Second opinions: tools that know sound and MP3 independently of mettavox, and sounds to ask them about.

ffmpeg comes from pip (imageio-ffmpeg). mpg123, mp3val and mp3guessenc come from the system: a test
that needs one is skipped where it is missing, unless METTAVOX_REQUIRE_ORACLES=1 says that mp3val and
mpg123 have to be there.
"""

import os
import re
import shutil
import subprocess
import time
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np
import pytest
import soundfile
from imageio_ffmpeg import get_ffmpeg_exe

from mettavox.audio import Clip
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.timeline import Chapter, Placement, Silence, Timeline

TESTS = Path(__file__).parent
REQUIRED = ("mp3val", "mpg123")


def program(name: str) -> str:
    """Where a tool of the system is; the test is skipped, or fails, without it."""
    found = shutil.which(name)
    if found:
        return found
    if name in REQUIRED and os.environ.get("METTAVOX_REQUIRE_ORACLES") == "1":
        pytest.fail(f"{name} is not installed, and METTAVOX_REQUIRE_ORACLES=1")
    pytest.skip(f"{name} is not installed")


def _output(*command: str | Path) -> bytes:
    return subprocess.run(command, capture_output=True, check=True, stdin=subprocess.DEVNULL).stdout


# Decoders. Metadata durations are wrong even for perfect files, so what is decoded is counted.


def by_soundfile(path: Path) -> np.ndarray:
    """The sound as libsndfile decodes it: float32, shape (frames, channels)."""
    return soundfile.read(str(path), dtype="float32", always_2d=True)[0]


def by_ffmpeg(path: Path) -> np.ndarray:
    """The sound as ffmpeg decodes it: float32, shape (frames, 2)."""
    raw = _output(get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "f32le", "-")
    return np.frombuffer(raw, dtype="<f4").reshape(-1, 2)


def lengths_by_ffmpeg(paths: Sequence[Path]) -> list[int]:
    """How many frames ffmpeg decodes of each file, in one run."""
    with TemporaryDirectory() as folder:
        outputs = [Path(folder) / f"{place}.raw" for place in range(len(paths))]
        inputs = [word for path in paths for word in ("-i", str(path))]
        mapped = [word for n, out in enumerate(outputs) for word in ("-map", f"{n}:a", "-f", "s16le", str(out))]
        _output(get_ffmpeg_exe(), "-v", "error", *inputs, *mapped)
        return [out.stat().st_size // 4 for out in outputs]


def by_mpg123(path: Path) -> np.ndarray:
    """The sound as mpg123 decodes it: float32, shape (frames, 2)."""
    raw = _output(program("mpg123"), "-q", "-s", "-e", "f32", path)
    return np.frombuffer(raw, dtype="<f4").reshape(-1, 2)


def frames_by_soundfile(path: Path) -> int:
    """How many frames libsndfile decodes, counted block by block."""
    with soundfile.SoundFile(str(path)) as file:
        return sum(len(block) for block in file.blocks(1 << 18))


def frames_by_ffmpeg(path: Path) -> int:
    """How many stereo frames ffmpeg decodes, counted as they come."""
    command = [get_ffmpeg_exe(), "-v", "error", "-nostdin", "-i", str(path), "-f", "s16le", "-"]
    with subprocess.Popen(command, stdout=subprocess.PIPE) as process:
        assert process.stdout is not None
        size = 0
        while data := process.stdout.read(1 << 20):
            size += len(data)
    assert process.returncode == 0
    return size // 4


# Meters


@dataclass(frozen=True, kw_only=True)
class Meter:
    """What ffmpeg's ebur128 reads: integrated loudness in LUFS, true peak in dBTP."""

    lufs: float
    dbtp: float


def meter(path: Path) -> Meter:
    """A file's loudness and true peak by ffmpeg; a mono file counts as sounding in both channels."""
    graph = "apad=pad_dur=0.5,ebur128=metadata=1:peak=true:dualmono=true,ametadata=print:file=-"
    said = _output(get_ffmpeg_exe(), "-v", "error", "-i", path, "-af", graph, "-f", "null", "-").decode()
    lufs = re.findall(r"lavfi\.r128\.I=(\S+)", said)[-1]
    peaks = re.findall(r"lavfi\.r128\.true_peaks_ch\d=(\S+)", said)[-2:]
    return Meter(lufs=float(lufs), dbtp=20 * float(np.log10(max(map(float, peaks)) or 1e-9)))


def metered(samples: np.ndarray, rate: int) -> Meter:
    """The loudness and true peak of samples by ffmpeg."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / "sound.wav"
        soundfile.write(str(path), samples, rate, subtype="FLOAT")
        return meter(path)


# Validators


def complaints_of_mp3val(path: Path) -> list[str]:
    """What mp3val finds wrong with a file."""
    said = _output(program("mp3val"), path).decode("utf-8", "replace")
    return [line for line in said.splitlines() if line.startswith(("WARNING", "ERROR"))]


def said_by_mp3guessenc(path: Path) -> dict[str, str]:
    """What mp3guessenc reads from the LAME tag and the frames, by its own labels."""
    run = subprocess.run([program("mp3guessenc"), path], capture_output=True, check=False)
    pairs = re.findall(r"^[\s\[]*([A-Za-z][^:\n]*?)\s*: +([^\n\]]+)", run.stdout.decode("utf-8", "replace"), re.M)
    return {label: value.strip() for label, value in reversed(pairs)}


# Processes


def processes_naming(text: str) -> list[int]:
    """The live processes with that text in their command line."""
    found = []
    for entry in Path("/proc").iterdir():
        if entry.name.isdigit():
            try:
                words = (entry / "cmdline").read_bytes().decode("utf-8", "replace")
            except OSError:
                continue
            if text in words:
                found.append(int(entry.name))
    return found


def wait_until(holds: Callable[[], bool], within: float = 60) -> bool:
    """Whether it came to hold within so many seconds."""
    end = time.monotonic() + within
    while time.monotonic() < end:
        if holds():
            return True
        time.sleep(0.01)
    return False


# Sounds to ask about


def speechlike(seconds: float, rate: int, seed: int = 0) -> np.ndarray:
    """A voice that says nothing: syllables of voiced and hissed sound with gaps, as float32 in [-1, 1]."""
    dice = np.random.default_rng(seed)
    out = np.zeros(round(seconds * rate))
    at = round(0.05 * rate)
    while True:
        length = round(dice.uniform(0.1, 0.35) * rate)
        if at + length > len(out) - round(0.06 * rate):
            break
        time = np.arange(length) / rate
        pitch = dice.uniform(95, 150)
        tone = sum(
            np.sin(2 * np.pi * pitch * k * time + dice.uniform(0, 6)) / k**0.8
            for k in range(1, min(24, int(rate / 2 / pitch)))
        )
        hiss = np.diff(dice.standard_normal(length), prepend=0) * (0.6 if dice.random() < 0.3 else 0.02)
        out[at : at + length] = (tone + hiss) * np.hanning(length) * dice.uniform(0.3, 1)
        at += length + round(dice.choice([0.01, 0.05, 0.3]) * rate)
    spectrum = np.fft.rfft(out)
    spectrum[round(0.8 * len(spectrum)) :] = 0  # nothing close to half the rate, where meters differ
    out = np.fft.irfft(spectrum, len(out))
    return (0.4 * out / max(np.abs(out).max(), 1e-9)).astype(np.float32)


def tone(hertz: float, seconds: float, rate: int, level_db: float = 0.0, phase: float = 0.0) -> np.ndarray:
    """A sine of that peak level, as float32."""
    time = np.arange(round(seconds * rate)) / rate
    return (10 ** (level_db / 20) * np.sin(2 * np.pi * hertz * time + phase)).astype(np.float32)


def clip_of(samples: np.ndarray, rate: int) -> Clip:
    """Samples in [-1, 1] as an engine would give them."""
    return Clip(pcm=np.rint(np.clip(samples, -1, 1) * 32767).astype("<i2").tobytes(), rate=rate)


def line(number: int, text: str = "May all be well.", *, personal: bool = False) -> Line:
    """A line of a script."""
    return Line(text=text, spoken=text, number=number, personal=personal)


def laid(clips: Mapping[Line, Shaped], gaps: Sequence[float], rate: int, order: Iterable[Line] = ()) -> Timeline:
    """The clips one after another: before the first, between two and after the last so many seconds of silence."""
    placements, silences, at = [], [], 0
    sounds = list(order) or list(clips)
    for place, gap in enumerate(gaps):
        length = round(gap * rate)
        silences.append(Silence(start=at, frames=length, shortest=0, longest=length))
        at += length
        if place < len(sounds):
            sound = sounds[place]
            frames = clips[sound].frames_at(rate)
            placements.append(Placement(sound=sound, start=at, frames=frames, section=0))
            at += frames
    assert len(placements) == len(sounds)
    return Timeline(
        rate=rate,
        frames=at,
        placements=tuple(placements),
        silences=tuple(silences),
        chapters=(Chapter(title="All", start=0),),
        spaciousness=0.0,
    )
