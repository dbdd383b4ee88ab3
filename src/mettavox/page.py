"""Page: one track as HTML, to be read on a screen or printed: what it is, its chapters, and all that is said."""

from collections.abc import Sequence
from fractions import Fraction
from pathlib import Path

from mettavox import assets, chapters, words
from mettavox import handout as pages
from mettavox.handout import Words
from mettavox.timeline import Timeline
from mettavox.units import clock

_ENGLISH = "en"


def fixed_words(language: str, scripts: Path | None = None) -> Words:
    """The fixed words of a language's pages; English ones, which say so, where it has none.

    A track in a language of one's own needs no more than a script. Raises ScriptError for words that are not
    complete.
    """
    if assets.find("scripts", (language, "shared", "pages.yaml"), scripts) is None:
        return {**pages.words(_ENGLISH), "direction": "auto", "language": _ENGLISH}
    return pages.words(language, scripts)


def handout(
    timeline: Timeline,
    *,
    title: str,
    language: str,
    fixed: Words,
    purpose: str = "",
    voices: Sequence[str] = (),
    people: Sequence[str] = (),
    notes: Sequence[str] = (),
    spoken: Sequence[words.Part] | None = None,
) -> str:
    """The page of a track: one file that asks for nothing else and runs nothing.

    ``fixed`` are the words of the language's pages (``fixed_words``); ``voices`` are the synthetic voices
    that speak, and ``people`` those who recorded theirs; ``notes`` are the script's lines for paper, which
    say what is good to know, and how to be safe. Names stand in the transcript, as they are spoken; ``spoken`` is
    that transcript, where it is there already.
    """
    other = fixed.get("language", language)
    starts = [clock(round(start / 1000)) for start, _, _ in chapters.milliseconds(timeline)]
    spoken = words.parts(timeline, language) if spoken is None else spoken
    return pages.page(
        "track.html",
        language,
        fixed,
        foreign=other if other != language else "",
        title=title,
        purpose=purpose,
        length=pages.length(Fraction(timeline.frames, timeline.rate), fixed),
        voice=", ".join([*people, *voices]),
        notes=notes,
        chapters=list(zip(starts, (part.title for part in spoken), strict=True)),
        parts=list(zip(starts, spoken, strict=True)),
        credit=pages.credited(", ".join(voices), ", ".join(people), fixed, "track_credit"),
    )
