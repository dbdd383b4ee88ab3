"""Fetch: one pinned file from the network or from a folder, whole under its name or not there at all.

This is the only module that uses the network, and only installing a voice calls it. What was
downloaded so far lies beside the file's place as NAME.part; a later run goes on from there.
"""

import contextlib
import errno
import os
import shutil
from collections.abc import Callable, Iterator
from http.client import HTTPException, responses
from pathlib import Path
from typing import IO, Any, BinaryIO
from urllib.error import HTTPError, URLError
from urllib.parse import urlsplit
from urllib.request import HTTPRedirectHandler, Request, build_opener

from mettavox import __version__
from mettavox.digest import sha256
from mettavox.errors import OutputError, VoiceError
from mettavox.voice import VoiceFile, is_safe

PATIENCE_SECONDS = 30.0
"""How long a server may say nothing."""

Hear = Callable[[int], None]
"""Hears how many bytes of a file are there."""

_BLOCK_BYTES = 1 << 16
_PARTIAL, _NOT_SATISFIABLE = 206, 416
_SHOWN_DIGITS = 12
_FULL = (errno.ENOSPC, errno.EDQUOT)
_FROM_HINT = "Try again later, or copy its files from another machine and use --from FOLDER."


def part(place: Path) -> Path:
    """Where a file lies while it is not whole."""
    return place.with_name(f"{place.name}.part")


def is_whole(place: Path, file: VoiceFile) -> bool:
    """Whether the very file that is pinned lies there."""
    try:
        return place.stat().st_size == file.bytes and sha256(place) == file.sha256
    except OSError:
        return False


def download(file: VoiceFile, place: Path, hear: Hear = lambda there: None) -> None:
    """Have ``file`` at ``place``, from its address.

    Raises VoiceError for whatever comes from the network, OutputError for whatever the disk refuses.
    """
    unfinished = part(place)
    if _size(unfinished) > file.bytes:
        _remove(unfinished)
    if _size(unfinished) < file.bytes:
        try:
            _receive(file, unfinished, hear)
        except _Again:
            _remove(unfinished)
            _receive(file, unfinished, hear)
    _settle(file, unfinished, place)


def copy(file: VoiceFile, source: Path, place: Path, hear: Hear = lambda there: None) -> None:
    """Have ``file`` at ``place``, copied from ``source``. Raises VoiceError or OutputError."""
    size = _size(source)
    if size != file.bytes:
        raise VoiceError(
            f"“{source}” has {_count(size)} bytes where {_count(file.bytes)} are expected.",
            hint="Copy it again, from where the voice comes from.",
        )
    unfinished = part(place)
    with _readable(source), source.open("rb") as reading, on_disk(place), unfinished.open("wb") as writing:
        done = 0
        hear(done)
        while block := reading.read(_BLOCK_BYTES):
            writing.write(block)
            done += len(block)
            hear(done)
    _settle(file, unfinished, place)


class _Again(Exception):
    """The server cannot go on from the part that is there."""


class _SafeRedirects(HTTPRedirectHandler):
    """Goes only where nobody can change what comes."""

    def http_error_302(self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any) -> Any:
        try:
            return super().http_error_302(req, fp, code, msg, headers)
        except BaseException:
            fp.close()  # urllib forgets it when the new address makes no sense
            raise

    http_error_301 = http_error_303 = http_error_307 = http_error_308 = http_error_302

    def redirect_request(  # noqa: PLR0917
        self, req: Request, fp: IO[bytes], code: int, msg: str, headers: Any, newurl: str
    ) -> Request | None:
        if not is_safe(newurl) or (req.type == "https" and not newurl.startswith("https:")):
            raise VoiceError(f"{host(req.full_url)} sent us on to an address that is not safe.", hint=_FROM_HINT)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _receive(file: VoiceFile, unfinished: Path, hear: Hear) -> None:
    """Add to the part what is missing. Raises _Again when the server cannot go on from there."""
    begun = _size(unfinished)
    with _answered(file, begun) as answer:
        going_on = answer.status == _PARTIAL
        if going_on and not _goes_on(answer.headers.get("Content-Range", ""), begun, file.bytes):
            raise _Again
        there = begun if going_on else 0
        announced = answer.headers.get("Content-Length", "")
        if announced.isdigit() and there + int(announced) != file.bytes:
            raise _wrong_size(file, there + int(announced))
        with on_disk(unfinished), unfinished.open("ab" if going_on else "wb") as writing:
            there = _pour(file, answer, writing, there, hear)
    if there > file.bytes:
        _remove(unfinished)
        raise _wrong_size(file, there)
    if there < file.bytes:
        raise VoiceError(
            f"The download of {file.path} was cut short: {_count(there)} of {_count(file.bytes)} bytes came.",
            hint="Run it again: it goes on from there.",
        )


