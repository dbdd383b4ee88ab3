"""Captions at the true times of what is heard, in files that other people's readers take without a complaint."""

from datetime import timedelta

import pytest
import srt as srt_reader
import webvtt

from mettavox import captions
from mettavox.captions import Cue, cues, lrc, parse_srt, parse_vtt, srt, vtt
from mettavox.clauses import Clause
from mettavox.errors import CodecError
from mettavox.script import Bell, Line
from placed import RATE, clauses_of, placed

LONG = "You might set them down outside the door, one by one, or all in a heap."
BELL = Bell()
TIMELINE = placed(
    [
        (0.5, 6.5, BELL),
        (8.0, 10.0, "May you be safe."),
        (10.8, 15.123_4, LONG),
        (30.000_51, 31.9, "May you be well."),
        (3_650.0, 3_651.5, "There is no rush."),
        (3_652.0, 3_655.0, BELL),
    ],
    seconds=3_660,
)
CLAUSES = clauses_of(TIMELINE)
CUES = cues(TIMELINE, CLAUSES)
TRICKY = [
    'Zoë "the cat" O’Neil & sons <b>bold</b> --> 00:01',
    "Hola, José Ñandú; ¿y tú?",
    "שלום נועה, מה שלומך",
    "مرحبا يا ليلى",
    "你好，慈悲。山田 太郎",
    "&amp; is not & and &lt;v&gt; is no tag",
    "[…] in {braces} and [brackets]",
    "WEBVTT",
    "NOTE that this is a line",
    "1",
    "👩‍👩‍👧 and Ṱ̺̺̕o̴",
]


def tricky_cues() -> tuple[Cue, ...]:
    return tuple(
        Cue(text=text, start=(place * 3 + 1) * RATE, end=(place * 3 + 3) * RATE) for place, text in enumerate(TRICKY)
    )


# --- cues ---


def test_every_cue_begins_and_ends_with_its_sound():
    """Within 60 ms, and never outside its clip."""
    lines = [place for place in TIMELINE.placements if isinstance(place.sound, Line)]
    for place in lines:
        own = [cue for cue in CUES if place.start <= cue.start < place.end]
        assert " ".join(cue.text for cue in own) == place.sound.text
        assert 0 <= own[0].start - place.start <= 0.06 * RATE
        assert 0 <= place.end - own[-1].end <= 0.06 * RATE


def test_no_cue_swallows_a_pause():
    """Where nothing sounds, nothing is shown."""
    sounding = [(place.start, place.end) for place in TIMELINE.placements]
    for cue in CUES:
        assert any(start <= cue.start < cue.end <= end for start, end in sounding)


def test_cues_are_in_order_and_apart():
    """Each begins after the one before it has ended, and lasts."""
    edges = [edge for cue in CUES for edge in (cue.start, cue.end)]
    assert edges == sorted(edges)
    assert all(cue.start < cue.end for cue in CUES)
    assert [cue.kind for cue in CUES] == ["bell", *["speech"] * 5, "bell"]


def test_clauses_at_a_clip_s_own_rate_are_placed_at_the_track_s():
    """A clip is at its engine's rate, and a track is not."""
    timeline = placed([(2, 4, "May you be well.")], seconds=5)
    line = timeline.placements[0].sound
    at_22 = {line: (Clause(text="May you be well.", start=220, end=43_000, rate=22_050),)}
    (cue,) = cues(timeline, at_22)
    assert cue.start == 2 * RATE + 220 * RATE // 22_050
    assert cue.end == 2 * RATE + 43_000 * RATE // 22_050


def test_a_clause_that_is_longer_than_its_clip_ends_with_it():
    """Rounding to another rate may add a frame."""
    timeline = placed([(2, 4, "Well."), (4, 5, "Be well.")], seconds=6)
    first, second = (place.sound for place in timeline.placements)
    found = cues(
        timeline,
        {
            first: (Clause(text="Well.", start=0, end=44_101, rate=22_050),),
            second: (Clause(text="Be well.", start=0, end=22_050, rate=22_050),),
        },
    )
    assert [cue.end for cue in found] == [4 * RATE, 5 * RATE]


def test_a_line_that_is_said_twice_has_its_cues_twice():
    """At both places."""
    line = Line(text=LONG, spoken=LONG, number=3)
    timeline = placed([(1, 5, line), (9, 13, line)], seconds=14)
    found = cues(timeline, clauses_of(timeline))
    assert [cue.start for cue in found[2:]] == [cue.start + 8 * RATE for cue in found[:2]]


