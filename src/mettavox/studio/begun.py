"""Begun: what somebody has chosen on the form of a track and has not made yet.

It may be about a person. The running studio has it in its memory, one for all tabs, and nothing else has it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlencode

_ASKED = ("again", "script", "in")
_PAGE_LETTERS = 16


@dataclass(frozen=True, kw_only=True)
class Begun:
    """What a form had, right or wrong, as ``options``, and the language that its page ``spoke``.

    ``at`` is what the page's address asked for: going back to it finds what was begun there. ``page`` tells the page
    from others that may be open.
    """

    options: Mapping[str, Any] = field(repr=False)
    at: str
    spoke: str
    page: str = ""

    def language(self, spoken: str) -> str:
        """That of the meditation on pages in the language ``spoken``: theirs, where it was so before."""
        chosen = str(self.options.get("lang", ""))
        return spoken if chosen == self.spoke else chosen


def asked(query: Mapping[str, str]) -> str:
    """What an address asks the form of a track for: a track to have another like it, or a practice; or nothing."""
    return urlencode({key: query[key] for key in _ASKED if query.get(key)})


def page_of(query: Mapping[str, str]) -> str:
    """Which page an address says that it was asked by; nothing where it says none of ours."""
    page = query.get("page", "")
    return page if page.isascii() and page.isalnum() and len(page) <= _PAGE_LETTERS else ""
