"""An assembled track: over a noise bed the frames of a one-pass encode, over silence its pieces and exact zeros."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache
from io import BytesIO
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest

from mettavox import bells, sounds, voices
from mettavox.codecs import assembly, encode, ffmpeg, id3, lame
from mettavox.codecs.mp3 import FRAME_BYTES, FRAME_LENGTH
from mettavox.engines.hum import HumEngine
from mettavox.mix import Mixer
from mettavox.script import Bell
from mettavox.shape import shaped
from mettavox.stem import voice_stem
from mettavox.tags import Tags
from mettavox.timeline import Placement, Timeline, Tone
from mettavox.units import GRID
from oracles import by_ffmpeg, by_mpg123, by_soundfile, complaints_of_mp3val, laid, line

RATE = 48_000
TEXTS = {
    1: "May you be safe and well.",
    2: "Rest.",
    3: "Let your shoulders soften a little more, and your jaw.",
    4: "May all be well.",
}
LONG = pytest.mark.soak
"""More of what the quick run has a sample of."""
MPEG_1_STEREO_SIDE_INFO, GRANULE_BITS = 4, 59
NORMAL, START, SHORT, STOP = range(4)
LEGAL = {
    (NORMAL, NORMAL),
    (NORMAL, START),
    (START, SHORT),
    (SHORT, SHORT),
    (SHORT, STOP),
    (STOP, NORMAL),
    (STOP, START),
}


@dataclass(frozen=True)
class Both:
    """A track encoded in one pass, and assembled; as files and as MP3 frames without the first, the Info frame."""

    mixer: Mixer
    timeline: Timeline
    pieces: assembly.Pieces
    one: bytes
    two: bytes

    @property
    def plan(self) -> assembly.Plan:
        return self.pieces.plan

    @property
    def frames(self) -> tuple[np.ndarray, np.ndarray]:
        one, two = (np.frombuffer(each, np.uint8).reshape(-1, FRAME_BYTES)[1:] for each in (self.one, self.two))
        return one, two

    @property
    def in_windows(self) -> np.ndarray:
        """Which MP3 frames were encoded for this track."""
        inside = np.zeros(self.plan.count, dtype=bool)
        for window in self.plan.windows:
            inside[window.first : window.last] = True
        return inside

    def heard(self, path: Path, data: bytes) -> np.ndarray:
        path.write_bytes(data)
        return by_soundfile(path)


@cache
def track(bed: str, *, brief: bool = False, **more: float) -> Both:
    """Four lines, a bell, a paced breath; ``more`` are frames over 40 s, and what the mixer is told.

    A brief one has no bell, and its pauses are shorter: 23 s.
    """
    engine, voice = HumEngine(), voices.load("hum")
    engine.open(voice)
    clips = {line(n, text): shaped(engine.speak(text), voice.shaping) for n, text in TEXTS.items()}
    pauses = [2.0, 2.0, 1.7, 9.0, 4.0] if brief else [12.0, 2.0, 1.7, 9.0, 14.0]
    plain = laid(clips, pauses, RATE)
    plain = replace(plain, frames=plain.frames + int(more.pop("frames", 0)))
    bell = bells.bowl(RATE, -24.0)
    rung = Placement(sound=Bell(), start=RATE, frames=len(bell), section=0)
    pause = plain.silences[3]
    tones = (
        Tone(phase="in", start=pause.start + RATE, frames=3 * RATE),
        Tone(phase="out", start=pause.start + 4 * RATE, frames=3 * RATE),
    )
    placements = plain.placements if brief else (rung, *plain.placements)
    timeline = replace(plain, placements=placements, tones=tones)
    stem = {**voice_stem(plain, dict(clips)).clips, Bell(): bell}
    backdrop = None if bed == "none" else sounds.bed(bed, RATE, -37.0)
    mixer = Mixer(timeline, stem, backdrop, fades=(1.0, 2.0), **more)  # type: ignore[arg-type]
    plan = assembly.plan(mixer, timeline.frames, RATE)
    assert plan is not None
    one, two = BytesIO(), BytesIO()
    encode.mp3(blocks(mixer, timeline.frames), timeline.frames, one, b"", alike=mixer.is_alike)
    pieces = assembly.encoded(mixer, plan, timeline.frames, bitrate_kbps=128)
    assembly.write(assembly.track(pieces, timeline.frames, b"", bitrate_kbps=128), two)
    return Both(mixer, timeline, pieces, one.getvalue(), two.getvalue())


def blocks(mixer: Mixer, frames: int) -> Iterator[np.ndarray]:
    for start in range(0, frames, 2 * RATE):
        yield mixer.between(start, min(start + 2 * RATE, frames))


@pytest.mark.parametrize("bed", ["soft", pytest.param("pink", marks=LONG), "rain"])
def test_over_a_noise_bed_it_is_the_one_pass_encode(bed: str):
    """All of it, track ends, bell, breath tones and Info frame included; rain may differ in two MP3 frames."""
    made = track(bed, tones_lufs=-32.0)
    one, two = made.frames
    different = np.flatnonzero((one != two).any(axis=1))
    assert len(one) == len(two) == made.plan.count
    assert len(different) <= (2 if bed == "rain" else 0)
    assert bed == "rain" or made.one == made.two
    assert made.in_windows.mean() < 0.95


@pytest.mark.parametrize(
    "frames", [0, 575, 624, 1151, *(pytest.param(each, marks=LONG) for each in (1, 576, 623, 1152))]
)
def test_every_length_ends_as_one_pass_does(frames: int, tmp_path: Path):
    """To the frame, wherever the end falls in an MP3 frame."""
    made = track("soft", brief=True, frames=frames)
    assert len(made.plan.windows) > 1
    assert made.one == made.two
    assert len(made.heard(tmp_path / "x.mp3", made.two)) == made.timeline.frames


@pytest.mark.parametrize(
    "how", [pytest.param({"duck_lu": 7.0}, marks=LONG), {"duck_lu": 7.0, "tones_lufs": -32.0}], ids=str
)
def test_a_ducked_bed_is_encoded_wherever_it_moves(how: dict[str, float]):
    """On its way down, while it is down, and on its way up."""
    made = track("soft", **how)
    assert made.one == made.two


def test_over_silence_the_gaps_are_exact_zeros_and_each_clip_decodes_as_it_does_alone(tmp_path: Path):
    """By three decoders: between windows there is nothing, and a window is what the encoder makes of it alone."""
    made = track("none")
    _, two = made.frames
    (tmp_path / "x.mp3").write_bytes(made.two)
    for decoded in (by_soundfile, by_ffmpeg, by_mpg123):
        sound = decoded(tmp_path / "x.mp3")
        assert len(sound) == made.timeline.frames
        for first, last in gaps(made):
            assert not sound[first * FRAME_LENGTH : last * FRAME_LENGTH].any(), decoded
    for window in made.plan.windows:
        alone = replace(made.plan, windows=(window,))
        (part,) = assembly.encoded(made.mixer, alone, made.timeline.frames, bitrate_kbps=128).windows
        assert np.array_equal(part.frames, two[window.first : window.last])


@pytest.mark.skipif(not lame.is_here(), reason="ffmpeg encodes in all the other tests, too")
@pytest.mark.parametrize(("bed", "alike"), [("soft", 1.0), ("none", 0.99)])
def test_so_it_is_where_ffmpeg_encodes(bed: str, alike: float, monkeypatch: pytest.MonkeyPatch):
    """All windows in one run of it; as good where LAME is not to be had in this process."""
    monkeypatch.setenv(ffmpeg.VARIABLE, str(ffmpeg.find()))
    made = track.__wrapped__(bed, brief=True)
    one, two = made.frames
    assert len(made.plan.windows) > 1
    assert (one == two).all(axis=1).mean() >= alike


def test_over_silence_nearly_all_of_it_is_the_one_pass_encode():
    """But for the first MP3 frames of a line, in which a one-pass encoder still hears the line before."""
    made = track("none")
    one, two = made.frames
    assert (one == two).all(axis=1).mean() > 0.99


def gaps(made: Both) -> list[tuple[int, int]]:
    """MP3 frames well between two windows: a decoder's sound of one reaches into its neighbours."""
    ends = [window.last + 2 for window in made.plan.windows[:-1]]
    starts = [window.first - 1 for window in made.plan.windows[1:]]
    found = [(first, last) for first, last in zip(ends, starts, strict=True) if last > first]
    assert len(found) >= 3
    return found