def test_a_bell_that_rings_on_gives_way_to_words():
    """Its cue ends where speech begins."""
    timeline = placed([(0, 8, BELL), (5, 7, "Hello.")], seconds=9)
    bell, _ = cues(timeline, clauses_of(timeline))
    assert bell.end == 5 * RATE + RATE // 100


# --- VTT ---


def test_vtt_has_the_speaker_in_every_cue_and_bells_in_brackets():
    """The file, to the letter."""
    text = vtt(CUES[:3], RATE, speaker="Ana & Bo <x>", language="es")
    assert text == (
        "WEBVTT\n\n"
        "00:00:00.500 --> 00:00:06.500\n(campana)\n\n"
        "00:00:08.010 --> 00:00:09.970\n<v Ana &amp; Bo &lt;x&gt;>May you be safe.\n\n"
        f"00:00:10.810 --> 00:00:12.952\n<v Ana &amp; Bo &lt;x&gt;>{CUES[2].text}\n"
    )


@pytest.mark.parametrize(
    ("language", "bell"), [("en", "(bell)"), ("en-GB", "(bell)"), ("es-MX", "(campana)"), ("ja", "(♪)")]
)
def test_a_bell_is_told_in_the_track_s_language(language: str, bell: str):
    """Or by a sign, never in another language's word."""
    assert parse_vtt(vtt(CUES, RATE, speaker="", language=language))[0][2] == bell


def test_webvtt_py_reads_the_same():
    """Times, words and the speaker, in strict mode."""
    for found in (CUES, tricky_cues()):
        text = vtt(found, RATE, speaker="Nöel “the voice”", language="en")
        read = webvtt.from_string(text, strict=True)
        assert len(read) == len(found)
        for cue, caption in zip(found, read, strict=True):
            for given, frame in ((caption.start_time, cue.start), (caption.end_time, cue.end)):
                seconds = given.hours * 3600 + given.minutes * 60 + given.seconds + given.milliseconds / 1000
                assert seconds == pytest.approx(frame / RATE, abs=0.000_6)
            if cue.kind == captions.SPEECH:
                assert caption.voice == "Nöel “the voice”"
        assert [words for _, _, words in parse_vtt(text)] == [cue.text or "(bell)" for cue in found]


def test_no_line_of_vtt_is_longer_than_apps_take():
    """65 characters, whatever the escapes."""
    texts = [words for _, _, words in parse_vtt(vtt(CUES, RATE, speaker="Calm", language="en"))]
    assert max(map(len, texts)) <= 65


# --- SRT ---


def test_srt_has_two_lines_of_32_and_no_bells():
    """The file, to the letter."""
    assert srt(CUES[:4], RATE) == (
        "1\n00:00:08,010 --> 00:00:09,970\nMay you be safe.\n\n"
        "2\n00:00:10,810 --> 00:00:12,952\nYou might set them\ndown outside the door,\n\n"
        "3\n00:00:12,952 --> 00:00:15,093\none by one, or all in a heap.\n\n"
    )


@pytest.mark.filterwarnings("ignore:'count' is passed as positional argument:DeprecationWarning")
def test_the_srt_library_reads_the_same():
    """Every card, with its time and its words; also what would be a mark to it."""
    for found in (CUES, tricky_cues()):
        spoken = [cue for cue in found if cue.kind == captions.SPEECH]
        read = list(srt_reader.parse(srt(found, RATE), ignore_errors=False))
        assert [each.index for each in read] == list(range(1, len(spoken) + 1))
        for cue, card in zip(spoken, read, strict=True):
            assert abs(card.start - timedelta(seconds=cue.start / RATE)) <= timedelta(milliseconds=0.6)
            assert abs(card.end - timedelta(seconds=cue.end / RATE)) <= timedelta(milliseconds=0.6)
            assert card.content.replace("\n", " ") == captions.srt_text(cue.text)
            assert not set("<>{}") & set(card.content)
        assert [words for _, _, words in parse_srt(srt(found, RATE))] == [captions.srt_text(cue.text) for cue in spoken]


# --- LRC ---


