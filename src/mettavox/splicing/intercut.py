"""Intercut: the captions of an episode cut at the seams and shifted, with those of what was put in between."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from html import unescape

from mettavox import captions, cards
from mettavox.errors import CodecError
from mettavox.retime import Cut
from mettavox.units import stamp

_TIME = r"(?:(\d{1,3}):)?(\d{1,2}):(\d{2})[.,](\d{1,3})"
_TIMING = re.compile(rf"[ \t]*{_TIME}[ \t]*-->[ \t]*{_TIME}([ \t].*)?")
_INNER = re.compile(rf"<{_TIME}>")
_TAG = re.compile(r"<[^>]*>")
# What is left of a caption at a seam is not worth reading when it is shorter.
_SHORTEST_MS = 400
_HINT = "Mend it, or move it away to do without captions."


@dataclass(frozen=True, kw_only=True)
class Card:
    """A caption from ``start`` to ``end``, in milliseconds.

    ``words`` are its lines as they are written, markup included; ``name`` and ``style`` are what VTT has before and
    after its time.
    """

    start: int
    end: int
    words: str
    name: str = ""
    style: str = ""


@dataclass(frozen=True, kw_only=True)
class Captions:
    """A file of captions: its cards in their order, and what VTT has before them, such as styles."""

    cards: tuple[Card, ...]
    head: tuple[str, ...] = ()


def read(text: str, name: str) -> Captions:
    """The captions in a VTT or SRT file, whoever wrote it. Raises CodecError, which names the file, for none."""
    blocks = [block for block in re.split(r"\n[ \t]*\n+", _plain(text)) if block.strip()]
    is_vtt = bool(blocks) and blocks[0].startswith("WEBVTT")
    head: list[str] = [blocks.pop(0)] if is_vtt else []
    found: list[Card] = []
    for block in blocks:
        lines = block.strip("\n").split("\n")
        at = next((place for place, line in enumerate(lines[:2]) if _TIMING.fullmatch(line)), None)
        if at is not None:
            found.append(_card(lines, at, is_vtt=is_vtt))
        elif is_vtt and not found:
            head.append(block)
    if not found:
        raise CodecError(f"“{name}” has no captions that can be read.", hint=_HINT)
    return Captions(cards=tuple(sorted(found, key=lambda card: card.start)), head=tuple(head))


def _plain(text: str) -> str:
    return text.removeprefix("\ufeff").replace("\r\n", "\n").replace("\r", "\n").replace("\0", "")


def _card(lines: Sequence[str], at: int, *, is_vtt: bool) -> Card:
    timing = _TIMING.fullmatch(lines[at])
    assert timing is not None
    parts = timing.groups()
    return Card(
        start=_moment(parts[:4]),
        end=_moment(parts[4:8]),
        words="\n".join(lines[at + 1 :]),
        name=lines[0] if at and is_vtt else "",
        style=(parts[8] or "").strip() if is_vtt else "",
    )


def _moment(parts: Sequence[str | None]) -> int:
    hours, minutes, seconds = (int(part or 0) for part in parts[:3])
    return ((hours * 60 + minutes) * 60 + seconds) * 1000 + int(f"{parts[3]:0<3}")


def joined(host: Captions, inserted: Captions | None, cut: Cut) -> Captions:
    """The captions of the result.

    A card that reaches over a seam is cut there, and goes on behind it where enough is left. The cards of the insert
    come whole, and those of the episode make room for them.
    """
    room = cut.end - cut.insert
    between = [
        _moved(replace(card, end=min(card.end, room)), cut.insert)
        for card in (inserted.cards if inserted else ())
        if card.start < min(card.end, room)
    ]
    heard = (between[0].start, max(card.end for card in between)) if between else (cut.leave, 0)
    cards = [piece for card in host.cards for piece in _pieces(card, cut, heard)]
    return Captions(cards=tuple(sorted([*cards, *between], key=lambda card: card.start)), head=host.head)


def _pieces(card: Card, cut: Cut, heard: tuple[int, int]) -> Iterator[Card]:
    """What is left of a card before and after what is ``heard`` of the insert."""
    early, late = cut.parts(card.start, min(card.end, cut.host))
    if early:
        yield from _piece(card, 0, early[0], min(early[1], heard[0]))
    if late:
        yield from _piece(card, cut.back - cut.resume, max(late[0], heard[1]), late[1])


def _piece(card: Card, by: int, start: int, end: int) -> Iterator[Card]:
    if end - start >= min(_SHORTEST_MS, card.end - card.start):
        yield replace(_moved(card, by), start=start, end=end)


def _moved(card: Card, by: int) -> Card:
    def inner(found: re.Match[str]) -> str:
        return f"<{stamp(max(0, _moment(found.groups()) + by))}>"

    return replace(card, start=card.start + by, end=card.end + by, words=_INNER.sub(inner, card.words))


def vtt(found: Captions) -> str:
    """WebVTT. The names of its cards are given once only: a card that was cut in two has it in its first part."""
    blocks = [*(found.head or ("WEBVTT",))]
    names: set[str] = set()
    for card in found.cards:
        name = "" if card.name in names else card.name
        names.add(name)
        timing = f"{stamp(card.start)} --> {stamp(card.end)} {card.style}".rstrip()
        blocks.append("\n".join(filter(None, [name, timing, card.words])))
    return "\n\n".join(blocks) + "\n"


def srt(found: Captions) -> str:
    """SubRip, its cards numbered anew."""
    blocks = (
        f"{number}\n{stamp(card.start, ',')} --> {stamp(card.end, ',')}\n{card.words}\n\n"
        for number, card in enumerate(found.cards, start=1)
    )
    return "".join(blocks)


def for_srt(found: Captions) -> Captions:
    """Captions of a VTT file as those of an SRT file: without markup, in lines that fit."""
    return Captions(cards=tuple(_as_srt(found)))


def _as_srt(found: Captions) -> Iterator[Card]:
    for card in found.cards:
        words = captions.srt_text(" ".join(unescape(_TAG.sub("", card.words)).split()))
        if words:
            yield Card(start=card.start, end=card.end, words="\n".join(cards.wrapped(words)))


def for_vtt(found: Captions) -> Captions:
    """Captions of an SRT file as those of a VTT file."""
    return Captions(
        cards=tuple(replace(card, words=captions.escaped(_TAG.sub("", card.words))) for card in found.cards)
    )
