"""The beds made in code: at their loudness, without a seam, without an offset, wide, and no two alike."""

import tracemalloc
from functools import cache

import numpy as np
import pytest

from mettavox import sounds
from mettavox.bed import Loop
from mettavox.errors import RequestError
from mettavox.request import BEDS
from oracles import metered

RATE = 48_000
LEVEL = -37.0
SWELLING = {"waves", "pad"}

each_bed = pytest.mark.parametrize("name", sounds.BEDS)


@cache
def made(name: str) -> Loop:
    return sounds.bed(name, RATE, LEVEL)


def spectrum(name: str) -> tuple[np.ndarray, np.ndarray]:
    loop = made(name).loop
    power = (np.abs(np.fft.rfft(loop, axis=0)) ** 2).sum(axis=1).astype(np.float64)
    return np.fft.rfftfreq(len(loop), 1 / RATE), power


def test_every_bed_that_can_be_asked_for_is_there():
    """And described in one line."""
    assert {*sounds.BEDS, "none"} == set(BEDS)
    assert all(about and "\n" not in about for about in sounds.BEDS.values())


def test_a_bed_that_is_not_there_is_refused_with_the_nearest():
    """In words."""
    with pytest.raises(RequestError, match="no bed “rian”") as caught:
        sounds.bed("rian", RATE, LEVEL)
    assert "“rain”" in caught.value.hint


@pytest.mark.parametrize(
    ("name", "rate"),
    [
        *((name, RATE) for name in sounds.BEDS),
        *(
            pytest.param(name, 44_100, marks=[] if name in ("rain", "drone") else pytest.mark.soak)
            for name in sounds.BEDS
        ),
    ],
)
def test_each_has_its_loudness(name: str, rate: int):
    """By ffmpeg, over two loops, at both rates: a noise and a tone at the other one, and all of them in the soak."""
    loop = made(name).loop if rate == RATE else sounds.bed(name, rate, LEVEL).loop
    assert len(loop) % (24 * rate) == 0
    assert metered(np.concatenate([loop, loop]), rate).lufs == pytest.approx(LEVEL, abs=0.1)


@each_bed
def test_each_goes_on_from_its_end_to_its_start(name: str):
    """No jump there, in the sound or in its slope; and the second there is as loud as its neighbours."""
    loop = made(name).loop
    joined = np.concatenate([loop[-2 * RATE :], loop[: 2 * RATE]]).astype(np.float64)
    for order in (1, 2):
        steps = np.abs(np.diff(joined, n=order, axis=0))
        assert steps[2 * RATE - 2 : 2 * RATE + 1].max() <= np.abs(np.diff(loop, n=order, axis=0)).max()
    seconds = 10 * np.log10((joined**2).mean(axis=1).reshape(8, -1).mean(axis=1))
    assert np.abs(np.diff(seconds)).max() < (4 if name in SWELLING else 2)


@each_bed
def test_each_has_only_what_speakers_give_and_ears_like(name: str):
    """No offset, next to nothing under 40 Hz, and a soft top."""
    hertz, power = spectrum(name)
    assert np.abs(made(name).loop.mean(axis=0)).max() < 1e-5
    assert power[hertz < 40].sum() < 0.02 * power.sum()
    assert power[hertz > 12_000].sum() < 0.03 * power.sum()
    peak = float(np.abs(made(name).loop).max())
    assert peak < 10 ** (17 / 20) * np.sqrt((made(name).loop.astype(np.float64) ** 2).mean())


@each_bed
def test_each_is_wide_and_survives_mono(name: str):
    """The channels differ and agree enough; both are as loud."""
    left, right = made(name).loop.T.astype(np.float64)
    assert 0.3 < np.corrcoef(left, right)[0, 1] < 0.95
    assert 10 * np.log10((left**2).mean() / (right**2).mean()) == pytest.approx(0, abs=1)


@pytest.mark.parametrize("name", sorted({*sounds.BEDS} - {"waves", "drone"}))
def test_nothing_in_a_loop_is_heard_to_come_back(name: str):
    """The sound is like itself at no other place; a drone is meant to be, and waves have a test of their own."""
    loop = made(name).loop[:, 0].astype(np.float64)
    alike = np.fft.irfft(np.abs(np.fft.rfft(loop)) ** 2, len(loop))
    beyond = alike[2 * RATE : len(loop) // 2] / alike[0]
    assert np.abs(beyond).max() < (0.5 if name == "pad" else 0.1)


@pytest.mark.parametrize(
    ("name", "slope"), [("pink", -3.0), ("brown", -6.0), ("room", -5.1)]
)  # fmt: skip
def test_the_colours_of_noise_have_their_slopes(name: str, slope: float):
    """In dB an octave, where it is a straight line: 125 Hz to 1 kHz."""
    hertz, power = spectrum(name)
    levels = [10 * np.log10(power[(hertz >= at) & (hertz < at + 20)].mean()) for at in (125, 250, 500, 1000)]
    assert np.diff(levels).mean() == pytest.approx(slope, abs=0.6)


def test_waves_come_and_go_each_in_its_own_time():
    """Eight crests at least in a loop, of different heights, and never silence between."""
    loop = made("waves").loop.mean(axis=1).astype(np.float64)
    levels = 10 * np.log10((loop.reshape(-1, RATE // 2) ** 2).mean(axis=1))
    smooth = np.convolve(np.resize(levels, len(levels) + 6), np.ones(5) / 5, mode="valid")
    crests = [n for n in range(1, len(smooth) - 1) if smooth[n - 1] < smooth[n] >= smooth[n + 1]]
    assert len(crests) >= 8
    assert np.ptp(levels) > 5
    assert levels.min() > levels.mean() - 8
    assert len(set(np.diff(crests))) > 2


def test_the_pad_and_the_drone_are_tones_of_one_a():
    """So that bell and breath tones go with them."""
    for name, lowest in (("pad", 110), ("drone", 110)):
        hertz, power = spectrum(name)
        assert hertz[power.argmax()] == pytest.approx(lowest, abs=1)
        near = np.abs(hertz / 27.5 - np.round(hertz / 27.5)) < 0.02 + hertz / 3000
        assert power[near].sum() > 0.98 * power.sum()


@each_bed
def test_how_loud_each_gets_is_known(name: str):
    """The loudest 100 ms of its middle: never less than there is, and within 1 dB."""
    middle = made(name).loop.mean(axis=1).astype(np.float64)
    loudest = (middle.reshape(-1, RATE // 10) ** 2).mean(axis=1).max()
    assert loudest <= made(name).loudest * 1.001
    assert 10 * np.log10(made(name).loudest / loudest) < 1.3
    assert made(name).power == pytest.approx((middle**2).mean(), rel=1e-3)


@each_bed
def test_each_is_the_same_at_every_call(name: str):
    """To the bit."""
    assert np.array_equal(sounds.bed(name, RATE, LEVEL).loop, made(name).loop)


def test_the_longest_is_made_in_little_memory():
    """Under 100 MB at the worst moment."""
    tracemalloc.start()
    sounds.bed("waves", RATE, LEVEL)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 100e6
