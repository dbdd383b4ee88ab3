"""The small marks: pauses, section marks, sentences, respellings."""

import pytest

from mettavox.errors import ScriptError
from mettavox.notation import SectionMarks, pause, section_marks, sentences, split_pauses
from mettavox.person import Spoken
from mettavox.script import KEEP, PAUSES, Pause
from mettavox.template import LISTENER

AT = "test.md, line 12"


# --- pauses ---


@pytest.mark.parametrize("name", ["beat", "breath", "phrase", "notice", "rest", "long", "write"])
@pytest.mark.parametrize("written", ["{}", " {} ", "{}\u00a0"])
def test_every_class_of_pause_is_known_by_its_word(name: str, written: str) -> None:
    """(beat), (breath), (phrase), (notice), (rest), (long), (write)."""
    assert pause(written.format(name), AT) == PAUSES[name]


def test_a_class_is_known_in_capitals_too() -> None:
    """Word processors begin lines with a capital."""
    assert pause("Rest", AT) == PAUSES["rest"]


@pytest.mark.parametrize(
    ("words", "shortest", "longest"),
    [
        ("20s", 20, 20),
        ("20s to 90s", 20, 90),
        ("20s-90s", 20, 90),
        ("20s – 90s", 20, 90),
        ("20 s to 1.5 min", 20, 90),
        ("1m30s to 2m", 90, 120),
        ("0.5s", 0.5, 0.5),
    ],
)
def test_an_own_pause_has_its_own_bounds(words: str, shortest: float, longest: float) -> None:
    """(20s) is exactly that; (20s to 90s) may be anything between."""
    own = pause(words, AT)
    assert (own.shortest, own.longest) == (shortest, longest)
    assert shortest <= own.preferred <= longest


def test_the_preferred_length_of_an_own_pause_is_its_geometric_middle() -> None:
    """Twice the shortest, half of the longest."""
    assert pause("20s to 80s", AT).preferred == pytest.approx(40)


@pytest.mark.parametrize("words", ["notise", "nap", "", "20", "20s 90s to", "90 to 20", "s", "-5s", "20s to"])
def test_what_is_not_a_pause_says_where_and_what_there_is(words: str) -> None:
    """File, line and the nearest pause, or all of them."""
    with pytest.raises(ScriptError, match=r"test\.md, line 12: .* is not a pause") as caught:
        pause(words, AT)
    assert "notice" in caught.value.hint or "s" in caught.value.hint


def test_a_misspelled_pause_gets_the_nearest() -> None:
    """The word that was meant."""
    with pytest.raises(ScriptError) as caught:
        pause("notise", AT)
    assert caught.value.hint == "Did you mean “notice”?"


def test_bounds_the_wrong_way_round_are_refused() -> None:
    """With the way they go."""
    with pytest.raises(ScriptError, match=r"line 12: .* ends before it begins") as caught:
        pause("90s to 20s", AT)
    assert "(20s to 90s)" in caught.value.hint


def test_a_pause_out_of_order_cannot_be_made() -> None:
    """Data is checked where it is made."""
    with pytest.raises(ScriptError, match="out of order"):
        Pause(name="odd", shortest=5, preferred=4, longest=9)


def test_pauses_at_the_end_of_a_line_are_taken_off_in_order() -> None:
    """Several add up."""
    text, pauses = split_pauses("Rest here. (breath) (20s)", AT)
    assert text == "Rest here."
    assert [one.name for one in pauses] == ["breath", "20s"]


def test_a_line_without_pauses_stays_as_it_is() -> None:
    """Nothing to take off."""
    assert split_pauses("Rest here.", AT) == ("Rest here.", ())


@pytest.mark.parametrize(
    ("line", "what"),
    [
        ("Rest (breath) here.", "a pause in the middle of a line"),
        ("Rest (or not) here.", "parentheses, which cannot be spoken"),
        ("Rest () here.", "parentheses"),
    ],
)
def test_parentheses_in_the_middle_are_refused(line: str, what: str) -> None:
    """A voice would read them, or swallow them."""
    with pytest.raises(ScriptError, match=f"line 12: there is {what}"):
        split_pauses(line, AT)


