"""What the contestants share: lines and their places, finished clips, the mix, a bed; made beforehand, not timed.

Run as ``python benchmarks/material.py MINUTES BED FOLDER [--name NAME] [--mix]``; it leaves ``material.json`` and
``clips.npy`` in the folder; with a bed ``bed.wav`` and ``loop.npy``; with ``--mix`` ``mix.pcm``.
"""

import argparse
import json
import wave
from dataclasses import dataclass, field, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

SCRIPT, NAME, VOICE = "steady", "Maya", "system"
SCRIPTS = Path(__file__).resolve().parent / "scripts"
_BLOCK_SECONDS = 10
_BED_SECONDS = 60


@dataclass(frozen=True, kw_only=True)
class Material:
    """Texts as they are spoken, by place; ``starts`` and ``seconds`` in seconds from the track's start.

    ``pieces`` say for each place at which frame it starts, and where its clip begins and ends in ``clips.npy``: int16,
    one channel, at their final level, with what LAME takes away made up for. ``loop.npy`` is the bed in the same way,
    in two channels, to be repeated without an end; ``fades`` are the frames of its fades at both ends.
    """

    texts: list[str]
    starts: list[float]
    seconds: float
    frames: int
    pieces: list[tuple[int, int, int]]
    fades: tuple[int, int]
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


def make(minutes: int, bed: str, folder: Path, *, name: str = NAME, mix: bool = False) -> None:
    """Render the benchmark's track once, and keep what went into it."""
    from mettavox.codecs import ffmpeg
    from mettavox.codecs.mp3 import BITRATE_KBPS, RATE
    from mettavox.script import Line

    prepared = _prepared(minutes, bed, name)
    watched = _watched(prepared, folder / "made-beforehand.wav")
    timeline = watched.timeline
    if mix:
        _write_mix(watched.mixer, timeline.frames, folder / "mix.pcm")
    if bed != "none":
        _write_bed(folder / "bed.wav", RATE)
        _write_loop(watched.mixer, folder / "loop.npy")
    places = watched.named.placements
    spoken = [(place.sound.spoken, place.start) for place in places if isinstance(place.sound, Line)]
    facts = {
        "texts": [text for text, _ in spoken],
        "starts": [start / timeline.rate for _, start in spoken],
        "seconds": timeline.frames / timeline.rate,
        "frames": timeline.frames,
        "pieces": _write_clips(watched, folder / "clips.npy"),
        "fades": [round(each * timeline.rate) for each in _fades(prepared)],
        "settings": dict(prepared.voice.settings),
        "rate": RATE,
        "bitrate_kbps": BITRATE_KBPS,
        "ffmpeg": str(ffmpeg.find()),
    }
    (folder / "material.json").write_text(json.dumps(facts), "utf-8")


def mixed(minutes: int, bed: str, path: Path) -> tuple[Any, Any]:
    """The mixer and the timeline of the benchmark's track, which is rendered to ``path``."""
    watched = _watched(_prepared(minutes, bed, NAME), path)
    return watched.mixer, watched.timeline


def _prepared(minutes: int, bed: str, name: str) -> Any:
    from mettavox.person import Listener, personal_word
    from mettavox.prepare import prepare
    from mettavox.request import Request

    listener = Listener(name=personal_word(name, "", option="--name"))
    return prepare(
        Request(
            script=SCRIPT,
            seconds=Fraction(minutes * 60),
            listener=listener,
            bed=bed,
            scripts=SCRIPTS,
            voice=VOICE,
            format="wav",  # as MP3 it would be put together from parts, and no mixer would have all of it
        )
    )


def _fades(prepared: Any) -> tuple[float, float]:
    return prepared.delivery.fade_in_seconds, prepared.delivery.fade_out_seconds


@dataclass(frozen=True, kw_only=True)
class _Watched:
    """What a render gave its mixer, and the mixer; ``named`` is the track's timeline, with the words of every line."""

    mixer: Any
    timeline: Any
    stem: Any
    named: Any = None


def _watched(prepared: Any, path: Path) -> _Watched:
    """A whole render's mixer and what went into it.

    The renderer is watched rather than repeated, so that this stays true when its stages change.
    """
    from mettavox import mix
    from mettavox.render import render
    from mettavox.spoken import Settings

    made: list[_Watched] = []
    begin = mix.Mixer.__init__

    def watched(self: Any, timeline: Any, stem: Any, *others: Any, **named: Any) -> None:
        begin(self, timeline, stem, *others, **named)
        made.append(_Watched(mixer=self, timeline=timeline, stem=stem))

    mix.Mixer.__init__ = watched  # type: ignore[method-assign]
    try:
        track = render(prepared, path, replace=True, settings=Settings(lint=False, only_audio=True))
    finally:
        mix.Mixer.__init__ = begin  # type: ignore[method-assign]
    return replace(made[-1], named=track.timeline)


def _write_mix(mixer: Any, frames: int, path: Path) -> None:
    """The samples that the encoder is given: 16-bit stereo, LAME's own gain made up for."""
    from mettavox.codecs.mp3 import RATE

    with path.open("wb") as file:
        for start in range(0, frames, RATE * _BLOCK_SECONDS):
            file.write(_loud_enough(mixer.between(start, min(start + RATE * _BLOCK_SECONDS, frames))).tobytes())


def _write_clips(watched: _Watched, path: Path) -> list[tuple[int, int, int]]:
    """Every distinct clip, one after the other; gives the pieces."""
    import numpy as np

    places, parts, at = {}, [], 0
    for place in watched.timeline.placements:
        if place.sound not in places:
            clip = _loud_enough(watched.stem[place.sound] * np.float32(1 / 32768))
            places[place.sound] = at, at + len(clip)
            parts.append(clip)
            at += len(clip)
    np.save(path, np.concatenate(parts))
    return [(place.start, *places[place.sound]) for place in watched.timeline.placements]


def _write_loop(mixer: Any, path: Path) -> None:
    import numpy as np

    np.save(path, _loud_enough(mixer.background(0, mixer.period)))


def _loud_enough(block: Any) -> Any:
    """Samples in [-1, 1] as 16-bit ones, so much louder that LAME brings them to where they were."""
    import numpy as np

    from mettavox.codecs.mp3 import BITRATE_KBPS
    from mettavox.codecs.mp3encoder import LAME_GAINS_DB

    made_up, full_scale = np.float32(10 ** (-LAME_GAINS_DB[BITRATE_KBPS] / 20)), np.float32(32767)
    return np.clip(np.rint(block * made_up * full_scale), -32768, 32767).astype("<i2")


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


def main() -> None:
    """Read the arguments and make the material."""
    parser = argparse.ArgumentParser()
    parser.add_argument("minutes", type=int)
    parser.add_argument("bed")
    parser.add_argument("folder", type=Path)
    parser.add_argument("--name", default=NAME)
    parser.add_argument("--mix", action="store_true")
    chosen = parser.parse_args()
    make(chosen.minutes, chosen.bed, chosen.folder, name=chosen.name, mix=chosen.mix)


if __name__ == "__main__":
    main()
