"""A folder of tracks as people have them: with and without names, records and folders in it. They hum."""

import shutil
from pathlib import Path

import pytest

from mettavox import cli

from .names import NAME, ODD_TITLE, TARGET

_ODD = """\
---
title: '{title}'
language: en
minutes: {{shortest: 0.2, typical: 0.3, longest: 1}}
purpose: 'To <i>stop</i> & rest'
---
# Stop <one> & two {{keep}}
! You can stop. Your eyes can stay open. (1s to 40s)
# Close {{keep}}
! You might feel the seat, and hear one sound. When you are ready, go on. (1s to 40s)
> Never use this while you drive, & <never> with machines.
"""


@pytest.fixture(scope="session")
def made_tracks(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder, which no test changes."""
    folder = tmp_path_factory.mktemp("tracks") / "library"
    (folder / "1-first").mkdir(parents=True)
    odd = folder.parent / "odd.md"
    odd.write_text(_ODD.format(title=ODD_TITLE), "utf-8")
    hum = ("--voice", "hum", "--bed", "none")
    kind = ("loving-kindness", *hum, "--minutes")
    for arguments in (
        (*kind, "3", "--name", NAME, "--target", TARGET, "-o", str(folder / "p-001.mp3")),
        (*kind, "2", "--lang", "es", "--bells", "-o", str(folder / "amor.mp3")),
        ("paced-breathing", "--minutes", "2", *hum, "--format", "m4a", "-o", str(folder / "breath.m4a")),
        (str(odd), "--duration", "20s", "--no-lint", *hum, "-o", str(folder / "1-first" / "rest.mp3")),
        ("grounding", "--minutes", "1", *hum, "--only-audio", "-o", str(folder / "bare.mp3")),
    ):
        assert cli.run(["render", *arguments]) == 0
    return folder


@pytest.fixture
def tracks(made_tracks: Path, tmp_path: Path) -> Path:
    """A copy of it."""
    return Path(shutil.copytree(made_tracks, tmp_path / "library"))
