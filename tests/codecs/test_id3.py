"""ID3v2.3 tags, read back by mutagen and by ffmpeg."""

import io
import subprocess
from dataclasses import replace
from pathlib import Path

import eyed3
import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from mutagen.id3 import ID3
from PIL import Image

from mettavox.codecs import id3
from mettavox.codecs.mp3encoder import Mp3Encoder
from mettavox.errors import CodecError
from mettavox.tags import Lyric, Tags
from mettavox.timeline import Chapter
from oracles import complaints_of_mp3val, program, said_by_mp3guessenc

PLAIN = Tags(
    title="Loving-kindness (10:00)",
    artist="mettavox",
    album="Guided meditations",
    genre="Meditation",
    year=2026,
    language="en",
    comment="A synthetic voice speaks: Calm.",
)
FOREIGN = Tags(
    title="Доброта — amor y paz (慈悲, 😌)",
    artist="méttavox",
    album="Méditations “guidées”",
    genre="Méditation",
    year=987,
    language="es-MX",
    comment="Una voz sintética habla… ſ",
)
CASES = pytest.mark.parametrize("tags", [PLAIN, FOREIGN], ids=["ASCII", "any letters"])


def tagged(path: Path, tags: Tags) -> Path:
    with path.open("w+b") as file:
        encoder = Mp3Encoder(file, frames=4800, id3=id3.tag(tags))
        encoder.write(np.zeros((4800, 2), dtype=np.float32))
        encoder.finish()
    return path


@CASES
def test_mutagen_reads_every_field(tmp_path: Path, tags: Tags):
    """As version 2.3, which every player reads."""
    found = ID3(tagged(tmp_path / "a.mp3", tags), translate=False)
    assert found.version == (2, 3, 0)
    assert {name: str(found[name]) for name in ("TIT2", "TPE1", "TALB", "TCON", "TYER", "TLAN")} == {
        "TIT2": tags.title,
        "TPE1": tags.artist,
        "TALB": tags.album,
        "TCON": tags.genre,
        "TYER": f"{tags.year:04d}",
        "TLAN": {"en": "eng", "es-MX": "spa"}[tags.language],
    }
    (comment,) = found.getall("COMM")
    assert str(comment) == tags.comment
    assert comment.desc == ""
    assert comment.lang == found["TLAN"].text[0]


@CASES
def test_nothing_else_is_in_it(tmp_path: Path, tags: Tags):
    """Seven fields, and who wrote them."""
    assert len(ID3(tagged(tmp_path / "a.mp3", tags), translate=False)) == 8


@CASES
def test_ffmpeg_reads_the_same(tmp_path: Path, tags: Tags):
    """Another reader, another opinion."""
    path = tagged(tmp_path / "a.mp3", tags)
    said = subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-i", path, "-f", "ffmetadata", "-"],
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    pairs = dict(entry.split("=", 1) for entry in said.splitlines() if "=" in entry)
    assert pairs["title"] == tags.title
    assert pairs["artist"] == tags.artist
    assert pairs["album"] == tags.album
    assert pairs["genre"] == tags.genre
    assert pairs["date"] == f"{tags.year:04d}"
    assert pairs["comment"] == tags.comment


def test_a_language_without_a_code_is_undetermined():
    """ID3 wants three letters of ISO 639-2."""
    assert b"und" in id3.tag(replace(PLAIN, language="tlh"))


@CASES
def test_there_is_room_for_an_editor(tags: Tags):
    """About a kilobyte, so that a changed title does not move the sound."""
    data = id3.tag(tags)
    assert data.endswith(bytes(1000))
    size = 0
    for byte in data[6:10]:
        assert byte < 0x80
        size = size << 7 | byte
    assert len(data) == size + 10


@CASES
def test_the_same_tags_are_the_same_bytes(tags: Tags):
    """No dates, no chance."""
    assert id3.tag(tags) == id3.tag(tags)


