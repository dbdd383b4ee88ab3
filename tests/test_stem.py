"""The voice stem is at its loudness and under its ceiling, whatever the engine gave."""

from dataclasses import replace

import numpy as np
import pytest

from mettavox import voices
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.mix import Mixer
from mettavox.script import Bell, Line
from mettavox.shape import Shaped, shaped
from mettavox.stem import Levelling, VoiceStem, Weighed, voice_stem
from mettavox.timeline import Placement, Timeline
from mettavox.voice import Shaping
from oracles import clip_of, laid, line, metered, speechlike

RATE = 48_000


TEXTS = ("May you be safe and well.", "Rest.", "Let your shoulders soften a little more.")


def spoken(name: str) -> dict[Line, Shaped]:
    voice = voices.load(name)
    engine = EngineProcess(table.target(voice.engine), voice)
    try:
        return {line(n, text): shaped(engine.speak(text, within=30), voice.shaping) for n, text in enumerate(TEXTS)}
    finally:
        engine.close()


def speech(rate: int, gain: float = 1.0) -> dict[Line, Shaped]:
    clips = [speechlike(1.5 + n, rate, n) * np.float32(gain * 0.7**n) for n in range(4)]
    return {line(n): shaped(clip_of(clip, rate), Shaping()) for n, clip in enumerate(clips, start=1)}


def spiky() -> dict[Line, Shaped]:
    """Quiet speech with pulses 20 dB above it: it has to be limited to become loud enough."""
    clips = speech(22_050, 0.3)
    for n, clip in enumerate(clips.values()):
        at = len(clip.samples) // 2 + 100 * n
        clip.samples[at : at + 40] += 0.8 * np.hanning(40).astype(np.float32)
    return clips


MATERIAL = {
    "hum": lambda: spoken("hum"),
    "system": lambda: spoken("system"),
    "22 kHz": lambda: speech(22_050),
    "16 kHz": lambda: speech(16_000),
    "48 kHz": lambda: speech(48_000),
    "very quiet": lambda: speech(24_000, 0.02),
    "very loud": lambda: speech(24_000, 2.4),
    "spiky": spiky,
}


@pytest.fixture(params=MATERIAL)
def material(request: pytest.FixtureRequest) -> dict[Line, Shaped]:
    return MATERIAL[request.param]()


def made(clips: dict[Line, Shaped], pause: float = 2.0) -> tuple[Timeline, VoiceStem]:
    timeline = laid(clips, [0.75, *[pause + 0.0137 * n for n in range(len(clips) - 1)], 3.0], RATE)
    return timeline, voice_stem(timeline, dict(clips))


def sound(timeline: Timeline, stem: VoiceStem) -> np.ndarray:
    return Mixer(timeline, stem.clips, None).between(0, timeline.frames)


def test_the_voice_is_at_its_loudness(material: dict[Line, Shaped]):
    """-16 LUFS within 0.05, by ffmpeg and by what the stem says of itself."""
    timeline, stem = made(material)
    assert stem.loudness_lufs == pytest.approx(-16, abs=0.05)
    assert metered(sound(timeline, stem), RATE).lufs == pytest.approx(-16, abs=0.05)


@pytest.mark.parametrize("name", ["hum", "system"])
def test_the_true_peak_of_a_voice_is_under_the_ceiling(name: str):
    """-2 dBTP, of which the change of rate may take a tenth."""
    assert metered(sound(*made(spoken(name))), RATE).dbtp <= -1.9


def test_the_true_peak_of_anything_is_near_the_ceiling(material: dict[Line, Shaped]):
    """Sound close to half its rate peaks a little higher than fourfold oversampling can tell."""
    assert metered(sound(*made(material)), RATE).dbtp <= -1.8


def test_pauses_do_not_change_the_loudness():
    """Speech alone counts: with eight times the silence, the clips are the same within 0.3 dB."""
    clips = speech(22_050)
    (_, short), (_, long) = made(clips, 1.0), made(clips, 30.0)
    for sound_of, samples in short.clips.items():
        ratio = np.abs(long.clips[sound_of]).max() / np.abs(samples).max()
        assert abs(20 * np.log10(ratio)) < 0.3


def test_one_gain_for_all():
    """Loud lines stay louder than soft ones by as much as they were."""
    clips = {
        each: Shaped(samples=clip.samples * np.float32(0.8**n), rate=clip.rate)
        for n, (each, clip) in enumerate(spoken("hum").items())
    }
    _, stem = made(clips)
    gains = [np.abs(stem.clips[each]).max() / np.abs(clip.samples).max() for each, clip in clips.items()]
    assert max(gains) / min(gains) < 1.01


def test_every_clip_has_the_length_its_place_has(material: dict[Line, Shaped]):
    """At the track's rate, to the frame."""
    timeline, stem = made(material)
    assert [len(stem.clips[place.sound]) for place in timeline.placements] == [p.frames for p in timeline.placements]


