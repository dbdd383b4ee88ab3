"""From a request to a script that is filled, read and ready to be fitted; and its preview."""

import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from fractions import Fraction

from mettavox import casting, deliveries, edits, estimate, ipa, phrasebook, reader, source, template
from mettavox.casting import Cast
from mettavox.delivery import BELL_PLACES, Delivery
from mettavox.errors import DurationError, RequestError, ScriptError
from mettavox.fit import fit
from mettavox.layout import WRITTEN, Lengths, Rules
from mettavox.person import Listener, Target
from mettavox.phrasebook import Phrasebook
from mettavox.request import ANCHORS, TOUCHING, Request
from mettavox.script import Head, Line, Script
from mettavox.source import Source, first_part
from mettavox.suggest import nearest
from mettavox.takes import ENGINE as RECORDED
from mettavox.timeline import Timeline
from mettavox.units import clock, frames
from mettavox.voice import Voice

RATE = 48_000
"""The usual rate of a track, in hertz; a delivery profile may have another."""

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
    delivery: Delivery
    note: str = ""
    fill: Voice | None = None

    @property
    def rate(self) -> int:
        """The track's rate in hertz."""
        return self.rules.rate

    @property
    def frames(self) -> int:
        """The length asked for."""
        return frames(self.seconds, self.rate)


def prepare(request: Request, found: Source | None = None) -> Prepared:
    """Read, check and fill; ``found`` is the script, where it is no file yet.

    Raises RequestError, ScriptError, VoiceError or DurationError.
    """
    book = phrasebook.load(request.language, request.scripts)
    own = deliveries.load(request.profile)
    found = found or source.load(request.script, request.language, request.scripts)
    check_defaults(found, book)
    request = chosen(request, found.head)
    delivery = delivered(request, own)
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
    _check_disclosure(request, chosen_voice.voice, fill)
    return Prepared(
        request=request,
        source=found,
        script=script,
        voice=chosen_voice.voice,
        rules=replace(_delivered_rules(request, delivery), pauses=chosen_voice.voice.pauses),
        seconds=seconds,
        delivery=delivery,
        note=" ".join(each.note for each in (chosen_voice, fill) if each and each.note),
        fill=fill.voice if fill else None,
    )


def delivered(request: Request, own: Delivery) -> Delivery:
    """The profile ``own`` with what the request has instead. Raises RequestError for what does not go together."""
    if request.bells and request.closing == "sleep":
        raise RequestError("--bells and --closing sleep do not go together.", hint="Leave --bells out: a bell wakes.")
    if request.format == "opus" and own.rate != RATE:
        raise RequestError(
            f"--format opus always has {RATE} Hz, and the profile “{own.id}” asks for {own.rate}.",
            hint="Choose another --format or --profile.",
        )
    if (request.bed or own.bed) == "none" and (request.duck or request.bed_under is not None):
        option = "--duck" if request.duck else "--bed-under"
        raise RequestError(f"{option} is about a bed, and there is none.", hint="Choose a --bed, or leave it out.")
    return replace(
        own,
        bed=request.bed or own.bed,
        bed_under_lu=own.bed_under_lu if request.bed_under is None else request.bed_under,
        bells=own.bells if request.bells is None else BELL_PLACES if request.bells else (),
        tones=own.tones if request.breath_tones is None else request.breath_tones,
    )


def _delivered_rules(request: Request, delivery: Delivery) -> Rules:
    written = () if request.bells is False else (WRITTEN,)
    return replace(
        rules_of(request),
        rate=delivery.rate,
        head_seconds=delivery.head_seconds,
        tail=delivery.tail_seconds,
        bells=frozenset((*delivery.bells, *written)),
        tones=delivery.tones,
    )


def _check_disclosure(request: Request, voice: Voice, fill: Cast | None) -> None:
    if request.disclose and voice.engine == RECORDED and fill is None:
        raise RequestError("--disclose has nothing to say: a person's own voice speaks.", hint="Leave it out.")


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
        from mettavox import wishes  # what bends a sentence is large, and few have wishes of their own

        book = replace(book, wishes=wishes.own(request.wishes, request.language, request.scripts))
    filled = template.fill(found.body, found.head.slots, request, book, where=found.where)
    edited = edits.applied(filled, request.edits)
    return edits.kept_private(
        reader.read(edited, found.head, book, _choices(request, book), where=found.where), request.edits
    )


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
    if request.intention and not all(is_latin(letter) for letter in request.intention.said if letter.isalpha()):
        raise RequestError(
            "--intention is written in letters that this language's voices cannot read.",
            hint="Write it in Latin letters, as it is said.",
        )
    for number, words in request.edits:
        if not all(map(is_latin, filter(str.isalpha, words))):
            raise RequestError(
                f"--edit {number} is written in letters that this language's voices cannot read.",
                hint="Write it in Latin letters, as it is said.",
            )
    for option, name in (("--name", request.listener.name), ("--target", request.target.name)):
        if name and ipa.OPEN not in name.said and not all(map(is_latin, filter(str.isalpha, name.said))):
            say = "--say" if option == "--name" else "--target-say"
            raise RequestError(
                f"{option} is written in letters that this language's voices cannot read.",
                hint=f"Keep it as it is, and add how it is said in Latin letters: {say} TEXT.",
            )


def is_latin(letter: str) -> bool:
    """Whether a letter is one that a voice of a language in Latin letters can read."""
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
        disclose=request.disclose,
    )


class EstimatedLengths(Mapping[Line, int]):
    """How many frames each line will take, judged once by its syllables and the voice's pace."""

    def __init__(self, voice: Voice, rate: int = RATE) -> None:
        self._voice = voice
        self._rate = rate
        self._known: dict[Line, int] = {}

    def __getitem__(self, line: Line) -> int:
        if line not in self._known:
            seconds = estimate.seconds(line.spoken, self._voice.pace, self._voice.language)
            self._known[line] = max(1, frames(seconds, self._rate))
        return self._known[line]

    def __iter__(self) -> Iterator[Line]:
        return iter(self._known)

    def __len__(self) -> int:
        return len(self._known)

    def seconds(self, line: Line) -> float:
        """The length of a line in seconds."""
        return self[line] / self._rate


def plan(prepared: Prepared) -> Timeline:
    """The timeline as it will be, within a few per cent, without an engine. Raises DurationError."""
    return laid(prepared, EstimatedLengths(prepared.voice, prepared.rate))


def laid(prepared: Prepared, lengths: Lengths) -> Timeline:
    """The timeline on these lengths. Bells that a profile has are left out where there is no room for them.

    Raises DurationError.
    """
    rules, least = prepared.rules, prepared.rules.bells & {WRITTEN}
    try:
        return fit(prepared.script, lengths, prepared.frames, rules)
    except DurationError:
        if prepared.request.bells or rules.bells == least:
            raise
        return fit(prepared.script, lengths, prepared.frames, replace(rules, bells=least))
