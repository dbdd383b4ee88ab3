"""The pages of a course: what is on them, that nothing from elsewhere is, and that everyone can read them."""

import re
from collections.abc import Iterator
from dataclasses import replace
from fractions import Fraction
from html.parser import HTMLParser
from itertools import pairwise
from pathlib import Path

import pytest

from mettavox import handout
from mettavox.errors import ScriptError
from mettavox.handout import Course, Notes, Session, Track

EVIL = """<script>alert(1)</script> "quotes" & 'more' {{ 7 * 7 }} {names} </style>"""
LANGUAGES = ("en", "es")

SESSION = Session(
    week=2,
    title="Kind wishes",
    folder="1-kind-wishes",
    aim="To wish oneself well.",
    read=("One thing to read.", "And another."),
    carry=("One slow breath.",),
    write=("What would a friend say?",),
    tracks=(
        Track(
            file="loving-kindness-10m.mp3", title="Loving-kindness", seconds=Fraction(600), role="core", note="Daily."
        ),
        Track(file="shift-reset-1m30s.mp3", title="Shift reset", seconds=Fraction(90), role="micro"),
    ),
    notes=(Notes(titles=(), lines=("Never while you drive.",)), Notes(titles=("Shift reset",), lines=("At a door.",))),
    voices=("Calm",),
)
COURSE = Course(
    title="Steady care",
    language="en",
    about=("Six sessions.",),
    sessions=(SESSION, replace(SESSION, title="Last", folder="2-last", week=3, write=(), read=(), carry=(), notes=())),
)


class Page(HTMLParser):
    """A page as a reader of the screen finds it: its elements with their attributes, and the text in each."""

    VOID = ("meta", "link", "br", "img", "input", "col")

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None], list[str]]] = []
        self._open: list[tuple[str, dict[str, str | None], list[str]]] = []
        self.feed(html)
        self.close()
        assert self._open == [], "an element is not closed"

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        element = (tag, dict(attrs), [])
        self.elements.append(element)
        if tag not in self.VOID:
            self._open.append(element)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop()[0] == tag, f"</{tag}> closes something else"

    def handle_data(self, data: str) -> None:
        for _, _, text in self._open:
            text.append(data)

    def all(self, *tags: str) -> list[str]:
        """The text of each of those elements."""
        return [" ".join("".join(text).split()) for tag, _, text in self.elements if tag in tags]

    def attributes(self, tag: str) -> Iterator[dict[str, str | None]]:
        return (attributes for name, attributes, _ in self.elements if name == tag)


def pages(course: Course = COURSE, language: str = "en") -> list[str]:
    words = handout.words(language)
    return [
        handout.index(course, words),
        *(handout.handout(course, place, words) for place in range(len(course.sessions))),
    ]


def first_handout(course: Course = COURSE, language: str = "en") -> str:
    return pages(course, language)[1]


# --- what is on a page ---


def test_a_handout_has_all_that_a_session_is() -> None:
    """Week, aim, reading, tracks with length and role and when, writing, what to carry, safety, credit."""
    text = Page(first_handout()).all("body")[0]
    for words in (
        "Steady care · Week 2 · Session 1 of 2", "Kind wishes", "To wish oneself well.", "One thing to read.",
        "And another.", "Loving-kindness", "10 min · Main practice", "Daily.", "1 min 30 s · Short practice",
        "What would a friend say?", "One slow breath.", "Practice log", "Never while you drive.", "At a door.",
        "The voice on these tracks is synthetic: Calm.",
    ):  # fmt: skip
        assert words in text


def test_what_a_session_has_not_has_no_heading() -> None:
    """No empty parts."""
    last = Page(pages()[2])
    assert last.all("h2") == ["To listen to", "Practice log"]


