"""A script's lines are spoken as clips when their length is in question, and not before."""

from contextlib import closing
from fractions import Fraction
from pathlib import Path

import pytest

from mettavox import assets
from mettavox.errors import DurationError
from mettavox.prepare import Prepared, prepare
from mettavox.request import Request
from mettavox.spoken import Booth, Part, Settings, Spoken, spoken


@pytest.fixture(autouse=True)
def _own_cache(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """A cache of this test's own: what is spoken lies in it afterwards."""
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(tmp_path / "cache"))


def clips(cache: Path) -> list[Path]:
    return [entry for entry in cache.rglob("*") if entry.is_file()]


def said_of(prepared: Prepared) -> Spoken:
    with closing(Booth()) as booth:
        ensemble = booth.ensemble(prepared, Settings(workers=1))
        return spoken(Part.of(prepared, ensemble), ensemble, lambda stage, share: None)


@pytest.mark.parametrize("seconds", [20, 10_000])
def test_a_length_that_the_script_does_not_have_costs_no_speech(seconds: int, tmp_path: Path) -> None:
    """It is refused with a length that can be, at once, in a slow voice too: no clip is made for that."""
    asked = prepare(Request(script="loving-kindness", voice="hum", seconds=Fraction(seconds)))
    with pytest.raises(DurationError) as raised:
        said_of(asked)
    assert "Ask for --duration" in raised.value.hint
    assert not clips(tmp_path / "cache")


def test_what_was_spoken_is_kept(tmp_path: Path) -> None:
    """The other way round, so that an empty cache says something."""
    asked = prepare(Request(script="loving-kindness", voice="hum", seconds=Fraction(60)))
    assert said_of(asked).clips
    assert clips(tmp_path / "cache")