@pytest.mark.parametrize(
    "bed", ["pad", "room", "drone", *(pytest.param(bed, marks=LONG) for bed in ("brown", "waves"))]
)
def test_over_any_bed_there_is_no_more_noise_than_in_one_pass(bed: str, tmp_path: Path):
    """What the encoder adds is within 1 dB of one-pass at the joins, and in all MP3 frames that are others."""
    made = track(bed)
    one, two = made.frames
    wanted = np.concatenate(list(blocks(made.mixer, made.timeline.frames)))
    noise = [
        frame_energies(made.heard(tmp_path / "x.mp3", data) - wanted, made.plan.count) for data in (made.one, made.two)
    ]
    joins = [edge for window in made.plan.windows for edge in (window.first, window.last)]
    near = sorted({min(max(0, edge + step), made.plan.count - 1) for edge in joins for step in range(-3, 4)})
    assert decibels(noise[1][near].sum() / noise[0][near].sum()) < 1
    different = (one != two).any(axis=1)
    if different.any():
        assert decibels(noise[1][different].sum() / noise[0][different].sum()) < 1


def frame_energies(sound: np.ndarray, count: int) -> np.ndarray:
    whole = np.zeros(count * FRAME_LENGTH)
    whole[: len(sound)] = np.square(sound, dtype=np.float64).sum(axis=1)
    energies: np.ndarray = whole.reshape(count, -1).sum(axis=1)
    return energies


