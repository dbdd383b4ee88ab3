"""Audition: several voices and rates in one file, equally loud, each at its chapter."""

import sys
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3
from mutagen.mp3 import MP3

import recorded
from mettavox import assets, audition, sentences, voices
from mettavox.clipcache import ClipCache
from mettavox.errors import EngineError, OutputError, RequestError, VoiceError
from mettavox.loudness import Energies, k_weighted
from mettavox.person import Spoken
from mettavox.prepare import RATE
from mettavox.stem import VOICE_LUFS
from mettavox.timeline import Chapter

LINUX = pytest.mark.skipif(sys.platform != "linux", reason="eSpeak's voices")
NAME = Spoken(written="Siobhan", said="shi-VAWN")


def made(path: Path, *names: str, rates: tuple[float, ...] = (1.0,), name: Spoken | None = None) -> tuple[Chapter, ...]:
    return audition.make(audition.prepare(names, rates=rates, name=name), path)


def loudness(samples: np.ndarray) -> float:
    """BS.1770's, of one part, as if it were a whole track."""
    weighted = k_weighted(samples.astype(np.float32), RATE)[: len(samples)].astype(np.float64)
    energies = Energies(len(samples), RATE)
    energies.add(np.concatenate([[0.0], np.cumsum(np.square(weighted))]), RATE, 0)
    return energies.integrated()


@LINUX
def test_every_voice_is_heard_at_every_rate_equally_loud(tmp_path: Path) -> None:
    """One chapter each, in the order asked for; as loud as the voice of a track."""
    path = tmp_path / "a.mp3"
    chapters = made(path, "hum", "system", rates=(1.0, 0.8))
    labels = [voices.load(name).label for name in ("hum", "system")]
    assert [chapter.title for chapter in chapters] == [
        labels[0], f"{labels[0]}, 0.8 times as fast", labels[1], f"{labels[1]}, 0.8 times as fast",
    ]  # fmt: skip
    sound, rate = soundfile.read(path)
    assert rate == RATE
    starts = [chapter.start for chapter in chapters]
    ends = [*starts[1:], len(sound)]
    for start, end in zip(starts, ends, strict=True):
        part = sound[start:end, 0]
        assert loudness(part) == pytest.approx(VOICE_LUFS, abs=0.3)
        assert np.abs(part).max() <= 10 ** (-1 / 20)
    lengths = [end - start for start, end in zip(starts, ends, strict=True)]
    assert lengths[1] > 1.1 * lengths[0]
    assert lengths[3] > 1.1 * lengths[2]


def test_its_chapters_are_in_the_file_and_no_name_is(tmp_path: Path) -> None:
    """Neither in tags nor in the file's name; the name is only heard."""
    path = tmp_path / "a.mp3"
    chapters = made(path, "hum", rates=(0.9, 1.1), name=NAME)
    found = ID3(path, translate=False)
    (contents,) = found.getall("CTOC")
    laid = {chapter.element_id: chapter for chapter in found.getall("CHAP")}
    titles = [str(laid[name].sub_frames["TIT2"]) for name in contents.child_element_ids]
    assert titles == [chapter.title for chapter in chapters]
    last = laid[contents.child_element_ids[-1]]
    assert last.end_time / 1000 == pytest.approx(MP3(path).info.length, abs=0.03)
    for word in (NAME.written, NAME.said):
        for encoding in ("ascii", "utf-16-le"):
            assert word.encode(encoding) not in path.read_bytes()


def test_a_name_adds_a_greeting(tmp_path: Path) -> None:
    """Before the four sentences."""
    made(tmp_path / "with.mp3", "hum", name=NAME)
    made(tmp_path / "without.mp3", "hum")
    greeted, plain = (soundfile.info(tmp_path / f"{kind}.mp3").frames for kind in ("with", "without"))
    assert greeted > plain + RATE


def test_clips_with_a_name_are_not_kept(tmp_path: Path) -> None:
    """The others are, for the next time."""
    made(tmp_path / "a.mp3", "hum", name=NAME)
    assert len(list(assets.cache_folder().rglob("*.clip"))) == len(sentences.load("en").sentences)


def test_the_same_request_is_the_same_file(tmp_path: Path) -> None:
    """To the byte."""
    for name in ("a", "b"):
        made(tmp_path / f"{name}.mp3", "hum", rates=(1.0, 0.9))
    assert (tmp_path / "a.mp3").read_bytes() == (tmp_path / "b.mp3").read_bytes()


@LINUX
def test_without_a_voice_every_installed_one_is_heard() -> None:
    """Of the language, and none that only hums."""
    assert [part.voice.id for part in audition.prepare(()).parts] == ["system"]
    spanish = audition.prepare((), language="es")
    assert [part.voice.id for part in spanish.parts] == ["system-es"]
    assert spanish.language == "es"


