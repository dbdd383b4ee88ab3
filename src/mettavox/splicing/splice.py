"""Splice: a meditation inside an episode that exists, as one file that is encoded once.

Everything streams: an episode is heard once to measure it, and once more while the result is encoded; and that is heard
in its turn.
"""

import contextlib
import json
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from fractions import Fraction
from pathlib import Path
from typing import Any

import numpy as np

from mettavox import chapters, deliveries, output, retime
from mettavox.beside import beside_path
from mettavox.codecs import decode, heard, id3keep, like
from mettavox.codecs.like import Target
from mettavox.codecs.probe import Facts
from mettavox.errors import CodecError, OutputError, RequestError, SoundError
from mettavox.loudness import TruePeak
from mettavox.retime import Cut, Mark
from mettavox.splicing import blend, episode, intercut, seam, voicelevel
from mettavox.splicing.blend import Lay, Levels
from mettavox.splicing.episode import Episode, Track
from mettavox.splicing.intercut import Captions
from mettavox.splicing.voicelevel import Hearing
from mettavox.units import clock, parse_duration

PROFILE = "podcast"
"""The delivery profile whose true peak holds for what is put in."""
SHORTEST_CROSSFADE, LONGEST_CROSSFADE = Fraction(1, 2), Fraction(5)
"""How long a crossfade may be that is asked for, in seconds."""

_TITLE, _LONGEST_TITLE = "Meditation", 200
_LOUDNESS_TOLERANCE_LU = 0.5
_ROOM_DB = 0.1
_FADED_HINT = "Another place, or no --crossfade, would keep them."

Progress = Callable[[str, float], None]


@dataclass(frozen=True, kw_only=True)
class Wish:
    """Where a track goes: ``at`` a time in seconds, at the start of a ``chapter``, or in the place of ``instead``.

    One of the three is given. A ``crossfade`` is in seconds, None for one that suits the place; ``title`` is that of
    the chapter, without one the practice's.
    Raises RequestError for a title that cannot be one.
    """

    at: Fraction | None = None
    chapter: str = ""
    instead: tuple[Fraction, Fraction] | None = None
    crossfade: Fraction | None = None
    title: str = ""

    def __post_init__(self) -> None:
        if len(self.title) > _LONGEST_TITLE or not self.title.isprintable() or (self.title and not self.title.strip()):
            raise RequestError(
                f"A chapter's title has up to {_LONGEST_TITLE} letters on one line.",
                hint="Give a shorter one with --title.",
            )


def moment(text: str) -> Fraction:
    """Seconds from ``12:30``, ``90s`` or ``0``. Raises RequestError when the text is no time."""
    cleaned = text.strip()
    if cleaned and not cleaned.strip("0:.smh") and "0" in cleaned:
        return Fraction(0)
    try:
        return parse_duration(cleaned)
    except RequestError as error:
        raise RequestError(
            f"“{cleaned[:20]}” is not a time in an episode.", hint="Write it as 12:30, 1:05:00, 750s or 0."
        ) from error


def stretch(text: str) -> tuple[Fraction, Fraction]:
    """Two times in seconds from ``12:30-14:00``. Raises RequestError when they are none, or no stretch."""
    parts = text.replace("–", "-").split("-")
    if len(parts) != len(("from", "to")) or not all(part.strip() for part in parts):
        raise RequestError(f"“{text[:20]}” is not a part of an episode.", hint="Write it as 12:30-14:00.")
    start, end = map(moment, parts)
    if start == end:
        raise RequestError(
            f"The part from {clock(start)} to {clock(end)} is of no length.",
            hint="To put a track in without taking anything out, use --at.",
        )
    if start > end:
        raise RequestError(
            f"The part from {clock(start)} to {clock(end)} ends before it begins.", hint="Write the earlier time first."
        )
    return start, end


def crossfade(text: str) -> Fraction:
    """The length of a crossfade in seconds. Raises RequestError when it is none, too short or too long."""
    cleaned = text.strip()
    try:
        found = parse_duration(cleaned if cleaned[-1:].isalpha() or ":" in cleaned else f"{cleaned}s")
    except RequestError:
        found = Fraction(0)
    if not SHORTEST_CROSSFADE <= found <= LONGEST_CROSSFADE:
        raise RequestError(
            f"A crossfade lasts from {float(SHORTEST_CROSSFADE):g} to {LONGEST_CROSSFADE} s; “{text[:20]}” does not.",
            hint="Write it as 2s; 1 to 3 s are usual.",
        )
    return found


