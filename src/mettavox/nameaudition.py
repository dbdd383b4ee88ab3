"""Name audition: every name of a roster, spoken once, in one file to listen to before any track is made.

Names are heard, and stand in what is given back; the file's own words tell rows and codes alone.
"""

from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from mettavox import ask, audition, batch, batchcheck, casting, chain, credits, output, takes, voices
from mettavox.batchcheck import Said
from mettavox.codecs import encode
from mettavox.codecs.id3 import MOST_CHAPTERS
from mettavox.errors import EngineError, RequestError
from mettavox.mix import Mixer
from mettavox.person import Spoken
from mettavox.prepare import RATE
from mettavox.roster import Problem, Roster, Row
from mettavox.script import Bell, Line
from mettavox.shape import Shaped
from mettavox.spoken import Progress, Settings
from mettavox.spoken import ensemble as ensemble_of
from mettavox.stem import voice_stem
from mettavox.tags import Tags
from mettavox.timeline import Chapter
from mettavox.voice import Voice

FILE = "audition.mp3"
"""What it is called in a folder."""

_BETWEEN_SECONDS = 1.0
_USUAL = Settings()


@dataclass(frozen=True, kw_only=True)
class Name:
    """A name as it is said by a voice, and every place in the roster that has it so, the first first."""

    word: Spoken
    voice: Voice
    fill: Voice | None
    places: tuple[Said, ...]

    @property
    def speaker(self) -> Voice | None:
        """Who says it but for recordings."""
        return self.fill if self.voice.engine == takes.ENGINE else self.voice


@dataclass(frozen=True, kw_only=True)
class NameAudition:
    """The different names of a roster, in its order, and what is wrong with it; ``notes`` are for a person to see."""

    language: str
    names: tuple[Name, ...]
    problems: tuple[Problem, ...]
    notes: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Heard:
    """A place in the roster whose name is heard ``seconds`` after the start."""

    seconds: float
    said: Said


@dataclass(frozen=True, kw_only=True)
class Made:
    """What is heard when, in its order, and the names that could not be spoken."""

    heard: tuple[Heard, ...]
    problems: tuple[Problem, ...]


def prepare(roster: Roster, only: frozenset[str] = frozenset(), *, lint: bool = True) -> NameAudition:
    """The names of every good row, or of those with the codes in ``only``, each different one once.

    Two are the same when they are written alike and said alike by one voice. Names that a recorded voice lacks, and
    that nobody fills in for, are left out and told of in a note. Raises RequestError for a code that no good row has.
    """
    batch.check_only(roster, only)
    if only:
        roster = replace(roster, rows=tuple(row for row in roster.rows if row.code in only), problems=())
    checked = batchcheck.check(roster, lint=lint)
    rows = {row.code: row for row in roster.rows}
    found: dict[tuple[str, ...], Name] = {}
    notes: list[str] = []
    recorded: dict[str, takes.Takes] = {}
    for said in checked.names:
        name = _name(said, rows[said.code])
        key = (name.voice.id, name.fill.id if name.fill else "", name.word.written, name.word.said)
        if key in found:
            found[key] = replace(found[key], places=(*found[key].places, said))
        elif _lacks(name, recorded):
            notes.append(
                f"Row {said.row}, {said.option}: it is not among the recordings of “{name.voice.id}”, and is left out."
            )
        else:
            found[key] = name
    languages = [str(row.values.get("lang", "en")) for row in roster.rows]
    return NameAudition(
        language=languages[0] if languages else "en",
        names=tuple(found.values()),
        problems=checked.problems,
        notes=(*checked.notes, *notes),
    )


def _name(said: Said, row: Row) -> Name:
    request = ask.request(row.values)
    word = request.listener.name if said.option == "name" else request.target.name
    assert word is not None
    voice = voices.load(said.voice)
    filling = casting.fill(request.fill, request.language, voice)
    return Name(word=word, voice=voice, fill=filling.voice if filling else None, places=(said,))


def _lacks(name: Name, recorded: dict[str, takes.Takes]) -> bool:
    """Whether nobody can say it."""
    if name.speaker is not None:
        return False
    if name.voice.id not in recorded:
        recorded[name.voice.id] = takes.Takes.open(Path(name.voice.folder), voice=name.voice.id)
    return name.word.written not in recorded[name.voice.id]


