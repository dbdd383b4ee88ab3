"""Check: a track, and what lies beside it, held against its record."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from mettavox import captions, chapters, record
from mettavox.beside import beside_path
from mettavox.codec import Block
from mettavox.codecs import decode, tagread
from mettavox.errors import CodecError, MettavoxError, RecordError
from mettavox.record import Record
from mettavox.verify import BLOCK_SECONDS, Finding, examined

Chapters = Sequence[tuple[int, int, str]]
"""Start and end in milliseconds, and the title."""

_CLOSE_MS = 1
_LIST_CLOSE_MS = 1000
"""A description list counts whole seconds."""


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

    Raises RecordError when there is no track or no record that can be used, CodecError when it is not sound.
    """
    if not path.is_file():
        raise RecordError(f"There is no track “{path.name}”.", hint="Check the path.")
    if path.suffix == record.SUFFIX:
        raise RecordError(f"“{path.name}” is a record.", hint="Give the track itself; its record is found beside it.")
    known = record.read(beside_path(path, record.SUFFIX))
    same = record.sha256(path) == known.audio_sha256
    file = Finding(
        what="file", holds=True, found="the same bytes as when it was made" if same else "changed since it was made"
    )
    _, heard = examined(_blocks(path, known, progress), known.proof)
    return Checked(findings=(file, *heard, *_tags(path, known), *_texts(path, known)))


def _blocks(path: Path, known: Record, progress: Callable[[float], None]) -> Iterator[Block]:
    size = BLOCK_SECONDS * known.proof.rate
    for place, block in enumerate(decode.blocks(path, size)):
        progress(min(1.0, place * size / known.proof.frames))
        yield block


# --- what the file says of itself ---


def _tags(path: Path, known: Record) -> Iterator[Finding]:
    try:
        found = tagread.read(path)
    except CodecError as error:
        yield Finding(what="tags", holds=False, found=error.message.rstrip("."))
        return
    right = found.title == known.title
    yield Finding(what="tags", holds=right, found="as recorded" if right else "the title is not the recorded one")
    starts = [(start, title) for start, _, title in known.chapters]
    yield _chapters("chapters in the file", list(found.chapters), starts, _CLOSE_MS)


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
        except (OSError, UnicodeDecodeError):
            yield Finding(what=suffix[1:], holds=False, found="is missing, or cannot be read")
        except MettavoxError as error:
            yield Finding(what=suffix[1:], holds=False, found=error.message.rstrip("."))


def _beside(path: Path, suffix: str, known: Record) -> Finding:
    what = suffix[1:]
    if suffix == ".vtt":
        return _captions(what, captions.parse_vtt(path.read_text("utf-8")), known)
    if suffix == ".srt":
        return _captions(what, captions.parse_srt(path.read_text("utf-8")), known)
    if suffix == ".chapters.json":
        return _timed_chapters(what, chapters.from_json(path.read_text("utf-8")), known)
    if suffix == ".chapters.vtt":
        return _timed_chapters(what, chapters.from_vtt(path.read_text("utf-8")), known)
    if suffix == ".chapters.txt":
        starts = [(start, title) for start, _, title in known.chapters]
        found = [(second * 1000, title) for second, title in chapters.from_list(path.read_text("utf-8"))]
        return _chapters(what, found, starts, _LIST_CLOSE_MS)
    size = len(path.read_bytes())
    return Finding(what=what, holds=size > 0, found="is there" if size else "is empty")


def _timed_chapters(what: str, found: Sequence[tuple[int, int, str]], known: Record) -> Finding:
    """Starts and titles, and that each chapter ends where the next one begins."""
    starts = [(start, title) for start, _, title in found]
    finding = _chapters(what, starts, [(start, title) for start, _, title in known.chapters], _CLOSE_MS)
    ends = [abs(mine - wanted) for (_, mine, _), (_, wanted, _) in zip(found, known.chapters, strict=False)]
    if finding.holds and max(ends, default=0) > _CLOSE_MS:
        return Finding(what=what, holds=False, found="a chapter ends at another time")
    return finding


def _captions(what: str, found: Sequence[tuple[int, int, str]], known: Record) -> Finding:
    """Whether each line's captions are there at their times; words that hold a name are not compared."""
    at, rate = 0, known.proof.rate
    spoken = [cue for cue in found if not cue[2].startswith("(")]
    for sound, cues, text, hidden in zip(known.proof.sounds, known.cues, known.texts, known.hidden, strict=True):
        mine, at = spoken[at : at + len(cues)], at + len(cues)
        for (start, end, _), (first, last) in zip(mine, cues, strict=False):
            if (
                max(abs(start - (sound.start + first) * 1000 / rate), abs(end - (sound.start + last) * 1000 / rate))
                > _CLOSE_MS + 1
            ):
                return Finding(what=what, holds=False, found=f"line {sound.number} is not at its time")
        said = " ".join(" ".join(words.split()) for _, _, words in mine)
        if len(mine) < len(cues) or (not hidden and said.split() != text.split()):
            return Finding(what=what, holds=False, found=f"line {sound.number} is missing or has other words")
    if at != len(spoken):
        return Finding(what=what, holds=False, found=f"there are {len(spoken)} captions where {at} belong")
    return Finding(what=what, holds=True, found=f"all {at} captions at their times")
