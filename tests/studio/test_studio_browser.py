"""The studio in a real browser, for hands, keys, eyes and screen readers; nothing is asked of anybody else."""

import re
import shutil
from pathlib import Path
from typing import Any

import pytest
from browsing import NARROW, Visit, look
from studios import NAME, SHORT, Studio, running, until

_LINES = (
    "document.querySelectorAll('#live .lines li').length > 3 && document.getElementById('live').ariaBusy === 'false'"
)


def _length(page: Any, minutes: int) -> None:
    """As a hand on the slider does."""
    page.evaluate(
        "(minutes) => { const slider = document.getElementById('minutes'); slider.value = minutes;"
        " slider.dispatchEvent(new Event('input', {bubbles: true})); }",
        minutes,
    )


def test_a_first_track_in_three_fields_is_heard_read_and_saved(browser: Any, studio: Studio) -> None:
    """Practice, name and length, with the voice that is there, as on a new machine."""
    with Visit(browser, studio) as visit:
        page = visit.page
        visit.until(_LINES)
        page.get_by_role("radio", name="Grounding").check()
        page.get_by_label("Name of the listener").fill(NAME)
        _length(page, 1)
        visit.until(f"document.getElementById('live').textContent.includes('{NAME}')")
        visit.until(_LINES)
        page.get_by_role("button", name="Make the track").dblclick()
        page.wait_for_url("**/tracks/*")
        assert NAME not in page.url
        assert studio.get("tracks").text.count("Grounding (1:00)") == 1  # and not one for each press
        visit.until("!!document.getElementById('sound') && document.getElementById('sound').duration === 60")

        chapter = page.locator(".chapters button").nth(1)
        start = float(chapter.get_attribute("data-at"))
        chapter.click()
        visit.until(f"document.getElementById('sound').currentTime > {start} + 0.1")
        visit.until("document.getElementById('caption').textContent.length > 5")
        assert page.locator(".chapters [aria-current=true]").count() == 1
        with page.expect_download() as saving:
            page.get_by_role("link", name=re.compile("Save MP3")).click()
        assert Path(saving.value.path()).read_bytes() == (studio.output / "grounding-1m.mp3").read_bytes()
        page.locator("#checks summary").click()
        page.locator("#checks table").wait_for()
        assert page.locator("table tr").count() > 3
        assert "does not hold" not in page.locator("table").inner_text()

        page.get_by_role("link", name="Make another like it").click()
        visit.until(_LINES)
        assert page.get_by_label("Name of the listener").input_value() == NAME
        assert page.get_by_role("radio", name="Grounding").is_checked()
        assert page.locator("#minutes").input_value() == "1"


def test_what_one_types_is_shown_as_it_will_be(browser: Any, studio: Studio) -> None:
    with Visit(browser, studio) as visit:
        page = visit.page
        visit.choose(voice="system")
        visit.until(_LINES)
        short = page.locator("#live li").count()
        _length(page, 30)
        visit.until(f"document.querySelectorAll('#live li').length > {short}")
        page.locator("#name").press_sequentially(NAME)
        visit.until(f"document.getElementById('live').textContent.includes('{NAME}')")
        assert page.locator("#say").is_visible()
        page.locator("#target").fill("Ana")
        visit.until("document.getElementById('live').textContent.includes('Ana')")
        assert int(page.locator("#least").inner_text()) < int(page.locator("#most").inner_text())

        page.get_by_role("radio", name="Grounding").check()  # which has no place for a target
        assert page.locator("#target").is_hidden()
        visit.until(_LINES + " && !document.getElementById('live').textContent.includes('Ana')")

        page.locator("#name").fill("<b>7")
        visit.until("!!document.querySelector('#live [role=alert]')")
        assert page.locator("#go").is_disabled()
        page.locator("#name").fill("")
        visit.until(_LINES)
        assert page.locator("#go").is_enabled()

        # On the way to another page, before the plan of it has come; and back, and there by its own link.
        _length(page, 3)
        page.locator("#name").fill(NAME)
        page.get_by_role("link", name="Your tracks").click()
        page.wait_for_url("**/tracks")
        for back in (page.go_back, page.get_by_role("link", name="Make", exact=True).click):
            if back != page.go_back:
                page.goto(studio.url + "tracks")
            back()
            visit.until(_LINES)
            assert page.locator("#name").input_value() == NAME
            assert page.get_by_role("radio", name="Grounding").is_checked()
            assert page.locator("#minutes").input_value() == "3"
        look(page, "begun", ".notice")
        page.get_by_role("button", name="Start afresh").click()
        page.locator(".begun").wait_for(state="detached")
        visit.until(_LINES)
        assert page.locator("#name").input_value() == ""
        assert page.evaluate("localStorage.length + sessionStorage.length") == 0


