"""Fields of a record's file, read one by one, each of the kind and in the bounds that it has to be."""

import dataclasses
import math
import re
from collections.abc import Iterator
from fractions import Fraction
from itertools import product
from typing import Any

from mettavox.blanks import Shared
from mettavox.delivery import RATES, Delivery
from mettavox.proof import Proof, Quiet, Sound, pieces_of
from mettavox.takes import ENGINE as RECORDED
from mettavox.units import LONGEST_SECONDS

_FURTHEST_DB = 200.0
"""No level, in whatever dB, is further from 0 than this."""

_MOST_BYTES = 1 << 40

_SECONDS = re.compile(r"\d{1,12}(/\d{1,12})?")


class WrongField(ValueError):
    """A field of a record is missing or wrong; ``field`` is the way to it, such as “sounds 3, start”."""

    def __init__(self, field: str) -> None:
        super().__init__(field)
        self.field = field


class Fields:
    """A table of a record; ``way`` is the way to it. Every reading raises WrongField."""

    def __init__(self, table: Any, way: str = "") -> None:
        self._way = way
        if not isinstance(table, dict):
            raise WrongField(way or "all of it")
        self.table = table

    def wrong(self, key: str) -> WrongField:
        """The error for a field that is missing or wrong."""
        return WrongField(f"{self._way}, {key}" if self._way else key)

    def text(self, key: str) -> str:
        """A text that is not empty and lies on one line."""
        value = self.table.get(key)
        if not isinstance(value, str) or not value.strip() or "\n" in value:
            raise self.wrong(key)
        return value

    def hexadecimal(self, key: str, digits: int) -> str:
        """So many hexadecimal digits."""
        value = self.table.get(key)
        if not isinstance(value, str) or not re.fullmatch(rf"[0-9a-f]{{{digits}}}", value):
            raise self.wrong(key)
        return value

    def whole(self, key: str, least: int, most: int) -> int:
        """A whole number from ``least`` to ``most``."""
        value = self.table.get(key)
        if type(value) is not int or not least <= value <= most:
            raise self.wrong(key)
        return value

    def number(self, key: str, least: float, most: float) -> float:
        """A number from ``least`` to ``most``."""
        value = self.table.get(key)
        if not _is_number(value, least, most):
            raise self.wrong(key)
        return float(value)  # type: ignore[arg-type]

    def one_of(self, key: str, known: tuple[str, ...]) -> str:
        """One of the ``known`` texts."""
        value = self.table.get(key)
        if not isinstance(value, str) or value not in known:
            raise self.wrong(key)
        return value

    def yes_or_no(self, key: str) -> bool:
        """True or false."""
        value = self.table.get(key)
        if not isinstance(value, bool):
            raise self.wrong(key)
        return value

    def seconds(self, key: str) -> Fraction:
        """A length of up to a day, written as “90” or “7501/500”."""
        value = self.table.get(key)
        if not isinstance(value, str) or not _SECONDS.fullmatch(value) or value.endswith("/0"):
            raise self.wrong(key)
        length = Fraction(value)
        if not 0 < length <= LONGEST_SECONDS:
            raise self.wrong(key)
        return length

    def texts(self, key: str, known: tuple[str, ...]) -> tuple[str, ...]:
        """A list of some of the ``known`` texts."""
        value = self.table.get(key)
        if not isinstance(value, list) or any(each not in known for each in value):
            raise self.wrong(key)
        return tuple(value)

    def all_texts(self, needed: tuple[str, ...]) -> dict[str, str]:
        """Every field, all of which have to be texts, empty ones among them; the ``needed`` ones have to be there."""
        for key in (*needed, *self.table):
            if not isinstance(self.table.get(key), str):
                raise self.wrong(key)
        return dict(self.table)

    def part(self, key: str) -> "Fields":
        """A table in this one."""
        return Fields(self.table.get(key), f"{self._way}, {key}" if self._way else key)

    def parts(self, key: str) -> Iterator["Fields"]:
        """Each table of a list of them."""
        value = self.table.get(key)
        if not isinstance(value, list):
            raise self.wrong(key)
        for number, each in enumerate(value, start=1):
            yield Fields(each, f"{key} {number}")

    def stretch(self, frames: int, least: int) -> tuple[int, int]:
        """``start`` and ``frames``, of which there are ``least``, within a track of so many frames."""
        start = self.whole("start", 0, frames)
        return start, self.whole("frames", least, frames - start)

    def spans(self, key: str, frames: int) -> tuple[tuple[int, int], ...]:
        """A list of pairs of frames, each start before its end, up to ``frames``."""
        value = self.table.get(key)
        if not isinstance(value, list) or not all(map(_is_pair, value)):
            raise self.wrong(key)
        edges = [0, *(edge for pair in value for edge in pair), frames]
        if edges != sorted(edges):
            raise self.wrong(key)
        return tuple((start, end) for start, end in value)

    def levels(self, key: str, count: int) -> tuple[float, ...]:
        """So many levels in dB; or one, of all of them together."""
        value = self.table.get(key)
        if not isinstance(value, list) or len(value) not in (1, count):
            raise self.wrong(key)
        if not all(_is_number(each, -_FURTHEST_DB, _FURTHEST_DB) for each in value):
            raise self.wrong(key)
        return tuple(map(float, value))