# --- sections ---


@pytest.mark.parametrize(
    ("heading", "marks"),
    [
        ("Welcome", SectionMarks(title="Welcome")),
        (" Welcome {keep}", SectionMarks(title="Welcome", importance=KEEP)),
        ("Welcome {keep} {fixed}", SectionMarks(title="Welcome", importance=KEEP, fixed=True)),
        ("Settle {importance 8}", SectionMarks(title="Settle", importance=8)),
        ("Wishes {repeat 1-5}", SectionMarks(title="Wishes", repeat=5)),
        ("Wishes {repeat 1 – 12}", SectionMarks(title="Wishes", repeat=12)),
        ("Hard {importance 1} {opt-in difficult}", SectionMarks(title="Hard", importance=1, opt_in="difficult")),
        ("{keep} A  place   to rest", SectionMarks(title="A place to rest", importance=KEEP)),
    ],
)
def test_every_section_mark_is_read(heading: str, marks: SectionMarks) -> None:
    """{keep}, {importance 1-9}, {repeat 1-5}, {fixed}, {opt-in NAME}, in any order."""
    assert section_marks(heading, AT) == marks


@pytest.mark.parametrize(
    "mark",
    ["importance", "importance 0", "importance 10", "importance high", "repeat 5", "repeat 2-5", "repeat 1-0",
     "keep 3", "fixed yes", "opt-in", "opt-in Two Words", "repeat 1-100"],
)  # fmt: skip
def test_a_section_mark_with_a_wrong_value_is_refused(mark: str) -> None:
    """With how all of them are written."""
    with pytest.raises(ScriptError, match=r"line 12: .* has a wrong value") as caught:
        section_marks(f"Settle {{{mark}}}", AT)
    assert "{importance 9}" in caught.value.hint


@pytest.mark.parametrize(("mark", "meant"), [("kep", "keep"), ("importanse 3", "importance"), ("optin x", "opt-in")])
def test_an_unknown_section_mark_gets_the_nearest(mark: str, meant: str) -> None:
    """The mark that was meant."""
    with pytest.raises(ScriptError, match="line 12: there is no section mark") as caught:
        section_marks(f"Settle {{{mark}}}", AT)
    assert caught.value.hint == f"Did you mean “{meant}”?"


@pytest.mark.parametrize("heading", ["", "{keep}", "Settle {keep", "Settle keep}"])
def test_a_section_has_a_title_and_whole_braces(heading: str) -> None:
    """A chapter without a name helps nobody."""
    with pytest.raises(ScriptError, match="line 12: a section needs a title"):
        section_marks(heading, AT)


# --- speech ---


def spoken(text: str) -> list[str]:
    return [line.spoken for line in sentences(text, {}, 12, AT)]


def written(text: str) -> list[str]:
    return [line.text for line in sentences(text, {}, 12, AT)]


def test_each_sentence_is_a_line_of_its_own() -> None:
    """One breath of speech each, all from the same line of the file."""
    lines = sentences("Sit down. Are you well? Good! Then rest…", {}, 12, AT)
    assert [line.text for line in lines] == ["Sit down.", "Are you well?", "Good!", "Then rest…"]
    assert {line.number for line in lines} == {12}


def test_a_closing_quote_stays_with_its_sentence() -> None:
    """The next one starts after it."""
    assert written("You might say: “May I be well.” Then rest.") == ["You might say: “May I be well.”", "Then rest."]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("It’s fine.", "It's fine."),
        ("‘Fine’ is fine.", "'Fine' is fine."),
        ("Say “yes”.", "Say yes."),
        ('Say "yes".', "Say yes."),
        ("«Yes» and „yes“.", "Yes and yes."),
        ("Rest\u00a0here.", "Rest here."),
        ("Rest…", "Rest."),
        ("Rest\there.", "Rest here."),
    ],
)
def test_what_a_word_processor_writes_is_taken_and_said_plainly(text: str, said: str) -> None:
    """Curly quotes, ellipses and hard spaces never reach an engine."""
    assert spoken(text) == [said]


