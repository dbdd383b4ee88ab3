"""Intake: what is heard in recordings of the lines of a sheet, and whether it can be kept as a take."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from itertools import groupby
from math import inf
from pathlib import Path
from tempfile import gettempdir

import numpy as np
import soxr

from mettavox import casting, matching, output, recording, voices
from mettavox.codecs import mono
from mettavox.codecs.mono import Mono
from mettavox.errors import CodecError, EngineError, OutputError, RequestError
from mettavox.level import HOPS_A_SECOND
from mettavox.matching import UNHURRIED
from mettavox.recording import NO_FAULT, Fault, Features, Heard
from mettavox.script import Line
from mettavox.shape import Shaped, shaped
from mettavox.sheet import PAGE, TABLE, Entry
from mettavox.takes import RATE, Span
from mettavox.voice import Pace, Voice

Progress = Callable[[str, float], None]
"""Hears the stage and how much of it is done, 0 to 1."""

_NO_SOUND = (".csv", ".html", ".txt", ".md", ".pdf", ".json", ".toml", ".doc", ".docx", ".odt", ".png", ".jpg")
_NUMBER = re.compile(r"\d+")
_FEWEST_FOR_DOUBT = 8
_TAKE_MARK = re.compile(r"\d+|[a-z]+")
_DOUBTFUL = (0.6, 1.6)
_MOST_UNSPEAKABLE = 5


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What was found for a line: in which file, between which hops of 10 ms; and what is wrong with it, or nothing.

    ``note`` is what a person should look at; ``earlier`` counts the tries before it.
    """

    entry: Entry
    source: Path | None = None
    span: Span = (0, 0)
    earlier: int = 0
    fault: Fault = NO_FAULT
    note: str = ""

    @property
    def usable(self) -> bool:
        """Whether it can be kept."""
        return self.source is not None and not self.fault

    @property
    def start_seconds(self) -> float:
        """Where it begins in its file."""
        return self.span[0] / HOPS_A_SECOND

    @property
    def seconds(self) -> float:
        """How long it lasts."""
        return (self.span[1] - self.span[0]) / HOPS_A_SECOND

    @property
    def verdict(self) -> str:
        """What is to be said of it, in a few words."""
        if self.source is None:
            return "not found"
        if self.fault:
            return f"rejected: it {self.fault}"
        tries = f"the last of {self.earlier + 1} tries" if self.earlier else ""
        return "; ".join(filter(None, ["good", tries, self.note]))


@dataclass(frozen=True, kw_only=True)
class Proposal:
    """What was found for every line that was looked for, and how many stretches of sound were none of them.

    ``misfit`` says how ill a long recording fits the sheet: over matching.DOUBTFUL, it is of other lines.
    """

    candidates: tuple[Candidate, ...]
    noises: int = 0
    misfit: float = 0.0

    @property
    def is_doubtful(self) -> bool:
        """Whether it may well be a recording of other lines; of a few lines that cannot be told."""
        return self.misfit > matching.DOUBTFUL and len(self.usable) >= _FEWEST_FOR_DOUBT

    @property
    def not_found(self) -> int:
        """How many lines are not in it."""
        return sum(each.source is None for each in self.candidates)

    @property
    def usable(self) -> tuple[Candidate, ...]:
        """Those that can be kept."""
        return tuple(each for each in self.candidates if each.usable)


def find(
    path: Path,
    entries: Sequence[Entry],
    *,
    chosen: Mapping[int, Span] | None = None,
    most_seconds: float = inf,
    progress: Progress = lambda stage, share: None,
) -> Proposal:
    """What is in a folder with a file for each line, or in one long recording, in the order of ``entries``.

    ``chosen`` says for a long recording where each line is, by its number, instead of finding out. A file of one line
    that lasts as long as ``most_seconds`` is no take of it, and is read no further. Raises RequestError for a file
    without a number or with one that is not on the sheet, CodecError for what is no sound.
    """
    with advised():
        if path.is_dir():
            return _in_files(path, entries, progress)
        if not path.exists():
            raise RequestError(f"There is no “{path}”.", hint="Give the folder of the recordings, or one recording.")
        named = next((entry for entry in entries if entry.number == _begins_with(path.stem)), None)
        if named is not None and chosen is None:  # 12.wav is line 12, alone as in a folder
            return Proposal(candidates=(_in_file(path, named, most_seconds),))
        return _in_one(path, entries, chosen, progress)


def _in_one(path: Path, entries: Sequence[Entry], chosen: Mapping[int, Span] | None, progress: Progress) -> Proposal:
    progress("Listening", 0.0)
    with opened(path) as sound:
        progress("Listening", 0.4)
        listening = _Listening(path=path, sound=sound, heard=recording.heard(sound.samples))
        progress("Listening", 0.6)
        if chosen is None:
            return listening.matched(entries)
        return Proposal(candidates=listening.all_judged(entries, {each: (span, 0) for each, span in chosen.items()}))


