"""What is heard in a recording: where someone speaks, what is wrong with a take, and what is made of a good one."""

import pickle
from pathlib import Path

import numpy as np
import pytest

from mettavox import level, recording
from mettavox.codecs import mono
from mettavox.errors import CodecError
from mettavox.recording import HOP, LEAST_SNR_DB, Fault, clean, distance, fault, features, heard, is_clipped, voiced
from mettavox.takes import RATE
from oracles import tone
from recorded import Session, cough, quiet, spoken, written

LINE = "May you be well and happy, now and always."


def pcm(samples: np.ndarray, *, room_db: float = -75) -> np.ndarray:
    """Samples with the noise of a room, 16-bit."""
    session = Session(parts=[samples], room_db=room_db)
    return session.pcm()


def whole(samples: np.ndarray) -> tuple[recording.Heard, tuple[int, int]]:
    """What is heard, and from the first sound to the last."""
    sound = heard(samples)
    return sound, (sound.sounds[0][0], sound.sounds[-1][1])


# --- where there is sound ---


@pytest.mark.parametrize("room_db", [-120, -75, -60, -50])
def test_lines_are_found_where_they_are(room_db: float) -> None:
    """To some hundredths of a second, in a quiet and in a loud room."""
    session = Session(room_db=room_db)
    places = [session.sound(spoken(text)) for text in ("May I be safe.", "May I be well.", LINE)]
    sound = heard(session.pcm(), stop_seconds=0.6)
    found = [(start / 100, stop / 100) for start, stop in sound.sounds]
    assert len(found) == 3
    assert np.allclose(found, places, atol=0.06)


def test_a_fan_that_is_turned_on_later_is_no_sound() -> None:
    """Noise may change in the course of an hour."""
    session = Session()
    for place in range(20):
        session.sound(spoken(LINE, seed=place))
    samples = session.samples()
    half = len(samples) // 2
    samples[half:] += np.random.default_rng(3).standard_normal(len(samples) - half).astype(np.float32) * 10 ** (
        -45 / 20
    )
    sound = heard(np.rint(samples * 32767).clip(-32768, 32767).astype(np.int16), stop_seconds=0.6)
    assert len(sound.sounds) in (19, 20, 21)  # as it is turned on, two may be one


def test_blocks_make_no_difference() -> None:
    """A recording is read in blocks of 10 seconds; a line at the border of two is one line."""
    samples = np.concatenate([quiet(8.5), spoken(LINE * 2), quiet(3)])
    assert len(heard(pcm(samples), stop_seconds=0.6).sounds) == 1


def test_silence_has_no_sounds() -> None:
    """Digital or not, long or short."""
    for samples in (quiet(0), quiet(0.001), quiet(3), pcm(quiet(3))):
        assert heard(np.asarray(samples, dtype=np.int16)).sounds == ()


