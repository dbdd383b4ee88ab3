"""The studio's settings: where tracks go, language, what is kept, and a person who is forgotten, and nowhere left."""

import hashlib
import os
import re
from pathlib import Path

import pytest
from studios import NAME, SHORT, Studio, running

from mettavox import assets, doctor
from mettavox.audio import Clip
from mettavox.clipcache import ClipCache
from mettavox.errors import OutputError
from mettavox.manifest import Entry, Manifest

MARKUP = "<script>7</script>{{ 7*7 }}{% raw %}"


def made(folder: Path, *codes: str) -> Path:
    """A library with a track of two files for each code, which are no sound."""
    with Manifest.opened(folder) as manifest:
        for code in codes:
            files = {f"{code}{suffix}": hashlib.sha256(b"x").hexdigest() for suffix in (".mp3", ".vtt")}
            for name in files:
                (folder / name).write_bytes(b"x")
            manifest.put(Entry(code=code, request_hash="0" * 64, state="made", rate=48_000, files=files))
    return folder


def hidden(page: str) -> dict[str, str]:
    """The fields that a page sends without being asked."""
    return dict(re.findall(r'<input type="hidden" name="(\w+)" value="([^"]*)">', page))


# --- where tracks go ---


def test_another_folder_is_kept_and_new_tracks_go_there(tmp_path: Path) -> None:
    """Those that wait go where they were meant to, and the next start remembers."""
    there = tmp_path / "Other place"
    with running(tmp_path, fixed=False) as studio:
        assert f'<strong class="path">{studio.output}</strong>' in studio.get("settings").text
        before = studio.add(SHORT)
        answer = studio.post("settings/output", {"folder": f" {there} "})
        assert answer.headers["location"].endswith("settings?done=output")
        after = studio.add(SHORT)
        assert str(there) in studio.get("settings?done=output").text
        studio.made(before), studio.made(after)
        assert (studio.output / "grounding-1m.mp3").is_file()
        assert (there / "grounding-1m.mp3").is_file()
        assert studio.get(f"{before}/file.mp3").status == studio.get(f"{after}/file.mp3").status == 200
    with running(tmp_path, fixed=False) as again:
        assert str(there) in again.get("settings").text
        assert "grounding-1m.mp3" in again.get("tracks").text


def test_the_same_folder_by_another_path_has_each_track_once(tmp_path: Path) -> None:
    (tmp_path / "disk").mkdir()
    (tmp_path / "link").symlink_to(tmp_path / "disk")
    with running(tmp_path / "link", fixed=False) as studio:
        studio.made(studio.add(SHORT))
        studio.post("settings/output", {"folder": str(studio.output)})
        listed = studio.get("tracks").text
        assert str(tmp_path / "disk") in studio.get("settings").text
        assert listed.count("Grounding (1:00)") == 1


def test_what_is_not_finished_goes_where_it_was_meant_to_after_a_restart(tmp_path: Path) -> None:
    with running(tmp_path, fixed=False) as studio:
        page = studio.add({**SHORT, "script": "sleep", "minutes": "45", "voice": "system"})
        studio.post("settings/output", {"folder": str(tmp_path / "other")})
    with running(tmp_path, fixed=False) as again:
        assert "Not finished" in again.get("settings").text
        assert list((tmp_path / "other").iterdir()) == []
        kept = next(again.kept.glob("*.json")).read_text("utf-8")
        assert str(again.output) in kept
        assert again.post("settings/let-go").headers["location"].endswith("done=let_go")
        assert list(again.kept.glob("*.json")) == []
        assert "cancelled" in again.get(page).text


def test_the_command_line_comes_first_and_the_page_says_so(tmp_path: Path) -> None:
    with running(tmp_path) as studio:
        studio.post("settings/output", {"folder": str(tmp_path / "later")})
        page = studio.get("settings").text
        assert "(-o)" in page and str(studio.output) in page and f"Chosen for later: {tmp_path / 'later'}" in page
    with running(tmp_path, fixed=False) as again:
        assert "(-o)" not in again.get("settings").text
        assert f'<strong class="path">{tmp_path / "later"}</strong>' in again.get("settings").text


