"""The cover: a clock of the session that can be read, with nobody's name, and small enough for every player."""

import io
import math
import tracemalloc
from functools import cache
from itertools import count

import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mettavox import cover, palettes
from mettavox.errors import RequestError
from mettavox.palettes import PALETTES, Colour
from mettavox.script import Bell, Line
from mettavox.timeline import Chapter, Placement, Timeline

RATE = 48_000
MIDDLE = (0.5, 0.435)
BAND, CHAPTERS, BELLS, TEXT = 0.293, 0.335, 0.2575, 0.232
LINES = (0.335, 0.2765, 0.3095)

Pixels = NDArray[np.float64]


def session(
    seconds: float,
    lines: list[tuple[float, float]] | None = None,
    *,
    chapters: tuple[float, ...] = (0,),
    bells: tuple[float, ...] = (),
) -> Timeline:
    """``lines`` are starts and lengths in seconds."""
    spoken = [
        Placement(
            sound=Line(text="Breathe.", spoken=(), number=1),
            start=round(at * RATE),
            frames=round(length * RATE),
            section=0,
        )
        for at, length in lines or []
    ]
    rung = [Placement(sound=Bell(), start=round(at * RATE), frames=RATE, section=0) for at in bells]
    return Timeline(
        rate=RATE,
        frames=round(seconds * RATE),
        placements=tuple(sorted([*spoken, *rung], key=lambda place: place.start)),
        silences=(),
        chapters=tuple(Chapter(title="Rest", start=round(at * RATE)) for at in chapters),
        spaciousness=0,
    )


def full(minutes: int) -> Timeline:
    """A busy session: a line of 4 s every 9 s, a chapter every tenth, bells at both ends."""
    seconds = minutes * 60
    return session(
        seconds,
        [(at, 4) for at in range(2, seconds - 4, 9)],
        chapters=tuple(seconds * tenth / 10 for tenth in range(10)),
        bells=(0, seconds - 5),
    )


def drawn(timeline: Timeline, *, title: str = "Loving-kindness", size: int = 600, **more: object) -> bytes:
    seconds = timeline.frames / timeline.rate
    return cover.draw(timeline, title=title, seconds=seconds, language="en", size=size, **more)  # type: ignore[arg-type]


def pixels(jpeg: bytes) -> Pixels:
    """Shape (size, size, 3), in [0, 255]."""
    return np.asarray(Image.open(io.BytesIO(jpeg)), np.float64)


def luminance(colours: Pixels) -> Pixels:
    """WCAG 2.2's relative luminance."""
    share = colours / 255
    linear = np.where(share <= 0.04045, share / 12.92, ((share + 0.055) / 1.055) ** 2.4)
    return np.asarray(linear @ (0.2126, 0.7152, 0.0722))


def contrast(one: Pixels | Colour, other: Pixels | Colour) -> Pixels:
    """WCAG 2.2's contrast ratio, from 1 to 21."""
    a, b = (luminance(np.asarray(each, np.float64)) + 0.05 for each in (one, other))
    return np.maximum(a, b) / np.minimum(a, b)


def place(angle: float, radius: float, size: int = 600) -> tuple[int, int]:
    """Row and column of what lies at an angle in turns from twelve o'clock, clockwise."""
    x, y = MIDDLE[0] + radius * math.sin(angle * math.tau), MIDDLE[1] - radius * math.cos(angle * math.tau)
    return int(y * size), int(x * size)


def nearer(pixel: Pixels, colour: Colour, other: Colour | Pixels) -> bool:
    return bool(np.abs(pixel - colour).sum() < np.abs(pixel - np.asarray(other)).sum())


def far(size: int = 600) -> Pixels:
    """How far each pixel is from the middle of the clock, in shares of a side."""
    rows, columns = np.mgrid[:size, :size]
    return np.asarray(np.hypot((columns + 0.5) / size - MIDDLE[0], (rows + 0.5) / size - MIDDLE[1]))


@cache
def title_of(face: int) -> str:
    """Some title that has this palette."""
    faces = PALETTES["dark"]
    return next(text for text in map(str, count()) if palettes.of(text, "dark") is faces[face])


FACES = [(theme, face) for theme in cover.THEMES for face in range(len(PALETTES[theme]))]


@pytest.mark.parametrize("theme", cover.THEMES)
@pytest.mark.parametrize("minutes", [1, 60])
@pytest.mark.parametrize(("size", "most"), [(cover.LARGE, 512_000), (cover.SMALL, 99_999)])
def test_it_is_what_directories_and_players_take(theme: str, minutes: int, size: int, most: int) -> None:
    """Square, JPEG, RGB in sRGB, 72 dpi, within the bytes allowed."""
    jpeg = drawn(full(minutes), theme=theme, size=size)
    picture = Image.open(io.BytesIO(jpeg))
    assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (size, size))
    assert picture.info["dpi"] == (72, 72)
    assert picture.getexif().get_ifd(0x8769)[0xA001] == 1
    assert len(jpeg) <= most


def test_the_same_track_has_the_same_cover() -> None:
    """To the byte; another practice, length or theme has another."""
    first = drawn(full(10))
    assert drawn(full(10)) == first
    assert len({first, drawn(full(11)), drawn(full(10), theme="light"), drawn(full(10), title="Sleep")}) == 4


