"""Assembly: an MP3 from MP3 frames that were encoded once and are copied, and from windows that are encoded.

Where nothing changes, a track is silence or its bed's loop, and so are its MP3 frames. Only windows about what
changes are encoded, each with a few MP3 frames before and after it that the encoder hears and nobody keeps. Windows
that hold the same sound, as a line over silence does whenever it is said, are encoded once.
"""

import hashlib
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from io import BufferedIOBase
from itertools import pairwise
from math import lcm
from typing import BinaryIO

import numpy as np
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.codecs import decode, lame
from mettavox.codecs.mp3 import (
    DECODER_DELAY,
    ENCODER_DELAY,
    FRAME_LENGTH,
    RATE,
    Mp3Writer,
    check_size,
    crc16_after,
    crc16_rows,
    frame_bytes,
    info_frame,
    padding_of,
    running_crcs,
)
from mettavox.codecs.mp3encoder import channels_of, gain_db
from mettavox.codecs.parts import REST, MpegFrames, Part
from mettavox.codecs.parts import encoded as encode_parts
from mettavox.codecs.parts import in_turn as encode_in_turn
from mettavox.mix import Mixer
from mettavox.reel import Kept, Reel, read
from mettavox.windows import LEAD, TRAIL, Range, Window, windows

# A loop of more MP3 frames than this (96 s) is not worth encoding for itself.
_LONGEST_CYCLE = 4000
# Before the loop's own frames the encoder hears this many, so that it is in the middle of it.
_RUN_UP = 8
_FEWEST = 2  # LAME never makes fewer
# A track of which all has to be encoded is encoded in stretches of a minute to five. Before each, its encoder hears
# more than two seconds, after which nothing that came before matters to it (``parts.REST``).
_SHORTEST_STRETCH, _LONGEST_STRETCH, _STRETCH_LEAD = 2500, 12_500, 96
_FED_AT_ONCE = 84  # MP3 frames: two seconds
_FEWEST_IN_TURN = 2048  # MP3 frames that are copied at once where a loop is short
DELAY = ENCODER_DELAY + DECODER_DELAY
"""How many frames of sound later than it was fed a track comes out of a decoder, before the tag is obeyed."""
# An MP3 frame decodes as it should from its own bytes and those of the one before it.
_REACH = 1


Bytes = NDArray[np.uint8]
"""Some of a file's bytes, shape ``(bytes,)``."""


