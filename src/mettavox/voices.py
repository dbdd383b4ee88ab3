"""Voice profiles: reading ``voices/*.toml``."""

import sys
import tomllib
from dataclasses import MISSING, fields
from functools import lru_cache
from pathlib import Path
from typing import Any

from mettavox import assets
from mettavox.errors import VoiceError
from mettavox.suggest import nearest
from mettavox.voice import ALPHABETS, Check, Licence, Pace, Shaping, Voice, VoiceFile

_TEXTS = ("label", "language", "engine", "gender", "alphabet", "store", "engine_at_least")
_NUMBERS = ("speed", "quality", "pauses")
_TABLES = ("settings", "pace", "shaping", "licence", "check")
_FIELDS = (*_TEXTS, *_NUMBERS, "platforms", *_TABLES, "files")
PLATFORMS = ("linux", "darwin", "win32")
CALM = "calm"
"""No profile, but the best voice of a language that is installed; ``casting`` knows which."""

_STANDARD = "system"
_COMPARE = "Compare it with a bundled profile, or delete it: mettavox voices remove NAME --profile"


def load(name: str) -> Voice:
    """The profile ``name``, with the settings of this platform. Raises VoiceError."""
    found = assets.find("voices", (f"{name}.toml",)) if assets.is_plain(name) else None
    if found is None:
        raise VoiceError(f"There is no voice “{name[:40]}”.", hint=nearest(name, [CALM, *names()], "Voices"))
    return parse(found.read_bytes(), name, f"voices/{found.name}")


def standard(language: str) -> str:
    """The voice of a language that is the same on every machine of a kind. Raises VoiceError where there is none."""
    for name in (_STANDARD, f"{_STANDARD}-{language}"):
        if name in names() and speaks(load(name), language):
            return name
    spoken = [name for name in names() if speaks(load(name), language)]
    if not spoken:
        raise VoiceError(
            f"There is no voice that speaks “{language}”.",
            hint="Choose one with --voice, or write a profile for it; “mettavox voices list” shows those there are.",
        )
    return spoken[0]


def speaks(voice: Voice, language: str) -> bool:
    """Whether a voice speaks a language, whichever kind of it."""
    return voice.language.split("-")[0].lower() == language.split("-", maxsplit=1)[0].lower()


def names() -> list[str]:
    """The ids of every profile there is."""
    return [entry.name.removesuffix(".toml") for entry in assets.listed("voices", (), ".toml")]


def folder(store: str) -> Path:
    """Where the files of a voice lie once they are installed; voices with one ``store`` share them."""
    return assets.own_folder("voices") / store


def missing(voice: Voice) -> list[VoiceFile]:
    """The files of a voice that are not there, or not whole."""
    return [each for each in voice.files if _size(Path(voice.folder) / each.path) != each.bytes]


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return -1


def parse(data: bytes, name: str, where: str) -> Voice:
    """The profile that a TOML file is; ``where`` names it in errors. Raises VoiceError."""
    return _parsed(data, name, where, assets.own_folder("voices"), sys.platform)


@lru_cache(maxsize=16)  # one track after another has the same
def _parsed(data: bytes, name: str, where: str, own: Path, platform: str) -> Voice:
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except UnicodeDecodeError as error:
        raise VoiceError(f"{where} is not text in UTF-8.", hint=_COMPARE) from error
    except tomllib.TOMLDecodeError as error:
        raise VoiceError(f"{where} is not a TOML file: {error}.", hint=_COMPARE) from error
    _known(table, _FIELDS, where)
    try:
        return _voice(table, name, where, own, platform)
    except VoiceError as error:
        said = error.message if where in error.message else f"{where}: {error.message}"
        raise VoiceError(said, hint=error.hint) from error
    except (KeyError, TypeError) as error:
        raise VoiceError(f"{where} cannot be used: {str(error).strip()} is missing or wrong.", hint=_COMPARE) from error


