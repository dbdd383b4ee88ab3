"""Record: what a track was made of and where everything lies in it, so that it can be made again and checked.

What is personal (names, an intention, wishes, edits, a bed's file) is kept as a salted hash: enough to
say whether the same words were given again. Whoever has a guess can try it, slowly, and no more.
``--show-names`` keeps the words.
"""

import hashlib
import json
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from fractions import Fraction
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from mettavox import __version__, ask, beside, chapters, digest, ipa, recordfields, review, source
from mettavox.ask import STANDARD
from mettavox.beside import Texts
from mettavox.blanks import Shared
from mettavox.clauses import Clause
from mettavox.codecs import encode
from mettavox.delivery import Delivery
from mettavox.engines import table
from mettavox.errors import MettavoxError, RecordError, RequestError
from mettavox.packages import version
from mettavox.person import Spoken, personal_word
from mettavox.prepare import Prepared
from mettavox.pronunciation import lexicon
from mettavox.proof import Proof, Quiet, Sound
from mettavox.recordfields import Fields, WrongField
from mettavox.request import BEDS, FORMATS, Request
from mettavox.script import Line
from mettavox.timeline import Tone
from mettavox.verify import Measured
from mettavox.voice import Voice
from mettavox.words import unnamed

SUFFIX = ".json"
VERSION = 1
PERSONAL = ("name", "say", "target", "target-say", "intention", "wishes", "edit", "bed")
"""Options that may say something about a person; ``bed`` only where it is a file."""

_NEVER_KEPT = ("scripts", "minutes", "duration")
_NOT_KEPT = (*PERSONAL, *_NEVER_KEPT, "script", "voice", "fill", "lang")
# Slow on purpose: whoever has a record can try names one after another. RFC 8018's PBKDF2.
_ROUNDS = 20_000
_HINT = "Make the track again to have a new record."
_RECORD_HINT = "The record of NAME.mp3 is NAME.json beside it."
_PACKAGES = ("numpy", "soxr", "pillow")
_MADE_WITH = ("encoder", "engine", *_PACKAGES, "lexicon")
_SALT_DIGITS, _HASH_DIGITS = 32, 64
# Without anything personal a record is the same each time.
_NOTHING_TO_HIDE = "0" * _SALT_DIGITS


@dataclass(frozen=True, kw_only=True)
class Record:
    """A record as it was read.

    ``options`` are those that were asked for, by their names; ``personal`` the salted hashes of the others.
    ``shared`` is what the track has in common with those of others.
    ``cues`` has for each placement the frames at which its captions start and end, ``texts`` its words
    without names (nothing for a bell), and ``hidden`` says whether there were names. ``practice`` is the script's
    title, ``purpose`` what it is for, and ``notes`` its lines for paper; ``voices`` are the synthetic voices by their
    labels, ``people`` those who recorded theirs. ``audio_bytes`` is the size of the track's file.
    """

    version: str
    options: Mapping[str, Any]
    seconds: Fraction
    salt: str
    personal: Mapping[str, str]
    script_hash: str
    voice_hash: str
    fill_hash: str
    title: str
    language: str
    year: int
    proof: Proof
    chapters: tuple[tuple[int, int, str], ...]
    cues: tuple[tuple[tuple[int, int], ...], ...]
    texts: tuple[str, ...]
    hidden: tuple[bool, ...]
    audio_sha256: str
    format: str
    suffixes: tuple[str, ...]
    delivery: Mapping[str, Any]
    made_with: Mapping[str, str]
    practice: str
    purpose: str
    notes: tuple[str, ...]
    voices: tuple[str, ...]
    people: tuple[str, ...]
    audio_bytes: int
    tones: tuple[Tone, ...]
    shared: Shared | None = None

    @property
    def names_a_person(self) -> bool:
        """Whether words of a person are heard in the track: names, an intention, wishes or edits of one's own."""
        return any(self.hidden) or any(key in self.personal for key in PERSONAL if key != "bed")

    @property
    def shows_names(self) -> bool:
        """Whether it was written with the words that records do not keep."""
        return any(key in self.options for key in self.personal)


