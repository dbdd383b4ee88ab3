"""Voice profiles: reading ``voices/*.toml``."""

import sys
import tomllib
from importlib.resources.abc import Traversable

from mettavox import assets
from mettavox.errors import VoiceError
from mettavox.suggest import nearest
from mettavox.voice import Pace, Shaping, Voice

_TABLES = ("settings", "pace", "shaping", "licence")
_FIELDS = ("label", "language", "engine", *_TABLES)
PLATFORMS = ("linux", "darwin", "win32")


def load(name: str) -> Voice:
    """The profile ``name``, with the settings of this platform. Raises VoiceError."""
    found = assets.find("voices", (f"{name}.toml",)) if _plain(name) else None
    if found is None:
        raise VoiceError(f"There is no voice “{name[:40]}”.", hint=nearest(name, names(), "Voices"))
    return _read(found)


def names() -> list[str]:
    """The ids of every profile there is."""
    return [entry.name.removesuffix(".toml") for entry in assets.listed("voices", (), ".toml")]


def _plain(name: str) -> bool:
    return bool(name) and all(letter.isalnum() or letter in "-_" for letter in name)


def _read(entry: Traversable) -> Voice:
    where = f"voices/{entry.name}"
    try:
        table = tomllib.loads(entry.read_text("utf-8"))
        for key in table:
            if key not in _FIELDS:
                raise VoiceError(f"{where} has an unknown “{key}”.", hint=nearest(key, _FIELDS, "Fields"))
        settings = {key: value for key, value in table.get("settings", {}).items() if key not in PLATFORMS}
        settings |= table.get("settings", {}).get(sys.platform, {})
        licence = table.get("licence", {})
        return Voice(
            id=entry.name.removesuffix(".toml"),
            label=table["label"],
            language=table["language"],
            engine=table["engine"],
            settings=settings,
            pace=Pace(**table["pace"]),
            shaping=Shaping(**table.get("shaping", {})),
            licence=licence.get("name", "unknown"),
            commercial=licence.get("commercial", "unknown"),
        )
    except tomllib.TOMLDecodeError as error:
        raise VoiceError(f"{where} is not a TOML file: {error}.", hint="Compare it with a bundled profile.") from error
    except (KeyError, TypeError) as error:
        raise VoiceError(
            f"{where} cannot be used: {str(error).strip()} is missing or wrong.",
            hint="Compare it with a bundled profile.",
        ) from error
