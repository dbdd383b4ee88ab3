"""Batch check: a roster looked through before a second of sound is made, and how each of its names will be said."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from mettavox import ask, batchreport, casting, gate, ipa, prepare
from mettavox.errors import MettavoxError
from mettavox.person import Spoken
from mettavox.pronunciation import Pronouncer, Word
from mettavox.roster import Problem, Roster, Row
from mettavox.takes import ENGINE as RECORDED
from mettavox.voice import Voice


@dataclass(frozen=True, kw_only=True)
class Said:
    """How a name of a row will be said: ``sounds`` as IPA or respelled, or empty where it is read as it is written.

    ``source`` is “given”, “lexicon”, “recording” or “voice”; ``receives`` is what the engine gets; ``voice`` is the
    id of the voice.
    """

    row: int
    code: str
    option: str
    written: str
    sounds: str
    source: str
    receives: str
    voice: str


@dataclass(frozen=True, kw_only=True)
class Checked:
    """A roster that was looked through: how many rows are good, every problem, and how each name will be said."""

    good: int
    problems: tuple[Problem, ...]
    names: tuple[Said, ...]
    notes: tuple[str, ...] = ()


def check(roster: Roster, *, lint: bool = True) -> Checked:
    """Look through every row without making a sound: its rules, unless without ``lint``, and its names."""
    roster = apart(roster)
    checker = _Checker(lint=lint)
    problems = list(roster.problems)
    names: list[Said] = []
    good = 0
    for row in roster.rows:
        column = "script"
        try:
            checker.admit(row)
            column = "say" if "say" in row.values else "target-say" if "target-say" in row.values else "voice"
            names += checker.names(row)
            good += 1
        except MettavoxError as error:
            problems.append(Problem(row=row.number, column=column, message=error.message, hint=error.hint))
    return Checked(
        good=good,
        problems=tuple(sorted(problems, key=lambda each: each.row)),
        names=tuple(names),
        notes=roster.notes,
    )


class _Checker:
    """Checks rows; what many rows have in common is looked at once."""

    def __init__(self, *, lint: bool) -> None:
        self._lint = lint
        self._broken: dict[tuple[str, ...], MettavoxError | None] = {}
        self._voices: dict[tuple[str, str], Voice] = {}
        self._pronouncers: dict[tuple[str, str], Pronouncer] = {}

    def admit(self, row: Row) -> None:
        """Raise what keeps the row's script, intention, wishes or edits from being made."""
        parts = ("script", "lang", "scripts", "intention", "wishes", "edit")
        key = tuple(str(row.values.get(each, "")) for each in parts)
        if key not in self._broken:
            try:
                prepared = prepare.prepare(ask.request(row.values))
                if self._lint:
                    gate.admit(prepared)
                self._broken[key] = None
            except MettavoxError as error:
                self._broken[key] = error
        broken = self._broken[key]
        if broken is not None:
            raise broken

    def names(self, row: Row) -> list[Said]:
        """How each name of the row will be said. Raises VoiceError for sounds that the voice cannot say."""
        if not row.values.get("name") and not row.values.get("target"):
            return []
        request = ask.request(row.values)
        voice = self._voice(request.voice, request.language)
        pronouncer = self._pronouncer(voice, request.language, request.names)
        words = (("name", request.listener.name), ("target", request.target.name))
        return [_said(row, option, word, voice, pronouncer) for option, word in words if word is not None]

    def _voice(self, name: str, language: str) -> Voice:
        if (name, language) not in self._voices:
            self._voices[name, language] = casting.cast(name, language).voice
        return self._voices[name, language]

    def _pronouncer(self, voice: Voice, language: str, words: Sequence[Spoken | None]) -> Pronouncer:
        """One for all rows, but for a row with a respelling in letters, which its own lets stand."""
        if any(word and word.said != word.written and ipa.OPEN not in word.said for word in words):
            return casting.pronouncer(voice, *words)
        if (voice.id, language) not in self._pronouncers:
            self._pronouncers[voice.id, language] = casting.pronouncer(voice)
        return self._pronouncers[voice.id, language]


def _said(row: Row, option: str, word: Spoken, voice: Voice, pronouncer: Pronouncer) -> Said:
    told = [part for part in pronouncer.parts(word.said) if isinstance(part, Word)]
    respelled = f"“{ipa.plain(word.said)}”" if word.said != word.written else ""
    return Said(
        row=row.number,
        code=row.code,
        option=option,
        written=word.written,
        sounds=" ".join(map(_sounds, told)) or respelled,
        source=_source(word, told, recorded=voice.engine == RECORDED),
        receives=pronouncer.engine_text(word.said),
        voice=voice.id,
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
