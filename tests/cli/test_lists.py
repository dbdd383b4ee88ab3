"""mettavox scripts, voices and doctor: what there is, and whether it works."""

import json
import re
from pathlib import Path

import pytest

from mettavox import casting, source

from .conftest import Run, assert_refused


def test_scripts_list_names_each_with_its_lengths(run: Run) -> None:
    """Shortest, longest, typical, and what it is for."""
    outcome = run("scripts", "list")
    assert outcome.code == 0
    assert "1:00–45:00" in outcome.out
    for name in source.ids("en"):
        assert name in outcome.out
    rows = json.loads(run("scripts", "list", "--json").out)
    assert [row["id"] for row in rows] == source.ids("en")
    (row,) = [row for row in rows if row["id"] == "loving-kindness"]
    assert (row["minutes"], row["review"], row["level"]) == ([1, 10, 45], "draft", "")
    spanish = run("scripts", "list", "--lang", "es").out
    assert spanish.count("[draft, machine draft]") == len(rows)


def test_scripts_show_numbers_the_lines_as_edit_takes_them(run: Run) -> None:
    """The number in front of a line is the one that changes it."""
    shown = run("scripts", "show", "supportive-touch").out
    (number,) = (line.split()[0] for line in shown.splitlines() if line.endswith(" This is a short rest for you."))
    edited = run("scripts", "show", "supportive-touch", "--edit", f"{number}=Rest a little.").out
    assert re.search(rf"^ *{number} +Rest a little\.$", edited, re.MULTILINE)
    assert "This is a short rest for you." not in edited


def test_scripts_show_gives_the_file_as_it_is(run: Run) -> None:
    """So that one's own can start from it."""
    outcome = run("scripts", "show", "loving-kindness", "--source")
    assert outcome.out == source.load("loving-kindness", "en").text


def test_scripts_that_are_not_there(run: Run) -> None:
    """A script, a language, a folder."""
    assert_refused(run("scripts", "show", "nowhere"), 3, "no script “nowhere”", hint="loving-kindness")
    assert_refused(run("scripts", "list", "--lang", "xx"), 2, "no scripts in “xx”", hint="en")


def test_a_broken_script_of_one_s_own_is_named(run: Run, here: Path) -> None:
    """Not the list's bug."""
    (here / "en").mkdir()
    (here / "en" / "broken.md").write_text("no head\n")
    outcome = run("scripts", "list", "--scripts", ".")
    assert outcome.code == 3
    assert "Error: broken.md, line 1: the script has no head" in outcome.err
    assert "loving-kindness" in outcome.out


def test_voices_list_names_each_with_its_licence(run: Run) -> None:
    """And whether a clinic may use it."""
    outcome = run("voices", "list")
    assert outcome.code == 0
    rows = json.loads(run("voices", "list", "--json").out)
    assert [row["id"] for row in rows] == [voice.id for voice in casting.every()]
    for row in rows:
        assert row["id"] in outcome.out
        assert row["licence"]
        assert row["commercial"] in outcome.out


def test_the_version_is_told(run: Run) -> None:
    """On standard output."""
    from mettavox import __version__

    outcome = run("--version")
    assert (outcome.code, outcome.err) == (0, "")
    assert __version__ in outcome.out


@pytest.mark.parametrize(
    "command",
    [["list"], ["lint"], ["transcript", "sleep"], ["approve", "sleep", "--reviewer", "A. Lee"], ["show", "sleep"]],
)
def test_a_folder_of_scripts_that_is_not_there_is_said(run: Run, command: list[str]) -> None:
    """Rather than passing over it; only a new script makes its folder."""
    assert_refused(run("scripts", *command, "--scripts", "nowhere"), 2, "--scripts nowhere is not a folder", hint="en/")
    assert run("scripts", "new", "mine", "--scripts", "nowhere").code == 0


def test_doctor_s_exit_code_is_that_of_the_first_part_that_fails(run: Run, here: Path) -> None:
    """0 when all is well."""
    assert run("doctor").code == 0
    own = here / "own" / "mettavox" / "scripts" / "en"
    own.mkdir(parents=True)
    (own / "broken.md").write_text("no head\n")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(here / "own"))
        outcome = run("doctor")
    assert outcome.code == 3
    assert "!!  scripts" in outcome.out
