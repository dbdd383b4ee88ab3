"""The server of a library: ranges, types, and what it does not show."""

import contextlib
import http.client
import socket
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path

import pytest

from mettavox import cli
from mettavox.errors import OutputError, RequestError
from mettavox.site import building, serving


@pytest.fixture
def shown(tracks: Path) -> Iterator[tuple[Path, "serving.Server"]]:
    building.build(tracks)
    with _running(tracks) as server:
        yield tracks, server


@contextlib.contextmanager
def _running(folder: Path) -> Iterator["serving.Server"]:
    with serving.Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server
        server.shutdown()
        thread.join()


def _ask(
    server: "serving.Server", path: str, method: str = "GET", headers: Mapping[str, str] | None = None
) -> tuple[int, dict[str, str], bytes]:
    connection = http.client.HTTPConnection("127.0.0.1", server.server_address[1], timeout=10)
    with contextlib.closing(connection):
        connection.request(method, path, headers=dict(headers or {}))
        answer = connection.getresponse()
        return answer.status, {key.lower(): value for key, value in answer.getheaders()}, answer.read()


def test_pages_and_tracks_come_with_their_types(shown: tuple[Path, "serving.Server"]) -> None:
    folder, server = shown

    for path, kind in {
        "/": "text/html; charset=utf-8",
        "/index.html": "text/html; charset=utf-8",
        "/pages/1-first/rest.html": "text/html; charset=utf-8",
        "/p-001.mp3": "audio/mpeg",
        "/breath.m4a": "audio/mp4",
        f"/pages/covers/{next((folder / 'pages' / 'covers').iterdir()).name}": "image/jpeg",
        "/p-001.vtt": "text/vtt; charset=utf-8",
        "/p-001.chapters.json": "application/json+chapters",
    }.items():
        status, headers, body = _ask(server, path)
        assert (status, headers["content-type"]) == (200, kind), path
        assert body == (folder / (path[1:] or "index.html")).read_bytes()
        assert int(headers["content-length"]) == len(body)
        assert headers["accept-ranges"] == "bytes"


def test_head_says_the_same_and_gives_nothing(shown: tuple[Path, "serving.Server"]) -> None:
    _, server = shown
    status, headers, body = _ask(server, "/p-001.mp3", "HEAD")
    known = _ask(server, "/p-001.mp3")[1]

    assert (status, body) == (200, b"")
    for key in ("content-length", "content-type", "etag", "last-modified"):
        assert headers[key] == known[key]


@pytest.mark.parametrize(
    ("asked", "start", "stop"),
    [("bytes=0-99", 0, 100), ("bytes=100-", 100, None), ("bytes=-50", -50, None), ("bytes=5-5", 5, 6),
     ("bytes=10-99999999", 10, None)],
)  # fmt: skip
def test_a_part_of_a_track(shown: tuple[Path, "serving.Server"], asked: str, start: int, stop: int | None) -> None:
    folder, server = shown
    whole = (folder / "p-001.mp3").read_bytes()

    status, headers, body = _ask(server, "/p-001.mp3", headers={"Range": asked})

    first, last, _ = slice(start, stop).indices(len(whole))
    assert status == 206
    assert body == whole[start:stop]
    assert headers["content-range"] == f"bytes {first}-{last - 1}/{len(whole)}"


@pytest.mark.parametrize(
    ("headers", "status"),
    [
        ({"Range": "bytes=99999999-"}, 416),
        ({"Range": "bytes=9-3"}, 416),
        ({"Range": "bytes=-0"}, 416),
        ({"Range": "lines=1-2"}, 200),
        ({"Range": f"bytes=0-{'9' * 5000}"}, 200),
        ({"Range": "bytes=0-1,4-5"}, 200),
        ({"Range": "bytes=0-9", "If-Range": '"other"'}, 200),
        ({"If-None-Match": "*"}, 304),
        ({"If-None-Match": '"other"'}, 200),
        ({"If-Modified-Since": "Sun, 01 Jan 2090 00:00:00 GMT"}, 304),
        ({"If-Modified-Since": "yesterday"}, 200),
    ],
)
def test_other_questions(shown: tuple[Path, "serving.Server"], headers: Mapping[str, str], status: int) -> None:
    folder, server = shown

    answered, _, body = _ask(server, "/p-001.mp3", headers=headers)

    assert answered == status
    assert body == ((folder / "p-001.mp3").read_bytes() if status == 200 else b"")


