"""Ensemble: a person's own takes first; names put into them; and another voice, or none, for what is missing."""

import shutil
from collections.abc import Callable, Iterator
from fractions import Fraction
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from mettavox import level, voices
from mettavox.audio import Clip
from mettavox.ensemble import Ensemble, Speaker
from mettavox.errors import VoiceError
from mettavox.person import Listener, Spoken, Target
from mettavox.prepare import Prepared, prepare
from mettavox.recording import LOUDNESS_LUFS
from mettavox.render import render
from mettavox.request import Request
from mettavox.script import Line, Word
from mettavox.speech import Speech
from mettavox.spoken import Settings
from mettavox.takes import RATE, Takes, pieces
from oracles import clip_of, frames_by_soundfile, line, tone
from recorded import hummed, keep

pytestmark = pytest.mark.usefixtures("small_covers")

ALONE = Settings(cache=False, workers=2)
HELLO = Line(
    text="Hello, Maya.",
    spoken="Hello, Maya.",
    number=12,
    personal=True,
    unnamed=line(12, "Hello."),
    carrier="Hello, {name}.",
    words=(Word(slot="name", written="Maya", said="MY-a"),),
)
WISH = Line(
    text="May Sam be safe.",
    spoken="May Sam be safe.",
    number=20,
    personal=True,
    carrier="May {target} be safe.",
    words=(Word(slot="target", written="Sam", said="Sam"),),
)
NAME_HZ = 700.0


