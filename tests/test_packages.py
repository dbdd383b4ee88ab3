"""Packages: the versions that importlib.metadata tells, read without it."""

import sys
from importlib import metadata
from pathlib import Path

import pytest

from mettavox import packages


@pytest.fixture(autouse=True)
def forgotten():
    """What is installed is remembered while we run."""
    yield packages.version.cache_clear(), packages._installed.cache_clear()
    packages.version.cache_clear()
    packages._installed.cache_clear()


@pytest.mark.parametrize("name", ["numpy", "soxr", "pillow", "Pillow", "pyttsx3", "espeakng-loader", "espeakng_loader"])
def test_a_version_is_that_of_importlib_metadata(name: str):
    """However the name is written."""
    assert packages.version(name) == metadata.version(name)


def test_the_first_on_the_path_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """As for an import."""
    folder = tmp_path / "numpy-0.0.7.dist-info"
    folder.mkdir()
    (folder / "METADATA").write_text("Metadata-Version: 2.4\nName: numpy\nVersion: 0.0.7\n\nVersion: 3\n")
    monkeypatch.syspath_prepend(tmp_path)
    assert packages.version("numpy") == metadata.version("numpy") == "0.0.7"


def test_one_that_is_not_there_is_an_import_error(monkeypatch: pytest.MonkeyPatch):
    """And a folder of the path that is not there is passed over."""
    monkeypatch.setattr(sys, "path", ["/not/there", *sys.path])
    with pytest.raises(ImportError):
        packages.version("mettavox-of-nobody")