def written(
    texts: Texts,
    proof: Proof,
    measured: Measured,
    *,
    year: int,
    audio_sha256: str,
    audio_bytes: int,
    salt: str = "",
    show_names: bool = False,
    shared: Shared | None = None,
) -> str:
    """The record as JSON; ``audio_sha256`` is the finished file's hash, and ``audio_bytes`` how many bytes it has.

    With ``salt`` the hashes are those of another record that had it; ``shared`` is what the track has in common with
    those of others.
    """
    prepared, timeline = texts.prepared, texts.timeline
    salt = salt or (secrets.token_hex(16) if _is_personal(prepared) else _NOTHING_TO_HIDE)
    head, language = prepared.script.head, prepared.script.head.language
    kept = {
        "record": VERSION,
        "mettavox": __version__,
        "title": texts.title,
        "language": language,
        "year": year,
        "script": {
            "id": head.id,
            "hash": review.text_hash(prepared.source),
            "title": head.title,
            "purpose": head.purpose,
            "notes": list(source.handout(prepared.source.body)),
        },
        "voice": _voice(prepared.voice),
        "fill": _voice(prepared.fill) if prepared.fill else None,
        "made_with": made_with(prepared),
        "profile": _delivery(prepared.delivery),
        "request": _options(prepared, show_names=show_names),
        "personal": {"salt": salt, **hashes(prepared, salt)},
        "seconds": str(prepared.seconds),
        "voice_lufs": round(proof.voice_lufs, 2),
        "added_lu": round(proof.added_lu, 3),
        "rate": timeline.rate,
        "frames": timeline.frames,
        "spaciousness": round(timeline.spaciousness, 4),
        "left_out": list(timeline.left_out),
        "measured": {
            "frames": measured.frames,
            "voice_lufs": round(measured.voice_lufs, 2),
            "true_peak_dbtp": round(measured.peak_dbtp, 2),
        },
        "chapters": [
            {"start_ms": start, "end_ms": end, "title": name} for start, end, name in chapters.milliseconds(timeline)
        ],
        "sounds": [
            _of_nobody(sound, place.sound, tuple(texts.clauses[place.sound]))
            if isinstance(place.sound, Line) and not place.sound.personal
            else _sound(sound, place.sound, texts.clauses, language, show_names=show_names)
            for sound, place in zip(proof.sounds, timeline.placements, strict=True)
        ],
        "silences": [_silence(quiet) for quiet in proof.quiets],
        "floor": float(f"{proof.floor:.4g}"),
        "tones": [{"phase": tone.phase, "start": tone.start, "frames": tone.frames} for tone in timeline.tones],
        **({"shared": _shared(shared)} if shared else {}),
        "audio": {"sha256": audio_sha256, "format": prepared.request.format, "bytes": audio_bytes},
        "beside": [suffix for suffix in beside.suffixes(prepared) if suffix != SUFFIX],
    }
    return _compact(kept)


def _shared(shared: Shared) -> dict[str, Any]:
    return {"slack": shared.slack_seconds, "slots": {str(number): frames for number, frames in shared.slots.items()}}


def _compact(table: Mapping[str, Any]) -> str:
    """JSON with a line for each part, and for each sound and silence: to read, to compare, and not too long."""
    lines = []
    for key, value in table.items():
        if isinstance(value, list) and value and isinstance(value[0], (dict, _Row)):
            rows = ",\n  ".join(row if isinstance(row, _Row) else _json(row) for row in value)
            lines.append(f"{_json(key)}: [\n  {rows}\n]")
        else:
            lines.append(f"{_json(key)}: {_json(value)}")
    return "{\n" + ",\n".join(lines) + "\n}\n"


_json = json.JSONEncoder(ensure_ascii=False).encode


class _Row(str):
    """A row that is JSON already."""


def _sound(
    sound: Sound, said: object, clauses: Mapping[Line, Sequence[Clause]], language: str, *, show_names: bool
) -> _Row:
    row = {
        "line": sound.number,
        "start": sound.start,
        "frames": sound.frames,
        "levels_db": _levels(sound, said, show_names=show_names),
        **_said(said, clauses, language, show_names=show_names),
    }
    return _Row(_json(row))


@lru_cache(maxsize=2048)  # what is said to everybody lies at the same place in the tracks of many
def _of_nobody(sound: Sound, line: Line, clauses: tuple[Clause, ...]) -> _Row:
    return _sound(sound, line, {line: clauses}, "", show_names=False)


@lru_cache(maxsize=2048)
def _silence(quiet: Quiet) -> _Row:
    return _Row(_json({"start": quiet.start, "frames": quiet.frames, "floor": float(f"{quiet.floor:.4g}")}))


def _levels(sound: Sound, line: object, *, show_names: bool) -> list[float]:
    """A level for every quarter second; only one for a line that holds a name, whose rise and fall could tell it."""
    if isinstance(line, Line) and line.personal and not show_names:
        return [round(float(np.logaddexp.reduce(np.asarray(sound.levels) * np.log(10) / 10) * 10 / np.log(10)))]
    return [round(level, 1) for level in sound.levels]


