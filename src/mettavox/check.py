"""Check: a track, and what lies beside it, held against its record."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from mettavox import captioned, chapters, record
from mettavox.beside import beside_path
from mettavox.codecs import decode, tagread
from mettavox.codecs.formats import FORMATS
from mettavox.codecs.language import three_letters
from mettavox.errors import CodecError, MettavoxError, RecordError
from mettavox.record import Record
from mettavox.verify import Finding, examined

_CLOSE_MS = 1
_LIST_CLOSE_MS = 1000
"""A description list counts whole seconds."""
_COVER, _TRANSCRIPT = ".jpg", ".txt"
_JPEG_START, _JPEG_END = b"\xff\xd8\xff", b"\xff\xd9"


@dataclass(frozen=True, kw_only=True)
class Checked:
    """What was looked at in a track, in the order in which it was."""

    findings: tuple[Finding, ...]

    @property
    def holds(self) -> bool:
        """Whether all of it holds."""
        return all(finding.holds for finding in self.findings)


def check(path: Path, progress: Callable[[float], None] = lambda share: None) -> Checked:
    """Everything that can be told of a track at ``path`` by its sound, its tags and the files beside it.

    ``path`` may be that of its record, too. Raises RecordError when there is no track or no record that can be
    used, CodecError, which names the file, when it is not sound.
    """
    if path.suffix == record.SUFFIX:
        known = record.read(path)
        path = _track_of(path, known)
    elif path.is_file():
        known = record.read(beside_path(path, record.SUFFIX))
    else:
        raise RecordError(f"There is no track “{path.name or path}”.", hint="Check the path.")
    same = record.sha256(path) == known.audio_sha256
    file = Finding(
        what="file", holds=True, found="the same bytes as when it was made" if same else "changed since it was made"
    )
    try:
        _, heard = examined(decode.for_proof(path, known.proof, progress), known.proof)
    except CodecError as error:
        raise CodecError(f"“{path.name}”: {_lower(error.message)}", hint=error.hint) from error
    return Checked(findings=(file, *heard, *_tags(path, known), *_texts(path, known)))


def _track_of(path: Path, known: Record) -> Path:
    """The track beside its record: of the recorded format, or else of any."""
    there = {
        each.suffix[1:].lower(): each
        for each in path.parent.iterdir()
        if each.stem == path.stem and each.suffix[1:].lower() in FORMATS and each.is_file()
    }
    found = there.get(known.format) or next(iter(there.values()), None)
    if found is None:
        raise RecordError(f"There is no track beside “{path.name}”.", hint="Give the path of the track.")
    return found


def _lower(sentence: str) -> str:
    return sentence[:1].lower() + sentence[1:]


# --- what the file says of itself ---


def _tags(path: Path, known: Record) -> Iterator[Finding]:
    try:
        found = tagread.read(path)
    except (CodecError, OSError) as error:
        yield Finding(what="tags", holds=False, found=_why(error))
        return
    wrong = [
        what
        for what, right in (
            ("title", found.title == known.title),
            ("language", found.language == three_letters(known.language)),
            ("year", found.year == f"{known.year:04d}"),
            ("cover", found.picture == (_COVER in known.suffixes)),
        )
        if not right
    ]
    yield Finding(
        what="tags",
        holds=not wrong,
        found=f"not as recorded: the {' and the '.join(wrong)}" if wrong else "as recorded",
    )
    starts = [(start, title) for start, _, title in known.chapters]
    yield _chapters("chapters in the file", list(found.chapters), starts, _CLOSE_MS)


def _why(error: Exception) -> str:
    return _lower(error.message.rstrip(".")) if isinstance(error, MettavoxError) else "it cannot be read"


def _chapters(what: str, found: Sequence[tuple[int, str]], wanted: Sequence[tuple[int, str]], close_ms: int) -> Finding:
    if len(found) != len(wanted):
        return Finding(what=what, holds=False, found=f"there are {len(found)} of {len(wanted)}")
    for place, ((start, title), (start_wanted, title_wanted)) in enumerate(zip(found, wanted, strict=True), start=1):
        if title != title_wanted or abs(start - start_wanted) > close_ms:
            return Finding(what=what, holds=False, found=f"chapter {place} has another title or time")
    return Finding(what=what, holds=True, found=f"all {len(wanted)} in order")


# --- what lies beside it ---


def _texts(path: Path, known: Record) -> Iterator[Finding]:
    for suffix in known.suffixes:
        beside = beside_path(path, suffix)
        try:
            yield _beside(beside, suffix, known)
        except FileNotFoundError:
            yield Finding(what=suffix[1:], holds=False, found="is missing")
        except (OSError, UnicodeDecodeError):
            yield Finding(what=suffix[1:], holds=False, found="cannot be read")
        except MettavoxError as error:
            yield Finding(what=suffix[1:], holds=False, found=_why(error))


def _beside(path: Path, suffix: str, known: Record) -> Finding:
    what = suffix[1:]
    data = path.read_bytes()
    if suffix == _COVER:
        whole = data.startswith(_JPEG_START) and data.endswith(_JPEG_END)
        return Finding(what=what, holds=whole, found="is there" if whole else "is no whole picture")
    text = data.decode("utf-8").replace("\r\n", "\n")
    if suffix in captioned.FORMS:
        return captioned.finding(what, captioned.FORMS[suffix], text, known)
    if suffix in _READERS:
        return _READERS[suffix](what, text, known)
    return Finding(what=what, holds=bool(text.strip()), found="is there" if text.strip() else "is empty")


def _transcript(what: str, text: str, known: Record) -> Finding:
    """Whether the words of each line are there, as far as they hold no name."""
    read = " ".join(text.split())
    for sound, words, hidden in zip(known.proof.sounds, known.texts, known.hidden, strict=True):
        if not hidden and " ".join(words.split()) not in read:
            return Finding(what=what, holds=False, found=f"line {sound.number} is missing or has other words")
    return Finding(what=what, holds=True, found="every line is there")


def _timed_chapters(what: str, found: Sequence[tuple[int, int, str]], known: Record) -> Finding:
    """Starts and titles, and that each chapter ends where the next one begins."""
    starts = [(start, title) for start, _, title in found]
    finding = _chapters(what, starts, [(start, title) for start, _, title in known.chapters], _CLOSE_MS)
    ends = [abs(mine - wanted) for (_, mine, _), (_, wanted, _) in zip(found, known.chapters, strict=False)]
    if finding.holds and max(ends, default=0) > _CLOSE_MS:
        return Finding(what=what, holds=False, found="a chapter ends at another time")
    return finding


def _listed_chapters(what: str, text: str, known: Record) -> Finding:
    starts = [(start, title) for start, _, title in known.chapters]
    found = [(second * 1000, title) for second, title in chapters.from_list(text)]
    return _chapters(what, found, starts, _LIST_CLOSE_MS)


_READERS: Mapping[str, Callable[[str, str, Record], Finding]] = {
    ".chapters.json": lambda what, text, known: _timed_chapters(what, chapters.from_json(text), known),
    ".chapters.vtt": lambda what, text, known: _timed_chapters(what, chapters.from_vtt(text), known),
    ".chapters.txt": _listed_chapters,
    _TRANSCRIPT: _transcript,
}
"""What compares a file, by its ending."""
