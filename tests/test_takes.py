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
    assert takes.key("Rest.") not in raised.value.message + raised.value.hint
    assert "“mine”" in raised.value.message


@pytest.mark.parametrize("text", ["", "{", "[]", '{"language": "en"}', "[" * 100_000, "null"])
def test_a_damaged_index_is_refused(text: str) -> None:
    """Whatever stands in it."""
    keep("mine", {"Rest.": hummed("Rest.")})
    folder = voices.folder("mine")
    (folder / takes.INDEX).write_text(text)
    with pytest.raises(VoiceError, match=r"“mine” cannot be read"):
        Takes.open(folder, voice="mine")


@pytest.mark.parametrize(
    "change",
    [
        {"file": "../../x"}, {"file": ".."}, {"file": "x.flac"}, {"file": 1}, {"lufs": None}, {"lufs": float("nan")},
        {"seconds": "1"}, {"sha256": 5}, {"sha256": "ab"}, {"text": None}, {"more": 1}, {"gaps": 1}, {"gaps": [[1]]},
        {"gaps": [[5, 1]]}, {"gaps": [[-5, 1]]}, {"gaps": [[0.5, 1]]}, {"gaps": [[1, 10**9]]},
        {"gaps": [[1, 5], [3, 9]]},
    ],
)  # fmt: skip
def test_a_damaged_entry_is_refused(change: dict[str, object]) -> None:
    """Now, and not in the middle of a track; and no file outside the folder is ever named."""
    keep("mine", {"Rest.": hummed("Rest.")})
    path = voices.folder("mine") / takes.INDEX
    table = json.loads(path.read_text())
    table["takes"][takes.key("Rest.")].update(change)
    path.write_text(json.dumps(table))
    with pytest.raises(VoiceError, match=r"“mine” cannot be read"):
        Takes.open(path.parent, voice="mine")


def test_a_key_that_is_none_is_refused() -> None:
    """It becomes a file's name."""
    keep("mine", {"Rest.": hummed("Rest.")})
    path = voices.folder("mine") / takes.INDEX
    path.write_text(path.read_text().replace(f'"{takes.key("Rest.")}":', '"../x":'))
    with pytest.raises(VoiceError, match=r"“mine” cannot be read"):
        Takes.open(path.parent, voice="mine")


def test_words_of_a_person_are_found_by_a_secret_key() -> None:
    """The plain one, which a list of names undoes, is nowhere; another salt makes another."""
    plain = takes.key("Xochitl")
    hidden = takes.secret(plain, "salt")
    assert takes.is_key(hidden)
    assert hidden not in {plain, takes.secret(plain, "other")}
    take = Take(file=f"{hidden}.flac", seconds=1, lufs=-23, sha256="0" * 64)
    found = Takes(voices.folder("mine"), "en", {hidden: take}, salt="salt")
    assert "xochitl" in found
    assert found.take("Xochitl") is take
    assert plain not in takes.index("en", found.found, "salt")


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
