"""Render: one track from one request, spoken, laid, mixed, encoded, measured and only then named."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import BinaryIO

import numpy as np

from mettavox import assets, bed, casting, credits, gate, output, takes
from mettavox.bed import Bed
from mettavox.clipcache import ClipCache
from mettavox.codec import Block
from mettavox.codecs import decode, encode, ffmpeg, id3
from mettavox.ensemble import Ensemble, Speaker
from mettavox.errors import DurationError
from mettavox.fit import fit
from mettavox.mix import Mixer
from mettavox.prepare import RATE, EstimatedLengths, Prepared, plan
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.stem import VOICE_LUFS, VoiceStem, voice_stem
from mettavox.tags import Tags
from mettavox.timeline import Timeline
from mettavox.units import clock
from mettavox.verify import BLOCK_SECONDS, Measured, verify
from mettavox.voice import Voice

BED_UNDER_VOICE_LU = 21.0
"""Over 20 LU, speech stays clear for hard-of-hearing listeners; under 22, apps do not cut the pauses."""

_MOST_WORKERS = 4

Progress = Callable[[str, float], None]
"""Hears the stage ("speaking", "encoding", "checking") and how much of it is done, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """A finished track: its timeline, what was measured in it, and what a person should be told of it, or nothing."""

    timeline: Timeline
    measured: Measured
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to work, apart from what to make: whether the script has to pass its rules, and which clips are kept."""

    lint: bool = True
    cache: bool = True
    cache_names: bool = False
    workers: int = 0

    def worker_count(self) -> int:
        """As asked for, or one for each core up to four."""
        return self.workers or min(_MOST_WORKERS, os.cpu_count() or 1)


def render(
    prepared: Prepared,
    path: Path,
    *,
    replace: bool = False,
    settings: Settings = Settings(),
    progress: Progress = lambda stage, share: None,
) -> Track:
    """Make the track and leave it at ``path``. Nothing is left there, or beside it, when this fails.

    Raises ScriptError or RequestError for words that break a rule, EngineError, DurationError, CodecError,
    SoundError or OutputError.
    """
    if settings.lint:
        gate.admit(prepared)
    output.check(path, replace=replace)
    ffmpeg.find()  # rather now than after the speaking
    timeline, clips, note = _voiced(prepared, settings, progress)
    stem = voice_stem(timeline, clips)
    quiet = _bed(prepared)
    with output.whole_file(path, replace=replace) as (file, scratch):
        _encode(Mixer(timeline, stem.clips, quiet), timeline, file, _tags(prepared), progress)
        file.flush()
        measured = _verified(scratch, timeline, stem, quiet, progress)
    return Track(timeline=timeline, measured=measured, note=note)


def _voiced(
    prepared: Prepared, settings: Settings, progress: Progress
) -> tuple[Timeline, dict[Line, Shaped], str]:
    """The timeline on the true lengths of its lines, their clips, and what to tell of who speaks, or nothing."""
    cache = ClipCache(assets.cache_folder()) if settings.cache else None
    with closing(_ensemble(prepared, settings, cache)) as ensemble:
        said = changed(prepared, script=ensemble.script(prepared.script))
        ensemble.speak(_likely(said), lambda done, total: progress("speaking", done / total))
        lengths = SpokenLengths(ensemble, said)
        timeline = fit(said.script, lengths, said.frames, said.rules)
        heard = list(dict.fromkeys(place.sound for place in timeline.placements if isinstance(place.sound, Line)))
        ensemble.check(heard)
    if cache is not None:
        cache.trim()
    used = {place.sound for place in timeline.placements}
    clips = {line: clip for line, clip in lengths.clips.items() if line in used}
    return timeline, clips, ensemble.note(prepared.script, heard)


def _ensemble(prepared: Prepared, settings: Settings, cache: ClipCache | None) -> Ensemble:
    """Who speaks: the voice alone; or its recordings, and the voice that fills in for what is missing."""
    voice = prepared.voice
    if voice.engine != takes.ENGINE:
        return Ensemble(_speaker(voice, prepared, settings, cache))
    filling = _speaker(prepared.fill, prepared, settings, cache) if prepared.fill is not None else None
    return Ensemble(filling, takes.Takes.open(Path(voice.folder), voice=voice.id))


def _speaker(voice: Voice, prepared: Prepared, settings: Settings, cache: ClipCache | None) -> Speaker:
    speech = casting.speech(
        voice,
        casting.pronouncer(voice, *prepared.request.names).engine_text,
        cache=cache,
        cache_names=settings.cache_names,
        workers=settings.worker_count(),
    )
    return Speaker(voice=voice, speech=speech)


def _likely(prepared: Prepared) -> list[Line]:
    """The lines that the preview has; none when it finds no room, which is for measured lengths to say."""
    try:
        return [place.sound for place in plan(prepared).placements if isinstance(place.sound, Line)]
    except DurationError:
        return []


class SpokenLengths(Mapping[Line, int]):
    """How many frames each line's clip has; a line that was not spoken yet is spoken when asked for.

    Where nobody can say a line, its length is estimated: it decides only whether the line would be there.
    """

    def __init__(self, ensemble: Ensemble, prepared: Prepared) -> None:
        self._ensemble = ensemble
        self._estimated = EstimatedLengths(prepared.voice)
        self.clips: dict[Line, Shaped] = {}

    def __getitem__(self, line: Line) -> int:
        if self._ensemble.lacks(line):
            return self._estimated[line]
        if line not in self.clips:
            self.clips[line] = self._ensemble.clip(line)
        return self.clips[line].frames_at(RATE)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.clips)

    def __len__(self) -> int:
        return len(self.clips)


def _bed(prepared: Prepared) -> Bed | None:
    return None if prepared.request.bed == "none" else bed.soft(RATE, VOICE_LUFS - BED_UNDER_VOICE_LU)


def blocks(mixer: Mixer, timeline: Timeline) -> Iterator[Block]:
    """The whole sound of a timeline, in its order."""
    for start in range(0, timeline.frames, RATE * BLOCK_SECONDS):
        yield mixer.between(start, min(start + RATE * BLOCK_SECONDS, timeline.frames))


def _encode(mixer: Mixer, timeline: Timeline, file: BinaryIO, tags: Tags, progress: Progress) -> None:
    tag = id3.tag(tags)
    encode.mp3(blocks(mixer, timeline), timeline.frames, file, tag, lambda share: progress("encoding", share))


def _verified(path: Path, timeline: Timeline, stem: VoiceStem, quiet: Bed | None, progress: Progress) -> Measured:
    size = BLOCK_SECONDS * RATE

    def heard() -> Iterator[Block]:
        for place, block in enumerate(decode.blocks(path, size)):
            progress("checking", min(1.0, place * size / timeline.frames))
            yield block

    power = float(np.mean(np.square(quiet.loop.mean(axis=1)))) if quiet is not None else 0.0
    return verify(heard(), timeline, stem, power)


def _tags(prepared: Prepared) -> Tags:
    head = prepared.script.head
    return Tags(
        title=f"{head.title} ({clock(prepared.seconds)})",
        artist=credits.ARTIST,
        album="Guided meditations",
        genre="Meditation",
        year=credits.year(),
        language=head.language,
        comment=f"{credits.who_speaks(prepared.voice, prepared.fill)} {credits.MADE_WITH}",
    )
