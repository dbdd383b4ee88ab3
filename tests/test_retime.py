"""Times after something has been put in: chapters go on, move along, or are gone."""

import pytest

from mettavox import retime
from mettavox.retime import Cut, Mark

# Ten minutes; a track of two minutes goes in at five, with crossfades of 2 s.
CUT = Cut(leave=300_000, resume=300_000, insert=298_000, end=418_000, back=416_000, host=600_000, total=716_000)
# The same, in the place of the sixth minute.
INSTEAD = Cut(leave=300_000, resume=360_000, insert=298_000, end=418_000, back=416_000, host=600_000, total=656_000)
INSERTED = Mark(start=298_000, end=416_000, title="Calm")


def told(marks: list[tuple[int, str]], cut: Cut = CUT) -> list[tuple[int, int | None, str]]:
    before = [Mark(start=start, end=None, title=title, payload=title) for start, title in marks]
    return [(mark.start, mark.end, mark.title) for mark in retime.chapters(before, cut, INSERTED, title="An episode")]


def test_a_chapter_goes_on_after_the_insert() -> None:
    """It has the same title, and what else it had."""
    assert told([(0, "Intro"), (60_000, "Talk"), (500_000, "End")]) == [
        (0, 60_000, "Intro"),
        (60_000, 298_000, "Talk"),
        (298_000, 416_000, "Calm"),
        (416_000, 616_000, "Talk"),
        (616_000, 716_000, "End"),
    ]
    marks = [Mark(start=0, end=600_000, title="Talk", payload=b"frame")]
    assert [mark.payload for mark in retime.chapters(marks, CUT, INSERTED, title="")] == [b"frame", None, b"frame"]


@pytest.mark.parametrize("start", [297_500, 298_500, 300_000, 302_500])
def test_a_chapter_that_begins_at_the_seam_is_not_cut(start: int) -> None:
    """As near as a seam may have been moved, or while the episode fades."""
    assert told([(0, "Intro"), (start, "Talk")]) == [
        (0, 298_000, "Intro"),
        (298_000, 416_000, "Calm"),
        (416_000, 716_000, "Talk"),
    ]


def test_what_is_taken_out_is_gone() -> None:
    """A chapter inside it is, one that reaches over its end begins at the second seam."""
    assert told([(0, "Intro"), (310_000, "Advertisement"), (340_000, "News"), (500_000, "End")], INSTEAD) == [
        (0, 298_000, "Intro"),
        (298_000, 416_000, "Calm"),
        (416_000, 556_000, "News"),
        (556_000, 656_000, "End"),
    ]


def test_an_episode_without_chapters_becomes_three() -> None:
    assert [title for _, _, title in told([])] == ["An episode", "Calm", "An episode"]


@pytest.mark.parametrize(
    ("cut", "titles"),
    [
        (Cut(leave=0, resume=0, insert=0, end=120_000, back=118_000, host=600_000, total=718_000), ["Calm", "Talk"]),
        (
            Cut(leave=600_000, resume=600_000, insert=598_000, end=718_000, back=718_000, host=600_000, total=718_000),
            ["Talk", "Calm"],
        ),
    ],
    ids=["start", "end"],
)
def test_at_an_end_nothing_goes_on(cut: Cut, titles: list[str]) -> None:
    inserted = Mark(start=cut.insert, end=cut.back, title="Calm")
    marks = retime.chapters([Mark(start=0, end=None, title="Talk")], cut, inserted, title="")
    assert [mark.title for mark in marks] == titles
    assert marks[-1].end == cut.total
