"""A raw clip made ready: filtered, trimmed to its sound, with soft edges; still at the engine's rate."""

from collections.abc import Iterable, Iterator, MutableMapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from mettavox import reel
from mettavox.audio import Clip
from mettavox.loudness import Samples, fast_length, recent
from mettavox.reel import Kept, Reel
from mettavox.script import Line
from mettavox.voice import Shaping

# What is left around the sound, so that no consonant is bitten off, and how the edges fade.
_LEAD_SECONDS, _TRAIL_SECONDS = 0.010, 0.030
_FADE_IN_SECONDS, _FADE_OUT_SECONDS = 0.005, 0.020
_WINDOW_SECONDS = 0.005
_RING_SECONDS = 0.05
_AT_ONCE = 8192  # frequencies: on the way each takes 100 bytes


@dataclass(frozen=True, kw_only=True, eq=False)
class Shaped:
    """A clip's samples in [-1, 1], float32, shape ``(frames,)``, at ``rate`` hertz."""

    samples: Samples
    rate: int

    def frames_at(self, rate: int) -> int:
        """How many frames the clip has at another rate."""
        return -(-len(self.samples) * rate // self.rate)


class Clips(MutableMapping[Line, Shaped]):
    """Clips by their lines, on a reel: all of a track's would be too much at once. A person's words are not there."""

    def __init__(self) -> None:
        self._reel = Reel()
        self._known: dict[Line, tuple[Kept, int]] = {}

    def __setitem__(self, line: Line, clip: Shaped) -> None:
        self._known[line] = clip.samples if line.personal else self._reel.keep(clip.samples), clip.rate

    def __getitem__(self, line: Line) -> Shaped:
        kept, rate = self._known[line]
        return Shaped(samples=reel.read(kept), rate=rate)

    def __delitem__(self, line: Line) -> None:
        del self._known[line]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def frames_at(self, line: Line, rate: int) -> int:
        """How many frames a clip has at another rate, without its being read."""
        kept, own = self._known[line]
        return -(-len(kept) * rate // own)

    def keep_only(self, lines: Iterable[Line]) -> None:
        """Let go of all but these, which are then in this order."""
        self._known = {line: self._known[line] for line in lines if line in self._known}


def shaped(clip: Clip, shaping: Shaping) -> Shaped:
    """The clip, filtered and trimmed as the voice asks."""
    samples = np.frombuffer(clip.pcm, dtype="<i2").astype(np.float32) / np.float32(32768)
    if shaping.shelf_db:
        samples = _high_shelf(samples, clip.rate, shaping.shelf_hz, shaping.shelf_db)
    samples = _trimmed(samples, clip.rate, shaping.trim_db)
    return Shaped(samples=_with_soft_edges(samples, clip.rate), rate=clip.rate)


def _high_shelf(samples: Samples, rate: int, hertz: float, gain_db: float) -> Samples:
    """A high shelf after the Audio EQ Cookbook (R. Bristow-Johnson), slope 1, by its frequency response."""
    length = fast_length(len(samples) + round(_RING_SECONDS * rate))
    spectrum = np.fft.rfft(samples, length) * _shelf_response(length, rate, hertz, gain_db)
    filtered: Samples = np.fft.irfft(spectrum, length)[: len(samples)].astype(np.float32, copy=False)
    return filtered


def forget() -> None:
    """Let go of what was kept for the lengths of the clips so far."""
    _shelf_response.forget()


@recent(8_000_000)
def _shelf_response(length: int, rate: int, hertz: float, gain_db: float) -> NDArray[np.complex64]:
    a = 10 ** (gain_db / 40)
    w = 2 * np.pi * hertz / rate
    cos, beta = np.cos(w), np.sin(w) * np.sqrt(2 * a)
    above = a * (a + 1 + (a - 1) * cos + beta), -2 * a * (a - 1 + (a + 1) * cos), a * (a + 1 + (a - 1) * cos - beta)
    below = a + 1 - (a - 1) * cos + beta, 2 * (a - 1 - (a + 1) * cos), a + 1 - (a - 1) * cos - beta
    frequencies = np.fft.rfftfreq(length)
    shelf: NDArray[np.complex64] = np.empty(len(frequencies), dtype=np.complex64)
    for first in range(0, len(shelf), _AT_ONCE):
        turn = np.exp(-2j * np.pi * frequencies[first : first + _AT_ONCE])
        shelf[first : first + _AT_ONCE] = np.polyval(above[::-1], turn) / np.polyval(below[::-1], turn)
    return shelf


def _trimmed(samples: Samples, rate: int, trim_db: float) -> Samples:
    """The samples from just before the first sound to just after the last one."""
    window = max(1, round(_WINDOW_SECONDS * rate))
    whole = len(samples) // window * window
    peaks = np.abs(samples[:whole]).reshape(-1, window).max(axis=1) if whole else np.abs(samples)
    heard = np.flatnonzero(peaks > peaks.max(initial=0.0) * 10 ** (trim_db / 20))
    if not len(heard):
        return samples
    first = max(0, int(heard[0]) * window - round(_LEAD_SECONDS * rate))
    last = min(len(samples), (int(heard[-1]) + 1) * window + round(_TRAIL_SECONDS * rate))
    return samples[first:last]


def _with_soft_edges(samples: Samples, rate: int) -> Samples:
    soft = samples.copy()
    rise = min(len(soft), round(_FADE_IN_SECONDS * rate))
    fall = min(len(soft), round(_FADE_OUT_SECONDS * rate))
    soft[:rise] *= raised_cosine(rise)
    soft[len(soft) - fall :] *= raised_cosine(fall)[::-1]
    return soft


def raised_cosine(length: int) -> Samples:
    """A fade from 0 to 1 in the shape of half a cosine."""
    curve: Samples = (0.5 - 0.5 * np.cos(np.pi * (np.arange(length) + 0.5) / length)).astype(np.float32)
    return curve
