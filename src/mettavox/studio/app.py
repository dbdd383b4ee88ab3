"""The app: all areas of the studio behind its guard."""

import importlib
import threading

from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp, Receive, Scope, Send

from mettavox import cells
from mettavox.studio.areas import make
from mettavox.studio.desk import AREAS, WEB, Desk, lost, seen_next
from mettavox.studio.guard import OURS, TOO_LARGE, Guard, Plain, TooLarge

_LATER = {
    "tracks": "hear", "record": "record", "write": "write", "many": "many", "voices": "voices", "settings": "settings",
}  # fmt: skip
"""How the paths of an area begin, and its module, which is imported when it is first asked for."""

LARGER = {"/record/take": 24 << 20, "/record/room": 4 << 20, "/many/read": cells.MOST_BYTES}
"""The paths that are sent more than a form, and how many bytes.

A minute of one channel at 48 kHz as 32-bit floats is 11.5 MB, and two are 23 MB.
"""

_OTHERS = ("/many/library/",)
"""What begins so are pages of libraries, which bring a policy of their own."""


def app(desk: Desk, *, token: str, hosts: list[str]) -> ASGIApp:
    """The studio over what the desk has, behind its guard."""
    return Guard(_Areas(desk), token=token, hosts=hosts, larger=LARGER, language=desk.spoken, others=_OTHERS)


class _Areas:
    """The pages: the first one at once, and each other area with what it needs as soon as somebody asks for it."""

    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        shared = [
            Route("/site.css", _style, methods=["GET"]),
            Mount("/web", StaticFiles(directory=WEB / "static")),
        ]
        wrong = {404: _lost, 405: _once, TooLarge: _too_large, 500: _mistaken}
        self._pages = Starlette(routes=[*make.routes(desk), *shared], exception_handlers=wrong)
        self._there: set[str] = set()
        self._one_at_a_time = threading.Lock()

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        area = _LATER.get(scope["path"].removeprefix(f"{scope['root_path']}/").split("/")[0])
        if area is not None and area not in self._there:
            await run_in_threadpool(self._open, area)  # meanwhile the other pages are answered
        await self._pages(scope, receive, send)

    def _open(self, area: str) -> None:
        with self._one_at_a_time:  # two tabs may ask at once
            if area not in self._there:
                module = importlib.import_module(f"mettavox.studio.areas.{area}")
                self._pages.router.routes.extend(module.routes(self._desk))
                self._there.add(area)


async def _style(request: Request) -> Response:
    from mettavox.site import webpage

    return Response(webpage.shared_style(), media_type="text/css")


async def _lost(request: Request, error: Exception) -> Response:
    return lost()


async def _once(request: Request, error: Exception) -> Response:
    """A form's own address, asked for again as a page: there is the area that the form is of."""
    area = request.url.path.removeprefix(f"{request.scope['root_path']}/").split("/")[0]
    return seen_next(request, area if area in (*AREAS, "tracks") else "")


async def _too_large(request: Request, error: Exception) -> Response:
    return Plain(TOO_LARGE, 413)


async def _mistaken(request: Request, error: Exception) -> Response:
    return Plain(OURS, 500)
