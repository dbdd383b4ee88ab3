"""The cache gives back the very clip that was put in, or nothing; and it never fails."""

import os
import stat
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from pathlib import Path

import pytest

from mettavox import clipcache, voices
from mettavox.audio import Clip
from mettavox.clipcache import ClipCache

CLIP = Clip(pcm=bytes(range(256)) * 40, rate=22_050)
NAME = "ab" + "0" * 62


@pytest.fixture
def cache(tmp_path: Path) -> ClipCache:
    return ClipCache(tmp_path)


def only_file(folder: Path) -> Path:
    (path,) = folder.rglob("*.clip")
    return path


# Keys


def test_the_key_is_the_same_for_the_same_sound():
    """Or nothing would ever be found again."""
    voice = voices.load("system")
    assert clipcache.key("Rest.", voice, "1") == clipcache.key("Rest.", voices.load("system"), "1")


def test_the_key_changes_with_everything_that_shapes_the_clip():
    """The text, the engine, its version, and each of the voice's settings."""
    voice = replace(voices.load("system"), settings={"voice": "gmw/en-us", "rate": 115, "pitch": 42})
    keys = [clipcache.key("Rest.", voice, "1")]
    keys += [clipcache.key(text, voice, "1") for text in ("Rest", "rest.", "Rest. ", "Reśt.")]
    keys.append(clipcache.key("Rest.", voice, "2"))
    keys.append(clipcache.key("Rest.", replace(voice, engine="other"), "1"))
    changes = ({"rate": 116}, {"pitch": 43}, {"voice": "gmw/en-gb"}, {"volume": 0.5})
    keys += [clipcache.key("Rest.", replace(voice, settings=voice.settings | change), "1") for change in changes]
    assert len(set(keys)) == len(keys)


def test_the_key_changes_with_the_pace_of_an_engine_that_follows_it():
    """The hum lasts as long as the voice's pace says."""
    voice = voices.load("hum")
    slower = replace(voice, pace=replace(voice.pace, per_syllable=0.4))
    assert clipcache.key("Rest.", voice, "1") != clipcache.key("Rest.", slower, "1")


def test_the_key_changes_with_the_files_and_the_language_of_a_voice():
    """Two neural voices may differ in nothing else."""
    kristin = replace(voices.load("kristin"), settings={})
    keys = {
        clipcache.key("Rest.", each, "1")
        for each in (kristin, replace(kristin, files=voices.load("amy").files), replace(kristin, language="en-GB"))
    }
    assert len(keys) == 3


def test_the_key_does_not_tell_the_text():
    """File names are seen by others than the listener."""
    key = clipcache.key("May Xochitl be well", voices.load("system"), "1")
    assert len(key) == 64
    assert set(key) <= set("0123456789abcdef")


# Keeping


def test_what_was_put_comes_back(cache: ClipCache):
    """Samples and rate."""
    cache.put(NAME, CLIP)
    assert cache.get(NAME) == CLIP


def test_what_was_not_put_is_not_there(cache: ClipCache):
    """None, not an error."""
    assert cache.get(NAME) is None


def test_clips_can_be_read_by_their_owner_alone(cache: ClipCache, tmp_path: Path):
    """A clip can hold a person's name."""
    cache.put(NAME, CLIP)
    path = only_file(tmp_path)
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert stat.S_IMODE(path.parent.stat().st_mode) & 0o077 == 0


def test_nothing_else_is_left_in_the_folder(cache: ClipCache, tmp_path: Path):
    """Scratch files become the clip."""
    cache.put(NAME, CLIP)
    cache.put(NAME, CLIP)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".clip"]


# Damage


@pytest.mark.parametrize("place", [0, 5, 15, 16, 17, 18, 19, 20, 51, 52, 1000, -1])
def test_a_changed_byte_is_never_taken_for_the_clip(cache: ClipCache, tmp_path: Path, place: int):
    """Wherever it is: the mark, the rate, the hash or the samples."""
    cache.put(NAME, CLIP)
    path = only_file(tmp_path)
    data = bytearray(path.read_bytes())
    data[place] ^= 0x01
    path.write_bytes(data)
    assert cache.get(NAME) is None
    assert not path.exists()


