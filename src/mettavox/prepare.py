"""From a request to a script that is filled, read and ready to be fitted; and its preview."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from mettavox import casting, estimate, ipa, phrasebook, reader, source, template, wishes
from mettavox.errors import DurationError, RequestError, ScriptError
from mettavox.fit import fit
from mettavox.layout import Rules
from mettavox.person import Listener, Target
from mettavox.phrasebook import Phrasebook
from mettavox.request import ANCHORS, TOUCHING, Request
from mettavox.script import Head, Line, Script
from mettavox.source import Source, first_part
from mettavox.suggest import nearest
from mettavox.timeline import Timeline
from mettavox.units import clock, frames
from mettavox.voice import Voice

RATE = 48_000
"""The rate of every track, in hertz."""

_LEAST_WITH_DIFFICULT_SECONDS = 600
_LATIN = ("en", "es")
"""The languages written in Latin letters."""
# Which slot an option fills; a script without the slot refuses the option.
_SLOT_OF = {
    "name": "name", "say": "name",
    "target": "target", "target-say": "target", "relation": "target", "pronouns": "target",
    "anchor": "anchor", "breath": "breath", "closing": "closing", "tone": "tone", "intention": "intention",
    "day": "day", "wishes": "wishes",
}  # fmt: skip


@dataclass(frozen=True, kw_only=True)
class Prepared:
    """A script filled for a request, the voice that will speak it, and the rules for its silences.

    ``fill`` speaks what a recorded voice lacks, where that was asked for.

    ``source`` is the file that it was read from; ``note`` what a person should be told of the voice, or nothing.
    """

    request: Request
    source: Source
    script: Script
    voice: Voice
    rules: Rules
    seconds: Fraction
    note: str = ""
    fill: Voice | None = None

    @property
    def frames(self) -> int:
        """The length asked for."""
        return frames(self.seconds, RATE)


def prepare(request: Request) -> Prepared:
    """Read, check and fill. Raises RequestError, ScriptError, VoiceError or DurationError."""
    book = phrasebook.load(request.language, request.scripts)
    found = source.load(request.script, request.language, request.scripts)
    check_defaults(found, book)
    request = chosen(request, found.head)
    _check_options(request, found.head)
    _check_target(request.target)
    _check_letters(request)
    _check_breath(request, book)
    script = read(found, request, book)
    seconds = Fraction(script.head.minutes.typical) * 60 if request.seconds is None else request.seconds
    check_difficult(request, seconds)
    _check_include(request, script)
    chosen_voice = casting.cast(request.voice, request.language)
    fill = casting.fill(request.fill, request.language, chosen_voice.voice)
    return Prepared(
        request=request,
        source=found,
        script=script,
        voice=chosen_voice.voice,
        rules=replace(rules_of(request), pauses=chosen_voice.voice.pauses),
        seconds=seconds,
        note=" ".join(each.note for each in (chosen_voice, fill) if each and each.note),
        fill=fill.voice if fill else None,
    )


def check_defaults(found: Source, book: Phrasebook) -> None:
    """Raise ScriptError when the script's own breath is none of the patterns."""
    breath = found.head.defaults.get("breath")
    if breath is not None and breath not in book.patterns:
        raise ScriptError(
            f"{found.where}: the head's “defaults” have a breath “{breath}”, which there is not.",
            hint=nearest(breath, book.patterns, "Breaths"),
        )


def rules_of(request: Request) -> Rules:
    """What bounds the silences of a request in which everything is chosen."""
    return Rules.of(request.listener, rate=RATE, include=request.include, closing=request.closing, tone=request.tone)


def chosen(request: Request, head: Head) -> Request:
    """The request with the script's own defaults where nothing was chosen."""
    target, listener = request.target, request.listener
    own = {key: word for key, word in head.defaults.items() if key not in request.asked}
    for field in {"relation", "pronouns"} & set(own):
        if getattr(target, field) == getattr(Target(), field):
            target = replace(target, **{field: own[field]})  # type: ignore[arg-type]
    if "experience" in own and listener.experience == Listener().experience:
        listener = replace(listener, experience=own["experience"])
    standard = Request(script="")
    flat = {
        field: own[field]
        for field in {"closing", "anchor", "breath", "tone"} & set(own)
        if getattr(request, field) == getattr(standard, field)
    }
    return replace(request, target=target, listener=listener, **flat)  # type: ignore[arg-type]


def read(found: Source, request: Request, book: Phrasebook) -> Script:
    """The script filled and read for a request in which everything is chosen. Raises ScriptError."""
    if request.wishes:
        book = replace(book, wishes=wishes.own(request.wishes, request.language, request.scripts))
    filled = template.fill(found.body, found.head.slots, request, book, where=found.where)
    return reader.read(filled, found.head, book, _choices(request, book), where=found.where)


def has_place(option: str, script_head: Head) -> bool:
    """Whether a script can do anything with an option; one that fills no slot goes with every script."""
    slot = _SLOT_OF.get(option)
    return slot is None or slot in script_head.slots


