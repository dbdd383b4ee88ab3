"""Rules on words: lists of what should not be heard, and how often some words are."""

from collections.abc import Iterator

from mettavox.lint.catalogue import RULES
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Heard, Material
from mettavox.lint.lexicon import Entry, plain

_MINIMISERS, _WORDS_FOR_EACH = "LANG-04", 200
_LEAST_LINES, _INVITED, _INVITED_GENTLY = 3, 0.5, 0.7


def said(rule: str, hit: str) -> str:
    """The message for a word that was found."""
    return f"“{hit}”: {RULES[rule].title}."


def listed(material: Material) -> Iterator[Finding]:
    """Every word and phrase of the language's lists, in what is heard, in titles, in the purpose and on paper."""
    if not material.lexicon:
        return
    for rule, entries in material.lexicon.words.items():
        if rule == _MINIMISERS:
            continue
        for entry in entries:
            yield from _spoken(material, rule, entry)
            yield from _written(material, rule, entry)


def _spoken(material: Material, rule: str, entry: Entry) -> Iterator[Finding]:
    if "spoken" not in entry.where:
        return
    for sentence, heard in material.unique:
        if hit := entry.hit(sentence.text):
            yield material.finding(
                rule, sentence.number, said(rule, hit[0]), instead=entry.instead, needle=hit[0], heard=heard
            )


def _written(material: Material, rule: str, entry: Entry) -> Iterator[Finding]:
    for number, text in written(material, entry.where):
        if hit := entry.hit(plain(text)):
            yield material.finding(rule, number, said(rule, hit[0]), instead=entry.instead, needle=hit[0])


def written(material: Material, where: frozenset[str]) -> Iterator[tuple[int, str]]:
    """The lines of those places that nobody hears: the titles, the purpose, the handout."""
    head = material.source.head
    if "title" in where:
        yield material.head_line("title"), head.title
        yield from material.headings
    if "purpose" in where:
        yield material.head_line("purpose"), head.purpose
    if "handout" in where:
        yield from material.handout


def minimisers(material: Material) -> Iterator[Finding]:
    """LANG-04: words that make little of what is hard, where they are more than one in 200."""
    entries = material.lexicon.words.get(_MINIMISERS, ()) if material.lexicon else ()
    told: set[tuple[int, str]] = set()
    for heard in material.heard if entries else ():
        hits = _hits(heard, entries)
        words = sum(len(sentence.text.split()) for sentence in heard.sentences)
        for number, word, instead in hits[max(1, words // _WORDS_FOR_EACH) :]:
            if (number, word) not in told:
                told.add((number, word))
                message = f"“{word}” is one of {len(hits)} such words in {words}; one in {_WORDS_FOR_EACH} is the most."
                yield material.finding(_MINIMISERS, number, message, instead=instead, needle=word, heard=heard)


def _hits(heard: Heard, entries: tuple[Entry, ...]) -> list[tuple[int, str, str]]:
    return [
        (sentence.number, match[0], entry.instead)
        for sentence in heard.sentences
        for entry in entries
        for match in entry.find.finditer(sentence.text)
        if not (entry.unless and entry.unless.search(sentence.text))
    ]


def choices(material: Material) -> Iterator[Finding]:
    """CHOICE-01: of the lines about body and breath, how many invite and how many command."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.command or not lexicon.knows("invitation", "body"):
        return
    worst: tuple[float, int, int, int, str, Heard] | None = None
    for heard in material.heard:
        texts = {each.text: each for each in heard.sentences if not each.cue}  # each counts once
        about = [each for each in texts.values() if lexicon.find("body", each.text)]
        inviting = [each for each in about if lexicon.find("invitation", each.text)]
        commands = [each for each in about if each not in inviting and lexicon.command.search(each.text)]
        count = len(inviting) + len(commands)
        if count < _LEAST_LINES or not commands:
            continue
        share = len(inviting) / count
        verb = lexicon.command.search(commands[0].text)
        if share < _INVITED_GENTLY and (worst is None or share < worst[0]):
            worst = (share, len(inviting), count, commands[0].number, verb["verb"] if verb else "", heard)
    if worst:
        share, inviting_count, count, number, verb_text, heard = worst
        severe = share < _INVITED
        limit = "half of them is the least" if severe else "seven in ten would suit a gentle practice"
        yield material.finding(
            "CHOICE-01",
            number,
            f"{inviting_count} of {count} lines about body and breath invite, and {limit}; here a command begins.",
            needle=verb_text,
            heard=heard,
            severity="W" if severe else "I",
        )


def addresses(material: Material) -> Iterator[Finding]:
    """LOC-01: a familiar and a formal “you” in one script."""
    kinds = material.lexicon.address if material.lexicon else {}
    if not kinds:
        return
    found: dict[str, list[tuple[int, str, Heard | None]]] = {kind: [] for kind in kinds}
    for sentence, heard in material.unique:
        for kind, pattern in kinds.items():
            if hit := pattern.search(sentence.text):
                found[kind].append((sentence.number, hit[0], heard))
    for number, text in material.handout:
        for kind, pattern in kinds.items():
            if hit := pattern.search(plain(text)):
                found[kind].append((number, hit[0], None))
    fewer, more = sorted(kinds, key=lambda kind: len(found[kind]))
    if found[fewer]:
        number, word, where = found[fewer][0]
        yield material.finding(
            "LOC-01",
            number,
            f"“{word}” is the {fewer} “you”, and {len(found[more])} lines have the {more} one (“{found[more][0][1]}”).",
            instead="Keep to one of them in a script.",
            needle=word,
            heard=where,
        )


RULES_HERE = (listed, minimisers, choices, addresses)
