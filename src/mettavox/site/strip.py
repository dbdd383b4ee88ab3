"""Strip: a timeline as a narrow picture to move in, in SVG: chapters, speech, bells and paced breaths, without words.

It stretches to any width; its colours are those of the page that it is in.
"""

from collections.abc import Iterator
from itertools import pairwise

from mettavox.script import Bell, Line
from mettavox.timeline import Timeline

_WIDTH, _HEIGHT = 1000, 56
_BARS_TOP, _BARS_HEIGHT = 14, 28
_NARROWEST = 1.6
_BREATH_HEIGHT = 10
_NOW_WIDTH = 3
# How full the lungs are where each phase of a breath ends, of 1.
_LUNGS = {"in": 1.0, "top": 1.0, "hold": 1.0, "out": 0.0, "rest": 0.0}


def svg(timeline: Timeline) -> str:
    """The strip; hidden from screen readers, for whom there are the chapters and the player itself."""
    opening = (
        f'<svg class="strip" id="strip" viewBox="0 0 {_WIDTH} {_HEIGHT}" preserveAspectRatio="none" '
        'aria-hidden="true" focusable="false">'
    )
    now = f'<rect class="now" x="-{_NOW_WIDTH}" y="0" width="{_NOW_WIDTH}" height="{_HEIGHT}"/></svg>'
    return "".join([opening, *_chapters(timeline), *_breaths(timeline), *_sounds(timeline), now])


def _chapters(timeline: Timeline) -> Iterator[str]:
    edges = [0, *(chapter.start for chapter in timeline.chapters[1:]), timeline.frames]
    for place, (start, end) in enumerate(pairwise(edges)):
        kind = ("tint", "other")[place % 2]
        yield _rect(kind, _wide(start, timeline), 0, _wide(end - start, timeline), _HEIGHT)


def _sounds(timeline: Timeline) -> Iterator[str]:
    for place in timeline.placements:
        at, width = _wide(place.start, timeline), max(_NARROWEST, _wide(place.frames, timeline))
        if isinstance(place.sound, Line):
            yield _rect("voice", at, _BARS_TOP, width, _BARS_HEIGHT)
        elif isinstance(place.sound, Bell):
            yield _rect("bell", at, 0, 2 * _NARROWEST, _HEIGHT)


def _breaths(timeline: Timeline) -> Iterator[str]:
    """A hill for each breath: up as it goes in, down as it goes out."""
    for tone in timeline.tones:
        full = _LUNGS.get(tone.phase, 0.0)
        before = 1 - full if tone.phase in ("in", "out") else full
        if before or full:
            left, right = _wide(tone.start, timeline), _wide(tone.end, timeline)
            yield (
                f'<path class="breath" d="M{left:.1f} {_HEIGHT}V{_HEIGHT - _BREATH_HEIGHT * before:g}'
                f'L{right:.1f} {_HEIGHT - _BREATH_HEIGHT * full:g}V{_HEIGHT}z"/>'
            )


def _rect(kind: str, x: float, y: float, width: float, height: float) -> str:
    return f'<rect class="{kind}" x="{x:.1f}" y="{y:g}" width="{width:.1f}" height="{height:g}"/>'


def _wide(frames: int, timeline: Timeline) -> float:
    return frames * _WIDTH / timeline.frames
