"""The app: all areas of the studio behind its guard."""

from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from mettavox.rehearsal import Rehearsal
from mettavox.site import webpage
from mettavox.studio.areas import hear, make, many, record, settings, voices, write
from mettavox.studio.desk import AREAS, WEB, Desk, lost, seen_next
from mettavox.studio.guard import OURS, TOO_LARGE, Guard, Plain, TooLarge
from mettavox.studio.preferences import Preferences
from mettavox.studio.works import Works

_AREAS = (make, hear, record, write, many, voices, settings)
_LARGER: dict[str, int] = {**record.LARGER, **many.LARGER}
"""The paths that are sent more than a form, and how many bytes."""


def app(works: Works, rehearsal: Rehearsal, preferences: Preferences, *, token: str, hosts: list[str]) -> ASGIApp:
    """The studio over these works, behind its guard."""
    desk = Desk(works, rehearsal, preferences)
    routes = [route for area in _AREAS for route in area.routes(desk)]
    shared = [
        Route("/site.css", _style, methods=["GET"]),
        Mount("/web", StaticFiles(directory=WEB / "static")),
    ]
    wrong = {404: _lost, 405: _once, TooLarge: _too_large, 500: _mistaken}
    pages = Starlette(routes=[*routes, *shared], exception_handlers=wrong)
    return Guard(pages, token=token, hosts=hosts, larger=_LARGER, language=desk.spoken, others=many.OTHERS)


async def _style(request: Request) -> Response:
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
