"""Cover: a session clock, so that every track has a face of its own and shows how much quiet it holds.

From twelve o'clock on, clockwise: the band is the whole session, its arcs are speech, the dots outside are where
chapters begin, the small ones inside are bells. Nobody's name is on it. The bottom fifth stays clear, since players lay
their own marks there.
"""

import math
from collections.abc import Iterator
from dataclasses import dataclass
from io import BytesIO
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from mettavox import lettering, palettes
from mettavox.errors import RequestError
from mettavox.palettes import THEMES, Palette
from mettavox.script import Bell, Line
from mettavox.suggest import nearest
from mettavox.timeline import Timeline
from mettavox.units import worded

if TYPE_CHECKING:
    from PIL.Image import Image

__all__ = ["LARGE", "SMALL", "THEMES", "draw"]

LARGE, SMALL = 3000, 600
"""Pixels a side: beside a track and in a feed, and inside the file."""

LARGE_BYTES, SMALL_BYTES = 512_000, 100_000
"""What podcast directories and players take at most, of a large cover and of one up to SMALL."""

# Everything is a share of a side. The outermost dot ends at 0.435 + 0.335 + 0.0085 < 0.78: above the bottom fifth.
_X, _Y = 0.5, 0.435
_CHAPTERS, _CHAPTER_DOT = 0.335, 0.0085
_BAND, _BAND_HALF, _ARC_HALF = 0.293, 0.0165, 0.0115
_BELLS, _BELL_DOT = 0.2575, 0.0052
_TEXT = 0.232
_LINE = 0.0013
_SHORTEST_ARC, _LEAST_GAP, _ROUNDED = 0.0036, 0.0012, 0.0055
# How much of the ink lies in the band and in the lines; how much lighter the middle is, and how far that reaches.
_BAND_INK, _LINE_INK = 0.10, 0.30
_GLOW, _REACH = 0.055, 0.36
_ROWS = 100  # painted at a time, so that memory does not grow with the square of the size
_QUALITIES = (90, 86, 82, 76, 70, 60, 50, 35)
# EXIF 2.3, 4.6.3 and 4.6.5: where the tag ColorSpace lies, and its value for sRGB.
_EXIF_IFD, _COLOUR_SPACE, _SRGB = 0x8769, 0xA001, 1

Floats = NDArray[np.float32]


def draw(
    timeline: Timeline,
    *,
    title: str,
    seconds: float,
    language: str,
    theme: str = "dark",
    size: int = LARGE,
    text: bool = True,
) -> bytes:
    """The cover as a JPEG: square, ``size`` pixels a side, RGB in sRGB, 72 dpi; the same input gives the same bytes.

    ``title`` is the script's and chooses the palette; ``seconds`` is what stands under it, in symbols that every
    ``language`` of the typeface's letters shares. Without ``text``, or when the typeface lacks a letter of the title,
    it is the clock alone. Raises RequestError for a theme that there is not.
    """
    if theme not in THEMES:
        raise RequestError(f"There is no theme “{theme}”.", hint=nearest(theme, THEMES, "Themes"))
    palette = palettes.of(title, theme)
    letters = _letters(title, seconds, size) if text and title.strip() and lettering.can_set(title) else None
    return _jpeg(_paint(_Clock.of(timeline), palette, letters, size), LARGE_BYTES if size > SMALL else SMALL_BYTES)


