"""Loudness after ITU-R BS.1770-5, added up from parts, and true peak.

Loudness is measured in blocks of 400 ms with three quarters of overlap, so everything is kept as
the energy of each 100 ms of a track: a clip's K-weighted energy is computed once and added wherever
the clip lies, and a whole track is never needed in one piece.
"""

import numpy as np
import soxr
from numpy.typing import NDArray

Samples = NDArray[np.float32]

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

_OVERSAMPLING = 4
# The most by which a band-limited signal between the samples can rise over them in practice; blocks
# under the loudest divided by this need no oversampling.
_OVERSHOOT = 2.0
_PEAK_BLOCK, _PEAK_EDGE = 4800, 64


def k_response(length: int, rate: int) -> NDArray[np.complex64]:
    """The K-weighting filter on the frequencies of ``numpy.fft.rfft`` of that length."""
    turn = np.exp(-2j * np.pi * np.fft.rfftfreq(length)).astype(np.complex128)
    k = np.tan(np.pi * _SHELF_HZ / rate)
    high = 10 ** (_SHELF_DB / 20)
    band = high**_SHELF_BAND
    below = 1 + k / _SHELF_Q + k * k
    shelf = (
        (high + band * k / _SHELF_Q + k * k)
        + 2 * (k * k - high) * turn
        + (high - band * k / _SHELF_Q + k * k) * turn**2
    ) / (below + 2 * (k * k - 1) * turn + (1 - k / _SHELF_Q + k * k) * turn**2)
    k = np.tan(np.pi * _PASS_HZ / rate)
    below = 1 + k / _PASS_Q + k * k
    high_pass = (1 - 2 * turn + turn**2) / (
        1 + 2 * (k * k - 1) / below * turn + (1 - k / _PASS_Q + k * k) / below * turn**2
    )
    return (shelf * high_pass).astype(np.complex64)


def k_weighted(samples: Samples, rate: int) -> Samples:
    """``samples`` (one channel) through the K-weighting filter, with RING_SECONDS more at the end."""
    whole = len(samples) + round(RING_SECONDS * rate)
    length = fast_length(whole)
    spectrum = np.fft.rfft(samples, length) * k_response(length, rate)
    weighted: Samples = np.fft.irfft(spectrum, length)[:whole].astype(np.float32, copy=False)
    return weighted


def fast_length(least: int) -> int:
    """The smallest length with no prime factor over 5 that is at least so long."""
    best = 1 << (least - 1).bit_length()
    fives = 1
    while fives < best:
        threes = fives
        while threes < best:
            length = threes << max(0, (-(-least // threes) - 1).bit_length())
            best = min(best, length) if length >= least else best
            threes *= 3
        fives *= 5
    return best


class Energies:
    """The K-weighted energy of each 100 ms of a stereo track of ``frames`` at ``rate``."""

    def __init__(self, frames: int, rate: int) -> None:
        self._bin = rate // BINS_A_SECOND
        self._rate = rate
        self.bins: NDArray[np.float64] = np.zeros(-(-frames // self._bin) + 1)

    def add(self, running: NDArray[np.float64], rate: int, start: int) -> None:
        """Add a mono clip that sounds in both channels from frame ``start`` on.

        ``running`` is the running sum, from 0, of its squared K-weighted samples at ``rate``.
        """
        ratio = rate / self._rate
        end = start + (len(running) - 1) / ratio
        first, last = start // self._bin, min(int(-(-end // self._bin)), len(self.bins))
        edges = (np.arange(first, last + 1) * self._bin - start) * ratio
        at_edges = np.interp(edges, np.arange(len(running)), running)
        # Energy is per second of sound, so it is counted in frames of the track; both channels sound.
        self.bins[first:last] += 2 * np.diff(at_edges) / ratio

    def integrated(self) -> float:
        """Integrated loudness in LUFS, gated at -70 LUFS and 10 LU under what is left; -inf for silence."""
        blocks = np.convolve(self.bins, np.ones(_BLOCK_BINS), mode="valid") / (_BLOCK_BINS * self._bin)
        loud = blocks[blocks > _power(_ABSOLUTE_GATE_LUFS)]
        if not len(loud):
            return float("-inf")
        gate = loud.mean() * 10 ** (_RELATIVE_GATE_LU / 10)
        return _lufs(float(loud[loud > gate].mean()))


def running_energy(samples: Samples, rate: int) -> NDArray[np.float64]:
    """The running sum, from 0, of the squared K-weighted samples: what ``Energies.add`` takes."""
    weighted = k_weighted(samples, rate)
    running = np.zeros(len(weighted) + 1)
    np.cumsum(np.square(weighted, dtype=np.float64), out=running[1:])
    return running


def _power(lufs: float) -> float:
    return float(10 ** ((lufs - _OFFSET_LUFS) / 10))


def _lufs(power: float) -> float:
    return float(_OFFSET_LUFS + 10 * np.log10(power))


def oversampled(samples: Samples) -> Samples:
    """``samples`` (one channel) at four times the rate, as BS.1770-5 annex 2 asks for true peaks."""
    finer: Samples = soxr.resample(samples, 1, _OVERSAMPLING, quality="HQ")
    return finer


class TruePeak:
    """The true peak of a track that comes block by block; exact where it matters, cheap elsewhere."""

    def __init__(self) -> None:
        self._highest = 0.0
        self._kept: Samples | None = None

    def add(self, block: Samples) -> None:
        """Take the next frames, shape ``(frames, channels)``."""
        whole = block if self._kept is None else np.concatenate([self._kept, block])
        for start in range(0, len(whole), _PEAK_BLOCK):
            part = whole[max(0, start - _PEAK_EDGE) : start + _PEAK_BLOCK + _PEAK_EDGE]
            sample_peak = float(np.abs(part).max())
            self._highest = max(self._highest, sample_peak)
            if sample_peak * _OVERSHOOT > self._highest and sample_peak > self._highest / _OVERSHOOT:
                self._refine(part)
        self._kept = whole[-_PEAK_EDGE:]

    def _refine(self, part: Samples) -> None:
        for channel in part.T:
            self._highest = max(self._highest, float(np.abs(oversampled(np.ascontiguousarray(channel))).max()))

    @property
    def dbtp(self) -> float:
        """The highest true peak so far, in dBTP; -inf for silence."""
        return float(20 * np.log10(self._highest)) if self._highest else float("-inf")
