"""Make: a practice, a name and a length are chosen, and the track is seen as it will be."""

from collections.abc import Mapping
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
        Route("/tracks", area.add, methods=["POST"]),
    ]


class _Make:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk

    async def show(self, request: Request) -> Response:
        words = self._desk.words(request, "make")
        earlier = self._desk.work(request.query_params.get("again", ""))
        options: dict[str, Any] = dict(earlier.options) if earlier else {}
        # What is as usual is not among them, so an earlier track's own language may be the usual one.
        lang = str(options.get("lang", ask.STANDARD["lang"] if earlier else words["lang"]))
        if not earlier and request.query_params.get("in", "") in phrasebook.languages():
            lang = request.query_params["in"]
        return await self._page(request, options, lang)

    async def _page(self, request: Request, options: Mapping[str, Any], lang: str, *, code: int = 200,
                    wrong: Mapping[str, str] | None = None) -> Response:  # fmt: skip
        """The form with these options chosen, and over it what was ``wrong`` with them, where they were sent."""
        practices = await run_in_threadpool(_practices, lang)
        there = [each["id"] for each in practices]
        asked = request.query_params.get("script", "")
        usual = asked if asked in there else _USUAL if _USUAL in there else next(iter(there), "")
        chosen = {**ask.STANDARD, "script": usual, **options, "lang": lang}
        return self._desk.page(
            request,
            "make",
            "make.html",
            code=code,
            wrong=wrong,
            practices=practices,
            chosen=chosen,
            voices=[(name, self._desk.said(request, label)) for name, label in await run_in_threadpool(_voices, lang)],
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
        try:
            options = forms.options(await form(request))
        except MettavoxError as error:
            live = livepage.Live(message=error.message, hint=error.hint)
        else:
            live = await run_in_threadpool(livepage.live, options)
        html = self._desk.part(request, "make", "live.html", live=live, numbered=False)
        return JSONResponse({"html": html, "least": live.least, "most": live.most, "good": not live.message})

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
            there, lang = phrasebook.languages(), fields.get("lang", "")
            lang = lang if lang in there else str(self._desk.words(request, "make")["lang"])
            return await self._page(request, forms.typed(fields), lang, code=422, wrong=self._desk.told(request, error))
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
    from mettavox import saying  # what speaks is large, and the page is there before it

    voice, language = forms.voice_and_language(form)
    asked = saying.prepare(form.get("text", ""), form.get("say", ""), voice=voice, language=language)
    return heard(lambda path: saying.speak(asked, path))
