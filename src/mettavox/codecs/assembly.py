"""Assembly: an MP3 from MP3 frames that were encoded once and are copied, and from windows that are encoded.

Where nothing changes, a track is silence or its bed's loop, and so are its MP3 frames. Only windows about what
changes are encoded, each with a few MP3 frames before and after it that the encoder hears and nobody keeps.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from math import lcm
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mettavox import framecache
from mettavox.codec import Block
from mettavox.codecs import ffmpeg
from mettavox.codecs.ffmpeg import LAME_GAINS_DB, Feed, mp3_arguments
from mettavox.codecs.mp3 import DECODER_DELAY, ENCODER_DELAY, FRAME_LENGTH, RATE, Mp3Writer, frame_bytes
from mettavox.codecs.pcm import pcm16
from mettavox.errors import CodecError
from mettavox.framecache import FrameCache
from mettavox.mix import Mixer
from mettavox.windows import LEAD, TRAIL, Range, Window, windows

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


def mp3(
    mixer: Mixer,
    made: Plan,
    frames: int,
    file: BinaryIO,
    tag: bytes,
    *,
    bitrate_kbps: int,
    cache: FrameCache | None = None,
    private: Sequence[Range] = (),
) -> None:
    """Write a track of ``frames`` frames after its plan. Raises CodecError, and OSError from the file.

    What was encoded is kept in ``cache``, but for windows about the ``private`` ranges of frames.
    """
    sound = _Sound(mixer, frames, np.float32(10 ** (-LAME_GAINS_DB[bitrate_kbps] / 20)))
    *parts, loop = _encoded(_parts(sound, made, private), bitrate_kbps, cache)
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
    """Something to encode: its sound, and which of its MP3 frames are kept.

    ``opening`` is the first of a track, and ``shared`` what may be kept between runs.
    """

    blocks: Iterator[Block]
    fed: int
    skipped: int
    length: int
    opening: bool = False
    shared: bool = True

    def name(self, sound: Sequence[memoryview], bitrate_kbps: int) -> str:
        """Under which its MP3 frames are kept."""
        how = f"{ffmpeg.named()} {bitrate_kbps} {self.skipped} {self.length} {self.opening} {_REST}"
        return framecache.key(sound, how)


def _parts(sound: _Sound, made: Plan, private: Sequence[Range]) -> Iterator[_Part]:
    """Every window, then one cycle of the backdrop."""
    for window in made.windows:
        first = max(0, window.first - LEAD)
        last = window.last + TRAIL
        heard = (first * FRAME_LENGTH, last * FRAME_LENGTH)
        yield _Part(
            blocks=sound.track(first, last),
            fed=last - first,
            skipped=window.first - first,
            length=window.length,
            opening=not window.first,
            shared=not any(start < heard[1] and stop > heard[0] for start, stop in private),
        )
    first, last = made.cycle * _RUN_UP - _RUN_UP, made.cycle * (_RUN_UP + 1) + TRAIL
    yield _Part(blocks=sound.backdrop(first, last), fed=last - first, skipped=_RUN_UP, length=made.cycle)


def _encoded(parts: Iterable[_Part], bitrate_kbps: int, cache: FrameCache | None = None) -> list[MpegFrames]:
    """The MP3 frames of each part: from the cache, and of all the others in one run of the encoder.

    The encoder rests between them, so that none hears another, and what is cached makes no difference.
    """
    size = frame_bytes(RATE, bitrate_kbps)
    run = _Run(bitrate_kbps)
    found: list[MpegFrames | None] = []
    names: list[str] = []
    try:
        for part in parts:
            sound = [pcm16(block) for block in part.blocks]
            name = part.name(sound, bitrate_kbps) if cache is not None and part.shared else ""
            kept = cache.get(name) if cache is not None and name else None
            if kept is not None and len(kept) == part.length * size:
                found.append(np.frombuffer(kept, dtype=np.uint8).reshape(-1, size))
                continue
            run.add(part, sound)
            found.append(None)
            names.append(name)
        made = iter(zip(run.finished(), names, strict=True))
    except BaseException:
        run.abandon()
        raise
    whole: list[MpegFrames] = []
    for known in found:
        if known is not None:
            whole.append(known)
            continue
        rows, name = next(made)
        if cache is not None and name:
            cache.put(name, rows.tobytes())
        whole.append(rows)
    return whole


class _Run:
    """One run of the encoder over several parts; it starts with the first of them, and rests before each."""

    def __init__(self, bitrate_kbps: int) -> None:
        self._kbps = bitrate_kbps
        self._out: list[bytes] = []
        self._feed: Feed | None = None
        self._places: list[tuple[int, int]] = []
        self._at = 0

    def add(self, part: _Part, sound: Sequence[memoryview]) -> None:
        """Encode a part. One that opens a track has to be the first: its encoder has just begun."""
        if self._feed is None:
            self._feed = Feed(mp3_arguments(self._kbps), rate=RATE, take=self._out.append)
        if not part.opening:
            self._feed.write_pcm(bytes(_REST * FRAME_LENGTH * 4))
            self._at += _REST
        for piece in sound:
            self._feed.write_pcm(piece)
        self._places.append((self._at + part.skipped, part.length))
        self._at += part.fed

    def finished(self) -> list[MpegFrames]:
        """The MP3 frames of every part, in their order."""
        if self._feed is None:
            return []
        self._feed.finish()
        data, size = b"".join(self._out), frame_bytes(RATE, self._kbps)
        if len(data) % size:
            raise CodecError("ffmpeg wrote MP3 frames of another kind than was asked for.")
        rows = np.frombuffer(data, dtype=np.uint8).reshape(-1, size)
        return [rows[first : first + length] for first, length in self._places]

    def abandon(self) -> None:
        """End the encoder at once."""
        if self._feed is not None:
            self._feed.abandon()
