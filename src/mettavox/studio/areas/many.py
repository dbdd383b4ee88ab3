"""Many: a table of people becomes a library: it is read, put right, heard and made; then come its pages and feed."""

import contextlib
import json
import re
import secrets
import tempfile
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import partial
from hashlib import sha256
from pathlib import Path
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import FileResponse, JSONResponse, Response
from starlette.routing import Route

from mettavox import ask, assets, batchreport, casting, cells, manifest, nameaudition, roster, saying, source, voices
from mettavox.batchcheck import Said
from mettavox.draft import Draft, Looked
from mettavox.errors import MettavoxError, RequestError
from mettavox.handout import fill
from mettavox.person import personal_word
from mettavox.request import BEDS, DAYS
from mettavox.roster import Problem
from mettavox.site import serving
from mettavox.studio import forms, libraries, translated
from mettavox.studio.areas.library import LibraryPages
from mettavox.studio.batches import Batch
from mettavox.studio.desk import Desk, Seen, at, form, heard, lost, seen_next
from mettavox.studio.libraries import Libraries
from mettavox.studio.wording import Words
from mettavox.units import clock

PAGE_ROWS = 50
"""How many rows a page shows: ten thousand fields at once are of use to nobody."""

_MOST_FIELDS = 4000
_PROBLEMS, _ALIKE = 10, 4
_HEARD = ("name", "target")
_TOLD = ("script", "voice")
"""The columns whose cells are ids, which a page tells in words as well."""
_COMPANION = {"name": "say", "target": "target-say"}
_CELL = re.compile(r"c\.(\d{1,7})\.(\d{1,3})")
_HEADING = re.compile(r"h\.(\d{1,3})")
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_LEFT_OUT = "-"


def routes(desk: Desk) -> list[Route]:
    """The tables, each while it is written and while it is made, and the libraries that come of them."""
    area = _Many(desk)
    return [
        Route("/many", area.all, methods=["GET"]),
        Route("/many/read", area.read, methods=["POST"]),
        Route("/many/pasted", area.pasted, methods=["POST"]),
        Route("/many/empty", area.empty, methods=["POST"]),
        *LibraryPages(desk, area.libraries).routes(),
        Route("/many/{name}", area.one, methods=["GET"]),
        Route("/many/{name}", area.change, methods=["POST"]),
        Route("/many/{name}/cells", area.cells, methods=["POST"]),
        Route("/many/{name}/hear", area.hear, methods=["POST"]),
        Route("/many/{name}/names", area.names, methods=["POST"]),
        Route("/many/{name}/names/{once}", area.heard, methods=["GET"]),
        Route("/many/{name}/there", area.there, methods=["POST"]),
        Route("/many/{name}/start", area.start, methods=["POST"]),
        Route("/many/{name}/cancel", area.cancel, methods=["POST"]),
        Route("/many/{name}/forget", area.forget, methods=["POST"]),
        Route("/many/{name}/progress", area.progress, methods=["GET"]),
        Route("/many/{name}/rows/{row:int}", area.file, methods=["GET"]),
    ]


