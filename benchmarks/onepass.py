"""One pass: finished clips are laid block by block over silence or a bed, and go through one ffmpeg with LAME.

Run as ``python benchmarks/onepass.py FOLDER… [--mono]``. The strongest opponent that encodes a whole track: no line
is spoken, not even those with a name; clips and bed come at their final level and rate from mettavox itself; nothing
is measured, checked or written beside it. numpy is all that it imports, and it stays one process for several tracks.
"""

import argparse
import contextlib
import fcntl
import subprocess
from bisect import bisect_right
from pathlib import Path
from typing import Any

import numpy as np
from numpy.typing import NDArray

import material
from material import Material

_BLOCK_SECONDS = 2
_PIPE_BYTES = 1 << 20

Block = NDArray[np.int16]


class Mix:
    """The sound of a track, any range of it: int16, shape ``(frames, channels)``."""

    def __init__(self, made: Material, folder: Path, channels: int) -> None:
        self._made = made
        self._channels = channels
        self._clips: Block = np.load(folder / "clips.npy", mmap_mode="r")
        loop = folder / "loop.npy"
        self._loop: Block | None = np.load(loop, mmap_mode="r") if loop.exists() else None
        self._starts = [start for start, _, _ in made.pieces]
        self._longest = max(last - first for _, first, last in made.pieces)

    def between(self, start: int, stop: int) -> Block:
        """The frames from ``start`` to ``stop``; voice and bed together do not reach full scale."""
        block = self._backdrop(start, stop)
        first_piece = bisect_right(self._starts, start - self._longest)
        for at, first, last in self._made.pieces[first_piece : bisect_right(self._starts, stop)]:
            low, high = max(start, at), min(stop, at + last - first)
            if high > low:
                block[low - start : high - start] += self._clips[first + low - at : first + high - at, None]
        return block

    def _backdrop(self, start: int, stop: int) -> Block:
        block: Block = np.zeros((stop - start, self._channels), dtype=np.int16)
        if self._loop is None:
            return block
        at = start
        while at < stop:
            place = at % len(self._loop)
            count = min(stop - at, len(self._loop) - place)
            block[at - start : at - start + count] = self._loop[place : place + count]
            at += count
        fade_in, fade_out = self._made.fades
        if start < fade_in or stop > self._made.frames - fade_out:
            frames = np.arange(start, stop)
            ends = (frames / fade_in, (self._made.frames - frames) / fade_out)
            gain = np.prod([0.5 - 0.5 * np.cos(np.pi * np.clip(end, 0, 1)) for end in ends], axis=0)
            block = np.rint(block * gain[:, None]).astype(np.int16)
        return block


def make(folder: Path, *, mono: bool) -> None:
    """Leave ``onepass.mp3`` in the folder."""
    made = material.read(folder)
    mix, size = Mix(made, folder, 1 if mono else 2), made.rate * _BLOCK_SECONDS
    process = subprocess.Popen(command(made, folder / "onepass.mp3", mono=mono), stdin=subprocess.PIPE)
    with process:
        assert process.stdin is not None
        _widen(process.stdin)
        for start in range(0, made.frames, size):
            process.stdin.write(mix.between(start, min(start + size, made.frames)).data)
    if process.returncode:
        raise subprocess.CalledProcessError(process.returncode, process.args)


def command(made: Material, output: Path, *, mono: bool) -> list[str]:
    """The encoder: LAME as mettavox sets it, with ffmpeg's own tags."""
    return [
        made.ffmpeg, "-hide_banner", "-loglevel", "error", "-nostdin", "-y",
        "-f", "s16le", "-ar", str(made.rate), "-ac", "1" if mono else "2", "-i", "pipe:0",
        "-c:a", "libmp3lame", "-b:a", f"{made.bitrate_kbps}k", "-joint_stereo", "1", "-reservoir", "0",
        "-metadata", "title=Steady", str(output),
    ]  # fmt: skip


def _widen(pipe: Any) -> None:
    """Let the pipe hold more, as mettavox does: every switch between two processes costs both."""
    with contextlib.suppress(OSError):
        fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


def main() -> None:
    """Read the arguments and make the tracks."""
    parser = argparse.ArgumentParser()
    parser.add_argument("folders", type=Path, nargs="+")
    parser.add_argument("--mono", action="store_true", help="one channel; not with a bed")
    chosen = parser.parse_args()
    for folder in chosen.folders:
        make(folder, mono=chosen.mono)


if __name__ == "__main__":
    main()
