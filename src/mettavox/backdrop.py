"""The backdrop of a track: its bed, its bells and its tones, at their levels under the voice."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mettavox import bells, sounds
from mettavox.bed import Bed
from mettavox.codecs import bedfile
from mettavox.prepare import Prepared
from mettavox.request import BEDS

# A bell is softer than the voice, so that it calls and does not startle; a tone is felt more than heard.
BELL_UNDER_VOICE_LU = 8.0
TONE_UNDER_VOICE_LU = 16.0
DUCKED_UNDER_LU = 21.0
"""How far under the voice a louder bed sinks while there is speech."""


@contextmanager
def bed(prepared: Prepared) -> Iterator[Bed | None]:
    """The bed that was asked for, at its level; its file, if it is one, is read from a scratch copy.

    Raises CodecError or OutputError.
    """
    delivery, name = prepared.delivery, prepared.delivery.bed
    loudness = delivery.voice_lufs - delivery.bed_under_lu
    if name == "none":
        yield None
    elif name in BEDS:
        yield sounds.bed(name, prepared.rate, loudness)
    else:
        with bedfile.opened(Path(name), prepared.rate, loudness, seconds=float(prepared.seconds)) as found:
            yield found


def bell(prepared: Prepared) -> NDArray[np.int16]:
    """The struck bowl at its level, shape ``(frames,)``."""
    return bells.bowl(prepared.rate, prepared.delivery.voice_lufs - BELL_UNDER_VOICE_LU)


def ducking_lu(prepared: Prepared) -> float:
    """How far the bed sinks under speech, in LU; 0 where it was not asked for, or lies low enough."""
    return max(0.0, DUCKED_UNDER_LU - prepared.delivery.bed_under_lu) if prepared.request.duck else 0.0


def tones_lufs(prepared: Prepared) -> float | None:
    """The loudness of the tones of paced breaths; None where there are none."""
    return prepared.delivery.voice_lufs - TONE_UNDER_VOICE_LU if prepared.delivery.tones else None


def added_lu(prepared: Prepared) -> float:
    """How much louder the bed makes what is heard where there is speech: powers add up, and a bed is no voice."""
    delivery = prepared.delivery
    if delivery.bed == "none":
        return 0.0
    return float(10 * np.log10(1 + 10 ** (-(delivery.bed_under_lu + ducking_lu(prepared)) / 10)))
