"""The studio's door: only the person who started it comes in, from its own pages, and with no more than a form has."""

import json
import re
import socket
from pathlib import Path

import pytest
from studios import FORM, SHORT, Studio

from mettavox.studio import server
from mettavox.studio.guard import MOST_BYTES

PLACES = ("", "tracks", "site.css", "web/make.js", "tracks/0123456789abcdef/file.mp3", "nothing")


def test_another_host_is_refused(studio: Studio) -> None:
    """A name that was made to lead here (DNS rebinding), another port, or none."""
    port = studio.port
    for host in (f"evil.example:{port}", "127.0.0.1", f"127.0.0.1:{port + 1}", f"127.0.0.1.evil.example:{port}",
                 f"127.0.0.1:{port}@evil.example", f"[::1]:{port}", f"0.0.0.0:{port}", ""):  # fmt: skip
        assert studio.get("", host=host).status == 421, host
        assert studio.post("plan", SHORT, host=host).status == 421, host
    assert studio.get("", host=f"localhost:{port}").status == 200


def test_a_form_from_another_page_is_refused(studio: Studio) -> None:
    for origin in ("http://evil.example", "null", None, "", f"https://127.0.0.1:{studio.port}", "http://127.0.0.1",
                   f"http://127.0.0.1:{studio.port}.evil.example", f"http://127.0.0.1:{studio.port + 1}"):  # fmt: skip
        for path in ("plan", "say", "tracks", "tracks/0123456789abcdef/cancel"):
            assert studio.post(path, SHORT, origin=origin).status == 403, (origin, path)
    assert "no-tracks" not in studio.get("tracks").text
    assert list(studio.kept.iterdir()) == []


def test_what_a_browser_says_comes_from_another_site_is_refused(studio: Studio) -> None:
    """Pages, pictures and frames of others, also where they know the address."""
    for site in ("cross-site", "same-site", "anything"):
        for path in PLACES:
            assert studio.get(path, sec_fetch_site=site).status == 403, (site, path)
        assert studio.post("plan", SHORT, sec_fetch_site=site).status == 403
    for site in ("none", "same-origin"):
        assert studio.get("", sec_fetch_site=site).status == 200


def test_without_the_key_there_is_nothing(studio: Studio) -> None:
    key = studio.key
    assert re.fullmatch(r"[\w-]{22}", key)
    for path in ("/", "//", "/tracks", f"/{key[:-1]}/", f"/{key}x/", f"/{key.swapcase()}/", f"//{key}/", f"/x/{key}/",
                 "/%C3%A9/", f"/%00{key}/", f"/tracks?key={key}", "/web/make.js", "/favicon.ico"):  # fmt: skip
        answer = studio.ask("GET", path, whole=True)
        assert answer.status == 403, path
        assert key not in answer.text


def test_every_start_has_a_key_of_its_own(studio: Studio, tmp_path: Path) -> None:
    with server.studio(studio.output, tmp_path) as (address, _):
        assert studio.key not in address


def test_only_pages_are_asked_for(studio: Studio) -> None:
    for method in ("PUT", "DELETE", "PATCH", "OPTIONS", "TRACE", "CONNECT", "PROPFIND"):
        answer = studio.ask(method, "tracks", origin=studio.origin)
        assert answer.status == 405, method
    assert studio.ask("HEAD", "").body == b""


def test_the_address_of_a_form_leads_to_its_page(studio: Studio) -> None:
    """As when somebody presses Enter in the address line, below which the answer to a form is shown."""
    for path, page in {"settings/forget/sure": "settings", "voices/hum/tune": "voices", "plan": "", "say": "",
                       "tracks/0123456789abcdef/cancel": "tracks"}.items():  # fmt: skip
        answer = studio.get(path)
        assert (answer.status, answer.headers["location"]) == (303, f"/{studio.key}/{page}")


