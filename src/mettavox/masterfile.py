"""Master file: a master as bytes, to be kept between runs; its lines are those of the script it is opened with."""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import asdict, fields
from math import prod
from typing import Any

import numpy as np
from numpy.typing import NDArray

from mettavox.clauses import Clause
from mettavox.codecs.assembly import Pieces, Plan, Stretch, looped
from mettavox.errors import OutputError
from mettavox.master import VERSION, Heard, Levels, Master
from mettavox.proof import Proof, Quiet, Sound
from mettavox.reel import Disk, Kept, Spot, read
from mettavox.script import Bell, Line, lines_of
from mettavox.spoken import Part
from mettavox.stem import Levelling
from mettavox.tally import SIZE, Tally
from mettavox.timeline import Chapter, Placement, Silence, Timeline, Tone
from mettavox.windows import Window

MARK = f"mettavox master {VERSION}\n".encode("ascii")

_BELL = -1
_HEAD_BYTES = 8
_SMALL = 4096  # what is copied rather than looked at, an empty one too


def packed(made: Master, part: Part) -> Iterator[bytes | memoryview]:
    """The master of a part as bytes, which follow each other. Raises OutputError as a reel does."""
    numbers = {line: number for number, line in enumerate(_lines(part))}
    near = [sound for sound, clip in made.near.items() if isinstance(sound, Line) and len(clip)]
    bell = made.near.get(Bell())
    own = list(dict.fromkeys(made.pieces.windows))  # some share theirs
    cells = made.heard.cells
    arrays: list[Kept] = [
        made.bins,
        cells.rest,
        np.array(list(cells.parts), dtype=np.int32),
        np.concatenate([np.zeros(0, dtype=np.float32), *cells.parts.values()]),
        made.heard.bins,
        made.pieces.loop.frames[: made.pieces.plan.cycle],
        made.pieces.loop.crcs,
        *(array for stretch in own for array in (stretch.kept, stretch.crcs)),
        *(made.near[line] for line in near),
        *([] if bell is None else [bell]),
        *(np.frombuffer(made.covers[size], dtype=np.uint8) for size in sorted(made.covers)),
    ]
    head = {
        "timeline": _timeline(made.timeline, numbers),
        "levels": asdict(made.levels),
        "proof": asdict(made.proof),
        "clauses": {str(numbers[line]): [asdict(each) for each in said] for line, said in made.clauses.items()},
        "count": made.pieces.plan.count,
        "cycle": made.pieces.plan.cycle,
        "windows": [[window.first, window.last] for window in made.pieces.plan.windows],
        "own": [own.index(stretch) for stretch in made.pieces.windows],
        "open": sorted(made.windows),
        "near": [numbers[line] for line in near],
        "bell": bell is not None,
        "cells": len(cells),
        "peak": made.heard.peak,
        "covers": sorted(made.covers),
        "arrays": [[array.dtype.str, *array.shape] for array in arrays],
    }
    text = json.dumps(head).encode("ascii")
    yield len(text).to_bytes(_HEAD_BYTES, "little")
    yield text
    for each in arrays:
        array = read(each)
        yield array.tobytes() if array.size < _SMALL else np.ascontiguousarray(array).data.cast("B")


def unpacked(disk: Disk, at: int, part: Part, *, at_hand: bool) -> Master | None:
    """The master that begins there, with the lines of the part; None where it is of another one, or not whole.

    What is large of it stays on the disk until it is asked for, or is ``at_hand``.
    """
    try:
        return _unpacked(disk, at, part, at_hand)
    except (ValueError, KeyError, TypeError, IndexError, OutputError):
        return None