def test_the_studio_speaks_the_language_of_the_browser_or_another(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as studio, Visit(browser, studio, locale="es-MX") as visit:
        page = visit.page
        visit.until(_LINES)
        assert page.evaluate("document.documentElement.lang") == "es"
        assert page.get_by_role("heading", level=1).inner_text() == "Crear una pista"
        assert "Puedes" in page.locator("#live").inner_text()
        page.get_by_role("link", name="English").click()
        visit.until(_LINES)
        assert page.get_by_role("heading", level=1).inner_text() == "Make a track"


def test_a_name_a_line_and_a_section_are_heard(browser: Any, studio: Studio) -> None:
    with Visit(browser, studio) as visit:
        page = visit.page
        visit.until(_LINES)
        visit.choose(voice="system")
        page.locator("#name").fill(NAME)
        visit.until(f"document.getElementById('live').textContent.includes('{NAME}')")
        visit.until(_LINES)
        for button, path in ((page.get_by_role("button", name="Hear it").first, "say"),
                             (page.locator("#live .play").first, "line")):  # fmt: skip
            with page.expect_response(f"**/{path}") as answer:
                button.click()
            assert answer.value.headers["content-type"] == "audio/wav"
            visit.until("document.getElementById('heard').textContent === ''")

        # A section: its lines one after the other, with the quiet between, which can be skipped; until it is stopped.
        current = "[...document.querySelectorAll('#live li')].findIndex((each) => each.ariaCurrent)"
        resting = page.locator(
            ".section-head:has(+ .lines > li:first-child .pause)"
        ).first  # quiet after its first line
        first = int(resting.locator("+ .lines .play").first.get_attribute("data-place"))
        resting.get_by_role("button", name="Hear the section").click()
        visit.until(f"{current} === {first}")
        visit.until("document.querySelector('#playing p').textContent.startsWith('Quiet')")
        page.get_by_role("button", name="Skip the quiet").click()
        visit.until(f"{current} === {first + 1}")
        page.get_by_role("button", name="Stop", exact=True).click()
        assert page.locator("#playing").is_hidden()
        visit.until(f"{current} === -1")


def test_the_keyboard_alone_makes_a_track_and_cancels_it(browser: Any, tmp_path: Path) -> None:
    with running(tmp_path) as studio, Visit(browser, studio) as visit:
        page = visit.page
        visit.until(_LINES)
        page.keyboard.press("Tab")
        assert page.evaluate("document.activeElement.className") == "skip"
        page.keyboard.press("Enter")

        def to(wanted: str) -> None:
            for _ in range(60):
                if page.evaluate("document.activeElement.id || document.activeElement.name") == wanted:
                    return
                page.keyboard.press("Tab")
            raise AssertionError(wanted)

        to("script")
        page.keyboard.press("ArrowDown")
        to("name")
        page.keyboard.type(NAME)
        to("minutes")
        page.keyboard.press("Home")
        visit.until(f"document.getElementById('live').textContent.includes('{NAME}')")
        visit.until(_LINES)
        to("go")
        page.keyboard.press("Enter")
        page.wait_for_url("**/tracks/*")
        page.get_by_role("heading", name="Paced breathing (2:00)").wait_for()
        for _ in range(20):
            page.keyboard.press("Tab")
            if page.evaluate("document.activeElement.textContent") == "Cancel":
                break
        page.keyboard.press("Enter")
        page.wait_for_url("**/tracks")
        page.get_by_role("link", name="Paced breathing (2:00)").click()
        visit.until("document.querySelector('main').textContent.includes('cancelled')")


@pytest.mark.parametrize("count", [4, pytest.param(10, marks=pytest.mark.soak)], ids=["four", "ten"])
def test_three_tabs_queue_tracks_and_do_each_other_no_harm(browser: Any, tmp_path: Path, count: int) -> None:
    """Each its own name and choices; all are made, in their order, and no tab has what another was told."""
    with running(tmp_path) as studio, Visit(browser, studio) as first:
        tabs, said = [first, first.another(), first.another()], []
        for visit in tabs:
            visit.until(_LINES)
            visit.page.get_by_role("radio", name="Grounding").check()
            visit.choose(bed="none")
            _length(visit.page, 1)
            visit.until("document.getElementById('minutes-shown').textContent === '1 min'")
        for number in range(count):
            visit, name = tabs[number % 3], f"Zo{'aeiou'[number % 5] * (number + 1)}"
            visit.page.locator("#name").fill(name)
            visit.until(f"document.getElementById('live').textContent.includes('{name}')")
            visit.page.get_by_role("button", name="Make the track").click()
            visit.page.wait_for_url("**/tracks/*")
            said.append((visit.page.url.removeprefix(studio.url), name))
            visit.page.get_by_role("link", name="Make another like it").click()
            visit.until(_LINES)
        for number, (page, name) in enumerate(said):
            text = until(lambda at=page: studio.get(at), lambda got: "data-events" not in got.text, 120).text
            assert 'id="sound"' in text
            transcript = studio.get(f"{page}/file.txt").text
            assert f"Hello, {name}." in transcript
            assert (studio.output / f"grounding-1m{f'-{number + 1}' if number else ''}.txt").read_text() == transcript
        checks = studio.get(f"{said[-1][0]}/checks").text
        assert checks.count("<tr>") > 10 and "does not hold" not in checks


@pytest.fixture(scope="module")
def pages(studio: Studio) -> dict[str, str]:
    """A page of each kind, by its path."""
    made = studio.add({**SHORT, "name": NAME})
    studio.made(made)
    return {"make": "", "tracks": "tracks", "made": made}


def _leave_as_it_ends(visit: Visit, working: str) -> None:
    """The page of a track loads itself anew when that has come to its end, but calls nobody back who is leaving it."""
    page, studio, held = visit.page, visit.studio, []

    def hold(route: Any) -> None:
        held.append(route)

    page.route(studio.url, hold)
    page.get_by_role("link", name="Make", exact=True).click(no_wait_after=True)
    until(lambda: (page.wait_for_timeout(20), held)[1], bool)
    studio.post(f"{working}/cancel")
    until(lambda: studio.get(working).text, lambda text: "data-events" not in text)
    page.wait_for_timeout(500)  # it is told by now; were it not, nothing would fail
    held[0].continue_()
    page.unroute(studio.url, hold)
    visit.until(_LINES)


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["sample", "every"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Any, studio: Studio, pages: dict[str, str], every: bool
) -> None:
    """On every page, narrow and light by all rules, wide and dark for its contrast; or each in all four ways by all."""

    with Visit(browser, studio, viewport=NARROW) as visit:
        page = visit.page
        visit.until(_LINES)
        if every:
            look(page, "make", every=every)
        visit.choose(bed="rain")
        _length(page, 1)  # fewer lines of the same kind
        page.locator("#name").fill(NAME)
        visit.until(f"document.getElementById('live').textContent.includes('{NAME}')")
        look(page, "filled", every=every)
        page.locator("#name").fill("<7>")
        visit.until("!!document.querySelector('#live [role=alert]')")
        look(page, "wrong", None if every else "#live", every=every)
        for name in ("tracks", "made"):
            page.goto(studio.url + pages[name])
            look(page, name, every=every)
        studio.post("afresh")
        working = studio.add({**SHORT, "script": "sleep", "minutes": "45", "voice": "system"})
        page.goto(studio.url + working)
        look(page, "working", every=every)
        _leave_as_it_ends(visit, working)
        page.evaluate(
            "document.querySelector('input[name=lang]').value = 'xx'; document.getElementById('make').submit()"
        )
        page.wait_for_url(re.compile(r"/tracks\?page="))
        page.get_by_role("alert").wait_for()
        look(page, "refused", None if every else ".refused", every=every)
        visit.wrong = [each for each in visit.wrong if "422" not in each]  # the browser tells of it


def test_as_many_tabs_as_one_likes_follow_their_tracks(browser: Any, tmp_path: Path) -> None:
    """A browser has six connections to a studio: those behind the one that is seen are not to keep them."""
    behind = "Object.defineProperty(document, 'hidden', {get: () => window.behind}); window.behind = %s;"
    turned = "document.dispatchEvent(new Event('visibilitychange'))"
    with running(tmp_path) as studio, Visit(browser, studio, "tracks") as visit:
        studio.add({**SHORT, "script": "sleep", "minutes": "45", "voice": "system"})
        waiting = studio.add(SHORT)
        tabs = [visit.context.new_page() for _ in range(7)]
        for tab in tabs:
            tab.goto(studio.url + waiting, wait_until="commit")
            tab.get_by_role("button", name="Cancel").wait_for()
            tab.evaluate(behind % "true" + turned)
        visit.page.goto(studio.url + waiting)
        visit.page.get_by_role("button", name="Cancel").click()
        visit.page.wait_for_url("**/tracks")
        assert "cancelled" in visit.page.locator("main").inner_text()
        tabs[0].evaluate("window.behind = false;" + turned)
        tabs[0].get_by_text("cancelled").wait_for()
        for tab in tabs:
            tab.close()


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["sample", "every"])
def test_what_failed_and_what_is_unfinished_is_told_to_everybody(browser: Any, tmp_path: Path, every: bool) -> None:
    with running(tmp_path) as before:
        working = before.add({**SHORT, "script": "sleep", "minutes": "45", "voice": "system", "name": NAME})
        until(lambda: before.get(working).text, lambda text: 'value="0.0"' not in text)
    with running(tmp_path) as studio, Visit(browser, studio) as visit:
        page = visit.page
        visit.until(_LINES)
        assert page.get_by_role("heading", name="From last time").is_visible()
        look(page, "unfinished", ".notice", every=every)
        page.get_by_role("link", name="Your tracks").click()
        page.get_by_role("link", name="Sleep (45:00)").click()
        look(page, "unfinished-track", every=every)
        page.go_back()
        page.go_back()
        page.get_by_role("button", name="Forget it").click()
        page.wait_for_url("**/tracks")
        assert list(studio.kept.iterdir()) == []

        shutil.rmtree(studio.output, ignore_errors=True)
        studio.output.write_text("no folder")
        page.goto(studio.url + studio.add({**SHORT, "name": NAME}))
        page.get_by_role("alert").wait_for()
        look(page, "failed", every=every)
        assert NAME not in page.locator("main").inner_text()
        page.get_by_role("link", name="Make another like it").click()
        visit.until(_LINES)
        assert page.locator("#name").input_value() == NAME
