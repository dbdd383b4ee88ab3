"""Chapters say the same in every form."""

import json

import pytest
import webvtt

from mettavox import chapters
from mettavox.chapters import as_json, as_list, as_vtt, from_json, from_list, from_vtt, milliseconds
from mettavox.errors import CodecError
from placed import RATE, placed

TITLES = ["Welcome", 'A "kind" <b>touch</b> & more --> 2', "¿Cómo estás? Ñandú", "慈悲 – رحمة", "1:00 Return"]
STARTS = [0, 12.041_37, 61.499_6, 3_599.999_9, 3_605.5]
TIMELINE = placed([], seconds=3_700.000_5, chapters=list(zip(STARTS, TITLES, strict=True)))


def test_chapters_have_no_gaps_and_fill_the_track():
    """The first starts at 0, each ends where the next begins, the last ends with the track."""
    timed = milliseconds(TIMELINE)
    assert [start for start, _, _ in timed] == [0, 12_041, 61_500, 3_600_000, 3_605_500]
    assert [end for _, end, _ in timed] == [12_041, 61_500, 3_600_000, 3_605_500, 3_700_000]
    assert [title for _, _, title in timed] == TITLES
    assert timed[-1][1] == round(TIMELINE.frames * 1000 / RATE)


def test_the_first_chapter_starts_with_the_track():
    """Even where its first frame does not."""
    assert milliseconds(placed([], seconds=9, chapters=[(0.7, "Welcome"), (4, "Rest")]))[0] == (0, 4_000, "Welcome")


def test_every_form_says_the_same():
    """Read back, they are equal; the list to its second."""
    timed = milliseconds(TIMELINE)
    assert from_json(as_json(TIMELINE, title="A track")) == timed
    assert from_vtt(as_vtt(TIMELINE)) == timed
    assert from_list(as_list(TIMELINE)) == tuple((start // 1000, title) for start, _, title in timed)


def test_json_is_version_1_2_with_numbers():
    """As the podcast namespace has it: start and end in seconds, the title as it is."""
    table = json.loads(as_json(TIMELINE, title="A “track”"))
    assert table["version"] == "1.2.0"
    assert table["title"] == "A “track”"
    assert table["chapters"][1] == {"startTime": 12.041, "endTime": 61.5, "title": TITLES[1]}
    assert all(isinstance(each["startTime"], float) for each in table["chapters"])


def test_webvtt_py_reads_the_chapters():
    """In strict mode, with the escapes that VTT asks for."""
    read = webvtt.from_string(as_vtt(TIMELINE), strict=True)
    assert [caption.start for caption in read][:2] == ["00:00:00.000", "00:00:12.041"]
    assert "&lt;b&gt;touch&lt;/b&gt; &amp; more --&gt; 2" in as_vtt(TIMELINE)
    assert len(read) == len(TITLES)


def test_the_list_is_what_podcast_apps_look_for():
    """The first at 00:00:00, then a time and a title a line."""
    assert as_list(TIMELINE).splitlines() == [
        "00:00:00 Welcome", f"00:00:12 {TITLES[1]}", f"00:01:01 {TITLES[2]}", f"01:00:00 {TITLES[3]}",
        "01:00:05 1:00 Return",
    ]  # fmt: skip


def test_two_chapters_share_no_second_where_there_is_another():
    """Short ones are moved on by a second; at the track's very end there is no other."""
    near = placed([], seconds=30, chapters=[(0, "A"), (0.2, "B"), (0.4, "C"), (10.4, "D"), (11.2, "E")])
    assert [second for second, _ in from_list(as_list(near))] == [0, 1, 2, 10, 11]
    last = placed([], seconds=2, chapters=[(0, "A"), (1.6, "B"), (1.7, "C"), (1.8, "D")])
    assert [second for second, _ in from_list(as_list(last))] == [0, 1, 2, 2]


@pytest.mark.parametrize(
    "text",
    ["", "[]", "{}", '{"version": "2.0", "chapters": []}', '{"version": "1.2.0", "chapters": {}}'],
)
def test_other_json_is_refused(text: str):
    """With a sentence, and not a traceback."""
    with pytest.raises(CodecError, match="JSON"):
        from_json(text)


@pytest.mark.parametrize("entry", [{}, 1, {"startTime": 2, "endTime": 1, "title": "x"}, {"startTime": "0"}])
def test_a_broken_chapter_is_told_by_its_number(entry: object):
    """Which one, and what is wrong."""
    good = {"startTime": 0, "endTime": 1, "title": "x"}
    with pytest.raises(CodecError, match="JSON chapter 2 has"):
        from_json(json.dumps({"version": "1.2.0", "chapters": [good, entry]}))
    nan = '{"version": "1.2.0", "chapters": [{"startTime": NaN, "endTime": 1, "title": "x"}]}'
    with pytest.raises(CodecError, match="JSON chapter 1 has"):
        from_json(nan)


@pytest.mark.parametrize(
    ("text", "line"),
    [("00:00 Welcome\n", 1), ("00:00:00 A\n\n", 2), ("00:00:05 A\n00:00:03 B\n", 1), ("00:00:00 A\n00:00:70 B\n", 2)],
)
def test_a_broken_list_is_told_by_its_line(text: str, line: int):
    """Its form and its order."""
    with pytest.raises(CodecError, match=f"Line {line} of the chapter list"):
        from_list(text)
    with pytest.raises(CodecError, match="Line 3 of the chapter list is out of order"):
        from_list("00:00:00 A\n00:00:09 B\n00:00:08 C\n")


def test_vtt_chapters_that_overlap_are_refused():
    """Each ends before the next begins."""
    with pytest.raises(CodecError, match="begins before"):
        chapters.from_vtt(as_vtt(TIMELINE).replace("00:00:12.041\n", "00:00:13.041\n"))
