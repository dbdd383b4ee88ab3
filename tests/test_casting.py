"""Casting: calm is the best voice that is installed, in one order, and says how to get a better one."""

from pathlib import Path

import pytest

from mettavox import assets, casting, voices
from mettavox.engines import table
from mettavox.errors import VoiceError
from recorded import hummed, keep

PROFILE = """\
label = "Mine"
language = "en"
engine = "hum"
[pace]
per_line = 0.1
per_syllable = 0.2
"""


def install(name: str) -> None:
    """As if its files were there: the right sizes are what is looked at."""
    for file in voices.load(name).files:
        path = Path(voices.load(name).folder) / file.path
        path.parent.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as whole:
            whole.truncate(file.bytes)


@pytest.fixture(autouse=True)
def every_engine(monkeypatch: pytest.MonkeyPatch) -> None:
    """As on a machine with every package."""
    monkeypatch.setattr(table, "find_spec", lambda name: name)


@pytest.mark.parametrize(("language", "last"), [("en", "system"), ("es", "system-es"), ("es-MX", "system-es")])
def test_without_any_other_the_system_s_voice_speaks_and_says_how_to_get_a_better_one(language: str, last: str) -> None:
    """In one line, with a command that can be run as it is."""
    cast = casting.cast("calm", language)
    assert cast.voice.id == last
    name = cast.note.rpartition(" ")[2]
    assert "mettavox voices install" in cast.note
    assert "\n" not in cast.note
    assert voices.speaks(voices.load(name), language)
    assert all(file.url for file in voices.load(name).files)


def test_no_voice_at_all_is_calm() -> None:
    """Nobody has to say it."""
    assert casting.cast("", "en") == casting.cast("calm", "en")


@pytest.mark.parametrize("name", [name for names in casting.ORDER.values() for name in names[:-1]])
def test_a_voice_that_is_installed_takes_the_place_of_the_system_s(name: str) -> None:
    """Whichever it is."""
    install(name)
    language = voices.load(name).language
    assert casting.cast("calm", language).voice.id == name


def test_what_a_clinic_may_use_comes_first() -> None:
    """In each language, no voice that it may use comes after one that it may not, but for the last resort."""
    for names in casting.ORDER.values():
        terms = [voices.load(name).licence.commercial for name in names[:-1]]
        assert terms == sorted(terms, reverse=True), names


def test_among_those_the_more_natural_comes_first() -> None:
    """By the profile's prediction, where it has one."""
    for names in casting.ORDER.values():
        found = [voices.load(name) for name in names[:-1]]
        quality = [voice.quality for voice in found if voice.quality and voice.licence.commercial == "yes"]
        assert quality == sorted(quality, reverse=True), names


def test_a_voice_that_a_clinic_may_not_use_says_so() -> None:
    """Where calm has come to it."""
    install("hfc")
    cast = casting.cast("calm", "en")
    assert cast.voice.id == "hfc"
    assert "commercial use: no" in cast.note


def test_the_best_of_several_speaks_without_a_word() -> None:
    """There is nothing to say."""
    for name in ("hfc", "amy", "kristin"):
        install(name)
    assert casting.cast("calm", "en") == casting.Cast(voice=voices.load("amy"))


def test_a_file_that_is_cut_short_is_not_installed() -> None:
    """The next voice speaks; asked for by name, it is refused with what to do."""
    install("amy")
    first = Path(voices.load("amy").folder) / voices.load("amy").files[0].path
    first.write_bytes(b"cut")
    assert casting.cast("calm", "en").voice.id == "system"
    with pytest.raises(VoiceError, match=f"{first.name} is missing or not whole") as caught:
        casting.cast("amy", "en")
    assert caught.value.hint == "Run: mettavox voices install amy"


def test_a_voice_that_was_never_installed_is_refused_by_name() -> None:
    """With the command that installs it."""
    with pytest.raises(VoiceError, match="“amy” cannot speak here: it is not installed") as caught:
        casting.cast("amy", "en")
    assert caught.value.hint == "Run: mettavox voices install amy"


