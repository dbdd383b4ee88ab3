"""A roster of people who are not there: as many different plain names as asked for, always the same."""

import csv
from pathlib import Path

import material

_BEGINNINGS = ("B", "D", "F", "G", "H", "K", "L", "M", "N", "P", "R", "S", "T", "V")
_VOWELS = ("a", "e", "i", "o", "u")
_MIDDLES = ("r", "l", "n", "m", "s", "t", "d", "v", "lm", "nd", "rs", "st")
_ENDINGS = ("", "n", "s", "l", "r")
_MOST_MIDDLES = 3
_STRIDE = 7919  # prime, so that names beside each other differ from their first letter on
MOST = len(_BEGINNINGS) * len(_VOWELS) * len(_MIDDLES) * len(_VOWELS) * len(_ENDINGS)
"""How many names there are."""


def names(count: int) -> list[str]:
    """So many different names of 4 to 10 letters. Raises ValueError for more than there are."""
    if count > MOST:
        raise ValueError(f"There are {MOST} names.")
    return [_name(number * _STRIDE % MOST, number % _MOST_MIDDLES) for number in range(count)]


def _name(number: int, more: int) -> str:
    """The name of a number below MOST; ``more`` middles are put in, which changes no other part."""
    parts = []
    for choices in (_BEGINNINGS, _VOWELS, _MIDDLES, _VOWELS, _ENDINGS):
        number, place = divmod(number, len(choices))
        parts.append(choices[place])
    ending = parts.pop()
    return "".join(parts) + "mira"[: 2 * more] + ending


def write(path: Path, count: int, *, minutes: int, bed: str, first: int = 0) -> None:
    """A roster of the benchmark's script for the people from ``first`` on."""
    with path.open("w", encoding="utf-8", newline="") as file:
        rows = csv.writer(file)
        rows.writerow(("code", "script", "minutes", "voice", "bed", "name"))
        for number, name in enumerate(names(first + count)[first:], start=first):
            rows.writerow((f"t{number:05}", material.SCRIPT, minutes, material.VOICE, bed, name))
