"""What is behind the voice lies where a request and its profile put it, measured by ffmpeg."""

import errno
import os
import tempfile
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mettavox import backdrop, bells
from mettavox.errors import CodecError, OutputError, RequestError
from mettavox.prepare import Prepared, prepare
from mettavox.request import Request
from oracles import metered


def prepared(**options: object) -> Prepared:
    return prepare(Request(script="paced-breathing", seconds=Fraction(300), voice="hum", **options))  # type: ignore[arg-type]


@pytest.fixture
def sound(tmp_path: Path) -> Callable[..., Path]:
    """``sound("rain.wav", seconds=5)``: a file of noise."""

    def make(name: str, *, seconds: float = 5.0, level: float = 0.2) -> Path:
        noise = np.random.RandomState(3).normal(0, level, (round(seconds * 48_000), 2)).clip(-1, 1)
        soundfile.write(str(tmp_path / name), noise, 48_000)
        return tmp_path / name

    return make


# --- the bed ---


@pytest.mark.parametrize(
    ("options", "lufs"),
    [
        ({}, -37),
        ({"bed": "brown"}, -37),
        ({"bed": "pink", "bed_under": 30.0}, -46),
        ({"profile": "library"}, -39),
        ({"profile": "acx", "bed": "soft", "bed_under": 12.0}, -30),
    ],
)
def test_a_bed_lies_so_far_under_the_voice(options: dict[str, object], lufs: float) -> None:
    """The profile's own or the one asked for, at the profile's rate."""
    asked = prepared(**options)
    assert lufs == pytest.approx(asked.delivery.voice_lufs - asked.delivery.bed_under_lu)
    with backdrop.bed(asked) as bed:
        assert bed is not None
        heard = bed.between(0, 10 * asked.rate)
    assert metered(heard, asked.rate).lufs == pytest.approx(lufs, abs=0.5)


def test_without_a_bed_there_is_none() -> None:
    """Asked for, or because the profile has none."""
    for options in ({"bed": "none"}, {"profile": "acx"}):
        with backdrop.bed(prepared(**options)) as bed:
            assert bed is None


@pytest.mark.parametrize("level", [0.002, 0.2])
def test_a_bed_from_a_file_lies_where_one_made_here_does(sound: Callable[..., Path], level: float) -> None:
    """However loud the file is; and at 44.1 kHz as at 48."""
    path = sound("my rain.wav", level=level)
    for profile in ("podcast", "acx"):
        asked = prepared(bed=str(path), profile=profile)
        lufs = asked.delivery.voice_lufs - asked.delivery.bed_under_lu
        with backdrop.bed(asked) as bed:
            assert bed is not None
            heard = bed.between(0, 10 * asked.rate)
        assert metered(heard, asked.rate).lufs == pytest.approx(lufs, abs=0.5)


def test_the_scratch_copy_of_a_bed_is_gone_afterwards(
    sound: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """After the block, and after an error in it."""
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(scratch))
    asked = prepared(bed=str(sound("rain.wav")))
    with backdrop.bed(asked):
        pass
    with pytest.raises(KeyboardInterrupt), backdrop.bed(asked):
        raise KeyboardInterrupt
    assert list(scratch.iterdir()) == []


def test_a_file_that_is_no_bed_is_refused(sound: Callable[..., Path], tmp_path: Path) -> None:
    """Too short, no sound, not there any more: by its name, and never by its path."""
    (tmp_path / "text.wav").write_text("no sound\n" * 200)
    refused: dict[Path, type[Exception]] = {
        sound("short.wav", seconds=0.5): RequestError,
        tmp_path / "text.wav": CodecError,
        tmp_path / "none.wav": RequestError,
    }
    for path, error in refused.items():
        with pytest.raises(error, match=path.name) as caught, backdrop.bed(prepared(bed=str(path))):
            pass
        assert str(tmp_path) not in str(caught.value)


def test_a_full_scratch_disk_is_told(sound: Callable[..., Path], monkeypatch: pytest.MonkeyPatch) -> None:
    """The bed is copied there first."""

    def full(*_: object, **__: object) -> None:
        raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))

    asked = prepared(bed=str(sound("rain.wav")))
    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    with pytest.raises(OutputError, match="the disk is full"), backdrop.bed(asked):
        pass


# --- bells, ducking, tones ---


@pytest.mark.parametrize("profile", ["podcast", "acx", "sleep"])
def test_a_bell_is_softer_than_the_voice(profile: str) -> None:
    """By 8 LU where it is loudest, at the profile's rate; over its first second by a few more."""
    asked = prepared(profile=profile)
    bell = backdrop.bell(asked)
    assert np.array_equal(bell, bells.bowl(asked.rate, asked.delivery.voice_lufs - 8))
    heard = np.repeat((bell[: asked.rate] / np.float32(32768))[:, None], 2, axis=1)
    assert 8 < asked.delivery.voice_lufs - metered(heard, asked.rate).lufs < 13


@pytest.mark.parametrize(
    ("options", "lu"),
    [
        ({}, 0.0),
        ({"bed_under": 12.0}, 0.0),
        ({"duck": True}, 0.0),
        ({"duck": True, "bed_under": 21.0}, 0.0),
        ({"duck": True, "bed_under": 30.0}, 0.0),
        ({"duck": True, "bed_under": 12.0}, 9.0),
        ({"duck": True, "bed_under": 20.0}, 1.0),
    ],
)
def test_a_louder_bed_sinks_to_where_beds_lie(options: dict[str, object], lu: float) -> None:
    """21 LU under the voice; one that lies there already, or lower, stays, as it does where nobody asked."""
    assert backdrop.ducking_lu(prepared(**options)) == pytest.approx(lu)


def test_breath_tones_lie_far_under_the_voice_where_there_are_any() -> None:
    """16 LU."""
    for profile in ("podcast", "acx", "sleep"):
        asked = prepared(profile=profile, breath_tones=True)
        assert backdrop.tones_lufs(asked) == pytest.approx(asked.delivery.voice_lufs - 16)
        assert backdrop.tones_lufs(prepared(profile=profile, breath_tones=False)) is None
