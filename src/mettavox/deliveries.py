"""Delivery profiles: reading ``profiles/*.toml``."""

import tomllib
from dataclasses import MISSING, fields
from functools import lru_cache
from typing import Any

from mettavox import assets
from mettavox.delivery import BELL_PLACES, BITRATES_KBPS, RATES, Delivery
from mettavox.errors import RequestError
from mettavox.request import BEDS
from mettavox.suggest import nearest

_COMPARE = "Compare it with a bundled profile; docs/delivery.md says what each field is."
# What a number may be. Louder than -10 LUFS speech is crushed, quieter than -30 it is lost in a room. The quiet at the
# ends counts as silence: with it no track passes 10 s before the permission to stop, or 30 s for a gentle listener.
_BOUNDS = {
    "voice_lufs": (-30, -10), "highest_dbtp": (-9, -0.5), "bed_under_lu": (10, 60),
    "head_seconds": (0.5, 5), "tail_seconds": (1, 20), "fade_in_seconds": (0.1, 60), "fade_out_seconds": (0.1, 120),
    "treble_db": (-12, 0), "floor_db": (-100, -30),
}  # fmt: skip
_AMONG = {"rate": tuple(RATES), "bitrate_kbps": BITRATES_KBPS}
_LOWEST_DB = -100
_FIELDS = {field.name: field for field in fields(Delivery) if field.name != "id"}


def names() -> list[str]:
    """The ids of the profiles there are, the bundled ones and the user's own."""
    return [entry.name.removesuffix(".toml") for entry in assets.listed("profiles", (), ".toml")]


def load(name: str) -> Delivery:
    """The profile ``name``. Raises RequestError when there is none, or when it cannot be used."""
    found = assets.find("profiles", (f"{name}.toml",)) if assets.is_plain(name) else None
    if found is None:
        raise RequestError(f"There is no profile “{name[:40]}”.", hint=nearest(name, names(), "Profiles"))
    where = f"profiles/{found.name}"
    try:
        data = found.read_bytes()
    except OSError as error:
        raise RequestError(f"{where} cannot be read: {error.strerror}.", hint="Check who may read it.") from error
    return parse(data, name, where)


@lru_cache(maxsize=16)  # one track after another has the same
def parse(data: bytes, name: str, where: str) -> Delivery:
    """The profile that a TOML file is; ``where`` names it in errors. Raises RequestError."""
    try:
        table = tomllib.loads(data.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise RequestError(f"{where} is not text in UTF-8.", hint="Save it again as UTF-8.") from error
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise RequestError(f"{where} is not a TOML file: {error}.", hint=_COMPARE) from error
    for key in table:
        if key not in _FIELDS:
            raise RequestError(f"{where} has an unknown “{key[:40]}”.", hint=nearest(key, _FIELDS, "Fields"))
    values = {key: _value(key, table[key], where) for key in _FIELDS if key in table}
    lacking = [key for key, field in _FIELDS.items() if field.default is MISSING and key not in values]
    if lacking:
        named = " and ".join(f"“{key}”" for key in lacking)
        raise RequestError(f"{where} lacks {named}.", hint=_COMPARE)
    return Delivery(id=name, **values)


def _value(key: str, value: Any, where: str) -> Any:
    good, wanted = _judged(key, value)
    if not good:
        hint = nearest(value, BEDS, "Beds") if key == "bed" and isinstance(value, str) else _COMPARE
        raise RequestError(f"{where}: “{key}” is not {wanted}.", hint=hint)
    if key == "bells":
        return tuple(place for place in BELL_PLACES if place in value)
    return tuple(value) if key == "spoken_rms_db" else value


def _judged(key: str, value: Any) -> tuple[bool, str]:
    """Whether a field may have that value, and what it may have."""
    if key in _BOUNDS:
        low, high = _BOUNDS[key]
        return _is_number(value) and low <= value <= high, f"a number from {low:g} to {high:g}"
    if key in _AMONG:
        return type(value) is int and value in _AMONG[key], f"one of {', '.join(map(str, _AMONG[key]))}"
    if key == "bells":
        places = isinstance(value, list) and all(place in BELL_PLACES for place in value)
        return places, "a list of “start” and “end”"
    if key == "spoken_rms_db":
        pair = isinstance(value, list) and len(value) == len(("low", "high")) and all(map(_is_number, value))
        return pair and _LOWEST_DB <= value[0] < value[1] <= 0, "two numbers up to 0, the lower one first"
    if key == "bed":
        return value in BEDS, "the name of a bed, or none"
    kind, wanted = (bool, "true or false") if key == "tones" else (str, "a text")
    return isinstance(value, kind), wanted


def _is_number(value: Any) -> bool:
    return isinstance(value, (int, float)) and not isinstance(value, bool)
