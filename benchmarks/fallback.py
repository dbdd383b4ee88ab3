"""mettavox's own one pass, which is for tracks that cannot be put together from parts: its cost over its encoder's.

Run as ``python benchmarks/fallback.py MINUTES BED FOLDER``; it prints one line of JSON: the CPU seconds of mixing,
encoding and writing a whole track, those of LAME in it, those of LAME alone over the same samples in one go, and the
seconds by the clock with one thread and with two.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import material

_BLOCK_SECONDS = 2


def measure(minutes: int, bed: str, folder: Path) -> dict[str, float]:
    """What it costs, and what of that is the encoder's."""
    from mettavox.codecs import assembly
    from mettavox.codecs.lame import Lame
    from mettavox.codecs.mp3 import BITRATE_KBPS

    mixer, timeline = material.mixed(minutes, bed, folder / "fallback-beforehand.wav")
    in_lame = _watched(Lame)

    def written(threads: int) -> tuple[float, float]:
        before, began = _seconds(), time.perf_counter()
        with (folder / f"fallback-{threads}.mp3").open("w+b") as file:
            assembly.in_stretches(mixer, timeline.frames, file, b"", bitrate_kbps=BITRATE_KBPS, threads=threads)
        return _seconds() - before, time.perf_counter() - began

    whole, one = written(1)
    encoder = sum(in_lame)
    _, two = written(2)
    same = (folder / "fallback-1.mp3").read_bytes() == (folder / "fallback-2.mp3").read_bytes()
    assert same, "two threads write other bytes than one"
    return {
        "all": whole,
        "encoder": encoder,
        "encoder alone": _alone(mixer, timeline),
        "one thread": one,
        "two threads": two,
    }


def _watched(encoder: Any) -> list[float]:
    """What each call of LAME takes from now on, in CPU seconds of its thread."""
    taken: list[float] = []

    def timed(function: Callable[..., Any]) -> Callable[..., Any]:
        def called(*values: Any, **named: Any) -> Any:
            before = time.thread_time()
            try:
                return function(*values, **named)
            finally:
                taken.append(time.thread_time() - before)

        return called

    for name in ("__init__", "write_pcm", "finish"):
        setattr(encoder, name, timed(getattr(encoder, name)))
    return taken


def _alone(mixer: Any, timeline: Any) -> float:
    """What LAME takes for the whole track in one go, from memory and to nowhere."""
    from mettavox.codecs import mp3encoder
    from mettavox.codecs.pcm import pcm16

    size = timeline.rate * _BLOCK_SECONDS
    starts = range(0, timeline.frames, size)
    sound = [pcm16(mixer.between(start, min(start + size, timeline.frames))) for start in starts]
    encoder = mp3encoder.opened(lambda data: None)
    before = _seconds()
    for samples in sound:
        encoder.write_pcm(samples)
    encoder.finish()
    return _seconds() - before


def _seconds() -> float:
    usages = (resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN))
    return sum(usage.ru_utime + usage.ru_stime for usage in usages)


if __name__ == "__main__":
    print(json.dumps(measure(int(sys.argv[1]), sys.argv[2], Path(sys.argv[3]))))
