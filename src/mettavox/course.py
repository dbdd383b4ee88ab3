"""Course: a file that lists sessions becomes a folder of tracks, with a handout for each session."""

import json
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import partial
from pathlib import Path
from typing import Any

from mettavox import __version__, ask, assets, casting, folder, gate, handout, output, phrasebook, prepare, source
from mettavox.digest import sha256
from mettavox.errors import RequestError, ScriptError, ScriptNotFound
from mettavox.fields import Fields, Problems, toml
from mettavox.prepare import Prepared
from mettavox.render import beside_paths, render
from mettavox.site import building
from mettavox.spoken import Settings
from mettavox.suggest import nearest
from mettavox.takes import ENGINE as RECORDED
from mettavox.units import file_stem, name_of

RECORD, INDEX, HANDOUT = "course.json", "index.html", "handout.html"
"""In the folder of a course: what it holds, its first page, and the page of each session."""

Progress = Callable[[int, str, float], None]
"""Hears which track it is, from 1, then the stage and how much of it is done, as ``render`` tells them."""

_COURSE = ("title", "language", "about", "options", "session")
_SESSION = ("week", "title", "aim", "read", "carry", "write", "track")
_TRACK = ("script", "minutes", "duration", "role", "note", "options")
_ELSEWHERE = {
    "script": "Write script under [[session.track]].",
    "minutes": "Write minutes under [[session.track]].",
    "duration": "Write duration under [[session.track]].",
    "lang": "Write language at the top of the file.",
    "scripts": "Give the folder on the command line: --scripts DIR",
}
"""Options that are said in another place."""

_COMPANION = {"say": "name", "target-say": "target"}
"""Options that make sense only beside another."""

_STANDARD = Settings()


@dataclass(frozen=True, kw_only=True)
class Track:
    """A track that is ready to be made; ``path`` is its place in the course's folder."""

    path: str
    prepared: Prepared


@dataclass(frozen=True, kw_only=True)
class Course:
    """A course whose every track was checked; ``tracks`` has those of each of the sessions in ``pages``."""

    id: str
    pages: handout.Course
    words: handout.Words
    tracks: tuple[tuple[Track, ...], ...]

    @property
    def track_count(self) -> int:
        """How many tracks there are in all sessions."""
        return sum(map(len, self.tracks))

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should be told of the voices, each once."""
        said = (track.prepared.note for tracks in self.tracks for track in tracks)
        return tuple(dict.fromkeys(note for note in said if note))


# --- which there are ---


def languages(scripts: Path | None = None) -> list[str]:
    """The languages that there can be courses in, English first."""
    return sorted(phrasebook.languages(scripts), key=lambda language: (language != "en", language))


def ids(language: str, scripts: Path | None = None) -> list[str]:
    """The ids of the courses in a language: the bundled ones and the user's own."""
    found = assets.listed("scripts", (language, "courses"), ".toml", scripts)
    return [entry.name.removesuffix(".toml") for entry in found]


# --- reading and checking ---


def load(
    name: str, *, language: str = "", voice: str = "", fill: str = "", scripts: Path | None = None, lint: bool = True
) -> Course:
    """The course ``name``: an id, or the path of a file that ends in .toml.

    ``language``, ``voice`` and ``fill`` take the place of the file's own. The whole file is checked, down to a plan of
    every track, and with ``lint`` to the rules that scripts are to pass. Raises the first problem, of its own
    class, with the others in its hint.
    """
    if language:
        phrasebook.load(language, scripts)
    for speaker in filter(None, (voice, fill)):
        casting.known(speaker)
    where, text, beside = _read(name, language, scripts)
    table = toml(text, where)
    problems = Problems(where)
    top = Fields(table, _COURSE, problems, "")
    title, written_in = top.text("title", needed=True), top.text("language", needed=True)
    language = language or written_in
    words: handout.Words = {}
    with problems.at(""):
        phrasebook.load(language, scripts)
        words = handout.words(language, scripts)
    reader = _Reader(
        problems=problems,
        language=language,
        beside=beside,
        lint=lint,
        options=_general(top, problems),
        fixed={
            "lang": language,
            **{option: value for option, value in (("scripts", scripts), ("voice", voice), ("fill", fill)) if value},
        },
    )
    sessions = top.tables("session", "[[session]]") if words else []  # nothing can be read in a language unknown
    read = [reader.session(each, number) for number, each in enumerate(sessions, start=1)]
    pages = handout.Course(
        title=title, language=language, about=top.texts("about"), sessions=tuple(session for session, _ in read)
    )
    problems.refuse()
    return Course(id=where.removesuffix(".toml"), pages=pages, words=words, tracks=tuple(tracks for _, tracks in read))


