"""The page of a track: all of it is there, for everyone, and nothing in it acts or comes from elsewhere."""

import re
from fractions import Fraction
from itertools import pairwise
from pathlib import Path

import pytest

from mettavox import handout, page, prepare, source
from mettavox.errors import ScriptError
from mettavox.person import Listener, Spoken
from mettavox.prepare import plan
from mettavox.request import Request
from mettavox.script import Bell
from mettavox.timeline import Timeline
from placed import placed
from test_handout import EVIL, LANGUAGES, Page, luminance

TIMELINE = placed(
    [(1, 5, Bell()), (6, 7, "Hello, Zoë."), (8, 9, "Rest."), (75.6, 77, "There is no rush.")],
    seconds=90,
    chapters=[(0, "Welcome"), (75.6, "Return")],
)
NOTES = ("Never use it while you drive.", "If it makes things harder, stop.")


def html(timeline: Timeline = TIMELINE, language: str = "en", **changed: object) -> str:
    given: dict[str, object] = {
        "title": "Loving-kindness (1:30)", "purpose": "Kind wishes.", "voices": ("Calm",), "notes": NOTES,
    }  # fmt: skip
    fixed = handout.words(language)
    return page.handout(timeline, language=language, fixed=fixed, **{**given, **changed})  # type: ignore[arg-type]


def test_a_page_has_all_that_a_track_is():
    """Title, purpose, length, voice, what is good to know, chapters with times, every word, the credit."""
    read = Page(html())
    assert read.all("h1", "h2", "h3") == [
        "Loving-kindness (1:30)", "Good to know", "Chapters", "What is said", "Welcome0:00", "Return1:16",
    ]  # fmt: skip
    assert read.all("p") == [
        "Kind wishes.",
        "Length: 1 min 30 s · Voice: Calm",
        "(bell)",
        "Hello, Zoë. Rest.",
        "(quiet, 1 minute 7 seconds)",
        "There is no rush.",
        "(quiet, 13 seconds)",
        "The voice on this track is synthetic: Calm. Made with mettavox.",
    ]
    assert read.all("li") == [*NOTES, "0:00Welcome", "1:16Return"]


def test_what_a_track_has_not_has_no_place():
    """No notes, no purpose, no heading for them."""
    read = Page(html(notes=(), purpose=""))
    assert read.all("h2") == ["Chapters", "What is said"]
    assert read.all("p")[0].startswith("Length")


def test_a_page_asks_for_nothing_and_runs_nothing():
    """No address, no script; and a policy that would stop them."""
    text = html()
    read = Page(text)
    assert not {tag for tag, _, _ in read.elements} & {"script", "link", "img", "iframe", "form", "base", "audio", "a"}
    assert not re.search(r"https?:|//|@import|url\(|\son\w+=|javascript:", text)
    policy = next(each for each in read.attributes("meta") if "http-equiv" in each)
    assert policy == {
        "http-equiv": "Content-Security-Policy",
        "content": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'",
    }
    assert text.index("Content-Security-Policy") < text.index("<style")


@pytest.mark.parametrize("name", [EVIL, "</p><h1>", "נועה", "山田 太郎", "O’Neil & sons", "--> {x}"])
def test_a_name_is_never_markup(name: str):
    """In a line, a title, a voice or a note: it is shown as it is, and the page keeps its shape."""

    def shape(word: str) -> list[tuple[str, int]]:
        timeline = placed([(1, 2, f"Hello, {word}.")], seconds=5, chapters=[(0, f"For {word}")])
        text = html(timeline, title=word, purpose=word, voices=(word,), people=(word,), notes=(word,))
        read = Page(text)
        assert f"Hello, {word}." in read.all("p")
        assert word in read.all("h1") + read.all("title")
        assert text.count("</style>") == 2
        return [(tag, len(attributes)) for tag, attributes, _ in read.elements]

    assert shape(name) == shape("x")


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_page_can_be_read_by_ear(language: str):
    """Its language, landmarks, headings in order, names for its parts, ids that are there once."""
    read = Page(html(language=language))
    assert next(read.attributes("html")) == {"lang": language, "dir": "ltr"}
    for landmark in ("header", "main", "footer", "title"):
        assert len(read.all(landmark)) == 1
    levels = [int(tag[1]) for tag, _, _ in read.elements if re.fullmatch(r"h[1-6]", tag)]
    assert levels[0] == levels.count(1) == 1
    assert all(after <= before + 1 for before, after in pairwise(levels))
    ids = [attributes["id"] for _, attributes, _ in read.elements if "id" in attributes]
    assert len(ids) == len(set(ids))
    assert {each["aria-labelledby"] for each in read.attributes("section")} == set(ids)


