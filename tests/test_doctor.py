"""The doctor tries every part, says what is wrong with which, and goes on."""

from collections.abc import Iterator
from pathlib import Path

import pytest

from mettavox import assets, casting, doctor, source
from mettavox.codecs import ffmpeg
from mettavox.doctor import Finding
from mettavox.errors import CodecError, EngineError, OutputError, ScriptError, VoiceError


@pytest.fixture(autouse=True)
def afresh() -> Iterator[None]:
    """Where ffmpeg is may have been found before."""
    ffmpeg.find.cache_clear()
    yield
    ffmpeg.find.cache_clear()


def examined() -> dict[str, Finding]:
    return {finding.what: finding for finding in doctor.examine()}


def own_voice(name: str, text: str) -> None:
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    (folder / f"{name}.toml").write_text(text)


def test_a_whole_machine_has_no_complaints():
    """This one."""
    found = examined()
    assert not [finding for finding in found.values() if finding.error]
    assert {"mettavox", "scripts", "ffmpeg", "voice system", "voice hum", "cache"} <= set(found)


def test_it_tells_what_it_tried():
    """How many scripts, which ffmpeg, how long each voice spoke."""
    found = examined()
    assert found["scripts"].detail.startswith(str(len(source.ids("en")) + len(source.ids("es"))))
    assert found["ffmpeg"].detail.startswith("ffmpeg version")
    assert found["MP3"].detail.startswith(("LAME ", "ffmpeg version"))
    assert "pyttsx3" in found["voice system"].detail
    assert " Hz" in found["voice system"].detail
    assert str(assets.cache_folder()) in found["cache"].detail


def test_every_voice_is_tried():
    """The user's own too."""
    own_voice(
        "mine",
        'label = "Mine"\nlanguage = "en"\nengine = "hum"\npace = {per_line = 0.1, per_syllable = 0.2}\n',
    )
    found = set(examined())
    assert {f"voice {voice.id}" for voice in casting.every() if not casting.lacks(voice)} <= found
    assert "voice mine" in found
    assert "voice ljspeech" not in found, "it is not installed"


def test_a_missing_ffmpeg_is_one_finding(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """With what to do; the rest is tried all the same."""
    monkeypatch.setenv(ffmpeg.VARIABLE, str(tmp_path / "nowhere"))
    found = examined()
    assert isinstance(found["ffmpeg"].error, CodecError)
    assert found["ffmpeg"].hint
    assert found["voice hum"].error is None
    assert found["cache"].error is None


def test_an_ffmpeg_that_does_not_run_is_found_out(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """It is tried, not only looked for."""
    (tmp_path / "ffmpeg").write_text("not a program")
    monkeypatch.setenv(ffmpeg.VARIABLE, str(tmp_path / "ffmpeg"))
    assert isinstance(examined()["ffmpeg"].error, CodecError)


def test_a_broken_profile_is_one_finding():
    """Named, and the others are tried."""
    own_voice("broken", "this is not TOML")
    found = examined()
    assert isinstance(found["voice broken"].error, VoiceError)
    assert found["voice broken"].hint
    assert found["voice system"].error is None


def test_a_voice_that_its_engine_does_not_have_is_one_finding():
    """It is spoken with."""
    own_voice(
        "moon",
        'label = "Moon"\nlanguage = "en"\nengine = "pyttsx3"\npace = {per_line = 0.1, per_syllable = 0.2}\n'
        '[settings]\nvoice = "gmw/en-moon"\n',
    )
    assert isinstance(examined()["voice moon"].error, EngineError)


def test_a_script_that_cannot_be_read_is_found():
    """One of the user's own."""
    folder = assets.own_folder("scripts") / "en"
    folder.mkdir(parents=True)
    (folder / "mine.md").write_text("no head at all")
    assert isinstance(examined()["scripts"].error, ScriptError)


def test_a_cache_that_cannot_be_used_is_found(monkeypatch: pytest.MonkeyPatch, tmp_path: Path):
    """And how to move it."""
    (tmp_path / "file").write_text("in the way")
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(tmp_path / "file"))
    found = examined()["cache"]
    assert isinstance(found.error, OutputError)
    assert assets.CACHE_VARIABLE in found.hint


def test_a_full_disk_is_found(monkeypatch: pytest.MonkeyPatch):
    """Before a render finds it."""
    monkeypatch.setattr(doctor.shutil, "disk_usage", lambda folder: doctor.shutil._ntuple_diskusage(10**9, 10**9, 1000))
    found = examined()["cache"]
    assert isinstance(found.error, OutputError)
    assert found.hint


def test_it_says_which_voice_calm_is_and_how_to_get_a_better_one():
    """In each language that has an order of voices."""
    found = examined()
    assert found["calm in en"].detail.startswith("system. ")
    assert "mettavox voices install" in found["calm in es"].detail


def test_a_voice_that_says_its_own_sentence_too_slowly_is_one_finding():
    """By the profile's own check."""
    profile = 'label = "Slow"\nlanguage = "en"\nengine = "hum"\npace = {per_line = 0.1, per_syllable = 0.2}\n'
    own_voice("slow", profile + '[check]\nsentence = "May you be well."\nshortest = 0.2\nlongest = 0.4\n')
    found = examined()["voice slow"]
    assert isinstance(found.error, EngineError)
    assert "0.2 to 0.4 s is right" in found.detail
