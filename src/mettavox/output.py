"""Files that are whole or not there: written beside their place, and moved there when they are done."""

import contextlib
import errno
import hashlib
import os
import re
import secrets
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from mettavox import stopping
from mettavox.errors import OutputError

_REASONS = {
    errno.ENOSPC: ("the disk is full", "Free some space, or choose another folder with -o."),
    errno.EDQUOT: ("the disk quota is used up", "Free some space, or choose another folder with -o."),
    errno.EACCES: ("it is not writable", "Choose a folder of your own with -o."),
    errno.EPERM: ("it is not writable", "Choose a folder of your own with -o."),
    errno.EROFS: ("the disk is read-only", "Choose another folder with -o."),
    errno.ENAMETOOLONG: ("the name is too long", "Choose a shorter name with -o."),
    errno.ENOENT: ("there is no such folder", "Make the folder first, or choose another with -o."),
    errno.ENOTDIR: ("a part of the path is a file", "Choose another folder with -o."),
    errno.EEXIST: ("a file has that name", "Choose another folder with -o."),
    errno.EISDIR: ("it is a folder", "Give a file's name, or end the name with a slash."),
    errno.EFBIG: ("the file grew too large for the disk", "Choose another folder with -o."),
}


def check(path: Path, *others: Path, replace: bool) -> None:
    """Raise OutputError when files at these paths, all in one folder, could not be made: better now than later."""
    for each in (path, *others):
        with translated(each):
            if each.is_dir():
                raise _refused(each, errno.EISDIR)
            if not each.parent.is_dir():
                raise _refused(each, errno.ENOTDIR if each.parent.exists() else errno.ENOENT)
            if each.exists() and not replace:
                raise _exists(each)
    with translated(path):
        scratch = _scratch(path)
        try:  # its name is known before it is there, so that whatever interrupts leaves nothing
            os.close(os.open(scratch, _NEW, 0o600))
        finally:
            scratch.unlink(missing_ok=True)


_SCRATCH = re.compile(r"\.[0-9a-f]{16}(\.earlier)?\.part")
_NEW = os.O_RDWR | os.O_CREAT | os.O_EXCL | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0)


def _scratch(path: Path) -> Path:
    """A name beside ``path`` that nothing has."""
    return path.with_name(f".{secrets.token_hex(8)}.part")


def is_scratch(name: str) -> bool:
    """Whether a file's name is one that a file has here until it is whole; one that was killed leaves it."""
    return _SCRATCH.fullmatch(name) is not None


def sweep(folder: Path) -> tuple[str, ...]:
    """Take away what was killed before it was whole, and give the names; for whoever has the folder for itself.

    Raises OutputError.
    """
    with translated(folder):
        swept = [each for each in folder.iterdir() if is_scratch(each.name) and each.is_file()]
        for each in swept:
            each.unlink(missing_ok=True)
    return tuple(each.name for each in swept)


@contextlib.contextmanager
def whole_file(path: Path, *, replace: bool) -> Iterator[tuple[BinaryIO, Path]]:
    """A file to write to and where it is for now.

    It takes the name ``path`` when the block ends well, and vanishes when not.

    Raises OutputError for whatever the disk refuses, and when ``path`` exists and is not to be replaced.
    """
    with together(replace=replace) as files, translated(path):
        yield files.open(path)


class Files:
    """Files that are being written, each beside its place."""

    def __init__(self) -> None:
        self.open_files: dict[Path, tuple[BinaryIO, Path]] = {}
        self.scratches: dict[Path, Path] = {}

    def open(self, path: Path) -> tuple[BinaryIO, Path]:
        """A file that will have that name, and where it is for now. Raises OutputError."""
        with translated(path):
            scratch = _scratch(path)
            self.scratches[path] = scratch  # before it is there
            self.open_files[path] = os.fdopen(os.open(scratch, _NEW, 0o600), "w+b"), scratch
        return self.open_files[path]

    def write(self, path: Path, content: bytes | str) -> str:
        """A whole file of that name; text is UTF-8. Gives its SHA-256. Raises OutputError."""
        data = content.encode("utf-8") if isinstance(content, str) else content
        file, _ = self.open(path)
        with translated(path):
            file.write(data)
            file.flush()
        return hashlib.sha256(data).hexdigest()


@contextlib.contextmanager
def together(*, replace: bool) -> Iterator[Files]:
    """Files that all take their names when the block ends well, and of which none is left when not.

    Raises OutputError for whatever the disk refuses, and when a name is taken and not to be replaced.
    """
    files = Files()
    try:
        yield files
        for path, (file, _) in files.open_files.items():
            with translated(path):
                file.flush()
                os.fsync(file.fileno())
                file.close()
        _settle_all({path: scratch for path, (_, scratch) in files.open_files.items()}, replace=replace)
    finally:
        for file, _ in files.open_files.values():
            with contextlib.suppress(OSError):  # a full disk has been told of already
                file.close()
        for scratch in files.scratches.values():
            _remove(scratch)


def _settle_all(scratches: dict[Path, Path], *, replace: bool) -> None:
    """Give each its name; where one cannot have it, those before it are taken back."""
    stopping.check()
    earlier: dict[Path, Path] = {}
    try:
        for path, scratch in scratches.items():
            with translated(path):
                if replace and len(scratches) > 1 and path.is_file():
                    earlier[path] = scratch.with_suffix(".earlier.part")
                    _keep(path, earlier[path])
                _settle(scratch, path, replace=replace)
    except BaseException:
        for path, scratch in scratches.items():
            if path in earlier and earlier[path].exists():
                with contextlib.suppress(OSError):
                    earlier[path].replace(path)
            elif _is_settled(scratch, path):
                _remove(path)
        raise
    finally:
        for kept in earlier.values():
            _remove(kept)


def _keep(path: Path, kept: Path) -> None:
    """A second name for what is there, or, on a disk without links, another one."""
    try:
        os.link(path, kept)
    except OSError:
        path.replace(kept)


def _is_settled(scratch: Path, path: Path) -> bool:
    """Whether the scratch file has its name, told by the files: an interruption comes between any two steps."""
    with contextlib.suppress(OSError):
        return not scratch.exists() or path.samefile(scratch)
    return False


def _remove(path: Path) -> None:
    with contextlib.suppress(OSError):  # a disk that fails has been told of already
        path.unlink()


def _settle(scratch: Path, path: Path, *, replace: bool) -> None:
    scratch.chmod(0o666 & ~_umask())  # as any new file; mkstemp's is for its owner alone
    if replace:
        scratch.replace(path)
        return
    try:
        os.link(scratch, path)  # unlike a rename, a link never takes the place of another file
    except FileExistsError:
        raise _exists(path) from None
    except OSError:  # a disk without links
        if path.exists():
            raise _exists(path) from None
        scratch.replace(path)


def _umask() -> int:
    mask = os.umask(0)
    os.umask(mask)
    return mask


@contextlib.contextmanager
def translated(path: Path) -> Iterator[None]:
    """What the disk refuses in this block, as an OutputError that names ``path``."""
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        if error.errno not in _REASONS:
            raise OutputError(
                f"“{path}” cannot be written: {error.strerror}.", hint="Choose another folder with -o."
            ) from error
        raise _refused(path, error.errno) from error


def _refused(path: Path, number: int | None) -> OutputError:
    reason, hint = _REASONS[number or errno.EACCES]
    return OutputError(f"“{path}” cannot be written: {reason}.", hint=hint)


def _exists(path: Path) -> OutputError:
    return OutputError(f"“{path}” is there already.", hint="Choose another name with -o, or replace it with --force.")
