"""Show: what a podcast as a whole says of itself, from a TOML file that a person wrote."""

import json
import re
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from mettavox import addresses, palettes
from mettavox.errors import ScriptError
from mettavox.fields import Fields, Problems, toml
from mettavox.podcast import categories, plaintext

FILE = "podcast.toml"
"""In a folder of tracks: what its show says of itself."""

LONGEST, LONGEST_TEXT = 255, 4000
"""Characters of a value, and bytes of a description: PSP-1."""

LONGEST_NAME = 128
"""Characters of a person's name, and of the words of a link for support: podcast-namespace."""

KINDS = ("episodic", "serial")
"""Whether apps show the newest episode first, or begin with the first one."""

MEDIA = ("podcast", "course", "audiobook", "music")
"""What the feed holds: podcast-namespace, medium.md, those of sound alone."""

_SHOW = (
    "title", "description", "author", "owner", "email", "language", "category", "explicit", "link", "copyright",
    "funding", "person", "medium", "type", "locked", "complete", "private", "artwork", "theme", "guid", "verify",
)  # fmt: skip
_PERSON = ("name", "role", "group", "href", "img")
_FUNDING = ("url", "text")
_MARK = "# Written by “mettavox studio”. Take this line away, and it is yours: the studio leaves it alone then."
_LANGUAGE = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{2,8})*")
_EMAIL = re.compile(r"[^@\s<>\"',;:()]+@[^@\s<>\"',;:()]+\.[^@\s<>\"',;:()]+")


@dataclass(frozen=True, kw_only=True)
class Person:
    """Someone to be named with a show or an episode; ``role`` and ``group`` are of the Podcast Taxonomy."""

    name: str
    role: str = ""
    group: str = ""
    href: str = ""
    img: str = ""


@dataclass(frozen=True, kw_only=True)
class Funding:
    """Where a show can be supported: an address, and the words of the link."""

    url: str
    text: str


@dataclass(frozen=True, kw_only=True)
class Show:
    """A show as it is described; what is empty, or None, is for the maker of the feed to choose.

    ``artwork`` is a picture's path, ``theme`` that of one that is drawn; ``verify`` is what Apple asks an owner to
    put into a feed.
    """

    title: str = ""
    description: str = ""
    author: str = ""
    owner: str = ""
    email: str = ""
    language: str = ""
    categories: tuple[tuple[str, ...], ...] = (categories.USUAL,)
    explicit: bool = False
    link: str = ""
    copyright: str = ""
    funding: tuple[Funding, ...] = ()
    people: tuple[Person, ...] = ()
    medium: str = MEDIA[0]
    kind: str = ""
    locked: bool = True
    complete: bool = False
    private: bool | None = None
    artwork: Path | None = None
    theme: str = palettes.THEMES[0]
    guid: str = ""
    verify: str = ""


def read(path: Path) -> Show:
    """The show that a file describes. Raises ScriptError with the first thing that is wrong, and the others."""
    name = path.name
    try:
        text = path.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise ScriptError(f"{name} is not text in UTF-8.", hint="Save it as plain text, UTF-8.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise ScriptError(f"{name} cannot be read: {reason}.", hint="Check the path for --show.") from error
    problems = Problems(name)
    table = toml(text, name)
    reader = _Reader(Fields(table, _SHOW, problems, ""), problems)
    show = _show(reader, path.parent)
    problems.refuse()
    return show


def written(told: Mapping[str, str]) -> str:
    """The words of such a file that says what is ``told``, with a mark that nobody wrote it by hand."""
    lines = [f"{key} = {_quoted(value)}" for key, value in told.items()]
    return "\n".join([_MARK, *lines, ""])


def is_written(path: Path) -> bool:
    """Whether a file begins with that mark: what a person wrote is not to be replaced."""
    try:
        with path.open("rb") as file:
            return file.read(len(_MARK.encode())) == _MARK.encode()
    except OSError:
        return False


def _quoted(text: str) -> str:
    """A text as TOML has it: as JSON does, but that DEL has to be told by its number, too."""
    return json.dumps(text, ensure_ascii=False).replace("\x7f", "\\u007f")


def _show(reader: "_Reader", beside: Path) -> Show:
    fields = reader.fields
    artwork = reader.text("artwork")
    return Show(
        title=reader.text("title"),
        description=reader.long("description"),
        author=reader.text("author"),
        owner=reader.text("owner"),
        email=reader.matching("email", _EMAIL, "is no e-mail address", "name@example.org"),
        language=reader.matching("language", _LANGUAGE, "is no language", "en"),
        categories=reader.categories(),
        explicit=reader.flag("explicit", standard=False),
        link=reader.web("link"),
        copyright=reader.text("copyright"),
        funding=tuple(reader.parts("funding", _FUNDING, reader.funding)),
        people=tuple(reader.parts("person", _PERSON, reader.person)),
        medium=fields.word("medium", MEDIA),
        kind=fields.word("type", KINDS) if "type" in fields else "",
        locked=reader.flag("locked", standard=True),
        complete=reader.flag("complete", standard=False),
        private=reader.flag("private", standard=False) if "private" in fields else None,
        artwork=beside / artwork if artwork else None,
        theme=fields.word("theme", palettes.THEMES),
        guid=reader.guid(),
        verify=reader.text("verify"),
    )


@dataclass(frozen=True)
class _Reader:
    """Reads the values of one table, and notes what a feed could not have."""

    fields: Fields
    problems: Problems
    place: str = ""

    def text(self, key: str, *, needed: bool = False, most: int = LONGEST) -> str:
        value = plaintext.one_line(self.fields.text(key, needed=needed))
        if len(value) > most:
            self._note(f"“{key}” has {len(value):,} characters.", f"At most {most} fit into a feed.")
        return value

    def long(self, key: str) -> str:
        value = "\n\n".join(plaintext.one_line(each) for each in self.fields.texts(key))
        if plaintext.size(value) > LONGEST_TEXT:
            self._note(f"“{key}” has {plaintext.size(value):,} bytes.", f"At most {LONGEST_TEXT:,} fit into a feed.")
        return value

    def matching(self, key: str, pattern: re.Pattern[str], wrong: str, example: str) -> str:
        value = self.text(key)
        if value and not pattern.fullmatch(value):
            self._note(f"“{key}” {wrong}.", f'Write {key} = "{example}"')
        return value

    def web(self, key: str, *, needed: bool = False) -> str:
        value = self.text(key, needed=needed)
        if not value:
            return ""
        with self.problems.at(self.place):
            return addresses.checked(value, f"“{key}”")
        return ""

    def flag(self, key: str, *, standard: bool) -> bool:
        if key not in self.fields:
            return standard
        value = self.fields[key]
        if not isinstance(value, bool):
            self._note(f"“{key}” is neither true nor false.", f"Write {key} = true, without quotes.")
            return standard
        return value

    def guid(self) -> str:
        value = self.text("guid")
        try:
            return str(uuid.UUID(value)) if value else ""
        except ValueError:
            self._note("“guid” is no id of a show.", "Copy podcast:guid from the feed that it had before.")
            return ""

    def categories(self) -> tuple[tuple[str, ...], ...]:
        found = []
        for text in self.fields.texts("category"):
            with self.problems.at(self.place):
                found.append(categories.read(text))
        return tuple(dict.fromkeys(found)) or (categories.USUAL,)

    def parts(self, key: str, known: tuple[str, ...], make: "Callable[[_Reader], Any]") -> list[Any]:
        tables = self.fields.tables(key, f"[[{key}]]") if key in self.fields else []
        return [
            make(_Reader(Fields(table, known, self.problems, place), self.problems, place))
            for number, table in enumerate(tables, start=1)
            for place in (f"{key} {number}",)
        ]

    @staticmethod
    def person(reader: "_Reader") -> Person:
        return Person(
            name=reader.text("name", needed=True, most=LONGEST_NAME),
            role=reader.text("role", most=LONGEST_NAME),
            group=reader.text("group", most=LONGEST_NAME),
            href=reader.web("href"),
            img=reader.web("img"),
        )

    @staticmethod
    def funding(reader: "_Reader") -> Funding:
        return Funding(url=reader.web("url", needed=True), text=reader.text("text", needed=True, most=LONGEST_NAME))

    def _note(self, message: str, hint: str) -> None:
        self.problems.note(self.place, message, hint)
