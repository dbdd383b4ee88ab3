"""What a language knows about wishes, out of its own-wishes.yaml."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from mettavox.phrasebook import WISH_PERSONS

_REASONS = ("unclear", "for_others", "mixed", "gendered", "elsewhere")
_NONE = "-"
"""Stands in a row for a form that cannot be known."""

Phrase = tuple[str, ...]
Forms = Mapping[str, str | None]


class Unfit(Exception):
    """A wish that cannot be taken: ``why`` goes on from "Wish 2 …", and repeats none of its words."""

    def __init__(self, why: str, hint: str) -> None:
        super().__init__(why, hint)
        self.why = why
        self.hint = hint


@dataclass(frozen=True, kw_only=True)
class Verb:
    """A verb that a wish can start with; ``forms`` is empty where every person has the same."""

    lemma: str
    forms: Forms = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Row:
    """A word that goes with the person. ``written`` says how it may stand in a wish, and whose form that is.

    ``before`` and ``after`` are words and phrases beside it without which the row does not count.
    """

    forms: Forms
    written: tuple[tuple[Phrase, str], ...]
    before: frozenset[str] = frozenset()
    after: tuple[Phrase, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Reflexives:
    """The pronoun that stands before a verb, or hangs on its infinitive: me trate, tratarme."""

    forms: Forms
    verbs: frozenset[str]
    with_object: frozenset[str]
    only: frozenset[str]
    infinitives: tuple[str, ...]
    gerunds: tuple[str, ...]
    unclear: tuple[str, ...]


@dataclass(frozen=True, kw_only=True)
class Clauses:
    """Where a verb bends inside a wish: after which words, and which verbs, in which forms."""

    triggers: frozenset[str] = frozenset()
    unsure: frozenset[str] = frozenset()
    never_after: frozenset[str] = frozenset()
    between: frozenset[str] = frozenset()
    finite: Mapping[str, tuple[Forms, ...]] = field(default_factory=dict)
    linking: frozenset[str] = frozenset()
    linking_reflexive: frozenset[str] = frozenset()
    unbending: frozenset[str] = frozenset()
    unbending_endings: tuple[str, ...] = ()


@dataclass(frozen=True, kw_only=True)
class Nouns:
    """The gender of things and people; ``before`` are words in front of a noun that have none."""

    masculine: frozenset[str] = frozenset()
    feminine: frozenset[str] = frozenset()
    masculine_before: frozenset[str] = frozenset()
    feminine_before: frozenset[str] = frozenset()
    before: frozenset[str] = frozenset()
    people: frozenset[str] = frozenset()

    def __contains__(self, word: str) -> bool:
        return word in self.masculine or word in self.feminine

    def gender(self, words: Sequence[str]) -> int | None:
        """0 for masculine, 1 for feminine, None where it cannot be told; of the noun that ``words`` begin with."""
        for word in words:
            if word in self.masculine_before or word in self.masculine:
                return 0
            if word in self.feminine_before or word in self.feminine:
                return 1
            if word not in self.before:
                return None
        return None


@dataclass(frozen=True, kw_only=True)
class Adjectives:
    """What someone can be: words with a plural; and words whose ending tells a gender, by their stems."""

    linking: frozenset[str] = frozenset()
    linking_reflexive: frozenset[str] = frozenset()
    naming: frozenset[str] = frozenset()
    naming_articles: frozenset[str] = frozenset()
    beside: frozenset[str] = frozenset()
    plurals: Mapping[str, str] = field(default_factory=dict)
    gendered: Mapping[str, str] = field(default_factory=dict)
    masculine: tuple[str, ...] = ()
    feminine: tuple[str, ...] = ()
    endings: tuple[str, ...] = ()

    def instead(self, word: str) -> str:
        """What to say in the place of a word with a gender; nothing for any other word."""
        for ending in (*self.masculine, *self.feminine):
            if word.endswith(ending) and word.removesuffix(ending) in self.gendered:
                return self.gendered[word.removesuffix(ending)]
        return ""


@dataclass(frozen=True, kw_only=True)
class Refusal:
    """Wishes that are sent back: by how they start, or by a first word that is no verb."""

    why: str
    hint: str
    starts: tuple[Phrase, ...] = ()
    unless: tuple[Phrase, ...] = ()
    first: frozenset[str] = frozenset()
    endings: tuple[str, ...] = ()
    kinds: frozenset[str] = frozenset()

    def error(self, **words: str) -> Unfit:
        """The refusal as it is raised."""
        hint = self.hint
        for key, word in words.items():
            hint = hint.replace(f"{{{key}}}", word)
        return Unfit(self.why, hint)


@dataclass(frozen=True, kw_only=True)
class Said:
    """A word that voices get wrong, respelled: where it is the verb, or after certain words."""

    say: str
    verb: bool
    after: frozenset[str]


@dataclass(frozen=True, kw_only=True)
class Grammar:
    """What a language knows about wishes."""

    letters: str
    example: str
    frames: Mapping[str, str]
    like: Mapping[str, str]
    plural: frozenset[str]
    leading: tuple[tuple[Phrase, str], ...]
    connectors: frozenset[str]
    adverbs: frozenset[str]
    expand: Mapping[str, Phrase]
    at_end: Mapping[str, str]
    slips: Mapping[str, str]
    verbs: Mapping[str, Verb]
    without_object: frozenset[str]
    subjects: frozenset[str]
    spans: tuple[Phrase, ...]
    rows: tuple[Row, ...]
    reflexives: Reflexives | None
    clauses: Clauses
    nouns: Nouns
    adjectives: Adjectives
    refusals: tuple[Refusal, ...]
    reasons: Mapping[str, Refusal]
    not_verbs_before: frozenset[str]
    said: Mapping[str, Said]

    def form(self, forms: Forms, person: str) -> str | None:
        """The form for ``person``, or for the person whose forms that one takes."""
        seen = person
        while seen not in forms:
            if seen not in self.like:
                return None
            seen = self.like[seen]
        return forms[seen]


# --- from a table ---


def from_table(table: Mapping[str, Any]) -> Grammar:
    """The grammar in a table. Raises KeyError, TypeError, AttributeError or ValueError where the table is wrong."""
    frames = {person: _text(table["frames"][person]) for person in WISH_PERSONS}
    clauses = table.get("clauses", {})
    triggers = _words(clauses.get("triggers", "")) | _words(clauses.get("unsure", ""))
    return Grammar(
        letters=_text(table.get("letters", "")),
        example=_text(table["example"]),
        frames=frames,
        like=table.get("like", {}),
        plural=_words(table.get("plural", [])),
        leading=_leading(table.get("leading", {})),
        connectors=_words(table.get("connectors", [])),
        adverbs=_words(table.get("adverbs", "")),
        expand={word: tuple(_text(text).split()) for word, text in table.get("expand", {}).items()},
        at_end=table.get("at_end", {}),
        slips=table.get("slips", {}),
        verbs=dict(_verbs(table["verbs"])),
        without_object=_words(table.get("without_object", "")),
        subjects=_words(table.get("subjects", "")),
        spans=_phrases(table.get("spans", [])),
        rows=tuple(_rows(table["words"])),
        reflexives=_reflexives(table["reflexives"]) if "reflexives" in table else None,
        clauses=_clauses(clauses, triggers),
        nouns=Nouns(**{key: _words(text) for key, text in table.get("nouns", {}).items()}),
        adjectives=_adjectives(table.get("adjectives", {})),
        refusals=tuple(_refusal(entry) for entry in table["refusals"]),
        reasons=_reasons(table["reasons"]),
        not_verbs_before=_words(table.get("not_verbs_before", [])),
        said={
            _text(entry["word"]): Said(
                say=_text(entry["say"]), verb=bool(entry.get("verb")), after=_words(entry.get("after", ""))
            )
            for entry in table.get("said", [])
        },
    )


def _text(value: object) -> str:
    if not isinstance(value, str):
        raise ValueError(f"“{value}”, which is no text (put quotes around it),")  # noqa: TRY004
    return value


def _words(value: object) -> frozenset[str]:
    """A set of words, written as one text or as a list."""
    return frozenset(value.split() if isinstance(value, str) else map(_text, _list(value)))


def _list(value: object) -> list[object]:
    if not isinstance(value, list):
        raise ValueError(f"“{value}”, which is no list,")  # noqa: TRY004
    return value


def _phrases(value: object) -> tuple[Phrase, ...]:
    return tuple(tuple(_text(phrase).split()) for phrase in _list(value))


def _leading(table: Mapping[str, Any]) -> tuple[tuple[Phrase, str], ...]:
    found = [(phrase, kind) for kind, phrases in table.items() for phrase in _phrases(phrases)]
    return tuple(sorted(found, key=lambda pair: -len(pair[0])))


def _forms(columns: Sequence[str], cells: object) -> Forms:
    texts = cells.split() if isinstance(cells, str) else [_text(cell) for cell in _list(cells)]
    if len(texts) != len(columns):
        raise ValueError(f"a form in “{' '.join(texts)}”")
    return {column: None if text == _NONE else text for column, text in zip(columns, texts, strict=True)}


def _rows(table: Mapping[str, Any]) -> Iterator[Row]:
    for entry in table["rows"]:
        parts = entry if isinstance(entry, dict) else {"forms": entry}
        forms = _forms(table["columns"], parts["forms"])
        written = parts.get("written") or [forms["i"], forms["you"]]
        yield Row(
            forms=forms,
            written=tuple(
                (tuple(half.split()), person)
                for text, person in zip(written, ("i", "you"), strict=True)
                for half in _text(text).lower().split("|")
            ),
            before=_words(parts.get("before", "")),
            after=_phrases(parts.get("after", [])),
        )


def _verbs(table: object) -> Iterator[tuple[str, Verb]]:
    if not isinstance(table, dict):
        for word in sorted(_words(table)):
            yield word, Verb(lemma=word)
        return
    for lemma, cells in table["rows"].items():
        verb = Verb(lemma=_text(lemma), forms=_forms(table["columns"], cells))
        yield verb.lemma, verb
        for person in ("i", "you"):
            yield str(verb.forms[person]), verb


def _reflexives(table: Mapping[str, Any]) -> Reflexives:
    return Reflexives(
        forms=_forms(table["columns"], table["row"]),
        verbs=_words(table["verbs"]),
        with_object=_words(table.get("with_object", "")),
        only=_words(table.get("only", "")),
        infinitives=tuple(sorted(_words(table["infinitives"]))),
        gerunds=tuple(sorted(_words(table["gerunds"]))),
        unclear=tuple(sorted(_words(table.get("unclear", "")))),
    )


def _clauses(table: Mapping[str, Any], triggers: frozenset[str]) -> Clauses:
    finite: dict[str, tuple[Forms, ...]] = {}
    for cells in table.get("rows", []):
        forms = _forms(table["columns"], cells)
        for text in {text for text in forms.values() if text}:
            finite[text] = (*finite.get(text, ()), forms)
    return Clauses(
        triggers=triggers,
        unsure=_words(table.get("unsure", "")),
        never_after=_words(table.get("never_after", "")),
        between=_words(table.get("between", "")),
        finite=finite,
        linking=_words(table.get("linking", "")),
        linking_reflexive=_words(table.get("linking_reflexive", "")),
        unbending=_words(table.get("unbending", "")),
        unbending_endings=tuple(sorted(_words(table.get("unbending_endings", "")))),
    )


def _adjectives(table: Mapping[str, Any]) -> Adjectives:
    pairs = _text(table.get("plurals", "")).split()
    sets = ("linking", "linking_reflexive", "naming", "naming_articles", "beside")
    given: dict[str, Any] = {key: _words(table[key]) for key in sets if key in table}
    lists = ("masculine", "feminine", "endings")
    given |= {key: tuple(sorted(_words(table[key]))) for key in lists if key in table}
    return Adjectives(
        **given,
        plurals=dict(zip(pairs[::2], pairs[1::2], strict=True)),
        gendered=table.get("gendered", {}),
    )


def _reasons(table: Mapping[str, Any]) -> Mapping[str, Refusal]:
    """The refusals that have a name; one that a language does not tell apart is "unclear"."""
    found = {name: _refusal(entry) for name, entry in table.items()}
    return {"unknown": found["unknown"], **dict.fromkeys(_REASONS, found["unclear"]), **found}


def _refusal(entry: Mapping[str, Any]) -> Refusal:
    return Refusal(
        why=_text(entry["why"]),
        hint=_text(entry["hint"]),
        starts=_phrases(entry.get("starts", [])),
        unless=_phrases(entry.get("except", [])),
        first=_words(entry.get("first", "")),
        endings=tuple(sorted(_words(entry.get("endings", "")))),
        kinds=_words(entry.get("kinds", "")),
    )
