"""The voice chain: no rumble, soft S sounds, lines that are equally loud, and nothing that pumps or moves."""

from types import MappingProxyType

import numpy as np
import pytest

from engines import neural
from mettavox import casting, level, voices
from mettavox.chain import TOLERANCE_LU, levelling_db, processed
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.filters import above, filtered, high_pass
from mettavox.loudness import Samples
from mettavox.script import Line
from mettavox.shape import Shaped, shaped
from mettavox.voice import Shaping
from oracles import clip_of, line, metered, speechlike, tone

RATE = 22_050
RATES = (8_000, 16_000, 22_050, 24_000, 44_100, 48_000)
TEXTS = (
    "In.", "And out.", "Rest.", "Hello.", "Sit, stand, or lie in any way your body likes.",
    "May you be safe.", "May you be peaceful and at ease.", "If the words feel flat, that is fine.",
    "The room, the street, the town.", "Let the phrases pass, as sounds do.",
)  # fmt: skip
SPEAKERS = ("system", "hum", *neural.REAL)


def of(*sounds: Samples, rate: int = RATE) -> dict[Line, Shaped]:
    """The sounds as clips of numbered lines."""
    return {line(n, f"Line {n}."): Shaped(samples=sound, rate=rate) for n, sound in enumerate(sounds, start=1)}


def speech(*gains_db: float, rate: int = RATE, seconds: float = 1.5) -> dict[Line, Shaped]:
    """The same words at different levels."""
    sound = shaped(clip_of(speechlike(seconds, rate, 3), rate), Shaping()).samples
    return of(*(sound * np.float32(10 ** (gain / 20)) for gain in gains_db), rate=rate)


def through(sound: Samples, rate: int = RATE, **wanted: float) -> Samples:
    """One clip, alone, through the chain."""
    return next(iter(processed(of(sound, rate=rate), **wanted).values())).samples


def off_lu(clips: dict[Line, Shaped]) -> np.ndarray:
    """How far each line is from the median."""
    levels = np.array([level.of(clip.samples, clip.rate) for clip in clips.values()])
    return levels - np.median(levels)


