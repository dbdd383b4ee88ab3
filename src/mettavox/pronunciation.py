"""Pronunciation: what an engine receives for a line, so that names and hard words are said right."""

from mettavox import ipa


class Pronouncer:
    """The text that an engine of one alphabet receives for the lines of one language."""

    def __init__(self, language: str, alphabet: str) -> None:
        self._language = language
        self._alphabet = alphabet

    def engine_text(self, spoken: str) -> str:
        """What the engine receives for a line that is spoken so."""
        return spoken if self._alphabet == "ipa" else ipa.plain(spoken)
