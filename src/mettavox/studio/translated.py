"""Translated: what makers say, in the language of the pages, and of what a page has where they speak of a command line.

Makers say everything in English. ``LANGUAGE/shared/studio/messages.yaml`` has their texts as templates, with slots
that count from 1, and beside each what the studio says: for Spanish all of them, for English those that would name a
command. What stands in a slot may be such a text itself. Whatever no template fits is shown as it was said.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from itertools import pairwise

from mettavox import phrasebook

SLOT = re.compile(r"\{(\d+)\}")
_QUOTED, _SLOT_VALUE = r"([^“”]*)", r"(.*?)"
_SENTENCE = re.compile(r"((?<=[.!?])\s+(?=\S)|\n)")
_BETWEEN = re.compile(r", | or | and the | and ")
_BARE = re.compile(r"\S+")
_LONGEST = 4000
_DEEPEST = 6
"""No text is longer, and none has others in it so deep: what has is a person's own, and is left alone."""
_MOST_PARTS = 5
"""A template has up to three sentences, and what is between them."""
_DECIMAL = re.compile(r"(?<![\w.,])(\d+)\.(\d+)(?=\s(?:s|min|dB|dBTP|LU|LUFS|kB|MB|GB)\b)")


def said(text: str, language: str) -> str:
    """What a maker said, as the studio says it in one of its languages; as it is where no template fits."""
    if not text or len(text) > _LONGEST:
        return text
    table = _table(language)
    return _DECIMAL.sub(rf"\1{table.decimal}\2", _Reading(table).any(text).text)


@dataclass(frozen=True, kw_only=True)
class _Template:
    """A text with slots: ``core`` is its longest part between them, which says soonest that it does not fit."""

    text: str
    said: str
    core: str
    letters: int


@dataclass(frozen=True, kw_only=True)
class _Table:
    """What is known in a language: texts without slots, those with them, the longest first; how things are joined."""

    plain: Mapping[str, str]
    slotted: tuple[_Template, ...]
    joins: Mapping[str, list[str]]
    decimal: str


@cache
def _table(language: str) -> _Table:
    table = phrasebook.read_yaml("scripts", (language, "shared", "studio", "messages.yaml"), None)
    texts = {**table["texts"], **table["parts"]}
    slotted = [_template(text, own) for text, own in texts.items() if SLOT.search(text)]
    return _Table(
        plain={text: own for text, own in texts.items() if not SLOT.search(text)},
        slotted=tuple(sorted(slotted, key=lambda each: -each.letters)),  # what says more fits better
        joins=table.get("joins", {}),
        decimal=table.get("decimal", "."),
    )


