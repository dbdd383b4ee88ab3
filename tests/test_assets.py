"""Scripts and voices are found where they belong: a folder that is named, the user's own, the bundled one."""

import sys
from pathlib import Path

import pytest

from mettavox import assets, phrasebook, source, voices
from mettavox.errors import MettavoxError


def written(folder: Path, name: str, text: str = "") -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text)
    return folder / name


@pytest.mark.parametrize("kind", ["scripts", "voices", "profiles"])
def test_what_came_with_mettavox_is_found(kind: str):
    """In a checkout and in an installed package."""
    assert assets.bundled(kind).is_dir()
    assert list(assets.bundled(kind).iterdir())


def test_bundled_files_are_found_by_name():
    """And told apart from what is not there."""
    found = assets.find("voices", ("system.toml",))
    assert found is not None
    assert "engine" in found.read_text("utf-8")
    assert assets.find("voices", ("nobody.toml",)) is None
    assert assets.find("scripts", ("en",)) is None, "a folder is not a file"


def test_the_users_own_comes_before_the_bundled():
    """A voice of the same name is theirs."""
    own = written(assets.own_folder("voices"), "system.toml", "mine")
    found = assets.find("voices", ("system.toml",))
    assert found is not None
    assert found.read_text("utf-8") == own.read_text() == "mine"


@pytest.mark.skipif(sys.platform != "linux", reason="other systems have another place")
def test_the_users_own_folder_is_where_the_environment_says_now(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """A process that was asked before asks again when a variable has changed."""
    before = assets.own_folder("voices")
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path))
    assert assets.own_folder("voices") == tmp_path / "mettavox" / "voices" != before
    monkeypatch.delenv("XDG_DATA_HOME")
    monkeypatch.setenv("HOME", str(tmp_path / "home"))
    assert assets.own_folder("scripts").is_relative_to(tmp_path / "home")


def test_a_folder_that_is_named_comes_before_both(tmp_path: Path):
    """--scripts DIR."""
    written(assets.own_folder("scripts") / "en", "sleep.md", "own")
    written(tmp_path / "en", "sleep.md", "named")
    found = assets.find("scripts", ("en", "sleep.md"), tmp_path)
    assert found is not None
    assert found.read_text("utf-8") == "named"


@pytest.mark.parametrize("kind", ["scripts", "voices", "profiles"])
def test_the_working_directory_is_never_searched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, kind: str):
    """What lies about in a download folder is nobody's voice."""
    for folder in (tmp_path, tmp_path / kind, tmp_path / "mettavox" / kind):
        written(folder, "stray.toml")
    monkeypatch.chdir(tmp_path)
    assert assets.find(kind, ("stray.toml",)) is None
    assert "stray.toml" not in [entry.name for entry in assets.listed(kind, (), ".toml")]


def test_a_list_has_every_name_once_and_in_order(tmp_path: Path):
    """The earlier folder's, where two have one."""
    written(tmp_path / "en", "zest.md", "named")
    written(tmp_path / "en", "loving-kindness.md", "named")
    written(assets.own_folder("scripts") / "en", "zest.md", "own")
    written(tmp_path / "en", "notes.txt")
    (tmp_path / "en" / "folder.md").mkdir()
    found = list(assets.listed("scripts", ("en",), ".md", tmp_path))
    names = [entry.name for entry in found]
    assert names == sorted(set(names))
    assert "loving-kindness.md" in names
    assert "notes.txt" not in names
    assert "folder.md" not in names
    assert {entry.name: entry.read_text("utf-8") for entry in found}["zest.md"] == "named"
    assert {entry.name: entry.read_text("utf-8") for entry in found}["loving-kindness.md"] == "named"


def test_a_language_that_is_not_there_has_no_files():
    """An empty list, not an error."""
    assert list(assets.listed("scripts", ("xx",), ".md")) == []


def test_the_cache_can_be_moved(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """METTAVOX_CACHE; otherwise it is in the user's own cache folder."""
    monkeypatch.setenv(assets.CACHE_VARIABLE, str(tmp_path / "here"))
    assert assets.cache_folder() == tmp_path / "here"
    monkeypatch.delenv(assets.CACHE_VARIABLE)
    assert assets.cache_folder().name == "mettavox"
    monkeypatch.setenv(assets.CACHE_VARIABLE, "")
    assert assets.cache_folder().name == "mettavox"


def test_a_name_that_no_disk_has_is_not_looked_for():
    """A language or a voice of a thousand letters is one that is not there, and no error of the disk."""
    assert assets.is_plain("a" * 200) and not assets.is_plain("a" * 201) and not assets.is_plain("ñ" * 101)
    for load in (phrasebook.load, voices.load, lambda name: source.load(name, "en")):
        with pytest.raises(MettavoxError):
            load("a" * 1000)


def test_looking_makes_no_folders(own_folders: Path):
    """Folders appear when something is put in them."""
    assets.cache_folder()
    list(assets.listed("voices", (), ".toml"))
    assert list(own_folders.iterdir()) == []
