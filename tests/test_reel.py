"""A reel: what lies on it comes back as it was, and nothing is lost where the disk is full."""

import errno
import tempfile
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import numpy as np
import pytest

from mettavox.errors import OutputError
from mettavox.reel import Reel, Sounds, Spot, read
from mettavox.script import Line
from mettavox.shape import Clips, Shaped

SOUNDS = [np.arange(7, dtype=np.int16), np.linspace(-1, 1, 5000, dtype=np.float32), np.ones((3, 384), dtype=np.uint8)]


def test_sounds_come_back_as_they_were_in_any_order() -> None:
    reel = Reel()
    kept = [reel.keep(sound) for sound in SOUNDS]
    assert all(isinstance(each, Spot) and len(each) == len(sound) for each, sound in zip(kept, SOUNDS, strict=True))
    for place in (2, 0, 1, 0):
        found = read(kept[place])
        assert found.dtype == SOUNDS[place].dtype
        assert np.array_equal(found, SOUNDS[place])


def test_a_part_of_a_sound_and_none_at_all() -> None:
    reel = Reel()
    assert np.array_equal(read(reel.keep(SOUNDS[1][::2])), SOUNDS[1][::2])
    assert len(read(reel.keep(SOUNDS[0][:0]))) == 0


def test_threads_read_each_its_own() -> None:
    reel = Reel()
    sounds = Sounds({number: reel.keep(np.full(20_000, number, dtype=np.int16)) for number in range(8)})
    with ThreadPoolExecutor(4) as pool:
        for number, found in zip(range(400), pool.map(lambda each: sounds[each % 8], range(400)), strict=True):
            assert (found == number % 8).all()


def test_a_sound_that_the_disk_has_no_room_for_stays_in_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: Any, **__: Any) -> Any:
        raise OSError(errno.ENOSPC, "No space left on device")

    monkeypatch.setattr(tempfile, "TemporaryFile", full)
    assert np.array_equal(read(Reel().keep(SOUNDS[1])), SOUNDS[1])


def test_what_a_disk_does_not_give_back_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    opened: Callable[..., Any] = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *args, **more: made.append(opened(*args, **more)) or made[-1])
    spot = Reel().keep(SOUNDS[1])
    made[0].truncate(100)
    with pytest.raises(OutputError):
        read(spot)


def test_the_file_goes_with_the_last_that_lies_on_it(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    opened: Callable[..., Any] = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *args, **more: made.append(opened(*args, **more)) or made[-1])
    spot = Reel().keep(SOUNDS[0])
    assert np.array_equal(read(spot), SOUNDS[0])
    assert not made[0].closed
    del spot
    assert made[0].closed


def test_a_clip_with_a_person_s_words_never_lies_there(monkeypatch: pytest.MonkeyPatch) -> None:
    made: list[Any] = []
    opened: Callable[..., Any] = tempfile.TemporaryFile
    monkeypatch.setattr(tempfile, "TemporaryFile", lambda *args, **more: made.append(opened(*args, **more)) or made[-1])
    clips = Clips()
    own = Line(text="Maya", spoken="Maya", number=1, personal=True)
    clips[own] = Shaped(samples=SOUNDS[1], rate=22_050)
    assert not made
    assert np.array_equal(clips[own].samples, SOUNDS[1])
    common = Line(text="Rest.", spoken="Rest.", number=2)
    clips[common] = Shaped(samples=SOUNDS[1], rate=22_050)
    assert len(made) == 1
    assert clips.frames_at(common, 48_000) == clips[common].frames_at(48_000)
