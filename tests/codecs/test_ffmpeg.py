"""ffmpeg: found once, tried before it is trusted, and never left running."""

import io
import os
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pytest

from mettavox.codecs import ffmpeg
from mettavox.codecs.mp3encoder import Mp3Encoder
from mettavox.errors import CodecError
from oracles import processes_naming

BLOCK = np.zeros((96_000, 2), dtype=np.float32)


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    """The place is remembered for the length of a process; not from test to test."""
    ffmpeg.find.cache_clear()
    yield
    ffmpeg.find.cache_clear()


def stand_in(path: Path, script: str) -> Path:
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(0o755)
    return path


def test_the_one_from_pip_is_found_without_any_other(monkeypatch: pytest.MonkeyPatch):
    """A plain install is enough."""
    monkeypatch.setenv("PATH", "")
    monkeypatch.delenv(ffmpeg.VARIABLE, raising=False)
    assert "imageio_ffmpeg" in str(ffmpeg.find())


def test_the_one_that_is_named_comes_first(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """METTAVOX_FFMPEG decides."""
    named = stand_in(tmp_path / "ffmpeg", "exit 0")
    monkeypatch.setenv(ffmpeg.VARIABLE, str(named))
    assert ffmpeg.find() == named


def test_one_in_this_folder_may_be_named_so(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """A name without a folder is that of a file, as it is for every other path."""
    named = stand_in(tmp_path / "my-ffmpeg", "echo 'ffmpeg version 99' >&2; echo ' A..... libmp3lame MP3'")
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv(ffmpeg.VARIABLE, named.name)
    assert ffmpeg.version(ffmpeg.find()) == "ffmpeg version 99"


def test_a_name_without_a_file_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """It is not passed over for another."""
    monkeypatch.setenv(ffmpeg.VARIABLE, str(tmp_path / "nowhere"))
    with pytest.raises(CodecError, match=ffmpeg.VARIABLE) as caught:
        ffmpeg.find()
    assert caught.value.hint


def test_the_system_s_is_taken_where_there_is_none_from_pip(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """On platforms for which there is no wheel."""
    named = stand_in(tmp_path / "ffmpeg", "exit 0")
    monkeypatch.delenv(ffmpeg.VARIABLE, raising=False)
    monkeypatch.setattr(ffmpeg, "_from_pip", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    assert ffmpeg.find() == named


def test_none_at_all_is_an_error_with_a_way_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """What to install, and what to set."""
    monkeypatch.delenv(ffmpeg.VARIABLE, raising=False)
    monkeypatch.setattr(ffmpeg, "_from_pip", lambda: None)
    monkeypatch.setenv("PATH", str(tmp_path))
    with pytest.raises(CodecError, match="no ffmpeg") as caught:
        ffmpeg.find()
    assert ffmpeg.VARIABLE in caught.value.hint


def test_the_version_is_told_in_a_line():
    """For the doctor."""
    assert ffmpeg.version(ffmpeg.find()).startswith("ffmpeg version ")


def test_one_without_mp3_is_told_apart(tmp_path: Path):
    """Some builds have no LAME."""
    with pytest.raises(CodecError, match="no MP3 encoder"):
        ffmpeg.version(stand_in(tmp_path / "ffmpeg", "echo ffmpeg version 0; echo A..... aac"))


@pytest.mark.parametrize("script", ["exit 1", "kill -SEGV $$"])
def test_one_that_does_not_run_is_told_apart(tmp_path: Path, script: str):
    """For another processor, say."""
    with pytest.raises(CodecError, match="does not run"):
        ffmpeg.version(stand_in(tmp_path / "ffmpeg", script))


def test_one_that_is_no_program_is_told_apart(tmp_path: Path):
    """A text file of that name."""
    (tmp_path / "ffmpeg").write_text("hello")
    with pytest.raises(CodecError, match="does not run"):
        ffmpeg.version(tmp_path / "ffmpeg")


# Encoding


def encode(file: io.BufferedIOBase, frames: int = 10 * len(BLOCK)) -> None:
    encoder = Mp3Encoder(file, frames=frames, id3=b"")  # type: ignore[arg-type]
    try:
        for _ in range(10):
            encoder.write(BLOCK)
        encoder.finish()
    except BaseException:
        encoder.abandon()
        raise


def test_samples_beyond_full_scale_are_clipped(tmp_path: Path):
    """They do not turn over into the other sign."""
    from oracles import by_soundfile

    loud = np.full((48_000, 2), 1.7, dtype=np.float32) * np.sign(np.sin(np.arange(48_000) / 200))[:, None]
    path = tmp_path / "loud.mp3"
    with path.open("w+b") as file:
        encoder = Mp3Encoder(file, frames=48_000, id3=b"")
        encoder.write(loud.astype(np.float32))
        encoder.finish()
    heard = by_soundfile(path)[2000:-2000, 0]
    assert (np.sign(heard) == np.sign(loud[2000:-2000, 0])).mean() > 0.98


@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("exit 3", "ffmpeg failed"),
        ("echo 'Unknown encoder libmp3lame' >&2; exit 1", "Unknown encoder"),
        ("cat > /dev/null; exit 0", "0 MP3 frames"),
        ("head -c 100000 > /dev/null; kill -9 $$", "ffmpeg failed"),
        ("cat > /dev/null; echo nonsense nonsense; head -c 1000 /dev/zero", "another kind"),
    ],
)
def test_an_ffmpeg_that_fails_is_an_error(monkeypatch: pytest.MonkeyPatch, tmp_path: Path, script: str, says: str):
    """With its last words, where it had any."""
    named = stand_in(tmp_path / "ffmpeg", script)
    monkeypatch.setenv(ffmpeg.VARIABLE, str(named))
    with pytest.raises(CodecError, match=says):
        encode(io.BytesIO())
    assert processes_naming(str(named)) == []


class FullDisk(io.BytesIO):
    """Takes some, and then no more."""

    def write(self, data: object) -> int:
        if self.tell() > 20_000:
            raise OSError(28, "No space left on device")
        return super().write(data)  # type: ignore[arg-type]


def test_a_full_disk_is_the_disks_error():
    """Not ffmpeg's: whoever opened the file knows what to say."""
    with pytest.raises(OSError, match="No space left") as caught:
        encode(FullDisk())
    assert not isinstance(caught.value, CodecError)


def test_abandoning_leaves_no_process(monkeypatch: pytest.MonkeyPatch):
    """Ctrl-C in the middle of a track."""
    monkeypatch.setenv(ffmpeg.VARIABLE, str(ffmpeg.find()))
    encoder = Mp3Encoder(io.BytesIO(), frames=len(BLOCK), id3=b"")
    encoder.write(BLOCK)
    number = encoder._frames._process.pid  # type: ignore[union-attr]
    encoder.abandon()
    with pytest.raises(ProcessLookupError):
        os.kill(number, 0)
