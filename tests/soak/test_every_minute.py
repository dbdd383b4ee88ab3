"""Every script of every language at every whole minute it can last: as long as asked, and no line missing.

METTAVOX_SOAK_MINUTES=1,5,20 takes only these minutes. Run it with ``pytest -m soak -n 2 tests/soak``.
"""

import os
from fractions import Fraction
from pathlib import Path

import pytest

from mettavox import assets, phrasebook, prepare, source
from mettavox.prepare import RATE
from mettavox.render import render
from mettavox.request import Request
from mettavox.script import Line
from mettavox.spoken import Settings
from oracles import frames_by_ffmpeg, frames_by_soundfile, meter

pytestmark = pytest.mark.soak


def every_minute() -> list[tuple[str, str, int]]:
    """Language, script and minutes; the long ones first, so that two workers end together."""
    only = {int(number) for number in os.environ.get("METTAVOX_SOAK_MINUTES", "").split(",") if number}
    found = []
    every = [(language, name) for language in phrasebook.languages() for name in source.ids(language)]
    for language, name in every:
        bounds = source.load(name, language).head.minutes
        shortest, longest = -(-bounds.shortest // 1), bounds.longest // 1
        found += [
            (language, name, number) for number in range(int(shortest), int(longest) + 1) if not only or number in only
        ]
    return sorted(found, key=lambda each: (-each[2], each))


@pytest.fixture(scope="session")
def shared_cache(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Most lines are in every length; each worker keeps its own."""
    return tmp_path_factory.mktemp("clips")


@pytest.mark.parametrize("asked_for", every_minute(), ids=lambda each: "{}-{}-{}".format(*each))
def test_the_track_is_whole(
    asked_for: tuple[str, str, int], tmp_path: Path, shared_cache: Path, monkeypatch: pytest.MonkeyPatch
):
    """Its length by two decoders is within a millisecond; its own check of lines, pauses, level and peak passed."""
    language, script, minutes = asked_for
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(shared_cache))
    path = tmp_path / "track.mp3"
    prepared = prepare.prepare(Request(script=script, language=language, seconds=Fraction(60 * minutes)))
    track = render(prepared, path, settings=Settings(workers=1))
    asked = minutes * 60 * RATE
    try:
        assert abs(frames_by_soundfile(path) - asked) <= RATE // 1000
        assert abs(frames_by_ffmpeg(path) - asked) <= RATE // 1000
        read = meter(path)
        assert read.lufs == pytest.approx(-16, abs=0.5)
        assert read.dbtp <= -1
        spoken = [place for place in track.timeline.placements if isinstance(place.sound, Line)]
        print(f"{language}/{script} {minutes}:00: {len(spoken)} lines, {read.lufs:.2f} LUFS, {read.dbtp:.2f} dBTP")
        assert len(spoken) >= 5
    finally:
        path.unlink()
