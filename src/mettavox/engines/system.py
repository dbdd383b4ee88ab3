"""pyttsx3: eSpeak NG on Linux, the system's own voices on macOS and Windows.

pyttsx3 2.99 loses, cuts and mis-sets phrases on eSpeak without a word: it returns before the sound
is written and drops settings that were queued. What holds (300 of 300 clips alike):
``Synchronize`` around every step, the settings read back, and the event of the utterance's end
awaited. eSpeak also keeps state between phrases, so that the same line comes out differently;
therefore every line is spoken by a fork that starts eSpeak anew. Forking after eSpeak has started
hangs, since its threads do not survive; so this process never starts it.
"""

import ctypes
import os
import re
import sys
import tempfile
import threading
import time
import wave
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from mettavox.audio import Clip
from mettavox.engines import espeak_ng, fork
from mettavox.errors import EngineError, VoiceError
from mettavox.voice import Voice

if TYPE_CHECKING:
    from mettavox.engines.front_ends import FrontEnd

_SETTINGS = ("voice", "rate", "pitch", "volume")
_STANDARD = "gmw/en"
"""eSpeak's own voice where a profile names none."""
_RATES = (80, 450)
_MNEMONICS_FLAG = 0x100
_MNEMONICS = re.compile(r"\[\[.*?\]\]")
_END_SECONDS = 30.0
_POLL_SECONDS = 0.002
_JOINED_WORDS, _JOINED_LETTERS = 2, 8
_INSTALL_HINT = "Install mettavox again in its virtual environment, or run “mettavox doctor”."


class SystemEngine:
    """Speaks with pyttsx3."""

    def open(self, voice: Voice) -> None:
        """Find the library. Raises EngineError when pyttsx3 or its library is not there."""
        unknown = [key for key in voice.settings if key not in _SETTINGS]
        if unknown:
            raise VoiceError(
                f"The voice “{voice.id}” sets “{unknown[0]}”, which pyttsx3 does not know.",
                hint=f"It knows {', '.join(_SETTINGS)}.",
            )
        rate = voice.settings.get("rate", _RATES[0])
        if not isinstance(rate, int) or not _RATES[0] <= rate <= _RATES[1]:
            raise VoiceError(
                f"The voice “{voice.id}” has a rate of {rate}, which eSpeak would not keep.",
                hint=f"Choose a rate from {_RATES[0]} to {_RATES[1]} words a minute.",
            )
        self._settings = voice.settings
        self._folder = Path(tempfile.gettempdir())
        self._count = 0
        try:
            self._driver = _espeak_driver() if sys.platform == "linux" else None
            self._engine = None if self._driver else _started()
        except (ImportError, OSError, RuntimeError) as error:
            raise EngineError(f"pyttsx3 cannot start: {error}", hint=_INSTALL_HINT) from error

    def speak(self, text: str) -> Clip:
        """``text``, spoken afresh. Raises EngineError, or VoiceError when there is no such voice."""
        text = espeak_ng.readable(text)
        if not any(map(str.isalnum, text)):
            raise EngineError("There is nothing in the line to say.")
        self._count += 1
        path = self._folder / f"{os.getpid()}-{self._count}.wav"
        try:
            if self._driver is None:
                _save(self._engine, text, path, self._settings)
            else:
                fork.done(lambda: _with_espeak(self._driver, text, path, self._settings), hint=_INSTALL_HINT)
            return _read(path)
        finally:
            path.unlink(missing_ok=True)

    def close(self) -> None:
        """Nothing stays open: each line's process has ended."""


def front_end(voice: Voice) -> "FrontEnd":
    """How eSpeak's driver finds the sounds of a line, on Linux. Raises EngineError and VoiceError."""
    from mettavox.engines import front_ends  # what speaks needs none of it, and is started for a few lines

    chosen = str(voice.settings.get("voice", _STANDARD))
    return front_ends.espeak(chosen.rpartition("/")[2].partition("+")[0], None)