def change_db(out: Samples, sound: Samples, rate: int = RATE) -> float:
    """Of what lies a tenth of a second from either end."""
    inner = slice(rate // 10, -rate // 10)
    return float(10 * np.log10(np.mean(np.square(out[inner])) / np.mean(np.square(sound[inner]))))


@pytest.fixture(scope="module")
def spoken() -> dict[str, dict[Line, Shaped]]:
    """Lines of every voice that can speak here, raw."""
    return {name: _spoken(name) for name in SPEAKERS}


def _spoken(name: str) -> dict[Line, Shaped]:
    voice = neural.installed(name) if name in neural.REAL else voices.load(name)
    pronounce, engine = casting.pronouncer(voice).engine_text, EngineProcess(table.target(voice.engine), voice)
    try:
        return {
            line(n, text): shaped(engine.speak(pronounce(text), within=30), voice.shaping)
            for n, text in enumerate(TEXTS, start=1)
        }
    finally:
        engine.close()


# What is taken away


@pytest.mark.parametrize("rate", RATES)
def test_rumble_goes_and_the_voice_stays(rate: int):
    """40 Hz loses 20 dB, 200 Hz nothing."""
    rumble, low = tone(40, 1.5, rate, -30), tone(200, 1.5, rate, -12)
    out = through(rumble + low, rate)
    assert change_db(filtered(out, rate, lambda hertz: (hertz < 100).astype(np.float32)), rumble, rate) < -20
    assert change_db(out, low, rate) == pytest.approx(0, abs=0.1)


@pytest.mark.parametrize("rate", [16_000, 22_050, 48_000])
@pytest.mark.parametrize(("hertz", "expected_db"), [(300, 0), (3000, 0), (7000, -2.5)])
def test_the_treble_is_softened_where_asked_for(rate: int, hertz: float, expected_db: float):
    """As the sleep profile does, beside a tone that is ten times stronger, so that it is no S."""
    sound = tone(150, 1, rate, -20) + tone(hertz, 1, rate, -50)
    kept, out = through(sound, rate), through(sound, rate, treble_db=-2.5)
    at = round(hertz * len(sound) / rate)
    window = np.hanning(len(sound))
    ratio = np.abs(np.fft.rfft(out * window)[at]) / np.abs(np.fft.rfft(kept * window)[at])
    assert 20 * np.log10(ratio) == pytest.approx(expected_db, abs=0.05)


def test_a_sound_that_begins_in_a_hum_does_not_click():
    """Without its lows, an offset would leave a step at either end."""
    out = through(speech(0)[line(1, "Line 1.")].samples + np.float32(0.1))
    assert abs(out[0]) < 1e-3
    assert abs(out[-1]) < 1e-3


# Levels


def test_lines_of_different_levels_come_together():
    """10 dB apart, within 1.5 LU of the median, by two meters."""
    out = processed(speech(0, -10, -4, 3, -6))
    assert np.abs(off_lu(out)).max() <= TOLERANCE_LU / 2
    loudness = [metered(np.stack([clip.samples] * 2, axis=1), clip.rate).lufs for clip in out.values()]
    assert np.abs(np.array(loudness) - np.median(loudness)).max() <= TOLERANCE_LU


@pytest.mark.parametrize("name", SPEAKERS)
def test_every_voice_speaks_its_lines_equally_loud(spoken: dict[str, dict[Line, Shaped]], name: str):
    """One word or ten."""
    assert np.abs(off_lu(processed(dict(spoken[name])))).max() <= TOLERANCE_LU / 2


def test_a_short_line_is_as_loud_as_a_long_one():
    """A level by blocks of 400 ms would find a word of 200 ms 3 dB too quiet, and lift it."""
    sounds = [tone(200, seconds, RATE, -20) for seconds in (0.15, 0.2, 1.0, 3.0)]
    peaks = [np.abs(clip.samples).max() for clip in processed(of(*sounds)).values()]
    assert 20 * np.log10(max(peaks) / min(peaks)) < TOLERANCE_LU / 2


def test_a_line_near_the_median_stays_as_it_is():
    """There is no reason to touch it."""
    clips = speech(0, 0.1, -0.1)
    alone = [next(iter(processed({each: clip}).values())).samples for each, clip in clips.items()]
    together = processed(clips)
    assert all(np.array_equal(clip.samples, own) for clip, own in zip(together.values(), alone, strict=True))


def test_a_gain_has_bounds():
    """Hardly any sound is not lifted into noise."""
    gains = levelling_db({line(1, "a"): -20.0, line(2, "b"): -20.0, line(3, "c"): -60.0})
    assert gains[line(3, "c")] == 12
    assert gains[line(1, "a")] == 0


def test_one_gain_for_the_whole_of_a_line():
    """Nothing pumps: what comes out is what went in, times one number, also where it grows and fades."""
    time = np.arange(3 * RATE) / RATE
    swell = (tone(300, 3, RATE) * (0.02 + 0.2 * np.sin(2 * np.pi * 0.7 * time) ** 2)).astype(np.float32)
    out = processed(of(swell, swell * np.float32(0.25), swell * np.float32(2)))
    for clip in out.values():
        heard, said = clip.samples[2000:-2000], swell[2000:-2000]
        loud = np.abs(said) > 0.01
        ratio = 20 * np.log10(heard[loud] / said[loud])
        assert np.ptp(ratio) < 0.05


@pytest.mark.parametrize("name", SPEAKERS)
def test_no_voice_pumps(spoken: dict[str, dict[Line, Shaped]], name: str):
    """Wherever there is no S, every 10 ms of a line have the same gain within 0.1 dB."""
    for each, clip in processed(dict(spoken[name])).items():
        rate, raw = clip.rate, filtered(spoken[name][each].samples, clip.rate, high_pass(75))
        top = above(4500, 6000)
        before, high = _powers(raw, rate), _powers(filtered(raw, rate, top), rate)
        after = _powers(clip.samples, rate)
        calm = (before > before.max() * 1e-4) & (high < before * 0.02)
        assert np.ptp(10 * np.log10(after[calm] / before[calm])[1:-1]) < 0.1


def _powers(samples: Samples, rate: int) -> np.ndarray:
    size = rate // 100
    return np.square(samples[: len(samples) // size * size].reshape(-1, size), dtype=float).sum(axis=1) + 1e-12


# What stays


@pytest.mark.parametrize("name", SPEAKERS)
def test_nothing_moves(spoken: dict[str, dict[Line, Shaped]], name: str):
    """Each clip is as long as before, and its sound lies where it was, to the frame."""
    for each, clip in processed(dict(spoken[name]), treble_db=-3).items():
        before = spoken[name][each]
        assert (len(clip.samples), clip.rate) == (len(before.samples), before.rate)
        length = 2 * len(before.samples)
        alike = np.fft.irfft(np.fft.rfft(before.samples, length).conj() * np.fft.rfft(clip.samples, length), length)
        assert int(np.argmax(alike)) == 0


def test_silence_stays_silence():
    """It gets no gain, and does not count among the lines."""
    silent = np.zeros(RATE, dtype=np.float32)
    clips = speech(0, -8) | {line(9, "Silence."): Shaped(samples=silent, rate=RATE)}
    out = processed(clips)
    assert not out[line(9, "Silence.")].samples.any()
    spoken = {each: clip for each, clip in out.items() if each.number != 9}
    assert np.abs(off_lu(spoken)).max() <= TOLERANCE_LU / 2


@pytest.mark.parametrize("length", [0, 1, 50, 1000])
def test_clips_of_hardly_anything_do_no_harm(length: int):
    """Silent or tiny, among others."""
    for value in (0, 0.5):
        tiny = Shaped(samples=np.full(length, value, dtype=np.float32), rate=RATE)
        out = processed(speech(0) | {line(9, "Tiny."): tiny})
        assert len(out[line(9, "Tiny.")].samples) == length
        assert np.isfinite(out[line(9, "Tiny.")].samples).all()
    assert processed({}) == {}


def test_the_same_clips_give_the_same_sound():
    """To the sample; and a line does not depend on others that leave the median where it is."""
    few, many = speech(-3, 0, 3), speech(-3, 0, 3, -5, 5)
    one, two, more = processed(dict(few)), processed(dict(few)), processed(dict(many))
    for each in few:
        assert np.array_equal(one[each].samples, two[each].samples)
        assert np.array_equal(one[each].samples, more[each].samples)


def test_raw_clips_are_let_go_of_but_never_changed():
    """A dictionary is emptied while its clips go through, which spares memory; what cannot be changed stays."""
    clips = speech(0, -6)
    raw = {each: clip.samples.copy() for each, clip in clips.items()}
    kept = MappingProxyType(clips)
    assert len(processed(kept)) == len(kept) == 2
    assert all(np.array_equal(clip.samples, raw[each]) for each, clip in clips.items())
    processed(clips)
    assert not clips
