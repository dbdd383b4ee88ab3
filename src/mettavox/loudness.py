"""Loudness after ITU-R BS.1770-5, added up from parts, and true peak.

Loudness is measured in blocks of 400 ms with three quarters of overlap, so everything is kept as
the energy of each 100 ms of a track: a clip's K-weighted energy is computed once and added wherever
the clip lies, and a whole track is never needed in one piece.
"""

from collections.abc import Callable
from functools import cache
from threading import Lock
from typing import Any

import numpy as np
import soxr
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

Samples = NDArray[np.float32]
_Taps = tuple[float, float, float]

BINS_A_SECOND = 10
_BLOCK_BINS = 4
_ABSOLUTE_GATE_LUFS = -70.0
_RELATIVE_GATE_LU = -10.0
_OFFSET_LUFS = -0.691
"""BS.1770-5, equation 2: a full-scale 997 Hz sine in one channel reads -3.01 LUFS."""
RING_SECONDS = 0.3
"""How long the K-weighting filter still sounds after its input, to far below hearing."""

# BS.1770 gives coefficients for 48 kHz; these are the analogue parameters behind them (De Man,
# "Evaluation of implementations of the EBU R128 loudness measurement", 2018), so any rate can be met.
_SHELF_HZ, _SHELF_DB, _SHELF_Q = 1681.974450955533, 3.999843853973347, 0.7071752369554196
_PASS_HZ, _PASS_Q = 38.13547087602444, 0.5003270373238773
_SHELF_BAND = 0.4996667741545416
_STANDARD_RATE = 48_000
_AT_ONCE = 8192  # frequencies: on the way each takes 200 bytes

OVERSAMPLING = 4
"""How much finer than the samples a true peak is looked for."""
# A peak between two samples is at most 3 dB over the larger of them, short of contrived signals:
# a tone at half the highest frequency, sampled on its shoulders.
_OVERSHOOT = 2**0.5
_TAPS = 32
_TAPER = 6.0


class Recent:
    """A function of a clip's length and some more, with what it gave last, up to so many bytes of it.

    A filter's response over a few seconds is a megabyte, and many clips have one of a few lengths.
    """

    def __init__(self, made: Callable[..., NDArray[Any]], most_bytes: int) -> None:
        self._made, self._most = made, most_bytes
        self._known: dict[tuple[Any, ...], NDArray[Any]] = {}
        self._lock = Lock()

    def __call__(self, *key: Any) -> NDArray[Any]:
        with self._lock:
            found = self._known.pop(key, None)
        if found is None:
            found = self._made(*key)
        with self._lock:
            self._known[key] = found
            size = sum(each.nbytes for each in self._known.values())
            while size > self._most and len(self._known) > 1:
                size -= self._known.pop(next(iter(self._known))).nbytes
        return found

    def forget(self) -> None:
        """Let go of all."""
        with self._lock:
            self._known.clear()


def recent(most_bytes: int) -> Callable[[Callable[..., NDArray[Any]]], Recent]:
    """Makes a function one that is Recent."""
    return lambda made: Recent(made, most_bytes)


@recent(3_000_000)
def k_response(length: int, rate: int) -> NDArray[np.complex64]:
    """The K-weighting filter on the frequencies of ``numpy.fft.rfft`` of that length.

    At every rate up to 48 kHz it is the response of the standard's 48 kHz filter, so that a clip
    measures the same before and after resampling.
    """
    made_for = max(rate, _STANDARD_RATE)
    frequencies = np.fft.rfftfreq(length)
    whole = np.empty(len(frequencies), dtype=np.complex64)
    for first in range(0, len(whole), _AT_ONCE):
        turn = np.exp(-2j * np.pi * frequencies[first : first + _AT_ONCE] * rate / made_for)
        response = _second_order(turn, *_shelf(made_for)) * _second_order(turn, *_high_pass(made_for))
        whole[first : first + _AT_ONCE] = response
    return whole