@dataclass(frozen=True, kw_only=True)
class _Cut:
    """Which rows a page shows: of ``which`` kind, “all”, “bad” or “failed”, and the ``page`` of ``pages``, from 1."""

    which: str
    page: int
    pages: int
    numbers: tuple[int, ...]

    @classmethod
    def of(cls, numbers: Sequence[int], which: str, page: str) -> "_Cut":
        pages = max(1, -(-len(numbers) // PAGE_ROWS))
        wanted = int(page) if page.isdecimal() and len(page) < 7 else 1  # noqa: PLR2004
        place = min(max(1, wanted), pages)
        return cls(
            which=which, page=place, pages=pages, numbers=tuple(numbers[(place - 1) * PAGE_ROWS : place * PAGE_ROWS])
        )


class _Many:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._batches = desk.batches
        self._heard: tuple[str, bytes] = "", b""
        self.libraries = Libraries(lambda: desk.works.output)

    # --- tables ---

    async def all(self, request: Request) -> Response:
        batches = [(each, len(each.draft.rows)) for each in self._batches.all()]
        return self._desk.page(
            request,
            "many",
            "many.html",
            batches=batches,
            libraries=await run_in_threadpool(self.libraries.all),
            most=cells.MOST_BYTES,
        )

    async def read(self, request: Request) -> Response:
        """A roster's bytes; its file's name is not sent, for it may be somebody's."""
        body = await request.body()
        try:
            table = await run_in_threadpool(roster.table, body)
        except MettavoxError as error:
            return self._told_json(request, error)
        made = await run_in_threadpool(self._batches.add, table, self._desk.language(request))
        await run_in_threadpool(made.draft.look)  # while the page still says that it is read
        return JSONResponse({"to": at(request, f"many/{made.id}")})

    async def pasted(self, request: Request) -> Response:
        text = (await form(request)).get("table", "")
        try:
            table = await run_in_threadpool(roster.table, text.encode("utf-8", "replace"))
        except MettavoxError as error:
            return self._refused(request, error)
        made = await run_in_threadpool(self._batches.add, table, self._desk.language(request))
        return seen_next(request, f"many/{made.id}")

    async def empty(self, request: Request) -> Response:
        return seen_next(request, f"many/{self._batches.add(None, self._desk.language(request)).id}")

    async def one(self, request: Request) -> Response:
        one = self._batch(request)
        if one is None:
            return lost()
        asked = request.query_params
        if one.is_running or (one.work is not None and "change" not in asked):
            return self._running(request, one)
        return await run_in_threadpool(self._written, request, one)

    def _written(self, request: Request, one: Batch) -> Response:
        asked = request.query_params
        words = self._desk.words(request, "many")
        with one.lock:
            here = tuple(voice.id for voice in casting.every() if not casting.lacks(voice))
            looked = one.draft.look(anew=bool(one.heard_by) and one.heard_by != here)
            one.heard_by = here
            numbers = list(one.draft.rows)
            bad = [number for number in numbers if number in looked.bad]
            usual = "bad" if bad and len(numbers) > PAGE_ROWS else "all"
            which = asked.get("rows", usual)
            which = which if which == "bad" and bad else "all"
            cut = _Cut.of(bad if which == "bad" else numbers, which, asked.get("page", ""))
            plainly = _Plainly(self._desk, request, words)
            rows = self._rows(one.draft, looked, cut.numbers, words, plainly)
            headings = list(zip(one.draft.headings, one.draft.names, strict=True))
            return self._desk.page(
                request,
                "many",
                "many_table.html",
                one=one,
                rows=rows,
                cut=cut,
                headings=headings,
                wrong_headings=(wrong := _wrong_headings(one.draft)),
                fillable=[
                    name for place, (_, name) in enumerate(headings) if place not in wrong and name != roster.CODE
                ],
                free=one.draft.free,
                count=len(numbers),
                bad=len(bad),
                good=len(looked.roster.rows),
                problems=self._problems(request, one, looked, cut),
                version=_version(one.draft),
                choices=_choices(one.draft, plainly),
                usual=_usual(one.draft, plainly),
                libraries=self.libraries.all(),
                summary=_summary(words, len(looked.roster.rows), len(bad)),
                go=_go(words, len(looked.roster.rows)),
                told=lambda text: _as_columns(text, words["lang"]),
            )

    def _rows(
        self, draft: Draft, looked: Looked, numbers: Sequence[int], words: Words, plainly: "_Plainly"
    ) -> list[dict[str, Any]]:
        """What a page shows of some rows."""
        wrong: dict[tuple[int, str], list[str]] = {}
        for problem in looked.problems:
            told = _both(problem.message, problem.hint, words["lang"])
            wrong.setdefault((problem.row, problem.column), []).append(told)
        names = draft.names

        def shown(number: int, name: str, text: str) -> str:
            if name in _HEARD:
                return _said(looked.said.get((number, name)), words)
            return plainly.told(name, text, _language(draft, number))

        return [
            {
                "number": number,
                "code": draft.rows[number][names.index(roster.CODE)],
                "wrong": [
                    each for (row, name), several in wrong.items() if row == number and name not in names
                    for each in several
                ],
                "cells": [
                    {
                        "place": place,
                        "name": name,
                        "text": text,
                        "wrong": wrong.get((number, name), []),
                        "heard": name in _HEARD,
                        "told": name in (*_HEARD, *_TOLD),
                        "said": shown(number, name, text),
                    }
                    for place, (name, text) in enumerate(zip(names, draft.rows[number], strict=True))
                ],
            }
            for number in numbers
        ]  # fmt: skip

    def _problems(self, request: Request, one: Batch, looked: Looked, cut: _Cut) -> str:
        """The list of what is wrong, alike in several rows once; each row leads to its cell."""
        names, language = one.draft.names, self._desk.language(request)
        bad = cut.which == "bad"
        numbers = [number for number in one.draft.rows if not bad or number in looked.bad]
        places = {number: place for place, number in enumerate(numbers)}
        alike: dict[tuple[str, str, bool], list[Problem]] = {}
        for problem in looked.problems:
            alike.setdefault((problem.column, problem.message, problem.row in places), []).append(problem)

        def place(problem: Problem) -> tuple[int, str, str]:
            column = names.index(problem.column) if problem.column in names else 0
            cell = f"c-{problem.row}-{column}" if problem.row in places else f"h-{column}"
            page = places.get(problem.row, 0) // PAGE_ROWS + 1
            where = at(request, f"many/{one.id}?change&rows={cut.which}&page={page}#{cell}")
            return problem.row if problem.row in places else 0, where, cell

        shown = [
            (column, _as_columns(message, language), [place(each) for each in several[:_ALIKE]], len(several) - _ALIKE)
            for (column, message, _), several in list(alike.items())[:_PROBLEMS]
        ]
        return self._desk.part(
            request,
            "many",
            "many_problems.html",
            problems=shown,
            more=sum(map(len, list(alike.values())[_PROBLEMS:])),
            count=len(looked.problems),
            left_out=one.draft.left_out,
            note=one.draft.note,
            good=len(looked.roster.rows),
            told=lambda text: _as_columns(text, language),
        )

    async def change(self, request: Request) -> Response:
        """The table as a form: what is typed is kept, and then the button's own wish is done."""
        one = self._batch(request)
        if one is None:
            return lost()
        fields = await form(request, _MOST_FIELDS)
        try:
            number = await run_in_threadpool(self._changed, request, one, fields)
        except MettavoxError as error:
            return self._refused(request, error, back=f"many/{one.id}")
        rows, page = fields.get("rows", "all"), fields.get("page", "1")
        rows = rows if rows in ("all", "bad") and not number else "all"
        page = str((list(one.draft.rows).index(number)) // PAGE_ROWS + 1) if number else page
        page = page if page.isdecimal() else "1"
        target = f"#c-{number}-0" if number else "#table"
        return seen_next(request, f"many/{one.id}?change&rows={rows}&page={page}{target}")

    def _changed(self, request: Request, one: Batch, fields: Mapping[str, str]) -> int:
        """Do what a form says; gives the number of a row that is new, or 0."""
        number = 0
        with one.lock:
            self._put(request, one, fields)
            wish, _, more = fields.get("do", "").partition(":")
            if wish == "add-row":
                number = one.draft.add_row()
            elif wish == "remove" and more.isdecimal():
                one.draft.remove_row(int(more))
            elif wish == "add-column":
                one.draft.add_column(fields.get("column", ""))
            elif wish == "fill":
                one.draft.fill(fields.get("fill-column", ""), fields.get("fill-with", ""))
            chosen = {int(found[1]): value for key, value in fields.items() if (found := _HEADING.fullmatch(key))}
            for place in sorted(chosen, reverse=True):
                if chosen[place]:
                    one.draft.name_column(place, "" if chosen[place] == _LEFT_OUT else chosen[place])
            self._batches.keep(one)
        return number

    def _put(self, request: Request, one: Batch, fields: Mapping[str, str]) -> bool:
        """Keep the cells of a form. Raises RequestError where they are those of another table by now."""
        words = self._desk.words(request, "many")
        if one.is_running:
            raise RequestError(words["is_running"], hint=words["is_running_hint"])
        if fields.get("version") != _version(one.draft):
            raise RequestError(words["other_columns"], hint=words["load_anew"])
        changed = gone = False
        for key, text in fields.items():
            if found := _CELL.fullmatch(key):
                changed |= one.draft.put(int(found[1]), int(found[2]), text)
                gone |= bool(text.strip()) and int(found[1]) not in one.draft.rows
        if gone:  # removed on another page: what was typed into it here is not lost without a word
            self._batches.keep(one)
            raise RequestError("There is no such row any more.", hint="Load the page anew.")
        return changed

    async def cells(self, request: Request) -> Response:
        """The same for a script: what was typed, and then what is wrong with the rows that are shown."""
        one = self._batch(request)
        if one is None:
            return lost()
        fields = await form(request, _MOST_FIELDS)
        try:
            return JSONResponse(await run_in_threadpool(self._judged, request, one, fields))
        except MettavoxError as error:
            return self._told_json(request, error)

    def _judged(self, request: Request, one: Batch, fields: Mapping[str, str]) -> dict[str, Any]:
        shown = _shown(fields)
        with one.lock:
            if self._put(request, one, fields):
                self._batches.keep(one)
            looked = one.draft.look()
            cut = _Cut.of(list(one.draft.rows), "all", "")
            words = self._desk.words(request, "many")
            here = [number for number in shown if number in one.draft.rows]
            rows = self._rows(one.draft, looked, here, words, _Plainly(self._desk, request, words))
            good, bad = len(looked.roster.rows), len(looked.bad - {0})
            return {
                "problems": self._problems(request, one, looked, cut),
                "summary": _summary(words, good, bad),
                "go": _go(words, good),
                "good": good,
                "rows": {row["number"]: row["wrong"] for row in rows},
                "cells": {
                    f"{row['number']}-{cell['place']}": [cell["wrong"], cell["said"]]
                    for row in rows
                    for cell in row["cells"]
                },
            }

    # --- names ---

    async def hear(self, request: Request) -> Response:
        one = self._batch(request)
        if one is None:
            return lost()
        try:
            sound = await run_in_threadpool(_spoken, one, await form(request))
        except MettavoxError as error:
            return self._told_json(request, error)
        return Response(sound, media_type="audio/wav")

    async def names(self, request: Request) -> Response:
        """Every name of the good rows in one sound, which is given out once, and what is heard when.

        Of a long table those of the page that is shown: nobody listens to ten thousand at once.
        """
        one = self._batch(request)
        if one is None:
            return lost()
        try:
            sound, made = await run_in_threadpool(_all_names, one, _shown(await form(request)))
        except MettavoxError as error:
            return self._told_json(request, error)
        self._heard = secrets.token_hex(8), sound
        heard = [
            [each.seconds, f"{clock(round(each.seconds))} {each.said.code}: {each.said.written}"] for each in made.heard
        ]
        wrong = [f"{each.row}: {_as_columns(each.message, self._desk.language(request))}" for each in made.problems]
        return JSONResponse({"sound": f"many/{one.id}/names/{self._heard[0]}", "heard": heard, "wrong": wrong})

    async def heard(self, request: Request) -> Response:
        once, sound = self._heard
        if not once or request.path_params["once"] != once:
            return lost()
        self._heard = "", b""
        return Response(sound, media_type="audio/mpeg")

    # --- making ---

    async def there(self, request: Request) -> Response:
        """What a library of that name holds already, in words."""
        one = self._batch(request)
        if one is None:
            return lost()
        words = self._desk.words(request, "many")
        try:
            told = await run_in_threadpool(self._there, one, (await form(request)).get("library", ""), words)
        except MettavoxError as error:
            return self._told_json(request, error)
        return JSONResponse({"told": told})

    def _there(self, one: Batch, name: str, words: Words) -> str:
        with one.lock:
            codes = [texts[one.draft.names.index(roster.CODE)].strip() for texts in one.draft.rows.values()]
        found = libraries.there(self.libraries.of(name), codes)
        if found is None:
            return str(words["new_library"])
        return fill(words["there"], made=str(found.made), shared=str(found.shared))

    async def start(self, request: Request) -> Response:
        one = self._batch(request)
        if one is None:
            return lost()
        fields = await form(request)
        try:
            await run_in_threadpool(self._started, one, fields, self._desk.language(request))
        except MettavoxError as error:
            return self._refused(request, error, back=f"many/{one.id}?change")
        return seen_next(request, f"many/{one.id}")

    def _started(self, one: Batch, fields: Mapping[str, str], language: str) -> None:
        name = fields.get("library", "").strip() or one.library
        here = one.folder is not None and name == one.folder.name  # also where tracks go elsewhere by now
        library = self.libraries.at(one.folder) if one.folder and here else self.libraries.of(name)
        libraries.there(library)  # a manifest that is damaged is told of at once
        page = partial(batchreport.page, language=language, said=lambda text: _as_columns(text, language))
        self._batches.start(one, library.path, page)

    async def cancel(self, request: Request) -> Response:
        one = self._batch(request)
        if one is None:
            return lost()
        await run_in_threadpool(self._batches.cancel, one)
        return seen_next(request, f"many/{one.id}")

    async def forget(self, request: Request) -> Response:
        one = self._batch(request)
        if one is not None:
            await run_in_threadpool(self._batches.forget, one)
        return seen_next(request, "many")

    def _running(self, request: Request, one: Batch) -> Response:
        asked = request.query_params
        words = self._desk.words(request, "many")
        assert one.work is not None
        with one.lock:
            # Before the rows are looked at: it may be done while its page is written, and what comes later is told.
            running, state, steps = one.is_running, one.state, len(one.steps)
            failed = [row for row, result in sorted(one.results.items()) if result.state == "failed"]
            rows = [number for number, texts in one.draft.rows.items() if any(texts)]
            which = "failed" if asked.get("rows") == "failed" and failed else "all"
            cut = _Cut.of(failed if which == "failed" else rows, which, asked.get("page", ""))
            place = one.draft.names.index(roster.CODE)
            bad = {problem.row for problem in one.report.problems} if one.report else set()
            shown = [
                {
                    "number": number,
                    "code": one.draft.rows[number][place] if number in one.draft.rows else "",
                    "result": one.results.get(number),
                    "state": "bad" if number in bad else one.state_of(number),
                }
                for number in cut.numbers
            ]
        assert one.folder is not None
        library = self.libraries.at(one.folder)
        return self._desk.page(
            request,
            "many",
            "many_run.html",
            one=one,
            running=running,
            state=state,
            steps=steps,
            rows=shown,
            cut=cut,
            count=len(rows),
            failed=len(failed),
            bad=len(bad),
            made=one.count("made", "kept"),
            told=_told(one, words),
            message=_as_columns(one.work.message, words["lang"]),
            hint=_as_columns(one.work.hint, words["lang"]),
            library=library,
            report=(library.path / batchreport.FILE).is_file(),
            is_there=(library.path / manifest.NAME).is_file(),
            both=lambda message, hint: _both(message, hint, words["lang"]),
        )

    async def progress(self, request: Request) -> Response:
        """Events for the page of a run: how far it is, and what became of rows since the last one."""
        one = self._batch(request)
        if one is None or one.work is None:
            return lost()
        words = self._desk.words(request, "many")
        start = request.query_params.get("from", "0")

        steps = int(start) if start.isdecimal() and len(start) < 9 else 0  # noqa: PLR2004

        def told(seen: Seen) -> str:
            nonlocal steps
            before, (state, _, steps) = steps, seen
            rows = list(dict.fromkeys(one.steps[before:steps]))
            facts = {
                "state": state,
                "share": one.done / one.total if one.total else 0,
                "told": _told(one, words),
                "failed": one.count("failed"),
                "rows": [[row, one.state_of(row), *_row_told(one, row, words)] for row in rows],
            }
            return json.dumps(facts, ensure_ascii=False)

        return self._desk.followed(request, lambda seen, seconds: self._batches.wait(one, seen, seconds), told)

    async def file(self, request: Request) -> Response:
        """The track of a row."""
        one = self._batch(request)
        result = one.results.get(request.path_params["row"]) if one else None
        if one is None or one.folder is None or result is None or not result.file:
            return lost()
        path = serving.shown(one.folder.resolve(), result.file)
        if path is None:
            return lost()
        how = "attachment" if "save" in request.query_params else "inline"
        return FileResponse(path, media_type=serving.kind(path.name), filename=path.name, content_disposition_type=how)

    # --- in common ---

    def _batch(self, request: Request) -> Batch | None:
        return self._batches.get(request.path_params["name"])

    def _told_json(self, request: Request, error: MettavoxError) -> Response:
        language = self._desk.language(request)
        told = {key: _as_columns(getattr(error, key), language) for key in ("message", "hint")}
        return JSONResponse(told, 422)

    def _refused(self, request: Request, error: MettavoxError, back: str = "many") -> Response:
        language = self._desk.language(request)
        message, hint = (_as_columns(each, language) for each in (error.message, error.hint))
        return self._desk.page(
            request, "many", "refused.html", code=422, back=at(request, back), message=message, hint=hint
        )


def _as_columns(text: str, language: str) -> str:
    """What makers say, in the language of the pages, and of the column of a name instead of ``--minutes``."""
    told = translated.said(text, language)
    return _OPTION.sub(lambda found: f"“{found[1]}”" if found[1] in roster.COLUMNS else found[0], told)


def _both(message: str, hint: str, language: str) -> str:
    return f"{_as_columns(message, language)} {_as_columns(hint, language)}".strip()


def _version(draft: Draft) -> str:
    """What tells one set of columns from another."""
    return sha256("\0".join(draft.headings).encode("utf-8", "replace")).hexdigest()[:8]


def _wrong_headings(draft: Draft) -> frozenset[int]:
    """The columns that are for no option, or for one that an earlier column is for."""
    names = draft.names
    return frozenset(place for place, name in enumerate(names) if name not in roster.COLUMNS or name in names[:place])


def _said(said: Said | None, words: Words) -> str:
    if said is None:
        return ""
    return f"{words['as']} {said.sounds}" if said.sounds else str(words["sources"][said.source])


def _summary(words: Words, good: int, bad: int) -> str:
    text = fill(words["good_rows"], count=str(good))
    return f"{text} {fill(words['bad_rows'], count=str(bad))}" if bad else text


def _go(words: Words, good: int) -> str:
    return fill(words["go"], count=str(good)) if good != 1 else str(words["go_one"])


def _told(one: Batch, words: Words) -> str:
    """How far a run is, in words."""
    if not one.total:
        return str(words["looking"])
    if not one.steps:
        return str(words["preparing"])
    text = fill(words["done_of"], done=str(one.done), total=str(one.total))
    pace = one.pace.told(one.total - one.done)
    if pace is None or one.done == one.total:
        return text
    return f"{text} {fill(words['pace'], rate=f'{pace[0]:.1f}', left=clock(pace[1]))}"


def _row_told(one: Batch, row: int, words: Words) -> tuple[str, str, str]:
    """A row's state in words, the length of its track, and why there is none."""
    result = one.results.get(row)
    state = words["row_states"][one.state_of(row)]
    if result is None:
        return state, "", ""
    why = _both(result.error, result.hint, words["lang"])
    return state, clock(round(result.seconds)) if result.file else "", why


def _choices(draft: Draft, plainly: "_Plainly") -> dict[str, list[tuple[str, str]]]:
    """What the cells of a column may say, where that is one of a few words, each with what it stands for."""
    language = draft.language
    known: dict[str, list[str]] = {name: list(several) for name, several in ask.WORDS.items()}
    known |= {"script": source.ids(language), "bed": list(BEDS), "day": list(map(str, DAYS)), "lang": ["en", "es"]}
    known |= {
        name: ["yes", "no"]
        for name, standard in ask.STANDARD.items()
        if isinstance(standard, bool) or name in ("bells", "breath-tones")
    }
    known["voice"] = [
        voice.id
        for voice in casting.every()
        if voice.engine != "hum" and voices.speaks(voice, language) and not casting.lacks(voice)
    ]
    return {
        name: [(each, plainly.told(name, each, language)) for each in known[name]]
        for name in draft.names
        if known.get(name)
    }


class _Plainly:
    """What an id in a cell stands for, in words: the title of a practice, in the language of the pages where it is in
    that, and a voice, also the one that speaks where none is written.
    """

    def __init__(self, desk: Desk, request: Request, words: Words) -> None:
        self._desk, self._request, self._words = desk, request, words
        self._known: dict[tuple[str, str, str], str] = {}

    def told(self, column: str, text: str, language: str) -> str:
        """The words for a cell of a row in that language; nothing where it stands for nothing."""
        asked = column, text.strip(), language
        if asked not in self._known:
            self._known[asked] = self._found(*asked)
        return self._known[asked]

    def _found(self, column: str, name: str, language: str) -> str:
        if column not in _TOLD or not assets.is_plain(language) or (name and not assets.is_plain(name)):
            return ""
        with contextlib.suppress(MettavoxError):
            return self._voice(name, language) if column == "voice" else self._title(name, language)
        return ""

    def _title(self, name: str, language: str) -> str:
        tag = self._words["lang"]
        return source.load(name, tag if name in source.ids(tag) else language).head.title

    def _voice(self, name: str, language: str) -> str:
        label = self._desk.said(self._request, casting.cast(name, language).voice.label)
        return label if name not in ("", voices.CALM) else fill(self._words["the_usual_voice"], voice=label)


def _language(draft: Draft, number: int) -> str:
    """That of a row."""
    told = draft.rows[number][draft.names.index("lang")].strip() if "lang" in draft.names else ""
    return told or draft.language


def _usual(draft: Draft, plainly: _Plainly) -> str:
    """Who speaks where no voice is written, in each language of a table."""
    languages = dict.fromkeys(_language(draft, number) for number in draft.rows)
    return "; ".join(dict.fromkeys(filter(None, (plainly.told("voice", "", each) for each in languages))))


def _spoken(one: Batch, fields: Mapping[str, str]) -> bytes:
    """A name of a row as it will be said."""
    with one.lock:
        names = one.draft.names
        row, name = fields.get("row", ""), fields.get("column", "")
        texts = one.draft.rows.get(int(row)) if row.isdecimal() else None
        if texts is None or name not in _HEARD:
            raise RequestError("There is no such row any more.", hint="Load the page anew.")
        told = {each: text.strip() for each, text in zip(names, texts, strict=True)}
        language = told.get("lang", "") or one.draft.language
    personal_word(told.get(name, ""), told.get(_COMPANION[name], ""), option=f"--{name}")  # as it is asked for a track
    voice, language = forms.voice_and_language({"voice": told.get("voice", ""), "lang": language})
    said = told.get(name, ""), told.get(_COMPANION[name], "")
    asked = saying.prepare(*said, voice=voice, language=language)
    if asked.is_recorded and not saying.explain(asked).recorded:  # then it is who fills in that says it in the track
        fill, _ = forms.voice_and_language({"voice": told.get("fill", "")})
        filling = casting.fill(fill, language, asked.voice)
        asked = saying.prepare(*said, voice=filling.voice.id, language=language) if filling else asked
    return heard(lambda path: saying.speak(asked, path))


def _shown(fields: Mapping[str, str]) -> list[int]:
    """The rows that a page shows, as its script tells them."""
    told = fields.get("shown", "").split(",")[:PAGE_ROWS]
    return [int(each) for each in told if each.isdecimal() and len(each) < 8]  # noqa: PLR2004


def _all_names(one: Batch, shown: Collection[int]) -> tuple[bytes, nameaudition.Made]:
    with one.lock:
        good = one.draft.look().roster
        if len(one.draft.rows) > PAGE_ROWS:
            good = replace(good, rows=tuple(row for row in good.rows if row.number in shown))
    wanted = nameaudition.prepare(good)
    with tempfile.TemporaryDirectory(prefix="mettavox-") as folder:
        path = Path(folder) / nameaudition.FILE
        made = nameaudition.make(wanted, path)
        return path.read_bytes(), made
