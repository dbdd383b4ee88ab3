"""A rendered track keeps its promises: its length, its loudness, every line at its time, and quiet between."""

import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from functools import cached_property
from pathlib import Path

import numpy as np
import pytest
from mutagen.id3 import ID3

from mettavox import assets, beside
from mettavox.errors import OutputError, SoundError
from mettavox.mix import Mixer
from mettavox.person import Listener, Spoken, Target
from mettavox.prepare import RATE, Prepared, prepare
from mettavox.render import Track, render
from mettavox.request import Request
from mettavox.script import Line
from mettavox.spoken import Settings
from mettavox.verify import against
from oracles import (
    Meter,
    by_mpg123,
    by_soundfile,
    complaints_of_mp3val,
    frames_by_ffmpeg,
    frames_by_soundfile,
    meter,
    processes_naming,
    said_by_mp3guessenc,
)

pytestmark = pytest.mark.usefixtures("small_covers")

PEOPLE = {
    "listener": Listener(name=Spoken(written="Xochitl", said="Xochitl")),
    "target": Target(relation="friend", name=Spoken(written="Quentin", said="Quentin")),
}
REQUESTS = {
    "hum 1:30 bed": Request(script="loving-kindness", seconds=Fraction(90), voice="hum"),
    "hum 1:17.3 no bed": Request(script="supportive-touch", seconds=Fraction("77.3"), voice="hum", bed="none"),
    "hum 2:00 breaths": Request(script="paced-breathing", seconds=Fraction(120), voice="hum"),
    "calm 1:45 bed": Request(script="loving-kindness", seconds=Fraction(105), **PEOPLE),
    "calm 1:10 no bed": Request(script="supportive-touch", seconds=Fraction(70), bed="none"),
    "calm 2:00.001 breaths": Request(script="paced-breathing", seconds=Fraction("120.001")),
}
ALONE = Settings(cache=False, workers=2)


@dataclass
class Made:
    """A track, its file, and what other tools say of it."""

    prepared: Prepared
    path: Path
    track: Track

    @cached_property
    def sound(self) -> np.ndarray:
        return by_soundfile(self.path)

    @cached_property
    def meter(self) -> Meter:
        return meter(self.path)

    @property
    def with_bed(self) -> bool:
        return self.prepared.request.bed != "none"

    def level_db(self, start: int, stop: int) -> float:
        """The mean square of a range, in dB under full scale."""
        return float(10 * np.log10(max((self.sound[start:stop].astype(np.float64) ** 2).mean(), 1e-15)))


