"""The bed: broadband, at its exact loudness, without a seam, and heard by apps that cut silence."""

import hashlib
import subprocess
import sys
from functools import cache

import numpy as np
import pytest

from mettavox import bed, deliveries
from mettavox.bed import Hops, Loop
from oracles import metered

RATE = 48_000
PODCAST = deliveries.load("podcast")
LEVEL = PODCAST.voice_lufs - PODCAST.bed_under_lu


@cache
def soft() -> Loop:
    return bed.soft(RATE, LEVEL)


def test_it_lies_twenty_to_twenty_two_lu_under_the_voice():
    """Over 20 speech stays clear; under 22 apps do not cut the pauses. DELIVERY 0.2."""
    assert 20 <= PODCAST.bed_under_lu <= 22


@pytest.mark.parametrize("level", [LEVEL, -30.0, -50.0])
def test_it_has_its_loudness(level: float):
    """Within 0.05 LU by ffmpeg, over two loops."""
    loop = soft().loop * np.float32(10 ** ((level - LEVEL) / 20)) if level != LEVEL else soft().loop
    if level == -30.0:
        loop = bed.soft(RATE, level).loop
    assert metered(np.concatenate([loop, loop]), RATE).lufs == pytest.approx(level, abs=0.05)


def test_it_has_its_loudness_at_another_rate():
    """44.1 kHz, for a profile to come."""
    loop = bed.soft(44_100, LEVEL).loop
    assert metered(np.concatenate([loop, loop]), 44_100).lufs == pytest.approx(LEVEL, abs=0.05)


def test_it_has_no_seam():
    """From the end of a loop to its start, the sound goes on: no jump, and no jump in its slope."""
    loop = soft().loop
    joined = np.concatenate([loop[-2000:], loop[:2000]])
    step, bend = np.abs(np.diff(joined, axis=0)), np.abs(np.diff(joined, n=2, axis=0))
    assert step[1999].max() <= np.quantile(np.abs(np.diff(loop, axis=0)), 0.9999)
    assert bend[1998:2000].max() <= np.quantile(np.abs(np.diff(loop, n=2, axis=0)), 0.9999)


def test_any_range_is_the_endless_bed():
    """Also across the seam, and longer than a loop."""
    length = len(soft().loop)
    for start, stop in (
        (0, 10),
        (length - 5, length + 5),
        (3 * length - 1, 3 * length),
        (5, 2 * length + 17),
    ):
        assert np.array_equal(soft().between(start, stop), soft().loop[np.arange(start, stop) % length])


def test_it_is_broadband():
    """No octave between 63 Hz and 8 kHz stands out over a smooth slope, and no single tone does."""
    power = np.abs(np.fft.rfft(soft().loop[:, 0].astype(np.float64))) ** 2
    hertz = np.fft.rfftfreq(len(soft().loop), 1 / RATE)
    octaves = [63, 125, 250, 500, 1000, 2000, 4000, 8000]
    levels = [10 * np.log10(power[(hertz >= at / 2**0.5) & (hertz < at * 2**0.5)].sum()) for at in octaves]
    steps = np.diff(levels)
    assert np.abs(steps).max() < 6
    audible = (hertz > 60) & (hertz < 9000)
    smooth = np.convolve(power, np.ones(241) / 241, mode="same")
    assert (power[audible] / smooth[audible]).max() < 10 ** (15 / 10)


def test_it_has_nothing_that_speakers_cannot_give():
    """No offset, and next to nothing under 30 Hz or over 16 kHz."""
    power = np.abs(np.fft.rfft(soft().loop[:, 0].astype(np.float64))) ** 2
    hertz = np.fft.rfftfreq(len(soft().loop), 1 / RATE)
    assert abs(float(soft().loop.mean())) < 1e-6
    assert power[(hertz < 30) | (hertz > 16_000)].sum() < 0.01 * power.sum()


def test_it_is_wide_and_survives_mono():
    """The sides differ, and their sum loses less than 2 dB."""
    left, right = soft().loop.T.astype(np.float64)
    assert not np.allclose(left, right)
    assert 0.3 < np.corrcoef(left, right)[0, 1] < 0.95
    assert np.mean(left**2) == pytest.approx(np.mean(right**2), rel=0.05)


