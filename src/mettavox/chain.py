"""The voice chain: every clip without rumble, with softer S sounds, and each line about as loud as the others.

Nothing here works on time: one static gain for a line, so that nothing pumps, and no frame more, less or moved.
What limits the peaks comes last, in the voice stem.
"""

from collections.abc import Iterable, Mapping, MutableMapping

import numpy as np

from mettavox import filters, level, loudness
from mettavox.deess import softened
from mettavox.filters import Gains, filtered, high_pass, shelf
from mettavox.loudness import Samples
from mettavox.script import Line
from mettavox.shape import Shaped, raised_cosine

RUMBLE_HZ = 75.0
"""What lies under this is no voice, but steps, traffic and the mains."""

TREBLE_HZ = 6000.0
"""From here on, the treble is turned down where a delivery asks for it."""

TOLERANCE_LU = 1.5
"""How far a line may be from the median of all lines, unless it is so faint that no gain may bring it there."""

# The level of speech and BS.1770's loudness of a clip differ by 1 LU and more from line to line, so that lines that
# are to be within TOLERANCE_LU by either are kept closer by the one that can tell the level of a single word.
_AIM_LU = 0.25
# More would only lift the noise of a take in which hardly anything is said.
_MOST_GAIN_DB = 12.0
_SILENT_LUFS = -70.0
_TREBLE_FROM_HZ = 4000.0
_EDGE_SECONDS = 0.005


def processed(clips: Mapping[Line, Shaped], *, treble_db: float = 0.0) -> dict[Line, Shaped]:
    """The clips after the chain, each as long as before; ``treble_db`` is the gain above TREBLE_HZ.

    A clip is let go of as soon as it has been through, when ``clips`` can be changed.
    """
    after: dict[Line, Shaped] = {}
    for line in list(clips):
        after[line] = smooth(clips[line], treble_db)
        if isinstance(clips, MutableMapping):
            del clips[line]
    return levelled(after, levelling_db(levels_lufs(after)))


def forget() -> None:
    """Let go of what is kept for the lengths of the clips so far."""
    filters.forget()
    loudness.forget()


def levels_lufs(clips: Mapping[Line, Shaped]) -> dict[Line, float]:
    """The level of the speech in each clip."""
    return {line: level.of(clip.samples, clip.rate) for line, clip in clips.items()}


def median_lufs(levels: Iterable[float]) -> float:
    """The level of the line that is in the middle, silence aside; 0 where there is none."""
    spoken = sorted(each for each in levels if each > _SILENT_LUFS)
    if not spoken:
        return 0.0
    half = len(spoken) // 2  # by hand, since numpy's median begins with a library of its own
    return spoken[half] if len(spoken) % 2 else (spoken[half - 1] + spoken[half]) / 2


def levelled(clips: Mapping[Line, Shaped], gains_db: Mapping[Line, float]) -> dict[Line, Shaped]:
    """Each clip at its gain."""
    after: dict[Line, Shaped] = {}
    for line, clip in clips.items():
        gain_db = gains_db[line]
        louder = clip.samples * np.float32(10 ** (gain_db / 20)) if gain_db else clip.samples
        after[line] = Shaped(samples=louder, rate=clip.rate)
    return after


def levelling_db(levels: Mapping[Line, float], median: float | None = None) -> dict[Line, float]:
    """The gain of each line in dB, from the level of its speech in LUFS; silence gets none.

    A line that is near the median already stays as it is; without a ``median`` it is that of these lines.
    """
    middle = median_lufs(levels.values()) if median is None else median
    return {line: _gain_db(each - middle) if each > _SILENT_LUFS else 0.0 for line, each in levels.items()}


def _gain_db(off: float) -> float:
    nearer = min(max(off, -_AIM_LU), _AIM_LU)
    return min(max(nearer - off, -_MOST_GAIN_DB), _MOST_GAIN_DB)


def smooth(clip: Shaped, treble_db: float = 0.0) -> Shaped:
    """The clip without rumble, with softer S sounds and the treble that is asked for."""
    if not len(clip.samples):
        return clip
    samples = _through(clip.samples, clip.rate, high_pass(RUMBLE_HZ))
    samples = softened(samples, clip.rate)
    if treble_db:
        samples = _through(samples, clip.rate, shelf(_TREBLE_FROM_HZ, TREBLE_HZ, treble_db))
    return Shaped(samples=samples, rate=clip.rate)


def _through(samples: Samples, rate: int, gains: Gains) -> Samples:
    """Through a filter, with soft edges after it: what began in the middle of a hum would click without its lows."""
    changed = filtered(samples, rate, gains)
    edge = min(len(changed), round(_EDGE_SECONDS * rate))
    curve = raised_cosine(edge)
    changed[:edge] *= curve
    changed[len(changed) - edge :] *= curve[::-1]
    return changed
