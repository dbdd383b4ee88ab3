"""Dual mono: one channel's MP3 frames become those of two that are alike, and sound the same to every decoder."""

from io import BytesIO
from pathlib import Path

import numpy as np
import pytest

from mettavox.codecs import dualmono, encode, lame
from mettavox.codecs.lame import Lame
from mettavox.codecs.mp3 import FRAME_LENGTH, frame_bytes
from mettavox.codecs.pcm import pcm16
from mettavox.errors import CodecError
from oracles import by_ffmpeg, by_mpg123, by_soundfile, speechlike

pytestmark = pytest.mark.skipif(not lame.is_here(), reason="LAME is not to be had in this process")

RATE, SECONDS = 48_000, 3.0


def voice() -> np.ndarray:
    """Shape ``(frames, 1)``, a whole number of MP3 frames."""
    sound = speechlike(SECONDS, RATE, 3).astype(np.float32)
    return sound[: len(sound) // FRAME_LENGTH * FRAME_LENGTH, None] * np.float32(0.5)


def by_lame(sound: np.ndarray, kbps: int, **more: int) -> np.ndarray:
    out: list[bytes] = []
    encoder = Lame(rate=RATE, bitrate_kbps=kbps, take=out.append, channels=sound.shape[1], **more)
    encoder.write_pcm(pcm16(sound))
    encoder.finish()
    data = b"".join(out)
    return np.frombuffer(data, np.uint8).reshape(-1, 3 * kbps)


@pytest.mark.parametrize("kbps", [96, 128, 192, 320])
def test_three_decoders_hear_on_both_sides_what_they_hear_of_one_channel(kbps: int, tmp_path: Path):
    """But for the rounding of a root of two."""
    one = by_lame(voice(), dualmono.MONO_KBPS[kbps])
    two = dualmono.as_two(one, kbps)
    assert two.shape == (len(one), frame_bytes(RATE, kbps))
    (tmp_path / "one.mp3").write_bytes(one.tobytes())
    (tmp_path / "two.mp3").write_bytes(two.tobytes())
    alone = by_soundfile(tmp_path / "one.mp3")[:, 0]
    for decoded in (by_soundfile, by_ffmpeg, by_mpg123):
        heard = decoded(tmp_path / "two.mp3")
        assert np.array_equal(heard[:, 0], heard[:, 1]), decoded
        both = min(len(heard), len(alone))
        assert abs(heard[-both:, 0] - alone[-both:]).max() < 1e-5, decoded


def test_it_is_nearer_to_what_went_in_than_an_encoder_of_two_channels(tmp_path: Path):
    """At the same bit rate: nothing is spent on a side that is not there."""
    sound = np.repeat(voice(), 2, axis=1)
    noise = []
    for alike in (False, True):
        out = BytesIO()
        encode.mp3([sound], len(sound), out, b"", alike=alike)
        (tmp_path / "x.mp3").write_bytes(out.getvalue())
        noise.append(np.square(by_soundfile(tmp_path / "x.mp3") - sound, dtype=np.float64).sum())
    assert noise[1] < noise[0]


def test_mp3_frames_of_two_channels_or_with_a_reservoir_are_refused():
    """They would come out as noise."""
    with pytest.raises(CodecError, match="another kind"):
        dualmono.as_two(by_lame(np.repeat(voice(), 2, axis=1), 112), 128)
    reaching_back = by_lame(voice(), 112).copy()
    reaching_back[5, 4] = 1
    with pytest.raises(CodecError, match="another kind"):
        dualmono.as_two(reaching_back, 128)


def test_every_bit_rate_of_one_channel_has_room_in_its_own_of_two():
    """Fifteen bytes more of side information, and the sound."""
    for kbps in dualmono.MONO_KBPS:
        assert dualmono.mono_bytes(kbps) + 15 <= frame_bytes(RATE, kbps)
