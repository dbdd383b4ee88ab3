"""Site: the pages of a library, built into its folder: an index, and for each track a page to listen to it.

They work from a double-click, from any web server, and in a frame of another page; nothing in them is from elsewhere.
"""

import contextlib
import filecmp
import hashlib
import json
import os
import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

from mettavox import __version__, addresses, catalogue, folder, output, record
from mettavox.catalogue import PAGES, Item, Unusable
from mettavox.codecs import id3read
from mettavox.errors import CodecError, OutputError, RequestError
from mettavox.site import fixedwords, indexpage, trackpage
from mettavox.site.indexpage import Card

INDEX, OTHER_INDEX, MADE, FEED = "index.html", "library.html", "library.json", "feed.xml"
"""The index; where a folder has an index of its own, the other; what was built, in ``pages``; a podcast's feed."""

_MARK = '<meta name="generator" content="mettavox library">'
_MARK_WITHIN = 4096
_LONGEST_TITLE = 200
_COURSE = "course.json"
_COVERS, _HASH_DIGITS = "covers", 16
_USUAL: Mapping[str, Any] = {"title": "", "url": "", "language": "", "show_names": False, "nameless": False,
    "public": False, "feed": "",
}  # fmt: skip
_NUMBERS = re.compile(r"(\d+)")

Progress = Callable[[int], None]
"""Hears how many pages there are so far."""


@dataclass(frozen=True, kw_only=True)
class Built:
    """What was built: the index's path, how many tracks have a page, and which could not have one.

    ``named`` are those whose records show names, which were not asked for.
    """

    index: Path
    count: int
    seconds: int
    unusable: tuple[Unusable, ...]
    named: tuple[str, ...]


def build(
    path: Path,
    *,
    title: str = "",
    url: str = "",
    language: str = "",
    show_names: bool = False,
    names_now: bool = False,
    nameless: bool = False,
    public: bool = False,
    feed: str = "",
    progress: Progress = lambda count: None,
) -> Built:
    """Build the pages of the tracks in the folder ``path``, or build them anew.

    ``url`` is the address that the folder will have; with it the pages can be found by oEmbed, and with ``public`` by
    search engines. ``feed`` is the name of the podcast's feed in the folder. Nothing that stays as it is is touched. A
    track whose record shows names has a page only with ``show_names``, or ``names_now``, which is not remembered. When
    they are to be ``nameless``, neither has one in which words of a person are heard, or of which nobody can tell.
    Raises RequestError for what makes no sense, OutputError for a folder that has no tracks or cannot be written.
    """
    base = addresses.base(url) if url else ""
    if len(title) > _LONGEST_TITLE:
        raise RequestError(
            f"The title has {len(title):,} letters, and a page's title should have {_LONGEST_TITLE} at most.",
            hint="Choose a shorter one.",
        )
    index = _index_name(path)
    feed = feed or (FEED if (path / FEED).is_file() else "")
    unusable: list[Unusable] = []
    named: list[str] = []
    items = _usable(path, unusable, named, show_names=show_names or names_now, nameless=nameless)
    first = next(items, None)
    if first is None:
        raise _nothing(path, unusable, named)
    course = _course(path)
    spoken_in = language or _language_of(path, course, first)
    language, words = fixedwords.words(spoken_in)
    if spoken_in not in (language, first.language):
        raise RequestError(
            f"There are no words for pages in “{spoken_in[:20]}”.",
            hint="Choose en or es, or write scripts/LANGUAGE/shared/library.yaml.",
        )
    title = title or _course_title(course) or words["library"]
    cards: list[Card] = []
    tracks: list[dict[str, object]] = []
    with contextlib.suppress(_Same), _pages(path) as new:
        made = _Made(new)
        for item in chain([first], items):
            cover = made.cover(path, item)
            page = trackpage.html(
                item, language, words, index=index, library=title, cover=cover, base=base, private=not public
            )
            made.write(item.page, page)
            if base:
                made.write(trackpage.oembed_path(item), _json(trackpage.oembed(item, base, title, cover)))
            cards.append(Card.of(item, cover))
            tracks.append(_told(item))
            progress(len(cards))
        _sort(cards, course)
        settings = {"title": title, "url": base, "language": language, "show_names": show_names, "nameless": nameless}
        settings |= {"public": public, "feed": feed}
        made.write(
            f"{PAGES}/{MADE}",
            _json({"made_with": f"mettavox {__version__}", **settings, "index": index, "tracks": tracks,
                   "files": sorted([*made.files, MADE])}),
        )  # fmt: skip
        if made.is_same(path / PAGES):
            raise _Same
    whole = indexpage.html(cards, language, words, title=title, feed=feed, private=not public).encode()
    if not (path / index).is_file() or (path / index).read_bytes() != whole:
        with output.whole_file(path / index, replace=True) as (file, _):
            file.write(whole)
    seconds = sum(card.seconds for card in cards)
    return Built(index=path / index, count=len(cards), seconds=seconds, unusable=tuple(unusable), named=tuple(named))


