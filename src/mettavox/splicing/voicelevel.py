"""Voice level: how loud the speech in any sound is, with nothing known of it but its energy over time."""

import numpy as np
from numpy.lib.stride_tricks import sliding_window_view
from numpy.typing import NDArray

from mettavox.codec import Block
from mettavox.loudness import BINS_A_SECOND, Energies, TruePeak, k_energies

CELLS_A_SECOND = 100

# Between words and sentences a voice falls silent several times in two seconds; a pad, a hum or a jingle does not.
_WINDOW_BINS = 20
_GAP_DB, _GAP_SHARE = 10.0, 0.12
_FAINT_DB = 20.0
_ENOUGH_SECONDS = 5.0

Bins = NDArray[np.float64]
Chosen = NDArray[np.bool_]


class Hearing:
    """Hears a sound of one or two channels at ``rate``, block by block, and remembers energies, not samples.

    ``frames`` is how much it has heard. What it keeps grows with the sound, by 1.7 MB an hour.
    """

    def __init__(self, rate: int, channels: int) -> None:
        self.rate, self.channels = rate, channels
        self.frames = 0
        self._peak = TruePeak()
        self._bins: list[Bins] = []
        self._cells: list[NDArray[np.float32]] = []
        self._bin_rest = self._cell_rest = np.zeros((0, channels), dtype=np.float32)

    @property
    def bin_frames(self) -> int:
        """Frames in 100 ms."""
        return self.rate // BINS_A_SECOND

    @property
    def cell_frames(self) -> int:
        """Frames in 10 ms."""
        return self.rate // CELLS_A_SECOND

    def hear(self, block: Block) -> None:
        """The next frames, shape ``(frames, channels)``."""
        self.frames += len(block)
        if not len(block):
            return
        self._peak.add(*np.ascontiguousarray(block.T))
        self._bin_rest, whole = _whole(self._bin_rest, block, self.bin_frames)
        self._weigh(whole)
        self._cell_rest, whole = _whole(self._cell_rest, block, self.cell_frames)
        self._add_cells(whole)

    def end(self) -> None:
        """What was heard is all there is."""
        self._weigh(self._bin_rest)
        self._add_cells(_filled(self._cell_rest, self.cell_frames))

    def _weigh(self, block: Block) -> None:
        if len(block):
            channels = (np.ascontiguousarray(channel) for channel in block.T)
            self._bins.append(np.sum([k_energies(channel, self.rate) for channel in channels], axis=0))

    def _add_cells(self, block: Block) -> None:
        if len(block):
            cells = block.reshape(-1, self.cell_frames * self.channels)
            self._cells.append(np.einsum("ij,ij->i", cells, cells) / np.float32(cells.shape[1]))

    @property
    def dbtp(self) -> float:
        """The highest true peak."""
        return self._peak.dbtp

    def bins(self) -> Bins:
        """The K-weighted energy of each 100 ms, of both channels together."""
        return np.concatenate(self._bins) if self._bins else np.zeros(0)

    def cells(self) -> NDArray[np.float32]:
        """The mean square of each 10 ms, over the channels."""
        return np.concatenate(self._cells) if self._cells else np.zeros(0, dtype=np.float32)


def _whole(rest: Block, block: Block, size: int) -> tuple[Block, Block]:
    """What is left over and what is a whole number of ``size`` frames, of ``rest`` and then ``block``."""
    both = np.concatenate([rest, block]) if len(rest) else block
    end = len(both) // size * size
    return both[end:].copy(), both[:end]


def _filled(block: Block, size: int) -> Block:
    return np.pad(block, ((0, -len(block) % size), (0, 0)))


def spoken(bins: Bins) -> Chosen:
    """Of each 100 ms, whether it is to be taken for speech: what ``speech`` says, or all where that is next to none."""
    found = speech(bins)
    return found if found.sum() >= _ENOUGH_SECONDS * BINS_A_SECOND else np.ones(len(bins), dtype=np.bool_)


def speech(bins: Bins) -> Chosen:
    """Of each 100 ms, whether it lies where speech seems to be: where loud and soft follow each other quickly."""
    if len(bins) < _WINDOW_BINS:
        return np.zeros(len(bins), dtype=np.bool_)
    levels = 10 * np.log10(np.maximum(bins, 1e-12))
    windows = sliding_window_view(levels, _WINDOW_BINS)
    highest = windows.max(axis=1)
    gaps = (windows < highest[:, None] - _GAP_DB).mean(axis=1) >= _GAP_SHARE
    told = gaps & (highest > np.percentile(levels, 95) - _FAINT_DB)
    # Both the two seconds up to here and those from here on: the end of a jingle has words on one side alone.
    rest = np.zeros(_WINDOW_BINS - 1, dtype=np.bool_)
    up_to, from_here = np.concatenate([rest | told[0], told]), np.concatenate([told, rest | told[-1]])
    found: Chosen = up_to & from_here
    return found


def loudness(bins: Bins, chosen: Chosen, rate: int) -> float:
    """The loudness in LUFS of what is ``chosen`` of a sound, gated after BS.1770; -inf where that is silent."""
    energies = Energies(len(bins) * (rate // BINS_A_SECOND), rate)
    energies.bins[: len(bins)] = bins * chosen[: len(bins)]
    return energies.integrated()


def near(chosen: Chosen, first: int, last: int) -> Chosen:
    """Of what is chosen, that between two places, both in 100 ms; nothing where it would not be enough to tell by."""
    found = chosen.copy()
    found[: max(0, first)] = False
    found[max(0, last) :] = False
    return found if found.sum() >= _ENOUGH_SECONDS * BINS_A_SECOND else np.zeros_like(chosen)
