"""A finished track is refused for whatever is wrong with it, and the error says what and where."""

from collections.abc import Callable, Iterator
from functools import cache

import numpy as np
import pytest

from mettavox import bed, deliveries, voices
from mettavox.engines.hum import HumEngine
from mettavox.errors import SoundError
from mettavox.mix import Mixer
from mettavox.proof import Proof, expected
from mettavox.shape import shaped
from mettavox.stem import VoiceStem, voice_stem
from mettavox.timeline import Placement, Timeline
from mettavox.verify import BLOCK_SECONDS, Measured, verify
from oracles import laid, line

RATE = 48_000
TEXTS = {
    11: "May you be safe and well.",
    12: "Rest.",
    13: "Let your shoulders soften a little more, and your jaw.",
    14: "Take what helps, and leave the rest.",
    15: "May all be well.",
}


@cache
def studio() -> tuple[Timeline, VoiceStem]:
    engine, voice = HumEngine(), voices.load("hum")
    engine.open(voice)
    clips = {line(n, text): shaped(engine.speak(text), voice.shaping) for n, text in TEXTS.items()}
    timeline = laid(clips, [0.75, 2.0, 1.7, 4.0, 2.2, 3.0], RATE)
    return timeline, voice_stem(timeline, dict(clips))


@cache
def quiet() -> bed.Bed:
    return bed.soft(RATE, -37)


@cache
def _sound(*, with_bed: bool) -> np.ndarray:
    timeline, stem = studio()
    return Mixer(timeline, stem.clips, quiet() if with_bed else None).between(0, timeline.frames)


@cache
def proof(*, with_bed: bool) -> Proof:
    timeline, stem = studio()
    mixer = Mixer(timeline, stem.clips, quiet() if with_bed else None)
    return expected(timeline, stem.clips, mixer.floor, deliveries.load("podcast"))


