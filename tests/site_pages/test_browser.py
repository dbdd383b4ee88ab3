"""The pages in a real browser: from a disk and from the server, for hands, keys, eyes and screen readers."""

import shutil
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from chromium import Visit, look
from mettavox.site import building, serving

_TRACK = "pages/p-001.html"


@pytest.fixture(scope="module")
def folder(made_tracks: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    built = Path(shutil.copytree(made_tracks, tmp_path_factory.mktemp("browser") / "a library"))
    building.build(built)
    return built


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


def test_a_track_is_played_and_sought_with_its_captions(browser: Any, base: str) -> None:
    with Visit(browser, base + _TRACK) as visit:
        page = visit.page
        page.get_by_role("button", name="Wishes for yourself").click()
        start = float(page.get_by_role("button", name="Wishes for yourself").get_attribute("data-at"))
        visit.until(f"document.getElementById('sound').currentTime > {start} + 0.2")
        visit.until("document.getElementById('caption').textContent.length > 5")

        assert page.evaluate("document.getElementById('sound').duration") == 180
        assert page.locator("[aria-current=true]").inner_text().split("\n")[-1] == "Wishes for yourself"
        assert float(page.locator("#strip .now").get_attribute("x")) == pytest.approx(1000 * start / 180, abs=15)
        assert page.evaluate("navigator.mediaSession.metadata.title") == "Loving-kindness"

        page.get_by_role("button", name="Captions").click()
        assert page.locator("#caption").is_hidden()
        box = page.locator("#strip").bounding_box()
        page.mouse.click(box["x"] + box["width"] / 2, box["y"] + 10)
        visit.until("Math.abs(document.getElementById('sound').currentTime - 90) < 2")
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
        visit.until("!document.getElementById('sound').paused")


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


@pytest.mark.parametrize("every", [False, pytest.param(True, marks=pytest.mark.soak)], ids=["sample", "every"])
def test_axe_finds_nothing_and_nothing_is_cut_off(browser: Any, folder: Path, every: bool) -> None:
    """On a page of each kind, narrow and light by all rules, wide and dark for its contrast; or in all four ways."""
    with Visit(browser, f"{folder.as_uri()}/index.html") as visit:
        look(visit.page, "site-index", every=every)
        for name in (_TRACK, "pages/1-first/rest.html", "pages/bare.html"):
            visit.page.goto(f"{folder.as_uri()}/{name}")
            look(visit.page, f"site-{Path(name).stem}", every=every)


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
