"""Every line becomes a checked clip: spoken once, tried again when it is bad, and kept where it may be kept."""

import threading
import time
from array import array
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest

from mettavox import speech, voices
from mettavox.audio import Clip
from mettavox.clipcache import ClipCache
from mettavox.engines.hum import HumEngine
from mettavox.errors import EngineError, VoiceError
from mettavox.speech import Speech
from oracles import line

HUM = voices.load("hum")
TEXT = "May you be safe and well, and at ease."
LINES = [line(number, f"May you be well, {word}.") for number, word in enumerate(("now", "today", "always"), start=4)]


def hummed(text: str = TEXT) -> Clip:
    engine = HumEngine()
    engine.open(HUM)
    return engine.speak(text)


class Mouth:
    """A Speaker without a process: hums what it is asked, after ``trouble`` had its say."""

    def __init__(self, trouble: Callable[[str], Clip | None] = lambda text: None) -> None:
        self.trouble = trouble
        self.said: list[str] = []
        self.renewed = 0
        self.closed = False

    def speak(self, text: str, *, within: float) -> Clip:
        self.said.append(text)
        return self.trouble(text) or hummed(text)

    def renew(self) -> None:
        self.renewed += 1

    def close(self) -> None:
        self.closed = True


class Studio:
    """Speech with one or more mouths, over one cache."""

    def __init__(self, folder: Path, trouble: Callable[[str], Clip | None] = lambda text: None) -> None:
        self.mouths: list[Mouth] = []
        self._cache = ClipCache(folder)
        self._trouble = trouble

    def speech(self, *, workers: int = 1, cache_names: bool = False, version: str = "1") -> Speech:
        return Speech(HUM, self._start, cache=self._cache, cache_names=cache_names, workers=workers, version=version)

    def _start(self) -> Mouth:
        self.mouths.append(Mouth(self._trouble))
        return self.mouths[-1]

    @property
    def said(self) -> Counter[str]:
        return Counter(text for mouth in self.mouths for text in mouth.said)


# Telling a whole clip from a bad one


def altered(change: Callable[[array], array]) -> Clip:
    return Clip(pcm=change(array("h", hummed().pcm)).tobytes(), rate=22_050)


def test_a_whole_clip_has_no_fault():
    """The hum is what it should be."""
    assert speech.fault(hummed(), TEXT, HUM) == ""


@pytest.mark.parametrize("text", ["A.", "Rest.", "Breathe in.", TEXT, " and ".join([TEXT] * 6)])
def test_lines_of_any_length_pass(text: str):
    """From a syllable to a paragraph."""
    assert speech.fault(hummed(text), text, HUM) == ""


