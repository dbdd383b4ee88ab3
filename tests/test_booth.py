"""A sheet is read line by line: what is good is kept at once, and what is not changes nothing."""

import io
from functools import cache
from pathlib import Path

import numpy as np
import pytest
import soundfile

from mettavox import booth, takes, takestore, voices
from mettavox.booth import Reading
from mettavox.errors import CodecError, RequestError
from mettavox.sheet import BLANK, Entry, Sheet
from mettavox.takes import RATE
from recorded import quiet, spoken


@cache
def reading() -> Reading:
    """The lines of a short practice."""
    return Reading(voice="mine", label="Quiet voice", sheet=booth.lines("en", ["shift-reset"], {}))


def said(text: str, *, level: float = 0.4, room_db: float = -75.0, lead: float = 0.6, cut: bool = False) -> bytes:
    """A line as a browser sends it; ``cut`` in the middle of a sound."""
    speech = spoken(text, level=level)
    half = len(speech) // 2
    end = half + int(np.abs(speech[half:]).argmax()) if cut else len(speech)
    whole = np.concatenate([quiet(lead), speech[:end], quiet(0 if cut else 0.6)])
    return wav(whole + np.random.default_rng(1).standard_normal(len(whole)) * 10 ** (room_db / 20))


def wav(samples: np.ndarray) -> bytes:
    """Samples as a 16-bit file."""
    file = io.BytesIO()
    soundfile.write(file, np.clip(samples, -1, 1), RATE, format="WAV", subtype="PCM_16")
    return file.getvalue()


def test_the_fewest_lines_are_those_that_are_heard_when_nobody_chooses() -> None:
    few = booth.lines("en", ["shift-reset"], {})
    assert not any(entry.carrier for entry in few.entries)
    assert len(booth.lines("en", ["shift-reset"], {}, names=True).entries) > len(few.entries)
    assert len(booth.lines("en", ["shift-reset"], {"closing": ("work", "return")}).entries) > len(few.entries)
    gentle = [len(booth.lines("en", ["paced-breathing"], {}, gentle=each).entries) for each in (False, True)]
    assert gentle[0] < gentle[1]
    for scripts, choices in (([], {}), (["shift-reset"], {"closing": ["x"]}), (["nothing"], {})):
        with pytest.raises(Exception, match=r"No practice|has no|nothing"):
            booth.lines("en", scripts, choices)


def test_a_good_take_is_kept_and_heard_and_a_second_one_takes_its_place() -> None:
    """Each by itself, and nothing of the others is lost."""
    of = reading()
    assert booth.there(of) == frozenset()
    for number in (1, 4):
        heard = booth.take(of, number, said(of.entry(number).text))
        assert (heard.fault, heard.replaced) == ("", False)
    assert booth.there(of) == {1, 4}
    first = booth.sound(of, 1)
    assert first is not None
    assert soundfile.info(io.BytesIO(first)).samplerate == RATE
    assert booth.take(of, 1, said(of.entry(1).text, level=0.2, lead=0.9)).replaced
    assert booth.there(of) == {1, 4}
    assert booth.sound(of, 2) is None
    assert voices.load("mine").label == "Quiet voice"


@pytest.mark.parametrize(
    ("kind", "take"),
    [
        ("silent", {"text": "", "sound": wav(quiet(2))}),
        ("unreadable", {"text": "", "sound": b"<b>no sound</b>" * 99}),
        ("unreadable", {"text": "", "sound": b""}),
        ("short", {"text": "Oh."}),
        ("long", {"text": "Your eyes can stay open, and so can much else. " * 3}),
        ("noisy", {"text": "Your eyes can stay open.", "room_db": -38.0}),
        ("cut-start", {"text": "Your eyes can stay open.", "lead": 0.0}),
        ("cut-end", {"text": "Your eyes can stay open.", "cut": True}),
        ("clipped", {"text": "Your eyes can stay open.", "level": 4.0}),
    ],
)
def test_what_cannot_be_used_has_a_kind_and_changes_nothing(kind: str, take: dict[str, object]) -> None:
    of = reading()
    number = next(entry.number for entry in of.sheet.entries if entry.text == "Your eyes can stay open.")
    sound = take.pop("sound", None) or (said(**take) if take["text"] else b"")  # type: ignore[arg-type]
    assert booth.take(of, number, sound).fault.kind == kind  # type: ignore[arg-type]
    assert takestore.own("mine") is None


def test_a_carrier_needs_the_quiet_for_its_name() -> None:
    entry = Entry(number=1, key=takes.key("May {name} be safe and well."), text=f"May {BLANK} be safe and well.")
    of = Reading(voice="mine", sheet=Sheet(language="en", titles={}, entries=(entry,)))
    assert booth.take(of, 1, said("May be safe.")).fault.kind == "no-gap"
    parts = [quiet(0.6), spoken("May", level=0.4), quiet(1.0), spoken("be safe and well.", level=0.4), quiet(0.6)]
    assert booth.take(of, 1, wav(np.concatenate(parts))).fault == ""
    assert booth.there(of) == {1}


def test_hours_in_a_small_file_are_not_read(tmp_path: Path) -> None:
    """Of what lasts longer than a minute no more is decoded."""
    file = io.BytesIO()
    soundfile.write(file, np.zeros(600 * 8000, dtype=np.int16), 8000, format="FLAC")
    assert booth.take(reading(), 1, file.getvalue()).fault.kind == "long"


def test_what_names_other_files_or_addresses_is_no_sound(tmp_path: Path) -> None:
    """Playlists, lists of ffmpeg's and descriptions of streams lead nowhere."""
    secret = tmp_path / "1.wav"
    secret.write_bytes(said("Hello."))
    for text in (
        f"#EXTM3U\n#EXT-X-TARGETDURATION:9\n#EXTINF:9,\nfile://{secret}\n#EXT-X-ENDLIST\n",
        f"ffconcat version 1.0\nfile '{secret}'\n",
        f"#EXTM3U\n#EXTINF:9,\nconcat:{secret}\n#EXT-X-ENDLIST\n",
        f"v=0\no=- 0 0 IN IP4 127.0.0.1\ns=x\nc=IN IP4 127.0.0.1\nt=0 0\nm=audio 9 RTP/AVP 0\na=control:{secret}\n",
    ):
        assert booth.take(reading(), 1, text.encode()).fault.kind == "unreadable", text
        with pytest.raises(CodecError):
            booth.quietness(text.encode())


def test_a_line_that_there_is_not_is_refused() -> None:
    for number in (0, -1, 27, 10**9):
        with pytest.raises(RequestError):
            booth.take(reading(), number, said("Hello."))
        with pytest.raises(RequestError):
            booth.sound(reading(), number)


def test_names_of_voices_are_free_and_nobodys() -> None:
    assert booth.free_name([]) == "mine"
    booth.take(reading(), 1, said("Hello."))
    assert booth.free_name([]) == "mine-2"
    assert booth.free_name(["mine-2"]) == "mine-3"
    assert [voice.id for voice in booth.own_voices("en")] == ["mine"]
    assert booth.own_voices("es") == []


def test_a_label_is_a_line_of_words() -> None:
    assert booth.checked_label("  Ana ") == "Ana"
    for text in ("a\nb", "x" * 81, "a\x00"):
        with pytest.raises(RequestError):
            booth.checked_label(text)


def test_a_room_is_heard() -> None:
    room = np.random.default_rng(3).standard_normal(2 * RATE) * 10 ** (-75 / 20)
    assert booth.quietness(wav(room)) == "quiet"
    with pytest.raises(CodecError, match="too short"):
        booth.quietness(wav(room[: RATE // 2]))
