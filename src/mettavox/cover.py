"""Cover: a session clock, so that every track has a face of its own and shows how much quiet it holds.

From twelve o'clock on, clockwise: the band is the whole session, its arcs are speech, the dots outside are where
chapters begin, the small ones inside are bells. Nobody's name is on it. The bottom fifth stays clear, since players lay
their own marks there.
"""

import math
import random
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mettavox import jpeg, lettering, palettes
from mettavox.errors import RequestError
from mettavox.palettes import THEMES, Colour, Palette
from mettavox.script import Bell, Line
from mettavox.suggest import nearest
from mettavox.timeline import Timeline
from mettavox.units import worded

__all__ = ["LARGE", "LARGE_BYTES", "SMALL", "THEMES", "draw", "emblem"]

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
_ROWS = 3 * jpeg.BLOCK  # painted at a time: few enough to stay in the processor's cache
_QUALITIES = (90, 86, 82, 76, 70, 60, 50, 35)
_STEPS = 256  # in a step of colour, so that slow gradients can be in between

Floats = NDArray[np.float32]
Ints = NDArray[np.intp]


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
    letters = _Letters.of(title, worded(seconds), size) if text and title.strip() and lettering.can_set(title) else None
    return _Picture(clock=_Clock.of(timeline), palette=palette, letters=letters, size=size).as_small_as_has_to_be()


def emblem(arcs: Sequence[tuple[float, float]], *, title: str, theme: str = "dark", size: int = LARGE) -> bytes:
    """The cover of no single session, as ``draw`` gives it: a clock with these arcs, and ``title`` alone in it.

    ``arcs`` are a start and an end each, in shares of the way around, in order and apart. Raises RequestError for a
    theme that there is not.
    """
    if theme not in THEMES:
        raise RequestError(f"There is no theme “{theme}”.", hint=nearest(theme, THEMES, "Themes"))
    letters = _Letters.of(title, "", size) if title.strip() and lettering.can_set(title) else None
    clock = _Clock.laid([(start * math.tau, end * math.tau) for start, end in arcs])
    palette = palettes.of(title, theme)
    return _Picture(clock=clock, palette=palette, letters=letters, size=size).as_small_as_has_to_be()


@dataclass(frozen=True, kw_only=True)
class _Letters:
    """Text in ``ink`` of [0, 255], shape (rows, columns), whose first pixel lies at ``top`` and ``left``."""

    ink: NDArray[np.uint8]
    top: int
    left: int

    @staticmethod
    def of(title: str, below: str, size: int) -> "_Letters":
        x, y, radius = _X * size, _Y * size, _TEXT * size
        rows = lettering.fit(title, below, x=x, y=y, radius=radius)
        left, top, side = int(x - radius), int(y - radius), math.ceil(2 * radius) + 1
        return _Letters(ink=np.asarray(lettering.draw(rows, left=left, top=top, side=side)), top=top, left=left)


