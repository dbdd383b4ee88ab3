"""A voice is recorded by its pages: what is sent is kept at once, and a track speaks with it."""

import html
import io
import re
import socket
import threading
from collections.abc import Mapping
from pathlib import Path
from typing import get_args

import numpy as np
import pytest
import soundfile
from studios import Answer, Studio, running, until
from takes_sent import FORM, LINES, begun, own_recordings, practice, said, wav
from test_forms import ATTACK

from mettavox import booth, voices
from mettavox.recording import FAULTS
from mettavox.room import Room
from mettavox.studio import wording
from mettavox.studio.app import LARGER
from mettavox.takes import RATE
from recorded import Reader, quiet

_SOUND = "application/octet-stream"
_UPS = (
    "../../../../etc/passwd",
    "/etc/passwd",
    "..",
    "..\\secret",
    "%2e%2e%2fsecret",
    "file:///etc/passwd",
    "mine/../x",
)


@pytest.fixture(autouse=True)
def _practice(own_folders: Path) -> None:
    """The short practice is there for each test, in folders that are its own."""
    practice()


def _send(studio: Studio, page: str, line: object, sound: bytes) -> Answer:
    place = f"record/take?reading={page.removeprefix('record/')}&line={line}"
    return studio.ask("POST", place, sound, content_type=_SOUND)


def _kept(page: str) -> list[str]:
    return re.findall(r'data-line="(\d+)" data-kept="yes"', page)


def test_lines_that_were_read_become_a_voice_and_its_track(studio: Studio) -> None:
    """Every line by itself; then the voice is among those of the form, and what it said is heard in the track."""
    page = begun(studio)
    assert page == begun(studio)  # sent twice: the same lines for the same voice
    for number, line in enumerate(LINES, start=1):
        told = _send(studio, page, number, wav(said(line))).json()
        assert (told["good"], told["kept"]) == (True, list(range(1, number + 1))), told
    assert _kept(studio.get(page).text) == ["1", "2", "3", "4"]
    (own,) = booth.own_voices("en")
    assert f'<option value="{own.id}">Quiet voice</option>' in studio.get("").text

    asked = {"script": "short-rest", "minutes": "0.7", "voice": own.id, "bed": "none", "format": "wav"}
    made = studio.add(asked)
    assert "<audio" in studio.made(made).text
    track, rate = soundfile.read(io.BytesIO(studio.get(f"{made}/file.wav").body), dtype="float32")
    assert (rate, len(track)) == (RATE, 42 * RATE)
    for number in range(1, len(LINES) + 1):
        answer = studio.get(f"record/take?reading={page.removeprefix('record/')}&line={number}")
        assert answer.headers["content-type"] == "audio/flac"
        take, _ = soundfile.read(io.BytesIO(answer.body), dtype="float32")
        assert _likeness(track[:, 0], take) > 0.9, number


@pytest.mark.soak
@pytest.mark.parametrize("language", ["en", "es"])
def test_a_practice_of_ours_is_read_by_a_voice_and_made(studio: Studio, language: str) -> None:
    """Every line that its usual track of any length needs, and no more, in speech; none is told to be odd."""
    page = begun(studio, **{"practice-shift-reset": "on", "practice-short-rest": None, "lang": language})
    texts = re.findall(r'data-line="(\d+)".*?<span class="text">([^<]*)</span>', studio.get(page).text)
    reader = Reader(voices.standard(language))
    for number, text in texts:
        whole = np.concatenate([quiet(0.6), reader(html.unescape(text)), quiet(0.6)])
        told = _send(studio, page, number, wav(whole)).json()
        assert told["good"], (text, told)
    reader.close()
    (own,) = booth.own_voices(language)
    for minutes in ("2", "3"):
        asked = {"script": "shift-reset", "minutes": minutes, "voice": own.id, "bed": "none", "lang": language}
        assert "<audio" in studio.made(studio.add(asked)).text, minutes