def _letters(title: str, seconds: float, size: int) -> NDArray[np.uint8]:
    rows = lettering.fit(title, worded(seconds), x=_X * size, y=_Y * size, radius=_TEXT * size)
    return np.asarray(lettering.draw(rows, size))


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """A timeline as angles in radians from twelve o'clock, clockwise."""

    starts: (
        Floats  # of arcs, shape (arcs + 2,): the last one comes again before the first, and the first after the last
    )
    ends: Floats
    chapters: tuple[float, ...]
    bells: tuple[float, ...]

    @staticmethod
    def of(timeline: Timeline) -> "_Clock":
        scale = math.tau / timeline.frames
        arcs = list(_arcs(timeline, scale))
        around = [(left - math.tau, right - math.tau) for left, right in arcs[-1:]] + arcs
        around += [(left + math.tau, right + math.tau) for left, right in arcs[:1]]
        ends = np.array(around, np.float32).reshape(-1, 2)
        return _Clock(
            starts=ends[:, 0],
            ends=ends[:, 1],
            chapters=tuple(chapter.start * scale for chapter in timeline.chapters),
            bells=tuple(place.start * scale for place in timeline.placements if isinstance(place.sound, Bell)),
        )


def _arcs(timeline: Timeline, scale: float) -> Iterator[tuple[float, float]]:
    """Stretches of speech, each at least as long as can be seen; those with no visible gap between them are one."""
    shortest, gap = _SHORTEST_ARC / _BAND, _LEAST_GAP / _BAND
    spoken = [(p.start * scale, p.end * scale) for p in timeline.placements if isinstance(p.sound, Line)]
    last: tuple[float, float] | None = None
    for start, end in spoken:
        more = max(0.0, shortest - (end - start)) / 2
        left, right = start - more, end + more
        if last and left - last[1] < gap:
            last = (last[0], max(last[1], right))
            continue
        if last:
            yield last
        last = (left, right)
    if last:
        yield last


def _paint(clock: _Clock, palette: Palette, letters: NDArray[np.uint8] | None, size: int) -> NDArray[np.uint8]:
    """Shape ``(size, size, 3)``. Edges are smooth since each pixel knows how far it is from them; nothing is scaled."""
    picture = np.empty((size, size, 3), np.uint8)
    grain = np.random.RandomState(0)
    ink, arc = (np.array(colour, np.float32) for colour in (palette.ink, palette.arc))
    for top in range(0, size, _ROWS):
        strip = _Strip.of(palette, top, min(top + _ROWS, size), size)
        strip.ring(ink, _BAND_INK, _BAND, _BAND_HALF)
        for radius in (_CHAPTERS, _BAND - _BAND_HALF, _BAND + _BAND_HALF):
            strip.ring(ink, _LINE_INK, radius, max(_LINE, 1 / size) / 2)
        strip.arcs(arc, clock.starts, clock.ends)
        for angle in clock.chapters:
            strip.dot(ink, _CHAPTERS, angle, _CHAPTER_DOT)
        for angle in clock.bells:
            strip.dot(ink, _BELLS, angle, _BELL_DOT)
        if letters is not None:
            _blend(strip.colours, ink, np.asarray(letters[top : top + _ROWS] / 255, np.float32))
        # A step of grain before the fraction is cut off: a slow gradient in whole steps would show as stripes.
        grainy = strip.colours + grain.random_sample(strip.far.shape).astype(np.float32)[..., np.newaxis]
        picture[top : top + _ROWS] = np.clip(grainy, 0, 255)
    return picture