def forget() -> None:
    """Let go of what was kept for the lengths of the clips so far."""
    k_response.forget()


def _second_order(turn: NDArray[np.complex128], above: _Taps, below: _Taps) -> NDArray[np.complex128]:
    """A filter's response from its taps, at each ``turn`` (one frame's delay on the unit circle)."""
    response: NDArray[np.complex128] = (above[0] + above[1] * turn + above[2] * turn**2) / (
        below[0] + below[1] * turn + below[2] * turn**2
    )
    return response


def _shelf(rate: int) -> tuple[_Taps, _Taps]:
    k, high = np.tan(np.pi * _SHELF_HZ / rate), 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_BAND
    return (
        (high + band * k / _SHELF_Q + k * k, 2 * (k * k - high), high - band * k / _SHELF_Q + k * k),
        (1 + k / _SHELF_Q + k * k, 2 * (k * k - 1), 1 - k / _SHELF_Q + k * k),
    )


def _high_pass(rate: int) -> tuple[_Taps, _Taps]:
    k = np.tan(np.pi * _PASS_HZ / rate)
    first = 1 + k / _PASS_Q + k * k
    return (1.0, -2.0, 1.0), (1.0, 2 * (k * k - 1) / first, (1 - k / _PASS_Q + k * k) / first)


def k_weighted(samples: Samples, rate: int) -> Samples:
    """``samples`` (one channel) through the K-weighting filter, with RING_SECONDS more at the end."""
    whole = len(samples) + round(RING_SECONDS * rate)
    length = fast_length(whole)
    spectrum = np.fft.rfft(samples, length) * k_response(length, rate)
    weighted: Samples = np.fft.irfft(spectrum, length)[:whole].astype(np.float32, copy=False)
    return weighted


def k_energies(samples: Samples, rate: int) -> NDArray[np.float64]:
    """The K-weighted energy of each 100 ms of ``samples`` (one channel), the last filled up with silence.

    Taken from each part's spectrum (Parseval), so what the filter carries over into the next part,
    a few hundredths of it, is counted where it began. Within 0.02 LU over speech.
    """
    size = rate // BINS_A_SECOND
    parts = np.pad(samples, (0, -len(samples) % size)).reshape(-1, size)
    spectrum = np.fft.rfft(parts, axis=1)
    powers = np.square(spectrum.real) + np.square(spectrum.imag)
    return np.asarray(powers @ _k_power(size, rate), dtype=np.float64)