def _likeness(track: np.ndarray, take: np.ndarray) -> float:
    """How much of a take is in a track, at the place where it is most: 1 for all of it, whatever its loudness."""
    size = 1 << (len(track) + len(take)).bit_length()
    found = np.fft.irfft(np.fft.rfft(track, size) * np.conj(np.fft.rfft(take, size)), size)[: len(track)]
    at = int(np.abs(found).argmax())
    part = track[at : at + len(take)]
    return float(abs(np.dot(part, take[: len(part)])) / (np.linalg.norm(part) * np.linalg.norm(take)))


def test_what_was_begun_is_gone_on_with_after_a_restart(tmp_path: Path) -> None:
    """With the takes that are there, under the same address but for the key; and is let go without them."""
    with running(tmp_path) as studio:
        page = begun(studio)
        assert _send(studio, page, 2, wav(said(LINES[1]))).json()["good"]
    with running(tmp_path) as studio:
        assert f"{page}" in studio.get("record").text and "1 of 4 lines" in studio.get("record").text
        assert _kept(studio.get(page).text) == ["2"]
        again = _send(studio, page, 2, wav(said(LINES[1], level=0.2, lead=0.9))).json()
        assert again["message"] == "It is kept, in the place of the earlier one."
        assert studio.post(f"{page}/forget").status == 303
        assert studio.get(page).status == 404
        assert "of 4 lines" not in studio.get("record").text
        assert begun(studio, voice="mine") != page
        assert "1 of 4 lines" in studio.get("record").text  # the takes had stayed


def test_what_is_wrong_with_a_take_is_told_kindly_and_nothing_is_kept(studio: Studio, own_folders: Path) -> None:
    page = begun(studio)
    for sound, kind, words in (
        (wav(said(LINES[1], level=4.0)), "clipped", ("too loud", "Move back")),
        (wav(said(LINES[1], room_db=-38.0)), "noisy", ("too much noise", "come nearer")),
        (wav(quiet(1.5)), "silent", ("nothing to hear", "muted")),
        (wav(said("Oh.")), "short", ("too short", "last word")),
        (b"RIFF\xff\xff\xff\xffWAVEfmt " + bytes(99), "unreadable", ("could not be heard", "once more")),
        (b"", "unreadable", ("could not be heard", "once more")),
    ):
        told = _send(studio, page, 2, sound).json()
        assert (told["good"], told["fault"], told["kept"]) == (False, kind, [])
        assert words[0] in told["message"] and words[1] in told["hint"]
    studio.get("record?lang=es")
    assert _send(studio, page, 2, b"").json()["message"] == "Esto no se pudo oír como sonido."
    studio.get("record?lang=en")
    assert own_recordings(own_folders) == set()


@pytest.mark.parametrize("language", wording.LANGUAGES)
def test_every_fault_and_every_room_has_words(language: str) -> None:
    """And both languages have the same."""
    words = wording.words(language, "record")
    assert {*words["faults"]} == {*FAULTS, "kept", "replaced"}
    assert {*words["rooms"]} == {*get_args(Room)}
    assert _keys(words) == _keys(wording.words("en", "record"))


def _keys(words: object) -> object:
    return {key: _keys(value) for key, value in words.items()} if isinstance(words, Mapping) else type(words)


def test_the_room_is_told_in_words(studio: Studio) -> None:
    room = np.random.default_rng(3).standard_normal(2 * RATE) * 10 ** (-75 / 20)
    for sound, words in ((room, "quiet enough"), (np.zeros(2 * RATE), "no sound at all")):
        answer = studio.ask("POST", "record/room", wav(sound), content_type=_SOUND)
        assert words in answer.json()["message"]
    for body in (b"", b"<b>garbage</b>", wav(room[:4800])):
        assert studio.ask("POST", "record/room", body, content_type=_SOUND).status == 422


