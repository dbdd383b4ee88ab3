"""Spoken: the lines of a script as clips, and the timeline that their true lengths allow."""

import os
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path

from mettavox import assets, casting, takes
from mettavox.clipcache import ClipCache
from mettavox.ensemble import Ensemble, Speaker
from mettavox.errors import DurationError
from mettavox.fit import is_declared
from mettavox.prepare import EstimatedLengths, Prepared, laid, plan
from mettavox.script import Line
from mettavox.shape import Shaped
from mettavox.timeline import Timeline
from mettavox.voice import Voice

_MOST_WORKERS = 4

Progress = Callable[[str, float], None]
"""Hears the stage ("speaking", "encoding", "checking") and how much of it is done, 0 to 1."""


@dataclass(frozen=True, kw_only=True)
class Settings:
    """How to work, apart from what to make: whether the script has to pass its rules, and which clips are kept.

    ``only_audio`` leaves out the files beside a track; ``show_names`` lets names into tags and record;
    ``year`` is what the tags say, and 0 is this one.
    """

    lint: bool = True
    cache: bool = True
    cache_names: bool = False
    workers: int = 0
    only_audio: bool = False
    show_names: bool = False
    year: int = 0

    def worker_count(self) -> int:
        """As asked for, or one for each core up to four."""
        return self.workers or min(_MOST_WORKERS, os.cpu_count() or 1)


@dataclass(frozen=True, kw_only=True, eq=False)
class Spoken:
    """A timeline on true lengths, the clip of each of its lines, and what to tell of who speaks, or nothing."""

    timeline: Timeline
    clips: dict[Line, Shaped]
    note: str


def spoken(prepared: Prepared, settings: Settings, progress: Progress) -> Spoken:
    """Every line that the timeline has, spoken. Raises EngineError, VoiceError or DurationError."""
    cache = ClipCache(assets.cache_folder()) if settings.cache else None
    with closing(_ensemble(prepared, settings, cache)) as ensemble:
        said = changed(prepared, script=ensemble.script(prepared.script))
        ensemble.speak(_likely(said), lambda done, total: progress("speaking", done / total))
        lengths = SpokenLengths(ensemble, said)
        timeline = laid(said, lengths)
        heard = list(dict.fromkeys(place.sound for place in timeline.placements if isinstance(place.sound, Line)))
        ensemble.check(heard)
    if cache is not None:
        cache.trim()
    used = {place.sound for place in timeline.placements}
    clips = {line: clip for line, clip in lengths.clips.items() if line in used}
    return Spoken(timeline=timeline, clips=clips, note=ensemble.note(prepared.script, heard))


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
    """The lines that the preview has; none when it finds no room, which is for measured lengths to say.

    Raises DurationError for a length that the script does not have in any voice: nothing is spoken for that.
    """
    try:
        return [place.sound for place in plan(prepared).placements if isinstance(place.sound, Line)]
    except DurationError:
        if not is_declared(prepared.script, prepared.frames, prepared.rules):
            raise
        return []


class SpokenLengths(Mapping[Line, int]):
    """How many frames each line's clip has; a line that was not spoken yet is spoken when asked for.

    Where nobody can say a line, its length is estimated: it decides only whether the line would be there.
    """

    def __init__(self, ensemble: Ensemble, prepared: Prepared) -> None:
        self._ensemble = ensemble
        self._rate = prepared.rate
        self._estimated = EstimatedLengths(prepared.voice, prepared.rate)
        self.clips: dict[Line, Shaped] = {}

    def __getitem__(self, line: Line) -> int:
        if self._ensemble.lacks(line):
            return self._estimated[line]
        if line not in self.clips:
            self.clips[line] = self._ensemble.clip(line)
        return self.clips[line].frames_at(self._rate)

    def __iter__(self) -> Iterator[Line]:
        return iter(self.clips)

    def __len__(self) -> int:
        return len(self.clips)