@pytest.fixture(params=[True, False], ids=["with bed", "without bed"])
def with_bed(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


@pytest.fixture
def good(with_bed: bool) -> np.ndarray:
    """The track as it should be, to be spoilt."""
    return _sound(with_bed=with_bed).copy()


@pytest.fixture
def judged(with_bed: bool) -> Callable[[np.ndarray], Measured]:
    """What ``verify`` says of a sound."""

    def judge(sound: np.ndarray) -> Measured:
        return verify(blocks(sound), proof(with_bed=with_bed))

    return judge


Judge = Callable[[np.ndarray], Measured]


def blocks(sound: np.ndarray) -> Iterator[np.ndarray]:
    size = BLOCK_SECONDS * RATE
    for start in range(0, len(sound), size):
        yield sound[start : start + size]


def place(number: int) -> Placement:
    return next(each for each in studio()[0].placements if getattr(each.sound, "number", 0) == number)


def silenced(sound: np.ndarray, start: int, stop: int, *, with_bed: bool) -> None:
    """Take the voice away and leave the bed."""
    sound[start:stop] -= _sound(with_bed=False)[start:stop]


def test_a_good_track_passes(good: np.ndarray, judged: Judge):
    """And what was measured is told."""
    measured = judged(good)
    assert measured.frames == studio()[0].frames
    assert measured.voice_lufs == pytest.approx(-16, abs=0.2)
    assert -20 < measured.peak_dbtp < -1


@pytest.mark.parametrize("number", TEXTS)
def test_a_missing_line_is_named(good: np.ndarray, judged: Judge, with_bed: bool, number: int):
    """By its number in the script."""
    silenced(good, place(number).start, place(number).end, with_bed=with_bed)
    with pytest.raises(SoundError, match=rf"line {number}\b"):
        judged(good)


@pytest.mark.parametrize("share", [0.25, 0.5, 0.6, 0.75])
@pytest.mark.parametrize("number", [11, 13])
def test_a_cut_line_is_named(good: np.ndarray, judged: Judge, with_bed: bool, number: int, share: float):
    """What is left of it is at its place and its level."""
    where = place(number)
    silenced(good, where.start + round(share * where.frames), where.end, with_bed=with_bed)
    with pytest.raises(SoundError, match=rf"line {number}\b"):
        judged(good)


def test_swapped_lines_are_named(good: np.ndarray, judged: Judge, with_bed: bool):
    """Each is whole, and in the other's place."""
    first, second = place(11), place(14)
    plain = _sound(with_bed=False)
    for where, other in ((first, second), (second, first)):
        silenced(good, where.start, where.end, with_bed=with_bed)
        length = min(other.frames, len(good) - where.start)
        good[where.start : where.start + length] += plain[other.start : other.start + length]
    with pytest.raises(SoundError, match=r"line 1[14]\b|silence"):
        judged(good)


@pytest.mark.parametrize("seconds", [0.5, 1.0])
def test_a_line_at_another_time_is_refused(good: np.ndarray, judged: Judge, with_bed: bool, seconds: float):
    """Half a second late."""
    where, late = place(11), round(seconds * RATE)
    plain = _sound(with_bed=False)[where.start : where.end]
    silenced(good, where.start, where.end, with_bed=with_bed)
    good[where.start + late : where.end + late] += plain
    with pytest.raises(SoundError, match=r"line 11\b|silence"):
        judged(good)


@pytest.mark.parametrize("gain_db", [-8, 8])
def test_a_line_at_another_level_is_named(good: np.ndarray, judged: Judge, gain_db: float):
    """Much too soft, or much too loud."""
    where = place(14)
    good[where.start : where.end] *= 10 ** (gain_db / 20)
    with pytest.raises(SoundError, match=r"line 14\b.* dB off"):
        judged(good)


@pytest.mark.parametrize("change", [-1, 1, -1152, 1152, -RATE])
def test_another_length_is_refused(good: np.ndarray, judged: Judge, change: int):
    """One frame is too much."""
    other = good[:change] if change < 0 else np.concatenate([good, np.zeros((change, 2), dtype=np.float32)])
    with pytest.raises(SoundError, match=f"{len(other)} frames instead of {len(good)}"):
        judged(other)


def test_a_truncated_track_is_refused(good: np.ndarray, judged: Judge):
    """Half of it, as after a full disk."""
    with pytest.raises(SoundError, match="frames"):
        judged(good[: len(good) // 2])


def test_nothing_is_refused(judged: Judge):
    """A file with tags and no sound."""
    with pytest.raises(SoundError):
        judged(np.zeros((0, 2), dtype=np.float32))


@pytest.mark.parametrize("gain_db", [-2, -0.8, 0.8, 2])
def test_a_track_at_another_loudness_is_refused(good: np.ndarray, judged: Judge, gain_db: float):
    """Half a LU is allowed."""
    with pytest.raises(SoundError, match="LUFS instead of -16"):
        judged(good * np.float32(10 ** (gain_db / 20)))


def test_a_peak_over_the_limit_is_refused(good: np.ndarray, judged: Judge):
    """One click in the voice, too short to change its level."""
    where = place(13)
    middle = (where.start + where.end) // 2
    good[middle : middle + 3] = 0.95
    with pytest.raises(SoundError, match=r"true peak is .* dBTP"):
        judged(good)


@pytest.mark.parametrize("channel", [0, 1])
def test_a_peak_in_one_channel_is_refused(good: np.ndarray, judged: Judge, channel: int):
    """Left or right."""
    where = place(13)
    middle = (where.start + where.end) // 2
    good[middle : middle + 3, channel] = -0.97
    with pytest.raises(SoundError, match="true peak"):
        judged(good)


@pytest.mark.parametrize("pause", range(6))
def test_a_stray_sound_in_a_pause_is_refused(good: np.ndarray, judged: Judge, pause: int):
    """A fifth of a second of tone, well under the voice; the error says when."""
    start = studio()[0].silences[pause].start + round(0.3 * RATE)
    stray = 0.06 * np.sin(2 * np.pi * 440 * np.arange(RATE // 5) / RATE)
    good[start : start + len(stray)] += stray[:, None].astype(np.float32)
    with pytest.raises(SoundError, match=r"silence at (\d+\.\d) s") as caught:
        judged(good)
    said = float(str(caught.value).split("silence at ")[1].split(" s")[0])
    assert said == pytest.approx(start / RATE, abs=0.25)


def test_a_line_heard_twice_is_refused(good: np.ndarray, judged: Judge):
    """Once where it belongs, and once in a pause."""
    where = place(11)
    start = where.end + round(0.5 * RATE)
    good[start : start + where.frames] += _sound(with_bed=False)[where.start : where.end]
    with pytest.raises(SoundError, match="silence"):
        judged(good)


def test_a_mono_track_is_refused(good: np.ndarray, judged: Judge):
    """It would play 3 LU softer."""
    with pytest.raises(SoundError, match="stereo"):
        judged(good[:, :1])


@pytest.mark.parametrize("lost", [0, 1])
def test_a_track_with_one_silent_channel_is_refused(good: np.ndarray, judged: Judge, lost: int):
    """Voices are in the middle."""
    good[:, lost] = 0
    with pytest.raises(SoundError):
        judged(good)


def test_an_error_has_a_hint_and_no_words(good: np.ndarray, judged: Judge, with_bed: bool):
    """The line's number is enough."""
    silenced(good, place(11).start, place(11).end, with_bed=with_bed)
    with pytest.raises(SoundError) as caught:
        judged(good)
    assert caught.value.hint
    assert "safe" not in f"{caught.value} {caught.value.hint}"
