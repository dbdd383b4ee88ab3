"""A real studio in a thread, and short ways to ask it as a browser, or as somebody else, does."""

import contextlib
import http.client
import json
import threading
import time
import urllib.parse
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

from mettavox.studio import server

SHORT = {"script": "grounding", "minutes": "1", "voice": "hum", "bed": "none"}
"""A track that is made within a second."""
NAME = "Zoraida"
T = TypeVar("T")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Answer:
    """What came back; the names of headers are in small letters."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def text(self) -> str:
        return self.body.decode()

    def json(self) -> Any:
        return json.loads(self.body)


@dataclass(frozen=True, kw_only=True)
class Studio:
    """One that answers: ``key`` is the first part of its paths."""

    port: int
    key: str
    output: Path
    kept: Path

    @property
    def origin(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        return f"{self.origin}/{self.key}/"

    def ask(
        self,
        method: str,
        path: str,
        body: bytes | Iterator[bytes] | None = None,
        *,
        whole: bool = False,
        **headers: str | None,
    ) -> Answer:
        """Ask for a path below the key, or for a ``whole`` one; a header is left out with None."""
        usual = {"Host": f"127.0.0.1:{self.port}", "Origin": self.origin if method == "POST" else None}
        if body is not None:
            usual["Content-Type"] = FORM
        given = {name.replace("_", "-").title(): value for name, value in headers.items()}
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=20)
        with contextlib.closing(connection):
            connection.putrequest(method, path if whole else f"/{self.key}/{path}", skip_host=True)
            for name, value in {**usual, **given}.items():
                if value is not None:
                    connection.putheader(name, value)
            if isinstance(body, bytes) and "Content-Length" not in given:
                connection.putheader("Content-Length", str(len(body)))
            connection.endheaders(body if "Content-Length" not in given else None)
            answer = connection.getresponse()
            return Answer(answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read())

    def get(self, path: str, **headers: str | None) -> Answer:
        return self.ask("GET", path, **headers)

    def post(self, path: str, fields: Mapping[str, str] | None = None, **headers: str | None) -> Answer:
        return self.ask("POST", path, urllib.parse.urlencode(fields or {}).encode(), **headers)

    def add(self, fields: Mapping[str, str]) -> str:
        """Have a track made; its page's path."""
        answer = self.post("tracks", fields)
        assert answer.status == 303, answer.text
        return answer.headers["location"].removeprefix(f"/{self.key}/")

    def made(self, page: str) -> Answer:
        """The page of a track, once nothing more becomes of it."""
        return until(lambda: self.get(page), lambda answer: "data-events" not in answer.text)


def until(look: Callable[[], T], holds: Callable[[T], object], seconds: float = 30) -> T:
    """What is seen as soon as it holds; nothing is concluded from how long that took."""
    end = time.monotonic() + seconds
    while not holds(seen := look()):
        assert time.monotonic() < end, seen
        time.sleep(0.02)
    return seen


@contextlib.contextmanager
def running(folder: Path, *, fixed: bool = True) -> Iterator[Studio]:
    """A studio whose tracks go to ``folder/output``, and what is not finished to ``folder/kept``.

    The first is as the command line says it, or, where that is not ``fixed``, as it was chosen before.
    """
    output, kept, choices = folder / "output", folder / "kept", folder / "choices" / "studio.json"
    if not (fixed or choices.exists()):
        choices.parent.mkdir()
        choices.write_text(json.dumps({"output": str(output)}), "utf-8")
    with server.studio(output if fixed else None, kept, choices=choices) as (address, one):
        thread = threading.Thread(target=one.run, daemon=True)
        thread.start()
        parts = urllib.parse.urlsplit(address)
        assert parts.port
        yield Studio(port=parts.port, key=parts.path.strip("/"), output=output, kept=kept)
        one.stop()
        thread.join()