def _read(name: str, language: str, scripts: Path | None) -> tuple[str, str, Path | None]:
    """The file's name and text; and its folder, when it was given by its path."""
    sought = [language] if language else languages(scripts)
    try:
        if name.endswith(".toml"):
            return Path(name).name, Path(name).read_text("utf-8-sig"), Path(name).parent
        for each in sought if assets.is_plain(name) else ():
            found = assets.find("scripts", (each, "courses", f"{name}.toml"), scripts)
            if found is not None:
                return found.name, found.read_text("utf-8-sig"), None
    except UnicodeDecodeError as error:
        raise ScriptError(f"{name} is not text in UTF-8.", hint="Save it as plain text, UTF-8.") from error
    except (OSError, ValueError) as error:
        reason = getattr(error, "strerror", None) or "that is no path"
        raise ScriptNotFound(f"{name[:80]} cannot be read: {reason}.", hint="Check the path.") from error
    raise ScriptNotFound(
        f"There is no course “{name[:60]}”{f' in “{language}”' if language else ''}.",
        hint=nearest(name, [course for each in sought for course in ids(each, scripts)], "Courses")
        or "Give the path of a file that ends in .toml.",
    )


def _general(top: Fields, problems: Problems) -> dict[str, Any]:
    """The options for every track; none when they do not go together."""
    options = _options(top, problems, "[options]")
    with problems.at("[options]"):
        ask.request(options)
        return options
    return {}


def _options(fields: Fields, problems: Problems, place: str) -> dict[str, Any]:
    """The options there, each checked by itself; those with a problem are noted and left out."""
    options = fields.table("options")
    good = {}
    for option, value in options.items():
        with problems.at(place):
            _check_option(option, value)
            good[option] = value
    return {
        option: value for option, value in good.items() if _COMPANION.get(option, option) not in options.keys() - good
    }


def _check_option(option: str, value: Any) -> None:
    if option in _ELSEWHERE:
        raise RequestError(f"“{option}” is not one of the options.", hint=_ELSEWHERE[option])
    if option not in _COMPANION:
        ask.request({option: value})
    if option in ("voice", "fill"):
        casting.known(str(value))


def _labels(tracks: "list[_Read]", *, recorded: bool) -> tuple[str, ...]:
    """Who speaks on these tracks, each once: people who recorded their voice, or synthetic voices."""
    speaking = (voice for track in tracks for voice in (track.prepared.voice, track.prepared.fill) if voice is not None)
    return tuple(dict.fromkeys(voice.label for voice in speaking if (voice.engine == RECORDED) == recorded))


@dataclass(frozen=True, kw_only=True)
class _Read:
    """A track as its table says it, and what its script says for paper."""

    prepared: Prepared
    role: str
    note: str
    lines: tuple[str, ...]

    @property
    def title(self) -> str:
        return self.prepared.script.head.title


@dataclass(frozen=True, kw_only=True)
class _Reader:
    """Reads sessions and tracks. ``options`` are the course's; ``fixed`` go over every track's own."""

    problems: Problems
    language: str
    beside: Path | None
    lint: bool
    options: dict[str, Any]
    fixed: dict[str, Any] = field(default_factory=dict)

    def session(self, table: dict[str, Any], number: int) -> tuple[handout.Session, tuple[Track, ...]]:
        """One session, and its tracks as far as they have no problem."""
        place = f"session {number}"
        fields = Fields(table, _SESSION, self.problems, place)
        week, title, aim = fields.number("week"), fields.text("title", needed=True), fields.text("aim", needed=True)
        folder_name = f"{number}-{name_of(title)}".rstrip("-")
        tables = fields.tables("track", "[[session.track]]")
        tracks = [self._track(each, f"{place}, track {count}") for count, each in enumerate(tables, start=1)]
        good = [track for track in tracks if track is not None]
        files = _file_names([track.prepared for track in good])
        session = handout.Session(
            week=week,
            title=title,
            folder=folder_name,
            aim=aim,
            read=fields.texts("read"),
            carry=fields.texts("carry"),
            write=fields.texts("write"),
            tracks=tuple(map(_shown, good, files)),
            notes=handout.grouped([(track.title, track.lines) for track in good]),
            voices=_labels(good, recorded=False),
            people=_labels(good, recorded=True),
        )
        ready = zip(files, good, strict=True)
        return session, tuple(Track(path=f"{folder_name}/{file}", prepared=track.prepared) for file, track in ready)

    def _track(self, table: dict[str, Any], place: str) -> _Read | None:
        """One track, planned as a check; None when it has a problem."""
        before = len(self.problems)
        fields = Fields(table, _TRACK, self.problems, place)
        script, role, note = fields.text("script", needed=True), fields.word("role", handout.ROLES), fields.text("note")
        own = _options(fields, self.problems, place)
        if not script or len(self.problems) > before:
            return None
        own |= {length: fields[length] for length in ("minutes", "duration") if length in fields}
        if self.beside and script.endswith(".md"):
            script = str(self.beside / script)
        with self.problems.at(place):
            found = source.load(script, self.language, self.fixed.get("scripts"))
            general = {option: value for option, value in self.options.items() if prepare.has_place(option, found.head)}
            prepared = prepare.prepare(ask.request({**general, **own, **self.fixed, "script": script}))
            prepare.plan(prepared)
            if self.lint:
                gate.admit(prepared)
            return _Read(prepared=prepared, role=role, note=note, lines=source.handout(found.body))
        return None


