"""What people write: pyttsx3 in a loop, pydub to put the pieces together, one export.

Run as ``python benchmarks/naive.py FOLDER… [--bed] [--loudness]``. It says the same lines at the same
times as mettavox, in a track of the same length, and tells how many lines it lost. For a track each in several
folders it stays one process, so that Python and its imports start once.
"""

import argparse
import os
import warnings
from functools import cache
from pathlib import Path
from typing import Any

import espeak
import material
from material import Material

_TARGET_LUFS = -16.0
_BED_DB = -20.0


def speak(texts: list[str], settings: dict[str, Any], folder: Path) -> list[Path]:
    """One file for each line, said again wherever it comes again."""
    engine = _engine()
    for key, value in settings.items():
        engine.setProperty(key, value)
    paths = []
    for place, text in enumerate(texts):
        path = folder / f"naive-{place}.wav"
        path.unlink(missing_ok=True)  # of an earlier run
        engine.save_to_file(text, str(path))
        engine.runAndWait()
        paths.append(path)
    return paths


@cache
def _engine() -> Any:
    """The engine, which stays open: closed and opened again, eSpeak hangs."""
    espeak.preload()
    import pyttsx3

    return pyttsx3.init()


def assemble(made: Material, paths: list[Path]) -> tuple[Any, int]:
    """The voice track, and how many lines are missing from it."""
    from pydub import AudioSegment

    track, lost = AudioSegment.silent(0, frame_rate=made.rate), 0
    for start, path in zip(made.starts, paths, strict=True):
        track += AudioSegment.silent(max(0, round(start * 1000) - len(track)), frame_rate=made.rate)
        line = _loaded(path, made.rate)
        if line is None:
            lost += 1
        else:
            track += line
    track += AudioSegment.silent(max(0, round(made.seconds * 1000) - len(track)), frame_rate=made.rate)
    return track, lost


def _loaded(path: Path, rate: int) -> Any:
    """The sound in a file, or None: pyttsx3 sometimes writes nothing, and says nothing."""
    from pydub import AudioSegment

    try:
        line = AudioSegment.from_wav(str(path)).set_frame_rate(rate)
    except Exception:  # whatever it is, the line is not there
        return None
    return line if len(line) else None


def with_bed(track: Any, path: Path) -> Any:
    """The track over a loop of noise, in stereo."""
    from pydub import AudioSegment

    return track.set_channels(2).overlay(AudioSegment.from_wav(str(path)) + _BED_DB, loop=True)


def levelled(track: Any, rate: int) -> Any:
    """The track at the target loudness, by pyloudnorm."""
    import numpy as np
    import pyloudnorm  # type: ignore[import-untyped, import-not-found, unused-ignore]

    samples = np.array(track.get_array_of_samples()).reshape(-1, track.channels) / 32768
    return track.apply_gain(_TARGET_LUFS - pyloudnorm.Meter(rate).integrated_loudness(samples))


def make(made: Material, folder: Path, *, bed: bool, loudness: bool) -> int:
    """Leave ``naive.mp3`` in the folder; gives how many lines were lost."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # pydub misses an ffmpeg on the path; it is told of one below
        from pydub import AudioSegment

    AudioSegment.converter = made.ffmpeg
    track, lost = assemble(made, speak(made.texts, made.settings, folder))
    if bed:
        track = with_bed(track, folder / "bed.wav")
    if loudness:
        track = levelled(track, made.rate)
    track.export(
        str(folder / "naive.mp3"), format="mp3", bitrate=f"{made.bitrate_kbps}k", parameters=["-ar", str(made.rate)]
    ).close()
    return lost


def main() -> None:
    """Read the arguments, make the track, tell the lines that were lost."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--bed", action="store_true")
    parser.add_argument("--loudness", action="store_true")
    chosen = parser.parse_args()
    lost = 0
    for folder in chosen.folders:
        lost += make(material.read(folder), folder, bed=chosen.bed, loudness=chosen.loudness)
    print(f"lost {lost}", flush=True)
    os._exit(0)  # eSpeak hangs or crashes when it is closed in Python's way


if __name__ == "__main__":
    main()
