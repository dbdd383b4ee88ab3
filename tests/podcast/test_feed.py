"""The text of a feed: XML whatever is in it, and the same text back."""

from dataclasses import replace
from datetime import UTC, datetime
from xml.etree import ElementTree

import pytest

from mettavox.podcast import feed
from mettavox.podcast.feed import Channel, Episode, Picture
from mettavox.podcast.show import Funding, Person
from mettavox.podcast.soundbite import Soundbite
from published_tracks import NAMES, text

NASTY = "شيء <b>&amp; ]]> \" ' 🧘🏽‍♀️ \u202eabc\u202c שלום"
WHEN = datetime(2026, 11, 29, 12, 0, 5, tzinfo=UTC)
PERSON = Person(
    name=NASTY, role=NASTY, group="cast", href="https://example.org/?a=1&b=2", img="https://example.org/a.jpg"
)
EPISODE = Episode(
    title=NASTY,
    guid="g",
    link="https://example.org/a.html",
    published=WHEN,
    notes=f"{NASTY}\n\n{NASTY}",
    page=f"<p>{NASTY}</p>",
    url="https://example.org/a%20b.mp3",
    size=123,
    mime="audio/mpeg",
    seconds=45,
    image="https://example.org/a.jpg",
    explicit=False,
    language="en",
    transcripts=(("https://example.org/a.vtt", "text/vtt"),),
    chapters_url="https://example.org/a.chapters.json",
    chapters=((0, 1_500, NASTY), (1_500, 3_723_004, NASTY)),
    soundbite=Soundbite(start=1_500, length=15_050, title=NASTY),
    people=(PERSON,),
    synthetic=True,
    season=2,
    season_name=NASTY,
    number=3,
)
CHANNEL = Channel(
    title=NASTY,
    description=NASTY,
    feed="https://example.org/feed.xml",
    link="https://example.org/",
    guid="9b024349-ccf0-5f69-a609-6b82873eab3c",
    language="en",
    author=NASTY,
    owner=NASTY,
    email="care@example.org",
    picture=Picture(href="https://example.org/artwork.jpg", mime="image/jpeg", side=3000, alt=NASTY),
    categories=(("Health & Fitness", "Mental Health"), ("Arts",)),
    explicit=True,
    copyright=NASTY,
    funding=(Funding(url="https://example.org/?a=1&b=2", text=NASTY),),
    people=(PERSON,),
    medium="podcast",
    kind="serial",
    locked=True,
    complete=True,
    private=True,
    verify="05124",
    synthetic=True,
    published=WHEN,
    built=WHEN,
    generator="mettavox",
)


def test_any_text_comes_back() -> None:
    """Right-to-left, emoji, and all that XML has other uses for, as text and as attributes."""
    root = ElementTree.fromstring(feed.feed(CHANNEL, [feed.item(EPISODE)]).encode())
    (channel,) = root
    (item,) = channel.findall("item")
    for path in ("title", "description", "itunes:author", "podcast:funding", "podcast:person", "copyright"):
        assert text(channel, path) == NASTY, path
    assert text(item, "title") == NASTY
    assert text(item, "description") == f"{NASTY}\n\n{NASTY}"
    assert text(item, "content:encoded") == f"<p>{NASTY}</p>"
    assert text(item, "podcast:soundbite") == NASTY
    for path, attribute in (
        ("podcast:person", "role"),
        ("podcast:season", "name"),
        ("psc:chapters/psc:chapter", "title"),
    ):
        assert item.findall(path, NAMES)[0].attrib[attribute] == NASTY


def test_what_xml_cannot_hold_is_left_out() -> None:
    """And nothing else."""
    broken = "a\x00b\x1bc\ufffed\ud800e"
    made = feed.item(replace(EPISODE, title=broken, season_name=broken))
    item = ElementTree.fromstring(feed.feed(CHANNEL, [made]).encode())[0].find("item")
    assert item is not None
    assert text(item, "title") == "abcde"


def test_everything_has_its_place() -> None:
    """What the specifications ask for, with the values that they have."""
    channel = ElementTree.fromstring(feed.feed(CHANNEL, [feed.item(EPISODE)]).encode())[0]
    told = {path: text(channel, path) for path in (
        "itunes:type", "itunes:complete", "itunes:block", "podcast:block", "podcast:locked", "podcast:medium",
        "itunes:explicit", "itunes:owner/itunes:email", "pubDate", "lastBuildDate", "podcast:guid", "language",
    )}  # fmt: skip
    assert told == {
        "itunes:type": "serial", "itunes:complete": "yes", "itunes:block": "yes", "podcast:block": "yes",
        "podcast:locked": "yes", "podcast:medium": "podcast", "itunes:explicit": "true",
        "itunes:owner/itunes:email": "care@example.org", "pubDate": "Sun, 29 Nov 2026 12:00:05 GMT",
        "lastBuildDate": "Sun, 29 Nov 2026 12:00:05 GMT", "podcast:guid": CHANNEL.guid, "language": "en",
    }  # fmt: skip
    purposes = {each.attrib["purpose"]: each.text for each in channel.findall("podcast:txt", NAMES)}
    assert purposes == {"ai-content": "true", "applepodcastsverify": "05124"}
    (item,) = channel.findall("item")
    (taste,) = item.findall("podcast:soundbite", NAMES)
    assert (taste.attrib["startTime"], taste.attrib["duration"]) == ("1.5", "15.05")
    starts = [each.attrib["start"] for each in item.findall("psc:chapters/psc:chapter", NAMES)]
    assert starts == ["00:00:00.000", "00:00:01.500"]
    assert (text(item, "itunes:season"), text(item, "itunes:episode"), text(item, "podcast:episode")) == ("2", "3", "3")


@pytest.mark.parametrize(
    "lacking", ["copyright", "email", "complete", "private", "funding", "people", "verify", "synthetic"]
)
def test_what_is_not_told_is_not_there(lacking: str) -> None:
    """No element is empty."""
    nothing = type(getattr(CHANNEL, lacking))()
    channel = ElementTree.fromstring(feed.feed(replace(CHANNEL, **{lacking: nothing}), []).encode())[0]
    assert all(each.text or each.attrib for each in channel.iter())


def test_an_episode_can_tell_little() -> None:
    """As one has that was found without a record."""
    bare = replace(
        EPISODE, notes="", page="", image="", transcripts=(), chapters_url="", chapters=(), soundbite=None, people=(),
        synthetic=False, season=0, season_name="", number=0,
    )  # fmt: skip
    channel = ElementTree.fromstring(feed.feed(CHANNEL, [feed.item(bare)]).encode())[0]
    (item,) = channel.findall("item")
    assert {each.tag.rpartition("}")[2] for each in item} == {
        "title", "guid", "link", "pubDate", "enclosure", "duration", "explicit", "episodeType",
    }  # fmt: skip
