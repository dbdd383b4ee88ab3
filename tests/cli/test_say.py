"""mettavox say: a word spoken or explained, and nothing of it left anywhere else."""

import json
import sys
import wave
from pathlib import Path

import pytest
from mutagen.id3 import ID3

import recorded
from engines import neural
from mettavox import assets, voices
from mettavox.codecs import decode
from mettavox.engines.phonemes import Phonemes
from mettavox.engines.sano import SanoEngine

from .conftest import Run, assert_refused

SYSTEM = ("--voice", "system")
linux = pytest.mark.skipif(sys.platform != "linux", reason="this is what eSpeak receives")


@linux
def test_what_the_engine_receives_is_explained(run: Run, here: Path) -> None:
    """The entry, the mnemonics, the sounds; nothing is spoken."""
    outcome = run("say", "Siobhan", *SYSTEM, "--explain")
    assert (outcome.code, outcome.err) == (0, "")
    for part in ("Siobhan  /ʃɪˈvɔːn/", "(the lexicon)", "[[SI'vO:n]]", "ʃɪvˈɔːn", "en.toml (not there)", "system"):
        assert part in outcome.out
    assert list(here.iterdir()) == []


@linux
def test_it_is_explained_as_json(run: Run) -> None:
    """Every fact by its name."""
    outcome = run("say", "May all beings live with Siobhan.", *SYSTEM, "--explain", "--json")
    facts = json.loads(outcome.out)
    assert facts["receives"] == "May all beings [['lIv]] with [[SI'vO:n]]."
    assert [word["written"] for word in facts["words"]] == ["live", "Siobhan"]
    assert {word["source"] for word in facts["words"]} == {"lexicon"}
    assert (facts["engine"], facts["alphabet"], facts["guessed"]) == ("pyttsx3", "espeak", None)
    assert "lˈɪv" in facts["sounds"]


@linux
def test_what_a_person_gives_is_told_as_theirs(run: Run) -> None:
    """--say and marks in the text win over the lexicon."""
    named = json.loads(run("say", "Siobhan", "--say", "/ʃoʊn/", *SYSTEM, "--explain", "--json").out)
    assert (named["words"][0]["source"], named["receives"]) == ("given", "[[S'oUn]]")
    marked = json.loads(run("say", "Hello, Siobhan{say: /ʃoʊn/}.", *SYSTEM, "--explain", "--json").out)
    assert marked["receives"] == "Hello, [[S'oUn]]."
    respelled = json.loads(run("say", "Xu", "--say", "Jose", *SYSTEM, "--explain", "--json").out)
    assert (respelled["words"], respelled["receives"]) == ([], "Jose")


@linux
def test_the_phrase_that_tells_a_reading_is_shown(run: Run) -> None:
    """Why “close” is a verb here."""
    outcome = run("say", "Close your eyes.", *SYSTEM, "--explain")
    assert "the lexicon, as in “*close* the/your" in outcome.out


LINE = "May I live with ease, Siobhan."


def test_a_recorded_line_is_said_whatever_the_lexicon_says_of_its_words(run: Run, here: Path) -> None:
    """It is found by its words; marks for other voices do not change them."""
    recorded.keep("own", {LINE: recorded.hummed(LINE)})
    for text in (LINE, "May I live{say: liv} with ease, Siobhan{say: /ʃoʊn/}."):
        outcome = run("say", text, "--voice", "own", "-o", "x.wav", "--force")
        assert (outcome.code, outcome.err) == (0, "")
    with wave.open("x.wav") as sound:
        assert sound.getnframes() == len(recorded.hummed(LINE)) + 48_000 // 2


def test_what_was_not_recorded_is_told_without_the_text(run: Run, here: Path) -> None:
    """And where the lines are that can be said."""
    recorded.keep("own", {LINE: recorded.hummed(LINE)})
    outcome = run("say", "Zebedee", "--voice", "own", "-o", "x.wav")
    assert_refused(outcome, 5, "not among the recordings of the voice “own”", hint="voices sheet")
    assert "ebedee" not in outcome.err