CHAPTERS = (
    Chapter(title="Welcome", start=0),
    Chapter(title="Deseos — para ti (慈)", start=2400),
    Chapter(title="Return", start=4001),
)


def with_chapters(path: Path) -> ID3:
    with path.open("w+b") as file:
        encoder = Mp3Encoder(
            file, frames=4800, id3=id3.tag(replace(PLAIN, chapters=CHAPTERS), rate=48_000, frames=4800)
        )
        encoder.write(np.zeros((4800, 2), dtype=np.float32))
        encoder.finish()
    return ID3(path, translate=False)


def test_chapters_lie_end_to_end_in_their_order(tmp_path: Path):
    """In milliseconds, each until the next begins and the last to the track's end."""
    found = with_chapters(tmp_path / "a.mp3")
    (contents,) = found.getall("CTOC")
    assert contents.flags == 3  # ordered, at the top
    chapters = {chapter.element_id: chapter for chapter in found.getall("CHAP")}
    assert list(contents.child_element_ids) == ["ch0", "ch1", "ch2"]
    laid = [chapters[name] for name in contents.child_element_ids]
    assert [(chapter.start_time, chapter.end_time) for chapter in laid] == [(0, 50), (50, 83), (83, 100)]
    assert [str(chapter.sub_frames["TIT2"]) for chapter in laid] == [chapter.title for chapter in CHAPTERS]
    assert {chapter.start_offset for chapter in laid} | {chapter.end_offset for chapter in laid} == {0xFFFFFFFF}


def test_ffmpeg_reads_the_same_chapters(tmp_path: Path):
    """Another reader, another opinion. It counts from the first frame that it decodes, 23 ms before the sound."""
    with_chapters(tmp_path / "a.mp3")
    said = subprocess.run(
        [get_ffmpeg_exe(), "-v", "error", "-i", tmp_path / "a.mp3", "-f", "ffmetadata", "-"],
        capture_output=True,
        check=True,
    ).stdout.decode("utf-8")
    parts = said.split("[CHAPTER]")[1:]
    assert [part.split("title=")[1].splitlines()[0] for part in parts] == [chapter.title for chapter in CHAPTERS]
    starts = [int(part.split("START=")[1].splitlines()[0]) for part in parts]
    assert starts == pytest.approx([0, 50, 83], abs=25)


def test_a_tag_without_chapters_has_no_table_of_contents():
    """A track of one piece stays as it was."""
    assert b"CTOC" not in id3.tag(PLAIN)


def test_more_chapters_than_a_tag_can_hold_are_refused():
    """Rather than the rest being lost."""
    many = tuple(Chapter(title="x", start=place) for place in range(256))
    with pytest.raises(CodecError, match="256 chapters"):
        id3.tag(replace(PLAIN, chapters=many), rate=48_000, frames=256)


# The words, the cover and all else


def jpeg() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (600, 600), (20, 90, 80)).save(file, "JPEG")
    return file.getvalue()


FULL = replace(
    FOREIGN,
    licence="CC BY 4.0",
    chapters=CHAPTERS,
    lyrics=(Lyric(text="Que esté a salvo.", start=480), Lyric(text="慈", start=2400)),
    picture=jpeg(),
    extra={"Recipe": "sha256=abc", "AI disclosure": "La voz es sintética."},
)