def _check_options(request: Request, script_head: Head) -> None:
    for option in sorted(request.asked):
        if not has_place(option, script_head):
            raise RequestError(
                f"“{script_head.id}” has no place for --{option}.",
                hint=f"It takes: {', '.join(script_head.slots) or 'nothing'}.",
            )


def _check_target(target: Target) -> None:
    if target.name is not None and target.relation in ("self", "all"):
        raise RequestError(
            f"--relation {target.relation} has no single person to name.",
            hint="Leave --target out, or change --relation.",
        )


def _check_letters(request: Request) -> None:
    """A voice reads the letters of its language; of others it says "Arabic letter", or nothing."""
    if first_part(request.language) not in _LATIN:
        return
    if request.intention and not all(_is_latin(letter) for letter in request.intention.said if letter.isalpha()):
        raise RequestError(
            "--intention is written in letters that this language's voices cannot read.",
            hint="Write it in Latin letters, as it is said.",
        )
    for option, name in (("--name", request.listener.name), ("--target", request.target.name)):
        if name and ipa.OPEN not in name.said and not all(map(_is_latin, filter(str.isalpha, name.said))):
            say = "--say" if option == "--name" else "--target-say"
            raise RequestError(
                f"{option} is written in letters that this language's voices cannot read.",
                hint=f"Keep it as it is, and add how it is said in Latin letters: {say} TEXT.",
            )


def _is_latin(letter: str) -> bool:
    return unicodedata.category(letter) == "Lm" or unicodedata.name(letter, "").startswith("LATIN")


def _check_breath(request: Request, book: Phrasebook) -> None:
    if not request.breath:
        return
    pattern = book.patterns.get(request.breath)
    if pattern is None:
        raise RequestError(
            f"There is no breath “{request.breath}”.", hint=nearest(request.breath, book.patterns, "Breaths")
        )
    if pattern.holds and request.listener.gentle:
        raise RequestError(
            f"The “{pattern.id}” breath holds the breath, and --gentle leaves that out.", hint="Choose --breath soft."
        )


def check_difficult(request: Request, seconds: Fraction) -> None:
    """Raise RequestError or DurationError where wishes for a difficult person may not be."""
    if request.target.relation != "difficult" and "difficult" not in request.include:
        return
    if request.listener.gentle:
        raise RequestError(
            "Wishes for a difficult person and --gentle do not go together.",
            hint="Choose another --relation, or a friend.",
        )
    if seconds < _LEAST_WITH_DIFFICULT_SECONDS:
        raise DurationError(
            f"Wishes for a difficult person need at least {clock(_LEAST_WITH_DIFFICULT_SECONDS)}, "
            f"and {clock(seconds)} was asked for.",
            hint="Ask for --minutes 10 or more.",
        )


def _check_include(request: Request, script: Script) -> None:
    offered = {section.opt_in for section in script.sections if section.opt_in}
    for name in sorted(request.include - offered):
        if request.target.relation == name:
            continue  # it is there as the person whom the wishes are for
        raise RequestError(
            f"“{script.head.id}” has no part “{name}” to include.",
            hint=nearest(name, offered, "It has") or "Leave --include out.",
        )


def _choices(request: Request, book: Phrasebook) -> reader.Choices:
    breath = template.breath_of(request)
    pattern = book.patterns[breath]
    truths = {
        "touch": request.anchor in TOUCHING,
        "person": request.target.relation in ("friend", "family", "colleague", "client"),
        "named": request.target.name is not None,
        "name": request.listener.name is not None,
        "gentle": request.listener.gentle,
        "paced": bool(pattern.cycles),
        "intention": request.intention is not None,
    }
    facts = {word for word, true in truths.items() if true}
    facts |= {request.target.relation, request.closing, request.listener.experience, breath}
    facts |= {request.tone, f"day-{request.day}"}
    facts |= {request.anchor} & set(ANCHORS)
    return reader.Choices(
        facts=frozenset(facts),
        relation=request.target.relation,
        pronouns=request.target.pronouns,
        closing=request.closing,
        own_wishes=bool(request.wishes),
    )


class EstimatedLengths(Mapping[Line, int]):
    """How many frames each line will take, judged once by its syllables and the voice's pace."""

    def __init__(self, voice: Voice) -> None:
        self._voice = voice
        self._known: dict[Line, int] = {}

    def __getitem__(self, line: Line) -> int:
        if line not in self._known:
            seconds = estimate.seconds(line.spoken, self._voice.pace, self._voice.language)
            self._known[line] = max(1, frames(seconds, RATE))
        return self._known[line]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def seconds(self, line: Line) -> float:
        """The length of a line in seconds."""
        return self[line] / RATE


def plan(prepared: Prepared) -> Timeline:
    """The timeline as it will be, within a few per cent, without an engine. Raises DurationError."""
    return fit(prepared.script, EstimatedLengths(prepared.voice), prepared.frames, prepared.rules)
