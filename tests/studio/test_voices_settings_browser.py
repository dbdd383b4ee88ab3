"""The studio's voices and settings in a real browser: heard, tuned, fetched from a folder, and a person forgotten."""

import hashlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from browsing import Visit, look
from studios import NAME, Studio, running

from mettavox import tuning
from mettavox.manifest import Entry, Manifest
from mettavox.voice import Voice
from test_voicestore import DATA, profile, server

__all__ = ["profile", "server"]  # fixtures

_QUIET = "document.getElementById('heard').textContent === ''"
EVERY = pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["sample", "every"])


def slide(page: Any, name: str, value: float) -> None:
    """As a hand on the slider does."""
    page.evaluate(
        "([name, value]) => { const slider = document.getElementById(name); slider.value = value;"
        " slider.dispatchEvent(new Event('input', {bubbles: true})); }",
        [name, value],
    )


@EVERY
def test_a_voice_is_heard_tuned_and_as_it_came(browser: Any, studio: Studio, every: bool) -> None:
    with Visit(browser, studio, "voices") as visit:
        page = visit.page
        card = page.get_by_role("listitem").filter(has=page.get_by_role("link", name="System", exact=True))
        page.get_by_label("Let them say").first.fill(f"{NAME} rests.")
        with page.expect_response("**/voices/hear") as answer:
            card.get_by_role("button").click()
        assert answer.value.headers["content-type"] == "audio/wav"
        assert page.locator(".speaks").count() == 1
        visit.until(_QUIET + " && !document.querySelector('.speaks')")  # it was played to its end
        look(page, "voices", every=every)

        page.goto(f"{studio.url}voices/hum")
        slide(page, "rate", 0.8)
        slide(page, "pauses", 1.5)
        assert page.locator("#rate-shown").inner_text() == "×0.8"
        page.get_by_label("Let it say").fill("May I rest.")
        with page.expect_response("**/voices/hear") as answer:
            page.get_by_role("button", name="Hear it so").click()
        assert answer.value.headers["content-type"] == "audio/wav"
        assert tuning.dials("hum").rate == 1  # nothing is kept by hearing it
        page.get_by_role("button", name="Keep it so").click()
        page.get_by_role("status").filter(has_text="Kept.").wait_for()
        assert (tuning.dials("hum").rate, tuning.dials("hum").pauses) == (0.8, 1.5)
        assert page.get_by_label("How fast").input_value() == "0.8"
        look(page, "voice", every=every)
        page.get_by_role("button", name="Back to as it came").click()
        page.get_by_role("status").filter(has_text="as it came again").wait_for()
        assert tuning.dials("hum").rate == 1
        page.get_by_label("Let it say").fill("<7> {{ 7 }}")
        page.get_by_role("button", name="Hear it so").click()
        visit.until("!['', 'Speaking'].includes(document.getElementById('heard').textContent)")
        visit.wrong = [each for each in visit.wrong if "422" not in each]  # the browser tells of it


@EVERY
def test_a_voice_comes_from_a_folder_with_its_progress_and_goes_again(
    browser: Any, studio: Studio, profile: Callable[..., Voice], own_folders: Path, every: bool
) -> None:
    profile(base="")
    folder = own_folders / "Downloads"
    folder.mkdir()
    (folder / "model.onnx").write_bytes(DATA["model.onnx"])
    with Visit(browser, studio, "voices") as visit:
        page = visit.page
        page.get_by_role("link", name="Get it, 1.0 MB").click()
        page.get_by_label("The folder with its files").fill("~/Downloads")
        page.keyboard.press("Enter")
        page.get_by_role("alert").wait_for()
        assert "has no model.json" in page.get_by_role("alert").inner_text()
        assert page.get_by_label("The folder with its files").input_value() == "~/Downloads"
        look(page, "voice-install", every=every)
        (folder / "model.json").write_bytes(DATA["model.json"])
        page.get_by_role("button", name="Take them from there").click()
        page.get_by_role("status").filter(has_text="is here and can speak").wait_for()
        page.get_by_role("link", name="Remove it").click()
        if every:
            look(page, "voice-remove", every=every)
        page.get_by_role("button", name="Remove it").click()
        page.get_by_role("link", name="Get it").wait_for()
        visit.wrong = [each for each in visit.wrong if "422" not in each]


@EVERY
def test_another_folder_a_track_there_and_a_person_forgotten(browser: Any, tmp_path: Path, every: bool) -> None:
    """From choosing the folder to nothing being left."""
    there = tmp_path / "Meditations"
    with running(tmp_path, fixed=False) as studio, Visit(browser, studio, "settings") as visit:
        page = visit.page
        page.get_by_label("Another folder").fill("/etc")
        page.keyboard.press("Enter")
        assert "belongs to the system" in page.get_by_role("alert").inner_text()
        if every:
            look(page, "settings-wrong", every=every)
        page.get_by_label("Another folder").fill(str(there))
        page.get_by_role("button", name="Use this folder").click()
        page.get_by_role("status").filter(has_text="New tracks go there").wait_for()

        made = studio.add({"script": "grounding", "minutes": "1", "voice": "hum", "bed": "none", "name": NAME})
        studio.made(made)
        assert (there / "grounding-1m.mp3").is_file()
        with Manifest.opened(there / "clinic") as manifest:
            files = {f"p-017{suffix}": hashlib.sha256(b"x").hexdigest() for suffix in (".mp3", ".vtt")}
            for name in files:
                (there / "clinic" / name).write_bytes(b"x")
            manifest.put(Entry(code="p-017", request_hash="0" * 64, state="made", rate=48_000, files=files))

        page.goto(f"{studio.url}settings")
        look(page, "settings", every=every)
        page.get_by_label("Code").fill("p-018")
        page.get_by_role("button", name="Show what would go").first.click()
        assert "nothing of the code" in page.get_by_role("alert").inner_text()
        page.get_by_label("Code").fill("p-017")
        page.get_by_role("button", name="Show what would go").first.click()
        page.get_by_role("heading", name="Forget p-017?").wait_for()
        assert "p-017" not in page.url
        look(page, "settings-forget", every=every)
        page.get_by_role("button", name="Forget for good").click()
        page.get_by_role("heading", name="Gone for good").wait_for()
        assert list((there / "clinic").glob("p-017*")) == []

        page.goto(studio.url + made)
        page.get_by_role("button", name="Delete this track").click()
        page.get_by_role("heading", name="Delete grounding-1m.mp3?").wait_for()
        page.get_by_role("button", name="Delete for good").click()
        page.get_by_role("heading", name="Gone for good").wait_for()
        assert [path for path in there.rglob("*") if path.is_file() and NAME.encode() in path.read_bytes()] == []
        assert list(there.glob("*.*")) == []
        visit.wrong = [each for each in visit.wrong if "422" not in each]
