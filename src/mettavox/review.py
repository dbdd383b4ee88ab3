"""Review: what a reviewer approved, and whether it is still what a listener would hear."""

import hashlib
from datetime import date
from functools import lru_cache

from mettavox import assets, reader, source
from mettavox.errors import RequestError, ScriptError
from mettavox.source import Source

_SHARED = (".md", ".yaml")
_NOT_HEARD = ("lint.yaml", "pages.yaml", "crisis.yaml")
"""Tables that no listener hears."""

_REVIEW = source.field_of("review")


def text_hash(found: Source) -> str:
    """The hash of all that can be heard of a script, on paper too: sha256, as 64 hexadecimal digits.

    It covers the script's file but for its review, and the shared tables and blocks of its language and
    the breath patterns: what is heard comes from all of them. Line ends and spaces at a line's end do not count.
    """
    head, body = reader.split(_plain(found.text))
    parts = [_REVIEW.sub("", head), body.lstrip("\n")]
    for entry in (
        entry
        for suffix in _SHARED
        for entry in assets.listed("scripts", (found.language, "shared"), suffix, found.scripts)
        if entry.name not in _NOT_HEARD
    ):
        parts.append(f"{entry.name}\n{_plain(entry.read_bytes().decode(errors='replace'))}")
    patterns = assets.find("scripts", ("patterns.yaml",), found.scripts)
    parts.append(_plain(patterns.read_text("utf-8")) if patterns else "")
    return hashlib.sha256("\0".join(parts).encode()).hexdigest()


@lru_cache(maxsize=64)  # one track after another has the same script and shared blocks
def _plain(text: str) -> str:
    lines = text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").split("\n")
    return "\n".join(line.rstrip() for line in lines)


def state(found: Source) -> str:
    """How far a script is: “draft”, “reviewed”, “approved”, or “changed” since it was approved."""
    review = found.head.review
    if review.status == "approved" and review.hash.removeprefix("sha256:") != text_hash(found):
        return "changed"
    return review.status


def approved(found: Source, reviewer: str, on: date) -> str:
    """The text of the script's file with the approval in its head.

    Raises ScriptError for a machine's draft, which a native speaker has to read first, and RequestError
    for a reviewer without a name.
    """
    if found.head.review.level == "machine-draft":
        raise ScriptError(
            f"{found.where} is a machine's draft, which cannot be approved.",
            hint="Have a native speaker read it, then write level: native-reviewed under “review:”.",
        )
    name = " ".join(reviewer.split())
    if not name.isprintable() or not name or any(letter in name for letter in '"\\{}'):
        raise RequestError("The reviewer has no name that can be written down.", hint='Write --reviewer "A. Lee, PhD"')
    level = f", level: {found.head.review.level}" if found.head.review.level else ""
    line = (
        f'review: {{status: approved{level}, reviewer: "{name}", date: {on.isoformat()}, hash: "{text_hash(found)}"}}\n'
    )
    head, body = reader.split(_plain(found.text))
    return f"---\n{_REVIEW.sub('', head)}{line}---\n{body.removeprefix(chr(10) * (head.count(chr(10)) + 2))}"
