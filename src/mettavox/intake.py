"""Intake: recordings become the takes of a voice of one's own. First what was heard is shown, then it is kept."""

import csv
import json
import os
import re
import shutil
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO, StringIO
from itertools import groupby
from pathlib import Path
from tempfile import gettempdir
from typing import BinaryIO

import numpy as np
import soundfile
import soxr

from mettavox import assets, folder, matching, output, recording, takes, voices
from mettavox.codecs import mono
from mettavox.codecs.mono import Mono
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import CodecError, EngineError, OutputError, RequestError, VoiceError
from mettavox.level import HOPS_A_SECOND
from mettavox.matching import UNHURRIED
from mettavox.recording import Clean, Features, Heard
from mettavox.script import Line
from mettavox.shape import Shaped, shaped
from mettavox.sheet import LINE, PAGE, TABLE, Entry
from mettavox.speech import Speech
from mettavox.takes import ENGINE, RATE, Span, Take, Takes
from mettavox.voice import Pace, Voice

Progress = Callable[[str, float], None]
"""Hears the stage and how much of it is done, 0 to 1."""

STANDARD_LABEL = "A voice of your own"
_NO_SOUND = (".csv", ".html", ".txt", ".md", ".pdf", ".json", ".toml", ".doc", ".docx", ".odt", ".png", ".jpg")
_NUMBER = re.compile(r"\d+")
_TAKE_MARK = re.compile(r"\d+|[a-z]+")
_DOUBTFUL = (0.6, 1.6)
_REVIEW = ("number", "text", "start", "end", "verdict")


