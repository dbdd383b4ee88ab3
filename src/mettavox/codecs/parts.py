"""Parts: sounds that are encoded one by one, none of which an encoder hears in another.

LAME in this process begins anew for each, on several cores if it may. An ffmpeg takes a while to start, so one run of
it encodes them all, with silence between them in which it forgets what came before.
"""

import hashlib
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from functools import partial
from threading import Event

import numpy as np
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.codecs import lame, mp3encoder
from mettavox.codecs.ffmpeg import Feed
from mettavox.codecs.lame import Lame
from mettavox.codecs.mp3 import FRAME_LENGTH, RATE, another_kind, frame_bytes, header
from mettavox.codecs.pcm import pcm16
from mettavox.errors import CodecError

MpegFrames = NDArray[np.uint8]
"""MP3 frames of one size, shape ``(count, bytes)``."""

# After so many MP3 frames of silence (two seconds) an encoder has forgotten what came before: it lowers its threshold
# of hearing to 0.925 of it with each (``adjust_ATH`` in LAME's quantize_pvt.c), and so is at its lowest, which is
# 0.000625 of the highest, after 95, those before a window (LEAD) included. It begins at a hundredth, from which there
# are 36. Measured with speech, noise and bells: over silence, where a window's GUARD is silent too, 80 and 26 are
# enough, and 76 and 24 are not.
REST, FIRST_REST = 88, 32
# Sounds of at most so many MP3 frames (24 s) are held as a whole to see whether they have been encoded already.
_LONGEST_HELD = 1000
_SAMPLE_BYTES, _BOTH = 2, 2
_GLANCE_SECONDS = 0.2

Samples = Iterable[bytes | memoryview]


@dataclass(frozen=True, kw_only=True)
class Part:
    """Something to encode: its sound, and which of its MP3 frames are kept; ``opening`` is the first of a track.

    ``fed`` is how many MP3 frames of sound there are; ``skipped`` of these come before the ``length`` that are kept.
    """

    blocks: Iterator[Block]
    fed: int
    skipped: int
    length: int
    opening: bool = False


def encoded(parts: Iterable[Part], bitrate_kbps: int, *, channels: int = 2, threads: int = 1) -> list[MpegFrames]:
    """The MP3 frames of each part; parts of the same sound share theirs.

    A part that opens a track has to be the first, since its encoder has just begun. ``channels`` are as
    ``mp3encoder.channels_of`` has them. However many ``threads`` there are, the MP3 frames are the same.
    Raises CodecError.
    """
    places: list[int] = []
    known: dict[bytes, int] = {}
    taken = 0
    with _Separately(bitrate_kbps, channels, threads) if lame.is_here() else _InOneRun(bitrate_kbps) as run:
        for part in parts:
            sound, name = _named(part, channels)
            places.append(known.setdefault(name, taken) if name else taken)
            if places[-1] == taken:
                run.encode(part, sound)
                taken += 1
        made = run.finished()
    return [made[place] for place in places]


def _named(part: Part, channels: int) -> tuple[Samples, bytes]:
    """A part's samples, and what it is known by: nothing for one that is like no other, or too long to be held."""
    samples = (pcm16(block[:, :channels]) for block in part.blocks)
    if part.fed > _LONGEST_HELD:
        return samples, b""
    held = list(samples)
    digest = hashlib.sha256(repr((part.skipped, part.length, part.opening)).encode("ascii"))
    for each in held:
        digest.update(each)
    return held, digest.digest()


def _silence(mpeg_frames: int, channels: int) -> bytes:
    return bytes(mpeg_frames * FRAME_LENGTH * channels * _SAMPLE_BYTES)


class _Separately:
    """Each part by a LAME of its own."""

    def __init__(self, bitrate_kbps: int, channels: int, threads: int) -> None:
        self._channels = channels
        self._bitrate_kbps = bitrate_kbps
        self._turns = _Turns(threads)
        self._made: list[Future[MpegFrames]] = []

    def __enter__(self) -> "_Separately":
        return self

    def __exit__(self, *_: object) -> None:
        self._turns.close()

    def encode(self, part: Part, sound: Samples) -> None:
        """Have it encoded."""
        sound = self._turns.while_open(sound)
        self._made.append(self._turns.begin(partial(_alone, part, sound, self._bitrate_kbps, self._channels)))

    def finished(self) -> list[MpegFrames]:
        return [each.result() for each in self._made]