@pytest.mark.parametrize(
    "path",
    ["/p-001.json", "/manifest.sqlite", "/pages/library.json", "/.hidden.mp3", "/pages", "/pages/", "/../secret.html",
     "/%2e%2e/secret.html", "/pages/..%2f..%2fsecret.html", "/link.html", "/nowhere.mp3", "/a%00.html", "/%ff.html",
     "/..\\secret.html", "//etc/passwd", "/index.html/", f"/{'z' * 300}.mp3", "/circle.mp3", "/circle.mp3/x.html"],
)  # fmt: skip
def test_what_is_not_shown(shown: tuple[Path, "serving.Server"], path: str) -> None:
    folder, server = shown
    (folder.parent / "secret.html").write_text("secret", "utf-8")
    (folder / ".hidden.mp3").write_bytes(b"secret")
    (folder / "manifest.sqlite").write_bytes(b"secret")
    (folder / "link.html").symlink_to(folder.parent / "secret.html")
    (folder / "circle.mp3").symlink_to(folder / "circle.mp3")

    status, _, body = _ask(server, path)

    assert status == 404
    assert b"secret" not in body


@pytest.mark.parametrize(
    ("host", "status"),
    [
        ("evil.example", 421),
        ("127.0.0.1.evil.example", 421),
        ("localhost:1", 200),
        ("[::1]:80", 200),
        ("[", 421),
        ("", 421),
    ],
)
def test_another_name_that_leads_here_is_refused(shown: tuple[Path, "serving.Server"], host: str, status: int) -> None:
    assert _ask(shown[1], "/index.html", headers={"Host": host})[0] == status


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE", "OPTIONS"])
def test_it_only_shows(shown: tuple[Path, "serving.Server"], method: str) -> None:
    assert _ask(shown[1], "/index.html", method)[0] == 501


def test_a_listener_who_leaves_does_no_harm(
    shown: tuple[Path, "serving.Server"], capfd: pytest.CaptureFixture[str]
) -> None:
    _, server = shown
    with socket.create_connection(server.server_address[:2], timeout=10) as gone:
        gone.sendall(b"GET /p-001.mp3 HTTP/1.1\r\nHost: localhost\r\n\r\n")

    assert _ask(server, "/")[0] == 200
    assert capfd.readouterr().err == ""


def test_what_it_begins_with_is_the_index_of_the_pages(tracks: Path) -> None:
    """Also where a folder has an index of its own, as a course has; without pages that is not enough."""
    (tracks / "index.html").write_text("<p>mine", "utf-8")
    with pytest.raises(OutputError, match="no pages"):
        serving.Server(tracks)
    building.build(tracks)
    with _running(tracks) as server:
        assert _ask(server, "/")[2] == (tracks / "library.html").read_bytes()
        assert _ask(server, "/index.html")[2] == b"<p>mine"


def test_a_folder_without_pages_and_a_port_that_is_taken_are_refused(tracks: Path) -> None:
    with pytest.raises(OutputError, match="no pages"):
        serving.Server(tracks)
    building.build(tracks)
    with serving.Server(tracks) as server, pytest.raises(RequestError, match="another program has it"):
        serving.Server(tracks, port=server.server_address[1])
    with pytest.raises(RequestError, match="nowhere"):
        serving.Server(tracks, host="nowhere.invalid")
    assert cli.run(["library", "serve", str(tracks / "none")]) == 7
