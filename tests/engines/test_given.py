"""Sounds that are given replace those of their word, and nothing else changes."""

import pytest

from mettavox.engines import given
from mettavox.engines.phonemes import Phonemes
from mettavox.errors import VoiceError


def fit(sounds: str) -> str:
    return given.fitted(sounds, given.ENGLISH, american=True)


@pytest.fixture(scope="module")
def english() -> Phonemes:
    """What finds the sounds of running text."""
    return Phonemes("en-us")


@pytest.mark.parametrize(
    ("text", "sounds"),
    [
        ("May ⟦Siobhan|ʃɪˈvɔːn⟧ be safe.", "mˈeɪ ʃɪvˈɔːn biː sˈeɪf."),
        ("⟦Siobhan|ʃɪˈvɔːn⟧, rest.", "ʃɪvˈɔːn, ɹˈɛst."),
        ("⟦Siobhan|ʃɪˈvɔːn⟧", "ʃɪvˈɔːn"),
        ("⟦Siobhan|ʃɪˈvɔːn⟧ and ⟦Aoife|ˈiːfə⟧.", "ʃɪvˈɔːn ænd ˈiːfə."),
        ("May ⟦Trish's|tɹɪʃɪz⟧ day be calm.", "mˈeɪ tɹˈɪʃɪz dˈeɪ biː kˈɑːm."),
        ("the ⟦Siobhan|ʃɪˈvɔːn⟧, the ⟦Aoife|ˈiːfə⟧", "ðə ʃɪvˈɔːn, ðɪ ˈiːfə"),
        ("May Zeus and ⟦Siobhan|ʃɪˈvɔːn⟧ be safe.", "mˈeɪ zˈuːs ænd ʃɪvˈɔːn biː sˈeɪf."),
    ],
)
def test_given_sounds_stand_where_the_word_stood(english: Phonemes, text: str, sounds: str):
    """And the words round them sound as they do beside a name."""
    assert given.spliced(text, english.said, fit) == sounds


@pytest.mark.parametrize(
    ("sounds", "own"),
    [
        ("ˈhuːxa", "hˈuːhɑː"),
        ("ʃiˈvon", "ʃivˈoʊn"),
        ("t͡ʃɑːt", "tʃˈɑːt"),
        ("ʒɛʁaʁ", "ʒˈɛɹɑːɹ"),
        ("beɲa", "bˈɛnjɑː"),
        ("ɡaˈɫa", "ɡɑːlˈɑː"),
        ("bɔ̃", "bˈɔː"),
        ("ˈmaːtin", "mˈɑːtin"),
        ("ˈoːla", "ˈoʊlɑː"),
        ("ˈleːna", "lˈeɪnɑː"),
        ("ˈleɪna", "lˈeɪnɑː"),
    ],
)
def test_signs_that_american_voices_never_heard_become_the_nearest(sounds: str, own: str):
    """A voice says noise for a sign that it was not taught."""
    assert fit(sounds) == own


def test_a_sign_without_a_neighbour_is_named_and_not_the_word():
    """It may be a name."""
    with pytest.raises(VoiceError, match="“ʭ”") as caught:
        given.fitted("kaʭa", given.ENGLISH)
    assert "kaʭa" not in str(caught.value)
