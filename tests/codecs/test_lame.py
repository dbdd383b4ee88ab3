"""LAME in this process: where it is to be had, the same whichever threads it runs in, and ffmpeg where it is not."""

import threading
from collections.abc import Iterator
from io import BytesIO
from typing import NoReturn

import numpy as np
import pytest

from mettavox.codecs import assembly, encode, ffmpeg, lame, mp3encoder, parts
from mettavox.codecs.ffmpeg import Feed
from mettavox.codecs.lame import Lame
from mettavox.codecs.mp3 import FRAME_BYTES, FRAME_LENGTH
from mettavox.codecs.parts import Part
from mettavox.errors import CodecError

needs_lame = pytest.mark.skipif(not lame.is_here(), reason="LAME is not to be had in this process")


@pytest.fixture
def without(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """No lameenc is installed, or it is one that does not show LAME."""
    lame._library.cache_clear()
    monkeypatch.setattr(lame, "_PACKAGE", "there_is_no_such_package")
    yield
    lame._library.cache_clear()


def test_without_it_ffmpeg_encodes(without: None):
    """As on macOS and Windows; and the record says so."""
    assert not lame.is_here()
    assert mp3encoder.named() == ffmpeg.named()
    assert mp3encoder.channels_of(48_000, alike=True) == 2
    encoder = mp3encoder.opened(lambda data: None)
    assert isinstance(encoder, Feed)
    encoder.abandon()


def test_a_library_that_shows_none_of_its_functions_is_not_taken(monkeypatch: pytest.MonkeyPatch):
    """numpy's core is one; so are lameenc's wheels for macOS."""
    lame._library.cache_clear()
    monkeypatch.setattr(lame, "_PACKAGE", "numpy._core._multiarray_umath")
    try:
        assert not lame.is_here()
    finally:
        lame._library.cache_clear()


@needs_lame
def test_an_ffmpeg_that_is_named_encodes(monkeypatch: pytest.MonkeyPatch):
    """Whoever names one wants it."""
    assert mp3encoder.named().startswith("LAME ")
    monkeypatch.setenv(ffmpeg.VARIABLE, str(ffmpeg.find()))
    assert mp3encoder.named().startswith("ffmpeg version")


@needs_lame
def test_without_any_ffmpeg_there_are_mp3s_all_the_same(monkeypatch: pytest.MonkeyPatch):
    """Nothing on their way asks for one; other formats say that it is missing."""
    monkeypatch.setattr(ffmpeg, "find", ffmpeg_is_missing)
    encode.check("mp3")
    out, sound = BytesIO(), np.zeros((5000, 2), dtype=np.float32)
    encode.mp3([sound], len(sound), out, b"")
    assert len(out.getvalue()) == (1 + assembly.count_of(len(sound))) * FRAME_BYTES
    assert encode.named("mp3").startswith("LAME ")
    assert encode.named("wav") == ""
    with pytest.raises(CodecError, match="no ffmpeg"):
        encode.check("opus")


def ffmpeg_is_missing() -> NoReturn:
    raise CodecError("There is no ffmpeg to encode with.")


@needs_lame
def test_what_lame_refuses_is_an_error(capfd: pytest.CaptureFixture[str]):
    """In a sentence, and with nothing on the terminal."""
    with pytest.raises(CodecError, match="LAME failed") as caught:
        Lame(rate=48_000, bitrate_kbps=128, take=[].append, channels=7)
    assert ffmpeg.VARIABLE in caught.value.hint
    assert capfd.readouterr() == ("", "")


def sounds(*, opening: bool = True) -> Iterator[Part]:
    """Some of noise, two of them alike, one too long to be held."""
    for number, fed in enumerate([20, 31, 1001, 31, 44]):
        noise = np.random.default_rng(fed).normal(0, 0.1, (fed * FRAME_LENGTH, 2)).astype(np.float32)
        blocks = iter(np.array_split(noise, 3))
        yield Part(blocks=blocks, fed=fed, skipped=8, length=fed - 12, opening=opening and not number)


@needs_lame
@pytest.mark.parametrize("channels", [1, 2])
def test_however_many_threads_there_are_the_mp3_frames_are_the_same(channels: int):
    """In their order, and those of the same sound once."""
    one, three = (parts.encoded(sounds(), 128, channels=channels, threads=threads) for threads in (1, 3))
    assert [len(each) for each in one] == [8, 19, 989, 19, 32]
    assert one[1] is one[3]
    assert all(np.array_equal(*pair) for pair in zip(one, three, strict=True))


@needs_lame
@pytest.mark.parametrize("threads", [1, 3])
def test_what_fails_while_others_are_encoded_is_told(threads: int, monkeypatch: pytest.MonkeyPatch):
    """And no thread is left."""
    monkeypatch.setattr(Lame, "finish", lambda self: self._checked(-1))
    with pytest.raises(CodecError, match="LAME failed"):
        parts.encoded(sounds(), 128, threads=threads)


@needs_lame
def test_what_nobody_waits_for_any_more_is_given_up():
    """Ctrl-C in the middle of a long track: its threads are gone at once, and not after minutes of sound."""
    mixed: list[int] = []

    def blocks() -> Iterator[np.ndarray]:
        for number in range(10_000):
            mixed.append(number)
            yield np.zeros((20 * FRAME_LENGTH, 2), dtype=np.float32)

    long = [Part(blocks=blocks(), fed=200_000, skipped=0, length=200_000) for _ in range(3)]

    def interrupted() -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        list(parts.in_turn(long, 128, channels=2, threads=2, meanwhile=interrupted))
    assert len(mixed) < 10_000
    assert not [thread for thread in threading.enumerate() if thread.name.startswith("lame")]
