"""Preparing: what was asked for is checked against the script before anything is made."""

from dataclasses import replace
from fractions import Fraction
from pathlib import Path

import pytest

from mettavox import deliveries, source
from mettavox.errors import DurationError, MettavoxError, RequestError, ScriptError, ScriptNotFound, VoiceError
from mettavox.person import Listener, Spoken, Target, personal_word
from mettavox.prepare import RATE, plan, prepare
from mettavox.request import Request
from mettavox.script import Breath, Line
from mettavox.units import GRID
from recorded import hummed, keep

SAM = Spoken(written="Sam", said="Sam")
ZEBEDEE = Spoken(written="Zebedee", said="Zebedee")


def asked(*options: str) -> frozenset[str]:
    return frozenset(options)


def test_a_length_that_was_not_asked_for_is_the_typical_one() -> None:
    """Ten minutes of loving-kindness."""
    prepared = prepare(Request(script="loving-kindness"))
    assert (prepared.seconds, prepared.frames) == (600, 600 * RATE)


def test_the_preview_is_exactly_as_long_as_asked() -> None:
    """No engine, and no frame off."""
    assert plan(prepare(Request(script="loving-kindness", seconds=Fraction(1234567, 1000)))).frames == 59_259_216


# --- which script ---


def test_every_bundled_script_can_be_prepared() -> None:
    """By its id."""
    for name in source.ids("en"):
        assert prepare(Request(script=name)).script.head.id == name


@pytest.mark.parametrize("typed", ["loving-kindnes", "lovingkindness", "loving_kindness"])
def test_an_unknown_script_gets_the_nearest(typed: str) -> None:
    """The id that was meant."""
    with pytest.raises(ScriptNotFound, match=f"There is no script “{typed}” in “en”") as caught:
        prepare(Request(script=typed))
    assert caught.value.hint == "Did you mean “loving-kindness”?"


@pytest.mark.parametrize("typed", ["../en/loving-kindness", "shared/return", "/etc/passwd", "", ".", "en", "a\0b"])
def test_an_id_is_never_a_path(typed: str) -> None:
    """Only a name that ends in .md is one."""
    with pytest.raises(ScriptNotFound):
        prepare(Request(script=typed))


def test_a_script_of_one_s_own_is_given_by_its_path(tmp_path: Path) -> None:
    """Its id is the file's name."""
    path = tmp_path / "my-rest.md"
    path.write_text(source.load("supportive-touch", "en").text)
    assert prepare(Request(script=str(path))).script.head.id == "my-rest"


def test_a_folder_of_one_s_own_comes_before_the_bundled_one(tmp_path: Path) -> None:
    """--scripts DIR, with the language's folder in it."""
    (tmp_path / "en").mkdir()
    text = source.load("supportive-touch", "en").text.replace("title: Supportive touch", "title: Mine")
    (tmp_path / "en" / "supportive-touch.md").write_text(text)
    assert prepare(Request(script="supportive-touch", scripts=tmp_path)).script.head.title == "Mine"
    assert prepare(Request(script="supportive-touch")).script.head.title == "Supportive touch"


def test_the_user_s_own_folder_is_searched(own_folders: Path) -> None:
    """Where the platform keeps a user's data."""
    from mettavox import assets

    folder = assets.own_folder("scripts") / "en"
    assert own_folders in folder.parents
    folder.mkdir(parents=True)
    (folder / "mine.md").write_text(source.load("supportive-touch", "en").text)
    assert "mine" in source.ids("en")
    assert prepare(Request(script="mine")).script.head.id == "mine"


def test_the_working_directory_is_never_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A script lying about does not take another's place."""
    monkeypatch.chdir(tmp_path)
    for folder in ("scripts/en", "en", "."):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        (tmp_path / folder / "lying-about.md").write_text(source.load("supportive-touch", "en").text)
    with pytest.raises(ScriptNotFound):
        prepare(Request(script="lying-about"))


@pytest.mark.parametrize("content", [b"\xff\xfe-\x00-\x00-\x00", b"---\ntitle: caf\xe9\n---\n", bytes(range(128, 256))])
def test_a_file_that_is_not_utf_8_is_told_as_such(tmp_path: Path, content: bytes) -> None:
    """UTF-16 and Latin-1 from old editors."""
    path = tmp_path / "old.md"
    path.write_bytes(content)
    with pytest.raises(ScriptError, match="not text in UTF-8") as caught:
        prepare(Request(script=str(path)))
    assert "UTF-8" in caught.value.hint


def test_a_path_that_cannot_be_read_says_why(tmp_path: Path) -> None:
    """Not there, or a folder."""
    (tmp_path / "folder.md").mkdir()
    for name in ("nowhere.md", "folder.md"):
        with pytest.raises(ScriptNotFound, match="cannot be read"):
            prepare(Request(script=str(tmp_path / name)))


# --- what fits the script ---