def test_two_gigabytes_are_refused_before_they_are_read(studio: Studio) -> None:
    """Nothing of them is ever sent here."""
    for length in (str(2 << 30), str(MOST_BYTES + 1), "-1", "٣", "1e3", "0x10"):
        if length.isascii():
            answer = studio.ask("POST", "plan", b"", content_length=length, content_type=FORM)
            assert answer.status in (400, 413), length
    assert studio.ask("POST", "plan", b"", content_length=str(2 << 30)).status == 413


def test_a_body_without_a_length_is_read_up_to_the_bound(studio: Studio) -> None:
    """Then it is told to be too large, before it ends."""
    part = b"10000\r\n" + b"a" * 0x10000 + b"\r\n"
    for path in ("plan", "say", "tracks"):
        head = (
            f"POST /{studio.key}/{path} HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\nOrigin: {studio.origin}\r\n"
            f"Content-Type: {FORM}\r\nTransfer-Encoding: chunked\r\n\r\n"
        )
        with socket.create_connection(("127.0.0.1", studio.port), timeout=20) as connection:
            connection.sendall(head.encode() + part * (MOST_BYTES // 0x10000 + 1))
            assert connection.recv(64).startswith(b"HTTP/1.1 413 "), path


def test_every_answer_has_the_policy(studio: Studio) -> None:
    """Pages, styles, refusals, what is not there, and what is too large."""
    answers = [studio.get(path) for path in PLACES]
    answers += [
        studio.get("", host="evil.example"),
        studio.ask("PUT", ""),
        studio.ask("GET", "/", whole=True),
        studio.post("plan", SHORT),
        studio.post("plan", SHORT, origin="null"),
        studio.post("tracks", {"script": "none"}),
        studio.post("say", {"text": ""}),
        studio.ask("POST", "plan", b"", content_length=str(2 << 30)),
    ]
    assert {answer.status for answer in answers} == {200, 403, 404, 405, 413, 421, 422}
    for answer in answers:
        policy = answer.headers["content-security-policy"]
        assert "default-src 'none'; script-src 'self'; style-src 'self';" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
        assert answer.headers["referrer-policy"] == "same-origin"
        assert answer.headers["cross-origin-resource-policy"] == "same-origin"
        assert not {"server", "set-cookie", "access-control-allow-origin"} & set(answer.headers)


def test_a_mistake_of_ours_is_told_without_a_word_of_it(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    from mettavox.studio import livepage

    def broken(options: object) -> None:
        raise RuntimeError(f"broken by {options}")

    monkeypatch.setattr(livepage, "live", broken)
    answer = studio.post("plan", {**SHORT, "name": "Zoraida"})
    assert answer.status == 500
    assert answer.text.startswith("Sorry: mettavox made a mistake")


def test_no_path_leads_out(studio: Studio) -> None:
    """However it is written, in whatever place of the address."""
    ups = ("../", "..%2f", "%2e%2e/", "%2e%2e%2f", "..\\", "%2e%2e%5c", "%252e%252e%252f", "..;/", "%c0%ae%c0%ae/", "/")
    for up in ups:
        for goal in ("etc/passwd", "app.py", "studio.html", "kept/x.json"):
            for place in ("", "web/", "tracks/", "tracks/0123456789abcdef/", "tracks/0123456789abcdef/file"):
                answer = studio.get(f"{place}{up * 6}{goal}")
                assert answer.status in (403, 404), (place, up)
                assert b"root:" not in answer.body
                answer = studio.get(f"{place}{up}{goal}")
                assert answer.status in (403, 404), (place, up)


def test_what_is_no_form_is_an_empty_one(studio: Studio) -> None:
    """JSON, files, broken letters and a thousand fields plan nothing, and break nothing."""
    many = "&".join(f"name{number}=x" for number in range(1000)).encode()
    for body, kind in ((json.dumps(SHORT).encode(), "application/json"), (b"\xff\xfe=%ff", FORM), (many, FORM),
                       (b"--x\r\n", "multipart/form-data; boundary=x"),
                       (b"script=grounding", "text/plain")):  # fmt: skip
        answer = studio.ask("POST", "tracks", body, content_type=kind)
        assert answer.status == 422, body[:20]
