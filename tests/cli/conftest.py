"""A command line in this process, in a folder of its own."""

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest

from mettavox import cli
from mettavox.cli import report


@dataclass(frozen=True)
class Outcome:
    """How a command ended: its exit code, and what it wrote where."""

    code: int
    out: str
    err: str


Run = Callable[..., Outcome]


@pytest.fixture(autouse=True)
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The working directory of a command: empty at first."""
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    monkeypatch.setattr(report, "debug", False)
    monkeypatch.setenv("COLUMNS", "100")
    return folder


@pytest.fixture
def run(capsys: pytest.CaptureFixture[str]) -> Run:
    """``run("plan", "loving-kindness")``: the outcome of that command."""

    def one(*arguments: str) -> Outcome:
        capsys.readouterr()
        code = cli.run(list(arguments))
        out, err = capsys.readouterr()
        return Outcome(code, out, err)

    return one


def assert_refused(outcome: Outcome, code: int, words: str = "", *, hint: str = "") -> None:
    """One sentence and one hint on standard error, nothing on standard output, no traceback."""
    assert outcome.code == code, outcome
    assert outcome.out == ""
    lines = outcome.err.splitlines()
    assert len(lines) == 2, outcome.err
    assert lines[0].startswith("Error: ")
    assert lines[1].startswith("       ")
    assert lines[1].strip()
    assert words in lines[0]
    assert hint in lines[1]
    assert "Traceback" not in outcome.err
