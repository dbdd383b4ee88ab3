"""Store: where a library of tracks is kept, a folder of this machine or one behind an address such as s3://bucket/name.

The manifest is an SQLite file, and works on a local disk only. For a remote library it is worked on in a copy, which
is put back at intervals and at the end. What a run that was killed had made since is made again. Beside it lies
``FACTS``: of each file the tag (ETag) that the store gave its content, and the codes that a run has begun. A file with
the tag that it had when its SHA-256 was known is the same; any other is read and hashed. So nothing is believed that
was not seen.

Two runs are kept apart by a lock, an object that only one can make. It is renewed while its run lives, and taken over
when it was not; its age is told by the store's own clock. A run that lost it stops, and its workers put nothing more.
"""

import contextlib
import hashlib
import json
import re
import secrets
import tempfile
import threading
import time
from collections.abc import Collection, Iterable, Iterator, Mapping
from concurrent.futures import ThreadPoolExecutor
from contextlib import AbstractContextManager
from dataclasses import dataclass, field
from pathlib import Path, PurePosixPath
from typing import Any, Protocol

from mettavox import ask, beside, manifest, output
from mettavox.digest import sha256
from mettavox.errors import MettavoxError, OutputError, RequestError
from mettavox.manifest import Entry

FACTS = "manifest.facts.json"
"""Beside a remote manifest."""

LEASE_SECONDS = 120.0
"""After so long without a renewal, a remote library's lock is taken over."""

SAVE_SECONDS = 30.0
"""How often a remote library's manifest is put back while tracks are made."""

SEEN_SECONDS = 10.0
"""How long a network disk may take to show a file that another machine has written."""

_LOCK = ".manifest.lock"
_REMOTE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]+://", re.ASCII)
_SETTLE_SECONDS = 0.5
_PARALLEL = 8
_INSTALL = "pip install 'mettavox[cluster]'"


class Elsewhere(Protocol):
    """Machines that make tracks."""

    def sees(self, path: Path) -> bool:
        """Whether all of them have that file."""


class Store(Protocol):
    """A library, wherever it is. Every method raises OutputError."""

    target: str
    """How a job names it."""
    run: str
    """By which a job knows that its run still has it; empty where nobody asks."""

    def path(self, name: str) -> str:
        """Where a file of it is, for people."""

    def opened(self) -> AbstractContextManager[Path]:
        """The local folder of its manifest, for this run alone where it is remote."""

    def sweep(self) -> None:
        """Take away what workers that were killed have left unfinished."""

    def stale(self, entry: Entry | None, request_hash: str) -> str:
        """As ``manifest.stale`` has it."""

    def begin(self, codes: Collection[str]) -> None:
        """These will be made: note it, so that whoever finds their files knows whose they are."""

    def is_ours(self, code: str) -> bool:
        """Whether files of a code that the manifest does not know may be replaced."""

    def leave_strangers(self, names: Collection[str], ours: Collection[str]) -> None:
        """Raise OutputError where one of these files is there and is none of ours, before the work is done."""

    def found(self, names: Iterable[str]) -> Mapping[str, str]:
        """Those of these files that are there, as far as that is quick to tell, with their SHA-256."""

    def landed(self, files: Mapping[str, str], tags: Mapping[str, str]) -> MettavoxError | None:
        """These are there now, with their SHA-256 and tags; or why that is not so. The manifest has it already."""

    def remove(self, name: str, known: str) -> None:
        """Take a file away, if it still has that SHA-256."""

    def write(self, name: str, content: bytes) -> None:
        """Write a whole file."""


def at(place: Path | str, others: Elsewhere | None = None) -> Store:
    """The store at a path or an address; ``others`` are the machines that will make its tracks, if they do.

    Raises RequestError for an address that nothing installed can open, or that has a password in it.
    """
    text = str(place)
    if not _REMOTE.match(text):
        return Local(Path(place), others)
    if text.startswith("file://"):
        return Local(Path(text.removeprefix("file://").removeprefix("localhost")), others)
    return Remote(text)