class _Beeps:
    """Another voice: it says everything with one tone, and remembers what it was asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def speak(self, text: str, *, within: float) -> Clip:
        self.asked.append(text)
        sound = tone(NAME_HZ, 0.16 * len(text) ** 0.8, 22_050, -20)
        return clip_of(np.pad(sound, 2205), 22_050)

    def renew(self) -> None:
        """Nothing to start again."""

    def close(self) -> None:
        """Nothing to end."""


@pytest.fixture
def beeps() -> _Beeps:
    """The other voice."""
    return _Beeps()


@pytest.fixture
def fill(beeps: _Beeps) -> Iterator[Speaker]:
    """The other voice, ready to fill in."""
    speech = Speech(voices.load("hum"), lambda: beeps, cache=None, workers=1)
    yield Speaker(voice=voices.load("hum"), speech=speech)
    speech.close()


@cache
def loud(text: str) -> np.ndarray:
    """A text hummed at the loudness of takes, as 16-bit samples; to be read only."""
    floats = hummed(text).astype(np.float32) / 32768
    gain = 10 ** ((LOUDNESS_LUFS - level.of(floats, RATE)) / 20)
    samples = np.rint(floats * gain * 32767).astype(np.int16)
    samples.flags.writeable = False
    return samples


def carrier(text: str) -> tuple[np.ndarray, tuple[tuple[int, int], ...]]:
    """A take of a carrier: its parts hummed, with a second of quiet between them."""
    parts = [loud(part) for part in pieces(text) if part]
    gaps, at = [], 0
    for part in parts[:-1]:
        gaps.append((at + len(part), at + len(part) + RATE))
        at += len(part) + RATE
    quiet = np.zeros(RATE, dtype=np.int16)
    sound = np.concatenate([each for part in parts for each in (part, quiet)][:-1])
    return sound, tuple(gaps)


def takes_of(*texts: str) -> Takes:
    """Takes of those texts."""
    keep("mine", {text: carrier(text) if "{" in text else loud(text) for text in texts})
    return Takes.open(voices.folder("mine"), voice="mine")


def pitches(samples: np.ndarray, rate: int = RATE) -> list[bool]:
    """For each 10 ms with sound, whether it is the other voice's tone."""
    found = []
    for start in range(0, len(samples) - rate // 50, rate // 100):
        part = samples[start : start + rate // 50]
        if np.abs(part).max() > 0.01:
            spectrum = np.abs(np.fft.rfft(part * np.hanning(len(part)), 8192))
            found.append(bool(abs(np.argmax(spectrum) * rate / 8192 - NAME_HZ) < 60))
    return found


def test_a_line_alone_is_the_take_itself() -> None:
    """To the sample."""
    recorded = takes_of("May I be safe.")
    clip = Ensemble(None, recorded).clip(line(1, "May I be safe."))
    assert np.array_equal(np.rint(clip.samples * 32768), recorded.read("May I be safe."))
    assert clip.rate == RATE


def test_a_missing_line_is_refused_with_its_number() -> None:
    """And how many there are of how many; no words."""
    ensemble = Ensemble(None, takes_of("One."))
    lines = [line(1, "One."), line(14, "Two."), line(20, "Three."), line(23, "Four."), line(30, "Five.")]
    with pytest.raises(VoiceError) as raised:
        ensemble.check(lines)
    assert raised.value.message == ("4 of 5 lines are not recorded, the first in lines 14, 20 and 23 of the script.")
    assert "--fill" in raised.value.hint
    with pytest.raises(VoiceError, match=r"^1 of 2 lines is not recorded, in line 14 of the script\.$"):
        ensemble.check(lines[:2])
    ensemble.check(lines[:1])


def test_another_voice_says_what_is_missing_as_loud_as_the_takes(fill: Speaker, beeps: _Beeps) -> None:
    """And nothing else."""
    ensemble = Ensemble(fill, takes_of("May I be safe."))
    lines = [line(1, "May I be safe."), line(2, "May I be well.")]
    ensemble.check(lines)
    ensemble.speak(lines)
    assert beeps.asked == ["May I be well."]
    own, other = (ensemble.clip(each) for each in lines)
    assert level.of(other.samples, other.rate) == pytest.approx(level.of(own.samples, own.rate), abs=0.3)


def test_a_name_that_was_recorded_is_put_into_its_carrier() -> None:
    """Nobody else is needed."""
    recorded = takes_of("May {target} be safe.", "Sam")
    ensemble = Ensemble(None, recorded)
    ensemble.check([WISH])
    clip = ensemble.clip(WISH)
    gap = recorded.take("May {target} be safe.").gaps[0]
    spoken = len(recorded.read("May {target} be safe.")) - (gap[1] - gap[0]) + len(recorded.read("Sam"))
    assert len(clip.samples) == pytest.approx(spoken + 2 * 0.07 * RATE, abs=0.05 * RATE)


def test_a_name_is_put_in_by_another_voice(fill: Speaker, beeps: _Beeps) -> None:
    """It says the name alone, as it is said; joined 70 ms apart, at one loudness, without a click."""
    ensemble = Ensemble(fill, takes_of("May {target} be safe."))
    ensemble.speak([WISH])
    assert beeps.asked == ["Sam"]
    samples = ensemble.clip(WISH).samples
    whose = pitches(samples)
    assert whose[0] is False
    assert whose[-1] is False
    assert sum(whose) > 10
    changes = [place for place in range(1, len(whose)) if whose[place] != whose[place - 1]]
    assert len(changes) == 2, "the name lies in one piece between the words"
    heard = np.abs(samples) > 0.01
    quiet = np.flatnonzero(np.diff(np.concatenate([[0], (~heard).astype(int), [0]]))).reshape(-1, 2)
    pauses = sorted((stop - start) / RATE for start, stop in quiet)[-2:]
    assert all(0.04 < pause < 0.12 for pause in pauses), pauses
    assert np.abs(np.diff(samples)).max() < 0.2


def test_the_name_at_the_end_needs_no_gap(fill: Speaker) -> None:
    """“Hello, Maya.”: the take of “Hello,” and the name."""
    ensemble = Ensemble(fill, takes_of("Hello, {name}."))
    whose = pitches(ensemble.clip(HELLO).samples)
    assert whose == sorted(whose)
    assert any(whose)
    assert not all(whose)


def test_an_intention_is_a_take_of_its_own() -> None:
    """A line that is nothing but a person's words."""
    recorded = takes_of("I want to be kind")
    own = Line(
        text="I want to be kind.", spoken="I want to be kind.", number=3, personal=True,
        carrier="{intention}.", words=(Word(slot="intention", written="I want to be kind", said="I want to be kind"),),
    )  # fmt: skip
    assert np.array_equal(
        np.rint(Ensemble(None, recorded).clip(own).samples * 32768), recorded.read("I want to be kind")
    )


def test_without_the_name_the_line_without_it_is_said() -> None:
    """And the script says so, so that the captions are true."""
    prepared = prepare(
        Request(script="loving-kindness", voice="hum", listener=Listener(name=Spoken(written="Maya", said="Maya")))
    )
    names = {each.text for each in prepared.script.lines() if "Maya" in each.text}
    assert names
    texts = [each.text for each in prepared.script.lines()]
    texts += [each.unnamed.text for each in prepared.script.lines() if each.unnamed]
    ensemble = Ensemble(None, takes_of(*(text for text in dict.fromkeys(texts) if "Maya" not in text)))
    said = ensemble.script(prepared.script).lines()
    assert not any("Maya" in each.text for each in said)
    ensemble.check(said)
    note = ensemble.note(prepared.script, said)
    assert note == "The name is not said, since it was not recorded: record it, or add --fill calm."
    assert ensemble.note(prepared.script, []) == ""


def test_a_name_for_which_there_is_no_blank_is_told(fill: Speaker, prepared_from: Callable[..., Prepared]) -> None:
    """Another voice would not help; nor is anything told of a name that is said."""
    maya = Listener(name=Spoken(written="Maya", said="Maya"))
    body = "# A {keep}\nHello{{ name }}.\n! You can stop at any time.\n"
    script = prepared_from(body, voice="hum", listener=maya).script
    without = Ensemble(fill, takes_of("Hello."))
    assert "with a blank for it" in without.note(script, without.script(script).lines())
    shutil.rmtree(voices.folder("mine"))
    said = Ensemble(fill, takes_of("Hello.", "Hello, {name}."))
    assert said.note(script, said.script(script).lines()) == ""


def test_the_name_is_kept_where_only_another_voice_could_say_either(fill: Speaker) -> None:
    """Neither the line nor the one without the name was recorded."""
    prepared = prepare(
        Request(script="loving-kindness", voice="hum", listener=Listener(name=Spoken(written="Maya", said="Maya")))
    )
    said = Ensemble(fill, takes_of("Rest.")).script(prepared.script).lines()
    assert said == prepared.script.lines()


def test_a_wish_that_has_only_a_name_is_refused_without_it(fill: Speaker) -> None:
    """Or said by the other voice, whole."""
    recorded = takes_of("Rest.")
    with pytest.raises(VoiceError) as raised:
        Ensemble(None, recorded).check([WISH])
    assert "Sam" not in raised.value.message + raised.value.hint
    clip = Ensemble(fill, recorded).clip(WISH)
    assert all(pitches(clip.samples, clip.rate))


def test_a_voice_alone_is_an_ensemble_of_one(fill: Speaker, beeps: _Beeps) -> None:
    """It says everything, names and all, as it is."""
    ensemble = Ensemble(fill)
    ensemble.check([HELLO, WISH])
    ensemble.clip(HELLO)
    assert beeps.asked == ["Hello, Maya."]


# --- a whole track ---


def request(**more: object) -> Request:
    """A track in the recorded voice."""
    people = {"listener": Listener(name=Spoken(written="Xochitl", said="Xochitl"))}
    return Request(script="loving-kindness", seconds=Fraction(150), voice="mine", **{"bed": "none", **people, **more})  # type: ignore[arg-type]


@pytest.fixture
def every() -> list[str]:
    """All lines of the track, with and without the name."""
    found = prepare(Request(script="loving-kindness", voice="hum")).script.lines()
    return list(dict.fromkeys(each.text for each in found))


def recorded_voice(texts: list[str]) -> None:
    """A voice with those lines, hummed as the hum would."""
    keep("mine", {text: loud(text) for text in texts})


def test_a_track_in_a_recorded_voice(every: list[str], tmp_path: Path) -> None:
    """Exactly as long as asked, and the same bytes again; its tags say that a person speaks."""
    recorded_voice(every)
    paths = [tmp_path / f"{place}.mp3" for place in range(2)]
    for path in paths:
        track = render(prepare(request()), path, settings=ALONE)
    assert frames_by_soundfile(paths[0]) == 150 * RATE
    assert track.measured.voice_lufs == pytest.approx(-16, abs=0.5)
    assert paths[0].read_bytes() == paths[1].read_bytes()
    assert track.note.startswith("The name is not said")
    assert b"synthetic" not in paths[0].read_bytes()[:4096].replace(b"\0", b"")
    assert not any(
        "Xochitl" in place.sound.text for place in track.timeline.placements if isinstance(place.sound, Line)
    )


def test_a_track_with_a_line_missing_is_refused_and_nothing_is_left(every: list[str], tmp_path: Path) -> None:
    """With the line's number; and made with another voice for it."""
    recorded_voice([text for text in every if text != "May I be safe."])
    with pytest.raises(VoiceError, match=r"^1 of \d+ lines is not recorded, in line \d+ of the script\.$"):
        render(prepare(request()), tmp_path / "a.mp3", settings=ALONE)
    assert list(tmp_path.iterdir()) == []
    track = render(prepare(request(fill="hum")), tmp_path / "a.mp3", settings=ALONE)
    said = [place.sound.text for place in track.timeline.placements if isinstance(place.sound, Line)]
    assert "May I be safe." in said
    render(prepare(request(fill="hum")), tmp_path / "b.mp3", settings=ALONE)
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()


def test_a_named_target_is_refused_or_filled(every: list[str], tmp_path: Path) -> None:
    """“May Sam be safe” has no wording without the name."""
    recorded_voice(every)
    target = Target(relation="neutral", name=Spoken(written="Quentin", said="Quentin"), pronouns="name")
    with pytest.raises(VoiceError) as raised:
        render(prepare(request(target=target)), tmp_path / "a.mp3", settings=ALONE)
    assert "Quentin" not in raised.value.message + raised.value.hint
    render(prepare(request(target=target, fill="hum")), tmp_path / "a.mp3", settings=ALONE)
    assert b"Quentin" not in (tmp_path / "a.mp3").read_bytes()


def test_a_recorded_voice_cannot_fill_in(every: list[str]) -> None:
    """It could say no other line either."""
    recorded_voice(every)
    with pytest.raises(VoiceError, match="is recorded too"):
        prepare(request(fill="mine"))
