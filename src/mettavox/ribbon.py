"""Ribbon: a timeline as a picture to read, in SVG: chapters, speech, quiet, bells and paced breaths along the minutes.

Nobody's name is in it: only titles of chapters and times. It asks for nothing from elsewhere, and has its own
background, a dark one where the reader's screen is dark.
"""

from collections.abc import Iterator, Sequence
from html import escape
from itertools import pairwise

from mettavox.script import Bell, Line
from mettavox.timeline import Chapter, Timeline, Tone
from mettavox.units import clock, worded

_WIDTH, _LEFT = 1000, 32
_TITLE, _WORDS = 46, 74  # baselines
_TOP, _HEIGHT = 98, 84
_BARS_TOP, _BARS_HEIGHT = _TOP + 20, _HEIGHT - 40
_AXIS = _TOP + _HEIGHT
_ROW, _COLUMN = 27, (_WIDTH - 2 * _LEFT) // 2
_LETTERS = 48  # of a chapter's title in half the width
_MOST_TICKS = 12
_STEPS_SECONDS = (5, 10, 15, 30, 60, 120, 300, 600, 900, 1800, 3600, 7200)
_NARROWEST_BAR = 1.2
_MINUTE, _HOUR = 60, 3600

# How full the lungs are where each phase of a breath begins and ends, of 1.
_LUNGS = {"in": (0.0, 1.0), "top": (1.0, 1.0), "hold": (1.0, 1.0), "out": (1.0, 0.0), "rest": (0.0, 0.0)}

# Each of light and dark has at least 4.5 to 1 for text and 3 to 1 for marks: tests/test_ribbon.py computes it.
LIGHT = {"ground": "#fbfaf7", "ink": "#22333b", "soft": "#55646c", "voice": "#2f6177", "bell": "#a5552a",
         "breath": "#647d90", "tint": "#dfe9ed", "other": "#f4e7d6", "line": "#c9d0d2"}  # fmt: skip
DARK = {"ground": "#15222b", "ink": "#eef3f3", "soft": "#a9bac2", "voice": "#f3c98b", "bell": "#f0a27f",
        "breath": "#8fadc0", "tint": "#213f4e", "other": "#3d3440", "line": "#3d505a"}  # fmt: skip
"""Colours by what they are for. Chapters take ``tint`` and ``other`` in turn."""

_WORDED = {
    "en": {
        "both": "{spoken} spoken, {quiet} of quiet", "speech": "speech", "bell": "bell", "breath": "paced breath",
        "chapters": "Chapters: {chapters}.",
    },
    "es": {
        "both": "{spoken} de voz, {quiet} de silencio", "speech": "voz", "bell": "campana",
        "breath": "respiración guiada", "chapters": "Capítulos: {chapters}.",
    },
}  # fmt: skip