@contextmanager
def opened(path: Path, *, most_seconds: float = inf) -> Iterator[Mono]:
    """A recording, or its first ``most_seconds``; what the disk for scratch files refuses is said in words."""
    with output.translated(Path(gettempdir())), mono.opened(path, most_seconds=most_seconds) as sound:
        yield sound


@contextmanager
def advised() -> Iterator[None]:
    """Errors of the disk, with what to do about them here, where no other folder can be chosen."""
    try:
        yield
    except OutputError as error:
        first, _, other = error.hint.partition(", or choose")
        elsewhere = not other and " -o" in error.hint
        advice = "See that the folder is yours and can be written" if elsewhere else first.rstrip(".")
        raise OutputError(error.message, hint=f"{advice}. What was there before is unchanged.") from error


_Spans = Mapping[int, tuple[Span, int]]
"""Where each line was found, by its number, and how many tries came before it."""


@dataclass(frozen=True, kw_only=True, eq=False)
class _Listening:
    """A recording that is open, and what is heard in it."""

    path: Path
    sound: Mono
    heard: Heard

    def matched(self, entries: Sequence[Entry]) -> Proposal:
        """What was found of each line, in their order."""
        if not self.heard.sounds:
            raise CodecError(f"“{self.path.name}” is silent.", hint="Check the microphone, and record again.")
        wanted = [entry.wanted for entry in entries]
        found = matching.match(self.sound.samples, self.heard, wanted, references=_references(entries))
        pairs = zip(entries, found.found, strict=True)
        spans = {entry.number: (one.span, one.earlier) for entry, one in pairs if one is not None}
        misfit = found.misfit
        return Proposal(candidates=self.all_judged(entries, spans), noises=len(found.noises), misfit=misfit)

    def all_judged(self, entries: Sequence[Entry], spans: "_Spans") -> tuple[Candidate, ...]:
        """The takes of the lines, at the pace that they have together: however they were found, they are judged so."""
        pairs = []
        for entry in entries:
            if span := self._span(entry, spans):
                seconds = recording.spoken_seconds(self.heard, span, entry.wanted.gaps)
                pairs.append((entry.wanted.text, seconds))
        pace = matching.fitted(pairs, entries[0].language, UNHURRIED)
        return tuple(self.judged(entry, spans, pace) for entry in entries)

    def alone(self, entry: Entry) -> Candidate:
        """What was found of the one line that is in it."""
        if not self.heard.sounds:
            return Candidate(entry=entry, source=self.path, fault=Fault("silent", "is silent"))
        found = matching.match(self.sound.samples, self.heard, [entry.wanted]).found[0]
        whole = self.heard.sounds[0][0], self.heard.sounds[-1][1]
        return self.judged(entry, {entry.number: (found.span, found.earlier) if found else (whole, 0)})

    def _span(self, entry: Entry, spans: "_Spans") -> Span | None:
        """Where a line is, as far as the recording goes."""
        (first, last), _ = spans.get(entry.number, ((0, 0), 0))
        last = min(last, len(self.heard.hops))
        return (first, last) if first < last else None

    def judged(self, entry: Entry, spans: "_Spans", pace: Pace = UNHURRIED) -> Candidate:
        """The take of a line with its faults, if one was found."""
        span = self._span(entry, spans)
        if span is None:
            return Candidate(entry=entry)
        wanted, expected = entry.wanted, entry.wanted.seconds(pace)
        share = recording.spoken_seconds(self.heard, span, wanted.gaps) / expected
        usual = _DOUBTFUL[0] <= share <= _DOUBTFUL[1]
        return Candidate(
            entry=entry,
            source=self.path,
            span=span,
            earlier=spans[entry.number][1],
            fault=self._fault(span, expected, wanted.gaps),
            note="" if usual else f"listen to it: about {expected:.1f} s was expected",
        )

    def _fault(self, span: Span, expected: float, gaps: int) -> Fault:
        if recording.is_clipped(self.sound.clipped, span):
            return Fault("clipped", "is clipped: it was too loud for the microphone")
        return recording.fault(self.heard, span, expected, gaps=gaps)


def _references(entries: Sequence[Entry]) -> list[Features | None]:
    """What the lines sound like in the voice that is always there; None for each that it cannot speak."""
    try:
        voice = voices.load(voices.standard(entries[0].language))
        pronounce = casting.pronouncer(voice).engine_text
    except EngineError:
        return [None] * len(entries)
    lines = [_line(entry) for entry in entries]
    together = _spoken(voice, lines, pronounce)
    return together or _spoken_alone(voice, lines, pronounce)


