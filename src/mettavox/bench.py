"""Bench: what a process keeps from one track to the next: who speaks, and the masters of the last tracks."""

from mettavox import assets, master, masterfile
from mettavox.blanks import Slots
from mettavox.master import Master
from mettavox.shelf import Shelf
from mettavox.spoken import Booth, Part
from mettavox.takes import ENGINE as RECORDED

# A master of ten minutes takes 15 MB, and rows that share one mostly follow each other.
_MOST_MASTERS = 2


class Bench:
    """It is to be closed. ``cache`` says whether masters are kept between runs as well."""

    def __init__(self, *, cache: bool = True) -> None:
        self.booth = Booth()
        self._masters: list[tuple[tuple[object, ...], Master]] = []
        self._shelf = Shelf(assets.cache_folder() / "masters", ".master", masterfile.MARK) if cache else None

    def find(self, part: Part, slots: Slots) -> Master | None:
        """The master of a part with these slots, if it is still there."""
        known_by = master.common(part, slots)
        for each, made in self._masters:
            if each == known_by:
                return made
        if self._shelf is None or not _is_kept(part):
            return None
        data = self._shelf.get(master.key(known_by, part.prepared))
        found = masterfile.unpacked(data, part) if data is not None else None
        if found is not None:
            self._remember(known_by, found)
        return found

    def keep(self, part: Part, slots: Slots, made: Master) -> None:
        """Keep a master that was made; one with what a person said is not kept between runs."""
        known_by = master.common(part, slots)
        self._remember(known_by, made)
        if self._shelf is not None and _is_kept(part):
            self._shelf.put(master.key(known_by, part.prepared), masterfile.packed(made, part))
            self._shelf.trim()

    def _remember(self, known_by: tuple[object, ...], made: Master) -> None:
        self._masters = [(known_by, made), *self._masters][:_MOST_MASTERS]

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