def asked(path: Path) -> dict[str, Any]:
    """What was asked for when the pages of a folder were built; nothing where there are none."""
    made = _read_made(path)
    settings = {key: made.get(key, usual) for key, usual in _USUAL.items()} if made else {}
    if any(type(value) is not type(_USUAL[key]) for key, value in settings.items()):
        return dict(_USUAL)
    return settings


def rebuild(path: Path) -> bool:
    """Build the pages of a folder again as they were asked for, or remove them where no track is left.

    Gives whether there were any. Raises OutputError when the disk refuses.
    """
    settings = asked(path)
    if not settings:
        return False
    shown = {key: settings[key] for key in ("show_names", "nameless")}
    if next(_usable(path, [], [], **shown), None) is not None:
        build(path, **settings)
    else:
        remove(path)
    return True


def remove(path: Path) -> None:
    """Take away all that was built in a folder. Raises OutputError when the disk refuses."""
    for name in sorted(files(path), key=lambda name: name.endswith(MADE)):  # last, since it tells of the others
        with output.translated(path / name):
            (path / name).unlink(missing_ok=True)
    for place in sorted((path / PAGES).rglob("*"), reverse=True):
        if place.is_dir() and not any(place.iterdir()):
            place.rmdir()
    if (path / PAGES).is_dir() and not any((path / PAGES).iterdir()):
        (path / PAGES).rmdir()


def files(path: Path) -> frozenset[str]:
    """The paths of all that was built in a folder, within it; none where nothing was."""
    made = _read_made(path)
    inside = {f"{PAGES}/{name}" for name in _inside(path)}
    index = {name for name in (INDEX, OTHER_INDEX) if name == made.get("index") and _is_ours(path / name)}
    return frozenset(inside | (index if inside else set()))


# --- what there is ---


def _usable(
    path: Path, unusable: list[Unusable], named: list[str], *, show_names: bool, nameless: bool
) -> Iterator[Item]:
    for each in catalogue.read(path):
        if isinstance(each, Unusable):
            unusable.append(each)
        elif not show_names and (each.shows_names or (nameless and each.named is not False)):
            named.append(each.file)
        else:
            yield each


def _nothing(path: Path, unusable: list[Unusable], named: list[str]) -> OutputError:
    if named:
        return OutputError(
            f"Every track in “{path}” has a record that shows names, and pages do not.",
            hint="Add --show-names if they are only for those people.",
        )
    if unusable:
        return OutputError(
            f"No track in “{path}” can be used: {unusable[0].file}: {unusable[0].why}.", hint="Make them again."
        )
    return OutputError(f"There is no track in “{path}”.", hint="Give the folder that a batch or a course has made.")


def _language_of(path: Path, course: Mapping[str, Any], first: Item) -> str:
    """The language of the pages: the course's, or that of most tracks, by their records' names alone."""
    told = course.get("language")
    if isinstance(told, str):
        return told
    counted: Counter[str] = Counter()
    for place in sorted(path.rglob(f"*{record.SUFFIX}"))[:200]:
        try:
            head = place.read_text("utf-8")[:2000]
        except (OSError, UnicodeError):
            continue
        found = re.search(r'^"language": "([A-Za-z0-9-]{2,20})"', head, re.MULTILINE)
        if found:
            counted[found[1]] += 1
    return counted.most_common(1)[0][0] if counted else first.language