def svg(timeline: Timeline, *, title: str, language: str = "en") -> str:
    """The whole SVG, 1000 units wide; a language without words of its own here has those of English.

    Screen readers get the title, how much is spoken and how much is quiet, and when each chapter begins.
    """
    words = _WORDED.get(language.lower().split("-", 1)[0], _WORDED["en"])
    seconds = timeline.frames / timeline.rate
    # In whole seconds, so that the two add up to the length that is shown.
    spoken = round(timeline.spoken_frames / timeline.rate)
    both = words["both"].format(spoken=worded(spoken), quiet=worded(round(seconds) - spoken))
    at = ", ".join(f"{clock(round(each.start / timeline.rate))} {each.title}" for each in timeline.chapters)
    height = _AXIS + 50 + -(-len(timeline.chapters) // 2) * _ROW + 8
    return "\n".join(
        [
            _opening(height, language),
            f'<title id="title">{_text(title)}, {worded(seconds)}</title>',
            f'<desc id="desc">{_text(both)}. {_text(words["chapters"].format(chapters=at))}</desc>',
            _style(),
            f'<rect class="ground" width="{_WIDTH}" height="{height}" rx="14"/>',
            *_head(title, worded(seconds), both),
            *_legend(timeline, words),
            *_chapters(timeline),
            *_breaths(timeline),
            *_bars(timeline),
            *_bells(timeline),
            *_axis(seconds),
            *_titles(timeline),
            "</svg>\n",
        ]
    )


def _opening(height: int, language: str) -> str:
    return (
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
        f'aria-labelledby="title desc" lang="{_text(language)}">'
    )


def _head(title: str, length: str, both: str) -> Iterator[str]:
    right = _WIDTH - _LEFT
    yield f'<text class="ink" x="{_LEFT}" y="{_TITLE}" font-size="24">{_text(_cut(title, _LETTERS))}</text>'
    yield f'<text class="ink" x="{right}" y="{_TITLE}" font-size="24" text-anchor="end">{length}</text>'
    yield f'<text class="soft" x="{_LEFT}" y="{_WORDS}" font-size="16">{_text(both)}</text>'


def _style() -> str:
    def rules(colours: dict[str, str]) -> str:
        return "".join(f".{name}{{fill:{colour}}}" for name, colour in colours.items())

    return (
        f"<style>text{{font-family:system-ui,-apple-system,'Segoe UI',Roboto,'Noto Sans',Helvetica,Arial,sans-serif}}"
        f".time{{font-variant-numeric:tabular-nums}}{rules(LIGHT)}"
        f"@media (prefers-color-scheme:dark){{{rules(DARK)}}}</style>"
    )


def _legend(timeline: Timeline, words: dict[str, str]) -> Iterator[str]:
    """From the right: what the marks mean, as far as there are any."""
    shown = [
        ("breath", bool(timeline.tones)),
        ("bell", any(isinstance(place.sound, Bell) for place in timeline.placements)),
        ("speech", True),
    ]
    right = float(_WIDTH - _LEFT)
    for kind, there in shown:
        if there:
            yield f'<text class="soft" x="{right:g}" y="{_WORDS}" font-size="14" text-anchor="end">{words[kind]}</text>'
            # Letters differ in width from one system to the next; this leaves room for the widest.
            right -= 8.2 * len(words[kind]) + 14
            yield _sign(kind, right)
            right -= 26


def _sign(kind: str, x: float) -> str:
    if kind == "bell":
        return f'<circle class="bell" cx="{x + 2:g}" cy="{_WORDS - 5}" r="4.5"/>'
    if kind == "breath":
        return f'<path class="breath" d="M{x - 9:g} {_WORDS}l9 -10l9 10z"/>'
    return f'<rect class="voice" x="{x:g}" y="{_WORDS - 11}" width="4" height="13" rx="1.5"/>'


def _chapters(timeline: Timeline) -> Iterator[str]:
    edges = pairwise((*(chapter.start for chapter in timeline.chapters), timeline.frames))
    for place, (chapter, (start, end)) in enumerate(zip(timeline.chapters, edges, strict=True)):
        left, width = _x(start, timeline), _wide(end - start, timeline)
        yield (
            f'<rect class="{("tint", "other")[place % 2]}" x="{left:.2f}" y="{_TOP}" width="{width:.2f}" '
            f'height="{_HEIGHT}"><title>{_text(chapter.title)}</title></rect>'
        )


def _bars(timeline: Timeline) -> Iterator[str]:
    for place in timeline.placements:
        if isinstance(place.sound, Line):
            width = max(_NARROWEST_BAR, _wide(place.frames, timeline))
            yield (
                f'<rect class="voice" x="{_x(place.start, timeline):.2f}" y="{_BARS_TOP}" width="{width:.2f}" '
                f'height="{_BARS_HEIGHT}" rx="{min(2.0, width / 2):.2g}"/>'
            )


def _bells(timeline: Timeline) -> Iterator[str]:
    for place in timeline.placements:
        if isinstance(place.sound, Bell):
            yield f'<circle class="bell" cx="{_x(place.start, timeline):.2f}" cy="{_TOP}" r="5"/>'


def _breaths(timeline: Timeline) -> Iterator[str]:
    """A hill for each breath, standing on the axis: up as it goes in, down as it goes out."""
    for stretch in _stretches(timeline.tones):
        points = [(_x(stretch[0].start, timeline), 0.0)]
        for tone in stretch:
            full, then = _LUNGS.get(tone.phase, (0.0, 0.0))
            points += [(_x(tone.start, timeline), full), (_x(tone.end, timeline), then)]
        points.append((_x(stretch[-1].end, timeline), 0.0))
        line = "L".join(f"{x:.2f} {_AXIS - 17 * height:.1f}" for x, height in points)
        yield f'<path class="breath" d="M{line}z"/>'


def _stretches(tones: Sequence[Tone]) -> list[list[Tone]]:
    """Tones that follow one another without a gap, together."""
    stretches: list[list[Tone]] = []
    for tone in tones:
        if stretches and stretches[-1][-1].end >= tone.start:
            stretches[-1].append(tone)
        else:
            stretches.append([tone])
    return stretches


def _axis(seconds: float) -> Iterator[str]:
    step = next((each for each in _STEPS_SECONDS if seconds / each <= _MOST_TICKS), _STEPS_SECONDS[-1])
    scale = (_WIDTH - 2 * _LEFT) / seconds
    for at in range(0, int(seconds) + 1, step):
        x, y = _LEFT + at * scale, _AXIS + 21
        yield f'<rect class="line" x="{x - 0.5:.2f}" y="{_AXIS}" width="1" height="6"/>'
        yield (f'<text class="soft time" x="{x:.2f}" y="{y}" font-size="13" text-anchor="middle">{clock(at)}</text>')


def _titles(timeline: Timeline) -> Iterator[str]:
    """In two columns, read down."""
    in_column = -(-len(timeline.chapters) // 2)
    for place, chapter in enumerate(timeline.chapters):
        column, row = divmod(place, in_column)
        yield _titled(chapter, timeline, _LEFT + column * _COLUMN, _AXIS + 60 + row * _ROW, place)


def _titled(chapter: Chapter, timeline: Timeline, x: int, y: int, place: int) -> str:
    at = clock(round(chapter.start / timeline.rate))
    tint = ("tint", "other")[place % 2]
    return (
        f'<rect class="{tint}" x="{x}" y="{y - 14}" width="18" height="18" rx="4"/>'
        f'<text class="soft time" x="{x + 72}" y="{y}" font-size="16" text-anchor="end">{at}</text>'
        f'<text class="ink" x="{x + 84}" y="{y}" font-size="16">{_text(_cut(chapter.title, _LETTERS))}</text>'
    )


def _x(frame: int, timeline: Timeline) -> float:
    return _LEFT + _wide(frame, timeline)


def _wide(frames: int, timeline: Timeline) -> float:
    return frames * (_WIDTH - 2 * _LEFT) / timeline.frames


def _cut(text: str, most: int) -> str:
    return text if len(text) <= most else text[: most - 1].rstrip() + "…"


def _text(text: str) -> str:
    """Safe inside XML: escaped, and without the control characters that it may not hold."""
    return escape("".join(letter for letter in text if letter.isprintable()))
