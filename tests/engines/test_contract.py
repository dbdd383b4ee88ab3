"""What every engine has to keep, built in or not: each test here runs against each of them.

They are run as they run in a render, in a process of their own.
"""

from collections.abc import Iterator

import numpy as np
import pytest

from engines import neural, toy
from mettavox import speech, voices
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError
from mettavox.voice import Voice

VOICES = ("system", "hum", *neural.BUILT, *neural.REAL, toy.VOICE)
LINES = (
    "Rest.",
    "May you be safe.",
    "Let your shoulders soften, and your jaw, and the muscles round your eyes.",
    "Now I will say when to breathe in, and when to breathe out.",
)
ACCENTS = (
    "Hello José, and welcome.",
    "May Zoë and Søren be well.",
    "May Nguyễn be happy.",
    "It’s “fine” – really; don’t worry…",
    "Café, naïve, façade, jalapeño.",
)
WITHOUT_WORDS = ("", " ", "...", "…", "—", "?!", "\t", "( )")


@pytest.fixture(scope="module", params=VOICES)
def voice(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Voice]:
    """A voice for each engine, installed once for all of its tests, in a home of its own."""
    name = str(request.param)
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("XDG_DATA_HOME", str(tmp_path_factory.mktemp("installed")))
        if name == toy.VOICE:
            toy.install(tmp_path_factory, patch)
        elif name not in ("system", "hum"):
            neural.installed(name)
        yield voices.load(name)


@pytest.fixture(scope="module")
def engine(voice: Voice) -> Iterator[EngineProcess]:
    """The engine, opened once: as in a render, what one test has it say is followed by what the next does."""
    process = started(voice)
    yield process
    process.close()


def started(voice: Voice) -> EngineProcess:
    return EngineProcess(table.target(voice.engine), voice)


def said(process: EngineProcess, text: str) -> tuple[int, bytes]:
    clip = process.speak(text, within=30)
    return clip.rate, clip.pcm


@pytest.mark.parametrize("text", [*LINES, *ACCENTS])
def test_a_line_becomes_a_whole_clip(engine: EngineProcess, voice: Voice, text: str):
    """Plausibly long, heard, and not cut; whatever letters a name has."""
    clip = engine.speak(text, within=30)
    assert speech.fault(clip, text, voice) == ""
    assert 0.25 < clip.seconds < 1 + 0.2 * len(text)


def test_a_long_line_is_spoken_to_its_end(engine: EngineProcess, voice: Voice):
    """Ten times the words take about ten times as long."""
    once = engine.speak("May you be well and happy, now and always, ", within=30)
    often = engine.speak("May you be well and happy, now and always, " * 10, within=30)
    assert often.seconds == pytest.approx(10 * once.seconds, rel=0.25)
    assert speech.fault(often, "May you be well and happy, now and always, " * 10, voice) == ""


def test_a_clip_ends_in_quiet(engine: EngineProcess):
    """Nothing was bitten off; some begin at once."""
    clip = engine.speak(LINES[2], within=30)
    samples = np.abs(np.frombuffer(clip.pcm, dtype="<i2").astype(np.int32))
    edge = clip.rate // 100
    assert samples[-edge:].max() < samples.max() * 0.05


@pytest.mark.parametrize("text", WITHOUT_WORDS)
def test_nothing_to_say_is_an_error_and_the_engine_stays_usable(engine: EngineProcess, text: str):
    """The line after it is spoken as ever."""
    before = said(engine, LINES[1])
    process = engine._process
    with pytest.raises(EngineError):
        engine.speak(text, within=30)
    assert said(engine, LINES[1]) == before
    assert engine._process is process, "the process had to be started again"


def test_the_same_line_is_the_same_bytes(engine: EngineProcess):
    """Whatever was said between."""
    first = [said(engine, text) for text in LINES]
    again = [said(engine, text) for text in reversed(LINES)]
    assert again[::-1] == first


def test_the_same_line_is_the_same_bytes_in_another_process(engine: EngineProcess, voice: Voice):
    """Same request, same bytes."""
    other = started(voice)
    try:
        assert [said(other, text) for text in LINES[::-1]] == [said(engine, text) for text in LINES][::-1]
    finally:
        other.close()


def test_different_lines_sound_different(engine: EngineProcess):
    """Nobody's clip is taken for another's."""
    assert len({said(engine, text) for text in (*LINES, *ACCENTS)}) == len(LINES) + len(ACCENTS)


def test_two_at_once_do_not_mix(engine: EngineProcess, voice: Voice):
    """A render speaks several lines at a time."""
    from concurrent.futures import ThreadPoolExecutor

    other = started(voice)
    try:
        alone = [said(engine, text) for text in LINES]
        with ThreadPoolExecutor(2) as pool:
            together = list(pool.map(lambda process: [said(process, text) for text in LINES * 5], (engine, other)))
        assert together == [alone * 5, alone * 5]
    finally:
        other.close()


def test_an_engine_says_what_it_is_without_being_started(voice: Voice):
    """Its identity names it, with its versions: what a cached clip depends on."""
    assert table.identity(voice.engine).startswith(voice.engine)
    assert "none" not in table.identity(voice.engine)