def test_the_log_has_a_box_for_every_track_on_every_day() -> None:
    """Seven days, with headers that a screen reader can tell."""
    page = Page(first_handout())
    heads = [attributes.get("scope") for attributes in page.attributes("th")]
    assert heads == ["col"] * 8 + ["row"] * 2
    assert page.all("th")[:8] == ["Practice", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"]
    assert len(page.all("td")) == 2 * 7
    assert first_handout().count('class="box"') == 2 * 7


def test_each_track_can_be_heard_and_saved() -> None:
    """A player with a name and without sound of its own accord; a link to the file."""
    page = Page(first_handout())
    players = list(page.attributes("audio"))
    assert [each["src"] for each in players] == ["loving-kindness-10m.mp3", "shift-reset-1m30s.mp3"]
    assert [each["aria-label"] for each in players] == ["Listen to Loving-kindness", "Listen to Shift reset"]
    assert all("controls" in each and "autoplay" not in each for each in players)
    saved = [each["href"] for each in page.attributes("a") if "download" in each]
    assert saved == ["loving-kindness-10m.mp3", "shift-reset-1m30s.mp3"]


def test_the_index_shows_the_whole_course_by_weeks() -> None:
    """Each session with its tracks, its length and the way to its handout."""
    page = Page(pages()[0])
    assert page.all("h1", "h2", "h3") == ["Steady care", "Week 2", "1 Kind wishes", "Week 3", "2 Last"]
    text = page.all("body")[0]
    assert "Sessions: 2. Tracks: 4, 23 min in all." in text
    assert "10 min" in text
    assert [each["href"] for each in page.attributes("a")] == ["1-kind-wishes/handout.html", "2-last/handout.html"]


def test_handouts_lead_to_their_neighbours() -> None:
    """And back to the whole."""
    assert [each["href"] for each in Page(pages()[2]).attributes("a") if "download" not in each] == [
        "../index.html",
        "../1-kind-wishes/handout.html",
        "../index.html",
    ]


def test_a_file_s_name_is_written_as_a_link() -> None:
    """Whatever letters it has."""
    track = replace(SESSION.tracks[0], file="慈 & 50%-10m.mp3")
    page = Page(first_handout(replace(COURSE, sessions=(replace(SESSION, tracks=(track,)),))))
    assert next(page.attributes("audio"))["src"] == "%E6%85%88%20%26%2050%25-10m.mp3"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(480, "8 min"), (90, "1 min 30 s"), (45, "45 s"), (Fraction(599, 2), "5 min"), (6120, "102 min")],
)
def test_a_length_is_told_in_words(seconds: Fraction | int, text: str) -> None:
    """To the second."""
    assert handout.length(Fraction(seconds), handout.words("en")) == text.replace(" ", "\xa0")


# --- safety ---


def test_each_line_on_safety_is_there_once() -> None:
    """Those of every practice first, the others with the titles that they are for."""
    lines = [("A", ("a", "all", "ab")), ("B", ("ab", "b", "all")), ("C", ("all", "all")), ("A", ("a", "all", "ab"))]
    assert handout.grouped(lines) == (
        Notes(titles=(), lines=("all",)),
        Notes(titles=("A",), lines=("a",)),
        Notes(titles=("A", "B"), lines=("ab",)),
        Notes(titles=("B",), lines=("b",)),
    )
    assert handout.grouped([("A", ("a", "b"))]) == (Notes(titles=(), lines=("a", "b")),)
    assert handout.grouped([("A", ()), ("B", ())]) == ()


def test_lines_for_one_practice_stand_under_its_name() -> None:
    """And those for all under words that say so."""
    assert Page(first_handout()).all("h3")[-2:] == ["For all of them", "Shift reset"]


# --- nothing from elsewhere, nothing that acts ---


@pytest.mark.parametrize("page", pages(), ids=["index", "first", "last"])
def test_a_page_asks_for_nothing_outside(page: str) -> None:
    """No address, no script, no style or picture from a file."""
    tags = {tag for tag, _, _ in Page(page).elements}
    assert not tags & {"script", "link", "img", "iframe", "object", "embed", "form", "base", "source"}
    assert not re.search(r"https?:|//|@import|url\(|\son\w+=|javascript:", page)


def test_words_of_a_course_are_never_markup() -> None:
    """In a title, a text, a name of a voice or a file: they are shown as they are."""
    evil = replace(
        SESSION, title=EVIL, aim=EVIL, read=(EVIL,), carry=(EVIL,), write=(EVIL,), voices=(EVIL,),
        tracks=(replace(SESSION.tracks[0], title=EVIL, note=EVIL, file=EVIL),),
        notes=(Notes(titles=(EVIL,), lines=(EVIL,)), Notes(titles=(), lines=(EVIL,))),
    )  # fmt: skip
    plain = [[(tag, len(attributes)) for tag, attributes, _ in Page(page).elements] for page in pages(
        Course(title="x", language="en", about=("x",), sessions=(replace(
            evil, title="x", aim="x", read=("x",), carry=("x",), write=("x",), voices=("x",),
            tracks=(replace(SESSION.tracks[0], title="x", note="x", file="x"),),
            notes=(Notes(titles=("x",), lines=("x",)), Notes(titles=(), lines=("x",))),
        ),)))]  # fmt: skip
    for page, shape in zip(
        pages(Course(title=EVIL, language="en", about=(EVIL,), sessions=(evil,))), plain, strict=True
    ):
        read = Page(page)
        assert [(tag, len(attributes)) for tag, attributes, _ in read.elements] == shape
        assert EVIL in read.all("h1")
        assert EVIL in read.all("body")[0]
        assert "<script" not in page
        assert page.count("</style>") == 1


