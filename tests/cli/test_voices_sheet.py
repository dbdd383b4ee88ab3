"""mettavox voices sheet: a page to print, and a table to import by."""

from pathlib import Path

import pytest

from mettavox import sheet
from mettavox.sheet import BLANK

from .conftest import Run, assert_refused


def texts(folder: str = "mine") -> list[str]:
    """The lines of the sheet in a folder."""
    return [entry.text for entry in sheet.read(Path(folder) / sheet.TABLE)]


def test_a_sheet_is_a_page_and_a_table(run: Run) -> None:
    """Their paths on standard output, how many lines on standard error."""
    outcome = run("voices", "sheet", "loving-kindness", "supportive-touch", "-o", "mine")
    assert outcome.code == 0
    assert outcome.out.splitlines() == ["mine/sheet.html", "mine/sheet.csv"]
    assert outcome.err == f"Lines to record: {len(texts())}.\n"
    assert sorted(entry.name for entry in Path("mine").iterdir()) == ["sheet.csv", "sheet.html"]


def test_choices_narrow_it(run: Run) -> None:
    """Each may be given several times."""
    run("voices", "sheet", "loving-kindness", "-o", "whole")
    narrow = ["--relation", "friend", "--relation", "group", "--closing", "sleep", "--not-gentle", "--no-names"]
    assert run("voices", "sheet", "loving-kindness", "-o", "mine", *narrow).code == 0
    assert len(texts()) < len(texts("whole"))
    assert not any(BLANK in text for text in texts())
    assert "And again, for your group." in texts()


def test_a_name_to_record_is_on_it_and_in_no_file_s_name(run: Run) -> None:
    """It was asked for."""
    assert run("voices", "sheet", "loving-kindness", "-o", "mine", "--name", "Xochitl").code == 0
    assert texts()[-1] == "Xochitl"
    assert not any("Xochitl" in entry.name for entry in Path("mine").iterdir())


def test_a_sheet_that_is_there_is_replaced_only_when_asked(run: Run) -> None:
    """Numbers may have been recorded by it."""
    run("voices", "sheet", "loving-kindness", "-o", "mine")
    before = Path("mine/sheet.csv").read_bytes()
    assert_refused(run("voices", "sheet", "supportive-touch", "-o", "mine"), 7, "is there already", hint="--force")
    assert Path("mine/sheet.csv").read_bytes() == before
    assert run("voices", "sheet", "supportive-touch", "-o", "mine", "--force").code == 0
    assert Path("mine/sheet.csv").read_bytes() != before


@pytest.mark.parametrize(
    ("arguments", "code", "words"),
    [
        (["loving-kindnes"], 3, "There is no script"),
        (["loving-kindness", "--relation", "frend"], 2, "no “frend”"),
        (["loving-kindness", "--breath", "sof"], 2, "no “sof”"),
        (["loving-kindness", "--day", "9"], 2, "no “9”"),
        (["loving-kindness", "--lang", "xx"], 2, "There are no scripts in “xx”"),
        (["loving-kindness", "--name", "a\nb"], 2, "control character"),
    ],
)
def test_a_slip_is_answered(run: Run, arguments: list[str], code: int, words: str) -> None:
    """And nothing is made."""
    outcome = run("voices", "sheet", *arguments, "-o", "mine")
    assert outcome.code == code
    assert words in outcome.err
    assert not Path("mine").exists()


def test_a_file_is_no_folder(run: Run) -> None:
    """Said before anything is written."""
    Path("mine").write_text("")
    assert_refused(run("voices", "sheet", "loving-kindness", "-o", "mine"), 2, "is a file")