def _said(
    sound: object, clauses: Mapping[Line, Sequence[Clause]], language: str, *, show_names: bool
) -> dict[str, Any]:
    if not isinstance(sound, Line):
        return {"bell": True}
    hidden = sound.personal and not show_names
    return {
        "text": unnamed(sound, language) if hidden else sound.text,
        "personal": hidden,
        "cues": [[each.start, each.end] for each in clauses[sound]],
    }


def _options(prepared: Prepared, *, show_names: bool) -> dict[str, Any]:
    """What was asked for by hand, as options; with what stands for the rest of it: script, voice, language."""
    given = _given(prepared)
    kept = {key: value for key, value in given.items() if show_names or key not in _NOT_KEPT}
    if "wishes" in kept:
        kept["wishes"] = _wishes_to_type(prepared.request)
    kept["bed"] = prepared.request.bed if prepared.request.bed in BEDS else ""
    kept |= {"script": prepared.script.head.id, "voice": prepared.voice.id, "lang": prepared.request.language}
    if prepared.fill is not None:
        kept["fill"] = prepared.fill.id
    return dict(sorted((key, value) for key, value in kept.items() if value not in ("", None, [], ())))


def _given(prepared: Prepared) -> dict[str, Any]:
    """The options that were asked for, in the words of ``ask``."""
    request = prepared.request
    listener, target = request.listener, request.target
    values: dict[str, Any] = {
        "name": listener.name.written if listener.name else "",
        "say": _respelling(listener.name),
        "target": target.name.written if target.name else "",
        "target-say": _respelling(target.name),
        "relation": target.relation,
        "pronouns": target.pronouns,
        "wishes": _wishes(request, request.wishes),
        "intention": request.intention.written if request.intention else "",
        "day": request.day,
        "closing": request.closing,
        "anchor": request.anchor,
        "breath": request.breath,
        "tone": request.tone,
        "experience": listener.experience,
        "gentle": listener.gentle,
        "include": sorted(request.include),
        "profile": request.profile,
        "bed": request.bed,
        "bed-under": request.bed_under,
        "duck": request.duck,
        "pause-guard": request.pause_guard,
        "bells": request.bells,
        "breath-tones": request.breath_tones,
        "plain": request.plain,
        "disclose": request.disclose,
        "format": request.format,
        "cover": request.cover,
        "edit": [f"{number}={words}" for number, words in request.edits],
    }
    chosen_by_script = prepared.script.head.defaults
    return {
        key: value
        for key, value in values.items()
        if key in request.asked or value not in ("", [], STANDARD[key], chosen_by_script.get(key))
    }


def _respelling(word: Spoken | None) -> str:
    """How a name is said, as it would be typed; nothing where it is said as it is written."""
    return ipa.shown(word.said) if word is not None and word.said != word.written else ""


def _wishes(request: Request, values: Sequence[str]) -> list[dict[str, str]]:
    """What is heard of wishes of one's own: the same whether they were typed or lie in a file, wherever that is."""
    if not values:
        return []
    from mettavox import wishes

    return [dict(sorted(each.items())) for each in wishes.own(values, request.language, request.scripts)]


def _wishes_to_type(request: Request) -> list[str]:
    """The wishes as they can be typed; none where a file has words for each person that would be lost in that way."""
    meant = _wishes(request, request.wishes)
    typed = [each["i"] for each in meant if "i" in each]
    try:
        return typed if _wishes(request, typed) == meant else []
    except MettavoxError:
        return []


def _is_personal(prepared: Prepared) -> bool:
    given = _given(prepared)
    return any(given.get(key) for key in PERSONAL if key != "bed") or prepared.request.bed not in ("", *BEDS)


def hashes(prepared: Prepared, salt: str) -> dict[str, str]:
    """The salted hash of each personal option that was given; of a bed's file, that of its content."""
    given = _given(prepared)
    found = {key: _hash(given[key], salt) for key in PERSONAL if key != "bed" and given.get(key)}
    if prepared.request.bed not in ("", *BEDS):
        found["bed"] = _hash(sha256(Path(prepared.request.bed)), salt)
    return found


def _hash(value: object, salt: str) -> str:
    text = json.dumps(value, ensure_ascii=False).encode("utf-8")
    return hashlib.pbkdf2_hmac("sha256", text, bytes.fromhex(salt), _ROUNDS).hex()


