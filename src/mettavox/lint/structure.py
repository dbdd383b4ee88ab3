"""Rules on choice: what has to be said, and what has to stand beside it."""

import re
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass

from mettavox.lint.finding import Finding
from mettavox.lint.heard import Heard, Material, Sentence
from mettavox.lint.lexicon import Lexicon

DIFFICULT = "difficult"


def eyes(material: Material) -> Iterator[Finding]:
    """EYES-02: a core line of every branch names open eyes, except where there is time for writing."""
    if not material.lexicon or not material.lexicon.knows("eyes_open"):
        return
    for heard in material.heard:
        if _writes(heard):
            continue
        if not any(each.tier == 0 and material.lexicon.find("eyes_open", each.text) for each in heard.sentences):
            yield material.finding(
                "EYES-02", _first_line(heard), "No core line names open eyes as a choice.", heard=heard
            )
            return


def _writes(heard: Heard) -> bool:
    return any(
        pause.name.startswith("write")
        for section in heard.sections
        for passage in section.passages
        for pause in passage.pauses
    )


def _first_line(heard: Heard) -> int:
    return heard.sentences[0].number if heard.sentences else 1


def touch_cues(material: Material) -> Iterator[Finding]:
    """TOUCH-01: each cue to touch has a choice in its line or within two."""
    pair = _Pair(cue="touch_cue", pair="touch_choice", topic="touch_word")
    yield from _paired(material, "TOUCH-01", pair, "“{hit}” comes without another way.")


def pictures(material: Material) -> Iterator[Finding]:
    """IMG-01: each picture that is asked for has its way out."""
    pair = _Pair(cue="picture", pair="picture_enough", topic="picture")
    yield from _paired(
        material, "IMG-01", pair, "“{hit}” asks for a picture, and nothing says that a sense of it is enough."
    )


def mildness(material: Material) -> Iterator[Finding]:
    """MILD-01: each time something hard is called to mind, its measure is named."""
    pair = _Pair(cue="recall_hard", pair="mild", unless="recall_hard_unless")
    yield from _paired(material, "MILD-01", pair, "“{hit}” calls something hard to mind, and nothing says how hard.")


@dataclass(frozen=True, kw_only=True)
class _Pair:
    """A cue and what has to stand near it. In another line, an invitation counts only if it is on the topic."""

    cue: str
    pair: str
    topic: str = ""
    unless: str = ""

    def asks(self, lexicon: Lexicon, sentence: Sentence) -> re.Match[str] | None:
        """The cue in a sentence, unless it is none there."""
        if sentence.cue or (self.unless and lexicon.find(self.unless, sentence.text)):
            return None
        return lexicon.find(self.cue, sentence.text)

    def answered(self, lexicon: Lexicon, sentence: Sentence, other: Sentence) -> bool:
        """Whether another sentence gives what the cue needs."""
        hit = lexicon.find(self.pair, other.text)
        if hit is None or not self.topic or other.group == sentence.group:
            return hit is not None
        return not lexicon.find("invitation", hit[0]) or bool(lexicon.find(self.topic, other.text))


def _paired(material: Material, rule: str, pair: _Pair, message: str) -> Iterator[Finding]:
    """Findings for each sentence with a cue that has no fitting phrase near it, in any branch."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows(pair.cue, pair.pair):
        return
    told: set[tuple[int, str]] = set()
    for heard in material.heard:
        for sentence in heard.sentences:
            key = (sentence.number, sentence.text)
            if key in told or not (hit := pair.asks(lexicon, sentence)):
                continue
            if any(pair.answered(lexicon, sentence, other) for other in heard.near(sentence)):
                continue
            told.add(key)
            needle = hit[0].split(maxsplit=1)[0]
            yield material.finding(
                rule, sentence.number, message.format(hit=_short(hit[0])), needle=needle, heard=heard
            )


def _short(text: str) -> str:
    words = text.split()
    return " ".join(words[:6]) + (" …" if len(words) > 6 else "")  # noqa: PLR2004


def no_touch(material: Material) -> Iterator[Finding]:
    """TOUCH-02: the branches of the anchor “none” have no word of touch."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows("touch_word") or "anchor" not in material.source.head.slots:
        return
    told: set[tuple[int, str]] = set()
    for heard in material.heard:
        if heard.branch.request.anchor != "none":
            continue
        for sentence in heard.sentences:
            hit = lexicon.find("touch_word", sentence.text)
            key = (sentence.number, sentence.text)
            if sentence.cue or not hit or key in told or lexicon.find("touch_word_unless", sentence.text):
                continue
            told.add(key)
            yield material.finding(
                "TOUCH-02",
                sentence.number,
                f"“{hit[0]}” is heard with the anchor “none”.",
                needle=hit[0],
                heard=heard,
            )


