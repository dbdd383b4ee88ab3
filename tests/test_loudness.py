"""Loudness and true peak by BS.1770, held against its reference signals and against ffmpeg."""

import numpy as np
import pytest
import soxr

from mettavox.loudness import Energies, TruePeak, k_weighted, oversampled
from oracles import metered, speechlike, tone

RATE = 48_000


def running_energy(samples: np.ndarray, rate: int) -> np.ndarray:
    """What ``Energies.add`` takes, with a value for each frame."""
    return np.concatenate([[0.0], np.cumsum(np.square(k_weighted(samples, rate), dtype=np.float64))])


def lufs(samples: np.ndarray, rate: int) -> float:
    """The integrated loudness of one clip that is the whole track."""
    energies = Energies(len(samples), rate)
    energies.add(running_energy(samples, rate), rate, 0)
    return energies.integrated()


def in_both(samples: np.ndarray) -> np.ndarray:
    return np.stack([samples, samples], axis=1)


# Reference signals


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
def test_the_sine_of_the_standard(rate: int):
    """BS.1770-5: 997 Hz at full scale reads -3.01 LUFS in one channel, and so 0.0 in both."""
    assert lufs(tone(997, 20, rate), rate) == pytest.approx(0.0, abs=0.05)


def steps(*parts: tuple[float, float]) -> np.ndarray:
    """1 kHz at so many dBFS for so many seconds, one after another."""
    return np.concatenate([tone(1000, seconds, RATE, level) for level, seconds in parts])


@pytest.mark.parametrize(
    ("case", "parts", "expected"),
    [
        (1, [(-23, 20)], -23),
        (2, [(-33, 20)], -33),
        (3, [(-36, 10), (-23, 60), (-36, 10)], -23),
        (4, [(-72, 10), (-36, 10), (-23, 60), (-36, 10), (-72, 10)], -23),
        (5, [(-26, 20), (-20, 20.1), (-26, 20)], -23),
    ],
)
def test_the_cases_of_ebu_tech_3341(case: int, parts: list[tuple[float, float]], expected: float):
    """Levels, the absolute and the relative gate; 0.1 LU is allowed."""
    assert lufs(steps(*parts), RATE) == pytest.approx(expected, abs=0.1)


def test_silence_has_no_loudness():
    """Minus infinity, not an error."""
    assert lufs(np.zeros(RATE, dtype=np.float32), RATE) == float("-inf")


def test_pauses_do_not_count():
    """Speech with three quarters of silence is as loud as without."""
    voice = speechlike(10, RATE)
    paused = np.concatenate([voice, np.zeros(30 * RATE, dtype=np.float32)])
    assert lufs(paused, RATE) == pytest.approx(lufs(voice, RATE), abs=0.15)


def test_what_lies_under_the_absolute_gate_is_not_counted():
    """-70 LUFS."""
    assert lufs(tone(1000, 5, RATE, -74), RATE) == float("-inf")


# Against ffmpeg


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100, 48_000])
@pytest.mark.parametrize("seed", [1, 2])
def test_speech_reads_as_ffmpeg_reads_it(rate: int, seed: int):
    """Within 0.1 LU, whatever the rate."""
    voice = speechlike(12, rate, seed)
    assert lufs(voice, rate) == pytest.approx(metered(in_both(voice), rate).lufs, abs=0.1)


# Parts


@pytest.mark.parametrize("starts", [(0,), (4800,), (1, 240_007), (31_337, 199_999, 400_003), (77, 123_457)])
def test_parts_add_up_to_the_whole(starts: tuple[int, ...]):
    """Wherever they lie, on the grid of 100 ms or not: within 0.01 LU of measuring the whole."""
    clips = [speechlike(2.3 + 0.61 * place, RATE, place) for place in range(len(starts))]
    whole = np.zeros(12 * RATE, dtype=np.float32)
    parts = Energies(len(whole), RATE)
    for clip, start in zip(clips, starts, strict=True):
        whole[start : start + len(clip)] += clip
        parts.add(running_energy(clip, RATE), RATE, start)
    assert parts.integrated() == pytest.approx(lufs(whole, RATE), abs=0.01)