def _course(path: Path) -> Mapping[str, Any]:
    try:
        table = json.loads((path / _COURSE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return table if isinstance(table, dict) else {}


def _course_title(course: Mapping[str, Any]) -> str:
    title = course.get("title")
    return title[:_LONGEST_TITLE] if isinstance(title, str) else ""


def _by_practice(card: Card) -> tuple[object, ...]:
    return (card.title.casefold(), card.language, card.seconds, _natural(card.key))


def _sort(cards: list[Card], course: Mapping[str, Any]) -> None:
    """In the order of a course; else by practice, and from short to long."""
    try:
        files = [track["file"] for session in course["sessions"] for track in session["tracks"]]
        places = {file: place for place, file in enumerate(files)}
    except (LookupError, TypeError):
        cards.sort(key=_by_practice)
        return
    cards.sort(key=lambda card: (places.get(card.file, len(places)), _natural(card.key)))


def _natural(text: str) -> tuple[tuple[str, int], ...]:
    """Session 10 after session 9."""
    parts = _NUMBERS.split(text.casefold())
    return tuple((word, int(number or 0)) for word, number in zip(parts[::2], [*parts[1::2], ""], strict=True))


# --- what is written ---


class _Same(Exception):
    """What was built is what is there."""


class _Made:
    """The new folder of pages, and what was written into it."""

    def __init__(self, new: Path) -> None:
        self._new = new
        self.files: set[str] = set()

    def write(self, name: str, content: str | bytes) -> None:
        """A file by its path within the library's folder."""
        inside = name.removeprefix(f"{PAGES}/")
        place = self._new / inside
        with output.translated(place):
            place.parent.mkdir(parents=True, exist_ok=True)
            place.write_bytes(content.encode() if isinstance(content, str) else content)
        if inside != MADE:
            self.files.add(inside)

    def is_same(self, pages: Path) -> bool:
        """Whether the pages that are there are these."""
        names = [*self.files, MADE]
        there = {place.relative_to(pages).as_posix() for place in pages.rglob("*") if place.is_file()}
        return there == set(names) and all(filecmp.cmp(self._new / name, pages / name, shallow=False) for name in names)

    def cover(self, path: Path, item: Item) -> str:
        """The path of a small cover: the one in the track's file; else the large one beside it, or nothing."""
        picture = _picture(path / item.file)
        if picture:
            name = f"{PAGES}/{_COVERS}/{hashlib.sha256(picture).hexdigest()[:_HASH_DIGITS]}.jpg"
            if name.removeprefix(f"{PAGES}/") not in self.files:  # tracks of one practice often have the same
                self.write(name, picture)
            return name
        return item.other(".jpg") if ".jpg" in item.beside else ""


def _picture(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            data = id3read.read(file).picture
    except (CodecError, OSError):
        return b""
    return data if data.startswith(b"\xff\xd8\xff") else b""


def _told(item: Item) -> dict[str, object]:
    return {
        "file": item.file,
        "page": item.page,
        "title": item.title,
        "practice": item.practice,
        "language": item.language,
        "seconds": float(item.seconds),
        "bytes": item.size,
        "type": item.mime,
        "sha256": item.sha256,
    }


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=1) + "\n"


def _index_name(path: Path) -> str:
    """The index's name, which never takes the place of a page that was not built here."""
    for name in (INDEX, OTHER_INDEX):
        if not os.path.lexists(path / name) or _is_ours(path / name):
            return name
    raise OutputError(
        f"“{path}” has an {INDEX} and a {OTHER_INDEX} that were not built here.", hint="Move one of them away."
    )


def _is_ours(index: Path) -> bool:
    """Whether an index was built here, and has not become somebody's own since."""
    try:
        with index.open("rb") as file:
            return _MARK.encode() in file.read(_MARK_WITHIN)
    except OSError:
        return False


def _pages(path: Path) -> Any:
    return folder.whole_folder(
        path / PAGES,
        replace=True,
        ours=lambda there: _inside(there.parent),
        hint="The pages are to lie there: move away what is not theirs.",
    )


def _inside(path: Path) -> frozenset[str]:
    """What was built in the folder of pages, and never a path that leads out of it."""
    names = (name for name in _read_made(path).get("files", ()) if isinstance(name, str))
    return frozenset(name for name in names if not name.startswith("/") and ".." not in name.split("/"))


def _read_made(path: Path) -> Mapping[str, Any]:
    try:
        made = json.loads((path / PAGES / MADE).read_text("utf-8"))
    except (OSError, ValueError):
        return {}
    return made if isinstance(made, dict) and isinstance(made.get("files"), list) else {}