def test_it_is_steady():
    """Nothing comes and goes: every two seconds within 1.5 dB of the whole."""
    parts = soft().loop.reshape(12, -1)
    levels = 10 * np.log10((parts.astype(np.float64) ** 2).mean(axis=1))
    assert np.abs(levels - levels.mean()).max() < 1.5


def test_it_is_the_same_in_every_process():
    """Same request, same bytes."""
    code = (
        "import hashlib; from mettavox import bed;"
        f"print(hashlib.sha256(bed.soft({RATE}, {LEVEL}).loop.tobytes()).hexdigest())"
    )
    other = subprocess.run([sys.executable, "-c", code], capture_output=True, check=True, text=True).stdout.strip()
    assert other == hashlib.sha256(soft().loop.tobytes()).hexdigest()
    assert np.array_equal(bed.soft(RATE, LEVEL).loop, soft().loop)


def cut_by_skip_silence(sound: np.ndarray, rate: int) -> float:
    """The share that ExoPlayer takes out: runs of 150 ms and more under 1024 of 32768, less the 20 ms it keeps."""
    quiet = np.abs(sound).max(axis=1) < 1024 / 32768
    edges = np.flatnonzero(np.diff(np.concatenate([[False], quiet, [False]]).astype(int)))
    runs = edges[1::2] - edges[::2]
    return float((runs[runs >= 0.15 * rate] - 0.02 * rate).sum() / len(sound))


def test_apps_that_cut_silence_leave_it():
    """DELIVERY 0.3: podcast apps take out what stays under -30.1 dBFS for 150 ms; of the bed, under a hundredth."""
    share = cut_by_skip_silence(np.concatenate([soft().loop] * 2), RATE)
    assert share < 0.01, f"{share:.1%} of the bed is cut"


def test_every_150_ms_of_it_are_heard_by_them():
    """Window by window."""
    loudest = np.abs(soft().loop[: 24 * RATE // 7200 * 7200]).max(axis=1).reshape(-1, 7200).max(axis=1)
    share = float((loudest < 1024 / 32768).mean())
    assert share < 0.01, f"{share:.1%} of the windows of 150 ms are silence to them"


def test_its_own_measure_of_loudness_is_that_of_its_loop():
    """Silence has none."""
    assert bed.loudness(soft().loop, RATE) == pytest.approx(LEVEL, abs=0.01)
    assert bed.loudness(np.zeros((RATE, 2), dtype=np.float32), RATE) == float("-inf")


def test_its_power_is_that_of_its_middle():
    """(left + right) / 2."""
    assert soft().power == pytest.approx(float((soft().loop.mean(axis=1) ** 2).mean()), rel=1e-4)


@pytest.mark.parametrize("frames", [48_000, 48_111, 7_000])
def test_what_100_ms_may_hold_is_never_too_low_and_nearly_right(frames: int):
    """Against every 100 ms at every frame, around the seam too, of a loop whose last hop may be short."""
    dice = np.random.default_rng(frames)
    middle = dice.standard_normal(frames) * np.repeat(dice.uniform(0.1, 1, 100), -(-frames // 100))[:frames]
    loop = np.stack([middle, middle], axis=1).astype(np.float32)
    hops = Hops(bed.middle_energies(loop, 480), 480, frames)
    around = np.concatenate([[0.0], np.cumsum(np.resize(middle, 3 * frames) ** 2)])
    tenths = (around[4800:] - around[:-4800]) / 4800
    assert hops.loudest * 1.001 >= tenths.max()
    assert hops.loudest <= tenths.max() * 10 ** (1 / 10)
    for start, stop in ((0, 1), (100, 700), (frames - 10, frames + 10), (frames // 2, frames), (5, 2 * frames)):
        touched = tenths[max(0, start + frames - 4799) : min(stop, start + frames) + frames]
        assert hops.most(start, stop) * 1.001 >= touched.max()
        assert hops.most(start, stop) <= touched.max() * 10 ** (1.5 / 10)
    assert hops.most(7, 7) == 0
