"""Write: scripts are read, begun and changed, with the rules and the plan as one types, and approved."""

import re
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any

from starlette.concurrency import run_in_threadpool
from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from mettavox import ask, assets, authoring, lint, phrasebook, prepare, review, source, transcript
from mettavox.errors import MettavoxError, RequestError, ScriptNotFound
from mettavox.handout import fill
from mettavox.lint import Finding
from mettavox.script import Minutes, Review
from mettavox.site import fixedwords
from mettavox.source import Source
from mettavox.studio import forms, livepage
from mettavox.studio.bounded import Bounded
from mettavox.studio.desk import Desk, form, heard, lost, seen_next, whole_number

MARKS: tuple[tuple[str, tuple[tuple[str, str, str], ...]], ...] = (
    ("parts", (
        ("keep", "# {title} {keep}", "line"), ("importance", "# {title} {importance 7}", "line"),
        ("repeat", " {repeat 1-5}", "end"), ("fixed", " {fixed}", "end"), ("opt_in", " {opt-in difficult}", "end"),
    )),
    ("lines", (
        ("always", "! ", "start"), ("more", "+ ", "start"), ("most", "++ ", "start"),
        ("choice", "[if touch] ", "start"), ("round", "[if first] ", "start"),
        ("note", "// ", "start"), ("paper", "> ", "start"),
    )),
    ("pauses", (
        ("beat", "(beat)", "line"), ("breath", "(breath)", "line"), ("phrase", "(phrase)", "line"),
        ("notice", "(notice)", "line"), ("rest", "(rest)", "line"), ("long", "(long)", "line"),
        ("writing", "(write)", "line"), ("bounds", "(20s to 90s)", "line"),
    )),
    ("blocks", (
        ("wishes", "@wishes self", "line"), ("breathe", "@breathe soft 6 to 60", "line"),
        ("return", "@return", "line"), ("bell", "@bell", "line"), ("intention", "@intention", "line"),
    )),
    ("slots", (
        ("name", "{{ name }}", "word"), ("target", "{{ target.label }}", "word"),
        ("anchor", "{{ anchor.invite }}", "word"), ("say", "{say: ho-SAY}", "word"),
    )),
)  # fmt: skip
"""What the help has: for each mark its key in the area's words, what is put in, and where: on a line of its own, at the
start or the end of the line, or at the cursor.
"""

MOST_FINDINGS = 60
"""What a list can show that someone still reads."""

_COMMAND = re.compile(r"\s*[^.“”]*“mettavox [^“”]*”[^.“”]*\.")
_OPTION = re.compile(r",? [Oo]r add --[^.,]*(?=[.,])")
_AT = re.compile(r"^[\w-]+\.md, line (\d+): ")
_LONGEST_TITLE = 120
_UNREVIEWED = Review()


def routes(desk: Desk) -> list[Route]:
    """The list, the editor of each script, and what it asks for as one types."""
    area = _Write(desk)
    return [
        Route("/write", area.all, methods=["GET"]),
        Route("/write", area.new, methods=["POST"]),
        Route("/write/plan", area.plan, methods=["POST"]),
        Route("/write/rules", area.rules, methods=["POST"]),
        Route("/write/line", area.line, methods=["POST"]),
        Route("/write/{tag}/{name}", area.show, methods=["GET"]),
        Route("/write/{tag}/{name}", area.save, methods=["POST"]),
        Route("/write/{tag}/{name}/approve", area.approve, methods=["POST"]),
        Route("/write/{tag}/{name}/wordings", area.wordings, methods=["GET"]),
    ]


@dataclass(frozen=True, kw_only=True)
class _Opened:
    """A script's text, good or not, and what its head says where it can be read."""

    tag: str
    name: str
    text: str
    own: bool
    title: str
    purpose: str = ""
    state: str = "unread"
    review: Review = _UNREVIEWED
    minutes: Minutes | None = None


