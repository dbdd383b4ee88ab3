"""An engine that fails costs a retry; one that fails for ever costs a clear error, and nothing is left behind."""

import json
import os
import tempfile
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from engines import neural, toy
from engines.faulty import EACH, ENGINE
from mettavox import speech, voices
from mettavox.engines import process, table
from mettavox.engines.hum import HumEngine
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError
from mettavox.script import Line
from mettavox.speech import Speech
from mettavox.voice import Voice
from oracles import TESTS, line, processes_naming, wait_until

FAULTS = (
    "Hang",
    "HangWithChild",
    "Exit",
    "Crash",
    "Nothing",
    "HeaderOnly",
    "Silence",
    "CutInSound",
    "CutTo60",
    "CutTo30Softly",
    "TwiceAsFast",
    "HalfAsFast",
    "Raises",
    "Exits",
    "Refuses",
)
OF_EVERY_ENGINE = ("Hang", "Exit", "Crash", "HeaderOnly", "Silence", "CutTo30Softly", "HalfAsFast", "Raises")
OF_NEURAL_ONES = ("Crash", "HeaderOnly", "Raises")
"""After each the engine is opened again, which takes a neural one long; the soak has the others of them, too."""
TEXTS = (
    "May Xochitl be safe and well, and at ease.",
    "May you be held in kindness, now and always.",
    "Let your shoulders soften a little more.",
    "Take what helps, and leave the rest.",
)
LINES = [line(number, text) for number, text in enumerate(TEXTS, start=17)]
EIGHT = [
    *LINES,
    *(
        line(number, text)
        for number, text in enumerate(
            (
                "You might notice one slow breath, in and out.",
                "Bring to mind a friend, someone you are glad to know.",
                "There is nothing that you have to do right now.",
                "You can stay a little longer, if you like.",
            ),
            start=21,
        )
    ),
]
"""A line for each of OF_EVERY_ENGINE."""


@pytest.fixture(autouse=True)
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where workers work; afterwards nothing may be there, nor anyone who works there."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    monkeypatch.setenv("METTAVOX_FAULTS", str(tmp_path / "happened"))
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(TESTS), os.environ.get("PYTHONPATH")])))
    monkeypatch.setattr(speech, "_TIME_LIMIT_SECONDS", 1.5)
    monkeypatch.setattr(speech, "_TIME_LIMIT_A_LETTER", 0.0)
    yield folder
    assert list(folder.iterdir()) == [], "a temporary folder is left"
    # All of a group are killed at once, but only its first is waited for: the others may take a moment.
    assert wait_until(lambda: processes_naming(str(folder)) == []), "a process is left"


def spoken(fault: str, lines: list[Line], workers: int = 2) -> dict[str, bytes]:
    """What comes out of an engine with that fault."""
    voice = voices.load("hum")
    talk = Speech(voice, lambda: EngineProcess(f"engines.faulty:{fault}", voice), cache=None, workers=workers)
    try:
        talk.speak(lines)
        return {each.spoken: talk.clip(each).pcm for each in lines}
    finally:
        talk.close()


def right() -> dict[str, bytes]:
    """What should come out."""
    engine = HumEngine()
    engine.open(voices.load("hum"))
    return {text: engine.speak(text).pcm for text in TEXTS}


_WHOLE: dict[str, list[bytes]] = {}
"""What the whole engine of each voice says of EIGHT, once it was asked: some engines are long in starting."""


def from_the_whole(voice: Voice) -> list[bytes]:
    """What should come out of any engine, of each of EIGHT."""
    if voice.id not in _WHOLE:
        with closing(EngineProcess(table.target(voice.engine), voice)) as engine:
            _WHOLE[voice.id] = [engine.speak(each.spoken, within=30).pcm for each in EIGHT]
    return _WHOLE[voice.id]


@pytest.mark.parametrize("fault", FAULTS)
def test_a_fault_costs_a_retry_and_the_right_clips_come_out(fault: str, tmp_path: Path):
    """The first attempt fails, and nothing of it is heard."""
    assert spoken(f"{fault}Once", LINES) == right()
    assert (tmp_path / "happened").exists(), "the fault never happened"


VOICES = ("system", *neural.BUILT, toy.VOICE)


@pytest.fixture(params=VOICES)
def voice(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch
) -> Voice:
    """A voice of each engine, whose engine is the whole one behind the faulty ones."""
    name = str(request.param)
    if name == toy.VOICE:
        toy.install(tmp_path_factory, monkeypatch)
    voice = neural.installed(name) if name in neural.BUILT else voices.load(name)
    monkeypatch.setenv(ENGINE, table.target(voice.engine))
    return voice


