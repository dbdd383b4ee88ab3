"""Edits: one line has other words, for one track; all around it stays, and nobody reads the words in an error."""

from collections.abc import Callable
from contextlib import closing
from fractions import Fraction

import numpy as np
import pytest

from mettavox import ask, source, spoken, words
from mettavox.errors import MettavoxError, RequestError
from mettavox.person import Listener, Spoken
from mettavox.prepare import Prepared, plan, prepare
from mettavox.request import Request
from mettavox.script import CORE, PLUS, PLUS_PLUS, Line, Passage
from mettavox.spoken import Booth, Part, Settings

PreparedFrom = Callable[..., Prepared]

WELCOME = "# Welcome {keep}\n! You can stop at any time.\n"
FIRST = 9
"""The number of the line after WELCOME: the head of these tests has six lines."""

SECRET = "Zebedee"


def edited(prepared_from: PreparedFrom, body: str, *edits: tuple[int, str], **request: object) -> list[Passage]:
    """The passages after the welcome, with those edits."""
    made = prepared_from(WELCOME + body, edits=edits, **request)
    return [passage for section in made.script.sections for passage in section.passages][1:]


def said(passages: list[Passage]) -> list[str]:
    return [passage.sound.text for passage in passages if isinstance(passage.sound, Line)]


def of_line(prepared: Prepared, number: int) -> list[Passage]:
    """What a line of the script's file brings."""
    every = [passage for section in prepared.script.sections for passage in section.passages]
    return [passage for passage in every if isinstance(passage.sound, Line) and passage.sound.number == number]


def of_others(prepared: Prepared, number: int) -> list[Passage]:
    """What all other lines bring."""
    every = [passage for section in prepared.script.sections for passage in section.passages]
    return [passage for passage in every if not (isinstance(passage.sound, Line) and passage.sound.number == number)]


# --- what stays ---


@pytest.mark.parametrize(
    ("mark", "tier", "protected"), [("", CORE, False), ("+ ", PLUS, False), ("++ ", PLUS_PLUS, False),
                                    ("! ", CORE, True), ("+", PLUS, False), ("  ", CORE, False)],
)  # fmt: skip
@pytest.mark.parametrize("pauses", ["", " (rest)", " (20s to 90s) (beat)", "  (breath) "])
def test_marks_and_pauses_of_the_line_stay(
    prepared_from: PreparedFrom, mark: str, tier: int, protected: bool, pauses: str
) -> None:
    """The words alone are others."""
    body = f"{mark}Rest here.{pauses}\nGo well.\n"
    (before, _), (after, last) = edited(prepared_from, body), edited(prepared_from, body, (FIRST, "Take your time."))
    assert said([after, last]) == ["Take your time.", "Go well."]
    assert (after.tier, after.protected) == (before.tier, before.protected) == (tier, protected)
    assert after.pauses == before.pauses


def test_the_words_of_permission_keep_their_protection(prepared_from: PreparedFrom) -> None:
    """It is still the line before which no silence is long."""
    made = prepared_from(WELCOME + "Go well.\n", edits=((8, "You may leave whenever you like."),))
    first = made.script.sections[0].passages[0]
    assert (said([first]), first.protected) == (["You may leave whenever you like."], True)


@pytest.mark.parametrize("closing", ["day", "work", "sleep"])
def test_a_line_stays_under_its_choices(prepared_from: PreparedFrom, closing: str) -> None:
    """Under one, or two: heard when it was heard before."""
    body = "[if sleep] Night. (rest)\n[if not sleep] [if touch] + Morning. (rest)\nGo well.\n"
    edit = (FIRST, "Dusk.") if closing == "sleep" else (FIRST + 1, "Dawn.")
    found = edited(prepared_from, body, edit, closing=closing)
    assert said(found) == (["Dusk.", "Go well."] if closing == "sleep" else ["Dawn.", "Go well."])
    assert [pause.name for pause in found[0].pauses] == ["rest"]
    assert found[0].tier == (CORE if closing == "sleep" else PLUS)