@pytest.mark.parametrize("rate", [16_000, 22_050, 24_000, 44_100])
def test_parts_at_their_own_rate_add_up_to_the_whole(rate: int):
    """Clips are weighed before they are brought to the track's rate; ffmpeg weighs the track."""
    clip = speechlike(5, rate, 3)
    start = 23_456
    finer = soxr.resample(clip, rate, RATE, "HQ")
    whole = np.zeros(10 * RATE, dtype=np.float32)
    whole[start : start + len(finer)] = finer
    parts = Energies(len(whole), RATE)
    parts.add(running_energy(clip, rate), rate, start)
    assert parts.integrated() == pytest.approx(metered(in_both(whole), RATE).lufs, abs=0.1)


def test_a_clip_at_the_very_end_is_counted():
    """Its ring goes beyond the track, and is let go."""
    clip = speechlike(3, RATE)
    parts = Energies(5 * RATE, RATE)
    parts.add(running_energy(clip, RATE), RATE, 2 * RATE)
    assert parts.integrated() == pytest.approx(lufs(clip, RATE), abs=0.15)


def test_weighting_keeps_the_start_and_adds_its_ring():
    """What is filtered starts with the sound and dies away after it."""
    click = np.zeros(4800, dtype=np.float32)
    click[0] = 1
    weighted = k_weighted(click, RATE)
    assert len(weighted) == 4800 + round(0.3 * RATE)
    assert np.abs(weighted[:3]).max() > 0.5
    assert np.abs(weighted[-1000:]).max() < 1e-4


# True peak


def true_peak(samples: np.ndarray, block: int) -> float:
    peak = TruePeak()
    for start in range(0, len(samples), block):
        peak.add(*samples[start : start + block].T)
    return peak.dbtp


def test_a_tone_between_its_samples():
    """A quarter of the rate, sampled on its shoulders, is 3.01 dB higher than any sample."""
    sine = tone(RATE / 4, 0.5, RATE, -6, phase=np.pi / 4) * np.hanning(RATE // 2).astype(np.float32)
    assert 20 * np.log10(np.abs(sine).max()) == pytest.approx(-9.01, abs=0.02)
    assert true_peak(in_both(sine), 4096) == pytest.approx(-6.0, abs=0.1)
    assert metered(in_both(sine), RATE).dbtp == pytest.approx(-6.0, abs=0.1)


@pytest.mark.parametrize("hertz", [100, 997, 6000, 11_999, 16_000])
@pytest.mark.parametrize("phase", [0.0, 0.7])
def test_tones_peak_at_their_amplitude(hertz: float, phase: float):
    """EBU Tech 3341 allows +0.2 and -0.4 dB."""
    sine = tone(hertz, 0.5, RATE, -3, phase) * np.hanning(RATE // 2).astype(np.float32) ** 0.1
    assert -3.4 < true_peak(in_both(sine), 2000) < -2.8


@pytest.mark.parametrize("seed", range(4))
def test_speech_peaks_as_ffmpeg_reads_it(seed: int):
    """Within 0.2 dB."""
    voice = in_both(speechlike(4, RATE, seed) * 2)
    assert true_peak(voice, 2 * RATE) == pytest.approx(metered(voice, RATE).dbtp, abs=0.2)


@pytest.mark.parametrize("block", [1, 15, 33, 997, 4096, 96_000, 1_000_000])
def test_blocks_of_any_size_give_the_same_peak(block: int):
    """Also a peak that lies across two blocks."""
    voice = speechlike(0.6 if block < 30 else 4, RATE, 5)
    voice = np.concatenate([voice, np.zeros(100, dtype=np.float32)])
    assert true_peak(in_both(voice), block) == pytest.approx(true_peak(in_both(voice), len(voice)), abs=0.001)


def test_the_louder_channel_counts():
    """Left or right."""
    voice = speechlike(1, RATE)
    for sides in ([1.0, 0.25], [0.25, 1.0]):
        both = voice[:, None] * np.array(sides, dtype=np.float32)
        assert true_peak(both, 5000) == pytest.approx(true_peak(in_both(voice), 5000), abs=1e-6)


def test_silence_has_no_peak():
    """Minus infinity, not an error."""
    assert true_peak(np.zeros((1000, 2), dtype=np.float32), 100) == float("-inf")


def test_oversampling_is_fourfold_and_keeps_the_level():
    """As BS.1770-5 annex 2 asks."""
    sine = tone(997, 0.5, RATE, -6)
    finer = oversampled(sine)
    assert len(finer) == pytest.approx(4 * len(sine), abs=4)
    assert np.abs(finer[4000:-4000]).max() == pytest.approx(10 ** (-6 / 20), rel=0.01)
