"""Handout: the pages of a course as HTML, for a screen and for paper. Nothing in them is from elsewhere."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import cache
from importlib.resources import files
from itertools import groupby
from pathlib import Path
from typing import Any
from urllib.parse import quote

from jinja2 import Environment, FunctionLoader, StrictUndefined

from mettavox import assets, phrasebook
from mettavox.errors import ScriptError

ROLES = ("core", "micro", "writing", "bonus")
"""What a track is in its session: the practice, a short one, one to write with, or an extra."""

DAYS = 7
RULED_LINES = 6
"""On paper, under the words that ask for writing."""

_TEXTS = (
    "direction", "week", "session", "whole_course", "previous", "next", "open_handout", "reading", "listening",
    "writing", "carrying", "log", "safety", "minutes", "minutes_and_seconds", "seconds", "in_all", "kind", "length",
    "player", "save", "log_hint", "practice", "safety_of_all", "credit",
    "credit_people", "credit_both", "voice", "chapters", "transcript", "track_credit",
    "track_credit_people", "track_credit_both", "podcast_title", "podcast_about",
)  # fmt: skip

Words = Mapping[str, Any]
"""The fixed words of pages in one language."""


@dataclass(frozen=True, kw_only=True)
class Track:
    """A track as a page tells of it; ``file`` lies beside the handout."""

    file: str
    title: str
    seconds: Fraction
    role: str
    note: str = ""


@dataclass(frozen=True, kw_only=True)
class Notes:
    """Lines on safety, and the titles of the practices that they are for; no titles means all."""

    titles: tuple[str, ...]
    lines: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Session:
    """One session of a course; ``folder`` holds its tracks and its handout.

    ``voices`` are the synthetic voices that speak, ``people`` those who recorded theirs.
    """

    week: int
    title: str
    folder: str
    aim: str
    read: tuple[str, ...]
    carry: tuple[str, ...]
    write: tuple[str, ...]
    tracks: tuple[Track, ...]
    notes: tuple[Notes, ...]
    voices: tuple[str, ...]
    people: tuple[str, ...] = ()

    @property
    def seconds(self) -> Fraction:
        """The length of its tracks together."""
        return sum((track.seconds for track in self.tracks), start=Fraction(0))


@dataclass(frozen=True, kw_only=True)
class Course:
    """A course as its pages tell of it."""

    title: str
    language: str
    about: tuple[str, ...]
    sessions: tuple[Session, ...]

    @property
    def seconds(self) -> Fraction:
        """The length of every track together."""
        return sum((session.seconds for session in self.sessions), start=Fraction(0))


def words(language: str, scripts: Path | None = None) -> Words:
    """The fixed words of a language's pages. Raises ScriptError when they are missing or not complete."""
    where = f"{language}/shared/pages.yaml"
    if assets.find("scripts", (language, "shared", "pages.yaml"), scripts) is None:
        raise ScriptError(
            f"“{language}” has no words for pages: {where} is missing.",
            hint="Copy en/shared/pages.yaml to that place and translate it.",
        )
    table = phrasebook.read_yaml("scripts", (language, "shared", "pages.yaml"), scripts)
    roles, days = table.get("roles"), table.get("days")
    wrong = [key for key in _TEXTS if not isinstance(table.get(key), str)]
    wrong += [f"roles.{role}" for role in ROLES if not isinstance(roles, dict) or not isinstance(roles.get(role), str)]
    if not isinstance(days, list) or len(days) != DAYS or not all(isinstance(day, str) for day in days):
        wrong.append("days")
    if wrong:
        raise ScriptError(
            f"{where} is not complete: {', '.join(wrong)} missing or no text.", hint="Compare it with en/shared."
        )
    return table


def grouped(lines: Sequence[tuple[str, Sequence[str]]]) -> tuple[Notes, ...]:
    """The lines of each title, every line once: those of all titles first, then with the titles that have them."""
    titles = tuple(dict.fromkeys(title for title, _ in lines))
    owners: dict[str, tuple[str, ...]] = {}
    for title, own in lines:
        for line in own:
            owners[line] = tuple(dict.fromkeys((*owners.get(line, ()), title)))
    order = sorted(owners, key=lambda line: (owners[line] != titles, [titles.index(title) for title in owners[line]]))
    return tuple(
        Notes(titles=() if shared == titles else shared, lines=tuple(same))
        for shared, same in groupby(order, key=lambda line: owners[line])
    )


def index(course: Course, words: Words) -> str:
    """The whole course at a glance."""
    weeks = [(week, list(sessions)) for week, sessions in groupby(course.sessions, key=lambda session: session.week)]
    said = credit(course.sessions, words)
    return _page("index.html", course, words, title=course.title, weeks=weeks, credit=said)


def handout(course: Course, place: int, words: Words) -> str:
    """The handout of the session at that place, from 0."""
    session = course.sessions[place]
    return _page(
        "handout.html",
        course,
        words,
        title=f"{session.title} – {course.title}",
        session=session,
        number=place + 1,
        before=course.sessions[place - 1] if place else None,
        after=course.sessions[place + 1] if place + 1 < len(course.sessions) else None,
        credit=credit([session], words),
        ruled_lines=RULED_LINES,
    )


def credit(sessions: Sequence[Session], words: Words) -> str:
    """Who speaks in these sessions: synthetic voices, people, or both."""
    voices = ", ".join(dict.fromkeys(voice for session in sessions for voice in session.voices))
    people = ", ".join(dict.fromkeys(person for session in sessions for person in session.people))
    return credited(voices, people, words, "credit")


def credited(voices: str, people: str, words: Words, form: str) -> str:
    """Who speaks, in the words of that form: synthetic voices, people, or both."""
    kind = "_both" if voices and people else "_people" if people else ""
    return fill(words[form + kind], voices=voices, people=people)


def length(seconds: Fraction, words: Words) -> str:
    """A length in words, to the second: “8 min”, “1 min 30 s”; it stays on one line."""
    minutes, rest = divmod(round(seconds), 60)
    form = "minutes_and_seconds" if minutes and rest else "minutes" if minutes else "seconds"
    text = fill(words[form], minutes=minutes, seconds=rest)
    return text.replace(" ", "\N{NO-BREAK SPACE}")


def fill(text: str, **values: object) -> str:
    """The text with its words in braces filled; it is no template, and braces of other words stay."""
    for name, value in values.items():
        text = text.replace(f"{{{name}}}", str(value))
    return text


def _page(template: str, course: Course, words: Words, **values: object) -> str:
    return page(
        template,
        course.language,
        words,
        course=course,
        quote=quote,
        length=lambda seconds: length(seconds, words),
        **values,
    )


def page(template: str, language: str, words: Words, **values: object) -> str:
    """A page from one of the templates in ``pages/``, in a language and its fixed words."""
    page = templates().get_template(template)
    return page.render(language=language, words=words, fill=fill, css_text=_css_text, **values)


def _css_text(text: str) -> str:
    """A text for the style sheet, where it is a string that nothing in it can end."""
    return "".join(letter if letter.isalnum() else f"\\{ord(letter):06x}" for letter in text)


@cache
def templates() -> Environment:
    """The templates in ``pages/``, which escape what they are filled with."""
    folder = files("mettavox") / "pages"
    return Environment(
        loader=FunctionLoader(lambda name: folder.joinpath(name).read_text("utf-8")),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )
