"""Folders of tracks for tests of feeds: one short track is made, and the others are copies that say something else."""

import json
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cache
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from tempfile import mkdtemp
from typing import Any
from xml.etree import ElementTree
from xml.etree.ElementTree import Element

from mettavox import ask, prepare
from mettavox.render import render
from mettavox.spoken import Settings

SCRIPT = """\
---
title: A quiet minute
language: en
minutes: {shortest: 0.5, typical: 1, longest: 5}
purpose: To sit for a minute.
slots: [name]
---
# Welcome {keep}
! You can stop{{ name }}. Your eyes can stay open, and this is only a minute. (1s to 9s)
# Settle {keep}
You might feel the seat, and the floor, and all that holds you up. (1s to 9s)
There is nothing else to do, and nowhere else to be for a while. (1s to 9s)
You might hear one sound near you, and another one far away. (1s to 9s)
May you be safe, may you be well, and may you live with ease. (1s to 9s)
# Close {keep}
When you are ready, you might move your hands, and look around. (1s to 9s)
> Never use this while you drive or work with machines.
"""
NAMES = {
    "atom": "http://www.w3.org/2005/Atom",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "podcast": "https://podcastindex.org/namespace/1.0",
    "psc": "http://podlove.org/simple-chapters",
}
BESIDE = (".vtt", ".srt", ".txt", ".chapters.json", ".json")
PICTURE = b"\xff\xd8\xff\xd9"


@cache
def _made(name: str) -> Path:
    """A track in a folder of this process; with a name in it, or without."""
    folder = Path(mkdtemp(prefix="mettavox-tests-"))
    (folder / "minute.md").write_text(SCRIPT, "utf-8")
    options = {"script": str(folder / "minute.md"), "duration": "45s", "voice": "hum", "cover": "none"}
    asked = ask.request({**options, **({"name": name} if name else {})})
    render(prepare.prepare(asked), folder / "track.mp3", settings=Settings(lint=False))
    return folder


def track(folder: Path, path: str, *, name: str = "", picture: bool = True, **told: Any) -> Path:
    """Put a track into a folder; ``told`` is what its record says instead, and ``name`` is heard in it."""
    target = folder / path
    target.parent.mkdir(parents=True, exist_ok=True)
    stem = path.removesuffix(".mp3")
    shutil.copyfile(_made(name) / "track.mp3", target)
    for suffix in BESIDE:
        shutil.copyfile(_made(name) / f"track{suffix}", folder / f"{stem}{suffix}")
    if picture:
        (folder / f"{stem}.jpg").write_bytes(PICTURE)
    if told:
        record = folder / f"{stem}.json"
        table = json.loads(record.read_text("utf-8"))
        script = table["script"] | {key: told.pop(key) for key in ("purpose", "notes") if key in told}
        record.write_text(json.dumps(table | {"script": script} | told), "utf-8")
    return target


def remove(folder: Path, path: str) -> None:
    """Take a track away, and all beside it."""
    stem = (folder / path).stem
    for each in (folder / path).parent.glob(f"{stem}.*"):
        each.unlink()


def channel(feed: Path) -> Element:
    """What a feed says of its show."""
    found = ElementTree.fromstring(feed.read_bytes()).find("channel")
    assert found is not None
    return found


def items(feed: Path) -> list[Element]:
    """Its episodes, in their order."""
    return channel(feed).findall("item")


def text(element: Element, path: str) -> str:
    """The text of the one element there."""
    (found,) = element.findall(path, NAMES)
    return found.text or ""


def of(element: Element, path: str, attribute: str) -> str:
    """An attribute of the one element there."""
    (found,) = element.findall(path, NAMES)
    return found.attrib[attribute]


def guids(feed: Path) -> dict[str, str]:
    """The id of each episode, by the path of its track in the folder."""
    link = text(channel(feed), "link")
    return {of(each, "enclosure", "url").removeprefix(link): text(each, "guid") for each in items(feed)}


class _Handler(SimpleHTTPRequestHandler):
    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def served(folder: Path) -> Iterator[str]:
    """The folder on this machine's loopback: its address, ending in a slash."""
    handler = lambda *args: _Handler(*args, directory=str(folder))  # noqa: E731
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_address[1]}/"
        finally:
            server.shutdown()
            thread.join()
