"""Name audition: each name of a roster is heard once, when it is said to be, as loud as in a track; nothing is kept."""

from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

import numpy as np
import pytest
import soundfile
from mutagen.id3 import ID3

import recorded
from mettavox import assets, nameaudition, roster, speech
from mettavox.errors import EngineError, OutputError, RequestError
from mettavox.loudness import Energies, k_weighted
from mettavox.nameaudition import NameAudition
from mettavox.prepare import RATE
from mettavox.stem import VOICE_LUFS

HEADING = "code,script,duration,voice,cover,name,say,target,fill"
Ready = Callable[..., NameAudition]


def row(code: str, name: str = "", say: str = "", *, voice: str = "hum", fill: str = "") -> str:
    return f"{code},shift-reset,45s,{voice},none,{name},{say},,{fill}"


@pytest.fixture
def ready(tmp_path: Path) -> Ready:
    """``ready("a,…", "b,…")``: the names of a roster of these rows."""

    def one(*rows: str, **options: object) -> NameAudition:
        path = tmp_path / "roster.csv"
        path.write_text("\n".join([HEADING, *rows, ""]), "utf-8")
        return nameaudition.prepare(roster.read(path), **options)  # type: ignore[arg-type]

    return one


def sounds(path: Path) -> list[tuple[int, int]]:
    """Where something is heard, as first and last frame; quiet of half a second parts it."""
    sound, _ = soundfile.read(path)
    loud = np.flatnonzero(np.abs(sound[:, 0]) > 0.01)
    cuts = np.flatnonzero(np.diff(loud) > RATE // 2)
    return list(zip([loud[0], *loud[cuts + 1]], [*loud[cuts], loud[-1]], strict=True))


def loudness(samples: np.ndarray) -> float:
    weighted = k_weighted(samples.astype(np.float32), RATE)[: len(samples)].astype(np.float64)
    energies = Energies(len(samples), RATE)
    energies.add(np.concatenate([[0.0], np.cumsum(np.square(weighted))]), RATE, 0)
    return energies.integrated()


def test_every_different_name_is_heard_once_when_it_is_said_to_be(tmp_path: Path, ready: Ready) -> None:
    """In the order of the roster, of any alphabet, targets too; what is written or said otherwise is another."""
    target = "e,loving-kindness,10m,hum,none,Ana,,Boris,"
    wanted = ready(
        row("a", "Zebedee"), row("b", "Аня", "AHN-ya"), row("c", "Zebedee"), row("d", "Zebedee", "ZEB"), target
    )
    path = tmp_path / "names.mp3"
    made = nameaudition.make(wanted, path)
    assert made.problems == wanted.problems == ()
    assert [(each.said.code, each.said.option, each.said.written, each.said.sounds) for each in made.heard] == [
        ("a", "name", "Zebedee", ""),
        ("c", "name", "Zebedee", ""),
        ("b", "name", "Аня", "“AHN-ya”"),
        ("d", "name", "Zebedee", "“ZEB”"),
        ("e", "name", "Ana", ""),
        ("e", "target", "Boris", ""),
    ]
    heard = sounds(path)
    times = sorted({each.seconds for each in made.heard})
    assert len(heard) == len(times) == 5
    for (start, _), time in zip(heard, times, strict=True):
        assert start / RATE == pytest.approx(time, abs=0.06)
    for (_, end), (start, _) in pairwise(heard):
        assert 0.9 < (start - end) / RATE < 1.3
    lengths = {each.said.code: end - start for each, (start, end) in zip(made.heard[1:], heard, strict=False)}
    assert lengths["c"] > 1.5 * lengths["d"], "ZEB is shorter than Zebedee"
    sound, _ = soundfile.read(path)
    assert loudness(sound[:, 0]) == pytest.approx(VOICE_LUFS, abs=0.3)
    assert np.abs(sound).max() <= 10 ** (-1 / 20)


def test_its_words_tell_rows_and_codes_alone(tmp_path: Path, ready: Ready) -> None:
    """Chapters where the names are; no name in the file, and nothing of it between runs."""
    path = tmp_path / "names.mp3"
    made = nameaudition.make(ready(row("a", "Zebedee", "ZEB-uh-dee"), row("b", "José")), path)
    found = {str(each.sub_frames["TIT2"]): each.start_time for each in ID3(path, translate=False).getall("CHAP")}
    assert list(found) == ["Row 2, a, name", "Row 3, b, name"]
    assert found["Row 3, b, name"] == round(made.heard[1].seconds * 1000)
    for word in ("Zebedee", "ZEB-uh-dee", "José"):
        for encoding in ("utf-8", "utf-16-le"):
            assert word.encode(encoding) not in path.read_bytes()
    assert not list(assets.cache_folder().rglob("*.clip"))
    assert {each.name for each in tmp_path.iterdir()} == {"names.mp3", "roster.csv"}


def test_more_names_than_a_tag_has_chapters(ready: Ready) -> None:
    """Then each chapter has several."""
    wanted = ready(*(row(f"c-{number}", f"Ana {number}") for number in range(600)))
    chapters = nameaudition._chapters([(name, 1000 * (place + 1)) for place, name in enumerate(wanted.names)])
    assert len(chapters) == 200
    assert (chapters[0].start, chapters[1].start, chapters[1].title) == (0, 4000, "Row 5, c-3, name")


def test_bad_rows_are_told_and_the_others_heard(tmp_path: Path, ready: Ready) -> None:
    """With only some codes, problems of others are not told."""
    rows = [row("a", "Zebedee"), row("b", "Barnaby").replace("shift-reset", "shift-rset"), row("c", "Ana")]
    wanted = ready(*rows)
    assert [(problem.row, problem.column) for problem in wanted.problems] == [(3, "script")]
    assert [name.word.written for name in wanted.names] == ["Zebedee", "Ana"]
    wanted = ready(*rows, only=frozenset({"c"}))
    assert ([name.word.written for name in wanted.names], wanted.problems) == (["Ana"], ())
    with pytest.raises(RequestError, match="“d”"):
        ready(*rows, only=frozenset({"d"}))
    with pytest.raises(RequestError, match="no name to hear"):
        nameaudition.make(ready(row("a")), tmp_path / "names.mp3")
    assert [each.name for each in tmp_path.iterdir()] == ["roster.csv"]


def test_a_name_that_cannot_be_spoken_is_told_of(tmp_path: Path, ready: Ready, monkeypatch: pytest.MonkeyPatch) -> None:
    """By its row, and never by itself; the others are heard. When none can, there is no file."""
    fault = speech.fault
    monkeypatch.setattr(speech, "fault", lambda clip, text, voice: "it is empty" if text == "Ana" else "")
    made = nameaudition.make(ready(row("a", "Zebedee"), row("b", "Ana")), tmp_path / "names.mp3")
    (problem,) = made.problems
    assert (problem.row, problem.column) == (3, "name")
    assert problem.message == "The name could not be spoken in 3 attempts: it is empty."
    assert [each.said.code for each in made.heard] == ["a"]
    with pytest.raises(EngineError, match="None of the names could be spoken") as refused:
        nameaudition.make(ready(row("b", "Ana")), tmp_path / "none.mp3")
    assert "Ana" not in refused.value.message + refused.value.hint
    assert not (tmp_path / "none.mp3").exists()
    assert speech.fault is not fault


def test_a_recorded_voice_says_what_it_has(tmp_path: Path, ready: Ready) -> None:
    """A name that it lacks is told of and left out, or is said by the voice that fills in."""
    recorded.keep("own", {"Zebedee": recorded.hummed("Zebedee"), "Rest.": recorded.hummed("Rest.")})
    wanted = ready(
        row("a", "Zebedee", voice="own"), row("b", "Ana", voice="own"), row("c", "Ana", voice="own", fill="hum")
    )
    assert wanted.notes == ("Row 3, name: it is not among the recordings of “own”, and is left out.",)
    path = tmp_path / "names.mp3"
    made = nameaudition.make(wanted, path)
    assert [each.said.code for each in made.heard] == ["a", "c"]
    assert len(sounds(path)) == 2
    assert "recorded voice speaks" in str(ID3(path).getall("COMM")[0])


def test_a_file_that_is_there_is_not_replaced(tmp_path: Path, ready: Ready) -> None:
    """Unless it is asked for."""
    path = tmp_path / "names.mp3"
    path.write_bytes(b"mine")
    with pytest.raises(OutputError, match="is there already"):
        nameaudition.make(ready(row("a", "Zebedee")), path)
    assert path.read_bytes() == b"mine"
    nameaudition.make(ready(row("a", "Zebedee")), path, replace=True)
    assert len(sounds(path)) == 1
