"""Decoding for proof: whole files block by block, and an error for everything that is not sound."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mettavox.codecs import decode
from mettavox.codecs.mp3encoder import Mp3Encoder
from mettavox.errors import CodecError
from oracles import by_soundfile, speechlike


@pytest.fixture
def track(tmp_path: Path) -> Path:
    """Five seconds."""
    sound = np.repeat(speechlike(5, 48_000)[:, None], 2, axis=1)
    path = tmp_path / "track.mp3"
    with path.open("w+b") as file:
        encoder = Mp3Encoder(file, frames=len(sound), id3=b"")
        encoder.write(sound)
        encoder.finish()
    return path


@pytest.mark.parametrize("size", [1000, 96_000, 240_000, 1_000_000])
def test_blocks_add_up_to_the_whole(track: Path, size: int):
    """Every one is full, apart from the last."""
    parts = list(decode.blocks(track, size))
    assert np.array_equal(np.concatenate(parts), by_soundfile(track))
    assert {len(part) for part in parts[:-1]} <= {size}
    assert parts[0].shape[1] == 2
    assert parts[0].dtype == np.float32


def test_a_truncated_file_gives_less_or_an_error(track: Path):
    """Never the length that its tag promises."""
    track.write_bytes(track.read_bytes()[: track.stat().st_size // 2])
    try:
        frames = sum(len(block) for block in decode.blocks(track, 96_000))
    except CodecError:
        return
    assert frames < 4 * 48_000


@pytest.mark.parametrize("data", [b"", b"not sound", bytes(5000), b"ID3\x03\x00\x00\x00\x00\x00\x00"])
def test_what_is_not_sound_is_an_error(tmp_path: Path, data: bytes):
    """An adapter's error, not the library's."""
    path = tmp_path / "track.mp3"
    path.write_bytes(data)
    with pytest.raises(CodecError) as caught:
        list(decode.blocks(path, 1000))
    assert caught.value.hint


def test_a_missing_file_is_an_error(tmp_path: Path):
    """The same error."""
    with pytest.raises(CodecError):
        list(decode.blocks(tmp_path / "nowhere.mp3", 1000))


def test_mono_stays_mono(tmp_path: Path):
    """So that it can be told."""
    path = tmp_path / "mono.wav"
    soundfile.write(str(path), speechlike(1, 48_000), 48_000)
    assert next(decode.blocks(path, 1000)).shape == (1000, 1)
