"""Record: a voice of one's own, read into the microphone line by line; what is good is kept at once."""

import threading
from collections.abc import Mapping
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mettavox import assets, booth, phrasebook, source, takestore, voices
from mettavox.ask import STANDARD
from mettavox.booth import Reading
from mettavox.errors import MettavoxError, RequestError
from mettavox.handout import fill
from mettavox.matching import UNHURRIED
from mettavox.sheet import Sheet
from mettavox.studio.desk import Desk, form, lost, seen_next, whole_number
from mettavox.studio.readings import Readings

_PRACTICE, _ALL, _NEW = "practice-", "all", ""
_BETWEEN_SECONDS = 6.0
"""Beside the speech of a line: to read it over, to press, and to listen to one or another."""


def routes(desk: Desk) -> list[Route]:
    """What is to be recorded, the lines of it, and the takes that a page sends."""
    area = _Record(desk)
    return [
        Route("/record", area.show, methods=["GET"]),
        Route("/record", area.begin, methods=["POST"]),
        Route("/record/count", area.count, methods=["POST"]),
        Route("/record/room", area.room, methods=["POST"]),
        Route("/record/take", area.take, methods=["POST"]),
        Route("/record/take", area.sound, methods=["GET"]),
        Route("/record/{name}", area.read, methods=["GET"]),
        Route("/record/{name}/forget", area.forget, methods=["POST"]),
    ]


class _Record:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._readings = Readings(desk.works.kept / "record")
        self._alone = threading.Lock()

    async def show(self, request: Request) -> Response:
        language = self._desk.language(request)
        return self._desk.page(
            request,
            "record",
            "record.html",
            make=self._desk.words(request, "make"),
            going_on=await run_in_threadpool(lambda: _shown(self._readings.all())),
            practices=await run_in_threadpool(_practices, language),
            voices=await run_in_threadpool(booth.own_voices, language),
            choices=booth.choices(language),
            breaths={
                each.id: self._desk.said(request, each.label) for each in phrasebook.load(language).patterns.values()
            },
        )

    async def begin(self, request: Request) -> Response:
        try:
            name = await run_in_threadpool(self._begun, await form(request))
        except MettavoxError as error:
            return self._desk.refused(request, "record", error)
        return seen_next(request, f"record/{name}")

    async def count(self, request: Request) -> Response:
        """How many lines a form comes to, in words."""
        try:
            made = await run_in_threadpool(_sheet, await form(request))
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        words = self._desk.words(request, "record")
        return JSONResponse({"message": fill(words["count"], lines=len(made.entries), minutes=_minutes(made))})

    async def read(self, request: Request) -> Response:
        name = request.path_params["name"]
        reading = self._readings.get(name)
        if reading is None:
            return lost()
        try:
            own = await run_in_threadpool(takestore.own, reading.voice)
            kept = await run_in_threadpool(booth.there, reading)
        except MettavoxError as error:
            return self._desk.refused(request, "record", error)
        return self._desk.page(
            request,
            "record",
            "reading.html",
            name=name,
            reading=reading,
            kept=kept,
            damaged=own is not None and own.damaged,
            label=own.voice.label if own is not None else reading.label or takestore.STANDARD_LABEL,
            most_seconds=booth.MOST_SECONDS,
            room_seconds=booth.ROOM_SECONDS,
        )

    async def take(self, request: Request) -> Response:
        """A recording of a line, as the browser has made it; what is wrong with it is an answer, and no error."""
        reading, number = self._asked(request)
        if reading is None:
            return lost()
        sound = await request.body()
        try:
            heard = await run_in_threadpool(booth.take, reading, number, sound)
            kept = await run_in_threadpool(booth.there, reading)
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        words = self._desk.words(request, "record")
        told = words["faults"][heard.fault.kind or ("replaced" if heard.replaced else "kept")]
        odd = words["odd"] if heard.is_odd and not heard.fault else ""
        return JSONResponse({
            "good": not heard.fault, "fault": heard.fault.kind, "message": told[0],
            "hint": " ".join(filter(None, [*told[1:], odd])), "kept": sorted(kept),
        })  # fmt: skip

    async def sound(self, request: Request) -> Response:
        """The take of a line, as tracks have it."""
        reading, number = self._asked(request)
        if reading is None:
            return lost()
        try:
            found = await run_in_threadpool(booth.sound, reading, number)
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        return lost() if found is None else Response(found, media_type="audio/flac")

    async def room(self, request: Request) -> Response:
        """What the room is like, in words."""
        sound = await request.body()
        try:
            found = await run_in_threadpool(booth.quietness, sound)
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        message, hint = self._desk.words(request, "record")["rooms"][found]
        return JSONResponse({"room": found, "message": message, "hint": hint})

    async def forget(self, request: Request) -> Response:
        try:
            await run_in_threadpool(self._readings.forget, request.path_params["name"])
        except MettavoxError as error:
            return self._desk.refused(request, "record", error)
        return seen_next(request, "record")

    def _asked(self, request: Request) -> tuple[Reading | None, int]:
        """The reading and the number of the line that an address names; no number is none that a sheet has."""
        number = whole_number(request.query_params.get("line", ""), 0)
        return self._readings.get(request.query_params.get("reading", "")), number

    def _begun(self, form: Mapping[str, str]) -> str:
        made = _sheet(form)
        if "agreed" not in form:
            raise RequestError(
                "It was not said that whoever speaks agrees.", hint="Tick it, if it is so: a voice belongs to a person."
            )
        voice = form.get("voice", _NEW)
        with self._alone:  # two forms at once are not to be given one name
            if voice == _NEW:
                return self._readings.add(self._new(made, booth.checked_label(form.get("label", ""))))
            if voice not in {each.id for each in booth.own_voices(made.language)}:
                raise RequestError("There is no such voice of your own.", hint="Load the page anew.")
            return self._readings.add(Reading(voice=voice, sheet=made))

    def _new(self, made: Sheet, label: str) -> Reading:
        """A reading for a voice that is not there yet; the same as before where nothing was recorded of that."""
        every = self._readings.all().values()
        unbegun = (each for each in every if (each.label, each.sheet) == (label, made))
        same = next((each for each in unbegun if each.voice not in voices.names()), None)
        return same or Reading(voice=booth.free_name({each.voice for each in every}), label=label, sheet=made)