def test_the_language_is_that_of_the_first_voice() -> None:
    """A Spanish voice says Spanish sentences."""
    assert audition.prepare(("system-es",)).language == "es"
    assert audition.prepare(("hum", "system-es")).language == "es"
    assert audition.prepare(("hum",)).language == "en"


def test_a_voice_that_is_asked_for_twice_is_heard_once() -> None:
    """And a rate too."""
    assert len(audition.prepare(("hum", "hum"), rates=(1, 0.9, 0.9)).parts) == 2


@LINUX
@pytest.mark.parametrize(
    ("names", "language", "words"),
    [
        (("nobody",), "", "no voice “nobody”"),
        (("system", "system-es"), "", "speaks “es”, not “en”"),
        (("kokoro-heart",), "", "cannot speak here"),
        ((), "xx", "no sentences to hear a voice in “xx”"),
        ((), "../en", "no sentences"),
    ],
)
def test_voices_that_cannot_be_heard_are_told(names: tuple[str, ...], language: str, words: str) -> None:
    """Before anything is spoken."""
    with pytest.raises(VoiceError, match=words) as caught:
        audition.prepare(names, language=language)
    assert caught.value.hint


def test_a_recorded_voice_is_left_out_and_refused_by_its_name() -> None:
    """It says no lines but its own."""
    recorded.keep("own", {"Rest.": recorded.hummed("Rest.")})
    assert "own" not in [part.voice.id for part in audition.prepare(()).parts]
    with pytest.raises(VoiceError, match=r"“own” is recorded, and cannot say the sentences") as caught:
        audition.prepare(("hum", "own"))
    assert "mettavox say" in caught.value.hint


def test_an_error_of_a_voice_names_it(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Whatever kind of error it is: there are several voices."""

    def refuse(*about: object) -> str:
        raise VoiceError("It has no such sound.", hint="Write another.")

    monkeypatch.setattr("mettavox.speech.fault", refuse)
    with pytest.raises(VoiceError, match=r"^The voice “hum”: It has no such sound\.$") as caught:
        made(tmp_path / "a.mp3", "hum")
    assert caught.value.hint == "Write another."


def test_the_cache_is_kept_within_its_size(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As after a track."""
    trimmed = []

    def trim(cache: ClipCache) -> None:
        trimmed.append(cache)

    monkeypatch.setattr(ClipCache, "trim", trim)
    made(tmp_path / "a.mp3", "hum")
    assert len(trimmed) == 1


def test_a_rate_that_is_none_is_told() -> None:
    """Half to twice."""
    with pytest.raises(RequestError, match="out of range"):
        audition.prepare(("hum",), rates=(3.0,))


def test_a_file_that_is_there_is_not_replaced_without_being_asked(tmp_path: Path) -> None:
    """And nothing is left beside it."""
    path = tmp_path / "a.mp3"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="is there already"):
        made(path, "hum")
    assert path.read_bytes() == b"mine"
    audition.make(audition.prepare(("hum",)), path, replace=True)
    assert len(path.read_bytes()) > 10_000
    assert [entry.name for entry in tmp_path.iterdir()] == ["a.mp3"]


def test_a_voice_that_fails_is_named_and_leaves_nothing(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its id; and never by what it was to say."""
    monkeypatch.setattr("mettavox.speech.fault", lambda *about: "it is silent")
    with pytest.raises(EngineError, match=r"^The voice “hum”: ") as caught:
        made(tmp_path / "a.mp3", "hum", name=NAME)
    assert NAME.written not in caught.value.message + caught.value.hint
    assert NAME.said not in caught.value.message + caught.value.hint
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_the_sentences_hear_what_matters(language: str) -> None:
    """A wish of three words, a long line, a question, and rest; and a name has its place."""
    found = sentences.load(language)
    words = [len(text.split()) for text in found.sentences]
    assert len(found.sentences) == 4
    assert words[0] == 3
    assert words[1] >= 20
    assert found.sentences[2].endswith("?")
    lines = found.lines(NAME)
    assert NAME.written in lines[0].text
    assert NAME.said in lines[0].spoken
    assert [line.personal for line in lines] == [True, False, False, False, False]


@pytest.mark.parametrize(
    "text",
    ["sentences =", 'sentences = []\ngreeting = "Hi {name}"', 'sentences = ["A"]\ngreeting = "Hi"',
     'sentences = ["…"]\ngreeting = "Hi {name}"', 'sentences = "A"\ngreeting = "Hi {name}"'],
)  # fmt: skip
def test_sentences_of_one_s_own_come_first_and_are_checked(text: str) -> None:
    """For a language that mettavox has none for, too."""
    folder = assets.own_folder("voices") / "audition"
    folder.mkdir(parents=True)
    (folder / "fr.toml").write_text('sentences = ["Tout va bien."]\ngreeting = "Bonjour, {name}."\n')
    assert sentences.load("fr-CA").sentences == ("Tout va bien.",)
    (folder / "en.toml").write_text(text)
    with pytest.raises(VoiceError, match=r"^voices/audition/en\.toml"):
        sentences.load("en")
