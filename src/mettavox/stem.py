"""The voice stem: every clip at the track's rate, one gain for all, peaks limited, at the target loudness."""

from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np
import soxr
from numpy.typing import NDArray

from mettavox.limiter import limited
from mettavox.loudness import Energies, Samples, running_energy
from mettavox.script import Bell, Line
from mettavox.shape import Shaped
from mettavox.timeline import Timeline

VOICE_LUFS = -16.0
"""The loudness of the voice, by speech alone: pauses and the bed do not count."""
CEILING_DBTP = -2.0
"""The stem's true peak; the encoder may overshoot it, and -1 dBTP is promised."""

_CLOSE_ENOUGH_LU = 0.03
_MOST_ROUNDS = 6


@dataclass(frozen=True, kw_only=True, eq=False)
class VoiceStem:
    """The clips that a timeline places, 16-bit at its rate, and how loud they are together."""

    clips: Mapping[Line | Bell, NDArray[np.int16]]
    loudness_lufs: float


def voice_stem(timeline: Timeline, shaped: Mapping[Line, Shaped]) -> VoiceStem:
    """The stem of ``timeline``, at VOICE_LUFS by BS.1770 over the whole stem and under CEILING_DBTP.

    Limiting costs loudness, so gain and limiting are repeated until both hold.
    """
    lines = list(dict.fromkeys(place.sound for place in timeline.placements if isinstance(place.sound, Line)))
    ceiling = 10 ** (CEILING_DBTP / 20)
    gain_db = VOICE_LUFS - _loudness(timeline, {line: shaped[line].samples for line in lines}, shaped)
    done: dict[Line, Samples] = {}
    loudness = 0.0
    for _ in range(_MOST_ROUNDS):
        factor = np.float32(10 ** (gain_db / 20))
        done = {line: limited(shaped[line].samples * factor, shaped[line].rate, ceiling) for line in lines}
        loudness = _loudness(timeline, done, shaped)
        if abs(loudness - VOICE_LUFS) < _CLOSE_ENOUGH_LU:
            break
        gain_db += (VOICE_LUFS - loudness) * 1.2  # a little more, since limiting takes some of it again
    clips: dict[Line | Bell, NDArray[np.int16]] = {
        line: _at_rate(done.pop(line), shaped[line], timeline.rate) for line in lines
    }
    return VoiceStem(clips=clips, loudness_lufs=loudness)


def _loudness(timeline: Timeline, samples: Mapping[Line, Samples], shaped: Mapping[Line, Shaped]) -> float:
    energies = Energies(timeline.frames, timeline.rate)
    starts: dict[Line, list[int]] = {}
    for place in timeline.placements:
        if isinstance(place.sound, Line):
            starts.setdefault(place.sound, []).append(place.start)
    for line, places in starts.items():
        running = running_energy(samples[line], shaped[line].rate)
        for start in places:
            energies.add(running, shaped[line].rate, start)
    return energies.integrated()


def _at_rate(samples: Samples, clip: Shaped, rate: int) -> NDArray[np.int16]:
    finer = soxr.resample(samples, clip.rate, rate, quality="HQ") if clip.rate != rate else samples
    whole = np.zeros(clip.frames_at(rate), dtype=np.int16)
    length = min(len(whole), len(finer))
    whole[:length] = np.clip(np.rint(finer[:length] * 32768), -32768, 32767)
    return whole
