"""eSpeak NG asked for sounds instead of speech: what is said, in IPA, as Piper's and Kokoro's networks learnt it."""

import ctypes
import os
import re
import unicodedata
from functools import cache
from typing import Any

from mettavox.engines import espeak_ng
from mettavox.errors import EngineError, VoiceError

# speak_lib.h of eSpeak NG 1.52: no sound is asked for, and an error must not end the process.
_RETRIEVAL, _DO_NOT_EXIT = 1, 0x8000
_UTF8, _IPA = 1, 0x02
# How a clause may end, and what Piper's voices learnt to see there.
_ENDINGS = {".": ".", "?": "?", "!": "!", ",": ",", ":": ":", ";": ";", "–": ";", "—": ";"}
_ELLIPSIS = ("…", "...")
_SENTENCE_ENDINGS = ".?!"
_LANGUAGE_FLAG = re.compile(r"\([^)]+\)")
# Before 1.50 there was a voice named only by its language; voices of that age ask for it.
_RENAMED = {"en": "gmw/en", "en-gb": "gmw/en", "fr-fr": "fr"}


class Phonemes:
    """eSpeak NG in one of its languages: ``en-us``, ``en-gb-x-rp``, ``es``, ``es-419`` …"""

    def __init__(self, language: str) -> None:
        """Raises EngineError when eSpeak NG is not there, VoiceError when it has no such language."""
        self._espeak = _started()
        self._language = _RENAMED.get(language, language).encode()
        self._choose()

    def said(self, text: str) -> str:
        """What is said, in IPA, decomposed (NFD), with the marks that end its clauses; each sentence on its own line.

        The same for the same text, whatever was asked before.
        """
        self._choose()
        lines = [""]
        for sounds, ending in self._clauses(espeak_ng.readable(text)):
            lines[-1] += sounds + ending
            if ending and ending in _SENTENCE_ENDINGS:
                lines.append("")
            elif ending or sounds:
                lines[-1] += " "
        return unicodedata.normalize("NFD", "\n".join(line.strip() for line in lines if line.strip()))

    def _choose(self) -> None:
        if self._espeak.espeak_SetVoiceByName(self._language):
            raise VoiceError(
                f"eSpeak NG has no language “{self._language.decode()}”.",
                hint="Take one that “espeak-ng --voices” shows, such as en-us or es-419.",
            )

    def _clauses(self, text: str) -> list[tuple[str, str]]:
        """The sounds of each clause, and the mark that ends it."""
        encoded = text.encode().replace(b"\0", b" ")
        buffer = ctypes.create_string_buffer(encoded)
        start = ctypes.addressof(buffer)
        place = ctypes.c_void_p(start)
        found, read_to = [], 0
        while place.value:
            sounds = self._espeak.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, _IPA) or b""
            reached = place.value - start if place.value else len(encoded)
            clause = encoded[read_to:reached].decode(errors="replace")
            # eSpeak has read one letter of the next clause already.
            ending = _ending(clause[:-1] if place.value else clause)
            found.append((_LANGUAGE_FLAG.sub("", sounds.decode()).strip(), ending))
            read_to = reached
        return found


def _ending(clause: str) -> str:
    """The mark that ends a clause, among the quotes and brackets after its last letter."""
    marks = clause[len(clause) - next((n for n, sign in enumerate(reversed(clause)) if sign.isalnum()), len(clause)) :]
    if any(ellipsis in marks for ellipsis in _ELLIPSIS):
        return next((_ENDINGS[sign] for sign in marks if sign in "?!"), "")
    return next((_ENDINGS[sign] for sign in marks if sign in _ENDINGS), "")


@cache
def _started() -> Any:
    """The library, started once in this process."""
    library, data = _library()
    library.espeak_TextToPhonemes.restype = ctypes.c_char_p
    library.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]
    if library.espeak_Initialize(_RETRIEVAL, 0, data, _DO_NOT_EXIT) < 0:
        raise EngineError("eSpeak NG cannot start: its data are missing.", hint=espeak_ng.HINT)
    return library


def _library() -> tuple[ctypes.CDLL, bytes | None]:
    path, data = espeak_ng.found()
    try:
        if path is None:
            raise OSError
        return ctypes.CDLL(path), os.fsencode(data) if data else None
    except OSError as error:
        raise EngineError("eSpeak NG, which tells how words sound, is not there.", hint=espeak_ng.HINT) from error