def test_lrc_has_title_length_and_empty_lines_for_longer_pauses():
    """So that a player does not hold words through a silence; the time is of the hundredth."""
    assert lrc(CUES, RATE, title="Loving-kindness [10]", seconds=3_660) == (
        "[ti:Loving-kindness (10)]\n[length:61:00]\n"
        "[00:08.01]May you be safe.\n"
        f"[00:10.81]{CUES[2].text}\n"
        f"[00:12.95]{CUES[3].text}\n"
        "[00:15.09]\n"
        "[00:30.01]May you be well.\n"
        "[00:31.87]\n"
        "[60:50.01]There is no rush.\n"
        "[60:51.47]\n"
    )


def test_words_of_lrc_are_never_a_time():
    """Brackets open tags there."""
    for line in lrc(tricky_cues(), RATE, title="]", seconds=40).splitlines():
        assert line.count("[") == line.count("]") == 1


# --- times ---


@pytest.mark.parametrize("rate", [44_100, 48_000])
def test_rounding_moves_no_start_by_a_millisecond_and_makes_no_overlap(rate: int):
    """Wherever the frames lie; and no cue is over before it begins."""
    edges = [0, 1, 30, 31, 79, 5_000, 5_000, 5_023, 5_047, 5_047, 9_999_999, 10_000_022]
    found = [Cue(text="x", start=start, end=end) for start, end in zip(edges[::2], edges[1::2], strict=True)]
    times = captions.timed(found, rate)
    for cue, (start, end) in zip(found, times, strict=True):
        assert abs(start - cue.start * 1000 / rate) <= 1
        assert start < end
    flat = [edge for pair in times for edge in pair]
    assert flat == sorted(flat)


# --- broken files ---

GOOD_VTT = vtt(CUES, RATE, speaker="Calm", language="en")
GOOD_SRT = srt(CUES, RATE)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("", 1),
        ("WEBVT\n", 1),
        (GOOD_VTT.replace("-->", "->", 1), 4),
        (GOOD_VTT.replace("00:00:06.500", "00:00:00.400"), 3),
        (GOOD_VTT.replace("00:00:06.500", "00:00:09.000"), 6),
        (GOOD_VTT.replace("00:00:06.500", "00:00:66.500"), 3),
        (GOOD_VTT.replace("00:00:06.500", "00:00:06,500"), 3),
        (GOOD_VTT.replace("(bell)", ""), 3),
        (GOOD_VTT.replace("\n\n", "\n"), 2),
        ("WEBVTT\n\nname\nwords\n", 4),
    ],
)
def test_a_broken_vtt_is_told_by_its_line(text: str, line: int):
    """And never by its words, which may be personal."""
    with pytest.raises(CodecError, match=rf"VTT captions are broken at line {line}: ") as raised:
        parse_vtt(text)
    assert "safe" not in str(raised.value)


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (GOOD_SRT.replace("1\n", "2\n", 1), 1),
        (GOOD_SRT.replace(",010", ".010", 1), 2),
        (GOOD_SRT.replace("00:00:09,970", "00:00:08,000"), 2),
        (GOOD_SRT.replace("00:00:09,970", "00:00:11,000"), 6),
        (GOOD_SRT.replace("May you be safe.", ""), 2),
        (GOOD_SRT.replace("safe.\n\n", "safe.\n"), 2),
        ("1\n", 2),
    ],
)
def test_a_broken_srt_is_told_by_its_line(text: str, line: int):
    """Numbers, times, order and words are all there, or it is broken."""
    with pytest.raises(CodecError, match=rf"SRT captions are broken at line {line}: ") as raised:
        parse_srt(text)
    assert "safe" not in str(raised.value)


def test_what_others_write_in_vtt_is_read():
    """Notes, styles, names of cues, settings, short times, a byte order mark and Windows' line ends."""
    text = (
        "\ufeffWEBVTT - a title\nKind: captions\n\nNOTE\na note\n\nSTYLE\n::cue { color: red }\n\n"
        "first\n00:01.000 --> 00:02.000 align:start\n<v Bo>One &amp; <i>two</i>\nthree\n\n"
        "00:00:02.000 --> 00:00:03.000\nfour\n"
    )
    expected = [(1000, 2000, "One & two three"), (2000, 3000, "four")]
    assert parse_vtt(text) == parse_vtt(text.replace("\n", "\r\n")) == expected
    assert parse_srt("") == []
