"""The hum is an honest stand-in: one tone a syllable, as long as the voice's pace says."""

from dataclasses import replace

import numpy as np
import pytest

from mettavox import estimate, voices
from mettavox.engines.hum import HumEngine
from mettavox.voice import Pace


def hummed(text: str, pace: Pace | None = None) -> np.ndarray:
    engine = HumEngine()
    voice = voices.load("hum")
    engine.open(voice if pace is None else replace(voice, pace=pace))
    return np.frombuffer(engine.speak(text).pcm, dtype="<i2").astype(float)


@pytest.mark.parametrize("text", ["Rest.", "May you be safe and at ease."])
def test_it_hums_one_tone_a_syllable(text: str):
    """Counted by the dips between them."""
    samples = np.abs(hummed(text))
    loud = samples.reshape(-1)[: len(samples) // 110 * 110].reshape(-1, 110).max(axis=1) > 0.15 * samples.max()
    assert np.count_nonzero(np.diff(loud.astype(int)) == 1) == estimate.syllables(text)


def test_it_keeps_the_pace_it_is_given():
    """Within a twentieth of a second of the estimate, and some quiet."""
    pace = Pace(per_line=0.3, per_syllable=0.31)
    text = "May you be safe and at ease."
    assert len(hummed(text, pace)) / 22_050 == pytest.approx(estimate.seconds(text, pace), abs=0.06)


def test_it_is_neither_silent_nor_clipped():
    """A level like a voice's."""
    assert 0.1 < np.abs(hummed("May you be well.")).max() / 32768 < 0.9