def test_every_colour_can_be_told_from_white():
    """WCAG AA: 4.5 to 1; and black on paper."""
    styles = Page(html()).all("style")
    colours = {colour for style in styles for colour in re.findall(r"(?<![-\w])color: #([0-9a-f]{3,6});", style)}
    assert len(colours) >= 3
    assert all(1.05 / (luminance(colour) + 0.05) >= 4.5 for colour in colours)
    assert "@media print" in styles[1]


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize(("voices", "people"), [(("Calm",), ()), ((), ("Ana",)), (("Calm",), ("Ana",))])
def test_the_credit_says_who_speaks(language: str, voices: tuple[str, ...], people: tuple[str, ...]):
    """A machine, a person, or both."""
    credit = Page(html(language=language, voices=voices, people=people)).all("footer")[0]
    assert all(name in credit for name in voices + people)
    assert ("person" in credit) == bool(people)
    assert ("synth" in credit.lower() or "sintética" in credit) == bool(voices)
    assert "{" not in credit


def test_a_spanish_page_is_in_spanish():
    """No English word of the page is left."""
    name = Spoken(written="Ñandú", said="Ñandú")
    prepared = prepare.prepare(Request(script="loving-kindness", language="es", listener=Listener(name=name)))
    read = Page(html(plan(prepared), "es", notes=source.handout(prepared.source.body)))
    assert read.all("h2") == ["Conviene saber", "Capítulos", "Lo que se dice"]
    text = read.all("body")[0]
    assert "Hola, Ñandú." in text
    assert "Duración: 10 min · Voz: Calm" in text.replace("\xa0", " ")
    assert not re.search(r"\b(?:quiet|bell|seconds|Length|Voice|Chapters)\b", text)


def test_a_language_from_right_to_left_turns_the_page():
    """And no style of it says left or right."""
    fixed = {**handout.words("en"), "direction": "rtl"}
    text = page.handout(TIMELINE, title="x", language="ar", fixed=fixed)
    assert '<html lang="ar" dir="rtl">' in text
    style = re.sub(r"/\*.*?\*/", "", Page(text).all("style")[1])
    assert not re.search(r"(?:padding|margin|border|text-align)(?:-|: )(?:left|right)", style)


def test_a_language_without_words_for_pages_has_english_ones_that_say_so(tmp_path: Path):
    """A script alone makes a track; a reader aloud knows which words are English."""
    fixed = page.fixed_words("pt-BR", tmp_path)
    read = Page(page.handout(TIMELINE, title="Bondade", language="pt-BR", fixed=fixed, voices=("Calm",), notes=NOTES))
    assert next(read.attributes("html")) == {"lang": "pt-BR", "dir": "auto"}
    assert [each.get("lang") for each in read.attributes("h2")] == ["en", "en", "en"]
    assert all("lang" not in each for tag in ("h1", "h3", "li") for each in read.attributes(tag))
    assert [each.get("lang") for each in read.attributes("p")] == ["en", *[None] * 6]
    assert "(♪)" in read.all("p")
    assert "lang" not in html().split("<head>")[1]


def test_words_of_a_language_that_are_there_are_taken(tmp_path: Path):
    """Also one's own; and what is not complete is refused, and not mixed."""
    assert page.fixed_words("es") == handout.words("es")
    (tmp_path / "xx" / "shared").mkdir(parents=True)
    (tmp_path / "xx" / "shared" / "pages.yaml").write_text("week: Woche {number}\n")
    with pytest.raises(ScriptError, match="not complete"):
        page.fixed_words("xx", tmp_path)


def test_the_length_is_that_of_the_track():
    """To the second."""
    assert handout.length(Fraction(TIMELINE.frames, TIMELINE.rate), handout.words("en")).replace(
        "\xa0", " "
    ) in html().replace("\xa0", " ")
