"""Kokoro v1.0: one network in ONNX, many voices in one file, and eSpeak NG for the sounds of words."""

import zipfile

import numpy as np

from mettavox import ipa
from mettavox.audio import Clip
from mettavox.engines import floats, front_ends, installed, kokoro_signs, split
from mettavox.engines.front_ends import FrontEnd
from mettavox.engines.onnx import Model
from mettavox.errors import EngineError, VoiceError
from mettavox.suggest import nearest
from mettavox.voice import Voice

_SETTINGS = ("model", "voices", "voice", "speed", "espeak")
_RATE = 24_000
_LONGEST_SIGNS = 510
_SPEEDS = (0.5, 2.0)
_VOICES_FILE = ".bin"
# The first letter of a voice's name is its language; the same letter is Kokoro's own code for it.
_LANGUAGES = {"a": "en-us", "b": "en-gb", "e": "es", "f": "fr-fr", "h": "hi", "i": "it", "p": "pt-br"}
# Without a sound of their own in misaki's English.
_NOT_FOR_ENGLISH = frozenset("AIOQSTWYᵊ")


class KokoroEngine:
    """Speaks with one of Kokoro's voices."""

    def open(self, voice: Voice) -> None:
        """Load the voice. Raises EngineError without onnxruntime, VoiceError when settings or files are wrong."""
        installed.check(voice, _SETTINGS)
        self._speed = installed.number(voice, "speed", 1.0, *_SPEEDS)
        name = installed.word(voice, "voice", "")
        self._styles = _styles(voice, installed.file(voice, "voices", _VOICES_FILE), name)
        self._language = _language(voice)
        self._front_end = front_end(voice)
        self._model = Model(voice, installed.file(voice, "model", ".onnx"))
        # Older exports call the signs “tokens”, newer ones “input_ids”.
        self._signs_input = "input_ids" if "input_ids" in self._model.inputs else "tokens"

    def speak(self, text: str) -> Clip:
        """``text``, spoken. Raises EngineError, or VoiceError for a given sound that the voice cannot say."""
        if not any(map(str.isalnum, ipa.plain(text))):
            raise EngineError("There is nothing in the line to say.")
        signs = self.signs(text)
        if not any(map(str.isalpha, signs)):
            raise EngineError("The line has no sounds that the voice knows.")
        return floats.clip(np.concatenate([self._sound(each) for each in split.signs(signs, _LONGEST_SIGNS)]), _RATE)

    def close(self) -> None:
        """Nothing to do: the process ends."""

    def signs(self, text: str) -> str:
        """The line in Kokoro's signs."""
        return kokoro_signs.written(self._front_end.sounds(text).replace("\n", " "), self._language)

    def _sound(self, signs: str) -> floats.Floats:
        numbers = [kokoro_signs.NUMBERS[sign] for sign in signs]
        style = self._styles[min(len(numbers), len(self._styles)) - 1]
        return self._model.sound(
            {self._signs_input: [[0, *numbers, 0]], "style": style.reshape(1, -1), "speed": [self._speed]}
        )


def front_end(voice: Voice) -> FrontEnd:
    """What finds the sounds of a line for a Kokoro voice. Raises EngineError without eSpeak NG, VoiceError."""
    language = _language(voice)
    # Kokoro's signs are written from American sounds afterwards, and have some others for them.
    american = front_ends.is_american(language)
    return front_ends.espeak(language, None if american else frozenset(kokoro_signs.NUMBERS) - _NOT_FOR_ENGLISH)


def _language(voice: Voice) -> str:
    """eSpeak's language for a voice."""
    return installed.word(voice, "espeak", _LANGUAGES.get(installed.word(voice, "voice", "")[:1], "en-us"))


def _styles(voice: Voice, file: str, name: str) -> floats.Floats:
    """The styles of one voice, a row for each count of signs, shape ``(counts, size)``."""
    path = installed.path(voice, file)
    try:
        # numpy leaves a file open that it cannot read; this one it only borrows
        with path.open("rb") as whole, np.load(whole, allow_pickle=False) as voices:
            if name not in voices:
                raise VoiceError(f"{file} has no voice {name!r}.", hint=nearest(name, voices.files, "Voices"))
            styles = np.asarray(voices[name], dtype=np.float32)
        return styles.reshape(len(styles), -1)
    except (OSError, ValueError, EOFError, AttributeError, TypeError, zipfile.BadZipFile) as error:
        raise installed.broken(voice, f"{file} is no whole file of voices") from error
