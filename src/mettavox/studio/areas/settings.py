"""Settings: where tracks go, the language, what is kept and how much, what stays private, and forgetting a person."""

import threading
from itertools import islice
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, Response
from starlette.routing import Route

from mettavox import assets, doctor, library, space
from mettavox.doctor import Finding
from mettavox.errors import MettavoxError
from mettavox.studio import earlier, places, wording
from mettavox.studio.desk import Desk, form, lost, seen_next, sized

_MOST_LISTED = 100
_BROWSERS = "browser"


def routes(desk: Desk) -> list[Route]:
    """The page of settings, what its forms change, and what they remove, each asked for twice."""
    area = _Settings(desk)
    return [
        Route("/settings", area.show, methods=["GET"]),
        Route("/settings/output", area.move, methods=["POST"]),
        Route("/settings/language", area.speak, methods=["POST"]),
        Route("/settings/empty", area.empty, methods=["POST"]),
        Route("/settings/let-go", area.let_go, methods=["POST"]),
        Route("/settings/check", area.check, methods=["GET"]),
        Route("/settings/check/part", area.check_part, methods=["GET"]),
        Route("/settings/forget", area.ask_forgetting, methods=["POST"]),
        Route("/settings/forget/sure", area.forget, methods=["POST"]),
        Route("/settings/track", area.ask_removal, methods=["POST"]),
        Route("/settings/track/sure", area.remove, methods=["POST"]),
    ]


