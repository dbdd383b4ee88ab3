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
    "closing", "anchor", "experience", "tone", "breath", "day", "intention", "wishes", "fill", "profile", "format",
)  # fmt: skip
"""What the form of a track has, as texts."""
CHECKED = ("gentle", "bells", "breath-tones", "duck", "pause-guard", "disclose")
"""What is ticked or not."""
INCLUDE = "include."
"""How the field of a part begins that is only there when asked for; its name follows."""
_LABELS = {
    "name": "listener", "say": "respelling", "target": "target", "minutes": "length", "duration": "length",
    "relation": "relation", "pronouns": "pronouns", "voice": "voice", "bed": "bed", "bells": "bells",
    "closing": "closing", "anchor": "anchor", "experience": "experience", "tone": "tone", "lang": "language",
    "breath": "breath", "day": "day", "intention": "intention", "wishes": "wishes", "fill": "fill",
    "profile": "profile", "format": "format", "breath-tones": "breath_tones", "duck": "duck",
    "pause-guard": "pause_guard", "include": "include", "disclose": "disclose", "gentle": "gentle_short",
    "target-say": "target_respelling",
}  # fmt: skip
"""The word that a page has for an option."""
_OPTION = re.compile(r"(?<![\w-])--([a-z]+(?:-[a-z]+)*)(?![\w-])")
_NAMED = ("script", "lang", "voice", "fill", "profile", "breath")
_LONGEST = 2000


def options(form: Mapping[str, str]) -> dict[str, Any]:
    """The options that were chosen; what was left empty, or is as usual, is nobody's choice.

    Raises RequestError for a field that the form does not have, and for a path: a command line may name any file as
    a script or a bed, and a page none.
    """
    for key in form:
        if key not in (*FIELDS, *CHECKED) and not key.startswith(INCLUDE):
            raise RequestError(f"The form has no field “{key[:40]}”.", hint="Load the page anew.")
    chosen: dict[str, Any] = {}
    for key in FIELDS:
        value = form.get(key, "").strip()
        if len(value) > _LONGEST:
            raise RequestError(f"The field “{key}” is too long.", hint="Write less in it.")
        if value and value != str(STANDARD[key]):
            chosen[key] = value
    if "wishes" in chosen:
        chosen["wishes"] = _wishes(chosen["wishes"])
    _check_names(chosen)
    if "target-say" in chosen and "target" not in chosen:
        del chosen["target-say"]
    if "say" in chosen and "name" not in chosen:
        del chosen["say"]
    chosen |= {key: True for key in CHECKED if key in form}
    included = tuple(key.removeprefix(INCLUDE) for key in form if key.startswith(INCLUDE))
    return {**chosen, "include": included} if included else chosen


def typed(form: Mapping[str, str]) -> dict[str, Any]:
    """What was in a form that was refused, right or wrong, as the options of one that shows it again."""
    shown: dict[str, Any] = {key: form[key] for key in FIELDS if form.get(key, "")}
    return {
        **shown,
        "wishes": tuple(form.get("wishes", "").splitlines()),
        **{key: key in form for key in CHECKED},
        "include": tuple(key.removeprefix(INCLUDE) for key in form if key.startswith(INCLUDE)),
    }


def labels(words: Mapping[str, Any]) -> dict[str, str]:
    """What the form of a track calls each option; ``words`` are those of its page."""
    return {**words["options"], **{option: words[key] for option, key in _LABELS.items()}}


def as_on_the_page(text: str, labels: Mapping[str, str]) -> str:
    """What makers say of ``--minutes``, said of the field that a page has for it; ``labels`` by their options."""
    return _OPTION.sub(lambda found: f"“{labels.get(found[1], found[1])}”", text)


def voice_and_language(form: Mapping[str, str]) -> tuple[str, str]:
    """The voice that a page wants to hear, empty for the best one, and the language. Raises RequestError for a path."""
    voice, language = form.get("voice", ""), form.get("lang", "") or STANDARD["lang"]
    _check_names({"voice": voice, "lang": language})
    return voice, language


def _wishes(text: str) -> tuple[str, ...]:
    """One a line. Raises RequestError for what a command line would read as a file."""
    from mettavox.wishes import is_file  # what bends a sentence is large, and few have wishes of their own

    wishes = tuple(filter(None, map(str.strip, text.splitlines())))
    if any("/" in wish or "\\" in wish or is_file(wish) for wish in wishes):
        raise RequestError("The field “wishes” takes wishes, and no path.", hint="Write a wish a line.")
    return wishes


def _check_names(chosen: Mapping[str, str]) -> None:
    for key in _NAMED:
        if chosen.get(key) and not assets.is_plain(chosen[key]):
            raise RequestError(f"The field “{key}” takes a name, and no path.", hint="Load the page anew.")
    if chosen.get("bed", "") not in ("", *BEDS):
        raise RequestError("The field “bed” takes the name of a bed, and no path.", hint="Load the page anew.")
