"""What lies beside a track, and what the track says of itself: all there, in one rounding, names where they belong."""

import io
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import mutagen
import numpy as np
import pytest

from mettavox import beside, chapters
from mettavox.beside import Texts, beside_path
from mettavox.codecs import encode, id3, id3read, tagread
from mettavox.person import Listener, Spoken, Target
from mettavox.prepare import Prepared, plan
from placed import clauses_of

PreparedFrom = Callable[..., Prepared]

BODY = """\
# Welcome {keep}
Hello{{ name }}. This is a time for kind wishes.
! You can stop at any time.
> A line for paper.

# Wishes {keep}
Bring to mind {{ target.invite }}. (5s to 60s)
@wishes target
(5s to 60s)

# Return & rest {keep}
When you are ready, move a little, in your own way, and see what is around you.
"""
WORDS = ("Xochitl", "Quentin", "Ravenna")
"""A name, another name, and a word of a wish."""


@pytest.fixture
def prepared(prepared_from: PreparedFrom) -> Prepared:
    """A track for Xochitl about Quentin, with a wish of her own."""
    return prepared_from(
        BODY,
        voice="hum",
        listener=Listener(name=Spoken(written=WORDS[0], said=WORDS[0])),
        target=Target(name=Spoken(written=WORDS[1], said=WORDS[1])),
        wishes=("sleep well in Ravenna",),
        cover="none",
    )


def texts_of(prepared: Prepared) -> Texts:
    timeline = plan(prepared)
    return Texts(prepared=prepared, timeline=timeline, clauses=clauses_of(timeline))


@pytest.fixture
def contents(prepared: Prepared) -> dict[str, str]:
    return {suffix: content for suffix, content in beside.contents(texts_of(prepared)) if isinstance(content, str)}


# --- names of files ---


@pytest.mark.parametrize(
    ("track", "captions"),
    [("a/NAME.mp3", "a/NAME.vtt"), ("NAME.MP3", "NAME.vtt"), ("v1.2.m4a", "v1.2.vtt"), ("ä b.opus", "ä b.vtt")],
)
def test_what_lies_beside_has_the_tracks_name(track: str, captions: str) -> None:
    """With another ending."""
    assert beside_path(Path(track), ".vtt") == Path(captions)


def test_every_file_is_told_before_it_is_made(prepared_from: PreparedFrom) -> None:
    """The record last; the picture only where there is to be one."""
    for cover in ("dark", "light", "plain", "none"):
        prepared = prepared_from(BODY, voice="hum", cover=cover)
        told = beside.suffixes(prepared)
        assert told == tuple(each for each in beside.SUFFIXES if cover != "none" or each != ".jpg")
        assert told[-1] == ".json"


def test_what_was_told_is_made_in_that_order(prepared: Prepared) -> None:
    """The record is made elsewhere, from what was measured."""
    made = [suffix for suffix, content in beside.contents(texts_of(prepared)) if content]
    assert made == list(beside.suffixes(prepared)[:-1])


def test_the_same_track_has_the_same_files(prepared: Prepared) -> None:
    """To the byte."""
    assert dict(beside.contents(texts_of(prepared))) == dict(beside.contents(texts_of(prepared)))


# --- names of people ---


@pytest.mark.parametrize("suffix", [".vtt", ".srt", ".lrc", ".txt", ".html"])
def test_names_are_in_what_is_read_while_it_is_heard(contents: dict[str, str], suffix: str) -> None:
    """Captions and transcript say what is said."""
    for word in WORDS:
        assert word in contents[suffix]


@pytest.mark.parametrize("suffix", [".chapters.json", ".chapters.vtt", ".chapters.txt"])
def test_names_are_in_no_chapter(contents: dict[str, str], suffix: str) -> None:
    """They go to players and podcasts."""
    for word in WORDS:
        assert word not in contents[suffix]


def test_nobodys_name_is_in_a_tag(prepared: Prepared) -> None:
    """In none of its fields; not in the bytes of an ID3 tag either."""
    texts = texts_of(prepared)
    tags = beside.tags(texts, year=2026, show_names=False)
    data = id3.tag(tags, rate=48_000, frames=texts.timeline.frames)
    for word in WORDS:
        assert word not in repr(tags)
        assert word.encode() not in data
        assert word.encode("utf-16-le") not in data


@pytest.mark.parametrize("kind", encode.FORMATS)
def test_nobodys_name_is_in_a_file_of_any_format(prepared: Prepared, tmp_path: Path, kind: str) -> None:
    """As its bytes, as mutagen reads it, and as it is read here; the chapters are all there."""
    texts = texts_of(prepared)
    path, frames = tmp_path / f"track.{kind}", texts.timeline.frames
    encode.track(kind, silence(frames), frames, path, beside.tags(texts, year=2026, show_names=False))
    read, found = mutagen.File(path), tagread.read(path)
    for word in WORDS:
        assert word.encode() not in path.read_bytes()
        assert word.encode("utf-16-le") not in path.read_bytes()
        assert word not in read.pprint()
        assert word not in repr(found)
    assert "Bring to mind [name], your friend." in found.lyrics
    assert found.chapters == tuple((start, title) for start, _, title in chapters.milliseconds(texts.timeline))


