"""Artwork: what directories take, with the show's name in it and nothing in its bottom fifth."""

import io
from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from mettavox.errors import RequestError
from mettavox.podcast import artwork


def saved(path: Path, side: tuple[int, int] = (1400, 1400), mode: str = "RGB", **how: object) -> Path:
    Image.new(mode, side).save(path, **how)  # type: ignore[arg-type]
    return path


def test_it_is_what_directories_ask_for() -> None:
    """A square of 3000 pixels, RGB, 72 dpi, a JPEG of at most 512 KB; the same for the same title."""
    drawn = artwork.draw("Steady care")
    with Image.open(io.BytesIO(drawn.content)) as picture:
        assert (picture.format, picture.mode, picture.size) == ("JPEG", "RGB", (3000, 3000))
        assert picture.info["dpi"] == (72, 72)
        pixels = np.asarray(picture.resize((300, 300)), np.float64)
    assert len(drawn.content) <= 512_000
    # Where the name is, there is ink; in the bottom fifth there is a slow gradient and nothing else.
    assert np.ptp(pixels[110:150, 90:210].sum(axis=2)) > 250
    assert np.abs(np.diff(pixels[240:].sum(axis=2), axis=1)).max() < 12
    assert artwork.draw("Steady care") == drawn
    other = artwork.draw("Steady care", theme="light")
    assert other.file != drawn.file
    assert drawn.file.startswith("artwork-")
    assert drawn.file.endswith(".jpg")


def test_a_name_that_cannot_be_set_is_left_out() -> None:
    """The picture is there all the same."""
    assert not artwork.can_name("שלום")
    assert artwork.can_name("Atención")


@pytest.mark.parametrize(
    ("file", "side", "mode", "message"),
    [
        ("a.png", (1399, 1399), "RGB", "1399 × 1399 pixels"),
        ("a.png", (3001, 3001), "RGB", "3001 × 3001 pixels"),
        ("a.jpg", (1400, 1500), "RGB", "1400 × 1500 pixels"),
        ("a.png", (1400, 1400), "RGBA", "transparency"),
        ("a.jpg", (1400, 1400), "L", "other colours than RGB (L)"),
        ("a.jpg", (1400, 1400), "CMYK", "other colours than RGB (CMYK)"),
        ("a.gif", (1400, 1400), "RGB", "no JPEG or PNG"),
    ],
)
def test_a_picture_that_would_be_refused_is_refused(
    tmp_path: Path, file: str, side: tuple[int, int], mode: str, message: str
) -> None:
    """With what it has, and what it should have."""
    with pytest.raises(RequestError) as raised:
        artwork.read(saved(tmp_path / file, side, mode))
    assert message in raised.value.message
    assert "1400 to 3000" in raised.value.hint


def test_other_files_are_refused(tmp_path: Path) -> None:
    """Too large a one, one that is cut, none at all, and no picture."""
    noise = Image.frombytes("RGB", (1400, 1400), np.random.default_rng(0).bytes(1400 * 1400 * 3))
    noise.save(tmp_path / "large.jpg", quality=95)
    with pytest.raises(RequestError, match="KB"):
        artwork.read(tmp_path / "large.jpg")
    whole = saved(tmp_path / "whole.png").read_bytes()
    (tmp_path / "cut.png").write_bytes(whole[: len(whole) // 2])
    (tmp_path / "text.png").write_text("<svg/>")
    for name in ("cut.png", "text.png"):
        with pytest.raises(RequestError, match="can be read"):
            artwork.read(tmp_path / name)
    with pytest.raises(RequestError, match="cannot be read"):
        artwork.read(tmp_path / "none.png")


@pytest.mark.parametrize("file", ["own.png", "own.jpg"])
def test_a_good_one_is_taken_as_it_is(tmp_path: Path, file: str) -> None:
    """Its file's name is another one when it is another picture."""
    own = artwork.read(saved(tmp_path / file))
    assert own.content == (tmp_path / file).read_bytes()
    assert own.file.endswith(Path(file).suffix)
    assert own.side == 1400
    saved(tmp_path / file, (1500, 1500))
    assert artwork.read(tmp_path / file).file != own.file