@pytest.mark.parametrize("folder", ["", "out", "../x", "/etc", "~/.ssh", "/", "/tmp/a\0b", MARKUP, "x" * 9999])
def test_a_folder_that_cannot_be_is_told_and_stays_in_its_field(studio: Studio, folder: str) -> None:
    answer = studio.post("settings/output", {"folder": folder})
    assert answer.status == 422
    assert 'role="alert"' in answer.text and "<script>7" not in answer.text
    assert str(studio.output) in studio.get("settings").text
    assert "Chosen for later" not in studio.get("settings").text
    if folder == "../x":
        assert 'value="../x"' in answer.text


# --- language, and what is kept ---


def test_the_language_is_kept_for_the_next_start(tmp_path: Path) -> None:
    with running(tmp_path) as studio:
        assert studio.post("settings/language", {"language": "es"}).status == 303
        assert '<html lang="es"' in studio.get("settings", accept_language="en").text
    with running(tmp_path) as again:
        assert '<option value="es" lang="es" selected>' in again.get("settings", accept_language="en").text
        assert again.post("settings/language", {"language": MARKUP}).status == 404
        again.post("settings/language", {"language": "browser"})
        assert '<html lang="en"' in again.get("settings", accept_language="en").text


def test_what_is_kept_is_told_and_the_cache_is_emptied(studio: Studio) -> None:
    ClipCache(assets.cache_folder()).put("0" * 64, Clip(pcm=b"\0\0" * 200_000, rate=48_000))
    page = studio.get("settings").text
    assert "<span>0.4 MB</span>" in page and str(studio.kept) in page
    assert studio.post("settings/empty").headers["location"].endswith("done=emptied")
    assert not list(assets.cache_folder().rglob("*.clip"))
    assert "was removed" in studio.get("settings?done=emptied").text
    assert "<script>" not in studio.get(f"settings?done={'%3Cscript%3E'}").text


def test_whether_everything_is_here(studio: Studio, monkeypatch: pytest.MonkeyPatch) -> None:
    """With what is wrong, and what to do about it."""
    error = OutputError("<b>", hint="Free some space.")
    found = [doctor.Finding(what="scripts", detail="24"), doctor.Finding(what="cache", detail="<b>", error=error)]
    monkeypatch.setattr(doctor, "examine", lambda: iter(found))
    for path in ("settings/check", "settings/check/part"):
        page = studio.get(path).text
        assert "Not everything is as it should be" in page and "&lt;b&gt;" in page and "<b>" not in page
    monkeypatch.setattr(doctor, "examine", lambda: iter(found[:1]))
    assert "Everything that is needed is here" in studio.get("settings/check").text


# --- forgetting ---


def test_a_person_is_shown_then_forgotten_and_nothing_is_left(studio: Studio) -> None:
    folder = made(studio.output / "clinic", "p-017", "p-018")
    ClipCache(assets.cache_folder()).put("0" * 64, Clip(pcm=b"\0\0", rate=48_000), named=True)
    assert '<option value="clinic">' in studio.get("settings").text
    asked = studio.post("settings/forget", {"library": "clinic", "code": " P-017 "})
    assert "p-017.mp3" in asked.text and "p-018" not in asked.text
    assert "files, 2; rows of the library&#39;s table, 1." in asked.text
    assert (folder / "p-017.mp3").is_file()
    studio.post("begun", {**SHORT, "name": NAME})
    gone = studio.post("settings/forget/sure", hidden(asked.text))
    assert NAME not in studio.get("").text
    assert "Gone for good" in gone.text and "p-017.vtt" in gone.text
    assert [path for path in studio.output.rglob("*") if b"p-017" in path.name.encode() + _bytes(path)] == []
    assert not list(assets.cache_folder().rglob("*.clip"))
    assert (folder / "p-018.mp3").is_file()
    again = studio.post("settings/forget/sure", hidden(asked.text))
    assert again.status == 422 and "nothing of the code" in again.text


def _bytes(path: Path) -> bytes:
    return path.read_bytes() if path.is_file() else b""