@dataclass(frozen=True, kw_only=True)
class Candidate:
    """What was found for a line: in which file, between which hops of 10 ms; and what is wrong with it, or nothing.

    ``note`` is what a person should look at; ``earlier`` counts the tries before it.
    """

    entry: Entry
    source: Path | None = None
    span: Span = (0, 0)
    earlier: int = 0
    fault: str = ""
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
    """What was found for every line that was looked for, and how many stretches of sound were none of them."""

    candidates: tuple[Candidate, ...]
    noises: int = 0

    @property
    def usable(self) -> tuple[Candidate, ...]:
        """Those that can be kept."""
        return tuple(each for each in self.candidates if each.usable)


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What a voice has now: how many takes are new, how many took the place of others, and what it still lacks."""

    voice: Voice
    added: int
    replaced: int
    missing: tuple[Entry, ...]


# --- what was heard ---


def find(
    path: Path,
    entries: Sequence[Entry],
    *,
    chosen: Mapping[int, Span] | None = None,
    progress: Progress = lambda stage, share: None,
) -> Proposal:
    """What is in a folder with a file for each line, or in one long recording, in the order of ``entries``.

    ``chosen`` says for a long recording where each line is, by its number, instead of finding out. Raises
    RequestError for a file without a number or with one that is not on the sheet, CodecError for what is no sound.
    """
    if path.is_dir():
        return _in_files(path, entries, progress)
    if not path.exists():
        raise RequestError(f"There is no “{path}”.", hint="Give the folder of the recordings, or one recording.")
    progress("Listening", 0.0)
    with _opened(path) as sound:
        progress("Listening", 0.4)
        listening = _Listening(path=path, sound=sound, heard=recording.heard(sound.samples))
        progress("Listening", 0.6)
        if chosen is not None:
            spans = {number: (span, 0) for number, span in chosen.items()}
            return Proposal(candidates=tuple(listening.judged(entry, spans) for entry in entries))
        return listening.matched(entries)


@contextmanager
def _opened(path: Path) -> Iterator[Mono]:
    """A recording; what the disk for scratch files refuses is said in words."""
    with _advised(), output.translated(Path(gettempdir())), mono.opened(path) as sound:
        yield sound


@contextmanager
def _advised() -> Iterator[None]:
    """Errors of the disk, with what to do about them here, where no other folder can be chosen."""
    try:
        yield
    except OutputError as error:
        first, _, other = error.hint.partition(", or choose")
        elsewhere = not other and " -o" in error.hint
        advice = "See that the folder is yours and can be written" if elsewhere else first.rstrip(".")
        raise OutputError(error.message, hint=f"{advice}. What was there before is unchanged.") from error


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
        candidates = tuple(self.judged(entry, spans, found.pace) for entry in entries)
        return Proposal(candidates=candidates, noises=len(found.noises))

    def alone(self, entry: Entry) -> Candidate:
        """What was found of the one line that is in it."""
        if not self.heard.sounds:
            return Candidate(entry=entry, source=self.path, fault="is silent")
        found = matching.match(self.sound.samples, self.heard, [entry.wanted]).found[0]
        whole = self.heard.sounds[0][0], self.heard.sounds[-1][1]
        return self.judged(entry, {entry.number: (found.span, found.earlier) if found else (whole, 0)})

    def judged(self, entry: Entry, spans: Mapping[int, tuple[Span, int]], pace: Pace = UNHURRIED) -> Candidate:
        """The take of a line with its faults, if one was found."""
        if entry.number not in spans:
            return Candidate(entry=entry)
        (first, last), earlier = spans[entry.number]
        span = first, min(last, len(self.heard.hops))
        if span[0] >= span[1]:
            return Candidate(entry=entry)
        wanted, expected = entry.wanted, entry.wanted.seconds(pace)
        share = recording.spoken_seconds(self.heard, span, wanted.gaps) / expected
        usual = _DOUBTFUL[0] <= share <= _DOUBTFUL[1]
        return Candidate(
            entry=entry,
            source=self.path,
            span=span,
            earlier=earlier,
            fault=self._fault(span, expected, wanted.gaps),
            note="" if usual else f"listen to it: about {expected:.1f} s was expected",
        )

    def _fault(self, span: Span, expected: float, gaps: int) -> str:
        if recording.is_clipped(self.sound.clipped, span):
            return "is clipped: it was too loud for the microphone"
        return recording.fault(self.heard, span, expected, gaps=gaps)


def _references(entries: Sequence[Entry]) -> list[Features]:
    """What the lines sound like in the voice that is always there; nothing where it cannot speak them."""
    try:
        voice = voices.load(voices.standard(entries[0].language))
        target = table.target(voice.engine)
        speech = Speech(voice, lambda: EngineProcess(target, voice), cache=None)
        lines = [_line(entry) for entry in entries]
        with closing(speech):
            speech.speak(lines)
            return [_features(shaped(speech.clip(line), voice.shaping)) for line in lines]
    except EngineError:
        return []


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
    return sorted(found, key=lambda each: (each[0], _order(each[1].stem)))


def number_of(stem: str) -> int | None:
    """The line's number in a file's name: the one that it begins with, else the first one in it."""
    numbers = _NUMBER.findall(stem)
    return int(numbers[0]) if numbers else None


def _order(stem: str) -> list[tuple[int, str]]:
    """A name's place among those of one line: 12, 12a, 12b; 12-2, 12-10."""
    return [(int(part), "") if part.isdigit() else (-1, part) for part in _TAKE_MARK.findall(stem.lower())]


def _in_file(path: Path, entry: Entry) -> Candidate:
    with _opened(path) as sound:
        return _Listening(path=path, sound=sound, heard=recording.heard(sound.samples)).alone(entry)


# --- the review, which a person may edit ---


def review(proposal: Proposal) -> str:
    """What was found in a long recording, as CSV to be corrected: where each line starts and ends, in seconds."""
    text = StringIO()
    writer = csv.writer(text, lineterminator="\n")
    writer.writerow(_REVIEW)
    for each in proposal.candidates:
        there = each.source is not None
        times = [f"{hop / HOPS_A_SECOND:.2f}" if there else "" for hop in each.span]
        writer.writerow([each.entry.number, shown(each.entry), *times, each.verdict])
    return text.getvalue()


