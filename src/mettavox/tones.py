"""Breath tones: the guide of a paced breath, which rises with the in-breath and falls with the out-breath."""

import numpy as np
from numpy.typing import NDArray

from mettavox.loudness import k_response

LOW_HZ, HIGH_HZ = 220.0, 330.0
"""The tone rises by a fifth and falls back; an open interval with the bell, the pad and the drone."""

# A soft tone: its octave and twelfth are faint.
_PARTIALS = (1.0, 0.12, 0.035)
_HELD = 0.55
"""While the breath is held, the tone sinks to this, and is back when the out-breath begins."""
_SIP = 1.06
"""For a sip more of air the tone goes up by a semitone and comes back."""
_RESPONSE_LENGTH = 4_800


def tone(phase: str, frames: int, rate: int, loudness_lufs: float) -> NDArray[np.float32]:
    """The tone of one phase of a breath (in, top, hold, out or rest), mono, shape ``(frames,)``.

    In comes up from silence, out falls into it, and all others between join them without a step: each takes a
    whole number of turns. A rest is silent. ``loudness_lufs`` is that of its fullest moment, at the top of
    the in-breath, where it sounds in both channels.
    """
    if phase == "rest" or not frames:
        return np.zeros(frames, dtype=np.float32)
    at = np.arange(frames) / frames
    slope = 0.5 - 0.5 * np.cos(np.pi * at)  # from 0 to 1, level at both ends
    there_and_back = 0.5 - 0.5 * np.cos(2 * np.pi * at)
    span = np.log(HIGH_HZ / LOW_HZ)
    if phase == "in":
        level, bend = slope, span * (slope - 1)
    elif phase == "out":
        level, bend = 1 - slope, -span * slope
    elif phase == "top":
        level, bend = np.ones(frames), np.log(_SIP) * there_and_back
    else:
        level, bend = 1 - (1 - _HELD) * there_and_back, np.zeros(frames)
    sound = level * _amplitude(rate, loudness_lufs) * _turning(HIGH_HZ * np.exp(bend), rate)
    return sound.astype(np.float32)


def power(rate: int, loudness_lufs: float) -> float:
    """The mean square of a tone at its fullest moment."""
    return _amplitude(rate, loudness_lufs) ** 2 * sum(partial**2 for partial in _PARTIALS) / 2


def _turning(hertz: NDArray[np.float64], rate: int) -> NDArray[np.float64]:
    """The tone at those frequencies, all changed by a hair so that it ends where it began."""
    turns = np.concatenate([[0.0], np.cumsum(hertz / rate)])
    turns *= max(1, round(turns[-1])) / turns[-1]
    angle = 2 * np.pi * turns[:-1]
    sound: NDArray[np.float64] = np.zeros(len(hertz))
    for number, strength in enumerate(_PARTIALS, start=1):
        sound += strength * np.sin(number * angle)
    return sound


def _amplitude(rate: int, loudness_lufs: float) -> float:
    """That of the lowest partial at HIGH_HZ: BS.1770-5, equation 2, for a tone in both channels."""
    gains = np.abs(k_response(_RESPONSE_LENGTH, rate))
    weighted = sum(
        (strength * gains[round(HIGH_HZ * number * _RESPONSE_LENGTH / rate)]) ** 2 / 2
        for number, strength in enumerate(_PARTIALS, start=1)
    )
    return float(np.sqrt(10 ** ((loudness_lufs + 0.691) / 10) / (2 * weighted)))