@pytest.mark.parametrize(
    ("library", "code"),
    [
        ("../..", "p-017"), ("/etc", "p-017"), ("clinic\0", "p-017"), ("link", "p-017"), ("clinic/..", "p-017"),
        (".hidden", "p-017"), (MARKUP, "p-017"), ("clinic", ""), ("clinic", "../p-017"), ("clinic", MARKUP),
        ("clinic", "*"), ("clinic", "p-01"),
    ],
)  # fmt: skip
def test_nothing_else_can_be_forgotten(tmp_path: Path, studio: Studio, library: str, code: str) -> None:
    outside = made(tmp_path / "outside", "p-017")
    here = made(studio.output / "clinic", "p-017")
    made(studio.output / ".hidden", "p-017")
    link = studio.output / "link"
    link.unlink(missing_ok=True)
    link.symlink_to(outside)
    for path in ("settings/forget", "settings/forget/sure"):
        answer = studio.post(path, {"library": library, "code": code})
        assert answer.status in (404, 422)
        assert "<script>7" not in answer.text
    assert (
        {each.name for each in here.glob("p-017*")}
        == {each.name for each in outside.glob("p-017*")}
        == {"p-017.mp3", "p-017.vtt"}
    )


def test_a_track_goes_with_all_beside_it_from_memory_and_disk(tmp_path: Path) -> None:
    with running(tmp_path) as studio:
        pages = [studio.add({**SHORT, "name": NAME}) for _ in range(2)]
        for page in pages:
            assert 'action="/' in studio.made(page).text
        mine = pages[0].removeprefix("tracks/")
        asked = studio.post("settings/track", {"work": mine})
        assert "grounding-1m.mp3" in asked.text and "grounding-1m-2" not in asked.text
        assert (studio.output / "grounding-1m.mp3").is_file()
        studio.post("begun", {**SHORT, "name": NAME})
        assert "Gone for good" in studio.post("settings/track/sure", hidden(asked.text)).text
        assert NAME not in studio.get("").text
        assert not list(studio.output.glob("grounding-1m.*"))
        assert studio.get(pages[0]).status == 404
        assert f"again={mine}" not in studio.get("tracks").text and NAME not in studio.get(f"?again={mine}").text
        assert "<audio" in studio.get(pages[1]).text
    with running(tmp_path) as again:
        found = re.findall(r'<option value="(\w{16})">', again.get("settings").text)
        assert len(found) == 1
        again.post("settings/track/sure", {"work": found[0]})
        assert [path for path in again.output.rglob("*") if path.is_file()] == []
        assert "There are no tracks" in again.get("settings").text


def test_no_other_file_goes_as_a_track(studio: Studio) -> None:
    studio.output.mkdir(exist_ok=True)
    (studio.output / "diary.txt").write_text("mine", "utf-8")
    (studio.output / "song.mp3").write_bytes(b"x")  # which has no record of ours
    for work in ("", "diary.txt", "../kept", "song.mp3", "..", "\0", MARKUP, "0" * 16):
        for path in ("settings/track", "settings/track/sure"):
            assert studio.post(path, {"work": work, "file": "diary.txt"}).status == 404
    assert (studio.output / "diary.txt").is_file() and (studio.output / "song.mp3").is_file()


def test_a_library_in_use_is_left_as_it_is(studio: Studio) -> None:
    folder = made(studio.output / "busy", "p-1")
    with Manifest.opened(folder):
        answer = studio.post("settings/forget/sure", {"library": "busy", "code": "p-1"})
    assert answer.status == 422 and "works in this folder" in answer.text
    assert (folder / "p-1.mp3").is_file()


@pytest.mark.skipif(not hasattr(os, "geteuid") or os.geteuid() == 0, reason="root may write anywhere")
def test_a_folder_that_is_somebody_elses_is_told(studio: Studio, tmp_path: Path) -> None:
    (tmp_path / "closed").mkdir(mode=0o500)
    assert "cannot be written" in studio.post("settings/output", {"folder": str(tmp_path / "closed")}).text