@dataclass(kw_only=True)
class Place:
    """Where a job writes a track; ``tags`` are what a remote store gave its files, when they are there."""

    path: Path
    tags: dict[str, str] = field(default_factory=dict)


@contextlib.contextmanager
def place(target: str, name: str, *, run: str, replace: bool) -> Iterator[Place]:
    """A place to render a track to, with everything beside it; when the block ends well, it is in the store.

    Raises OutputError for what the store refuses.
    """
    if not _REMOTE.match(target):
        yield Place(path=Path(target) / name)
        return
    there = Remote(target, run)
    if not replace:
        raise OutputError(
            f"“{there.path(name)}” is there already.", hint="Choose another place with -o, or replace it with --force."
        )
    with tempfile.TemporaryDirectory(prefix="mettavox-") as folder, _named(folder, target):
        found = Place(path=Path(folder) / name)
        yield found
        found.tags |= there.put_track(found.path)


def shown(place: Path | str, name: str = "") -> str:
    """How a place, or a file in it, is told to people."""
    if _REMOTE.match(str(place)):
        return f"{str(place).rstrip('/')}/{name}".rstrip("/")
    return str(Path(place) / name)


# --- a folder ---


class Local:
    """A folder of this machine, which other machines may have to share."""

    run = ""

    def __init__(self, folder: Path, others: Elsewhere | None = None) -> None:
        self._folder, self._others = folder, others
        self.target = str(folder.absolute() if others else folder)
        self._patience = SEEN_SECONDS

    def path(self, name: str) -> str:
        """Where a file of it is."""
        return str(self._folder / name)

    @contextlib.contextmanager
    def opened(self) -> Iterator[Path]:
        """The folder; it is the manifest that locks and makes it."""
        yield self._folder

    def sweep(self) -> None:
        """Take away what workers that were killed have left unfinished; this run has the folder for itself."""
        output.sweep(self._folder)

    def stale(self, entry: Entry | None, request_hash: str) -> str:
        """As ``manifest.stale`` has it."""
        return manifest.stale(self._folder, entry, request_hash)

    def begin(self, codes: Collection[str]) -> None:
        """The manifest's own notes are enough; but the others have to have this folder."""
        if self._others is None:
            return
        seen = self._folder.absolute() / f".{secrets.token_hex(8)}.part"
        with output.translated(self._folder):
            try:
                seen.touch(exist_ok=False)
                if not self._others.sees(seen):
                    raise _not_shared(self._folder)
            finally:
                seen.unlink(missing_ok=True)

    def is_ours(self, code: str) -> bool:
        """On a cluster: what is there when a track is begun again is of a worker that died, if nothing was before."""
        return self._others is not None and not any((self._folder / name).exists() for name in _names(code))

    def leave_strangers(self, names: Collection[str], ours: Collection[str]) -> None:
        """Raise OutputError where one of these files is there and is none of ours, before the work is done."""
        for name in names:
            if name not in ours and (self._folder / name).exists():
                output.check(self._folder / name, replace=False)

    def found(self, names: Iterable[str]) -> Mapping[str, str]:
        """Those of these files that are there, with their SHA-256."""
        there: dict[str, str] = {}
        for name in names:
            with contextlib.suppress(OSError):
                there |= {name: sha256(self._folder / name)} if (self._folder / name).is_file() else {}
        return there

    def landed(self, files: Mapping[str, str], tags: Mapping[str, str]) -> MettavoxError | None:
        """On a cluster, they have to be here, too."""
        if self._others is None:
            return None
        until = time.monotonic() + self._patience
        while not all((self._folder / name).is_file() for name in files):
            if time.monotonic() > until:
                self._patience = 0.0  # the next will not come, either
                return _not_shared(self._folder)
            time.sleep(0.1)
            with contextlib.suppress(OSError):
                list(self._folder.iterdir())  # has a network disk look again
        return None

    def remove(self, name: str, known: str) -> None:
        """Take a file away, if it still has that SHA-256."""
        path = self._folder / name
        with contextlib.suppress(OSError):
            if path.is_file() and sha256(path) == known:
                path.unlink()

    def write(self, name: str, content: bytes) -> None:
        """Write a whole file."""
        with output.whole_file(self._folder / name, replace=True) as (file, _):
            file.write(content)


