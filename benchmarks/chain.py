"""Measures the voice chain: how even the lines become, what becomes of S sounds and vowels, and what it costs.

Run as ``.venv/bin/python benchmarks/chain.py [--voice amy …] [--packs FOLDER]``. Speaks every line of a standard
loving-kindness and paced-breathing track in each voice, and holds the clips before the chain against those after it.
"""

import argparse
import time
from collections.abc import Iterable, Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

import listening
from mettavox import casting, level
from mettavox.chain import RUMBLE_HZ, processed
from mettavox.filters import above, filtered, high_pass
from mettavox.loudness import Samples
from mettavox.prepare import RATE, plan, prepare
from mettavox.request import Request
from mettavox.script import Line
from mettavox.shape import Shaped, shaped
from mettavox.stem import voice_stem
from mettavox.timeline import Placement, Timeline
from mettavox.voice import Voice

VOICES = ("hfc", "amy", "kristin", "system")
SCRIPTS = ("loving-kindness", "paced-breathing")
ACX_LUFS, ACX_DBTP = -18.0, -4.0
_GAP_SECONDS = 3
# Above, 10 ms are an S from 25 % of the power on, where they are loud enough, and a vowel under 2 %.
_TOP = above(4500, 6000)
_S_SHARE, _S_UNDER_DB, _VOWEL_SHARE, _LOUD_DB = 0.25, -25.0, 0.02, -30.0

Powers = NDArray[np.float64]
Clips = Mapping[Line, Shaped]


@dataclass(frozen=True, kw_only=True)
class Figures:
    """``before`` and ``after``: the farthest lines from the median and the deviation, in LU. Changes are in dB.

    ``pumping`` is the widest range of gains within a line where there is no S.
    """

    lines: int
    before: tuple[float, float, float]
    after: tuple[float, float, float]
    sibilants: float
    vowels: float
    pumping: float
    acx_rms: float
    cpu_ms_a_second: float


def measure(voice: Voice) -> Figures:
    """The figures of one voice."""
    clips = spoken(voice)
    began = time.process_time()
    after = processed(dict(clips))
    cost = time.process_time() - began
    each = [_line(clips[line], after[line]) for line in clips]
    return Figures(
        lines=len(clips),
        before=_spread(clips.values()),
        after=_spread(after.values()),
        sibilants=10 * np.log10(sum(line[0] for line in each) / sum(line[1] for line in each)),
        vowels=min(line[2] for line in each),
        pumping=max(line[3] for line in each),
        acx_rms=_rms(after),
        cpu_ms_a_second=1000 * cost / sum(len(clip.samples) / clip.rate for clip in clips.values()),
    )


def spoken(voice: Voice) -> dict[Line, Shaped]:
    """The distinct lines of standard tracks as clips that are ready for the chain."""
    timelines = [plan(prepare(Request(script=name, voice="hum"))) for name in SCRIPTS]
    places = [place.sound for timeline in timelines for place in timeline.placements]
    lines = list(dict.fromkeys(sound for sound in places if isinstance(sound, Line)))
    with closing(casting.speech(voice, casting.pronouncer(voice).engine_text)) as speech:
        speech.speak(lines)
        return {line: shaped(speech.clip(line), voice.shaping) for line in lines}


def _spread(clips: Iterable[Shaped]) -> tuple[float, float, float]:
    levels = np.array([level.of(clip.samples, clip.rate) for clip in clips])
    off = levels - np.median(levels)
    return float(off.min()), float(off.max()), float(off.std())


def _line(before: Shaped, after: Shaped) -> tuple[float, float, float, float]:
    """The energy of S sounds after and before, the worst change of a vowel, and the range of the other gains."""
    rate = before.rate
    clean = filtered(before.samples, rate, high_pass(RUMBLE_HZ))
    was, now = _powers(clean, rate), _powers(after.samples, rate)
    high, high_now = (_powers(filtered(each, rate, _TOP), rate) for each in (clean, after.samples))
    loud = was.max() * 10 ** (_LOUD_DB / 10)
    sharp = (high > _S_SHARE * was) & (high > was.max() * 10 ** (_S_UNDER_DB / 10))
    vowel = (was > loud) & (high < _VOWEL_SHARE * was)
    change = 10 * np.log10(now / was)
    gain = float(np.median(change[vowel]))
    calm = change[vowel][1:-1] - gain  # the edges are faded once more
    # The line's own gain is no part of what the de-esser does.
    return float(high_now[sharp].sum() / 10 ** (gain / 10)), float(high[sharp].sum()), calm.min(), float(np.ptp(calm))


def _powers(samples: Samples, rate: int) -> Powers:
    size = rate // 100
    cells = samples[: len(samples) // size * size].reshape(-1, size).astype(np.float64)
    return np.asarray(np.square(cells).mean(axis=1) + 1e-12)


def _rms(clips: Clips) -> float:
    """The RMS in dBFS of all that is spoken, in a stem as ACX asks for it."""
    places, at = [], 0
    for line, clip in clips.items():
        places.append(Placement(sound=line, start=at, frames=clip.frames_at(RATE), section=0))
        at += clip.frames_at(RATE) + _GAP_SECONDS * RATE
    empty = Timeline(rate=RATE, frames=at, placements=(), silences=(), chapters=(), spaciousness=0.0)
    timeline = replace(empty, placements=tuple(places))
    stem = voice_stem(timeline, dict(clips), loudness_lufs=ACX_LUFS, ceiling_dbtp=ACX_DBTP)
    whole = np.concatenate(list(stem.clips.values())) / 32768
    return float(10 * np.log10(np.square(whole).mean()))


def figures_table(every: Iterable[tuple[str, Figures]]) -> str:
    """Every voice's figures, as Markdown."""
    rows = [
        f"| voice | lines | LU off | after | S dB | vowels dB | gains dB | RMS at {ACX_LUFS:.0f} LUFS | CPU ms/s |",
        "|---|--:|---|---|--:|--:|--:|--:|--:|",
    ]
    for name, one in every:
        before, after = (f"{low:+.1f} to {high:+.1f}, sd {sd:.2f}" for low, high, sd in (one.before, one.after))
        rows.append(
            f"| {name} | {one.lines} | {before} | {after} | {one.sibilants:.1f} | {one.vowels:.2f} "
            f"| {one.pumping:.2f} | {one.acx_rms:.1f} | {one.cpu_ms_a_second:.1f} |"
        )
    return "\n".join(rows)


def main() -> None:
    """Measure every voice and print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--voice", nargs="+", default=list(VOICES), help=" ".join(VOICES))
    parser.add_argument("--packs", type=Path, help="a folder of voices' folders; where mettavox installs them")
    asked = parser.parse_args()
    print(figures_table((name, measure(listening.profile(name, asked.packs))) for name in asked.voice))


if __name__ == "__main__":
    main()
