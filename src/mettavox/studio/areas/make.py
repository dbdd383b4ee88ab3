"""Make: a practice, a name and a length are chosen, and the track is seen as it will be."""

import secrets
from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mettavox import ask, casting, deliveries, phrasebook, prepare, source, voices
from mettavox.codecs.formats import FORMATS
from mettavox.errors import MettavoxError
from mettavox.person import EXPERIENCES, PRONOUNS, RELATIONS
from mettavox.request import ANCHORS, BEDS, CLOSINGS, DAYS, TONES
from mettavox.studio import forms, livepage
from mettavox.studio.begun import Begun, asked, page_of
from mettavox.studio.desk import Desk, form, heard, seen_next, whole_number
from mettavox.units import clock

_USUAL = "loving-kindness"


def routes(desk: Desk) -> list[Route]:
    """The form, the plan beside it, and what is heard of it before it is made."""
    area = _Make(desk)
    return [
        Route("/", area.show, methods=["GET"]),
        Route("/plan", area.plan, methods=["POST"]),
        Route("/say", area.say, methods=["POST"]),
        Route("/line", area.line, methods=["POST"]),
        Route("/begun", area.keep, methods=["POST"]),
        Route("/afresh", area.afresh, methods=["POST"]),
        Route("/tracks", area.add, methods=["POST"]),
    ]


class _Make:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: Request) -> Response:
        words = self._desk.words(request, "make")
        begun, at = self._desk.begun, asked(request.query_params)
        if begun is not None and at in ("", begun.at):
            return await self._page(request, begun.options, begun.language(words["lang"]), at=begun.at, is_begun=True)
        earlier = self._desk.work(request.query_params.get("again", ""))
        options: dict[str, Any] = dict(earlier.options) if earlier else {}
        # What is as usual is not among them, so an earlier track's own language may be the usual one.
        lang = str(options.get("lang", ask.STANDARD["lang"] if earlier else words["lang"]))
        if not earlier and request.query_params.get("in", "") in phrasebook.languages():
            lang = request.query_params["in"]
        return await self._page(request, options, lang, at=at)

    async def _page(self, request: Request, options: Mapping[str, Any], lang: str, *, at: str, code: int = 200,
                    wrong: Mapping[str, str] | None = None, is_begun: bool = False) -> Response:  # fmt: skip
        """The form with these options chosen, and over it what was ``wrong`` with them, where they were sent.

        ``at`` is what its address asks for, and ``is_begun`` says that the options were begun before.
        """
        begun = self._desk.begun
        lang = lang if lang in phrasebook.languages() else str(self._desk.words(request, "make")["lang"])
        practices = await run_in_threadpool(_practices, lang)
        there = [each["id"] for each in practices]
        if options.get("script", "") not in there:  # it has gone, or is in another language alone
            options = {key: value for key, value in options.items() if key != "script"}
        wanted = request.query_params.get("script", "")
        usual = wanted if wanted in there else _USUAL if _USUAL in there else next(iter(there), "")
        chosen = {**ask.STANDARD, "script": usual, **options, "lang": lang}
        speakers, best = await run_in_threadpool(_voices, lang)
        if chosen["voice"] not in speakers:
            chosen["voice"] = best
        return self._desk.page(
            request,
            "make",
            "make.html",
            code=code,
            wrong=wrong,
            at=at,
            page=begun.page if (is_begun or wrong) and begun is not None else secrets.token_hex(4),
            is_begun=is_begun,
            others_begun=begun is not None and not is_begun and wrong is None,
            practices=practices,
            chosen=chosen,
            voices=[(name, self._desk.said(request, label)) for name, label in speakers.items()],
            best=best,
            breaths=[
                (each.id, self._desk.said(request, each.label)) for each in phrasebook.load(lang).patterns.values()
            ],
            profiles=deliveries.names(),
            parts=list(dict.fromkeys(part for each in practices for part in each["parts"])),
            days=DAYS,
            choices={
                "relation": RELATIONS, "pronouns": PRONOUNS, "closing": CLOSINGS, "anchor": ANCHORS,
                "experience": EXPERIENCES, "tone": TONES, "bed": ("", *BEDS), "format": tuple(FORMATS),
            },
            unfinished=[work for work in self._desk.works.all() if work.state == "unfinished"],
        )  # fmt: skip

    async def plan(self, request: Request) -> Response:
        fields = await form(request)
        if "typed" in request.query_params:  # and not only opened
            self._begin(request, fields)
        try:
            live = await run_in_threadpool(_live, forms.options(fields))
        except MettavoxError as error:
            live = livepage.Live(message=error.message, hint=error.hint)
        html = self._desk.part(request, "make", "live.html", live=live, numbered=False)
        return JSONResponse({"html": html, "least": live.least, "most": live.most, "good": not live.message})

    async def keep(self, request: Request) -> Response:
        """What a page had in it that is left."""
        self._begin(request, await form(request))
        return Response(status_code=204)

    async def afresh(self, request: Request) -> Response:
        self._desk.begun = None
        return seen_next(request, "")

    def _begin(self, request: Request, fields: Mapping[str, str]) -> None:
        spoken = str(self._desk.words(request, "make")["lang"])
        at, page = asked(request.query_params), page_of(request.query_params)
        self._desk.begun = Begun(options=forms.typed(fields), at=at, spoke=spoken, page=page)

    async def say(self, request: Request) -> Response:
        try:
            sound = await run_in_threadpool(_said, await form(request))
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        return Response(sound, media_type="audio/wav")

    async def line(self, request: Request) -> Response:
        """A line of the plan as it will be spoken; ``place`` says which, and ``words`` what the page shows there."""
        fields = await form(request)
        try:
            sound = await run_in_threadpool(self._line, fields)
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        return Response(sound, media_type="audio/wav")

    async def add(self, request: Request) -> Response:
        fields = await form(request)
        try:
            work = await run_in_threadpool(self._desk.works.add, forms.options(fields))
        except MettavoxError as error:
            self._begin(request, fields)
            wrong, at = self._desk.told(request, error), asked(request.query_params)
            return await self._page(request, forms.typed(fields), fields.get("lang", ""), at=at, code=422, wrong=wrong)
        if self._desk.begun is not None and self._desk.begun.page == page_of(request.query_params):
            self._desk.begun = None  # and not what was begun in another tab
        return seen_next(request, f"tracks/{work.id}")

    def _line(self, fields: dict[str, str]) -> bytes:
        place, words = whole_number(fields.pop("place", ""), -1), fields.pop("words", "")
        prepared = prepare.prepare(ask.request(forms.options(fields)))
        return heard(lambda path: self._desk.rehearsal.line(prepared, place, path, words=words))


