"""A language's tables: whole, checked when read, and found in the right folder."""

from pathlib import Path

import pytest
import yaml

from mettavox import phrasebook
from mettavox.errors import RequestError, ScriptError
from mettavox.person import PRONOUNS, RELATIONS
from mettavox.phrasebook import PHASES, WISH_PERSONS, Phrasebook
from mettavox.request import ANCHORS, CLOSINGS

SCRIPTS = Path(__file__).parents[1] / "scripts"


@pytest.mark.parametrize("language", phrasebook.languages())
def test_every_language_has_a_whole_phrasebook(language: str) -> None:
    """Each relation, anchor, closing, pronoun and person that can be asked for is there."""
    book = phrasebook.load(language)
    assert set(book.relations) == set(RELATIONS)
    assert set(book.anchors) == set(ANCHORS)
    assert set(book.likeness) == set(PRONOUNS)
    assert {"return" if closing == "return" else f"return-{closing}" for closing in CLOSINGS} <= set(book.blocks)
    assert len(book.wishes) >= 2
    assert all(set(wish) == set(WISH_PERSONS) for wish in book.wishes)
    assert all({"invite", "notice", "breathe", "stay"} <= set(anchor) for anchor in book.anchors.values())
    assert all({"person", "role", "label", "invite"} <= set(relation) for relation in book.relations.values())


def test_english_is_there() -> None:
    """The first language."""
    assert "en" in phrasebook.languages()


def test_every_phase_of_every_pattern_is_known(english: Phrasebook) -> None:
    """And each phase has its words, or none, in the table."""
    for pattern in english.patterns.values():
        for cycle in pattern.cycles:
            for phase, seconds in cycle:
                assert phase in PHASES
                assert phase in english.cues
                assert 0 < seconds <= 10


def test_breaths_with_a_hold_say_so(english: Phrasebook) -> None:
    """--gentle leaves them out by that word."""
    for pattern in english.patterns.values():
        holds = any(phase in ("hold", "rest") for cycle in pattern.cycles for phase, _ in cycle)
        assert pattern.holds == holds, pattern.id


def test_4_7_8_is_held_to_four_cycles(english: Phrasebook) -> None:
    """A beginner's most; it is sold with that limit by its teacher."""
    assert english.patterns["4-7-8"].most == 4


def test_an_unknown_language_gets_the_known_ones() -> None:
    """By their tags."""
    with pytest.raises(RequestError, match="There are no scripts in “xx”") as caught:
        phrasebook.load("xx")
    assert "en" in caught.value.hint


@pytest.mark.parametrize("language", ["../en", "en/shared", "", ".", "en/../en"])
def test_a_language_is_no_path(language: str) -> None:
    """A tag names a folder inside the scripts, and nothing else."""
    with pytest.raises(RequestError, match="There are no scripts"):
        phrasebook.load(language)


def own_language(tmp_path: Path, **files: str) -> Path:
    shared = tmp_path / "scripts" / "tt" / "shared"
    shared.mkdir(parents=True)
    for name, text in files.items():
        (shared / f"{name}.yaml").write_text(text)
    return tmp_path / "scripts"


def test_a_wish_without_words_for_somebody_is_refused(tmp_path: Path) -> None:
    """Only English never bends: every language fills in the whole table."""
    scripts = own_language(
        tmp_path,
        wishes="wishes:\n  - {i: Me, you: You}\n",
        breath="cues: {}\nown_pace: []\n",
        targets="relations: {}\nlikeness: {}\n",
        anchors="{a: {}}",
    )
    with pytest.raises(ScriptError, match="Wish 1 has no words for: he, she, they, name, we, you_all, all"):
        phrasebook.load("tt", scripts)


def test_a_missing_table_is_named(tmp_path: Path) -> None:
    """The file, as it is below the folder of scripts."""
    with pytest.raises(ScriptError, match=r"tt/shared/\w+\.yaml is missing"):
        phrasebook.load("tt", own_language(tmp_path, wishes="wishes: []\n"))


@pytest.mark.parametrize("text", ["- a\n", "wishes: [\n", "", "just words\n"])
def test_a_broken_table_is_named(tmp_path: Path, text: str) -> None:
    """Unreadable YAML, or YAML that is no table."""
    scripts = own_language(
        tmp_path,
        wishes=text,
        breath="cues: {}\nown_pace: []\n",
        targets="relations: {}\nlikeness: {}\n",
        anchors="{a: {}}",
    )
    with pytest.raises(ScriptError, match=r"tt/shared/wishes\.yaml"):
        phrasebook.load("tt", scripts)


@pytest.mark.parametrize("broken", ["breath", "targets", "wishes"])
def test_a_table_without_its_parts_is_the_script_s_error(tmp_path: Path, broken: str) -> None:
    """A half-written language is told as such, and is no bug of ours."""
    tables = {
        "wishes": "wishes: []\n", "breath": "cues: {}\nown_pace: []\n", "targets": "relations: {}\nlikeness: {}\n",
        "anchors": "{a: {}}",
    }  # fmt: skip
    scripts = own_language(tmp_path, **{**tables, broken: "other: 1\n"})
    with pytest.raises(ScriptError):
        phrasebook.load("tt", scripts)


def test_yaml_cannot_run_anything() -> None:
    """The safe loader alone."""
    with pytest.raises(ScriptError):
        phrasebook.parse_yaml("a: !!python/object/apply:os.system ['true']", "x.yaml")


def test_a_folder_of_one_s_own_comes_first(tmp_path: Path) -> None:
    """One block of one's own, and all else as bundled."""
    shared = tmp_path / "en" / "shared"
    shared.mkdir(parents=True)
    (shared / "return.md").write_text("Go well.\n")
    book = phrasebook.load("en", tmp_path)
    assert book.blocks["return"] == "Go well.\n"
    assert book.blocks["return-sleep"] == phrasebook.load("en").blocks["return-sleep"]


@pytest.mark.parametrize("path", sorted(SCRIPTS.rglob("*.yaml")), ids=lambda path: path.relative_to(SCRIPTS).as_posix())
def test_every_table_is_one_for_pyyaml_without_its_library_in_c_too(path: Path) -> None:
    """The one in C takes “{a: b?}”, and the one in Python does not."""
    assert yaml.load(path.read_text("utf-8"), Loader=yaml.SafeLoader)
