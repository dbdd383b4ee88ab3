"""A library that was made in the studio: its pages and its feed are built from here, and its pages are shown."""

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, PlainTextResponse, Response
from starlette.routing import Route

from mettavox import batchreport, output
from mettavox.errors import MettavoxError, RequestError
from mettavox.podcast import publishing, show
from mettavox.podcast.publishing import Published
from mettavox.podcast.show import Show
from mettavox.site import building, serving, webpage
from mettavox.site.building import Built
from mettavox.studio import libraries, translated
from mettavox.studio.desk import Desk, at, form, lost, seen_next
from mettavox.studio.libraries import Libraries, Library
from mettavox.units import clock

_TEXTS = ("title", "description", "author", "email")
"""What the form says of a show."""

_LABELS = {"--show-names": "names", "--url": "address", "--title": "title", "--show": "title"}
_SHOWN = 5
_NOTHING_RUNS = (
    "default-src 'none'; img-src 'self'; media-src 'self'; style-src 'unsafe-inline'; "
    "base-uri 'none'; form-action 'none'; frame-ancestors 'none'"
)
"""For a file that is no page. A feed is one of XML's, and some browsers show what that has in it of a page's."""

_LARGEST_PAGE = 64_000_000
"""Bytes: more than the index of a hundred thousand tracks has."""


@dataclass(frozen=True, kw_only=True)
class _Done:
    """What the last button has done, which the next page tells once."""

    built: Built | None = None
    published: Published | None = None


class LibraryPages:
    """The pages of all libraries, below /many/library/ID."""

    def __init__(self, desk: Desk, known: Libraries) -> None:
        self._desk = desk
        self._libraries = known
        self._done: dict[str, _Done] = {}

    def routes(self) -> list[Route]:
        """Each library's page, what it can be asked for, and its files."""
        return [
            Route("/many/library/{name}", self.show, methods=["GET"]),
            Route("/many/library/{name}/build", self.build, methods=["POST"]),
            Route("/many/library/{name}/feed", self.feed, methods=["POST"]),
            Route("/many/library/{name}/files/{path:path}", self.file, methods=["GET"]),
        ]

    async def show(self, request: Request) -> Response:
        library = self._library(request)
        if library is None:
            return lost()
        try:
            holds = await run_in_threadpool(libraries.there, library)
        except MettavoxError as error:
            return self._refused(request, error, library)
        done = self._done.pop(library.id, _Done())
        asked = building.asked(library.path)
        described, own, wrong = _described(library.path)
        return self._desk.page(
            request,
            "many",
            "many_library.html",
            library=library,
            there=holds,
            done=done,
            shown=_SHOWN,
            length=clock(round(done.built.seconds)) if done.built else "",
            asked={"title": "", "url": "", **asked},
            described=described,
            own=own,
            wrong=wrong,
            report=(library.path / batchreport.FILE).is_file(),
            feed=(library.path / building.FEED).is_file(),
        )

    async def build(self, request: Request) -> Response:
        library = self._library(request)
        if library is None:
            return lost()
        try:
            built = await run_in_threadpool(_built, library.path, await form(request))
        except MettavoxError as error:
            return self._refused(request, error, library)
        self._done[library.id] = _Done(built=built)
        return seen_next(request, f"many/library/{library.id}")

    async def feed(self, request: Request) -> Response:
        library = self._library(request)
        if library is None:
            return lost()
        try:
            fields = await form(request)
            _check_address(fields.get("address", ""), request.scope["root_path"])
            published = await run_in_threadpool(_published, library.path, fields)
        except MettavoxError as error:
            return self._refused(request, error, library)
        self._done[library.id] = _Done(published=published)
        return seen_next(request, f"many/library/{library.id}#podcast")

    async def file(self, request: Request) -> Response:
        """A file by the rules of ``library serve``, and a page with the policy that lets its own script run.

        The address has the studio's key in it: a page that could tell it to somebody is shown as the text that it is,
        and one of ours offers no player with it to others.
        """
        library = self._library(request)
        if library is None:
            return lost()
        path = serving.shown(library.path.resolve(), request.path_params["path"])
        kind = serving.kind(path.name) if path is not None else None
        return lost() if path is None or kind is None else await self._sent(path, kind)

    async def _sent(self, path: Path, kind: str) -> Response:
        if not kind.startswith("text/html"):
            policy = _NOTHING_RUNS + ("; sandbox" if "xml" in kind else "")
            return FileResponse(path, media_type=kind, headers={"content-security-policy": policy})
        try:
            if path.stat().st_size > _LARGEST_PAGE:
                return lost()
            text = await run_in_threadpool(path.read_text, "utf-8")
        except (OSError, UnicodeError):
            return lost()
        if not webpage.keeps_its_address(text):
            return PlainTextResponse(text)
        policy = webpage.served_policy(text)
        text = text.replace("<html ", "<html data-keyed ", 1)
        return HTMLResponse(text, headers={"content-security-policy": policy})

    def _library(self, request: Request) -> Library | None:
        return self._libraries.get(request.path_params["name"])

    def _refused(self, request: Request, error: MettavoxError, library: Library) -> Response:
        words = self._desk.words(request, "many")
        message, hint = (translated.said(each, words["lang"]) for each in (error.message, error.hint))
        for option, label in _LABELS.items():
            message, hint = (text.replace(option, f"“{words[label]}”") for text in (message, hint))
        back = at(request, f"many/library/{library.id}")
        return self._desk.page(request, "many", "refused.html", code=422, back=back, message=message, hint=hint)


def _built(path: Path, fields: Mapping[str, str]) -> Built:
    """The pages, with the title that was written; whatever else was asked for before stays."""
    asked: dict[str, Any] = building.asked(path)
    return building.build(path, **{**asked, "title": fields.get("title", "").strip()})


def _check_address(address: str, root: str) -> None:
    """Raise RequestError for one with the studio's key in it, copied from where the browser shows it."""
    if root in address:
        raise RequestError("This is the studio's own address. It has its key in it, and is gone when the studio ends.",
                           hint="Write the one that the folder will have on the web.")  # fmt: skip


def _published(path: Path, fields: Mapping[str, str]) -> Published:
    """The feed, of which the folder's own description tells, or the form; that is kept for the next time."""
    own = path / show.FILE
    private, names = "private" in fields, "names" in fields
    address = fields.get("address", "").strip()
    if not address:
        raise RequestError("The feed needs the address that the folder will have on the web.",
                           hint="Write it as https://example.org/meditations")  # fmt: skip
    if own.exists() and not show.is_written(own):
        return publishing.publish(path, address, private=private, show_names=names)
    told = {name: fields[name].strip() for name in _TEXTS if fields.get(name, "").strip()}
    text = show.written(told)
    with tempfile.TemporaryDirectory(prefix="mettavox-") as scratch:
        described = Path(scratch) / show.FILE
        described.write_text(text, "utf-8")
        made = publishing.publish(path, address, described=described, private=private, show_names=names)
    with output.whole_file(own, replace=True) as (file, _):
        file.write(text.encode())
    return made


def _described(path: Path) -> tuple[Show, bool, str]:
    """What the folder says of its show, whether a person wrote that by hand, and what is wrong with it."""
    own = path / show.FILE
    if not own.exists():
        return Show(), False, ""
    try:
        return show.read(own), not show.is_written(own), ""
    except MettavoxError as error:
        return Show(), not show.is_written(own), error.message