@dataclass(frozen=True, kw_only=True)
class Spliced:
    """A result: where it lies, what it is, and what was measured. Levels are in LUFS, dB and dBTP, times in seconds.

    ``start`` and ``back`` are where the track begins in it and where the episode goes on; ``left`` and ``resumed`` are
    these places in the episode, and ``crossfades`` how long both sound together. ``host_lufs`` is the host's voice,
    ``track_lufs`` the track's as it was and ``inside_lufs`` as it is now. ``limited_db`` is what the limiter took of
    the track's highest peak.
    """

    path: Path
    beside: tuple[Path, ...]
    target: Target
    frames: int
    left: float
    resumed: float
    start: float
    back: float
    crossfades: tuple[float, float]
    title: str
    chapters: int
    host_lufs: float
    track_lufs: float
    gain_db: float
    limited_db: float
    inside_lufs: float
    peak_dbtp: float
    episode_dbtp: float
    notes: tuple[str, ...]

    @property
    def seconds(self) -> float:
        """How long it is."""
        return self.frames / self.target.rate


def splice(
    host: Path,
    track: Path,
    wish: Wish,
    path: Path | None = None,
    *,
    force: bool = False,
    progress: Progress = lambda stage, share: None,
) -> Spliced:
    """Put the track into the episode ``host``; the result goes to ``path``, or beside the episode.

    ``force`` lets it take the place of another file. Nothing is left of it when anything fails. Raises RequestError for
    a place that the episode does not have, CodecError for what is not sound, SoundError when the result is not as it
    has to be, and OutputError.
    """
    job = _prepared(host, track, wish, path, force=force)
    heard_host, insert = _listened(job, progress)
    lay = blend.lay(heard_host, insert, _place(job), wish.crossfade)
    known = job.track.known
    levels = blend.levels(
        lay, heard_host, insert, known.proof if known else None, deliveries.load(PROFILE).ceiling_dbtp
    )
    return _delivered(job, lay, levels, heard_host.dbtp, force=force, progress=progress)


# --- before anything is heard ---


@dataclass(frozen=True, kw_only=True)
class _Job:
    """All that is known before anything is heard; ``texts`` are captions by suffix, the host's and the track's."""

    episode: Episode
    track: Track
    wish: Wish
    path: Path
    target: Target
    texts: Mapping[str, tuple[Captions, Captions | None]]

    @property
    def title(self) -> str:
        """That of the new chapter: never one that could hold a name, unless it was asked for."""
        return self.wish.title.strip() or self.track.title or _TITLE

    @property
    def suffixes(self) -> tuple[str, ...]:
        """What will lie beside the result: captions of the kinds that the episode has, and chapters if it has any."""
        has_chapters = self.episode.marks or self.episode.table is not None
        return (*self.texts, *([episode.CHAPTERS] if has_chapters else []))


def _prepared(host: Path, track: Path, wish: Wish, wanted: Path | None, *, force: bool) -> _Job:
    found, inserted = episode.read(host), episode.read_track(track)
    path = _path(found, wanted)
    _check_spared(path, (host, track))
    job = _Job(
        episode=found,
        track=inserted,
        wish=wish,
        path=path,
        target=like.target(host, found.facts, _kind(path, found)),
        texts={suffix: (own, episode.track_captions(inserted, suffix)) for suffix, own in found.captions.items()},
    )
    _place(job)
    for result in (path, *(beside_path(path, suffix) for suffix in job.suffixes)):
        _check_spared(
            result,
            [beside_path(each, suffix) for each in (host, track) for suffix in (*episode.CAPTIONS, episode.CHAPTERS)],
        )
        output.check(result, replace=force)
    return job


def _path(found: Episode, wanted: Path | None) -> Path:
    """Where the result goes: what it ends in says of what kind it is."""
    kind, suffix = found.facts.kind, found.path.suffix
    ending = suffix if kind != "other" and like.SUFFIXES.get(suffix.lower()) else like.ENDINGS[kind]
    name = f"{found.path.stem}-spliced{ending}"
    if wanted is None:
        return found.path.with_name(name)
    if str(wanted) == "-":
        raise RequestError("A spliced episode cannot go to standard output.", hint="Give a file or a folder with -o.")
    with output.translated(wanted):
        if wanted.is_dir():
            return wanted / name
    if wanted.suffix.lower() not in like.SUFFIXES:
        raise RequestError(
            f"“{wanted.name}” does not end in {ending}, as the episode does.", hint=f"Write -o {wanted.stem}{ending}"
        )
    return wanted


def _kind(path: Path, found: Episode) -> str:
    """What the result is: the same as the episode where it ends alike, else what its ending says."""
    ending, kind = path.suffix.lower(), found.facts.kind
    if kind != "other" and ending in (found.path.suffix.lower(), like.ENDINGS[kind]):
        return kind
    return like.SUFFIXES[ending]


def _check_spared(path: Path, inputs: Sequence[Path]) -> None:
    """That nothing that is read would be written over, whatever may be replaced."""
    for each in inputs:
        with contextlib.suppress(FileNotFoundError, NotADirectoryError):
            if path.samefile(each):
                raise OutputError(
                    f"“{path.name}” would take the place of what it is made from.", hint="Choose another name with -o."
                )


