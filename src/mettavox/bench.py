"""Bench: what a process keeps from one track to the next: who speaks, and the masters of the last tracks."""

import json
from collections.abc import Collection

from mettavox import assets, master, masterfile
from mettavox.blanks import Slots
from mettavox.master import Master
from mettavox.shelf import Shelf
from mettavox.spoken import Booth, Part
from mettavox.takes import ENGINE as RECORDED

# A master of ten minutes takes 15 MB, and rows that share one mostly follow each other.
_MOST_MASTERS = 2
# Notes of which blanks a track has are of a hundred bytes.
_MOST_NOTES_BYTES = 1_000_000


def shelves() -> tuple[Shelf, Shelf]:
    """What is kept between runs: masters, and the notes of which blanks they have."""
    folder = assets.cache_folder() / "masters"
    return (
        Shelf(folder, ".master", masterfile.MARK),
        Shelf(folder, ".blanks", masterfile.MARK, largest_bytes=_MOST_NOTES_BYTES),
    )


class Bench:
    """It is to be closed. ``cache`` says whether masters are kept between runs as well, and ``own`` whether those are,
    too, that nobody shares.
    """

    def __init__(self, *, cache: bool = True, own: bool = True) -> None:
        self._own = own
        self.booth = Booth()
        self._masters: dict[str, Master] = {}
        kept, self._notes = shelves()
        self._shelf = kept if cache else None

    def blanks(self, part: Part) -> Collection[int] | None:
        """Which blanks had a slot, by their numbers, when a master of such a part was kept between runs; None where
        none was. Layout is pure: where these have the same lengths again, so has everything else its place.
        """
        if self._shelf is None or not _is_kept(part):
            return None
        note = self._notes.get(master.kind(part))
        return None if note is None else [int(number) for number in json.loads(note)]

    def find(self, part: Part, slots: Slots, *, at_hand: bool = False) -> Master | None:
        """The master of a part with these slots, if it is still there; ``at_hand`` where it is for many tracks."""
        name = master.key(part, slots)
        if name in self._masters:
            return self._masters[name]
        if self._shelf is None or not _is_kept(part):
            return None
        held = self._shelf.opened(name)
        found = masterfile.unpacked(*held, part, at_hand=at_hand) if held is not None else None
        if found is not None:
            self._remember(name, found)
        return found

    def keep(self, part: Part, slots: Slots, made: Master, *, shared: bool) -> None:
        """Keep a master that was made; one with what a person said is not kept between runs."""
        name = master.key(part, slots)
        self._remember(name, made)
        if self._shelf is not None and (shared or self._own) and _is_kept(part):
            self._shelf.put(name, masterfile.packed(made, part))
            self._shelf.trim()
            self._notes.put(master.kind(part), json.dumps(sorted(slots)).encode("ascii"))
            self._notes.trim()

    def _remember(self, name: str, made: Master) -> None:
        self._masters = dict([(name, made), *self._masters.items()][:_MOST_MASTERS])

    def trim(self) -> None:
        """Keep the cache of clips within its size."""
        self.booth.trim()

    def close(self) -> None:
        """End what runs."""
        self.booth.close()
        self._masters.clear()


def _is_kept(part: Part) -> bool:
    """Takes may be recorded again, and a script in which a person's own words are not told apart is theirs alone."""
    return part.prepared.voice.engine != RECORDED and not any(
        line.personal and line.spoken for line in part.prepared.script.lines()
    )
