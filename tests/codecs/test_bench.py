"""The clip bench reads short sounds in whatever format an engine writes them."""

from pathlib import Path

import numpy as np
import pytest
import soundfile

from mettavox.codecs import bench
from mettavox.errors import EngineError
from oracles import speechlike

RATE = 22_050


def samples(clip) -> np.ndarray:
    return np.frombuffer(clip.pcm, "<i2") / 32768


@pytest.mark.parametrize(("suffix", "form"), [(".wav", "WAV"), (".aiff", "AIFF"), (".wav", "AIFF")])
def test_a_mono_file_comes_out_as_it_is(tmp_path: Path, suffix: str, form: str):
    """WAV, AIFF, and AIFF that calls itself WAV, which macOS writes."""
    voice = speechlike(1, RATE)
    path = tmp_path / f"clip{suffix}"
    soundfile.write(str(path), voice, RATE, format=form, subtype="PCM_16")
    clip = bench.read(path)
    assert clip.rate == RATE
    assert samples(clip) == pytest.approx(voice, abs=2 / 32768)


@pytest.mark.parametrize("form", ["PCM_16", "PCM_24", "FLOAT"])
def test_stereo_and_finer_samples_become_16_bit_mono(tmp_path: Path, form: str):
    """At the file's own rate."""
    voice = speechlike(1, 44_100)
    path = tmp_path / "clip.wav"
    soundfile.write(str(path), np.stack([voice, voice], axis=1), 44_100, subtype=form)
    clip = bench.read(path)
    assert clip.rate == 44_100
    assert samples(clip) == pytest.approx(voice, abs=3 / 32768)


@pytest.mark.parametrize("data", [b"", b"no sound", b"RIFF\0\0\0\0WAVE", b"FORM\0\0\0\0AIFF", bytes(100)])
def test_what_is_not_sound_is_an_engine_error(tmp_path: Path, data: bytes):
    """An engine wrote it."""
    path = tmp_path / "clip.wav"
    path.write_bytes(data)
    with pytest.raises(EngineError):
        bench.read(path)
