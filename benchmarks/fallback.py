"""mettavox's own one pass, which is for tracks that cannot be put together from parts: its cost over its encoder's.

Run as ``python benchmarks/fallback.py MINUTES BED FOLDER``; it prints one line of JSON: the CPU seconds of mixing,
feeding and writing a whole track, with the encoder's and without.
"""

import json
import resource
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import material

_BLOCK_SECONDS = 4


def measure(minutes: int, bed: str, folder: Path) -> dict[str, float]:
    """What it costs, and what of that is the encoder's."""
    from mettavox.codecs import encode

    mixer, timeline = material.mixed(minutes, bed, folder / "fallback-beforehand.wav")
    before = _seconds()
    with (folder / "fallback.mp3").open("w+b") as file:
        encode.mp3(_blocks(mixer, timeline), timeline.frames, file, b"")
    own, encoder = (now - then for now, then in zip(_seconds(), before, strict=True))
    return {"all": own + encoder, "encoder": encoder}


def _blocks(mixer: Any, timeline: Any) -> Iterator[Any]:
    size = timeline.rate * _BLOCK_SECONDS
    for start in range(0, timeline.frames, size):
        yield mixer.between(start, min(start + size, timeline.frames))


def _seconds() -> tuple[float, float]:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    own, children = (usage.ru_utime + usage.ru_stime for usage in usages)
    return own, children


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))))