@dataclass(frozen=True, kw_only=True)
class _Strip:
    """Some rows of the picture: ``colours`` in [0, 255], shape (rows, size, 3), and where its pixels lie.

    ``x``, ``y`` and ``far``, their distance, count from the middle of the clock in shares of a side.
    """

    colours: Floats
    x: Floats  # shape (1, size)
    y: Floats  # shape (rows, 1)
    far: Floats  # shape (rows, size)
    size: int

    @staticmethod
    def of(palette: Palette, top: int, bottom: int, size: int) -> "_Strip":
        x, y = _places(0, size, size, _X)[np.newaxis, :], _places(top, bottom, size, _Y)[:, np.newaxis]
        far = np.hypot(x, y)
        above, below = (np.array(colour, np.float32) for colour in (palette.top, palette.bottom))
        colours = above + (below - above) * (y + _Y)[..., np.newaxis]
        colours = colours + (255 - colours) * _GLOW * np.exp(-np.square(far / _REACH))[..., np.newaxis]
        return _Strip(colours=colours, x=x, y=y, far=far, size=size)

    def ring(self, colour: Floats, share: float, radius: float, half: float) -> None:
        """Lay ``share`` of a colour over a ring that reaches ``half`` to each side of ``radius``."""
        _blend(self.colours, colour, share * self._covered(half - np.abs(self.far - radius)))

    def dot(self, colour: Floats, orbit: float, angle: float, radius: float) -> None:
        """Paint a disc, looking only at the pixels that it can reach."""
        x, y, reach = orbit * math.sin(angle), -orbit * math.cos(angle), radius + 1 / self.size
        rows = np.flatnonzero(np.abs(self.y[:, 0] - y) <= reach)
        columns = np.flatnonzero(np.abs(self.x[0] - x) <= reach)
        if len(rows):
            here = np.s_[rows[0] : rows[-1] + 1, columns[0] : columns[-1] + 1]
            away = np.hypot(self.x[:, here[1]] - x, self.y[here[0]] - y)
            _blend(self.colours[here], colour, self._covered(radius - away))

    def arcs(self, colour: Floats, starts: Floats, ends: Floats) -> None:
        """Paint stretches of the band: boxes with round corners, bent. Their distance: Quilez, "2D SDF functions"."""
        rows, columns = np.nonzero(np.abs(self.far - _BAND) < _ARC_HALF + 1 / self.size)
        if not len(rows) or not len(starts):
            return
        angles = np.arctan2(self.x[0, columns], -self.y[rows, 0]) % math.tau
        after = np.searchsorted(starts, angles, side="right")
        inside = np.full(angles.shape, -1, np.float32)
        for place in (after - 1, np.minimum(after, len(starts) - 1)):  # the arc that began last, and the one to come
            half = (ends[place] - starts[place]) / 2
            corner = np.minimum(_ROUNDED, half * _BAND)
            along = (np.abs(angles - starts[place] - half) - half) * _BAND + corner
            across = np.abs(self.far[rows, columns] - _BAND) - _ARC_HALF + corner
            beyond = np.hypot(np.maximum(along, 0), np.maximum(across, 0)) + np.minimum(np.maximum(along, across), 0)
            inside = np.maximum(inside, corner - beyond)
        share = np.zeros_like(self.far)
        share[rows, columns] = self._covered(inside)
        _blend(self.colours, colour, share)

    def _covered(self, inside: Floats) -> Floats:
        """The share of a pixel that a shape covers whose edge lies ``inside`` further out than its middle."""
        return np.asarray(np.clip(inside * self.size + 0.5, 0, 1), np.float32)


def _places(first: int, last: int, size: int, middle: float) -> Floats:
    """Where the middles of pixels lie, from ``middle``, in shares of a side."""
    return np.asarray((np.arange(first, last) + 0.5) / size - middle, np.float32)


def _blend(colours: Floats, colour: Floats, share: Floats) -> None:
    rows, columns = np.nonzero(share)
    colours[rows, columns] += (colour - colours[rows, columns]) * share[rows, columns, np.newaxis]


def _jpeg(pixels: NDArray[np.uint8], most_bytes: int) -> bytes:
    """As good as ``most_bytes`` allow."""
    from PIL import Image

    picture = Image.fromarray(pixels)
    for quality in _QUALITIES:
        encoded = _encoded(picture, quality)
        if len(encoded) <= most_bytes:
            break
    return encoded


def _encoded(picture: "Image", quality: int) -> bytes:
    from PIL import Image

    # A colour profile made here would hold the time; EXIF has one word for sRGB.
    exif = Image.Exif()
    exif[_EXIF_IFD] = {_COLOUR_SPACE: _SRGB}
    out = BytesIO()
    # Colours are kept at full size (4:4:4): the arcs' edges are where colour changes.
    picture.save(out, "JPEG", quality=quality, subsampling=0, optimize=True, dpi=(72, 72), exif=exif)
    return out.getvalue()
