"""The mixer gives any range of a track, and the same samples whichever ranges are asked for."""

from dataclasses import replace
from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from mettavox import bed, mix, sounds, tones
from mettavox.bed import Bed
from mettavox.mix import Mixer
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.timeline import Timeline, Tone
from oracles import laid, line, speechlike

RATE = 48_000
LINES = [line(n, f"Line {n}.") for n in range(1, 4)]


@cache
def quiet() -> Bed:
    return bed.soft(RATE, -37)


@cache
def studio() -> tuple[Timeline, dict[Line, np.ndarray]]:
    clips = {each: Shaped(samples=speechlike(1 + n / 3, RATE, n), rate=RATE) for n, each in enumerate(LINES)}
    timeline = laid(clips, [0.75, 3.0, 0.0, 25.0, 4.0], RATE, [LINES[0], LINES[1], LINES[2], LINES[0]])
    return timeline, {each: np.rint(clip.samples * 32767).astype(np.int16) for each, clip in clips.items()}


def mixer(*, with_bed: bool) -> Mixer:
    timeline, stem = studio()
    return Mixer(timeline, stem, quiet() if with_bed else None)


def whole(*, with_bed: bool) -> np.ndarray:
    return mixer(with_bed=with_bed).between(0, studio()[0].frames)


@pytest.mark.parametrize("with_bed", [True, False])
@pytest.mark.parametrize("size", [997, 1152, 4800, 96_000, 10_000_000])
def test_blocks_of_any_size_give_the_same_samples(with_bed: bool, size: int):
    """To the bit."""
    frames, one = studio()[0].frames, mixer(with_bed=with_bed)
    parts = [one.between(start, min(start + size, frames)) for start in range(0, frames, size)]
    assert np.array_equal(np.concatenate(parts), whole(with_bed=with_bed))


@pytest.mark.parametrize("with_bed", [True, False])
def test_ranges_in_any_order_give_the_same_samples(with_bed: bool):
    """Cut anywhere, also in the middle of a clip and at its very edges, and taken backwards."""
    timeline, one = studio()[0], mixer(with_bed=with_bed)
    edges = {edge + by for place in timeline.placements for edge in (place.start, place.end) for by in (-1, 0, 1)}
    edges |= {int(at) for at in np.random.default_rng(0).integers(0, timeline.frames, 60)}
    cuts = sorted({0, timeline.frames, *(at for at in edges if 0 <= at <= timeline.frames)})
    ranges = list(pairwise(cuts))
    parts = {start: one.between(start, stop) for start, stop in reversed(ranges)}
    assert np.array_equal(np.concatenate([parts[start] for start, _ in ranges]), whole(with_bed=with_bed))


def test_an_empty_range_is_empty():
    """Nothing asked for, nothing given."""
    assert mixer(with_bed=True).between(500, 500).shape == (0, 2)


def test_every_clip_is_at_its_frame_in_both_channels():
    """As it is in the stem."""
    timeline, stem = studio()
    sound = whole(with_bed=False)
    for place in timeline.placements:
        expected = stem[place.sound] / np.float32(32768)
        for channel in range(2):
            assert np.array_equal(sound[place.start : place.end, channel], expected)


def test_without_a_bed_silence_is_exact_zeros():
    """Digital silence, for those who want it."""
    sound = whole(with_bed=False)
    for silence in studio()[0].silences:
        assert not sound[silence.start : silence.start + silence.frames].any()


