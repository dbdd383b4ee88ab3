"""What a finished file says of itself, whatever its format: read back, to hold it against what was meant."""

import base64
import binascii
import io
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import BinaryIO

from mettavox.codecs import id3read, mp4, vorbis
from mettavox.codecs.language import UNDETERMINED, three_letters
from mettavox.errors import CodecError
from mettavox.tags import Tags
from mettavox.units import milliseconds

_HINT = "Make it again."
_MOST_BYTES = 1 << 27
_ENOUGH = 64
_FLAC_COMMENTS, _FLAC_PICTURE, _FLAC_LAST = 4, 6, 0x80
_LYRICS_BOX, _YEAR_LETTERS = "©lyr", 4


@dataclass(frozen=True, kw_only=True)
class Found:
    """The tags in a file. ``language`` is ISO 639-2, ``chapters`` are milliseconds and titles in their order.

    ``lyrics`` are the words as plain text, ``picture`` says whether there is a cover, and ``extra`` has what no
    other field is for, by its name. What a file does not say is empty.
    """

    kind: str
    title: str = ""
    artist: str = ""
    album: str = ""
    genre: str = ""
    year: str = ""
    language: str = UNDETERMINED
    comment: str = ""
    licence: str = ""
    chapters: tuple[tuple[int, str], ...] = ()
    lyrics: str = ""
    picture: bool = False
    extra: Mapping[str, str] = field(default_factory=dict)


def read(path: Path) -> Found:
    """The tags of an MP3, M4A, Opus, FLAC or WAV file, told apart by their content.

    Raises CodecError when it is none of these or its tags are broken, and OSError when it cannot be read.
    """
    with path.open("rb") as file:
        head = file.read(12)
        file.seek(0)
        try:
            return _by(head, file)
        except (struct.error, LookupError, ValueError, ArithmeticError) as error:
            raise CodecError("The tags of the file are broken.", hint=_HINT) from error


def expected(kind: str, tags: Tags, rate: int) -> Found:
    """What a file of that kind would say that has these tags, at ``rate`` hertz."""
    return Found(
        kind=kind,
        title=tags.title,
        artist=tags.artist,
        album=tags.album,
        genre=tags.genre,
        year=f"{tags.year:04d}",
        language=three_letters(tags.language),
        comment=tags.comment,
        licence=tags.licence,
        chapters=tuple((milliseconds(chapter.start, rate), chapter.title) for chapter in tags.chapters),
        lyrics="\n".join(lyric.text for lyric in tags.lyrics),
        picture=bool(tags.picture),
        extra=dict(tags.extra),
    )


def _by(head: bytes, file: BinaryIO) -> Found:
    if head.startswith(b"ID3"):
        return _from_id3("mp3", id3read.read(file))
    if head.startswith(b"fLaC"):
        return _from_flac(file)
    if head.startswith(b"OggS"):
        return _from_opus(file)
    if head.startswith(b"RIFF") and head[8:12] == b"WAVE":
        return _from_wav(file)
    if head[4:8] == b"ftyp":
        return _from_m4a(file)
    raise CodecError("The file is not a track with tags.", hint="mettavox reads MP3, M4A, Opus, FLAC and WAV.")


# MP3


def _from_id3(kind: str, fields: id3read.Fields) -> Found:
    texts = fields.texts
    order = {name: place for place, name in enumerate(fields.contents)}
    # The table of contents decides on the order, since some programs move the chapters themselves about (mutagen).
    chapters = sorted(fields.chapters, key=lambda chapter: order.get(chapter.name, len(order)))
    year = texts.get("TYER") or texts.get("TDRC", "")
    return Found(
        kind=kind,
        title=texts.get("TIT2", ""),
        artist=texts.get("TPE1", ""),
        album=texts.get("TALB", ""),
        genre=texts.get("TCON", ""),
        year=year[:_YEAR_LETTERS],
        language=texts.get("TLAN", UNDETERMINED),
        comment=fields.comment,
        licence=texts.get("TCOP", "").removeprefix(year[:_YEAR_LETTERS]).lstrip(),
        chapters=tuple((chapter.start, chapter.title) for chapter in chapters),
        lyrics=fields.lyrics,
        picture=bool(fields.picture),
        extra=fields.extra,
    )


# FLAC and Opus


