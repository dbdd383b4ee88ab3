"""Catalogue: the tracks in a folder and in its folders, whoever made them: a batch, a course, or a person by hand.

A track is told of by its record, and where there is none by its tags. Nobody's name is in what is given here, unless
the record itself shows names.
"""

import os
import re
from bisect import bisect_right
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mettavox import output, record
from mettavox.beside import beside_path
from mettavox.chapters import Timed
from mettavox.codecs import decode, tagread
from mettavox.codecs.formats import FORMATS
from mettavox.codecs.language import two_letters
from mettavox.errors import MettavoxError, OutputError
from mettavox.record import Record
from mettavox.script import Bell, Line
from mettavox.timeline import Chapter, Placement, Timeline
from mettavox.units import milliseconds

KINDS = {form.suffix: form for form in FORMATS.values()}
"""The formats of tracks, by the ending of their files."""

PAGES = "pages"
"""Where the pages of tracks lie in a folder, each at its track's path."""

# M4A tells its length in milliseconds; others to the frame.
_TOLD_CLOSE = 500
_UNTITLED = "Guided meditation"
_LENGTH_IN_TITLE = re.compile(r" \((?:\d+:)?\d+:\d\d(?:\.\d)?\)$")
_LISTED_SUFFIXES = (".vtt", ".srt", ".txt", ".chapters.json", ".jpg")


@dataclass(frozen=True, kw_only=True)
class Said:
    """A line or a bell: when, in milliseconds, and its words; ``bell`` has none."""

    start: int
    end: int
    text: str
    bell: bool = False


@dataclass(frozen=True, kw_only=True)
class Item:
    """A track in a folder.

    ``file`` is its path within the folder, with slashes. ``practice`` is the id of its script, or empty, and
    ``practice_title`` that script's title. ``length`` is in frames at ``rate`` hertz, ``size`` in bytes. ``sha256`` is
    what the record says, or empty. ``said`` has its lines in their order, without names of people unless the record
    shows them, and ``timeline`` tells the same in frames; nothing where there is no record. ``beside`` has the
    endings of files that lie beside it.

    ``named`` says whether words of a person are heard in it, None where nobody can tell, and ``shows_names``
    whether its record tells them.
    """

    file: str
    title: str
    practice: str
    practice_title: str
    purpose: str
    notes: tuple[str, ...]
    language: str
    year: int
    length: int
    rate: int
    size: int
    sha256: str
    voices: tuple[str, ...]
    people: tuple[str, ...]
    chapters: tuple[Timed, ...]
    said: tuple[Said, ...]
    timeline: Timeline | None
    beside: frozenset[str]
    named: bool | None
    shows_names: bool
    modified: float

    @property
    def key(self) -> str:
        """The path without its ending: what the track is called in the folder."""
        return self.file.removesuffix(self.suffix)

    @property
    def code(self) -> str:
        """The last part of it, without its ending."""
        return self.key.rpartition("/")[2]

    @property
    def suffix(self) -> str:
        """The ending, with its dot."""
        return Path(self.file).suffix

    @property
    def mime(self) -> str:
        """The type of the file, such as audio/mpeg."""
        return KINDS[self.suffix.lower()].mime

    @property
    def seconds(self) -> Fraction:
        """How long it is."""
        return Fraction(self.length, self.rate)

    @property
    def page(self) -> str:
        """The path of its page within the folder."""
        return f"{PAGES}/{self.key}.html"

    def other(self, suffix: str) -> str:
        """The path of a file beside it, within the folder."""
        return self.key + suffix


@dataclass(frozen=True, kw_only=True)
class Unusable:
    """A track that cannot be shown to anybody: its path within the folder, and why, as a part of a sentence."""

    file: str
    why: str


def read(folder: Path) -> Iterator[Item | Unusable]:
    """Every track in a folder and in the folders in it, by its path; hidden ones are passed over.

    Raises OutputError for a folder that is not there or cannot be read.
    """
    if not folder.is_dir():
        raise OutputError(
            f"There is no folder “{folder}”.", hint="Give the folder that a batch, a course or a render has made."
        )
    with output.translated(folder):
        files = sorted(_files(folder), key=lambda path: path.as_posix())
    taken: set[str] = set()
    for path in files:
        name = path.relative_to(folder).as_posix()
        try:
            item = _item(path, name)
        except (MettavoxError, OSError, UnicodeError) as error:
            yield Unusable(file=name, why=_why(error))
            continue
        if item.key.casefold() in taken:
            yield Unusable(file=name, why="another format of the same track is there")
            continue
        taken.add(item.key.casefold())
        yield item


def one(path: Path) -> Item:
    """A track by itself, as if its folder had no other. Raises MettavoxError or OSError where it cannot be used."""
    return _item(path, path.name)


