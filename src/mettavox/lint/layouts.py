"""Layouts: a script at the lengths and for the listeners that the rules on time look at, with estimated lengths."""

from collections.abc import Iterator
from dataclasses import dataclass, replace
from fractions import Fraction

from mettavox import prepare
from mettavox.branches import LISTENER_NAME, Branch, usual
from mettavox.errors import DurationError, ScriptError
from mettavox.fit import fit
from mettavox.lint.heard import Heard, read
from mettavox.person import Spoken
from mettavox.phrasebook import Phrasebook
from mettavox.prepare import RATE, EstimatedLengths
from mettavox.request import CLOSINGS, Request
from mettavox.source import Source
from mettavox.timeline import Timeline
from mettavox.units import frames

USUAL_MINUTES = (3, 5, 10, 15, 20)
"""The lengths that are asked for most."""


@dataclass(frozen=True, kw_only=True, eq=False)
class Laid:
    """A script as it is heard by one listener at one length; or why it cannot be laid."""

    heard: Heard
    minutes: float
    timeline: Timeline | None
    refused: DurationError | None = None

    @property
    def label(self) -> str:
        """Who listens, and how long: “experience beginner, 5 min”."""
        return ", ".join(part for part in (self.heard.label, f"{self.minutes:g} min") if part)


@dataclass(frozen=True, kw_only=True, eq=False)
class Layouts:
    """The layouts of a script: for each kind of listener, and for each closing."""

    listeners: tuple[Laid, ...]
    closings: tuple[Laid, ...]
    broken: ScriptError | None = None


def lay(found: Source, book: Phrasebook, lengths: EstimatedLengths) -> Layouts:
    """Lay a script for each kind of listener at every usual length, and with each closing at three."""
    minutes = found.head.minutes
    ends = {minutes.shortest, minutes.typical, minutes.longest}
    usual = {each for each in USUAL_MINUTES if minutes.shortest <= each <= minutes.longest}
    try:
        return Layouts(
            listeners=tuple(
                _laid(heard, each, lengths) for heard in _listeners(found, book) for each in sorted(ends | usual)
            ),
            closings=tuple(_laid(heard, each, lengths) for heard in _closings(found, book) for each in sorted(ends)),
        )
    except ScriptError as error:
        return Layouts(listeners=(), closings=(), broken=error)


def _laid(heard: Heard, minutes: float, lengths: EstimatedLengths) -> Laid:
    request = heard.branch.request
    try:
        total = frames(Fraction(minutes) * 60, RATE)
        timeline = fit(heard.branch.script, lengths, total, prepare.rules_of(request))
        return Laid(heard=heard, minutes=minutes, timeline=timeline)
    except DurationError as error:
        return Laid(heard=heard, minutes=minutes, timeline=None, refused=error)


def _listeners(found: Source, book: Phrasebook) -> Iterator[Heard]:
    request = usual(found)
    for label, change in (
        ("", {}),
        ("experience beginner", {"experience": "beginner"}),
        ("experience experienced", {"experience": "experienced"}),
        ("gentle", {"gentle": True}),
    ):
        yield _read(found, book, replace(request, listener=replace(request.listener, **change)), label)


def _closings(found: Source, book: Phrasebook) -> Iterator[Heard]:
    """Each closing that can be chosen, with the listener's name where there is a place for it."""
    request = usual(found)
    if "name" in found.head.slots:
        name = Spoken(written=LISTENER_NAME, said=LISTENER_NAME)
        request = replace(request, listener=replace(request.listener, name=name))
    for closing in CLOSINGS if "closing" in found.head.slots else (request.closing,):
        label = "" if closing == request.closing else f"closing {closing}"
        yield _read(found, book, replace(request, closing=closing), label)


def _read(found: Source, book: Phrasebook, request: Request, label: str) -> Heard:
    script = prepare.read(found, request, book)
    return read(Branch(request=request, script=script, choices={}), label)
