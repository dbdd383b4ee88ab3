"""Delivery profiles: the bundled ones say what is asked of a track, and a wrong one is told with its file and field."""

import re
from dataclasses import fields
from pathlib import Path

import pytest

from mettavox import ask, assets, deliveries
from mettavox.delivery import BITRATES_KBPS, RATES, Delivery
from mettavox.errors import RequestError
from mettavox.request import BEDS
from oracles import TESTS

GOOD = """\
label = "Mine"
voice_lufs = -17.5
highest_dbtp = -1
bed = "pink"
bed_under_lu = 22
bells = ["end"]
tones = true
head_seconds = 0.75
tail_seconds = 3
fade_in_seconds = 6
fade_out_seconds = 12
rate = 48000
bitrate_kbps = 160
"""


def parsed(text: str) -> Delivery:
    return deliveries.parse(text.encode(), "mine", "profiles/mine.toml")


def changed(key: str, value: str) -> str:
    """GOOD with another value, or with a field more."""
    kept = [line for line in GOOD.splitlines() if line.split(" = ")[0] != key]
    return "\n".join([*kept, f"{key} = {value}"])


def own(folder: Path, text: str, name: str = "mine") -> None:
    """Put a profile into the user's own folder, which is under ``folder``."""
    place = assets.own_folder("profiles")
    assert folder in place.parents
    place.mkdir(parents=True, exist_ok=True)
    (place / f"{name}.toml").write_text(text, encoding="utf-8")


# --- those that came with mettavox ---


@pytest.mark.parametrize(
    ("name", "levels", "form", "bells"),
    [
        ("podcast", (-16, -1), (48_000, 128), ()),  # Apple: -16 within 1, peaks at most -1
        ("library", (-18, -1.5), (48_000, 128), ("start", "end")),  # AES TD1008: speech at -18
        ("sleep", (-20, -3), (48_000, 128), ()),
        ("acx", (-18, -3), (44_100, 192), ()),  # so that the RMS of speech is well within ACX's bounds
        ("insight-timer", (-16, -1), (48_000, 128), ("end",)),
    ],
)
def test_a_bundled_profile_says_what_is_asked_of_a_track(
    name: str, levels: tuple[float, float], form: tuple[int, int], bells: tuple[str, ...]
) -> None:
    """Loudness of the voice and true peak, rate and bit rate, bells."""
    profile = deliveries.load(name)
    assert (profile.id, profile.label != "") == (name, True)
    assert (profile.voice_lufs, profile.highest_dbtp) == levels
    assert (profile.rate, profile.bitrate_kbps) == form
    assert profile.bells == bells


def test_these_five_profiles_came_with_mettavox() -> None:
    """And the standard one is among them."""
    assert deliveries.names() == ["acx", "insight-timer", "library", "podcast", "sleep"]
    assert ask.STANDARD["profile"] in deliveries.names()


@pytest.mark.parametrize("name", ["acx", "insight-timer", "library", "podcast", "sleep"])
def test_a_bundled_profile_leaves_room_where_codecs_and_players_need_it(name: str) -> None:
    """A decibel for what an encoder overshoots; a bed 20 to 22 LU under the voice; half a second at the start."""
    profile = deliveries.load(name)
    assert profile.ceiling_dbtp <= profile.highest_dbtp - 0.75
    assert profile.ceiling_dbtp <= -2
    assert 20 <= profile.bed_under_lu <= 22
    assert profile.bed in BEDS
    assert 0.5 <= profile.head_seconds <= 1
    assert profile.tail_seconds >= 1


def test_sleep_has_nothing_that_wakes() -> None:
    """No bell, no tones, a bed that goes for half a minute to a minute, a softer voice."""
    profile = deliveries.load("sleep")
    assert profile.bells == ()
    assert not profile.tones
    assert 30 <= profile.fade_out_seconds <= 60
    assert profile.treble_db < 0
    assert profile.voice_lufs < min(deliveries.load(each).voice_lufs for each in deliveries.names() if each != "sleep")


def test_acx_has_the_bounds_of_the_shop() -> None:
    """RMS from -23 to -18 dB, a floor of -60 dB and so no bed, one to five seconds at the end; and a word about it."""
    profile = deliveries.load("acx")
    assert profile.spoken_rms_db == (-23, -18)
    assert profile.floor_db == -60
    assert profile.bed == "none"
    assert 1 <= profile.tail_seconds <= 5
    assert "RMS" in profile.note


# --- one's own ---


