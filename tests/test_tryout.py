"""Tryout: a text of one's own in a voice, tuned or not, before anything of it is kept."""

import contextlib
import io

import numpy as np
import pytest
import soundfile

from mettavox import assets, tryout
from mettavox.errors import RequestError, VoiceError
from mettavox.rehearsal import Rehearsal
from recorded import hummed, keep

TEXT = "May I rest. There is nothing to reach."


def heard(text: str, name: str = "hum", **turns: float) -> np.ndarray:
    file = io.BytesIO()
    wanted = tryout.prepare(text, name, **turns)  # type: ignore[arg-type]
    with contextlib.closing(Rehearsal()) as rehearsal:
        seconds = tryout.speak(wanted, file, rehearsal)
    samples, rate = soundfile.read(io.BytesIO(file.getvalue()))
    assert len(samples) == round(seconds * rate)
    return np.asarray(samples)


def test_pauses_are_heard_between_sentences_and_nothing_is_kept() -> None:
    usual, longer = heard(TEXT), heard(TEXT, pauses=2)
    assert len(longer) - len(usual) == tryout.QUIET_SECONDS * 48_000
    assert heard(TEXT, rate=0.5).size > usual.size
    assert not assets.own_folder("voices").exists()
    assert not assets.cache_folder().exists()


def test_what_cannot_be_said_is_refused_without_the_text() -> None:
    for text in ("", "  ", "x" * 600, "Zoraida rests. " * 7, "Zoraida {{ 7*7 }}"):
        with pytest.raises(RequestError) as refused:
            tryout.prepare(text, "hum")
        assert "Zoraida" not in refused.value.message + refused.value.hint
    with pytest.raises(VoiceError, match="not installed"):
        tryout.prepare(TEXT, "amy")
    with pytest.raises(RequestError, match="out of range"):
        tryout.prepare(TEXT, "hum", pauses=9)


def test_a_recorded_voice_says_its_own_lines() -> None:
    line = "May I rest. May I be well."
    keep("mine", {line: hummed(line)})
    assert tryout.own_lines("mine", 5) == (line,)
    assert tryout.own_lines("hum", 5) == ()
    assert np.abs(heard(line, "mine")).max() > 0.05
    with pytest.raises(VoiceError, match="its own lines"):
        tryout.prepare("Something else.", "mine")