def _shown(track: _Read, file: str) -> handout.Track:
    return handout.Track(file=file, title=track.title, seconds=track.prepared.seconds, role=track.role, note=track.note)


def _file_names(tracks: Sequence[Prepared]) -> list[str]:
    """A name for each track of a session, after its script and its length; no two are the same."""
    used: Counter[str] = Counter()
    names = []
    for prepared in tracks:
        name = f"{name_of(prepared.script.head.id)}-{file_stem(prepared.seconds)}"
        used[name] += 1
        again = f"-{used[name]}" if used[name] > 1 else ""
        names.append(f"{name}{again}.{prepared.request.format}")
    return names


# --- building ---


def build(
    course: Course,
    path: Path,
    *,
    replace: bool = False,
    settings: Settings = _STANDARD,
    progress: Progress = lambda number, stage, share: None,
) -> dict[str, Any]:
    """Make every page and track and leave them in the folder ``path``; gives what its record says.

    Nothing is left there, or beside it, when this fails. Raises OutputError when ``path`` is there and not
    empty, unless it is a course that was built and is to be replaced; and whatever ``render`` raises.
    """
    settings = _for_a_course(settings)
    notes: list[str] = []
    with folder.whole_folder(path, replace=replace, ours=_made_before) as new:
        for place, session in enumerate(course.pages.sessions):
            (new / session.folder).mkdir()
            _write(new / session.folder / HANDOUT, handout.handout(course.pages, place, course.words))
        _write(new / INDEX, handout.index(course.pages, course.words))
        for number, track in enumerate((track for tracks in course.tracks for track in tracks), start=1):
            made = render(track.prepared, new / track.path, settings=settings, progress=partial(progress, number))
            notes.append(made.note)
        record = facts(course, new) | {"notes": list(dict.fromkeys(filter(None, notes)))}
        _write(new / RECORD, json.dumps(record, ensure_ascii=False, indent=2) + "\n")
    return record


def _for_a_course(settings: Settings) -> Settings:
    """The rules were tried when the course was read."""
    return replace(settings, lint=False)


def facts(course: Course, built: Path | None = None) -> dict[str, Any]:
    """What a course holds, as plain data without names; with the hash of each track where it was ``built``."""
    return {
        "title": course.pages.title,
        "language": course.pages.language,
        "made_with": f"mettavox {__version__}",
        "seconds": _number(course.pages.seconds),
        "sessions": [
            {
                "week": session.week,
                "title": session.title,
                "handout": f"{session.folder}/{HANDOUT}",
                "seconds": _number(session.seconds),
                "tracks": [_track_facts(*each, built) for each in zip(session.tracks, tracks, strict=True)],
            }
            for session, tracks in zip(course.pages.sessions, course.tracks, strict=True)
        ],
    }


def _track_facts(shown: handout.Track, track: Track, built: Path | None) -> dict[str, Any]:
    facts = {
        "file": track.path,
        "title": shown.title,
        "script": track.prepared.script.head.id,
        "role": shown.role,
        "seconds": _number(shown.seconds),
        "voice": track.prepared.voice.id,
    }
    if built is None:
        return facts
    others = [path.relative_to(built).as_posix() for path in beside_paths(built / track.path, track.prepared)]
    return facts | {"sha256": sha256(built / track.path), "beside": others}


def _number(seconds: Fraction) -> int | float:
    return int(seconds) if seconds.denominator == 1 else float(seconds)


def _write(path: Path, text: str) -> None:
    with output.whole_file(path, replace=False) as (file, _):
        file.write(text.encode())


def _made_before(path: Path) -> frozenset[str]:
    """The files of the course that a folder is; none where it is no course."""
    try:
        record = json.loads((path / RECORD).read_text("utf-8"))
        files = {RECORD, INDEX}
        for session in record["sessions"]:
            files.add(session["handout"])
            for track in session["tracks"]:
                files |= {track["file"], *track.get("beside", ())}
    except (OSError, ValueError, LookupError, TypeError):
        return frozenset()
    return frozenset(files) | building.files(path)
