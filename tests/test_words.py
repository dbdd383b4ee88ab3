"""What is said, to be read; and what tags may hold of it: not a word that a person gave."""

import re
from collections import Counter

import pytest

from mettavox import asides, phrasebook, prepare, source, words
from mettavox.clauses import Clause
from mettavox.person import Listener, Spoken, Target
from mettavox.prepare import plan
from mettavox.request import Request
from mettavox.script import Bell, Line
from mettavox.script import Word as Given
from mettavox.words import lyrics, parts, transcript, unnamed
from placed import RATE, clauses_of, placed

EVERY = [(language, name) for language in phrasebook.languages() for name in source.ids(language)]
PERSONAL = ("Xochitl", "Quirin", "Zanzibar", "Wolfgang")
SAID = ("shochill", "kweereen", "zanzeebar")
WISHES = {"en": "May I be free of Wolfgang", "es": "Que yo esté libre de Wolfgang"}
BELL = Bell()

# --- the transcript ---


def test_a_transcript_to_the_letter():
    """Title, chapters, paragraphs at pauses of 4 s, quiet from 10 s on, bells."""
    timeline = placed(
        [
            (1.0, 4.0, BELL),
            (6.0, 7.0, "Hello."),
            (7.8, 9.0, "You can stop at any time."),
            (13.1, 14.0, "Rest."),
            (61.0, 62.0, "Stay."),
            (80.0, 82.0, "Return."),
            (86.0, 87.0, BELL),
        ],
        seconds=100,
        chapters=[(0, "Welcome"), (80, "The end")],
    )
    assert transcript(timeline, title="A rest (1:40)", language="en") == (
        "A rest (1:40)\n=============\n\n"
        "Welcome\n-------\n\n"
        "(bell)\n\n"
        "Hello. You can stop at any time.\n\n"
        "Rest.\n\n"
        "(quiet, 47 seconds)\n\n"
        "Stay.\n\n"
        "(quiet, 18 seconds)\n\n"
        "The end\n-------\n\n"
        "Return.\n\n"
        "(bell)\n\n"
        "(quiet, 13 seconds)\n"
    )


@pytest.mark.parametrize(
    ("language", "first", "second"),
    [
        ("en", "(quiet, 1 minute 1 second)", "(quiet, 2 minutes)"),
        ("es-MX", "(silencio, 1 minuto y 1 segundo)", "(silencio, 2 minutos)"),
        ("ja", "(… 1 min 1 s)", "(… 2 min)"),
    ],
)
def test_quiet_is_told_in_the_track_s_language(language: str, first: str, second: str):
    """Also that before the first word, and a chapter without any."""
    timeline = placed([(61.0, 62.0, "Hello.")], seconds=191, chapters=[(0, "Welcome"), (62.5, "Pause"), (182.5, "End")])
    found = [[paragraph.text for paragraph in part.paragraphs] for part in parts(timeline, language)]
    assert found == [[first, "Hello."], [second], []]


def test_quiet_that_lasts_into_the_next_chapter_is_told_in_each():
    """As far as it is long there."""
    timeline = placed([(1.0, 2.0, "One."), (35.0, 36.0, "Two.")], seconds=40, chapters=[(0, "First"), (22.0, "Second")])
    assert [[each.text for each in part.paragraphs] for part in parts(timeline, "en")] == [
        ["One.", "(quiet, 20 seconds)"],
        ["(quiet, 13 seconds)", "Two."],
    ]


def test_words_that_come_back_again_and_again_are_written_once():
    """The breaths of ten minutes are no reading; the lines around them stay as they are."""
    breaths = [
        (10.0 * breath + half, 10.0 * breath + half + 1, text)
        for breath in range(1, 25)
        for half, text in ((0, "In."), (4, "Out."))
    ]
    timeline = placed([(1, 3, "Now breathe."), *breaths, (255, 256, "In."), (257, 258, "Rest.")], seconds=262)
    assert [each.text for each in parts(timeline, "en")[0].paragraphs] == [
        "Now breathe.",
        "In. Out. (24 times, in 3 minutes 55 seconds)",
        "(quiet, 10 seconds)",
        "In. Rest.",
    ]


def test_words_that_come_twice_are_written_twice():
    """Only a long row is shortened."""
    timeline = placed([(1, 2, "Rest."), (3, 4, "Rest."), (5, 6, "Stay.")], seconds=8)
    assert [each.text for each in parts(timeline, "en")[0].paragraphs] == ["Rest. Rest. Stay."]


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_word_of_every_script_is_in_its_transcript(language: str, name: str):
    """Each line as often as it is heard, or once with how often; titles in their order; no line of it is wrapped."""
    timeline = plan(prepare.prepare(Request(script=name, language=language)))
    text = transcript(timeline, title="T", language=language)
    said = Counter(place.sound.text for place in timeline.placements if isinstance(place.sound, Line))
    repeated = [int(times) for times in re.findall(r"\((\d+) (?:times|veces)", text)]
    for line, times in said.items():
        assert text.count(line) >= (times if not repeated else 1)
    titles = re.findall(r"^(.+)\n-+$", text, re.MULTILINE)
    assert titles == [chapter.title for chapter in timeline.chapters]
    assert not re.search(r"[{}\ue000-\uf8ff\r]|  |\n\n\n", text)


# --- without names ---