def _espeak_driver() -> Any:
    """pyttsx3's eSpeak driver, with the library that came from pip where there is one."""
    library, data = espeak_ng.found()
    if library and data:
        # Without the path eSpeak ends the process.
        os.environ["ESPEAK_DATA_PATH"] = data
        ctypes.CDLL(library, mode=ctypes.RTLD_GLOBAL)
    from pyttsx3.drivers import espeak

    _reads_mnemonics(espeak._espeak)
    # The driver polls every 10 ms; a line takes 3 ms.
    espeak.time = SimpleNamespace(sleep=lambda _: time.sleep(_POLL_SECONDS))
    return espeak


def _reads_mnemonics(binding: Any) -> None:
    """Have eSpeak take [[…]] as sounds (espeakPHONEMES, speak_lib.h); pyttsx3 has no way to ask for it."""
    plainly = binding.Synth
    if not getattr(plainly, "reads_mnemonics", False):
        binding.Synth = lambda text, flags=0, **settings: plainly(text, flags=flags | _MNEMONICS_FLAG, **settings)
        binding.Synth.reads_mnemonics = True


def _with_espeak(driver: Any, text: str, path: Path, settings: dict[str, Any]) -> bytes:
    """In the fork: speak into a file, or say what went wrong."""
    try:
        _speak_with_espeak(driver, text, path, settings)
    except VoiceError:
        raise
    except EngineError as error:
        raise EngineError(error.message, hint=_INSTALL_HINT) from error
    return b""


def _speak_with_espeak(driver: Any, text: str, path: Path, settings: dict[str, Any]) -> None:
    engine = _started()
    espeak = driver._espeak
    ended = threading.Event()
    words: list[int] = []
    engine.connect("started-word", lambda location, length, **_: words.append(location - 1 + length))
    engine.connect("finished-utterance", lambda completed, **_: ended.set() if completed else None)
    espeak.Synchronize()
    engine.runAndWait()  # drains what the start had queued, and leaves the proxy free
    for key, value in settings.items():
        engine.setProperty(key, value)
    espeak.Synchronize()
    for key, value in settings.items():
        if engine.getProperty(key) != value:
            if key == "voice":
                raise VoiceError(
                    f"eSpeak has no voice “{value}”.", hint="Choose one that “mettavox voices list” shows."
                )
            raise EngineError(f"eSpeak did not take the {key} {value}.")
    engine.save_to_file(text, str(path))
    engine.runAndWait()
    espeak.Synchronize()
    if not ended.wait(_END_SECONDS):
        raise EngineError("eSpeak did not come to the end of the line.")
    if _unspoken(text, max(words, default=0)):
        raise EngineError("eSpeak stopped before the last word.")


def _unspoken(text: str, spoken_to: int) -> bool:
    """Whether whole words follow the place that was reached.

    eSpeak's dictionary joins some phrases ("of the", "as it is", "for a while") into one event, so that a word
    or two short ones may go unannounced. Words in mnemonics are never announced.
    """
    text = _MNEMONICS.sub(lambda sounds: " " * len(sounds[0]), text)
    left = ["".join(filter(str.isalnum, word)) for word in text[spoken_to:].split()]
    words = [word for word in left if word]
    return len(words) > 1 and (len(words) > _JOINED_WORDS or sum(map(len, words)) > _JOINED_LETTERS)


def _started() -> Any:
    import pyttsx3

    return pyttsx3.init("espeak") if sys.platform == "linux" else pyttsx3.init()


def _save(engine: Any, text: str, path: Path, settings: dict[str, Any]) -> None:
    """On macOS and Windows the driver writes the file before runAndWait returns."""
    for key, value in settings.items():
        engine.setProperty(key, value)
    engine.save_to_file(text, str(path))
    engine.runAndWait()


def _read(path: Path) -> Clip:
    """The sound in a file. macOS writes AIFF whatever the name says; pydub reads that."""
    try:
        with wave.open(str(path), "rb") as file:
            if file.getnchannels() != 1 or file.getsampwidth() != 2:  # noqa: PLR2004
                raise wave.Error("not 16-bit mono")
            return Clip(pcm=file.readframes(file.getnframes()), rate=file.getframerate())
    except FileNotFoundError as error:
        raise EngineError("The engine wrote no sound.", hint=_INSTALL_HINT) from error
    except (wave.Error, EOFError):
        return _read_with_pydub(path)


def _read_with_pydub(path: Path) -> Clip:
    from mettavox.codecs import bench

    return bench.read(path)