def _sheet(form: Mapping[str, str]) -> Sheet:
    """The lines that a form asks for. Raises RequestError for what is none of its fields, and for a path."""
    for key in form:
        if not (
            key.startswith(_PRACTICE) or key in (*booth.CHOICES, "voice", "label", "lang", "names", "gentle", "agreed")
        ):
            raise RequestError(f"The form has no field “{key[:40]}”.", hint="Load the page anew.")
    language = form.get("lang", "") or STANDARD["lang"]
    if not assets.is_plain(language):
        raise RequestError("The field “lang” takes a name, and no path.", hint="Load the page anew.")
    there = source.ids(language)
    scripts = [key.removeprefix(_PRACTICE) for key in form if key.startswith(_PRACTICE)]
    if not all(each in there for each in scripts):
        raise RequestError("There is no such practice.", hint="Load the page anew.")
    every, given = booth.choices(language), {key: form[key] for key in booth.CHOICES if form.get(key, "")}
    chosen = {key: every[key] if value == _ALL else (value,) for key, value in given.items()}
    return booth.lines(
        language, sorted(scripts, key=there.index), chosen, names="names" in form, gentle="gentle" in form
    )


def _minutes(made: Sheet) -> int:
    return max(1, round(sum(each.wanted.seconds(UNHURRIED) + _BETWEEN_SECONDS for each in made.entries) / 60))


def _practices(language: str) -> list[dict[str, str]]:
    found = []
    for name in source.ids(language):
        try:
            head = source.load(name, language).head
        except MettavoxError:
            continue  # one that cannot be read keeps nobody from the others
        found.append({"id": name, "title": head.title, "purpose": head.purpose})
    return found


def _shown(readings: Mapping[str, Reading]) -> list[dict[str, Any]]:
    """What has been begun: its id, titles, and how many of its lines are there."""
    shown = []
    for name, reading in readings.items():
        try:
            kept = len(booth.there(reading))
            label = voices.load(reading.voice).label if reading.voice in voices.names() else reading.label
        except MettavoxError:
            kept, label = 0, reading.label
        titles = " · ".join(reading.sheet.titles.values())
        shown.append({"id": name, "titles": titles, "label": label or takestore.STANDARD_LABEL, "kept": kept,
                      "lines": len(reading.sheet.entries)})  # fmt: skip
    return shown