def silence(frames: int) -> Iterator[np.ndarray]:
    for start in range(0, frames, 96_000):
        yield np.zeros((min(96_000, frames - start), 2), dtype=np.float32)


def test_lyrics_have_the_names_where_that_was_asked_for(prepared: Prepared) -> None:
    """Nothing else has: title, comment and chapters are as before."""
    texts = texts_of(prepared)
    shown, hidden = (beside.tags(texts, year=2026, show_names=each) for each in (True, False))
    said = " ".join(lyric.text for lyric in shown.lyrics)
    assert all(word in said for word in WORDS)
    for field in ("title", "artist", "album", "genre", "comment", "chapters", "extra", "language", "licence"):
        assert getattr(shown, field) == getattr(hidden, field)
    assert [lyric.start for lyric in shown.lyrics] == sorted(lyric.start for lyric in shown.lyrics)


# --- one rounding ---


def test_chapters_are_the_same_wherever_they_are(prepared: Prepared, contents: dict[str, str]) -> None:
    """In the tag, as JSON, as VTT, and to the second in the list."""
    texts = texts_of(prepared)
    wanted = chapters.milliseconds(texts.timeline)
    assert [title for _, _, title in wanted] == ["Welcome", "Wishes", "Return & rest"]
    assert chapters.from_json(contents[".chapters.json"]) == wanted
    assert chapters.from_vtt(contents[".chapters.vtt"]) == wanted
    listed = chapters.from_list(contents[".chapters.txt"])
    assert listed == tuple((start // 1000, title) for start, _, title in wanted)
    tags = beside.tags(texts, year=2026, show_names=False)
    data = id3.tag(tags, rate=48_000, frames=texts.timeline.frames)
    told = id3read.read(io.BytesIO(data))
    assert {(each.start, each.title) for each in told.chapters} == {(start, title) for start, _, title in wanted}


# --- what it says of itself ---


def test_a_track_is_called_after_its_practice_and_its_length(prepared: Prepared) -> None:
    """In the tag, the transcript, the LRC file and the JSON chapters alike."""
    texts = texts_of(prepared)
    assert texts.title == "A test (1:00)"
    contents = dict(beside.contents(texts))
    assert beside.tags(texts, year=2026, show_names=False).title == texts.title
    assert str(contents[".txt"]).startswith(f"{texts.title}\n")
    assert f"[ti:{texts.title}]" in str(contents[".lrc"])
    assert f'"title": "{texts.title}"' in str(contents[".chapters.json"])


def test_the_voice_is_told_as_synthetic(prepared: Prepared, contents: dict[str, str]) -> None:
    """In the comment, in a tag of its own and on the page; in VTT as the speaker."""
    tags = beside.tags(texts_of(prepared), year=2026, show_names=False)
    assert "synthetic" in tags.comment
    assert "synthetic" in tags.extra["disclosure"]
    assert prepared.voice.label in tags.comment
    assert prepared.voice.label in contents[".html"]
    assert contents[".vtt"].count(f"<v {prepared.voice.label}>") == contents[".vtt"].count("-->")


def test_the_year_is_the_one_that_is_given(prepared: Prepared, monkeypatch: pytest.MonkeyPatch) -> None:
    """Or this one, or that of a build that has to come out the same later."""
    texts = texts_of(prepared)
    assert beside.tags(texts, year=1999, show_names=False).year == 1999
    monkeypatch.setenv("SOURCE_DATE_EPOCH", "86400")
    assert beside.tags(texts, year=0, show_names=False).year == 1970


def test_lines_for_paper_are_on_the_page_and_nowhere_else(contents: dict[str, str]) -> None:
    """They are not spoken."""
    assert {suffix for suffix, content in contents.items() if "A line for paper." in content} == {".html"}


def test_markup_of_one_format_is_text_in_another(contents: dict[str, str]) -> None:
    """Chapters of VTT and the page are escaped, and lists are not."""
    assert "Return &amp; rest" in contents[".chapters.vtt"]
    assert "Return &amp; rest" in contents[".html"]
    assert "Return & rest" in contents[".chapters.txt"]
    assert not re.search(r"<script|https?://(?!www\.w3)", contents[".html"])


def test_a_picture_is_drawn_once_for_the_tag_and_once_beside_it(prepared_from: PreparedFrom) -> None:
    """Square JPEGs; without words where they are not wanted, and none at all where none is."""
    texts = texts_of(prepared_from(BODY, voice="hum", cover="plain"))
    small = beside.tags(texts, year=2026, show_names=False).picture
    assert small.startswith(b"\xff\xd8\xff")
    dark = beside.picture(texts_of(prepared_from(BODY, voice="hum", cover="dark")), 600)
    light = beside.picture(texts_of(prepared_from(BODY, voice="hum", cover="light")), 600)
    assert len({small, dark, light}) == 3
    assert beside.picture(texts_of(prepared_from(BODY, voice="hum", cover="none")), 600) == b""
