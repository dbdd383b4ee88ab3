"""Library: a folder of many tracks, held against its manifest, and a person forgotten in it.

Errors and results tell of codes and files, never of names.
"""

import contextlib
import os
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import BrokenExecutor, Executor, ThreadPoolExecutor, as_completed
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from mettavox import assets, batch, batchreport, check, manifest, nameaudition, output
from mettavox.beside import SUFFIXES, beside_path
from mettavox.clipcache import ClipCache
from mettavox.codecs import decode
from mettavox.codecs.formats import FORMATS
from mettavox.digest import sha256
from mettavox.errors import MettavoxError, RequestError
from mettavox.manifest import Entry, Manifest
from mettavox.record import SUFFIX as RECORD
from mettavox.site import building
from mettavox.suggest import nearest
from mettavox.workers import Workers

_SOUND = tuple(f".{kind}" for kind in FORMATS)
_OF_A_TRACK = (*_SOUND, *SUFFIXES)
_NEVER_ELSE = (*_SOUND, ".vtt", ".srt", ".lrc", ".chapters.json", ".chapters.vtt", ".chapters.txt")
"""What these are is told by the ending alone; a page or a picture may be of something else."""

_RECORD_START = b'{\n"record":'
_BLOCK = 30 * 48_000
_DIED = "the process that looked at it died: try again with fewer --jobs"
_LARGEST_READ = 16 * 2**20
_DEEPEST = 4
_CODE_LETTER = "[0-9a-z_-]"


# --- holding it against its manifest ---


State = Literal["failed", "interrupted", "missing", "damaged"]