def in_turn(
    parts: Iterable[Part], bitrate_kbps: int, *, channels: int, threads: int, meanwhile: Callable[[], None]
) -> Iterator[MpegFrames]:
    """The MP3 frames of each part as they are ready, in their order; only so many parts are in work that none waits.

    ``meanwhile`` is called now and then while they are awaited. Only where LAME is to be had in this process. Raises
    CodecError.
    """
    turns = _Turns(threads)
    waiting: deque[Future[MpegFrames]] = deque()
    try:
        for part in parts:
            blocks = part.blocks if threads > 1 else _watched(part.blocks, meanwhile)
            sound = turns.while_open(pcm16(block[:, :channels]) for block in blocks)
            waiting.append(turns.begin(partial(_alone, part, sound, bitrate_kbps, channels)))
            while len(waiting) > threads:
                yield _awaited(waiting.popleft(), meanwhile)
        while waiting:
            yield _awaited(waiting.popleft(), meanwhile)
    finally:
        turns.close()


def _watched(blocks: Iterator[Block], meanwhile: Callable[[], None]) -> Iterator[Block]:
    for block in blocks:
        yield block
        meanwhile()


def _awaited(frames: Future[MpegFrames], meanwhile: Callable[[], None]) -> MpegFrames:
    while not frames.done():
        wait([frames], timeout=_GLANCE_SECONDS)
        meanwhile()
    return frames.result()


def _alone(part: Part, sound: Samples, bitrate_kbps: int, channels: int) -> MpegFrames:
    """The MP3 frames that are kept of a part, by an encoder that hears nothing else."""
    out: list[bytes] = []
    encoder = mp3encoder.opened(out.append, bitrate_kbps=bitrate_kbps, channels=channels)
    skipped = part.skipped
    try:
        if not part.opening:
            encoder.write_pcm(_silence(FIRST_REST, channels))
            skipped += FIRST_REST
        for samples in sound:
            encoder.write_pcm(samples)
        encoder.finish()
    finally:
        encoder.abandon()
    return _rows(b"".join(out), bitrate_kbps)[skipped : skipped + part.length].copy()  # the others are let go of


class _Turns:
    """So many threads, and no more in work than keeps them busy; with one thread, the caller's own."""

    def __init__(self, threads: int) -> None:
        self._threads = threads
        self._pool = ThreadPoolExecutor(threads, thread_name_prefix="lame") if threads > 1 else None
        self._running: deque[Future[MpegFrames]] = deque()
        self._closed = Event()

    def while_open(self, sound: Samples) -> Samples:
        """The samples for as long as somebody waits for what is made of them. Raises CodecError after that."""
        for samples in sound:
            if self._closed.is_set():
                raise CodecError("The encoding was given up.")
            yield samples

    def begin(self, work: Callable[[], MpegFrames]) -> Future[MpegFrames]:
        """Have it done, now or soon; waits for what came long before. Raises what that raised."""
        if self._pool is None:
            done: Future[MpegFrames] = Future()
            done.set_result(work())
            return done
        while len(self._running) > self._threads:
            self._running.popleft().result()
        self._running.append(self._pool.submit(work))
        return self._running[-1]

    def close(self) -> None:
        """Let go of what was not begun, and of what was: Ctrl-C does not wait for minutes of sound."""
        self._closed.set()
        if self._pool:
            self._pool.shutdown(cancel_futures=True)


class _InOneRun:
    """All parts in one run of an encoder, which rests between them."""

    def __init__(self, bitrate_kbps: int) -> None:
        self._bitrate_kbps = bitrate_kbps
        self._out: list[bytes] = []
        self._encoder: Lame | Feed | None = None
        self._fed = 0
        self._kept: list[slice] = []

    def __enter__(self) -> "_InOneRun":
        return self

    def __exit__(self, *_: object) -> None:
        if self._encoder:
            self._encoder.abandon()

    def encode(self, part: Part, sound: Samples) -> None:
        """Have it encoded after the last."""
        if self._encoder is None:
            self._encoder = mp3encoder.opened(self._out.append, bitrate_kbps=self._bitrate_kbps)
        if not part.opening:
            rest = REST if self._kept else FIRST_REST
            self._encoder.write_pcm(_silence(rest, _BOTH))
            self._fed += rest
        for samples in sound:
            self._encoder.write_pcm(samples)
        first = self._fed + part.skipped
        self._kept.append(slice(first, first + part.length))
        self._fed += part.fed

    def finished(self) -> list[MpegFrames]:
        if self._encoder is None:
            return []
        self._encoder.finish()
        rows = _rows(b"".join(self._out), self._bitrate_kbps)
        return [rows[kept] for kept in self._kept]


def _rows(data: bytes, bitrate_kbps: int) -> MpegFrames:
    """The encoder's MP3 frames. Raises CodecError where they are of another kind."""
    size = frame_bytes(RATE, bitrate_kbps)
    plain = np.frombuffer(header(RATE, bitrate_kbps)[:3], dtype=np.uint8)
    rows = np.frombuffer(data, dtype=np.uint8, count=len(data) // size * size).reshape(-1, size)
    if len(data) % size or (rows[:, : len(plain)] != plain).any():
        raise another_kind()
    return rows
