"""Voice profiles: reading ``voices/*.toml``."""

import sys
import tomllib
from importlib.resources.abc import Traversable
from typing import Any

from mettavox import assets
from mettavox.errors import VoiceError
from mettavox.suggest import nearest
from mettavox.voice import Pace, Shaping, Voice

_TABLES = ("settings", "pace", "shaping", "licence")
_FIELDS = ("label", "language", "engine", *_TABLES)
_DEFAULT = "calm"
PLATFORMS = ("linux", "darwin", "win32")


def load(name: str) -> Voice:
    """The profile ``name``, with the settings of this platform. Raises VoiceError."""
    found = assets.find("voices", (f"{name}.toml",)) if assets.is_plain(name) else None
    if found is None:
        raise VoiceError(f"There is no voice “{name[:40]}”.", hint=nearest(name, names(), "Voices"))
    return _read(found)


def default(language: str) -> str:
    """The voice for a language when none is chosen. Raises VoiceError where there is none."""
    for name in (_DEFAULT, f"{_DEFAULT}-{language}"):
        if name in names() and load(name).language.split("-")[0] == language:
            return name
    spoken = [name for name in names() if load(name).language.split("-")[0] == language]
    if not spoken:
        raise VoiceError(
            f"There is no voice that speaks “{language}”.",
            hint="Choose one with --voice, or write a profile for it; “mettavox voices list” shows those there are.",
        )
    return spoken[0]


def names() -> list[str]:
    """The ids of every profile there is."""
    return [entry.name.removesuffix(".toml") for entry in assets.listed("voices", (), ".toml")]


def _read(entry: Traversable) -> Voice:
    where = f"voices/{entry.name}"
    try:
        table = tomllib.loads(entry.read_text("utf-8"))
        for key in table:
            if key not in _FIELDS:
                raise VoiceError(f"{where} has an unknown “{key}”.", hint=nearest(key, _FIELDS, "Fields"))
        return Voice(
            id=entry.name.removesuffix(".toml"),
            label=_text(table, "label"),
            language=_text(table, "language"),
            engine=_text(table, "engine"),
            settings=_settings(_part(table, "settings")),
            pace=Pace(**_part(table, "pace")),
            shaping=Shaping(**_part(table, "shaping")),
            licence=_text(_part(table, "licence"), "name", "unknown"),
            commercial=_text(_part(table, "licence"), "commercial", "unknown"),
        )
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise VoiceError(f"{where} is not a TOML file: {error}.", hint="Compare it with a bundled profile.") from error
    except (KeyError, TypeError) as error:
        raise VoiceError(
            f"{where} cannot be used: {str(error).strip()} is missing or wrong.",
            hint="Compare it with a bundled profile.",
        ) from error


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


def _settings(table: dict[str, Any]) -> dict[str, str | int | float]:
    """The engine's settings for this platform: those of every platform, and its own over them."""
    settings = {key: value for key, value in table.items() if key not in PLATFORMS} | _part(table, sys.platform)
    for key, value in settings.items():
        if not isinstance(value, (str, int, float)):
            raise TypeError(f"settings.{key}")
    return settings
