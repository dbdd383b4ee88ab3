"""The sounds that mettavox makes itself, so that no licence has to be chased: every bed by its name.

Each is a circle: noise with a spectrum on the loop's own frequencies, movements of whole turns a loop,
and events that go on at the start where they pass the end. All frequencies of the pad and the drone
belong to one A, as do the bell and the breath tones, so that they can sound together.
"""

from collections.abc import Callable, Mapping
from functools import lru_cache, partial

import numpy as np
from numpy.typing import NDArray

from mettavox import bed as beds
from mettavox import noise
from mettavox.bed import LOOP_SECONDS, Loop
from mettavox.codec import Block
from mettavox.errors import RequestError
from mettavox.noise import Level, Spectra
from mettavox.suggest import nearest

BEDS: Mapping[str, str] = {
    "soft": "a soft, broadband quiet: the standard bed",
    "room": "the air of a quiet room: dark and close",
    "pink": "pink noise: even in every octave",
    "brown": "brown noise: deep, like a far waterfall",
    "rain": "steady rain with soft drops",
    "waves": "slow waves on a beach, no two alike",
    "pad": "a soft, open chord that breathes",
    "drone": "a low, steady tone with slow beats",
}
"""Each bed's name and what it is like."""

_Curve = NDArray[np.float32]

# Rain: drops a second, the bounds of their pitch and of their length, and how far they stand out.
_DROPS_A_SECOND = 45
_DROP_HZ = (1_100.0, 4_200.0)
_DROP_SECONDS = (0.003, 0.012)
_DROP_LEVEL = 3.6

# Waves: seconds from one wave's crest to the next and how high each rises; three loops of noise under them.
_WAVES_LOOPS = 3
_WAVES = (
    (8.6, 1.0), (7.2, 0.62), (9.9, 0.88), (6.7, 0.5), (8.1, 0.95), (10.3, 0.72), (7.4, 0.58), (7.0, 0.82), (6.8, 0.66),
)  # fmt: skip
_SWELL_SECONDS, _EBB_SECONDS = 2.6, 3.6
_STILL_WATER = 0.4
"""The quiet between waves, of the height of the highest."""

# Pad: hertz, strength, and turns of its breath a loop. An open fifth with a ninth: neither major nor minor.
_PAD_LOOPS = 2
_PAD_NOTES = (
    (110.0, 1.0, 2), (165.0, 0.8, 3), (220.0, 0.75, 2), (247.5, 0.32, 5), (330.0, 0.5, 3), (440.0, 0.22, 4),
)  # fmt: skip
_PAD_PARTIALS = 6
_PAD_WIDTH = 0.0028
"""How wide a partial's band is, of its frequency: some 5 cents, a small choir of players."""
_PAD_HIGHEST_HZ = 3_000.0
_PAD_TOGETHER = 0.75
_PAD_BREATH = 0.36

# Drone: hertz, strength and beat in turns a loop, over the A of 55 Hz, which itself is left out.
_DRONE_LOOPS = 2
_DRONE_PARTIALS = (
    (110.0, 1.0, 3), (165.0, 0.55, 5), (220.0, 0.6, 4), (275.0, 0.1, 7), (330.0, 0.28, 9), (440.0, 0.16, 6),
    (550.0, 0.05, 11), (660.0, 0.07, 10), (880.0, 0.03, 13),
)  # fmt: skip
_BEAT_DEPTH = 0.38


@lru_cache(maxsize=1)  # many tracks in a row have the same
def bed(name: str, rate: int, loudness_lufs: float) -> Loop:
    """The bed ``name`` at that rate and loudness: the same samples at every call. Raises RequestError for no bed."""
    if name == "soft":
        return beds.soft(rate, loudness_lufs)
    if name not in _MAKERS:
        raise RequestError(f"There is no bed “{name[:40]}”.", hint=nearest(name, BEDS, "Beds"))
    return beds.measured(_MAKERS[name](rate), rate, loudness_lufs)


def _noise(rate: int, slope: float, *, seed: int, together: float, lowest_hz: float, highest_hz: float) -> Block:
    frames = LOOP_SECONDS * rate
    level = noise.sloped(frames, rate, slope, lowest_hz=lowest_hz, highest_hz=highest_hz)
    return noise.stereo(level, frames, seed=seed, together=together)


def _rain(rate: int) -> Block:
    """A hush of far rain, and near drops on leaves: each a short ping of its own pitch, somewhere between the sides."""
    hush = _noise(rate, -0.5, seed=51, together=0.6, lowest_hz=90.0, highest_hz=6_500.0)
    hush /= hush.std()
    frames = len(hush)
    dice = np.random.RandomState(52)
    count = _DROPS_A_SECOND * LOOP_SECONDS
    starts = dice.randint(0, frames, count)
    hertz, lasting = (low * (high / low) ** dice.random_sample(count) for low, high in (_DROP_HZ, _DROP_SECONDS))
    heights = _DROP_LEVEL * dice.uniform(0, 1, count) ** 3  # many are faint, few are near
    sides = dice.uniform(-0.5, 0.5, count)
    time = np.arange(round(0.06 * rate), dtype=np.float32) / np.float32(rate)
    for start, pitch, tau, height, side in zip(starts, hertz, lasting, heights, sides, strict=True):
        ping = np.sin(np.float32(2 * np.pi * pitch) * time) * np.exp(-time / np.float32(tau))
        ping *= np.float32(height) * (1 - np.exp(-time / np.float32(0.0006)))
        pair = ping[:, None] * np.array([1 - side, 1 + side], dtype=np.float32)
        whole = min(len(pair), frames - start)
        hush[start : start + whole] += pair[:whole]
        hush[: len(pair) - whole] += pair[whole:]  # past the end it goes on at the start
    return hush


