"""Desk: what every area of the studio works with: its words, its pages, its forms, and how it says what went wrong."""

import asyncio
import contextlib
import tempfile
import threading
from collections.abc import AsyncIterator, Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined, pass_context
from jinja2.runtime import Context
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import HTMLResponse, JSONResponse, RedirectResponse, Response

from mettavox.errors import MettavoxError, OutputError
from mettavox.handout import fill
from mettavox.site import fixedwords
from mettavox.studio import forms, translated, wording
from mettavox.studio.begun import Begun
from mettavox.studio.guard import Plain
from mettavox.studio.preferences import Preferences
from mettavox.studio.wording import Words
from mettavox.studio.works import GOING_ON, Work, Works
from mettavox.units import clock

if TYPE_CHECKING:
    from mettavox.rehearsal import Rehearsal
    from mettavox.studio.batches import Batches

WEB = Path(__file__).parent / "web"
AREAS = ("make", "hear", "record", "write", "many", "voices", "settings")
"""In the order in which every page names them."""
_PLACES = {"make": "", "hear": "tracks"}
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 64
# A page is told that often even where nothing is new, so that one that has gone is noticed.
_BEAT_SECONDS = 10.0
_PAUSE_SECONDS = 0.1  # and no sooner than that

Seen = tuple[Any, ...]
_MOST_DIGITS = 6
_A_MEGABYTE = 1_000_000


class Desk:
    """What the areas share: the ``works`` and the ``batches`` among them, who speaks a line to be heard, and what was
    chosen and what was ``begun``, which are one for all tabs: one person uses the studio.

    What makes batches and speaks is large: it is there when it is first asked for, and not before the first page.
    """

    def __init__(self, works: Works, preferences: Preferences) -> None:
        self.works = works
        self.preferences = preferences
        self.begun: Begun | None = None
        self._batches: Batches | None = None
        self._rehearsal: Rehearsal | None = None
        self._one_at_a_time = threading.Lock()
        self._templates = Environment(
            loader=FileSystemLoader(WEB),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"fill": fill, "clock": clock}
        self._templates.filters |= {"worded": _worded, "size": _size, "said": _said}

    @property
    def batches(self) -> "Batches":
        """The tables, and what an earlier start has left of such."""
        with self._one_at_a_time:
            if self._batches is None:
                from mettavox.studio.batches import Batches

                self._batches = Batches(self.works)
            return self._batches

    @property
    def rehearsal(self) -> "Rehearsal":
        """Who speaks a line to be heard."""
        with self._one_at_a_time:
            if self._rehearsal is None:
                from mettavox.rehearsal import Rehearsal

                self._rehearsal = Rehearsal()
            return self._rehearsal

    def close(self) -> None:
        """End what runs."""
        if self._rehearsal is not None:
            self._rehearsal.close()

    def language(self, request: Request) -> str:
        """In which the studio speaks: as was chosen, else the first that the browser asks for and it has."""
        asked = request.query_params.get("lang", "")
        if asked in wording.LANGUAGES:
            with contextlib.suppress(OutputError):  # it holds till the end all the same
                self.preferences.choose(language=asked)
        return self.spoken(request.headers.get("accept-language", ""))

    def spoken(self, accepted: str) -> str:
        """The same for what a browser accepts."""
        return wording.chosen(self.preferences.chosen.language, accepted)

    def work(self, name: str) -> Work | None:
        """The track of that id: of this start, or one that lies in the output folder."""
        found = self.works.get(name)
        if found is not None or not name:
            return found
        from mettavox.studio import earlier

        return earlier.one_in(self.works.output, name)

    def words(self, request: Request, area: str) -> Words:
        """The words of an area in that language."""
        return wording.words(self.language(request), area)

    def page(self, request: Request, area: str, template: str, *, code: int = 200, **values: Any) -> Response:
        """A whole page of an area, from its template; ``words``, ``base`` and ``here`` are given to it."""
        return HTMLResponse(self.part(request, area, template, **values), code)

    def part(self, request: Request, area: str, template: str, **values: Any) -> str:
        """The text of a template, such as a part that a page puts into itself."""
        words = self.words(request, area)
        places = [(each, words["areas"][each], at(request, _PLACES.get(each, each))) for each in AREAS]
        return self._templates.get_template(template).render(
            words=words,
            base=at(request, ""),
            lang=words["lang"],
            languages=wording.own_names(),
            places=places,
            here=area,
            **values,
        )

    def said(self, request: Request, text: str, labels: Mapping[str, str] | None = None) -> str:
        """What a maker says, in the language of the pages, and of fields instead of options.

        An area whose fields have other ``labels`` than the form of a track gives them, by their options.
        """
        own = forms.labels(self.words(request, "make")) | dict(labels or {})
        return forms.as_on_the_page(translated.said(text, self.language(request)), own)

    def told(self, request: Request, error: MettavoxError, labels: Mapping[str, str] | None = None) -> dict[str, str]:
        """The ``message`` and the ``hint`` of an error, as a page says them; ``labels`` as for ``said``."""
        return {key: self.said(request, getattr(error, key), labels) for key in ("message", "hint")}

    def told_json(self, request: Request, error: MettavoxError, labels: Mapping[str, str] | None = None) -> Response:
        """The same for a script of a page that has asked for something."""
        return JSONResponse(self.told(request, error, labels), 422)

    def refused(
        self, request: Request, area: str, error: MettavoxError, labels: Mapping[str, str] | None = None
    ) -> Response:
        """The same as a page of its own, for a form that was sent."""
        back = at(request, _PLACES.get(area, area))
        return self.page(request, area, "refused.html", code=422, back=back, **self.told(request, error, labels))

    def followed(self, request: Request, wait: Callable[[Seen, float], Seen], told: Callable[[Seen], str]) -> Response:
        """A stream of events about something that goes on.

        ``wait`` gives what is to be seen of it, its state first, as soon as that is not what was seen before, or after
        so many seconds; ``told`` gives what a page is sent of it. The last one is of a state that stays, or as the
        studio ends.
        """

        async def events() -> AsyncIterator[str]:
            seen: Seen = ()
            while True:
                seen = await run_in_threadpool(wait, seen, _BEAT_SECONDS)
                yield f"data: {told(seen)}\n\n"
                if seen[0] not in GOING_ON or not self.works.is_open or await request.is_disconnected():
                    return
                await asyncio.sleep(_PAUSE_SECONDS)

        return _Events(events())


