"""Listening: a recogniser that has never seen our words understands a sample of the bundled lines.

``benchmarks/listening.py`` does the same with every line. Skipped where pocketsphinx or a voice is missing;
METTAVOX_SOAK_PACKS names a folder of voices' folders.
"""

import importlib.util
import os
import sys
from pathlib import Path

import pytest

from mettavox import voices

BENCHMARKS = Path(__file__).resolve().parents[2] / "benchmarks"
PACKS = os.environ.get("METTAVOX_SOAK_PACKS")
LINES = 40

pytestmark = [
    pytest.mark.skipif(not BENCHMARKS.is_dir(), reason="the benchmarks are in a checkout only"),
    pytest.mark.skipif(importlib.util.find_spec("pocketsphinx") is None, reason="pocketsphinx is not installed"),
]


@pytest.fixture(scope="module")
def listening():
    """The benchmark as a module."""
    sys.path.insert(0, str(BENCHMARKS))
    try:
        import listening

        return listening
    finally:
        sys.path.remove(str(BENCHMARKS))


@pytest.mark.parametrize(
    ("said", "heard"),
    [
        ("Let them be there, too.", "let them be their two"),
        ("You’re at ease; it’s enough.", "you are at ease it is enough"),
        ("You’re at ease.", "your at ease"),
        ("A colour, or a well-worn path.", "a color or a well worn path"),
        ("Some day may be like this.", "someday maybe like this"),
    ],
)
def test_what_the_ear_cannot_tell_is_no_error(listening, said, heard):
    assert listening.errors(said, heard) == 0


@pytest.mark.parametrize(
    ("said", "heard", "wrong"),
    [("May I be safe.", "may i be saved", 1), ("May I be safe.", "", 4), ("Rest.", "the rest is", 2)],
)
def test_words_left_out_put_in_and_changed_are_errors(listening, said, heard, wrong):
    assert listening.errors(said, heard) == listening.plain_errors(said, heard) == wrong


def test_every_word_can_be_written_down(listening):
    """A word that the recogniser has not got would be its error, not the voice's."""
    found = {word for line in listening.lines() for word in listening.words(line.spoken)}
    assert listening.Recogniser().unknown(sorted(found)) == []


@pytest.mark.soak
@pytest.mark.parametrize(("name", "most"), [("hfc", 20), ("amy", 28)])
def test_a_sample_is_understood(listening, name, most, tmp_path):
    """The bounds leave room for chance in forty lines; over all of them they are 15 and 20 per cent."""
    voice = listening.profile(name, Path(PACKS) if PACKS else None)
    if voices.missing(voice):
        pytest.skip(f"{name} is not installed")
    heard = listening.listen(voice, listening.sample(listening.lines(), LINES), tmp_path)
    print(listening.rates_table({name: heard}))
    assert not [each.said for each in heard if each.fault]
    assert listening.rate(heard) <= most