def sha256(path: Path) -> str:
    """The hash of a file's bytes, 64 hexadecimal digits. Raises RecordError when it cannot be read."""
    try:
        return digest.sha256(path)
    except OSError as error:
        raise RecordError(f"“{path.name}” cannot be read: {error.strerror}.", hint="Check the path.") from error


def _voice(voice: Voice) -> dict[str, str]:
    return {"id": voice.id, "label": voice.label, "engine": voice.engine, "hash": voice_hash(voice)}


def voice_hash(voice: Voice) -> str:
    """The hash of a voice's profile: of all of it but the folder that its files lie in."""
    return voice.fingerprint


def _delivery(delivery: Delivery) -> dict[str, Any]:
    """The profile with what was asked for instead; of a bed's file there is no name."""
    table = asdict(delivery)
    return {**table, "bed": delivery.bed if delivery.bed in BEDS else "file"}


# --- making it again ---


def again(earlier: Record, asked: Mapping[str, Any]) -> Request:
    """The request behind a record, with what is ``asked`` now in the place of its own.

    Raises RequestError for personal words that the track had and that were not given again.
    """
    dropped = _respellings_of_others(earlier, asked)
    options = {key: value for key, value in earlier.options.items() if key not in dropped} | dict(asked)
    lacking = [key for key in PERSONAL if key in earlier.personal and key not in options and key not in dropped]
    if lacking:
        raise RequestError(
            f"The record does not keep what its track had for: {', '.join(f'--{key}' for key in lacking)}.",
            hint="Give it again on the command line.",
        )
    request = ask.request(options)
    if {"minutes", "duration"} & set(asked):
        return request
    return replace(request, seconds=earlier.seconds)


def _respellings_of_others(earlier: Record, asked: Mapping[str, Any]) -> set[str]:
    """The respellings that belong to a name in whose place there is another one now."""
    found = set()
    for name, respelling in (("name", "say"), ("target", "target-say")):
        if name in asked and respelling not in asked:
            word = personal_word(str(asked[name]), "", option=f"--{name}")
            if word is None or _hash(word.written, earlier.salt) != earlier.personal.get(name):
                found.add(respelling)
    return found


def made_with(prepared: Prepared) -> dict[str, str]:
    """What shapes a track's bytes besides its request: the programs and packages, and a lexicon of one's own."""
    own = lexicon.own_file(prepared.voice.language)
    return {
        "encoder": encode.named(prepared.request.format),
        "engine": table.identity(prepared.voice.engine),
        **({"fill": table.identity(prepared.fill.engine)} if prepared.fill else {}),
        **_packages(),
        "lexicon": sha256(own) if own.is_file() else "",
    }


@cache  # what is installed stays while we run
def _packages() -> dict[str, str]:
    return {package: version(package) for package in _PACKAGES}


def differences(earlier: Record, prepared: Prepared) -> tuple[str, ...]:
    """What is not as it was when the record was written, each as a sentence."""
    now = hashes(prepared, earlier.salt)
    other = [f"--{key}" for key in PERSONAL if now.get(key) != earlier.personal.get(key)]
    found = []
    if prepared.script.head.id != earlier.options.get("script"):
        return ("It is another script.",)
    if prepared.seconds != earlier.seconds:
        found.append("It has another length.")
    options = _options(prepared, show_names=False)
    changed = sorted(key for key in options.keys() | earlier.options.keys() if _differs(key, options, earlier.options))
    if changed:
        found.append(f"Other options than before: {', '.join(f'--{key}' for key in changed)}.")
    if other:
        found.append(f"Not the same words as before: {', '.join(other)}.")
    if review.text_hash(prepared.source) != earlier.script_hash:
        found.append("The script, or a shared block of its language, was changed since.")
    fill = voice_hash(prepared.fill) if prepared.fill else ""
    if (voice_hash(prepared.voice), fill) != (earlier.voice_hash, earlier.fill_hash):
        found.append("The voice's profile is not the one of before.")
    if json.loads(json.dumps(_delivery(prepared.delivery))) != earlier.delivery:
        found.append("The delivery profile, or what was chosen in its place, is not as before.")
    if earlier.version != __version__:
        found.append(f"The record is of mettavox {earlier.version}, and this is {__version__}.")
    parts = made_with(prepared)
    other = [key for key in parts.keys() | earlier.made_with.keys() if parts.get(key) != earlier.made_with.get(key)]
    if other:
        found.append(f"It was made with another version of: {', '.join(sorted(other))}.")
    return tuple(found)


