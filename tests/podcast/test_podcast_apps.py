"""A feed as others read it: parsers that apps are built on, the namespace's own schema, and apps that subscribe to it.

The schema and partytime are not ours to keep here: METTAVOX_PODCAST_XSD is the path of podcast-wrapper.xsd, from
docs/schema of the podcast namespace, and METTAVOX_NODE_MODULES a folder in which npm has installed podcast-partytime.
"""

import contextlib
import json
import os
import shutil
import sqlite3
import subprocess
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import feedparser
import podcastparser
import pytest

from mettavox.podcast import publishing
from published_tracks import NAMES, channel, items, served, text, track

SCHEMA, MODULES = os.environ.get("METTAVOX_PODCAST_XSD", ""), os.environ.get("METTAVOX_NODE_MODULES", "")
URL = "https://example.org/care"
SHOW = """\
title = "Care & <rest> שלום 🧘"
description = "For people who care."
author = "A clinic"
email = "care@example.org"
language = "en"
category = "Health & Fitness > Mental Health"
link = "https://example.org/"
copyright = "A clinic"
[[funding]]
url = "https://example.org/give"
text = "Support us"
[[person]]
name = "Ana"
role = "host"
href = "https://example.org/ana"
"""
TITLE = "One & <two> ]]> שלום 🧘🏽"
CHAPTERS = [(0, "Welcome"), (8, "Settle"), (35, "Close")]
COURSE = {"title": "Care", "language": "en", "sessions": [{"title": "Begin", "tracks": [{"file": "one/a b.mp3"}]}]}