class _Write:
    def __init__(self, desk: Desk) -> None:
        self._desk = desk
        self._bounded = Bounded(is_open=lambda: desk.works.is_open)

    # --- the list ---

    async def all(self, request: Request) -> Response:
        tags = phrasebook.languages()
        asked = request.query_params.get("in", "")
        tag = asked if asked in tags else self._desk.language(request)
        scripts = await run_in_threadpool(lambda: [_opened(tag, name) for name in source.ids(tag)])
        return self._desk.page(
            request,
            "write",
            "write.html",
            tag=tag,
            tags=[(each, fixedwords.own_name(each)) for each in tags],
            own=[each for each in scripts if each and each.own],
            bundled=[each for each in scripts if each and not each.own],
        )

    async def new(self, request: Request) -> Response:
        fields = await form(request)
        try:
            tag, name = await run_in_threadpool(_new, fields)
        except MettavoxError as error:
            return self._refused(request, error)
        return seen_next(request, f"write/{tag}/{name}")

    # --- one script ---

    async def show(self, request: Request) -> Response:
        opened = await run_in_threadpool(_opened, *_named(request))
        return self._editor(request, opened) if opened else lost()

    async def save(self, request: Request) -> Response:
        """Save under its name, or under another one that ``as`` has; scripts of the page get JSON."""
        tag, name = _named(request)
        fields = await form(request)
        by_script = request.headers.get("accept", "") == "application/json"
        try:
            saved, seen = await run_in_threadpool(_save, tag, name, fields)
        except MettavoxError as error:
            if by_script:
                return JSONResponse(self._told(request, error), 422)
            return await self._kept(request, fields, error)
        if not by_script:
            return seen_next(request, f"write/{tag}/{saved}")
        if saved != name:
            return JSONResponse({"to": f"write/{tag}/{saved}"})
        opened = await run_in_threadpool(_opened, tag, name)
        state = self._desk.part(request, "write", "state.html", script=opened) if opened else ""
        return JSONResponse({"seen": seen, "state": state, "title": opened.title if opened else name})

    async def _kept(self, request: Request, fields: Mapping[str, str], error: MettavoxError) -> Response:
        """The editor again with what was written, which could not be saved."""
        opened = await run_in_threadpool(_opened, *_named(request))
        if opened is None:
            return self._refused(request, error)
        opened = replace(opened, text=fields.get("text", ""))
        return self._editor(request, opened, seen=fields.get("seen", ""), wrong=self._told(request, error), code=422)

    async def approve(self, request: Request) -> Response:
        tag, name = _named(request)
        fields = await form(request)
        try:
            await run_in_threadpool(self._approve, tag, name, fields)
        except ScriptNotFound:
            return lost()
        except MettavoxError as error:
            return self._refused(request, error, back=f"write/{tag}/{name}")
        return seen_next(request, f"write/{tag}/{name}")

    async def wordings(self, request: Request) -> Response:
        tag, name = _named(request)
        try:
            _check(tag, name)
            text, _, _ = source.read(name, tag)
            lines = await run_in_threadpool(self._bounded.done, _transcribed, text, tag, name)
        except ScriptNotFound:
            return lost()
        except MettavoxError as error:
            return self._refused(request, error, back=f"write/{tag}/{name}")
        return self._desk.page(request, "write", "wordings.html", tag=tag, name=name, lines=lines)

    # --- as one types ---

    async def plan(self, request: Request) -> Response:
        fields = await form(request)
        try:
            options, found = _asked(fields)
            live = await run_in_threadpool(livepage.live, options, found)
        except MettavoxError as error:
            live = livepage.Live(message=error.message, hint=error.hint)
        if live.message:
            told = self._told(request, MettavoxError(live.message, hint=live.hint))
            return JSONResponse({"good": False, "least": live.least, "most": live.most, **told})
        html = self._desk.part(request, "write", "live.html", live=live, numbered=True)
        return JSONResponse({"good": True, "least": live.least, "most": live.most, "html": html})

    async def rules(self, request: Request) -> Response:
        fields = await form(request)
        try:
            tag, name = fields.get("tag", ""), fields.get("name", "")
            _check(tag, name)
            today = datetime.now(UTC).date()
            found = await run_in_threadpool(self._bounded.done, _findings, fields.get("text", ""), tag, name, today)
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        counts = Counter(each.severity for each in found)
        html = self._desk.part(
            request,
            "write",
            "findings.html",
            findings=[
                (replace(each, instead=self._said(request, each.instead)), lint.rule(each.rule))
                for each in _worst_first(found)[:MOST_FINDINGS]
            ],
            counts=counts,
            more=max(0, len(found) - MOST_FINDINGS),
        )
        marked = {str(each.line): each.severity for each in reversed(_worst_first(found))}
        return JSONResponse({"html": html, "lines": marked, "errors": counts[lint.ERROR]})

    async def line(self, request: Request) -> Response:
        """A line of the plan as it will be spoken; ``place`` says which, and ``words`` what the page shows there."""
        fields = await form(request)
        try:
            sound = await run_in_threadpool(self._line, fields)
        except MettavoxError as error:
            return self._desk.told_json(request, error)
        return Response(sound, media_type="audio/wav")

    def _line(self, fields: Mapping[str, str]) -> bytes:
        place, words = whole_number(fields.get("place", ""), -1), fields.get("words", "")
        options, found = _asked(fields)
        prepared = prepare.prepare(ask.request(options), found)
        return heard(lambda path: self._desk.rehearsal.line(prepared, place, path, words=words))

    def _approve(self, tag: str, name: str, fields: Mapping[str, str]) -> None:
        _check(tag, name)
        seen = fields.get("seen", "")
        if not seen:
            raise RequestError("Nobody has read this text yet.", hint="Open the script, read it, and approve it there.")
        text, _, _ = source.read(name, tag)
        self._bounded.done(_findings, text, tag, name, datetime.now(UTC).date())  # or it takes too long
        reviewer, on = fields.get("reviewer", ""), fields.get("on", "")
        authoring.approve(name, tag, None, reviewer=reviewer[:_LONGEST_TITLE], on=on or None, seen=seen)

    # --- what is said ---

    def _editor(self, request: Request, opened: _Opened, *, code: int = 200, **values: Any) -> Response:
        words = self._desk.words(request, "write")
        given = {"seen": authoring.hash_of(opened.text) if opened.own else "", "wrong": None, **values}
        marks = [
            (words["groups"][group], [(each, text.replace("{title}", words["a_title"]), how) for each, text, how in of])
            for group, of in MARKS
        ]
        today = date.today().isoformat()
        return self._desk.page(
            request, "write", "script.html", code=code, script=opened, marks=marks, today=today, **given
        )

    def _told(self, request: Request, error: MettavoxError) -> dict[str, str]:
        """What a maker says, of this page: without the command line, and without the name of its file."""
        return {"message": self._said(request, error.message), "hint": self._said(request, error.hint)}

    def _said(self, request: Request, text: str) -> str:
        words = self._desk.words(request, "write")
        text = _COMMAND.sub("", _OPTION.sub("", text)).replace("--reviewer", f"“{words['reviewer']}”:").strip()
        return self._desk.said(request, _AT.sub(lambda at: f"{fill(words['at_line'], number=at[1])}: ", text))

    def _refused(self, request: Request, error: MettavoxError, *, back: str = "write") -> Response:
        told = self._told(request, error)
        back = f"{request.scope['root_path']}/{back}"
        return self._desk.page(request, "write", "refused.html", code=422, back=back, **told)


