"""The files and settings of a voice, checked before an engine reads them."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from mettavox.errors import VoiceError
from mettavox.suggest import nearest
from mettavox.voice import Voice


def path(voice: Voice, name: str) -> Path:
    """Where the voice's file ``name`` lies. Raises VoiceError when it is missing or cut short, or not in its folder."""
    if name in ("", ".", "..") or set(name) & set("/\\:\0"):
        raise VoiceError(f"The voice “{voice.id}” names the file {name[:60]!r}.", hint="Name a file without a folder.")
    found = Path(voice.folder) / name
    if not voice.folder or not found.is_file():
        raise broken(voice, f"{name} is missing")
    declared = {file.path: file.bytes for file in voice.files}
    size = found.stat().st_size
    if size != declared.get(name, size):
        raise broken(voice, f"{name} has {size} bytes of {declared[name]}")
    return found


def file(voice: Voice, setting: str, ending: str) -> str:
    """The file that a setting names, or the only one of the voice's with that ending. Raises VoiceError for none."""
    named = word(voice, setting, "")
    files = [named] if named else [each.path for each in voice.files if each.path.endswith(ending)]
    if len(files) != 1:
        raise VoiceError(f"The voice “{voice.id}” names no {setting}.", hint=f'Set {setting} = "NAME{ending}".')
    return files[0]


def table(voice: Voice, name: str) -> dict[str, Any]:
    """The JSON table in the voice's file ``name``. Raises VoiceError when there is none."""
    try:
        read = json.loads(path(voice, name).read_text("utf-8"))
    except (ValueError, OSError) as error:
        raise broken(voice, f"{name} is not JSON") from error
    if not isinstance(read, dict):
        raise broken(voice, f"{name} holds no table")
    return read


def broken(voice: Voice, what: str) -> VoiceError:
    """The error of a voice whose files are not as they should be."""
    return VoiceError(
        f"The voice “{voice.id}” cannot speak: {what}.", hint=f"Install it again: mettavox voices install {voice.id}"
    )


def check(voice: Voice, known: Iterable[str]) -> None:
    """Raises VoiceError for a setting that the engine does not know."""
    for key in voice.settings:
        if key not in known:
            raise VoiceError(
                f"The voice “{voice.id}” sets “{key}”, which its engine does not know.",
                hint=nearest(key, list(known), "Settings"),
            )


def number(voice: Voice, key: str, default: float, lowest: float, highest: float) -> float:
    """A setting that is a number in that range. Raises VoiceError for any other."""
    value = voice.settings.get(key, default)
    if isinstance(value, bool) or not isinstance(value, (int, float)) or not lowest <= value <= highest:
        raise VoiceError(
            f"The voice “{voice.id}” has a {key} of {value!r}.", hint=f"Write a number from {lowest:g} to {highest:g}."
        )
    return float(value)


def word(voice: Voice, key: str, default: str, choices: Iterable[str] = ()) -> str:
    """A setting that is a text, one of ``choices`` if there are any. Raises VoiceError for any other."""
    value = voice.settings.get(key, default)
    allowed = list(choices)
    if not isinstance(value, str) or (allowed and value not in allowed):
        hint = nearest(str(value), allowed, "Choices") if allowed else "Write a text."
        raise VoiceError(f"The voice “{voice.id}” has a {key} of {value!r}.", hint=hint)
    return value