class _Reading:
    """One text, and what stands in it, held against a table; what was found is remembered as long as it takes."""

    def __init__(self, table: _Table) -> None:
        self._table = table
        self._read: dict[str, _Said | None] = {}
        self._deep = 0

    def any(self, text: str) -> "_Said":
        """A text that is known, or sentences and lines of which some are."""
        whole = self._whole(text)
        if whole and not whole.unknown:
            return whole
        split = self._sentences(_SENTENCE.split(text))
        return whole if whole and whole.unknown <= split.unknown else split

    def _sentences(self, parts: list[str]) -> "_Said":
        """Sentences, every other part being what is between two; a text that is known may be several of them."""
        said, unknown = "", 0
        while parts:
            count, own = self._run(parts)
            said, unknown = said + own.text + "".join(parts[count : count + 1]), unknown + own.unknown
            parts = parts[count + 1 :]
        return _Said(said, unknown)

    def _run(self, parts: list[str]) -> "tuple[int, _Said]":
        """How many of the parts are one text, and that: as many as leave less unknown together than each alone."""
        first = parts[:_MOST_PARTS]
        alone = [_as_it_is(part) if part.isspace() else self._whole(part) or _as_it_is(part) for part in first]
        for count in range(len(first), 1, -1):
            own = self._whole("".join(first[:count])) if count % 2 else None
            if own and own.unknown < sum(each.unknown for each in alone[:count]):
                return count, own
        return 1, alone[0]

    def _whole(self, text: str) -> "_Said | None":
        """A text that is known, or is but for its first letter or its last full stop: it may be said within another."""
        if text not in self._read:
            self._deep += 1
            self._read[text] = self._looked_up(text) if self._deep <= _DEEPEST else None
            self._deep -= 1
        return self._read[text]

    def _looked_up(self, text: str) -> "_Said | None":
        bare, stop = text.removesuffix("."), "." if text.endswith(".") else ""
        best: _Said | None = None
        for known in (text, f"{bare}.", bare):
            capital = known if _BARE.fullmatch(known) else known[:1].upper() + known[1:]
            for written in dict.fromkeys((known, capital)):
                found = self._exactly(written)
                if found and (best is None or found.unknown < best.unknown):
                    own = found.text if written == known else found.text[:1].lower() + found.text[1:]
                    best = _Said(own if known == text else own.removesuffix(".") + stop, found.unknown)
                if best and not best.unknown:
                    return best
        return best

    def _exactly(self, text: str) -> "_Said | None":
        """As the template says it that leaves the least unknown, and of several the one that says the most itself."""
        if text in self._table.plain:
            return _Said(self._table.plain[text], 0)
        if _BARE.fullmatch(text):
            return None
        best: _Said | None = None
        for template in self._table.slotted:
            if template.core in text and (found := _pattern(template.text).fullmatch(text)):
                own = self._filled(template, found.groups())
                if best is None or own.unknown < best.unknown:
                    best = own
                if not best.unknown:
                    return best
        elsewhere = self._at_a_place(text)
        return min((each for each in (best, elsewhere) if each), key=lambda each: each.unknown, default=None)

    def _at_a_place(self, text: str) -> "_Said | None":
        """What begins with where it is: “guests.csv, row 3: there is no code.”"""
        place, colon, rest = text.partition(": ")
        found = self._whole(rest) if colon else None
        if found is None:
            return None
        where = self._whole(place) or _as_it_is(place)
        return _Said(f"{where.text}: {found.text}", where.unknown + found.unknown)

    def _filled(self, template: _Template, values: tuple[str, ...]) -> "_Said":
        own = [
            _Said(value, 0) if f"“{{{number}}}”" in template.text else self._value(value)
            for number, value in enumerate(values, start=1)
        ]
        text = SLOT.sub(lambda slot: own[int(slot[1]) - 1].text, template.said)
        return _Said(text, sum(each.unknown for each in own))

    def _value(self, text: str) -> "_Said":
        return self._list(text) or self.any(text)

    def _list(self, text: str) -> "_Said | None":
        """What is joined by commas, “or” and “and”, where each part is known, or all are single words or names."""
        parts, joints = _BETWEEN.split(text), _BETWEEN.findall(text)
        if not joints:
            return None
        own = [self._whole(part) or (_as_it_is(part) if _BARE.fullmatch(part) else None) for part in parts]
        known = [each for each in own if each]
        if len(known) < len(own):
            return None
        said = known[0].text
        for joint, part in zip(joints, known[1:], strict=True):
            said += self._joint(joint, part.text) + part.text
        return _Said(said, sum(each.unknown for each in known))

    def _joint(self, joint: str, following: str) -> str:
        """A comma, “or” or “and” between two things; “y” is “e” before the sound of an i, and so is “o” “u”."""
        word = joint.split(maxsplit=1)[0]
        if word == ",":
            return ", "
        own, before, other = (*self._table.joins.get(word, [word]), "", "")[:3]
        return f" {other if before and re.match(before, following, re.IGNORECASE) else own} "


@dataclass(frozen=True)
class _Said:
    """A text, and how many letters of it stayed as they were, for want of a template."""

    text: str
    unknown: int


def _as_it_is(text: str) -> _Said:
    return _Said(text, sum(map(str.isalpha, text)))


def _template(text: str, own: str) -> _Template:
    between = SLOT.split(text)[::2]
    return _Template(text=text, said=own, core=max(between, key=len), letters=sum(map(len, between)))


@cache
def _pattern(text: str) -> re.Pattern[str]:
    """What a template fits. A name in quotation marks ends with them."""
    between = SLOT.split(text)[::2]
    pattern = re.escape(between[0])
    for before, after in pairwise(between):
        is_quoted = before.endswith("“") and after.startswith("”")
        pattern += (_QUOTED if is_quoted else _SLOT_VALUE) + re.escape(after)
    return re.compile(pattern, re.DOTALL)
