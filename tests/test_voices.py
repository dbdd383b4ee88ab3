"""Voice profiles: read, checked, and found in the right folder."""

import json
import sys
from pathlib import Path

import pytest

from mettavox import assets, voices
from mettavox.engines import table
from mettavox.errors import VoiceError
from mettavox.voice import PERMISSIONS, Voice

WHOLE = """\
label = "Mine"
language = "en"
engine = "hum"
[pace]
per_line = 0.1
per_syllable = 0.2
"""


@pytest.fixture
def own_voice() -> Path:
    """Where a profile of one's own would lie: ``mine.toml``."""
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True)
    return folder / "mine.toml"


@pytest.mark.parametrize("name", voices.names())
def test_every_bundled_voice_can_be_read_and_has_an_engine_and_a_licence(name: str) -> None:
    """A clinic is told whether it may use it."""
    voice = voices.load(name)
    assert voice.id == name
    assert voice.label
    assert table.target(voice.engine)
    assert voice.licence.name != "unknown"
    assert voice.licence.commercial in PERMISSIONS
    assert voice.pace.per_syllable > 0


def test_the_usual_voice_and_the_one_for_tests_are_there() -> None:
    """system and hum."""
    assert {"system", "hum"} <= set(voices.names())


@pytest.mark.parametrize("name", ["clam", "Calm", "calm "])
def test_an_unknown_voice_gets_the_nearest(name: str) -> None:
    """The one that was meant."""
    with pytest.raises(VoiceError, match="There is no voice") as caught:
        voices.load(name)
    assert caught.value.hint == "Did you mean “calm”?"


@pytest.mark.parametrize("name", ["../voices/calm", "/etc/passwd", "", "."])
def test_a_voice_s_name_is_never_a_path(name: str) -> None:
    """Letters, digits, hyphens and underscores."""
    with pytest.raises(VoiceError, match="There is no voice"):
        voices.load(name)


def test_a_profile_of_one_s_own_is_found_and_comes_first(own_voice: Path) -> None:
    """In the user's own folder."""
    own_voice.write_text(WHOLE)
    own_voice.with_name("system.toml").write_text(WHOLE)
    assert voices.load("mine").label == "Mine"
    assert voices.load("system").label == "Mine"
    assert "mine" in voices.names()


def test_settings_of_this_platform_come_over_the_common_ones(own_voice: Path) -> None:
    """And those of other platforms are left out."""
    other = next(platform for platform in voices.PLATFORMS if platform != sys.platform)
    own_voice.write_text(
        f"{WHOLE}[settings]\nrate = 1\npitch = 1\n[settings.{sys.platform}]\nrate = 2\n[settings.{other}]\nrate = 3\n"
    )
    assert voices.load("mine").settings == {"rate": 2, "pitch": 1}


@pytest.mark.parametrize(
    ("text", "what"),
    [
        ("label = ", "not a TOML file"),
        (WHOLE + "\n[pase]\nx = 1", "unknown “pase”"),
        (WHOLE.replace('engine = "hum"\n', ""), "engine"),
        (WHOLE.replace("per_line = 0.1\n", ""), "[pace] lacks per_line"),
        (WHOLE + "per_word = 1\n", "[pace] has an unknown “per_word”"),
        (WHOLE + "[shaping]\ntrim = 1\n", "[shaping] has an unknown “trim”"),
        ("", "missing or wrong"),
        ('alphabet = "runes"\n' + WHOLE, "no alphabet “runes”"),
        ('platforms = ["amiga"]\n' + WHOLE, "platforms"),
        ('store = "../away"\n' + WHOLE, "store"),
        (WHOLE + '[licence]\ncommercial = "maybe"\n', "commercial"),
        (WHOLE + '[licence]\nredistribute = "maybe"\n', "redistribute"),
        (WHOLE + "[check]\nshortest = 3\nlongest = 2\n", "[check]"),
        (WHOLE + "[check]\nlongest = 2\n", "a sentence"),
        (WHOLE + '[[files]]\npath = "a.bin"\nbytes = 3\nsha256 = "00"\n', "64 hexadecimal digits"),
        (WHOLE + f'[[files]]\npath = "../a.bin"\nbytes = 3\nsha256 = "{"0" * 64}"\n', "a.bin"),
        (WHOLE + f'[[files]]\npath = "a.bin"\nbytes = 0\nsha256 = "{"0" * 64}"\n', "number of bytes"),
        (WHOLE + f'[[files]]\npath = "a.bin"\nbytes = 3\nsha256 = "{"0" * 64}"\nurl = "ftp://x"\n', "https://"),
        (WHOLE + f'[[files]]\npath = "a.bin"\nbytes = 3\nsha = "{"0" * 64}"\n', "unknown “sha”"),
    ],
)
def test_a_profile_that_cannot_be_used_says_what_is_wrong(own_voice: Path, text: str, what: str) -> None:
    """With its file, and a bundled one to compare it with."""
    own_voice.write_text(text)
    with pytest.raises(VoiceError, match=r"^voices/mine\.toml") as caught:
        voices.load("mine")
    assert what in caught.value.message
    assert caught.value.hint


@pytest.mark.parametrize(
    "text",
    [
        WHOLE.replace("per_line = 0.1", 'per_line = "slow"'),
        WHOLE.replace("per_syllable = 0.2", "per_syllable = -1"),
        WHOLE.replace("[pace]", "[[pace]]"),
        WHOLE.replace('label = "Mine"', "label = 7"),
        'settings = "loud"\n' + WHOLE,
        "shaping = 3\n" + WHOLE,
        'licence = "MIT"\n' + WHOLE,
        WHOLE + "[settings]\nrate = [1, 2]\n",
        'speed = "fast"\n' + WHOLE,
        "files = 3\n" + WHOLE,
        WHOLE + "[licence]\nshare_alike = 1\n",
        WHOLE + "[[files]]\nbytes = 3\n",
    ],
)
def test_a_field_of_a_wrong_kind_is_the_profile_s_error(own_voice: Path, text: str) -> None:
    """And not found out in the middle of a render, nor a bug of ours."""
    own_voice.write_text(text)
    with pytest.raises(VoiceError):
        voices.load("mine")


def test_a_profile_that_is_not_text_is_the_profile_s_error(own_voice: Path) -> None:
    """UTF-16 from an old editor."""
    own_voice.write_bytes(WHOLE.encode("utf-16"))
    with pytest.raises(VoiceError):
        voices.load("mine")


def test_an_engine_that_is_not_there_gets_the_known_ones() -> None:
    """Built-in, or offered by another package."""
    with pytest.raises(VoiceError, match="There is no speech engine “humm”") as caught:
        table.target("humm")
    assert "hum" in caught.value.hint


def test_a_voice_travels_as_plain_data() -> None:
    """To a worker, as JSON, and is the same there."""
    for name in voices.names():
        voice = voices.load(name)
        assert Voice.from_plain(json.loads(json.dumps(voice.plain()))) == voice


def test_a_file_that_was_cut_short_is_missing(own_voice: Path) -> None:
    """Its size says so."""
    own_voice.write_text(f'{WHOLE}[[files]]\npath = "a.bin"\nbytes = 3\nsha256 = "{"0" * 64}"\n')
    folder = own_voice.with_name("mine")
    assert [each.path for each in voices.missing(voices.load("mine"))] == ["a.bin"]
    folder.mkdir()
    (folder / "a.bin").write_bytes(b"12")
    assert voices.missing(voices.load("mine"))
    (folder / "a.bin").write_bytes(b"123")
    assert voices.missing(voices.load("mine")) == []
