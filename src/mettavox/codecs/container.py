"""M4A, Opus and FLAC: ffmpeg encodes and writes the file itself, with the tags that it is given."""

import base64
import re
import tempfile
from collections.abc import Iterable
from pathlib import Path

from mettavox.codec import Block
from mettavox.codecs import id3, mp4, vorbis
from mettavox.codecs.ffmpeg import Feed
from mettavox.codecs.formats import checked
from mettavox.codecs.language import three_letters
from mettavox.errors import CodecError
from mettavox.tags import Tags

_SPECIAL = re.compile(r"([=;#\\\n])")
_HEAD = ";FFMETADATA1"
# What the box with an M4A's tables needs: four bytes for each 1024 frames, a few for each chunk of them, what a
# chapter has at most, and 3 kB for all else (measured). What is left over stays free, and an editor of tags finds
# room there.
_AAC_FRAMES, _BYTES_A_PACKET, _BYTES_A_SECOND = 1024, 4, 8
_BYTES_A_CHAPTER, _BYTES_AT_LEAST = 400, 16_384
_COVER = ["-c:v", "copy", "-disposition:v", "attached_pic", "-metadata:s:v", "comment=Cover (front)"]


class ContainerEncoder:
    """An Encoder: into an M4A, Opus or FLAC file at ``path``, which is written anew.

    A decoder gives back ``frames`` frames, as loud as they came in. Raises CodecError for what the format cannot hold.
    """

    gain_db = 0.0

    def __init__(self, kind: str, path: Path, *, frames: int, tags: Tags, rate: int) -> None:
        self._kind, self._path, self._tags = kind, path, tags
        form = checked(kind, rate)
        metadata = _metadata(kind, tags, frames, rate)
        # Its files hold the words of the track: the folder is its owner's alone.
        self._folder = tempfile.TemporaryDirectory(prefix="mettavox-")
        try:
            inputs = self._inputs(metadata)
            language = three_letters(tags.language)
            arguments = [
                *inputs, "-map_metadata", "1", "-map_chapters", "1" if kind == "m4a" else "-1",
                "-metadata:s:a:0", f"language={language}", *_encoding(kind, form.bitrate_kbps, tags, frames, rate),
                "-fflags", "+bitexact", "-flags", "+bitexact", "-y", f"file:{path.absolute()}",
            ]  # fmt: skip
            self._feed = Feed(arguments, rate=rate)
        except BaseException:
            self._folder.cleanup()
            raise

    def _inputs(self, metadata: str) -> list[str]:
        """The tags as ffmpeg's second input, the cover as its third where it goes into a stream of its own."""
        told = Path(self._folder.name) / "tags.txt"
        told.write_text(metadata, encoding="utf-8", newline="\n")
        inputs = ["-f", "ffmetadata", "-i", str(told)]
        if not self._tags.picture or self._kind == "opus":
            return [*inputs, "-map", "0:a"]
        cover = Path(self._folder.name) / "cover.jpg"
        cover.write_bytes(self._tags.picture)
        return [*inputs, "-f", "mjpeg", "-i", str(cover), "-map", "0:a", "-map", "2:v", *_COVER]

    def write(self, block: Block) -> None:
        """Take the next frames, shape ``(frames, 2)``; beyond [-1, 1] they are clipped. Raises CodecError."""
        self._feed.write(block)

    def finish(self) -> None:
        """Wait until the file is whole. Raises CodecError, or OSError for what the disk refuses."""
        self._feed.finish()
        self._folder.cleanup()
        if self._kind == "m4a" and self._tags.extra:
            mp4.add_tags(self._path, self._tags.extra)

    def abandon(self) -> None:
        """End ffmpeg at once."""
        self._feed.abandon()
        self._folder.cleanup()


def _encoding(kind: str, bitrate_kbps: int, tags: Tags, frames: int, rate: int) -> list[str]:
    if kind == "flac":
        return ["-c:a", "flac", "-sample_fmt", "s16", "-f", "flac"]
    if kind == "opus":
        return ["-c:a", "libopus", "-b:a", f"{bitrate_kbps}k", "-f", "opus"]
    # The edit list counts in the movie's timescale, so that its length is exact only when that is the rate.
    return [
        "-c:a", "aac", "-b:a", f"{bitrate_kbps}k",
        "-movie_timescale", str(rate), "-moov_size", str(_moov_bytes(tags, frames, rate)), "-f", "ipod",
    ]  # fmt: skip


def _moov_bytes(tags: Tags, frames: int, rate: int) -> int:
    """Room for an M4A's tables in front of the sound, so that it plays while it loads."""
    words = sum(len(text.encode("utf-8")) + 64 for pair in tags.extra.items() for text in pair)
    words += sum(len(lyric.text.encode("utf-8")) + 1 for lyric in tags.lyrics) + len(tags.comment.encode("utf-8"))
    tables = _BYTES_A_PACKET * (frames // _AAC_FRAMES) + _BYTES_A_SECOND * (frames // rate)
    return _BYTES_AT_LEAST + tables + _BYTES_A_CHAPTER * len(tags.chapters) + words + len(tags.picture)


def _metadata(kind: str, tags: Tags, frames: int, rate: int) -> str:
    """All that ffmpeg is to write about the track, in its own format."""
    if kind == "m4a":
        return _m4a_metadata(tags, frames, rate)
    pairs = vorbis.comments(tags, rate)
    if kind == "opus" and tags.picture:
        pairs.append((vorbis.PICTURE, base64.b64encode(vorbis.picture_block(tags.picture)).decode("ascii")))
    return _written(pairs)


def _m4a_metadata(tags: Tags, frames: int, rate: int) -> str:
    if len(tags.chapters) > id3.MOST_CHAPTERS:
        raise CodecError(f"A track has {len(tags.chapters)} chapters, and an M4A holds {id3.MOST_CHAPTERS}.")
    pairs = [
        ("title", tags.title),
        ("artist", tags.artist),
        ("album", tags.album),
        ("genre", tags.genre),
        ("date", f"{tags.year:04d}"),
        ("comment", tags.comment),
        ("copyright", tags.licence),
        ("lyrics", "\n".join(lyric.text for lyric in tags.lyrics)),
    ]
    ends = [*(chapter.start for chapter in tags.chapters[1:]), frames]
    chapters = (
        f"[CHAPTER]\nTIMEBASE=1/{rate}\nSTART={chapter.start}\nEND={end}\ntitle={_escaped(chapter.title)}\n"
        for chapter, end in zip(tags.chapters, ends, strict=False)
    )
    return _written(pairs) + "".join(chapters)


def _written(pairs: Iterable[tuple[str, str]]) -> str:
    lines = [f"{_escaped(name)}={_escaped(value)}" for name, value in pairs if value]
    return "\n".join([_HEAD, *lines, ""])


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", text)
