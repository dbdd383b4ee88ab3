"""Tags read back: from any format, from files that others have changed, and never trusted when they are broken."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest
from mutagen.id3 import COMM, ID3, TIT2

from mettavox.codecs import encode, id3, id3read, tagread
from mettavox.errors import CodecError
from mettavox.tags import Lyric, Tags
from mettavox.timeline import Chapter

RATE = 48_000
TAGS = Tags(
    title="Resting — 慈",
    artist="mettavox",
    album="A",
    genre="Meditation",
    year=2026,
    language="en",
    comment="A synthetic voice speaks.",
    licence="CC BY 4.0",
    chapters=(Chapter(title="One", start=0), Chapter(title="Zwei — ü", start=4_801)),
    lyrics=(Lyric(text="May I be safe.", start=100), Lyric(text="Möge ich ruhen.", start=5_000)),
    picture=b"\xff\xd8" + bytes(500) + b"\xff\xd9",
    extra={"RECIPE": "abc"},
)
MUSIC = np.zeros((9_600, 2), dtype=np.float32)


@pytest.fixture(scope="module", params=list(encode.FORMATS))
def track(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A track of each kind; its cover is none that ffmpeg would look into."""
    tags = replace(TAGS, picture=b"") if request.param in ("m4a", "flac") else TAGS
    path = tmp_path_factory.mktemp("tags") / f"track.{request.param}"
    encode.track(request.param, [MUSIC], len(MUSIC), path, tags)
    return path


def test_a_file_cut_off_anywhere_is_an_error_or_says_less(track: Path, tmp_path: Path):
    """Never another kind of error, and never more than there was."""
    data = track.read_bytes()
    whole = tagread.read(track)
    path = tmp_path / "cut"
    for end in sorted({*range(0, min(len(data), 200), 3), *np.linspace(0, len(data) - 1, 100).astype(int).tolist()}):
        path.write_bytes(data[:end])
        try:
            found = tagread.read(path)
        except CodecError as error:
            assert error.hint
        else:
            assert set(found.chapters) <= set(whole.chapters)


def test_a_file_with_broken_bytes_is_an_error_or_says_something_else(track: Path, tmp_path: Path):
    """Never another kind of error, and always soon."""
    data = track.read_bytes()
    dice = np.random.RandomState(7)
    path = tmp_path / "broken"
    for _ in range(150):
        broken = bytearray(data)
        for at in dice.randint(4, min(len(data), 3000), 5):
            broken[at] = dice.randint(256)
        path.write_bytes(bytes(broken))
        try:
            tagread.read(path)
        except CodecError as error:
            assert error.hint


@pytest.mark.parametrize("data", [b"", b"hello", bytes(1000), b"\xff\xfb\x94\x44" * 100, b"RIFF\0\0\0\0AVI "])
def test_what_has_no_tags_is_an_error(tmp_path: Path, data: bytes):
    """Bare frames of MP3 too."""
    path = tmp_path / "track"
    path.write_bytes(data)
    with pytest.raises(CodecError) as caught:
        tagread.read(path)
    assert caught.value.hint


def test_a_missing_file_is_the_disks_error(tmp_path: Path):
    """Whoever asks knows what to say."""
    with pytest.raises(FileNotFoundError):
        tagread.read(tmp_path / "nowhere")


@pytest.mark.parametrize("version", [3, 4])
def test_tags_that_another_program_rewrote_are_read(tmp_path: Path, version: int):
    """mutagen writes 2.4 in UTF-8, and frames in an order of its own."""
    path = tmp_path / "track.mp3"
    encode.track("mp3", [MUSIC], len(MUSIC), path, TAGS)
    found = ID3(path)
    found.add(TIT2(encoding=3 if version == 4 else 1, text="Other — 😌"))
    found.add(COMM(encoding=0, lang="eng", desc="iTunNORM", text="00000"))
    if version == 3:
        found.update_to_v23()
    found.save(path, v2_version=version, v23_sep=None)
    expected = replace(tagread.expected("mp3", TAGS, RATE), title="Other — 😌")
    assert tagread.read(path) == expected


def test_the_times_of_lines_are_read(tmp_path: Path):
    """SYLT, in milliseconds, without the line breaks that it holds."""
    path = tmp_path / "tag"
    path.write_bytes(id3.tag(TAGS, rate=RATE, frames=9_600))
    with path.open("rb") as file:
        fields = id3read.read(file)
    assert fields.lines == ((2, "May I be safe."), (104, "Möge ich ruhen."))
    assert [(chapter.start, chapter.end) for chapter in fields.chapters] == [(0, 100), (100, 200)]
    assert fields.contents == (b"ch0", b"ch1")
    assert fields.picture == TAGS.picture


def test_a_tag_that_is_unsynchronised_is_read(tmp_path: Path):
    """As some taggers write 2.3: a zero after every FF."""
    tag = id3.tag(replace(TAGS, picture=b""), rate=RATE, frames=9_600)
    body = tag[10:].replace(b"\xff", b"\xff\x00")
    size = bytes(len(body) >> shift & 0x7F for shift in (21, 14, 7, 0))
    path = tmp_path / "tag"
    path.write_bytes(b"ID3\x03\x00\x80" + size + body)
    assert tagread.read(path) == tagread.expected("mp3", replace(TAGS, picture=b""), RATE)
