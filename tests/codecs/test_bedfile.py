"""Any sound file as a bed: at its level, looped without a seam that is heard; refused in words when it is none."""

import errno
import tempfile
import tracemalloc
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mettavox.codecs import bedfile, ffmpeg
from mettavox.errors import CodecError, OutputError, RequestError
from oracles import metered, processes_naming

RATE = 48_000
LEVEL = -37.0


def written(path: Path, sound: np.ndarray, rate: int = RATE, subtype: str | None = None) -> Path:
    soundfile.write(str(path), sound, rate, subtype=subtype)
    return path


def hiss(seconds: float, rate: int = RATE, channels: int = 2, seed: int = 0) -> np.ndarray:
    """Noise with less at the top, 20 dB under full scale."""
    dice = np.random.default_rng(seed)
    frames = round(seconds * rate)
    spectrum = np.fft.rfft(dice.standard_normal((frames, channels)), axis=0)
    spectrum /= 1 + np.fft.rfftfreq(frames, 1 / rate)[:, None] / 500
    spectrum[0] = 0
    sound = np.fft.irfft(spectrum, frames, axis=0)
    return 0.1 * sound / sound.std()


def chord(seconds: float, rate: int = RATE) -> np.ndarray:
    """Steady tones that are at no whole turn at the end."""
    time = np.arange(round(seconds * rate)) / rate
    one = sum(np.sin(2 * np.pi * hertz * time + hertz) for hertz in (110.3, 165.1, 220.9, 331.7))
    return 0.05 * np.stack([one, one], axis=1)


def heard(path: Path, seconds: float, rate: int = RATE, level: float = LEVEL) -> np.ndarray:
    with bedfile.opened(path, rate, level) as found:
        return found.between(0, round(seconds * rate))