def _from_flac(file: BinaryIO) -> Found:
    file.seek(4)
    pairs: list[tuple[str, str]] = []
    picture, kind = False, 0
    while not kind & _FLAC_LAST:
        kind, *length = file.read(4)
        data = _whole(file, int.from_bytes(bytes(length), "big"))
        if kind & ~_FLAC_LAST == _FLAC_COMMENTS:
            pairs = vorbis.parsed(data)
        picture = picture or kind & ~_FLAC_LAST == _FLAC_PICTURE
    return _from_comments("flac", pairs, picture)


def _from_opus(file: BinaryIO) -> Found:
    packets = _packets(file)
    if not next(packets, b"").startswith(b"OpusHead"):
        raise CodecError("The file is not Opus.", hint=_HINT)
    told = next(packets, b"")
    if not told.startswith(b"OpusTags"):
        raise CodecError("The Opus file has no tags.", hint=_HINT)
    pairs = vorbis.parsed(told[8:])
    pictures = [value for name, value in pairs if name == vorbis.PICTURE]
    return _from_comments("opus", pairs, any(_is_picture(value) for value in pictures))


def _packets(file: BinaryIO) -> Iterator[bytes]:
    """The packets of an Ogg file, from its pages (RFC 3533, 6)."""
    packet = b""
    while head := file.read(27):
        if len(head) < 27 or not head.startswith(b"OggS"):  # noqa: PLR2004 - a page's head
            raise CodecError("The file is not a whole Ogg file.", hint=_HINT)
        for size in _whole(file, head[26]):
            packet += _whole(file, size)
            if len(packet) > _MOST_BYTES:
                raise CodecError("The tags of the file are broken.", hint=_HINT)
            if size < 255:  # noqa: PLR2004 - a shorter segment ends a packet
                yield packet
                packet = b""


def _is_picture(value: str) -> bool:
    try:
        return len(base64.b64decode(value, validate=True)) > _ENOUGH
    except binascii.Error:
        return False


def _from_comments(kind: str, pairs: list[tuple[str, str]], picture: bool) -> Found:
    values = dict(pairs)
    known = {
        "title": "TITLE", "artist": "ARTIST", "album": "ALBUM", "genre": "GENRE", "year": "DATE",
        "language": "LANGUAGE", "comment": "DESCRIPTION", "licence": "LICENSE", "lyrics": "LYRICS",
    }  # fmt: skip
    given = {ours: values[theirs] for ours, theirs in known.items() if theirs in values}
    others = {vorbis.PICTURE, "ENCODER", *known.values()}
    extra = {name: value for name, value in pairs if name not in others and not vorbis.is_chapter(name)}
    return Found(kind=kind, chapters=vorbis.chapters(pairs), picture=picture, extra=extra, **given)


# M4A


def _from_m4a(file: BinaryIO) -> Found:
    _, moov = mp4.read_moov(file)
    fields: dict[str, str] = {}
    extra: dict[str, str] = {}
    picture = False
    holders = mp4.way(moov, b"moov", b"udta", b"meta", b"ilst")
    for box in mp4.boxes(moov, holders[-1].content, holders[-1].end) if len(holders) == 4 else ():  # noqa: PLR2004
        parts = {part.name: moov[part.content : part.end] for part in mp4.boxes(moov, box.content, box.end)}
        value = parts.get(b"data", b"")[8:]
        if box.name == b"----":
            extra[parts[b"name"][4:].decode("utf-8")] = value.decode("utf-8")
        elif box.name == b"covr":
            picture = len(value) > _ENOUGH
        else:
            fields[box.name.decode("latin-1")] = value.decode("utf-8", "replace")
    return Found(
        kind="m4a",
        title=fields.get("©nam", ""),
        artist=fields.get("©ART", ""),
        album=fields.get("©alb", ""),
        genre=fields.get("©gen", ""),
        year=fields.get("©day", "")[:_YEAR_LETTERS],
        language=_m4a_language(moov),
        comment=fields.get("©cmt", ""),
        licence=fields.get("cprt", ""),
        chapters=_m4a_chapters(moov),
        lyrics=fields.get(_LYRICS_BOX, ""),
        picture=picture,
        extra=extra,
    )


