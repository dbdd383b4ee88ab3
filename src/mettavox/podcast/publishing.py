"""Podcast: a folder of tracks becomes a feed that apps subscribe to, and that grows with the folder.

Each track is an episode whose id and date stay for ever; what was published once keeps its bytes while its track does.
"""

import hashlib
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict, dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from mettavox import addresses, catalogue, chapters, course, credits, handout, lock, output, page, units
from mettavox.catalogue import Item, Unusable
from mettavox.digest import sha256
from mettavox.errors import OutputError, RequestError
from mettavox.handout import Words
from mettavox.podcast import artwork, feed, plaintext, published, show, shownotes, soundbite
from mettavox.podcast.artwork import Artwork
from mettavox.podcast.feed import Channel, Episode, Picture
from mettavox.podcast.published import Known, State
from mettavox.podcast.show import Person, Show
from mettavox.site import building

FEED = building.FEED
"""The usual name of a feed in its folder."""

APPLE_SUFFIXES = (".mp3", ".m4a")
"""Of the formats that Apple Podcasts takes."""

_LOCK = ".podcast.lock"
_NAME = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,95}\.(xml|rss)")
# What an episode is made of. A later mettavox may know more of a track, and episodes are to keep their bytes then, too.
_TOLD = ("file", "title", "purpose", "notes", "language", "length", "rate", "size", "voices", "people", "chapters")
_LINKED = (".vtt", ".srt", ".chapters.json", ".jpg")
_NARRATOR = {"role": "narrator", "group": "cast"}
_SECOND = timedelta(seconds=1)


@dataclass(frozen=True, kw_only=True)
class Published:
    """What a run has made of a folder.

    ``new``, ``changed`` and ``gone`` are the paths of tracks since the last run; ``named`` and ``unknown`` those that
    were left out, since words of a person are in them, or nobody can tell. ``notes`` are worth a person's attention.
    """

    path: Path
    url: str
    guid: str
    title: str
    artwork: Path
    private: bool
    episodes: tuple[str, ...]
    new: tuple[str, ...]
    changed: tuple[str, ...]
    gone: tuple[str, ...]
    named: tuple[str, ...]
    unknown: tuple[str, ...]
    damaged: tuple[Unusable, ...]
    notes: tuple[str, ...]


def publish(
    folder: Path,
    url: str,
    *,
    described: Path | None = None,
    private: bool | None = None,
    show_names: bool = False,
    name: str = FEED,
) -> Published:
    """Write the feed of a folder, whose address is ``url``; its file has that ``name``.

    ``described`` is a file that describes the show, else the folder's own where it has one. ``private`` keeps the feed
    out of directories; when None it is as described, else as it was. Without ``show_names``, tracks with words of a
    person are left out.

    Raises RequestError for an address that is none, and when no track is left; ScriptError for a description that is
    wrong; OutputError for a folder that is not there, and when what was published before is damaged or lost. Then
    nothing is written.
    """
    base = addresses.base(url)
    if not _NAME.fullmatch(name):
        raise RequestError(
            "The name for the feed is not that of a file.", hint="Write it as feed.xml, without a folder."
        )
    if not folder.is_dir():
        raise OutputError(f"There is no folder “{folder}”.", hint="Give the folder that holds the tracks.")
    told = _described(folder, described)
    with _alone(folder):
        return _Feed(folder=folder, base=base, name=name, told=told, private=private, show_names=show_names).publish()


def _described(folder: Path, described: Path | None) -> Show:
    if described is not None:
        return show.read(described)
    own = folder / show.FILE
    return show.read(own) if own.exists() else Show()


@contextmanager
def _alone(folder: Path) -> Iterator[None]:
    """Another run is waited for: it takes no longer than this one, and what it has published counts for this one."""
    with output.translated(folder / FEED), lock.held(folder / _LOCK):
        yield


@dataclass(frozen=True, kw_only=True)
class _Place:
    """Where a track stands in a course: a session and its title, and the track's number in it."""

    session: int
    title: str
    number: int


@dataclass(frozen=True, kw_only=True)
class _Course:
    """What a folder says of the course that it is."""

    title: str
    language: str
    places: Mapping[str, _Place]


@dataclass(frozen=True, kw_only=True)
class _Sorted:
    """The tracks of a folder: those to be published, in their order, and those to be left out."""

    items: tuple[Item, ...]
    named: tuple[str, ...]
    unknown: tuple[str, ...]
    damaged: tuple[Unusable, ...]


