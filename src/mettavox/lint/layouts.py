"""Layouts: a script at the lengths and for the listeners that the rules on time look at, with estimated lengths."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from mettavox import phrasebook, prepare
from mettavox.branches import LISTENER_NAME, Branch, Source
from mettavox.errors import DurationError, ScriptError
from mettavox.fit import fit
from mettavox.layout import Rules
from mettavox.lint.heard import Heard, read
from mettavox.person import Spoken
from mettavox.prepare import RATE, EstimatedLengths
from mettavox.request import CLOSINGS, Request
from mettavox.script import Line
from mettavox.timeline import Timeline
from mettavox.units import frames
from mettavox.voice import Voice

USUAL_MINUTES = (3, 5, 10, 15, 20)
"""The lengths that are asked for most."""


class Lengths(Mapping[Line, int]):
    """Estimated lengths in frames, each judged once."""

    def __init__(self, voice: Voice) -> None:
        self._judged = EstimatedLengths(voice)
        self._known: dict[Line, int] = {}

    def __getitem__(self, line: Line) -> int:
        if line not in self._known:
            self._known[line] = self._judged[line]
        return self._known[line]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def seconds(self, line: Line) -> float:
        """The length of a line in seconds."""
        return self[line] / RATE


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


def lay(found: Source, lengths: Lengths) -> Layouts:
    """Lay a script for each kind of listener at every usual length, and with each closing at three."""
    minutes = found.head.minutes
    ends = {minutes.shortest, minutes.typical, minutes.longest}
    usual = {each for each in USUAL_MINUTES if minutes.shortest <= each <= minutes.longest}
    try:
        return Layouts(
            listeners=tuple(
                _laid(heard, each, lengths) for heard in _listeners(found) for each in sorted(ends | usual)
            ),
            closings=tuple(_laid(heard, each, lengths) for heard in _closings(found) for each in sorted(ends)),
        )
    except ScriptError as error:
        return Layouts(listeners=(), closings=(), broken=error)


def _laid(heard: Heard, minutes: float, lengths: Lengths) -> Laid:
    request = heard.branch.request
    rules = Rules.of(request.listener, rate=RATE, include=request.include, closing=request.closing, tone=request.tone)
    try:
        total = frames(Fraction(minutes) * 60, RATE)
        return Laid(heard=heard, minutes=minutes, timeline=fit(heard.branch.script, lengths, total, rules))
    except DurationError as error:
        return Laid(heard=heard, minutes=minutes, timeline=None, refused=error)


def _usual(found: Source) -> Request:
    return prepare.chosen(Request(script=found.id, language=found.language, scripts=found.scripts), found.head)


def _listeners(found: Source) -> Iterator[Heard]:
    request = _usual(found)
    for label, change in (
        ("", {}),
        ("experience beginner", {"experience": "beginner"}),
        ("experience experienced", {"experience": "experienced"}),
        ("gentle", {"gentle": True}),
    ):
        yield _read(found, replace(request, listener=replace(request.listener, **change)), label)


def _closings(found: Source) -> Iterator[Heard]:
    """Each closing that can be chosen, with the listener's name where there is a place for it."""
    request = _usual(found)
    if "name" in found.head.slots:
        name = Spoken(written=LISTENER_NAME, said=LISTENER_NAME)
        request = replace(request, listener=replace(request.listener, name=name))
    for closing in CLOSINGS if "closing" in found.head.slots else (request.closing,):
        label = "" if closing == request.closing else f"closing {closing}"
        yield _read(found, replace(request, closing=closing), label)


def _read(found: Source, request: Request, label: str) -> Heard:
    script = prepare.read(found, request, phrasebook.load(found.language, found.scripts))
    return read(Branch(request=request, script=script, choices={}), label)