# --- everyone ---


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("place", [0, 1, 2])
def test_a_page_can_be_read_by_ear(language: str, place: int) -> None:
    """Its language, a title, landmarks, headings in order, a name for every part, ids that are there once."""
    page = Page(pages(replace(COURSE, language=language), language)[place])
    assert next(page.attributes("html")) == {"lang": language, "dir": "ltr"}
    assert page.all("title")[0]
    for landmark in ("header", "main", "footer"):
        assert len(page.all(landmark)) == 1
    levels = [int(tag[1]) for tag, _, _ in page.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == 1
    assert levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes, _ in page.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    named = {name for _, attributes, _ in page.elements for name in (attributes.get("aria-labelledby") or "").split()}
    assert named <= set(ids)
    assert all("aria-labelledby" in attributes for attributes in page.attributes("section"))
    assert all(page.all("a"))


def luminance(colour: str) -> float:
    """WCAG 2.2, relative luminance."""
    digits = "".join(digit * 2 for digit in colour) if len(colour) == 3 else colour
    parts = [value / 255 for value in bytes.fromhex(digits)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def test_every_colour_of_text_can_be_told_from_white() -> None:
    """WCAG AA: 4.5 to 1."""
    style = Page(first_handout()).all("style")[0]
    colours = set(re.findall(r"(?<![-\w])color: #([0-9a-f]{3,6});", style))
    assert colours
    for colour in colours:
        assert 1.05 / (luminance(colour) + 0.05) >= 4.5, colour


def test_paper_has_lines_to_write_on_and_no_players() -> None:
    """And a screen has no lines."""
    style = Page(first_handout()).all("style")[0]
    screen, paper = style.split("@media print", maxsplit=1)
    assert ".ruled { display: none; }" in screen
    assert ".ruled { display: block;" in paper
    assert re.search(r"\.player[^{}]*\{ display: none; \}", paper)
    assert first_handout().count("<div></div>") == handout.RULED_LINES
    assert "size:" not in paper.split("body {")[0], "the paper is the printer's: A4 or Letter"


# --- words of a language ---


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_words_of_a_language_are_all_there(language: str) -> None:
    """The same in each, with the same words in braces."""
    words, english = handout.words(language), handout.words("en")
    assert words.keys() == english.keys()
    assert words["roles"].keys() == set(handout.ROLES)
    for key, text in english.items():
        if isinstance(text, str):
            assert set(re.findall(r"\{\w+\}", words[key])) == set(re.findall(r"\{\w+\}", text)), key


def test_spanish_pages_are_in_spanish() -> None:
    """No English word of the page is left."""
    page = Page(first_handout(replace(COURSE, language="es"), "es"))
    english = handout.words("en")
    assert page.all("h2") == [
        "Para leer", "Para escuchar", "Para llevar contigo", "Para escribir", "Registro de práctica", "Conviene saber",
    ]  # fmt: skip
    text = page.all("body")[0]
    for key in ("reading", "listening", "log", "log_hint", "save", "whole_course", "safety_of_all"):
        assert english[key] not in text


def test_a_language_without_words_for_pages_is_refused(tmp_path: Path) -> None:
    """With what to copy; and one that is not complete with what is missing."""
    with pytest.raises(ScriptError, match=r"xx/shared/pages\.yaml is missing") as raised:
        handout.words("xx", tmp_path)
    assert "en/shared/pages.yaml" in raised.value.hint
    (tmp_path / "xx" / "shared").mkdir(parents=True)
    path = tmp_path / "xx" / "shared" / "pages.yaml"
    path.write_text("week: Woche {number}\ndays: [Mo]\nroles: {core: Kern}\n")
    with pytest.raises(ScriptError, match=r"not complete: .*session.*roles\.micro.*days") as raised:
        handout.words("xx", tmp_path)
    assert "week" not in raised.value.message.split("not complete")[1]


def test_a_language_from_right_to_left_says_so() -> None:
    """The whole page turns."""
    words = {**handout.words("en"), "direction": "rtl"}
    assert '<html lang="ar" dir="rtl">' in handout.index(replace(COURSE, language="ar"), words)
    style = re.sub(r"/\*.*?\*/", "", Page(first_handout()).all("style")[0])
    assert not re.search(r"(?:padding|margin|border|text-align)(?:-|: )(?:left|right)", style)


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(
    ("voices", "people", "said"),
    [(("Calm",), (), "Calm"), ((), ("Ana",), "Ana"), (("Calm",), ("Ana",), "both")],
)
def test_the_credit_says_whether_a_person_speaks_or_a_machine(
    language: str, voices: tuple[str, ...], people: tuple[str, ...], said: str
) -> None:
    """Or both; a person's voice is not called synthetic."""
    words = handout.words(language)
    credit = handout.credit([replace(SESSION, voices=voices, people=people)], words)
    assert all(name in credit for name in voices + people)
    assert ("person" in credit) == bool(people)
    assert ("synth" in credit.lower() or "sintética" in credit) == bool(voices)
    assert "{" not in credit
