"""Fill: a script's text with its slots filled, for one request.

Personal words never become template source, nor marks of the notation: the filled text holds a
stand-in character for each, and the reader puts the word in its place when a line is made.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from jinja2 import StrictUndefined, TemplateError, TemplateSyntaxError, UndefinedError
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mettavox.errors import ScriptError
from mettavox.person import Spoken
from mettavox.phrasebook import Phrasebook
from mettavox.request import Request
from mettavox.suggest import nearest

SLOTS = ("name", "target", "wishes", "anchor", "breath", "closing")
"""What a script can declare in its head."""

STAND_IN = 0xE000
"""The first of the private-use characters that stand for personal words."""
LISTENER, TARGET = chr(STAND_IN), chr(STAND_IN + 1)

_COMMENT = re.compile(r"\{#.*?#\}", re.DOTALL)
_MISSING = re.compile(r"'(\w+)' is undefined|no attribute '(\w+)'")


class _Sandbox(ImmutableSandboxedEnvironment):
    """No escape, no change, and no text that fills the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"“{operator}” is not for scripts")


class _Name:
    """The listener's name in running text: “, NAME” or nothing; false when there is none."""

    __slots__ = ("_there",)

    def __init__(self, there: bool) -> None:
        self._there = there

    def __str__(self) -> str:
        return f", {LISTENER}" if self._there else ""

    def __bool__(self) -> bool:
        return self._there


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A script's text without its slots, the blocks it may use, and the words behind the stand-ins."""

    text: str
    blocks: Mapping[str, str]
    words: Mapping[str, Spoken]


def fill(body: str, declared: tuple[str, ...], request: Request, book: Phrasebook, *, where: str) -> Filled:
    """``body`` with every slot filled; ``where`` names the file in errors.

    Raises ScriptError, with the line and the nearest known word, for a slot that is not declared or
    not known, and for a template that cannot be read.
    """
    slots = _slots(request, book)
    words = {LISTENER: request.listener.name, TARGET: request.target.name}
    return Filled(
        text=_render(body, {slot: slots[slot] for slot in declared if slot in slots}, where),
        blocks={name: _render(text, slots, f"shared/{name}.md") for name, text in book.blocks.items()},
        words={mark: word for mark, word in words.items() if word is not None},
    )


def breath_of(request: Request) -> str:
    """The breath pattern that was chosen, or the one that suits the listener."""
    return request.breath or ("natural" if request.listener.gentle else "soft")


def _slots(request: Request, book: Phrasebook) -> dict[str, Any]:
    return {
        "name": _Name(request.listener.name is not None),
        "target": _target(request, book),
        "anchor": dict(book.anchors[request.anchor]),
        "breath": breath_of(request),
        "closing": request.closing,
    }


def _target(request: Request, book: Phrasebook) -> dict[str, str]:
    """What a script can say of the target; where a name is given, the lines that have one."""
    target = request.target
    named = target.name is not None
    words = {key: text for key, text in book.relations[target.relation].items() if isinstance(text, str)}
    for key in [key for key in words if key.endswith("_named")]:
        text = words.pop(key)
        if named:
            words[key.removesuffix("_named")] = text
    pronouns = "they" if target.pronouns == "name" and not named else target.pronouns
    words["likeness"] = book.likeness[pronouns]
    return {key: text.replace("{name}", TARGET) for key, text in words.items()}


def _render(source: str, slots: Mapping[str, Any], where: str) -> str:
    environment = _Sandbox(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, cache_size=0)
    # Comments keep their lines, so that later lines keep their numbers.
    source = _COMMENT.sub(lambda match: "\n" * match[0].count("\n"), source)
    try:
        template = environment.from_string(source)
        template.filename = where
        return template.render(slots)
    except TemplateSyntaxError as error:
        raise ScriptError(
            f"{where}, line {error.lineno}: {_sentence(error.message or 'this cannot be read')}",
            hint="A slot is written {{ name }}; two braces on either side.",
        ) from error
    except UndefinedError as error:
        raise _unknown_slot(error, source, slots, where) from error
    except (TemplateError, ArithmeticError, LookupError, TypeError, ValueError, RecursionError, MemoryError) as error:
        raise ScriptError(
            f"{where}: the template does something that scripts may not do ({type(error).__name__}).",
            hint="Use plain slots such as {{ name }}.",
        ) from error


def _unknown_slot(error: UndefinedError, source: str, slots: Mapping[str, Any], where: str) -> ScriptError:
    match = _MISSING.search(error.message or "")
    word = next((group for group in match.groups() if group), "") if match else ""
    line = next((n for n, text in enumerate(source.splitlines(), 1) if re.search(rf"{{[{{%].*\b{word}\b", text)), None)
    at = f"{where}, line {line}" if word and line else where
    if word in SLOTS:
        return ScriptError(
            f"{at}: the slot “{word}” is used but not declared.", hint=f"Add {word} to “slots:” in the script's head."
        )
    known = [*slots, *(f"{name}.{key}" for name, value in slots.items() if isinstance(value, dict) for key in value)]
    return ScriptError(f"{at}: there is no slot “{word}”.", hint=nearest(word, known, "Slots"))


def _sentence(text: str) -> str:
    return text.rstrip(".") + "."
