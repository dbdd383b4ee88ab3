"""Guard: who may ask the studio for anything. It stands before every page of it.

Loopback keeps other machines out; this keeps out what runs on this one. A page of somebody else can send requests to
any port, and a name of its own can be made to lead here (DNS rebinding): so the name that was asked for is looked at,
where the request comes from, and whether it knows the token that only the person who started the studio has.
"""

import hmac
from collections.abc import Callable, Iterable, Mapping, MutableMapping

from starlette.responses import PlainTextResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from mettavox.studio import translated

MOST_BYTES = 1 << 20
"""Of what a form sends."""

OURS = "Sorry: mettavox made a mistake of its own; nothing that you did is wrong."
TOO_LARGE = "That is more than a form has."
"""What the person is told."""

_METHODS = ("GET", "HEAD", "POST")
_HERE = ("same-origin", "none")
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; media-src 'self' blob: data:; "
    "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_POLICY_NAME = "content-security-policy"
_HEADERS = {
    _POLICY_NAME: _POLICY,
    "x-content-type-options": "nosniff",
    "cache-control": "no-store",
    # Not “no-referrer”: a form's Origin would be “null” with it.
    "referrer-policy": "same-origin",
    "cross-origin-opener-policy": "same-origin",
    "cross-origin-resource-policy": "same-origin",
}

Headers = MutableMapping[str, str]


class TooLarge(Exception):
    """More was sent than a form of the studio has."""


class Plain(Response):
    """A text alone, in the language that the guard has found for who reads it."""

    def __init__(self, text: str, code: int) -> None:
        super().__init__(text, code)
        self._text = text

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        text = translated.said(self._text, scope["language"])
        await PlainTextResponse(text, self.status_code, headers=_HEADERS)(scope, receive, send)


class Guard:
    """Lets through to ``app`` what knows the ``token`` and was meant for one of the ``hosts``: 127.0.0.1:8322.

    ``larger`` has the paths, such as /record/take, that may be sent more than a form, and how many bytes. ``language``
    gives that of the pages for what a browser accepts; the app finds it as its scope's. What begins with one of the
    ``others`` is a page of a library, and brings a policy of its own.
    """

    def __init__(
        self,
        app: ASGIApp,
        *,
        token: str,
        hosts: Iterable[str],
        larger: Mapping[str, int],
        language: Callable[[str], str],
        others: Iterable[str] = (),
    ) -> None:
        self._app = app
        self._language = language
        self._token = token
        self._hosts = frozenset(hosts)
        self._larger = {f"/{token}{path}": most for path, most in larger.items()}
        self._others = tuple(f"/{token}{path}" for path in others)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            if scope["type"] == "lifespan":
                await self._app(scope, receive, send)
            return
        headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
        scope["language"] = self._language(headers.get("accept-language", ""))
        refused = self._refusal(scope, headers)
        if refused is not None:
            await Plain(refused[1], refused[0])(scope, receive, send)
            return
        inside = {**scope, "root_path": f"/{self._token}"}
        started, size, most = False, 0, self._most(scope)
        own_policy = scope["path"].startswith(self._others)

        async def counted() -> Message:
            nonlocal size
            message = await receive()
            size += len(message.get("body", b""))
            if size > most:
                raise TooLarge
            return message

        async def marked(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                given = {name.decode("latin-1") for name, _ in message["headers"]}
                ours = {k: v for k, v in _HEADERS.items() if not (own_policy and k == _POLICY_NAME and k in given)}
                there = [(name, value) for name, value in message["headers"] if name.decode("latin-1") not in ours]
                message = {**message, "headers": there + [(k.encode(), v.encode()) for k, v in ours.items()]}
            await send(message)

        try:
            await self._app(inside, counted, marked)
        except TooLarge:
            if not started:
                await Plain(TOO_LARGE, 413)(scope, receive, send)
        except Exception:  # its traceback could have words of a person in it, and a log is no place for them
            if not started:
                await Plain(OURS, 500)(scope, receive, send)

    def _refusal(self, scope: Scope, headers: Mapping[str, str]) -> tuple[int, str] | None:
        if headers.get("host", "") not in self._hosts:
            return 421, "The studio answers only to this machine's own names."
        if scope["method"] not in _METHODS:
            return 405, "The studio has no such way to ask."
        first = scope["path"].split("/")[1] if "/" in scope["path"] else ""
        if not hmac.compare_digest(first.encode(), self._token.encode()):
            return 403, "Open the address that “mettavox studio” has shown: it has a key in it, new at every start."
        elsewhere = headers.get("sec-fetch-site", "none") not in _HERE
        if elsewhere or (
            scope["method"] == "POST" and headers.get("origin", "") not in {f"http://{host}" for host in self._hosts}
        ):
            return 403, "That was sent by a page from elsewhere."
        length = headers.get("content-length", "0")
        too_long = not length.isdecimal() or int(length) > self._most(scope)
        return (413, TOO_LARGE) if too_long else None

    def _most(self, scope: Scope) -> int:
        return self._larger.get(scope["path"], MOST_BYTES)