@pytest.mark.parametrize("text", ["Rest – here.", "Rest — here.", "Rest—here."])
def test_a_dash_is_said_as_a_comma(text: str) -> None:
    """It is a small pause, not a sign to be read out."""
    (said,) = spoken(text)
    assert "–" not in said
    assert "—" not in said
    assert said.replace(" ,", ",") in ("Rest, here.", "Rest,here.")


def test_a_transcript_keeps_the_typography() -> None:
    """What is read is what the author wrote."""
    assert written("It’s “fine” – rest.") == ["It’s “fine” – rest."]


def test_a_respelling_is_said_and_not_written() -> None:
    """word{say: wurd}: the transcript has the word, the engine its sound."""
    (line,) = sentences("Bow{say: bough} to the floor, and live{say:liv}.", {}, 12, AT)
    assert line.text == "Bow to the floor, and live."
    assert line.spoken == "bough to the floor, and liv."


@pytest.mark.parametrize(
    "text", ["Bow {say: bough}.", "Bow{say}.", "Bow{say: }.", "Bow{shout: bough}.", "{{ name }}", "Bow {", "Bow }"]
)
def test_braces_that_mean_nothing_are_refused(text: str) -> None:
    """They would be read out."""
    with pytest.raises(ScriptError, match="line 12: there are braces") as caught:
        sentences(text, {}, 12, AT)
    assert "{say:" in caught.value.hint


@pytest.mark.parametrize("character", ["\x07", "\u200b", "\ufeff", "\u202e", "\ue005", "\uf8ff"])
def test_what_cannot_be_seen_is_refused_by_its_number(character: str) -> None:
    """Zero-width spaces, reading-direction marks and private characters."""
    with pytest.raises(ScriptError, match=rf"line 12: .*U\+{ord(character):04X}"):
        sentences(f"Rest{character} here.", {}, 12, AT)


def test_nothing_but_signs_gives_no_line() -> None:
    """There is nothing to say."""
    assert sentences("… — !", {}, 12, AT) == []


def test_a_personal_word_is_put_in_as_written_and_as_said() -> None:
    """The line knows that it holds a person's name."""
    words = {LISTENER: Spoken(written="José", said="ho-SAY")}
    (line,) = sentences(f"Hello, {LISTENER}.", words, 12, AT)
    assert (line.text, line.spoken, line.personal) == ("Hello, José.", "Hello, ho-SAY.", True)


def test_a_line_without_a_personal_word_is_not_personal() -> None:
    """Even when there is one elsewhere."""
    words = {LISTENER: Spoken(written="José", said="ho-SAY")}
    first, second = sentences(f"Hello, {LISTENER}. Rest here.", words, 12, AT)
    assert (first.personal, second.personal) == (True, False)


def test_a_name_with_a_full_stop_does_not_end_the_sentence() -> None:
    """Dr. Kim is one person in one line."""
    words = {LISTENER: Spoken(written="Dr. Kim", said="Doctor Kim")}
    assert [line.text for line in sentences(f"Hello, {LISTENER}, and rest.", words, 12, AT)] == [
        "Hello, Dr. Kim, and rest."
    ]


def test_a_respelling_on_a_name_keeps_the_name() -> None:
    """An author's respelling of a slot never shows the stand-in, and the line stays personal."""
    words = {LISTENER: Spoken(written="José", said="José")}
    (line,) = sentences(f"Hello {LISTENER}{{say: ho-SAY}}.", words, 12, AT)
    assert (line.text, line.spoken, line.personal) == ("Hello José.", "Hello ho-SAY.", True)


def test_a_line_of_a_name_alone_has_no_form_without_it() -> None:
    """Nothing would be left to say."""
    words = {LISTENER: Spoken(written="Maya", said="Maya")}
    (alone,) = sentences(f", {LISTENER}.", words, 1, "t.md")
    (more,) = sentences(f"Hello, {LISTENER}.", words, 1, "t.md")
    assert alone.unnamed is None
    assert more.unnamed is not None