def asked(language: str, name: str, *, pronouns: str = "they", own: bool = True, relation: str = "friend") -> Request:
    written, said = PERSONAL, SAID
    return Request(
        script=name,
        language=language,
        listener=Listener(name=Spoken(written=written[0], said=said[0])),
        target=Target(relation=relation, pronouns=pronouns, name=Spoken(written=written[1], said=said[1])),
        intention=Spoken(written=written[2], said=said[2]),
        wishes=(WISHES[language],) if own else (),
    )


@pytest.mark.parametrize(("language", "name"), EVERY)
@pytest.mark.parametrize("pronouns", ["they", "name"])
@pytest.mark.parametrize("relation", ["friend", "neutral"])
@pytest.mark.parametrize("own", [True, False])
def test_no_word_that_a_person_gave_is_left(language: str, name: str, pronouns: str, own: bool, relation: str):
    """Names, intentions and wishes of one's own, as they are written or said, in any line of any script."""
    script = prepare.prepare(asked(language, name, pronouns=pronouns, own=own, relation=relation)).script
    held = 0
    for line in script.lines():
        text = unnamed(line, language)
        held += any(word in line.text for word in PERSONAL)
        for word in (*PERSONAL, *SAID):
            assert word.lower() not in text.lower()
        assert text
        assert not re.search(r"[{}\ue000-\uf8ff]", text)
        if not line.personal:
            assert text == line.text
    assert held or "name" not in script.head.slots


@pytest.mark.parametrize(
    ("language", "wish", "greeting", "target"),
    [
        ("en", "May Quirin be safe.", "Hello.", "And again, for [name]."),
        ("es", "Que Quirin esté a salvo.", "Hola.", "Y otra vez, para [nombre]."),
    ],
)
def test_what_stands_in_the_place_of_a_word(language: str, wish: str, greeting: str, target: str):
    """A listener's name is left out; another's is in brackets; what is all a person's own is a sign."""
    script = prepare.prepare(asked(language, "loving-kindness", pronouns="name", own=False)).script
    found = {line.text: unnamed(line, language) for line in script.lines()}
    assert found[f"{greeting[:-1]}, Xochitl."] == greeting
    assert target in found.values()
    assert found["Zanzibar."] == "[…]."
    custom = prepare.prepare(asked(language, "loving-kindness", own=True)).script
    wishes = [line for line in custom.lines() if "Wolfgang" in line.text]
    assert wishes
    assert {unnamed(line, language) for line in wishes} == {asides.OWN_WORDS}


def test_a_wish_of_one_s_own_is_hidden_whole_even_with_a_name_in_it():
    """What stands around the name was written by a person too."""
    script = prepare.prepare(asked("en", "caring-with-limits", pronouns="name", relation="neutral")).script
    mixed = [line for line in script.lines() if "Wolfgang" in line.text and "Quirin" in line.text]
    assert mixed
    assert all(line.words and line.carrier for line in mixed)
    assert {unnamed(line, "en") for line in mixed} == {asides.OWN_WORDS}


def test_a_line_with_both_names_keeps_neither():
    """The listener's is left out of it, and the other one is in brackets."""
    rest = Line(
        text="Think of Bo.", spoken="Think of Bo.", number=1, personal=True, carrier="Think of {target}.",
        words=(Given(slot="target", written="Bo", said="Bo"),),
    )  # fmt: skip
    both = Line(
        text="Ann, think of Bo.", spoken="", number=1, personal=True, unnamed=rest,
        carrier="{name}, think of {target}.",
    )  # fmt: skip
    assert unnamed(both, "en") == "Think of [name]."
    assert unnamed(both, "de") == "Think of […]."
    assert unnamed(Line(text="Ann", spoken="Ann", number=1, personal=True), "en") == asides.OWN_WORDS


# --- lyrics ---


def test_lyrics_are_heard_at_their_frames():
    """Each card at the start of its sound; a line that was personal is whole, and has nobody in it."""
    long = "You might set them down outside the door, one by one, or all in a heap."
    plain = Line(text="Hello.", spoken="Hello.", number=1)
    named = Line(text="Hello, Ann.", spoken="Hello, Ann.", number=1, personal=True, unnamed=plain)
    timeline = placed([(0, 3, BELL), (4, 5, named), (6, 10, long)], seconds=12)
    found = lyrics(timeline, clauses_of(timeline), "en")
    assert [each.text for each in found] == [
        "Hello.",
        "You might set them down outside the door,",
        "one by one, or all in a heap.",
    ]
    assert [each.start for each in found] == [4 * RATE + 480, 6 * RATE + 480, 6 * RATE + 480 + (4 * RATE - 1920) // 2]


def test_lyrics_of_a_clip_at_another_rate_are_at_the_track_s():
    """As captions are."""
    timeline = placed([(2, 4, "Rest.")], seconds=5)
    line = timeline.placements[0].sound
    (only,) = lyrics(timeline, {line: (Clause(text="Rest.", start=2_205, end=40_000, rate=22_050),)}, "en")
    assert only.start == round(2.1 * RATE)


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_the_lyrics_of_no_script_name_anyone(language: str, name: str):
    """Nor does any chapter."""
    prepared = prepare.prepare(
        Request(
            script=name,
            language=language,
            listener=Listener(name=Spoken(written="Xochitl", said="Xochitl")),
            target=Target(relation="friend", name=Spoken(written="Quirin", said="Quirin")),
        )
    )
    timeline = plan(prepared)
    text = "\n".join(each.text for each in words.lyrics(timeline, clauses_of(timeline), language))
    assert "Xochitl" not in text
    assert "Quirin" not in text
    assert not any("Xochitl" in chapter.title or "Quirin" in chapter.title for chapter in timeline.chapters)
