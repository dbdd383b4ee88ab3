"""Forms: what a page sends becomes options by their names, as a command line, a course and a roster ask."""

import re
from collections.abc import Mapping
from typing import Any

from mettavox import assets
from mettavox.ask import STANDARD
from mettavox.errors import RequestError
from mettavox.request import BEDS

FIELDS = (
    "script", "lang", "name", "say", "minutes", "target", "target-say", "relation", "pronouns", "voice", "bed",
    "closing", "anchor", "experience", "tone", "profile", "format",
)  # fmt: skip
"""What the form of a track has, as texts."""
CHECKED = ("gentle", "bells")
"""What is ticked or not."""
_LABELS = {
    "name": "listener", "say": "respelling", "target": "target", "minutes": "length", "duration": "length",
    "relation": "relation", "pronouns": "pronouns", "voice": "voice", "bed": "bed", "bells": "bells",
    "closing": "closing", "anchor": "anchor", "experience": "experience", "tone": "tone", "lang": "language",
}  # fmt: skip
"""The word that a page has for an option."""
_OPTION = re.compile(r"--([a-z]+(?:-[a-z]+)*)")
_NAMED = ("script", "lang", "voice", "profile")
_LONGEST = 2000


def options(form: Mapping[str, str]) -> dict[str, Any]:
    """The options that were chosen; what was left empty, or is as usual, is nobody's choice.

    Raises RequestError for a field that the form does not have, and for a path: a command line may name any file as
    a script or a bed, and a page none.
    """
    for key in form:
        if key not in (*FIELDS, *CHECKED):
            raise RequestError(f"The form has no field “{key[:40]}”.", hint="Load the page anew.")
    chosen: dict[str, Any] = {}
    for key in FIELDS:
        value = form.get(key, "").strip()
        if len(value) > _LONGEST:
            raise RequestError(f"The field “{key}” is too long.", hint="Write less in it.")
        if value and value != STANDARD[key]:
            chosen[key] = value
    _check_names(chosen)
    if "target-say" in chosen and "target" not in chosen:
        del chosen["target-say"]
    if "say" in chosen and "name" not in chosen:
        del chosen["say"]
    if "gentle" in form:
        chosen["gentle"] = True
    if "bells" in form:
        chosen["bells"] = True
    return chosen


def as_on_the_page(text: str, words: Mapping[str, Any]) -> str:
    """What makers say of ``--minutes``, said of the field that the page has for it."""
    return _OPTION.sub(lambda found: f"“{words[_LABELS[found[1]]]}”" if found[1] in _LABELS else found[0], text)


def voice_and_language(form: Mapping[str, str]) -> tuple[str, str]:
    """The voice that a page wants to hear, empty for the best one, and the language. Raises RequestError for a path."""
    voice, language = form.get("voice", ""), form.get("lang", "") or STANDARD["lang"]
    _check_names({"voice": voice, "lang": language})
    return voice, language


def _check_names(chosen: Mapping[str, str]) -> None:
    for key in _NAMED:
        if chosen.get(key) and not assets.is_plain(chosen[key]):
            raise RequestError(f"The field “{key}” takes a name, and no path.", hint="Load the page anew.")
    if chosen.get("bed", "") not in ("", *BEDS):
        raise RequestError("The field “bed” takes the name of a bed, and no path.", hint="Load the page anew.")