def decibels(ratio: float) -> float:
    return float(10 * np.log10(ratio))


@pytest.mark.parametrize("bed", ["none", "soft", "pad", "room", "drone"])
def test_window_types_are_legal_at_every_cut(bed: str):
    """A long block never meets a short one without the one that leads over (ISO/IEC 11172-3, 2.4.3.4.10.3)."""
    _, two = track(bed).frames
    types = block_types(two)
    for channel in range(2):
        row = types[:, channel].tolist()
        assert {*pairwise(row)} <= LEGAL


def block_types(frames: np.ndarray) -> np.ndarray:
    """The block type of each granule and channel, shape ``(granules, 2)``, from the side information."""
    bits = np.unpackbits(frames[:, MPEG_1_STEREO_SIDE_INFO : MPEG_1_STEREO_SIDE_INFO + 32], axis=1)
    found = np.zeros((len(frames), 2, 2), dtype=np.int64)
    for granule in range(2):
        for channel in range(2):
            at = 20 + GRANULE_BITS * (2 * granule + channel) + 33  # after lengths, gain and compression
            switched, kind = bits[:, at], bits[:, at + 1] * 2 + bits[:, at + 2]
            found[:, granule, channel] = np.where(switched, kind, NORMAL)
    return found.reshape(-1, 2)


@pytest.mark.parametrize("bed", ["none", "soft", "pad"])
def test_mp3val_has_no_complaint(bed: str, tmp_path: Path):
    """Header, frames, tag."""
    tag = id3.tag(Tags(title="x", artist="", album="", genre="", year=2026, language="en", comment=""))
    (tmp_path / "x.mp3").write_bytes(tag + track(bed).two)
    assert complaints_of_mp3val(tmp_path / "x.mp3") == []