def test_a_line_that_is_said_again_counts_again():
    """It is one clip, at two places."""
    clips = speech(22_050)
    first = next(iter(clips))
    timeline = laid(clips, [1, 1, 1, 1, 1, 2], RATE, [*clips, first])
    assert metered(sound(timeline, voice_stem(timeline, dict(clips))), RATE).lufs == pytest.approx(-16, abs=0.1)


def test_the_same_clips_give_the_same_stem():
    """To the sample."""
    (_, one), (_, two) = made(speech(22_050)), made(speech(22_050))
    assert all(np.array_equal(samples, two.clips[each]) for each, samples in one.clips.items())


# Other loudnesses, ceilings and rates


def made_for(clips: dict[Line, Shaped], rate: int, **wanted: float) -> tuple[Timeline, VoiceStem]:
    timeline = laid(clips, [0.75, *[2.0 + 0.0137 * n for n in range(len(clips) - 1)], 3.0], rate)
    return timeline, voice_stem(timeline, dict(clips), **wanted)


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize(("lufs", "dbtp"), [(-16, -2), (-17, -4), (-18, -2.5), (-20, -4), (-30, -10)])
def test_the_voice_is_at_the_loudness_that_is_asked_for(rate: int, lufs: float, dbtp: float):
    """Within 0.05 LU, by ffmpeg too, under its ceiling, at both rates of tracks."""
    timeline, stem = made_for(speech(22_050), rate, loudness_lufs=lufs, ceiling_dbtp=dbtp)
    meter = metered(sound(timeline, stem), rate)
    assert stem.loudness_lufs == pytest.approx(lufs, abs=0.05)
    assert meter.lufs == pytest.approx(lufs, abs=0.05)
    assert meter.dbtp <= dbtp + 0.2
    assert [len(stem.clips[place.sound]) for place in timeline.placements] == [
        place.frames for place in timeline.placements
    ]


@pytest.mark.parametrize("material", MATERIAL, indirect=True)
@pytest.mark.parametrize("lufs", [-10, -30])
def test_a_loudness_is_met_or_what_can_be_reached_is_said(material: dict[Line, Shaped], lufs: float):
    """At the ends of what a profile may ask for; what the stem says of itself is true of it either way."""
    timeline, stem = made_for(material, RATE, loudness_lufs=lufs)
    assert metered(sound(timeline, stem), RATE).lufs == pytest.approx(stem.loudness_lufs, abs=0.1)
    assert stem.loudness_lufs <= lufs + 0.05
    if lufs <= -16:
        assert stem.loudness_lufs == pytest.approx(lufs, abs=0.05)


def test_what_cannot_be_reached_is_not_tried_for_ever():
    """A voice under a ceiling of -20 dBTP cannot be at -10 LUFS: it is held, whole, and not crushed to a square."""
    timeline, stem = made_for(speech(22_050), RATE, loudness_lufs=-10, ceiling_dbtp=-20)
    meter = metered(sound(timeline, stem), RATE)
    assert stem.loudness_lufs < -18
    assert meter.dbtp <= -19


def test_silence_has_no_loudness():
    """It stays silence, without a warning; so does a timeline without lines."""
    silent = {line(1): Shaped(samples=np.zeros(22_050, dtype=np.float32), rate=22_050)}
    _, stem = made_for(silent, RATE)
    assert stem.loudness_lufs == float("-inf")
    assert not stem.clips[line(1)].any()
    nothing = Timeline(rate=RATE, frames=RATE, placements=(), silences=(), chapters=(), spaciousness=0.0)
    assert not voice_stem(nothing, {}).clips


def test_a_bell_among_the_lines_is_left_to_others():
    """Only speech is in the stem, and only speech sets its loudness."""
    clips = speech(22_050)
    timeline = laid(clips, [0.75, 2.0, 2.0, 2.0, 3.0], RATE)
    bell = Placement(sound=Bell(), start=timeline.frames, frames=RATE, section=0)
    longer = replace(timeline, frames=timeline.frames + 2 * RATE, placements=(*timeline.placements, bell))
    plain, rung = voice_stem(timeline, dict(clips)), voice_stem(longer, dict(clips))
    assert set(rung.clips) == set(clips)
    assert rung.loudness_lufs == pytest.approx(plain.loudness_lufs, abs=0.05)


def test_what_was_made_louder_is_what_was_louder():
    """Its peaks and its loudness follow its gain: in every sample it is within one step of a clip that came so."""
    made = Levelling(gain=1.5, ceiling=0.5, loudness_lufs=-16.0)
    for clip in speech(22_050).values():
        later, before = Weighed(clip), Weighed(Shaped(samples=clip.samples * np.float32(10**0.2), rate=clip.rate))
        assert abs(before.speech_lufs - later.speech_lufs - 4.0) < 1e-4
        later.amplify(4.0)
        difference = later.finished(made, RATE).astype(int) - before.finished(made, RATE)
        assert np.abs(difference).max() <= 1
