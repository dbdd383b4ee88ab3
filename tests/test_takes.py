"""Takes: found by their words, whole or an error, and nothing personal in what is written."""

import json

import numpy as np
import pytest

from mettavox import takes, voices
from mettavox.errors import VoiceError
from mettavox.takes import Take, Takes
from recorded import hummed, keep


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("May I be safe.", "May I be safe"),
        ("It’s fine.", "It's fine."),
        ("Rest “here”, now.", 'Rest "here", now.'),
        ("Rest here – now.", "Rest here , now."),
        ("  May I   be safe. ", "may i be safe."),
        ("Jose\u0301", "José"),
        ("Hello ⟦Xochitl|ˈsotʃitɬ⟧.", "Hello Xochitl."),
    ],
)
def test_the_same_words_have_the_same_key(one: str, other: str) -> None:
    """Whatever a word processor made of the quotes."""
    assert takes.key(one) == takes.key(other)


@pytest.mark.parametrize("other", ["May I be well.", "May I be safe?", "May you be safe.", "May I, be safe."])
def test_other_words_have_another(other: str) -> None:
    """A question is not a wish."""
    assert takes.key("May I be safe.") != takes.key(other)


def test_a_carrier_is_cut_at_its_slots() -> None:
    """Parts without a letter say nothing."""
    assert takes.pieces("Hello, {name}.") == ["Hello,", ""]
    assert takes.pieces("May {target} be safe.") == ["May", "be safe."]
    assert takes.pieces("{intention}.") == ["", ""]
    assert takes.slots("Now, {name}, wish {target} well.") == ["name", "target"]


def test_a_take_is_read_as_it_was_kept() -> None:
    """To the sample."""
    sound = hummed("May I be safe.")
    keep("mine", {"May I be safe.": sound})
    found = Takes.open(voices.folder("mine"), voice="mine")
    assert "May I be safe" in found
    assert "May I be well" not in found
    assert np.array_equal(found.read("may i be safe."), sound)


def test_a_text_without_a_take_is_an_error_without_the_text() -> None:
    """It may hold a name."""
    keep("mine", {"Rest.": hummed("Rest.")})
    found = Takes.open(voices.folder("mine"), voice="mine")
    with pytest.raises(VoiceError) as raised:
        found.read("Hello, Xochitl.")
    assert "Xochitl" not in raised.value.message + raised.value.hint
    assert "--fill" in raised.value.hint


@pytest.mark.parametrize("damage", ["cut", "other", "gone"])
def test_a_damaged_take_is_refused(damage: str) -> None:
    """By the hash of its samples."""
    keep("mine", {"Rest.": hummed("Rest."), "Soften.": hummed("Soften.")})
    folder = voices.folder("mine")
    path = folder / f"{takes.key('Rest.')}.flac"
    if damage == "gone":
        path.unlink()
    else:
        data = path.read_bytes()
        path.write_bytes(
            data[: len(data) // 2] if damage == "cut" else (folder / f"{takes.key('Soften.')}.flac").read_bytes()
        )
    with pytest.raises(VoiceError, match=r"is missing or damaged") as raised:
        Takes.open(folder, voice="mine").read("Rest.")
    assert "import" in raised.value.hint


@pytest.mark.parametrize(
    "text", ["", "{", "[]", '{"language": "en"}', '{"language": "en", "takes": {"a": {"file": "../../x"}}}']
)
def test_a_damaged_index_is_refused(text: str) -> None:
    """And no file outside the folder is ever named."""
    keep("mine", {"Rest.": hummed("Rest.")})
    folder = voices.folder("mine")
    (folder / takes.INDEX).write_text(text)
    with pytest.raises(VoiceError, match=r"“mine” cannot be read"):
        Takes.open(folder, voice="mine")


def test_the_index_reads_back() -> None:
    """With its gaps."""
    take = Take(file="a.flac", seconds=1.5, lufs=-23.0, sha256="0" * 64, gaps=((10, 20),), text="May ______ rest.")
    table = json.loads(takes.index("en", {"a": take}))
    assert table["language"] == "en"
    assert table["takes"]["a"]["gaps"] == [[10, 20]]
    assert takes.files([take]) == {"a.flac", takes.INDEX}


def test_the_doctor_counts_the_takes() -> None:
    """It cannot have them say a sentence of its own."""
    from mettavox import doctor

    keep("mine", {"Rest.": hummed("Rest."), "Soften.": hummed("Soften.")})
    found = {each.what: each for each in doctor.examine()}
    assert found["voice mine"].detail == "has 2 recorded lines"
    assert found["voice mine"].error is None
