"""Chapters: a track's sections, in whole milliseconds, as podcast JSON, as VTT and as the list of a description."""

import json
import math
import re
from collections.abc import Sequence
from typing import Any

from mettavox import captions, units
from mettavox.errors import CodecError
from mettavox.timeline import Timeline

VERSION = "1.2.0"
"""Of JSON chapters: podcast-namespace, jsonChapters.md."""

_LISTED = re.compile(r"(\d{2,}):([0-5]\d):([0-5]\d) (\S.*)")
_HINT = "Make the track again."

Timed = tuple[int, int, str]
"""A chapter: where it starts and ends in milliseconds, and its title."""


def milliseconds(timeline: Timeline) -> tuple[Timed, ...]:
    """The chapters of a track without gaps: the first starts at 0, the last one ends with the track.

    This is the one rounding, which every form of chapters uses.
    """
    starts = [0, *(units.milliseconds(chapter.start, timeline.rate) for chapter in timeline.chapters[1:])]
    ends = [*starts[1:], units.milliseconds(timeline.frames, timeline.rate)]
    titles = (" ".join(chapter.title.split()) for chapter in timeline.chapters)
    return tuple(zip(starts, ends, titles, strict=False))


# --- written ---


def as_json(timeline: Timeline, *, title: str) -> str:
    """Podcast JSON chapters, version 1.2; times in seconds, to the millisecond."""
    chapters = [
        {"startTime": start / 1000, "endTime": end / 1000, "title": name} for start, end, name in milliseconds(timeline)
    ]
    table = {"version": VERSION, "title": title, "chapters": chapters}
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def as_vtt(timeline: Timeline) -> str:
    """WebVTT for a track of kind “chapters”."""
    blocks = [
        f"{units.stamp(start)} --> {units.stamp(end)}\n{captions.escaped(name)}"
        for start, end, name in milliseconds(timeline)
    ]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def as_list(timeline: Timeline) -> str:
    """A line a chapter, as ``listed`` gives it."""
    return listed(milliseconds(timeline))


def listed(timed: Sequence[Timed]) -> str:
    """A line a chapter, as in the description of an episode: “00:00:00 Welcome”.

    A chapter's second is the one in which it begins, so that nothing of it is missed; chapters that begin in
    the same one are told apart by a second each, as far as the track is long enough.
    """
    last = timed[-1][1] // 1000 if timed else 0
    lines: list[str] = []
    free = 0
    for start, _, name in timed:
        second = max(start // 1000, min(free, last))
        free = second + 1
        lines.append(f"{second // 3600:02d}:{second // 60 % 60:02d}:{second % 60:02d} {name}\n")
    return "".join(lines)


# --- read ---


def from_json(text: str) -> tuple[Timed, ...]:
    """The chapters of a JSON file. Raises CodecError for one that is broken or of another version."""
    try:
        table = json.loads(text)
        version, listed = table["version"], table["chapters"]
    except (ValueError, LookupError, TypeError) as error:
        raise CodecError("The chapters are no JSON with a version and chapters.", hint=_HINT) from error
    if not isinstance(version, str) or not version.startswith("1.") or not isinstance(listed, list):
        raise CodecError("The JSON chapters are not of version 1.", hint=_HINT)
    return tuple(_from_json(entry, number) for number, entry in enumerate(listed, start=1))


def _from_json(entry: Any, number: int) -> Timed:
    try:
        start, end, title = entry["startTime"], entry["endTime"], entry["title"]
    except (LookupError, TypeError) as error:
        raise CodecError(f"JSON chapter {number} has no start, end or title.", hint=_HINT) from error
    numbers = all(isinstance(time, (int, float)) and not isinstance(time, bool) for time in (start, end))
    if not numbers or not (0 <= start <= end < math.inf) or not isinstance(title, str):
        raise CodecError(f"JSON chapter {number} has times or a title that make no sense.", hint=_HINT)
    return round(start * 1000), round(end * 1000), title


def from_vtt(text: str) -> tuple[Timed, ...]:
    """The chapters of a WebVTT file. Raises CodecError for one that is broken."""
    return tuple(captions.parse_vtt(text))


def from_list(text: str) -> tuple[tuple[int, str], ...]:
    """Start, in whole seconds, and title of each line of a list. Raises CodecError for one that is broken."""
    found: list[tuple[int, str]] = []
    for number, line in enumerate(text.splitlines(), start=1):
        match = _LISTED.fullmatch(line)
        if match is None:
            raise CodecError(f"Line {number} of the chapter list is not a time and a title.", hint=_HINT)
        second = (int(match[1]) * 60 + int(match[2])) * 60 + int(match[3])
        if second < (found[-1][0] if found else 0) or (second and not found):
            raise CodecError(f"Line {number} of the chapter list is out of order.", hint=_HINT)
        found.append((second, match[4]))
    return tuple(found)
