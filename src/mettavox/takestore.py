"""Takestore: the takes of a voice of one's own, kept beside those that it has; all of them, or nothing is changed."""

import os
import secrets
import shutil
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from io import BytesIO
from itertools import groupby
from pathlib import Path
from typing import BinaryIO

import soundfile

from mettavox import assets, folder, intake, lock, matching, output, profiletext, recording, takes, voices
from mettavox.errors import CodecError, VoiceError
from mettavox.intake import Candidate, Progress, Proposal
from mettavox.matching import UNHURRIED
from mettavox.recording import Clean
from mettavox.sheet import LINE, Entry
from mettavox.takes import ENGINE, INDEX, RATE, Take, Takes
from mettavox.voice import Pace, Voice

STANDARD_LABEL = "A voice of your own"
DAMAGED = f"{INDEX}.damaged"
"""The name that an index which cannot be read is kept by, for a person to look at."""

_SALT_BYTES = 16
_PROFILE = f"""\
# A voice of your own, from recordings that you imported with “mettavox voices import”.
label = ""
language = ""
engine = "{ENGINE}"

# Fitted to the recordings.
[pace]
per_line = 0.0
per_syllable = 0.0
per_comma = 0.0

[licence]
name = "your own recording"
commercial = "yes"
"""


@dataclass(frozen=True, kw_only=True)
class Stored:
    """What a voice has now: how many takes are new, how many took the place of others, and what it still lacks."""

    voice: Voice
    added: int
    replaced: int
    missing: tuple[Entry, ...]


@dataclass(frozen=True, kw_only=True)
class Own:
    """A voice of one's own and its takes; where ``damaged``, their index could not be read, and there are none."""

    voice: Voice
    takes: Takes
    damaged: bool = False


def own(name: str) -> Own | None:
    """The voice of one's own with the takes that it has whole, or None where there is no voice of that name.

    Raises VoiceError for a name that cannot be one's own voice's.
    """
    if not assets.is_plain(name) or name == voices.CALM:
        raise VoiceError(
            f"“{name[:40]}” cannot be the name of a voice.",
            hint="Use letters, digits and hyphens, such as --voice mine.",
        )
    if name not in voices.names():
        return None
    voice = voices.load(name)
    if voice.engine != ENGINE:
        raise VoiceError(f"There is another voice “{name}” already.", hint="Choose another name with --voice.")
    place = Path(voice.folder)
    try:
        found = Takes.open(place, voice=name)
    except VoiceError:
        nothing = Takes(place, voice.language, {}, voice=name)
        return Own(voice=voice, takes=nothing, damaged=os.path.lexists(place / INDEX))
    found.found = {key: take for key, take in found.found.items() if found.is_whole(key)}
    return Own(voice=voice, takes=found)


