"""What every test needs: folders of its own, and short ways to a filled, read and prepared script."""

import contextlib
import itertools
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from heads import HEAD
from mettavox import phrasebook
from mettavox.__main__ import ONE_THREAD
from mettavox.phrasebook import Phrasebook
from mettavox.prepare import Prepared, prepare
from mettavox.request import Request

_HOMES = ("XDG_DATA_HOME", "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_STATE_HOME")


def pytest_configure(config: pytest.Config) -> None:
    """Fixtures of a whole module, too, see no voice that the person at this machine has installed."""
    home = tempfile.mkdtemp(prefix="mettavox-tests-")
    config.add_cleanup(lambda: shutil.rmtree(home, ignore_errors=True))
    for name in ("HOME", *_HOMES):
        os.environ[name] = home
    for name, value in ONE_THREAD.items():  # as the program has it; the processes that run the tests have it from here
        os.environ.setdefault(name, value)


@pytest.fixture(scope="session")
def _homes(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """Where the homes are, one after another: pytest would look through all of them for the next number."""
    folder = tmp_path_factory.mktemp("homes")
    return map(folder.joinpath, map(str, itertools.count()))


@pytest.fixture(autouse=True)
def own_folders(_homes: Iterator[Path], monkeypatch: pytest.MonkeyPatch) -> Path:
    """A home, a cache and a folder for scripts and voices that are this test's alone, and empty."""
    home = next(_homes)
    home.mkdir()
    monkeypatch.setenv("HOME", str(home))
    monkeypatch.setenv("METTAVOX_CACHE", str(home / "cache"))
    for name in _HOMES:
        monkeypatch.setenv(name, str(home / name.lower()))
    return home


@pytest.fixture(scope="session")
def english() -> Phrasebook:
    """The bundled English phrasebook."""
    return phrasebook.load("en")


@pytest.fixture(scope="module")
def small_covers() -> Iterator[None]:
    """Covers of a tenth of a side, for files whose tracks have one just as every track has."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("mettavox.cover.LARGE", 300)
        yield


@pytest.fixture(scope="session")
def playwright() -> Iterator[Any]:
    """Starts browsers. While it is there, this thread counts as one in which a loop of asyncio runs."""
    from chromium import sync_api

    with sync_api.sync_playwright() as started:
        yield started


@pytest.fixture(scope="session")
def browser(playwright: Any) -> Iterator[Any]:
    """The browser of all tests that have no other."""
    from chromium import Browser

    with contextlib.closing(Browser(playwright)) as started:
        yield started


@pytest.fixture
def prepared_from(tmp_path: Path) -> Callable[..., Prepared]:
    """``prepared_from(body, **request)``: a script with that body under HEAD, ready to be fitted.

    The head may be left to its default or given as ``head=``; the file is ``test.md``.
    """

    def make(body: str, *, head: str = HEAD, **request: object) -> Prepared:
        path = tmp_path / "test.md"
        path.write_bytes((head + body).encode())
        return prepare(Request(script=str(path), **request))  # type: ignore[arg-type]

    return make
