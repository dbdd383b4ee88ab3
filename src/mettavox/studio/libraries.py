"""Libraries: the folders of tracks under the studio's own. A page names one by an id, and no path leads elsewhere."""

import hmac
import re
import secrets
from collections import Counter
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from pathlib import Path

from mettavox import manifest
from mettavox.errors import RequestError
from mettavox.site import serving

_LONGEST = 60
_ID_DIGITS = 16
_RESERVED = re.compile(r"(?:con|prn|aux|nul|com\d|lpt\d)(?:\..*)?", re.IGNORECASE)


@dataclass(frozen=True, kw_only=True)
class Library:
    """A folder of tracks: its id, and the name that it has on the disk."""

    id: str
    path: Path

    @property
    def name(self) -> str:
        """What it is called."""
        return self.path.name

    @property
    def index(self) -> str:
        """The name of its index page, or nothing where no pages were built."""
        return serving.index(self.path)


@dataclass(frozen=True, kw_only=True)
class There:
    """What a library holds: how many tracks are made, how many are not finished, and how many are of some codes."""

    made: int
    others: int
    shared: int


class Libraries:
    """Those under the folder of tracks that is chosen now, and those that were made since the start elsewhere.

    Their ids are new at every start, so that no address tells a name.
    """

    def __init__(self, output: Callable[[], Path]) -> None:
        self._output = output
        self._key = secrets.token_bytes(16)
        self._known: dict[str, Library] = {}

    def all(self) -> list[Library]:
        """Every one, by name."""
        return sorted(self._found(), key=lambda each: each.name.casefold())

    def get(self, name: str) -> Library | None:
        """The one of that id."""
        known = self._known.get(name)
        if known is not None and _is_one(known.path):
            return known
        return next((each for each in self._found() if each.id == name), None)

    def at(self, path: Path) -> Library:
        """The one in a folder that was found or chosen before."""
        library = self._library(path)
        self._known[library.id] = library
        return library

    def of(self, name: str) -> Library:
        """The one of that name on the disk, whether it is there or not.

        Raises RequestError for what is no plain name, and for what leads out of the folder.
        """
        text = name.strip()
        if not text or len(text) > _LONGEST:
            raise RequestError(
                "The library has no name."
                if not text
                else f"The name has {len(text)} letters; {_LONGEST} is the most.",
                hint="Write a short one, such as Spring or week-12.",
            )
        good = all(letter.isalnum() or letter in " -_." for letter in text)
        if not good or text.startswith(".") or text.endswith(".") or _RESERVED.fullmatch(text):
            raise RequestError(
                "The library's name is that of a folder, without a path.",
                hint="Write letters, digits, spaces, - and _, such as Spring or week-12.",
            )
        path = self._output() / text
        if path.is_symlink() or (path.exists() and not path.is_dir()):
            raise RequestError(f"“{text}” is no folder in the studio's own.", hint="Choose another name.")
        return self._library(path)

    def _found(self) -> Iterator[Library]:
        try:
            there = list(self._output().iterdir())
        except OSError:
            return
        for path in there:
            if _is_one(path) and not path.name.startswith("."):
                yield self._library(path)

    def _library(self, path: Path) -> Library:
        place = str(path.absolute()).encode("utf-8", "surrogateescape")
        name = hmac.new(self._key, place, "sha256").hexdigest()[:_ID_DIGITS]
        return Library(id=name, path=path)


def _is_one(path: Path) -> bool:
    return not path.is_symlink() and (path / manifest.NAME).is_file()


def there(library: Library, codes: Collection[str] = ()) -> There | None:
    """What a library holds, and how many of these codes; None where there is none yet. Raises OutputError."""
    if not library.path.exists() or not (library.path / manifest.NAME).exists():
        return None
    entries = manifest.read(library.path)
    small = {code.lower() for code in codes}
    counted = Counter(entry.state == "made" for entry in entries)
    return There(
        made=counted[True],
        others=counted[False],
        shared=sum(entry.code.lower() in small for entry in entries),
    )