def test_a_profile_of_one_s_own_has_what_it_says() -> None:
    """Every field; what may be left out has its standard."""
    assert parsed(GOOD) == Delivery(
        id="mine", label="Mine", voice_lufs=-17.5, highest_dbtp=-1, bed="pink", bed_under_lu=22, bells=("end",),
        tones=True, head_seconds=0.75, tail_seconds=3, fade_in_seconds=6, fade_out_seconds=12, rate=48_000,
        bitrate_kbps=160, treble_db=0, spoken_rms_db=None, floor_db=None, note="",
    )  # fmt: skip
    more = parsed(GOOD + 'treble_db = -3\nspoken_rms_db = [-23, -18]\nfloor_db = -60\nnote = "Für später."\n')
    assert (more.treble_db, more.spoken_rms_db, more.floor_db, more.note) == (-3, (-23, -18), -60, "Für später.")


@pytest.mark.parametrize(("written", "read"), [("[]", ()), ('["end", "start"]', ("start", "end")),
                                               ('["end", "end"]', ("end",))])  # fmt: skip
def test_bells_are_in_the_order_in_which_they_ring(written: str, read: tuple[str, ...]) -> None:
    """Each once."""
    assert parsed(changed("bells", written)).bells == read


def test_one_s_own_profile_is_found_and_wins(own_folders: Path) -> None:
    """Under the name of a bundled one, in its place; beside the others, in the list."""
    own(own_folders, GOOD)
    own(own_folders, GOOD, "podcast")
    assert "mine" in deliveries.names()
    assert deliveries.load("mine").label == deliveries.load("podcast").label == "Mine"
    assert deliveries.load("library").label != "Mine"


@pytest.mark.parametrize("text", ["\ufeff" + GOOD, GOOD.replace("\n", "\r\n")], ids=["bom", "crlf"])
def test_what_an_editor_on_windows_writes_is_read(text: str) -> None:
    """A mark at the start, and its own ends of lines."""
    assert parsed(text).label == "Mine"


@pytest.mark.parametrize(("typed", "hint"), [("podcats", "“podcast”"), ("insight timer", "“insight-timer”"),
                                             ("Library", "“library”"), ("qqq", "Profiles: acx")])  # fmt: skip
def test_an_unknown_profile_gets_the_nearest(typed: str, hint: str) -> None:
    """Or the list."""
    with pytest.raises(RequestError, match=f"There is no profile “{typed}”") as caught:
        deliveries.load(typed)
    assert hint in caught.value.hint


@pytest.mark.parametrize("typed", ["../profiles/podcast", "", ".", "podcast.toml", "a\0b", "/etc/passwd"])
def test_a_profile_is_a_name_and_never_a_path(typed: str) -> None:
    """Only letters, digits, hyphens and underscores make one."""
    with pytest.raises(RequestError, match="There is no profile"):
        deliveries.load(typed)


PAGE = (TESTS.parent / "docs" / "delivery.md").read_text("utf-8")


def test_the_page_s_profile_is_one_and_has_every_field_explained() -> None:
    """What docs/delivery.md shows can be copied."""
    example = re.search(r"```toml\n(.*?)```", PAGE, re.DOTALL)
    assert example is not None
    assert parsed(example[1]).label == "Our radio hour"
    rows = re.findall(r"^\| (`[a-z_`, ]+`) \|", PAGE.split("## A profile of your own")[1], re.MULTILINE)
    named = {name for row in rows for name in re.findall("[a-z_]+", row)}
    assert named == {field.name for field in fields(Delivery)} - {"id"}


def test_the_page_s_table_is_that_of_the_bundled_profiles() -> None:
    """Loudness, peak, bed, bit rate."""
    rows = {}
    for line in PAGE.split("## Profiles")[1].split("\n\n")[1].splitlines():
        name, *cells = (cell.strip() for cell in line.strip("|").split("|"))
        rows[name] = cells
    profiles = [deliveries.load(name.strip("`")) for name in rows[""]]
    assert sorted(each.id for each in profiles) == deliveries.names()
    numbers = {
        "voice, by its speech alone": "voice_lufs", "true peak at most": "highest_dbtp",
        "bit rate of an MP3": "bitrate_kbps",
    }  # fmt: skip
    for row, field in numbers.items():
        assert [float(cell.split()[0]) for cell in rows[row]] == [getattr(each, field) for each in profiles]
    assert [cell.strip("`") for cell in rows["bed"]] == [each.bed for each in profiles]
    assert rows["bells"] == [", ".join(each.bells) or "none" for each in profiles]
    assert [float(cell.split()[0]) * 1000 for cell in rows["rate"]] == [each.rate for each in profiles]
    assert rows["breath tones"] == ["yes" if each.tones else "no" for each in profiles]


# --- what is wrong with one ---

REQUIRED = [line.split(" = ")[0] for line in GOOD.splitlines()]
NUMBERS = [
    "voice_lufs", "highest_dbtp", "bed_under_lu", "head_seconds", "tail_seconds", "fade_in_seconds",
    "fade_out_seconds", "treble_db", "floor_db",
]  # fmt: skip


def refusal(text: str) -> RequestError:
    with pytest.raises(RequestError) as caught:
        parsed(text)
    return caught.value