class _Settings:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._works = desk.works
        self._alone = threading.Lock()
        self._space = space.Remembered()

    async def show(self, request: Request) -> Response:
        return await self._page(request, done=request.query_params.get("done", ""))

    async def _page(self, request: Request, *, done: str = "", code: int = 200, **wrong: Any) -> Response:
        """The page, with what was typed in the form of which ``wrong`` tells, so that it need not be typed again."""
        output = self._works.output.absolute()
        told = {"where": "", "typed": "", "message": "", "hint": ""} | wrong
        return self._desk.page(
            request,
            "settings",
            "settings.html",
            code=code,
            output=_short(output),
            is_lost=self._desk.preferences.chosen.output == output and not output.is_dir(),
            fixed=self._desk.preferences.fixed is not None,
            later=_short(self._desk.preferences.chosen.output),
            chosen=self._desk.preferences.chosen.language or _BROWSERS,
            browsers=_BROWSERS,
            kept=await run_in_threadpool(self._kept, output, self._desk.language(request)),
            unfinished=[work for work in self._works.all() if work.state == "unfinished"],
            tables=self._desk.batches.unfinished(),
            libraries=[_inside(each, output) for each in await run_in_threadpool(library.under, output)],
            tracks=await run_in_threadpool(lambda: list(islice(earlier.all_in(output), _MOST_LISTED))),
            done=done,
            wrong=told,
        )

    def _kept(self, output: Path, language: str) -> list[tuple[str, str, str, int]]:
        """What is where: its name in the page's words, the folder, its size, and how many files."""
        choices = self._desk.preferences.path
        found = [
            ("tracks", self._space.kept(output)),
            ("voices", self._space.kept(assets.own_folder("voices"))),
            ("scripts", self._space.kept(assets.own_folder("scripts"))),
            ("cache", space.cached()),
            ("unfinished", space.kept(self._works.kept)),
            ("choices", space.kept(choices.parent, lambda name: name == choices.name)),
        ]
        return [(name, _short(each.folder), sized(each.bytes, language), each.files) for name, each in found]

    # --- choices ---

    async def move(self, request: Request) -> Response:
        typed = (await form(request)).get("folder", "")
        try:
            folder = await run_in_threadpool(places.for_tracks, typed)
            await run_in_threadpool(lambda: self._desk.preferences.choose(output=folder))
        except MettavoxError as error:
            return await self._page(
                request, code=422, where="output", typed=typed, message=error.message, hint=error.hint
            )
        if self._desk.preferences.fixed is None:
            self._works.output = folder  # of those that come; those in the line keep theirs
        return seen_next(request, "settings?done=output")

    async def speak(self, request: Request) -> Response:
        language = (await form(request)).get("language", "")
        if language not in (_BROWSERS, *wording.LANGUAGES):
            return lost()
        try:
            chosen = "" if language == _BROWSERS else language
            await run_in_threadpool(lambda: self._desk.preferences.choose(language=chosen))
        except MettavoxError as error:
            return await self._page(request, code=422, where="language", message=error.message, hint=error.hint)
        return seen_next(request, "settings?done=language")

    async def empty(self, request: Request) -> Response:
        left = await run_in_threadpool(space.empty_cache)
        return seen_next(request, f"settings?done={'left' if left else 'emptied'}")

    async def let_go(self, request: Request) -> Response:
        for work in self._works.all():
            if work.state == "unfinished":
                self._works.cancel(work)
        for each in self._desk.batches.all():
            self._desk.batches.forget(each)
        return seen_next(request, "settings?done=let_go")

    # --- is everything here? ---

    async def check(self, request: Request) -> Response:
        return self._desk.page(request, "settings", "settings-check.html", findings=await self._examined())

    async def check_part(self, request: Request) -> Response:
        part = self._desk.part(request, "settings", "settings-findings.html", findings=await self._examined())
        return HTMLResponse(part)

    async def _examined(self) -> list[Finding]:
        def alone() -> list[Finding]:
            with self._alone:  # every voice speaks: several at once would only be slower
                return list(doctor.examine())

        return await run_in_threadpool(alone)

    # --- forgetting ---

    async def ask_forgetting(self, request: Request) -> Response:
        """What would go of a code; nothing goes yet."""
        fields = await form(request)
        folder = await run_in_threadpool(self._library, fields.get("library", ""))
        codes = fields.get("code", "").split()
        try:
            if folder is None or not codes:
                return await self._page(
                    request, code=422, where="forget", typed=fields.get("code", ""),
                    message=self._desk.words(request, "settings")["no_code" if folder else "no_library"],
                )  # fmt: skip
            known = await run_in_threadpool(library.known, folder, codes)
        except MettavoxError as error:
            return await self._page(
                request, code=422, where="forget", typed=fields.get("code", ""), message=error.message, hint=error.hint
            )
        inside = _inside(folder, self._works.output.absolute())
        return self._desk.page(
            request, "settings", "settings-forget.html", known=known, library=inside, folder=_short(folder)
        )

    async def forget(self, request: Request) -> Response:
        fields = await form(request)
        folder = await run_in_threadpool(self._library, fields.get("library", ""))
        codes = fields.get("code", "").split()
        if folder is None or not codes:
            return lost()
        try:
            forgotten = await run_in_threadpool(library.forget, folder, codes)
        except MettavoxError as error:
            return self._desk.refused(request, "settings", error)
        self._works.forget([folder / name for name in forgotten.files])
        self._desk.begun = None
        return self._desk.page(
            request,
            "settings",
            "settings-gone.html",
            gone=[*forgotten.files, *forgotten.others],
            rows=forgotten.rows,
            clips=forgotten.clips,
            clips_left=forgotten.clips_left,
            naming=forgotten.naming,
        )

    def _library(self, name: str) -> Path | None:
        """One of the libraries that were found under the folder for tracks, and no other place."""
        output = self._works.output.absolute()
        return next((each for each in library.under(output) if _inside(each, output) == name), None)

    async def ask_removal(self, request: Request) -> Response:
        """What would go with a track; nothing goes yet."""
        fields = await form(request)
        track = await run_in_threadpool(self._track, fields)
        if track is None:
            return lost()
        try:
            files = await run_in_threadpool(library.files_of, track)
        except MettavoxError as error:
            return self._desk.refused(request, "settings", error)
        return self._desk.page(
            request, "settings", "settings-track.html", track=track.name, files=[each.name for each in files],
            folder=_short(track.parent), work=fields["work"],
        )  # fmt: skip

    async def remove(self, request: Request) -> Response:
        track = await run_in_threadpool(self._track, await form(request))
        if track is None:
            return lost()
        try:
            files = await run_in_threadpool(library.remove_track, track)
        except MettavoxError as error:
            return self._desk.refused(request, "settings", error)
        self._works.forget([track])
        self._desk.begun = None
        return self._desk.page(
            request, "settings", "settings-gone.html", gone=[each.name for each in files], rows=0, clips=0,
            clips_left=0, naming=(),
        )  # fmt: skip

    def _track(self, fields: dict[str, str]) -> Path | None:
        """A track of the studio by its id, or one that lies in the folder for tracks; no other file."""
        work = self._desk.work(fields.get("work", ""))
        return work.path if work is not None and work.state == "made" else None


def _inside(folder: Path, output: Path) -> str:
    """A folder as a path within the one for tracks; a dot for that itself."""
    return folder.relative_to(output).as_posix()


def _short(path: Path | None) -> str:
    """A path as people write it: from the home folder on, where it is in that."""
    if path is None:
        return ""
    home = Path.home()
    return str(Path("~") / path.relative_to(home)) if path.is_relative_to(home) else str(path)
