"""The loudness of a voice in any sound: without its pauses, and without what is no voice."""

import numpy as np
import pytest

from mettavox.splicing import voicelevel
from mettavox.splicing.voicelevel import Hearing
from talk import RATE, steady, talk


def heard(sound: np.ndarray, block: int = 5000) -> Hearing:
    hearing = Hearing(RATE, sound.shape[1])
    for at in range(0, len(sound), block):
        hearing.hear(sound[at : at + block])
    hearing.end()
    return hearing


def voice(sound: np.ndarray) -> float:
    bins = heard(sound).bins()
    return voicelevel.loudness(bins, voicelevel.spoken(bins), RATE)


def test_music_and_pauses_do_not_change_it() -> None:
    """A jingle that is as loud or louder than the talk, and half a minute of silence."""
    alone = talk(12.0)
    with_music = np.concatenate([steady(6.0) * 2, alone, np.zeros((15 * RATE, 2), dtype=np.float32)])
    assert voice(with_music) == pytest.approx(voice(alone), abs=0.4)
    assert voice(alone * np.float32(0.5)) == pytest.approx(voice(alone) - 6.02, abs=0.01)


def test_where_nothing_speaks_all_of_it_counts() -> None:
    bins = heard(steady(8.0)).bins()
    assert voicelevel.spoken(bins).all()
    assert not voicelevel.speech(bins).any()


def test_the_size_of_the_blocks_does_not_matter() -> None:
    """Nor that the last 10 and 100 ms are not whole."""
    sound = talk(3.0)[:-123]
    one, other = heard(sound, 1 << 20), heard(sound, 777)
    assert one.frames == other.frames == len(sound)
    assert np.allclose(one.bins(), other.bins())
    assert np.allclose(one.cells(), other.cells())
    assert one.dbtp == pytest.approx(other.dbtp, abs=0.01)