def _files(folder: Path) -> Iterator[Path]:
    for place, folders, files in os.walk(folder):
        folders[:] = [each for each in folders if not each.startswith(".")]
        yield from (
            Path(place, file) for file in files if Path(file).suffix.lower() in KINDS and not file.startswith(".")
        )


def _why(error: Exception) -> str:
    text = getattr(error, "message", "") or getattr(error, "strerror", "") or "it cannot be read"
    return (text[:1].lower() + text[1:]).rstrip(".")


def _item(path: Path, name: str) -> Item:
    if not path.is_file():  # what would be read from a pipe may never come
        raise OutputError("it is not a file")
    beside = frozenset(each for each in _LISTED_SUFFIXES if beside_path(path, each).is_file())
    told = beside_path(path, record.SUFFIX)
    if told.is_file():
        return _recorded(path, name, record.read(told), beside)
    return _tagged(path, name, beside)


def _recorded(path: Path, name: str, known: Record, beside: frozenset[str]) -> Item:
    there = path.stat()
    told, wanted = Fraction(*decode.told_length(path)), Fraction(known.proof.frames, known.proof.rate)
    if abs(told - wanted) >= Fraction(1, _TOLD_CLOSE):
        raise OutputError(f"it says that it is {float(told):.3f} s long, and its record {float(wanted):.3f} s")
    if there.st_size != known.audio_bytes:
        raise OutputError(f"it has {there.st_size:,} bytes, and its record says {known.audio_bytes:,}")
    return Item(
        file=name,
        title=known.title,
        practice=str(known.options.get("script", "")),
        practice_title=known.practice or known.title,
        purpose=known.purpose,
        notes=known.notes,
        language=known.language,
        year=known.year,
        length=known.proof.frames,
        rate=known.proof.rate,
        size=there.st_size,
        sha256=known.audio_sha256,
        voices=known.voices,
        people=known.people,
        chapters=known.chapters,
        said=tuple(_said(known)),
        timeline=_timeline(known),
        beside=beside,
        named=known.names_a_person,
        shows_names=known.shows_names,
        modified=there.st_mtime,
    )


def _said(known: Record) -> Iterator[Said]:
    """Each line as one caption, from where its first words are heard to where its last ones end."""
    rate, frames = known.proof.rate, known.proof.frames
    starts = [sound.start for sound in known.proof.sounds]
    for sound, spans, text, following in zip(
        known.proof.sounds, known.cues, known.texts, [*starts[1:], frames], strict=True
    ):
        first, last = (spans[0][0], spans[-1][1]) if spans else (0, sound.frames)
        end = min(sound.start + last, max(following, sound.start + first + 1), frames)
        yield Said(
            start=milliseconds(sound.start + first, rate),
            end=milliseconds(end, rate),
            text=text,
            bell=not sound.number,
        )


def _timeline(known: Record) -> Timeline:
    """What is heard when, as far as a record tells it: silences are what is left."""
    rate = known.proof.rate
    starts = [round(start * rate / 1000) for start, _, _ in known.chapters]
    places = tuple(
        Placement(
            sound=Line(text=text, spoken=text, number=sound.number) if sound.number else Bell(),
            start=sound.start,
            frames=sound.frames,
            # A chapter's milliseconds may be rounded up beyond its first frame.
            section=max(0, bisect_right(starts, sound.start + rate // 1000 + 1) - 1),
        )
        for sound, text in zip(known.proof.sounds, known.texts, strict=True)
    )
    return Timeline(
        rate=rate,
        frames=known.proof.frames,
        placements=places,
        silences=(),
        chapters=tuple(
            Chapter(title=title, start=at) for at, (_, _, title) in zip(starts, known.chapters, strict=True)
        ),
        spaciousness=0.0,
        tones=known.tones,
    )


def _tagged(path: Path, name: str, beside: frozenset[str]) -> Item:
    there = path.stat()
    tags = tagread.read(path)
    frames, rate = decode.told_length(path)
    ends = milliseconds(frames, rate)
    starts = [start for start, _ in tags.chapters]
    title = tags.title.strip() or path.stem or _UNTITLED
    chapters = tuple(
        (start, end, " ".join(title.split()))
        for (start, title), end in zip(tags.chapters, [*starts[1:], ends], strict=False)
        if start <= end <= ends and title.strip()
    )
    return Item(
        file=name,
        title=title,
        practice="",
        practice_title=_LENGTH_IN_TITLE.sub("", title),
        purpose="",
        notes=(),
        language=two_letters(tags.language),
        year=int(tags.year) if tags.year.isdecimal() else 0,
        length=frames,
        rate=rate,
        size=there.st_size,
        sha256="",
        voices=(),
        people=(),
        chapters=chapters,
        said=(),
        timeline=None,
        beside=beside,
        named=None,
        shows_names=False,
        modified=there.st_mtime,
    )
