"""Any sound file as a bed: decoded to disk, measured, and looped with a seam that is not heard."""

import errno
import os
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import IO, BinaryIO

import numpy as np
from numpy.typing import NDArray

from mettavox import output
from mettavox.bed import HOPS_A_SECOND, METER_SECONDS, Bed, Hops, Meter, middle_energies
from mettavox.codec import Block
from mettavox.codecs import ffmpeg
from mettavox.errors import CodecError, RequestError
from mettavox.loudness import fast_length

SHORTEST_SECONDS = 2.0
LONGEST_SECONDS = 3600.0
"""What lies beyond is not used: an hour is 0.7 GB on the scratch disk."""
SEAM_SECONDS = 4.0
"""How long the end and the start sound together; at most a third of the file."""
QUIET_END_DB = -10.0
"""A head or a tail that is softer than the sound itself by more is no part of the loop."""
HIGHEST_DBFS = -6.0
"""No peak of a bed is higher: a file of silence and one clap would otherwise be loud where it claps."""

_SEAM_ROOM_SECONDS = 1.5 * SEAM_SECONDS  # the seam, and what is left out at the end for it to match
_QUIETEST_LUFS = -70.0
# Half floats are as small as 16-bit integers, as exact at any level of the file, and cannot be cut off.
_KEPT: np.dtype[np.float16] = np.dtype("<f2")
_HINT = "Give a bed that lasts a few seconds at least; half a minute or more is not heard to come back."


@contextmanager
def opened(path: Path, rate: int, loudness_lufs: float, *, seconds: float = LONGEST_SECONDS) -> Iterator[Bed]:
    """The sound in a file of any format that ffmpeg reads, as a bed of that loudness at that rate.

    ``seconds`` is how long it will be heard: no more is read than has no seam until then. What is read lies in a
    scratch file, which is gone when the block ends. The loudness is that of BS.1770, with one gain for all, and less
    where a peak would pass HIGHEST_DBFS.

    Raises RequestError when there is no such file or it is too short, CodecError when there is no sound in it,
    and OutputError when the scratch disk is full.
    """
    _check(path)
    with _scratch() as scratch:
        with output.translated(Path(tempfile.gettempdir())):
            heard = _decoded(path, scratch, rate, min(seconds + _SEAM_ROOM_SECONDS, LONGEST_SECONDS))
        if heard.frames < SHORTEST_SECONDS * rate:
            raise RequestError(
                f"The bed “{path.name}” lasts {heard.frames / rate:.1f} s, and {SHORTEST_SECONDS:g} s is the least.",
                hint=_HINT,
            )
        gain = _gain(path, heard, loudness_lufs)
        yield Looped(_without_quiet_ends(OnDisk(scratch, heard.frames), rate), rate, gain)


def _check(path: Path) -> None:
    """That there is a file that can be read: ffmpeg's own words for it are no help."""
    try:
        os.close(os.open(path, os.O_RDONLY | getattr(os, "O_NONBLOCK", 0)))
        if not path.is_file():
            raise OSError(errno.EISDIR, "it is not a file")
    except OSError as error:
        why = "there is no such file" if error.errno == errno.ENOENT else (error.strerror or "it is not a file").lower()
        raise RequestError(
            f"The bed “{path.name}” cannot be read: {why}.", hint="Give a sound file, or a name from “sounds list”."
        ) from error


@contextmanager
def _scratch() -> Iterator[IO[bytes]]:
    with output.translated(Path(tempfile.gettempdir())):
        file = tempfile.TemporaryFile(prefix="mettavox-")  # noqa: SIM115 - what the block raises is not the disk's
    with file:
        yield file


