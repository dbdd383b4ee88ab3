"""Output: a file under its final name is whole, and a failure leaves nothing."""

import errno
import os
import stat
from collections.abc import Callable
from itertools import count
from pathlib import Path

import pytest

from mettavox import output
from mettavox.errors import OutputError
from mettavox.output import check, together, whole_file


def left(folder: Path) -> list[str]:
    return sorted(entry.name for entry in folder.iterdir())


@pytest.mark.parametrize("replace", [False, True])
def test_a_finished_file_takes_its_name_and_nothing_else_stays(tmp_path: Path, replace: bool) -> None:
    """The scratch file beside it becomes the file."""
    with whole_file(tmp_path / "track.mp3", replace=replace) as (file, scratch):
        file.write(b"sound")
        assert scratch.parent == tmp_path
        assert left(tmp_path) == [scratch.name]
    assert left(tmp_path) == ["track.mp3"]
    assert (tmp_path / "track.mp3").read_bytes() == b"sound"


def test_a_finished_file_has_the_usual_permissions(tmp_path: Path) -> None:
    """As any new file, and not for its owner alone."""
    (tmp_path / "usual").touch()
    with whole_file(tmp_path / "track.mp3", replace=False) as (file, _):
        file.write(b"sound")
    modes = {stat.S_IMODE((tmp_path / name).stat().st_mode) for name in ("usual", "track.mp3")}
    assert len(modes) == 1


@pytest.mark.parametrize("error", [ValueError, KeyboardInterrupt, SystemExit, OSError, MemoryError])
def test_whatever_goes_wrong_inside_leaves_nothing(tmp_path: Path, error: type[BaseException]) -> None:
    """Also an interrupt."""
    with pytest.raises((error, OutputError)), whole_file(tmp_path / "track.mp3", replace=False) as (file, _):
        file.write(b"half a ")
        raise error
    assert left(tmp_path) == []


def test_a_failure_leaves_the_old_file_as_it_was(tmp_path: Path) -> None:
    """Even when it was to be replaced."""
    (tmp_path / "track.mp3").write_bytes(b"old")
    with pytest.raises(ValueError, match="no"), whole_file(tmp_path / "track.mp3", replace=True) as (file, _):
        file.write(b"new")
        raise ValueError("no")
    assert left(tmp_path) == ["track.mp3"]
    assert (tmp_path / "track.mp3").read_bytes() == b"old"


def test_a_file_is_replaced_only_when_asked(tmp_path: Path) -> None:
    """--force."""
    path = tmp_path / "track.mp3"
    path.write_bytes(b"old")
    with pytest.raises(OutputError, match="is there already") as caught, whole_file(path, replace=False) as (file, _):
        file.write(b"new")
    assert "--force" in caught.value.hint
    assert path.read_bytes() == b"old"
    with whole_file(path, replace=True) as (file, _):
        file.write(b"new")
    assert path.read_bytes() == b"new"
    assert left(tmp_path) == ["track.mp3"]


def test_a_file_that_appears_meanwhile_is_not_replaced(tmp_path: Path) -> None:
    """Two renders of one name: the first to finish keeps it."""
    path = tmp_path / "track.mp3"
    with pytest.raises(OutputError, match="is there already"), whole_file(path, replace=False) as (file, _):
        file.write(b"mine")
        path.write_bytes(b"theirs")
    assert path.read_bytes() == b"theirs"
    assert left(tmp_path) == ["track.mp3"]


