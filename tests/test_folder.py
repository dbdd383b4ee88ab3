"""A folder is whole or not there, and what was there before is never lost on the way."""

from pathlib import Path

import pytest

from mettavox.errors import OutputError
from mettavox.folder import whole_folder

OURS = frozenset({"record.json", "one/a.txt"})


def ours(path: Path) -> frozenset[str]:
    return OURS if (path / "record.json").is_file() else frozenset()


def filled(path: Path, text: str = "new", *, replace: bool = False) -> None:
    with whole_folder(path, replace=replace, ours=ours) as new:
        assert not (path / "new").exists()
        (new / "one").mkdir()
        (new / "one" / "a.txt").write_text(text)
        (new / "record.json").write_text("{}")


def left(folder: Path) -> list[str]:
    return sorted(entry.relative_to(folder).as_posix() for entry in folder.rglob("*") if entry.is_file())


@pytest.mark.parametrize("there", [False, True])
def test_a_folder_is_there_when_it_is_whole(tmp_path: Path, there: bool) -> None:
    """In a new place, or in an empty folder; nothing is left beside it."""
    if there:
        (tmp_path / "x").mkdir()
    filled(tmp_path / "x")
    assert left(tmp_path) == ["x/one/a.txt", "x/record.json"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]
    (tmp_path / "usual").mkdir()
    assert (tmp_path / "x").stat().st_mode == (tmp_path / "usual").stat().st_mode


@pytest.mark.parametrize("error", [KeyboardInterrupt(), RuntimeError(), OutputError("x")])
def test_a_failure_leaves_nothing(tmp_path: Path, error: BaseException) -> None:
    """Neither the folder nor half of it."""
    with pytest.raises(type(error)), whole_folder(tmp_path / "x", replace=False, ours=ours) as new:
        (new / "a").write_text("half")
        raise error
    assert list(tmp_path.iterdir()) == []


def test_a_failure_keeps_what_was_there(tmp_path: Path) -> None:
    """A course that was built before is replaced by a whole one, or not at all."""
    filled(tmp_path / "x", "old")
    with pytest.raises(KeyboardInterrupt), whole_folder(tmp_path / "x", replace=True, ours=ours):
        raise KeyboardInterrupt
    assert (tmp_path / "x" / "one" / "a.txt").read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize("moves", [1, 2])
def test_a_move_that_fails_keeps_what_was_there(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, moves: int) -> None:
    """The first move takes the old folder away, the second puts the new one there."""
    filled(tmp_path / "x", "old")
    rename, count = Path.rename, 0

    def failing(self: Path, target: Path) -> Path:
        nonlocal count
        count += 1
        if count == moves:
            raise PermissionError(13, "Permission denied")
        return rename(self, target)

    monkeypatch.setattr(Path, "rename", failing)
    with pytest.raises(OutputError, match="not writable"):
        filled(tmp_path / "x", replace=True)
    assert (tmp_path / "x" / "one" / "a.txt").read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


def test_a_folder_is_only_replaced_when_asked(tmp_path: Path) -> None:
    """The hint says how."""
    filled(tmp_path / "x", "old")
    with pytest.raises(OutputError, match="there already") as raised:
        filled(tmp_path / "x")
    assert "--force" in raised.value.hint
    assert (tmp_path / "x" / "one" / "a.txt").read_text() == "old"
    (tmp_path / "x" / ".DS_Store").touch()
    filled(tmp_path / "x", "new", replace=True)
    assert left(tmp_path) == ["x/one/a.txt", "x/record.json"]
    assert (tmp_path / "x" / "one" / "a.txt").read_text() == "new"


def test_a_stranger_s_folder_is_never_replaced(tmp_path: Path) -> None:
    """Nor one with a file in it that was not made there: it would be lost."""
    (tmp_path / "x").mkdir()
    (tmp_path / "x" / "diary.txt").write_text("mine")
    with pytest.raises(OutputError, match="was not made by mettavox"):
        filled(tmp_path / "x", replace=True)
    filled(tmp_path / "y")
    (tmp_path / "y" / "one" / "diary.txt").write_text("mine")
    with pytest.raises(OutputError, match=r"such as “one/diary\.txt”"):
        filled(tmp_path / "y", replace=True)
    assert left(tmp_path) == ["x/diary.txt", "y/one/a.txt", "y/one/diary.txt", "y/record.json"]


def test_a_folder_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    """Somebody else was quicker."""
    with pytest.raises(OutputError, match="there already"), whole_folder(tmp_path / "x", replace=False, ours=ours):
        (tmp_path / "x").mkdir()
        (tmp_path / "x" / "diary.txt").write_text("mine")
    assert left(tmp_path) == ["x/diary.txt"]
    assert [entry.name for entry in tmp_path.iterdir()] == ["x"]


@pytest.mark.parametrize(
    ("place", "words"),
    [
        ("file", "is a file"),
        (".", "the folder that you are in"),
        ("nowhere/x", "there is no such folder"),
        ("file/x", "a part of the path is a file"),
        ("a" * 300, "too long"),
    ],
)
def test_a_place_that_cannot_be_is_refused_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str, words: str
) -> None:
    """With the place as it was given."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / "file").touch()
    with pytest.raises(OutputError, match=words) as raised, whole_folder(Path(place), replace=True, ours=ours):
        pytest.fail("it was not refused")
    assert place[:100] in raised.value.message
    assert [entry.name for entry in tmp_path.iterdir()] == ["file"]


def test_an_error_inside_names_the_place_that_was_meant(tmp_path: Path) -> None:
    """And not the folder that it is made in."""
    with pytest.raises(OutputError) as raised, whole_folder(tmp_path / "x", replace=False, ours=ours) as new:
        raise OutputError(f"“{new / 'a.mp3'}” cannot be written: the disk is full.", hint="Free some space.")
    assert raised.value.message == f"“{tmp_path / 'x' / 'a.mp3'}” cannot be written: the disk is full."
    assert raised.value.hint == "Free some space."


def test_a_link_to_a_folder_stays_a_link(tmp_path: Path) -> None:
    """The folder that it leads to is the one that is filled."""
    (tmp_path / "real").mkdir()
    (tmp_path / "link").symlink_to("real")
    filled(tmp_path / "link")
    assert (tmp_path / "link").is_symlink()
    assert left(tmp_path / "real") == ["one/a.txt", "record.json"]
