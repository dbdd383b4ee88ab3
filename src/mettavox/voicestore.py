"""The voice store: installing the files of voices, and removing them again."""

import contextlib
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

from mettavox import assets, casting, fetch, lock, voices
from mettavox.errors import OutputError, RequestError, VoiceError
from mettavox.fetch import on_disk
from mettavox.takes import ENGINE as RECORDED
from mettavox.takes import INDEX, TAKE
from mettavox.voice import Voice, VoiceFile
from mettavox.voices import CALM

Hear = Callable[[VoiceFile, int], None]
"""Hears which file is being fetched, and how many bytes of it are there."""

_LOCK = ".lock"


@dataclass(frozen=True, kw_only=True)
class Removed:
    """What was deleted: files, and the profile if it was one of the user's own."""

    files: tuple[Path, ...] = ()
    profile: Path | None = None


def voice(name: str) -> Voice:
    """The voice that is meant by a name where “calm” will not do. Raises VoiceError."""
    if name == CALM and CALM not in voices.names():
        raise VoiceError("“calm” is the best voice that is installed, and no voice of its own.",
                         hint="Choose one that “mettavox voices list” shows.")  # fmt: skip
    return voices.load(name)


def install(
    wanted: Voice, source: Path | None = None, *, force: bool = False, hear: Hear = lambda file, there: None
) -> list[VoiceFile]:
    """Have every file of a voice in its folder; gives those that had to be fetched.

    They come from their addresses, or from the folder ``source``. With ``force`` also those that are there.
    Raises VoiceError, OutputError or RequestError; no file is ever half there under its own name.
    """
    if not wanted.files:
        raise VoiceError(f"The voice “{wanted.id}” needs no installation.", hint=_why_not(wanted))
    if source is not None and not source.is_dir():
        raise RequestError(f"--from {source} is not a folder.", hint=f"Give the folder that holds {_listed(wanted)}.")
    folder = Path(wanted.folder)
    lacking = [file for file in wanted.files if force or not fetch.is_whole(folder / file.path, file)]
    if not lacking:
        return []
    found = {file: _found(wanted, file, source) for file in lacking} if source is not None else {}
    if source is None:
        _check_addresses(wanted, lacking)
    with _alone(folder):
        # Another process may have fetched them while we waited.
        lacking = [file for file in lacking if force or not fetch.is_whole(folder / file.path, file)]
        fetch.check_space(folder, sum(_to_come(folder / file.path, file, afresh=bool(found)) for file in lacking))
        for file in lacking:
            _fetch(file, folder / file.path, found.get(file), hear)
    return lacking


def hosts(wanted: Voice) -> tuple[str, ...]:
    """The servers that the files which are not here would come from; none where an address is not pinned for each."""
    missing = voices.missing(wanted)
    return tuple(dict.fromkeys(fetch.host(file.url) for file in missing)) if all(file.url for file in missing) else ()


def check_source(wanted: Voice, source: Path) -> None:
    """Raise VoiceError when a folder does not have every file of a voice that is not here yet."""
    for file in voices.missing(wanted):
        _found(wanted, file, source)


def unfinished(wanted: Voice) -> bool:
    """Whether a part of a file lies there, for a later run to go on from."""
    return any(fetch.part(Path(wanted.folder) / file.path).exists() for file in wanted.files)


def shared_with(wanted: Voice) -> list[str]:
    """The other voices whose files are there and that need one of this voice's."""
    mine = {file.path for file in wanted.files}
    return [
        other.id
        for other in casting.every()
        if other.id != wanted.id
        and other.folder == wanted.folder
        and mine & {file.path for file in other.files}
        and not voices.missing(other)
    ]