def chosen(path: Path, entries: Sequence[Entry]) -> dict[int, Span]:
    """Where each line is, as a reviewed table says it. Raises RequestError with the row that cannot be used."""
    try:
        text = path.read_text("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise RequestError(f"“{path}” cannot be read.", hint="Give the file that --review wrote.") from error
    first = text.split("\n", 1)[0]
    rows = csv.DictReader(StringIO(text), delimiter=";" if first.count(";") > first.count(",") else ",")
    known = {entry.number for entry in entries}
    spans: dict[int, Span] = {}
    for at, row in enumerate(rows, start=2):
        number, start, end = ((row.get(name) or "").strip().replace(",", ".") for name in ("number", "start", "end"))
        if not number.isdigit() or int(number) not in known:
            raise RequestError(f"“{path}”, row {at}: there is no such line on the sheet.", hint="Check the number.")
        if start or end:
            spans[int(number)] = _span(start, end, f"“{path}”, row {at}")
    return spans


def _span(start: str, end: str, at: str) -> Span:
    try:
        first, last = (round(float(text) * HOPS_A_SECOND) for text in (start, end))
    except (ValueError, OverflowError):
        first, last = 0, 0
    if not 0 <= first < last:
        raise RequestError(f"{at}: a start and an end are needed, in seconds.", hint="Write them like 12.34.")
    return first, last


def shown(entry: Entry) -> str:
    """A line's text, where it may be shown: words that a person gave are not."""
    return entry.text if entry.kind == LINE else "(words of your own)"


def picked(entries: Sequence[Entry], lines: str, stored: Takes | None) -> list[Entry]:
    """The entries that “12,14-20” names, or “missing”: those of which there is no take yet. Raises RequestError."""
    if lines == "missing":
        have = stored.found if stored else {}
        wanted = {entry.number for entry in entries if entry.key not in have}
    else:
        wanted = set(_numbers(lines))
    unknown = wanted - {entry.number for entry in entries}
    if unknown or not wanted:
        which = f"has no line {min(unknown)}" if unknown else "has no line that is missing"
        raise RequestError(f"The sheet {which}.", hint="Write --lines 12,14-20 with the numbers of the sheet.")
    return [entry for entry in entries if entry.number in wanted]


def _numbers(lines: str) -> Iterable[int]:
    for part in lines.split(","):
        first, dash, last = part.strip().partition("-")
        if not first.strip().isdigit() or (dash and not last.strip().isdigit()) or len(part) > 20:  # noqa: PLR2004
            raise RequestError(f"--lines has “{part[:20]}”.", hint="Write --lines 12,14-20, or --lines missing.")
        yield from range(int(first), min(int(last or first), int(first) + 100_000) + 1)


# --- keeping ---


def own_takes(name: str) -> Takes | None:
    """The takes that a voice of one's own has, or None where there is no voice of that name.

    Raises VoiceError for a name that cannot be one's own voice's, or recordings that cannot be read.
    """
    if not assets.is_plain(name) or name == voices.CALM:
        raise VoiceError(
            f"“{name[:40]}” cannot be the name of a voice.",
            hint="Use letters, digits and hyphens, such as --voice mine.",
        )
    if name not in voices.names():
        return None
    if voices.load(name).engine != ENGINE:
        raise VoiceError(f"There is another voice “{name}” already.", hint="Choose another name with --voice.")
    return Takes.open(voices.folder(name), voice=name)


def store(
    proposal: Proposal,
    name: str,
    sheet: Sequence[Entry],
    *,
    label: str = "",
    progress: Progress = lambda stage, share: None,
) -> Stored:
    """Keep the usable takes as the voice ``name``, beside those that it has; all of them, or nothing is changed.

    Raises CodecError when none is usable, VoiceError for another language, OutputError for what the disk refuses.
    """
    before = own_takes(name)
    language = sheet[0].language
    _check_usable(proposal)
    if before is not None and before.language != language:
        raise VoiceError(
            f"The voice “{name}” speaks “{before.language}”, and the sheet is in “{language}”.",
            hint="Choose another name with --voice: a voice has one language.",
        )
    old = before.found if before else {}
    title = label or (voices.load(name).label if before else STANDARD_LABEL)
    home = assets.own_folder("voices")
    with _advised():
        with output.translated(home):
            home.mkdir(parents=True, exist_ok=True)
        with (
            output.whole_file(home / f"{name}.toml", replace=True) as (profile, _),
            folder.whole_folder(voices.folder(name), replace=True, ours=_made_before) as new,
        ):
            made = dict(_cleaned(proposal.usable, new, progress))
            _carry_over(voices.folder(name), new, [take for key, take in old.items() if key not in made])
            found = {**old, **made}
            (new / takes.INDEX).write_text(takes.index(language, found), "utf-8")
            _write(profile, _profile(title, language, _pace(found, language)))
    return Stored(
        voice=voices.load(name),
        added=len(made.keys() - old.keys()),
        replaced=len(made.keys() & old.keys()),
        missing=tuple(entry for entry in sheet if entry.key not in found),
    )


def _check_usable(proposal: Proposal) -> None:
    if proposal.usable:
        return
    rejected = [each for each in proposal.candidates if each.fault]
    if not rejected:
        raise CodecError("No line of the sheet was found in the recording.", hint="Check that it is the right sheet.")
    first = rejected[0]
    raise CodecError(
        f"None of the recordings can be used: line {first.entry.number} {first.fault}.",
        hint="Record again; docs/own-voice.md says how to get a clean recording.",
    )


def _made_before(path: Path) -> frozenset[str]:
    try:
        return takes.files(Takes.open(path, voice=path.name).found.values())
    except VoiceError:
        return frozenset()


def _cleaned(usable: Sequence[Candidate], new: Path, progress: Progress) -> Iterator[tuple[str, Take]]:
    """Each take with its key, its sound written to the folder; a file is opened once for all its takes in a row."""
    done = 0
    for source, same in groupby(usable, key=lambda each: each.source):
        assert source is not None
        with _opened(source) as sound:
            heard = recording.heard(sound.samples)
            for each in same:
                progress("Keeping the takes", done / len(usable))
                take = recording.clean(sound.samples, heard, each.span, gaps=each.entry.wanted.gaps)
                yield each.entry.key, _written(take, each.entry, new)
                done += 1


def _written(take: Clean, entry: Entry, new: Path) -> Take:
    file = f"{entry.key}{takes.TAKE}"
    sound = BytesIO()
    soundfile.write(sound, take.samples, RATE, format="FLAC", subtype="PCM_16")
    (new / file).write_bytes(sound.getvalue())
    return Take(
        file=file,
        seconds=round(take.seconds, 3),
        lufs=take.lufs,
        sha256=takes.digest(take.samples),
        gaps=take.gaps,
        text=entry.text if entry.kind == LINE else "",
    )


def _carry_over(old: Path, new: Path, kept: Sequence[Take]) -> None:
    for take in kept:
        try:
            os.link(old / take.file, new / take.file)
        except OSError:  # a disk without links
            shutil.copy2(old / take.file, new / take.file)


def _pace(found: Mapping[str, Take], language: str) -> Pace:
    """The pace of the takes whose words are known."""
    pairs = []
    for take in found.values():
        if take.text:
            wanted = Entry(number=1, key="", text=take.text, language=language).wanted
            gaps = sum(stop - start for start, stop in take.gaps) / RATE
            pairs.append((wanted.text, take.seconds - gaps))
    return matching.fitted(pairs, language, UNHURRIED)


def _profile(label: str, language: str, pace: Pace) -> str:
    return f"""\
# A voice of your own, from recordings that you imported with “mettavox voices import”.
label = {json.dumps(label, ensure_ascii=False)}
language = {json.dumps(language)}
engine = "{ENGINE}"

# Fitted to the recordings.
[pace]
per_line = {float(pace.per_line)}
per_syllable = {float(pace.per_syllable)}
per_comma = {float(pace.per_comma)}

[licence]
name = "your own recording"
commercial = "yes"
"""


def _write(file: BinaryIO, text: str) -> None:
    """Write, down to the disk: what is renamed after this is whole."""
    file.write(text.encode())
    file.flush()
    os.fsync(file.fileno())