def check_told(fields: Fields) -> None:
    """That what a record tells people is whole, which nothing else reads. Raises WrongField."""
    fields.part("script").text("id")
    voices = ["voice"] if fields.table.get("fill") is None else ["voice", "fill"]
    for voice, key in product(voices, ("id", "label", "engine")):
        fields.part(voice).text(key)
    fields.number("spaciousness", -1, 1)
    if not _are_texts(fields.table.get("left_out")):
        raise fields.wrong("left_out")
    frames = fields.whole("frames", 1, LONGEST_SECONDS * max(RATES))
    measured = fields.part("measured")
    measured.whole("frames", frames, frames)
    measured.number("voice_lufs", -_FURTHEST_DB, _FURTHEST_DB)
    measured.number("true_peak_dbtp", -_FURTHEST_DB, _FURTHEST_DB)
    for tone in fields.parts("tones"):
        tone.text("phase")
        tone.stretch(frames, least=0)
    _check_profile(fields.part("profile"))


def _check_profile(profile: Fields) -> None:
    for each in dataclasses.fields(Delivery):
        value = profile.table.get(each.name, ...)
        number = _is_number(value, -_FURTHEST_DB, max(RATES))
        if each.type in (str, bool):
            right = type(value) is each.type
        elif each.type in (int, float):
            right = number
        elif each.name == "bells":
            right = _are_texts(value)
        else:
            right = number or value is None or isinstance(value, list)
        if not right:
            raise profile.wrong(each.name)


def _are_texts(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(each, str) for each in value)


def told(fields: Fields) -> dict[str, Any]:
    """What a record tells of its script, its voices and its file, as fields of a Record. Raises WrongField."""
    script = fields.part("script")
    if not isinstance(script.table.get("purpose"), str):
        raise script.wrong("purpose")
    if not _are_texts(script.table.get("notes")):
        raise script.wrong("notes")
    speaking = [fields.part(key) for key in ("voice", "fill") if fields.table.get(key) is not None]
    labels = [(voice.text("label"), voice.text("engine") == RECORDED) for voice in speaking]
    return {
        "practice": script.text("title"),
        "purpose": script.table["purpose"],
        "notes": tuple(script.table["notes"]),
        "voices": tuple(label for label, recorded in labels if not recorded),
        "people": tuple(label for label, recorded in labels if recorded),
        "audio_bytes": fields.part("audio").whole("bytes", 1, _MOST_BYTES),
    }


def proof(fields: Fields) -> Proof:
    """What the track of a record has to hold. Raises WrongField."""
    rate = fields.whole("rate", min(RATES), max(RATES))
    if rate not in RATES:
        raise fields.wrong("rate")
    frames = fields.whole("frames", 1, LONGEST_SECONDS * rate)
    profile = fields.part("profile")
    return Proof(
        rate=rate,
        frames=frames,
        voice_lufs=fields.number("voice_lufs", -_FURTHEST_DB, 0),
        added_lu=fields.number("added_lu", -_FURTHEST_DB, _FURTHEST_DB),
        highest_dbtp=profile.number("highest_dbtp", -_FURTHEST_DB, 0),
        sounds=tuple(_sound(each, rate, frames) for each in fields.parts("sounds")),
        quiets=tuple(_quiet(each, frames) for each in fields.parts("silences")),
        floor=fields.number("floor", 0, 1),
    )


def shared(fields: Fields, frames: int) -> Shared:
    """What a track of so many frames has in common with those of others. Raises WrongField."""
    slots = fields.part("slots")
    return Shared(
        slots={_number(slots, key): slots.whole(key, 1, frames) for key in slots.table},
        slack_seconds=fields.number("slack", 0, LONGEST_SECONDS),
    )


def _number(fields: Fields, key: object) -> int:
    if not isinstance(key, str) or not re.fullmatch(r"0|[1-9]\d{0,5}", key):
        raise fields.wrong(str(key))
    return int(key)


def _sound(fields: Fields, rate: int, frames: int) -> Sound:
    start, length = fields.stretch(frames, least=1)
    return Sound(
        number=fields.whole("line", 0, 1 << 31),
        start=start,
        frames=length,
        levels=fields.levels("levels_db", pieces_of(start, length, rate)),
    )


def _quiet(fields: Fields, frames: int) -> Quiet:
    start, length = fields.stretch(frames, least=0)
    return Quiet(start=start, frames=length, floor=fields.number("floor", 0, 1))


def _is_number(value: Any, least: float, most: float) -> bool:
    """Whether it is a number in these bounds; NaN, which JSON's readers take, is in none."""
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        return False
    return least <= value <= most and not math.isnan(value)


def _is_pair(value: Any) -> bool:
    return isinstance(value, list) and [type(each) for each in value] == [int, int]
