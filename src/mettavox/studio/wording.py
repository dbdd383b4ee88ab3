"""Wording: the studio's words in the language of the person who uses it, area by area."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from mettavox import phrasebook
from mettavox.site import fixedwords

LANGUAGES = ("en", "es")
"""In which the studio itself speaks."""

Words = Mapping[str, Any]


@cache
def words(language: str, area: str) -> Words:
    """The words that every page has, and over them those of an ``area``; ``lang`` is the language itself."""
    return {**_table(language, "common"), **_table(language, area), "lang": language}


def chosen(asked: str, accepted: str) -> str:
    """The language that was ``asked`` for, else the first of an Accept-Language header that the studio has."""
    for part in (asked or accepted).split(","):
        tag = part.split(";")[0].strip().split("-")[0].lower()
        if tag in LANGUAGES:
            return tag
    return LANGUAGES[0]


def own_names() -> list[tuple[str, str]]:
    """Every language with what it calls itself."""
    return [(tag, fixedwords.own_name(tag)) for tag in LANGUAGES]


@cache
def _table(language: str, area: str) -> Words:
    return phrasebook.read_yaml("scripts", (language, "shared", "studio", f"{area}.yaml"), None)
