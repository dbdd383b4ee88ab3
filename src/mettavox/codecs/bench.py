"""The clip bench: pydub reads a short sound in any format. Whole tracks never come here."""

import warnings
from io import BytesIO
from pathlib import Path
from typing import Any

from mettavox.audio import Clip
from mettavox.codecs import ffmpeg
from mettavox.errors import EngineError


def read(path: Path) -> Clip:
    """The sound in a file, as a mono clip at the file's own rate. Raises EngineError when there is none."""
    try:
        sound = _segment(path).set_channels(1).set_sample_width(2)
    except Exception as error:  # pydub raises whatever its helpers raise
        raise EngineError("The engine wrote something that is not sound.") from error
    return Clip(pcm=sound.raw_data, rate=sound.frame_rate)


def _segment(path: Path) -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it warns of audioop, and of an ffmpeg that it does not need
        from pydub import AudioSegment

    AudioSegment.converter = str(ffmpeg.find())
    # Not by pydub's own way to ffmpeg: that asks ffprobe first, which the ffmpeg from pip does not come with.
    return AudioSegment.from_file(BytesIO(ffmpeg.as_wav(path)), format="wav")
