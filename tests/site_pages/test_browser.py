"""The pages in a real browser: from a disk and from the server, for hands, keys, eyes and screen readers."""

import os
import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from mettavox.site import building, serving

sync_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = os.environ.get("METTAVOX_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None and not os.environ.get("METTAVOX_REQUIRE_BROWSER"):
    pytest.skip("there is no Chromium", allow_module_level=True)

_WIDE, _NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
_TRACK = "pages/p-001.html"


@pytest.fixture(scope="module")
def folder(made_tracks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = Path(shutil.copytree(made_tracks, tmp_path_factory.mktemp("browser") / "a library"))
    building.build(built)
    return built


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    with sync_api.sync_playwright() as playwright:
        options = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
        with playwright.chromium.launch(executable_path=CHROMIUM, args=options) as launched:
            yield launched


@pytest.fixture(scope="module")
def served(folder: Path) -> Iterator[str]:
    with serving.Server(folder) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,), daemon=True)
        thread.start()
        yield server.url
        server.shutdown()
        thread.join()


@pytest.fixture(params=["disk", "server"])
def base(request: pytest.FixtureRequest, folder: Path, served: str) -> str:
    return served if request.param == "server" else f"{folder.as_uri()}/"


class Visit:
    """A page, what it asked for from elsewhere, and what went wrong in it."""

    def __init__(self, browser: Any, url: str, **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": _WIDE, **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text))
        self.page.goto(url)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, *_: object) -> None:
        self.context.close()


def _until(page: Any, condition: str) -> None:
    """Wait for what the page is to come to; its policy lets nobody evaluate a text within it."""
    for _ in range(150):
        if page.evaluate(condition):
            return
        page.wait_for_timeout(100)
    raise AssertionError(condition)


def test_a_track_is_played_and_sought_with_its_captions(browser: Any, base: str) -> None:
    with Visit(browser, base + _TRACK) as visit:
        page = visit.page
        page.get_by_role("button", name="Wishes for yourself").click()
        start = float(page.get_by_role("button", name="Wishes for yourself").get_attribute("data-at"))
        _until(page, f"document.getElementById('sound').currentTime > {start} + 0.2")
        _until(page, "document.getElementById('caption').textContent.length > 5")

        assert page.evaluate("document.getElementById('sound').duration") == 180
        assert page.locator("[aria-current=true]").inner_text().split("\n")[-1] == "Wishes for yourself"
        assert float(page.locator("#strip .now").get_attribute("x")) == pytest.approx(1000 * start / 180, abs=15)
        assert page.evaluate("navigator.mediaSession.metadata.title") == "Loving-kindness"

        page.get_by_role("button", name="Captions").click()
        assert page.locator("#caption").is_hidden()
        box = page.locator("#strip").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
        _until(page, "Math.abs(document.getElementById('sound').currentTime - 90) < 2")
        assert visit.wrong == []
        assert all(url.startswith((base, "data:")) for url in visit.asked)


def test_nothing_plays_by_itself_and_every_chapter_is_reached_by_key(browser: Any, base: str) -> None:
    with Visit(browser, base + _TRACK) as visit:
        page = visit.page
        assert page.evaluate("document.getElementById('sound').paused")
        names = set()
        for _ in range(40):
            page.keyboard.press("Tab")
            names.add(page.evaluate("document.activeElement.innerText || document.activeElement.id"))
        assert any(name.endswith("Wishes for yourself") for name in names)
        assert "Captions" in names
        page.get_by_role("button", name="Welcome").focus()
        page.keyboard.press("Enter")
        _until(page, "!document.getElementById('sound').paused")


def test_the_index_is_searched_and_filtered(browser: Any, base: str) -> None:
    with Visit(browser, base + "index.html") as visit:
        page = visit.page
        shown = page.locator("#tracks > li:visible")
        assert shown.count() == 5
        page.get_by_role("searchbox").fill("P-001")
        assert shown.count() == 1
        assert page.locator("#count").inner_text() == "1 of 5"
        page.get_by_role("searchbox").fill("nothing of it")
        assert shown.count() == 0
        assert page.locator("#none").is_visible()
        page.get_by_role("button", name="Show all").click()
        assert shown.count() == 5
        page.get_by_label("Language").select_option("es")
        assert shown.count() == 1
        page.get_by_label("Language").select_option("")
        page.get_by_label("Practice").select_option("Loving-kindness")
        assert shown.count() == 1
        page.get_by_label("Practice").select_option("")
        page.get_by_label("Length").select_option(label="Up to 5 min")
        assert shown.count() == 5
        shown.first.get_by_role("link").click()
        assert page.url.startswith(f"{base}pages/")
        page.get_by_role("link", name="All tracks").click()
        assert page.url.startswith(f"{base}index.html")
        assert visit.wrong == []
        assert all(url.startswith((base, "data:")) for url in visit.asked)


def test_without_scripts_the_words_the_player_and_the_list_are_there(browser: Any, base: str) -> None:
    with Visit(browser, base + "index.html", java_script_enabled=False) as visit:
        assert visit.page.locator("#tracks > li:visible").count() == 5
        assert visit.page.locator("#filters").is_hidden()
        visit.page.goto(base + _TRACK)
        assert visit.page.locator("audio").is_visible()
        assert visit.page.get_by_text("This is a time for kind wishes").is_visible()


@pytest.mark.parametrize("name", ["index.html", _TRACK, "pages/1-first/rest.html", "pages/bare.html"])
@pytest.mark.parametrize("viewport", [_WIDE, _NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_axe_finds_nothing_and_nothing_is_cut_off(
    browser: Any, folder: Path, name: str, viewport: dict[str, int], scheme: str
) -> None:
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    with Visit(browser, f"{folder.as_uri()}/{name}", viewport=viewport, color_scheme=scheme) as visit:
        rules = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
        found = axe.run(visit.page, options={"runOnly": {"type": "tag", "values": rules}})
        assert [(each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
        assert visit.page.evaluate("document.documentElement.scrollWidth") <= viewport["width"]


def test_in_a_frame_the_player_is_alone(browser: Any, served: str, tmp_path: Path) -> None:
    with Visit(browser, served + _TRACK) as visit:
        snippet = visit.page.locator("#snippet").input_value()
    assert snippet.startswith(f'<iframe src="{served}{_TRACK}"')
    (tmp_path / "blog.html").write_text(f"<!doctype html><title>A blog</title><main>{snippet}</main>", "utf-8")

    with Visit(browser, (tmp_path / "blog.html").as_uri()) as visit:
        frame = visit.page.frame_locator("iframe")
        assert frame.locator("audio").is_visible()
        assert frame.get_by_role("heading", name="Loving-kindness").is_visible()
        assert frame.locator(".said").is_hidden()
        assert frame.locator("#embed").is_hidden()
        inside = frame.locator("body").evaluate("document.documentElement.scrollHeight")
        assert inside <= int(visit.page.locator("iframe").get_attribute("height"))


def test_on_paper_there_is_a_handout(browser: Any, folder: Path) -> None:
    with Visit(browser, f"{folder.as_uri()}/{_TRACK}") as visit:
        visit.page.emulate_media(media="print")
        assert visit.page.locator("audio").is_hidden()
        assert visit.page.get_by_text("Good to know").is_visible()
        assert visit.page.get_by_text("What is said").is_visible()


def test_a_track_that_is_gone_says_so(browser: Any, tracks: Path) -> None:
    building.build(tracks)
    (tracks / "p-001.mp3").unlink()
    with Visit(browser, f"{tracks.as_uri()}/{_TRACK}") as visit:
        visit.page.get_by_role("alert").wait_for(state="visible")
