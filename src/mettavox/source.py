"""Where a script comes from: its file, before anything is filled or chosen."""

import re
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from mettavox import assets, reader
from mettavox.errors import ScriptError, ScriptNotFound
from mettavox.script import Head
from mettavox.suggest import nearest

LONGEST_TEXT = 60_000
LONGEST_LINE = 2000
"""In letters: of a script, some times what a whole hour of words has, and of a line of it."""


@dataclass(frozen=True, kw_only=True)
class Source:
    """A script's file. ``body`` keeps the file's line numbers; ``where`` is its name, for messages.

    ``scripts`` is the folder that was looked in first, and where shared blocks are looked for too.
    """

    id: str
    where: str
    text: str
    language: str
    head: Head
    body: str
    scripts: Path | None = None
    bundled: bool = False


def load(name: str, language: str, scripts: Path | None = None) -> Source:
    """The script ``name``: an id, or the path of a file that ends in .md; no language is the one that the file says.

    Raises ScriptNotFound with the nearest id, or ScriptError when the file is not text, has no good head, or is in
    another language.
    """
    text, where, bundled = read(name, language, scripts)
    found = parse(text, where, language, scripts, bundled=bundled)
    return in_language(found) if language else replace(found, language=found.head.language)


def in_language(found: Source) -> Source:
    """The script itself. Raises ScriptError where its head has another language than was asked for."""
    language, where = found.language, found.where
    if first_part(found.head.language) != first_part(language):
        raise ScriptError(
            f"{where} is in “{found.head.language}”, and “{language}” was asked for.",
            hint=f"Write language: {language} in its head, or add --lang {found.head.language}.",
        )
    return found


def first_part(language: str) -> str:
    """The language of a tag: “es” of “es-MX”."""
    return language.split("-", maxsplit=1)[0].lower()


def parse(text: str, where: str, language: str, scripts: Path | None = None, *, bundled: bool = False) -> Source:
    """The script that a text is; ``where`` is the name of the file that it has or will have. Raises ScriptError."""
    check_length(text, where)
    head, body = reader.split(text)
    return Source(
        id=where.removesuffix(".md"),
        where=where,
        text=text,
        language=language,
        head=reader.read_head(head, where.removesuffix(".md"), where),
        body=body,
        scripts=scripts,
        bundled=bundled,
    )


def check_length(text: str, where: str) -> None:
    """Raise ScriptError for a text, or a line of it, that is longer than a script's."""
    if len(text) > LONGEST_TEXT:
        raise ScriptError(
            f"{where} has {len(text)} letters; {LONGEST_TEXT} is the most.", hint="Make two scripts of it."
        )
    for number, line in enumerate(text.split("\n"), start=1):
        if len(line) > LONGEST_LINE:
            raise ScriptError(
                f"{where}, line {number}: the line has {len(line)} letters; {LONGEST_LINE} is the most.",
                hint="Begin a new line after each sentence.",
            )


def read(name: str, language: str, scripts: Path | None = None) -> tuple[str, str, bool]:
    """The text of a script, good or not, the name of its file, and whether it came with mettavox.

    Raises ScriptNotFound with the nearest id, or ScriptError when the file is not text.
    """
    try:
        if name.endswith(".md"):
            return Path(name).read_text("utf-8"), Path(name).name, False
        found = assets.find("scripts", (language, f"{name}.md"), scripts) if assets.is_plain(name) else None
        if found is None:
            raise ScriptNotFound(
                f"There is no script “{name[:60]}” in “{language}”.",
                hint=nearest(name, ids(language, scripts), "Scripts"),
            )
        return found.read_text("utf-8"), f"{name}.md", assets.is_bundled(found)
    except UnicodeDecodeError as error:
        raise ScriptError(f"{name} is not text in UTF-8.", hint="Save it as plain text, UTF-8.") from error
    except OSError as error:
        raise ScriptNotFound(f"{name} cannot be read: {error.strerror}.", hint="Check the path.") from error


@cache
def field_of(key: str) -> re.Pattern[str]:
    """Where a field stands in a head, with all the lines of its value; blank lines and comments may be among them."""
    return re.compile(rf"^([\"']?){key}\1[ \t]*:.*\n(?:(?:(?:#.*|[ \t]*)\n)*[ \t]+\S.*\n)*", re.MULTILINE)


def ids(language: str, scripts: Path | None = None) -> list[str]:
    """The ids of the scripts in a language."""
    return [entry.name.removesuffix(".md") for entry in assets.listed("scripts", (language,), ".md", scripts)]


def parts(body: str) -> tuple[str, ...]:
    """The names of the parts that are only there when asked for, in their order."""
    return tuple(dict.fromkeys(re.findall(r"^(?:\[[^]]*\] *)*#.*\{opt-in ([a-z][a-z0-9-]*)\}", body, re.MULTILINE)))


def handout(body: str) -> tuple[str, ...]:
    """The lines for paper, in their order: those that start with “>”."""
    lines = (line.strip() for line in body.split("\n"))
    return tuple(line.removeprefix(">").strip() for line in lines if line.startswith(">"))