@dataclass(frozen=True, kw_only=True)
class _Feed:
    folder: Path
    base: str
    name: str
    told: Show
    private: bool | None
    show_names: bool

    def publish(self) -> Published:
        before = published.read(self.folder)
        self._check_ours(before)
        whole = _course(self.folder)
        tracks = self._tracks(whole)
        told = _completed(self.told, whole, tracks.items)
        picture, artwork_of = self._artwork(told, before)
        state = self._state(before, told, tracks.items, whole)
        state = replace(state, artwork=picture.file, artwork_of=artwork_of)
        text, state = self._text(told, tracks.items, state, picture, before)
        self._build_pages(told, state)
        self._write({picture.file: picture.content, published.FILE: published.written(state), self.name: text})
        return self._summary(told, tracks, before, state)

    def _check_ours(self, before: State | None) -> None:
        """Raise OutputError when a file is there under the feed's name that was not published from this folder."""
        path = self.folder / self.name
        if not path.exists():
            return
        if before is None:
            raise OutputError(
                f"“{path}” is there, and {published.FILE}, which says what each episode is, is not.",
                hint=f"Put {published.FILE} back from a copy, choose another --feed-name, or remove the feed.",
            )
        if not path.is_file() or before.guid.encode("ascii") not in path.read_bytes():
            raise OutputError(
                f"“{path}” is there, and is not the feed of this folder.",
                hint="Choose another --feed-name, or move it away.",
            )

    # --- which tracks ---

    def _tracks(self, whole: _Course | None) -> _Sorted:
        """Raises RequestError when none is left to be published."""
        items: list[Item] = []
        named, unknown, damaged = [], [], []
        for item in catalogue.read(self.folder):
            file = item.file.encode("utf-8", "replace").decode("utf-8")
            if isinstance(item, Unusable):
                damaged.append(replace(item, file=file))
            elif file != item.file:
                damaged.append(Unusable(file=file, why="its name is not text in UTF-8"))
            elif item.named and not self.show_names:
                named.append(item.file)
            elif item.named is None and not self.show_names:
                unknown.append(item.file)
            else:
                items.append(item)
        if not items:
            raise _nothing_left(len(named), len(unknown), len(damaged))
        if whole is not None:
            items.sort(key=lambda item: _order(whole.places.get(item.file)))
        return _Sorted(items=tuple(items), named=tuple(named), unknown=tuple(unknown), damaged=tuple(damaged))

    # --- what each one is in the feed ---

    def _state(self, before: State | None, told: Show, items: Sequence[Item], whole: _Course | None) -> State:
        """Every episode that ever was published, and the texts of those whose tracks are here."""
        now = credits.moment()
        known = dict(before.episodes) if before else {}
        known |= {
            item.file: known.pop(published.away(item.file)) for item in items if published.away(item.file) in known
        }
        guid = told.guid or (before.guid if before else addresses.show_guid(addresses.under(self.base, self.name)))
        fresh = [item.file for item in items if item.file not in known]
        dates = _dates(now, fresh, [each.published for each in known.values()])
        here = {item.file for item in items}
        episodes = {
            published.away(path) if each.item else path: replace(each, made_of="", item="")
            for path, each in known.items()
            if path not in here
        }
        for item in items:
            earlier = known.get(item.file) or Known(
                guid=addresses.episode_guid(guid, item.file), published=dates[item.file]
            )
            episodes[item.file] = self._known(item, earlier, told, whole.places.get(item.file) if whole else None)
        private = next(
            (each for each in (self.private, told.private, before.private if before else None) if each is not None),
            False,
        )
        return State(
            guid=guid, private=private, built=now, content="", artwork="", artwork_of="", episodes=episodes
        )  # fmt: skip

    def _known(self, item: Item, earlier: Known, told: Show, place: _Place | None) -> Known:
        """An episode with its text: the earlier one where its track and all that goes into the text are as before."""
        known = {key: getattr(item, key) for key in _TOLD}
        made_of = _hash({
            "item": known,
            "said": [(each.start, each.end, each.bell) for each in item.said],
            "beside": [suffix for suffix in _LINKED if suffix in item.beside],
            "sha256": item.sha256 or sha256(self.folder / item.file),
            "show": [self.base, told.explicit, [asdict(person) for person in told.people]],
            "place": asdict(place) if place else None,
        })  # fmt: skip
        if earlier.item and earlier.made_of == made_of:
            return earlier
        return replace(earlier, made_of=made_of, item=feed.item(self._episode(item, earlier, told, place)))

    def _episode(self, item: Item, known: Known, told: Show, place: _Place | None) -> Episode:
        title = plaintext.one_line(item.title) or item.code
        words = page.fixed_words(item.language) if item.language else page.fixed_words("en")
        blocks = _blocks(item, title, words)
        timed = tuple(
            (start, end, plaintext.cut(plaintext.one_line(name), show.LONGEST)) for start, end, name in item.chapters
        )
        taste = soundbite.choose(item.said, timed, units.milliseconds(item.length, item.rate))
        people = [
            Person(name=plaintext.cut(plaintext.one_line(each), show.LONGEST_NAME), **_NARRATOR) for each in item.people
        ]
        return Episode(
            title=plaintext.cut(title, show.LONGEST),
            guid=known.guid,
            link=self._at(item.page),
            published=known.published,
            notes=shownotes.plain(blocks),
            page=shownotes.html(blocks),
            url=self._at(item.file),
            size=item.size,
            mime=item.mime,
            seconds=max(1, round(item.seconds)),
            image=self._at(item.other(".jpg")) if ".jpg" in item.beside else "",
            explicit=told.explicit,
            language=item.language or told.language,
            transcripts=tuple(
                (self._at(item.other(suffix)), feed.TYPES[suffix])
                for suffix in (".vtt", ".srt")
                if suffix in item.beside
            ),
            chapters_url=self._at(item.other(".chapters.json")) if ".chapters.json" in item.beside else "",
            chapters=timed,
            soundbite=replace(taste, title=plaintext.cut(taste.title, show.LONGEST_NAME)) if taste else None,
            people=(*told.people, *people) if people else (),
            synthetic=bool(item.voices),
            season=place.session if place else 0,
            season_name=plaintext.cut(plaintext.one_line(place.title), show.LONGEST_NAME) if place else "",
            number=place.number if place else 0,
        )

    def _at(self, path: str) -> str:
        return addresses.under(self.base, path)

    # --- the feed ---

    def _artwork(self, told: Show, before: State | None) -> tuple[Artwork, str]:
        """The show's picture, and the hash of what it was made from; one that is there is not drawn anew."""
        if told.artwork is not None:
            own = artwork.read(told.artwork)
            return own, _hash(["own", own.file])
        made_of = _hash(["drawn", told.title, told.theme])
        if before and before.artwork_of == made_of:
            kept = artwork.kept(self.folder / before.artwork)
            if kept is not None:
                return kept, made_of
        return artwork.draw(told.title, theme=told.theme), made_of

    def _text(
        self, told: Show, items: Sequence[Item], state: State, picture: Artwork, before: State | None
    ) -> tuple[str, State]:
        """The feed, newest first; when it says nothing new it is as it was, with the time at which it was built."""
        here = sorted((state.episodes[item.file] for item in items), key=lambda each: each.published, reverse=True)
        texts = [each.item for each in here]
        channel = self._channel(told, items, state, picture, here[0].published)
        content = _hash([asdict(replace(channel, built=channel.published)), texts])
        if before and before.content == content:
            channel = replace(channel, built=before.built)
        return feed.feed(channel, texts), replace(state, content=content, built=channel.built)

    def _channel(self, told: Show, items: Sequence[Item], state: State, picture: Artwork, newest: datetime) -> Channel:
        return Channel(
            title=told.title,
            description=told.description,
            feed=self._at(self.name),
            link=told.link or self.base,
            guid=state.guid,
            language=told.language,
            author=told.author,
            owner=told.owner or told.author,
            email=told.email,
            picture=Picture(href=self._at(picture.file), mime=picture.mime, side=picture.side, alt=told.title),
            categories=told.categories,
            explicit=told.explicit,
            copyright=told.copyright,
            funding=told.funding,
            people=told.people,
            medium=told.medium,
            kind=told.kind,
            locked=told.locked,
            complete=told.complete,
            private=state.private,
            verify=told.verify,
            synthetic=all(item.voices for item in items),
            published=newest,
            built=state.built,
            generator=credits.ARTIST,
        )

    def _write(self, contents: Mapping[str, bytes | str]) -> None:
        """Those that are not there as they are to be, all together; the feed comes last."""
        encoded = {
            self.folder / name: content.encode("utf-8") if isinstance(content, str) else content
            for name, content in contents.items()
        }
        with output.together(replace=True) as files:
            for path, content in encoded.items():
                if not path.is_file() or path.read_bytes() != content:
                    files.write(path, content)

    def _build_pages(self, told: Show, state: State) -> None:
        """The pages of the episodes. What was asked for when pages were built by themselves stays."""
        asked = building.asked(self.folder)
        if asked.get("nameless", True):  # no pages yet, or ours
            asked = {"title": told.title, "nameless": True}
        asked |= {"url": self.base, "public": not state.private, "feed": self.name}
        building.build(self.folder, names_now=self.show_names, **asked)

    def _summary(self, told: Show, tracks: _Sorted, before: State | None, state: State) -> Published:
        earlier = {path: each for path, each in before.episodes.items() if each.item} if before else {}
        here = [item.file for item in tracks.items]
        return Published(
            path=self.folder / self.name,
            url=self._at(self.name),
            guid=state.guid,
            title=told.title,
            artwork=self.folder / state.artwork,
            private=state.private,
            episodes=tuple(here),
            new=tuple(path for path in here if path not in earlier),
            changed=tuple(path for path in here if path in earlier and earlier[path].item != state.episodes[path].item),
            gone=tuple(path for path in earlier if path not in here),
            named=tracks.named,
            unknown=tracks.unknown,
            damaged=tracks.damaged,
            notes=tuple(self._notes(told, tracks.items)),
        )

    def _notes(self, told: Show, items: Sequence[Item]) -> Iterator[str]:
        if addresses.is_open(self.base):
            yield "The address has no encryption: Apple Podcasts and many apps take only https."
        if told.artwork is None and not artwork.can_name(told.title):
            yield "The artwork is without the show's name, which has letters that its typeface lacks."
        others = sorted({item.suffix for item in items} - set(APPLE_SUFFIXES))
        if others:
            yield f"Apple Podcasts takes MP3 and M4A, and not {', '.join(others)}."


