"""Encoding an episode once more as it was: how it was encoded, its tags to the byte, its length to the frame."""

import io
import struct
import subprocess
from pathlib import Path

import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe

from mettavox.codecs import id3keep, like, mp3, mp3rate, oggkeep, wavkeep
from mettavox.errors import CodecError
from mettavox.retime import Mark
from oracles import by_soundfile


def encoded(path: Path, frames: int, *arguments: str) -> Path:
    """Noise of so many frames at 44.1 kHz, mono."""
    noise = (0.1 * np.random.default_rng(1).standard_normal(frames)).astype("<f4")
    command = [get_ffmpeg_exe(), "-v", "error", "-f", "f32le", "-ar", "44100", "-ac", "1", "-i", "pipe:0"]
    subprocess.run([*command, *arguments, path], input=noise.tobytes(), check=True)
    return path


def test_the_length_of_an_mp3_is_told_to_the_frame(tmp_path: Path) -> None:
    """Also where ffmpeg's own padding is off, which it is by 7 frames here."""
    frames = 20 * 1152 + 40
    path = encoded(tmp_path / "a.mp3", frames, "-b:a", "64k", "-id3v2_version", "0")
    assert len(by_soundfile(path)) == frames + 7
    with path.open("r+b") as file:
        mp3.tell_length(file, frames)
    assert len(by_soundfile(path)) == frames
    with path.open("r+b") as file, pytest.raises(CodecError):
        mp3.tell_length(file, frames * 2)


@pytest.mark.parametrize(
    ("arguments", "kbps", "varies"), [(("-b:a", "64k"), 64, False), (("-abr", "1", "-b:a", "80k"), 80, True)]
)
def test_a_bit_rate_is_read_from_the_frames(
    tmp_path: Path, arguments: tuple[str, ...], kbps: int, varies: bool
) -> None:
    coded = mp3rate.coded(encoded(tmp_path / "a.mp3", 100_000, *arguments))
    assert coded is not None
    assert coded.varies == varies
    assert coded.kbps == pytest.approx(kbps, rel=0.25 if varies else 0)
    (tmp_path / "b.mp3").write_bytes(b"no sound" * 100)
    assert mp3rate.coded(tmp_path / "b.mp3") is None


def frame(name: bytes, content: bytes, flags: bytes = b"\0\0") -> bytes:
    return name + struct.pack(">I", len(content)) + flags + content


def tag(body: bytes, version: int = 3, flags: int = 0) -> bytes:
    size = len(body)
    return b"ID3" + bytes([version, 0, flags]) + bytes(size >> shift & 0x7F for shift in (21, 14, 7, 0)) + body


def test_frames_that_nobody_knows_stay_as_they_are() -> None:
    """With their flags, in their order; those that tell a time go, or are made anew."""
    known = frame(b"PRIV", b"owner\0\x00\xff\x01", b"\x40\x00") + frame(b"XABC", b"\0what") + frame(b"PRIV", b"b\0")
    kept = id3keep.read(io.BytesIO(tag(known + frame(b"ETCO", b"\x02") + frame(b"TLEN", b"\x001") + bytes(50))))
    assert kept.timed == ("ETCO",)
    made = id3keep.written(kept, [Mark(start=0, end=5, title="Ä")], length_ms=5, padding=0)
    assert made[10:].startswith(known + frame(b"TLEN", b"\x005") + b"CTOC")
    again = id3keep.read(io.BytesIO(made))
    assert [(mark.start, mark.end, mark.title) for mark in again.chapters] == [(0, 5, "Ä")]
    assert again.size == len(made)


def test_tags_as_other_programs_write_them() -> None:
    """Unsynchronised as a whole, sizes of 2.4 as those of 2.3, of version 2.2; a broken one is said."""
    hidden = frame(b"PRIV", b"a\0\xff\xe0".ljust(200, b"x"))
    assert (
        id3keep.read(io.BytesIO(tag(hidden.replace(b"\xff", b"\xff\0"), flags=0x80))).fields[0].content[3:4] == b"\xe0"
    )
    assert len(id3keep.read(io.BytesIO(tag(hidden, version=4))).fields[0].content) == 200
    old = tag(b"TT2\0\0\2\0x", version=2)
    assert id3keep.written(id3keep.read(io.BytesIO(old)), [], length_ms=1) == old
    assert id3keep.read(io.BytesIO(b"\xff\xfb")) == id3keep.NOTHING
    with pytest.raises(CodecError, match="broken"):
        id3keep.read(io.BytesIO(tag(frame(b"TIT2", b"x" * 50))[:-10]))
    with pytest.raises(CodecError, match="holds 255"):
        id3keep.written(id3keep.NOTHING, [Mark(start=0, end=1, title="")] * 256, length_ms=1)


def test_old_tags_at_the_end_are_found(tmp_path: Path) -> None:
    ape = b"APETAGEX" + struct.pack("<IIII", 2000, 40, 0, 0) + bytes(8)
    path = tmp_path / "a.mp3"
    path.write_bytes(b"sound" * 100 + b"12345678" + ape + b"TAG".ljust(128, b"\0"))
    assert id3keep.tail(path) == b"12345678" + ape + b"TAG".ljust(128, b"\0")


@pytest.mark.parametrize("head", [b"", b"short", b"longer than before" * 100_000])
def test_the_head_of_a_file_gets_another_length(tmp_path: Path, head: bytes) -> None:
    path = tmp_path / "a"
    rest = bytes(range(256)) * 12_000
    path.write_bytes(b"before" + rest)
    like.replace_head(path, 6, head)
    assert path.read_bytes() == head + rest


@pytest.mark.parametrize("codec", ["pcm_s16le", "pcm_s24le", "pcm_s32le", "pcm_f32le"])
def test_samples_come_out_as_they_were(codec: str) -> None:
    """Every sample that such a file may have is one that a float holds, or is next to it."""
    block = np.array([[-1.0, 0.5], [1 / 32768, -3 / 32768], [0.25, 2.0]], dtype=np.float32)
    data = wavkeep.samples(block, codec)
    assert len(data) == block.size * (4 if codec[5:7] == "32" else int(codec[5:7]) // 8)
    if codec == "pcm_s24le":
        assert [int.from_bytes(data[at : at + 3], "little", signed=True) for at in (0, 3, 6, 9, 15)] == [
            -(1 << 23), 1 << 22, 256, -768, (1 << 23) - 1,
        ]  # fmt: skip


def test_the_comments_of_a_sound_beside_pictures_are_found(tmp_path: Path) -> None:
    """In an Ogg file with another stream, which comes first."""
    path = encoded(tmp_path / "a.opus", 20_000, "-c:a", "libopus", "-metadata", "title=Talk")
    other = b"OggS\0\2" + bytes(8) + b"\1\2\3\4" + bytes(8) + b"\1\7" + b"\x80theora"
    path.write_bytes(other + path.read_bytes())
    assert (b"title", b"Talk") in [(name.lower(), value) for name, value in oggkeep.comments(path, "opus")]
    path.write_bytes(b"OggS")
    with pytest.raises(CodecError, match="broken"):
        oggkeep.comments(path, "opus")
