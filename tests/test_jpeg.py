"""JPEG in strips: one picture, whoever opens it, and never in memory as a whole."""

import io
import subprocess
import tracemalloc

import imageio_ffmpeg
import numpy as np
import pytest
from numpy.typing import NDArray
from PIL import Image

from mettavox import jpeg

Planes = NDArray[np.uint8]


def painting(height: int, width: int) -> Planes:
    """Soft colours that differ from place to place, with a hard edge across them."""
    y, x = np.mgrid[:height, :width] / max(height, width)
    planes = np.stack([200 * y, 120 + 100 * x, 250 - 120 * x * y])
    planes[:, (x + y > 0.6) & (x + y < 0.7)] = 20
    return planes.astype(np.uint8)


def strips(planes: Planes, rows: int) -> list[Planes]:
    return [planes[:, top : top + rows] for top in range(0, planes.shape[1], rows)]


def seen(encoded: bytes) -> NDArray[np.float64]:
    """Shape (height, width, 3)."""
    with Image.open(io.BytesIO(encoded)) as picture:
        return np.asarray(picture, np.float64)


@pytest.mark.parametrize(("height", "rows"), [(600, 48), (600, 16), (601, 64), (40, 48), (16, 16)])
def test_strips_are_one_picture(height: int, rows: int) -> None:
    """Of any height, also past the eight markers that there are, as near to what was painted as one in one piece."""
    planes = painting(height, 250)
    far = np.abs(seen(jpeg.joined(strips(planes, rows), height, 90)) - planes.transpose(1, 2, 0))
    assert far.mean() < 2
    assert far.mean(axis=(1, 2)).max() < 6  # and no row is another's


def test_another_decoder_sees_the_same() -> None:
    """FFmpeg's own, which has no word to say against it."""
    planes = painting(601, 250)
    encoded = jpeg.joined(strips(planes, 48), 601, 90)
    asked = [imageio_ffmpeg.get_ffmpeg_exe(), "-v", "warning", "-f", "mjpeg", "-i", "-"]
    ran = subprocess.run(
        [*asked, "-f", "rawvideo", "-pix_fmt", "gray", "-"], input=encoded, capture_output=True, check=True, timeout=60
    )
    assert not [line for line in ran.stderr.decode().splitlines() if "deprecated pixel format" not in line]
    grey = np.frombuffer(ran.stdout, np.uint8).reshape(601, 250)
    with Image.open(io.BytesIO(encoded)) as picture:
        assert np.abs(grey - np.asarray(picture.convert("L"), np.float64)).mean() < 2


def test_a_picture_in_one_piece_keeps_its_colours() -> None:
    """At full size; it says of itself what one in strips says."""
    planes = painting(600, 250)
    whole, joined = jpeg.whole(planes, 90), jpeg.joined(strips(planes, 48), 600, 90)
    assert np.abs(seen(whole) - planes.transpose(1, 2, 0)).mean() < 2
    for encoded in (whole, joined):
        with Image.open(io.BytesIO(encoded)) as picture:
            assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (250, 600))
            assert picture.info["dpi"] == (72, 72)
            assert picture.getexif().get_ifd(0x8769)[0xA001] == 1


def test_strips_are_taken_one_at_a_time() -> None:
    """A picture of 27 MB costs its file and a few strips."""
    tracemalloc.start()
    encoded = jpeg.joined((np.full((3, 48, 3000), number, np.uint8) for number in range(63)), 3024, 90)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert seen(encoded).shape == (3024, 3000, 3)
    assert peak < 6_000_000
