"""The app: every page of the studio, and what each form does. It parses, calls one maker, and shows."""

import asyncio
import tempfile
from collections.abc import AsyncIterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from starlette.applications import Starlette
from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, HTMLResponse, JSONResponse, PlainTextResponse, RedirectResponse, Response
from starlette.routing import Mount, Route
from starlette.staticfiles import StaticFiles
from starlette.types import ASGIApp

from mettavox import ask, casting, check, phrasebook, prepare, saying, source, voices
from mettavox.beside import beside_path
from mettavox.catalogue import Item, one
from mettavox.codecs.formats import FORMATS
from mettavox.errors import MettavoxError
from mettavox.handout import fill
from mettavox.person import EXPERIENCES, PRONOUNS, RELATIONS
from mettavox.request import ANCHORS, BEDS, CLOSINGS, TONES
from mettavox.site import fixedwords, strip, webpage
from mettavox.studio import forms, livepage
from mettavox.studio.guard import OURS, TOO_LARGE, Guard, TooLarge
from mettavox.studio.works import Work, Works
from mettavox.units import clock, worded

WEB = Path(__file__).parent / "web"
_FORM = "application/x-www-form-urlencoded"
_MOST_FIELDS = 64
_USUAL = "loving-kindness"
_BEAT_SECONDS = 10.0
_OTHERS = {".txt": "text/plain; charset=utf-8", ".html": "text/html; charset=utf-8", ".vtt": "text/vtt; charset=utf-8",
           ".srt": "application/x-subrip; charset=utf-8", ".jpg": "image/jpeg"}  # fmt: skip
LANGUAGES = ("en", "es")
"""In which the studio itself speaks."""


def app(works: Works, *, token: str, hosts: list[str]) -> ASGIApp:
    """The studio over these works, behind its guard."""
    studio = _Studio(works)
    routes = [
        Route("/", studio.make, methods=["GET"]),
        Route("/plan", studio.plan, methods=["POST"]),
        Route("/say", studio.say, methods=["POST"]),
        Route("/tracks", studio.tracks, methods=["GET"]),
        Route("/tracks", studio.add, methods=["POST"]),
        Route("/tracks/{name}", studio.track, methods=["GET"]),
        Route("/tracks/{name}/progress", studio.progress, methods=["GET"]),
        Route("/tracks/{name}/cancel", studio.cancel, methods=["POST"]),
        Route("/tracks/{name}/go-on", studio.go_on, methods=["POST"]),
        Route("/tracks/{name}/file{suffix}", studio.file, methods=["GET"]),
        Route("/site.css", _style, methods=["GET"]),
        Mount("/web", StaticFiles(directory=WEB / "static")),
    ]
    pages = Starlette(routes=routes, exception_handlers={404: _lost, TooLarge: _too_large, 500: _mistaken})
    return Guard(pages, token=token, hosts=hosts)


async def _style(request: Request) -> Response:
    return Response(webpage.shared_style(), media_type="text/css")


async def _lost(request: Request, error: Exception) -> Response:
    return PlainTextResponse("There is no such page in the studio.", 404)


async def _too_large(request: Request, error: Exception) -> Response:
    return PlainTextResponse(TOO_LARGE, 413)


async def _mistaken(request: Request, error: Exception) -> Response:
    return PlainTextResponse(OURS, 500)