def _practices(language: str) -> list[dict[str, Any]]:
    found = []
    for name in source.ids(language):
        try:
            script = source.load(name, language)
        except MettavoxError:
            continue  # one that cannot be read keeps nobody from the others
        head, minutes = script.head, script.head.minutes
        ends = float(minutes.shortest), float(minutes.longest)
        found.append({
            "id": name, "title": head.title, "purpose": head.purpose,
            "cautions": source.handout(script.body),
            "parts": source.parts(script.body),
            "lacks": [each for each in forms.FIELDS if not prepare.has_place(each, head)],
            "shortest": ends[0], "typical": float(minutes.typical), "longest": ends[1],
            "range": [f"{each:g}" if each == int(each) else clock(round(each * 60)) for each in ends],
        })  # fmt: skip
    return found


def _live(options: Mapping[str, Any]) -> livepage.Live:
    """The plan; the best voice that is here, which the form has chosen, is told of as where nobody chooses one."""
    live = livepage.live(options)
    if live.message or "voice" not in options:
        return live
    usual = casting.cast("", options.get("lang", ask.STANDARD["lang"]))
    return replace(live, note=usual.note) if options["voice"] == usual.voice.id else live


def _voices(language: str) -> tuple[dict[str, str], str]:
    """The labels of the voices that are here and speak a language, best first, and which one speaks as usual.

    That is none where none is here; the hum is for tests.
    """
    found = {
        voice.id: voice.label
        for voice in casting.every()
        if voice.engine != "hum" and voices.speaks(voice, language) and not casting.lacks(voice)
    }
    best = [name for name in casting.order(language) if name in found]
    usual = casting.cast("", language).voice.id
    return {name: found[name] for name in dict.fromkeys([*best, *sorted(found)])}, usual if usual in found else ""


def _said(form: Mapping[str, str]) -> bytes:
    from mettavox import saying  # what speaks is large, and the page is there before it

    voice, language = forms.voice_and_language(form)
    said = saying.prepare(form.get("text", ""), form.get("say", ""), voice=voice, language=language)
    return heard(lambda path: saying.speak(said, path))