def test_a_disk_without_links_is_written_to_as_well(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Memory sticks and network folders."""

    def no_links(*_: object, **__: object) -> None:
        raise OSError(errno.EPERM, os.strerror(errno.EPERM))

    monkeypatch.setattr(os, "link", no_links)
    path = tmp_path / "track.mp3"
    with whole_file(path, replace=False) as (file, _):
        file.write(b"sound")
    assert path.read_bytes() == b"sound"
    assert left(tmp_path) == ["track.mp3"]
    with pytest.raises(OutputError, match="is there already"), whole_file(path, replace=False) as (file, _):
        file.write(b"new")


@pytest.mark.parametrize(
    ("number", "reason"),
    [
        (errno.ENOSPC, "the disk is full"),
        (errno.EDQUOT, "the disk quota is used up"),
        (errno.EFBIG, "the file grew too large"),
        (errno.EROFS, "the disk is read-only"),
        (errno.EACCES, "it is not writable"),
        (errno.EIO, "cannot be written"),
    ],
)
def test_what_the_disk_refuses_is_told_in_words(tmp_path: Path, number: int, reason: str) -> None:
    """With the path, and what to do; and nothing stays."""
    path = tmp_path / "track.mp3"
    with pytest.raises(OutputError) as caught, whole_file(path, replace=False) as (file, _):
        file.write(b"half")
        raise OSError(number, os.strerror(number))
    assert reason in caught.value.message
    assert str(path) in caught.value.message
    assert "-o" in caught.value.hint
    assert left(tmp_path) == []


def test_check_finds_nothing_wrong_with_a_place_that_can_be_written(tmp_path: Path) -> None:
    """And leaves nothing there."""
    check(tmp_path / "track.mp3", replace=False)
    assert left(tmp_path) == []


def test_check_refuses_before_the_work_what_would_fail_after_it(tmp_path: Path) -> None:
    """A folder, a missing folder, a path under a file, a name too long, a file that is there."""
    (tmp_path / "folder.mp3").mkdir()
    (tmp_path / "file").touch()
    refused = {
        tmp_path / "folder.mp3": "it is a folder",
        tmp_path / "missing" / "track.mp3": "there is no such folder",
        tmp_path / "file" / "track.mp3": "a part of the path is a file",
        tmp_path / "file" / "deeper" / "track.mp3": "cannot be written",
        tmp_path / "file": "is there already",
        Path("/proc/track.mp3"): "cannot be written",
        Path("/proc/self/track.mp3"): "cannot be written",
    }
    for path, reason in refused.items():
        with pytest.raises(OutputError, match=reason) as caught:
            check(path, replace=False)
        assert caught.value.hint
    assert left(tmp_path) == ["file", "folder.mp3"]


def test_check_refuses_a_name_that_is_too_long(tmp_path: Path) -> None:
    """Before the work, like the others."""
    with pytest.raises(OutputError, match="the name is too long"):
        check(tmp_path / f"{'a' * 300}.mp3", replace=False)


def test_a_file_that_is_to_be_replaced_passes_the_check(tmp_path: Path) -> None:
    """--force."""
    (tmp_path / "track.mp3").touch()
    check(tmp_path / "track.mp3", replace=True)


# --- several files together ---

NAMES = ("track.mp3", "track.vtt", "track.jpg", "track.json")


def written(folder: Path, names: tuple[str, ...] = NAMES, *, replace: bool = False, text: str = "new") -> None:
    with together(replace=replace) as files:
        for name in names:
            files.write(folder / name, f"{text} {name}")


def refusing(real: Callable[..., None], nth: int, error: BaseException) -> Callable[..., None]:
    """The function as it is, but for its ``nth`` call."""
    calls = count(1)

    def tried(*arguments: object, **options: object) -> None:
        if next(calls) == nth:
            raise error
        real(*arguments, **options)

    return tried


FULL = OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))


def test_files_take_their_names_together(tmp_path: Path) -> None:
    """None of them before the last one is whole; text is UTF-8, and bytes are bytes."""
    with together(replace=False) as files:
        files.write(tmp_path / "track.txt", "José\n")
        files.write(tmp_path / "track.jpg", b"\xff\xd8")
        assert all(name.startswith(".") for name in left(tmp_path))
    assert left(tmp_path) == ["track.jpg", "track.txt"]
    assert (tmp_path / "track.txt").read_bytes() == "José\n".encode()
    assert (tmp_path / "track.jpg").read_bytes() == b"\xff\xd8"


@pytest.mark.parametrize("taken", NAMES)
def test_one_name_that_is_taken_stops_them_all(tmp_path: Path, taken: str) -> None:
    """It is named, and stays as it was; the others vanish."""
    (tmp_path / taken).write_bytes(b"theirs")
    with pytest.raises(OutputError, match=taken):
        written(tmp_path)
    assert left(tmp_path) == [taken]
    assert (tmp_path / taken).read_bytes() == b"theirs"


@pytest.mark.parametrize("error", [ValueError("no"), KeyboardInterrupt(), FULL])
def test_whatever_goes_wrong_before_the_last_is_written_leaves_none(tmp_path: Path, error: BaseException) -> None:
    """Also an interrupt."""
    with pytest.raises((ValueError, KeyboardInterrupt, OSError)), together(replace=False) as files:
        files.write(tmp_path / "track.mp3", b"sound")
        files.write(tmp_path / "track.vtt", "WEBVTT")
        raise error
    assert left(tmp_path) == []


@pytest.mark.parametrize("nth", range(1, 1 + len(NAMES)))
@pytest.mark.parametrize("error", [FULL, KeyboardInterrupt()], ids=["full disk", "interrupt"])
def test_a_name_that_cannot_be_given_takes_back_those_before(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, error: BaseException
) -> None:
    """At the first file as at the last; on a disk that has links, and on one that has none."""
    for links in (True, False):
        no_links = OSError(errno.EPERM, os.strerror(errno.EPERM))
        with monkeypatch.context() as patch:
            patch.setattr(os, "link", refusing(os.link, nth, error) if links else raising(no_links))
            patch.setattr(Path, "replace", refusing(Path.replace, 1 if links else nth, error))
            with pytest.raises((OutputError, KeyboardInterrupt)):
                written(tmp_path)
        assert left(tmp_path) == []


def raising(error: BaseException) -> Callable[..., None]:
    def refuse(*_: object, **__: object) -> None:
        raise error

    return refuse


@pytest.mark.parametrize("nth", range(1, 1 + len(NAMES)))
@pytest.mark.parametrize("links", [True, False])
def test_earlier_files_come_back_when_a_later_one_fails(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, nth: int, links: bool
) -> None:
    """All of the earlier track, and nothing of the new one; a name that was free is free again."""
    earlier = NAMES[:-1]
    written(tmp_path, earlier, text="old")
    settle = refusing(output._settle, nth, FULL)
    with monkeypatch.context() as patch:
        patch.setattr(output, "_settle", settle)
        if not links:
            patch.setattr(os, "link", raising(OSError(errno.EPERM, "no links")))
        with pytest.raises(OutputError, match="the disk is full"):
            written(tmp_path, replace=True)
    assert left(tmp_path) == sorted(earlier)
    for name in earlier:
        assert (tmp_path / name).read_text() == f"old {name}"


@pytest.mark.parametrize("links", [True, False])
def test_earlier_files_are_replaced_together(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """And nothing is left of what was kept for the case that one fails."""
    written(tmp_path, text="old")
    if not links:
        monkeypatch.setattr(os, "link", raising(OSError(errno.EPERM, "no links")))
    written(tmp_path, replace=True)
    assert left(tmp_path) == sorted(NAMES)
    assert {(tmp_path / name).read_text() for name in NAMES} == {f"new {name}" for name in NAMES}


def test_an_interruption_right_after_a_name_was_given_takes_it_back(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Ctrl-C comes between any two steps."""

    def given_and_interrupted(scratch: Path, path: Path, *, replace: bool) -> None:
        settle(scratch, path, replace=replace)
        raise KeyboardInterrupt

    settle = output._settle
    monkeypatch.setattr(output, "_settle", given_and_interrupted)
    for replace in (False, True):
        with pytest.raises(KeyboardInterrupt):
            written(tmp_path, replace=replace)
        assert left(tmp_path) == []