def assert_one_sentence(message: str) -> None:
    assert message.startswith("profiles/mine.toml")
    assert message.endswith(".")
    assert "\n" not in message
    assert len(message) < 160


@pytest.mark.parametrize("field", REQUIRED)
def test_a_field_that_is_missing_is_named(field: str) -> None:
    """With the file."""
    error = refusal("\n".join(line for line in GOOD.splitlines() if line.split(" = ")[0] != field))
    assert error.message == f"profiles/mine.toml lacks “{field}”."
    assert "docs/delivery.md" in error.hint


def test_every_missing_field_is_named_at_once() -> None:
    """In the order in which a profile has them."""
    error = refusal("\n".join(line for line in GOOD.splitlines() if line.split(" = ")[0] not in ("rate", "label")))
    assert error.message == "profiles/mine.toml lacks “label” and “rate”."


def test_an_unknown_field_gets_the_nearest() -> None:
    """A slip of the finger would otherwise change nothing."""
    error = refusal(changed("bed_under", "21"))
    assert error.message == "profiles/mine.toml has an unknown “bed_under”."
    assert error.hint == "Did you mean “bed_under_lu”?"


@pytest.mark.parametrize("field", NUMBERS)
@pytest.mark.parametrize("value", ["true", '"-16"', "[]", "nan", "inf", "-inf", "-1000", "1000", "1e400"])
def test_a_number_that_is_none_or_out_of_bounds_is_told_with_the_bounds(field: str, value: str) -> None:
    """For every field that is a number."""
    error = refusal(changed(field, value))
    assert error.message.startswith(f"profiles/mine.toml: “{field}” is not a number from ")
    assert_one_sentence(error.message)


@pytest.mark.parametrize("field", ["rate", "bitrate_kbps"])
@pytest.mark.parametrize("value", ["true", '"48000"', "48001", "[]", "48000.0", "128.0", "0"])
def test_rate_and_bit_rate_are_whole_numbers_that_there_are(field: str, value: str) -> None:
    """44100 or 48000, and a bit rate of an MP3."""
    error = refusal(changed(field, value))
    known = ", ".join(map(str, RATES if field == "rate" else BITRATES_KBPS))
    assert error.message == f"profiles/mine.toml: “{field}” is not one of {known}."


@pytest.mark.parametrize(
    ("field", "values", "wanted"),
    [
        ("tones", ["1", '"yes"', "[]"], "true or false"),
        ("label", ["1", "true", "[]"], "a text"),
        ("note", ["1", "true", "[]"], "a text"),
        ("bells", ["true", '"end"', '["middle"]', "[1]", "[[]]"], "a list of “start” and “end”"),
        ("bed", ["true", "1", '"sfot"', '""', '"/tmp/rain.mp3"', "[]"], "the name of a bed, or none"),
        (
            "spoken_rms_db",
            ["-20", "[]", "[-20]", "[-18, -23]", "[-23, -23]", "[-23, 1]", "[-23, true]", '["-23", "-18"]',
             "[nan, -18]", "[-23, -18, -10]"],
            "two numbers up to 0, the lower one first",
        ),
    ],
)  # fmt: skip
def test_a_value_of_another_kind_is_told_with_what_it_should_be(field: str, values: list[str], wanted: str) -> None:
    """File, field and what belongs there."""
    for value in values:
        error = refusal(changed(field, value))
        assert error.message == f"profiles/mine.toml: “{field}” is not {wanted}."
        assert error.hint


def test_a_bed_with_a_slip_gets_the_nearest() -> None:
    """As on the command line."""
    assert refusal(changed("bed", '"sfot"')).hint == "Did you mean “soft”?"


@pytest.mark.parametrize("text", ["label = ", "<xml/>", 'label = "a"\nlabel = "b"', "x = " + "[" * 5000, "\0"])
def test_a_file_that_is_no_toml_is_told_as_such(text: str) -> None:
    """Whatever it is."""
    error = refusal(text)
    assert error.message.startswith("profiles/mine.toml is not a TOML file: ")
    assert_one_sentence(error.message)


def test_a_file_that_is_no_text_is_told_as_such() -> None:
    """From an old editor."""
    with pytest.raises(RequestError, match=r"^profiles/mine\.toml is not text in UTF-8\.$") as caught:
        deliveries.parse(GOOD.replace("Mine", "Schön").encode("latin-1"), "mine", "profiles/mine.toml")
    assert "UTF-8" in caught.value.hint


def test_a_wrong_profile_of_one_s_own_is_named_without_its_folder(own_folders: Path) -> None:
    """profiles/NAME.toml is where it lies, on any machine."""
    own(own_folders, changed("rate", "8000"))
    with pytest.raises(RequestError, match=r"^profiles/mine\.toml: “rate”") as caught:
        deliveries.load("mine")
    assert str(own_folders) not in caught.value.message + caught.value.hint
