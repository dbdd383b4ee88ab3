"""Bend: a wish as one person wrote it, said in every person. What is particular to a language is in its grammar."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from mettavox.grammar import Forms, Grammar, Phrase, Row, Unfit, Verb
from mettavox.phrasebook import WISH_PERSONS

FEWEST_WORDS, MOST_WORDS = 2, 8
_PIECES = re.compile(r"[^\s,]+|,")


def persons(text: str, known: Grammar) -> dict[str, str]:
    """The sentence for every person; one whose words cannot be known is left out. Raises Unfit.

    ``text`` holds words, commas, apostrophes and hyphens.
    """
    words = _plain(text, known)
    words, kinds = _without_leading(words, known)
    count = sum(word != "," for word in words)
    if count < FEWEST_WORDS:
        raise Unfit(
            f"has {count} word{'' if count == 1 else 's'}; {FEWEST_WORDS} is the least",
            f"Say a little more, such as: {known.example}",
        )
    if count > MOST_WORDS:
        raise Unfit(f"has {count} words; {MOST_WORDS} is the most", "Make two short wishes of it.")
    if "others" in kinds:
        bending = {word for row in known.rows for text in row.forms.values() if text for word in text.lower().split()}
        if bending & {word.lower() for word in words}:
            raise known.reasons["for_others"].error()
    return _Bending(words, known, kinds & {"i", "you"}).sentences()


def _plain(text: str, known: Grammar) -> list[str]:
    """The words, in small letters where they were written Like This, with short forms written out."""
    pieces = _PIECES.findall(re.sub(r"(\s*,)+", ",", text).strip(" ,"))
    if any(piece != "," and not any(map(str.isalpha, piece)) for piece in pieces):
        raise Unfit("has a mark that stands alone", "Leave it out, or write a comma after the word before it.")
    if all(piece[0].isupper() for piece in pieces if piece[0].isalpha()):
        pieces = [piece.lower() for piece in pieces]
    words = [word for piece in pieces for word in known.expand.get(piece.lower(), (piece,))]
    ends = [place + 1 == len(words) or words[place + 1].lower() in known.connectors for place in range(len(words))]
    return [known.at_end.get(word.lower(), word) if end else word for word, end in zip(words, ends, strict=True)]


def _without_leading(words: list[str], known: Grammar) -> tuple[list[str], set[str]]:
    """The wish without “May I” and the like, and whom those words spoke of."""
    kinds: set[str] = set()
    while True:
        lower = tuple(word.lower() for word in words)
        found = next(((phrase, kind) for phrase, kind in known.leading if lower[: len(phrase)] == phrase), None)
        if found is None:
            return words, kinds
        words = words[len(found[0]) :]
        while words and words[0] == ",":
            words = words[1:]
        kinds.add(found[1])


@dataclass(frozen=True, kw_only=True)
class _Head:
    """Where a verb stands that the wish turns on, with its pronoun before it or hanging on it."""

    verb: Verb
    place: int
    column: str
    pronoun: str = ""
    pronoun_place: int = -1

    @property
    def name(self) -> str:
        """The verb as lists of phrases write it."""
        return self.verb.lemma + ("se" if self.pronoun else "")


_INFINITIVE = "infinitive"


class _Bending:
    """Goes through a wish word by word; every word becomes a cell, which is the same for all or a form for each."""

    def __init__(self, words: list[str], known: Grammar, seen: set[str]) -> None:
        self.words = [word.lower() for word in words]
        self.typed = words
        self.known = known
        self.seen = seen
        self.cells: list[str | Forms] = []
        self.at = 0
        self.open = ""
        """What may follow: "be" after a verb such as to be, "do" after another, "and" after what someone is."""
        self.in_clause = False
        self.clause_end = -1
        self.foreign = False
        self.infinitives = False
        self.loose_infinitive = False

    def sentences(self) -> dict[str, str]:
        self._check_starts()
        head = self._find_head(0)
        if head is None or self._is_no_verb(head):
            raise self._no_verb()
        self.infinitives = head.column == _INFINITIVE
        self._take_head(head)
        while self.at < len(self.words):
            self._step()
        if {"i", "you"} <= self.seen:
            raise self.known.reasons["mixed"].error()
        made = {person: self._sentence(person) for person in WISH_PERSONS}
        return {person: text for person, text in made.items() if text}

    def _sentence(self, person: str) -> str:
        texts = [cell if isinstance(cell, str) else self.known.form(cell, person) for cell in self.cells]
        if any(text is None for text in texts):
            return ""
        wish = " ".join(filter(None, texts)).replace(" ,", ",")
        return self.known.frames[person].replace("{wish}", wish)

    # --- what is sent back ---

    def _check_starts(self) -> None:
        head = self._find_head(0)
        versions = [self.words, *([[head.name, *self.words[head.place + 1 :]]] if head else [])]
        for refusal in self.known.refusals:
            if any(_begins(words, refusal.starts) for words in versions) and not any(
                _begins(words, refusal.unless) for words in versions
            ):
                raise refusal.error()

    def _is_no_verb(self, head: _Head) -> bool:
        """Whether a word that can be a verb is none here, as "calm" in "calm and happy"."""
        if not any(self.words[head.place] in refusal.first for refusal in self.known.refusals):
            return False
        after = self.words[head.place + 1 : head.place + 2]
        if after and after[0] not in self.known.not_verbs_before:
            return False
        other = self._find_head(head.place + 2) if set(after) & self.known.connectors else None
        return other is None or self._is_no_verb(other)

    def _no_verb(self) -> Unfit:
        """Why the first word is none that a wish starts with."""
        known = self.known
        word = next((word for word in self.words if word not in known.adverbs), self.words[0])
        for candidate in dict.fromkeys((self.words[0], word)):
            for refusal in known.refusals:
                if candidate in refusal.first or self._kinds(candidate) & refusal.kinds:
                    return refusal.error()
        for refusal in known.refusals:
            if any(len(word) > len(ending) + 1 and word.endswith(ending) for ending in refusal.endings):
                return refusal.error()
        return known.reasons["unknown"].error()

    def _kinds(self, word: str) -> set[str]:
        known = self.known
        kinds = {
            "finite": word in known.clauses.finite,
            "nouns": word in known.nouns,
            "adjectives": word in known.adjectives.plurals or bool(known.adjectives.instead(word)),
        }
        return {kind for kind, true in kinds.items() if true}

    def _unclear(self, reason: str = "unclear") -> Unfit:
        return self.known.reasons[reason].error()

    # --- the verb that the wish turns on ---

    def _find_head(self, place: int) -> _Head | None:
        """The verb at ``place``, or after adverbs and its pronoun."""
        while place < len(self.words):
            word = self.words[place]
            pronoun = self._pronoun(word)
            if pronoun and place + 1 < len(self.words):
                found = self._verb(self.words[place + 1])
                return _Head(verb=found[0], place=place + 1, column=found[1], pronoun=pronoun,
                             pronoun_place=place) if found else None  # fmt: skip
            if found := self._verb(word):
                return _Head(verb=found[0], place=place, column=found[1])
            if hanging := self._hanging(word):
                return _Head(verb=hanging[0], place=place, column=_INFINITIVE, pronoun=hanging[1])
            if word not in self.known.adverbs:
                return None
            place += 1
        return None

    def _verb(self, word: str) -> tuple[Verb, str] | None:
        for text in (word, self.known.slips.get(word, "")):
            verb = self.known.verbs.get(text)
            if verb is not None:
                column = next((person for person in ("i", "you") if verb.forms.get(person) == text), "")
                return verb, column or (_INFINITIVE if verb.forms else "")
        return None

    def _pronoun(self, word: str) -> str:
        """The person of a reflexive pronoun: "i", "you", or nothing."""
        reflexives = self.known.reflexives
        return next((p for p in ("i", "you") if reflexives and reflexives.forms[p] == word), "")

    def _hanging(self, word: str) -> tuple[Verb, str] | None:
        """The verb and the person of an infinitive with its pronoun."""
        stem, person = self._without_pronoun(word)
        verb = self.known.verbs.get(stem) or self.known.verbs.get(self.known.slips.get(stem, ""))
        return (verb, person) if person and verb and verb.lemma in (stem, self.known.slips.get(stem)) else None

    def _without_pronoun(self, word: str) -> tuple[str, str]:
        reflexives = self.known.reflexives
        for person in ("i", "you") if reflexives else ():
            form = str(reflexives.forms[person]) if reflexives else ""
            if word.endswith(form) and len(word) > len(form):
                return word.removesuffix(form), person
        return word, ""

    def _take_head(self, head: _Head) -> None:
        self._check_head(head)
        while self.at < (head.pronoun_place if head.pronoun_place >= 0 else head.place):
            self._fixed(self.words[self.at])
        if head.pronoun and self.known.reflexives:
            self._note(head.pronoun, self.known.reflexives.forms)
            self.cells.append(self.known.reflexives.forms)
        if head.column in ("i", "you"):
            self._note(head.column, head.verb.forms)
        self.at = head.place
        if head.verb.forms:
            self.cells.append(head.verb.forms)
            self.at += 1
        else:
            self._fixed(self.words[self.at], verb=True)
        adjectives = self.known.adjectives
        links = head.verb.lemma in adjectives.linking or (
            bool(head.pronoun) and head.verb.lemma in adjectives.linking_reflexive
        )
        self.open = "be" if links else "do"
        self.loose_infinitive = False
        if head.verb.lemma in adjectives.naming and set(self._rest()[:1]) & adjectives.naming_articles:
            self._take_naming()

    def _check_head(self, head: _Head) -> None:
        known, reflexives = self.known, self.known.reflexives
        lemma = head.verb.lemma
        following = self.words[head.place + 1 :]
        while following and following[0] in known.adverbs:
            following = following[1:]
        somebody = self._is_somebody(following)
        thing = bool(following) and following[0] in known.subjects and not _begins(following, known.spans)
        if reflexives is None:
            return
        if head.pronoun:
            if lemma not in reflexives.verbs or somebody or (thing and lemma not in reflexives.with_object):
                raise self._unclear("elsewhere")
        elif lemma in reflexives.only:
            raise self._unclear()
        elif thing and lemma in known.without_object:
            naming = lemma in known.adjectives.naming and following[0] in known.adjectives.naming_articles
            if not naming:
                raise self._unclear("elsewhere")

    def _is_somebody(self, following: list[str]) -> bool:
        """Whether the words begin with a person, by name or as "my mother"."""
        nouns = self.known.nouns
        if not following:
            return False
        name = self.typed[len(self.words) - len(following)]
        noun = next((word for word in following if word in nouns), "")
        return name[0].isupper() or (following[0] in self.known.subjects and noun in nouns.people)

    def _take_naming(self) -> None:
        """What one is, as in "a light for others": a thing alone, since a person would have a gender."""
        nouns = self.known.nouns
        count = next((place for place, word in enumerate(self._rest()) if word in nouns), 0)
        if nouns.gender(self._rest()[1:]) is None or not count or self._rest()[count] in nouns.people:
            raise self._unclear()
        for _ in range(count + 1):
            self._fixed(self.typed[self.at])
        self.open = ""

    def _rest(self) -> list[str]:
        return self.words[self.at :]

    # --- word by word ---

    def _step(self) -> None:
        word = self.words[self.at]
        if word in self.known.connectors:
            self._connector()
        elif word in self.known.clauses.triggers and self._clause():
            pass
        elif self._row():
            self.open = ""
        elif self._pronoun(word):
            raise self._unclear()
        elif not (self._enclitic(word) or self._predicate(word)):
            self._check_stray(word)
            if self._is_infinitive(word):
                self.loose_infinitive = True
                self.open = "be" if word in self.known.adjectives.linking else "do"
            elif word not in self.known.adverbs:
                self.open = ""
            self._fixed(self.typed[self.at])

    def _fixed(self, text: str, *, verb: bool = False) -> None:
        """One word as it is; respelled where voices get it wrong."""
        said = self.known.said.get(text.lower())
        before = self.words[self.at - 1] if self.at else ""
        marked = said is not None and ((verb and said.verb) or before in said.after)
        self.cells.append(f"{text}{{say: {said.say}}}" if said and marked else text)
        self.at += 1

    def _note(self, person: str, forms: Forms) -> None:
        """Remember whose form stood there, where that can be told."""
        if forms.get("i") != forms.get("you"):
            self.seen.add(person)

    def _connector(self) -> None:
        was = self.open
        self._fixed(self.typed[self.at])
        self._skip_leading()
        head = self._find_head(self.at)
        if self._goes_on():
            self._take_finite(self.at)
            return
        if head and self._turns_on(head):
            self._take_head(head)
            return
        self.open = "be" if was == "and" else ""
        if not was and self._rest() and self._rest()[0] in self.known.adjectives.plurals:
            raise self._unclear()  # of a thing before it, or of the person?
        if self.in_clause:
            self._take_finite(self.at)

    def _goes_on(self) -> bool:
        """Whether the last word is one more verb of the clause before it, as in "what I feel and need"."""
        before, last = self.words[max(0, self.at - 2)], self.at + 1 == len(self.words)
        return self.clause_end == self.at - 1 and last and before in self.known.verbs and bool(self._finite(self.at))

    def _skip_leading(self) -> None:
        """Leave out a second "may I"."""
        for phrase, kind in self.known.leading:
            if _begins(self._rest(), (phrase,)) and self._find_head(self.at + len(phrase)):
                self.at += len(phrase)
                self.seen |= {kind} & {"i", "you"}
                return

    def _turns_on(self, head: _Head) -> bool:
        """Whether a verb after "and" is one more of the wish's own."""
        word = self.words[head.place]
        if head.column == _INFINITIVE:
            return self.infinitives and not self.loose_infinitive
        if head.verb.forms and word in self.known.nouns:
            raise self._unclear()
        return bool(head.verb.forms) or not self._is_no_verb(head)

    def _clause(self) -> bool:
        """Take a word such as "as I" and the verb after it. False where it opens no clause."""
        clauses, place = self.known.clauses, self.at + 1
        sure = self.words[self.at] not in clauses.unsure
        if not sure and self.at and self.words[self.at - 1] in clauses.never_after:
            return False
        while place < len(self.words) and self.words[place] in clauses.between | self.known.adverbs:
            place += 1
        if self._finite(place) is not None:
            self._take_trigger()
            while self.at < place:
                self._fixed(self.typed[self.at])
            self._take_finite(place)
            self.in_clause = True
            return True
        if any(self._unbending(inside) for inside in range(self.at + 1, min(place + 1, len(self.words)))):
            self._take_trigger()
            self.foreign, self.open = True, ""
            return True
        if sure:
            raise self._unclear()
        return False

    def _take_trigger(self) -> None:
        word = self.words[self.at]
        for row in self._subjects():
            for phrase, person in row.written:
                if phrase == (word,):
                    self._note(person, row.forms)
                    self.cells.append(row.forms)
                    self.at += 1
                    return
        if not self._row():
            self._fixed(self.typed[self.at])

    def _subjects(self) -> list[Row]:
        """The rows of words that open a clause themselves, as "I" does."""
        triggers = self.known.clauses.triggers
        rows = (row for row in self.known.rows if not row.before and not row.after)
        return [row for row in rows if row.written[0][0][0] in triggers]

    def _finite(self, place: int) -> tuple[Forms, str, int] | None:
        """The forms of a verb in a clause, whose form was written, and where; a pronoun may stand before it."""
        if place + 1 < len(self.words) and self._pronoun(self.words[place]):
            place += 1
        if place >= len(self.words):
            return None
        word, trigger = self.words[place], self.words[self.at] if self.at < len(self.words) else ""
        subject = next((p for row in self._subjects() for phrase, p in row.written if phrase == (trigger,)), "")
        for forms in self.known.clauses.finite.get(word, ()):
            for person in ("i", "you"):
                if forms[person] == word and subject in ("", person):
                    return forms, person, place
        return None

    def _take_finite(self, place: int) -> None:
        found = self._finite(place)
        if found is None:
            return
        forms, person, verb_place = found
        if verb_place > place and self.known.reflexives:
            self._note(self._pronoun(self.words[place]), self.known.reflexives.forms)
            self.cells.append(self.known.reflexives.forms)
        self._note(person, forms)
        self.cells.append(forms)
        self.at = self.clause_end = verb_place + 1
        clauses, word = self.known.clauses, self.words[verb_place]
        links = word in clauses.linking or (verb_place > place and word in clauses.linking_reflexive)
        self.open = "be" if links else ""

    def _unbending(self, place: int) -> bool:
        """Whether a clause speaks of somebody else, or in a form that all persons share."""
        word, clauses = self.words[place], self.known.clauses
        if word in clauses.unbending or any(word.endswith(end) for end in clauses.unbending_endings):
            return True
        if any(self.known.form(forms, p) == word for forms in clauses.finite.get(word, ()) for p in ("he", "all")):
            return bool(self.known.reflexives)  # where the subject may stay out, such a form has another one
        return any(row.before and self._stands(row, place) for row in self.known.rows)

    def _row(self) -> bool:
        """Take a word that goes with the person: by its neighbours where a row asks for them, else the longest."""
        subjects = self._subjects()
        found = [
            (row, *stands) for row in self.known.rows if row not in subjects and (stands := self._stands(row, self.at))
        ]
        if not found:
            return False
        row, phrase, person = max(found, key=lambda each: (bool(each[0].before or each[0].after), len(each[1])))
        self._note(person, row.forms)
        self.at += len(phrase)
        self.cells.append(self._gendered(row.forms))
        return True

    def _stands(self, row: Row, place: int) -> tuple[Phrase, str] | None:
        for phrase, person in row.written:
            end = place + len(phrase)
            if tuple(self.words[place:end]) != phrase:
                continue
            if row.before and not set(self.words[end : end + 1]) & row.before:
                continue
            if row.after and not any(tuple(self.words[:place])[-len(p) :] == p for p in row.after):
                continue
            return phrase, person
        return None

    def _gendered(self, forms: Forms) -> Forms:
        """The forms with "nuestro|nuestra" decided by the noun that follows."""
        if not any(text and "|" in text for text in forms.values()):
            return forms
        gender = self.known.nouns.gender(self._rest())
        return {
            person: text if not text or "|" not in text else None if gender is None else text.split("|")[gender]
            for person, text in forms.items()
        }

    def _enclitic(self, word: str) -> bool:
        """Take an infinitive or a gerund with a pronoun that hangs on it."""
        reflexives = self.known.reflexives
        if reflexives is None or word in self.known.nouns or word in self.known.adjectives.plurals:
            return False
        if word.endswith(reflexives.unclear):
            raise self._unclear()
        stem, person = self._without_pronoun(word)
        if not person or not stem.endswith(reflexives.infinitives + reflexives.gerunds):
            return False
        if self.foreign or (not stem.endswith(reflexives.gerunds) and not self._hanging(word)):
            raise self._unclear()
        self._note(person, reflexives.forms)
        self.cells.append({column: f"{stem}{form}" for column, form in reflexives.forms.items()})
        self.loose_infinitive = True
        self.open = "be" if stem in self.known.adjectives.linking_reflexive else "do"
        self.at += 1
        return True

    def _is_infinitive(self, word: str) -> bool:
        verb = self.known.verbs.get(word)
        return verb is not None and bool(verb.forms) and verb.lemma == word

    def _predicate(self, word: str) -> bool:
        """Take what someone is, which has a plural; refuse what has a gender, or is not known."""
        adjectives, nouns = self.known.adjectives, self.known.nouns
        instead = adjectives.instead(word)
        if instead and word not in self.known.adverbs and (self.open or self._disagrees(word)):
            raise self.known.reasons["gendered"].error(instead=instead)
        if not self.open:
            return False
        if word in adjectives.plurals:
            plural = adjectives.plurals[word]
            self.cells.append({person: plural if person in self.known.plural else word for person in WISH_PERSONS})
            self.open = "and"
            self.at += 1
            return True
        expected = word in self.known.adverbs or word in nouns or word in adjectives.beside
        if not expected and (self.open == "be" or (adjectives.endings and word.endswith(adjectives.endings))):
            raise self._unclear()
        return False

    def _disagrees(self, word: str) -> bool:
        """Whether a word with a gender cannot belong to the thing before it, and so means the person."""
        before = self.words[self.at - 1]
        gender = self.known.nouns.gender([before])
        feminine = word.endswith(self.known.adjectives.feminine)
        return before in self.known.adverbs or (gender is not None and gender != int(feminine))

    def _check_stray(self, word: str) -> None:
        """Refuse a form that only "I" has, outside of a clause that would bend it."""
        if word in self.known.nouns or word in self.known.verbs:
            return
        for forms in self.known.clauses.finite.get(word, ()):
            if forms["i"] == word and word not in (forms["you"], self.known.form(forms, "he")):
                raise self._unclear()


def _begins(words: Sequence[str], phrases: tuple[Phrase, ...]) -> bool:
    """Whether the words begin with one of the phrases, in which “*” is any one word."""
    return any(
        len(words) >= len(phrase) and all(part in ("*", word) for part, word in zip(phrase, words, strict=False))
        for phrase in phrases
    )