def test_the_bed_is_under_everything():
    """Between its fades, the track less the voice is the bed."""
    timeline = studio()[0]
    under = whole(with_bed=True) - whole(with_bed=False)
    middle = slice(timeline.frames // 4, 3 * timeline.frames // 4)
    assert np.abs(under[middle] - quiet().between(0, timeline.frames)[middle]).max() < 1e-6


def test_the_bed_comes_up_from_nothing_and_goes_into_nothing():
    """No more than a tenth of a short track each; it rises and falls all the way."""
    timeline = studio()[0]
    fade = whole(with_bed=True) - whole(with_bed=False)
    loop = quiet().between(0, timeline.frames)
    tenth = timeline.frames // 10
    assert np.abs(fade[:50]).max() < 1e-5
    assert np.abs(fade[-50:]).max() < 1e-5

    def gain(part: slice) -> float:
        return float(np.sqrt((fade[part] ** 2).mean() / (loop[part] ** 2).mean()))

    steps = [slice(n * tenth // 5, (n + 1) * tenth // 5) for n in range(5)]
    rising = [gain(step) for step in steps]
    falling = [gain(slice(timeline.frames - step.stop, timeline.frames - step.start)) for step in steps]
    for gains in (rising, falling):
        assert gains == sorted(gains)
        assert gains[0] < 0.1
        assert gains[-1] > 0.9


def test_the_fades_of_a_long_track_have_their_own_length():
    """Six seconds in and twelve out: DELIVERY 1 asks for 4 to 8 and 8 to 15."""
    frames = 300 * RATE
    timeline = Timeline(rate=RATE, frames=frames, placements=(), silences=(), chapters=(), spaciousness=0)
    one = Mixer(timeline, {}, quiet())
    assert 4 <= mix.FADE_IN_SECONDS <= 8
    assert 8 <= mix.FADE_OUT_SECONDS <= 15
    for start, stop in ((6.1, 30), (200, 287.9)):
        first, last = round(start * RATE), round(stop * RATE)
        assert np.array_equal(one.between(first, last), quiet().between(first, last))
    assert np.abs(one.between(frames - RATE // 10, frames)).max() < 1e-4


def test_nothing_is_over_full_scale():
    """Voice and bed together leave room."""
    assert np.abs(whole(with_bed=True)).max() < 1


# Ducking, breath tones and the pause guard


def paced(timeline: Timeline) -> Timeline:
    """The same, with two breaths in its long pause."""
    at, found = round(10.5 * RATE), []
    for phase, seconds in [("in", 3), ("hold", 2), ("out", 4), ("rest", 1)] * 2:
        found.append(Tone(phase=phase, start=at, frames=seconds * RATE))
        at += seconds * RATE
    return replace(timeline, tones=tuple(found))


EVERYTHING = {"fades": (2.0, 3.0), "duck_lu": 9.0, "tones_lufs": -30.0, "guard": True}
ALONE: tuple[dict[str, object], ...] = ({}, {"guard": True}, {"duck_lu": 12.0}, {"tones_lufs": -30.0})


def full(name: str = "waves", **options: object) -> Mixer:
    timeline, stem = studio()
    return Mixer(paced(timeline), stem, sounds.bed(name, RATE, -37), **{**EVERYTHING, **options})  # type: ignore[arg-type]


def unspoken(**options: object) -> np.ndarray:
    """Everything but the voice, as far as it is asked for."""
    timeline, stem = studio()
    silent = {each: np.zeros_like(clip) for each, clip in stem.items()}
    return Mixer(paced(timeline), silent, **options).between(0, timeline.frames)  # type: ignore[arg-type]


def test_with_everything_any_range_gives_the_same_samples():
    """To the bit, cut at the edges of all that there is and anywhere else."""
    one = full()
    timeline = paced(studio()[0])
    edges = {
        at + by
        for each in (*timeline.placements, *timeline.tones)
        for at in (each.start, each.end)
        for by in (-1, 0, 1)
    }
    edges |= {int(at) for at in np.random.default_rng(1).integers(0, timeline.frames, 60)}
    cuts = sorted({0, timeline.frames, *(at for at in edges if 0 <= at <= timeline.frames)})
    parts = [one.between(start, stop) for start, stop in pairwise(cuts)]
    assert np.array_equal(np.concatenate(parts), one.between(0, timeline.frames))


def test_the_bed_sinks_under_lines_by_what_was_asked_for():
    """And is all there in the long pause."""
    timeline = studio()[0]
    plain, ducked = unspoken(bed=quiet()), unspoken(bed=quiet(), duck_lu=9.0)
    spoken = timeline.placements[1]
    under = slice(spoken.start, spoken.end)
    ratio = np.sqrt((ducked[under] ** 2).mean() / (plain[under] ** 2).mean())
    assert 20 * np.log10(ratio) == pytest.approx(-9, abs=0.01)
    silence = max(timeline.silences, key=lambda each: each.frames)
    free = slice(silence.start + 3 * RATE, silence.start + silence.frames - RATE)
    assert np.array_equal(ducked[free], plain[free])


def test_breath_tones_are_where_the_timeline_has_them():
    """In both channels, and only when they were asked for."""
    sound = unspoken(bed=None, tones_lufs=-30.0)
    for each in paced(studio()[0]).tones:
        for channel in range(2):
            expected = tones.tone(each.phase, each.frames, RATE, -30.0)
            assert np.array_equal(sound[each.start : each.end, channel], expected)
    assert not unspoken(bed=None).any()
    first, last = paced(studio()[0]).tones[0].start, paced(studio()[0]).tones[-1].end
    assert not sound[:first].any()
    assert not sound[last:].any()


def test_the_pause_guard_is_a_tone_of_20_hertz_over_the_whole_track():
    """-28.5 dBFS at its peaks, from and to nothing; apps that cut silence take out no pause. DELIVERY 0.3."""
    sound = unspoken(bed=None, guard=True)
    assert abs(float(sound[0, 0])) < 1e-6
    middle = sound[RATE:-RATE, 0].astype(np.float64)
    assert 20 * np.log10(np.abs(middle).max()) == pytest.approx(-28.5, abs=0.01)
    turns = RATE // 20
    assert np.allclose(middle[:-turns], middle[turns:])
    loudest = np.abs(middle[: len(middle) // 7200 * 7200]).reshape(-1, 7200).max(axis=1)
    assert loudest.min() > 1024 / 32768
    assert np.abs(np.diff(sound[:, 0])).max() < 2 * np.pi * 20 / RATE * 10 ** (-28.5 / 20) * 1.01


@pytest.mark.parametrize(
    ("name", "options"),
    [
        *(("soft", each) for each in ALONE),
        *((name, EVERYTHING) for name in ("soft", "waves", "pad", "")),
        *(pytest.param(name, each, marks=pytest.mark.soak) for name in ("waves", "pad", "") for each in ALONE),
    ],
    ids=str,
)
def test_how_loud_a_silence_may_be_is_known(name: str, options: dict):
    """Never less than there is in any 100 ms of the middle, and in all but the track’s ends not much more."""
    timeline, stem = studio()
    under = sounds.bed(name, RATE, -37) if name else None
    sound = unspoken(bed=under, **options).mean(axis=1).astype(np.float64)
    running = np.concatenate([[0.0], np.cumsum(sound**2)])
    one = Mixer(paced(timeline), stem, under, **options)
    for silence in timeline.silences:
        for part in range(4):
            start = silence.start + part * silence.frames // 4
            stop = silence.start + (part + 1) * silence.frames // 4
            if stop - start < RATE // 2:
                continue
            most = ((running[start + 4800 : stop] - running[start : stop - 4800]) / 4800).max()
            floor = one.floor(start, stop)
            assert floor * 1.0001 >= most
            if timeline.frames // 4 < start < stop < timeline.frames * 3 // 4 and most > 1e-9:
                assert 10 * np.log10(floor / most) < (5 if options == EVERYTHING else 4)


def test_without_any_of_them_a_silence_is_silent():
    """Its floor is 0."""
    assert mixer(with_bed=False).floor(0, 10 * RATE) == 0
    assert mixer(with_bed=True).floor(RATE, RATE) == 0