def test_a_backdrop_that_does_not_come_again_has_no_plan():
    """A bed from a file, and other rates than the one whose MP3 frames are all alike, are encoded whole."""
    made = track("soft")
    assert assembly.plan(made.mixer, made.timeline.frames, 44_100) is None
    made.mixer._bed = replace_period(made.mixer._bed)  # type: ignore[assignment, arg-type]
    try:
        assert assembly.plan(made.mixer, made.timeline.frames, RATE) is None
    finally:
        made.mixer._bed = made.mixer._bed.bed  # type: ignore[union-attr, attr-defined]


@dataclass(frozen=True)
class replace_period:  # noqa: N801 - reads as what it does
    """A bed of which nobody knows when it comes again."""

    bed: object
    period: int = 0


@pytest.mark.parametrize("frames", [1, 47, 48, 575, 576, 1151, 1152, 96_000, 123_457])
def test_lame_makes_as_many_mp3_frames_as_are_counted(frames: int):
    """For any length of sound."""
    out = BytesIO()
    encode.mp3(iter([np.zeros((frames, 2), dtype=np.float32)]), frames, out, b"")
    assert len(out.getvalue()) // FRAME_BYTES - 1 == assembly.count_of(frames)


# --- a track of which all has to be encoded ---


def in_stretches(made: Both, threads: int) -> bytes:
    out = BytesIO()
    frames = made.timeline.frames
    heard: list[float] = []
    assembly.in_stretches(made.mixer, frames, out, b"", bitrate_kbps=128, threads=threads, hear=heard.append)
    assert heard == sorted(heard)
    assert heard[-1] == 1
    return out.getvalue()


@pytest.mark.skipif(not assembly.goes_in_stretches(RATE), reason="LAME is not to be had in this process")
@pytest.mark.parametrize(
    ("bed", "length", "alike"), [("soft", 2500, 1.0), ("soft", 230, 1.0), ("none", 230, 0.99), ("pad", 230, 0.98)]
)
def test_in_stretches_it_is_the_one_pass_encode(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, *, bed: str, length: int, alike: float
):
    """Over a noise bed to the byte, wherever they are cut; else nearly, and with no more noise in what is another."""
    monkeypatch.setattr(assembly, "_SHORTEST_STRETCH", length)
    monkeypatch.setattr(assembly, "_LONGEST_STRETCH", length)
    made = track(bed)
    whole = in_stretches(made, 1)
    assert whole == in_stretches(made, 3)
    one, two = made.frames[0], np.frombuffer(whole, np.uint8).reshape(-1, FRAME_BYTES)[1:]
    different = (one != two).any(axis=1)
    assert 1 - different.mean() >= alike
    assert len(made.heard(tmp_path / "x.mp3", whole)) == made.timeline.frames
    if different.any():
        wanted = np.concatenate(list(blocks(made.mixer, made.timeline.frames)))
        noise = [
            frame_energies(made.heard(tmp_path / "x.mp3", data) - wanted, len(one))[different].sum()
            for data in (made.one, whole)
        ]
        assert decibels(noise[1] / noise[0]) < 1
    for channel in range(2):
        assert {*pairwise(block_types(two)[:, channel].tolist())} <= LEGAL


# --- pieces ---


@pytest.mark.parametrize("bed", ["none", "soft", "room"])
def test_windows_may_be_encoded_at_different_times(bed: str):
    """Some with a master, and the others for each of its tracks: the same bytes."""
    made = track(bed)
    frames = made.timeline.frames
    later = frozenset(range(0, len(made.plan.windows), 2))
    pieces = assembly.encoded(made.mixer, made.plan, frames, bitrate_kbps=128, without=later)
    assert not any(len(pieces.windows[place].frames) for place in later)
    out = BytesIO()
    pieces = assembly.completed(pieces, made.mixer, frames, later, bitrate_kbps=128)
    assembly.write(assembly.track(pieces, frames, b"", bitrate_kbps=128), out)
    assert out.getvalue() == made.two


