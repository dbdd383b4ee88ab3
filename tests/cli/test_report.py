"""Errors and exit codes: every class has its code, one look, and no traceback unless asked for."""

import inspect
import sys

import click
import pytest

from mettavox import errors
from mettavox.cli import report
from mettavox.errors import MettavoxError

# DESIGN 9.
CODES = {
    "MettavoxError": 1,
    "RequestError": 2,
    "ScriptError": 3,
    "ScriptNotFound": 3,
    "DurationError": 4,
    "EngineError": 5,
    "VoiceError": 5,
    "CodecError": 6,
    "SoundError": 6,
    "RecordError": 1,
    "OutputError": 7,
}
EVERY_CLASS = [kind for _, kind in inspect.getmembers(errors, inspect.isclass) if issubclass(kind, MettavoxError)]


def test_the_table_knows_every_class() -> None:
    """A new error needs a code, here and in the documentation."""
    assert {kind.__name__ for kind in EVERY_CLASS} == set(CODES)


@pytest.mark.parametrize("kind", EVERY_CLASS)
def test_every_class_has_its_exit_code_and_one_look(
    kind: type[MettavoxError], capsys: pytest.CaptureFixture[str]
) -> None:
    """Error: a sentence; under it, what to do."""
    assert report.failure(kind("It is broken.", hint="Mend it.")) == CODES[kind.__name__]
    assert capsys.readouterr() == ("", "Error: It is broken.\n       Mend it.\n")


def test_an_error_without_a_hint_is_one_line(capsys: pytest.CaptureFixture[str]) -> None:
    """No empty line under it."""
    report.failure(MettavoxError("It is broken."))
    assert capsys.readouterr().err == "Error: It is broken.\n"


@pytest.mark.parametrize(
    "error", [ZeroDivisionError("x of Zebedee"), AssertionError("Zebedee"), RecursionError(), KeyError("Zebedee")]
)
def test_a_bug_is_an_apology_without_its_words(error: Exception, capsys: pytest.CaptureFixture[str]) -> None:
    """Exit 70; what a stray exception says may hold a name."""
    assert report.failure(error) == 70
    out, err = capsys.readouterr()
    assert out == ""
    assert err.startswith("Sorry")
    assert "--debug" in err
    assert "Zebedee" not in err
    assert "Traceback" not in err


@pytest.mark.parametrize("error", [KeyboardInterrupt(), click.Abort()])
def test_an_interrupt_is_130(error: BaseException, capsys: pytest.CaptureFixture[str]) -> None:
    """And says that nothing is left."""
    assert report.failure(error) == 130
    assert capsys.readouterr().err == "Stopped. Nothing was left behind.\n"


def test_a_full_disk_anywhere_is_an_output_error(capsys: pytest.CaptureFixture[str]) -> None:
    """Also in a temporary folder."""
    assert report.failure(OSError(28, "No space left on device", "/tmp/Zebedee")) == 7
    assert "disk is full" in capsys.readouterr().err


def test_debug_shows_the_traceback(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    """For those who report a bug."""
    monkeypatch.setattr(report, "debug", True)
    try:
        raise errors.CodecError("It is broken.") from ValueError("inside")
    except errors.CodecError as error:
        assert report.failure(error) == 6
    err = capsys.readouterr().err
    assert "Traceback" in err
    assert "inside" in err


@pytest.mark.parametrize("stream", ["stdout", "stderr"])
def test_a_closed_stream_is_no_second_error(stream: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """Saying what went wrong never fails itself."""
    closed = open(0, closefd=False)  # noqa: SIM115
    closed.close()
    monkeypatch.setattr(sys, stream, closed)
    report.say("It is broken.")
