"""Delivery profiles: reading ``profiles/*.toml``."""

import tomllib
from dataclasses import MISSING, fields
from typing import Any

from mettavox import assets
from mettavox.delivery import BELL_PLACES, BITRATES_KBPS, RATES, Delivery
from mettavox.errors import RequestError
from mettavox.suggest import nearest

STANDARD = "podcast"
_COMPARE = "Compare it with a bundled profile; docs/delivery.md says what each field is."
# What a number may be. Louder than -10 LUFS speech is crushed, quieter than -30 it is lost in a room.
_BOUNDS = {
    "voice_lufs": (-30, -10), "highest_dbtp": (-9, -0.5), "bed_under_lu": (10, 60),
    "head_seconds": (0.5, 10), "tail_seconds": (1, 60), "fade_in_seconds": (0.1, 60), "fade_out_seconds": (0.1, 120),
    "treble_db": (-12, 0), "floor_db": (-100, -30),
}  # fmt: skip
_FIELDS = {field.name: field for field in fields(Delivery) if field.name != "id"}


def names() -> list[str]:
    """The ids of the profiles there are, the bundled ones and the user's own."""
    return [entry.name.removesuffix(".toml") for entry in assets.listed("profiles", (), ".toml")]


def load(name: str) -> Delivery:
    """The profile ``name``. Raises RequestError when there is none, or when it cannot be used."""
    found = assets.find("profiles", (f"{name}.toml",)) if assets.is_plain(name) else None
    if found is None:
        raise RequestError(f"There is no profile “{name[:40]}”.", hint=nearest(name, names(), "Profiles"))
    return parse(found.read_bytes(), name, f"profiles/{found.name}")


def parse(data: bytes, name: str, where: str) -> Delivery:
    """The profile that a TOML file is; ``where`` names it in errors. Raises RequestError."""
    try:
        table = tomllib.loads(data.decode("utf-8"))
    except (UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise RequestError(f"{where} is not a TOML file: {error}.", hint=_COMPARE) from error
    for key in table:
        if key not in _FIELDS:
            raise RequestError(f"{where} has an unknown “{key}”.", hint=nearest(key, _FIELDS, "Fields"))
    values = {key: _value(key, table[key], where) for key in _FIELDS if key in table}
    lacking = [key for key, field in _FIELDS.items() if field.default is MISSING and key not in values]
    if lacking:
        raise RequestError(f"{where} lacks {' and '.join(lacking)}.", hint=_COMPARE)
    return Delivery(id=name, **values)


def _value(key: str, value: Any, where: str) -> Any:
    if key in _BOUNDS:
        low, high = _BOUNDS[key]
        good = _is_number(value) and low <= value <= high
        wanted: object = f"a number from {low:g} to {high:g}"
    elif key in ("rate", "bitrate_kbps"):
        among = tuple(RATES) if key == "rate" else BITRATES_KBPS
        good, wanted = _is_number(value) and value in among, f"one of {', '.join(map(str, among))}"
    elif key == "bells":
        good = isinstance(value, list) and all(place in BELL_PLACES for place in value)
        wanted, value = "a list of “start” and “end”", tuple(value) if good else ()
    elif key == "spoken_rms_db":
        good = isinstance(value, list) and len(value) == len(BELL_PLACES) and all(map(_is_number, value))
        wanted, value = "two numbers, the lower one first", tuple(value) if good else ()
    elif key == "tones":
        good, wanted = isinstance(value, bool), "true or false"
    else:
        good, wanted = isinstance(value, str), "a text"
    if not good:
        raise RequestError(f"{where}: “{key}” is not {wanted}.", hint=_COMPARE)
    return value


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