class _Studio:
    def __init__(self, works: Works) -> None:
        self._works = works
        self._language = ""  # one person uses it
        self._templates = Environment(
            loader=FileSystemLoader(WEB),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        self._templates.globals |= {"fill": fill, "clock": clock, "on_the_page": forms.as_on_the_page}

    # --- pages ---

    async def make(self, request: Request) -> Response:
        words = self._words(request)
        earlier = self._works.get(request.query_params.get("again", ""))
        options: dict[str, Any] = dict(earlier.options) if earlier else {}
        # What is as usual is not among them, so an earlier track's own language may be the usual one.
        lang = str(options.get("lang", ask.STANDARD["lang"] if earlier else words["lang"]))
        practices = await run_in_threadpool(_practices, lang)
        usual = next(
            (each["id"] for each in practices if each["id"] == _USUAL), practices[0]["id"] if practices else ""
        )
        chosen = {**ask.STANDARD, "script": usual, **options, "lang": lang}
        return self._page(
            request,
            "make.html",
            words,
            practices=practices,
            chosen=chosen,
            voices=await run_in_threadpool(_voices, lang),
            choices={
                "relation": RELATIONS, "pronouns": PRONOUNS, "closing": CLOSINGS, "anchor": ANCHORS,
                "experience": EXPERIENCES, "tone": TONES, "bed": ("", *BEDS), "format": tuple(FORMATS),
            },
            unfinished=[work for work in self._works.all() if work.state == "unfinished"],
        )  # fmt: skip

    async def plan(self, request: Request) -> Response:
        words = self._words(request)
        try:
            options = forms.options(await _form(request))
        except MettavoxError as error:
            shown_live = livepage.Live(message=error.message, hint=error.hint)
        else:
            shown_live = await run_in_threadpool(livepage.live, options)
        shown_live = replace(
            shown_live,
            message=forms.as_on_the_page(shown_live.message, words),
            hint=forms.as_on_the_page(shown_live.hint, words),
        )
        html = self._templates.get_template("live.html").render(live=shown_live, words=words)
        return JSONResponse({
            "html": html, "least": shown_live.least, "most": shown_live.most, "good": not shown_live.message,
        })  # fmt: skip

    async def say(self, request: Request) -> Response:
        form, words = await _form(request), self._words(request)
        try:
            sound = await run_in_threadpool(_said, form)
        except MettavoxError as error:
            told = {"message": error.message, "hint": error.hint}
            return JSONResponse({key: forms.as_on_the_page(text, words) for key, text in told.items()}, 422)
        return Response(sound, media_type="audio/wav")

    async def tracks(self, request: Request) -> Response:
        return self._page(request, "tracks.html", self._words(request), works=self._works.all())

    async def add(self, request: Request) -> Response:
        form = await _form(request)
        try:
            work = await run_in_threadpool(self._works.add, forms.options(form))
        except MettavoxError as error:
            words = self._words(request)
            message, hint = (forms.as_on_the_page(text, words) for text in (error.message, error.hint))
            return self._page(request, "refused.html", words, message=message, hint=hint, code=422)
        return RedirectResponse(_at(request, f"tracks/{work.id}"), 303)

    async def track(self, request: Request) -> Response:
        work = self._work(request)
        if work is None:
            return await _lost(request, KeyError())
        work = replace(work)  # as it is now: it may be finished while its page is written
        item = await run_in_threadpool(_item, work) if work.state == "made" else None
        others = [suffix for suffix in _OTHERS if work.path and beside_path(work.path, suffix).is_file()]
        return self._page(
            request,
            "track.html",
            self._words(request),
            work=work,
            item=item,
            strip=strip.svg(item.timeline) if item and item.timeline else "",
            findings=await run_in_threadpool(_findings, work) if item else (),
            others=others,
            size=f"{item.size / 1e6:.1f} MB" if item else "",
            length=worded(float(item.seconds)) if item else "",
        )

    async def progress(self, request: Request) -> Response:
        """Events for the page of a track: its state, stage and share, whenever they change."""
        work = self._work(request)
        if work is None:
            return await _lost(request, KeyError())
        words = self._words(request)

        async def events() -> AsyncIterator[str]:
            seen: tuple[Any, ...] = ()
            while True:
                now = await run_in_threadpool(self._works.wait, work, seen, _BEAT_SECONDS)
                state, stage, share = now
                yield f"data: {state}\t{share:.3f}\t{words['stages'].get(stage, words['working'])}\n\n"
                if work.is_done or not self._works.is_open or await request.is_disconnected():
                    return
                seen = now
                await asyncio.sleep(0.1)

        return _Events(events())

    async def cancel(self, request: Request) -> Response:
        work = self._work(request)
        if work is not None:
            self._works.cancel(work)
        return RedirectResponse(_at(request, "tracks"), 303)

    async def go_on(self, request: Request) -> Response:
        work = self._work(request)
        if work is None:
            return RedirectResponse(_at(request, "tracks"), 303)
        self._works.go_on(work)
        return RedirectResponse(_at(request, f"tracks/{work.id}"), 303)

    async def file(self, request: Request) -> Response:
        """The track itself, or what lies beside it; nothing else of any folder has an address."""
        work, suffix = self._work(request), request.path_params["suffix"]
        if work is None or work.path is None:
            return await _lost(request, KeyError())
        kinds = {work.path.suffix: FORMATS[work.path.suffix[1:]].mime, **_OTHERS}
        path = work.path if suffix == work.path.suffix else beside_path(work.path, suffix)
        if suffix not in kinds or not path.is_file():
            return await _lost(request, KeyError())
        how = "attachment" if "save" in request.query_params else "inline"
        return FileResponse(path, media_type=kinds[suffix], filename=path.name, content_disposition_type=how)

    # --- and what they are made of ---

    def _words(self, request: Request) -> Mapping[str, Any]:
        """The studio's words: in the language that was chosen, else the first that the browser asks for and it has."""
        asked = request.query_params.get("lang", "")
        if asked in LANGUAGES:
            self._language = asked
        for part in (self._language or request.headers.get("accept-language", "")).split(","):
            tag = part.split(";")[0].strip().split("-")[0].lower()
            if tag in LANGUAGES:
                return _table(tag)
        return _table(LANGUAGES[0])

    def _work(self, request: Request) -> Work | None:
        return self._works.get(request.path_params["name"])

    def _page(
        self, request: Request, template: str, words: Mapping[str, Any], *, code: int = 200, **values: Any
    ) -> Response:
        page = self._templates.get_template(template)
        base = request.scope["root_path"] + "/"
        return HTMLResponse(
            page.render(words=words, base=base, lang=words["lang"], languages=_own_names(), **values), code
        )


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


async def _form(request: Request) -> dict[str, str]:
    """The fields of a form, each once; empty for what is none."""
    if request.headers.get("content-type", "").split(";")[0] != _FORM:
        return {}
    try:
        pairs = parse_qsl((await request.body()).decode(), keep_blank_values=True, max_num_fields=_MOST_FIELDS)
    except ValueError:
        return {}
    return dict(pairs)


def _at(request: Request, path: str) -> str:
    return f"{request.scope['root_path']}/{path}"


def _table(language: str) -> Mapping[str, Any]:
    return {**phrasebook.read_yaml("scripts", (language, "shared", "studio.yaml"), None), "lang": language}


def _own_names() -> list[tuple[str, str]]:
    return [(tag, fixedwords.own_name(tag)) for tag in LANGUAGES]


def _practices(language: str) -> list[dict[str, Any]]:
    found = []
    for name in source.ids(language):
        try:
            head = source.load(name, language).head
        except MettavoxError:
            continue  # one that cannot be read keeps nobody from the others
        minutes = head.minutes
        ends = float(minutes.shortest), float(minutes.longest)
        found.append({
            "id": name, "title": head.title, "purpose": head.purpose,
            "lacks": [each for each in forms.FIELDS if not prepare.has_place(each, head)],
            "shortest": ends[0], "typical": float(minutes.typical), "longest": ends[1],
            "range": [f"{each:g}" if each == int(each) else clock(round(each * 60)) for each in ends],
        })  # fmt: skip
    return found


def _voices(language: str) -> list[tuple[str, str]]:
    """The voices that are here and speak a language, best first, each with its label; the hum is for tests."""
    found = {
        voice.id: voice.label
        for voice in casting.every()
        if voice.engine != "hum" and voices.speaks(voice, language) and not casting.lacks(voice)
    }
    best = [name for name in casting.order(language) if name in found]
    return [(name, found[name]) for name in dict.fromkeys([*best, *sorted(found)])]


def _said(form: Mapping[str, str]) -> bytes:
    voice, language = forms.voice_and_language(form)
    asked = saying.prepare(form.get("text", ""), form.get("say", ""), voice=voice, language=language)
    with tempfile.TemporaryDirectory(prefix="mettavox-") as folder:
        path = Path(folder) / "said.wav"
        saying.speak(asked, path)
        return path.read_bytes()


def _item(work: Work) -> Item | None:
    try:
        return one(work.path) if work.path else None
    except (MettavoxError, OSError):
        return None


def _findings(work: Work) -> list[tuple[str, bool, str]]:
    if work.path is None:
        return []
    try:
        return [(each.what, each.holds, each.found) for each in check.check(work.path).findings]
    except MettavoxError as error:
        return [("record", False, error.message)]