def anchors(material: Material) -> Iterator[Finding]:
    """ANCHOR-01: where there is the breath, there is another anchor too."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows("breath_anchor", "other_anchor"):
        return
    for heard in material.heard:
        own = [each for each in heard.sentences if not heard.sections[each.section].fixed]
        first = next((each for each in own if lexicon.find("breath_anchor", each.text)), None)
        if first and not any(lexicon.find("other_anchor", each.text) for each in own):
            hit = lexicon.find("breath_anchor", first.text)
            yield material.finding(
                "ANCHOR-01",
                first.number,
                "The breath is the only place to rest attention in this script.",
                needle=hit[0].split()[0] if hit else "",
                heard=heard,
            )
            return


# --- a difficult person ---


_MILD = "The part with a difficult person has no mild words, such as “a little hard, not the hardest”, in a core line."
_BACK = "The part with a difficult person has no way back, such as a wish for oneself, in a core line."
_UNASKED = "A difficult person comes without being asked for: {opt-in difficult} is missing."


def difficult(material: Material) -> Iterator[Finding]:
    """TARGET-01: a difficult person is there by choice, in mild words, with a way back."""
    lexicon = material.lexicon
    if not lexicon or not lexicon.knows("difficult_person", "difficult_mild", "way_back"):
        return
    told: set[tuple[int, str]] = set()
    for heard in material.heard:
        asked_for = heard.branch.request.target.relation == DIFFICULT
        for number, message in _asked(material, lexicon, heard) if asked_for else _unasked(lexicon, heard):
            if (number, message) not in told:
                told.add((number, message))
                yield material.finding("TARGET-01", number, message, heard=heard)


def _asked(material: Material, lexicon: Lexicon, heard: Heard) -> Iterator[tuple[int, str]]:
    """The person was asked for: the words are mild before or at the wishes, and there is a way back."""
    wishes = [each for each in heard.sentences if each.wish and "@wishes target" in material.raw[each.number - 1]]
    about = [each for each in heard.sentences if lexicon.find("difficult_person", each.text)]
    if wishes or about:
        yield from _lacking(lexicon, (about or wishes)[0], heard.sentences)


def _unasked(lexicon: Lexicon, heard: Heard) -> Iterator[tuple[int, str]]:
    """The person is part of the script: each such section is opt-in, mild, and has a way back."""
    for index, section in enumerate(heard.sections):
        sentences = heard.of_section(index)
        about = [each for each in sentences if lexicon.find("difficult_person", each.text)]
        if about and section.opt_in != DIFFICULT:
            yield about[0].number, _UNASKED
        if sentences and (about or section.opt_in == DIFFICULT):
            yield from _lacking(lexicon, (about or sentences)[0], sentences)


def _lacking(lexicon: Lexicon, first: Sentence, sentences: Iterable[Sentence]) -> Iterator[tuple[int, str]]:
    core = [each for each in sentences if each.tier == 0 and each.passage.rounds != "again"]
    for group, message in (("difficult_mild", _MILD), ("way_back", _BACK)):
        if not any(lexicon.find(group, each.text) for each in core):
            yield first.number, message


_PERSONAL = re.compile(r"\{\{-?\s*(?:name|intention|target\.(?:label|invite|likeness))\b[^}]*\}\}")


def names_on_paper(material: Material) -> Iterator[Finding]:
    """TARGET-02: no slot that can hold a person's name in the handout, a title or the purpose."""
    head = material.source.head
    for number, text in (
        *material.handout,
        *material.headings,
        (material.head_line("title"), head.title),
        (material.head_line("purpose"), head.purpose),
    ):
        if slot := _PERSONAL.search(text):
            yield material.finding(
                "TARGET-02", number, f"{slot[0]} can hold a person's name, and others see this line.", needle=slot[0]
            )


RULES_HERE: tuple[Callable[[Material], Iterator[Finding]], ...] = (
    eyes, touch_cues, pictures, mildness, no_touch, anchors, difficult, names_on_paper,
)  # fmt: skip