def _names(code: str) -> Iterator[str]:
    """Every file that a track can have."""
    yield from (f"{code}.{kind}" for kind in ask.WORDS["format"])
    yield from (code + suffix for suffix in beside.SUFFIXES)


def _not_shared(folder: Path) -> OutputError:
    return OutputError(
        f"The cluster's workers do not have the folder “{folder}” of this machine.",
        hint="Use a folder on a disk that they share, under the same path, or an address such as -o s3://bucket/name.",
    )


# --- behind an address ---


class Remote:
    """What fsspec opens. Credentials come from the environment, and are in no address and no message."""

    def __init__(self, address: str, run: str = "") -> None:
        kind, base = address.split("://", 1)
        self.target = f"{kind}://{base.rstrip('/')}"
        self.run = run or secrets.token_hex(16)
        self._files, self._base = _opened(self.target)
        self._lock = _Lock(self._files, f"{self._base}/{_LOCK}", self.target, self.run)
        self._here = Path()
        self._listing: dict[str, Any] | None = None
        self._facts: dict[str, list[str]] = {}
        self._begun: set[str] = set()
        self._saved = 0.0

    def path(self, name: str) -> str:
        """Where a file of it is."""
        return f"{self.target}/{name}"

    @contextlib.contextmanager
    def opened(self) -> Iterator[Path]:
        """A copy of the manifest in a folder of its own; at the end it is put back."""
        with (
            self._lock.held(),
            tempfile.TemporaryDirectory(prefix="mettavox-") as folder,
            _named(folder, self.target),
        ):
            self._here = Path(folder)
            with _translated(self.target):
                self._listing = self._listed()
                for name in (manifest.NAME, FACTS):
                    if name in self._listing:
                        self._files.get_file(f"{self._base}/{name}", str(self._here / name))
            self._read_facts()
            try:
                yield self._here
            finally:
                self._save()

    def _listed(self) -> dict[str, Any]:
        self._files.invalidate_cache()
        try:
            found = self._files.ls(self._base, detail=True)
        except FileNotFoundError:  # nothing is there yet; a missing bucket the lock has told of
            return {}
        return {PurePosixPath(each["name"]).name: each for each in found if each.get("type") == "file"}

    def _read_facts(self) -> None:
        """What is not understood is forgotten: then files are read, where a tag would have done."""
        with contextlib.suppress(OSError, ValueError, TypeError, KeyError, AttributeError, RecursionError):
            found = json.loads((self._here / FACTS).read_bytes())
            self._begun = {code for code in found["begun"] if isinstance(code, str)}
            self._facts = {
                name: list(value)
                for name, value in found["files"].items()
                if isinstance(value, list) and list(map(type, value)) == [str, str]
            }

    def _save(self) -> None:
        """Put the manifest back. It may be open: between two writings of this thread its file is whole."""
        facts = json.dumps({"files": self._facts, "begun": sorted(self._begun)}, sort_keys=True)
        with _translated(self.target):
            if not self._lock.is_mine():
                raise _taken_over(self.target)
            self._files.pipe_file(f"{self._base}/{FACTS}", facts.encode())
            if (self._here / manifest.NAME).exists():
                self._files.pipe_file(f"{self._base}/{manifest.NAME}", (self._here / manifest.NAME).read_bytes())
        self._saved = time.monotonic()

    def sweep(self) -> None:
        """Nothing is left: an object is whole or not there."""

    def stale(self, entry: Entry | None, request_hash: str) -> str:
        """As ``manifest.stale`` has it; a file with the tag that goes with its SHA-256 is not read."""
        files = entry.files if entry is not None else {}
        without = manifest.stale(self._here, entry, request_hash)  # none of its files is there, to begin with
        if entry is None or without != "missing" or not files:
            return without
        with _translated(self.target):
            listed = {name: self._info(name) for name in files}
            if not all(listed.values()):
                return "missing"
            whole = all(self._is_whole(name, known, listed[name]) for name, known in files.items())
        return "" if whole else "damaged"

    def _info(self, name: str) -> Any:
        """What the store tells of a file, or None."""
        if self._listing is not None:
            return self._listing.get(name)
        return _info(self._files, f"{self._base}/{name}")

    def _is_whole(self, name: str, known: str, info: Mapping[str, Any]) -> bool:
        tag = _tag(info)
        if tag and self._facts.get(name) == [known, tag]:
            return True
        if _hash(self._files, f"{self._base}/{name}") != known:
            return False
        # What was read may be newer than what was listed.
        if tag and _tag(_info(self._files, f"{self._base}/{name}") or {}) == tag:
            self._facts[name] = [known, tag]
        return True

    def begin(self, codes: Collection[str]) -> None:
        """Note those whose files are not there yet, before any of them is."""
        there = set(self._listing or ())
        self._begun |= {code for code in codes if not there.intersection(_names(code))}
        self._listing = None  # from now on it is another
        self._save()

    def is_ours(self, code: str) -> bool:
        """When nothing was there as this run, or one that was killed, began it."""
        return code in self._begun

    def leave_strangers(self, names: Collection[str], ours: Collection[str]) -> None:
        """Whoever puts a track there looks."""

    def found(self, names: Iterable[str]) -> Mapping[str, str]:
        """Nothing: what is there is read when the next run looks."""
        return {}

    def landed(self, files: Mapping[str, str], tags: Mapping[str, str]) -> MettavoxError | None:
        """Note their tags; now and then, put the manifest back. Raises OutputError when the lock is another's."""
        self._facts |= {name: [known, tags[name]] for name, known in files.items() if tags.get(name)}
        self._lock.check()
        if time.monotonic() - self._saved > SAVE_SECONDS:
            self._save()
        return None

    def remove(self, name: str, known: str) -> None:
        """Take a file away, if it still has that SHA-256."""
        path = f"{self._base}/{name}"
        with contextlib.suppress(MettavoxError), _translated(self.target):
            if _info(self._files, path) and _hash(self._files, path) == known:
                self._files.rm_file(path)
                self._facts.pop(name, None)

    def write(self, name: str, content: bytes) -> None:
        """Write a whole file."""
        self._lock.check()
        with _translated(self.target):
            self._files.pipe_file(f"{self._base}/{name}", content)

    def put_track(self, path: Path) -> dict[str, str]:
        """In a worker: put a track and what lies beside it, the track last; gives the tag of each file.

        Raises OutputError when the run no longer has the store, or for what the store refuses.
        """
        with _translated(self.target):
            if not self._lock.is_mine():
                raise _taken_over(self.target)
            others = [each for each in path.parent.iterdir() if each != path]
            with ThreadPoolExecutor(_PARALLEL) as threads:
                tags = dict(zip((each.name for each in others), threads.map(self._put, others), strict=True))
            return tags | {path.name: self._put(path)}

    def _put(self, path: Path) -> str:
        """Put a file, and see that it arrived; gives its tag, or nothing where the store has none."""
        there = f"{self._base}/{path.name}"
        self._files.put_file(str(path), there)
        info = _info(self._files, there) or {}
        with path.open("rb") as file:
            md5 = hashlib.file_digest(file, lambda: hashlib.md5(usedforsecurity=False)).hexdigest()
        # A plain upload's ETag is the content's MD5; those of parts or of encrypted stores say nothing, so it is read.
        if _tag(info) != md5 and _hash(self._files, there) != sha256(path):
            raise OutputError(f"“{self.target}” does not hold what was put there.", hint="Try again.")
        return _tag(info)


