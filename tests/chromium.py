"""A real browser, one for all tests of a process, and visits to pages in it."""

import contextlib
import os
import shutil
import time
from typing import Any

import pytest

sync_api = pytest.importorskip("playwright.sync_api")

CHROMIUM = os.environ.get("METTAVOX_CHROMIUM") or shutil.which("chromium") or shutil.which("chromium-browser")
if CHROMIUM is None and not os.environ.get("METTAVOX_REQUIRE_BROWSER"):
    pytest.skip("there is no Chromium", allow_module_level=True)

WIDE, NARROW = {"width": 1280, "height": 900}, {"width": 360, "height": 740}
_OPTIONS = ["--no-sandbox", "--autoplay-policy=no-user-gesture-required", "--mute-audio"]
_RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
_SHOTS = os.environ.get("METTAVOX_SCREENSHOTS")
_WAYS = ((NARROW, "light"), (WIDE, "dark"), (NARROW, "dark"), (WIDE, "light"))
_SECONDS = 15
# One question that waits within the page: each that is asked from here costs three processes something.
_UNTIL = """async () => {
  for (const end = performance.now() + %d; performance.now() < end; ) {
    try { if (%s) return true; } catch {}
    await new Promise((go) => setTimeout(go, 20));
  }
  return false;
}"""
_FAULTS = """async ([context, rules]) => {
  const found = await axe.run(context || document, {runOnly: rules, resultTypes: ['violations'], preload: false});
  return found.violations.map((each) => [each.id, each.nodes[0].html]);
}"""
_LEFT = "localStorage.clear(); sessionStorage.clear(); location.replace('about:blank');"


class Browser:
    """Chromium, whose tabs are used again: to open one costs it as much as four visits to a page."""

    def __init__(self, playwright: Any, *options: str) -> None:
        self._chromium = playwright.chromium.launch(executable_path=CHROMIUM, args=[*_OPTIONS, *options])
        self._free: dict[str, list[Any]] = {}

    def close(self) -> None:
        self._chromium.close()

    def tab(self, kind: str, options: dict[str, Any]) -> Any:
        """A page of a context with these options, which nobody else uses and in which nothing is."""
        free = self._free.setdefault(kind, [])
        return free.pop() if free else self._chromium.new_context(**options).new_page()

    def put_back(self, kind: str, page: Any) -> None:
        """Leave nothing in it: no other page, permission, route or memory."""
        for other in page.context.pages:
            if other is not page:
                other.close()
        page.unroute_all()
        page.context.clear_permissions()
        page.context.clear_cookies()
        try:
            page.evaluate(_LEFT)  # by the page itself, for then its process stays
            page.wait_for_url("about:blank")
        except sync_api.Error:  # what is shown is no page of ours
            page.context.close()
        else:
            self._free[kind].append(page)


class Visit:
    """A page, what it and those that it opens asked for, and what went wrong in them.

    Its tab is put back when the visit ends, unless something went wrong or ``keeps`` is False: it was changed for good.
    """

    def __init__(self, browser: Browser, url: str, *, viewport: dict[str, int] = WIDE, **options: Any) -> None:
        self._browser = browser
        self._kind = f"{url.split(':', maxsplit=1)[0]} {sorted(options.items())}"
        self.page = browser.tab(self._kind, options)
        self.context = self.page.context
        self.keeps = options.get("java_script_enabled", True)
        self.asked: list[str] = []
        self.wrong: list[str] = []
        self._watching = {
            "request": lambda request: self.asked.append(request.url),
            "weberror": lambda error: self.wrong.append(str(error.error)),
            "console": lambda said: said.type in ("error", "warning") and self.wrong.append(said.text),
        }
        for event, watch in self._watching.items():
            self.context.on(event, watch)
        self.page.set_default_timeout(_SECONDS * 1000)
        self.page.set_viewport_size(viewport)
        self.page.emulate_media(color_scheme="light", media="screen")
        self.page.goto(url)

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, kind: object, *_: object) -> None:
        for event, watch in self._watching.items():
            self.context.remove_listener(event, watch)
        if kind is None and self.keeps:
            self._browser.put_back(self._kind, self.page)
        else:
            self.context.close()

    def until(self, condition: str) -> None:
        """Wait for what the page is to come to; its policy lets nobody evaluate a text within it later."""
        end = time.monotonic() + _SECONDS
        while time.monotonic() < end:
            with contextlib.suppress(sync_api.Error):  # there may be another page in a moment
                if self.page.evaluate(_UNTIL % (1000 * (end - time.monotonic()), condition)):
                    return
        raise AssertionError(condition)


def look(page: Any, name: str, context: str | None = None, *, every: bool = False) -> None:
    """No rule of axe is broken, and nothing is scrolled sideways: narrow and light by all rules, wide and dark for its
    contrast; or in all four ways by all rules. The page is left narrow or wide, as the last of them is."""
    axe = pytest.importorskip("axe_playwright_python.sync_playwright").Axe()
    page.evaluate(axe.axe_script)
    for viewport, scheme in _WAYS[: 4 if every else 2]:
        page.set_viewport_size(viewport)
        page.emulate_media(color_scheme=scheme)
        if _SHOTS:
            page.screenshot(path=f"{_SHOTS}/{name}-{viewport['width']}-{scheme}.png", full_page=True)
        rules = _RULES if every or viewport is NARROW else ["color-contrast"]
        assert [(name, *each) for each in page.evaluate(_FAULTS, [context, rules])] == []
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), name
