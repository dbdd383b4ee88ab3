"""A real browser on the studio: what a page does wrong, or asks of anybody else, fails the test."""

import copy
from typing import Any

from studios import NAME, Studio

import chromium
from chromium import NARROW, Browser, look, sync_api

__all__ = ["NARROW", "Browser", "Visit", "look", "sync_api"]


class Visit(chromium.Visit):
    """A visit to a page of a studio, in English where nothing else is said."""

    def __init__(self, browser: Browser, studio: Studio, path: str = "", **options: Any) -> None:
        self.studio = studio
        studio.post("afresh")  # what another test has begun
        super().__init__(browser, studio.url + path, **{"locale": "en-GB", **options})

    def __enter__(self) -> "Visit":
        return self

    def __exit__(self, kind: object, *rest: object) -> None:
        super().__exit__(kind, *rest)
        ours = (self.studio.url, "data:", f"blob:{self.studio.origin}")
        if kind is None:
            assert self.wrong == []
            assert [url for url in self.asked if not url.startswith(ours)] == []
            assert not any(NAME in url for url in self.asked)

    def another(self) -> "Visit":
        """The same page in another tab of the same person, which ends with this visit."""
        other = copy.copy(self)
        other.page = self.context.new_page()
        other.page.goto(self.page.url)
        return other

    def choose(self, **values: str) -> None:
        self.page.evaluate("document.querySelector('details.more').open = true")
        for name, value in values.items():
            self.page.locator(f"#{name}").select_option(value)
