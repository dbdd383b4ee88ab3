"""A real browser on the studio: what a page does wrong, or asks of anybody else, fails the test."""

import contextlib
import os
import shutil
from typing import Any

import pytest
from studios import NAME, Studio

sync_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = os.environ.get("METTAVOX_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None and not os.environ.get("METTAVOX_REQUIRE_BROWSER"):
    pytest.skip("there is no Chromium", allow_module_level=True)

OPTIONS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SHOTS = os.environ.get("METTAVOX_SCREENSHOTS")
_WAYS = ((NARROW, "light"), (WIDE, "dark"), (NARROW, "dark"), (WIDE, "light"))


class Visit:
    """A page, what it asked for from elsewhere, and what went wrong in it."""

    def __init__(self, browser: Any, studio: Studio, path: str = "", **options: Any) -> None:
        self.context = browser.new_context(**{"viewport": WIDE, "locale": "en-GB", **options})
        self.page = self.context.new_page()
        self.page.set_default_timeout(15_000)
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self.page.on("request", lambda request: self.asked.append(request.url))
        self.page.on("pageerror", lambda error: self.wrong.append(str(error)))
        self.page.on("console", lambda said: said.type in ("error", "warning") and self.wrong.append(said.text))
        self.studio = studio
        self.page.goto(studio.url + path)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        elsewhere = [
            url for url in self.asked if not url.startswith((self.studio.url, "data:", f"blob:{self.studio.origin}"))
        ]
        self.context.close()
        if kind is None:
            assert self.wrong == []
            assert elsewhere == []
            assert not any(NAME in url for url in self.asked)

    def until(self, condition: str) -> None:
        """Wait for what the page is to come to; its policy lets nobody evaluate a text within it."""
        for _ in range(300):
            with contextlib.suppress(sync_api.Error):  # there may be another page in a moment
                if self.page.evaluate(condition):
                    return
            self.page.wait_for_timeout(50)
        raise AssertionError(condition)

    def choose(self, **values: str) -> None:
        self.page.evaluate("document.querySelector('details.more').open = true")
        for name, value in values.items():
            self.page.locator(f"#{name}").select_option(value)


def look(page: Any, name: str, context: str | None = None, *, every: bool = False) -> None:
    """No rule of axe is broken, and nothing is scrolled sideways: narrow and light by all rules, wide and dark for its
    contrast; or in all four ways by all rules. The page is left narrow or wide, as the last of them is."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    for viewport, scheme in _WAYS[: 4 if every else 2]:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        if _SHOTS:
            page.screenshot(path=f"{_SHOTS}/{name}-{viewport['width']}-{scheme}.png", full_page=True)
        rules = _RULES if every or viewport is NARROW else ["color-contrast"]
        found = axe.run(page, context, options={"runOnly": rules})
        assert [(name, each["id"], each["nodes"][0]["html"]) for each in found.response["violations"]] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