def store(
    proposal: Proposal,
    name: str,
    sheet: Sequence[Entry],
    *,
    label: str = "",
    progress: Progress = lambda stage, share: None,
) -> Stored:
    """Keep the usable takes as the voice ``name``, beside those that it has; all of them, or nothing is changed.

    Another import of the same voice is waited for. Raises CodecError when none is usable, VoiceError for another
    language or a profile that cannot be changed, OutputError for what the disk refuses.
    """
    _check_usable(proposal)
    with intake.advised(), _alone(name):
        before = own(name)
        language = sheet[0].language
        if before is not None and before.takes.language != language:
            raise VoiceError(
                f"The voice “{name}” speaks “{before.takes.language}”, and the sheet is in “{language}”.",
                hint="Choose another name with --voice: a voice has one language.",
            )
        old = before.takes if before else Takes(voices.folder(name), language, {}, voice=name)
        old.salt = old.salt or secrets.token_hex(_SALT_BYTES)
        made = _kept(proposal, name, before, old, label=label, progress=progress)
    now = Takes(voices.folder(name), language, {**old.found, **made}, salt=old.salt)
    return Stored(
        voice=voices.load(name),
        added=len(made.keys() - old.found.keys()),
        replaced=len(made.keys() & old.found.keys()),
        missing=tuple(entry for entry in sheet if now.place(entry.key) is None),
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


@contextmanager
def _alone(name: str) -> Iterator[None]:
    """The voice for this process alone, from before it is read until it is renamed."""
    home = assets.own_folder("voices")
    with ExitStack() as until_the_end:
        with output.translated(home):
            until_the_end.enter_context(lock.held(home / f".{name}.lock"))
        yield


def _kept(
    proposal: Proposal, name: str, before: Own | None, old: Takes, *, label: str, progress: Progress
) -> dict[str, Take]:
    """The new takes by their keys, kept in the folder with the old ones, and the profile with their pace."""
    place = Path(before.voice.folder) if before else voices.folder(name)
    path = assets.own_folder("voices") / f"{name}.toml"
    # The profile is renamed first: with a new pace alone, what was there before is still right.
    with (
        _as_it_was(path),
        folder.whole_folder(place, replace=True, ours=_ours) as new,
        output.whole_file(path, replace=True) as (profile, _),
    ):
        made = dict(_cleaned(proposal.usable, old.salt, new, progress))
        _carry_over(place, new)
        found = {**old.found, **made}
        (new / INDEX).write_text(takes.index(old.language, found, old.salt), "utf-8")
        text = path.read_text("utf-8") if before else _new_profile(old.language)
        _write(profile, _profile(text, name, label, _pace(found, old.language)))
    return made


@contextmanager
def _as_it_was(path: Path) -> Iterator[None]:
    """A file, or none, that is as it was before when the block does not end well."""
    aside = path.with_name(f".{path.name}.before")
    with output.translated(path):
        if path.is_file():
            shutil.copy2(path, aside)
        try:
            yield
        except BaseException:
            if aside.exists():
                aside.replace(path)
            else:
                path.unlink(missing_ok=True)
            raise
        finally:
            aside.unlink(missing_ok=True)


def _ours(path: Path) -> frozenset[str]:
    """The files in a folder of takes that are ours by their names, whether or not an index knows them."""
    there = (each.name for each in path.iterdir())
    return frozenset(each for each in there if each in (INDEX, DAMAGED) or takes.is_file(each))


def _cleaned(usable: Sequence[Candidate], salt: str, new: Path, progress: Progress) -> Iterator[tuple[str, Take]]:
    """Each take with its key, its sound written to the folder; a file is opened once for all its takes in a row."""
    done = 0
    for source, same in groupby(usable, key=lambda each: each.source):
        assert source is not None
        with intake.opened(source) as sound:
            heard = recording.heard(sound.samples)
            for each in same:
                progress("Keeping the takes", done / len(usable))
                take = recording.clean(sound.samples, heard, each.span, gaps=each.entry.wanted.gaps)
                key = each.entry.key if each.entry.kind == LINE else takes.secret(each.entry.key, salt)
                yield key, _written(take, key, each.entry, new)
                done += 1


def _written(take: Clean, key: str, entry: Entry, new: Path) -> Take:
    assert takes.is_key(key)
    file = f"{key}{takes.TAKE}"
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


def _carry_over(old: Path, new: Path) -> None:
    """Whatever of the old folder has no successor; also what no index knows, since nothing can record it again."""
    if not old.is_dir():
        return
    for name in sorted(_ours(old)):
        to = DAMAGED if name == INDEX else name
        if (new / to).exists() or (name == INDEX and _is_readable(old)):
            continue
        try:
            os.link(old / name, new / to)
        except OSError:  # a disk without links
            shutil.copy2(old / name, new / to)


def _is_readable(place: Path) -> bool:
    try:
        Takes.open(place, voice="")
    except VoiceError:
        return False
    return True


def _pace(found: Mapping[str, Take], language: str) -> Pace:
    """The pace of the takes whose words are known."""
    pairs = []
    for take in found.values():
        if take.text:
            wanted = Entry(number=1, key="", text=take.text, language=language).wanted
            gaps = sum(stop - start for start, stop in take.gaps) / RATE
            pairs.append((wanted.text, take.seconds - gaps))
    return matching.fitted(pairs, language, UNHURRIED)


def _new_profile(language: str) -> str:
    text = profiletext.with_value(_PROFILE, "", "label", STANDARD_LABEL)
    return profiletext.with_value(text, "", "language", language)


def _profile(text: str, name: str, label: str, pace: Pace) -> str:
    """A profile with another pace, and label if there is one; everything else is a person's own, and stays."""
    where = f"voices/{name}.toml"
    before = voices.parse(text.encode(), name, where)
    wanted = replace(before, pace=pace, label=label or before.label)
    for key in ("per_line", "per_syllable", "per_comma"):
        text = profiletext.with_value(text, "pace", key, float(getattr(pace, key)))
    if label:
        text = profiletext.with_value(text, "", "label", label)
    if not _is(text, wanted, where):
        raise VoiceError(
            f"{where} is written in a way that cannot be changed from here.",
            hint="Write its pace as a table of its own, [pace], and import again.",
        )
    return text


def _is(text: str, wanted: Voice, where: str) -> bool:
    try:
        return voices.parse(text.encode(), wanted.id, where) == wanted
    except VoiceError:
        return False


def _write(file: BinaryIO, text: str) -> None:
    """Write, down to the disk: what is renamed after this is whole."""
    file.write(text.encode())
    file.flush()
    os.fsync(file.fileno())