def remove(name: str, *, profile: bool = False, shared: bool = False) -> Removed:
    """Delete the files of a voice and what was begun of them; with ``profile`` also the user's own profile.

    Files that other installed voices need, and recordings, are only deleted when ``shared`` allows it. Links are
    deleted, never followed. Raises VoiceError, RequestError or OutputError.
    """
    own = own_profile(name)
    if profile and own is None:
        raise VoiceError(f"There is no profile of your own for “{name[:40]}”.", hint="Leave --profile out.")
    try:
        wanted: Voice | None = voice(name)
    except VoiceError:
        if not profile:
            raise
        wanted = None  # a profile that cannot be read, of which nothing but the profile is known
    if wanted and wanted.engine == RECORDED and not (shared and profile):
        raise RequestError(
            f"“{name}” is a recorded voice, which nothing can fetch again.",
            hint=f"To delete its recordings all the same: mettavox voices remove {name} --profile --yes",
        )
    files = _deleted(wanted, shared=shared) if wanted else ()
    if profile and own is not None:
        with on_disk(own):
            own.unlink()
    return Removed(files=files, profile=own if profile else None)


def own_profile(name: str) -> Path | None:
    """The user's own profile of that name, which comes before one that came with mettavox; or None."""
    path = assets.own_folder("voices") / f"{name}.toml"
    return path if assets.is_plain(name) and path.is_file() else None


def _deleted(wanted: Voice, *, shared: bool) -> tuple[Path, ...]:
    folder = Path(wanted.folder)
    places = [folder / file.path for file in wanted.files]
    there = [path for place in places for path in (place, fetch.part(place)) if os.path.lexists(path)]
    if wanted.engine == RECORDED and folder.is_dir():
        there = sorted(path for path in folder.iterdir() if path.name.startswith(INDEX) or path.suffix == TAKE)
    if not there:
        return ()
    others = shared_with(wanted)
    if others and not shared:
        raise RequestError(
            f"{', '.join(others)} need{'s' if len(others) == 1 else ''} the same files.",
            hint=f"To remove them all the same: mettavox voices remove {wanted.id} --yes",
        )
    if folder.is_symlink() or not folder.is_dir():
        raise OutputError(f"“{folder}” is a link to elsewhere; nothing was removed.", hint="Remove the link by hand.")
    with _alone(folder), on_disk(folder):
        for path in there:
            path.unlink(missing_ok=True)
    with contextlib.suppress(OSError):  # other voices' files are in it
        folder.rmdir()
    return tuple(there)


def _fetch(file: VoiceFile, place: Path, source: Path | None, hear: Hear) -> None:
    def heard(there: int) -> None:
        hear(file, there)

    if source is None:
        fetch.download(file, place, heard)
    else:
        fetch.copy(file, source, place, heard)


def _found(wanted: Voice, file: VoiceFile, source: Path) -> Path:
    """The file in the folder that was given, or in a folder in it that has the voice's or its store's name."""
    for inside in (source, source / wanted.id, source / Path(wanted.folder).name):
        if (inside / file.path).is_file():
            return inside / file.path
    raise VoiceError(f"“{source}” has no {file.path}.", hint=f"Give the folder that holds {_listed(wanted)}.")


def _check_addresses(wanted: Voice, lacking: list[VoiceFile]) -> None:
    if not all(file.url for file in lacking):
        raise VoiceError(
            f"No address is pinned for {wanted.id}. Copy its files here and use --from FOLDER.",
            hint=f"Its files are {_listed(wanted)}.",
        )


def _listed(wanted: Voice) -> str:
    return ", ".join(file.path for file in wanted.files)


def _why_not(wanted: Voice) -> str:
    lack = casting.lacks(wanted)
    return f"It cannot speak here, since {lack}." if lack else f"Use it with --voice {wanted.id}"


def _to_come(place: Path, file: VoiceFile, *, afresh: bool) -> int:
    """How many bytes of a file have to be written yet."""
    begun = fetch.part(place)
    return file.bytes - (begun.stat().st_size if begun.is_file() and not afresh else 0)


@contextlib.contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """The folder, made if need be, for this process alone: another that installs there is waited for."""
    with contextlib.ExitStack() as until_the_end:
        with on_disk(folder):
            until_the_end.enter_context(lock.held(folder / _LOCK))
        yield
