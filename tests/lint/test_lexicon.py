"""The lists of a language: read whole, refused with the file and the key when something is wrong with them."""

import shutil
from pathlib import Path

import pytest

from mettavox import assets, lint
from mettavox.errors import ScriptError
from mettavox.lint import lexicon

from .conftest import BODY, Found

ENGLISH = Path(str(assets.bundled("scripts"))) / "en" / "shared" / "lint.yaml"


def folder_with(tmp_path: Path, text: str | None, language: str = "en") -> Path:
    """A folder of scripts whose lint.yaml has that text."""
    shared = tmp_path / "scripts" / language / "shared"
    shared.mkdir(parents=True)
    if text is not None:
        (shared / "lint.yaml").write_text(text, "utf-8")
    return tmp_path / "scripts"


def test_the_english_lists_are_complete() -> None:
    """No rule is switched off in the language that others copy."""
    english = lexicon.load("en")
    assert english is not None
    assert english.missing == ()


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_lists_of_each_language_are_whole(language: str) -> None:
    """Spanish has every list that English has."""
    lists = lexicon.load(language)
    assert lists is not None
    assert lists.missing == ()


@pytest.mark.parametrize(
    ("text", "where", "hint"),
    [
        ("wrods: {}\n", "there is no “wrods”", "words"),
        ("words: {LANG-1: []}\n", "there is no “LANG-1”", "LANG-01"),
        ("phrases: {stopp: [a]}\n", "there is no “stopp”", "stop"),
        ("words: {LANG-01: [{find: '(', instead: b}]}\n", "LANG-01, 1, find: the pattern “(” cannot be read", ""),
        ("words: {LANG-01: [{find: a}]}\n", "LANG-01, 1: there is no “instead”", "instead"),
        ("words: {LANG-01: [{find: a, instead: b, unles: c}]}\n", "there is no “unles”", "unless"),
        ("words: {LANG-01: [{find: a, instead: b, where: [spokn]}]}\n", "there is no “spokn”", "spoken"),
        ("words: {LANG-01: should}\n", "not a list", "find"),
        ("words: [a]\n", "“words” is not a table", ""),
        ("phrases: {stop: [1]}\n", "“1” is not text", ""),
        ("commands: {verbs: ['a|b']}\n", "“a|b” is not a word", ""),
        ("counting: {numbers: {two: b}, breaths: c}\n", "no word with its number", "two: 2"),
        ("counting: {numbers: {two: 2}, breaths: c, phases: {in: d}}\n", "(?P<number>", ""),
        ("readability: {constant: x, per_word: 1, per_syllable: 1}\n", "“constant” is not a number", ""),
        ("address: {formal: [usted]}\n", "both familiar and formal", ""),
        ("words: {a: b\n", "lint.yaml", ""),
    ],
)
def test_a_slip_in_the_lists_is_named(tmp_path: Path, text: str, where: str, hint: str) -> None:
    """With the file, the key, and the nearest word."""
    with pytest.raises(ScriptError) as refused:
        lexicon.load("en", folder_with(tmp_path, text))
    assert "en/shared/lint.yaml" in str(refused.value)
    assert where in str(refused.value)
    assert hint in refused.value.hint


def test_a_part_that_is_left_out_is_told(tmp_path: Path, found: Found) -> None:
    """Its rules do not run, and a note says so."""
    text = "words:\n  LANG-02: [{find: surrender, instead: rest}]\n"
    notes = found("You should surrender.", scripts=folder_with(tmp_path, text))
    assert [one.rule for one in notes] == ["FORM-04", "LANG-02"]
    assert "phrases" in notes[0].message
    assert "words.LANG-01" in notes[0].message


def test_a_language_without_lists_has_the_rules_of_every_language(tmp_path: Path) -> None:
    """Digits and long sentences are found, with one note; nothing that needs a list is."""
    scripts = folder_with(tmp_path, None, "xx")
    shared = Path(str(assets.bundled("scripts"))) / "en" / "shared"
    for entry in shared.iterdir():
        if entry.is_file() and entry.name != "lint.yaml":
            shutil.copy(entry, scripts / "xx" / "shared" / entry.name)
    text = BODY.replace("language: en", "language: xx").replace("@@", "You should rest for 3 minutes.\n")
    (scripts / "xx" / "test.md").write_text(text, "utf-8")
    from mettavox import source

    from .conftest import TODAY

    found = lint.check(source.load("test", "xx", scripts), today=TODAY)
    assert [one.rule for one in found] == ["FORM-04", "FORM-04", "TTS-01"]
    assert all(one.severity == "I" for one in found[:2])
    assert "no shared/lint.yaml" in "".join(one.message for one in found)


def test_patterns_begin_and_end_at_words() -> None:
    """“just” is not in “adjust”, and quotes and capitals do not matter."""
    english = lexicon.load("en")
    assert english is not None
    (entry,) = english.words["LANG-04"]
    assert entry.hit("You can adjust it, and be at ease.") is None
    assert entry.hit("JUST rest.") is not None
    assert lexicon.plain("don’t") == "don't"
    assert lint.wording("Let’s rest.", "en")[0].rule == "LANG-03"


def test_listing_shows_what_the_language_has() -> None:
    """For --explain: the patterns and what to write instead."""
    told = "\n".join(lint.listing("LANG-04", "en"))
    assert "just|simply|easy" in told
    assert "en/shared/lint.yaml" in told
    assert "minds?" in "\n".join(lint.listing("SIL-02", "en"))
    assert lint.listing("REVIEW-01", "en") == []
    for rule in lint.RULES:
        lint.listing(rule, "en")
