"""Cards: a line's words in pieces that can be read at a glance, cut where a sentence can be cut."""

from collections.abc import Sequence
from functools import cache, lru_cache

WIDTH, LINES = 32, 2
"""Characters in a line of a caption, and lines of a card: what podcast apps ask of SRT."""

_MARKS = ",;:–—….!?"
_CLOSING = "\"'”’»)"
# With what a clause begins, in every language that is spoken here; the sets do not get in each other's way.
_JOINING = frozenset({
    "and", "or", "but", "so", "because", "while", "when", "where", "if", "that", "which", "then", "y", "e", "o",
    "u", "ni", "pero", "que", "porque", "mientras", "cuando", "donde", "si", "aunque",
})  # fmt: skip
_PLACING = frozenset({
    "to", "with", "for", "of", "in", "on", "at", "by", "from", "into", "as", "than", "like", "without", "a", "con",
    "para", "de", "del", "en", "por", "desde", "hasta", "como", "sin", "al",
})  # fmt: skip
# What a cut costs: nothing at a mark, most within a phrase; and more still behind a small word, which leans
# on the next one ("the | floor").
_JOIN_COST, _PLACE_COST, _WORD_COST, _LEANING_COST = 1.0, 2.0, 3.0, 1.0
_LEANING_LETTERS = 3
_UNEVEN_COST = 2.0


@lru_cache(maxsize=1024)  # the lines of a script come again in one track after another
def wrapped(text: str) -> tuple[str, ...]:
    """The text in lines of at most WIDTH characters; two lines are as even as can be.

    A word that is longer than a line stays whole, in a line of its own.
    """
    words = text.split()
    lines = _greedy(words)
    if len(lines) != LINES:
        return tuple(lines)
    ways = [(" ".join(words[:place]), " ".join(words[place:])) for place in range(1, len(words))]
    # Of even ways the one with the longer second line: a card that stands on its broad side.
    return min(ways, key=lambda way: (max(map(len, way)), len(way[0])))


@lru_cache(maxsize=1024)
def cards(text: str) -> tuple[str, ...]:
    """The text as the fewest cards that each wrap into LINES lines; cut at clause ends, as evenly as goes."""
    words = tuple(text.split())
    fewest = _fewest(words)
    if fewest <= 1:
        return (" ".join(words),)
    even = len(" ".join(words)) / fewest

    @cache
    def best(start: int, left: int) -> tuple[float, tuple[str, ...]]:
        """The cheapest way to make ``left`` cards of the words from ``start`` on."""
        if left == 1:
            text = " ".join(words[start:])
            return (_uneven(text, even), (text,)) if _is_card(words[start:]) else (float("inf"), ())
        ways: list[tuple[float, tuple[str, ...]]] = []
        for end in range(start + 1, len(words)):
            if not _is_card(words[start:end]):
                break
            text = " ".join(words[start:end])
            cost, rest = best(end, left - 1)
            ways.append((cost + _uneven(text, even) + _cut(words, end), (text, *rest)))
        return min(ways, default=(float("inf"), ()))

    return best(0, fewest)[1]


def pauses(text: str) -> bool:
    """Whether a card ends with a mark at which a voice pauses."""
    return text.rstrip(_CLOSING)[-1:] in tuple(_MARKS)


def _greedy(words: Sequence[str]) -> list[str]:
    lines: list[str] = []
    for word in words:
        if lines and len(lines[-1]) + 1 + len(word) <= WIDTH:
            lines[-1] += f" {word}"
        else:
            lines.append(word)
    return lines


def _is_card(words: Sequence[str]) -> bool:
    return len(_greedy(words)) <= LINES


def _fewest(words: Sequence[str]) -> int:
    count, start = 0, 0
    while start < len(words):
        end = start + 1
        while end < len(words) and _is_card(words[start : end + 1]):
            end += 1
        count, start = count + 1, end
    return count


def _uneven(text: str, even: float) -> float:
    return _UNEVEN_COST * ((len(text) - even) / even) ** 2


def _cut(words: Sequence[str], place: int) -> float:
    """What it costs to cut before the word at ``place``."""
    if pauses(words[place - 1]):
        return 0.0
    after = words[place].lower().strip(_MARKS + _CLOSING + "“«¿¡(")
    if not after:  # a dash that stands by itself belongs to the words before it
        return 2 * _WORD_COST
    cost = _JOIN_COST if after in _JOINING else _PLACE_COST if after in _PLACING else _WORD_COST
    return cost + (_LEANING_COST if len(words[place - 1]) <= _LEANING_LETTERS else 0.0)
