"""Draw a track's timeline as an SVG, from the JSON that ``mettavox plan --json`` prints.

mettavox plan loving-kindness --target Sam --minutes 10 --json | python tools/picture.py > docs/timeline.svg
"""

import json
import sys
from html import escape
from typing import Any

_WIDTH, _LEFT, _TOP, _BAR = 1000, 20, 64, 72
_TINTS = ("#e8eef7", "#f3ece2")
_VOICE, _INK, _SOFT = "#2f5d7c", "#22333b", "#5b6b73"


def main() -> None:
    """Read a plan from standard input and write its picture to standard output."""
    sys.stdout.write(draw(json.load(sys.stdin)))


def draw(plan: dict[str, Any]) -> str:
    """The picture: chapters as tints with their titles, speech as bars, minutes as ticks."""
    scale = (_WIDTH - 2 * _LEFT) / plan["seconds"]
    titles, height = _chapters(plan, scale)
    spoken, quiet = plan["spoken_seconds"], plan["seconds"] - plan["spoken_seconds"]
    caption = f"{plan['title']}, {_clock(plan['seconds'])}: {_clock(spoken)} of words, {_clock(quiet)} of quiet"
    parts = [
        (
            f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {height}" role="img" '
            f'aria-label="{escape(caption)}" font-family="Helvetica, Arial, sans-serif">'
        ),
        f'<rect width="{_WIDTH}" height="{height}" rx="10" fill="#ffffff"/>',
        f'<text x="{_LEFT}" y="38" font-size="22" fill="{_INK}">{escape(caption)}</text>',
        *titles,
        *(
            f'<rect x="{_x(line["start"], scale):.2f}" y="{_TOP + 12}" width="{max(1.2, line["seconds"] * scale):.2f}" '
            f'height="{_BAR - 24}" rx="1.5" fill="{_VOICE}"/>'
            for line in plan["lines"]
        ),
        *_ticks(plan["seconds"], scale),
        "</svg>\n",
    ]
    return "\n".join(parts)


def _chapters(plan: dict[str, Any], scale: float) -> tuple[list[str], int]:
    chapters, parts = plan["chapters"], []
    row_height, rows_top = 24, _TOP + _BAR + 46
    for place, chapter in enumerate(chapters):
        end = chapters[place + 1]["start"] if place + 1 < len(chapters) else plan["seconds"]
        left, width = _x(chapter["start"], scale), (end - chapter["start"]) * scale
        parts.append(
            f'<rect x="{left:.2f}" y="{_TOP}" width="{width:.2f}" height="{_BAR}" fill="{_TINTS[place % 2]}"/>'
        )
        column, row = divmod(place, -(-len(chapters) // 2))
        at_x, at_y = _LEFT + column * (_WIDTH // 2), rows_top + row * row_height
        parts.append(
            f'<text x="{at_x}" y="{at_y}" font-size="16" fill="{_INK}">'
            f'<tspan fill="{_SOFT}">{_clock(chapter["start"])}</tspan>  {escape(chapter["title"])}</text>'
        )
    return parts, rows_top + -(-len(chapters) // 2) * row_height


def _ticks(seconds: float, scale: float) -> list[str]:
    return [
        f'<text x="{_x(minute * 60, scale):.1f}" y="{_TOP + _BAR + 18}" font-size="13" text-anchor="middle" '
        f'fill="{_SOFT}">{minute}</text>'
        for minute in range(int(seconds // 60) + 1)
    ]


def _x(at: float, scale: float) -> float:
    return _LEFT + at * scale


def _clock(seconds: float) -> str:
    minutes, rest = divmod(round(seconds), 60)
    return f"{minutes}:{rest:02d}"


if __name__ == "__main__":
    main()
