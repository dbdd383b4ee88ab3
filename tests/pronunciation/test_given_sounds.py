"""IPA wherever a respelling goes: in options, in scripts, and in what shows or measures a line."""

from fractions import Fraction

import pytest

from mettavox import estimate, ipa
from mettavox.ask import request
from mettavox.errors import RequestError, ScriptError
from mettavox.lint import sound
from mettavox.notation import LISTENER, sentences
from mettavox.person import personal_word
from mettavox.prepare import plan, prepare
from mettavox.voice import Pace

AT = "scripts/x.md, line 12"


def test_a_name_takes_ipa() -> None:
    """Between slashes; the name is written as it is."""
    word = personal_word("Siobhan", "/ʃɪ'vɔːn/", option="--name")
    assert word is not None
    assert (word.written, word.said) == ("Siobhan", ipa.marked("Siobhan", "ʃɪˈvɔːn"))


@pytest.mark.parametrize(
    ("said", "wrong"), [("/ʃɪ7/", "“7” in place 3"), ("//", "no sounds"), ("/ʃ/", "no vowel"), ("ʃɪˈvɔːn", "phonetic")]
)
def test_wrong_ipa_of_a_name_is_refused_without_the_name(said: str, wrong: str) -> None:
    """The option and the sign are named."""
    with pytest.raises(RequestError, match=wrong) as caught:
        personal_word("Zebedee", said, option="--target")
    assert "--target" in caught.value.message
    assert "/ʃɪˈvɔːn/" in caught.value.hint
    assert "Zebedee" not in caught.value.message + caught.value.hint


def test_ipa_without_a_name_is_refused() -> None:
    """There would be nothing to write."""
    with pytest.raises(RequestError, match="without a name"):
        personal_word("", "/ʃɪˈvɔːn/", option="--name")


def test_a_script_takes_ipa() -> None:
    """word{say: /ipa/}, in any sentence of a line."""
    first, second = sentences("Hello, Siobhan{say: /ʃɪˈvɔːn/}. May all beings live{say: /lɪv/} well.", {}, 12, AT)
    assert (first.text, first.spoken) == ("Hello, Siobhan.", "Hello, ⟦Siobhan|ʃɪˈvɔːn⟧.")
    assert (second.text, second.spoken) == ("May all beings live well.", "May all beings ⟦live|lɪv⟧ well.")
    assert not first.personal


def test_ipa_of_a_name_stands_in_a_line() -> None:
    """And the line is personal."""
    word = personal_word("José", "/hoʊˈzeɪ/", option="--name")
    assert word is not None
    (line,) = sentences(f"Hello, {LISTENER}.", {LISTENER: word}, 12, AT)
    assert (line.text, line.spoken, line.personal) == ("Hello, José.", "Hello, ⟦José|hoʊˈzeɪ⟧.", True)


@pytest.mark.parametrize(
    ("text", "wrong"),
    [
        ("Xu{say: /ʃ7/}.", "as IPA it has “7” in place 2"),
        ("Xu{say: /ʃ/}.", "as IPA it has no vowel"),
        ("Xu{say: /ʃuː}.", "without its slashes"),
        ("Xu{say: ʃuː}.", "without its slashes"),
        ("Xu ⟦Xu|ʃuː⟧.", r"U\+27E6"),
        ("Xu ⟧.", r"U\+27E7"),
    ],
)
def test_wrong_ipa_in_a_script_is_refused_with_its_line(text: str, wrong: str) -> None:
    """And so are the marks that no person can write."""
    with pytest.raises(ScriptError, match=wrong) as caught:
        sentences(text, {}, 12, AT)
    assert caught.value.message.startswith(AT)
    assert caught.value.hint


def test_a_name_in_other_letters_is_taken_with_ipa() -> None:
    """Its sounds are given; nobody has to read it."""
    asked = request({"script": "loving-kindness", "name": "王小明", "say": "/wɑːŋ ʃaʊmɪŋ/", "minutes": "3"})
    prepared = prepare(asked)
    assert any("⟦王小明|" in line.spoken and "王小明" in line.text for line in prepared.script.lines())
    assert plan(prepared).frames == prepared.frames
    assert asked.seconds == Fraction(180)


def test_a_line_is_as_long_as_it_is_written() -> None:
    """For the estimate, marks are not there."""
    pace = Pace(per_line=0.2, per_syllable=0.24)
    assert estimate.seconds("Hello, ⟦Siobhan|ʃɪˈvɔːn⟧.", pace) == estimate.seconds("Hello, Siobhan.", pace)


def test_the_lint_hears_given_sounds() -> None:
    """Not the word that they stand for, and not the marks round them."""
    (line,) = sentences("May all beings live{say: /lɪv/} with ease.", {}, 12, AT)
    assert list(sound.literal_hits(line.text, ipa.heard(line.spoken))) == []
    assert "live" not in ipa.heard(line.spoken)
