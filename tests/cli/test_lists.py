"""mettavox scripts, voices and doctor: what there is, and whether it works."""

import json
from pathlib import Path

from mettavox import source, voices

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
    assert_refused(run("scripts", "list", "--scripts", "."), 3, "broken.md, line 1: the script has no head", hint="---")


def test_voices_list_names_each_with_its_licence(run: Run) -> None:
    """And whether a clinic may use it."""
    outcome = run("voices", "list")
    assert outcome.code == 0
    rows = json.loads(run("voices", "list", "--json").out)
    assert [row["id"] for row in rows] == voices.names()
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
