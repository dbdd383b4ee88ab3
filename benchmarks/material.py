"""What the three contestants share: lines and their places, the mix as samples, a bed; made beforehand, not timed.

Run as ``python benchmarks/material.py MINUTES BED FOLDER``; it leaves ``material.json``, ``mix.pcm``
and, with a bed, ``bed.wav`` in the folder.
"""

import json
import sys
import wave
from dataclasses import dataclass, field
from fractions import Fraction
from pathlib import Path
from typing import Any

SCRIPT, NAME = "steady", "Maya"
SCRIPTS = Path(__file__).resolve().parent / "scripts"
_BLOCK_SECONDS = 10
_BED_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Material:
    """Texts as they are spoken, by place; ``starts`` and ``seconds`` in seconds from the track's start."""

    texts: list[str]
    starts: list[float]
    seconds: float
    settings: dict[str, Any] = field(default_factory=dict)
    rate: int
    bitrate_kbps: int
    ffmpeg: str

    @property
    def distinct(self) -> list[str]:
        """Every text once, in the order of its first place."""
        return list(dict.fromkeys(self.texts))


def read(folder: Path) -> Material:
    """The material in a folder that ``make`` has filled."""
    return Material(**json.loads((folder / "material.json").read_text("utf-8")))


def make(minutes: int, bed: str, folder: Path) -> None:
    """Render the benchmark's track once, and keep what went into it."""
    from mettavox.codecs import ffmpeg
    from mettavox.script import Line

    prepared = _prepared(minutes, bed)
    mixer, timeline = _mixed(prepared, folder / "made-beforehand.mp3")
    _write_mix(mixer, timeline.frames, folder / "mix.pcm")
    if bed != "none":
        _write_bed(folder / "bed.wav", ffmpeg.RATE)
    spoken = [(place.sound.spoken, place.start) for place in timeline.placements if isinstance(place.sound, Line)]
    facts = {
        "texts": [text for text, _ in spoken],
        "starts": [start / timeline.rate for _, start in spoken],
        "seconds": timeline.frames / timeline.rate,
        "settings": dict(prepared.voice.settings),
        "rate": ffmpeg.RATE,
        "bitrate_kbps": ffmpeg.BITRATE_KBPS,
        "ffmpeg": str(ffmpeg.find()),
    }
    (folder / "material.json").write_text(json.dumps(facts), "utf-8")


def _prepared(minutes: int, bed: str) -> Any:
    from mettavox.person import Listener, personal_word
    from mettavox.prepare import prepare
    from mettavox.request import Request

    listener = Listener(name=personal_word(NAME, "", option="--name"))
    return prepare(Request(script=SCRIPT, seconds=Fraction(minutes * 60), listener=listener, bed=bed, scripts=SCRIPTS))


def _mixed(prepared: Any, path: Path) -> tuple[Any, Any]:
    """The mixer of a whole render, and its timeline.

    The renderer is watched rather than repeated, so that this stays true when its stages change.
    """
    from mettavox import render

    made: list[Any] = []

    class Watched(render.Mixer):  # type: ignore[misc, name-defined]
        def __init__(self, *arguments: Any, **named: Any) -> None:
            super().__init__(*arguments, **named)
            made.append(self)

    render.Mixer = Watched  # type: ignore[attr-defined]
    track = render.render(prepared, path, replace=True, settings=render.Settings(lint=False, only_audio=True))
    return made[-1], track.timeline


def _write_mix(mixer: Any, frames: int, path: Path) -> None:
    """The samples that the encoder is given: 16-bit stereo, LAME's own gain made up for."""
    import numpy as np

    from mettavox.codecs.ffmpeg import BITRATE_KBPS, LAME_GAINS_DB, RATE

    made_up, full_scale = np.float32(10 ** (-LAME_GAINS_DB[BITRATE_KBPS] / 20)), np.float32(32767)
    with path.open("wb") as file:
        for start in range(0, frames, RATE * _BLOCK_SECONDS):
            block = mixer.between(start, min(start + RATE * _BLOCK_SECONDS, frames))
            file.write(np.clip(np.rint(block * made_up * full_scale), -32768, 32767).astype("<i2").tobytes())


def _write_bed(path: Path, rate: int) -> None:
    """A minute of stereo noise, a little steeper than pink, as a file that someone might have downloaded."""
    import numpy as np

    dice = np.random.default_rng(1)
    hertz = np.maximum(np.fft.rfftfreq(_BED_SECONDS * rate, 1 / rate), 20.0)
    channels = [np.fft.irfft(np.exp(2j * np.pi * dice.random(len(hertz))) * hertz**-0.6) for _ in range(2)]
    loop = np.stack(channels, axis=1)
    samples = (loop / np.abs(loop).max() * 16384).astype("<i2")
    with wave.open(str(path), "wb") as file:
        file.setnchannels(2)
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(samples.tobytes())


if __name__ == "__main__":
    make(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))
