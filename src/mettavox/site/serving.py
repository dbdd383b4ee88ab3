"""Serving: a folder of tracks and its pages for browsers, with byte ranges, so that players can move about in a track.

It shows what pages need, and nothing else of the folder. It is for this machine and its own network: on loopback it
answers only to loopback's names, so that no page from elsewhere can reach it through a name of its own.
"""

import contextlib
import errno
import ipaddress
import os
import re
import socket
from collections.abc import Iterator
from email.utils import formatdate, parsedate_to_datetime
from http import HTTPStatus
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import BinaryIO
from urllib.parse import unquote, urlsplit

from mettavox.catalogue import KINDS
from mettavox.errors import OutputError, RequestError
from mettavox.site import building
from mettavox.site.building import INDEX, OTHER_INDEX

LOOPBACK = "127.0.0.1"
TYPES = {
    **{suffix: form.mime for suffix, form in KINDS.items()},
    ".html": "text/html; charset=utf-8",
    ".vtt": "text/vtt; charset=utf-8",
    ".srt": "application/x-subrip; charset=utf-8",
    ".txt": "text/plain; charset=utf-8",
    ".xml": "application/rss+xml; charset=utf-8",
    ".jpg": "image/jpeg",
    ".jpeg": "image/jpeg",
    ".png": "image/png",
    ".chapters.json": "application/json+chapters",
    ".oembed.json": "application/json+oembed",
}
"""What is shown, and as what, by the ending of a file; a record, a manifest and whatever is hidden are not."""

_RANGE = re.compile(r"bytes=(\d{0,18})-(\d{0,18})")
_BLOCK = 1 << 16
_PATIENCE_SECONDS = 30.0
_GONE = (ConnectionError, TimeoutError)


class Server(ThreadingHTTPServer):
    """A server of one folder; ``url`` is its address. It is open from the start, and closed as a context manager."""

    daemon_threads = True

    def __init__(self, folder: Path, *, host: str = LOOPBACK, port: int = 0) -> None:
        """Raises OutputError for a folder without pages, RequestError for a host or port that cannot be had."""
        self.folder = folder.resolve()
        if not self.folder.is_dir():
            raise OutputError(f"There is no folder “{folder}”.", hint="Check the path.")
        self.index = index(self.folder)
        if not self.index:
            raise OutputError(
                f"“{folder}” has no pages yet.", hint=f"Build them first: mettavox library build {folder}"
            )
        self.host = host
        try:
            # An address with colons is one of IPv6.
            self.address_family = socket.AF_INET6 if ":" in host else socket.AF_INET
            super().__init__((host, port), _Handler)
        except (OSError, OverflowError) as error:
            raise RequestError(
                f"Port {port} of “{host}” cannot be had: {_reason(error)}.",
                hint="Choose another with --port, or leave --port out.",
            ) from error

    @property
    def url(self) -> str:
        """Where a browser finds it."""
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"http://{host}:{self.server_address[1]}/"

    @property
    def is_local(self) -> bool:
        """Whether only this machine reaches it."""
        return _is_loopback(self.host)

    def handle_error(self, request: object, client_address: object) -> None:
        """A listener who has gone is no error, and nobody's log."""


def _reason(error: Exception) -> str:
    if getattr(error, "errno", None) == errno.EADDRINUSE:
        return "another program has it"
    return getattr(error, "strerror", None) or "there is no such port"


def _is_loopback(host: str) -> bool:
    if host.lower() == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


