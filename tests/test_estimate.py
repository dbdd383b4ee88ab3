"""The estimate is near enough for previews, and to tell a whole clip from a cut one."""

import sys

import numpy as np
import pytest

from mettavox import estimate, prepare, source, voices
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.request import Request
from mettavox.shape import shaped
from mettavox.voice import Pace


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("", 0),
        ("… — !", 0),
        ("May", 1),
        ("loved", 1),
        ("peace", 1),
        ("gentle", 2),
        ("breathing", 2),
        ("May you be safe.", 4),
        ("José, don’t worry", 5),
    ],
)
def test_syllables_of_plain_words(text: str, count: int):
    """English as the scripts have it."""
    assert estimate.syllables(text) == count


@pytest.mark.parametrize("word", ["hmm", "Ng", "Nguyễn", "Мая", "美雪", "Łšž"])
def test_every_word_counts(word: str):
    """A name in any script takes some time."""
    assert estimate.syllables(word) >= 1


def test_a_longer_line_is_never_shorter():
    """Adding words adds time."""
    pace = Pace(per_line=0.2, per_syllable=0.25)
    words = ["May", "you", "be", "safe", "and", "at", "ease", "wherever", "you", "are"]
    times = [estimate.seconds(" ".join(words[:count]), pace) for count in range(1, len(words) + 1)]
    assert times == sorted(times)
    assert len(set(times)) == len(times)


@pytest.mark.parametrize(
    ("text", "count"),
    [
        ("Que esté en paz", 5), ("Puedes parar cuando quieras", 8), ("la respiración", 5), ("guía", 2), ("aire", 2),
        ("tierra", 2), ("país", 2), ("oí", 2), ("aéreo", 4), ("guitarra", 3), ("muy", 1), ("y", 1), ("ciudad", 2),
        ("ya", 1), ("apoya", 3), ("ayuda", 3), ("voy", 1),
    ],
)  # fmt: skip
def test_spanish_syllables_are_counted_as_written(text: str, count: int):
    """Diphthongs are one, an accent parts them, and u is mute after q and g."""
    assert estimate.syllables(text, "es") == count


def test_pace_is_a_straight_line():
    """So much for a line and so much for each syllable."""
    assert estimate.seconds("May you be safe", Pace(per_line=0.5, per_syllable=0.25)) == pytest.approx(1.5)


@pytest.mark.skipif(sys.platform != "linux", reason="the pace of “calm” is measured on Linux")
@pytest.mark.parametrize(("name", "language"), [("system", "en"), ("system-es", "es")])
def test_the_calm_voice_keeps_its_pace(name: str, language: str):
    """Over the bundled scripts: within 5 % in all, and within a fifth for nine lines in ten."""
    voice = voices.load(name)
    requests = [Request(script=script, language=language) for script in source.ids(language)]
    lines = list({line.spoken for request in requests for line in prepare.prepare(request).script.lines()})[::3]
    process = EngineProcess(table.target(voice.engine), voice)
    try:
        clips = [shaped(process.speak(text, within=30), voice.shaping) for text in lines]
    finally:
        process.close()
    took = np.array([len(clip.samples) / clip.rate for clip in clips])
    guessed = np.array([estimate.seconds(text, voice.pace, language) for text in lines])
    off = np.abs(took / guessed - 1)
    assert took.sum() == pytest.approx(guessed.sum(), rel=0.05)
    assert np.quantile(off, 0.9) < 0.20, (
        f"nine in ten are within {np.quantile(off, 0.9):.0%}, the worst {off.max():.0%}"
    )
