"""mettavox plan: the timeline without an engine."""

import json
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from .conftest import Run, assert_refused


@pytest.mark.parametrize(
    ("options", "seconds"),
    [
        ([], 600),
        (["--minutes", "7.5"], 450),
        (["--duration", "7:30"], 450),
        (["--duration", "7m30s"], 450),
        (["--duration", "450s"], 450),
        (["--duration", "PT7M30S"], 450),
        (["--duration", "10m"], 600),
        (["--duration", "400.25s"], 400.25),
    ],
)
def test_a_plan_is_as_long_as_asked_in_every_form(run: Run, options: list[str], seconds: float) -> None:
    """Minutes and durations, and the typical length without either."""
    outcome = run("plan", "loving-kindness", "--json", *options)
    assert (outcome.code, outcome.err) == (0, "")
    assert json.loads(outcome.out)["seconds"] == seconds


def test_a_plan_as_json_holds_the_whole_timeline(run: Run) -> None:
    """Chapters, lines and silences in seconds; each line's section is a chapter."""
    plan = json.loads(run("plan", "loving-kindness", "--minutes", "2", "--json").out)
    pieces = sorted((piece["start"], piece["seconds"]) for piece in [*plan["lines"], *plan["silences"]])
    assert pieces[0][0] == 0
    for (start, length), (following, _) in pairwise(pieces):
        assert start + length == pytest.approx(following, abs=1e-6)
    assert sum(length for _, length in pieces) == pytest.approx(120, abs=1e-6)
    assert {line["section"] for line in plan["lines"]} == set(range(len(plan["chapters"])))
    assert plan["left_out"]


def test_a_plan_shows_what_is_said_when(run: Run) -> None:
    """Title, chapters, lines with their times, silences, and what had no room."""
    outcome = run("plan", "loving-kindness", "--minutes", "2", "--name", "José", "--say", "ho-SAY")
    assert outcome.out.startswith("Loving-kindness, 2:00")
    assert "0:00.8  Hello, José." in outcome.out
    assert "ho-SAY" not in outcome.out
    assert "· " in outcome.out
    assert "No room at this length: " in outcome.out


def test_the_table_shows_what_each_length_holds(run: Run) -> None:
    """A row a length; lengths that the script is not meant for say so."""
    rows = json.loads(run("plan", "paced-breathing", "--table", "--json").out)
    by_minutes = {row["minutes"]: row for row in rows}
    assert "refused" in by_minutes[1]
    assert "refused" in by_minutes[60]
    assert by_minutes[20]["words"] > by_minutes[5]["words"]
    assert "sections" in by_minutes[5]
    text = run("plan", "paced-breathing", "--table").out
    assert len(text.splitlines()) == len(rows) + 1


def test_dry_run_of_render_is_the_same_plan(run: Run) -> None:
    """And makes no sound."""
    options = ["supportive-touch", "--minutes", "3", "--anchor", "heart"]
    assert run("render", *options, "--dry-run") == run("plan", *options)
    assert run("render", *options, "--dry-run", "--json") == run("plan", *options, "--json")


@pytest.mark.parametrize(
    "options", [["--closing", "sleep"], ["--gentle"], ["--experience", "beginner"], ["--include", "difficult"]]
)
def test_choices_change_the_plan(run: Run, options: list[str]) -> None:
    """Each is heard."""
    assert run("plan", "loving-kindness", *options).out != run("plan", "loving-kindness").out


def test_a_plan_as_svg_is_one_picture(run: Run) -> None:
    """On standard output, of the script's language and length, without a person's name."""
    options = ["loving-kindness", "--lang", "es", "--minutes", "5", "--name", "Zoraida", "--target", "Ximena"]
    outcome = run("plan", *options, "--svg")
    assert (outcome.code, outcome.err) == (0, "")
    picture = ElementTree.fromstring(outcome.out)
    assert picture.tag == "{http://www.w3.org/2000/svg}svg"
    words = "".join(picture.itertext())
    assert "Desear el bien, 5 min" in words
    assert "de silencio" in words
    assert "Zoraida" not in words
    assert "Ximena" not in words


@pytest.mark.parametrize("other", ["--table", "--json"])
def test_a_picture_goes_with_no_other_form(run: Run, other: str) -> None:
    """Said before anything is read: which one to leave out."""
    assert_refused(run("plan", "no-such-script", "--svg", other), 2, other, hint=f"Leave {other} out")
