"""Front ends: what finds the sounds of a line, as one voice of one engine is set up."""

from collections.abc import Callable
from dataclasses import dataclass

from mettavox import ipa
from mettavox.engines import given
from mettavox.engines.phonemes import Phonemes

Hear = Callable[[str], object]
"""Hears each word that no dictionary has."""


@dataclass(frozen=True, kw_only=True)
class FrontEnd:
    """``say`` finds the sounds of running text, in IPA.

    ``known`` are the signs that the voice can say, or None for any; ``tells`` is whether words that no dictionary
    has can be heard of.
    """

    say: Callable[[str], str]
    known: frozenset[str] | None
    american: bool
    tells: bool = False

    def sounds(self, text: str) -> str:
        """What is said of a line, in IPA, each sentence on its own line; given sounds are made the voice's own.

        Raises VoiceError for a given sound that has none near it, EngineError when no sounds are found.
        """
        return given.spliced(text, self.say, self._fitted)

    def _fitted(self, sounds: str) -> str:
        if self.known is None:
            return ipa.normal(sounds)
        return given.fitted(sounds, self.known, american=self.american)


def espeak(language: str, signs: frozenset[str] | None) -> FrontEnd:
    """eSpeak NG in one of its languages, for a voice that has those signs, or any.

    Raises EngineError when eSpeak NG is not there, VoiceError when it has no such language.
    """
    return FrontEnd(say=Phonemes(language).said, known=heard(language, signs), american=is_american(language))


def heard(language: str, signs: frozenset[str] | None) -> frozenset[str] | None:
    """Of a voice's signs those it learnt from: of American English only what eSpeak NG prints."""
    if not is_american(language):
        return signs
    return given.ENGLISH if signs is None else signs & given.ENGLISH


def is_american(language: str) -> bool:
    """Whether eSpeak's language is American English."""
    return language.lower() == "en-us"
