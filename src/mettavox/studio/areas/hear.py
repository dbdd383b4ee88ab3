"""Hear: the tracks, each while it is made, and then with its player, its files and what was checked."""

from dataclasses import replace
from pathlib import Path

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, Response
from starlette.routing import Route

from mettavox import check
from mettavox.beside import beside_path
from mettavox.catalogue import KINDS, Item, one
from mettavox.errors import MettavoxError
from mettavox.site import strip
from mettavox.studio import earlier
from mettavox.studio.desk import Desk, Seen, lost, seen_next
from mettavox.studio.works import Work

_OTHERS = {".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
           ".srt": "application/x-subrip; charset=utf-8", ".jpg": "image/jpeg"}  # fmt: skip


def routes(desk: Desk) -> list[Route]:
    """The list, each track, its progress and its files."""
    area = _Hear(desk)
    return [
        Route("/tracks", area.all, methods=["GET"]),
        Route("/tracks/{name}", area.track, methods=["GET"]),
        Route("/tracks/{name}/checks", area.checks, methods=["GET"]),
        Route("/tracks/{name}/progress", area.progress, methods=["GET"]),
        Route("/tracks/{name}/cancel", area.cancel, methods=["POST"]),
        Route("/tracks/{name}/go-on", area.go_on, methods=["POST"]),
        Route("/tracks/{name}/file{suffix}", area.file, methods=["GET"]),
    ]


class _Hear:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._works = desk.works

    async def all(self, request: Request) -> Response:
        works = self._works.all()
        before = await run_in_threadpool(self._before, works)
        return self._desk.page(request, "hear", "tracks.html", works=works, earlier=before)

    def _before(self, works: list[Work]) -> list[Work]:
        """Those of before in the folder for tracks, which may have had another path for those of this start."""
        there = {work.path.resolve() for work in works if work.path}
        return [work for work in earlier.all_in(self._works.output) if work.path and work.path.resolve() not in there]

    async def track(self, request: Request) -> Response:
        work = self._desk.work(request.path_params["name"])
        if work is None:
            return lost()
        work = replace(work)  # as it is now: it may be finished while its page is written
        item = await run_in_threadpool(_item, work) if work.state == "made" else None
        others = [suffix for suffix in _OTHERS if work.path and beside_path(work.path, suffix).is_file()]
        return self._desk.page(
            request,
            "hear",
            "track.html",
            work=work,
            message=self._desk.said(request, work.message),
            hint=self._desk.said(request, work.hint),
            item=item,
            strip=strip.svg(item.timeline) if item and item.timeline else "",
            others=others,
        )

    async def checks(self, request: Request) -> Response:
        """What was checked, alone or as a part for the track's page: all of the sound is read, which takes a while."""
        work = self._desk.work(request.path_params["name"])
        if work is None or work.path is None:
            return lost()
        findings = await run_in_threadpool(_findings, work.path)
        part = "part" in request.query_params
        template = "checked.html" if part else "checks.html"
        return self._desk.page(request, "hear", template, work=work, findings=findings)

    async def progress(self, request: Request) -> Response:
        """Events for the page of a track: its state, stage and share, whenever they change."""
        work = self._work(request)
        if work is None:
            return lost()
        words = self._desk.words(request, "hear")

        def told(seen: Seen) -> str:
            state, stage, share = seen
            return f"{state}\t{share:.3f}\t{words['stages'].get(stage, words['working'])}"

        return self._desk.followed(request, lambda seen, seconds: self._works.wait(work, seen, seconds), told)

    async def cancel(self, request: Request) -> Response:
        work = self._work(request)
        if work is not None:
            self._works.cancel(work)
        return seen_next(request, "tracks")

    async def go_on(self, request: Request) -> Response:
        work = self._work(request)
        if work is None:
            return seen_next(request, "tracks")
        self._works.go_on(work)
        return seen_next(request, f"tracks/{work.id}")

    async def file(self, request: Request) -> Response:
        """The track itself, or what lies beside it; nothing else of any folder has an address."""
        work, suffix = self._desk.work(request.path_params["name"]), request.path_params["suffix"]
        if work is None or work.path is None:
            return lost()
        kinds = {work.path.suffix: KINDS[work.path.suffix.lower()].mime, **_OTHERS}
        path = work.path if suffix == work.path.suffix else beside_path(work.path, suffix)
        if suffix not in kinds or not path.is_file():
            return lost()
        how = "attachment" if "save" in request.query_params else "inline"
        return FileResponse(path, media_type=kinds[suffix], filename=path.name, content_disposition_type=how)

    def _work(self, request: Request) -> Work | None:
        return self._works.get(request.path_params["name"])


def _item(work: Work) -> Item | None:
    try:
        return one(work.path) if work.path else None
    except (MettavoxError, OSError):
        return None


def _findings(path: Path) -> list[tuple[str, bool, str]]:
    try:
        return [(each.what, each.holds, each.found) for each in check.check(path).findings]
    except MettavoxError as error:
        return [("record", False, error.message)]