def test_a_file_is_held_against_the_track_byte_by_byte():
    """What a disk changes, drops or adds is found, wherever it is."""
    made = track("none")
    parts = assembly.track(made.pieces, made.timeline.frames, b"tag", bitrate_kbps=128)
    out = BytesIO()
    assert assembly.write(parts, out) == hashlib.sha256(out.getvalue()).hexdigest()
    data = out.getvalue()
    assert assembly.is_in(parts, BytesIO(data))
    for place in (0, 5, len(data) // 2, len(data) - 1):
        assert not assembly.is_in(parts, BytesIO(data[:place] + bytes([data[place] ^ 1]) + data[place + 1 :]))
    assert not assembly.is_in(parts, BytesIO(data[:-1]))
    assert not assembly.is_in(parts, BytesIO(data + b"x"))


def test_a_line_that_is_said_again_on_the_grid_has_the_same_mp3_frames():
    """Those of its window alone, whatever was before; off the grid, or too long to be held, it has its own."""
    assert GRID == FRAME_LENGTH
    loud = np.random.default_rng(5).normal(0, 10_000, 30 * GRID).clip(-32768, 32767).astype(np.int16)
    noise, faint, long = line(1, "Ssh."), line(2, "Rest."), line(3, "Ssh, ssh.")
    stem = {noise: loud, faint: loud[: 30 * GRID] // 300, long: np.tile(loud, 40)}
    starts = [(noise, 50), (faint, 110), (noise, 170), (faint, 230), (noise, 290), (long, 400), (long, 1700)]
    places = [Placement(sound=each, start=at * GRID, frames=len(stem[each]), section=0) for each, at in starts]
    places.append(Placement(sound=faint, start=350 * GRID + 1, frames=len(stem[faint]), section=0))
    places.sort(key=lambda place: place.start)
    timeline = Timeline(
        rate=RATE, frames=3000 * GRID, placements=tuple(places), silences=(), chapters=(), spaciousness=0
    )
    mixer = Mixer(timeline, stem, None)
    plan = assembly.plan(mixer, timeline.frames, RATE)
    assert plan is not None
    made = assembly.encoded(mixer, plan, timeline.frames, bitrate_kbps=128).windows
    assert made[3] is made[1]
    assert made[4] is made[2]
    assert made[5] is made[1]
    assert made[8] is not made[7]
    assert np.array_equal(made[8].frames, made[7].frames)
    for place, window in enumerate(plan.windows[1:7], start=1):
        alone = replace(plan, windows=(window,))
        (part,) = assembly.encoded(mixer, alone, timeline.frames, bitrate_kbps=128).windows
        assert np.array_equal(part.frames, made[place].frames)
    assert not np.array_equal(made[6].frames[: len(made[2].frames)], made[2].frames)


@pytest.mark.parametrize("bed", ["none", "soft", "pad"])
def test_what_is_heard_of_the_pieces_is_what_is_heard_of_the_whole(bed: str, tmp_path: Path):
    """Every window with what it reaches into, and between them the backdrop, to the last bit."""
    made = track(bed)
    sound = made.heard(tmp_path / "x.mp3", made.two)
    unit, size = RATE // 10, 2 * RATE
    turn = np.concatenate([block for _, block in assembly.heard_between(made.pieces, size=size, unit=unit)])
    assert len(turn) == assembly.turn(made.pieces, unit)
    whole = turn[np.arange(len(sound)) % len(turn)]
    for place in range(len(made.plan.windows)):
        for at, block in assembly.heard(made.pieces, place, len(sound), size=size, unit=unit):
            assert at % unit == 0
            whole[at : at + len(block)] = block
    assert np.array_equal(whole, sound)


def test_a_window_is_touched_by_all_that_its_encoder_hears():
    """Also by what lies before and after it."""
    made = track("soft")
    for place, window in enumerate(made.plan.windows[1:-1], start=1):
        before, after = (window.first - 8) * FRAME_LENGTH, (window.last + 4) * FRAME_LENGTH
        for inside in (before, after - 1):
            assert place in assembly.touching(made.plan, [(inside, inside + 1)])
        for outside in (before - 1, after):
            assert place not in assembly.touching(made.plan, [(outside, outside + 1)])