def _named(request: Request) -> tuple[str, str]:
    return request.path_params["tag"], request.path_params["name"]


def _check(tag: str, name: str) -> None:
    """Raises RequestError or ScriptNotFound for what is no name of a script in a language, such as a path."""
    phrasebook.load(tag)
    if not assets.is_plain(name):
        raise ScriptNotFound("There is no such script.", hint="Load the page anew.")


def _opened(tag: str, name: str) -> _Opened | None:
    try:
        _check(tag, name)
        text, where, bundled = source.read(name, tag)
    except MettavoxError:
        return None
    opened = _Opened(tag=tag, name=name, text=text, own=not bundled, title=name)
    try:
        found = source.in_language(source.parse(text, where, tag))
    except MettavoxError:
        return opened
    head = found.head
    return replace(
        opened,
        title=head.title,
        purpose=head.purpose,
        state=review.state(found),
        review=head.review,
        minutes=head.minutes,
    )


def _new(fields: Mapping[str, str]) -> tuple[str, str]:
    tag, title, like = fields.get("tag", ""), " ".join(fields.get("title", "").split()), fields.get("like", "")
    phrasebook.load(tag)
    if like:
        _check(tag, like)
    if not title or len(title) > _LONGEST_TITLE:
        raise RequestError("A script needs a title, of a few words.", hint="Write what it is called.")
    name = authoring.free_id(title, tag, None)
    authoring.new(name, tag, None, title=title, like=like, ways=authoring.PAGES)
    return tag, name


def _save(tag: str, name: str, fields: Mapping[str, str]) -> tuple[str, str]:
    """The name under which it was saved, and the hash of what is there now."""
    _check(tag, name)
    if "text" not in fields:
        raise RequestError("No text has come.", hint="Load the page anew.")
    other, seen = fields.get("as", "").strip()[:_LONGEST_TITLE], fields.get("seen", "")
    if other:
        name, seen = authoring.free_id(other, tag, None), ""
    return name, authoring.save(fields["text"], name, tag, None, seen=seen)


def _asked(fields: Mapping[str, str]) -> tuple[dict[str, Any], Source]:
    """The options of a plan, and the script that the text is. Raises RequestError or ScriptError."""
    tag, name = fields.get("tag", ""), fields.get("name", "")
    _check(tag, name)
    chosen = {key: fields[key] for key in ("minutes", "voice") if key in fields}
    options = forms.options({"script": name, "lang": tag, **chosen})
    return options, source.in_language(source.parse(fields.get("text", ""), f"{name}.md", tag))


def _worst_first(found: list[Finding]) -> list[Finding]:
    order = (lint.ERROR, lint.WARNING, lint.INFO)
    return sorted(found, key=lambda each: (order.index(each.severity), each.line))


# --- in a process of their own ---


def _findings(text: str, tag: str, name: str, today: date) -> list[Finding]:
    return lint.of_text(text, f"{name}.md", tag, today=today)


def _transcribed(text: str, tag: str, name: str) -> list[str]:
    return list(transcript.as_text(transcript.transcript(source.in_language(source.parse(text, f"{name}.md", tag)))))
