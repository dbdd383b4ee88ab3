"""Space: how much is kept where, and what can be let go of."""

import os
import shutil
from pathlib import Path

import pytest

from mettavox import assets, bench, space
from mettavox.audio import Clip
from mettavox.clipcache import ClipCache


def test_files_are_counted_and_links_are_not_followed(tmp_path: Path) -> None:
    (tmp_path / "in" / "deep").mkdir(parents=True)
    (tmp_path / "in" / "a.mp3").write_bytes(b"x" * 100)
    (tmp_path / "in" / "deep" / "b.txt").write_bytes(b"x" * 10)
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere" / "large").write_bytes(b"x" * 100_000)
    (tmp_path / "in" / "link").symlink_to(tmp_path / "elsewhere")
    found = space.kept(tmp_path / "in", lambda name: "." in name)
    assert (found.files, found.bytes) == (2, 110)
    assert space.kept(tmp_path / "in").bytes < 1000
    assert space.kept(tmp_path / "nowhere").files == 0


def test_what_was_counted_before_is_counted_anew_where_it_has_changed(tmp_path: Path) -> None:
    """As all files are counted, whatever came, went or became another file since."""
    inner = tmp_path / "in" / "deep"
    inner.mkdir(parents=True)
    (tmp_path / "link").symlink_to(inner.parent)
    remembered = space.Remembered()

    def count() -> tuple[int, int]:
        for folder in filter(
            Path.exists, (inner, inner.parent, tmp_path)
        ):  # as if it had been changed an hour ago, at another time each
            os.utime(folder, ns=(0, folder.stat().st_mtime_ns - 3600 * 10**9))
        found = [remembered.kept(tmp_path) for _ in range(2)][1]
        assert found == space.kept(tmp_path)
        return found.files, found.bytes

    assert count() == (0, 0)
    (inner / "a.mp3").write_bytes(b"x" * 100)
    assert count() == (1, 100)
    (inner / "b.part").write_bytes(b"x" * 7)
    (inner / "b.part").replace(inner / "a.mp3")
    (tmp_path / "c").write_bytes(b"x")
    assert count() == (2, 8)
    shutil.rmtree(inner)
    assert count() == (1, 1)


def test_the_cache_is_emptied_and_nothing_else(monkeypatch: pytest.MonkeyPatch) -> None:
    clips = ClipCache(assets.cache_folder())
    clips.put("0" * 64, Clip(pcm=b"\0\0" * 500, rate=48_000))
    clips.put("1" * 64, Clip(pcm=b"\0\0" * 500, rate=48_000), named=True)
    for shelf in bench.shelves():
        shelf.put("2" * 64, b"x" * 500)
    other = assets.cache_folder() / "of-another.txt"
    other.write_text("mine", "utf-8")
    assert space.cached().files == 4
    assert space.cached().bytes > 3000
    assert space.empty_cache() == 0
    assert space.cached().files == 0
    assert other.read_text("utf-8") == "mine"