@pytest.mark.parametrize(
    ("script", "option"),
    [("paced-breathing", "target"), ("paced-breathing", "anchor"), ("loving-kindness", "breath"),
     ("supportive-touch", "relation"), ("supportive-touch", "pronouns"), ("supportive-touch", "target-say")],
)  # fmt: skip
def test_an_option_that_the_script_has_no_place_for_is_refused(script: str, option: str) -> None:
    """Rather than silently left out; with what the script does take."""
    with pytest.raises(RequestError, match=f"“{script}” has no place for --{option}") as caught:
        prepare(Request(script=script, asked=asked(option)))
    assert "name" in caught.value.hint


@pytest.mark.parametrize("relation", ["self", "all"])
def test_wishes_for_oneself_or_all_have_no_single_name(relation: str) -> None:
    """Sam is neither."""
    with pytest.raises(RequestError, match=f"--relation {relation} has no single person to name"):
        prepare(Request(script="loving-kindness", target=Target(relation=relation, name=SAM)))


def test_an_unknown_breath_gets_the_nearest() -> None:
    """From the table of patterns."""
    with pytest.raises(RequestError, match="There is no breath “sotf”") as caught:
        prepare(Request(script="paced-breathing", breath="sotf"))
    assert caught.value.hint == "Did you mean “soft”?"


@pytest.mark.parametrize("breath", ["box", "4-7-8"])
def test_gentle_leaves_out_breaths_that_hold(breath: str) -> None:
    """With one that does not."""
    gentle = Listener(gentle=True)
    with pytest.raises(RequestError, match="holds the breath") as caught:
        prepare(Request(script="paced-breathing", breath=breath, listener=gentle))
    assert "soft" in caught.value.hint


@pytest.mark.parametrize("breath", ["natural", "soft", "even", "ramp", "sigh"])
@pytest.mark.parametrize("script", ["paced-breathing", "supportive-touch"])
def test_every_other_breath_goes_with_gentle(script: str, breath: str) -> None:
    """And is the one that is heard."""
    prepared = prepare(Request(script=script, breath=breath, listener=Listener(gentle=True)))
    patterns = {p.sound.pattern for s in prepared.script.sections for p in s.passages if isinstance(p.sound, Breath)}
    assert patterns == (set() if breath == "natural" else {breath})


@pytest.mark.parametrize(
    "request_",
    [{"target": Target(relation="difficult")}, {"include": frozenset({"difficult"})}],
    ids=["as the person", "as a part"],
)
def test_a_difficult_person_needs_ten_minutes_and_no_gentle(request_: dict[str, object]) -> None:
    """There must be time to come back, and it is not for everyone."""
    with pytest.raises(DurationError, match="need at least 10:00") as caught:
        prepare(Request(script="loving-kindness", seconds=Fraction(599), **request_))  # type: ignore[arg-type]
    assert "--minutes 10" in caught.value.hint
    with pytest.raises(RequestError, match="do not go together"):
        prepare(Request(script="loving-kindness", listener=Listener(gentle=True), **request_))  # type: ignore[arg-type]
    assert prepare(Request(script="loving-kindness", seconds=Fraction(600), **request_)).seconds == 600  # type: ignore[arg-type]


@pytest.mark.parametrize("script", source.ids("en"))
def test_a_part_that_the_script_does_not_have_cannot_be_included(script: str) -> None:
    """With the parts that it has, or that it has none: there is always a hint."""
    with pytest.raises(RequestError, match=f"“{script}” has no part “dificult”") as caught:
        prepare(Request(script=script, include=frozenset({"dificult"})))
    assert caught.value.hint


def test_an_unknown_voice_gets_the_nearest() -> None:
    """From the profiles."""
    with pytest.raises(VoiceError, match="There is no voice “clam”") as caught:
        prepare(Request(script="loving-kindness", voice="clam"))
    assert "calm" in caught.value.hint


def test_an_unknown_language_is_refused() -> None:
    """With the ones there are."""
    with pytest.raises(RequestError, match="no scripts in “eo”"):
        prepare(Request(script="loving-kindness", language="eo"))


@pytest.mark.parametrize("name", ["فاطمة", "王小明", "अनन्या", "Ольга", "Σοφία"])
def test_a_name_in_other_letters_needs_a_respelling(name: str) -> None:
    """An English voice says “Arabic letter”, or nothing; the refusal does not show the name."""
    with pytest.raises(RequestError, match="--name is written in letters") as caught:
        prepare(Request(script="loving-kindness", listener=Listener(name=personal_word(name, "", option="--name"))))
    assert "--say" in caught.value.hint
    assert name not in caught.value.message + caught.value.hint
    prepare(Request(script="loving-kindness", listener=Listener(name=personal_word(name, "Sam", option="--name"))))


