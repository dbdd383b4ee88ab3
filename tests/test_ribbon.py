"""The ribbon: a picture of the timeline that can be read, also aloud, and asks for nothing from elsewhere."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

import pytest

from mettavox import ribbon
from mettavox.script import Bell, Line
from mettavox.timeline import Chapter, Placement, Timeline, Tone

SVG = "{http://www.w3.org/2000/svg}"
RATE = 48_000
LEFT, WIDE = 32, 936


def line(at: float, seconds: float) -> Placement:
    return Placement(
        sound=Line(text="Breathe.", spoken=(), number=1),
        start=round(at * RATE),
        frames=round(seconds * RATE),
        section=0,
    )


TEN_MINUTES = Timeline(
    rate=RATE,
    frames=600 * RATE,
    placements=(
        Placement(sound=Bell(), start=0, frames=RATE, section=0), line(10, 20), line(100, 90), line(400, 60),
        Placement(sound=Bell(), start=590 * RATE, frames=RATE, section=2),
    ),
    silences=(),
    chapters=(
        Chapter(title="Welcome", start=0), Chapter(title="Wishes", start=60 * RATE),
        Chapter(title="Return", start=480 * RATE),
    ),
    spaciousness=0,
    tones=(
        Tone(phase="in", start=200 * RATE, frames=4 * RATE), Tone(phase="out", start=204 * RATE, frames=6 * RATE),
        Tone(phase="in", start=300 * RATE, frames=4 * RATE), Tone(phase="out", start=304 * RATE, frames=6 * RATE),
    ),
)  # fmt: skip


def tree(
    timeline: Timeline = TEN_MINUTES, *, title: str = "Loving-kindness", language: str = "en"
) -> ElementTree.Element:
    return ElementTree.fromstring(ribbon.svg(timeline, title=title, language=language))


def of(root: ElementTree.Element, kind: str, tag: str = "rect") -> list[ElementTree.Element]:
    return [each for each in root.iter(SVG + tag) if kind in each.get("class", "").split()]


def said(root: ElementTree.Element) -> list[str]:
    return ["".join(each.itertext()) for each in root.iter(SVG + "text")]


def test_bars_of_speech_lie_at_their_times() -> None:
    """Left edge and width in proportion to the whole."""
    bars = [bar for bar in of(tree(), "voice") if float(bar.get("height", 0)) > 20]
    shown = [(float(bar.get("x", 0)), float(bar.get("width", 0))) for bar in bars]
    wanted = [(LEFT + at * WIDE / 600, seconds * WIDE / 600) for at, seconds in ((10, 20), (100, 90), (400, 60))]
    assert shown == [pytest.approx(each, abs=0.01) for each in wanted]


def test_chapters_cover_the_whole() -> None:
    """One after the other in two tints, each with its title under it and when it begins."""
    root = tree()
    tints = [each for each in root.iter(SVG + "rect") if each.find(SVG + "title") is not None]
    assert [each.get("class") for each in tints] == ["tint", "other", "tint"]
    ends = [(float(each.get("x", 0)), float(each.get("width", 0))) for each in tints]
    assert ends[0][0] == LEFT
    assert sum(width for _, width in ends) == pytest.approx(WIDE, abs=0.02)
    words = said(root)
    for title, at in (("Welcome", "0:00"), ("Wishes", "1:00"), ("Return", "8:00")):
        assert words[words.index(title) - 1] == at


def test_bells_and_breaths_are_there_when_they_are_heard() -> None:
    """With a legend; a track without them says nothing of them."""
    root = tree()
    assert len(of(root, "bell", "circle")) == 2 + 1
    assert len(of(root, "breath", "path")) == 2 + 1
    assert {"speech", "bell", "paced breath"} <= set(said(root))
    plain = tree(replace(TEN_MINUTES, placements=TEN_MINUTES.placements[1:-1], tones=()))
    assert not of(plain, "bell", "circle")
    assert not of(plain, "breath", "path")
    assert not {"bell", "paced breath"} & set(said(plain))


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("en", "2 min 50 s spoken, 7 min 10 s of quiet"),
        ("en-GB", "2 min 50 s spoken, 7 min 10 s of quiet"),
        ("es", "2 min 50 s de voz, 7 min 10 s de silencio"),
        ("nl", "2 min 50 s spoken, 7 min 10 s of quiet"),
    ],
)
def test_it_says_how_much_is_spoken_and_how_much_is_quiet(language: str, words: str) -> None:
    """In the language of the script, and the two make the whole."""
    assert words in said(tree(language=language))
    short = tree(replace(TEN_MINUTES, frames=round(30.6 * RATE), placements=(line(0, 10.4),), chapters=(), tones=()))
    assert "10 s spoken, 21 s of quiet" in said(short)
    assert "31 s" in said(short)


def test_screen_readers_get_all_of_it() -> None:
    """One image with a title and a description that name the lengths and the chapters."""
    root = tree()
    assert root.get("role") == "img"
    named = {each.get("id"): each.text for each in root}
    title, described = (named[each] or "" for each in root.get("aria-labelledby", "").split())
    assert title == "Loving-kindness, 10 min"
    assert described == ("2 min 50 s spoken, 7 min 10 s of quiet. Chapters: 0:00 Welcome, 1:00 Wishes, 8:00 Return.")


@pytest.mark.parametrize(
    "hostile", ["</title><script>alert(1)</script>", 'a"b&c<d>', "bell\x07 tab\t line\n", "ñ á ¿ 慈"]
)
def test_text_stays_text(hostile: str) -> None:
    """Whatever a title holds, it is one well-formed image without a script."""
    laid = replace(TEN_MINUTES, chapters=(Chapter(title=hostile, start=0),))
    root = tree(laid, title=hostile)
    assert not list(root.iter(SVG + "script"))
    readable = "".join(letter for letter in hostile if letter.isprintable())
    assert said(root).count(readable) == 2


def test_nothing_comes_from_elsewhere() -> None:
    """No font, picture, link or address but the name of the format."""
    text = ribbon.svg(TEN_MINUTES, title="Loving-kindness")
    assert re.findall(r"https?://[^\"]*", text) == ["http://www.w3.org/2000/svg"]
    assert not re.search(r"url\(|@import|@font-face|href|<image|<foreignObject", text)
    assert ribbon.svg(TEN_MINUTES, title="Loving-kindness") == text


@pytest.mark.parametrize("seconds", [20, 60, 150, 600, 2700, 3600, 86_400])
def test_the_axis_has_a_few_round_times(seconds: int) -> None:
    """From 0:00, all inside, with room between them."""
    root = tree(replace(TEN_MINUTES, frames=seconds * RATE, placements=(), chapters=(), tones=()))
    places = [float(each.get("x", 0)) for each in root.iter(SVG + "text") if each.get("font-size") == "13"]
    assert 3 <= len(places) <= 14
    assert places[0] == LEFT
    assert places[-1] <= LEFT + WIDE
    assert min(b - a for a, b in pairwise(places)) >= 60


def test_long_titles_stay_in_their_place() -> None:
    """Cut in the picture, whole in the description."""
    title = "A very long title of a chapter that goes on and on until it would run into the next column"
    root = tree(replace(TEN_MINUTES, chapters=(Chapter(title=title, start=0),)))
    assert max(len(text) for text in said(root)) <= 48
    assert title in (root.find(SVG + "desc").text or "")  # type: ignore[union-attr]


@pytest.mark.parametrize("colours", [ribbon.LIGHT, ribbon.DARK], ids=["light", "dark"])
def test_everything_can_be_seen(colours: dict[str, str]) -> None:
    """4.5 to 1 for text on the ground, 3 to 1 for marks on the ground and on both tints (WCAG 2.2)."""
    for text in ("ink", "soft"):
        assert contrast(colours[text], colours["ground"]) >= 4.5
    for mark in ("voice", "bell", "breath"):
        assert min(contrast(colours[mark], colours[under]) for under in ("ground", "tint", "other")) >= 3


def contrast(one: str, other: str) -> float:
    def light(colour: str) -> float:
        shares = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        red, green, blue = (s / 12.92 if s <= 0.04045 else ((s + 0.055) / 1.055) ** 2.4 for s in shares)
        return 0.2126 * red + 0.7152 * green + 0.0722 * blue + 0.05

    dim, bright = sorted((light(one), light(other)))
    return bright / dim


@pytest.mark.parametrize(
    ("seconds", "text"),
    [(600, "10 min"), (45, "45 s"), (450, "7 min 30 s"), (3900, "1 h 5 min"), (400.25, "6 min 40 s"),
     (59.6, "1 min"), (0, "0 s")],
)  # fmt: skip
def test_lengths_are_worded(seconds: float, text: str) -> None:
    """To the whole second, without parts that are nothing."""
    assert ribbon.worded(seconds) == text
