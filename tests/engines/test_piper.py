"""Piper's voices: settings are heard, noise is the same noise, and a broken voice says so."""

import json
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from engines import neural
from mettavox.audio import Clip
from mettavox.engines import fork
from mettavox.engines.piper import PiperEngine
from mettavox.errors import EngineError, VoiceError

TEXT = "May you be safe and well."
Files = Callable[[], neural.Files]


def opened(settings: str = "", files: neural.Files | None = None) -> PiperEngine:
    engine = PiperEngine()
    engine.open(neural.installed("small-piper", settings=settings, files=files))
    return engine


def spoken(settings: str = "", files: neural.Files | None = None) -> Clip:
    return opened(settings, files).speak(TEXT)


def table(**changes: object) -> neural.Files:
    """The table beside the model, changed."""
    return {"small.onnx.json": json.dumps(json.loads(neural.config()) | changes).encode()}


def test_length_scale_is_honoured():
    """Half as slow again."""
    assert spoken("length_scale = 1.5").seconds == pytest.approx(1.5 * spoken().seconds, rel=0.05)


def test_the_voices_own_scales_hold_until_a_setting_overrules_them():
    """As its maker chose them."""
    slow = table(inference={"length_scale": 2.0})
    assert spoken(files=slow).seconds == pytest.approx(2 * spoken().seconds, rel=0.05)
    assert spoken("length_scale = 1.0", slow).frames == spoken().frames


def test_noise_is_there_and_is_the_same_noise():
    """A model draws noise with each run; a line has the same bytes all the same."""
    engine = opened()
    first = engine.speak(TEXT).pcm
    engine.speak("Rest.")
    assert engine.speak(TEXT).pcm == first
    assert spoken("noise_scale = 0.0").pcm != first


def test_without_forks_it_is_the_same_noise_too(monkeypatch: pytest.MonkeyPatch):
    """Windows has none."""
    first = spoken().pcm
    monkeypatch.setattr(fork, "POSSIBLE", False)
    engine = opened()
    assert [engine.speak(TEXT).pcm for _ in range(3)] == [first] * 3


def test_sentences_are_spoken_one_by_one():
    """As Piper does."""
    engine = opened()
    assert engine.speak("Rest. Rest.").seconds == pytest.approx(2 * engine.speak("Rest.").seconds, abs=0.06)


def test_given_sounds_are_spoken():
    """A name as its owner says it."""
    engine = opened()
    assert engine.speak("May ⟦Niamh|niːv⟧ be safe.").pcm != engine.speak("May Niamh be safe.").pcm


def test_signs_of_several_letters_are_found():
    """Some tables have a number for aɪ."""
    signs = json.loads(neural.config())["phoneme_id_map"] | {"eɪ": [60]}
    assert opened(files=table(phoneme_id_map=signs))._places("meɪ") == [1, 0, signs["m"][0], 0, 60, 0, 2]


@pytest.mark.parametrize(
    "settings", ["length_scale = 9", "noise_scale = -1", 'noise_w = "some"', "speaker = 3", "rate = 115"]
)
def test_a_setting_that_it_cannot_use_is_an_error(settings: str):
    """A slip in a profile is not passed over."""
    with pytest.raises(VoiceError, match=settings.split(maxsplit=1)[0]):
        opened(settings)


@pytest.mark.parametrize("name", ["../other.onnx", "a/../../other.onnx", "..\\other.onnx", "C:other.onnx"])
def test_no_file_outside_the_voices_folder_is_read(name: str):
    """A profile may come from anybody."""
    voice = neural.installed("small-piper")
    folder = Path(voice.folder)
    for ending in ("", ".json"):
        (folder.parent / f"other.onnx{ending}").write_bytes((folder / f"small.onnx{ending}").read_bytes())
    with pytest.raises(VoiceError, match="“small-piper” names the file") as caught:
        PiperEngine().open(replace(voice, settings={"model": name}))
    assert caught.value.hint


BROKEN = {
    "cut short": lambda: {"small.onnx": neural.piper_model()[:-200]},
    "no model": lambda: {"small.onnx": b"<html>Not found</html>"},
    "empty": lambda: {"small.onnx": b""},
    "no JSON": lambda: {"small.onnx.json": b"<html>"},
    "no signs": lambda: {"small.onnx.json": b"{}"},
    "other signs": lambda: table(phoneme_type="pinyin"),
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_voice_says_how_to_get_it_whole(fault: str):
    """Not a traceback from onnxruntime."""
    with pytest.raises(VoiceError, match="small-piper") as caught:
        opened(files=BROKEN[fault]())
    assert "mettavox voices install small-piper" in caught.value.hint


def test_without_onnxruntime_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    """It is an extra."""
    monkeypatch.setitem(sys.modules, "onnxruntime", None)
    with pytest.raises(EngineError, match="needs onnxruntime") as caught:
        opened()
    assert "pip install onnxruntime" in caught.value.hint


def test_what_fails_in_a_fork_says_nothing_of_the_line():
    """A fork tells its kind of error only, and the next line is spoken."""
    engine = opened()
    with pytest.raises(EngineError, match="InvalidArgument") as caught:
        engine._model.sound({"input": [[1, 2]], "input_lengths": [2], "scales": [1.0, 1.0]})
    assert "input" not in str(caught.value).lower().replace("invalidargument", "")
    assert np.frombuffer(engine.speak(TEXT).pcm, "<i2").any()


@pytest.mark.parametrize(("work", "said"), [(lambda: 1 / 0, "ZeroDivisionError"), (lambda: sys.exit(3), "SystemExit")])
def test_a_fork_that_fails_is_an_error(work: Callable[[], bytes], said: str):
    """Whatever happens there."""
    with pytest.raises(EngineError, match=said):
        fork.done(work)


def test_a_fork_that_dies_is_an_error():
    """A network can crash."""
    import os

    with pytest.raises(EngineError, match="ended with 9"):
        fork.done(lambda: os._exit(9))