@pytest.fixture(
    scope="module",
    params=[
        pytest.param(name, marks=pytest.mark.soak if name in ("hum 1:30 bed", "hum 2:00 breaths") else [])
        for name in REQUESTS
    ],
)
def made(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Made:
    """One track of each kind; in the soak, those with the hum as well of which the calm voice has one, too."""
    path = tmp_path_factory.mktemp("made") / "track.mp3"
    prepared = prepare(REQUESTS[request.param])
    return Made(prepared, path, render(prepared, path, settings=ALONE))


# Sound


def test_it_lasts_exactly_as_long_as_asked(made: Made):
    """By two decoders, to the frame; a millisecond is 48 of them."""
    asked = round(made.prepared.seconds * RATE)
    assert frames_by_soundfile(made.path) == asked
    assert frames_by_ffmpeg(made.path) == asked
    assert made.track.timeline.frames == made.track.measured.frames == asked


def test_mpg123_gives_the_same_length(made: Made):
    """A third opinion, where it is installed."""
    assert len(by_mpg123(made.path)) == made.prepared.frames


def test_its_voice_is_at_sixteen_lufs(made: Made):
    """By ffmpeg, within half a LU; the bed lies under the gate and does not count."""
    assert made.meter.lufs == pytest.approx(-16, abs=0.5)
    assert made.track.measured.voice_lufs == pytest.approx(made.meter.lufs, abs=0.2)


def test_its_true_peak_is_under_minus_one(made: Made):
    """After the encoder; and what is told of it is true."""
    assert made.meter.dbtp <= -1
    assert made.track.measured.peak_dbtp == pytest.approx(made.meter.dbtp, abs=0.2)


def test_every_line_is_heard_at_its_time(made: Made):
    """Far above what is under it, from its start to its end."""
    for place in made.track.timeline.placements:
        if isinstance(place.sound, Line):
            assert made.level_db(place.start, place.end) > -24, f"line {place.sound.number}"
            quarter = min(RATE // 4, place.frames)
            assert made.level_db(place.start, place.start + quarter) > -34, f"the start of line {place.sound.number}"
            assert made.level_db(place.end - quarter, place.end) > -40, f"the end of line {place.sound.number}"


def test_every_pause_is_quiet(made: Made):
    """At the bed's level, or silent without one."""
    limit = -33 if made.with_bed else -80
    edge = round(0.15 * RATE)
    pauses = [each for each in made.track.timeline.silences if each.frames > 3 * edge]
    assert len(pauses) >= 5
    for pause in pauses:
        level = made.level_db(pause.start + edge, pause.start + pause.frames - edge)
        assert level < limit, f"{level:.1f} dB in the pause at {pause.start / RATE:.1f} s"


def test_lines_and_pauses_fill_the_whole_track(made: Made):
    """One after the other, from the first frame to the last."""
    timeline = made.track.timeline
    parts = sorted((each.start, each.frames) for each in (*timeline.placements, *timeline.silences) if each.frames)
    at = 0
    for start, frames in parts:
        assert start == at
        at += frames
    assert at == timeline.frames


def test_the_bed_goes_on_under_every_pause(made: Made):
    """Away from its fades it is never gone; without a bed there is none."""
    if not made.with_bed:
        pytest.skip("no bed")
    middle = made.sound[20 * RATE : -20 * RATE]
    tenths = middle[: len(middle) // 4800 * 4800].reshape(-1, 9600)
    assert 10 * np.log10((tenths.astype(np.float64) ** 2).mean(axis=1).min()) > -50


# The file


def test_mp3val_finds_nothing_wrong(made: Made):
    """In any frame or tag."""
    assert complaints_of_mp3val(made.path) == []


def test_mp3guessenc_verifies_the_tag(made: Made):
    """And reads the length that was asked for."""
    said = said_by_mp3guessenc(made.path)
    assert said["Tag verification"] == "passed"
    assert said["Length of original audio"] == f"{made.prepared.frames} samples"


def test_its_tags_say_what_it_is(made: Made):
    """The script, the voice, and that the voice is synthetic."""
    tags = ID3(made.path, translate=False)
    assert made.prepared.script.head.title in str(tags["TIT2"])
    assert "synthetic" in str(tags.getall("COMM")[0])
    assert made.prepared.voice.label in str(tags.getall("COMM")[0])
    assert str(tags["TLAN"]) == "eng"


def test_nobodys_name_is_in_the_file(made: Made):
    """DESIGN 8: names are spoken, and nowhere else."""
    data = made.path.read_bytes()
    for name in ("Xochitl", "Quentin"):
        assert name.encode() not in data
        assert name.encode("utf-16-le") not in data


def test_what_lies_beside_it_is_what_was_told(made: Made):
    """And no scratch file."""
    names = {entry.name for entry in made.path.parent.iterdir()}
    assert names == {"track.mp3", *(path.name for path in made.track.beside)}
    assert names == {"track.mp3", *(f"track{suffix}" for suffix in beside.SUFFIXES)}


# What is louder than usual

BARE = Settings(cache=False, workers=2, only_audio=True)


@pytest.mark.parametrize(
    ("bed", "under"), [("waves", 6.0), pytest.param("pad", 9.0, marks=pytest.mark.soak), ("rain", 12.0)]
)
def test_a_loud_bed_takes_nothing_from_the_voice_and_adds_no_peak(tmp_path: Path, bed: str, under: float):
    """The voice is limited a little lower where the bed adds to its peaks; the bed is no part of its loudness."""
    path = tmp_path / "loud.mp3"
    asked = Request(script="shift-reset", seconds=Fraction(45), voice="system", bed=bed, bed_under=under)
    measured = render(prepare(asked), path, settings=BARE).measured
    assert measured.voice_lufs == pytest.approx(-16, abs=0.5)
    assert meter(path).dbtp <= -1


def test_a_voice_that_cannot_be_so_loud_stays_softer_and_is_delivered(tmp_path: Path):
    """Its peaks would have to be crushed; what was measured tells it."""
    folder = assets.own_folder("profiles")
    folder.mkdir(parents=True)
    text = (assets.bundled("profiles") / "podcast.toml").read_text("utf-8")
    text = text.replace("voice_lufs = -16", "voice_lufs = -10").replace("highest_dbtp = -1", "highest_dbtp = -9")
    (folder / "crushed.toml").write_text(text, "utf-8")
    asked = Request(script="shift-reset", seconds=Fraction(45), voice="system", bed="none", profile="crushed")
    made = prepare(asked)
    measured = render(made, tmp_path / "soft.mp3", settings=BARE).measured
    assert measured.voice_lufs < -12
    assert not against(made.delivery, measured)[0].holds


# The same again


def test_the_same_request_gives_the_same_bytes(tmp_path: Path):
    """With one worker or three, with an empty cache, a full one or none."""
    asked = Request(script="supportive-touch", seconds=Fraction(60), listener=PEOPLE["listener"])
    ways = [
        Settings(cache=False, workers=1),
        Settings(cache=True, workers=3),
        Settings(cache=True, cache_names=True, workers=2),
    ]
    files = []
    for number, settings in enumerate(ways):
        path = tmp_path / f"{number}.mp3"
        render(prepare(asked), path, settings=settings)
        files.append(path.read_bytes())
    assert len(set(files)) == 1
    assert list(assets.cache_folder().rglob("*.clip")), "nothing was cached, so nothing was tried"


def test_another_name_gives_another_track_of_the_same_length(tmp_path: Path):
    """And the lines that hold no name are the same."""
    made = []
    for name in ("Ana", "Maximiliana Theodora"):
        asked = Request(
            script="loving-kindness",
            seconds=Fraction(60),
            voice="hum",
            listener=Listener(name=Spoken(written=name, said=name)),
        )
        path = tmp_path / f"{len(made)}.mp3"
        render(prepare(asked), path, settings=ALONE)
        made.append(path)
    assert made[0].read_bytes() != made[1].read_bytes()
    assert frames_by_soundfile(made[0]) == frames_by_soundfile(made[1]) == 60 * RATE


# Failing


SHORT = Request(script="supportive-touch", seconds=Fraction(60), voice="hum")


def without_a_line(mixer: Mixer, start: int, stop: int) -> np.ndarray:
    sound = between(mixer, start, stop)
    place = mixer._timeline.placements[1]
    first, last = max(start, place.start), min(stop, place.end)
    if first < last:
        sound[first - start : last - start] *= np.float32(0.01)
    return sound


def too_soft(mixer: Mixer, start: int, stop: int) -> np.ndarray:
    return between(mixer, start, stop) * np.float32(0.85)


def with_a_click(mixer: Mixer, start: int, stop: int) -> np.ndarray:
    sound = between(mixer, start, stop)
    silence = max(mixer._timeline.silences, key=lambda each: each.frames)
    at = silence.start + silence.frames // 2
    if start <= at < stop - 2000:
        sound[at - start : at - start + 2000] += 0.2
    return sound


def with_clicks(mixer: Mixer, start: int, stop: int) -> np.ndarray:
    sound = background(mixer, start, stop)
    sound[np.arange(start, stop) % (2 * RATE) < 2000] += 0.2
    return sound


between, background = Mixer.between, Mixer.background


@pytest.mark.parametrize(("spoilt", "why"), [(without_a_line, "line"), (too_soft, "LUFS"), (with_a_click, "silence")])
def test_a_track_that_does_not_pass_its_check_is_not_delivered(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, spoilt, why: str
):
    """Spoilt between the plan and the file, it is found out in the file; nothing stays behind."""
    monkeypatch.setattr(Mixer, "between", spoilt)
    if spoilt is with_a_click:  # in what is copied between the lines as well
        monkeypatch.setattr(Mixer, "background", with_clicks)
    with pytest.raises(SoundError, match=why):
        render(prepare(SHORT), tmp_path / "track.mp3", settings=ALONE)
    assert list(tmp_path.iterdir()) == []


def test_a_failed_track_leaves_the_old_one_alone(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Replacing is the last step."""
    path = tmp_path / "track.mp3"
    path.write_bytes(b"the old one")
    monkeypatch.setattr(Mixer, "between", too_soft)
    with pytest.raises(SoundError):
        render(prepare(SHORT), path, replace=True, settings=ALONE)
    assert path.read_bytes() == b"the old one"
    assert [entry.name for entry in tmp_path.iterdir()] == ["track.mp3"]


@pytest.mark.parametrize("stage", ["speaking", "encoding", "checking"])
def test_an_interruption_leaves_nothing(tmp_path: Path, stage: str):
    """Ctrl-C at any stage: no file, no process."""

    def interrupt(now: str, share: float) -> None:
        if now == stage and share > 0.1:
            raise KeyboardInterrupt

    before = set(processes_naming("mettavox.engines.worker")) | set(processes_naming("libmp3lame"))
    with pytest.raises(KeyboardInterrupt):
        render(prepare(SHORT), tmp_path / "track.mp3", settings=ALONE, progress=interrupt)
    assert list(tmp_path.iterdir()) == []
    mine = [
        number
        for number in {*processes_naming("mettavox.engines.worker"), *processes_naming("libmp3lame")} - before
        if parent(number) == os.getpid()
    ]
    assert mine == []


def parent(number: int) -> int:
    try:
        return int(Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[1])
    except OSError:
        return 0


def test_a_file_that_is_there_is_not_replaced_unasked(tmp_path: Path):
    """And it is found before the work."""
    path = tmp_path / "track.mp3"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="there already"):
        render(prepare(SHORT), path, settings=ALONE)
    assert path.read_bytes() == b"mine"


def test_progress_goes_from_stage_to_stage(tmp_path: Path):
    """Each from 0 to 1 and never back."""
    heard: list[tuple[str, float]] = []
    render(
        prepare(SHORT),
        tmp_path / "a.mp3",
        settings=ALONE,
        progress=lambda stage, share: heard.append((stage, share)),
    )
    stages = list(dict.fromkeys(stage for stage, _ in heard))
    assert stages == ["speaking", "encoding", "checking"]
    for stage in stages:
        shares = [share for now, share in heard if now == stage]
        assert shares == sorted(shares)
        assert 0 <= shares[0] <= shares[-1] <= 1


# Memory

_SCRIPT = """\
---
title: Rests
language: en
minutes: {shortest: 1, typical: 5, longest: 60}
slots: []
---
# Rest {keep}
! You can stop at any time.
"""
_MEASURE = """
import json, sys
from fractions import Fraction
from pathlib import Path
from mettavox.prepare import prepare
from mettavox.render import render
from mettavox.spoken import Settings
from mettavox.request import Request
script, minutes, out = sys.argv[1:]
asked = Request(script=script, seconds=Fraction(60 * int(minutes)), voice="hum", bed="none")
track = render(prepare(asked), Path(out), settings=Settings(lint=False, cache=False, workers=1))
# Not getrusage: what that tells counts from the peak of whoever started this process.
peak = next(int(line.split()[1]) for line in open("/proc/self/status") if line.startswith("VmHWM"))
print(json.dumps([track.measured.frames, peak]))
"""


@pytest.mark.skipif(sys.platform != "linux", reason="/proc is not there")
def test_memory_does_not_grow_with_the_track(tmp_path: Path):
    """The same lines in 5 and in 45 minutes: the same memory, within 3 MB, and little of it."""
    script = tmp_path / "rests.md"
    lines = "".join(
        f"Rest, and count to {n}.\n(2s to 140s)\n" for n in ["one", "two", "three", "four", "five", "six", "seven"]
    )
    script.write_text(_SCRIPT + lines * 3)
    used = {}
    for minutes in (5, 45):
        command = [sys.executable, "-c", _MEASURE, script, str(minutes), tmp_path / f"{minutes}.mp3"]
        run = subprocess.run(command, capture_output=True, text=True, check=True)
        frames, used[minutes] = json.loads(run.stdout)
        assert frames == minutes * 60 * RATE
    assert used[45] <= 3000 + used[5], f"{used[5]} kB for 5 minutes, {used[45]} kB for 45"
    assert used[45] <= 80_000, f"{used[45]} kB"


@pytest.fixture(scope="module", autouse=True)
def a_cache_for_the_module(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Tracks that are made once for several tests are made outside any one test's folders."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv(assets.CACHE_VARIABLE, str(tmp_path_factory.mktemp("cache")))
        yield