def _opened(address: str) -> tuple[Any, str]:
    """The file system of an address, and the path in it."""
    if "@" in address.split("://", 1)[1].split("/", 1)[0]:
        raise RequestError(
            "A user or password does not belong into the address of the library.",
            hint="Set them in the environment, such as AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY.",
        )
    kind = address.split("://", 1)[0]
    try:
        import fsspec

        files, base = fsspec.core.url_to_fs(address)
    except ImportError as error:
        raise RequestError(
            f"What is needed for “{kind}://” is not installed.",
            hint=f"For s3:// it is: {_INSTALL}; for others, the package that brings it to fsspec.",
        ) from error
    except ValueError as error:
        raise RequestError(
            f"“{kind}://” is no kind of address that can be opened.", hint="Give -o a folder, or s3://bucket/name."
        ) from error
    except Exception as error:  # of whatever opens it
        raise _refused(address, error) from error
    base = str(base).rstrip("/")
    if "://" in base or not PurePosixPath(base).name:
        raise RequestError(f"“{address}” names no place for a library.", hint="Give it as s3://bucket/name.")
    return files, base


def _info(files: Any, path: str) -> Any:
    """What the store tells of a file now, or None."""
    files.invalidate_cache(path.rsplit("/", 1)[0])
    try:
        return files.info(path)
    except FileNotFoundError:
        return None


