"""mettavox scripts lint: what the rules find, as lines for an editor, as JSON, and as an exit code."""

import json
from pathlib import Path

import pytest

from mettavox import lint, source

from .conftest import Run, assert_refused

GOOD = """\
---
title: A short rest
language: en
purpose: A short rest with kind words.
minutes: {shortest: 1, typical: 3, longest: 5}
slots: [name]
review: {status: draft}
---
# Welcome {keep} {fixed}
Hello{{ name }}. This is a short rest for you.
! You can stop at any time.

# Settle {keep}
Sit or lie in any way that suits you. Your eyes can be open or shut.
(breath)
If your mind drifts, that is what minds do.
(breath)

# Sounds {importance 8}
You might listen for one sound near you.
(notice)
+ It may be near, or far away.
(notice)

# Quiet {importance 5} {repeat 1-8}
[if first] You can rest here for a while.
[if again] You can stay a little longer, if you like.
(long)

# Return {keep} {fixed}
@return

> Never use this while you drive or work with machines. Stop if it makes things harder.
> It does not take the place of care. With a recent loss, psychosis, dissociation or thoughts of suicide, use it
> with a clinician.
"""
BAD = GOOD.replace("You might listen", "You should listen")
WARNED = GOOD.replace("You might listen", "Now let's listen")


def test_a_good_script_says_so(run: Run, here: Path) -> None:
    """One line, and exit code 0."""
    (here / "good.md").write_text(GOOD)
    outcome = run("scripts", "lint", "good.md")
    assert (outcome.code, outcome.out, outcome.err) == (0, "good.md: nothing found\n", "")


def test_an_error_has_its_place_and_what_to_write_instead(run: Run, here: Path) -> None:
    """As editors read it: file, line, column; and exit code 3."""
    (here / "bad.md").write_text(BAD)
    outcome = run("scripts", "lint", "bad.md")
    first, second, last = outcome.out.splitlines()
    assert first.startswith("bad.md:20:5: E LANG-01 “should”")
    assert second.startswith("    instead: ")
    assert last == "bad.md: 1 error"
    assert outcome.code == 3
    assert outcome.err.startswith("Error: There is 1 error in the scripts.")
    assert "--explain" in outcome.err


def test_warnings_do_not_block(run: Run, here: Path) -> None:
    """They are shown, and the exit code is 0."""
    (here / "warned.md").write_text(WARNED)
    outcome = run("scripts", "lint", "warned.md")
    assert outcome.code == 0
    assert "W LANG-03" in outcome.out
    assert outcome.out.endswith("warned.md: 1 warning\n")


def test_several_scripts_have_a_total(run: Run, here: Path) -> None:
    """A line each, and one for all; one that cannot be read does not stop the others."""
    (here / "bad.md").write_text(BAD)
    (here / "warned.md").write_text(WARNED)
    (here / "broken.md").write_text("no head\n")
    outcome = run("scripts", "lint", "bad.md", "broken.md", "warned.md")
    assert "broken.md:1:1: E FORM-01 the script has no head." in outcome.out
    assert outcome.out.endswith("3 scripts: 2 errors, 1 warning\n")
    assert outcome.code == 3
    assert outcome.err.startswith("Error: There are 2 errors in the scripts.")


def test_without_a_script_all_of_a_language_are_tried(run: Run, here: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Of a folder of one's own they come with the bundled ones, of which two stand for all here."""
    (here / "en").mkdir()
    (here / "en" / "bad.md").write_text(BAD)
    every = source.ids("en", Path())
    assert every == sorted([*source.ids("en"), "bad"])
    monkeypatch.setattr(source, "ids", lambda language, scripts: ["bad", "grounding", "shift-reset"])
    outcome = run("scripts", "lint", "--scripts", ".")
    assert "bad: 1 error" in outcome.out
    assert "grounding: " in outcome.out
    assert outcome.out.splitlines()[-1].startswith("3 scripts: 1 error")


def test_as_json(run: Run, here: Path) -> None:
    """Every field of a finding, by script."""
    (here / "bad.md").write_text(BAD)
    outcome = run("scripts", "lint", "bad.md", "--json")
    ((row,),) = [json.loads(outcome.out)]
    assert row["script"] == "bad.md"
    (finding,) = row["findings"]
    assert set(finding) == {"rule", "severity", "line", "column", "message", "instead", "branch", "file"}
    assert (finding["rule"], finding["severity"], finding["line"], finding["column"]) == ("LANG-01", "E", 20, 5)
    assert outcome.code == 3


def test_languages_can_be_several(run: Run) -> None:
    """Named with their language then; “all” is every one."""
    outcome = run("scripts", "lint", "grounding", "--lang", "en", "--lang", "es")
    assert "en/grounding: " in outcome.out
    assert "es/grounding: " in outcome.out
    everywhere = run("scripts", "lint", "grounding", "--lang", "all")
    assert everywhere.out == outcome.out


def test_a_file_says_itself_in_which_language_it_is(run: Run, here: Path) -> None:
    """So that a path needs no --lang."""
    (here / "mine.md").write_text(GOOD.replace("language: en", "language: es").replace("You might listen", "Debes oír"))
    assert "LANG-01 “Debes”" in run("scripts", "lint", "mine.md").out
    assert "LANG-01" not in run("scripts", "lint", "mine.md", "--lang", "en").out


def test_explain_tells_the_rule_and_the_list(run: Run) -> None:
    """Why, what to write, where it comes from; in each language asked for."""
    outcome = run("scripts", "lint", "--explain", "lang-04", "--lang", "en")
    assert outcome.code == 0
    assert outcome.out.startswith("LANG-04 (warning): ")
    assert lint.RULES["LANG-04"].why in outcome.out
    assert "just|simply|easy" in outcome.out


def test_what_is_not_there_is_named(run: Run) -> None:
    """A rule, a script, a language."""
    assert_refused(run("scripts", "lint", "--explain", "STOP-1"), 3, "no rule “STOP-1”", hint="STOP-01")
    assert_refused(run("scripts", "lint", "nowhere"), 3, "no script “nowhere”", hint="grounding")
    assert_refused(run("scripts", "lint", "--lang", "xx"), 2, "no scripts in “xx”", hint="en")
