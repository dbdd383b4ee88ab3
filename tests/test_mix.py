"""The mixer gives any range of a track, and the same samples whichever ranges are asked for."""

from functools import cache
from itertools import pairwise

import numpy as np
import pytest

from mettavox import bed, mix
from mettavox.bed import Bed
from mettavox.mix import Mixer
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.timeline import Timeline
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
    edges = {
        edge + by for place in timeline.placements for edge in (place.start, place.end) for by in (-1, 0, 1)
    }
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
