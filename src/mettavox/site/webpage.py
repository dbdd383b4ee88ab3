"""Web pages that stand by themselves: styles and script are in them, and their policy lets in nothing else.

The policy names both by their hashes (CSP level 3), so that not even a title with markup in it could run.
"""

import base64
import hashlib
import json
import re
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from mettavox import handout, ribbon
from mettavox.site.fixedwords import Words

_CRLF = "\r\n"
_PAGES = ("library", "listen")
_SCRIPT = re.compile(r"<script>(.*?)</script>", re.DOTALL)
_META = re.compile(
    r'<meta (?:charset="utf-8"|name="(?:viewport|generator|robots)" content="[^"<>]*"'
    r'|http-equiv="Content-Security-Policy" content="[^"<>]*"|name="referrer" content="no-referrer")>'
)
_TELLING = ("referrerpolicy", "srcdoc")


def page(name: str, language: str, words: Words, *, told: object = None, **values: Any) -> str:
    """A page from the templates NAME.html, NAME.css and NAME.js in ``pages/``.

    ``told`` is plain data for the script, which has it as ``told``.
    """
    style = _style(name)
    script = _script(name).replace("{{ told }}", _json(told))
    return handout.page(
        f"{name}.html",
        language,
        words,
        policy=_policy(style, script),
        style=Markup(style),
        script=Markup(script),
        **values,
    )


def served_policy(text: str) -> str:
    """The policy for a page of a folder that is shown at the address of something else, as the studio shows it.

    There a script of a stranger's page could do whatever its host can. So none runs but that of a page which was built
    here, by this version: all of its script is the template's but for the data in it. Pages bring a policy of their
    own, too, and a browser heeds both.
    """
    scripts = _SCRIPT.findall(text)
    ours = len(scripts) == 1 == text.lower().count("<script") and any(_is_ours(scripts[0], name) for name in _PAGES)
    rules = {
        "default-src": "'none'",
        "script-src": _hash(scripts[0]) if ours else "'none'",
        "style-src": "'unsafe-inline'",
        "img-src": "'self' data:",
        "media-src": "'self' data:",
        "base-uri": "'none'",
        "form-action": "'none'",
        "frame-ancestors": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def keeps_its_address(text: str) -> bool:
    """Whether a page of a folder leaves it to its server whom its address is told, as all that are built here do.

    A stranger's page can have a rule of its own for that, can send a browser on by itself, or hold another page that
    does; the studio's addresses have its key in them. Names of attributes and elements cannot be written otherwise.
    """
    lower = text.lower()
    known = sum(1 for _ in _META.finditer(text))
    return known == lower.count("<meta") and not any(word in lower for word in _TELLING)


def _is_ours(script: str, name: str) -> bool:
    before, place, after = _script(name).partition("{{ told }}")
    if not place:
        return script == before
    if not (script.startswith(before) and script.endswith(after)):
        return False
    told = script[len(before) : len(script) - len(after)]
    try:
        return _json(json.loads(told)) == told  # data alone, as it was written
    except ValueError:
        return False


def _policy(style: str, script: str) -> str:
    """Sound and pictures from the same place, and nothing else; ``file:`` is for a page that was opened from a disk."""
    rules = {
        "default-src": "'none'",
        "script-src": _hash(script),
        "style-src": _hash(style),
        "img-src": "'self' data: file:",
        "media-src": "'self' data: file:",
        "base-uri": "'none'",
        "form-action": "'none'",
    }
    return "; ".join(f"{name} {sources}" for name, sources in rules.items())


def _hash(text: str) -> str:
    return f"'sha256-{base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()}'"


@cache
def shared_style() -> str:
    """The styles that all pages have."""
    shared = _template("site.css")
    for theme, colours in (("light", ribbon.LIGHT), ("dark", ribbon.DARK)):
        for key, colour in colours.items():
            shared = shared.replace(f"{{{{ {theme}.{key} }}}}", colour)
    return shared


@cache
def _style(name: str) -> str:
    return f"\n{shared_style()}{_template(f'{name}.css')}"


@cache
def _script(name: str) -> str:
    return f"\n{_template(f'{name}.js')}"


def _template(name: str) -> str:
    return (files("mettavox") / "pages" / name).read_text("utf-8").replace(_CRLF, "\n")


def _json(value: object) -> str:
    """Data inside a script: no letter of it can end the script, or begin a comment."""
    text = json.dumps(value, ensure_ascii=False)
    return text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029")
