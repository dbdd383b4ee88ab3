"""Web pages that stand by themselves: styles and script are in them, and their policy lets in nothing else.

The policy names both by their hashes (CSP level 3), so that not even a title with markup in it could run.
"""

import base64
import hashlib
import json
from functools import cache
from importlib.resources import files
from typing import Any

from markupsafe import Markup

from mettavox import handout, ribbon
from mettavox.site.fixedwords import Words

_CRLF = "\r\n"


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
