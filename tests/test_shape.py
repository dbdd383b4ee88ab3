"""A clip made ready: only its sound is left, with soft edges, and the harsh band taken back."""

import numpy as np
import pytest

from mettavox.audio import Clip
from mettavox.shape import Shaped, raised_cosine, shaped
from mettavox.voice import Shaping
from oracles import clip_of, speechlike, tone

RATE = 22_050
PLAIN = Shaping()


def padded(before: float, sound: np.ndarray, after: float, rate: int = RATE) -> np.ndarray:
    quiet = [np.zeros(round(seconds * rate), dtype=np.float32) for seconds in (before, after)]
    return np.concatenate([quiet[0], sound, quiet[1]])


# Trimming


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize(("before", "after"), [(0.5, 0.7), (0.013, 0.55), (1.0, 0.05)])
def test_silence_at_both_ends_goes(rate: int, before: float, after: float):
    """At most 15 ms stay before the sound and 35 ms after it; the sound itself stays whole."""
    sound = tone(200, 1.0, rate, -12)
    out = shaped(clip_of(padded(before, sound, after, rate), rate), PLAIN)
    assert 1.0 + 0.010 + 0.029 <= len(out.samples) / rate <= 1.0 + 0.015 + 0.035 + 0.001


def test_the_sound_is_not_moved_or_changed():
    """Between its edges it is what the engine gave."""
    sound = tone(200, 1.0, RATE, -12)
    out = shaped(clip_of(padded(0.3, sound, 0.3), RATE), PLAIN).samples
    lead = np.flatnonzero(np.abs(out) > 0.01)[0] - np.flatnonzero(np.abs(sound) > 0.01)[0]
    assert out[lead + 300 : lead + len(sound)] == pytest.approx(sound[300:], abs=1e-4)


def test_silence_within_stays():
    """A comma's pause belongs to the line."""
    word = tone(200, 0.4, RATE, -12)
    out = shaped(clip_of(padded(0.3, np.concatenate([word, np.zeros(RATE, dtype=np.float32), word]), 0.3), RATE), PLAIN)
    assert len(out.samples) / RATE == pytest.approx(1.84, abs=0.02)


@pytest.mark.parametrize("level_db", [-45, -30])
def test_a_faint_ending_stays(level_db: float):
    """Consonants die away; what is above the limit under the peak is kept."""
    loud, faint = tone(200, 0.5, RATE, -6), tone(400, 0.2, RATE, -6 + level_db)
    out = shaped(clip_of(padded(0.2, np.concatenate([loud, faint]), 0.5), RATE), PLAIN)
    assert len(out.samples) / RATE == pytest.approx(0.74, abs=0.02)


def test_what_lies_under_the_limit_goes():
    """Hiss after the voice."""
    loud, faint = tone(200, 0.5, RATE, -6), tone(400, 0.5, RATE, -6 - 56)
    out = shaped(clip_of(padded(0.2, np.concatenate([loud, faint]), 0.5), RATE), PLAIN)
    assert len(out.samples) / RATE == pytest.approx(0.54, abs=0.02)


def test_a_clip_without_quiet_keeps_its_length():
    """There is nothing to trim."""
    sound = tone(200, 0.5, RATE, -6, phase=1.5)
    assert len(shaped(clip_of(sound, RATE), PLAIN).samples) == len(sound)


@pytest.mark.parametrize("frames", [0, 1, 50, 109, 111, 1000])
def test_clips_of_hardly_anything_do_no_harm(frames: int):
    """Silent or tiny."""
    for value in (0, 1000):
        out = shaped(Clip(pcm=np.full(frames, value, "<i2").tobytes(), rate=RATE), Shaping(shelf_db=-6))
        assert len(out.samples) <= frames
        assert np.isfinite(out.samples).all()


# Edges


def test_edges_are_soft():
    """No click, even where the sound begins at once: it comes up in 5 ms and goes in 20 ms."""
    out = np.abs(shaped(clip_of(np.full(RATE, 0.5, dtype=np.float32), RATE), PLAIN).samples)
    assert out[0] < 0.001
    assert out[-1] < 0.001
    assert np.abs(np.diff(out)).max() < 0.01
    assert out[round(0.006 * RATE) : -round(0.021 * RATE)] == pytest.approx(0.5, abs=0.001)


def test_the_fade_is_half_a_cosine():
    """From 0 to 1, rising, and the same backwards."""
    curve = raised_cosine(101)
    assert curve[50] == pytest.approx(0.5)
    assert (np.diff(curve) > 0).all()
    assert curve + curve[::-1] == pytest.approx(1, abs=1e-6)


# The shelf


@pytest.mark.parametrize("rate", [22_050, 44_100, 48_000])
@pytest.mark.parametrize(("hertz", "expected_db"), [(100, 0), (300, 0), (2000, -3), (8000, -6)])
def test_the_shelf_takes_back_what_is_above_it(rate: int, hertz: float, expected_db: float):
    """-6 dB well above 2 kHz, half of it there, and nothing at the bottom of the voice."""
    sound = tone(hertz, 0.5, rate, -6)
    out = shaped(clip_of(sound, rate), Shaping(shelf_hz=2000, shelf_db=-6)).samples
    middle = slice(rate // 10, 4 * rate // 10)
    change = 20 * np.log10(np.sqrt((out[middle] ** 2).mean()) / np.sqrt((sound[middle] ** 2).mean()))
    assert change == pytest.approx(expected_db, abs=0.25)


def test_a_shelf_of_nothing_changes_nothing():
    """0 dB leaves the sound as it is."""
    voice = clip_of(speechlike(1, RATE), RATE)
    out = shaped(voice, Shaping(shelf_db=0)).samples
    whole = np.frombuffer(voice.pcm, "<i2") / np.float32(32768)
    assert np.isin(out[200:-600], whole).all()


def test_the_end_does_not_ring_into_the_start():
    """A filter by spectrum wraps round where it is done carelessly."""
    sound = np.zeros(RATE, dtype=np.float32)
    sound[-2000:] = 0.5
    sound[:10] = 0.5
    out = shaped(clip_of(sound, RATE), Shaping(shelf_db=-6)).samples
    assert np.abs(out[500:-2500]).max() < 0.001


# Lengths


@pytest.mark.parametrize(
    ("length", "rate", "expected"),
    [(22_050, 22_050, 48_000), (1, 22_050, 3), (147, 22_050, 320), (0, 22_050, 0)],
)
def test_the_length_at_another_rate_is_rounded_up(length: int, rate: int, expected: int):
    """Nothing of the clip is left out."""
    assert Shaped(samples=np.zeros(length, dtype=np.float32), rate=rate).frames_at(48_000) == expected