@pass_context
def _worded(context: Context, seconds: float) -> str:
    """So many seconds as a library's pages say them, in the page's language: “1 min 30 s”."""
    return fixedwords.length(seconds, fixedwords.words(context["lang"])[1])


@pass_context
def _said(context: Context, text: str) -> str:
    """What a maker says, as ``Desk.said`` says it."""
    language = context["lang"]
    return forms.as_on_the_page(translated.said(text, language), forms.labels(wording.words(language, "make")))


@pass_context
def _size(context: Context, count: int) -> str:
    """So many bytes: “9.6 MB”, or “9,6 MB”."""
    return fixedwords.size(count, fixedwords.words(context["lang"])[1])


async def form(request: Request, most: int = _MOST_FIELDS) -> dict[str, str]:
    """The fields of a form, each once, ``most`` of them; empty for what is none."""
    if request.headers.get("content-type", "").split(";")[0] != _FORM:
        return {}
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=most)
    except ValueError:
        return {}
    return dict(pairs)


def at(request: Request, path: str) -> str:
    """The address of a path of the studio."""
    return f"{request.scope['root_path']}/{path}"


def whole_number(text: str, otherwise: int) -> int:
    """A number that a page has put into an address or a form; ``otherwise`` for what is none of its numbers."""
    return int(text) if text.isascii() and text.isdecimal() and len(text) <= _MOST_DIGITS else otherwise


def heard(speak: Callable[[Path], object]) -> bytes:
    """The WAV that ``speak`` leaves at a path; it is kept nowhere."""
    with tempfile.TemporaryDirectory(prefix="mettavox-") as folder:
        path = Path(folder) / "heard.wav"
        speak(path)
        return path.read_bytes()


def seen_next(request: Request, path: str) -> Response:
    """Sends the browser to another page after a form, so that loading it anew sends nothing twice."""
    return RedirectResponse(at(request, path), 303)


def sized(count: int, language: str) -> str:
    """So many bytes as a person reads them: “77 GB”, “354 MB”, “2.9 MB” or “2,9 MB”, “15 kB”."""
    if count >= 10_000 * _A_MEGABYTE:
        return f"{count / 1000 / _A_MEGABYTE:.0f} GB"
    if count < _A_MEGABYTE / 10:
        return f"{count / 1000:.0f} kB"
    size = f"{count / _A_MEGABYTE:.{0 if count >= 10 * _A_MEGABYTE else 1}f} MB"
    return translated.said(size, language)


def lost() -> Response:
    """For an address that nothing has."""
    return Plain("There is no such page in the studio.", 404)


class _Events(Response):
    """A stream of events, sent as they come."""

    def __init__(self, events: AsyncIterator[str]) -> None:
        super().__init__(media_type="text/event-stream")
        self._events = events
        del self.headers["content-length"]

    async def __call__(self, scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async for event in self._events:
            await send({"type": "http.response.body", "body": event.encode(), "more_body": True})
        await send({"type": "http.response.body", "body": b""})