def test_a_package_that_is_missing_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    """With pip's own words."""
    install("ljspeech")
    monkeypatch.setattr(table, "find_spec", lambda name: None if name == "onnxruntime" else name)
    with pytest.raises(VoiceError, match="it needs onnxruntime") as caught:
        casting.cast("ljspeech", "en")
    assert caught.value.hint == "Run: pip install --upgrade onnxruntime"
    assert casting.cast("calm", "en").voice.id == "system"


def test_a_voice_of_another_language_is_refused() -> None:
    """And one without words goes with every language."""
    with pytest.raises(VoiceError, match="speaks “es”, not “en”"):
        casting.cast("system-es", "en")
    assert casting.cast("hum", "es").voice.id == "hum"


def test_a_profile_named_calm_is_what_calm_means() -> None:
    """Somebody wrote it."""
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    (folder / "calm.toml").write_text(PROFILE)
    assert casting.cast("calm", "en").voice.label == casting.cast("", "en").voice.label == "Mine"


def test_a_voice_for_another_system_is_not_shown_and_is_refused() -> None:
    """It is no voice of this machine's."""
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    (folder / "far.toml").write_text('platforms = ["win32"]\n' + PROFILE)
    assert "far" not in {voice.id for voice in casting.every()}
    with pytest.raises(VoiceError, match="it is for Windows"):
        casting.cast("far", "en")


def test_calm_is_known_and_nonsense_is_not() -> None:
    """Before anything is made."""
    casting.known("calm")
    with pytest.raises(VoiceError, match="no voice"):
        casting.known("clam")


def test_an_engine_that_is_too_old_is_named_with_the_version_that_it_takes(monkeypatch: pytest.MonkeyPatch) -> None:
    """And with how to get it."""
    install("amy")
    monkeypatch.setattr(table, "version", lambda package: "0.4.9")
    with pytest.raises(VoiceError, match=r"it needs sanotts 0\.5 or newer") as caught:
        casting.cast("amy", "en")
    assert caught.value.hint == "Run: pip install --upgrade sanotts"
    monkeypatch.setattr(table, "version", lambda package: "0.10.1")
    assert casting.cast("amy", "en").voice.id == "amy"


def test_a_profile_without_files_is_refused_where_the_engine_speaks_from_files() -> None:
    """Its clips could not be told from another voice's in the cache."""
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(PROFILE.replace('"hum"', '"sanotts"'))
    with pytest.raises(VoiceError, match="its profile lists no"):
        casting.cast("mine", "en")


def test_a_profile_named_calm_is_for_its_own_language() -> None:
    """In another, calm is what it was."""
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    (folder / "calm.toml").write_text(PROFILE)
    assert casting.cast("", "es").voice.id == "system-es"


def test_a_broken_profile_of_one_s_own_does_not_silence_the_others() -> None:
    """It is told by the list and the doctor, and calm goes on to the next."""
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    (folder / "amy.toml").write_text("label =")
    assert casting.cast("", "en").voice.id == "system"
    assert casting.cast("", "en").note.startswith("voices/amy.toml is not a TOML file")
    assert next(error.message for error in casting.unreadable()).startswith("voices/amy.toml")
    assert "amy" not in {voice.id for voice in casting.every()}


def test_a_recorded_voice_without_recordings_cannot_speak() -> None:
    """They may have been removed."""
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    (folder / "mine.toml").write_text(PROFILE.replace('"hum"', '"recorded"'))
    with pytest.raises(VoiceError, match="it has no recordings") as caught:
        casting.cast("mine", "en")
    assert "voices import" in caught.value.hint


def test_who_fills_in_is_known_even_where_nobody_has_to() -> None:
    """A slip of the finger is told; the notice of a voice that a clinic may not use is kept."""
    hum, recorded = voices.load("hum"), keep("mine", {"May you be safe.": hummed("May you be safe.")})
    with pytest.raises(VoiceError, match="There is no voice"):
        casting.fill("nosuch", "en", hum)
    assert casting.fill("calm", "en", hum) is None
    install("hfc")
    cast = casting.fill("calm", "en", recorded)
    assert cast is not None
    assert "commercial use: no" in cast.note


def test_recordings_are_found_by_their_own_words() -> None:
    """No lexicon changes them."""
    recorded = keep("mine", {"May Siobhan live.": hummed("May Siobhan live.")})
    assert casting.pronouncer(recorded).engine_text("May Siobhan live.") == "May Siobhan live."