@pytest.mark.parametrize(
    "name",
    ["José", "Zoë", "Nguyễn Thị Minh", "O'Brien", "Jean-Luc", "Dr. Kim", "Þórunn", "Łukasz", "Gal·la",
     "Kaʻahumanu"],
)  # fmt: skip
def test_a_name_in_latin_letters_needs_none(name: str) -> None:
    """Accents and all."""
    prepare(Request(script="loving-kindness", listener=Listener(name=personal_word(name, "", option="--name"))))


@pytest.mark.parametrize(
    "request_",
    [{"script": "nowhere"}, {"script": "loving-kindness", "target": Target(relation="self", name=ZEBEDEE)},
     {"script": "loving-kindness", "include": frozenset({"x"})}, {"script": "loving-kindness", "voice": "x"},
     {"script": "loving-kindness", "breath": "x"}, {"script": "loving-kindness", "language": "x"}],
)  # fmt: skip
def test_no_refusal_shows_a_name(request_: dict[str, object]) -> None:
    """Whatever is wrong beside it."""
    word = ZEBEDEE
    with pytest.raises(MettavoxError) as caught:
        prepare(Request(listener=Listener(name=word), **{"target": Target(name=word), **request_}))  # type: ignore[arg-type]
    assert "Zebedee" not in caught.value.message + caught.value.hint


def test_an_intention_in_letters_that_no_voice_reads_is_refused() -> None:
    """As a name in them is; it is not repeated."""
    with pytest.raises(RequestError, match="--intention is written in letters") as caught:
        prepare(Request(script="loving-kindness", intention=Spoken(written="Я хочу", said="Я хочу")))
    assert "хочу" not in caught.value.message + caught.value.hint


# --- how it is delivered ---


def test_what_nobody_chose_is_as_the_profile_has_it() -> None:
    """Levels, bed, bells, tones, the quiet at the ends, rate and bit rate."""
    for name in deliveries.names():
        prepared = prepare(Request(script="loving-kindness", profile=name))
        assert prepared.delivery == deliveries.load(name)
        assert prepared.rate == prepared.delivery.rate
        laid = plan(prepared)
        assert (laid.rate, laid.frames) == (prepared.rate, 600 * prepared.rate)
        for quiet, seconds in (
            (laid.silences[0], prepared.delivery.head_seconds),
            (laid.silences[-1], prepared.delivery.tail_seconds),
        ):  # up to the grid of MP3 frames
            assert 0 <= quiet.frames - round(seconds * prepared.rate) < GRID


def test_what_is_chosen_comes_before_the_profile(tmp_path: Path) -> None:
    """Each by itself; the rest stays the profile's."""
    bed = tmp_path / "forest.ogg"
    bed.write_bytes(b"?")
    own = deliveries.load("library")
    for chosen, expected in (
        ({"bed": "rain"}, {"bed": "rain"}),
        ({"bed": "none"}, {"bed": "none"}),
        ({"bed": str(bed)}, {"bed": str(bed)}),
        ({"bed_under": 30.0}, {"bed_under_lu": 30.0}),
        ({"bells": False}, {"bells": ()}),
        ({"bells": True}, {"bells": ("start", "end")}),
        ({"breath_tones": False}, {"tones": False}),
    ):
        made = prepare(Request(script="loving-kindness", profile="library", **chosen))  # type: ignore[arg-type]
        assert made.delivery == replace(own, **expected)  # type: ignore[arg-type]


def test_an_unknown_profile_gets_the_nearest() -> None:
    """Before anything else is read."""
    with pytest.raises(RequestError, match="There is no profile “podcats”") as caught:
        prepare(Request(script="nowhere", profile="podcats"))
    assert caught.value.hint == "Did you mean “podcast”?"


def test_opus_has_one_rate_alone() -> None:
    """A profile with another cannot be kept in it."""
    with pytest.raises(RequestError, match="48000 Hz, and the profile “acx” asks for 44100"):
        prepare(Request(script="loving-kindness", profile="acx", format="opus"))
    for name in set(deliveries.names()) - {"acx"}:
        prepare(Request(script="loving-kindness", profile=name, format="opus"))


def test_a_person_s_own_voice_is_not_called_synthetic() -> None:
    """Unless another voice fills in what it lacks."""
    keep("mine", {"May you be safe.": hummed("May you be safe.")})
    with pytest.raises(RequestError, match="--disclose has nothing to say: a person's own voice speaks"):
        prepare(Request(script="loving-kindness", voice="mine", disclose=True))
    made = prepare(Request(script="loving-kindness", voice="mine", fill="hum", disclose=True))
    first = made.script.sections[0].passages[0].sound
    assert isinstance(first, Line)
    assert "computer" in first.text
    assert prepare(Request(script="loving-kindness", voice="mine")).voice.id == "mine"


@pytest.mark.parametrize("language", ["en", "es"])
def test_asking_for_bells_is_refused_where_the_script_itself_ends_in_sleep(language: str) -> None:
    """As it is with --closing sleep: they would never ring."""
    with pytest.raises(RequestError, match="--bells"):
        prepare(Request(script="sleep", language=language, bells=True))
