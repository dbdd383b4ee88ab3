"""What is spoken in the soak: lines of the bundled scripts for several people, and wishes for every name."""

import random
from functools import cache
from itertools import product

from mettavox import prepare, source
from mettavox.person import Listener, Spoken, Target
from mettavox.request import Request

NAMES = (
    "Maya", "Sam", "José", "Zoë", "Søren", "Siobhan", "Aoife", "Xochitl", "Jean-Luc", "O’Brien", "Mary Ann", "Ng",
    "Priya", "Fatima", "Wei", "Björn", "Chloé", "Renée", "Amélie", "Jürgen", "Ana", "Li", "Tom", "Agnieszka", "Noor",
)  # fmt: skip
WISHES = (
    "be safe", "be happy", "be healthy", "live with ease", "be well", "be at peace", "be free from harm",
    "find rest", "be held in kindness", "feel cared for", "be strong", "be gentle with yourself",
)  # fmt: skip
FRAMES = (
    "May {} {}.", "May you, {}, {}.", "Now say to {}: may you {}.", "Think of {}, and wish that they may {}.",
    "{}, may you {}, now and always.", "With every breath, let {} {}.", "May all be well with {}; may they {}.",
)  # fmt: skip


def phrases(count: int) -> list[str]:
    """Distinct lines: those of the bundled scripts, for several people, and wishes for every name."""
    scripted, built = _all()
    half = min(len(scripted), count // 2)
    return [*scripted[:half], *built[: count - half]]


@cache
def _all() -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The lines of scripts and those that were built, each in an order of their own; reading them takes seconds."""
    found: dict[str, None] = {}
    for script, name, relation in product(source.ids("en"), NAMES[:6], ("friend", "self", "neutral", "all")):
        known = relation in ("friend", "neutral")
        target = Target(relation=relation, name=Spoken(written="Robin", said="Robin") if known else None)
        request = Request(script=script, listener=Listener(name=Spoken(written=name, said=name)), target=target)
        found.update({each.spoken: None for each in prepare.prepare(request).script.lines()})
    scripted = list(found)
    found.update({frame.format(name, wish): None for frame, name, wish in product(FRAMES, NAMES, WISHES)})
    built = list(found)[len(scripted) :]
    random.Random(7).shuffle(built)
    random.Random(8).shuffle(scripted)
    return tuple(scripted), tuple(built)