@pytest.mark.parametrize("length", [0, 1, 16, 40, 51, 52, 53, 5000])
def test_a_cut_file_is_never_taken_for_the_clip(cache: ClipCache, tmp_path: Path, length: int):
    """A disk that was full, a machine that went down."""
    cache.put(NAME, CLIP)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes()[:length])
    assert cache.get(NAME) is None
    assert not path.exists()


def test_more_than_was_written_is_not_taken(cache: ClipCache, tmp_path: Path):
    """Two writers in one file, say."""
    cache.put(NAME, CLIP)
    path = only_file(tmp_path)
    path.write_bytes(path.read_bytes() * 2)
    assert cache.get(NAME) is None


def test_a_damaged_clip_can_be_put_again(cache: ClipCache, tmp_path: Path):
    """Damage costs one clip once."""
    cache.put(NAME, CLIP)
    only_file(tmp_path).write_bytes(b"?")
    assert cache.get(NAME) is None
    cache.put(NAME, CLIP)
    assert cache.get(NAME) == CLIP


# Size


def named(number: int) -> str:
    return f"{number:02x}" * 32


def test_the_cache_is_bounded_and_drops_what_was_not_used_for_longest(tmp_path: Path):
    """Using a clip keeps it."""
    one = len(CLIP.pcm) + 100
    cache = ClipCache(tmp_path, largest_bytes=4 * one)
    for number in range(8):
        cache.put(named(number), CLIP)
        path = next(tmp_path.rglob(f"{named(number)}.clip"))
        os.utime(path, (1_000_000 + number, 1_000_000 + number))
    assert cache.get(named(0)) == CLIP
    cache.trim()
    assert sum(path.stat().st_size for path in tmp_path.rglob("*") if path.is_file()) <= 4 * one
    assert [number for number in range(8) if cache.get(named(number))] == [0, 5, 6, 7]


def test_a_cache_within_its_size_loses_nothing(cache: ClipCache):
    """Trimming is done at every render."""
    for number in range(5):
        cache.put(named(number), CLIP)
    cache.trim()
    assert all(cache.get(named(number)) == CLIP for number in range(5))


# Trouble


@pytest.mark.parametrize("where", ["a-file", "a-file/inside"])
def test_a_folder_that_cannot_be_used_is_an_empty_cache(tmp_path: Path, where: str):
    """No cache is no reason to fail."""
    (tmp_path / "a-file").write_text("in the way")
    cache = ClipCache(tmp_path / where)
    cache.put(NAME, CLIP)
    assert cache.get(NAME) is None
    cache.trim()


@pytest.mark.skipif(sys.platform != "linux" or os.geteuid() != 0, reason="only root is not stopped by modes")
def test_a_disk_without_room_is_an_empty_cache():
    """/proc takes no files, even from root."""
    cache = ClipCache(Path("/proc/mettavox-test"))
    cache.put(NAME, CLIP)
    assert cache.get(NAME) is None


@pytest.mark.skipif(os.name == "nt" or os.geteuid() == 0, reason="root is not stopped by modes")
def test_a_read_only_folder_is_an_empty_cache(tmp_path: Path):
    """A cache on a shared disk, say."""
    tmp_path.chmod(0o500)
    try:
        cache = ClipCache(tmp_path)
        cache.put(NAME, CLIP)
        assert cache.get(NAME) is None
    finally:
        tmp_path.chmod(0o700)


def test_concurrent_writers_and_readers_only_ever_see_whole_clips(tmp_path: Path):
    """Several renders share one cache."""
    cache = ClipCache(tmp_path)
    clips = [Clip(pcm=bytes([number]) * 200_000, rate=22_050) for number in range(4)]

    def work(number: int) -> list[Clip | None]:
        seen = []
        for _ in range(30):
            cache.put(NAME, clips[number])
            seen.append(cache.get(NAME))
        return seen

    with ThreadPoolExecutor(4) as pool:
        seen = [clip for found in pool.map(work, range(4)) for clip in found]
    assert all(clip in clips for clip in seen)
    assert [path.suffix for path in tmp_path.rglob("*") if path.is_file()] == [".clip"]
