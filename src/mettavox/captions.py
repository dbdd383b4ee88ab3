"""Captions: what is heard when, from the timeline itself, as VTT, SRT and LRC."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape

from mettavox import asides, cards
from mettavox.clauses import Clause
from mettavox.errors import CodecError
from mettavox.script import Line
from mettavox.timeline import Placement, Timeline
from mettavox.units import milliseconds, stamp

SPEECH, BELL = "speech", "bell"
_PAUSE_SECONDS = 3.0
"""A player of LRC shows a line until the next one; in a longer pause than this it gets an empty one."""

_VTT_TIME = r"(?:(\d{2,}):)?([0-5]\d):([0-5]\d)\.(\d{3})"
_SRT_TIME = r"(\d{2,}):([0-5]\d):([0-5]\d),(\d{3})"
_VTT_TIMING = re.compile(rf"{_VTT_TIME}[ \t]+-->[ \t]+{_VTT_TIME}(?:[ \t]+[^ \t].*)?")
_SRT_TIMING = re.compile(rf"{_SRT_TIME} --> {_SRT_TIME}")
_VTT_TAG = re.compile(r"<[^>]*>")
# SRT and LRC have no way to escape what is a mark to them.
_SRT_PLAIN = str.maketrans({"<": "‹", ">": "›", "{": "(", "}": ")"})
_LRC_PLAIN = str.maketrans({"[": "(", "]": ")", "<": "‹", ">": "›"})

Read = tuple[int, int, str]
"""A caption as a file has it: its start and end in milliseconds, and its words on one line."""


@dataclass(frozen=True, kw_only=True)
class Cue:
    """Words that are heard from frame ``start`` of the track to frame ``end``.

    ``kind`` is "speech" or "bell"; a bell has no words of its own.
    """

    text: str
    start: int
    end: int
    kind: str = SPEECH


def cues(timeline: Timeline, clauses: Mapping[Line, Sequence[Clause]]) -> tuple[Cue, ...]:
    """A cue for each clause of each line that ``timeline`` places, and for each bell, in their order.

    Each starts and ends with its sound; none reaches into the next one.
    """
    found = [cue for place in timeline.placements for cue in _cues(place, clauses, timeline.rate)]
    found.sort(key=lambda cue: cue.start)
    nexts = [*(cue.start for cue in found[1:]), timeline.frames]
    return tuple(
        Cue(text=cue.text, start=cue.start, end=min(cue.end, following), kind=cue.kind)
        for cue, following in zip(found, nexts, strict=True)
        if cue.start < min(cue.end, following)
    )


def _cues(place: Placement, clauses: Mapping[Line, Sequence[Clause]], rate: int) -> Iterator[Cue]:
    if not isinstance(place.sound, Line):
        yield Cue(text="", start=place.start, end=place.end, kind=BELL)
        return
    for clause in clauses[place.sound]:
        start, end = (place.start + frame * rate // clause.rate for frame in (clause.start, clause.end))
        yield Cue(text=clause.text, start=start, end=min(end, place.end))


def timed(cues: Sequence[Cue], rate: int) -> list[tuple[int, int]]:
    """Each cue's start and end in milliseconds: the one rounding of every format; none overlaps the next."""
    times: list[tuple[int, int]] = []
    for cue in cues:
        start = max(milliseconds(cue.start, rate), times[-1][1] if times else 0)
        times.append((start, max(milliseconds(cue.end, rate), start + 1)))
    return times


# --- written ---


def vtt(cues: Sequence[Cue], rate: int, *, speaker: str, language: str) -> str:
    """WebVTT, a line a card, each said by ``speaker``; bells are there, in the words of ``language``."""
    voice = f"<v {escaped(' '.join(speaker.split()))}>" if speaker.strip() else ""
    bell = asides.of(language).bell
    blocks = ["WEBVTT"]
    for cue, (start, end) in zip(cues, timed(cues, rate), strict=True):
        words = escaped(bell) if cue.kind == BELL else voice + escaped(cue.text)
        blocks.append(f"{stamp(start)} --> {stamp(end)}\n{words}")
    return "\n\n".join(blocks) + "\n"


def srt(cues: Sequence[Cue], rate: int) -> str:
    """SubRip, two lines of at most 32 characters a card; speech alone."""
    spoken = [cue for cue in cues if cue.kind == SPEECH]
    blocks = [
        f"{number}\n{stamp(start, ',')} --> {stamp(end, ',')}\n" + "\n".join(cards.wrapped(srt_text(cue.text)))
        for number, (cue, (start, end)) in enumerate(zip(spoken, timed(spoken, rate), strict=True), start=1)
    ]
    return "".join(f"{block}\n\n" for block in blocks)


