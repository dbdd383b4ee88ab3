"""Published: what a feed has told of each track, kept for ever, so that apps never take an old episode for a new one.

The file says nothing that is not in the feed. It is sealed: one that was damaged is refused, never read as if episodes
had not been published.
"""

import hashlib
import json
import uuid
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from mettavox.errors import OutputError

FILE = "podcast.json"
"""In a folder of tracks."""

VERSION = 1

_MOMENT = "%Y-%m-%dT%H:%M:%SZ"
_HINT = (
    f"Put {FILE} back from a copy. Or remove it and the feed to begin anew: "
    "apps will then show every episode once more, as a new one."
)


@dataclass(frozen=True, kw_only=True)
class Known:
    """An episode: its id and when it was published first.

    ``item`` is its text in the feed, and ``made_of`` the hash of what that was made from; both are empty where its
    track has gone.
    """

    guid: str
    published: datetime
    made_of: str = ""
    item: str = ""


@dataclass(frozen=True, kw_only=True)
class State:
    """What was published. ``episodes`` are by the paths of their tracks, or by ``away`` of them where these have gone.

    ``content`` is the hash of the feed but for when it was ``built``; ``artwork`` the file of the show's picture, and
    ``artwork_of`` the hash of what that was made from.
    """

    guid: str
    private: bool
    built: datetime
    content: str
    artwork: str
    artwork_of: str
    episodes: Mapping[str, Known] = field(default_factory=dict)


def away(path: str) -> str:
    """What stands for the path of a track that has gone, so that it is known when it comes back, and cannot be read."""
    return hashlib.sha256(path.encode("utf-8")).hexdigest()


def read(folder: Path) -> State | None:
    """What was published from a folder; None where nothing was yet.

    Raises OutputError for a file that is damaged, or is none of ours.
    """
    path = folder / FILE
    try:
        table = json.loads(path.read_text("utf-8"))
    except FileNotFoundError:
        return None
    except OSError as error:
        raise OutputError(f"“{path}” cannot be read: {error.strerror}.", hint="Check who may read it.") from error
    except (ValueError, RecursionError) as error:
        raise _damaged(path) from error
    if isinstance(table, dict) and "record" in table:
        raise OutputError(
            f"“{path}” is the record of a track, and a feed needs that name for what it has published.",
            hint="Move the track “podcast” into a folder of its own, with what lies beside it.",
        )
    try:
        if table.pop("podcast") != VERSION:
            raise OutputError(f"“{path}” is of another version of mettavox.", hint="Use that version, or a newer one.")
        if table.pop("seal") != _seal(table):
            raise _damaged(path)
        return _state(table)
    except (LookupError, TypeError, ValueError, AttributeError) as error:
        raise _damaged(path) from error


def written(state: State) -> str:
    """The file that ``read`` reads."""
    table = {
        "guid": state.guid,
        "private": state.private,
        "built": state.built.strftime(_MOMENT),
        "content": state.content,
        "artwork": state.artwork,
        "artwork_of": state.artwork_of,
        "episodes": {path: _entry(known) for path, known in sorted(state.episodes.items())},
    }
    sealed = {"podcast": VERSION, **table, "seal": _seal(table)}
    return json.dumps(sealed, ensure_ascii=False, indent=1) + "\n"


def _entry(known: Known) -> dict[str, str]:
    entry = {"guid": known.guid, "published": known.published.strftime(_MOMENT)}
    return entry | ({"made_of": known.made_of, "item": known.item} if known.item else {})


def _state(table: Mapping[str, Any]) -> State:
    return State(
        guid=str(uuid.UUID(table["guid"])),
        private=bool(table["private"]),
        built=_moment(table["built"]),
        content=table["content"],
        artwork=table["artwork"],
        artwork_of=table["artwork_of"],
        episodes={
            path: Known(
                guid=str(uuid.UUID(entry["guid"])),
                published=_moment(entry["published"]),
                made_of=entry.get("made_of", ""),
                item=entry.get("item", ""),
            )
            for path, entry in table["episodes"].items()
        },
    )


def _moment(text: str) -> datetime:
    return datetime.strptime(text, _MOMENT).replace(tzinfo=UTC)


def _seal(table: Mapping[str, Any]) -> str:
    return hashlib.sha256(json.dumps(table, sort_keys=True).encode("ascii")).hexdigest()


def _damaged(path: Path) -> OutputError:
    return OutputError(f"“{path}” is damaged, and with it what says which episode is which.", hint=_HINT)