def test_loudness_is_no_fault():
    """Engines speak at their own level."""
    assert speech.fault(altered(lambda samples: array("h", (each // 8 for each in samples))), TEXT, HUM) == ""


def test_an_empty_clip_is_a_fault():
    """A header and nothing else."""
    assert "empty" in speech.fault(Clip(pcm=b"", rate=22_050), TEXT, HUM)


def test_silence_is_a_fault():
    """However long."""
    assert "silent" in speech.fault(altered(lambda samples: array("h", bytes(2 * len(samples)))), TEXT, HUM)


def test_a_whisper_of_noise_is_a_fault():
    """Dither is not speech."""
    assert "silent" in speech.fault(altered(lambda samples: array("h", [3, -3] * (len(samples) // 2))), TEXT, HUM)


@pytest.mark.parametrize("share", [0.2, 0.3])
def test_a_clip_of_a_fraction_of_its_time_is_a_fault(share: float):
    """Whole syllables at the start, and quiet after them."""
    quiet = [0] * 2000
    wrong = speech.fault(altered(lambda samples: samples[: round(len(samples) * share)] + array("h", quiet)), TEXT, HUM)
    assert "is expected" in wrong


def test_quiet_does_not_count_as_speech():
    """A word and a long silence are not a line."""
    wrong = speech.fault(altered(lambda samples: samples[:10_000] + array("h", [0] * 40_000)), TEXT, HUM)
    assert "is expected" in wrong


def test_a_clip_of_several_times_its_time_is_a_fault():
    """The line before was in it as well, or the rate is wrong."""
    assert "is expected" in speech.fault(altered(lambda samples: samples * 5), TEXT, HUM)


@pytest.mark.parametrize("share", [0.62, 0.75, 0.9])
def test_a_clip_that_ends_in_a_sound_is_a_fault(share: float):
    """Whole lines end in quiet."""
    cut = altered(lambda samples: samples[: round(len(samples) * share)])
    assert "middle of a sound" in speech.fault(cut, TEXT, HUM)


def test_what_is_wrong_never_repeats_the_line():
    """It goes into errors."""
    clips = (
        Clip(pcm=b"", rate=22_050),
        altered(lambda samples: samples[:9000]),
        altered(lambda samples: samples * 5),
    )
    assert not any("safe" in speech.fault(clip, TEXT, HUM) for clip in clips)


# Speaking


@pytest.mark.parametrize("workers", [1, 2, 7])
def test_every_line_has_its_own_clip(tmp_path: Path, workers: int):
    """Whoever spoke it."""
    talk = Studio(tmp_path).speech(workers=workers)
    talk.speak(LINES)
    assert [talk.clip(each) for each in LINES] == [hummed(each.spoken) for each in LINES]
    talk.close()


def test_a_line_is_spoken_once(tmp_path: Path):
    """However often it is asked for, and under whatever number."""
    studio = Studio(tmp_path)
    talk = studio.speech()
    talk.speak([*LINES, *LINES, replace(LINES[0], number=99)])
    talk.speak(LINES)
    talk.clip(LINES[0])
    assert studio.said == {each.spoken: 1 for each in LINES}


def test_what_is_spoken_is_the_respelling(tmp_path: Path):
    """The text is for the transcript."""
    studio = Studio(tmp_path)
    studio.speech().clip(replace(LINES[0], text="Siobhan", spoken="shivawn"))
    assert studio.said == {"shivawn": 1}


def test_progress_counts_to_the_end(tmp_path: Path):
    """One call a line, of how many there are."""
    heard: list[tuple[int, int]] = []
    Studio(tmp_path).speech(workers=2).speak(LINES, lambda done, total: heard.append((done, total)))
    assert heard == [(1, 3), (2, 3), (3, 3)]


def test_no_more_speakers_than_lines_or_workers(tmp_path: Path):
    """Each is a process."""
    few, many = Studio(tmp_path / "1"), Studio(tmp_path / "2")
    few.speech(workers=2).speak(LINES)
    many.speech(workers=50).speak(LINES)
    assert len(few.mouths) <= 2
    assert len(many.mouths) <= len(LINES)


def test_for_a_few_lines_no_second_process_is_started(tmp_path: Path):
    """It would take longer to begin than to speak them; for many there are as many as are allowed."""
    few, many = Studio(tmp_path / "1"), Studio(tmp_path / "2")
    few.speech(workers=4).speak(LINES)
    many.speech(workers=4).speak([replace(LINES[0], spoken=f"{LINES[0].spoken} {'And rest. ' * n}") for n in range(17)])
    assert len(few.mouths) == 1
    assert 1 <= len(many.mouths) <= 3


def test_a_bad_clip_is_tried_again_in_a_fresh_process(tmp_path: Path):
    """And the good one is kept."""
    bad = [Clip(pcm=b"", rate=22_050)]
    studio = Studio(tmp_path, lambda text: bad.pop() if bad else None)
    assert studio.speech().clip(LINES[0]) == hummed(LINES[0].spoken)
    assert studio.mouths[0].renewed == 1
    assert studio.speech().clip(LINES[0]) == hummed(LINES[0].spoken), "the bad one was kept"


def test_a_line_is_given_up_after_three_attempts(tmp_path: Path):
    """The error has the line's number and what was wrong, and not the line."""
    studio = Studio(tmp_path, lambda text: Clip(pcm=b"", rate=22_050))
    with pytest.raises(EngineError, match=r"^Line 4 .* 3 attempts: it is empty\.$") as caught:
        studio.speech().speak(LINES[:1])
    assert studio.said == {LINES[0].spoken: 3}
    assert "now" not in str(caught.value)
    assert caught.value.hint


def test_the_engines_own_hint_is_passed_on(tmp_path: Path):
    """It knows best what to do."""

    def refuse(text: str) -> Clip:
        raise EngineError("No breath.", hint="Let it rest.")

    with pytest.raises(EngineError, match=r"No breath\.$") as caught:
        Studio(tmp_path, refuse).speech().clip(LINES[0])
    assert caught.value.hint == "Let it rest."


def test_a_voice_that_is_not_there_is_not_tried_again(tmp_path: Path):
    """It would not be there the next time either."""

    def refuse(text: str) -> Clip:
        raise VoiceError("There is no such voice.")

    studio = Studio(tmp_path, refuse)
    with pytest.raises(VoiceError):
        studio.speech().speak(LINES)
    assert max(studio.said.values()) == 1


def test_a_failure_ends_every_speaker(tmp_path: Path):
    """No process stays behind a failed render."""
    studio = Studio(tmp_path, lambda text: Clip(pcm=b"", rate=22_050))
    with pytest.raises(EngineError):
        studio.speech(workers=3).speak(LINES)
    assert all(mouth.closed for mouth in studio.mouths)


def test_the_next_track_is_spoken_after_one_has_failed(tmp_path: Path):
    """Its lines, and not those of the one before; what was said with a name is forgotten."""
    studio = Studio(tmp_path, lambda text: Clip(pcm=b"", rate=16_000) if "today" in text else None)
    speech = studio.speech()
    named = replace(LINES[0], personal=True)
    speech.speak([named])
    with pytest.raises(EngineError):
        speech.speak([LINES[1]])
    speech.begin(str)
    speech.speak([named, LINES[2]])
    said = [text for mouth in studio.mouths for text in mouth.said]
    assert said.count(named.spoken) == 2
    assert LINES[2].spoken in said


def test_an_interruption_ends_every_speaker(tmp_path: Path):
    """Ctrl-C while lines are being spoken."""

    def interrupt(done: int, total: int) -> None:
        raise KeyboardInterrupt

    studio = Studio(tmp_path)
    with pytest.raises(KeyboardInterrupt):
        studio.speech(workers=2).speak(LINES, interrupt)
    assert all(mouth.closed for mouth in studio.mouths)


def test_closing_while_a_line_is_spoken_fails_that_line(tmp_path: Path):
    """And does not hang."""
    started = threading.Event()

    def slow(text: str) -> Clip:
        started.set()
        while not studio.mouths[0].closed:
            time.sleep(0.01)
        raise EngineError("Ended.")

    studio = Studio(tmp_path, slow)
    talk = studio.speech()
    failed: list[BaseException] = []

    def run() -> None:
        try:
            talk.speak(LINES)
        except EngineError as error:
            failed.append(error)

    thread = threading.Thread(target=run)
    thread.start()
    assert started.wait(10)
    talk.close()
    thread.join(10)
    assert not thread.is_alive()
    assert len(failed) == 1


# The cache


def test_a_clip_is_not_spoken_again_in_the_next_run(tmp_path: Path):
    """That is what the cache is for."""
    studio = Studio(tmp_path)
    first, second = studio.speech(), studio.speech()
    first.speak(LINES)
    second.speak(LINES)
    assert studio.said == {each.spoken: 1 for each in LINES}
    assert [second.clip(each) for each in LINES] == [first.clip(each) for each in LINES]


def test_another_version_of_the_engine_speaks_anew(tmp_path: Path):
    """Its sound may have changed."""
    studio = Studio(tmp_path)
    studio.speech(version="1").clip(LINES[0])
    studio.speech(version="2").clip(LINES[0])
    assert studio.said == {LINES[0].spoken: 2}


def test_a_damaged_clip_is_spoken_again(tmp_path: Path):
    """And is whole in the cache afterwards."""
    studio = Studio(tmp_path)
    studio.speech().clip(LINES[0])
    (path,) = tmp_path.rglob("*.clip")
    path.write_bytes(path.read_bytes()[:-100])
    assert studio.speech().clip(LINES[0]) == hummed(LINES[0].spoken)
    assert studio.speech().clip(LINES[0]) == hummed(LINES[0].spoken)
    assert studio.said == {LINES[0].spoken: 2}


def test_a_bad_clip_in_the_cache_is_not_used(tmp_path: Path):
    """Whole in its file, but not a whole line: from before the checks were as strict, say."""
    from mettavox import clipcache

    studio = Studio(tmp_path)
    name = clipcache.key(LINES[0].spoken, HUM, "1")
    ClipCache(tmp_path).put(name, Clip(pcm=b"\0\0" * 100, rate=22_050))
    assert studio.speech().clip(LINES[0]) == hummed(LINES[0].spoken)


def test_lines_with_a_name_stay_out_of_the_cache(tmp_path: Path):
    """DESIGN 6: unless asked for."""
    personal = line(1, "Hello, Xochitl.", personal=True)
    studio = Studio(tmp_path)
    studio.speech().speak([personal])
    assert list(tmp_path.rglob("*.clip")) == []
    studio.speech().speak([personal])
    assert studio.said == {personal.spoken: 2}


def test_lines_with_a_name_are_kept_when_asked_for(tmp_path: Path):
    """A clinic that makes many tracks for one person."""
    personal = line(1, "Hello, Xochitl.", personal=True)
    studio = Studio(tmp_path)
    studio.speech(cache_names=True).speak([personal])
    studio.speech(cache_names=True).speak([personal])
    assert studio.said == {personal.spoken: 1}


def test_a_kept_name_is_not_used_unless_asked_for(tmp_path: Path):
    """Who may not write it has no use for it."""
    personal = line(1, "Hello, Xochitl.", personal=True)
    studio = Studio(tmp_path)
    studio.speech(cache_names=True).speak([personal])
    assert studio.speech().clip(personal) == hummed(personal.spoken)
    assert studio.said == {personal.spoken: 2}


def test_no_file_in_the_cache_tells_a_name(tmp_path: Path):
    """Not in its path, not in its bytes."""
    Studio(tmp_path).speech(cache_names=True).speak([line(1, "Hello, Xochitl.", personal=True)])
    (path,) = tmp_path.rglob("*.clip")
    assert "Xochitl" not in str(path)
    assert b"Xochitl" not in path.read_bytes()


def test_a_cache_that_cannot_be_used_does_no_harm(tmp_path: Path):
    """The lines are spoken all the same."""
    (tmp_path / "cache").write_text("a file in the way")
    talk = Studio(tmp_path / "cache").speech(workers=2)
    talk.speak(LINES)
    assert [talk.clip(each) for each in LINES] == [hummed(each.spoken) for each in LINES]
