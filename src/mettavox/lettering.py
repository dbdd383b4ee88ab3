"""Lettering: a title set inside a circle, over a smaller line, as large as it can be without touching the rim.

The typeface is Manrope (SIL Open Font License 1.1): Latin with all accents, Greek and Cyrillic.
"""

import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from io import BytesIO
from itertools import accumulate, combinations, pairwise
from math import hypot
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageFont import FreeTypeFont

MOST_LINES = 3

_TITLE, _BELOW = "Manrope-Regular.ttf", "Manrope-Medium.ttf"
# In ems of Manrope: from the baseline up to a capital and to its accent, down to a descender, and to the next line.
_CAPITAL, _ASCENT, _DESCENT, _LEADING = 0.72, 0.97, 0.26, 1.22
# Sizes as shares of the circle's radius.
_LARGEST, _SMALLEST, _STEP = 0.32, 0.11, 0.97
_BELOW_SIZE, _GAP = 0.15, 0.16
_MEASURED = 1000  # pixels an em; widths grow with the size, so they are measured once


@dataclass(frozen=True, kw_only=True)
class Row:
    """A line of text: its middle lies at ``x``, its baseline at ``y``, in pixels; ``size`` is its em."""

    text: str
    x: float
    y: float
    size: float
    face: str


def can_set(text: str) -> bool:
    """Whether the typeface has every letter of it; what it lacks would come out as boxes."""
    font = _font(_TITLE, 64)
    box = _shape(font, "\uffff")  # no character: what the font shows for a letter that it lacks
    return all(_shape(font, letter) != box for letter in _plain(text) if letter != " ")


def fit(title: str, below: str, *, x: float, y: float, radius: float) -> tuple[Row, ...]:
    """``title`` in up to MOST_LINES rows with ``below`` under it, or alone, within ``radius`` of ``x`` and ``y``.

    A title that would have to be tinier than can be read is cut and ends in "…".
    """
    words = _readable(_plain(title).split(" "))
    while True:
        breaks = list(_wraps(words))
        size = _LARGEST * radius
        while size >= _SMALLEST * radius:
            for rows in breaks:
                laid = _lay(rows, below, size=size, x=x, y=y, radius=radius)
                if all(_within(row, x, y, radius) for row in laid):
                    return laid
            size *= _STEP
        words = _shortened(words)


def draw(rows: Sequence[Row], *, left: int, top: int, side: int) -> "Image":
    """A grey picture of the square of ``side`` pixels that begins at ``left`` and ``top``: 255 where there is ink."""
    from PIL import Image, ImageDraw

    picture = Image.new("L", (side, side), 0)
    pen = ImageDraw.Draw(picture)
    for row in rows:
        pen.text((row.x - left, row.y - top), row.text, font=_font(row.face, row.size), fill=255, anchor="ms")
    return picture


def _plain(text: str) -> str:
    """Letters with their accents in one piece, and single spaces between words."""
    return " ".join(unicodedata.normalize("NFC", text).split())


def _readable(words: Sequence[str]) -> list[str]:
    """As many words from the first as rows across the whole circle could hold at the smallest size."""
    room = MOST_LINES * 2 / _SMALLEST
    most = max(1, sum(reach <= room for reach in accumulate(_width(_TITLE, word) for word in words)))
    return [*words[: most - 1], words[most - 1] + "…"] if most < len(words) else list(words)


def _wraps(words: Sequence[str]) -> Iterator[list[str]]:
    """For each number of rows, the way of breaking that makes the longest row shortest."""
    for count in range(1, min(MOST_LINES, len(words)) + 1):
        cuts = ([0, *inner, len(words)] for inner in combinations(range(1, len(words)), count - 1))
        rows = ([" ".join(words[left:right]) for left, right in pairwise(cut)] for cut in cuts)
        yield min(rows, key=lambda each: max(_width(_TITLE, row) for row in each))


def _lay(rows: Sequence[str], below: str, *, size: float, x: float, y: float, radius: float) -> tuple[Row, ...]:
    under = min(_BELOW_SIZE * radius, 0.75 * size) if below else 0.0
    step, gap = _LEADING * size, _GAP * radius + _DESCENT * size if below else 0.0
    height = _CAPITAL * size + (len(rows) - 1) * step + gap + _CAPITAL * under
    first = y - height / 2 + _CAPITAL * size
    title = [Row(text=text, x=x, y=first + at * step, size=size, face=_TITLE) for at, text in enumerate(rows)]
    return (*title, Row(text=below, x=x, y=y + height / 2, size=under, face=_BELOW)) if below else tuple(title)


def _within(row: Row, x: float, y: float, radius: float) -> bool:
    half = _width(row.face, row.text) * row.size / 2
    top, bottom = row.y - _ASCENT * row.size - y, row.y + _DESCENT * row.size - y
    return hypot(half + abs(row.x - x), max(abs(top), abs(bottom))) <= radius


def _shortened(words: Sequence[str]) -> list[str]:
    *kept, last = [word.removesuffix("…") for word in words]
    if kept:
        return [*kept[:-1], kept[-1] + "…"]
    return [last[: max(1, len(last) * 4 // 5)] + "…"]


@lru_cache(maxsize=4096)
def _width(face: str, text: str) -> float:
    """In ems."""
    return _font(face, _MEASURED).getlength(text) / _MEASURED


def _shape(font: "FreeTypeFont", letter: str) -> tuple[bytes, tuple[int, int]]:
    drawn = font.getmask(letter)
    return bytes(drawn), drawn.size


@lru_cache(maxsize=8)  # each title has a size of its own, and a library has thousands of titles
def _font(face: str, size: float) -> "FreeTypeFont":
    from PIL import ImageFont

    # The basic layout, so that a picture does not hang on which libraries Pillow was built with.
    return ImageFont.truetype(BytesIO(_file(face)), size, layout_engine=ImageFont.Layout.BASIC)


@cache
def _file(face: str) -> bytes:
    return (files("font_manrope") / "files" / face).read_bytes()
