"""Batch check: a roster looked through before a second of sound is made, and how each of its names will be said."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

from mettavox import ask, batchreport, casting, gate, ipa, prepare
from mettavox.errors import MettavoxError
from mettavox.person import Spoken
from mettavox.pronunciation import Word
from mettavox.roster import Problem, Roster, Row
from mettavox.takes import ENGINE as RECORDED


@dataclass(frozen=True, kw_only=True)
class Said:
    """How a name of a row will be said: ``sounds`` as IPA or respelled, or empty where it is read as it is written.

    ``source`` is “given”, “lexicon”, “recording” or “voice”; ``receives`` is what the engine gets.
    """

    row: int
    code: str
    option: str
    written: str
    sounds: str
    source: str
    receives: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A roster that was looked through: how many rows are good, every problem, and how each name will be said."""

    good: int
    problems: tuple[Problem, ...]
    names: tuple[Said, ...]
    notes: tuple[str, ...] = ()


def check(roster: Roster) -> Checked:
    """Look through every row without making a sound: its rules, and its names."""
    roster = apart(roster)
    rules: dict[Any, MettavoxError | None] = {}
    problems = list(roster.problems)
    names: list[Said] = []
    good = 0
    for row in roster.rows:
        error, column = _broken_rule(row, rules), "script"
        try:
            said = list(_names(row)) if error is None else []
        except MettavoxError as refused:
            error, column, said = refused, "say" if "say" in row.values else "name", []
        if error is None:
            good += 1
            names += said
        else:
            problems.append(Problem(row=row.number, column=column, message=error.message, hint=error.hint))
    return Checked(
        good=good,
        problems=tuple(sorted(problems, key=lambda each: each.row)),
        names=tuple(names),
        notes=roster.notes,
    )


def _broken_rule(row: Row, known: dict[Any, MettavoxError | None]) -> MettavoxError | None:
    """What keeps the row's script, intention, wishes or edits from being made."""
    key = tuple(str(row.values.get(each, "")) for each in ("script", "lang", "scripts", "intention", "wishes", "edit"))
    if key not in known:
        try:
            gate.admit(prepare.prepare(ask.request(row.values)))
            known[key] = None
        except MettavoxError as error:
            known[key] = error
    return known[key]


def _names(row: Row) -> Iterator[Said]:
    """How each name of the row will be said. Raises VoiceError for sounds that the voice cannot say."""
    if not row.values.get("name") and not row.values.get("target"):
        return
    request = ask.request(row.values)
    voice = casting.cast(request.voice, request.language).voice
    pronouncer = casting.pronouncer(voice, *request.names)
    for option, word in (("name", request.listener.name), ("target", request.target.name)):
        if word is None:
            continue
        told = [part for part in pronouncer.parts(word.said) if isinstance(part, Word)]
        yield Said(
            row=row.number,
            code=row.code,
            option=option,
            written=word.written,
            sounds=" ".join(map(_sounds, told)) or ("" if word.said == word.written else f"“{ipa.plain(word.said)}”"),
            source=_source(word, told, recorded=voice.engine == RECORDED),
            receives=pronouncer.engine_text(word.said),
        )


def _sounds(word: Word) -> str:
    return f"/{word.ipa}/" if word.ipa else f"“{word.respell}”"


def _source(word: Spoken, told: Sequence[Word], *, recorded: bool) -> str:
    if recorded:
        return "recording"
    if word.said != word.written:
        return "given"
    return "lexicon" if told else "voice"


def apart(roster: Roster) -> Roster:
    """The roster without codes whose files would be ours."""
    ours = [row for row in roster.rows if f"{row.code}.html".lower() == batchreport.FILE]
    if not ours:
        return roster
    problems = [
        Problem(
            row=row.number,
            column="code",
            message=f"{batchreport.FILE} is the name of the report.",
            hint="Choose another code.",
        )
        for row in ours
    ]
    return replace(
        roster,
        rows=tuple(row for row in roster.rows if row not in ours),
        problems=tuple(sorted((*roster.problems, *problems), key=lambda each: each.row)),
    )
