"""Fill: a script's text with its slots filled, for one request.

Personal words never become template source, nor marks of the notation: the filled text holds a
stand-in character for each, and the reader puts the word in its place when a line is made.
"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from jinja2 import StrictUndefined, Template, TemplateError, TemplateSyntaxError, UndefinedError, nodes
from jinja2.exceptions import SecurityError
from jinja2.runtime import Context
from jinja2.sandbox import ImmutableSandboxedEnvironment

from mettavox.errors import ScriptError
from mettavox.notation import INTENTION, LISTENER, TARGET
from mettavox.person import Spoken
from mettavox.phrasebook import Phrasebook
from mettavox.request import Request
from mettavox.suggest import nearest

SLOTS = ("name", "target", "wishes", "anchor", "breath", "closing", "experience", "tone", "intention", "day")
"""What a script can declare in its head."""

_WITHOUT_TEXT = {
    "wishes": "Write @wishes self.", "experience": "Write [if beginner] and a line.",
    "tone": "Write [if warm] and a line.", "day": "Write [if day-1] and a line.",
}  # fmt: skip
"""Slots that say what a script takes, and are no words to fill in."""

_BRACES = re.compile(r"(\{\{|\{%|\{#)|(\}\}|%\}|#\})|\n")
_FILTERS = ("lower", "upper", "capitalize", "title", "default", "trim")
# Scripts hold slots and choices. Loops and the like would make a program of a text.
_STATEMENTS = (nodes.Template, nodes.Output, nodes.If, nodes.Expr, nodes.Helper)
# A call such as 'a'.ljust(10**9), or '%999999999d' % 1, makes gigabytes of a few letters, and takes its time for it.
_EXPRESSIONS = (
    nodes.Name, nodes.Const, nodes.TemplateData, nodes.Getattr, nodes.Getitem, nodes.Filter, nodes.Test, nodes.Concat,
    nodes.Compare, nodes.And, nodes.Or, nodes.Not, nodes.CondExpr,
)  # fmt: skip

# A private-use character at the start of a line carries its number through the template.
_NUMBER_MARK = 0xF0000
_NUMBER_MARKS = re.compile("[\U000f0001-\U000ffffd]")
_MISSING = re.compile(r"'(\w+)' is undefined|no attribute '(\w+)'")


class _Sandbox(ImmutableSandboxedEnvironment):
    """No escape, no change, and no text that fills the memory."""

    intercepted_binops = frozenset({"*", "**"})

    def call_binop(self, context: Context, operator: str, left: Any, right: Any) -> Any:
        raise SecurityError(f"“{operator}” is not for scripts")


class _Given:
    """Words that a person may have given: ``text`` in running text, or nothing and false."""

    __slots__ = ("_text",)

    def __init__(self, text: str, *, there: bool) -> None:
        self._text = text if there else ""

    def __str__(self) -> str:
        return self._text

    def __bool__(self) -> bool:
        return bool(self._text)


class _Blocks(Mapping[str, str]):
    """The shared blocks, each filled when it is asked for."""

    def __init__(self, blocks: Mapping[str, str], slots: Mapping[str, Any]) -> None:
        self._blocks = blocks
        self._slots = slots

    def __getitem__(self, name: str) -> str:
        return _render(self._blocks[name], self._slots, f"shared/{name}.md")[0]

    def __iter__(self) -> Iterator[str]:
        return iter(self._blocks)

    def __len__(self) -> int:
        return len(self._blocks)


@dataclass(frozen=True, kw_only=True)
class Filled:
    """A script's text with its slots filled, the blocks it may use, and the words behind the stand-ins.

    ``numbers`` says for each line of the text which line of the file it was.
    """

    text: str
    numbers: tuple[int, ...]
    blocks: Mapping[str, str]
    words: Mapping[str, Spoken]


def fill(body: str, declared: tuple[str, ...], request: Request, book: Phrasebook, *, where: str) -> Filled:
    """``body`` with every slot filled; ``where`` names the file in errors.

    Raises ScriptError, with the line and the nearest known word, for a slot that is not declared or
    not known, and for a template that cannot be read.
    """
    slots = _slots(request, book)
    words = {LISTENER: request.listener.name, TARGET: request.target.name, INTENTION: request.intention}
    text, numbers = _render(body, {slot: slots[slot] for slot in declared if slot in slots}, where)
    return Filled(
        text=text,
        numbers=numbers,
        blocks=_Blocks(book.blocks, slots),
        words={mark: word for mark, word in words.items() if word is not None},
    )


def breath_of(request: Request) -> str:
    """The breath pattern that was chosen, or the one that suits the listener."""
    return request.breath or ("natural" if request.listener.gentle else "soft")


def _slots(request: Request, book: Phrasebook) -> dict[str, Any]:
    return {
        "name": _Given(f", {LISTENER}", there=request.listener.name is not None),
        "intention": _Given(INTENTION, there=request.intention is not None),
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


def _render(source: str, slots: Mapping[str, Any], where: str) -> tuple[str, tuple[int, ...]]:
    """The filled text, and for each of its lines the number that it had."""
    try:
        return _lines_and_numbers(_compiled(source, where).render(slots))
    except ScriptError:
        raise
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


@lru_cache(maxsize=64)
def _compiled(source: str, where: str) -> Template:
    """A template ready to be filled, again and again: every branch of a script fills the same one."""
    environment = _Sandbox(undefined=StrictUndefined, autoescape=False, keep_trailing_newline=True, cache_size=0)
    environment.globals.clear()
    environment.filters = {name: environment.filters[name] for name in _FILTERS}
    _check_statements(environment.parse(source), where)
    template = environment.from_string(_numbered(source))
    template.filename = where
    return template


def _numbered(source: str) -> str:
    """The source with each line's number at its start, since choices leave lines out of the filled text.

    Lines that begin inside braces stay as they are.
    """
    parts, number, inside = [chr(_NUMBER_MARK + 1)], 1, False
    at = 0
    for match in _BRACES.finditer(source):
        inside = bool(match[1]) if match[0] != "\n" else inside
        if match[0] == "\n":
            number += 1
            parts.append(source[at : match.end()] + ("" if inside else chr(_NUMBER_MARK + number)))
            at = match.end()
    return "".join([*parts, source[at:]])


def _lines_and_numbers(text: str) -> tuple[str, tuple[int, ...]]:
    lines, numbers = [], [1]
    for line in text.split("\n"):
        marks = _NUMBER_MARKS.findall(line)
        numbers.append(ord(marks[-1]) - _NUMBER_MARK if marks else numbers[-1])
        lines.append(_NUMBER_MARKS.sub("", line) if marks else line)
    return "\n".join(lines), tuple(numbers[1:])


def _check_statements(tree: nodes.Template, where: str) -> None:
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Stmt) and not isinstance(node, _STATEMENTS):
            raise ScriptError(
                f"{where}, line {node.lineno}: {type(node).__name__.lower()} is not for scripts.",
                hint="A script knows slots, {{ name }}, and choices, {% if name %} … {% endif %}.",
            )
        if isinstance(node, nodes.Expr) and not isinstance(node, _EXPRESSIONS):
            raise ScriptError(
                f"{where}, line {node.lineno}: the template does something that scripts may not do "
                f"({type(node).__name__.lower()}).",
                hint="Use plain slots such as {{ name }}.",
            )


def _unknown_slot(error: UndefinedError, source: str, slots: Mapping[str, Any], where: str) -> ScriptError:
    match = _MISSING.search(error.message or "")
    word = next((group for group in match.groups() if group), "") if match else ""
    line = next((n for n, text in enumerate(source.splitlines(), 1) if re.search(rf"{{[{{%].*\b{word}\b", text)), None)
    at = f"{where}, line {line}" if word and line else where
    part = bool(match and match[2])  # of a slot, and no slot itself
    if word in _WITHOUT_TEXT and not part:
        return ScriptError(f"{at}: “{word}” is no text to fill in.", hint=_WITHOUT_TEXT[word])
    if word in SLOTS and not part:
        return ScriptError(
            f"{at}: the slot “{word}” is used but not declared.", hint=f"Add {word} to “slots:” in the script's head."
        )
    known = [*slots, *(f"{name}.{key}" for name, value in slots.items() if isinstance(value, dict) for key in value)]
    dotted = re.search(rf"\b\w+\.{word}\b", source) if word else None
    return ScriptError(f"{at}: there is no slot “{word}”.", hint=nearest(dotted[0] if dotted else word, known, "Slots"))


def _sentence(text: str) -> str:
    return text.rstrip(".") + "."
