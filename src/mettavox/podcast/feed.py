"""Feed: a show and its episodes as RSS 2.0, from plain data, with what podcast directories and apps ask for.

RSS 2.0; Apple's tags; the podcast namespace (podcastindex.org/namespace/1.0); Podlove Simple Chapters; PSP-1.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.utils import format_datetime
from functools import cache
from typing import Any

from jinja2 import Environment
from markupsafe import Markup

from mettavox import handout, units
from mettavox.chapters import Timed
from mettavox.podcast import plaintext
from mettavox.podcast.show import Funding, Person
from mettavox.podcast.soundbite import Soundbite

TYPES = {".vtt": "text/vtt", ".srt": "application/x-subrip", ".chapters.json": "application/json+chapters"}
"""Of files beside a track."""


@dataclass(frozen=True, kw_only=True)
class Picture:
    """A square picture: its address, MIME type, pixels a side, and what it shows, for who cannot see it."""

    href: str
    mime: str
    side: int
    alt: str


@dataclass(frozen=True, kw_only=True)
class Channel:
    """A show. ``feed`` is the address of the feed itself, ``link`` that of its page.

    ``synthetic`` says that every episode has a synthetic voice; ``private`` that directories are to leave it out.
    """

    title: str
    description: str
    feed: str
    link: str
    guid: str
    language: str
    author: str
    owner: str
    email: str
    picture: Picture
    categories: tuple[tuple[str, ...], ...]
    explicit: bool
    copyright: str
    funding: tuple[Funding, ...]
    people: tuple[Person, ...]
    medium: str
    kind: str
    locked: bool
    complete: bool
    private: bool
    verify: str
    synthetic: bool
    published: datetime
    built: datetime
    generator: str


@dataclass(frozen=True, kw_only=True)
class Episode:
    """An episode. ``seconds`` are whole; ``transcripts`` are an address and a MIME type each.

    ``notes`` is its description as plain text and ``page`` as HTML; ``season`` and ``number`` are 0 where it has none.
    """

    title: str
    guid: str
    link: str
    published: datetime
    notes: str
    page: str
    url: str
    size: int
    mime: str
    seconds: int
    image: str
    explicit: bool
    language: str
    transcripts: tuple[tuple[str, str], ...]
    chapters_url: str
    chapters: tuple[Timed, ...]
    soundbite: Soundbite | None
    people: tuple[Person, ...]
    synthetic: bool
    season: int = 0
    season_name: str = ""
    number: int = 0


def item(episode: Episode) -> str:
    """An episode as it stands in a feed; the same for the same."""
    return _filled("item.xml", episode=episode)


def feed(channel: Channel, items: Sequence[str]) -> str:
    """A whole feed, from what ``item`` has given, in this order."""
    return _filled("feed.xml", channel=channel, items=[Markup(each) for each in items])


def _filled(template: str, **values: Any) -> str:
    return _templates().get_template(template).render(date=_date, stamp=units.stamp, number=_number, **values)


def _date(moment: datetime) -> str:
    """RFC 2822, in universal time."""
    return format_datetime(moment, usegmt=True)


def _number(milliseconds: int) -> str:
    """Seconds as a decimal number without an exponent."""
    whole, rest = divmod(milliseconds, 1000)
    return f"{whole}.{rest:03d}".rstrip("0").rstrip(".") if rest else str(whole)


def _legal(value: Any) -> Any:
    """What a template fills in, without what XML cannot hold; what is XML already stays so."""
    return type(value)(plaintext.legal(value)) if isinstance(value, str) else value


@cache
def _templates() -> Environment:
    return handout.templates().overlay(finalize=_legal)
