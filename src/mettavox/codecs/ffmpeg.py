"""ffmpeg: where it is, and one long run of it that encodes MP3."""

import contextlib
import os
import shutil
import subprocess
import sys
import tempfile
import threading
from functools import cache
from pathlib import Path
from typing import IO, BinaryIO

import numpy as np

from mettavox.codec import Block
from mettavox.codecs.mp3 import Mp3Writer
from mettavox.errors import CodecError

if sys.platform == "linux":
    import fcntl

VARIABLE = "METTAVOX_FFMPEG"
"""An environment variable that names the ffmpeg to use."""
_HINT = f"Install mettavox again (it brings an ffmpeg), or set {VARIABLE} to one that has libmp3lame."
BITRATE_KBPS = 128
RATE = 48_000
"""At 48 kHz and 128 kbit/s a frame of MP3 is exactly 384 bytes and 24 ms, without padding."""

# LAME multiplies by 0.95 in its presets for constant bit rates up to 160 kbit/s.
LAME_GAIN_DB = -0.446
_FULL_SCALE = 32767.0
_PATIENCE_SECONDS = 60.0
_PIPE_BYTES = 1 << 20


@cache
def find() -> Path:
    """The ffmpeg to use: the one named by METTAVOX_FFMPEG, the one from pip, or the one on the path.

    Raises CodecError when there is none, or when it cannot run.
    """
    named = os.environ.get(VARIABLE)
    candidates = [named] if named else [_from_pip(), shutil.which("ffmpeg")]
    for candidate in filter(None, candidates):
        if Path(candidate).is_file():
            return Path(candidate)
    raise CodecError("There is no ffmpeg to encode with." if not named else f"{VARIABLE} names no file.", hint=_HINT)


def _from_pip() -> str | None:
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return None
    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:
        return None


def version(program: Path) -> str:
    """What the program says of itself, in one line. Raises CodecError when it does not run or lacks LAME."""
    try:
        run = subprocess.run([program, "-hide_banner", "-version"], capture_output=True, check=True, timeout=30)
        encoders = subprocess.run([program, "-hide_banner", "-encoders"], capture_output=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise CodecError(f"ffmpeg does not run ({type(error).__name__}).", hint=_HINT) from error
    if b"libmp3lame" not in encoders.stdout:
        raise CodecError("This ffmpeg has no MP3 encoder (libmp3lame).", hint=_HINT)
    return run.stdout.decode("utf-8", "replace").splitlines()[0]


def as_wav(path: Path) -> bytes:
    """The sound in a file of any format that ffmpeg reads, as 16-bit WAV. Raises CodecError when there is none."""
    options = ["-map", "0:a:0", "-c:a", "pcm_s16le", "-f", "wav", "pipe:1"]
    command: list[str | Path] = [find(), "-nostdin", "-v", "error", "-i", path, *options]
    try:
        run = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise CodecError(f"ffmpeg does not run ({type(error).__name__}).", hint=_HINT) from error
    if run.returncode or not run.stdout:
        raise CodecError(f"“{path.name}” is not sound that ffmpeg can read.", hint="Give it as WAV, FLAC, MP3 or M4A.")
    return run.stdout


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold more, where the system can: every switch between two processes costs both."""
    if pipe is not None and sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


class Mp3Encoder:
    """An Encoder: constant 128 kbit/s joint stereo at 48 kHz, into a file with an ID3 tag and a LAME tag.

    The bit reservoir is off, so every MP3 frame stands alone and can be cut or copied.
    """

    gain_db = LAME_GAIN_DB

    def __init__(self, file: BinaryIO, *, frames: int, id3: bytes) -> None:
        self._writer = Mp3Writer(file, frames=frames, id3=id3)
        self._trouble: BaseException | None = None
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115 - closed in finish or abandon
        arguments = [
            str(find()), "-hide_banner", "-loglevel", "error", "-nostdin",
            "-f", "s16le", "-ar", str(RATE), "-ac", "2", "-i", "pipe:0",
            "-map_metadata", "-1", "-c:a", "libmp3lame", "-b:a", f"{BITRATE_KBPS}k",
            "-joint_stereo", "1", "-reservoir", "0",
            "-f", "mp3", "-write_xing", "0", "-id3v2_version", "0", "pipe:1",
        ]  # fmt: skip
        try:
            self._process = subprocess.Popen(
                arguments,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                stderr=self._last_words,
                start_new_session=True,
            )
        except OSError as error:
            raise CodecError(f"ffmpeg does not start: {error.strerror}.", hint=_HINT) from error
        _widen(self._process.stdin)
        self._reader = threading.Thread(target=self._read, name="mp3", daemon=True)
        self._reader.start()

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, 2)``; beyond [-1, 1] they are clipped. Raises CodecError."""
        assert self._process.stdin is not None
        if block.any():
            scaled = block * np.float32(_FULL_SCALE)
            np.clip(np.rint(scaled, out=scaled), -32768, 32767, out=scaled)
            samples = scaled.astype("<i2").data
        else:
            samples = memoryview(bytes(4 * len(block)))
        try:
            self._process.stdin.write(samples)
        except OSError:
            self._fail()
        if self._trouble:
            self._fail()

    def finish(self) -> None:
        """Wait for the last MP3 frame and complete the tags. Raises CodecError, or OSError from the file."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            self._fail()
        self._reader.join(_PATIENCE_SECONDS)
        if self._reader.is_alive() or self._process.wait(_PATIENCE_SECONDS) or self._trouble:
            self._fail()
        self._writer.finish()
        self._close()

    def abandon(self) -> None:
        """End ffmpeg at once."""
        self._process.kill()
        self._process.wait()
        self._reader.join(_PATIENCE_SECONDS)
        self._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._last_words):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self) -> None:
        assert self._process.stdout is not None
        try:
            while data := self._process.stdout.read(1 << 16):
                self._writer.write(data)
        except BaseException as error:
            self._trouble = error
            self._process.kill()

    def _fail(self) -> None:
        if isinstance(self._trouble, (OSError, CodecError)):
            raise self._trouble  # the disk, or frames of another kind; not a failure of ffmpeg's
        self._process.kill()
        self._process.wait()
        self._last_words.seek(0)
        words = self._last_words.read().decode("utf-8", "replace").strip().splitlines()
        raise CodecError(f"ffmpeg failed: {words[-1] if words else 'it ended without a word'}", hint=_HINT)