def _pour(file: VoiceFile, answer: Any, writing: BinaryIO, there: int, hear: Hear) -> int:
    """Write what comes; gives how many bytes are there, at most a block more than there should be."""
    hear(there)
    while there <= file.bytes:
        with _reached(file):
            block = answer.read(_BLOCK_BYTES)
        if not block:
            break
        writing.write(block)
        there += len(block)
        hear(min(there, file.bytes))
    return there


@contextlib.contextmanager
def _answered(file: VoiceFile, begun: int) -> Iterator[Any]:
    """The server's answer to the request for what is missing."""
    headers = {"User-Agent": f"mettavox/{__version__}", "Accept-Encoding": "identity"}
    if begun:
        headers["Range"] = f"bytes={begun}-"
    opener = build_opener(_SafeRedirects)
    with _reached(file):
        answer = opener.open(Request(file.url, headers=headers), timeout=PATIENCE_SECONDS)
    with contextlib.closing(answer):
        yield answer


@contextlib.contextmanager
def _reached(file: VoiceFile) -> Iterator[None]:
    """What the network does in this block, as a VoiceError that names the server."""
    server = host(file.url)
    try:
        yield
    except VoiceError:
        raise
    except HTTPError as error:
        error.close()
        if error.code == _NOT_SATISFIABLE:
            raise _Again from error
        raise VoiceError(
            f"{server} answered {error.code} ({responses.get(error.code, 'unknown')}) for {file.path}.", hint=_FROM_HINT
        ) from error
    except TimeoutError as error:
        raise VoiceError(f"{server} said nothing for {PATIENCE_SECONDS:g} s.", hint=_FROM_HINT) from error
    except (HTTPException, ValueError) as error:
        raise VoiceError(f"{server} gave an answer that makes no sense.", hint=_FROM_HINT) from error
    except (URLError, OSError) as error:
        raise VoiceError(f"{server} could not be reached: {_why(error)}.", hint=_FROM_HINT) from error


def _why(error: OSError) -> str:
    reason = error.reason if isinstance(error, URLError) else error
    words = getattr(reason, "strerror", None) or getattr(reason, "verify_message", None) or str(reason)
    return " ".join(str(words).split()).rstrip(".") or type(reason).__name__


def host(url: str) -> str:
    """The server that an address names."""
    return urlsplit(url).hostname or "The server"


def _goes_on(content_range: str, begun: int, size: int) -> bool:
    """Whether “bytes 500-999/1000” is what was asked for: from there to the end of a file of that size."""
    return content_range.replace(" ", "") in (f"bytes{begun}-{size - 1}/{size}", f"bytes{begun}-{size - 1}/*")


def _settle(file: VoiceFile, unfinished: Path, place: Path) -> None:
    """Give the part its name if it is the file that is pinned; remove it if not."""
    with on_disk(place):
        found = sha256(unfinished)
        if found != file.sha256:
            unfinished.unlink()
            raise VoiceError(
                f"{file.path} is not the file that is pinned: its SHA-256 begins with {found[:_SHOWN_DIGITS]} "
                f"and not with {file.sha256[:_SHOWN_DIGITS]}.",
                hint="It was removed. Try again; if it happens again, the file was changed where it comes from.",
            )
        with unfinished.open("rb+") as writing:
            os.fsync(writing.fileno())
        unfinished.replace(place)


def _wrong_size(file: VoiceFile, size: int) -> VoiceError:
    return VoiceError(
        f"{host(file.url)} offers {file.path} with {_count(size)} bytes where {_count(file.bytes)} are expected.",
        hint="The file was changed where it comes from. " + _FROM_HINT,
    )


def check_space(folder: Path, needed: int) -> None:
    """Raise OutputError when so many bytes do not fit on the disk that ``folder`` is on, or will be."""
    nearest = next(each for each in (folder, *folder.absolute().parents) if each.exists())
    with on_disk(folder):
        free = shutil.disk_usage(nearest).free
    if free < needed:
        raise OutputError(
            f"“{folder}” has not enough room: {needed / 1e6:,.0f} MB are needed, and {free / 1e6:,.0f} MB are free.",
            hint="Free some space and run it again.",
        )


@contextlib.contextmanager
def on_disk(path: Path) -> Iterator[None]:
    """What the disk refuses in this block, as an OutputError that names ``path``."""
    try:
        yield
    except (OutputError, VoiceError):
        raise
    except OSError as error:
        if error.errno in _FULL:
            raise OutputError(
                f"“{path}” cannot be written: the disk is full.", hint="Free some space and run it again."
            ) from error
        raise OutputError(
            f"“{path}” cannot be written: {error.strerror}.", hint="See that the folder is yours and can be written."
        ) from error


@contextlib.contextmanager
def _readable(source: Path) -> Iterator[None]:
    try:
        yield
    except OutputError:
        raise
    except OSError as error:
        raise VoiceError(f"“{source}” cannot be read: {error.strerror}.", hint="Copy it again.") from error


def _remove(path: Path) -> None:
    with on_disk(path):
        path.unlink(missing_ok=True)


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _count(number: int) -> str:
    return f"{number:,}"
