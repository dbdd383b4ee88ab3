"""A finished track is refused for whatever is wrong with it, and the error says what and where."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from functools import cache

import numpy as np
import pytest

from mettavox import bed, bells, deliveries, voices
from mettavox.engines.hum import HumEngine
from mettavox.errors import SoundError
from mettavox.mix import Mixer
from mettavox.proof import Proof, Quiet, expected, pieces_of
from mettavox.script import Bell
from mettavox.shape import shaped
from mettavox.stem import VoiceStem, voice_stem
from mettavox.timeline import Placement, Silence, Timeline, Tone
from mettavox.verify import BLOCK_SECONDS, Finding, Measured, against, examined, verify
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
    return expected(timeline, stem.clips, stem.loudness_lufs, mixer.floor, highest_dbtp=-1)


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


# --- all that can sound in a track, at both rates ---


@dataclass(frozen=True)
class Whole:
    """A track with a bell at both ends, tones in a pause, and a ducked bed."""

    timeline: Timeline
    stem: VoiceStem
    sound: np.ndarray
    proof: Proof

    def place(self, number: int) -> Placement:
        """Where a line is; 0 is the first bell."""
        return next(each for each in self.timeline.placements if getattr(each.sound, "number", 0) == number)

    def examined(self, sound: np.ndarray) -> dict[str, Finding]:
        """What is found in a sound, by what was looked at."""
        size = BLOCK_SECONDS * self.proof.rate
        _, found = examined((sound[at : at + size] for at in range(0, len(sound), size)), self.proof)
        return {each.what: each for each in found}


@cache
def whole(rate: int) -> Whole:
    engine, voice = HumEngine(), voices.load("hum")
    engine.open(voice)
    clips = {line(n, text): shaped(engine.speak(text), voice.shaping) for n, text in TEXTS.items()}
    spoken = laid(clips, [10.0, 2.0, 1.7, 9.0, 2.2, 14.0], rate)
    bell = bells.bowl(rate, -24.0)
    rung = [
        Placement(sound=Bell(), start=start, frames=len(bell), section=0)
        for start in (rate // 2, spoken.frames - len(bell) - 2 * rate)
    ]
    pause = spoken.silences[3]
    breath = [
        Tone(phase=phase, start=pause.start + after * rate, frames=4 * rate) for phase, after in (("in", 0), ("out", 4))
    ]
    places = sorted((*spoken.placements, *rung), key=lambda each: each.start)
    edges = [0, *(edge for each in places for edge in (each.start, each.end)), spoken.frames]
    timeline = replace(
        spoken,
        placements=tuple(places),
        tones=tuple(breath),
        silences=tuple(
            Silence(start=start, frames=end - start, shortest=0, longest=end - start)
            for start, end in zip(edges[::2], edges[1::2], strict=True)
        ),
    )
    voice_only = voice_stem(spoken, dict(clips))
    stem = replace(voice_only, clips={**voice_only.clips, Bell(): bell})
    mixer = Mixer(timeline, stem.clips, bed.soft(rate, -30), duck_lu=7.0, tones_lufs=-32.0)
    sound = mixer.between(0, timeline.frames)
    return Whole(
        timeline, stem, sound, expected(timeline, stem.clips, stem.loudness_lufs, mixer.floor, highest_dbtp=-1)
    )


@pytest.fixture(scope="module", params=[44_100, 48_000])
def track(request: pytest.FixtureRequest) -> Whole:
    return whole(request.param)


def test_a_track_with_everything_in_it_holds(track: Whole):
    """Bells, breath tones and ducked bed are where they belong; each thing is told, in its order."""
    found = track.examined(track.sound)
    assert list(found) == ["length", "lines", "bells", "silences", "loudness", "true peak"]
    assert [each for each in found.values() if not each.holds] == []
    assert found["lines"].found == "all 5 as laid"
    assert found["bells"].found == "all 2 as laid"


def test_a_track_with_the_pause_guard_holds(track: Whole):
    """A tone that is not heard and is stronger than the bed, all through the track."""
    mixer = Mixer(track.timeline, track.stem.clips, bed.soft(track.proof.rate, -30), duck_lu=7.0, guard=True)
    proof = expected(track.timeline, track.stem.clips, track.stem.loudness_lufs, mixer.floor, highest_dbtp=-1)
    found = replace(track, proof=proof).examined(mixer.between(0, track.timeline.frames))
    assert [each for each in found.values() if not each.holds] == []


def test_its_sounds_are_kept_in_as_many_pieces_as_are_told(track: Whole):
    """A record that has another number of levels for a sound is not whole."""
    for sound in track.proof.sounds:
        assert pieces_of(sound.start, sound.frames, track.proof.rate) == len(sound.levels)


@pytest.mark.parametrize("gain", [0.0, 0.5, 4.0])
def test_a_bell_that_is_missing_or_at_another_level_is_told(track: Whole, gain: float):
    """And the lines are still found to hold."""
    where, sound = track.place(0), track.sound.copy()
    sound[where.start : where.end] += ((gain - 1) * track.stem.clips[Bell()] / 32768)[:, None].astype(np.float32)
    found = track.examined(sound)
    assert not found["bells"].holds
    assert "a bell" in found["bells"].found
    assert found["lines"].holds


def test_a_bell_in_the_place_of_a_line_is_told(track: Whole):
    """It has other rises and falls."""
    where, sound = track.place(13), track.sound.copy()
    clip = track.stem.clips[where.sound] / np.float32(32768)
    sound[where.start : where.end] += (track.stem.clips[Bell()][: where.frames] / np.float32(32768) - clip)[:, None]
    found = track.examined(sound)
    assert not found["lines"].holds
    assert "line 13" in found["lines"].found
    assert found["bells"].holds


def test_a_tone_in_a_pause_that_has_none_is_a_stray_sound(track: Whole):
    """Where it belongs it is none."""
    sound = track.sound.copy()
    quiet = next(each for each in track.timeline.silences if each.start >= track.place(12).end)
    first = track.timeline.tones[0]
    start, length = quiet.start + quiet.frames // 4, quiet.frames // 2
    middle = first.start + first.frames - length
    sound[start : start + length] += 2 * track.sound[middle : middle + length]
    assert not track.examined(sound)["silences"].holds


def test_a_bed_that_is_not_ducked_is_told(track: Whole):
    """7 LU more than there should be, in the short pauses in which it stays down."""
    mixer = Mixer(track.timeline, track.stem.clips, bed.soft(track.proof.rate, -30), tones_lufs=-32.0)
    assert not track.examined(mixer.between(0, track.timeline.frames))["silences"].holds


def test_everything_that_is_wrong_is_told(track: Whole):
    """Not the first alone; what holds is told as well, and how many more there are."""
    sound = track.sound.copy()
    for number in (11, 14):
        where = track.place(number)
        sound[where.start : where.end] -= (track.stem.clips[where.sound] / np.float32(32768))[:, None]
    where = track.place(13)
    sound[(where.start + where.end) // 2] = 0.99
    found = track.examined(sound[:-1])
    assert not found["length"].holds
    assert f"{len(sound) - 1} frames" in found["length"].found
    assert found["lines"].found.startswith("line 11, at ")
    assert found["lines"].found.endswith("is not heard, and 1 more of 5 are wrong")
    assert not found["true peak"].holds
    assert found["bells"].holds
    assert found["silences"].holds


def test_a_line_is_judged_as_it_is_by_itself(track: Whole):
    """Lines that follow each other closely, and a last one that ends with the track, as much as one alone."""
    sound = track.sound.copy()
    sounds = tuple(each for each in track.proof.sounds if each.number)
    wrong = sounds[1::2]
    for each in wrong:
        sound[each.start : each.end] = 0
    whole = replace(track, sound=sound, proof=replace(track.proof, sounds=sounds))
    alone = [replace(whole, proof=replace(whole.proof, sounds=(each,))).examined(sound)["lines"] for each in sounds]
    assert [each.holds for each in alone] == [each not in wrong for each in sounds]
    first = next(each for each in alone if not each.holds)
    assert (
        whole.examined(sound)["lines"].found == f"{first.found}, and {len(wrong) - 1} more of {len(sounds)} are wrong"
    )


def test_a_silence_that_is_shorter_than_its_edges_is_none():
    """It has no inside; the rest of the track is not it."""
    short = replace(whole(48_000).proof, quiets=(Quiet(start=0, frames=2_400, floor=0.0),))
    sound = whole(48_000).sound
    _, found = examined(blocks(sound), short)
    assert next(each for each in found if each.what == "silences").holds


# --- beside what a profile asks for ---


def measured(**values: float) -> Measured:
    usual = {"frames": 48_000, "voice_lufs": -18.0, "peak_dbtp": -6.0, "spoken_rms_db": -20.0, "floor_db": -66.0}
    return Measured(**{**usual, **values})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("values", "outside"),
    [
        ({}, []),
        ({"voice_lufs": -18.5}, []),
        ({"voice_lufs": -18.6}, ["voice"]),
        ({"voice_lufs": -17.4}, ["voice"]),
        ({"peak_dbtp": -3.0}, []),
        ({"peak_dbtp": -2.9}, ["true peak"]),
        ({"spoken_rms_db": -23.0}, []),
        ({"spoken_rms_db": -23.1}, ["RMS of the spoken parts"]),
        ({"spoken_rms_db": -17.9}, ["RMS of the spoken parts"]),
        ({"floor_db": -59.0}, ["RMS of the pauses"]),
        ({"floor_db": float("-inf")}, []),
        ({"voice_lufs": float("-inf")}, ["voice"]),
        ({"voice_lufs": float("nan")}, ["voice"]),
    ],
)
def test_what_was_measured_is_held_against_the_profile(values: dict[str, float], outside: list[str]):
    """ACX asks for all four; each is told with its number and what was asked for."""
    found = against(deliveries.load("acx"), measured(**values))
    assert [each.what for each in found] == ["voice", "true peak", "RMS of the spoken parts", "RMS of the pauses"]
    assert [each.what for each in found if not each.holds] == outside
    assert all("asked for" in each.found or "at most" in each.found for each in found)


def test_a_profile_is_not_asked_for_what_it_does_not_ask_for():
    """Podcasts have no bounds for the RMS."""
    found = against(deliveries.load("podcast"), measured(voice_lufs=-16.0))
    assert [(each.what, each.holds) for each in found] == [("voice", True), ("true peak", True)]
    assert found[0].found == "-16.0 LUFS, -16 asked for"


def test_digital_silence_is_told_in_words():
    """And not as -inf dB."""
    found = against(deliveries.load("acx"), measured(floor_db=float("-inf")))
    assert found[-1].found == "digital silence, at most -60"
