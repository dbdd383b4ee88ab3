"""A transcript has every wording once, in the order of the file, with the choices that bring it."""

import pytest

from mettavox import source, transcript
from mettavox.branches import branches
from mettavox.errors import ScriptError
from mettavox.request import ANCHORS
from mettavox.script import Line, lines_of
from mettavox.transcript import Transcript, Wording

HEAD = """\
---
title: A test
language: en
minutes: {shortest: 1, typical: 2, longest: 10}
slots: [name, target, anchor, closing]
---
# Welcome {keep}
Hello{{ name }}.
! You can stop at any time.
"""


def made(body: str) -> Transcript:
    return transcript.transcript(source.parse(HEAD + body, "test.md", "en"))


def wording(whole: Transcript, text: str) -> Wording:
    (found,) = [each for each in whole.wordings if each.text == text]
    return found


@pytest.mark.parametrize("name", source.ids("en"))
def test_no_wording_of_any_branch_is_missing(name: str) -> None:
    """What a reviewer reads is all that anyone hears."""
    found = source.load(name, "en")
    read = {each.text for each in transcript.transcript(found).wordings}
    whole = " ".join(read)
    for branch in branches(found).heard:
        for section in branch.script.sections:
            for passage in section.passages:
                if isinstance(passage.sound, Line):
                    assert passage.sound.text in read
                else:
                    assert all(line.text in whole for line in lines_of(passage))


def test_each_is_there_once_in_the_order_of_the_file() -> None:
    """By line number."""
    whole = made("Rest.\n[if touch] {{ anchor.invite }}\n[if not touch] Look around.\n# Later\nMore.\n")
    numbers = [each.number for each in whole.wordings]
    assert numbers == sorted(numbers)
    assert len({(each.number, each.text) for each in whole.wordings}) == len(whole.wordings)
    assert wording(whole, "More.").section == "Later"


def test_a_wording_says_with_which_choices_it_is_heard() -> None:
    """And nothing where it is always heard."""
    whole = made("Rest.\n[if heart or belly] Touch.\n[if not sleep] Awake.\nFor {{ target.label }}.\n")
    assert wording(whole, "Rest.").when == ()
    assert wording(whole, "Touch.").when == ({"anchor": ("heart", "belly")},)
    assert wording(whole, "Awake.").when == ({"closing": ("return", "day", "work")},)
    assert wording(whole, "Hello, Maya.").when == ({"name": ("yes",)},)
    assert wording(whole, "For your group.").when == ({"relation": ("group",), "named": ("no",)},)


def test_marks_rounds_and_pauses_are_told() -> None:
    """How each line bends with the length."""
    whole = made("# Core {repeat 1-3}\n[if first] One.\n[if again] Two.\n(rest)\n+ Plus. (notice)\n++ More.\n")
    told = {each.text: (each.mark, each.rounds, each.pauses) for each in whole.wordings}
    assert told["You can stop at any time."] == ("!", "every", ())
    assert told["One."] == ("", "first", ("rest",))
    assert told["Two."] == ("", "again", ("rest",))
    assert told["Plus."] == ("+", "every", ("notice",))
    assert told["More."] == ("++", "every", ())


def test_the_text_has_the_hash_the_state_and_the_handout() -> None:
    """What an approval names."""
    whole = made("Rest.\n> Never while you drive.\n")
    text = "\n".join(transcript.as_text(whole))
    assert whole.hash in text
    assert "Review: draft." in text
    assert "> Never while you drive." in text
    assert "   8    Hello, Maya.   [name yes]" in text


def test_a_choice_that_cannot_be_read_is_refused() -> None:
    """Rather than left out of what a reviewer sees."""
    with pytest.raises(ScriptError, match=r"test\.md, line 10: \(nope\)"):
        made("[if sleep] Rest. (nope)\n")


def test_what_one_of_two_choices_brings_is_not_called_always() -> None:
    """Each way in which it is heard is told; a reviewer who reads “always” may rely on it."""
    whole = made("Rest.\n[if heart or sleep] Either.\n[if heart] [if sleep] Both.\n")
    others = tuple(anchor for anchor in ANCHORS if anchor != "heart")
    ways = wording(whole, "Either.").when
    assert sorted(ways, key=len) == [{"anchor": ("heart",)}, {"anchor": others, "closing": ("sleep",)}]
    assert wording(whole, "Both.").when == ({"anchor": ("heart",), "closing": ("sleep",)},)
    (line,) = [line for line in transcript.as_text(whole) if "Either." in line]
    assert "; or " in line


def test_a_line_whose_name_may_be_left_out_is_told_without_it_too() -> None:
    """The layout says a name only so often, whoever may hear the line."""
    whole = made("[if name] So rest{{ name }}, as you like.\n")
    assert wording(whole, "So rest, as you like.").when == ({"name": ("yes",)},)
