"""Captioned: whether captions have every line that a record has, in its words and at its time."""

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from mettavox import captions
from mettavox.captions import BELL, SPEECH, Cue
from mettavox.record import Record
from mettavox.verify import Finding

_CLOSE_MS = 1
_LRC_CLOSE_MS = 10
_LRC_LINE = re.compile(r"\[(\d{2,}):([0-5]\d)\.(\d\d)\](.*)")

Said = tuple[int, int | None, str]
"""Start and end in milliseconds and words; LRC has no ends."""


@dataclass(frozen=True, kw_only=True)
class Form:
    """How a kind of captions is read and compared.

    ``plain`` makes of words what is the same in the record and in the file, and ``bells`` says whether bells are
    among the captions. Times may be ``close_ms`` away.
    """

    read: Callable[[str], Sequence[Said]]
    plain: Callable[[str], str]
    close_ms: int = _CLOSE_MS
    bells: bool = False


def finding(what: str, form: Form, text: str, known: Record) -> Finding:
    """Whether the captions in ``text`` are those of the record; words that hold a name are not compared.

    Raises CodecError when they cannot be read.
    """
    found = form.read(text)
    places = _places(known, bells=form.bells)
    fault = _times(found, places, known, form.close_ms) or _words(found, places, known, form.plain)
    return Finding(what=what, holds=not fault, found=fault or f"all {len(found)} captions at their times")


def _places(known: Record, *, bells: bool) -> list[tuple[Cue, int]]:
    """Where the captions belong, by the rules by which they were written, each with the place of its sound."""
    cues: list[tuple[Cue, int]] = []
    for place, (sound, spans) in enumerate(zip(known.proof.sounds, known.cues, strict=True)):
        kind, parts = (SPEECH, spans) if sound.number else (BELL, ((0, sound.frames),))
        cues += [
            (Cue(text="", start=sound.start + start, end=sound.start + end, kind=kind), place) for start, end in parts
        ]
    cues.sort(key=lambda each: each[0].start)
    nexts = [*(cue.start for cue, _ in cues[1:]), known.proof.frames]
    cut = [
        (Cue(text="", start=cue.start, end=min(cue.end, following), kind=cue.kind), place)
        for (cue, place), following in zip(cues, nexts, strict=True)
    ]
    return [(cue, place) for cue, place in cut if cue.start < cue.end and (bells or cue.kind == SPEECH)]


def _times(found: Sequence[Said], places: Sequence[tuple[Cue, int]], known: Record, close_ms: int) -> str:
    """What is wrong with the times, or nothing."""
    wanted = captions.timed([cue for cue, _ in places], known.proof.rate)
    for (_, place), (start, end), (mine, ending, _) in zip(places, wanted, found, strict=False):
        if abs(mine - start) > close_ms or (ending is not None and abs(ending - end) > close_ms):
            fewer = len(found) < len(wanted)
            return f"{_name(known, place)} {'is missing or ' if fewer else ''}is not at its time"
    if len(found) < len(wanted):
        return f"{_name(known, places[len(found)][1])} is missing"
    if len(found) > len(wanted):
        return f"there are {len(found)} captions where {len(wanted)} belong"
    return ""


def _words(found: Sequence[Said], places: Sequence[tuple[Cue, int]], known: Record, plain: Callable[[str], str]) -> str:
    """What is wrong with the words, or nothing. A line may be in several captions."""
    said: dict[int, list[str]] = {}
    for (cue, place), (_, _, words) in zip(places, found, strict=True):
        if cue.kind == SPEECH and not known.hidden[place]:
            said.setdefault(place, []).append(words)
    for place, parts in said.items():
        if plain(" ".join(parts)) != plain(known.texts[place]):
            return f"{_name(known, place)} has other words"
    return ""


def _name(known: Record, place: int) -> str:
    number = known.proof.sounds[place].number
    return f"line {number}" if number else "a bell"


def _read_lrc(text: str) -> list[Said]:
    """The lines that have a time and words."""
    matches = filter(None, map(_LRC_LINE.fullmatch, text.split("\n")))
    return [
        (((int(match[1]) * 60 + int(match[2])) * 100 + int(match[3])) * 10, None, match[4])
        for match in matches
        if match[4].strip()
    ]


FORMS: Mapping[str, Form] = {
    ".vtt": Form(read=captions.parse_vtt, plain=lambda words: " ".join(words.split()), bells=True),
    # A card is cut into lines, and some marks have others in their place.
    ".srt": Form(read=captions.parse_srt, plain=lambda words: "".join(captions.srt_text(words).split())),
    ".lrc": Form(read=_read_lrc, plain=lambda words: "".join(filter(str.isalnum, words)), close_ms=_LRC_CLOSE_MS),
}
"""By the endings of their files."""
