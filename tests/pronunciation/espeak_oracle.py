"""eSpeak NG asked what it says, in a process of its own: ``python espeak_oracle.py VOICE``, texts and sounds as JSON.

Unlike mettavox.engines.phonemes it reads [[mnemonics]], as the engine does: the flag for that (espeakPHONEMES) is set
by a synthesis whose sound nobody hears.
"""

import ctypes
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

_SYNCHRONOUS, _DO_NOT_EXIT, _PHONEMES, _UTF8, _IPA = 2, 0x8000, 0x100, 1, 2


def heard(voice: str, texts: Sequence[str]) -> list[str]:
    """What eSpeak says in a voice, in IPA."""
    done = subprocess.run(
        [sys.executable, Path(__file__), voice], input=json.dumps(list(texts)), capture_output=True, text=True,
        check=True, timeout=120,
    )  # fmt: skip
    said: list[str] = json.loads(done.stdout.splitlines()[-1])
    return said


def _main(voice: str) -> None:
    import espeakng_loader

    espeak = ctypes.CDLL(espeakng_loader.get_library_path())
    espeak.espeak_TextToPhonemes.restype = ctypes.c_char_p
    espeak.espeak_TextToPhonemes.argtypes = [ctypes.POINTER(ctypes.c_void_p), ctypes.c_int, ctypes.c_int]
    espeak.espeak_Initialize(_SYNCHRONOUS, 0, os.fsencode(espeakng_loader.get_data_path()), _DO_NOT_EXIT)
    callback = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.c_void_p, ctypes.c_int, ctypes.c_void_p)(lambda *_: 0)
    espeak.espeak_SetSynthCallback(callback)
    assert espeak.espeak_SetVoiceByName(voice.encode()) == 0
    silent = b"[[a]]"
    espeak.espeak_Synth(silent, len(silent) + 1, 0, 0, 0, _UTF8 | _PHONEMES, None, None)
    print(json.dumps([_said(espeak, text) for text in json.load(sys.stdin)]))


def _said(espeak: ctypes.CDLL, text: str) -> str:
    buffer = ctypes.create_string_buffer(text.encode())
    place = ctypes.c_void_p(ctypes.addressof(buffer))
    clauses = []
    while place.value:
        clauses.append((espeak.espeak_TextToPhonemes(ctypes.byref(place), _UTF8, _IPA) or b"").decode())
    return " ".join(clause.strip() for clause in clauses)


if __name__ == "__main__":
    _main(sys.argv[1])