def _tag(info: Mapping[str, Any]) -> str:
    """What stands for a file's content in the store, or nothing."""
    return str(info.get("ETag") or "").strip('"')


def _hash(files: Any, path: str) -> str:
    digest = hashlib.sha256()
    with files.open(path, "rb") as file:
        while block := file.read(2**20):
            digest.update(block)
    return digest.hexdigest()


# --- the lock ---


class _Lock:
    """An object that says whose the library is, renewed by a thread."""

    def __init__(self, files: Any, path: str, address: str, run: str) -> None:
        self._files, self._path, self._address, self._run = files, path, address, run
        self._over = threading.Event()
        self._lost = False
        self._renewed = 0.0

    @contextlib.contextmanager
    def held(self) -> Iterator[None]:
        """The lock for this run alone. Raises OutputError when another has it."""
        renewing = threading.Thread(target=self._keep, daemon=True)
        try:
            with _translated(self._address):
                self._take()
            renewing.start()
            yield
        finally:
            self._over.set()
            if renewing.ident is not None:
                renewing.join()
            with contextlib.suppress(Exception):  # then it grows old
                if self.is_mine():
                    self._files.rm_file(self._path)

    def check(self) -> None:
        """Raise OutputError when it is another's, or may be."""
        if self._lost or time.monotonic() - self._renewed > LEASE_SECONDS:
            raise _taken_over(self._address)

    def is_mine(self) -> bool:
        """Whether the store says so."""
        return self._holder() == self._run

    def _holder(self) -> str:
        try:
            return bytes(self._files.cat_file(self._path)).decode("ascii", "replace").split("\n", 1)[0]
        except FileNotFoundError:
            return ""

    def _content(self) -> bytes:
        return f"{self._run}\n{secrets.token_hex(8)}\n".encode()  # another each time, and so its tag

    def _take(self) -> None:
        self._renewed = time.monotonic()
        if not self._create():
            self._take_over()
        # Where a store knows no exclusive making, whoever wrote last has it.
        time.sleep(_SETTLE_SECONDS)
        if not self.is_mine():
            raise self._in_use()

    def _create(self) -> bool:
        if _info(self._files, self._path) is not None:
            return False
        try:
            self._files.pipe_file(self._path, self._content(), mode="create")
        except OSError:
            if _info(self._files, self._path) is None:
                raise
            return self.is_mine()  # a second try of the network's own finds the first
        return True

    def _take_over(self) -> None:
        info = _info(self._files, self._path)
        if info is None:
            raise self._in_use()  # a moment ago
        if self._age() < LEASE_SECONDS:
            raise self._in_use()
        if "s3" in self._files.protocol and _tag(info):
            try:
                self._files.pipe_file(self._path, self._content(), IfMatch=info["ETag"])
            except OSError as error:
                raise self._in_use() from error
            return
        self._files.rm_file(self._path)
        if not self._create():
            raise self._in_use()

    def _age(self) -> float:
        """Seconds since it was renewed, by the store's clock: that of a new object."""
        probe = f"{self._path}.{secrets.token_hex(8)}"
        self._files.pipe_file(probe, b"")
        try:
            _info(self._files, self._path)
            return float((self._files.modified(probe) - self._files.modified(self._path)).total_seconds())
        finally:
            self._files.rm_file(probe)

    def _keep(self) -> None:
        while not self._over.wait(LEASE_SECONDS / 4):
            with contextlib.suppress(Exception):  # the next may do; when none does, ``check`` tells
                before = time.monotonic()
                if not self.is_mine():
                    self._lost = True
                    return
                self._files.pipe_file(self._path, self._content())
                self._renewed = before

    def _in_use(self) -> OutputError:
        return OutputError(
            f"Another run works in “{self._address}”.",
            hint=f"Wait until it is done. Of one that was killed it is free after {LEASE_SECONDS / 60:.0f} minutes.",
        )


