"""The texts in mettavox's own code that a person may read: found in the source, so that none is missed.

A text with slots, an f-string, is a template: ``“{1}” is not a length of time.``, its slots counted from 1. Where a
slot chooses between words that stand in the code, each choice is a template.
"""

import ast
import re
from collections.abc import Iterator
from itertools import product
from pathlib import Path

import mettavox
from mettavox import errors, phrasebook
from mettavox.studio.translated import SLOT

ROOT = Path(mettavox.__file__).parent
ELSEWHERE = (
    "cli", "splicing", "cluster.py", "store.py", "course.py", "batchreport.py", "transcript.py", "asides.py",
    "ribbon.py", "credits.py", "masterfile.py", "beside.py", "delivery.py", "recordfields.py", "codecs/like.py",
    "codecs/flackeep.py", "codecs/id3keep.py", "codecs/oggkeep.py", "codecs/wavkeep.py", "podcast/categories.py",
    "site/webpage.py", "studio/translated.py",
)  # fmt: skip
"""Rooms whose words the studio never shows: those of other faces, and words that are parts of a track or a page."""
NO_MESSAGES = {
    "C:/Program Files", "C:/Program Files (x86)", "voice, label, titles", "{opt-in difficult}", "[if touch]",
    "[if first]",
    "(20s to 90s)", "@wishes self", "@breathe soft 6 to 60",
    "# Written by “mettavox studio”. Take this line away, and it is yours: the studio leaves it alone then.",
    "mettavox", "mettavox plan {1}{2}", "[name, closing]", "I want to be kind to myself", "Guided meditation",
    "May all be well, here and now.", "chapters and lyrics lie at frames, and the rate is missing",
    "{1} frames found no place; the bounds were checked before", "not an entry of a manifest: {1}",
    "no hash of a {1}", "seconds, lufs", "file, sha256, text, gaps", "gaps, file, sha256",
    "code, request_hash, state, frames, rate, voice_lufs, peak_dbtp, error, files, made, seal",
    'review: {status: approved{1}, reviewer: "{2}", date: {3}, hash: "{4}"}',
    "# Tuned with “mettavox voices tune”, which brings back the profile that came with mettavox with --reset.",
}  # fmt: skip
"""Words that are part of a file, or that only a mistake of ours would show."""
PIECES = {
    "is missing or", "and the", "the first", "is 1 more error", "are {1} more errors", ", or choose",
    ", but for capitals", ", and {1} more of {2} are wrong",
}  # fmt: skip
"""Pieces of which a text is put together; the whole ones are among the table's parts."""
_WORDS = re.compile(r"[^\W\d_][\w'’]*,? [^\W\d_][\w'’]*")
_NO_WORDS = re.compile(
    r"[\\\n]|<[a-z/!]|\(\?|^--\S*$|^(?:CREATE|SELECT|INSERT|DELETE|PRAGMA|BEGIN|default-src)\b|=\{1\}$"
)
_ERRORS = {
    name for name, each in vars(errors).items() if isinstance(each, type) and issubclass(each, errors.MettavoxError)
}
_QUIET = ("source",)
"""What is written in these arguments is no message."""


def modules() -> list[Path]:
    """The modules whose words the studio may show."""
    found = sorted(ROOT.rglob("*.py"))
    return [path for path in found if not path.relative_to(ROOT).as_posix().startswith(ELSEWHERE)]


def templates(path: Path) -> Iterator[str]:
    """The templates in a module, in the order in which they are there."""
    yield from _Reader().read(ast.parse(path.read_text("utf-8")))


def of_tables() -> Iterator[str]:
    """What the tables say in English: how a breath goes; why a wish of one's own is sent back, and what to do."""
    yield from (pattern.label for pattern in phrasebook.load("en").patterns.values())
    for language in ("en", "es"):
        table = phrasebook.read_yaml("scripts", (language, "shared", "own-wishes.yaml"), None)
        for entry in (*table["refusals"], *table["reasons"].values()):
            yield from (entry[key].strip().replace("{instead}", "{1}") for key in ("why", "hint"))


class _Reader(ast.NodeVisitor):
    def __init__(self) -> None:
        self._found: dict[str, None] = {}
        self._surely = False

    def read(self, tree: ast.Module) -> list[str]:
        for node in ast.walk(tree):
            if hasattr(node, "returns"):
                node.returns = None  # a type in quotes is no text
        self.visit(tree)
        return list(self._found)

    def visit_Expr(self, node: ast.Expr) -> None:
        if not isinstance(node.value, ast.Constant):  # a docstring
            self.generic_visit(node)

    def visit_Call(self, node: ast.Call) -> None:
        name = getattr(node.func, "id", "")
        if name.endswith("nearest"):  # a hint of its own making: “Beds: rain, waves.”
            what = node.args[2].value if len(node.args) > 2 else "Known"
            self._keep(f"{what}: {{1}}.", surely=True)
        elif name in _ERRORS:
            said = node.args[:1] + [keyword.value for keyword in node.keywords if keyword.arg == "hint"]
            for each in said:
                self._read(each, surely=True)
        elif name == "Finding":
            for keyword in node.keywords:
                self._read(keyword.value, surely=keyword.arg in ("what", "found"))
        else:
            self.generic_visit(node)

    def visit_keyword(self, node: ast.keyword) -> None:
        if node.arg not in _QUIET:
            self.generic_visit(node)

    def visit_Assert(self, node: ast.Assert) -> None:
        pass

    def visit_Constant(self, node: ast.Constant) -> None:
        if isinstance(node.value, str):
            self._keep(node.value, surely=self._surely)

    def visit_JoinedStr(self, node: ast.JoinedStr) -> None:
        for template in _joined(node):
            self._keep(template, surely=self._surely)
        for each in node.values:
            if isinstance(each, ast.FormattedValue):
                self._read(each.value, surely=False)

    def _read(self, node: ast.AST, *, surely: bool) -> None:
        before, self._surely = self._surely, surely
        direct = isinstance(node, ast.Constant | ast.JoinedStr | ast.IfExp | ast.BoolOp | ast.BinOp)
        self._surely = surely and direct
        self.visit(node)
        self._surely = before

    def _keep(self, template: str, *, surely: bool) -> None:
        template = template.strip().replace("{hit}", "{1}")
        bare = SLOT.sub("", template)
        if template in NO_MESSAGES or template in PIECES or not re.search(r"[^\W\d_]{2}", bare):
            return
        if surely or (_WORDS.search(bare) and not _NO_WORDS.search(bare)):
            self._found.setdefault(template)


def _joined(node: ast.JoinedStr) -> Iterator[str]:
    """The template of an f-string; several where it chooses between words."""
    parts: list[list[str | None]] = []
    for each in node.values:
        if isinstance(each, ast.Constant):
            parts.append([str(each.value)])
        elif isinstance(each, ast.FormattedValue):
            parts.append(_choices(each.value) or [None])
    for chosen in product(*parts):
        counter, text = 0, ""
        for part in chosen:
            if part is None:
                counter += 1
            text += f"{{{counter}}}" if part is None else part
        yield text


def _choices(node: ast.expr) -> list[str | None]:
    if isinstance(node, ast.IfExp):
        ways = [_way(node.body), _way(node.orelse)]
        if all(way is not None for way in ways):
            return ways
    return []


def _way(node: ast.expr) -> str | None:
    return node.value if isinstance(node, ast.Constant) and isinstance(node.value, str) else None