# --- what goes into it ---


def _course(folder: Path) -> _Course | None:
    """The course that a folder is, or None: a file of that name that is something else tells nothing."""
    try:
        table = json.loads((folder / course.RECORD).read_text("utf-8"))
        return _Course(
            title=str(table["title"]),
            language=str(table["language"]),
            places={
                str(track["file"]): _Place(session=session, title=str(each["title"]), number=number)
                for session, each in enumerate(table["sessions"], start=1)
                for number, track in enumerate(each["tracks"], start=1)
            },
        )
    except (OSError, ValueError, LookupError, TypeError):
        return None


def _order(place: _Place | None) -> tuple[int, int, int]:
    """Those of a course in its order, then the others in theirs."""
    return (0, place.session, place.number) if place else (1, 0, 0)


def _completed(told: Show, whole: _Course | None, items: Sequence[Item]) -> Show:
    """The show with everything that a feed has to have."""
    spoken = [item.language for item in items if item.language]
    usual = max(dict.fromkeys(spoken), key=spoken.count) if spoken else "en"
    language = told.language or (whole.language if whole else usual)
    words = page.fixed_words(language.partition("-")[0])
    title = told.title or plaintext.cut(plaintext.one_line(whole.title if whole else ""), show.LONGEST)
    return replace(
        told,
        title=title or words["podcast_title"],
        description=told.description or words["podcast_about"],
        author=told.author or credits.ARTIST,
        language=language,
        kind=told.kind or ("serial" if whole else "episodic"),
    )