@dataclass(frozen=True, kw_only=True)
class Plan:
    """How a track is put together: ``count`` MP3 frames, windows among them, and a cycle between them."""

    count: int
    cycle: int
    windows: tuple[Window, ...]

    @property
    def is_worth_it(self) -> bool:
        """Whether windows and cycle are less to encode than the whole; silence takes half the time or less."""
        return self.cycle + sum(window.length + LEAD + TRAIL + REST // 2 for window in self.windows) < self.count


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


class Stretch:
    """MP3 frames that follow each other, shape ``(count, bytes)``, and the CRC of any of them; they may lie on a reel.

    ``crcs`` are those of none of them, the first, the first two and so on, where they are known.
    """

    def __init__(self, frames: Kept, crcs: NDArray[np.uint16] | None = None) -> None:
        self.kept = frames
        self._known = crcs

    def __len__(self) -> int:
        return len(self.kept)

    @property
    def frames(self) -> MpegFrames:
        """All of them. Raises OutputError where a disk does not give them back."""
        return read(self.kept)

    @property
    def size(self) -> int:
        """How many bytes each of them has."""
        return self.kept.shape[1]

    def wound(self, reel: Reel) -> "Stretch":
        """The same on a reel."""
        return Stretch(reel.keep(self.frames), self.crcs)

    @cached_property
    def crcs(self) -> NDArray[np.uint16]:
        """The CRCs of none of the frames, the first, the first two and so on to all of them."""
        return np.array(running_crcs(self.frames), dtype=np.uint16) if self._known is None else self._known

    @cached_property
    def whole_crc(self) -> int:
        """The CRC of all of them."""
        return crc16_rows(self.frames) if self._known is None else int(self._known[-1])

    def crc(self, start: int, stop: int) -> int:
        """The CRC of those from ``start`` to before ``stop``."""
        return crc16_after(int(self.crcs[start]), stop - start, self.size) ^ int(self.crcs[stop])


@dataclass(frozen=True, kw_only=True, eq=False)
class Pieces:
    """A track's MP3 frames: those of each window of its plan, and one cycle of the backdrop, which lies between.

    A window that is not encoded yet has none; windows that hold the same sound may share theirs. ``before`` are the
    pieces of which these have more windows.
    """

    plan: Plan
    loop: Stretch
    windows: tuple[Stretch, ...]
    before: "Pieces | None" = None

    def between(self, first: int, last: int) -> MpegFrames:
        """The MP3 frames from ``first`` to before ``last``."""
        frames = self.loop.frames[np.arange(first, last) % len(self.loop)]
        for window, own in zip(self.plan.windows, self.windows, strict=True):
            low, high = max(first, window.first), min(last, window.last)
            if high > low and len(own):
                frames[low - first : high - first] = own.frames[low - window.first : high - window.first]
        return frames

    def copies(self) -> Iterator[MpegFrames]:
        """All of them in their order, some at a time."""
        at = 0
        for window, own in zip(self.plan.windows, self.windows, strict=True):
            yield from (self.loop.frames[start:stop] for start, stop, _ in self._turns(at, window.first))
            yield own.frames
            at = window.last
        yield from (self.loop.frames[start:stop] for start, stop, _ in self._turns(at, self.plan.count))

    @cached_property
    def crc(self) -> int:
        """The CRC of all of them, as if a window that is not encoded yet held zeros.

        The CRC of a whole is that of its parts, each followed by zeros up to the end, xor each other. So it follows
        from that of the pieces before, and of the windows that these have more.
        """
        if self.before is None:
            return self._crc_between() ^ self._crc_within(zip(self.plan.windows, self.windows, strict=True))
        pairs = zip(self.windows, self.before.windows, strict=True)
        changed = [
            (window, each)
            for window, (own, earlier) in zip(self.plan.windows, pairs, strict=True)
            if own is not earlier
            for each in (own, earlier)
        ]
        return self.before.crc ^ self._crc_within(changed)

    def _crc_within(self, windows: Iterable[tuple[Window, Stretch]]) -> int:
        """The CRC of these windows, with zeros in all other places."""
        crc = 0
        for window, own in windows:
            crc ^= crc16_after(own.whole_crc, self.plan.count - window.last, self.loop.size)
        return crc

    def _crc_between(self) -> int:
        """The CRC of what lies between the windows, with zeros in these."""
        crc = 0
        edges = [0, *(edge for window in self.plan.windows for edge in (window.first, window.last)), self.plan.count]
        for first, last in zip(edges[::2], edges[1::2], strict=True):
            for start, stop, end in self._turns(first, last):
                crc ^= crc16_after(self.loop.crc(start, stop), self.plan.count - end, self.loop.size)
        return crc

    def wound(self) -> "Pieces":
        """The same with the windows' MP3 frames on a reel."""
        reel = Reel()
        wound = {id(own): own.wound(reel) if len(own) else own for own in self.windows}
        return replace(self, windows=tuple(wound[id(own)] for own in self.windows))

    def _turns(self, first: int, last: int) -> Iterator[tuple[int, int, int]]:
        """The stretches of the loop that lie between two of the track's MP3 frames, and where each ends in it."""
        length = len(self.loop)
        while first < last:
            start = first % length
            stop = min(length, start + last - first)
            first += stop - start
            yield start, stop, first


def looped(cycle: MpegFrames, crcs: NDArray[np.uint16] | None = None) -> Stretch:
    """A cycle of the backdrop, or several, if it is a short one: as much as is copied at once, with its CRCs."""
    return Stretch(np.tile(cycle, (-(-_FEWEST_IN_TURN // len(cycle)), 1)), crcs)


def encoded(
    mixer: Mixer,
    made: Plan,
    frames: int,
    *,
    bitrate_kbps: int,
    threads: int = 1,
    without: Collection[int] = frozenset(),
    hear: Callable[[float], None] = lambda share: None,
) -> Pieces:
    """The pieces of a track of ``frames`` frames, ``without`` some of its windows, encoded in so many ``threads``.

    ``hear`` hears how much is done, 0 to 1. Raises CodecError.
    """
    sound = _Sound(mixer, frames, bitrate_kbps)
    places = [place for place in range(len(made.windows)) if place not in without]
    todo = [*(_part(sound, made.windows[place]) for place in places), _cycle(sound, made)]
    *parts, loop = _run(_told(todo, hear), sound, bitrate_kbps, threads)
    nothing = Stretch(np.zeros((0, loop.size), dtype=np.uint8))
    pieces = Pieces(plan=made, loop=looped(loop.frames), windows=(nothing,) * len(made.windows))
    return _with(pieces, places, parts)


def _with(pieces: Pieces, places: Sequence[int], parts: Sequence[Stretch]) -> Pieces:
    """The pieces with these MP3 frames in the windows of these places."""
    windows = list(pieces.windows)
    for place, part in zip(places, parts, strict=True):
        windows[place] = part
    return replace(pieces, windows=tuple(windows), before=pieces)


def _told(parts: Sequence[Part], hear: Callable[[float], None]) -> Iterator[Part]:
    """The parts as they are taken, of which each is told before it is begun."""
    done, total = 0, sum(part.fed for part in parts)
    for part in parts:
        hear(done / total)
        done += part.fed
        yield part


def completed(
    pieces: Pieces, mixer: Mixer, frames: int, which: Collection[int], *, bitrate_kbps: int, threads: int = 1
) -> Pieces:
    """The pieces with these windows encoded anew. Raises CodecError."""
    sound = _Sound(mixer, frames, bitrate_kbps)
    places = sorted(which)
    parts = (_part(sound, pieces.plan.windows[place]) for place in places)
    return _with(pieces, places, _run(parts, sound, bitrate_kbps, threads))


@dataclass(frozen=True, kw_only=True, eq=False)
class Laid:
    """The file of a track, part by part, as often as it is asked for: what lies on a reel is read then."""

    opening: tuple[Bytes, ...]
    pieces: Pieces

    def __iter__(self) -> Iterator[Bytes]:
        yield from self.opening
        for part in self.pieces.copies():
            yield part.reshape(-1)


def track(pieces: Pieces, frames: int, tag: bytes, *, bitrate_kbps: int) -> Laid:
    """The file of a track of ``frames`` frames, part by part. Raises CodecError."""
    count = pieces.plan.count
    padding = padding_of(count, frames)
    check_size((count + 1) * frame_bytes(RATE, bitrate_kbps))
    info = info_frame(count=count, padding=padding, music_crc=pieces.crc, rate=RATE, bitrate_kbps=bitrate_kbps)
    return Laid(opening=tuple(np.frombuffer(data, dtype=np.uint8) for data in (tag, info)), pieces=pieces)


def write(track: Iterable[Bytes], file: BinaryIO) -> str:
    """Write a track; gives the SHA-256 of what was written. Raises OSError from the file."""
    digest = hashlib.sha256()
    for part in track:
        digest.update(part.data)
        file.write(part.data)
    return digest.hexdigest()


def is_in(track: Iterable[Bytes], file: BufferedIOBase) -> bool:
    """Whether a file gives back a track, from here to its end: byte by byte, which is faster than its hash.

    Raises OSError from the file.
    """
    room = np.empty(0, dtype=np.uint8)
    for part in track:
        if len(room) < len(part):
            room = np.empty(len(part), dtype=np.uint8)
        given = room[: len(part)]
        if file.readinto(given.data) != len(part) or not (given == part).all():
            return False
    return not file.read(1)


def goes_in_stretches(rate: int) -> bool:
    """Whether a track at that rate of which all has to be encoded can be written by ``in_stretches``."""
    return rate == RATE and lame.is_here()


def in_stretches(
    mixer: Mixer,
    frames: int,
    file: BinaryIO,
    tag: bytes,
    *,
    bitrate_kbps: int,
    threads: int,
    hear: Callable[[float], None] = lambda share: None,
) -> None:
    """Write a track of which all has to be encoded, in long stretches, of which so many are encoded at once.

    However many ``threads`` there are, its bytes are the same. Only where it ``goes_in_stretches``. Raises CodecError,
    and OSError from the file.
    """
    sound = _Sound(mixer, frames, bitrate_kbps)
    count = count_of(frames)
    writer = Mp3Writer(file, frames=frames, id3=tag, bitrate_kbps=bitrate_kbps)
    fed: list[int] = []  # by whichever thread: how many MP3 frames of sound an encoder has taken
    many = _stretches(count)
    edges = [count * place // many for place in range(many + 1)]
    parts = [_part(sound, Window(first=first, last=last), lead=_STRETCH_LEAD) for first, last in pairwise(edges)]
    total = sum(part.fed for part in parts)
    counted = (replace(part, blocks=_counted(part.blocks, fed)) for part in parts)
    for rows in encode_in_turn(
        counted, bitrate_kbps, channels=sound.channels, threads=threads, meanwhile=lambda: hear(sum(fed) / total)
    ):
        writer.write(rows.tobytes())
        hear(sum(fed) / total)
    writer.finish()


def _stretches(count: int) -> int:
    """In how many stretches so many MP3 frames are encoded: 2, 4 or 8 cores have about as much to do each."""
    if count < 4 * _SHORTEST_STRETCH:
        return max(1, count // _SHORTEST_STRETCH)
    return 4 * -(-count // (4 * _LONGEST_STRETCH))


def _counted(blocks: Iterator[Block], fed: list[int]) -> Iterator[Block]:
    for block in blocks:
        yield block
        fed.append(len(block) // FRAME_LENGTH)


def touching(made: Plan, ranges: Iterable[Range]) -> frozenset[int]:
    """The places of the windows in which any of these ranges of frames is heard, or is fed before or after."""
    found = set()
    for start, stop in ranges:
        for place, window in enumerate(made.windows):
            first, last = _fed(window)
            if start < last * FRAME_LENGTH and stop > first * FRAME_LENGTH:
                found.add(place)
    return frozenset(found)


# --- what it sounds like ---


def heard(pieces: Pieces, place: int, frames: int, *, size: int, unit: int) -> Iterator[tuple[int, Block]]:
    """A window as it decodes in a track of ``frames`` frames, with all that it reaches into.

    It comes in blocks of ``size`` frames, each with the frame at which it begins; from and to whole ``unit`` frames.
    """
    window = pieces.plan.windows[place]
    start = max(0, window.first * FRAME_LENGTH - DELAY) // unit * unit
    stop = -(-((window.last + _REACH) * FRAME_LENGTH - DELAY) // unit) * unit
    yield from _decoded(pieces, start, min(stop, frames), size)


def heard_between(pieces: Pieces, *, size: int, unit: int) -> Iterator[tuple[int, Block]]:
    """What lies between the windows, as it decodes: from frame 0 of an endless track on, until it comes again.

    That is after a whole number of ``unit`` frames. It comes in blocks as a window does.
    """
    length = turn(pieces, unit)
    endless = Pieces(plan=replace(pieces.plan, count=3 * length, windows=()), loop=pieces.loop, windows=())
    for at, block in _decoded(endless, length, 2 * length, size):
        yield at - length, block


def turn(pieces: Pieces, unit: int) -> int:
    """After how many frames, which are whole ``unit`` frames, what lies between the windows comes again."""
    return lcm(pieces.plan.cycle * FRAME_LENGTH, unit)


def _decoded(pieces: Pieces, start: int, stop: int, size: int) -> Iterator[tuple[int, Block]]:
    first = max(0, (start + DELAY) // FRAME_LENGTH - _REACH)
    last = min(pieces.plan.count, -(-(stop + DELAY) // FRAME_LENGTH))
    data = pieces.between(first, last).tobytes()
    yield from decode.bare(data, start + DELAY - first * FRAME_LENGTH, at=start, stop=stop, size=size)


class _Sound:
    """A track's sound and its backdrop by MP3 frames, as loud as the encoder needs it."""

    def __init__(self, mixer: Mixer, frames: int, bitrate_kbps: int) -> None:
        self._mixer = mixer
        self._frames = frames
        self.channels = channels_of(RATE, alike=mixer.is_alike)
        self._gain = np.float32(10 ** (-gain_db(bitrate_kbps, self.channels) / 20))

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


def _fed(window: Window, lead: int = LEAD) -> Range:
    """The MP3 frames that an encoder hears for a window."""
    return max(0, window.first - lead), window.last + TRAIL


def _part(sound: _Sound, window: Window, lead: int = LEAD) -> Part:
    first, last = _fed(window, lead)
    return Part(
        blocks=sound.track(first, last),
        fed=last - first,
        skipped=window.first - first,
        length=window.length,
        opening=not window.first,
    )


def _cycle(sound: _Sound, made: Plan) -> Part:
    """One cycle of the backdrop."""
    first, last = made.cycle * _RUN_UP - _RUN_UP, made.cycle * (_RUN_UP + 1) + TRAIL
    return Part(blocks=sound.backdrop(first, last), fed=last - first, skipped=_RUN_UP, length=made.cycle)


def _run(parts: Iterable[Part], sound: _Sound, bitrate_kbps: int, threads: int) -> list[Stretch]:
    """The MP3 frames of each part; those of the same sound are the same."""
    known: dict[int, Stretch] = {}
    made = encode_parts(parts, bitrate_kbps, channels=sound.channels, threads=threads)
    return [known.setdefault(id(frames), Stretch(frames)) for frames in made]