def _place(job: _Job) -> tuple[Fraction, Fraction]:
    """Where the episode is left and taken up again, as it was wished, in seconds."""
    wish = job.wish
    if wish.instead is not None:
        return wish.instead
    at = wish.at if wish.at is not None else Fraction(episode.chapter(job.episode.marks, wish.chapter).start, 1000)
    return at, at


# --- heard ---


def _listened(job: _Job, progress: Progress) -> tuple[Hearing, Hearing]:
    """The episode and the track, both at the rate and with the channels of the result."""
    whole = max(1.0, job.episode.facts.seconds + job.track.facts.seconds)

    def hear(done: float) -> None:
        progress("Listening", min(1.0, done / whole))

    host = _heard(job.episode.path, job.target, hear)
    return host, _heard(job.track.path, job.target, lambda done: hear(host.frames / host.rate + done))


def _heard(path: Path, target: Target, hear: Callable[[float], None]) -> Hearing:
    hearing = Hearing(target.rate, target.channels)
    with contextlib.closing(heard.blocks(path, rate=target.rate, channels=target.channels)) as blocks:
        for block in blocks:
            hearing.hear(block)
            hear(hearing.frames / target.rate)
    hearing.end()
    return hearing


# --- encoded, proved ---


@dataclass(frozen=True, kw_only=True)
class _Proof:
    """What was measured in the finished file: the track's voice, and the true peak of all of it and of the track."""

    inside_lufs: float
    peak_dbtp: float
    inside_dbtp: float


def _delivered(job: _Job, lay: Lay, levels: Levels, host_dbtp: float, *, force: bool, progress: Progress) -> Spliced:
    cut = lay.cut
    inserted = Mark(start=cut.insert, end=cut.back, title=job.title)
    marks = retime.chapters(job.episode.marks, cut, inserted, title=job.episode.title)
    with output.together(replace=force) as files, output.translated(job.path):
        _, scratch = files.open(job.path)
        making = _Making(job=job, lay=lay, marks=marks, host_dbtp=host_dbtp, path=scratch, progress=progress)
        levels, proof = making.made(levels)
        for suffix, text in _texts(job, cut, marks, inserted):
            files.write(beside_path(job.path, suffix), text)
    return Spliced(
        path=job.path,
        beside=tuple(beside_path(job.path, suffix) for suffix in job.suffixes),
        target=job.target,
        frames=lay.total,
        left=lay.leave / lay.rate,
        resumed=lay.resume / lay.rate,
        start=lay.start / lay.rate,
        back=lay.back / lay.rate,
        crossfades=(lay.first / lay.rate, lay.second / lay.rate),
        title=job.title,
        chapters=len(marks),
        host_lufs=levels.host_lufs,
        track_lufs=levels.track_lufs,
        gain_db=levels.gain_db,
        limited_db=levels.limited_db,
        inside_lufs=proof.inside_lufs,
        peak_dbtp=proof.peak_dbtp,
        episode_dbtp=host_dbtp,
        notes=tuple(_notes(job, lay, levels, proof, host_dbtp)),
    )


@dataclass(frozen=True, kw_only=True)
class _Making:
    """One result in the making, at ``path`` for now."""

    job: _Job
    lay: Lay
    marks: tuple[Mark, ...]
    host_dbtp: float
    path: Path
    progress: Progress

    def made(self, levels: Levels) -> tuple[Levels, _Proof]:
        """Encode it and prove it; from the start once more, under a lower ceiling, where the encoder made peaks."""
        self._encode(levels)
        proof = self._proved(levels)
        over = proof.inside_dbtp - deliveries.load(PROFILE).highest_dbtp
        if over > 0:
            by = over + _ROOM_DB
            levels = replace(levels, ceiling_dbtp=levels.ceiling_dbtp - by, limited_db=levels.limited_db + by)
            self._encode(levels)
            proof = self._proved(levels)
        return levels, proof

    def _encode(self, levels: Levels) -> None:
        job, lay = self.job, self.lay
        encoder = like.encoder(job.episode.path, job.episode.facts, job.target, self.path, self.marks, frames=lay.total)
        made_up = np.float32(10 ** (-encoder.gain_db / 20))
        done = 0
        try:
            sound = blend.sound(
                job.episode.path, job.track.path, lay, levels, channels=job.target.channels, host_dbtp=self.host_dbtp
            )
            with contextlib.closing(sound) as blocks:
                for block in blocks:
                    encoder.write(block * made_up if encoder.gain_db else block)
                    done += len(block)
                    self.progress("encoding", min(1.0, done / lay.total))
            if done != lay.total:
                raise CodecError(f"A result of {lay.total} frames came out with {done}.", hint="Try it once more.")
            encoder.finish()
        except BaseException:
            encoder.abandon()
            raise

    def _proved(self, levels: Levels) -> _Proof:
        """What is in the finished file. Raises SoundError when it is not as long as it has to be."""
        lay, channels = self.lay, self.job.target.channels
        whole, inside, middle = Hearing(lay.rate, channels), Hearing(lay.rate, channels), TruePeak()
        start, end = lay.start, lay.start + lay.insert
        for block in decode.blocks(self.path, heard.BLOCK_FRAMES):  # by another family than that which encoded
            at = whole.frames
            whole.hear(block)
            inside.hear(block[max(0, start - at) : max(0, end - at)])
            between = block[max(0, start + lay.first - at) : max(0, end - lay.second - at)]
            if len(between):
                middle.add(*np.ascontiguousarray(between.T))
            self.progress("checking", min(1.0, at / lay.total))
        inside.end()
        if whole.frames != lay.total:
            raise SoundError(
                f"The result decodes to {whole.frames} frames instead of {lay.total}.",
                hint="Nothing was delivered. Give the episode as WAV or FLAC, or choose another ending with -o.",
            )
        voice = voicelevel.loudness(inside.bins(), levels.spoken, lay.rate)
        return _Proof(inside_lufs=voice, peak_dbtp=whole.dbtp, inside_dbtp=middle.dbtp)