@pytest.fixture(scope="module")
def feed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A feed with everything that one can have, and an episode that is no part of the course."""
    folder = tmp_path_factory.mktemp("care")
    track(folder, "one/a b.mp3", title=TITLE)
    track(folder, "two.mp3", title="Two", language="es")
    (folder / "podcast.toml").write_text(SHOW, "utf-8")
    (folder / "course.json").write_text(json.dumps(COURSE))
    return publishing.publish(folder, URL, private=True).path


def test_podcastparser_reads_every_field(feed: Path) -> None:
    """As gPodder does, which builds on it."""
    with feed.open("rb") as file:
        found = podcastparser.parse(f"{URL}/feed.xml", file)
    first, second = found.pop("episodes")  # of a serial show, the first one first
    (picture,) = feed.parent.glob("artwork-*.jpg")
    assert found == {
        "title": "Care & <rest> שלום 🧘",
        "description": "For people who care.",
        "link": "https://example.org/",
        "language": "en",
        "generator": "mettavox",
        "cover_url": f"{URL}/{picture.name}",
        "itunes_author": "A clinic",
        "itunes_owner": {"name": "A clinic", "email": "care@example.org"},
        "itunes_categories": [["Health & Fitness", "Mental Health"]],
        "explicit": False,
        "type": "serial",
    }
    assert (second["title"], second["chapters"]) == ("Two", first["chapters"])
    assert first["title"] == TITLE
    assert first["guid"] == text(items(feed)[1], "guid")
    assert first["link"] == f"{URL}/pages/one/a%20b.html"
    assert first["total_time"] == 45
    assert first["episode_art_url"] == f"{URL}/one/a%20b.jpg"
    assert [(each["start"], each["title"]) for each in first["chapters"]] == CHAPTERS
    size = (feed.parent / "one" / "a b.mp3").stat().st_size
    assert first["enclosures"] == [{"url": f"{URL}/one/a%20b.mp3", "file_size": size, "mime_type": "audio/mpeg"}]
    assert first["published"] == second["published"] - 1
    assert (first["number"], first["type"], first["explicit"]) == (1, "full", False)
    assert "00:00:08 Settle" in first["description"]
    assert "<br/>00:00:08 Settle<br/>" in first["description_html"]


def test_feedparser_reads_every_field(feed: Path) -> None:
    """Without a complaint."""
    found = feedparser.parse(str(feed))
    assert not found.bozo
    show = found.feed
    assert show.title == "Care & <rest> שלום 🧘"
    assert (show.language, show.link, show.rights) == ("en", "https://example.org/", "A clinic")
    assert (show.author, show.itunes_block, show.itunes_type) == ("A clinic", 1, "serial")
    assert show.publisher_detail == {"name": "A clinic", "email": "care@example.org"}
    assert show.podcast_guid == text(channel(feed), "podcast:guid")
    assert (show.podcast_medium, show.podcast_block) == ("podcast", "yes")
    assert show.podcast_locked["owner"] == "care@example.org"
    assert show.podcast_funding["url"] == "https://example.org/give"
    assert [each.term for each in show.tags] == ["Health & Fitness", "Mental Health"]
    entry = found.entries[1]
    assert (entry.title, entry.id, entry.guidislink) == (TITLE, text(items(feed)[1], "guid"), False)
    assert (entry.itunes_season, entry.itunes_episode, entry.itunes_duration) == ("1", "1", "45")
    assert entry.podcast_chapters == {"url": f"{URL}/one/a%20b.chapters.json", "type": "application/json+chapters"}
    assert entry.podcast_transcript["url"] == f"{URL}/one/a%20b.srt"
    assert entry.podcast_soundbite["duration"]
    assert [each["title"] for each in entry.psc_chapters["chapters"]] == [title for _, title in CHAPTERS]
    (enclosure,) = entry.enclosures
    assert (enclosure.href, enclosure.type) == (f"{URL}/one/a%20b.mp3", "audio/mpeg")
    assert "– Never use this" in entry.summary


@pytest.mark.skipif(not (SCHEMA and shutil.which("xmllint")), reason="the namespace's schema and xmllint are not here")
def test_the_podcast_elements_are_valid(feed: Path, tmp_path: Path) -> None:
    """Each against the official schema, as far as it has them: it is older than some."""
    space = f"{{{NAMES['podcast']}}}"
    declared = ElementTree.parse(Path(SCHEMA).with_name("podcast.xsd"))
    known = {each.attrib["name"] for each in declared.getroot() if each.tag.endswith("}element")}
    wrapper = ElementTree.Element(f"{space}test-wrapper")
    wrapper.extend(
        each for each in channel(feed).iter() if each.tag.startswith(space) and each.tag.removeprefix(space) in known
    )
    told = {each.tag.removeprefix(space) for each in wrapper}
    assert told == {"transcript", "locked", "funding", "chapters", "soundbite", "person", "season", "episode"}
    ElementTree.ElementTree(wrapper).write(tmp_path / "elements.xml")
    arguments = ["xmllint", "--noout", "--schema", SCHEMA, str(tmp_path / "elements.xml")]
    done = subprocess.run(arguments, capture_output=True, text=True, check=False, timeout=60)
    assert done.returncode == 0, done.stderr


PARTYTIME = """\
const { parseFeed } = require("podcast-partytime");
const { readFileSync } = require("node:fs");
console.log(JSON.stringify(parseFeed(readFileSync(process.argv[1], "utf8"))));
"""


@pytest.mark.skipif(not (MODULES and shutil.which("node")), reason="podcast-partytime is not here")
def test_partytime_reads_every_field(feed: Path) -> None:
    """The parser of the Podcast Index, which knows most of the namespace."""
    done = subprocess.run(
        ["node", "-e", PARTYTIME, str(feed)],
        env=os.environ | {"NODE_PATH": MODULES, "LOG": "silent"},
        capture_output=True, text=True, check=True, timeout=60,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert (found["title"], found["guid"]) == ("Care & <rest> שלום 🧘", text(channel(feed), "podcast:guid"))
    assert (found["medium"], found["itunesType"], found["itunesBlock"]) == ("podcast", "serial", True)
    assert found["locked"] is True
    assert found["podcastOwner"] == "care@example.org"
    assert found["podcastFunding"] == [{"message": "Support us", "url": "https://example.org/give"}]
    assert [each["name"] for each in found["podcastPeople"]] == ["Ana"]
    assert found["itunesCategory"] == ["Health & Fitness > Mental Health"]
    item = found["items"][1]
    assert (item["title"], item["duration"]) == (TITLE, 45)
    assert item["enclosure"]["length"] == (feed.parent / "one" / "a b.mp3").stat().st_size
    assert item["podcastSeason"] == {"number": 1, "name": "Begin"}
    assert item["podcastEpisode"]["number"] == 1
    assert item["podcastChapters"]["url"] == f"{URL}/one/a%20b.chapters.json"
    assert [each["language"] for each in item["podcastTranscripts"]] == ["en", "en"]
    assert item["podcastSoundbites"][0]["title"] == "Settle"
    phases = {each for names in found["pc20support"].values() for each in names}
    assert phases >= {
        "transcript", "locked", "funding", "chapters", "soundbite", "person", "season", "episode", "guid", "medium",
    }  # fmt: skip


# --- apps ---


def called(arguments: list[str], environment: Mapping[str, str]) -> str:
    """A program, with a home of its own; gives what it has said."""
    done = subprocess.run(
        arguments, env=os.environ | environment, capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def grown(folder: Path, url: str) -> None:
    """One more track, a second later, and the feed again."""
    track(folder, "three.mp3", title="Three")
    later = time.time() + 2
    os.environ["SOURCE_DATE_EPOCH"] = str(int(later))
    try:
        publishing.publish(folder, url)
    finally:
        del os.environ["SOURCE_DATE_EPOCH"]
    os.utime(folder / "feed.xml", (later, later))  # apps ask by the second


@pytest.mark.skipif(shutil.which("gpo") is None, reason="gPodder is not here")
def test_gpodder_subscribes_and_downloads(tmp_path: Path) -> None:
    """Every byte of every episode; and after a new track exactly one more."""
    folder, home = tmp_path / "care", tmp_path / "gpodder"
    own = {
        "GPODDER_HOME": str(home),
        "GPODDER_DOWNLOAD_DIR": str(home / "got"),
        "HOME": str(tmp_path),
        "PYTHONPATH": "",
    }
    track(folder, "one/a b.mp3", title=TITLE)
    track(folder, "two.mp3", title="Two")
    (folder / "podcast.toml").write_text('title = "Care"')
    with served(folder) as url:
        publishing.publish(folder, url)
        called(["gpo", "subscribe", f"{url}feed.xml"], own)
        assert "2 episodes downloaded" in called(["gpo", "download"], own)
        grown(folder, url)
        assert "1 new episode" in called(["gpo", "update"], own)
        assert "1 episodes downloaded" in called(["gpo", "download"], own)
    sent = sorted(each.read_bytes() for each in folder.rglob("*.mp3"))
    assert sorted(each.read_bytes() for each in (home / "got").rglob("*.mp3")) == sent
    with contextlib.closing(sqlite3.connect(home / "Database")) as base:
        rows = dict(base.execute("SELECT guid, title FROM episode"))
        assert rows == {text(each, "guid"): text(each, "title") for each in items(folder / "feed.xml")}
        (chapters,) = base.execute("SELECT chapters FROM episode WHERE title = 'Three'").fetchone()
        assert [(each["start"], each["title"]) for each in json.loads(chapters)] == CHAPTERS


@pytest.mark.skipif(shutil.which("newsboat") is None, reason="newsboat is not here")
def test_newsboat_subscribes_and_updates(tmp_path: Path) -> None:
    """Each episode with its file; and after a new track exactly one more."""
    folder, own = tmp_path / "care", {"HOME": str(tmp_path), "PYTHONPATH": ""}
    track(folder, "a.mp3", title=TITLE)

    def updated() -> list[tuple[Any, ...]]:
        called(
            [
                "newsboat",
                "-u",
                str(tmp_path / "urls"),
                "-c",
                str(tmp_path / "cache.db"),
                "-C",
                os.devnull,
                "-x",
                "reload",
            ],
            own,
        )
        with contextlib.closing(sqlite3.connect(tmp_path / "cache.db")) as base:
            return base.execute("SELECT guid, title, enclosure_url, enclosure_type, url FROM rss_item").fetchall()

    with served(folder) as url:
        publishing.publish(folder, url)
        (tmp_path / "urls").write_text(f"{url}feed.xml\n")
        before = updated()
        assert before == [
            (text(items(folder / "feed.xml")[0], "guid"), TITLE, f"{url}a.mp3", "audio/mpeg", f"{url}pages/a.html")
        ]
        grown(folder, url)
        after = updated()
    assert len(after) == 2
    assert set(before) < set(after)