def _unpacked(disk: Disk, at: int, part: Part, at_hand: bool) -> Master:
    size = int.from_bytes(_bytes(disk, at, _HEAD_BYTES), "little")
    head = json.loads(_bytes(disk, at + _HEAD_BYTES, size))
    arrays = _Arrays(disk, at + _HEAD_BYTES + size, head["arrays"])
    lines = _lines(part)
    made_by = Plan(
        count=head["count"],
        cycle=head["cycle"],
        windows=tuple(Window(first=first, last=last) for first, last in head["windows"]),
    )
    timeline = _read_timeline(head["timeline"], lines)
    bins, rest, numbers, parts = arrays.where(), arrays.next(), arrays.next(), arrays.next()
    heard_bins, loop, crcs = arrays.where(), arrays.next(), arrays.next()
    cells = Tally(head["cells"], rest, dict(zip(numbers.tolist(), parts.reshape(-1, SIZE), strict=True)))
    own = [Stretch(arrays.next() if at_hand else arrays.where(), arrays.next()) for _ in range(max(head["own"]) + 1)]
    silent = np.zeros(0, dtype=np.int16)
    near: dict[Line | Bell, NDArray[np.int16]] = {place.sound: silent for place in timeline.placements}
    near |= {lines[number]: arrays.next() for number in head["near"]}
    if head["bell"]:
        near[Bell()] = arrays.next()
    levels = head["levels"]
    return Master(
        timeline=timeline,
        levels=Levels(**levels | {"levelling": Levelling(**levels["levelling"])}),
        bins=bins.read() if at_hand else bins,
        proof=_read_proof(head["proof"]),
        clauses={
            lines[int(number)]: tuple(Clause(**each) for each in said) for number, said in head["clauses"].items()
        },
        pieces=Pieces(plan=made_by, loop=looped(loop, crcs), windows=tuple(own[place] for place in head["own"])),
        windows=frozenset(head["open"]),
        near=near,
        heard=Heard(cells=cells, bins=heard_bins.read() if at_hand else heard_bins, peak=head["peak"]),
        covers={size: arrays.next().tobytes() for size in head["covers"]},
    )


def _bytes(disk: Disk, at: int, count: int) -> bytes:
    return Spot(disk, at, np.dtype(np.uint8), (count,)).read().tobytes()


class _Arrays:
    """The arrays of a file, one after the other."""

    def __init__(self, disk: Disk, at: int, kinds: Iterable[list[Any]]) -> None:
        self._disk = disk
        self._at = at
        self._kinds = iter(kinds)

    def where(self) -> Spot:
        """Where the next one lies."""
        kind, *shape = next(self._kinds)
        spot = Spot(self._disk, self._at, np.dtype(kind), tuple(shape))
        self._at += spot.dtype.itemsize * prod(shape)
        return spot

    def next(self) -> NDArray[Any]:
        return self.where().read()


def _lines(part: Part) -> list[Line]:
    """Every line of a part, also those without a name, in its order."""
    found: dict[Line, None] = {}
    for section in part.prepared.script.sections:
        for passage in section.passages:
            for line in lines_of(passage):
                found[line] = None
                if line.unnamed is not None:
                    found[line.unnamed] = None
    return list(found)


def _timeline(timeline: Timeline, numbers: Mapping[Line, int]) -> dict[str, Any]:
    kept = {field.name: getattr(timeline, field.name) for field in fields(timeline)}
    return kept | {
        "placements": [
            [numbers[each.sound] if isinstance(each.sound, Line) else _BELL, each.start, each.frames, each.section]
            for each in timeline.placements
        ],
        "silences": [asdict(each) for each in timeline.silences],
        "chapters": [asdict(each) for each in timeline.chapters],
        "tones": [asdict(each) for each in timeline.tones],
    }


def _read_timeline(kept: dict[str, Any], lines: list[Line]) -> Timeline:
    return Timeline(
        **kept
        | {
            "placements": tuple(
                Placement(
                    sound=Bell() if number == _BELL else lines[number], start=start, frames=length, section=section
                )
                for number, start, length, section in kept["placements"]
            ),
            "silences": tuple(Silence(**each) for each in kept["silences"]),
            "chapters": tuple(Chapter(**each) for each in kept["chapters"]),
            "tones": tuple(Tone(**each) for each in kept["tones"]),
            "left_out": tuple(kept["left_out"]),
        }
    )


def _read_proof(kept: dict[str, Any]) -> Proof:
    sounds = tuple(Sound(**each | {"levels": tuple(each["levels"])}) for each in kept["sounds"])
    return Proof(**kept | {"sounds": sounds, "quiets": tuple(Quiet(**each) for each in kept["quiets"])})
