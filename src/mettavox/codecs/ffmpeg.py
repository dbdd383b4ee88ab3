"""ffmpeg: where it is, and one long run of it that is fed a track and encodes it."""

import contextlib
import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
import threading
from collections.abc import Callable, Iterator, Sequence
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import IO, NoReturn

from mettavox.codec import Block
from mettavox.codecs.pcm import pcm16
from mettavox.errors import CodecError

if sys.platform == "linux":
    import fcntl

VARIABLE = "METTAVOX_FFMPEG"
"""An environment variable that names the ffmpeg to use."""
_HINT = f"Install mettavox again (it brings an ffmpeg), or set {VARIABLE} to one that has libmp3lame."
_ENCODER_HINT = f"Choose another --format, or set {VARIABLE} to an ffmpeg that has it."
_PATIENCE_SECONDS = 60.0
_PIPE_BYTES = 1 << 20
_LAST_WORDS_SECONDS = 2.0
_UNKNOWN = re.compile(r"Unknown encoder '(\w+)'")
# What ffmpeg says, in the words of the C library, when the disk refuses its output.
_DISK = {os.strerror(number): number for number in (errno.ENOSPC, errno.EDQUOT, errno.EFBIG, errno.EROFS, errno.EIO)}


@cache
def find() -> Path:
    """The ffmpeg to use: the one named by METTAVOX_FFMPEG, the one from pip, or the one on the path.

    Raises CodecError when there is none, or when it cannot run.
    """
    named = os.environ.get(VARIABLE)
    candidates = [named] if named else [_from_pip(), shutil.which("ffmpeg")]
    for candidate in filter(None, candidates):
        if Path(candidate).is_file():
            return Path(candidate).absolute()  # a name alone would be looked for on the path
    raise CodecError("There is no ffmpeg to encode with." if not named else f"{VARIABLE} names no file.", hint=_HINT)


def _from_pip() -> str | None:
    """The one that came with imageio-ffmpeg, or whatever that finds. It is slow to start, and tries its own in vain
    for what ours is asked anyway.
    """
    bundled = None if os.environ.get("IMAGEIO_FFMPEG_EXE") else _bundled()
    if bundled is not None and _runs(bundled):
        return str(bundled)
    try:
        from imageio_ffmpeg import get_ffmpeg_exe
    except ImportError:
        return None
    try:
        return str(get_ffmpeg_exe())
    except RuntimeError:
        return None


def _bundled() -> Path | None:
    spec = find_spec("imageio_ffmpeg")
    places = spec.submodule_search_locations if spec else None
    found = [each for place in places or () for each in Path(place, "binaries").glob("ffmpeg-*")]
    return found[0] if len(found) == 1 else None


def _runs(program: Path) -> bool:
    try:
        _told(program)
    except CodecError:
        return False
    return True


def version(program: Path) -> str:
    """What the program says of itself, in one line. Raises CodecError when it does not run or lacks LAME."""
    said, encoders = _told(program)
    if b"libmp3lame" not in encoders:
        raise CodecError("This ffmpeg has no MP3 encoder (libmp3lame).", hint=_HINT)
    return said


@cache
def named() -> str:
    """The version of the ffmpeg that is used, in a line. Raises CodecError when it does not run."""
    return _told(find())[0].split(" Copyright")[0]


def check_encoder(name: str) -> None:
    """Raise CodecError when the ffmpeg to use lacks an encoder, such as ``libopus``, or when there is none."""
    if name.encode("ascii") not in _told(find())[1]:
        raise _lacks(name)


@cache
def _told(program: Path) -> tuple[str, frozenset[bytes]]:
    """A program's version in a line, and its encoders: asked for these, it says the former on standard error."""
    try:
        run = subprocess.run([program, "-encoders"], capture_output=True, check=True, timeout=30)
    except (OSError, subprocess.SubprocessError) as error:
        raise CodecError(f"ffmpeg does not run ({type(error).__name__}).", hint=_HINT) from error
    lines = (line.split() for line in run.stdout.splitlines())
    first = run.stderr.decode("utf-8", "replace").splitlines()[:1]
    return "".join(first), frozenset(words[1] for words in lines if len(words) > 1)


def _lacks(encoder: str) -> CodecError:
    return CodecError(f"This ffmpeg has no encoder “{encoder}”.", hint=_ENCODER_HINT)


def as_wav(path: Path) -> bytes:
    """The sound in a file of any format that ffmpeg reads, as 16-bit WAV. Raises CodecError when there is none."""
    command = [str(find()), *_reading(path), "-c:a", "pcm_s16le", "-f", "wav", "pipe:1"]
    try:
        run = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise CodecError(f"ffmpeg does not run ({type(error).__name__}).", hint=_HINT) from error
    if run.returncode or not run.stdout:
        raise no_sound(path)
    return run.stdout


@contextlib.contextmanager
def decoded(path: Path, *options: str) -> Iterator[IO[bytes]]:
    """What ffmpeg makes of the first sound in a file, in a format that ``options`` name, as it comes.

    Raises CodecError: when ffmpeg does not start, and at the end of the block when it failed. It has stopped
    then, whatever was raised.
    """
    command = [str(find()), *_reading(path), *options, "pipe:1"]
    try:
        process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, start_new_session=True)
    except OSError as error:
        raise CodecError(f"ffmpeg does not start: {error.strerror}.", hint="Run “mettavox doctor”.") from error
    with process:
        try:
            assert process.stdout is not None
            _widen(process.stdout)
            yield process.stdout
            if process.wait():
                raise CodecError(
                    f"“{path.name}” could not be read to its end.", hint="Play it to the end, or save it again as WAV."
                )
        finally:
            process.kill()