def _voice(table: dict[str, Any], name: str, where: str, own: Path, platform: str) -> Voice:
    alphabet = _text(table, "alphabet", "")
    if alphabet and alphabet not in ALPHABETS:
        raise VoiceError(f"there is no alphabet “{alphabet}”.", hint=f"It takes {', '.join(ALPHABETS)}.")
    return Voice(
        id=name,
        label=_text(table, "label"),
        language=_text(table, "language"),
        engine=_text(table, "engine"),
        gender=_text(table, "gender", ""),
        alphabet=alphabet,
        speed=_number(table, "speed"),
        quality=_number(table, "quality"),
        pauses=_number(table, "pauses", 1),
        platforms=_platforms(table.get("platforms", [])),
        settings=_settings(_part(table, "settings"), platform),
        pace=Pace(**_checked(Pace, _part(table, "pace"), f"{where} [pace]")),
        shaping=Shaping(**_checked(Shaping, _part(table, "shaping"), f"{where} [shaping]")),
        licence=Licence(**_checked(Licence, _part(table, "licence"), f"{where} [licence]")),
        files=_files(table.get("files", []), where),
        check=Check(**_checked(Check, _part(table, "check"), f"{where} [check]")),
        engine_at_least=_text(table, "engine_at_least", ""),
        folder=str(own / _store(_text(table, "store", name))),
    )


def _store(name: str) -> str:
    if not assets.is_plain(name):
        raise VoiceError(f"“store” is {name!r}.", hint="Letters, digits, hyphens and underscores make a folder's name.")
    return name


def _known(table: dict[str, Any], known: tuple[str, ...], where: str) -> None:
    for key in table:
        if key not in known:
            raise VoiceError(f"{where} has an unknown “{key}”.", hint=nearest(key, known, "Fields"))


def _checked(kind: Any, table: dict[str, Any], where: str) -> dict[str, Any]:
    known = {field.name: field.type for field in fields(kind)}
    _known(table, tuple(known), where)
    lacking = [field.name for field in fields(kind) if field.default is MISSING and field.name not in table]
    if lacking:
        raise VoiceError(f"{where} lacks {' and '.join(lacking)}.", hint=_COMPARE)
    for key, value in table.items():
        wanted = known[key] if known[key] in (str, bool) else (int, float)
        if not isinstance(value, wanted):  # type: ignore[arg-type]
            raise TypeError(key)
    return table


def _files(tables: Any, where: str) -> tuple[VoiceFile, ...]:
    if not isinstance(tables, list):
        raise TypeError("[[files]]")
    for each in tables:
        _known(each, tuple(field.name for field in fields(VoiceFile)), f"{where} [[files]]")
    return tuple(VoiceFile(**each) for each in tables)


def _platforms(value: Any) -> tuple[str, ...]:
    if not isinstance(value, list) or any(each not in PLATFORMS for each in value):
        raise VoiceError("“platforms” is wrong.", hint=f"It is a list of {', '.join(PLATFORMS)}.")
    return tuple(value)


def _part(table: dict[str, Any], name: str) -> dict[str, Any]:
    part = table.get(name, {})
    if not isinstance(part, dict):
        raise TypeError(f"[{name}]")
    return part


def _text(table: dict[str, Any], name: str, default: str | None = None) -> str:
    text = table[name] if default is None else table.get(name, default)
    if not isinstance(text, str):
        raise TypeError(name)
    return text


def _number(table: dict[str, Any], name: str, default: float = 0) -> float:
    number = table.get(name, default)
    if isinstance(number, bool) or not isinstance(number, (int, float)):
        raise TypeError(name)
    return float(number)


def _settings(table: dict[str, Any], platform: str) -> dict[str, str | int | float]:
    """The engine's settings for this platform: those of every platform, and its own over them."""
    settings = {key: value for key, value in table.items() if key not in PLATFORMS} | _part(table, platform)
    for key, value in settings.items():
        if not isinstance(value, (str, int, float)):
            raise TypeError(f"settings.{key}")
    return settings