@cache
def _k_power(length: int, rate: int) -> NDArray[np.float32]:
    """What each bin of a spectrum adds to the K-weighted energy; the bins between the ends stand for two."""
    twice = np.full(length // 2 + 1, 2.0)
    twice[0] = twice[-1] = 1.0
    weights: NDArray[np.float32] = (twice * np.abs(k_response(length, rate)) ** 2 / length).astype(np.float32)
    return weights


def fast_length(least: int) -> int:
    """The smallest of 1, 1.25 and 1.5 times a power of two that is at least so long.

    Fast to transform, and so few that a filter's response is worth keeping for the next clip.
    """
    above = 1 << (max(least, 8) - 1).bit_length()
    return next(length for length in (above * 5 // 8, above * 3 // 4, above) if length >= least)


class Energies:
    """The K-weighted energy of each 100 ms of a stereo track of ``frames`` at ``rate``."""

    def __init__(self, frames: int, rate: int) -> None:
        self._bin = rate // BINS_A_SECOND
        self._rate = rate
        self.bins: NDArray[np.float64] = np.zeros(-(-frames // self._bin) + 1)

    def add(self, running: NDArray[np.float64], rate: float, start: int, *, frames_each: int = 1) -> None:
        """Add a mono clip that sounds in both channels from frame ``start`` on.

        ``running`` is the running sum, from 0, of its squared K-weighted samples, with ``rate``
        values a second, each of which stands for so many of the clip's frames.
        """
        ratio = rate / self._rate
        end = start + (len(running) - 1) / ratio
        first, last = start // self._bin, min(int(-(-end // self._bin)), len(self.bins))
        edges = (np.arange(first, last + 1) * self._bin - start) * ratio
        at_edges = np.interp(edges, np.arange(len(running)), running)
        # Energy is per second of sound, so it is counted in frames of the track; both channels sound.
        self.bins[first:last] += 2 * np.diff(at_edges) / (ratio * frames_each)

    def integrated(self) -> float:
        """Integrated loudness in LUFS, gated at -70 LUFS and 10 LU under what is left; -inf for silence."""
        blocks = np.convolve(self.bins, np.ones(_BLOCK_BINS), mode="valid")
        blocks /= _BLOCK_BINS * self._bin
        loud = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
        if not len(loud):
            return float("-inf")
        gate = loud.mean() * 10 ** (_RELATIVE_GATE_LU / 10)
        return _lufs(float(loud[loud > gate].mean()))


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LUFS) / 10))


def _lufs(power: float) -> float:
    return float(_OFFSET_LUFS + 10 * np.log10(power))


def oversampled(samples: Samples) -> Samples:
    """``samples`` (one channel) at four times the rate, as BS.1770-5 annex 2 asks for true peaks."""
    finer: Samples = soxr.resample(samples, 1, OVERSAMPLING, quality="HQ")
    return finer


class TruePeak:
    """The true peak of a track that comes block by block, oversampled only where it can matter.

    ``highest`` is one that was found before, as an amplitude.
    """

    def __init__(self, highest: float = 0.0) -> None:
        self._highest = highest
        self._kept: list[Samples] = [np.zeros(_TAPS, dtype=np.float32)]

    def add(self, *channels: Samples) -> None:
        """Take the next frames of each channel; one channel stands for all where they are alike."""
        before = self._kept if len(self._kept) == len(channels) else [self._kept[0]] * len(channels)
        wholes = [np.concatenate(pair) for pair in zip(before, channels, strict=True)]
        for whole in wholes:
            if max(float(whole.max()), -float(whole.min())) * _OVERSHOOT > self._highest:
                self._refine(whole)
        self._kept = [whole[-_TAPS:] for whole in wholes]

    def go_elsewhere(self) -> None:
        """What comes next does not follow what came before."""
        self._end()
        self._kept = [np.zeros(_TAPS, dtype=np.float32)]

    def _end(self) -> None:
        for kept in self._kept:
            self._refine(np.append(kept, np.zeros(_TAPS, dtype=np.float32)))  # the last few frames

    def _refine(self, channel: Samples) -> None:
        """Oversample around the samples from which a higher peak than so far can rise."""
        sizes = np.abs(channel)
        self._highest = max(self._highest, float(sizes.max()))
        half = _TAPS // 2
        near = np.flatnonzero(sizes[half:-half] > self._highest / _OVERSHOOT)
        if len(near):
            between = sliding_window_view(channel, _TAPS)[near] @ _between()
            self._highest = max(self._highest, float(np.abs(between).max()))

    @property
    def highest(self) -> float:
        """The highest true peak so far, as an amplitude."""
        self._end()
        return self._highest

    @property
    def dbtp(self) -> float:
        """The highest true peak so far, in dBTP; -inf for silence."""
        highest = self.highest
        return float(20 * np.log10(highest)) if highest else float("-inf")


@cache
def _between() -> NDArray[np.float32]:
    """Interpolates the three places on either side of a sample at four times the rate; shape (_TAPS, 6)."""
    places = np.arange(_TAPS)[:, None] - _TAPS // 2
    steps = np.array([-3, -2, -1, 1, 2, 3]) / OVERSAMPLING
    distance = places - steps
    taper = np.i0(_TAPER * np.sqrt(1 - (distance / (_TAPS / 2 + 1)) ** 2)) / np.i0(_TAPER)  # Kaiser's window
    kernel = np.sinc(distance) * taper
    gains: NDArray[np.float32] = (kernel / kernel.sum(axis=0)).astype(np.float32)
    return gains