@pytest.mark.parametrize("closing", ["day", "sleep"])
def test_a_line_that_these_choices_leave_out_is_refused(prepared_from: PreparedFrom, closing: str) -> None:
    """Its new words would be lost, and nobody told."""
    body = "[if sleep] Night. (rest)\n[if not sleep] Morning. (rest)\nGo well.\n"
    left_out = FIRST + (closing == "sleep")
    with pytest.raises(RequestError, match=f"^--edit {left_out}: line {left_out} is not heard with these") as caught:
        edited(prepared_from, body, (left_out, "Dusk."), closing=closing)
    assert "the same options" in caught.value.hint


def test_a_line_of_a_round_is_edited_in_its_round(prepared_from: PreparedFrom) -> None:
    """[if first] and [if again] stay before it; a line of every round is edited in each."""
    body = (
        "# Wish {keep} {repeat 1-3}\n[if first] Now. (beat)\n[if again] Once more. (beat)\nMay I be safe. (phrase)\n"
        "# End {keep}\nGo well.\n"
    )
    made = prepared_from(
        WELCOME + body, edits=((FIRST + 2, "And again."), (FIRST + 3, "May I rest.")), seconds=Fraction(50)
    )
    heard = [place.sound.text for place in plan(made).placements if isinstance(place.sound, Line)]
    assert heard == [
        "You can stop at any time.", "Now.", "May I rest.", *["And again.", "May I rest."] * 2, "Go well.",
    ]  # fmt: skip


def test_other_lines_stay_as_they_are(prepared_from: PreparedFrom) -> None:
    """To the last of them, and equal."""
    body = "Rest here. (rest)\n@wishes self\n+ Rest on. (notice)\nGo well.\n"
    before, after = edited(prepared_from, body), edited(prepared_from, body, (FIRST, "Take your time."))
    assert after[1:] == before[1:]


@pytest.mark.parametrize("script", ["loving-kindness", "sleep", "paced-breathing"])
def test_any_spoken_line_of_a_script_can_be_edited(script: str) -> None:
    """The track is as long as asked, with the new words in the old line's place, and every other line its own."""
    prepared = prepare(Request(script=script))
    called = {n for n, text in enumerate(source.load(script, "en").body.split("\n"), 1) if "@" in text}
    for number in sorted({line.number for line in prepared.script.lines()} - called)[::5]:
        made = prepare(Request(script=script, edits=((number, "Let this be."),)))
        assert set(said(of_line(made, number))) == {"Let this be."}
        assert of_others(made, number) == of_others(prepared, number)
    assert plan(made).frames == plan(prepared).frames


# --- the words ---


@pytest.mark.parametrize(
    ("typed", "texts"),
    [
        ("Rest. And rest on! Shall we?", ["Rest.", "And rest on!", "Shall we?"]),
        ("“Rest”, she said — and rested…", ["“Rest”, she said — and rested…"]),
        ("Descansa, mi niño. ¿Sí?", ["Descansa, mi niño.", "¿Sí?"]),
        ("It's all right; you've time", ["It's all right; you've time"]),
        ("Rest, @ home", ["Rest, @ home"]),
    ],
)
def test_words_are_split_into_sentences_as_a_script_s_are(
    prepared_from: PreparedFrom, typed: str, texts: list[str]
) -> None:
    """Each is a breath of its own, and the pause of the line comes after the last."""
    found = edited(prepared_from, "Rest here. (rest)\n", (FIRST, typed))
    assert said(found) == texts
    assert [[pause.name for pause in passage.pauses] for passage in found] == [*[[]] * (len(texts) - 1), ["rest"]]
    assert {passage.sound.number for passage in found if isinstance(passage.sound, Line)} == {FIRST}


def test_a_word_can_say_how_it_sounds(prepared_from: PreparedFrom) -> None:
    """In letters, or in IPA, as in a script."""
    (found,) = edited(prepared_from, "Rest.\n", (FIRST, "Rest, Siobhan{say: shi-VAWN}."))
    assert isinstance(found.sound, Line)
    assert (found.sound.text, found.sound.spoken) == ("Rest, Siobhan.", "Rest, shi-VAWN.")
    edited(prepared_from, "Rest.\n", (FIRST, "Rest, Siobhan{say: /ʃɪˈvɔːn/}."))


def test_a_name_s_place_goes_with_the_words(prepared_from: PreparedFrom) -> None:
    """What is typed is what is said."""
    maya = Listener(name=Spoken(written="Maya", said="Maya"))
    found = edited(prepared_from, "Hello{{ name }}.\n", (FIRST, "Good morning."), listener=maya)
    assert said(found) == ["Good morning."]


