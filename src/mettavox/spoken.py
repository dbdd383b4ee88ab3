"""Spoken: the lines of a script as clips, and the timeline that their true lengths allow."""

import os
import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from dataclasses import replace as changed
from pathlib import Path
from typing import Any

from mettavox import assets, blanks, casting, ipa, takes
from mettavox.blanks import Divided, NotShared, Slots
from mettavox.clipcache import ClipCache
from mettavox.ensemble import Ensemble, Speaker
from mettavox.errors import DurationError
from mettavox.fit import is_declared
from mettavox.person import Spoken as Word
from mettavox.prepare import EstimatedLengths, Prepared, laid, plan
from mettavox.script import Line, Script
from mettavox.shape import Clips, Shaped
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


class Booth:
    """Who speaks, kept from one track to the next for as long as it is the same voice: an engine takes time to open."""

    def __init__(self) -> None:
        self._who: tuple[Any, ...] = ()
        self._ensemble: Ensemble | None = None
        self._cache: ClipCache | None = None

    def ensemble(self, prepared: Prepared, settings: Settings) -> Ensemble:
        """Who speaks a track, begun for it. Raises VoiceError."""
        return self._begun(prepared.voice, prepared.fill, prepared.request.names, settings)

    def alone(self, voice: Voice, settings: Settings) -> Ensemble:
        """A voice by itself, begun for a text that is of no track. Raises VoiceError."""
        return self._begun(voice, None, (), settings)

    def _begun(self, voice: Voice, fill: Voice | None, names: Sequence[Word | None], settings: Settings) -> Ensemble:
        who = (voice, fill, settings.cache, settings.cache_names, settings.worker_count())
        if self._ensemble is None or self._who != who:
            self.close()
            self._cache = ClipCache(assets.cache_folder()) if settings.cache else None
            self._ensemble = ensemble(voice, fill, names, settings, self._cache)
            self._who = who
        else:
            speaks = fill if voice.engine == takes.ENGINE else voice
            self._ensemble.begin(casting.pronouncer(speaks, *names).engine_text if speaks is not None else str)
        return self._ensemble

    def trim(self) -> None:
        """Keep the cache of clips within its size."""
        if self._cache is not None:
            self._cache.trim()

    def close(self) -> None:
        """End what runs."""
        if self._ensemble is not None:
            self._ensemble.close()
            self._ensemble = None


def ensemble(
    voice: Voice,
    fill: Voice | None,
    names: Iterable[Word | None],
    settings: Settings,
    cache: ClipCache | None = None,
) -> Ensemble:
    """Who speaks: the voice alone; or its recordings, and ``fill`` for what is missing.

    Respellings of ``names`` are kept. Raises VoiceError.
    """
    recorded = takes.Takes.open(Path(voice.folder), voice=voice.id) if voice.engine == takes.ENGINE else None
    speaks = voice if recorded is None else fill
    if speaks is None:
        return Ensemble(None, recorded)
    speech = casting.speech(
        speaks,
        casting.pronouncer(speaks, *names).engine_text,
        cache=cache,
        cache_names=settings.cache_names,
        workers=settings.worker_count(),
    )
    return Ensemble(Speaker(voice=speaks, speech=speech), recorded)


@dataclass(frozen=True, kw_only=True, eq=False)
class Part:
    """A track's script as it will be said, in which the lines with a person's words are blanks, and those lines.

    ``prepared`` has the script with the blanks, ``whole`` the script without them.
    """

    prepared: Prepared
    own: tuple[Line, ...]
    whole: Script

    @classmethod
    def of(
        cls, prepared: Prepared, ensemble: Ensemble, *, slack_seconds: float = 0.0, undivided: bool = False
    ) -> "Part":
        """The part of who speaks it. ``slack_seconds`` is what its lines may be shorter than their slots.

        One that is ``undivided`` has no blanks: it is of nobody else. Nor is one in which a name is respelled as a word
        of other lines is written, since the respelling is kept there, too.
        """
        whole = ensemble.script(prepared.script)
        kept = [word.said for word in prepared.request.names if word and word.said != word.written]
        patterns = [re.compile(rf"(?<!\w){re.escape(ipa.plain(word))}(?!\w)") for word in kept]
        shared = [line.spoken for line in whole.lines() if not line.personal] if kept else []
        undivided = undivided or any(pattern.search(text) for pattern in patterns for text in shared)
        divided = Divided(script=whole, own=()) if undivided else blanks.divided(whole)
        rules = changed(prepared.rules, slack_seconds=slack_seconds)
        return cls(prepared=changed(prepared, script=divided.script, rules=rules), own=divided.own, whole=whole)

    def line(self, line: Line) -> Line:
        """What is said for a line of the script with the blanks."""
        return self.own[blanks.number(line)] if blanks.is_blank(line) else line


