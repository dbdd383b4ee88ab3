"""What a sound file of any kind is: its format, rate, channels and bit rate, its title and its chapters."""

import contextlib
import re
from collections.abc import Iterator
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from mettavox.codecs import ffmpeg, oggkeep
from mettavox.errors import CodecError
from mettavox.retime import Mark

KINDS = ("mp3", "m4a", "opus", "ogg", "flac", "wav")
"""The kinds that can be written again as they are; anything else is “other”."""
LOSSLESS = ("flac", "wav")
PCM_BYTES = {"pcm_s16le": 2, "pcm_s24le": 3, "pcm_s32le": 4, "pcm_f32le": 4}
"""The samples that a WAV file may have here, and the bytes of each."""

_AUDIO = re.compile(
    r"^  Stream #0:\d+(?:\[0x[0-9a-f]+\])?(?:\((?P<language>\w+)\))?: Audio: (?P<codec>\w+)(?P<more>.*)$", re.MULTILINE
)
_RATE = re.compile(r", (\d+) Hz, ([^,]+), (\w+)(?: \((\d+) bit\))?")
_KBPS = re.compile(r", (\d+) kb/s")
_LINE = re.compile(r"((?:\\.|[^\\\n])*)\n", re.DOTALL)
_ESCAPED = re.compile(r"\\(.)", re.DOTALL)
_SECTION = re.compile(r"\[(\w+)\]")
_DURATION = re.compile(r"^  Duration: (\d+):(\d\d):(\d\d\.\d+)", re.MULTILINE)
_CHANNELS = {"mono": 1, "stereo": 2}
_MOVING = re.compile(r"^  Stream #0:\d+.*: Video: (?!.*\(attached pic\))", re.MULTILINE)


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What a file is. ``kind`` is one of KINDS or “other”, ``codec`` ffmpeg's name for how its sound is coded.

    ``channels`` is 0 where there are more than two; ``bitrate_kbps`` and ``bits`` are 0 where they are not said, and
    ``seconds``, which is roughly its length, too.
    ``language`` is ISO 639-2 or empty; ``chapters`` are in their order.
    """

    kind: str
    codec: str
    rate: int
    channels: int
    bitrate_kbps: int
    bits: int
    seconds: float
    efficient: bool
    moving: bool
    language: str
    title: str
    chapters: tuple[Mark, ...]


def facts(path: Path) -> Facts:
    """What the file is. Raises CodecError when there is no sound in it, and OSError when it cannot be read."""
    with path.open("rb") as file:
        head = file.read(64)
    streams, metadata = ffmpeg.told(path)
    found = _AUDIO.search(streams.partition("\nOutput #0")[0])
    form = _RATE.search(found["more"]) if found else None
    if found is None or form is None:
        raise ffmpeg.no_sound(path)
    rate = _KBPS.search(found["more"])
    tags, chapters = _parsed(metadata)
    kind = _kind(head, found["codec"])
    return Facts(
        kind=kind,
        codec=found["codec"],
        rate=int(form[1]),
        channels=_CHANNELS.get(form[2].strip(), 0),
        bitrate_kbps=int(rate[1]) if rate else 0,
        bits=int(form[4] or 0) or (16 if form[3].startswith("s16") else 0),
        seconds=_seconds(streams),
        efficient="HE-AAC" in found["more"],
        moving=_MOVING.search(streams.partition("\nOutput #0")[0]) is not None,
        language=found["language"] or "",
        title=_title(path, kind) if kind in ("opus", "ogg") else tags.get("title", ""),
        chapters=chapters,
    )


def _title(path: Path, kind: str) -> str:
    """That of an Ogg file, which has its tags with the stream; empty where it cannot be told."""
    with contextlib.suppress(CodecError):
        return _title_of(oggkeep.comments(path, kind))
    return ""


def _title_of(pairs: oggkeep.Pairs) -> str:
    titles = (value for name, value in pairs if name.upper() == b"TITLE")
    return next(titles, b"").decode("utf-8", "replace")


def _seconds(streams: str) -> float:
    found = _DURATION.search(streams)
    return (int(found[1]) * 60 + int(found[2])) * 60 + float(found[3]) if found else 0.0


def _kind(head: bytes, codec: str) -> str:
    """Told by the first bytes and by what is coded in it."""
    if codec == "mp3" and (head.startswith(b"ID3") or head[:1] == b"\xff"):
        return "mp3"
    if head[4:8] == b"ftyp" and codec in ("aac", "alac"):
        return "m4a"
    if head.startswith(b"OggS") and codec in ("opus", "vorbis"):
        return "opus" if codec == "opus" else "ogg"
    if codec == "flac" and head.startswith(b"fLaC"):
        return "flac"
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE" and codec in PCM_BYTES:
        return "wav"
    return "other"


def _parsed(text: str) -> tuple[dict[str, str], tuple[Mark, ...]]:
    """The tags by their names in small letters, and the chapters."""
    sections = list(_sections(text))
    chapters = [_mark(fields) for name, fields in sections if name == "CHAPTER"]
    return sections[0][1], tuple(sorted(filter(None, chapters), key=lambda mark: mark.start))


def _sections(text: str) -> Iterator[tuple[str, dict[str, str]]]:
    name, fields = "", dict[str, str]()
    for line in _LINE.findall(text):
        if section := _SECTION.fullmatch(line):
            yield name, fields
            name, fields = section[1], {}
        elif not line.startswith(";"):
            key, _, value = re.sub(r"(?<!\\)=", "\0", line, count=1).partition("\0")
            fields[_ESCAPED.sub(r"\1", key).lower()] = _ESCAPED.sub(r"\1", value)
    yield name, fields


def _mark(fields: dict[str, str]) -> Mark | None:
    try:
        base = Fraction(fields.get("timebase", "1/1000")) * 1000
        start, end = (round(int(fields[key]) * base) for key in ("start", "end"))
    except (LookupError, ValueError, ArithmeticError):
        return None
    return Mark(start=start, end=max(start, end), title=" ".join(fields.get("title", "").split()))
