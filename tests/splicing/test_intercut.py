"""Captions of an episode with those of a track in between: cut, shifted, in order, and as they were written."""

import pytest
import webvtt

from mettavox import captions
from mettavox.errors import CodecError
from mettavox.retime import Cut
from mettavox.splicing import intercut

CUT = Cut(leave=10_000, resume=10_000, insert=8_000, end=28_000, back=26_000, host=20_000, total=36_000)
HOST = """WEBVTT - Episode 12

STYLE
::cue { color: white }

NOTE made by hand

one
00:01.000 --> 00:04.000 align:start position:10%
<v Anna>Hello &amp; <i>welcome</i>.

00:00:07.000 --> 00:00:13.000
<v Anna>This <00:00:08.500>goes on.

00:00:15.000 --> 00:00:19.000
<v Ben>Goodbye.
"""
TRACK = (
    "WEBVTT\n\n00:00:01.000 --> 00:00:03.000\n<v Calm>Breathe & rest.\n\n00:00:15.000 --> 00:00:19.500\nAnd return.\n"
)


def test_the_captions_of_both_in_their_order() -> None:
    """With styles, notes, names and settings; a caption over the seam is cut, and goes on behind it."""
    both = intercut.vtt(intercut.joined(intercut.read(HOST, "h.vtt"), intercut.read(TRACK, "t.vtt"), CUT))
    assert both.startswith("WEBVTT - Episode 12\n\nSTYLE\n::cue { color: white }\n\nNOTE made by hand\n\none\n")
    assert "00:00:01.000 --> 00:00:04.000 align:start position:10%\n<v Anna>Hello &amp; <i>welcome</i>." in both
    found = [(cue.start, cue.end) for cue in webvtt.from_string(both)]
    assert found == [
        ("00:00:01.000", "00:00:04.000"),
        ("00:00:07.000", "00:00:09.000"),  # makes room for what is heard of the track
        ("00:00:09.000", "00:00:11.000"),
        ("00:00:23.000", "00:00:27.500"),
        ("00:00:27.500", "00:00:29.000"),
        ("00:00:31.000", "00:00:35.000"),
    ]
    assert "<00:00:24.500>goes on." in both  # a time among the words moves with them


def test_without_captions_of_the_track_those_of_the_episode_keep_their_times() -> None:
    both = intercut.joined(intercut.read(HOST, "h.vtt"), None, CUT)
    assert [(card.start, card.end) for card in both.cards] == [
        (1000, 4000), (7000, 10_000), (26_000, 29_000), (31_000, 35_000),
    ]  # fmt: skip


def test_what_is_taken_out_has_no_captions() -> None:
    cut = Cut(leave=6_000, resume=14_000, insert=4_000, end=24_000, back=22_000, host=20_000, total=28_000)
    both = intercut.joined(intercut.read(HOST, "h.vtt"), None, cut)
    assert [(card.start, card.end) for card in both.cards] == [(1000, 4000), (23_000, 27_000)]


def test_a_track_in_the_other_form_is_turned() -> None:
    """SRT has no markup and lines that fit; VTT takes nothing for markup."""
    host = intercut.read("7\n00:00:01,000 --> 00:00:04,000\nHello.\nTwo lines.\n\n", "h.srt")
    both = intercut.srt(intercut.joined(host, intercut.for_srt(intercut.read(TRACK, "t.vtt")), CUT))
    assert captions.parse_srt(both) == [
        (1000, 4000, "Hello. Two lines."), (9000, 11_000, "Breathe & rest."), (23_000, 27_500, "And return."),
    ]  # fmt: skip
    track = intercut.for_vtt(intercut.read("1\n00:00:01,000 --> 00:00:02,000\n<b>A</b> < B\n\n", "t.srt"))
    assert track.cards[0].words == "A &lt; B"


@pytest.mark.parametrize("text", ["", "no captions", "1\n00:00:61 --> x\nHello\n"])
def test_what_is_no_captions_is_said(text: str) -> None:
    with pytest.raises(CodecError, match=r"“h\.vtt” has no captions"):
        intercut.read(text, "h.vtt")
