"""Assembly: an MP3 from MP3 frames that were encoded once and are copied, and from windows that are encoded.

Where nothing changes, a track is silence or its bed's loop, and so are its MP3 frames. Only windows about what
changes are encoded, each with a few MP3 frames before and after it that the encoder hears and nobody keeps.
"""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from math import lcm
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.codecs.ffmpeg import LAME_GAINS_DB, Feed, mp3_arguments
from mettavox.codecs.mp3 import DECODER_DELAY, ENCODER_DELAY, FRAME_LENGTH, RATE, Mp3Writer, frame_bytes
from mettavox.errors import CodecError
from mettavox.mix import Mixer
from mettavox.windows import LEAD, TRAIL, Window, windows

MpegFrames = NDArray[np.uint8]
"""MP3 frames of one size, shape ``(count, bytes)``."""

# A loop of more MP3 frames than this (96 s) is not worth encoding for itself.
_LONGEST_CYCLE = 4000
# After so many MP3 frames of silence (three seconds) an encoder has forgotten what came before: it lowers its
# threshold of hearing only slowly. 20 are too few, 100 are enough.
_REST = 128
# Before the loop's own frames the encoder hears this many, so that it is in the middle of it.
_RUN_UP = 8
_FEWEST = 2  # LAME never makes fewer
_FED_AT_ONCE = 84  # MP3 frames: two seconds
_COPIED_AT_ONCE = 4096


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a track is put together: ``count`` MP3 frames, windows among them, and a cycle between them."""

    count: int
    cycle: int
    windows: tuple[Window, ...]

    @property
    def is_worth_it(self) -> bool:
        """Whether windows and cycle are less to encode than the whole; silence takes a quarter of the time or less."""
        return self.cycle + sum(window.length + LEAD + TRAIL + _REST // 4 for window in self.windows) < self.count


def count_of(frames: int) -> int:
    """How many MP3 frames LAME makes of so many frames of sound."""
    return max(_FEWEST, -(-(frames + ENCODER_DELAY + DECODER_DELAY) // FRAME_LENGTH))


def plan(mixer: Mixer, frames: int, rate: int) -> Plan | None:
    """The plan of a track, or None where its backdrop does not come again and all of it has to be encoded."""
    if rate != RATE or not mixer.period:
        return None
    cycle = lcm(mixer.period, FRAME_LENGTH) // FRAME_LENGTH
    if cycle > _LONGEST_CYCLE:
        return None
    count = count_of(frames)
    return Plan(count=count, cycle=cycle, windows=windows(mixer.changes(), FRAME_LENGTH, count))


def mp3(mixer: Mixer, made: Plan, frames: int, file: BinaryIO, tag: bytes, *, bitrate_kbps: int) -> None:
    """Write a track of ``frames`` frames after its plan. Raises CodecError, and OSError from the file."""
    sound = _Sound(mixer, frames, np.float32(10 ** (-LAME_GAINS_DB[bitrate_kbps] / 20)))
    *parts, loop = _encoded(_parts(sound, made), bitrate_kbps)
    writer = Mp3Writer(file, frames=frames, id3=tag, rate=RATE, bitrate_kbps=bitrate_kbps)
    at = 0
    for window, part in zip(made.windows, parts, strict=True):
        _copy(writer, loop, at, window.first)
        writer.write(part.tobytes())
        at = window.last
    _copy(writer, loop, at, made.count)
    writer.finish()


def _copy(writer: Mp3Writer, loop: MpegFrames, first: int, last: int) -> None:
    for start in range(first, last, _COPIED_AT_ONCE):
        places = np.arange(start, min(last, start + _COPIED_AT_ONCE)) % len(loop)
        writer.write(loop[places].tobytes())


class _Sound:
    """A track's sound and its backdrop by MP3 frames, as loud as the encoder needs it."""

    def __init__(self, mixer: Mixer, frames: int, gain: np.float32) -> None:
        self._mixer = mixer
        self._frames = frames
        self._gain = gain

    def track(self, first: int, last: int) -> Iterator[Block]:
        """MP3 frames of the track; beyond its end there is silence, as an encoder adds it."""
        for start in range(first, last, _FED_AT_ONCE):
            at, stop = start * FRAME_LENGTH, min(last, start + _FED_AT_ONCE) * FRAME_LENGTH
            block: Block = np.zeros((stop - at, 2), dtype=np.float32)
            heard = min(stop, self._frames)
            if heard > at:
                block[: heard - at] = self._mixer.between(at, heard) * self._gain
            yield block

    def backdrop(self, first: int, last: int) -> Iterator[Block]:
        """MP3 frames of the endless backdrop."""
        for start in range(first, last, _FED_AT_ONCE):
            at, stop = start * FRAME_LENGTH, min(last, start + _FED_AT_ONCE) * FRAME_LENGTH
            yield self._mixer.background(at, stop) * self._gain


@dataclass(frozen=True, kw_only=True)
class _Part:
    """Something to encode: its sound, and which of its MP3 frames are kept."""

    blocks: Iterator[Block]
    fed: int
    skipped: int
    length: int
    first_of_all: bool = False


def _parts(sound: _Sound, made: Plan) -> Iterator[_Part]:
    """Every window, then one cycle of the backdrop."""
    for window in made.windows:
        first = max(0, window.first - LEAD)
        last = window.last + TRAIL
        yield _Part(
            blocks=sound.track(first, last),
            fed=last - first,
            skipped=window.first - first,
            length=window.length,
            first_of_all=not window.first,
        )
    first, last = made.cycle * _RUN_UP - _RUN_UP, made.cycle * (_RUN_UP + 1) + TRAIL
    yield _Part(blocks=sound.backdrop(first, last), fed=last - first, skipped=_RUN_UP, length=made.cycle)


def _encoded(parts: Iterable[_Part], bitrate_kbps: int) -> list[MpegFrames]:
    """The MP3 frames of each part, all in one run of the encoder: it rests between them, so none hears another.

    A track's first MP3 frames are those of an encoder that has just begun, so they come first of all.
    """
    size = frame_bytes(RATE, bitrate_kbps)
    out: list[bytes] = []
    feed = Feed(mp3_arguments(bitrate_kbps), rate=RATE, take=out.append)
    places: list[tuple[int, int]] = []
    at = 0
    try:
        for part in parts:
            if not part.first_of_all:
                feed.write(np.zeros((_REST * FRAME_LENGTH, 2), dtype=np.float32))
                at += _REST
            for block in part.blocks:
                feed.write(block)
            places.append((at + part.skipped, part.length))
            at += part.fed
        feed.finish()
    except BaseException:
        feed.abandon()
        raise
    data = b"".join(out)
    if len(data) % size:
        raise CodecError("ffmpeg wrote MP3 frames of another kind than was asked for.")
    rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, size)
    return [rows[first : first + length] for first, length in places]
