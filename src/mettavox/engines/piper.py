"""Piper's voices: a VITS network in ONNX with its table of signs, and eSpeak NG for the sounds of words.

Run on onnxruntime alone: piper-tts is under the GPL, and sherpa-onnx wants metadata that the published files lack.
"""

from typing import Any

import numpy as np

from mettavox import ipa
from mettavox.audio import Clip
from mettavox.engines import floats, front_ends, installed, split
from mettavox.engines.front_ends import FrontEnd
from mettavox.engines.onnx import Model
from mettavox.errors import EngineError, VoiceError
from mettavox.voice import Voice

_SETTINGS = ("model", "length_scale", "noise_scale", "noise_w", "speaker")
_PAD, _BEGIN, _END = "_", "^", "$"
_Ids = dict[str, list[int]]
_LONGEST_SIGNS = 400
_SCALES = {"noise_scale": 0.667, "length_scale": 1.0, "noise_w": 0.8}
_RANGES = {"noise_scale": (0.0, 2.0), "length_scale": (0.5, 3.0), "noise_w": (0.0, 2.0)}


class PiperEngine:
    """Speaks with a Piper voice."""

    def open(self, voice: Voice) -> None:
        """Load the voice. Raises EngineError without onnxruntime, VoiceError when settings or files are wrong."""
        installed.check(voice, _SETTINGS)
        name, told = _table(voice)
        self._ids, language = _signs(voice, name, told)
        try:
            self._rate = int(told["audio"]["sample_rate"])
            speakers = int(told.get("num_speakers", 1))
            learnt = _SCALES | {key: float(value) for key, value in told.get("inference", {}).items() if key in _SCALES}
        except (KeyError, TypeError, ValueError, AttributeError) as error:
            raise _no_table(voice, name) from error
        self._scales = [installed.number(voice, key, learnt[key], *_RANGES[key]) for key in _SCALES]
        self._speaker = _speaker(voice, told, speakers)
        self._front_end = _front_end(self._ids, language)
        self._longest_key = max(map(len, self._ids))
        self._model = Model(voice, name)

    def speak(self, text: str) -> Clip:
        """``text``, spoken. Raises EngineError, or VoiceError for a given sound that the voice cannot say."""
        if not any(map(str.isalnum, ipa.plain(text))):
            raise EngineError("There is nothing in the line to say.")
        said = self._front_end.sounds(text)
        pieces = [piece for sentence in said.split("\n") for piece in split.signs(sentence, _LONGEST_SIGNS)]
        sounds = [self._sound(piece) for piece in pieces if any(map(str.isalpha, piece))]
        if not sounds:
            raise EngineError("The line has no sounds that the voice knows.")
        return floats.clip(np.concatenate(sounds), self._rate)

    def close(self) -> None:
        """Nothing to do: the process ends."""

    def _sound(self, signs: str) -> floats.Floats:
        ids = self._places(signs)
        inputs: dict[str, object] = {"input": [ids], "input_lengths": [len(ids)], "scales": self._scales}
        if self._speaker is not None:
            inputs["sid"] = [self._speaker]
        return self._model.sound(inputs)

    def _places(self, signs: str) -> list[int]:
        """The numbers of the signs, each followed by a pad. One that is not in the table is left out, as in Piper."""
        pad = self._ids[_PAD]
        places = [*self._ids[_BEGIN], *pad]
        at = 0
        while at < len(signs):
            length = next((n for n in range(self._longest_key, 0, -1) if signs[at : at + n] in self._ids), 0)
            if length:
                places += [*self._ids[signs[at : at + length]], *pad]
            at += length or 1
        return [*places, *self._ids[_END]]


def front_end(voice: Voice) -> FrontEnd:
    """What finds the sounds of a line for a Piper voice. Raises EngineError without eSpeak NG, VoiceError."""
    name, told = _table(voice)
    return _front_end(*_signs(voice, name, told))


def _front_end(ids: _Ids, language: str) -> FrontEnd:
    signs = frozenset(sign for sign in ids if len(sign) == 1) - set(f"{_PAD}{_BEGIN}{_END} ")
    return front_ends.espeak(language, signs)


def _table(voice: Voice) -> tuple[str, dict[str, Any]]:
    """The name of the voice's model, and the table beside it."""
    name = installed.file(voice, "model", ".onnx")
    return name, installed.table(voice, f"{name}.json")


def _signs(voice: Voice, name: str, told: dict[str, Any]) -> tuple[_Ids, str]:
    """The numbers of each sign, and the language in which eSpeak found the signs that the voice learnt."""
    try:
        ids = {sign: [int(place) for place in places] for sign, places in told["phoneme_id_map"].items()}
        language = str(told["espeak"]["voice"])
    except (KeyError, TypeError, ValueError, AttributeError) as error:
        raise _no_table(voice, name) from error
    if not {_PAD, _BEGIN, _END} <= set(ids) or told.get("phoneme_type", "espeak") != "espeak":
        raise installed.broken(voice, f"{name}.json has no table of eSpeak's signs")
    return ids, language


def _no_table(voice: Voice, name: str) -> VoiceError:
    return installed.broken(voice, f"{name}.json is no Piper voice's table")


def _speaker(voice: Voice, told: dict[str, Any], speakers: int) -> int | None:
    """The number of the speaker, among several; a setting may give its name."""
    wanted = voice.settings.get("speaker", told.get("default_speaker_id", 0))
    names = told.get("speaker_id_map") or {}
    number = names.get(wanted, wanted)
    if not isinstance(number, int) or not 0 <= number < max(1, speakers):
        raise VoiceError(
            f"The voice “{voice.id}” has no speaker {wanted!r}.", hint=f"There are {speakers}, counted from 0."
        )
    return number if speakers > 1 else None