def _blocks(item: Item, title: str, words: Words) -> tuple[str, ...]:
    """What an app shows under an episode: what it is for, what is good to know, its chapters, and who speaks."""
    safety = (
        "\n".join([words["safety"], *(f"– {plaintext.one_line(each)}" for each in item.notes)]) if item.notes else ""
    )
    timed = [(start, end, plaintext.one_line(name)) for start, end, name in item.chapters]
    said = handout.credited(", ".join(item.voices), ", ".join(item.people), words, "track_credit")
    return shownotes.lay(
        [title if len(title) > show.LONGEST else "", plaintext.one_line(item.purpose), safety],
        listed=chapters.listed(timed) if len(timed) >= shownotes.LEAST_CHAPTERS else "",
        heading=words["chapters"],
        closing=plaintext.one_line(said) if item.voices or item.people else "",
    )


def _dates(now: datetime, fresh: Sequence[str], earlier: Sequence[datetime]) -> dict[str, datetime]:
    """When each new track is published: a second apart, in their order, the last one now; after all earlier ones."""
    first = now - (len(fresh) - 1) * _SECOND
    if earlier:
        first = max(first, max(earlier) + _SECOND)
    return {path: first + number * _SECOND for number, path in enumerate(fresh)}


def _hash(value: Any) -> str:
    text = json.dumps(value, sort_keys=True, default=str)
    return hashlib.sha256(text.encode("ascii")).hexdigest()


def _nothing_left(named: int, unknown: int, damaged: int) -> RequestError:
    if not named + unknown + damaged:
        return RequestError(
            "There is no track in that folder.", hint="Make some first: mettavox batch, course or render."
        )
    if not damaged:
        return RequestError(
            f"No track is left to be published: {named} with words of a person, {unknown} of which nobody can tell.",
            hint="Add --show-names only when everyone who could reach the feed may hear them.",
        )
    return RequestError(
        f"No track is left to be published: {named} with words of a person, {unknown} of which nobody can tell, "
        f"{damaged} that cannot be read.",
        hint="See what is wrong with them: mettavox library check, or mettavox check.",
    )