@pytest.mark.parametrize(
    "typed",
    ["Hello{{ name }}.", "{% if name %}Hello{% endif %}", "{# note #} Rest", "Rest {here}", "Rest } on",
     "Rest {say: x}", "Maya{say: /mʌɪ/ x/}", "Maya{say: mʌɪə}"],
)  # fmt: skip
def test_braces_are_no_template_and_are_refused(prepared_from: PreparedFrom, typed: str) -> None:
    """Words are never template source: nothing is filled in, and nobody hears a brace."""
    with pytest.raises(RequestError, match=f"^--edit {FIRST}: ") as caught:
        edited(prepared_from, "Rest here.\n", (FIRST, typed), listener=Listener(name=Spoken(written="M", said="M")))
    assert "{say:" in caught.value.hint or "IPA" in caught.value.message


@pytest.mark.parametrize(
    "typed",
    ["# Rest", "@wishes self", "(rest)", "// rest", "> rest", "[if touch] Rest", "+ Rest", "! Rest", "Rest (20s)",
     "Rest (a little) here", "Rest )"],
)  # fmt: skip
def test_words_bring_no_marks_of_their_own(prepared_from: PreparedFrom, typed: str) -> None:
    """The line has its own."""
    with pytest.raises(RequestError, match="have a mark in them") as caught:
        edited(prepared_from, "Rest here.\n", (FIRST, typed))
    assert "its own marks and pauses" in caught.value.hint


@pytest.mark.parametrize(
    "letter", ["\ue000", "\ue001", "\uf8ff", "\U000f0001", "\x00", "\x1b", "\u202e", "\u200b", "\n"]
)
def test_a_character_that_stands_for_something_else_is_refused(prepared_from: PreparedFrom, letter: str) -> None:
    """Stand-ins of names, marks of lines, what cannot be seen."""
    with pytest.raises(RequestError, match="cannot be spoken"):
        edited(prepared_from, "Rest here.\n", (FIRST, f"Rest{letter}on"))


@pytest.mark.parametrize("typed", ["…", "—", "?!", "1"])
def test_words_without_a_letter_are_refused(prepared_from: PreparedFrom, typed: str) -> None:
    """There is nothing to say."""
    with pytest.raises(RequestError, match="nothing in the words that can be spoken"):
        edited(prepared_from, "Rest here.\n", (FIRST, typed))


def test_a_speech_is_no_line(prepared_from: PreparedFrom) -> None:
    """400 characters are the most."""
    edited(prepared_from, "Rest here.\n", (FIRST, "a" * 400))
    with pytest.raises(RequestError, match="401 characters; 400 is the most"):
        edited(prepared_from, "Rest here.\n", (FIRST, "a" * 401))


# --- which line ---


@pytest.mark.parametrize(
    ("number", "what"),
    [(0, "no line"), (1, "the head"), (7, "a heading"), (9, "a pause"), (10, "a block"),
     (11, "a block when there is time"), (12, "a note"), (13, "the handout"), (14, "nothing"),
     (15, "a heading under a choice"), (16, "a chosen pause"),
     (18, "after the end"), (99_999, "far after it")],
)  # fmt: skip
def test_only_a_line_that_is_spoken_can_be_edited(prepared_from: PreparedFrom, number: int, what: str) -> None:
    """A heading, a block, a pause, a blank and what is not there are refused with the number."""
    body = (
        "(rest)\n@wishes self\n+ @wishes self\n// A note.\n> For paper.\n\n"
        "[if touch] # Touch {keep}\n[if touch] (rest)\nRest.\n"
    )
    with pytest.raises(RequestError) as caught:
        edited(prepared_from, body, (number, f"Rest, {SECRET}."))
    assert caught.value.message == f"--edit {number}: line {number} of the script is not one that is spoken."
    assert "scripts show" in caught.value.hint
    assert said(edited(prepared_from, body, (17, "Rest on.")))[-1] == "Rest on."


def test_a_line_is_edited_once(prepared_from: PreparedFrom) -> None:
    """Of two, nobody could say which is meant."""
    with pytest.raises(RequestError, match=f"line {FIRST} is edited more than once"):
        edited(prepared_from, "Rest.\nGo well.\n", (FIRST, "One."), (FIRST + 1, "Two."), (FIRST, "Three."))


