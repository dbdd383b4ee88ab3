"""Places: a folder that a person types on a page, and whether it is one for tracks, or one to take files from."""

import os
import sys
import tempfile
from collections.abc import Iterable
from pathlib import Path

import mettavox
from mettavox import assets
from mettavox.errors import OutputError, RequestError

LONGEST = 1000
_SYSTEM = tuple(
    map(
        Path,
        (
            "/bin", "/boot", "/dev", "/etc", "/lib", "/lib32", "/lib64", "/proc", "/root", "/run", "/sbin", "/sys",
            "/usr", "/var", "/System", "/Library", "/Applications", "/private/etc", "/private/var",
            "C:/Windows", "C:/Program Files", "C:/Program Files (x86)", "C:/ProgramData",
        ),
    )
)  # fmt: skip
# Where disks that are put in, and folders for passing things, have their places.
_FREE = tuple(map(Path, ("/run/media", "/var/tmp", "/private/var/folders", "/private/var/tmp")))
_OURS = "Choose a folder of your own, such as ~/Meditations"


def typed(text: str) -> Path:
    """The folder that a text names, with every link in it followed; it need not exist.

    Raises RequestError for what is no whole path, and for a folder of the system, of the program, or a hidden one.
    """
    text = text.strip()
    if not text or len(text) > LONGEST or not text.isprintable():
        raise RequestError("That is not the path of a folder.", hint="Write it as ~/Meditations, or from the root on.")
    if text == "~" or text.startswith(("~/", f"~{os.sep}")):
        text = str(Path.home()) + text[1:]
    path = Path(text)
    if not path.is_absolute() or ".." in path.parts:
        raise RequestError(
            "The path does not say where the folder is.", hint="Begin with ~/ for your home folder, or with the root."
        )
    try:
        real = path.resolve()
    except (OSError, RuntimeError) as error:  # links that lead round and round
        raise RequestError("That path leads nowhere.", hint=_OURS) from error
    try:
        _check(real)
        real.exists()  # which a name that is too long, or a folder that nobody may look into, is not asked
    except OSError as error:
        raise RequestError(f"That path cannot be used: {error.strerror}.", hint=_OURS) from error
    return real


def for_tracks(text: str) -> Path:
    """The folder for tracks that a text names, made if need be, and written to to see that it can be.

    Raises RequestError as ``typed`` does, and OutputError for what the disk refuses.
    """
    path = typed(text)
    if path == Path.home().resolve():
        raise RequestError("That is your whole home folder.", hint=_OURS)
    if path.exists() and not path.is_dir():
        raise OutputError(f"“{path}” is a file, and no folder.", hint=_OURS)
    try:
        path.mkdir(parents=True, exist_ok=True)
        with tempfile.TemporaryFile(dir=path) as file:
            file.write(b"mettavox")
    except OSError as error:
        raise OutputError(f"“{path}” cannot be written: {error.strerror}.", hint=_OURS) from error
    return path


def to_read(text: str) -> Path:
    """The folder to take files from that a text names. Raises RequestError where there is none."""
    path = typed(text)
    if not path.is_dir():
        raise RequestError(f"There is no folder “{path}”.", hint="Check the path; on most systems it can be copied.")
    return path


def _check(real: Path) -> None:
    home = Path.home().resolve()
    inside = real.relative_to(home).parts if real.is_relative_to(home) else real.parts
    if any(part.startswith(".") for part in inside):
        raise RequestError("That is a hidden folder, which programs keep their own things in.", hint=_OURS)
    if real == Path(real.anchor) or (
        not real.is_relative_to(home)
        and not _is_in(real, _FREE)
        and _is_in(real, [each.resolve() if each.exists() else each for each in _SYSTEM])
    ):
        raise RequestError("That folder belongs to the system.", hint=_OURS)
    if _is_in(real, _programs()):
        raise RequestError("That folder belongs to a program.", hint=_OURS)


def _programs() -> list[Path]:
    """Where mettavox itself is, what came with it, and what it keeps; and Python."""
    own = [assets.own_folder("voices").parent, assets.cache_folder(), assets.state_folder(), assets.config_folder()]
    came = [Path(str(assets.bundled(kind))) for kind in ("scripts", "voices", "profiles")]
    prefixes = [Path(sys.prefix), Path(sys.base_prefix)]
    programs = [Path(mettavox.__file__).parent, *came, *own, *prefixes]
    return [each.resolve() for each in programs if each.parent != each]


def _is_in(path: Path, folders: Iterable[Path]) -> bool:
    return any(path == each or path.is_relative_to(each) for each in folders)
