"""LAME in this process: MP3 frames without a program to start or a pipe to fill, and on several cores at once.

The wheels of lameenc for Linux carry all of LAME, whose own functions can be called in them; those for other systems
show none, and there ffmpeg has to encode (``mp3encoder``). What lameenc offers itself has no switch for the reservoir.
"""

import ctypes
import os
import sys
from collections.abc import Callable
from functools import cache
from importlib.util import find_spec

import numpy as np

from mettavox.codec import Block
from mettavox.codecs.ffmpeg import VARIABLE
from mettavox.codecs.pcm import pcm16
from mettavox.errors import CodecError
from mettavox.packages import version

_PACKAGE = "lameenc"
_JOINT_STEREO, _MONO = 1, 3
# LAME's own default. Measured on two minutes of speech over a bed at 128 kbit/s, 5 takes an eighth less and adds as
# much noise in every band, within 0.4 dB; but over tonal beds its MP3 frames at the joins of windows have more than
# 1 dB more noise than those of one pass.
_QUALITY = 3
# What lame.h says a call may need for so many frames of sound.
_MOST_BYTES_A_FRAME, _MOST_BYTES_MORE = 1.25, 7200
_HINT = f"Try again; if it stays so, set {VARIABLE} to an ffmpeg that has libmp3lame."
_SETTINGS = (
    "in_samplerate", "out_samplerate", "num_channels", "mode", "brate", "disable_reservoir", "bWriteVbrTag",
    "quality", "lowpassfreq",
)  # fmt: skip
_REPORTS = ("errorf", "msgf", "debugf")


def is_here() -> bool:
    """Whether LAME can encode in this process. Where METTAVOX_FFMPEG names an ffmpeg, that one is to do it."""
    return not os.environ.get(VARIABLE) and _library() is not None


def named() -> str:
    """Which LAME it is, in a line: whatever may change its MP3 frames. Only where it is here."""
    library = _library()
    assert library is not None
    said = f"LAME {library.get_lame_version().decode('ascii', 'replace')}"
    try:
        return f"{said}, lameenc {version(_PACKAGE)}"
    except ImportError:  # somebody copied the library alone
        return said


@cache
def _library() -> ctypes.CDLL | None:
    """The library, its functions typed, or None where it is not there or does not show them."""
    spec = find_spec(_PACKAGE) if sys.byteorder == "little" else None
    if spec is None or not spec.origin:
        return None
    try:
        return _typed(ctypes.CDLL(spec.origin))
    except (OSError, AttributeError):
        return None


def _typed(library: ctypes.CDLL) -> ctypes.CDLL:
    """Raises AttributeError where one of them is missing."""
    handle, number, address = ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p
    library.get_lame_version.restype = ctypes.c_char_p
    library.lame_init.restype = handle
    for name in _SETTINGS:
        getattr(library, f"lame_set_{name}").argtypes = [handle, number]
    for name in _REPORTS:
        getattr(library, f"lame_set_{name}").argtypes = [handle, address]
    library.lame_init_params.argtypes = [handle]
    library.lame_encode_buffer_interleaved.argtypes = [handle, address, number, address, number]
    library.lame_encode_buffer.argtypes = [handle, address, address, number, address, number]
    library.lame_encode_flush.argtypes = [handle, address, number]
    library.lame_close.argtypes = [handle]
    return library


class Lame:
    """One run of LAME: 16-bit samples at ``rate`` in, bare MP3 frames of a constant bit rate out.

    Of two ``channels`` they are joint stereo. The bit reservoir is off, so that each of them stands alone. They go to
    ``take``. ``lowpass_hz`` is where it cuts off, or 0 for where it would. Raises CodecError.
    """

    def __init__(
        self, *, rate: int, bitrate_kbps: int, take: Callable[[bytes], None], channels: int = 2, lowpass_hz: int = 0
    ) -> None:
        library = _library()
        assert library is not None, "asked for where it is not"
        self._library = library
        self._channels = channels
        self._take = take
        self._handle = library.lame_init()
        if not self._handle:
            raise CodecError("LAME does not start.", hint=_HINT)
        try:
            for name in _REPORTS:
                getattr(library, f"lame_set_{name}")(self._handle, None)  # it would write to standard error
            mode = _JOINT_STEREO if channels > 1 else _MONO
            values = (rate, rate, channels, mode, bitrate_kbps, True, False, _QUALITY, lowpass_hz)
            for name, value in zip(_SETTINGS, values, strict=True):
                self._checked(getattr(library, f"lame_set_{name}")(self._handle, int(value)))
            self._checked(library.lame_init_params(self._handle))
        except BaseException:
            self.abandon()
            raise

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, channels)``; beyond [-1, 1] they are clipped. Raises CodecError."""
        self.write_pcm(pcm16(block))

    def write_pcm(self, samples: bytes | memoryview) -> None:
        """Take the next frames as 16-bit samples, one channel after the other. Raises CodecError."""
        sound = np.frombuffer(samples, dtype="<i2")
        count, at = len(sound) // self._channels, sound.ctypes.data
        out = ctypes.create_string_buffer(int(count * _MOST_BYTES_A_FRAME) + _MOST_BYTES_MORE)
        if self._channels > 1:
            made = self._library.lame_encode_buffer_interleaved(self._handle, at, count, out, len(out))
        else:
            made = self._library.lame_encode_buffer(self._handle, at, at, count, out, len(out))
        self._take(ctypes.string_at(out, self._checked(made)))

    def finish(self) -> None:
        """Have the last MP3 frames out. Raises CodecError."""
        out = ctypes.create_string_buffer(_MOST_BYTES_MORE)
        made = self._checked(self._library.lame_encode_flush(self._handle, out, len(out)))
        self._take(ctypes.string_at(out, made))
        self.abandon()

    def abandon(self) -> None:
        """Let go of it."""
        if self._handle:
            self._library.lame_close(self._handle)
            self._handle = None

    def _checked(self, result: int) -> int:
        if result < 0:
            raise CodecError(f"LAME failed ({result}).", hint=_HINT)
        return result
