"""Palettes: the colours of a picture, calm ones, a pair of a dark and a light one for each face.

Every ink and every arc has its contrast against every colour that its background can have: 4.5 to 1 for
text, 3 to 1 for marks (WCAG 2.2, success criteria 1.4.3 and 1.4.11). tests/test_cover.py computes it.
"""

import hashlib
from dataclasses import dataclass

Colour = tuple[int, int, int]
"""Red, green and blue in sRGB, each in [0, 255]."""


@dataclass(frozen=True, kw_only=True)
class Palette:
    """The background from ``top`` to ``bottom``, the ``ink`` of text and dots, and the ``arc`` of speech."""

    top: Colour
    bottom: Colour
    ink: Colour
    arc: Colour


THEMES = ("dark", "light")


def _of(top: str, bottom: str, ink: str, arc: str) -> Palette:
    return Palette(top=_colour(top), bottom=_colour(bottom), ink=_colour(ink), arc=_colour(arc))


def _colour(digits: str) -> Colour:
    red, green, blue = bytes.fromhex(digits)
    return red, green, blue


PALETTES: dict[str, tuple[Palette, ...]] = {
    "dark": (
        _of("16305a", "2f7075", "fbfaf5", "ffd596"),  # lake at dusk
        _of("2a1f4d", "7a4767", "fdf7f5", "ffc9a3"),  # heather
        _of("10322f", "3c6b4f", "fafaf2", "ffdf9e"),  # forest
        _of("151c40", "44558f", "f8f9fd", "ffd0ac"),  # night
        _of("3a1d2c", "8a4c43", "fff8f1", "ffd9a0"),  # clay
        _of("1b2935", "44687a", "f7fafa", "ffcd9a"),  # slate
    ),
    "light": (
        _of("f6f9fb", "cfe2e5", "16324f", "b0532a"),
        _of("fbf5f8", "e7d6e6", "392250", "a8476b"),
        _of("f8f8ef", "d6e5d3", "173d33", "a3561c"),
        _of("f6f6fc", "d7dbf0", "1f2754", "ae4f3a"),
        _of("fdf6ee", "f0d9c8", "4a2430", "a3432f"),
        _of("f7f7f4", "d6dfe3", "22333b", "985a1c"),
    ),
}
"""By theme; the same place in each theme is the same face."""


def of(title: str, theme: str) -> Palette:
    """The palette of a practice, always the same for the same title. Raises KeyError for another theme."""
    faces = PALETTES[theme]
    return faces[hashlib.sha256(title.encode()).digest()[0] % len(faces)]