@dataclass(frozen=True, kw_only=True)
class Trouble:
    """A row that does not hold: its track's file, where one is known of, and what was found, in words."""

    code: str
    state: State
    file: str
    found: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Orphan:
    """A file that no row knows: that of a track or beside one, or, ``unfinished``, what a killed run has left."""

    file: str
    unfinished: bool


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was found in a folder of so many ``rows``, by code.

    ``busy`` are the codes that a run has changed, or was making, while they were looked at; nothing is said of them.
    """

    rows: int
    troubles: tuple[Trouble, ...]
    orphans: tuple[Orphan, ...]
    busy: tuple[str, ...]
    in_use: bool

    @property
    def holds(self) -> bool:
        """Whether every row that was looked at has its track, as it was made."""
        return not self.troubles


Progress = Callable[[int, int], None]
"""Hears how many tracks were looked at, of how many."""


@dataclass(frozen=True, kw_only=True)
class Look:
    """A track to look at, as plain data; with ``quick`` by the hashes of its files alone."""

    folder: str
    code: str
    files: Mapping[str, str]
    frames: int
    quick: bool


def look(task: Look) -> tuple[str, ...]:
    """What does not hold of a track and the files beside it, in words."""
    return tuple(_faults(task))


Pool = Callable[[int], Executor]


def check_folder(
    folder: Path,
    *,
    quick: bool = False,
    jobs: int = 0,
    progress: Progress = lambda done, total: None,
    pool: Pool | None = None,
) -> Checked:
    """Look at every track of a library: whether its files are as they were made, and its sound is as its record says.

    ``quick`` leaves the sound out. Nothing is changed in the folder, and a run that works there is not held up: the
    manifest is read before and after, and what has changed in between is ``busy``.
    Raises OutputError for a folder that is no library, or whose manifest is damaged.
    """
    before = manifest.read(folder)
    in_use = manifest.is_in_use(folder)
    tasks = [_task(folder, entry, quick=quick) for entry in before if entry.state == "made"]
    with contextlib.closing(_looked(tasks, jobs or batch.job_count(), pool or _pool(quick))) as looked:  # type: ignore[type-var]
        found = {}
        progress(0, len(tasks))
        for code, faults in looked:
            found[code] = faults
            progress(len(found), len(tasks))
    after = {entry.code: entry for entry in manifest.read(folder)}
    in_use = in_use or manifest.is_in_use(folder)
    busy = {entry.code for entry in before if after.get(entry.code) != entry or (in_use and entry.state == "making")}
    return Checked(
        rows=len(before),
        troubles=tuple(
            trouble
            for entry in before
            if entry.code not in busy and (trouble := _trouble(folder, entry, found.get(entry.code, ()))) is not None
        ),
        orphans=_orphans(folder, [*before, *after.values()], in_use=in_use),
        busy=tuple(sorted(busy)),
        in_use=in_use,
    )


def _pool(quick: bool) -> Pool:
    """Hashes are made beside each other in one process, too; sound is measured in several."""
    return ThreadPoolExecutor if quick else Workers


def _task(folder: Path, entry: Entry, *, quick: bool) -> Look:
    return Look(folder=str(folder), code=entry.code, files=dict(entry.files), frames=entry.frames, quick=quick)


def _looked(tasks: Sequence[Look], count: int, pool: Pool) -> Iterator[tuple[str, tuple[str, ...]]]:
    """What was found of each; when a process dies, each that was not done is tried in one of its own."""
    lost = []
    if tasks:
        with pool(min(count, len(tasks))) as executor:
            futures = {executor.submit(look, task): task for task in tasks}
            for future in as_completed(futures):
                try:
                    yield futures[future].code, future.result()
                except BrokenExecutor:
                    lost.append(futures[future])
    for task in lost:
        with pool(1) as executor:
            try:
                yield task.code, executor.submit(look, task).result()
            except BrokenExecutor:
                yield task.code, (_DIED,)


def _faults(task: Look) -> Iterator[str]:
    folder = Path(task.folder)
    for name, known in task.files.items():
        try:
            if not (folder / name).is_file():
                yield f"{name} is missing"
            elif sha256(folder / name) != known:
                yield f"{name} was changed since it was made"
        except OSError as error:
            yield f"{name} cannot be read: {error.strerror}"
    track = _track(task.files)
    if not track:
        yield "no track is known of"
    elif not task.quick and (folder / track).is_file():
        yield from _heard(folder / track, task)


def _heard(track: Path, task: Look) -> Iterator[str]:
    """What does not hold of the sound, and of what lies beside it where its hash is no longer known."""
    try:
        if f"{task.code}{RECORD}" in task.files:
            if track.with_suffix(RECORD).is_file():  # that it is missing has been told
                findings = check.check(track).findings
                yield from (
                    f"{each.what}: {each.found}" for each in findings if not each.holds and _is_news(each.found)
                )
            return
        frames = sum(map(len, decode.blocks(track, _BLOCK)))
        if frames != task.frames:
            yield f"{track.name} is {frames} frames long, and was {task.frames}"
    except MettavoxError as error:
        yield error.message[:1].lower() + error.message[1:].rstrip(".")


def _is_news(found: str) -> bool:
    return found != "is missing"


def _track(files: Mapping[str, str]) -> str:
    return next((name for name in files if name.endswith(_SOUND)), "")


def _trouble(folder: Path, entry: Entry, faults: tuple[str, ...]) -> Trouble | None:
    if entry.state != "made":
        state: State = "failed" if entry.state == "failed" else "interrupted"
        return Trouble(
            code=entry.code, state=state, file=_track(entry.files), found=(entry.error,) if entry.error else ()
        )
    if not faults:
        return None
    only_missing = all(fault.endswith(" is missing") for fault in faults)
    return Trouble(
        code=entry.code, state="missing" if only_missing else "damaged", file=_track(entry.files), found=faults
    )


def _orphans(folder: Path, entries: Sequence[Entry], *, in_use: bool) -> tuple[Orphan, ...]:
    """The files that no row knows. Those of a run that goes on now are its own."""
    known = {name for entry in entries for name in entry.files}
    making = {entry.code.lower() for entry in entries if entry.state == "making"} if in_use else set()
    names = _names(folder)
    ours = {*known, batchreport.FILE, nameaudition.FILE}
    codes = {entry.code.lower() for entry in entries}
    others = [name for name in names if name not in ours and not manifest.is_ours(name)]
    stems = {stem for name in others if (stem := _stem(name)) and (stem in codes or _is_of_a_track(folder, name))}
    found = [name for name in others if _stem(name) in stems - making]
    left = [name for name in others if output.is_scratch(name) and not in_use]
    return tuple(Orphan(file=name, unfinished=name in left) for name in sorted([*found, *left]))


def _names(folder: Path) -> list[str]:
    with output.translated(folder):
        return sorted(each.name for each in os.scandir(folder) if not each.is_dir(follow_symlinks=False))


def _stem(name: str) -> str:
    """The code that a file's name begins with when it is one of a track's, in small letters; or nothing."""
    small = name.lower()
    endings = [suffix for suffix in _OF_A_TRACK if small.endswith(suffix)]
    return small.removesuffix(max(endings, key=len)) if endings else ""


def _is_of_a_track(folder: Path, name: str) -> bool:
    if name.lower().endswith(_NEVER_ELSE):
        return True
    with contextlib.suppress(OSError), (folder / name).open("rb") as file:
        return name.lower().endswith(RECORD) and file.read(len(_RECORD_START)) == _RECORD_START
    return False


# --- finding them ---


def under(folder: Path) -> tuple[Path, ...]:
    """The libraries in a folder: itself, and those in it to a depth of a few folders, by their paths.

    Hidden folders are passed over, and links are not followed.
    """
    found = []
    for place, inner, names in os.walk(folder):
        depth = len(Path(place).relative_to(folder).parts)
        inner[:] = sorted(each for each in inner if not each.startswith(".") and depth < _DEEPEST)
        if manifest.NAME in names:
            found.append(Path(place))
    return tuple(sorted(found))


# --- forgetting ---


@dataclass(frozen=True, kw_only=True)
class Known:
    """What a library has of some codes, as they are written there: their files, and how many rows of its manifest."""

    codes: tuple[str, ...]
    files: tuple[str, ...]
    rows: int


@dataclass(frozen=True, kw_only=True)
class Forgotten:
    """What was removed: ``files`` of the codes, and ``others`` that told of them or let a name be heard.

    ``clips`` is how many pieces of speech with anyone's name were dropped from the caches, and ``clips_left`` how many
    the disk kept; ``naming`` are files that mettavox has not made for these codes, and that still name one.
    """

    codes: tuple[str, ...]
    files: tuple[str, ...]
    others: tuple[str, ...] = ()
    rows: int = 0
    clips: int = 0
    clips_left: int = 0
    naming: tuple[str, ...] = field(default=())


def known(folder: Path, codes: Sequence[str]) -> Known:
    """What ``forget`` would remove of these codes, written in capitals or not.

    Raises OutputError for a folder that is no library, and RequestError for a code of which there is nothing.
    """
    return _known(folder, manifest.read(folder), codes)


def forget(folder: Path, codes: Sequence[str]) -> Forgotten:
    """Remove everything that a library has of these codes: tracks, all beside them, and at last their rows.

    What cannot be told apart goes as a whole: the report when it names one of them, an audition of names, and the
    speech with names that was kept between runs; pages are built again without them. Interrupted at any moment, the
    same call goes on. Raises as ``known`` does, and OutputError when a run works in the folder or the disk refuses.
    """
    known(folder, codes)  # rather told before the folder is ours
    with Manifest.opened(folder) as opened:
        entries = opened.entries()
        had = _known(folder, entries, codes)
        small = [code.lower() for code in had.codes]
        kept = {name for entry in entries if entry.code.lower() not in small for name in entry.files}
        others = [*output.sweep(folder), *_telling(folder, small, kept)]
        for name in (*had.files, *others):
            with output.translated(folder / name):
                (folder / name).unlink(missing_ok=True)
        building.rebuild(folder)
        shelf = ClipCache(assets.cache_folder()).named
        clips = shelf.clear()
        for code in had.codes:  # last, so that what is interrupted is not forgotten by half
            opened.forget(code)
    return Forgotten(
        codes=had.codes,
        files=had.files,
        others=tuple(others),
        rows=had.rows,
        clips=clips,
        clips_left=shelf.left(),
        naming=tuple(_naming(folder, small, kept)),
    )


def files_of(track: Path) -> tuple[Path, ...]:
    """A track and what lies beside it under its name, as far as it is there: what ``remove_track`` removes.

    Beside another format of the same name, the rest is that one's, too, and stays. Raises OutputError.
    """
    if _is_row(track):
        return tuple(track.with_name(name) for name in known(track.parent, [track.stem]).files)
    others = [track.with_suffix(each) for each in _SOUND if each != track.suffix.lower()]
    beside = [] if any(map(os.path.lexists, others)) else [beside_path(track, each) for each in SUFFIXES]
    return tuple(each for each in (*beside, track) if os.path.lexists(each) and not each.is_dir())


def remove_track(track: Path) -> tuple[Path, ...]:
    """Remove a track and all that lies beside it, for good; gives what was removed.

    In a library it is forgotten with its row. Pages of its folder are built again without it, and speech with names
    that was kept between runs is dropped, since nobody can tell whose it is. Raises OutputError.
    """
    folder = track.parent
    if _is_row(track):
        return tuple(folder / name for name in forget(folder, [track.stem]).files)
    files = files_of(track)
    for path in files:
        with output.translated(path):
            path.unlink(missing_ok=True)
    building.rebuild(folder)
    ClipCache(assets.cache_folder()).named.clear()
    return files


def _is_row(track: Path) -> bool:
    """Whether it is that of a row of a library."""
    there = (track.parent / manifest.NAME).is_file()
    return there and any(entry.code.lower() == track.stem.lower() for entry in manifest.read(track.parent))


def _known(folder: Path, entries: Sequence[Entry], codes: Sequence[str]) -> Known:
    rows = {entry.code.lower(): entry for entry in entries}
    lone = {_stem(orphan.file) for orphan in _orphans(folder, entries, in_use=False)} - {""}
    for code in codes:
        if code.lower() not in {*rows, *lone}:
            raise RequestError(f"The library has nothing of the code “{code[:40]}”.", hint=_nearest(code, entries))
    small = list(dict.fromkeys(code.lower() for code in codes))
    noted = {name for code in small if code in rows for name in rows[code].files}
    others = {name for entry in entries if entry.code.lower() not in small for name in entry.files}
    files = [
        name
        for name in _names(folder)
        if name in noted or (_stem(name) in small and name not in others and name != batchreport.FILE)
    ]
    return Known(
        codes=tuple(rows[code].code if code in rows else code for code in small),
        files=tuple(files),
        rows=sum(code in rows for code in small),
    )


def _nearest(code: str, entries: Sequence[Entry]) -> str:
    """The nearest code; a library may have thousands, and they are not all shown."""
    hint = nearest(code.lower(), [entry.code.lower() for entry in entries])
    if not hint.startswith("Did"):
        return "A code is the name of its files, without the ending."
    by_small = {entry.code.lower(): entry.code for entry in entries}
    return re.sub("“(.*)”", lambda found: f"“{by_small[found[1]]}”", hint)


def _telling(folder: Path, codes: Sequence[str], kept: set[str]) -> Iterator[str]:
    """The report, if it names one of the codes; and an audition, in which every name is heard."""
    if (folder / batchreport.FILE).is_file() and _names_one(folder / batchreport.FILE, codes):
        yield batchreport.FILE
    if nameaudition.FILE not in kept and (folder / nameaudition.FILE).is_file():
        yield nameaudition.FILE


def _naming(folder: Path, codes: Sequence[str], kept: set[str]) -> Iterator[str]:
    """Files that still have one of the codes in their name or in their words; those of other tracks cannot."""
    with output.translated(folder):
        for place, inner, names in os.walk(folder):
            inner.sort()
            for name in sorted(names):
                path = Path(place, name)
                inside = path.relative_to(folder)
                if str(inside) in kept or manifest.is_ours(str(inside)):
                    continue
                if any(_in_name(code).search(name.lower()) for code in codes) or _names_one(path, codes):
                    yield str(inside)


def _in_name(code: str) -> re.Pattern[str]:
    return re.compile(f"(?<![0-9a-z]){re.escape(code)}(?![0-9a-z])")


def _names_one(path: Path, codes: Sequence[str]) -> bool:
    """Whether one of the codes stands in a file by itself, and not as a part of another word."""
    with contextlib.suppress(OSError):
        if path.is_file() and not path.is_symlink() and path.stat().st_size <= _LARGEST_READ:
            words = path.read_bytes().lower().decode("latin-1")
            return any(re.search(f"(?<!{_CODE_LETTER}){re.escape(code)}(?!{_CODE_LETTER})", words) for code in codes)
    return False