def _taken_over(address: str) -> OutputError:
    return OutputError(
        f"“{address}” could not be reached for too long, or another run has taken it over.",
        hint="What was finished is kept: run the same command again when no other run works there.",
    )


# --- errors ---


@contextlib.contextmanager
def _named(folder: str, address: str) -> Iterator[None]:
    """Errors of this block tell of the address, not of the folder that stands for it."""
    try:
        yield
    except MettavoxError as error:
        message, hint = (text.replace(folder, address) for text in (error.message, error.hint))
        raise type(error)(message, hint=hint) from error


@contextlib.contextmanager
def _translated(address: str) -> Iterator[None]:
    """What a store refuses in this block, as an OutputError; its own words may hold a key."""
    try:
        yield
    except MettavoxError:
        raise
    except Exception as error:
        raise _refused(address, error) from error


_REASONS = (
    (
        ("Credentials", "Token", "Profile"),
        "needs credentials, and there are none that hold",
        "Set AWS_ACCESS_KEY_ID and AWS_SECRET_ACCESS_KEY, or AWS_PROFILE.",
    ),
    (
        ("Permission", "Forbidden", "AccessDenied"),
        "refuses the access",
        "Check the credentials, and that they may read, write, list and delete there.",
    ),
    (("FileNotFound", "NoSuchBucket"), "is not there", "Make the bucket first, or check its name."),
    (
        ("Connect", "Timeout", "Endpoint", "Network", "SSL", "ClientOSError", "DNS", "HTTPClient"),
        "cannot be reached",
        "Check the network, and AWS_ENDPOINT_URL for a store of your own.",
    ),
)


def _refused(address: str, error: BaseException) -> OutputError:
    kinds = [kind.__name__ for each in _causes(error) for kind in type(each).__mro__]
    for names, reason, hint in _REASONS:
        if any(name in kind for kind in kinds for name in names):
            return OutputError(f"“{address}” {reason}.", hint=hint)
    return OutputError(
        f"“{address}” cannot be written ({type(error).__name__}).",
        hint="Check the address and the store, and try again.",
    )


def _causes(error: BaseException) -> Iterator[BaseException]:
    cause: BaseException | None = error
    while cause is not None:
        yield cause
        cause = cause.__cause__
