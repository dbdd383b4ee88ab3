"""Track page: one track to listen to in a browser, with captions, chapters, and all that is said in it."""

import base64
from collections.abc import Iterator
from urllib.parse import quote

from markupsafe import Markup

from mettavox import captions, handout
from mettavox import words as transcript
from mettavox.catalogue import Item
from mettavox.site import fixedwords, strip, webpage
from mettavox.site.fixedwords import Words
from mettavox.units import clock, stamp

FRAME_HEIGHT = 360
"""How high the player is in a page of somebody else, in pixels."""
_LONGEST_TITLE = 70


def html(
    item: Item,
    language: str,
    words: Words,
    *,
    index: str,
    library: str,
    cover: str = "",
    base: str = "",
    private: bool = True,
) -> str:
    """The page of a track, at its place in the folder.

    ``index`` and ``cover`` are paths within the folder, ``library`` is the title of all the tracks, ``base`` the
    address of the folder with a slash at its end, where that is known. Nobody's
    name is in it that its record does not show.
    """
    up = "../" * (item.page.count("/"))
    heading = item.practice_title or item.title
    spoken = round(item.timeline.spoken_frames / item.timeline.rate) if item.timeline else 0
    return webpage.page(
        "listen",
        language,
        words,
        told={
            "seconds": float(item.seconds),
            "title": heading,
            "artist": ", ".join([*item.people, *item.voices]),
            "album": library,
            "cover": up + quote(cover) if cover else "",
            "height": FRAME_HEIGHT,
        },
        title=_cut(f"{item.title} – {library}"),
        heading=heading,
        item=item,
        private=private,
        up=up + quote(index),
        cover=up + quote(cover) if cover else "",
        sound=up + quote(item.file),
        file=item.file.rpartition("/")[2],
        format=item.suffix[1:].upper(),
        size=fixedwords.size(item.size, words),
        facts=list(_facts(item, words)),
        strip=Markup(strip.svg(item.timeline)) if item.timeline else "",
        both=handout.fill(
            words["both"],
            spoken=fixedwords.length(spoken, words),
            quiet=fixedwords.length(round(item.seconds) - spoken, words),
        ),
        captions=_data(_captions(item)) if item.said else "",
        chapters_vtt=_data(_chapters(item)),
        parts=_parts(item),
        nameless=bool(item.named and not item.shows_names),
        clock=clock,
        credit=credit(item.voices, item.people, words),
        oembed=base + quote(oembed_path(item)) if base else "",
        canonical=base + quote(item.page) if base else "",
        embed=frame(item, base) if base else "",
    )


def _cut(title: str) -> str:
    """As much as a tab or a list of results shows."""
    return title if len(title) <= _LONGEST_TITLE else title[: _LONGEST_TITLE - 1].rstrip() + "…"


def _facts(item: Item, words: Words) -> Iterator[str]:
    yield fixedwords.length(item.seconds, words)
    if item.people or item.voices:
        synthetic = handout.fill(words["synthetic"], voices=", ".join(item.voices)) if item.voices else ""
        yield f"{words['voice']}: {', '.join(filter(None, [*item.people, synthetic]))}"


def credit(voices: tuple[str, ...], people: tuple[str, ...], words: Words) -> str:
    """Who speaks, and what it was made with."""
    if not voices and not people:
        return words["made_with"]
    return handout.credited(", ".join(voices), ", ".join(people), words, "credit")


def _captions(item: Item) -> str:
    """Speech alone: a bell is heard, and has no words to be read."""
    return _vtt([(each.start, each.end, each.text) for each in item.said if not each.bell])


def _chapters(item: Item) -> str:
    return _vtt(item.chapters)


def _vtt(cues: list[tuple[int, int, str]] | tuple[tuple[int, int, str], ...]) -> str:
    blocks = [f"{stamp(start)} --> {stamp(end)}\n{captions.escaped(text)}" for start, end, text in cues if end > start]
    return "\n\n".join(["WEBVTT", *blocks]) + "\n"


def _data(vtt: str) -> str:
    """In the page itself, since a page that was opened from a disk may not read a file beside it."""
    return f"data:text/vtt;charset=utf-8;base64,{base64.b64encode(vtt.encode()).decode()}"


def _parts(item: Item) -> list[tuple[str, transcript.Part]]:
    if item.timeline is None:
        return []
    parts = transcript.parts(item.timeline, item.language)
    return [(clock(start // 1000), part) for (start, _, _), part in zip(item.chapters, parts, strict=True)]


# --- in pages of others ---


def frame(item: Item, base: str) -> str:
    """The HTML that puts the player into a page of somebody else."""
    address = base + quote(item.page)
    return str(
        Markup(
            '<iframe src="{}" title="{}" loading="lazy" allow="autoplay; encrypted-media" width="100%" height="{}">'
            "</iframe>"
        ).format(address, item.title, FRAME_HEIGHT)
    )


def oembed_path(item: Item) -> str:
    """The path of its oEmbed answer within the folder."""
    return item.page.removesuffix(".html") + ".oembed.json"


def oembed(item: Item, base: str, library: str, cover: str = "") -> dict[str, object]:
    """The oEmbed answer (oembed.com, version 1.0, type rich) as plain data."""
    answer: dict[str, object] = {
        "version": "1.0",
        "type": "rich",
        "title": item.title,
        "provider_name": library,
        "provider_url": base,
        "html": frame(item, base),
        "width": 640,
        "height": FRAME_HEIGHT,
    }
    if cover:
        answer |= {"thumbnail_url": base + quote(cover), "thumbnail_width": 600, "thumbnail_height": 600}
    return answer