def levels(sound: np.ndarray, rate: int = RATE) -> np.ndarray:
    """The level of each half second, in dB."""
    whole = sound[: len(sound) // (rate // 2) * (rate // 2)].astype(np.float64)
    return 10 * np.log10((whole**2).mean(axis=1).reshape(-1, rate // 2).mean(axis=1))


FILES = (
    ("flac", 48_000, 2),
    ("wav", 44_100, 1),
    ("ogg", 22_050, 1),
    ("mp3", 32_000, 2),
    ("wav", 8_000, 1),
    ("wav", 96_000, 6),
)


@pytest.mark.parametrize(
    ("ending", "rate", "channels", "wanted"),
    [
        pytest.param(*file, wanted, marks=pytest.mark.soak if number % 2 != place else [])
        for number, file in enumerate(FILES)
        for place, wanted in enumerate((44_100, 48_000))
    ],
)
def test_any_format_rate_and_channels_become_a_bed(tmp_path: Path, ending: str, rate: int, channels: int, wanted: int):
    """In stereo, at the rate and the loudness asked for, by ffmpeg's meter."""
    path = written(tmp_path / f"a.{ending}", hiss(6, rate, channels), rate)
    sound = heard(path, 15, wanted)
    assert sound.shape == (15 * wanted, 2)
    assert sound.dtype == np.float32
    assert metered(sound, wanted).lufs == pytest.approx(LEVEL, abs=0.3)
    if channels == 1:
        assert np.array_equal(sound[:, 0], sound[:, 1])


def test_it_begins_with_the_file_s_beginning(tmp_path: Path):
    """The seam comes later."""
    made = hiss(8)
    sound = heard(written(tmp_path / "a.wav", made, subtype="FLOAT"), 3)
    likeness = np.corrcoef(sound[:, 0], made[: 3 * RATE, 0])[0, 1]
    assert likeness > 0.9999


@pytest.mark.parametrize("seconds", [2.01, 7.3, 21.7])
@pytest.mark.parametrize("kind", [hiss, chord])
def test_the_seam_is_not_heard(tmp_path: Path, kind, seconds: float):
    """Over several loops the level stays, also of steady tones, which would cancel where they meet by chance."""
    sound = heard(written(tmp_path / "a.wav", kind(seconds)), 3.2 * seconds)
    found = levels(sound)
    assert np.abs(found - np.median(found)).max() < (1.6 if kind is hiss else 0.6)
    steps = np.abs(np.diff(sound.astype(np.float64), n=2, axis=0))
    first = np.abs(np.diff(sound[:RATE].astype(np.float64), n=2, axis=0))
    assert steps.max() < 1.3 * first.max() + 1e-6


def test_another_level_at_the_end_turns_into_that_of_the_start_slowly(tmp_path: Path):
    """No half second is more than 3 dB off the one before."""
    made = hiss(20) * np.linspace(1, 0.4, 20 * RATE)[:, None]
    found = levels(heard(written(tmp_path / "a.wav", made), 40))
    assert np.abs(np.diff(found)).max() < 3


def test_a_silent_head_and_a_fading_tail_are_no_part_of_the_loop(tmp_path: Path):
    """As music has them: at every turn there would be a hole. A lull inside stays."""
    sound = np.concatenate([np.zeros((3 * RATE, 2)), chord(24), np.zeros((2 * RATE, 2))])
    sound[19 * RATE : 27 * RATE] *= np.linspace(1, 0, 8 * RATE)[:, None] ** 2
    found = levels(heard(written(tmp_path / "song.wav", sound), 90))
    assert found.min() > np.median(found) - 12
    whole = np.concatenate([chord(8), 0.02 * chord(4), chord(8)])
    lulled = levels(heard(written(tmp_path / "lull.wav", whole), 30))
    assert lulled.min() < np.median(lulled) - 20


@pytest.mark.parametrize("likeness", [0.0, 0.4, 1.0])
def test_the_gains_of_the_seam_keep_the_power(likeness: float):
    """Of two sounds that are so much alike; and each comes from nothing and goes into nothing."""
    rising, falling = bedfile.fades(1000, likeness)
    assert rising**2 + falling**2 + 2 * likeness * rising * falling == pytest.approx(1, abs=1e-5)
    assert rising[0] < 1e-4
    assert falling[-1] < 1e-4
    assert np.array_equal(rising, falling[::-1])


def test_any_range_is_the_endless_bed(tmp_path: Path):
    """To the bit, over the first time and around the seam; and what it may hold is known."""
    with bedfile.opened(written(tmp_path / "a.wav", hiss(5.123)), RATE, LEVEL) as found:
        whole = found.between(0, 20 * RATE)
        for start, stop in ((0, 1), (5, 5), (1000, 300_000), (200_000, 700_001), (len(whole) - 7, len(whole))):
            assert np.array_equal(found.between(start, stop), whole[start:stop])
        middle = np.concatenate([[0.0], np.cumsum(whole.mean(axis=1).astype(np.float64) ** 2)])
        tenths = (middle[4800:] - middle[:-4800]) / 4800
        assert found.loudest * 1.001 >= tenths.max()
        assert 10 * np.log10(found.loudest / tenths.max()) < 1
        for start, stop in ((0, 9600), (70_000, 90_000), (240_000, 260_000), (500_000, 700_000)):
            assert found.most(start, stop) * 1.001 >= tenths[max(0, start - 4799) : stop].max()
        assert found.power == pytest.approx((whole.mean(axis=1).astype(np.float64) ** 2).mean(), rel=0.1)


def test_a_file_of_silence_with_a_clap_is_not_loud_where_it_claps(tmp_path: Path):
    """No peak passes -6 dBFS."""
    made = hiss(10) * 1e-4
    made[5 * RATE : 5 * RATE + 50] = 0.9
    assert np.abs(heard(written(tmp_path / "a.wav", made), 12, level=-20)).max() <= 10 ** (-6 / 20) * 1.001


def test_a_quiet_recording_is_lifted_without_harm(tmp_path: Path):
    """24-bit at -70 dBFS: what is kept on disk is as exact there as anywhere."""
    made = hiss(4) * 10 ** (-40 / 20)
    sound = heard(written(tmp_path / "a.wav", made, subtype="PCM_24"), 1)
    noise = sound / sound.std() - made[:RATE] / made[:RATE].std()
    assert 20 * np.log10(noise.std()) < -60


# Refusals


@pytest.mark.parametrize("data", [b"", b"This is a text, and no sound at all.\n" * 50, b"RIFF\x00\x00\x00\x00WAVE"])
def test_what_is_no_sound_is_refused(tmp_path: Path, data: bytes):
    """With the file's name."""
    path = tmp_path / "notes.txt"
    path.write_bytes(data)
    with pytest.raises(CodecError, match=r"“notes\.txt” is not sound"), bedfile.opened(path, RATE, LEVEL):
        pass


def test_a_list_that_points_elsewhere_is_no_sound(tmp_path: Path):
    """A playlist is not followed to a network."""
    path = tmp_path / "list.m3u8"
    path.write_text("#EXTM3U\n#EXT-X-TARGETDURATION:10\n#EXTINF:10,\nhttp://127.0.0.1:9/a.ts\n#EXT-X-ENDLIST\n")
    with pytest.raises(CodecError, match="is not sound"), bedfile.opened(path, RATE, LEVEL):
        pass


def test_a_name_that_looks_like_an_address_is_a_file_s_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """No name is ever a protocol or an option."""
    monkeypatch.chdir(tmp_path)
    for name in ("-i.wav", "pipe:0.wav", "concat:a.wav"):
        written(Path("plain.wav"), hiss(3)).rename(name)
        assert len(heard(Path(name), 1)) == RATE


def test_too_short_a_file_is_refused_with_its_length(tmp_path: Path):
    """0.2 s cannot be looped."""
    path = written(tmp_path / "a.wav", hiss(0.2))
    with pytest.raises(RequestError, match=r"“a\.wav” lasts 0\.2 s, and 2 s is the least") as caught:  # noqa: SIM117
        with bedfile.opened(path, RATE, LEVEL):
            pass
    assert caught.value.hint


def test_a_silent_file_is_refused(tmp_path: Path):
    """It has no level to set."""
    path = written(tmp_path / "a.wav", np.zeros((3 * RATE, 2)))
    with pytest.raises(CodecError, match=r"“a\.wav” is silent"), bedfile.opened(path, RATE, LEVEL):
        pass


def test_a_file_that_is_not_there_or_is_a_folder_is_refused(tmp_path: Path):
    """Before anything is started."""
    for path, why in ((tmp_path / "no.wav", "there is no such file"), (tmp_path, "it is")):
        with pytest.raises(RequestError, match=f"“{path.name}” cannot be read: {why}"):  # noqa: SIM117
            with bedfile.opened(path, RATE, LEVEL):
                pass


@pytest.mark.parametrize("script", ['"{}" "$@"; exit 69', '"{}" "$@" | head -c 2000000; kill -9 $$'])
def test_an_ffmpeg_that_ends_half_way_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, script: str):
    """Half a bed is not taken for a whole one; nothing runs on."""
    path = written(tmp_path / "a.wav", hiss(10))
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script.format(ffmpeg.find())}\n")
    program.chmod(0o755)
    monkeypatch.setattr(ffmpeg, "find", lambda: program)
    with pytest.raises(CodecError, match=r"“a\.wav” could not be read to its end"):  # noqa: SIM117
        with bedfile.opened(path, RATE, LEVEL):
            pass
    assert processes_naming(str(program)) == []


class Full:
    """A scratch file on a disk with room for a little."""

    def __init__(self, *arguments: object, **options: object) -> None:
        self.size = 0

    def write(self, data: bytes) -> int:
        self.size += len(data)
        if self.size > 1_000_000:
            raise OSError(errno.ENOSPC, "No space left on device")
        return len(data)

    def __enter__(self) -> "Full":
        return self

    def __exit__(self, *error: object) -> None:
        pass


def test_a_full_scratch_disk_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """With the folder's name; no ffmpeg is left."""
    path = written(tmp_path / "a.wav", hiss(30))
    monkeypatch.setattr(tempfile, "TemporaryFile", Full)
    with pytest.raises(OutputError, match="the disk is full"), bedfile.opened(path, RATE, LEVEL):
        pass
    assert processes_naming(str(path)) == []


def test_what_goes_wrong_while_a_bed_is_used_is_not_the_scratch_disk_s(tmp_path: Path):
    """An error of the block goes through as it is."""
    path = written(tmp_path / "a.wav", hiss(3))
    with pytest.raises(OSError, match="mine") as caught, bedfile.opened(path, RATE, LEVEL):
        raise OSError(errno.ENOSPC, "mine")
    assert not isinstance(caught.value, OutputError)


def test_being_stopped_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C while it is decoded: no process, and no file in the scratch folder."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    path = written(tmp_path / "a.wav", hiss(30))

    def stopped(*arguments: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(bedfile.Meter, "hear", stopped)
    with pytest.raises(KeyboardInterrupt), bedfile.opened(path, RATE, LEVEL):
        pass
    assert list(scratch.iterdir()) == []
    assert processes_naming(str(path)) == []


# Long files


def test_a_long_file_costs_no_memory(tmp_path: Path):
    """Five minutes, which would be 115 MB; only what a range needs is ever read."""
    path = tmp_path / "a.wav"
    with soundfile.SoundFile(str(path), "w", RATE, 2, "PCM_16") as file:
        for seed in range(10):
            file.write(np.resize(hiss(3, seed=seed), (30 * RATE, 2)))
    tracemalloc.start()
    with bedfile.opened(path, RATE, LEVEL) as found:
        found.between(290 * RATE, 310 * RATE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 50e6


def test_no_more_is_read_than_is_wanted(tmp_path: Path):
    """A bed of three hours for a track of a minute; and never more than an hour."""
    path = written(tmp_path / "a.wav", np.concatenate([hiss(10, seed=1), 0.01 * hiss(8, seed=2)]))
    with bedfile.opened(path, RATE, LEVEL, seconds=4.0) as found:
        sound = found.between(0, 24 * RATE)
    assert levels(sound) == pytest.approx(np.median(levels(sound)), abs=1.5), "the quiet part is not used"
    assert bedfile.LONGEST_SECONDS <= 3600


def test_a_file_that_is_longer_than_its_track_has_no_seam_in_it(tmp_path: Path):
    """Music is heard as it is, to the track's last frame, and not faded into its own beginning near the end."""
    made = hiss(30)
    path = written(tmp_path / "a.wav", made, subtype="FLOAT")
    with bedfile.opened(path, RATE, LEVEL, seconds=20.0) as found:
        sound = found.between(0, 20 * RATE)
    gain = np.vdot(sound, made[: len(sound)]) / np.vdot(made[: len(sound)], made[: len(sound)])
    assert np.abs(sound - gain * made[: len(sound)]).max() <= 1e-4