def test_a_form_says_how_many_lines_it_comes_to(studio: Studio) -> None:
    counted = {"practice-short-rest": "on", "lang": "en"}
    assert "Lines to read: 4." in studio.post("record/count", counted).json()["message"]
    assert "Lines to read: 6." in studio.post("record/count", {**counted, "names": "on"}).json()["message"]
    assert studio.post("record/count", {"lang": "en"}).status == 422


def test_a_form_is_refused_that_nobody_agreed_to_or_that_asks_for_nothing(studio: Studio) -> None:
    for lacking in ("agreed", "practice-short-rest"):
        answer = studio.post("record", {key: value for key, value in FORM.items() if key != lacking})
        assert (answer.status, 'role="alert"' in answer.text) == (422, True)
    assert studio.post("record", {**FORM, "voice": "system"}).status == 422  # no voice of one's own


def test_two_forms_at_once_are_given_two_voices(studio: Studio) -> None:
    """Of two people at two tabs, neither records over the other."""
    pages: list[str] = []
    tabs = [
        threading.Thread(target=lambda label=label: pages.append(begun(studio, label=label))) for label in ("A", "B")
    ]
    for tab in tabs:
        tab.start()
    for tab in tabs:
        tab.join()
    for page in pages:
        assert _send(studio, page, 1, wav(said(LINES[0]))).json()["good"]
    assert sorted(voice.label for voice in booth.own_voices("en")) == ["A", "B"]


def test_no_field_and_no_address_takes_a_path(studio: Studio, own_folders: Path) -> None:
    page = begun(studio)
    name = page.removeprefix("record/")
    sound = wav(said(LINES[0]))
    kept = {path.name for path in (studio.kept / "record").iterdir()}
    for path in _UPS:
        for field in ("voice", "lang", "relation", "closing", "anchor", "tone"):
            assert studio.post("record", {**FORM, field: path}).status == 422, (field, path)
        assert studio.post("record", {**FORM, f"practice-{path}": "on"}).status == 422
        assert studio.post("record", {**FORM, "scripts": path}).status == 422
        assert studio.post("record", {**FORM, path: "on"}).status == 422
        assert studio.get(f"record/{path}").status in (403, 404)
        assert studio.post(f"record/{path}/forget").status in (303, 403, 404)
        for asked in (f"reading={path}&line=1", f"reading={name}/../{name}&line=1", f"reading={name}.json&line=1"):
            assert studio.get(f"record/take?{asked}").status == 404, asked
            assert studio.ask("POST", f"record/take?{asked}", sound, content_type=_SOUND).status == 404, asked
        for answer in (_send(studio, page, path, sound), studio.get(f"record/take?reading={name}&line={path}")):
            assert answer.status == 422 and "root:" not in answer.text
    for line in ("", "0", "-1", "5", "1e0", "٣", "99999999999999999999"):
        asked = f"record/take?reading={name}&line={line.encode().hex() if not line.isascii() else line}"
        assert studio.ask("POST", asked, sound, content_type=_SOUND).status == 422, line
    assert own_recordings(own_folders) == set()
    assert {path.name for path in (studio.kept / "record").iterdir()} == kept


