"""Booth: where somebody reads a sheet into the microphone, one line at a time, and each good take is kept at once."""

from collections.abc import Collection, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory, gettempdir

from mettavox import casting, intake, output, phrasebook, room, sheet, source, takestore, voices
from mettavox.branches import NO, YES, axes
from mettavox.errors import CodecError, RequestError
from mettavox.recording import Fault
from mettavox.room import Room
from mettavox.sheet import WITHOUT_NAMES, Entry, Sheet
from mettavox.takes import ENGINE, Takes
from mettavox.voice import Voice

MOST_SECONDS = 60.0
"""A line lasts some seconds, a slow one twenty; whoever forgot to stop may begin it anew."""
ROOM_SECONDS = 3.0
NAME = "mine"
"""What a voice is called here if nobody has a wish: the second one is mine-2."""
CHOICES = ("relation", "pronouns", "closing", "anchor", "experience", "tone", "breath", "day")
"""What a script's wordings depend on beside names and ``gentle``."""
_MOST_VOICES = 999
_MOST_LABEL = 80


@dataclass(frozen=True, kw_only=True)
class Reading:
    """What somebody reads: a sheet, and the voice that the takes go to; its ``label`` is for a voice that is new."""

    voice: str
    sheet: Sheet
    label: str = ""

    def entry(self, number: int) -> Entry:
        """The line of that number. Raises RequestError where there is none."""
        found = next((entry for entry in self.sheet.entries if entry.number == number), None)
        if found is None:
            raise RequestError("There is no line of that number.", hint="Load the page anew.")
        return found


@dataclass(frozen=True, kw_only=True)
class Heard:
    """What became of a take: kept, where it has no ``fault``; in the place of an earlier one, where it ``replaced`` it.

    ``is_odd`` says that it is much shorter or longer than such a line is, so that one should listen to it.
    """

    fault: Fault
    seconds: float = 0.0
    replaced: bool = False
    is_odd: bool = False


def lines(
    language: str,
    scripts: Sequence[str],
    choices: Mapping[str, Sequence[str]],
    *,
    names: bool = False,
    gentle: bool = False,
) -> Sheet:
    """The lines of some scripts as they are heard when nobody chooses; of ``choices``, those values instead.

    With ``names`` also lines that have a blank for one, with ``gentle`` also the gentle wordings. Raises RequestError
    where no script is named or a value is none, and what keeps a script from being read.
    """
    if not scripts:
        raise RequestError("No practice was chosen.", hint="Choose one, or more.")
    narrowed = dict(sheet.narrowed(language, choices))
    if gentle:
        narrowed["gentle"] = frozenset({NO, YES})
    if not names:
        narrowed.update(WITHOUT_NAMES)
    return sheet.sheet([source.load(each, language) for each in scripts], narrowed, names=names, usual=True)


def choices(language: str) -> dict[str, tuple[str, ...]]:
    """The CHOICES of ``lines``, each with all its values."""
    return {axis: values for axis, values in axes(phrasebook.load(language)).items() if axis in CHOICES}


def own_voices(language: str) -> list[Voice]:
    """The voices of one's own that speak a language, by their names."""
    return [each for each in casting.every() if each.engine == ENGINE and voices.speaks(each, language)]


def free_name(taken: Collection[str]) -> str:
    """A name that no voice has, and none of those that are ``taken``; nobody's name, for it is that of files."""
    there = {*voices.names(), *taken}
    names = (NAME, *(f"{NAME}-{number}" for number in range(2, _MOST_VOICES)))
    found = next((name for name in names if name not in there), None)
    if found is None:
        raise RequestError("There are too many voices.", hint="Remove one with “mettavox voices remove”.")
    return found


def checked_label(text: str) -> str:
    """What tracks call a voice. Raises RequestError for what cannot be shown on a line."""
    label = text.strip()
    if len(label) > _MOST_LABEL or not label.isprintable():
        raise RequestError("The voice cannot be called that.", hint="Write some words on one line.")
    return label


def there(reading: Reading) -> frozenset[int]:
    """The numbers of the lines whose takes are there, whole. Raises VoiceError where the voice cannot be used."""
    own = takestore.own(reading.voice)
    if own is None:
        return frozenset()
    return frozenset(entry.number for entry in reading.sheet.entries if own.takes.place(entry.key) is not None)


def take(reading: Reading, number: int, sound: bytes) -> Heard:
    """Hear a recording of a line, in any format that can be read, and keep it where it is good; else nothing changes.

    Raises RequestError for a number that the sheet does not have, and what ``takestore.store`` raises.
    """
    entry = reading.entry(number)
    with _file(str(number), sound) as path:
        proposal = intake.find(path, [entry], most_seconds=MOST_SECONDS)
        found = proposal.candidates[0]
        if not found.usable:
            return Heard(fault=found.fault, seconds=found.seconds)
        label = "" if reading.voice in voices.names() else reading.label
        kept = takestore.store(proposal, reading.voice, reading.sheet.entries, label=label)
    return Heard(fault=found.fault, seconds=found.seconds, replaced=bool(kept.replaced), is_odd=bool(found.note))


def sound(reading: Reading, number: int) -> bytes | None:
    """The take of a line as it is kept, FLAC; None where there is none. Raises VoiceError for a damaged index."""
    entry = reading.entry(number)
    if reading.voice not in voices.names():
        return None
    folder = Path(voices.load(reading.voice).folder)
    takes = Takes.open(folder, voice=reading.voice)
    place = takes.place(entry.key)
    try:
        return (folder / takes.found[place].file).read_bytes() if place is not None else None
    except OSError:
        return None


def quietness(sound: bytes) -> Room:
    """What the room is like in which that was recorded. Raises CodecError for what is no sound, or too short."""
    with _file("room", sound) as path, intake.opened(path, most_seconds=2 * ROOM_SECONDS) as heard:
        try:
            return room.judged(heard.samples)
        except ValueError as error:
            raise CodecError("That was too short to hear the room.", hint="Listen to it again.") from error


@contextmanager
def _file(stem: str, sound: bytes) -> Iterator[Path]:
    """A recording in a file of its own, for as long as the block lasts; no name of anybody is in its name."""
    with (
        intake.advised(),
        output.translated(Path(gettempdir())),
        TemporaryDirectory(prefix="mettavox-", ignore_cleanup_errors=True) as folder,
    ):
        path = Path(folder) / f"{stem}.sound"
        path.write_bytes(sound)
        yield path
