"""mettavox say: a word spoken or explained, and nothing of it left anywhere else."""

import json
import sys
import wave
from pathlib import Path

import pytest

from mettavox import assets
from mettavox.codecs import decode

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