def _m4a_language(moov: bytes) -> str:
    """From the head of the first track, where three letters lie in five bits each (ISO/IEC 14496-12, 8.4.2.3)."""
    holders = mp4.way(moov, b"moov", b"trak", b"mdia", b"mdhd")
    if len(holders) < 4:  # noqa: PLR2004 - as many as were asked for
        return UNDETERMINED
    long = moov[holders[-1].content]
    (packed,) = struct.unpack_from(">H", moov, holders[-1].content + (32 if long else 20))
    return "".join(chr(0x60 + (packed >> shift & 31)) for shift in (10, 5, 0))


def _m4a_chapters(moov: bytes) -> tuple[tuple[int, str], ...]:
    """From Nero's list: a count, then for each the time in tenths of a microsecond and a title with its length."""
    holders = mp4.way(moov, b"moov", b"udta", b"chpl")
    if len(holders) < 3:  # noqa: PLR2004 - as many as were asked for
        return ()
    data = moov[holders[-1].content : holders[-1].end]
    at, found = 9, []
    for _ in range(data[8]):
        (moment,) = struct.unpack_from(">Q", data, at)
        size = data[at + 8]
        found.append((round(moment / 10_000), data[at + 9 : at + 9 + size].decode("utf-8", "replace")))
        at += 9 + size
    return tuple(found)


# WAV


def _from_wav(file: BinaryIO) -> Found:
    """INFO and cue points, as editors read them, and the rest from the ID3 chunk."""
    info: dict[bytes, str] = {}
    points: dict[int, int] = {}
    labels: dict[int, str] = {}
    rate, rest = 0, Found(kind="wav")
    for name, content in _chunks(file):
        if name == b"fmt ":
            (rate,) = struct.unpack_from("<I", content, 4)
        elif name == b"LIST" and content.startswith(b"INFO"):
            info = {part: text.rstrip(b"\0").decode("utf-8", "replace") for part, text in _parts(content[4:])}
        elif name == b"LIST" and content.startswith(b"adtl"):
            labels |= dict(_labels(content[4:]))
        elif name == b"cue ":
            for place in range(struct.unpack_from("<I", content)[0]):
                number, at = struct.unpack_from("<II", content, 4 + 24 * place)
                points[number] = at
        elif name == b"id3 ":
            rest = _from_id3("wav", id3read.read(io.BytesIO(content)))
    chapters = ((milliseconds(at, rate), labels.get(number, "")) for number, at in sorted(points.items()))
    return Found(
        kind="wav",
        title=info.get(b"INAM", ""),
        artist=info.get(b"IART", ""),
        album=info.get(b"IPRD", ""),
        genre=info.get(b"IGNR", ""),
        year=info.get(b"ICRD", "")[:_YEAR_LETTERS],
        language=info.get(b"ILNG", UNDETERMINED),
        comment=info.get(b"ICMT", ""),
        licence=info.get(b"ICOP", ""),
        chapters=tuple(chapters),
        lyrics=rest.lyrics,
        picture=rest.picture,
        extra=rest.extra,
    )


def _chunks(file: BinaryIO) -> Iterator[tuple[bytes, bytes]]:
    """The chunks of a WAV file, the samples apart."""
    file.seek(12)
    while len(head := file.read(8)) == 8:  # noqa: PLR2004 - a name and a size
        name, size = head[:4], struct.unpack_from("<I", head, 4)[0]
        if name == b"data":
            file.seek(size + size % 2, 1)
            continue
        yield name, _whole(file, size)
        file.seek(size % 2, 1)


def _parts(data: bytes) -> Iterator[tuple[bytes, bytes]]:
    at = 0
    while at + 8 <= len(data):
        size = struct.unpack_from("<I", data, at + 4)[0]
        yield data[at : at + 4], data[at + 8 : at + 8 + size]
        at += 8 + size + size % 2


def _labels(data: bytes) -> Iterator[tuple[int, str]]:
    for name, content in _parts(data):
        if name == b"labl":
            yield struct.unpack_from("<I", content)[0], content[4:].rstrip(b"\0").decode("utf-8", "replace")


def _whole(file: BinaryIO, size: int) -> bytes:
    data = file.read(size) if size <= _MOST_BYTES else b""
    if len(data) < size:
        raise CodecError("The file is cut off.", hint=_HINT)
    return data