def _spoken(voice: Voice, lines: Sequence[Line], pronounce: Callable[[str], str]) -> list[Features | None]:
    """What the lines sound like; nothing when one of them cannot be spoken."""
    with closing(casting.speech(voice, pronounce)) as speech:
        try:
            speech.speak(lines)
            return [_features(shaped(speech.clip(line), voice.shaping)) for line in lines]
        except EngineError:
            return []


def _spoken_alone(voice: Voice, lines: Sequence[Line], pronounce: Callable[[str], str]) -> list[Features | None]:
    """Each line by itself, so that one in other letters takes away no other; after some failures, no more of them."""
    found: list[Features | None] = []
    failures = 0
    for line in lines:
        alone = _spoken(voice, [line], pronounce) if failures < _MOST_UNSPEAKABLE else []
        failures += not alone
        found += alone or [None]
    return found


def _line(entry: Entry) -> Line:
    return Line(text=entry.wanted.text, spoken=entry.wanted.text, number=entry.number, personal=True)


def _features(clip: Shaped) -> Features:
    finer = soxr.resample(clip.samples, clip.rate, RATE, quality="HQ")
    pcm = np.rint(np.clip(finer, -1, 1) * 32767).astype(np.int16)
    return recording.features(pcm, (0, -(-len(pcm) // recording.HOP)))


def _in_files(path: Path, entries: Sequence[Entry], progress: Progress) -> Proposal:
    numbered = {entry.number: entry for entry in entries}
    files = _files(path, numbered)
    found: dict[int, Candidate] = {}
    for place, (number, same) in enumerate(groupby(files, key=lambda file: file[0])):
        progress("Listening", place / len(files))
        found[number] = _best([_in_file(file, numbered[number]) for _, file in same])
    return Proposal(candidates=tuple(found.get(entry.number, Candidate(entry=entry)) for entry in entries))


def _best(tries: Sequence[Candidate]) -> Candidate:
    """The last file of a line that can be used, or the last one; with what is to be said of the others."""
    best = next((each for each in reversed(tries) if each.usable), tries[-1])
    if best is tries[-1]:
        return replace(best, earlier=best.earlier + len(tries) - 1)
    assert best.source is not None
    note = f"from {best.source.name}, since the last file {tries[-1].fault}"
    return replace(best, note="; ".join(filter(None, [note, best.note])))


def _files(path: Path, numbered: Mapping[int, Entry]) -> list[tuple[int, Path]]:
    """The recordings in a folder with their numbers, in the order in which they were made, as their names tell it."""
    files = [each for each in path.iterdir() if each.is_file() and not each.name.startswith(".")]
    files = [each for each in files if each.suffix.lower() not in _NO_SOUND and each.name not in (PAGE, TABLE)]
    if not files:
        raise RequestError(
            f"“{path}” holds no recordings.", hint="Give the folder of the recordings, or one recording."
        )
    found = []
    for file in files:
        number = number_of(file.stem)
        if number is None:
            raise RequestError(
                f"“{file.name}” has no number in its name.",
                hint="Name it after its line on the sheet, such as 12.wav; or give one long recording itself.",
            )
        if number not in numbered:
            raise RequestError(
                f"“{file.name}” is for line {number}, which is not on the sheet.",
                hint=f"The sheet has lines {min(numbered)} to {max(numbered)}. Check --sheet and --lines.",
            )
        found.append((number, file))
    return sorted(found, key=lambda each: (each[0], _order(each[1].stem), each[1].name))


def number_of(stem: str) -> int | None:
    """The line's number in a file's name: the first one in it."""
    numbers = _NUMBER.findall(stem)
    return int(numbers[0]) if numbers else None


def _begins_with(stem: str) -> int | None:
    digits = _NUMBER.match(stem)
    return int(digits[0]) if digits else None


def _order(stem: str) -> list[tuple[int, str]]:
    """A name's place among those of one line: 12, 12a, 12b; 12-2, 12-10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _TAKE_MARK.findall(stem.lower())]


def _in_file(path: Path, entry: Entry, most_seconds: float = inf) -> Candidate:
    try:
        with opened(path, most_seconds=most_seconds) as sound:
            if len(sound.samples) >= most_seconds * RATE:
                words = f"lasts {most_seconds:.0f} s or more"
                return Candidate(entry=entry, source=path, fault=Fault("long", words))
            return _Listening(path=path, sound=sound, heard=recording.heard(sound.samples)).alone(entry)
    except CodecError:
        words = "is no sound that can be read to its end"
        return Candidate(entry=entry, source=path, fault=Fault("unreadable", words))