@pytest.fixture(scope="module")
def full(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tenth of a second that says all that can be said."""
    path = tmp_path_factory.mktemp("full") / "full.mp3"
    with path.open("w+b") as file:
        encoder = Mp3Encoder(file, frames=4800, id3=id3.tag(FULL, rate=48_000, frames=4800))
        encoder.write(np.zeros((4800, 2), dtype=np.float32))
        encoder.finish()
    return path


def test_mutagen_reads_the_words_and_their_times(full: Path):
    """As one text, and line by line in milliseconds, both in the track's language."""
    found = ID3(full, translate=False)
    (words,), (timed,) = found.getall("USLT"), found.getall("SYLT")
    assert (words.lang, words.text) == ("spa", "Que esté a salvo.\n慈")
    assert (timed.lang, timed.format, timed.type, timed.desc) == ("spa", 2, 1, "")
    assert timed.text == [("Que esté a salvo.", 10), ("\n慈", 50)]


def test_mutagen_reads_cover_licence_length_and_extras(full: Path):
    """Each in its field."""
    found = ID3(full, translate=False)
    (picture,) = found.getall("APIC")
    assert (picture.type, picture.mime, picture.data) == (3, "image/jpeg", FULL.picture)
    assert str(found["TCOP"]) == "0987 CC BY 4.0"  # a year and a space, as the format wants it
    assert str(found["TLEN"]) == "100"
    assert str(found["TSSE"]) == "mettavox"
    assert {each.desc: str(each) for each in found.getall("TXXX")} == FULL.extra


def test_words_of_ascii_are_read_as_well(tmp_path: Path):
    """They are in another encoding."""
    plain = replace(PLAIN, lyrics=(Lyric(text="May I be safe.", start=0), Lyric(text="May I rest.", start=48)))
    path = tmp_path / "a.mp3"
    path.write_bytes(id3.tag(plain, rate=48_000, frames=4800))
    (timed,) = ID3(path, translate=False).getall("SYLT")
    assert timed.text == [("May I be safe.", 0), ("\nMay I rest.", 1)]


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_eyed3_reads_title_chapters_words_and_cover(full: Path):
    """In their order, and by the table of contents."""
    found = eyed3.load(full).tag
    assert found.title == FULL.title
    assert [(tuple(each.times), each.title) for each in found.chapters] == [
        ((0, 50), "Welcome"),
        ((50, 83), "Deseos — para ti (慈)"),
        ((83, 100), "Return"),
    ]
    (contents,) = found.table_of_contents
    assert contents.toplevel
    assert contents.ordered
    assert contents.child_ids == [b"ch0", b"ch1", b"ch2"]
    assert [(each.lang, each.text) for each in found.lyrics] == [(b"spa", "Que esté a salvo.\n慈")]
    assert [(each.picture_type, each.image_data) for each in found.images] == [(3, FULL.picture)]


def test_kid3_reads_title_and_chapters(full: Path):
    """It names the chapters by what the table of contents calls them."""
    said = subprocess.run(
        [program("kid3-cli"), "-c", "get", full],
        capture_output=True,
        check=True,
        env={"LC_ALL": "C.UTF-8", "QT_QPA_PLATFORM": "offscreen", "HOME": str(full.parent)},
    ).stdout.decode("utf-8")
    pairs = [line.strip().split(maxsplit=1) for line in said.splitlines()]
    assert ["Title", FULL.title] in pairs
    assert [pair[1] for pair in pairs if pair[0] == "Chapter"] == ["ch0", "ch1", "ch2"]


def test_validators_find_nothing_wrong(full: Path, tmp_path: Path):
    """Of a whole file with all of it; mp3val doubts files of a few frames."""
    path = tmp_path / "long.mp3"
    with path.open("w+b") as file:
        encoder = Mp3Encoder(file, frames=48_000, id3=id3.tag(FULL, rate=48_000, frames=48_000))
        encoder.write(np.zeros((48_000, 2), dtype=np.float32))
        encoder.finish()
    assert complaints_of_mp3val(path) == []
    assert said_by_mp3guessenc(path)["Tag verification"] == "passed"


def test_times_without_a_rate_are_a_mistake():
    """Not a file that lies."""
    with pytest.raises(ValueError, match="rate"):
        id3.tag(FULL)


def test_a_picture_that_is_too_large_is_refused():
    """A tag has 256 MB at most."""
    with pytest.raises(CodecError, match="bytes"):
        id3.tag(replace(PLAIN, picture=bytes(1 << 28)))
