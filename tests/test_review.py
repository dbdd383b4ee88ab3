"""Review: an approval holds for exactly the text that was approved, and for no other."""

from datetime import date
from pathlib import Path

import pytest

from mettavox import assets, review, source
from mettavox.errors import RequestError, ScriptError
from mettavox.source import Source

TEXT = """\
---
title: A short rest
language: en
purpose: To rest for a while.
minutes: {shortest: 1, typical: 2, longest: 3}
review:
  status: draft
slots: [name]
---
# Welcome {keep}
! You can stop at any time.
Rest.
"""
DAY = date(2026, 5, 31)


def parsed(text: str, scripts: Path | None = None) -> Source:
    return source.parse(text, "rest.md", "en", scripts)


def approved(text: str = TEXT, scripts: Path | None = None) -> str:
    return review.approved(parsed(text, scripts), "A. Lee, PhD", DAY)


def test_an_approval_is_written_into_the_head_and_nothing_else_is_changed() -> None:
    """Who, when, and the hash of what."""
    found = parsed(approved())
    assert review.state(found) == "approved"
    assert (found.head.review.reviewer, found.head.review.date) == ("A. Lee, PhD", "2026-05-31")
    assert found.head.review.hash == review.text_hash(parsed(TEXT))
    lines = approved().splitlines()
    assert [line for line in lines if not line.startswith("review:")] == [
        line for line in TEXT.splitlines() if "review" not in line and "status" not in line
    ]


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Rest.\n", "Rest now.\n"), ("! You", "You"), ("{keep}", "{importance 3}"), ("slots: [name]", "slots: []"),
        ("longest: 3", "longest: 4"), ("Rest.\n", "Rest.\n(rest)\n"), ("Rest.\n", "Rest.\n> A line on paper.\n"),
        ("title: A short rest", "title: A long rest"),
    ],
)  # fmt: skip
def test_a_changed_text_is_no_longer_approved(old: str, new: str) -> None:
    """A word, a mark, a pause, a bound, a line on paper."""
    changed = approved().replace(old, new)
    assert changed != approved()
    assert review.state(parsed(changed)) == "changed"


@pytest.mark.parametrize(
    "other", [approved().replace("\n", "\r\n"), "\ufeff" + approved(), approved().replace("Rest.", "Rest.  ")]
)
def test_what_no_one_hears_does_not_count(other: str) -> None:
    """Another editor's line ends, its byte order mark, spaces at a line's end."""
    assert review.state(parsed(other)) == "approved"


def test_a_changed_shared_block_voids_it_too(tmp_path: Path) -> None:
    """The way back is part of what was approved; the lists of the lint are not."""
    shared = tmp_path / "en" / "shared"
    shared.mkdir(parents=True)
    text = approved(scripts=tmp_path)
    assert review.state(parsed(text, tmp_path)) == "approved"
    (shared / "lint.yaml").write_text("words: {}\n")
    assert review.state(parsed(text, tmp_path)) == "approved"
    (shared / "return.md").write_text("Get up at once.\n")
    assert review.state(parsed(text, tmp_path)) == "changed"


def test_approving_again_takes_the_old_approval_s_place() -> None:
    """One review in a head."""
    again = review.approved(parsed(approved()), "B. Sol", date(2027, 1, 2))
    assert again.count("review:") == 1
    assert parsed(again).head.review.reviewer == "B. Sol"


def test_a_machine_s_draft_cannot_be_approved() -> None:
    """Until a native speaker has read it."""
    text = TEXT.replace("  status: draft", "  status: draft\n  level: machine-draft")
    with pytest.raises(ScriptError, match=r"rest\.md is a machine's draft") as caught:
        approved(text)
    assert "native-reviewed" in caught.value.hint
    level = parsed(approved(text.replace("machine-draft", "native-reviewed"))).head.review.level
    assert level == "native-reviewed"


@pytest.mark.parametrize("name", ["", "  ", 'A "quoted" Lee', "A\\B", "{x}"])
def test_a_reviewer_has_a_name_that_can_be_written_down(name: str) -> None:
    """It stands in the head in quotes."""
    with pytest.raises(RequestError, match="no name that can be written"):
        review.approved(parsed(TEXT), name, DAY)


def test_bundled_scripts_do_not_say_that_they_are_approved() -> None:
    """Nobody has, yet."""
    for language in ("en", "es"):
        for name in source.ids(language):
            found = source.load(name, language)
            assert review.state(found) == "draft"
            assert found.head.review.level == ("machine-draft" if language == "es" else "")


def test_the_hash_is_of_the_folder_that_is_used(tmp_path: Path) -> None:
    """A folder of one's own without shared blocks uses the bundled ones, and their hash."""
    assert review.text_hash(parsed(TEXT, tmp_path)) == review.text_hash(parsed(TEXT))
    assert assets.bundled("scripts").joinpath("patterns.yaml").is_file()


@pytest.mark.parametrize(
    "field",
    [
        "review:\n  status: draft\n\n  level: translated\n", "review:\n  status: draft\n# note\n  level: translated\n",
        "'review': {status: draft, level: translated}\n", "review : {status: draft,\n  level: translated}\n",
    ],
)  # fmt: skip
def test_an_approval_takes_the_place_of_the_review_however_it_was_written(field: str) -> None:
    """With blank lines, notes or quotes in it."""
    text = approved(TEXT.replace("review:\n  status: draft\n", field))
    found = parsed(text)
    assert (review.state(found), found.head.review.level) == ("approved", "translated")
    assert text.count("status:") == 1
    assert found.head.slots == ("name",)


@pytest.mark.parametrize("reviewer", ["", "A\udcff Lee", "A\x07 Lee", 'A "Lee"'])
def test_a_reviewer_has_a_name_that_a_file_can_hold(reviewer: str) -> None:
    """Letters that were lost in a terminal are none."""
    with pytest.raises(RequestError, match="no name that can be written down"):
        review.approved(parsed(TEXT), reviewer, DAY)