def test_a_recorded_voice_is_explained_as_one(run: Run) -> None:
    """Nothing is respelled."""
    recorded.keep("own", {LINE: recorded.hummed(LINE)})
    outcome = run("say", LINE, "--voice", "own", "--explain")
    assert (outcome.code, outcome.err) == (0, "")
    for part in ("plays what was recorded", f"Receives  {LINE}", "a recording"):
        assert part in outcome.out
    assert "Told" not in outcome.out
    assert "respell" not in outcome.out
    facts = json.loads(run("say", "Rest.", "--voice", "own", "--explain", "--json").out)
    assert (facts["words"], facts["receives"], facts["sounds"], facts["recorded"]) == ([], "Rest.", "", False)


@pytest.mark.parametrize(
    ("voice", "words"), [("own", "A person's recorded voice speaks: Own voice."), ("hum", "A synthetic voice speaks: ")]
)
def test_the_tags_say_who_speaks(run: Run, here: Path, voice: str, words: str) -> None:
    """A person is no synthetic voice."""
    recorded.keep("own", {LINE: recorded.hummed(LINE)})
    assert run("say", LINE, "--voice", voice, "-o", "x.mp3").code == 0
    (comment,) = ID3("x.mp3").getall("COMM")
    assert str(comment).startswith(words)
    assert ("synthetic" in str(comment)) == (voice == "hum")


@pytest.mark.parametrize("front_end", ["lexicon", "mixed", "espeak"])
def test_the_sounds_that_are_shown_are_those_that_are_spoken(run: Run, front_end: str) -> None:
    """Whatever finds them, as the profile sets it."""
    neural.installed("small-sano", settings=f'g2p = "{front_end}"')
    engine = SanoEngine()
    engine.open(voices.load("small-sano"))
    facts = json.loads(run("say", "May Zebulara rest.", "--voice", "small-sano", "--explain", "--json").out)
    assert facts["sounds"] == engine.signs("May Zebulara rest.")
    assert facts["guessed"] == (None if front_end == "espeak" else ["Zebulara"])


def test_a_piper_voice_s_sounds_are_in_the_language_of_its_table(run: Run) -> None:
    """Its profile says no more than “en”."""
    neural.installed("small-piper", files={"small.onnx.json": neural.config(language="en-gb-x-rp")})
    facts = json.loads(run("say", "father", "--voice", "small-piper", "--explain", "--json").out)
    assert facts["sounds"] == Phonemes("en-gb-x-rp").said("father") != Phonemes("en-us").said("father")


def test_sounds_that_a_voice_cannot_say_are_told(run: Run) -> None:
    """As they would be when it is spoken."""
    neural.installed("small-piper")
    outcome = run("say", "Zebedee", "--say", "/ʘaʭ/", "--voice", "small-piper", "--explain")
    assert_refused(outcome, 2, "“ʭ”", hint="slashes")
    neural.installed("small-piper", files={"small.onnx.json": b"{}"})
    outcome = run("say", "Zebedee", "--voice", "small-piper", "--explain")
    assert_refused(outcome, 5, "small-piper", hint="install")


def test_a_voice_without_words_is_explained_too(run: Run) -> None:
    """The hum has no language, no lexicon and no sounds."""
    facts = json.loads(run("say", "Siobhan", "--voice", "hum", "--explain", "--json").out)
    assert (facts["receives"], facts["sounds"], facts["words"], facts["alphabet"]) == ("Siobhan", "", [], "respell")


@pytest.mark.parametrize("name", ["x.wav", "x.mp3"])
def test_it_is_spoken_into_a_file(run: Run, here: Path, name: str) -> None:
    """As long as it says."""
    outcome = run("say", "Siobhan", "--voice", "hum", "-o", name, "--json")
    facts = json.loads(outcome.out)
    assert (outcome.code, facts["path"], facts["voice"]) == (0, name, "hum")
    frames = sum(map(len, decode.blocks(here / name, 48_000)))
    assert frames / 48_000 == pytest.approx(facts["seconds"], abs=0.01)
    assert facts["seconds"] > 0.5


