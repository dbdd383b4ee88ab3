"""Index page: all tracks of a folder at a glance, to search and to choose from."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import quote

from mettavox import handout
from mettavox.catalogue import Item
from mettavox.site import fixedwords, trackpage, webpage
from mettavox.site.fixedwords import Words
from mettavox.units import name_of

# Seconds at which the choices of lengths begin and end: 5, 10 and 20 minutes.
_EDGES = (300, 600, 1200)


@dataclass(frozen=True, kw_only=True)
class Card:
    """What is kept of a track for the index."""

    file: str
    page: str
    key: str
    title: str
    practice: str
    purpose: str
    language: str
    seconds: int
    cover: str
    voices: tuple[str, ...]
    people: tuple[str, ...]

    @staticmethod
    def of(item: Item, cover: str) -> "Card":
        """The card of a track; ``cover`` is a path within the folder, or nothing."""
        title = item.practice_title or item.title
        return Card(
            file=item.file,
            page=item.page,
            key=item.key,
            title=title,
            practice=item.practice or name_of(title),
            purpose=item.purpose,
            language=item.language,
            seconds=round(item.seconds),
            cover=cover,
            voices=item.voices,
            people=item.people,
        )


def html(
    cards: Sequence[Card], language: str, words: Words, *, title: str, feed: str = "", private: bool = True
) -> str:
    """The page of these tracks, in their order; ``feed`` is the path of a podcast feed in the folder, or nothing."""
    languages = sorted({card.language for card in cards})
    shown = [
        {
            "practice": card.title,
            "seconds": card.seconds,
            "language": card.language,
            "cover": quote(card.cover),
            "page": quote(card.page),
            "title": card.title,
            "purpose": card.purpose,
            "facts": " · ".join(
                [
                    fixedwords.length(card.seconds, words),
                    *([fixedwords.own_name(card.language)] if len(languages) > 1 else []),
                    *([card.key] if _is_a_code(card) else []),
                ]
            ),
        }
        for card in cards
    ]
    return webpage.page(
        "library",
        language,
        words,
        title=title,
        private=private,
        feed=quote(feed),
        in_all=handout.fill(
            words["in_all"],
            tracks=fixedwords.counted(len(cards), words),
            length=fixedwords.length(sum(card.seconds for card in cards), words),
        ),
        practices=sorted({card.title for card in cards}, key=str.casefold),
        languages=[(tag, fixedwords.own_name(tag)) for tag in languages],
        lengths=list(_lengths(cards, words)),
        cards=shown,
        credit=trackpage.credit(_each(card.voices for card in cards), _each(card.people for card in cards), words),
    )


def _is_a_code(card: Card) -> bool:
    """Whether what the track is called says more than its title and its length do."""
    return not card.key.rpartition("/")[2].startswith(card.practice or " ")


def _each(lists: Iterator[tuple[str, ...]]) -> tuple[str, ...]:
    """Each of them once."""
    return tuple(dict.fromkeys(each for one in lists for each in one))


def _lengths(cards: Sequence[Card], words: Words) -> Iterator[tuple[int, str, str]]:
    """The lengths that there are tracks of: over so many seconds, up to so many, and how that is said."""
    for over, most in zip((0, *_EDGES), (*_EDGES, None), strict=True):
        if not any(over < card.seconds and (most is None or card.seconds <= most) for card in cards):
            continue
        if most is None:
            yield over, "", handout.fill(words["over"], minutes=over // 60)
        elif not over:
            yield over, str(most), handout.fill(words["up_to"], minutes=most // 60)
        else:
            yield over, str(most), handout.fill(words["between"], least=over // 60, most=most // 60)