def test_speech_has_a_pitch_and_a_cough_has_none() -> None:
    """What tells them apart."""
    for seed in range(6):
        line, burst = pcm(spoken(LINE, seed=seed)), pcm(cough(seed))
        assert voiced(line, (0, len(line) // HOP)) > 0.4
        assert voiced(burst, (0, len(burst) // HOP)) < 0.15


def test_the_same_words_are_nearer_than_others() -> None:
    """Louder, slower and with another noise."""
    one, other = spoken(LINE, seed=1), spoken(LINE, seed=2)
    slower = np.interp(np.arange(0, len(one), 0.96), np.arange(len(one)), one)
    spans = [features(pcm(each), (0, len(each) // HOP)) for each in (one, 0.6 * slower, other)]
    assert distance(spans[0], spans[1]) < 0.6 * distance(spans[0], spans[2])
    half = features(pcm(one[: len(one) // 2]), (0, len(one) // 2 // HOP))
    assert distance(half, spans[1], open_end=True) < 0.6 * distance(half, spans[1])


# --- faults ---


def judged(samples: np.ndarray, *, room_db: float = -75, expected: float = 2.2, gaps: int = 0) -> Fault:
    """What is wrong with a recording of one line."""
    sound, span = whole(pcm(samples, room_db=room_db))
    return fault(sound, span, expected, gaps=gaps)


def padded(samples: np.ndarray, seconds: float = 0.5) -> np.ndarray:
    """With quiet before and after."""
    return np.concatenate([quiet(seconds), samples, quiet(seconds)])


def test_a_good_take_has_no_fault() -> None:
    """Whatever its loudness."""
    for level_of in (0.9, 0.3, 0.05):
        assert judged(padded(spoken(LINE, level=level_of)), room_db=-90) == ""


def test_a_fault_has_a_kind_and_keeps_it() -> None:
    """For those who say it in other words; also after it was copied to another process."""
    short = judged(padded(spoken(LINE)[2400:7200]))
    assert (short.kind, judged(padded(spoken(LINE))).kind) == ("short", "")
    again = pickle.loads(pickle.dumps(short))
    assert (again, again.kind) == (short, "short")


def test_a_take_of_a_tenth_of_a_second_is_too_short() -> None:
    """With what it lasts, and what it should."""
    assert judged(padded(spoken(LINE)[2400:7200])) == "lasts 0.1 s where about 2.2 s is expected"


def test_a_take_that_goes_on_is_too_long() -> None:
    """Someone forgot to stop."""
    assert judged(padded(spoken(LINE * 4)), expected=1).startswith("lasts ")


@pytest.mark.parametrize("edge", ["start", "end"])
def test_a_take_that_begins_or_ends_in_a_sound_is_cut(edge: str) -> None:
    """Someone pressed the button too late, or too early."""
    vowel = tone(140, 1.5, RATE, -12) + tone(280, 1.5, RATE, -18)
    parts = [vowel, quiet(0.6)] if edge == "start" else [quiet(0.6), vowel]
    assert judged(np.concatenate(parts), expected=1.5) == f"is cut at its {edge}"


@pytest.mark.parametrize("under", [10, 20])
def test_a_take_with_a_hum_under_it_is_noisy(under: float) -> None:
    """A fridge, 20 dB under the voice."""
    line = padded(spoken(LINE, level=0.5))
    hum = tone(100, len(line) / RATE, RATE) + 0.5 * tone(200, len(line) / RATE, RATE)
    by = level.of(spoken(LINE, level=0.5), RATE) - level.of(hum, RATE) - under
    said = judged(line + hum * 10 ** (by / 20))
    assert said.startswith("is noisy: the room is ")
    assert int(said.split()[5]) == pytest.approx(under, abs=3)
    assert f"{LEAST_SNR_DB:.0f} dB is the least" in said


def test_a_take_without_its_gap_is_refused() -> None:
    """Nothing could be put into it."""
    assert judged(padded(spoken("May be safe.")), expected=1, gaps=1) == "has no 0.3 s of quiet where a name belongs"


def test_a_take_with_its_gap_is_good() -> None:
    """And the gap does not count as a length."""
    carrier = np.concatenate([spoken("Bring to mind"), quiet(1.2), spoken("your friend.")])
    assert judged(padded(carrier), expected=1.7, gaps=1) == ""


def test_clipping_is_seen_where_it_is() -> None:
    """In one line of three."""
    parts = [quiet(0.5), spoken("One."), quiet(1), np.clip(spoken("Two.") * 6, -1, 1), quiet(1), spoken("Three.")]
    samples = np.concatenate(parts)
    starts = np.cumsum([0, *map(len, parts)]) // HOP
    clipped = np.flatnonzero(np.abs(samples) >= 0.9999)
    spans = [(int(starts[place]), int(starts[place + 1])) for place in (1, 3, 5)]
    assert [is_clipped(clipped, span) for span in spans] == [False, True, False]


# --- a take made ready ---


@pytest.mark.parametrize("loudness", [0.9, 0.4, 0.02])
def test_a_take_is_levelled_and_trimmed(loudness: float) -> None:
    """To one loudness, no peak over -3 dBFS, 10 ms before the sound and 30 ms after it."""
    line = spoken(LINE, level=loudness)
    samples = pcm(padded(line, 0.8), room_db=-100)
    sound, span = whole(samples)
    take = clean(samples, sound, span)
    floats = take.samples.astype(np.float32) / 32768
    assert take.lufs == pytest.approx(recording.LOUDNESS_LUFS, abs=0.3) or np.abs(floats).max() > 0.7
    assert level.of(floats, RATE) == pytest.approx(take.lufs, abs=0.3)
    assert np.abs(floats).max() <= 10 ** (-3 / 20) + 1e-3
    assert take.seconds == pytest.approx(len(line) / RATE, abs=0.06)
    audible = np.flatnonzero(np.abs(floats) > np.abs(floats).max() * 10 ** (-40 / 20))
    assert audible[0] / RATE < 0.05
    assert 0.02 < (len(floats) - audible[-1]) / RATE < 0.09
    assert abs(int(take.samples[0])) < 20
    assert abs(int(take.samples[-1])) < 20


def test_a_take_keeps_its_gap() -> None:
    """In frames of the trimmed take; what is in it is quiet, what is beside it is not."""
    first, second = spoken("Bring to mind"), spoken("someone in your care.")
    samples = pcm(padded(np.concatenate([first, quiet(1.0), second])), room_db=-90)
    sound, span = whole(samples)
    take = clean(samples, sound, span, gaps=1)
    ((start, stop),) = take.gaps
    assert (stop - start) / RATE == pytest.approx(1.0, abs=0.08)
    assert np.abs(take.samples[start:stop]).max() < 0.01 * np.abs(take.samples).max()
    assert start / RATE == pytest.approx(len(first) / RATE, abs=0.06)


def test_two_words_have_two_gaps() -> None:
    """The two longest, and no pause at a comma."""
    parts = [
        spoken("Now,"),
        quiet(0.9),
        spoken("wish"),
        quiet(1.1),
        spoken("well,"),
        quiet(0.4),
        spoken("at your pace."),
    ]
    samples = pcm(padded(np.concatenate(parts)))
    sound, span = whole(samples)
    assert [round((stop - start) / RATE, 1) for start, stop in clean(samples, sound, span, gaps=2).gaps] == [0.9, 1.1]


# --- any file ---


@pytest.mark.parametrize(("rate", "channels"), [(96_000, 2), (44_100, 2), (48_000, 1), (8_000, 1)])
def test_any_rate_and_channels_become_one(tmp_path, rate: int, channels: int) -> None:
    """Stereo, 96 kHz: the same tone, as long and as loud."""
    sound = tone(440, 1.5, rate, -6)
    path = written(tmp_path / "a.wav", np.stack([sound] * channels, axis=1), rate)
    with mono.opened(path) as made:
        assert len(made.samples) == pytest.approx(1.5 * RATE, abs=10)
        assert 20 * np.log10(np.abs(made.samples[RATE // 2 : RATE]).max() / 32768) == pytest.approx(-6, abs=0.1)
        assert len(made.clipped) == 0


@pytest.mark.parametrize("rate", [96_000, 48_000])
def test_clipping_is_seen_before_anything_is_mixed(tmp_path, rate: int) -> None:
    """Also in one channel of two, and at another rate."""
    loud = np.clip(spoken(LINE) * 8, -1, 1)
    path = written(tmp_path / "a.wav", np.stack([loud, 0 * loud], axis=1), rate)
    with mono.opened(path) as made:
        assert len(made.clipped) > 50
        assert made.clipped.max() < len(made.samples)


@pytest.mark.parametrize("data", [b"", b"This is a text.", b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_sound_is_refused(tmp_path, data: bytes) -> None:
    """With the file's name."""
    path = tmp_path / "12.wav"
    path.write_bytes(data)
    with pytest.raises(CodecError, match=r"“12\.wav” is not sound"), mono.opened(path):
        pass


def test_a_long_recording_does_not_fill_the_memory(tmp_path) -> None:
    """Twenty minutes are on disk, and are read as they are needed."""
    import tracemalloc

    path = tmp_path / "a.flac"
    import soundfile

    with soundfile.SoundFile(str(path), "w", RATE, 1, "PCM_16") as file:
        for _ in range(20):
            file.write(np.zeros(60 * RATE, dtype=np.int16))
    tracemalloc.start()
    with mono.opened(path) as made:
        assert len(made.samples) == 20 * 60 * RATE
        recording.heard(made.samples)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 80e6  # the whole would be 115 MB, and 230 MB as floats


def test_a_sound_that_breaks_off_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """ffmpeg ended with an error after some of it: half a recording is not taken for a whole one."""
    path = written(tmp_path / "1.wav", spoken(LINE))
    program = tmp_path / "ffmpeg"
    program.write_text(f'#!/bin/sh\n"{mono.ffmpeg.find()}" "$@"\nexit 69\n')
    program.chmod(0o755)
    monkeypatch.setattr(mono.ffmpeg, "find", lambda: program)
    with pytest.raises(CodecError, match=r"“1\.wav” could not be read to its end"), mono.opened(path):
        pass