def test_without_a_file_it_goes_where_each_try_goes(run: Run, here: Path) -> None:
    """Under a name that says nothing of the text, again and again."""
    for text in ("Zebedee", "Siobhan and Zebedee are here"):
        outcome = run("say", text, "--voice", "hum")
        assert (outcome.code, outcome.out) == (0, "output/say.wav\n")
    assert [path.name for path in (here / "output").iterdir()] == ["say.wav"]
    with wave.open(str(here / "output" / "say.wav")) as sound:
        assert (sound.getnchannels(), sound.getframerate(), sound.getsampwidth()) == (1, 48_000, 2)


def test_nothing_of_a_name_is_kept(run: Run, here: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither in the cache nor in the tags of the file."""
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(tmp_path / "cache"))
    assert run("say", "Zebedee", "--voice", "hum", "-o", "x.mp3").code == 0
    assert not (tmp_path / "cache").exists()
    assert b"ebedee" not in (here / "x.mp3").read_bytes()
    assert b"e\x00b\x00e\x00d\x00e\x00e" not in (here / "x.mp3").read_bytes()


@pytest.mark.parametrize(
    ("arguments", "code", "words", "hint"),
    [
        (("",), 2, "nothing to say", "mettavox say"),
        (("…",), 2, "nothing to say", "mettavox say"),
        (("Zebedee", "--say", "/z7/"), 2, "“7” in place 2", "slashes"),
        (("Zebedee", "--say", "zɛbɪdi"), 2, "phonetic", "slashes"),
        (("Zebedee{say: /z/}",), 2, "no vowel", "slashes"),
        (("Zebedee{",), 2, "braces", "say:"),
        (("Zebedee⟦",), 2, "U+27E6", "say:"),
        (("Zebedee " * 100,), 2, "500", "parts"),
        (("Zebedee", "--voice", "nobody"), 5, "nobody", ""),
        (("Zebedee", "--voice", "system", "--lang", "es"), 5, "speaks", "voices list"),
        (("Zebedee", "-o", "x.ogg"), 2, ".wav", "x.wav"),
        (("Zebedee", "--voice", "hum", "-o", "no/x.wav"), 7, "no such folder", "-o"),
    ],
)
def test_a_slip_is_told_without_the_text(
    run: Run, arguments: tuple[str, ...], code: int, words: str, hint: str
) -> None:
    """In one sentence, with what to do."""
    outcome = run("say", *arguments)
    if outcome.err.startswith("The "):  # how to get a better voice
        outcome = type(outcome)(outcome.code, outcome.out, outcome.err.split("\n", 1)[1])
    assert_refused(outcome, code, words, hint=hint)
    assert "ebedee" not in outcome.err
    assert list(Path().iterdir()) == []


def test_a_file_that_is_there_is_kept_unless_forced(run: Run, here: Path) -> None:
    """Only the default place is written over."""
    assert run("say", "one", "--voice", "hum", "-o", "x.wav").code == 0
    before = (here / "x.wav").read_bytes()
    assert_refused(run("say", "one two three", "--voice", "hum", "-o", "x.wav"), 7, "there already", hint="--force")
    assert (here / "x.wav").read_bytes() == before
    assert run("say", "one two three", "--voice", "hum", "-o", "x.wav", "--force").code == 0
    assert (here / "x.wav").read_bytes() != before


def test_a_broken_lexicon_of_ones_own_is_told(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """With the entry, before anything is spoken."""
    monkeypatch.setattr(assets, "own_folder", lambda kind: tmp_path / kind)
    own = tmp_path / "voices" / "lexicon" / "en.toml"
    own.parent.mkdir(parents=True)
    own.write_text('[names]\nXu = {ipa = "sh7"}', encoding="utf-8")
    assert_refused(run("say", "Xu", *SYSTEM), 5, "names.Xu: its ipa has “7”", hint="slashes")
