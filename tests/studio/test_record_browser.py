"""A voice is recorded in a real browser, with a microphone that hears a file."""

import contextlib
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from browsing import Browser, Visit, look
from studios import running
from takes_sent import LINES, begun, practice, said, wav

from mettavox import booth
from mettavox.codecs import mono
from recorded import Reader, quiet

_LEVEL = "Number(document.getElementById('level').getAttribute('aria-valuenow'))"
_STATE = "document.getElementById('stage').dataset.state"


@pytest.fixture(scope="module")
def sound(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """What the microphone hears, again and again; it is read as the microphone is turned on."""
    return tmp_path_factory.mktemp("microphone") / "heard.wav"


@pytest.fixture(scope="module")
def line() -> Iterator[np.ndarray]:
    """Somebody says a short line, with quiet before it."""
    reader = Reader()
    speech = 0.6 * reader("Be well today.")
    reader.close()
    yield np.concatenate([quiet(1.9), speech, quiet(0.1)])


@pytest.fixture(scope="module")
def microphone(playwright: Any, sound: Path) -> Iterator[Browser]:
    """A browser with that microphone; a page may use it where that was granted."""
    heard = ("--use-fake-device-for-media-stream", f"--use-file-for-fake-audio-capture={sound}")
    with contextlib.closing(Browser(playwright, *heard)) as started:
        yield started


@pytest.fixture
def page(
    microphone: Any, sound: Path, line: np.ndarray, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Visit]:
    practice()
    monkeypatch.setattr(booth, "ROOM_SECONDS", 1.2)
    sound.write_bytes(wav(_room(line)))
    with running(tmp_path) as studio, Visit(microphone, studio, "record") as visit:
        yield visit


def _room(sound: np.ndarray, room_db: float = -72.0) -> np.ndarray:
    return sound + np.random.default_rng(2).standard_normal(len(sound)) * 10 ** (room_db / 20)


def _turned_on(visit: Visit) -> None:
    """The microphone is allowed and turned on, and the room was heard."""
    visit.context.grant_permissions(["microphone"], origin=visit.studio.origin)
    visit.page.get_by_role("button", name="Turn on the microphone").click()
    visit.until(f"{_STATE} === 'ready'")


def _seconds(path: Path) -> float:
    """How many seconds of sound a file has."""
    with mono.opened(path) as found:
        return len(found.samples) / mono.RATE


def _told(visit: Visit) -> str:
    return str(visit.page.locator("#told").inner_text())


def _between(visit: Visit) -> None:
    """Wait for the moment after a line: the next one is some two seconds away."""
    visit.until(f"{_LEVEL} > 40")
    quiet_for = 0
    while quiet_for < 6:
        visit.page.wait_for_timeout(50)
        quiet_for = quiet_for + 1 if visit.page.evaluate(f"{_LEVEL} < 20") else 0


def _one_take(visit: Visit, press: Any) -> None:
    """Press after a line, hear one, and press again."""
    _between(visit)
    press()
    _between(visit)
    press()
    visit.until(f"{_STATE} === 'ready'")


def test_a_voice_is_recorded_by_hand_and_gone_on_with(page: Visit, sound: Path, line: np.ndarray) -> None:
    """From the form to the first line: the room, a take, another one that could not be sent, and the page left."""
    visit, at = page, page.page
    at.get_by_role("checkbox", name="Four lines").check()
    visit.until("document.getElementById('count').textContent.includes('read: 4')")
    at.get_by_role("checkbox", name="This is my own voice").check()
    at.get_by_role("button", name="Go to the lines").click()
    at.get_by_role("button", name="Turn on the microphone").wait_for()
    assert at.get_by_role("button", name="Record", exact=True).is_disabled()
    sound.write_bytes(wav(_room(quiet(3))))
    _turned_on(visit)
    at.get_by_text("Your room is quiet enough").wait_for()

    sound.write_bytes(wav(_room(line)))
    at.reload()
    _turned_on(visit)
    _one_take(visit, lambda: at.locator("#record").click())
    assert _told(visit).startswith("It is kept."), _told(visit)
    with at.expect_response("**/record/take*") as answer:
        at.get_by_role("button", name="Hear it").click()
    assert answer.value.headers["content-type"] == "audio/flac"

    at.route("**/record/take*", lambda route: route.abort())
    _one_take(visit, lambda: at.get_by_role("button", name=re.compile("Record it again|Stop")).click())
    assert "does not answer" in _told(visit) and "stays on this page" in _told(visit)
    with at.expect_download() as saving:
        at.get_by_role("link", name="Save it as a file").click()
    assert saving.value.suggested_filename == "1.webm"
    assert _seconds(Path(saving.value.path())) > 0.5
    at.unroute("**/record/take*")
    at.get_by_role("button", name="Send it again").click()
    at.get_by_text("in the place of the earlier one").wait_for()
    visit.wrong = [each for each in visit.wrong if "ERR_FAILED" not in each]  # the browser tells of it
    at.get_by_role("button", name="Next line").click()
    assert at.locator("#line").inner_text() == LINES[1]
    assert at.evaluate("document.activeElement.id") == "stage"

    at.reload()
    visit.until("document.getElementById('how-many').textContent === '1 of 4 lines'")
    assert at.locator("#line").inner_text() == LINES[1]  # the first that is lacking
    at.get_by_role("link", name="Record").click()
    look(at, "record")
    at.get_by_role("link", name=re.compile("Go on.*Four lines")).click()
    at.locator("#lines button").first.click()
    assert at.locator("#line").inner_text() == LINES[0]
    assert LINES[0] in at.locator("#lines [aria-current=true]").inner_text()
    assert "recorded" in _told(visit)


def test_the_keyboard_alone_records(page: Visit) -> None:
    """With the keys that the page names, which can be turned off."""
    visit, at = page, page.page
    visit.context.grant_permissions(["microphone"], origin=visit.studio.origin)
    lines = begun(visit.studio)
    for number, text in enumerate(LINES[1:], start=2):  # all but the first are there
        where = f"record/take?reading={lines.removeprefix('record/')}&line={number}"
        assert visit.studio.ask("POST", where, wav(said(text)), content_type="audio/wav").json()["good"]
    at.goto(visit.studio.url + lines)

    def to(wanted: str) -> None:
        for _ in range(40):
            if at.evaluate("document.activeElement.id") == wanted:
                return
            at.keyboard.press("Tab")
        raise AssertionError(wanted)

    to("turn-on")
    at.keyboard.press("Enter")
    visit.until(f"{_STATE} === 'ready' && document.activeElement.id === 'stage'")
    _one_take(visit, lambda: at.keyboard.press("Space"))
    assert _told(visit).startswith("It is kept."), _told(visit)
    assert "Every line is there." in _told(visit)
    look(at, "reading-done")
    with at.expect_response("**/record/take*"):
        at.keyboard.press("h")
    at.keyboard.press("Enter")
    assert at.locator("#line").inner_text() == LINES[1]
    at.keyboard.press("Space")
    visit.until(f"{_STATE} === 'recording'")
    at.keyboard.press("Escape")
    visit.until(f"{_STATE} === 'ready'")
    assert "thrown away" in _told(visit)
    at.keyboard.press("ArrowLeft")
    assert at.locator("#line").inner_text() == LINES[0]
    to("by-keys")
    at.keyboard.press("Space")
    assert at.locator("#the-keys").is_hidden()
    at.locator("#stage").focus()
    at.keyboard.press("ArrowRight")
    at.keyboard.press("Space")
    assert (at.locator("#line").inner_text(), at.evaluate(_STATE)) == (LINES[0], "ready")


def test_what_goes_wrong_is_told(page: Visit, sound: Path, line: np.ndarray) -> None:
    """A microphone that is not allowed, and too loud a voice."""
    visit, at = page, page.page
    lines = begun(visit.studio)
    at.goto(visit.studio.url + lines)
    at.get_by_role("button", name="Turn on the microphone").click()
    at.get_by_text("was not allowed to use the microphone").wait_for()

    sound.write_bytes(wav(_room(30 * line)))
    _turned_on(visit)
    _one_take(visit, lambda: at.locator("#record").click())
    assert "too loud" in _told(visit) and "Move back" in _told(visit)
    assert "0 of 4" in at.locator("#how-many").inner_text()


@pytest.mark.soak
def test_every_state_of_the_lines_is_for_everybody(page: Visit, sound: Path, line: np.ndarray) -> None:
    """By axe, narrow and wide, light and dark: no microphone, recording, not good enough, not sent."""
    visit, at = page, page.page
    at.goto(visit.studio.url + begun(visit.studio))
    look(at, "reading-off", every=True)
    at.get_by_role("button", name="Turn on the microphone").click()
    at.get_by_text("was not allowed to use the microphone").wait_for()
    look(at, "reading-denied", every=True)
    sound.write_bytes(wav(_room(30 * line)))
    _turned_on(visit)
    for name, state in (("recording", "recording"), ("refused", "ready")):
        at.locator("#record").click()
        visit.until(f"{_STATE} === '{state}'")
        look(at, f"reading-{name}", every=True)
    assert "too loud" in _told(visit)
    at.route("**/record/take*", lambda route: route.abort())
    for state in ("recording", "ready"):
        at.locator("#record").click()
        visit.until(f"{_STATE} === '{state}'")
    look(at, "reading-unsent", every=True)
    visit.wrong = [each for each in visit.wrong if "ERR_FAILED" not in each]


def test_a_browser_that_cannot_record_says_so_and_shows_the_lines(microphone: Any, page: Visit) -> None:
    lines = begun(page.studio)
    page.keeps = False
    page.page.add_init_script("delete window.MediaRecorder")
    page.page.goto(page.studio.url + lines)
    page.page.get_by_text("This browser cannot record").wait_for()
    assert page.page.get_by_role("button", name="Turn on the microphone").is_hidden()
    with Visit(microphone, page.studio, lines, java_script_enabled=False) as plain:
        assert plain.page.get_by_text("needs JavaScript").is_visible()
        assert plain.page.get_by_text(LINES[3]).is_visible()
        assert plain.page.locator("button:visible").count() == 0