def _notes(job: _Job, lay: Lay, levels: Levels, proof: _Proof, host_dbtp: float) -> Iterator[str]:
    """All that a person should know of a result."""
    yield from (*job.target.notes, *job.track.notes, *_tag_notes(job.episode.path, job.episode.facts, job.target))
    if any(between is None for _, between in job.texts.values()):
        yield "The track has no captions beside it, so the captions say nothing while it sounds."
    yield from levels.notes
    moved = [
        clock(there / lay.rate)
        for wished, there in zip(_place(job), (lay.leave, lay.resume), strict=True)
        if abs(there / lay.rate - wished) > seam.REACH_SECONDS + 0.1
    ]
    if moved:
        yield f"The nearest pause between words is at {' and '.join(dict.fromkeys(moved))}; the seam lies there."
    if lay.faded:
        where = clock(lay.leave / lay.rate)
        yield f"Words of the episode fade about {where}: it hardly pauses there. {_FADED_HINT}"
    off = proof.inside_lufs - (levels.track_lufs + levels.gain_db)
    if abs(off) > _LOUDNESS_TOLERANCE_LU:
        yield f"The track's voice came out {off:+.1f} LU off the host's, by the limiter or the encoder."
    limit = deliveries.load(PROFILE).highest_dbtp
    if proof.inside_dbtp > limit:
        yield f"The track has peaks of {proof.inside_dbtp:.1f} dBTP, by the encoder, over the {limit:g} of podcasts."
    if host_dbtp > limit:
        yield f"The episode itself has peaks of {host_dbtp:.1f} dBTP, over the {limit:g} of podcasts; they stay."


def _tag_notes(path: Path, facts: Facts, target: Target) -> Iterator[str]:
    if target.kind != "mp3" or facts.kind != "mp3":
        return
    with path.open("rb") as file:
        kept = id3keep.read(file)
    if kept.odd:
        yield "The episode's tag is of version 2.2 or older, which has no chapters: it stays as it is."
    if kept.timed:
        yield f"Left out of the tags, since its times would be wrong: {', '.join(kept.timed)}."


# --- what lies beside it ---


def _texts(job: _Job, cut: Cut, marks: Sequence[Mark], inserted: Mark) -> Iterator[tuple[str, str]]:
    for suffix, (own, between) in job.texts.items():
        whole = intercut.joined(own, between, cut)
        yield suffix, intercut.vtt(whole) if suffix == ".vtt" else intercut.srt(whole)
    table = job.episode.table
    if table is not None:
        own_marks = retime.chapters(episode.table_marks(table), cut, inserted, title=job.episode.title)
        yield episode.CHAPTERS, _as_json(table, own_marks)
    elif job.episode.marks:
        yield episode.CHAPTERS, _as_json({"version": chapters.VERSION}, marks)


def _as_json(before: Mapping[str, Any], marks: Sequence[Mark]) -> str:
    """Podcast JSON chapters with all that was in them, at their new times."""
    table = {**before, "chapters": [_entry(mark) for mark in marks]}
    return json.dumps(table, ensure_ascii=False, indent=2) + "\n"


def _entry(mark: Mark) -> dict[str, Any]:
    kept = mark.payload if isinstance(mark.payload, dict) else {"title": mark.title, "endTime": 0}
    times = {"startTime": mark.start / 1000}
    if "endTime" in kept and mark.end is not None:
        times["endTime"] = mark.end / 1000
    return {**times, **{key: value for key, value in kept.items() if key not in times and key != "startTime"}}