def test_two_gigabytes_are_refused_before_they_are_read(studio: Studio) -> None:
    """With a length, nothing of them is sent; without one, they are read up to the bound."""
    for path, most in LARGER.items():
        for length in (2 << 30, most + 1):
            answer = studio.ask("POST", path[1:], b"", content_length=str(length), content_type=_SOUND)
            assert answer.status == 413, (path, length)
    begun(studio)
    page = begun(studio)
    most = LARGER["/record/take"]
    place = f"record/take?reading={page.removeprefix('record/')}&line=1"
    head = (
        f"POST /{studio.key}/{place} HTTP/1.1\r\nHost: 127.0.0.1:{studio.port}\r\nOrigin: {studio.origin}\r\n"
        f"Transfer-Encoding: chunked\r\n\r\n"
    )
    part = b"100000\r\n" + bytes(1 << 20) + b"\r\n"
    with socket.create_connection(("127.0.0.1", studio.port), timeout=20) as connection:
        connection.sendall(head.encode() + part * (most // (1 << 20) + 1))
        assert connection.recv(64).startswith(b"HTTP/1.1 413 ")


def test_other_paths_are_sent_no_more_than_a_form_has(studio: Studio) -> None:
    for path in ("record", "record/count", "record/0123456789abcdef/forget", "record/take/", "record//take"):
        answer = studio.ask("POST", path, b"", content_length=str(2 << 20), content_type=_SOUND)
        assert answer.status == 413, path


def test_markup_and_templates_are_only_ever_shown_as_they_were_written(studio: Studio) -> None:
    page = begun(studio, label="<b>{{ 1234*3003 }}</b>")
    assert _send(studio, page, 1, wav(said(LINES[0]))).json()["good"]
    for text in (studio.get(page).text, studio.get("record").text, studio.get("").text):
        assert "&lt;b&gt;{{ 1234*3003 }}" in text
        assert "<b>" not in text and "3705702" not in text
    for field in (*FORM, "relation", ATTACK[:60]):
        for path in ("record", "record/count"):
            answer = studio.post(path, {**FORM, field: ATTACK})
            if answer.headers.get("content-type", "").startswith("text/html"):
                assert "<script>alert" not in answer.text and "<img src=x" not in answer.text, field
            assert "3705702" not in answer.text and "root:" not in answer.text
    for path in (
        f"record/{ATTACK[:20]}",
        "record/take?reading=%3Cscript%3E&line=%3Cscript%3E",
        "record?lang=%3Cscript%3E",
    ):
        assert "<script>alert" not in studio.get(path.replace(" ", "%20").replace("<", "%3C")).text


def test_a_file_of_lines_that_somebody_changed_leads_nowhere(studio: Studio, own_folders: Path) -> None:
    """A key in it becomes a file's name, so it has to be one; what cannot be read is not there."""
    page = begun(studio)
    file = studio.kept / f"{page}.json"
    text = file.read_text("utf-8")
    key = re.search(r'"key": "([0-9a-f]{24})"', text)
    assert key
    for changed in (text.replace(key[1], "../../../x"), text.replace('"mine', '"../mine'), text[:99], "[]", "null",
                    text.replace('"number": 1', '"number": "1"'), text.replace('"kind": "line"', '"kind": "words"'),
                    "[" * 100_000):  # fmt: skip
        file.write_text(changed, "utf-8")
        assert studio.get(page).status == 404
        assert studio.get("record").status == 200
        assert _send(studio, page, 1, wav(said(LINES[0]))).status == 404
    file.unlink()
    assert own_recordings(own_folders) == set()


def test_a_voice_whose_list_is_damaged_says_so_and_begins_anew(studio: Studio) -> None:
    page = begun(studio)
    assert _send(studio, page, 1, wav(said(LINES[0]))).json()["good"]
    (folder,) = (voices.folder(voice.id) for voice in booth.own_voices("en"))
    (folder / "index.json").write_text("{", "utf-8")
    assert "begins anew" in studio.get(page).text
    assert _send(studio, page, 3, wav(said(LINES[2]))).json()["kept"] == [3]
    assert "begins anew" not in studio.get(page).text
    assert (folder / "index.json.damaged").exists()


def test_nothing_is_left_in_the_scratch_folder(studio: Studio, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A recording lies there while it is heard, and no longer."""
    monkeypatch.setattr("tempfile.tempdir", str(tmp_path))
    page = begun(studio)
    for sound in (wav(said(LINES[0])), b"garbage", b""):
        _send(studio, page, 1, sound)
    assert until(lambda: list(tmp_path.iterdir()), lambda there: not there) == []