def test_any_fault_of_any_engine_costs_a_retry(voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Each in a line of its own; whatever is behind the contract, what comes out is what the whole engine says."""
    assert_costs_retries(voice, tmp_path, monkeypatch, OF_NEURAL_ONES if voice.id in neural.BUILT else OF_EVERY_ENGINE)


@pytest.mark.soak
def test_every_fault_of_any_engine_costs_a_retry(voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As above, with all of them."""
    assert_costs_retries(voice, tmp_path, monkeypatch, OF_EVERY_ENGINE)


def assert_costs_retries(voice: Voice, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, those: tuple[str, ...]) -> None:
    """Each of those faults happens once, in a line of its own, and all eight lines are right."""
    faults = {each.spoken: fault for each, fault in zip(EIGHT, those, strict=False)}
    monkeypatch.setenv(EACH, json.dumps(faults))
    whole = from_the_whole(voice)
    talk = Speech(voice, lambda: EngineProcess("engines.faulty:EachOnce", voice), cache=None, workers=1)
    try:
        talk.speak(EIGHT)
        wrong = {each.number for each, pcm in zip(EIGHT, whole, strict=True) if talk.clip(each).pcm != pcm}
        assert wrong == set()
    finally:
        talk.close()
    happened = {path.name.removeprefix("happened-") for path in tmp_path.glob("happened-*")}
    assert happened == set(those)


@pytest.mark.parametrize(
    ("voice", "fault"),
    [
        pytest.param(voice, fault, marks=pytest.mark.soak if number % 2 != place and voice != "system" else [])
        for number, voice in enumerate(VOICES)
        for place, fault in enumerate(("DiesOnOpening", "RaisesOnOpening"))
    ],
    indirect=["voice"],
)
def test_an_engine_of_any_kind_that_cannot_be_opened_at_once_costs_a_retry(voice: Voice, fault: str, tmp_path: Path):
    """And then it says what the whole engine says."""
    whole = from_the_whole(voice)[:2]
    talk = Speech(voice, lambda: EngineProcess(f"engines.faulty:{fault}Once", voice), cache=None, workers=1)
    try:
        talk.speak(LINES[:2])
        assert [talk.clip(each).pcm for each in LINES[:2]] == whole
    finally:
        talk.close()
    assert (tmp_path / "happened").exists(), "the fault never happened"


@pytest.mark.parametrize(
    "fault", [pytest.param(each, marks=pytest.mark.soak if each == "HangWithChild" else []) for each in FAULTS]
)
def test_a_lasting_fault_is_an_error_that_names_the_line_and_not_its_words(fault: str, monkeypatch: pytest.MonkeyPatch):
    """The words can hold a person's name."""
    monkeypatch.setattr(speech, "_TIME_LIMIT_SECONDS", 0.7)
    with pytest.raises(EngineError) as caught:
        spoken(fault, LINES[:1], workers=1)
    told = f"{caught.value} {caught.value.hint} {caught.value.__cause__}"
    assert "17" in str(caught.value)
    assert not any(word in told for word in ("Xochitl", "safe and well", "ease"))
    assert caught.value.hint


def test_of_several_lines_that_fail_one_is_named(monkeypatch: pytest.MonkeyPatch):
    """Two workers fail at once, and both end."""
    monkeypatch.setattr(speech, "_TIME_LIMIT_SECONDS", 0.7)
    with pytest.raises(EngineError, match=r"Line (17|18|19|20) "):
        spoken("Hang", LINES)


@pytest.mark.parametrize("fault", ["Prints", "PrintsOnce"])
def test_prints_do_not_reach_the_sound(fault: str):
    """Engines print; what they print is not an answer, even where it looks like one."""
    assert spoken(fault, LINES) == right()


@pytest.mark.parametrize("fault", ["DiesOnOpening", "RaisesOnOpening"])
def test_an_engine_that_cannot_be_opened_is_an_error(fault: str):
    """Not a traceback."""
    with pytest.raises(EngineError):
        spoken(fault, LINES)


@pytest.mark.parametrize("fault", ["DiesOnOpeningOnce", "RaisesOnOpeningOnce"])
@pytest.mark.parametrize("workers", [1, 2])
def test_an_engine_that_dies_when_it_is_opened_costs_a_retry(fault: str, workers: int, tmp_path: Path):
    """DESIGN 6: one that hangs or dies costs a retry and not the render."""
    assert spoken(fault, LINES, workers=workers) == right()
    assert (tmp_path / "happened").exists()


def test_an_engine_that_hangs_on_opening_is_ended(monkeypatch: pytest.MonkeyPatch):
    """Starting has its time limit too."""
    monkeypatch.setattr(process, "_START_SECONDS", 0.05)
    with pytest.raises(EngineError, match="took longer"):
        spoken("Hang", LINES[:1], workers=1)


def test_an_engine_that_is_not_there_says_so():
    """A package that was taken away, or a slip in its entry point."""
    for target in ("no_such_module:Engine", "mettavox.engines.hum:NoSuchEngine"):
        with pytest.raises(EngineError, match="cannot be loaded"):
            EngineProcess(target, voices.load("hum")).speak("Rest.", within=5)


def test_a_worker_speaks_again_after_its_process_died():
    """The next line starts a new process by itself."""
    voice = voices.load("hum")
    worker = EngineProcess("engines.faulty:ExitOnce", voice)
    try:
        with pytest.raises(EngineError, match="died"):
            worker.speak(TEXTS[0], within=5)
        assert worker.speak(TEXTS[0], within=5).pcm == right()[TEXTS[0]]
    finally:
        worker.close()


def test_a_closed_worker_stays_closed():
    """Closing is for good."""
    worker = EngineProcess("mettavox.engines.hum:HumEngine", voices.load("hum"))
    worker.close()
    worker.close()
    with pytest.raises(EngineError):
        worker.speak("Rest.", within=5)


def test_a_worker_that_was_left_alone_goes_away(scratch: Path):
    """Its parent is gone: the end of its input ends it, and it takes its folder along."""
    worker = EngineProcess("mettavox.engines.hum:HumEngine", voices.load("hum"))
    worker.speak("Rest.", within=5)
    child = worker._process
    assert child is not None
    assert child.stdin is not None
    child.stdin.close()
    assert child.wait(10) == 0
    assert list(scratch.iterdir()) == []
    worker.close()