def srt_text(text: str) -> str:
    """The words as SRT has them: without the marks that players would take for markup."""
    return text.replace("-->", "→").translate(_SRT_PLAIN)


def lrc(cues: Sequence[Cue], rate: int, *, title: str, seconds: float) -> str:
    """LRC, a line a card, to the hundredth of a second; an empty line where a longer pause begins."""
    whole = round(seconds)
    lines = [f"[ti:{title.translate(_LRC_PLAIN)}]", f"[length:{whole // 60:02d}:{whole % 60:02d}]"]
    spoken = [cue for cue in cues if cue.kind == SPEECH]
    nexts = [*(cue.start for cue in spoken[1:]), round(seconds * rate)]
    for cue, following in zip(spoken, nexts, strict=True):
        lines.append(f"[{_lrc_time(cue.start, rate)}]{cue.text.translate(_LRC_PLAIN)}")
        if following - cue.end > _PAUSE_SECONDS * rate:
            lines.append(f"[{_lrc_time(cue.end, rate)}]")
    return "\n".join(lines) + "\n"


def escaped(text: str) -> str:
    """Text for WebVTT, where it is never markup."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _lrc_time(frame: int, rate: int) -> str:
    hundredths = round(frame * 100 / rate)
    return f"{hundredths // 6000:02d}:{hundredths // 100 % 60:02d}.{hundredths % 100:02d}"


# --- read ---


def parse_vtt(text: str) -> list[Read]:
    """The cues of a WebVTT file. Raises CodecError, with the line, for one that is broken."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    if not re.fullmatch(r"WEBVTT(?:[ \t].*)?", lines[0]):
        raise _broken("VTT", 1, "it does not start with WEBVTT")
    found: list[Read] = []
    for number, block in _blocks(lines[1:], first=2):
        if number == 2 and "-->" in "".join(block):  # noqa: PLR2004
            raise _broken("VTT", number, "there is no empty line before the first caption")
        if number == 2 or re.match(r"(?:NOTE|STYLE|REGION)(?:\s|$)", block[0]):  # noqa: PLR2004
            continue  # what follows the first line at once belongs to it
        named = "-->" not in block[0] and len(block) > 1
        at = number + named
        timing = _VTT_TIMING.fullmatch(block[named])
        start, end, words = _read("VTT", at, timing, block[named + 1 :], found)
        found.append((start, end, unescape(_VTT_TAG.sub("", words))))
    return found


def parse_srt(text: str) -> list[Read]:
    """The cards of an SRT file. Raises CodecError, with the line, for one that is broken."""
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").split("\n")
    found: list[Read] = []
    for number, block in _blocks(lines, first=1):
        if block[0] != str(len(found) + 1):
            raise _broken("SRT", number, f"card {len(found) + 1} does not start with its number")
        timing = _SRT_TIMING.fullmatch(block[1]) if len(block) > 1 else None
        found.append(_read("SRT", number + 1, timing, block[2:], found))
    return found


def _blocks(lines: Sequence[str], first: int) -> Iterator[tuple[int, list[str]]]:
    """The lines between blank ones, with the number of the first of them."""
    block: list[str] = []
    for number, line in enumerate([*lines, ""], start=first):
        if line.strip():
            block.append(line)
        elif block:
            yield number - len(block), block
            block = []


def _read(kind: str, at: int, timing: re.Match[str] | None, words: Sequence[str], before: Sequence[Read]) -> Read:
    if timing is None:
        raise _broken(kind, at, "there is no time of the form that it takes")
    start, end = _milliseconds(timing.groups()[:4]), _milliseconds(timing.groups()[4:])
    if end <= start:
        raise _broken(kind, at, "a caption ends before it begins")
    if before and start < before[-1][1]:
        raise _broken(kind, at, "a caption begins before the one above it ends")
    if not "".join(words).strip():
        raise _broken(kind, at, "a caption has no words")
    if any("-->" in line for line in words):
        raise _broken(kind, at, "a caption has a time among its words")
    return start, end, " ".join(" ".join(words).split())


def _milliseconds(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds, rest = (int(part or 0) for part in parts)
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + rest


def _broken(kind: str, line: int, why: str) -> CodecError:
    return CodecError(f"The {kind} captions are broken at line {line}: {why}.", hint="Make the track again.")