@dataclass(frozen=True, kw_only=True)
class _Clock:
    """A timeline as angles in radians from twelve o'clock, clockwise."""

    middles: (
        Floats  # of arcs, shape (arcs + 2,): the last one comes again before the first, and the first after the last
    )
    halves: Floats  # of each arc's length
    borders: Floats  # shape (arcs + 1,): from there on the next arc is nearer
    chapters: tuple[float, ...]
    bells: tuple[float, ...]

    @staticmethod
    def of(timeline: Timeline) -> "_Clock":
        scale = math.tau / timeline.frames
        return _Clock.laid(
            list(_arcs(timeline, scale)),
            chapters=tuple(chapter.start * scale for chapter in timeline.chapters),
            bells=tuple(place.start * scale for place in timeline.placements if isinstance(place.sound, Bell)),
        )

    @staticmethod
    def laid(
        arcs: list[tuple[float, float]], *, chapters: tuple[float, ...] = (), bells: tuple[float, ...] = ()
    ) -> "_Clock":
        """From arcs in their order, each from an angle to another."""
        around = [(left - math.tau, right - math.tau) for left, right in arcs[-1:]] + arcs
        around += [(left + math.tau, right + math.tau) for left, right in arcs[:1]]
        starts, ends = np.array(around).reshape(-1, 2).T
        return _Clock(
            middles=np.asarray((starts + ends) / 2, np.float32),
            halves=np.asarray((ends - starts) / 2, np.float32),
            borders=np.asarray((ends[:-1] + starts[1:]) / 2, np.float32),
            chapters=chapters,
            bells=bells,
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


@dataclass(frozen=True, kw_only=True)
class _Picture:
    """What is painted, strip by strip. Edges are smooth since each pixel knows how far it is from them."""

    clock: _Clock
    palette: Palette
    letters: _Letters | None
    size: int

    def as_small_as_has_to_be(self) -> bytes:
        """As a JPEG, as good as its bytes may be many."""
        for quality in _QUALITIES:
            encoded = self.encoded(quality)
            if len(encoded) <= (LARGE_BYTES if self.size > SMALL else SMALL_BYTES):
                break
        return encoded

    def encoded(self, quality: int) -> bytes:
        """As a JPEG; a small one is in one piece, since it is in every track's file and has to have few bytes."""
        if self.size <= SMALL:
            return jpeg.whole(np.concatenate(list(self.strips()), axis=1), quality)
        return jpeg.joined(self.strips(), self.size, quality)

    def strips(self) -> Iterator[NDArray[np.uint8]]:
        """From the top, each of shape (3, rows, size)."""
        grain = _Grain()
        for top in range(0, self.size, _ROWS):
            strip = _Strip.of(self.palette, top, min(top + _ROWS, self.size), self.size)
            strip.ring(self.palette.ink, _CHAPTERS)
            strip.band(self.palette, self.clock)
            for angle in self.clock.chapters:
                strip.dot(self.palette.ink, _CHAPTERS, angle, _CHAPTER_DOT)
            for angle in self.clock.bells:
                strip.dot(self.palette.ink, _BELLS, angle, _BELL_DOT)
            if self.letters is not None:
                strip.letters(self.palette.ink, self.letters)
            yield strip.grained(grain)


@dataclass(frozen=True, kw_only=True)
class _Strip:
    """Some rows of the picture: ``colours`` in _STEPS of [0, 255], shape (3, rows, size), and where its pixels lie.

    ``x`` and ``y`` count from the middle of the clock in shares of a side; ``squares`` are of the distance from there.
    """

    colours: NDArray[np.uint16]
    x: Floats  # shape (size,)
    y: Floats  # shape (rows,)
    squares: Floats  # shape (rows, size)
    top: int

    @staticmethod
    def of(palette: Palette, top: int, bottom: int, size: int) -> "_Strip":
        x, y = _places(0, size, size, _X), _places(top, bottom, size, _Y)
        above, below = (np.array(colour, np.float32)[:, np.newaxis] for colour in (palette.top, palette.bottom))
        ground = above + (below - above) * (y + _Y)
        # The glow falls off as exp(-(x² + y²)), which is a product, and 16 bits hold it.
        glow = (255 - ground) * _GLOW * np.exp(-np.square(y / _REACH)) * 16
        aside = np.exp(-np.square(x / _REACH)) * _STEPS
        colours = _whole(glow)[..., np.newaxis] * _whole(aside)
        colours >>= 4
        colours += _whole(ground * _STEPS)[..., np.newaxis]
        squares = np.square(y)[:, np.newaxis] + np.square(x)
        return _Strip(colours=colours, x=x, y=y, squares=squares, top=top)

    @property
    def _size(self) -> int:
        return len(self.x)

    @property
    def _half_line(self) -> float:
        return max(_LINE, 1 / self._size) / 2

    def ring(self, ink: Colour, radius: float) -> None:
        """Draw a thin line around the middle."""
        at, far = self._between(radius, radius)
        self._mix(at, ink, _LINE_INK * self._line(far, radius))

    def band(self, palette: Palette, clock: _Clock) -> None:
        """Paint the band, its two edges, and the stretches of speech."""
        inner, outer = _BAND - _BAND_HALF, _BAND + _BAND_HALF
        at, far = self._between(inner, outer)
        clear = 1 - _BAND_INK * self._covered(_BAND_HALF - np.abs(far - _BAND))
        for radius in (inner, outer):
            clear *= 1 - _LINE_INK * self._line(far, radius)
        self._mix(at, palette.ink, 1 - clear)
        reached = np.flatnonzero(np.abs(far - _BAND) < _ARC_HALF + 1 / self._size)
        if len(reached) and len(clock.middles):
            self._arcs(palette.arc, clock, at[reached], far[reached])

    def _arcs(self, colour: Colour, clock: _Clock, at: Ints, far: Floats) -> None:
        """Boxes with round corners, bent. How far a pixel is from their edge: Quilez, "2D distance functions"."""
        rows, columns = np.divmod(at, self._size)
        angles = np.arctan2(self.x[columns], -self.y[rows]) % math.tau
        arc = np.searchsorted(clock.borders, angles, side="right")
        corner = np.minimum(_ROUNDED, clock.halves * _BAND)
        along = (np.abs(angles - clock.middles[arc]) - clock.halves[arc]) * _BAND + corner[arc]
        across = np.abs(far - _BAND) - _ARC_HALF + corner[arc]
        beyond = np.hypot(np.maximum(along, 0), np.maximum(across, 0)) + np.minimum(np.maximum(along, across), 0)
        share = self._covered(corner[arc] - beyond)
        inked = np.flatnonzero(share)
        self._mix(at[inked], colour, share[inked])

    def dot(self, ink: Colour, orbit: float, angle: float, radius: float) -> None:
        """Paint a disc, looking only at the pixels that it can reach."""
        x, y, reach = orbit * math.sin(angle), -orbit * math.cos(angle), radius + 1 / self._size
        if not self.y[0] - reach <= y <= self.y[-1] + reach:
            return
        rows, columns = np.flatnonzero(np.abs(self.y - y) <= reach), np.flatnonzero(np.abs(self.x - x) <= reach)
        away = np.hypot(self.x[columns] - x, (self.y[rows] - y)[:, np.newaxis])
        self._mix((rows[:, np.newaxis] * self._size + columns).ravel(), ink, self._covered(radius - away).ravel())

    def letters(self, ink: Colour, letters: _Letters) -> None:
        """Paint those of their rows that are in the strip."""
        first, last = max(self.top, letters.top), max(self.top + len(self.y), letters.top)
        rows, columns = np.nonzero(letters.ink[first - letters.top : last - letters.top])
        share = np.asarray(letters.ink[rows + first - letters.top, columns] / 255, np.float32)
        self._mix((rows + first - self.top) * self._size + columns + letters.left, ink, share)

    def grained(self, grain: "_Grain") -> NDArray[np.uint8]:
        """Red, green and blue, shape (3, rows, size).

        A step of grain before the fraction is cut off: a slow gradient in whole steps would show as stripes.
        """
        grains = np.frombuffer(grain.bytes(self.squares.size), np.uint8).reshape(self.squares.shape)
        return np.asarray(np.add(self.colours, grains, out=self.colours) >> 8, np.uint8)

    def _between(self, inner: float, outer: float) -> tuple[Ints, Floats]:
        """The pixels of a ring and of a line at each of its edges, and how far from the middle they are."""
        reach = self._half_line + 1 / self._size
        at = np.flatnonzero((self.squares > (inner - reach) ** 2) & (self.squares < (outer + reach) ** 2))
        return at, np.sqrt(self.squares.ravel()[at])

    def _line(self, far: Floats, radius: float) -> Floats:
        return self._covered(self._half_line - np.abs(far - radius))

    def _covered(self, inside: Floats) -> Floats:
        """The share of a pixel that a shape covers whose edge lies ``inside`` further out than its middle."""
        return np.asarray(np.clip(inside * self._size + 0.5, 0, 1), np.float32)

    def _mix(self, at: Ints, colour: Colour, share: Floats) -> None:
        clear = np.float32(1) - share
        for plane, wanted in zip(self.colours.reshape(3, -1), colour, strict=True):
            mixed = plane[at] * clear + share * np.float32(wanted * _STEPS)
            plane[at] = mixed.astype(np.uint16)  # said, since numpy takes twice as long to find it out


class _Grain:
    """Bytes as numpy.random.RandomState(0) gives them, without that library: it takes longer to begin than to paint.

    Both are the Mersenne Twister; this is its first seeding (``init_genrand`` in Matsumoto and Nishimura, mt19937ar.c),
    which Python does not have.
    """

    def __init__(self) -> None:
        words = [0]
        for place in range(1, 624):
            words.append((1_812_433_253 * (words[-1] ^ words[-1] >> 30) + place) & 0xFFFF_FFFF)
        self._dice = random.Random()
        self._dice.setstate((3, (*words, len(words)), None))

    def bytes(self, count: int) -> bytes:
        """The next ones; what is left of four is lost."""
        words = -(-count // 4)
        return self._dice.getrandbits(32 * words).to_bytes(4 * words, "little")[:count]


def _places(first: int, last: int, size: int, middle: float) -> Floats:
    """Where the middles of pixels lie, from ``middle``, in shares of a side."""
    return np.asarray((np.arange(first, last) + 0.5) / size - middle, np.float32)


def _whole(values: Floats) -> NDArray[np.uint16]:
    return np.asarray(np.rint(values), np.uint16)
