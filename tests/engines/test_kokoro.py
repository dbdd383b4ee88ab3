"""Kokoro: voices and speed are heard, its signs are its own, and a broken voice says so."""

from dataclasses import replace

import pytest

from engines import neural
from mettavox.engines import kokoro_signs
from mettavox.engines.kokoro import KokoroEngine
from mettavox.errors import VoiceError

TEXT = "May you be safe and well."


def opened(settings: str = "", files: neural.Files | None = None) -> KokoroEngine:
    engine = KokoroEngine()
    engine.open(neural.installed("small-kokoro", settings=settings, files=files))
    return engine


@pytest.mark.parametrize(
    ("said", "language", "own"),
    [
        ("mˈeɪ juː biː sˈeɪf.", "en-us", "mˈA ju bi sˈAf."),
        ("bɜːd, bˈʌɾɚ", "en-us", "bɜɹd, bˈʌTəɹ"),
        ("tʃˈɔɪs dʒˈɔɪ", "en-us", "ʧˈYs ʤˈY"),
        ("lˈɪɾəl ɐlˈoʊn əlˈoʊn", "en-us", "lˈɪTᵊl əlˈOn əlˈOn"),
        ("hˈɑːt ɡˈəʊ", "en-gb", "hˈɑːt ɡˈQ"),
        ("mutʃˈas ɡɾˈasjas", "es", "muʧˈas ɡɾˈasjas"),
    ],
)
def test_espeaks_sounds_are_written_in_kokoros_signs(said: str, language: str, own: str):
    """As misaki, which taught it to read, writes them."""
    assert kokoro_signs.written(said, language) == own


def test_the_table_is_whole():
    """One hundred and fourteen signs, as in Kokoro's own configuration."""
    numbers = kokoro_signs.NUMBERS
    assert (len(numbers), numbers[" "], numbers["ˈ"], numbers["ᵻ"]) == (114, 16, 156, 177)


def test_speed_is_honoured():
    """Twice as fast, half as long."""
    slow, fast = opened("speed = 0.5").speak(TEXT), opened("speed = 1.0").speak(TEXT)
    assert slow.seconds - 0.05 == pytest.approx(2 * (fast.seconds - 0.05), rel=0.02)


def test_the_same_line_has_the_same_noise():
    """It draws noise with each run."""
    engine = opened()
    first = engine.speak(TEXT).pcm
    engine.speak("Rest.")
    assert engine.speak(TEXT).pcm == first


def test_a_long_line_is_parted():
    """Five hundred and ten signs is the most in one go."""
    engine = opened()
    once, often = engine.speak("So it is, and so be it. "), engine.speak("So it is, and so be it. " * 40)
    assert often.seconds == pytest.approx(40 * once.seconds, rel=0.1)


def test_given_sounds_are_spoken():
    """A name as its owner says it."""
    assert "ʃɪvˈɔn" in opened().signs("May ⟦Siobhan|ʃɪˈvɔːn⟧ be safe.")


def named(name: str) -> KokoroEngine:
    """The engine with another of the voices in its file."""
    voice = neural.installed("small-kokoro")
    engine = KokoroEngine()
    engine.open(replace(voice, settings=voice.settings | {"voice": name}))
    return engine


def test_a_voice_speaks_its_own_language_and_key():
    """By the first letter of its name, unless the profile tells."""
    assert named("ef_high").signs("Gracias") == "ɡɾˈaθjas"
    assert named("ef_high").speak(TEXT).pcm != named("af_low").speak(TEXT).pcm


def test_a_voice_that_is_not_in_the_file_is_an_error_that_names_the_nearest():
    """A slip in a profile."""
    with pytest.raises(VoiceError, match="af_lou") as caught:
        named("af_lou")
    assert "af_low" in caught.value.hint


@pytest.mark.parametrize("settings", ["speed = 3", "rate = 115", 'espeak = "moonish"'])
def test_a_setting_that_it_cannot_use_is_an_error(settings: str):
    """A slip in a profile is not passed over."""
    with pytest.raises(VoiceError):
        opened(settings)


BROKEN = {
    "model cut short": lambda: {"small.onnx": neural.kokoro_model()[:-200]},
    "voices cut short": lambda: {"voices.bin": neural.kokoro_voices()[:-200]},
    "no voices": lambda: {"voices.bin": b"<html>Not found</html>"},
    "empty": lambda: {"voices.bin": b""},
}


@pytest.mark.parametrize("fault", BROKEN)
def test_a_broken_voice_says_how_to_get_it_whole(fault: str):
    """Not a traceback from numpy or onnxruntime."""
    with pytest.raises(VoiceError, match="small-kokoro") as caught:
        opened(files=BROKEN[fault]())
    assert "mettavox voices install small-kokoro" in caught.value.hint
