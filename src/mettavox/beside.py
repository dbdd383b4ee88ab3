"""Beside a track: captions, chapters, transcript, handout and cover, each as the content of a file."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mettavox import captions, chapters, clauses, cover, credits, page, source, words
from mettavox.clauses import Clause
from mettavox.prepare import Prepared
from mettavox.script import Line
from mettavox.tags import Lyric, Tags
from mettavox.takes import ENGINE as RECORDED
from mettavox.timeline import Timeline
from mettavox.units import clock

SUFFIXES = (
    ".vtt",
    ".srt",
    ".lrc",
    ".txt",
    ".html",
    ".chapters.json",
    ".chapters.vtt",
    ".chapters.txt",
    ".jpg",
    ".json",
)
"""Everything that can lie beside ``NAME.mp3``, the record last."""


def beside_path(path: Path, suffix: str) -> Path:
    """NAME.vtt of NAME.mp3."""
    return path.with_name(path.stem + suffix)


@dataclass(frozen=True, kw_only=True, eq=False)
class Texts:
    """A track in words: what each clip says when; ``covers`` are pictures of it that are there already, by size."""

    prepared: Prepared
    timeline: Timeline
    clauses: Mapping[Line, Sequence[Clause]]
    covers: Mapping[int, bytes] = field(default_factory=dict)

    @property
    def title(self) -> str:
        """What the track is called: its practice and its length."""
        return f"{self.prepared.script.head.title} ({clock(self.prepared.seconds)})"


def said_when(line: Line, clip: NDArray[np.int16], rate: int, language: str) -> tuple[Clause, ...]:
    """What a clip, 16-bit at ``rate`` hertz, says at which of its frames."""
    return clauses.split(line.text, clip.astype(np.float32) / np.float32(32768), rate, language)


def suffixes(prepared: Prepared) -> tuple[str, ...]:
    """What will lie beside the track, the record included."""
    return tuple(each for each in SUFFIXES if each != ".jpg" or prepared.request.cover != "none")


def contents(texts: Texts) -> Iterator[tuple[str, str | bytes]]:
    """Each file's suffix and content, without the record's."""
    prepared, timeline = texts.prepared, texts.timeline
    head, rate, title = prepared.script.head, timeline.rate, texts.title
    language = head.language
    speaker = prepared.voice.label if prepared.fill is None else ""  # who speaks which line is not kept
    cues = captions.cues(timeline, texts.clauses)
    yield ".vtt", captions.vtt(cues, rate, speaker=speaker, language=language)
    yield ".srt", captions.srt(cues, rate)
    yield ".lrc", captions.lrc(cues, rate, title=title, seconds=timeline.frames / rate)
    parts = words.parts(timeline, language)
    yield ".txt", words.written(parts, title=title)
    yield ".html", _handout(texts, parts)
    yield ".chapters.json", chapters.as_json(timeline, title=title)
    yield ".chapters.vtt", chapters.as_vtt(timeline)
    yield ".chapters.txt", chapters.as_list(timeline)
    if prepared.request.cover != "none":
        yield ".jpg", picture(texts, cover.LARGE)


def _handout(texts: Texts, parts: Sequence[words.Part]) -> str:
    prepared = texts.prepared
    head = prepared.script.head
    voices = [voice for voice in (prepared.voice, prepared.fill) if voice is not None]
    return page.handout(
        texts.timeline,
        title=head.title,
        language=head.language,
        fixed=page.fixed_words(head.language, prepared.request.scripts),
        purpose=head.purpose,
        voices=[voice.label for voice in voices if voice.engine != RECORDED],
        people=[voice.label for voice in voices if voice.engine == RECORDED],
        notes=source.handout(prepared.source.body),
        spoken=parts,
    )


def picture(texts: Texts, size: int) -> bytes:
    """The cover as a JPEG, so many pixels wide and high; nothing where none was asked for."""
    prepared, theme = texts.prepared, texts.prepared.request.cover
    if theme == "none":
        return b""
    if size in texts.covers:
        return texts.covers[size]
    return cover.draw(
        texts.timeline,
        title=prepared.script.head.title,
        seconds=float(prepared.seconds),
        language=prepared.script.head.language,
        theme="dark" if theme == "plain" else theme,
        size=size,
        text=theme != "plain",
    )


def tags(texts: Texts, *, year: int, show_names: bool) -> Tags:
    """What the file says of itself; with ``show_names`` its lyrics have the names that are heard."""
    prepared, timeline = texts.prepared, texts.timeline
    language = prepared.script.head.language
    speaks = credits.who_speaks(prepared.voice, prepared.fill)
    return Tags(
        title=texts.title,
        artist=credits.ARTIST,
        album="Guided meditations",
        genre="Meditation",
        year=year or credits.year(),
        language=language,
        comment=f"{speaks} {credits.MADE_WITH}",
        chapters=timeline.chapters,
        lyrics=_named(texts) if show_names else words.lyrics(timeline, texts.clauses, language),
        picture=picture(texts, cover.SMALL),
        extra={"disclosure": speaks},
    )


def _named(texts: Texts) -> tuple[Lyric, ...]:
    cues = captions.cues(texts.timeline, texts.clauses)
    return tuple(Lyric(text=cue.text, start=cue.start) for cue in cues if cue.kind == "speech")