# --- whose words they are ---


def test_edited_words_are_kept_like_a_name(prepared_from: PreparedFrom) -> None:
    """Every sentence of them; in tags and records stand no words at all."""
    found = edited(prepared_from, "Rest here. And here. (rest)\nGo well.\n", (FIRST, f"Rest, {SECRET}. Rest on."))
    lines = [passage.sound for passage in found if isinstance(passage.sound, Line)]
    assert [line.personal for line in lines] == [True, True, False]
    assert [words.unnamed(line, "en") for line in lines] == ["[…]", "[…]", "Go well."]


def test_a_line_that_held_a_name_is_kept_whole(prepared_from: PreparedFrom) -> None:
    """Nothing of it is told by its carrier."""
    maya = Listener(name=Spoken(written="Maya", said="Maya"))
    found = edited(prepared_from, "Rest. Hello{{ name }}.\n", (FIRST, "Hello, Maya."), listener=maya)
    (line,) = [passage.sound for passage in found if isinstance(passage.sound, Line)]
    assert (line.personal, line.unnamed, line.carrier, line.words) == (True, None, "", ())


@pytest.mark.parametrize(
    "typed",
    [f"({SECRET})", f"# {SECRET}", f"{SECRET}{{", f"{SECRET}{{say: /x x/}}", f"{SECRET}\u202e", SECRET * 80,
     f"{{{{ {SECRET} }}}}", f"{SECRET}\ue000", f"Rest ({SECRET}) here"],
)  # fmt: skip
def test_no_error_repeats_the_words(prepared_from: PreparedFrom, typed: str) -> None:
    """Whatever is wrong with them."""
    with pytest.raises(MettavoxError) as caught:
        edited(prepared_from, "Rest.\n", (FIRST, typed))
    assert SECRET not in caught.value.message + caught.value.hint
    assert str(FIRST) in caught.value.message


# --- what is spoken ---


def test_only_what_changed_is_spoken() -> None:
    """The other lines come from the cache, sample for sample; the edited one is kept nowhere."""
    made, changed = (
        prepare(Request(script="supportive-touch", voice="hum", seconds=Fraction(120), edits=edits))
        for edits in ((), ((18, f"If a mind wanders, {SECRET}, let it be."),))
    )
    first, said = said_of(made)
    assert said == len(first.clips)
    second, said = said_of(changed)
    assert said == 1
    (new,) = set(second.clips) - set(first.clips)
    for line in set(second.clips) - {new}:
        assert np.array_equal(second.clips[line].samples, first.clips[line].samples)
    assert said_of(changed)[1] == 1


def said_of(prepared: Prepared) -> tuple[spoken.Spoken, int]:
    """A track spoken, and how many lines were not in the cache."""
    news: list[str] = []
    with closing(Booth()) as booth:
        ensemble = booth.ensemble(prepared, Settings(workers=1))
        made = spoken.spoken(Part.of(prepared, ensemble), ensemble, lambda stage, share: news.append(stage))
    return made, news.count("speaking")


# --- as it is typed ---


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("14=Take your time.", (14, "Take your time.")),
        (" 14 =  Take   your\ttime. ", (14, "Take your time.")),
        ("7=a=b", (7, "a=b")),
        ("7=Cafe\u0301", (7, "Café")),
        ("7=Rest\u00a0here", (7, "Rest here")),
    ],
)
def test_an_edit_is_a_number_and_words(typed: str, read: tuple[int, str]) -> None:
    """With an equals sign between; spaces are single, and letters whole."""
    assert ask.edit(typed) == read
    assert ask.request({"script": "sleep", "edit": [typed]}).edits == (read,)


@pytest.mark.parametrize(
    "typed", ["14", "14=", "=Zebedee", "Zebedee=14", "-1=Zebedee", "123456=Zebedee", "1.5=Zebedee"]
)
def test_what_is_no_edit_is_refused_without_its_words(typed: str) -> None:
    """With one that is."""
    with pytest.raises(RequestError, match="--edit needs a line's number and its words") as caught:
        ask.edit(typed)
    assert "--edit 14=" in caught.value.hint
    assert SECRET not in caught.value.message + caught.value.hint
