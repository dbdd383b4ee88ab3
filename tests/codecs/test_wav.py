"""WAV as editors want it: sizes that are right, chunks on even places, markers at their frames."""

import io
import struct
import wave
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from mettavox.codecs.wav import WavEncoder
from mettavox.errors import CodecError
from mettavox.tags import Tags
from mettavox.timeline import Chapter

TAGS = Tags(
    title="Rest",
    artist="mettavox",
    album="Odd",
    genre="Meditation",
    year=2026,
    language="en",
    comment="é",
    chapters=(Chapter(title="A", start=0), Chapter(title="Two", start=100), Chapter(title="慈", start=333)),
)
SOUND = np.linspace(-1.2, 1.2, 1000, dtype=np.float32).reshape(500, 2)


def written(tags: Tags = TAGS) -> bytes:
    file = io.BytesIO()
    encoder = WavEncoder(file, frames=500, tags=tags, rate=44_100)
    encoder.write(SOUND[:123])
    encoder.write(SOUND[123:])
    encoder.finish()
    return file.getvalue()


def chunks(data: bytes) -> list[tuple[bytes, bytes]]:
    at, found = 0, []
    while at < len(data):
        assert at % 2 == 0
        name, size = struct.unpack_from("<4sI", data, at)
        found.append((name, data[at + 8 : at + 8 + size]))
        at += 8 + size + size % 2
    assert at == len(data)
    return found


@pytest.mark.parametrize("title", ["Rest", "Rests"])
def test_every_size_is_right(title: str):
    """Whether a text is of an odd or of an even length."""
    data = written(replace(TAGS, title=title))
    assert data.startswith(b"RIFF" + struct.pack("<I", len(data) - 8) + b"WAVE")
    assert [name for name, _ in chunks(data[12:])] == [b"fmt ", b"data", b"LIST", b"cue ", b"LIST", b"id3 "]


def test_the_samples_are_those_that_came_in():
    """Read by Python's own module; clipped beyond full scale."""
    with wave.open(io.BytesIO(written())) as file:
        assert file.getparams()[:4] == (2, 2, 44_100, 500)
        samples = np.frombuffer(file.readframes(500), "<i2").reshape(-1, 2)
    assert samples == pytest.approx(np.clip(np.rint(SOUND * 32767), -32768, 32767), abs=0)


def test_markers_lie_at_the_chapters_frames():
    """A cue point for each, and its label."""
    found = chunks(written()[12:])
    cues = dict(found)[b"cue "]
    points = [struct.unpack_from("<II4sIII", cues, 4 + 24 * place) for place in range(3)]
    assert struct.unpack_from("<I", cues) == (3,)
    assert points == [(n, at, b"data", 0, 0, at) for n, at in ((1, 0), (2, 100), (3, 333))]
    labels = chunks(found[4][1][4:])
    assert [(name, struct.unpack_from("<I", text)[0], text[4:]) for name, text in labels] == [
        (b"labl", 1, b"A\0"),
        (b"labl", 2, b"Two\0"),
        (b"labl", 3, "慈".encode() + b"\0"),
    ]


def test_a_track_without_chapters_has_no_markers():
    """Nor an empty list of them."""
    assert [name for name, _ in chunks(written(replace(TAGS, chapters=()))[12:])] == [
        b"fmt ",
        b"data",
        b"LIST",
        b"id3 ",
    ]


@pytest.mark.parametrize("frames", [1 << 30, 24 * 3600 * 48_000])
def test_more_than_4_gb_are_refused(frames: int):
    """Before a byte is written, with what to do."""
    file = io.BytesIO()
    with pytest.raises(CodecError, match=r"4 GB, which is 6\.2 hours") as caught:
        WavEncoder(file, frames=frames, tags=TAGS, rate=48_000)
    assert "flac" in caught.value.hint
    assert file.getvalue() == b""


@pytest.mark.parametrize(("frames", "says"), [(499, "1 frames too many"), (501, "1 frames too few")])
def test_a_wrong_number_of_frames_is_refused(frames: int, says: str):
    """The sizes were written first."""
    encoder = WavEncoder(io.BytesIO(), frames=frames, tags=TAGS, rate=48_000)
    encoder.write(SOUND)
    with pytest.raises(CodecError, match=says):
        encoder.finish()


def test_libsndfile_reads_it(tmp_path: Path):
    """Another reader, another opinion."""
    from oracles import by_soundfile

    path = tmp_path / "a.wav"
    path.write_bytes(written())
    assert by_soundfile(path).shape == (500, 2)


def test_samples_may_lie_in_any_order_in_memory():
    """One channel after the other, as some decoders give them."""
    file = io.BytesIO()
    encoder = WavEncoder(file, frames=500, tags=TAGS, rate=44_100)
    encoder.write(np.asfortranarray(SOUND))
    encoder.finish()
    assert file.getvalue() == written()
