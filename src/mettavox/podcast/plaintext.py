"""Plain text as feeds take it: legal in XML, and cut where it is too long, never within a letter."""

import re
import unicodedata

# XML 1.0, 2.2 (Char), and without the control characters that it only puts up with.
_ILLEGAL = re.compile("[^\t\n\x20-\x7e\xa0-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")
_ELLIPSIS = "…"
_JOINER = "\N{ZERO WIDTH JOINER}"
_SKIN_TONES = range(0x1F3FB, 0x1F400)
_FLAG_LETTERS = range(0x1F1E6, 0x1F200)


def legal(text: str) -> str:
    """The text without what XML cannot hold."""
    return _ILLEGAL.sub("", text)


def one_line(text: str) -> str:
    """The text on one line, without outer blanks and without what XML cannot hold."""
    return " ".join(legal(" ".join(text.split())).split())


def cut(text: str, letters: int) -> str:
    """The text with at most so many characters; one that was cut ends in "…"."""
    if len(text) <= letters:
        return text
    return text[: _edge(text, letters - 1)].rstrip() + _ELLIPSIS


def cut_bytes(text: str, count: int) -> str:
    """The text with at most so many bytes of UTF-8; one that was cut ends in "…", and nothing is left of it below 3."""
    encoded = text.encode("utf-8")
    if len(encoded) <= count:
        return text
    room = count - len(_ELLIPSIS.encode("utf-8"))
    if room < 0:
        return ""
    return text[: _edge(text, len(encoded[:room].decode("utf-8", "ignore")))].rstrip() + _ELLIPSIS


def size(text: str) -> int:
    """In bytes of UTF-8."""
    return len(text.encode("utf-8"))


def _edge(text: str, place: int) -> int:
    """The last place up to this one that is not within what is seen as one letter."""
    while 0 < place < len(text) and _belongs(text, place):
        place -= 1
    return place


def _belongs(text: str, place: int) -> bool:
    """Whether the character there is a part of the letter before it: an accent, or more of an emoji."""
    letter, before = text[place], text[place - 1]
    if unicodedata.category(letter).startswith("M") or ord(letter) in _SKIN_TONES or _JOINER in (letter, before):
        return True
    if ord(letter) not in _FLAG_LETTERS:
        return False
    first = place
    while first and ord(text[first - 1]) in _FLAG_LETTERS:
        first -= 1
    return (place - first) % 2 == 1
