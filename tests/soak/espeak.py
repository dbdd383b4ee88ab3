"""eSpeak NG without pyttsx3: the library through ctypes, synchronous, each phrase in a fresh fork.

Run as ``python espeak.py VOICE RATE PITCH``: a JSON text a line comes in, and for each a line goes
out: the number of frames and the SHA-256 of the samples.
"""

import ctypes
import hashlib
import json
import os
import sys

import espeakng_loader

SYNCHRONOUS, BUFFER_MS, DONT_EXIT = 2, 1000, 0x8000
RATE, VOLUME, PITCH = 1, 2, 3
CHARS_UTF8, ENDPAUSE, POS_CHARACTER = 1, 0x1000, 1
CALLBACK = ctypes.CFUNCTYPE(ctypes.c_int, ctypes.POINTER(ctypes.c_short), ctypes.c_int, ctypes.c_void_p)


def speak(library: ctypes.CDLL, text: str, voice: str, rate: int, pitch: int) -> bytes:
    """The samples of ``text``."""
    sound = bytearray()

    def take(samples: "ctypes._Pointer[ctypes.c_short]", count: int, events: int | None) -> int:
        if samples and count:
            sound.extend(ctypes.string_at(samples, count * 2))
        return 0

    callback = CALLBACK(take)
    assert library.espeak_Initialize(SYNCHRONOUS, BUFFER_MS, espeakng_loader.get_data_path().encode(), DONT_EXIT) > 0
    library.espeak_SetSynthCallback(callback)
    assert library.espeak_SetVoiceByName(voice.encode()) == 0
    for parameter, value in ((VOLUME, 100), (RATE, rate), (PITCH, pitch)):
        assert library.espeak_SetParameter(parameter, value, 0) == 0
    data = text.encode() + b"\0"
    assert (
        library.espeak_Synth(data, ctypes.c_size_t(len(data)), 0, POS_CHARACTER, 0, CHARS_UTF8 | ENDPAUSE, None, None)
        == 0
    )
    library.espeak_Synchronize()
    return bytes(sound)


def main() -> None:
    """Speak every line of standard input."""
    voice, rate, pitch = sys.argv[1], int(sys.argv[2]), int(sys.argv[3])
    library = ctypes.CDLL(espeakng_loader.get_library_path())
    for request in sys.stdin:
        sys.stdout.flush()
        child = os.fork()
        if not child:
            pcm = speak(library, json.loads(request), voice, rate, pitch)
            print(len(pcm) // 2, hashlib.sha256(pcm).hexdigest(), flush=True)
            os._exit(0)
        _, status = os.waitpid(child, 0)
        assert status == 0


if __name__ == "__main__":
    main()