@pytest.mark.parametrize(("theme", "face"), FACES)
def test_everything_can_be_seen_everywhere(theme: str, face: int) -> None:
    """4.5 to 1 for text and dots and 3 to 1 for arcs, against every pixel but the thin lines of the empty clock."""
    palette = PALETTES[theme][face]
    ground = pixels(drawn(session(60, chapters=()), title=title_of(face), theme=theme, text=False))
    lines = np.any([np.abs(far() - radius) < 0.004 for radius in LINES], axis=0)
    least_ink, least_arc = (float(contrast(colour, ground)[~lines].min()) for colour in (palette.ink, palette.arc))
    assert least_ink >= 4.5
    assert least_arc >= 3


@pytest.mark.parametrize(("theme", "face"), FACES)
def test_what_is_painted_has_the_palette_s_colours(theme: str, face: int) -> None:
    """Arcs and dots as they come out of the JPEG."""
    palette = PALETTES[theme][face]
    picture = pixels(drawn(session(60, [(10, 10)], chapters=(30,)), title=title_of(face), theme=theme))
    assert np.abs(picture[place(0.25, BAND)] - palette.arc).max() <= 10
    assert np.abs(picture[place(0.5, CHAPTERS)] - palette.ink).max() <= 10


def test_it_goes_around_as_the_session_does() -> None:
    """At each of 200 moments the band is an arc where there is speech, and ground where there is quiet."""
    lines = [(3.0, 5.0), (20.0, 10.0), (42.0, 2.0), (55.0, 4.9)]
    title = title_of(0)
    picture, empty = (pixels(drawn(session(60, some), title=title, text=False)) for some in (lines, []))
    arc = PALETTES["dark"][0].arc
    for moment in (step * 0.3 + 0.15 for step in range(200)):
        edges = [abs(moment - edge) for start, length in lines for edge in (start, start + length)]
        if min(edges) < 0.2:
            continue
        at = place(moment / 60, BAND)
        spoken = any(start <= moment < start + length for start, length in lines)
        assert nearer(picture[at], arc, empty[at]) == spoken, moment


@pytest.mark.parametrize("size", [cover.SMALL, 1600])
def test_a_short_word_in_a_long_session_is_seen(size: int) -> None:
    """Half a second of an hour."""
    title = title_of(1)
    picture, empty = (
        pixels(drawn(session(3600, some), title=title, size=size, text=False)) for some in ([(900, 0.5)], [])
    )
    at = place(900.25 / 3600, BAND, size)
    assert contrast(picture[at], empty[at]) >= 3


def test_chapters_and_bells_are_marks_of_their_own() -> None:
    """Outside the band and inside it, where they begin."""
    title = title_of(2)
    ink = PALETTES["dark"][2].ink
    picture = pixels(drawn(session(60, chapters=(0, 15), bells=(30, 45)), title=title, text=False))
    empty = pixels(drawn(session(60, chapters=()), title=title, text=False))
    for orbit, moments in ((CHAPTERS, {0, 15}), (BELLS, {30, 45})):
        for moment in (0, 15, 30, 45):
            at = place(moment / 60, orbit)
            assert nearer(picture[at], ink, empty[at]) == (moment in moments)


def test_the_bottom_fifth_is_clear() -> None:
    """Each row there has one colour."""
    for theme in cover.THEMES:
        below = pixels(drawn(full(60), theme=theme))[480:]
        assert np.ptp(below, axis=1).max() <= 8


@pytest.mark.parametrize(
    "title",
    [
        "Sleep",
        "Caring, with limits",
        "Lo que sientes tiene sentido, ¿y qué señas te da el corazón esta mañana?",
        "Respirar con calidez para quienes acompañan a otras personas durante una larga enfermedad en casa",
        "Selbstmitgefühlsübungsaufzeichnung",
        "W" * 80,
        "Любящая доброта",
        " ".join(["and again"] * 60),
    ],
)
def test_a_title_never_touches_the_clock(title: str) -> None:
    """However long: there is text, and all of it lies within the bells' orbit."""
    with_text, without = (pixels(drawn(full(10), title=title, text=text)) for text in (True, False))
    changed = np.abs(with_text - without).max(axis=-1) > 24
    assert changed.sum() > 300
    assert far()[changed].max() <= TEXT + 0.005


@pytest.mark.parametrize("title", ["慈悲", "الحب واللطف", "Metta 慈", "Kind 🙂", " "])
def test_without_all_its_letters_a_title_is_left_out(title: str) -> None:
    """The clock alone, and no boxes."""
    assert drawn(full(10), title=title) == drawn(full(10), title=title, text=False)


def test_a_large_cover_is_never_in_memory_as_a_whole() -> None:
    """It would be 27 MB, many times over while it is being painted: a batch makes several at once."""
    drawn(full(1))  # typefaces and modules are loaded once
    tracemalloc.start()
    drawn(full(60), size=cover.LARGE)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert peak < 15_000_000


def test_small_and_large_are_one_design() -> None:
    """The large one, made small, is the small one."""
    large, small = (drawn(full(10), size=size) for size in (cover.LARGE, cover.SMALL))
    with Image.open(io.BytesIO(large)) as picture:
        reduced = np.asarray(picture.reduce(cover.LARGE // cover.SMALL), np.float64)
    assert np.abs(reduced - pixels(small)).mean() < 2


def test_an_unknown_theme_is_refused() -> None:
    """With those that there are."""
    with pytest.raises(RequestError) as caught:
        drawn(full(1), theme="drak")
    assert "dark" in caught.value.hint