def told(path: Path) -> tuple[str, str]:
    """What ffmpeg says about a file: its streams, as it lists them, and its tags and chapters as ffmetadata.

    Both are empty for what it cannot read. Raises CodecError when ffmpeg does not run.
    """
    command = [
        str(find()), "-nostdin", "-hide_banner", "-v", "info", "-protocol_whitelist", "file", "-i", f"file:{path}",
        "-f", "ffmetadata", "pipe:1",
    ]  # fmt: skip
    try:
        run = subprocess.run(command, capture_output=True, check=False, timeout=_PATIENCE_SECONDS)
    except (OSError, subprocess.SubprocessError) as error:
        raise CodecError(f"ffmpeg does not run ({type(error).__name__}).", hint=_HINT) from error
    if run.returncode:
        return "", ""
    return run.stderr.decode("utf-8", "replace"), run.stdout.decode("utf-8", "replace")


def _reading(path: Path) -> list[str]:
    """The arguments that name an input: always a file, whatever its name looks like, and nothing on a network."""
    return ["-nostdin", "-v", "error", "-protocol_whitelist", "file", "-i", f"file:{path}", "-map", "0:a:0"]


def no_sound(path: Path) -> CodecError:
    """The error for a file in which there is no sound."""
    return CodecError(f"“{path.name}” is not sound that ffmpeg can read.", hint="Give it as WAV, FLAC, MP3 or M4A.")


def _widen(pipe: IO[bytes] | None) -> None:
    """Let a pipe hold more, where the system can: every switch between two processes costs both."""
    if pipe is not None and sys.platform == "linux":
        with contextlib.suppress(OSError):
            fcntl.fcntl(pipe, fcntl.F_SETPIPE_SZ, _PIPE_BYTES)


class Feed:
    """One run of ffmpeg that takes a track's sound at ``rate`` through a pipe as input 0: 16-bit stereo, without a
    ``samples`` and ``channels`` of another kind, in ffmpeg's words.

    ``arguments`` are all that follows it. What ffmpeg writes to its standard output goes to ``take``, in a
    thread of its own; without ``take``, ffmpeg writes its output itself.
    """

    def __init__(
        self,
        arguments: Sequence[str],
        *,
        rate: int,
        take: Callable[[bytes], None] | None = None,
        samples: str = "s16le",
        channels: int = 2,
    ) -> None:
        self._trouble: BaseException | None = None
        self._last_words = tempfile.TemporaryFile()  # noqa: SIM115 - closed in finish or abandon
        command = [
            str(find()), "-hide_banner", "-loglevel", "error", "-nostdin",
            "-f", samples, "-ar", str(rate), "-ac", str(channels), "-i", "pipe:0", *arguments,
        ]  # fmt: skip
        try:
            self._process = subprocess.Popen(
                command,
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE if take else subprocess.DEVNULL,
                stderr=self._last_words,
                start_new_session=True,
            )
        except OSError as error:
            self._last_words.close()
            raise CodecError(f"ffmpeg does not start: {error.strerror}.", hint=_HINT) from error
        _widen(self._process.stdin)
        self._reader = threading.Thread(target=self._read, args=(take,), name="ffmpeg", daemon=True) if take else None
        if self._reader:
            self._reader.start()

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, 2)``; beyond [-1, 1] they are clipped. Raises CodecError."""
        self.write_pcm(pcm16(block))

    def write_pcm(self, samples: bytes | memoryview) -> None:
        """Take the next frames as samples of the kind that was said, one channel after the other. Raises CodecError."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.write(samples)
        except OSError:
            self._fail()
        if self._trouble:
            self._fail()

    def finish(self) -> None:
        """Wait for ffmpeg's last byte. Raises CodecError, or OSError from whatever takes or stores the output."""
        assert self._process.stdin is not None
        try:
            self._process.stdin.close()
        except OSError:
            self._fail()
        if self._reader:
            self._reader.join(_PATIENCE_SECONDS)
            if self._reader.is_alive():
                self._fail()
        try:
            ended_badly = self._process.wait(_PATIENCE_SECONDS)
        except subprocess.TimeoutExpired:
            self._fail()
        if ended_badly or self._trouble:
            self._fail()
        self._close()

    def abandon(self) -> None:
        """End ffmpeg at once."""
        self._process.kill()
        self._process.wait()
        if self._reader:
            self._reader.join(_PATIENCE_SECONDS)
        self._close()

    def _close(self) -> None:
        for pipe in (self._process.stdin, self._process.stdout, self._last_words):
            if pipe is not None:
                with contextlib.suppress(OSError):
                    pipe.close()

    def _read(self, take: Callable[[bytes], None]) -> None:
        assert self._process.stdout is not None
        try:
            while data := self._process.stdout.read(1 << 16):
                take(data)
        except BaseException as error:
            self._trouble = error
            self._process.kill()

    def _fail(self) -> NoReturn:
        if isinstance(self._trouble, (OSError, CodecError)):
            raise self._trouble  # the disk, or frames of another kind; not a failure of ffmpeg's
        with contextlib.suppress(subprocess.TimeoutExpired):
            self._process.wait(_LAST_WORDS_SECONDS)  # a closed pipe is seen before its last words are
        self._process.kill()
        self._process.wait()
        self._last_words.seek(0)
        words = self._last_words.read().decode("utf-8", "replace").strip()
        for refusal, number in _DISK.items():
            if refusal in words:
                raise OSError(number, refusal)
        missing = _UNKNOWN.search(words)
        if missing:
            raise _lacks(missing[1])
        last = words.splitlines()[-1] if words else "it ended without a word"
        raise CodecError(f"ffmpeg failed: {last}", hint=_HINT)