@dataclass(frozen=True, kw_only=True, eq=False)
class Spoken:
    """A timeline on true lengths, the clip of each of its lines, and how many frames each blank was given."""

    timeline: Timeline
    clips: Clips
    slots: Slots


def spoken(part: Part, ensemble: Ensemble, progress: Progress, slots: Slots | None = None) -> Spoken:
    """Every line that the timeline has, spoken, but for those in blanks that have ``slots``.

    Without slots each blank is as long as its line. Raises EngineError, VoiceError or DurationError, and NotShared
    where there is a blank that the slots do not have.
    """
    likely = _likely(part)
    if slots is not None:
        likely = [line for line in likely if not line.personal]
    ensemble.speak(likely, lambda done, total: progress("speaking", done / total))
    lengths = SpokenLengths(ensemble, part, slots)
    timeline = laid(part.prepared, lengths)
    heard = list(dict.fromkeys(place.sound for place in timeline.placements if isinstance(place.sound, Line)))
    ensemble.check(list(map(part.line, heard)))
    lengths.clips.keep_only(heard)
    return Spoken(timeline=timeline, clips=lengths.clips, slots=lengths.slots)


def slots(part: Part, ensemble: Ensemble, numbers: Collection[int]) -> Slots:
    """How long what is said in the blanks of these numbers is. Raises EngineError or VoiceError."""
    said = {number: part.own[number] for number in numbers}
    ensemble.speak(said.values())
    return {number: ensemble.clip(line).frames_at(part.prepared.rate) for number, line in said.items()}


def clips(part: Part, ensemble: Ensemble, lines: Iterable[Line]) -> dict[Line, Shaped]:
    """What belongs in these blanks, spoken. Raises EngineError or VoiceError."""
    lines = list(lines)
    ensemble.speak(map(part.line, lines))
    return {line: ensemble.clip(part.line(line)) for line in lines}


def _likely(part: Part) -> list[Line]:
    """The lines that the preview has; none when it finds no room, which is for measured lengths to say.

    Raises DurationError for a length that the script does not have in any voice: nothing is spoken for that.
    """
    prepared = changed(part.prepared, script=part.whole)
    try:
        return [place.sound for place in plan(prepared).placements if isinstance(place.sound, Line)]
    except DurationError:
        if not is_declared(prepared.script, prepared.frames, prepared.rules):
            raise
        return []


class SpokenLengths(Mapping[Line, int]):
    """How many frames each line's clip has; a line that was not spoken yet is spoken when asked for.

    Where nobody can say a line, its length is estimated: it decides only whether the line would be there. A blank has
    the length of its slot.
    """

    def __init__(self, ensemble: Ensemble, part: Part, slots: Slots | None = None) -> None:
        self._ensemble = ensemble
        self._part = part
        self._given = slots
        self._estimated = EstimatedLengths(part.prepared.voice, part.prepared.rate)
        self.clips = Clips()
        self.slots: dict[int, int] = dict(slots or {})

    def __getitem__(self, line: Line) -> int:
        if blanks.is_blank(line) and self._given is not None:
            if blanks.number(line) not in self._given:
                raise NotShared  # the slots are those of another length, or of other choices
            return self._given[blanks.number(line)]
        said = self._part.line(line)
        if self._ensemble.lacks(said):
            return self._estimated[said]
        if line not in self.clips:
            self.clips[line] = self._ensemble.clip(said)
        length = self.clips.frames_at(line, self._part.prepared.rate)
        if blanks.is_blank(line):
            self.slots[blanks.number(line)] = length
        return length

    def __iter__(self) -> Iterator[Line]:
        return iter(self.clips)

    def __len__(self) -> int:
        return len(self.clips)