class _Handler(BaseHTTPRequestHandler):
    server: Server
    protocol_version = "HTTP/1.1"
    timeout = _PATIENCE_SECONDS

    def do_GET(self) -> None:
        self._answer(body=True)

    def do_HEAD(self) -> None:
        self._answer(body=False)

    def version_string(self) -> str:
        """What it is, and no more."""
        return "mettavox"

    def log_message(self, format: str, *values: object) -> None:
        """Nobody's listening is written down."""

    def _answer(self, *, body: bool) -> None:
        with contextlib.suppress(*_GONE):
            if not self._is_asked_rightly():
                self._refuse(HTTPStatus.MISDIRECTED_REQUEST)
                return
            path = self._path()
            if path is None:
                self._refuse(HTTPStatus.NOT_FOUND)
                return
            try:
                with path.open("rb") as file:
                    self._send(path, file, body=body)
            except _GONE:
                raise
            except OSError:
                self._refuse(HTTPStatus.NOT_FOUND)

    def _is_asked_rightly(self) -> bool:
        """On loopback, whether the browser meant this machine: another name that leads here is somebody's trick."""
        if not self.server.is_local:
            return True
        try:
            host = urlsplit(f"//{self.headers.get('Host', '')}").hostname
        except ValueError:
            return False
        return host is not None and _is_loopback(host)

    def _path(self) -> Path | None:
        """The file that is asked for, if it is there, is shown, and lies in the folder."""
        try:
            asked = unquote(urlsplit(self.path).path, errors="strict").lstrip("/")
        except ValueError:
            return None
        return shown(self.server.folder, asked or self.server.index)

    def _refuse(self, status: HTTPStatus) -> None:
        text = f"{status.value} {status.phrase}\n".encode()
        self.send_response(status)
        self._common("text/plain; charset=utf-8", len(text))
        self.end_headers()
        if self.command != "HEAD":
            self.wfile.write(text)

    def _send(self, path: Path, file: BinaryIO, *, body: bool) -> None:
        there = os.fstat(file.fileno())
        tag = f'"{there.st_size:x}-{there.st_mtime_ns:x}"'
        if self._is_known(tag, there.st_mtime):
            self.send_response(HTTPStatus.NOT_MODIFIED)
            self.send_header("ETag", tag)
            self.end_headers()
            return
        part = self._part(tag, there.st_size)
        if part is None:
            self.send_response(HTTPStatus.REQUESTED_RANGE_NOT_SATISFIABLE)
            self.send_header("Content-Range", f"bytes */{there.st_size}")
            self._common("text/plain; charset=utf-8", 0)
            self.end_headers()
            return
        start, stop = part
        whole = (start, stop) == (0, there.st_size)
        self.send_response(HTTPStatus.OK if whole and "Range" not in self.headers else HTTPStatus.PARTIAL_CONTENT)
        if not whole or "Range" in self.headers:
            self.send_header("Content-Range", f"bytes {start}-{stop - 1}/{there.st_size}")
        self._common(kind(path.name) or "", stop - start)
        self.send_header("ETag", tag)
        self.send_header("Last-Modified", formatdate(there.st_mtime, usegmt=True))
        self.end_headers()
        if body:
            for block in _blocks(file, start, stop):
                self.wfile.write(block)

    def _common(self, kind: str, length: int) -> None:
        self.send_header("Content-Type", kind)
        self.send_header("Content-Length", str(length))
        self.send_header("Accept-Ranges", "bytes")
        self.send_header("Cache-Control", "no-cache")
        self.send_header("X-Content-Type-Options", "nosniff")
        self.send_header("Referrer-Policy", "no-referrer")
        self.send_header("Cross-Origin-Resource-Policy", "same-site")

    def _is_known(self, tag: str, modified: float) -> bool:
        """Whether the browser has it as it is (RFC 9110, 13.2.2)."""
        asked = self.headers.get("If-None-Match")
        if asked is not None:
            return asked.strip() == "*" or tag in [each.strip().removeprefix("W/") for each in asked.split(",")]
        since = self.headers.get("If-Modified-Since")
        if since is None or "Range" in self.headers:
            return False
        try:
            return int(modified) <= parsedate_to_datetime(since).timestamp()
        except (ValueError, TypeError):
            return False

    def _part(self, tag: str, size: int) -> tuple[int, int] | None:
        """The first byte and the one after the last of what is asked for; None where there is no such part.

        Several ranges, or none that can be read, give the whole, as RFC 9110, 14.2 lets a server do.
        """
        asked = self.headers.get("Range")
        if asked is None or self.headers.get("If-Range", tag) != tag:
            del self.headers["Range"]
            return 0, size
        match = _RANGE.fullmatch(asked.strip())
        if match is None or not any(match.groups()):
            del self.headers["Range"]
            return 0, size
        first, last = match.groups()
        if not first:
            start, stop = max(0, size - int(last)), size
        else:
            start, stop = int(first), min(size, int(last) + 1) if last else size
        return (start, stop) if start < stop else None


def index(folder: Path) -> str:
    """The name of the index that was built in a folder; nothing where none was.

    An index of somebody else may lie there, too, as a course has.
    """
    built = building.files(folder)
    return next((name for name in (INDEX, OTHER_INDEX) if name in built), "")


def shown(folder: Path, name: str) -> Path | None:
    """The file of that path within a ``folder`` that is resolved, if it is there, is shown, and does not lead out."""
    hidden = any(part.startswith(".") for part in name.split("/"))
    if hidden or "\\" in name or "\0" in name or kind(name) is None:
        return None
    try:
        found = (folder / name).resolve()
        return found if found.is_relative_to(folder) and found.is_file() else None
    except (OSError, RuntimeError):  # a name that is too long, links that lead in a circle
        return None


def kind(name: str) -> str | None:
    """The type as which a file of that name is shown; None for one that is not."""
    lower = name.lower()
    return next((found for suffix, found in TYPES.items() if lower.endswith(suffix)), None)


def _blocks(file: BinaryIO, start: int, stop: int) -> Iterator[bytes]:
    file.seek(start)
    while start < stop and (block := file.read(min(_BLOCK, stop - start))):
        yield block
        start += len(block)