def _differs(key: str, now: Mapping[str, Any], before: Mapping[str, Any]) -> bool:
    return key not in PERSONAL and json.loads(json.dumps(now.get(key))) != before.get(key)


# --- reading ---


def read(path: Path) -> Record:
    """The record in a file. Raises RecordError, which names the file, when it is missing or is none."""
    name = path.name or str(path)
    try:
        table = json.loads(path.read_text("utf-8-sig"))
    except FileNotFoundError as error:
        raise RecordError(f"There is no record “{name}”.", hint="It lies beside the track that it is of.") from error
    except OSError as error:
        raise RecordError(f"“{name}” cannot be read: {error.strerror}.", hint="Check the path.") from error
    except (ValueError, RecursionError) as error:
        raise RecordError(f"“{name}” is not a record: it is not JSON.", hint=_RECORD_HINT) from error
    if not isinstance(table, dict) or "record" not in table:
        raise RecordError(f"“{name}” is not the record of a track.", hint=_RECORD_HINT)
    if type(table["record"]) is not int or table["record"] != VERSION:
        raise RecordError(f"“{name}” is not a record that this version of mettavox can read.", hint=_HINT)
    try:
        return _read(Fields(table))
    except WrongField as error:
        raise RecordError(f"“{name}” is not whole: {error.field} is missing or wrong.", hint=_HINT) from error


def _read(fields: Fields) -> Record:
    recordfields.check_told(fields)
    proof = recordfields.proof(fields)
    last_ms = proof.frames * 1000 // proof.rate + 1
    sounds = list(fields.parts("sounds"))
    fill = fields.table.get("fill")
    return Record(
        version=fields.text("mettavox"),
        options=_options_of(fields),
        seconds=fields.seconds("seconds"),
        salt=fields.part("personal").hexadecimal("salt", _SALT_DIGITS),
        personal=_hashes_of(fields.part("personal")),
        script_hash=fields.part("script").hexadecimal("hash", _HASH_DIGITS),
        voice_hash=fields.part("voice").hexadecimal("hash", _HASH_DIGITS),
        fill_hash="" if fill is None else fields.part("fill").hexadecimal("hash", _HASH_DIGITS),
        title=fields.text("title"),
        language=fields.text("language"),
        year=fields.whole("year", 1, 9999),
        proof=proof,
        chapters=tuple(_chapter(each, last_ms) for each in fields.parts("chapters")),
        cues=tuple(
            each.spans("cues", sound.frames) if sound.number else ()
            for each, sound in zip(sounds, proof.sounds, strict=True)
        ),
        texts=tuple(
            each.text("text") if sound.number else "" for each, sound in zip(sounds, proof.sounds, strict=True)
        ),
        hidden=tuple(
            each.yes_or_no("personal") if sound.number else False
            for each, sound in zip(sounds, proof.sounds, strict=True)
        ),
        audio_sha256=fields.part("audio").hexadecimal("sha256", _HASH_DIGITS),
        format=fields.part("audio").one_of("format", FORMATS),
        suffixes=fields.texts("beside", beside.SUFFIXES),
        delivery=fields.part("profile").table,
        made_with=fields.part("made_with").all_texts(_MADE_WITH),
        shared=recordfields.shared(fields.part("shared"), proof.frames) if "shared" in fields.table else None,
        tones=tuple(
            Tone(phase=each.text("phase"), start=each.table["start"], frames=each.table["frames"])
            for each in fields.parts("tones")  # whose times were looked at above
        ),
        **recordfields.told(fields),
    )


def _options_of(fields: Fields) -> Mapping[str, Any]:
    """The options, which have to be such as can be asked for."""
    options = fields.part("request").table
    for key, value in options.items():
        usual = STANDARD.get(key)
        if value is None or (isinstance(usual, str) and not isinstance(value, str)) or key in _NEVER_KEPT:
            raise fields.part("request").wrong(key)
    if options.get("bed", "") not in ("", *BEDS):
        raise fields.part("request").wrong("bed")
    try:
        ask.request(options)
    except RequestError as error:
        raise fields.wrong("request") from error
    return options


def _hashes_of(fields: Fields) -> Mapping[str, str]:
    return {key: fields.hexadecimal(key, _HASH_DIGITS) for key in PERSONAL if key in fields.table}


def _chapter(fields: Fields, last_ms: int) -> tuple[int, int, str]:
    start = fields.whole("start_ms", 0, last_ms)
    return start, fields.whole("end_ms", start, last_ms), fields.text("title")
