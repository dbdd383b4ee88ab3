"""Words with two readings: on every engine each is said as its line wants it."""

import sys
import tomllib
from pathlib import Path

import front_ends
import pytest

from mettavox.pronunciation import Pronouncer

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="the front ends are asked through eSpeak's library")

LINES = tomllib.loads((Path(__file__).parent / "homographs.toml").read_text(encoding="utf-8"))["line"]


def misread(heard: list[str]) -> list[str]:
    """The lines that are nearer to the other reading."""
    return [
        f"{line['text']}: {said}"
        for line, said in zip(LINES, heard, strict=True)
        if front_ends.distance(line["ipa"], said) >= front_ends.distance(line["not"], said)
    ]


@pytest.mark.parametrize("name", front_ends.ENGLISH)
def test_every_reading_is_right(name: str) -> None:
    """With the bundled lexicon, in American and in British English."""
    engine, alphabet, ask = front_ends.ENGLISH[name]
    pronouncer = Pronouncer("en", alphabet, engine)
    assert misread(ask([pronouncer.engine_text(line["text"]) for line in LINES])) == []


@pytest.mark.parametrize("name", front_ends.ENGLISH)
def test_the_lexicon_is_needed(name: str) -> None:
    """By itself every front end misreads a third of them; were it none, the entries could go."""
    _, _, ask = front_ends.ENGLISH[name]
    assert len(misread(ask([line["text"] for line in LINES]))) > len(LINES) // 4