def _waves(rate: int) -> Block:
    """Two waters that rise and fall together: the body, and the foam, which comes late and lasts longer."""
    body = _noise(rate, -0.75, seed=61, together=0.6, lowest_hz=70.0, highest_hz=1_600.0)
    foam = _noise(rate, -0.15, seed=62, together=0.5, lowest_hz=500.0, highest_hz=5_000.0)
    body /= body.std()
    foam /= foam.std() * np.float32(2.2)
    height = partial(_height, late=0.0, crest=1.0)
    reach = partial(_height, late=0.9, crest=1.7)
    waves = np.empty((_WAVES_LOOPS * len(body), 2), dtype=np.float32)
    for part in range(_WAVES_LOOPS):
        time = (np.arange(len(body)) / rate).astype(np.float32) + part * LOOP_SECONDS
        here = waves[part * len(body) : (part + 1) * len(body)]
        np.multiply(body, _drawn(height, time)[:, None], out=here)
        here += foam * _drawn(reach, time)[:, None]
    return waves


def _drawn(curve: Callable[[_Curve], _Curve], time: _Curve) -> _Curve:
    """A slow curve at those times: computed a hundred times a second and drawn straight between."""
    few = np.linspace(time[0], time[-1], round((time[-1] - time[0]) * 100) + 1, dtype=np.float32)
    drawn: _Curve = np.interp(time, few, curve(few)).astype(np.float32)
    return drawn


def _height(time: _Curve, *, late: float, crest: float) -> _Curve:
    """How high the water is, in [0.1, 1.5]: each wave comes up quicker than it goes; ``crest`` over 1 sharpens it."""
    total = _WAVES_LOOPS * LOOP_SECONDS
    gaps = np.array([gap for gap, _ in _WAVES])
    crests = np.cumsum(gaps * total / gaps.sum()) - gaps[0] / 2 + late
    height = np.full(len(time), _STILL_WATER**crest, dtype=np.float32)
    for at, (_, size) in zip(crests, _WAVES, strict=True):
        away = (time - at + total / 2) % total - total / 2
        width = np.where(away < 0, _SWELL_SECONDS, _EBB_SECONDS)
        height += (1 - _STILL_WATER**crest) * size * np.exp(-0.5 * (away / width * 1.6) ** 2) ** crest
    return height


def _pad(rate: int) -> Block:
    """Each partial is a narrow band of noise, as of many instruments that are never quite together.

    After Nasca, "PADsynth algorithm" (zynaddsubfx.sourceforge.io/doc/PADsynth), with one spectrum for all notes.
    """
    seconds = _PAD_LOOPS * LOOP_SECONDS
    lines = round(_PAD_HIGHEST_HZ * seconds)
    chord: Spectra = np.zeros((2, lines), dtype=np.complex64)
    for place, (hertz, strength, turns) in enumerate(_PAD_NOTES):
        level: Level = np.zeros(lines, dtype=np.float32)
        for number in range(1, _PAD_PARTIALS + 1):
            _add_band(level, hertz * number * seconds, strength / number**1.9)
        note = noise.spectra(level, seed=71 + place, together=_PAD_TOGETHER)
        chord += _breathing(note, turns=turns, start=2.4 * place)
    return noise.loop(chord, seconds * rate)


def _add_band(level: Level, middle: float, strength: float) -> None:
    width = middle * _PAD_WIDTH / 2
    lines = np.arange(int(middle - 5 * width), int(middle + 5 * width) + 1)
    bell = np.exp(-0.5 * ((lines - middle) / width) ** 2)
    level[lines] += (strength * bell / np.sqrt(np.sum(bell**2))).astype(np.float32)


def _breathing(spectra: Spectra, *, turns: int, start: float) -> Spectra:
    """The spectra of a sound that comes and goes so often a loop: each line with a fainter one on either side."""
    side = np.complex64(_PAD_BREATH / 2 * np.exp(1j * start))
    breathing = spectra.copy()
    breathing[:, turns:] += spectra[:, :-turns] * side
    breathing[:, :-turns] += spectra[:, turns:] * np.conj(side)
    return breathing


def _drone(rate: int) -> Block:
    """Steady tones, each with a fainter one close by: the two beat, a little apart in either ear."""
    seconds = _DRONE_LOOPS * LOOP_SECONDS
    dice = np.random.RandomState(81)
    lines: Spectra = np.zeros((2, round(_DRONE_PARTIALS[-1][0] * seconds) + LOOP_SECONDS), dtype=np.complex64)
    for hertz, strength, beat in _DRONE_PARTIALS:
        line, phase = round(hertz * seconds), dice.uniform(0, 2 * np.pi)
        for channel in range(2):
            lines[channel, line] += strength * np.exp(1j * (phase + 0.5 * channel))
            turn = dice.uniform(0, 2 * np.pi)
            lines[channel, line + beat] += strength * _BEAT_DEPTH * np.exp(1j * turn)
    return noise.loop(lines, seconds * rate)


_MAKERS: Mapping[str, Callable[[int], Block]] = {
    "room": partial(_noise, slope=-0.85, seed=21, together=0.7, lowest_hz=58.0, highest_hz=1_800.0),
    "pink": partial(_noise, slope=-0.5, seed=31, together=0.6, lowest_hz=50.0, highest_hz=10_000.0),
    "brown": partial(_noise, slope=-1.0, seed=41, together=0.6, lowest_hz=60.0, highest_hz=6_000.0),
    "rain": _rain,
    "waves": _waves,
    "pad": _pad,
    "drone": _drone,
}