def _decoded(path: Path, scratch: BinaryIO | IO[bytes], rate: int, seconds: float) -> Meter:
    longest = round(seconds * rate)
    heard = Meter(rate, longest)
    size = 8 * METER_SECONDS * rate
    options = ("-t", f"{seconds:.3f}", "-ac", "2", "-ar", str(rate), "-c:a", "pcm_f32le", "-f", "f32le")
    with ffmpeg.decoded(path, *options) as pipe:
        while data := pipe.read(size):
            block = np.frombuffer(data[: len(data) // 8 * 8], dtype="<f4").reshape(-1, 2)[: longest - heard.frames]
            block = np.nan_to_num(block, posinf=1.0, neginf=-1.0).clip(-8, 8)
            heard.hear(block)
            scratch.write(block.astype(_KEPT).tobytes())
        if not heard.frames:
            raise ffmpeg.no_sound(path)
    scratch.flush()
    return heard


def _gain(path: Path, heard: Meter, loudness_lufs: float) -> float:
    loudness = heard.loudness()
    if loudness < _QUIETEST_LUFS:
        raise CodecError(
            f"The bed “{path.name}” is silent.", hint="Give another file, or “--bed none” for a track without a bed."
        )
    return min(float(10 ** ((loudness_lufs - loudness) / 20)), 10 ** (HIGHEST_DBFS / 20) / heard.peak)


class OnDisk:
    """A sound in a scratch file, read part by part: a map of the file would count as memory, page by page.

    Several threads may read in it; ``turn`` is the lock of those that share the file.
    """

    def __init__(self, file: IO[bytes], frames: int, first: int = 0, turn: "Lock | None" = None) -> None:
        self._file = file
        self._first = first
        self._turn = turn or Lock()
        self.frames = frames

    def between(self, start: int, stop: int) -> "OnDisk":
        """A part of it, as a sound of its own."""
        return OnDisk(self._file, stop - start, self._first + start, self._turn)

    def read(self, start: int, stop: int) -> Block:
        """The frames from ``start`` to ``stop``."""
        with self._turn:
            self._file.seek((self._first + start) * 2 * _KEPT.itemsize)
            data = self._file.read((stop - start) * 2 * _KEPT.itemsize)
        return np.frombuffer(data, dtype=_KEPT).reshape(-1, 2).astype(np.float32)


def _without_quiet_ends(sound: OnDisk, rate: int) -> OnDisk:
    """The sound without a silent or swelling head and a fading tail, which would be a hole at every turn of the loop.

    It begins and ends with the first and the last second that is within QUIET_END_DB of the middle one's level.
    """
    size = METER_SECONDS * rate
    seconds = np.concatenate(
        [middle_energies(sound.read(at, min(at + size, sound.frames)), rate) for at in range(0, sound.frames, size)]
    )[: sound.frames // rate]
    if not seconds.any():
        return sound
    heard = np.flatnonzero(seconds >= np.median(seconds[seconds > 0]) * 10 ** (QUIET_END_DB / 10))
    if heard[-1] + 1 - heard[0] < SHORTEST_SECONDS:
        return sound
    first = int(heard[0]) * rate
    last = sound.frames if heard[-1] == len(seconds) - 1 else (int(heard[-1]) + 1) * rate
    return sound.between(first, last)


class Looped:
    """A Bed from a sound on disk; at its end it turns into its start.

    The first time it is heard from its first frame on. Then comes a circle: what follows the start, and the
    seam, in which the end fades out while the start fades in.
    """

    def __init__(self, sound: OnDisk, rate: int, gain: float) -> None:
        self._gain = np.float32(gain)
        self._sound = sound
        self._size = min(round(SEAM_SECONDS * rate), sound.frames // 3)
        late, likeness = _best_match(sound, self._size)
        self._circle = sound.frames - late - self._size
        rising, falling = fades(self._size, likeness)
        start, end = sound.read(0, self._size), sound.read(self._circle, self._circle + self._size)
        self._seam = start * rising[:, None] + end * falling[:, None]
        hop = rate // HOPS_A_SECOND
        self._hops = Hops(self._levels(self._size, self._size + self._circle, hop), hop, self._circle)
        self._first = Hops(self._levels(0, self._size, hop), hop, self._size)

    def between(self, start: int, stop: int) -> Block:
        """The frames from ``start`` to ``stop`` of an endless track, at the bed's level."""
        block: Block = np.empty((stop - start, 2), dtype=np.float32)
        at = start
        while at < stop:
            part = self._part(at, stop - at)
            block[at - start : at - start + len(part)] = part
            at += len(part)
        block *= self._gain
        return block

    def _part(self, at: int, most: int) -> Block:
        """Some of what is heard from frame ``at`` on, in one piece of at most so many frames."""
        if at < self._size:
            return self._sound.read(at, min(self._size, at + most))
        place = (at - self._size) % self._circle
        plain = self._circle - self._size
        if place < plain:
            return self._sound.read(self._size + place, self._size + min(plain, place + most))
        return self._seam[place - plain : place - plain + most]

    def _levels(self, start: int, stop: int, hop: int) -> NDArray[np.float64]:
        """The energy of the middle in each hop of a range, the last of which may be short."""
        size = METER_SECONDS * HOPS_A_SECOND * hop
        return np.concatenate(
            [middle_energies(self.between(at, min(at + size, stop)), hop) for at in range(start, stop, size)]
        )

    @property
    def period(self) -> int:
        """0: it begins in another way than it goes on."""
        return 0

    @property
    def power(self) -> float:
        """The mean square of the middle over the whole loop."""
        return self._hops.power

    @property
    def loudest(self) -> float:
        """At least the mean square of the middle in any 100 ms."""
        return max(self._hops.loudest, self._first.loudest)

    def most(self, start: int, stop: int) -> float:
        """At least the mean square of the middle in any 100 ms that touch this range."""
        first = self._first.most(start, min(stop, self._size)) if start < self._size else 0.0
        return max(first, self._hops.most(max(0, start - self._size), max(1, stop - self._size)))


def _best_match(sound: OnDisk, size: int) -> tuple[int, float]:
    """How many frames to leave out at the end so that it goes best with the start, up to half of ``size``.

    And how alike the two are then: their correlation, which for steady tones would be anything without this,
    and with it is near 1.
    """
    furthest = size // 2
    start, end = sound.read(0, size), sound.read(sound.frames - size - furthest, sound.frames)
    length = fast_length(size + len(end))
    spectra = np.fft.rfft(end, length, axis=0) * np.conj(np.fft.rfft(start, length, axis=0))
    alike = np.fft.irfft(spectra.sum(axis=1), length)[: furthest + 1].astype(np.float64)
    running = np.concatenate([[0.0], np.cumsum(np.einsum("ij,ij->i", end, end), dtype=np.float64)])
    strength = (running[size:] - running[:-size]) * float(np.einsum("ij,ij", start, start))
    ratio = alike / np.sqrt(np.maximum(strength, 1e-20))
    best = int(ratio.argmax())
    return furthest - best, float(np.clip(ratio[best], 0, 1))


def fades(frames: int, likeness: float) -> tuple[NDArray[np.float32], NDArray[np.float32]]:
    """The gains of what comes and of what goes, so that their sum keeps its power.

    Between sounds that are alike (1) they add up to 1, between strangers (0) their squares do: two sounds of
    equal power and correlation r have, at gains a and b, the power a² + b² + 2abr.
    """
    rising = 0.5 - 0.5 * np.cos(np.pi * (np.arange(frames) + 0.5) / frames)
    falling = rising[::-1]
    power = rising**2 + falling**2 + 2 * likeness * rising * falling
    return (rising / np.sqrt(power)).astype(np.float32), (falling / np.sqrt(power)).astype(np.float32)
