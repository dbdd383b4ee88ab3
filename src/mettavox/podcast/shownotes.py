"""Show notes: what an app shows under an episode, as plain text and as HTML."""

from collections.abc import Sequence
from html import escape

from mettavox.podcast import plaintext

LONGEST = 4000
"""Bytes of a description: PSP-1, and Apple's."""

LEAST_CHAPTERS = 3
"""With fewer, Apple does not take a list of times for chapters."""

_GAP = "\n\n"


def lay(
    paragraphs: Sequence[str], *, listed: str = "", heading: str = "", closing: str = "", most: int = LONGEST
) -> tuple[str, ...]:
    """The blocks of a description, one or more lines each, that together have at most so many bytes.

    ``listed`` has a line for each chapter, under ``heading``; ``closing`` says who speaks. They stay when there is not
    room for everything: then paragraphs are cut, the last ones first, and after them chapters, as whole lines.
    """
    room = most
    ends = [closing] if closing else []
    room -= sum(plaintext.size(each + _GAP) for each in ends)
    times = _fitting([heading, *listed.splitlines()], room) if listed else ""
    room -= plaintext.size(times + _GAP) if times else 0
    begins = []
    for paragraph in filter(None, paragraphs):
        kept = plaintext.cut_bytes(paragraph, room)
        if not kept:
            break
        begins.append(kept)
        room -= plaintext.size(kept + _GAP)
    return (*begins, *filter(None, [times]), *ends)


def _fitting(lines: Sequence[str], room: int) -> str:
    text = ""
    for line in lines:
        longer = f"{text}\n{line}" if text else line
        if plaintext.size(longer + _GAP) > room:
            break
        text = longer
    return text


def plain(blocks: Sequence[str]) -> str:
    """As text: an empty line between blocks."""
    return _GAP.join(blocks)


def html(blocks: Sequence[str]) -> str:
    """As HTML: a paragraph for each block, and a break after each line."""
    return "".join(f"<p>{escape(block, quote=False).replace(chr(10), '<br/>')}</p>" for block in blocks)