def make(
    wanted: NameAudition,
    path: Path,
    *,
    replace: bool = False,
    settings: Settings = _USUAL,
    progress: Progress = lambda stage, share: None,
) -> Made:
    """Speak the names one after another and leave them at ``path``, each voice as loud as a track's.

    A name that cannot be spoken is told of, and the others are heard. Nothing of it is kept between runs.
    Raises RequestError when there is no name to hear, EngineError when none could be spoken, CodecError or
    OutputError; nothing is left behind then.
    """
    output.check(path, replace=replace)
    encode.check("mp3")  # rather now than after the speaking
    if not wanted.names:
        raise RequestError("There is no name to hear in the good rows.", hint="A name is in the column name or target.")
    spoken: dict[int, Shaped] = {}
    problems: list[Problem] = []
    for group in _groups(wanted.names):
        progress("speaking", len(spoken) / len(wanted.names))
        spoken |= _spoken(group, settings, problems)
    if not spoken:
        raise EngineError(f"None of the names could be spoken. {problems[0].message}", hint=problems[0].hint)
    clips = _level(wanted.names, spoken)
    timeline = audition.laid(((line, len(clip)) for line, clip in clips.items()), _BETWEEN_SECONDS)
    places = zip(sorted(spoken), timeline.placements, strict=True)
    starts = [(wanted.names[number], place.start) for number, place in places]
    tags = _tags(wanted, starts)
    sound = Mixer(timeline, clips, None).blocks()
    audition.write(path, sound, timeline.frames, tags, replace=replace, progress=progress)
    return Made(
        heard=tuple(Heard(seconds=start / RATE, said=said) for name, start in starts for said in name.places),
        problems=tuple(sorted(problems, key=lambda each: each.row)),
    )


# --- speaking ---


def _groups(names: Sequence[Name]) -> Iterator[Mapping[int, Name]]:
    """The names of each voice, by their places. A respelling in letters has its own way past the lexicon, which other
    names that are written like it do not have."""
    groups: dict[tuple[str, str, bool], dict[int, Name]] = {}
    for number, name in enumerate(names):
        key = (name.voice.id, name.fill.id if name.fill else "", name.word.said != name.word.written)
        groups.setdefault(key, {})[number] = name
    yield from groups.values()


def _spoken(group: Mapping[int, Name], settings: Settings, problems: list[Problem]) -> dict[int, Shaped]:
    """The clip of each name of one voice. Where some fail, each is tried alone, and those that fail are told of."""
    first = next(iter(group.values()))
    lines = {number: _said_line(name) for number, name in group.items()}
    try:
        words = [name.word for name in group.values()]
        with closing(ensemble_of(first.voice, first.fill, words, settings)) as ensemble:  # uncached: names are in it
            ensemble.speak(list(lines.values()))
            return {number: ensemble.clip(line) for number, line in lines.items()}
    except EngineError as error:
        if len(group) == 1:
            problems.append(_problem(first, error))
            return {}
    found: dict[int, Shaped] = {}
    for number, name in group.items():
        found |= _spoken({number: name}, settings, problems)
    return found


def _said_line(name: Name) -> Line:
    return Line(text=name.word.written, spoken=name.word.said, number=name.places[0].row, personal=True)


def _problem(name: Name, error: EngineError) -> Problem:
    said = name.places[0]
    what = error.message.replace(f"Line {said.row} ", "The name ", 1)
    return Problem(row=said.row, column=said.option, message=what, hint=error.hint)


# --- laying ---


def _level(names: Sequence[Name], spoken: Mapping[int, Shaped]) -> dict[Line | Bell, NDArray[np.int16]]:
    """The clips in the order of the names, each after its voice's chain, and as loud as the voice of a track."""
    voices_of: dict[str, dict[Line, Shaped]] = {}
    for number, clip in spoken.items():
        voices_of.setdefault(names[number].voice.id, {})[_line(number)] = clip
    found: dict[Line | Bell, NDArray[np.int16]] = {}
    for clips in voices_of.values():
        alone = audition.laid(((line, clip.frames_at(RATE)) for line, clip in clips.items()), _BETWEEN_SECONDS)
        found |= voice_stem(alone, chain.processed(clips)).clips
    return {line: found[line] for line in map(_line, sorted(spoken))}


def _line(number: int) -> Line:
    """What stands for a name once it is spoken: what it says is not needed any more."""
    return Line(text=str(number), spoken="", number=number, personal=True)


def _tags(wanted: NameAudition, starts: Sequence[tuple[Name, int]]) -> Tags:
    """The words of the file: rows and codes, and no name."""
    speakers = dict.fromkeys(credits.who_speaks(name.voice, name.fill) for name, _ in starts)
    return Tags(
        title="Audition of names",
        artist=credits.ARTIST,
        album="Auditions",
        genre="Speech",
        year=credits.year(),
        language=wanted.language,
        comment=f"{' '.join(speakers)} {credits.MADE_WITH}",
        chapters=_chapters(starts),
    )


def _chapters(starts: Sequence[tuple[Name, int]]) -> tuple[Chapter, ...]:
    """A chapter for each name; where those are more than a tag holds, each has several."""
    each = -(-len(starts) // MOST_CHAPTERS)
    first = [(0 if not place else at, name.places[0]) for place, (name, at) in enumerate(starts)][::each]
    return tuple(Chapter(title=f"Row {said.row}, {said.code}, {said.option}", start=at) for at, said in first)
