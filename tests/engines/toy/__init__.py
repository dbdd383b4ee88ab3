"""Installs the toy engine as its maker's users would, away from this environment, and writes a profile for it."""

import os
import subprocess
import sys
from importlib import invalidate_caches
from importlib.util import find_spec
from pathlib import Path

import pytest

from mettavox import assets

VOICE = "toy"
_HERE = Path(__file__).parent
_PROFILE = """\
label = "Toy"
language = "en"
engine = "toy"
[settings]
hertz = 400
[pace]
per_line = 0.1
per_syllable = 0.16
"""
_DONE: dict[str, Path] = {}


def install(folders: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Where the package lies; this process and those it starts find its entry point there."""
    if "target" not in _DONE:
        _DONE["target"] = folders.mktemp("toy")
        (_with_pip if find_spec("pip") and find_spec("hatchling") else _by_hand)(_DONE["target"])
    target = _DONE["target"]
    monkeypatch.syspath_prepend(str(target))
    invalidate_caches()
    monkeypatch.setenv("PYTHONPATH", os.pathsep.join(filter(None, [str(target), os.environ.get("PYTHONPATH")])))
    folder = assets.own_folder("voices")
    folder.mkdir(parents=True, exist_ok=True)
    (folder / f"{VOICE}.toml").write_text(_PROFILE, "utf-8")
    return target


def _with_pip(target: Path) -> None:
    options = ["--quiet", "--no-deps", "--no-build-isolation", "--no-index", "--disable-pip-version-check"]
    command = [sys.executable, "-m", "pip", "install", *options, "--target", str(target), str(_HERE)]
    subprocess.run(command, check=True, capture_output=True)


def _by_hand(target: Path) -> None:
    """What pip would leave: the package, and beside it what is known of it."""
    package, about = target / "toy_engine", target / "mettavox_toy_engine-1.2.3.dist-info"
    package.mkdir()
    about.mkdir()
    (package / "__init__.py").write_bytes((_HERE / "toy_engine" / "__init__.py").read_bytes())
    (about / "METADATA").write_text("Metadata-Version: 2.1\nName: mettavox-toy-engine\nVersion: 1.2.3\n")
    (about / "entry_points.txt").write_text("[mettavox.engines]\ntoy = toy_engine:ToyEngine\n")
