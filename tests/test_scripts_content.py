"""What the bundled scripts say, in every branch that anyone can be handed.

Everything a script can speak is read here, whatever the length of a track: all sections, rounds and
lines for each choice of relation, pronouns, name, closing, anchor and breath.
"""

import functools
import re
from collections.abc import Iterator, Mapping
from datetime import date
from fractions import Fraction

import pytest

from mettavox import lint, source
from mettavox.branches import branches as every_branch
from mettavox.person import PRONOUNS, RELATIONS, Listener, Spoken, Target
from mettavox.prepare import prepare
from mettavox.request import CLOSINGS, TOUCHING, Request
from mettavox.script import Line, Script, Section, lines_of

SCRIPTS = source.ids("en")
EVERY = [(language, name) for language in ("en", "es") for name in source.ids(language)]
HOUR = Fraction(3600)
SAM = Spoken(written="Sam", said="Sam")
ALEX = Spoken(written="Alex", said="Alex")

TOUCH = re.compile(
    r"\b(hands?|touch\w*|palms?|heart|chest|belly|cheeks?|arms?|hold|holding|held|hugs?|hugging|strok\w+|skin|finger\w*"
    r"|lap|embrac\w+|caress\w*|rub|rubbing|tap|tapping)\b",
    re.IGNORECASE,
)
WAKING = re.compile(
    r"\b(return\w*|wak\w+|bell|awake|open your eyes|get up|stand up|stretch\w*|come back now)\b", re.IGNORECASE
)
SAFETY = {
    "order to close the eyes": r"\b(?:close|shut) your eyes\b",
    "command": r"\b(?:should|must|(?<!nothing )you have to|you need to)\b",
    "promise": r"\byou will (?:feel|be|find)\b",
    "surrender": r"\b(?:I want you to|surrender|submit)\b",
    "we": r"\b(?:let's|let us|our)\b",
    "clear the mind": r"\b(?:clear|empty) your mind\b",
    "charged command": r"\b(?:be still|deeper and deeper|relax deeply)\b",
    "deep breath": r"\bdeep breaths?\b",
    "forgive": r"\bforgiv\w+\b",
    "claim": r"\b(?:cures?|treats?|heals?|healing|rewires?|proven)\b",
    "assurance": r"\b(?:you are safe|nothing can harm)\b",
    "tradition": r"\b(?:namaste|chakras?|prayers?|mantras?|buddhas?)\b",
    "live, which voices get wrong": r"\blives?\b",
}


@functools.cache
def script(name: str, **choices: object) -> Script:
    return prepare(Request(script=name, seconds=HOUR, **choices)).script  # type: ignore[arg-type]


def lines(part: Script | Section) -> list[Line]:
    sections = part.sections if isinstance(part, Script) else (part,)
    return [line for section in sections for passage in section.passages for line in lines_of(passage)]


def said(part: Script | Section) -> str:
    return "\n".join(line.text for line in lines(part))


def section(whole: Script, beginning: str) -> Section:
    (found,) = [one for one in whole.sections if one.title.startswith(beginning)]
    return found


def branches() -> Iterator[tuple[str, Script]]:
    """Every script in every branch."""
    for name in SCRIPTS:
        for branch in every_branch(source.load(name, "en")).heard:
            yield f"{name} {branch.label}", branch.script


@functools.cache
def every_line() -> Mapping[str, tuple[str, Line]]:
    """Each text with one of the places where it is heard; read when it is first asked for."""
    return {line.text: (where, line) for where, whole in branches() for line in lines(whole)}


def test_there_are_the_twelve_promised_scripts() -> None:
    """By the ids of the field."""
    assert set(SCRIPTS) == {
        "loving-kindness", "supportive-touch", "paced-breathing", "validation", "inner-critic", "journaling",
        "grounding", "before-you-meet", "breath-and-warmth", "caring-with-limits", "shift-reset", "sleep",
    }  # fmt: skip
    assert len(every_line()) > 1000


# --- every line of every branch ---


def test_no_slot_is_left_open_and_no_mark_is_spoken() -> None:
    """No braces, brackets, stand-ins or signs of the notation."""
    odd = re.compile(r"[{}\[\]<>|_#@*\\/\ue000-\uf8ff]|\bNone\b(?! of)|\bUndefined\b|\bTrue\b|\bFalse\b")
    assert [text for text in every_line() if odd.search(text)] == []


def test_spaces_and_signs_are_where_they_belong() -> None:
    """No double spaces, no space before a comma, no doubled or missing full stop."""
    odd = re.compile(r"  |\s[,.;:!?]|[,.;:]{2}|^\W|[^.!?]$|,\.")
    for _, line in every_line().values():
        assert not odd.search(line.text), line
        assert not odd.search(line.spoken), line


def test_every_sentence_starts_with_a_capital() -> None:
    """Also where a slot begins it."""
    assert [text for text in every_line() if not text[0].isupper()] == []


def test_no_sentence_has_more_than_eighteen_words() -> None:
    """Longer ones are harder heard than read."""
    assert [(len(text.split()), text) for text in every_line() if len(text.split()) > 18] == []


def test_sentences_are_short_on_the_whole() -> None:
    """Twelve words or fewer, on average."""
    counts = [len(text.split()) for text in every_line()]
    assert sum(counts) / len(counts) <= 12


def test_there_are_no_digits_symbols_or_capitals() -> None:
    """Voices read “2-3” as “two dash three”, and capitals letter by letter."""
    odd = re.compile(r"\d|[&%+=$€…–—()\"]|\b[A-Z]{2,}\b")
    assert [text for text in every_line() if odd.search(text)] == []


@pytest.mark.parametrize("what", SAFETY)
def test_no_line_orders_promises_or_claims(what: str) -> None:
    """The rules of the sources, those that can be checked by a word."""
    word = re.compile(SAFETY[what], re.IGNORECASE)
    assert [text for text in every_line() if word.search(text)] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_permission_to_stop_is_in_the_welcome(name: str) -> None:
    """Protected, and always there."""
    welcome = script(name).sections[0]
    assert welcome.kept
    protected = [passage for passage in welcome.passages if passage.protected and isinstance(passage.sound, Line)]
    assert any("stop at any time" in passage.sound.text for passage in protected if isinstance(passage.sound, Line))


@pytest.mark.parametrize("name", SCRIPTS)
def test_open_eyes_are_named_as_a_choice(name: str) -> None:
    """And closed eyes never as an order."""
    assert re.search(r"eyes (?:can|may) (?:be|stay) open", said(script(name)))


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_every_script_passes_every_rule(language: str, name: str) -> None:
    """In every branch: no errors, and no warning that is not explained in the script."""
    found = lint.check(source.load(name, language), today=date(2026, 11, 1))
    told = [one for one in found if one.severity != lint.INFO or one.rule.startswith("FORM")]
    assert [f"{one.line}:{one.column} {one.rule} {one.message}" for one in told] == []


@pytest.mark.parametrize(("language", "name"), EVERY)
def test_a_script_says_what_it_is(language: str, name: str) -> None:
    """Purpose, sources, slots, its language, and that no clinician has approved it yet."""
    found = source.load(name, language)
    assert found.head.purpose
    assert found.head.sources
    assert found.head.language == language
    assert found.head.review.status == "draft"
    assert found.head.review.level == ("machine-draft" if language == "es" else "")
    assert not re.search(r"MSC|Mindful Self-Compassion", found.text)


@pytest.mark.parametrize("name", SCRIPTS)
def test_both_languages_take_the_same_choices(name: str) -> None:
    """The same lengths, slots, defaults and parts to include."""
    english, spanish = (source.load(name, language) for language in ("en", "es"))
    for field in ("minutes", "defaults"):
        assert getattr(english.head, field) == getattr(spanish.head, field)
    assert set(english.head.slots) == set(spanish.head.slots)
    parts = [set(re.findall(r"\{opt-in ([a-z-]+)\}", found.body)) for found in (english, spanish)]
    assert parts[0] == parts[1]


# --- whom the wishes are for ---

FACE_TO_FACE = ("friend", "family", "colleague", "client")
WISHES = ("be safe.", "be well.", "be happy.", "be peaceful and at ease.")


def wishes_for_another(target: Target) -> Section:
    found = [
        one
        for one in script("loving-kindness", target=target).sections
        if one.title.startswith("Wishes for ") and one.title != "Wishes for yourself"
    ]
    assert len(found) == 1
    return found[0]


@pytest.mark.parametrize("relation", FACE_TO_FACE)
@pytest.mark.parametrize("pronouns", PRONOUNS)
@pytest.mark.parametrize("name", [None, SAM])
def test_someone_imagined_face_to_face_is_spoken_to(relation: str, pronouns: str, name: Spoken | None) -> None:
    """May you be safe, whatever their pronouns; and by name, where there is one."""
    text = said(wishes_for_another(Target(relation=relation, pronouns=pronouns, name=name)))
    assert all(f"May you {wish}" in text for wish in WISHES)
    assert ("Sam" in text) == (name is not None)


@pytest.mark.parametrize("relation", ["neutral", "difficult"])
@pytest.mark.parametrize(("pronouns", "who"), [("he", "he"), ("she", "she"), ("they", "they"), ("name", "Sam")])
def test_someone_thought_of_is_spoken_about_with_their_pronoun(relation: str, pronouns: str, who: str) -> None:
    """May she be safe; and nobody else's pronoun in a wish."""
    text = said(wishes_for_another(Target(relation=relation, pronouns=pronouns, name=SAM)))
    wishes = [line for line in text.splitlines() if line.startswith("May ") and "May I" not in line]
    assert wishes == [f"May {who} {wish}" for wish in WISHES]


@pytest.mark.parametrize("relation", ["neutral", "difficult"])
def test_by_name_without_a_name_is_they(relation: str) -> None:
    """There is nobody to name."""
    text = said(wishes_for_another(Target(relation=relation, pronouns="name")))
    assert "May they be safe." in text


@pytest.mark.parametrize("pronouns", PRONOUNS)
@pytest.mark.parametrize("relation", ["neutral", *FACE_TO_FACE])
def test_the_likeness_has_one_pronoun_that_agrees_with_its_verb(relation: str, pronouns: str) -> None:
    """He wants, they want."""
    text = said(wishes_for_another(Target(relation=relation, pronouns=pronouns, name=SAM)))
    agreeing = {"he": "he wants", "she": "she wants", "they": "they want", "name": "Sam wants"}
    assert re.findall(r"\b(?:\w+ wants?)\b", text) == [agreeing[pronouns]]


def test_a_group_is_you_all() -> None:
    """Plural, face to face."""
    text = said(wishes_for_another(Target(relation="group")))
    assert all(f"May you all {wish}" in text for wish in WISHES)
    assert "May you be" not in text


def test_all_beings_are_all_beings() -> None:
    """One section, and no person between oneself and all."""
    whole = script("loving-kindness", target=Target(relation="all"))
    assert all(f"May all beings {wish}" in said(whole) for wish in WISHES)
    assert [one.title for one in whole.sections if one.title.startswith("Wishes for ")] == ["Wishes for yourself"]


def test_wishes_for_oneself_alone_have_no_section_for_a_chosen_person() -> None:
    """--relation self: nobody else was chosen."""
    whole = script("loving-kindness", target=Target(relation="self"))
    assert [one.title for one in whole.sections if one.title.startswith("Wishes for ")] == ["Wishes for yourself"]
    assert not re.search(r"\bfor (?:yourself|your friend), in your own words", said(whole))


@pytest.mark.parametrize("relation", RELATIONS)
@pytest.mark.parametrize("named", [None, SAM])
def test_oneself_is_always_i(relation: str, named: Spoken | None) -> None:
    """The first wishes are one's own, whoever else they are for."""
    if named and relation in ("self", "all"):
        pytest.skip("has no single name")
    text = said(section(script("loving-kindness", target=Target(relation=relation, name=named)), "Wishes for yourself"))
    assert all(f"May I {wish}" in text for wish in WISHES)
    assert "Sam" not in text


@pytest.mark.parametrize("relation", sorted(set(RELATIONS) - {"self", "all"}))
def test_titles_never_have_a_name_in_them(relation: str) -> None:
    """They become chapters."""
    whole = script("loving-kindness", target=Target(relation=relation, name=SAM), listener=Listener(name=ALEX))
    assert not any("Sam" in one.title or "Alex" in one.title for one in whole.sections)


def test_a_difficult_person_is_mild_by_choice_with_limits_and_a_way_back() -> None:
    """Only if you want to; not the hardest; keep your limits; back to yourself."""
    for name in (None, SAM):
        text = said(wishes_for_another(Target(relation="difficult", name=name)))
        assert "Only if you want to" in text
        assert "a little hard" in text
        assert "keep your limits" in text
        assert "come back to a wish for yourself" in text


def test_the_words_are_right_in_whole() -> None:
    """One set-up line for each relation, named and not, as it is heard."""
    heard = {
        (relation, named is not None): next(
            line.text
            for line in lines(wishes_for_another(Target(relation=relation, name=named)))
            if line.text.split()[0] in ("Bring", "Think", "Only")
        )
        for relation in sorted(set(RELATIONS) - {"self", "all"})
        for named in (None, SAM)
    }
    assert heard == {
        ("friend", False): "Bring to mind a friend, someone you are glad to know.",
        ("friend", True): "Bring to mind Sam, your friend.",
        ("family", False): "Bring to mind someone in your family who is easy to wish well.",
        ("family", True): "Bring to mind Sam, who is family to you.",
        ("colleague", False): "Bring to mind someone you work with.",
        ("colleague", True): "Bring to mind Sam, someone you work with.",
        ("client", False): "Bring to mind someone in your care.",
        ("client", True): "Bring to mind Sam, someone in your care.",
        ("group", False): "Bring to mind a group that you are part of, or care about.",
        ("group", True): "Bring to mind Sam, and the people in it.",
        ("neutral", False): "Think of someone you see but hardly know.",
        ("neutral", True): "Think of Sam, someone you hardly know.",
        ("difficult", False): "Only if you want to, bring to mind someone who is a little hard for you.",
        ("difficult", True): "Only if you want to, bring to mind Sam, who is a little hard for you.",
    }


# --- touch ---


@pytest.mark.parametrize("name", SCRIPTS)
@pytest.mark.parametrize("breath", ["natural", "soft", "even", "ramp", "sigh"])
@pytest.mark.parametrize("closing", CLOSINGS)
def test_without_an_anchor_no_word_of_touch_is_left(name: str, breath: str, closing: str) -> None:
    """--anchor none: in any branch, of any script."""
    slots = source.load(name, "en").head.slots
    if "breath" not in slots and breath != "soft":
        pytest.skip("has no breath of its own")
    if "anchor" not in slots:
        pytest.skip("has no anchor to choose")
    for relation in RELATIONS if "target" in slots else ("friend",):
        whole = script(name, anchor="none", breath=breath, closing=closing, target=Target(relation=relation))
        assert [line.text for line in lines(whole) if TOUCH.search(line.text)] == []
        assert not any(TOUCH.search(one.title) for one in whole.sections)


@pytest.mark.parametrize("anchor", ["object", "contact", "sound"])
@pytest.mark.parametrize("name", ["loving-kindness", "supportive-touch"])
def test_an_anchor_without_touch_asks_for_no_touch_of_one_s_body(name: str, anchor: str) -> None:
    """A cup may be held; oneself is not."""
    body = re.compile(r"\b(hand|hands|palm|heart|chest|belly|cheek|arms|touch|hug|skin)\b", re.IGNORECASE)
    assert [line.text for line in lines(script(name, anchor=anchor)) if body.search(line.text)] == []


@pytest.mark.parametrize("anchor", TOUCHING)
@pytest.mark.parametrize("name", ["loving-kindness", "supportive-touch"])
def test_an_anchor_of_touch_invites_and_offers_something_else(name: str, anchor: str) -> None:
    """If you like; and if touch is not for you today, there is another way."""
    text = said(script(name, anchor=anchor))
    assert "If you like, " in text
    assert "If touch is not for you today" in text


# --- the end ---


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_track_for_sleep_never_calls_back(name: str) -> None:
    """No return, no waking, no bell in its last section; and no line speaks of the end."""
    whole = script(name, closing="sleep")
    assert not WAKING.search(said(whole.sections[-1]))
    assert "coming to an end" not in said(whole)
    assert "the end is near" not in said(whole)
    assert all(isinstance(passage.sound, Line) for passage in whole.sections[-1].passages)


@pytest.mark.parametrize("name", [name for name in SCRIPTS if name != "sleep"])
@pytest.mark.parametrize("closing", ["return", "day", "work"])
def test_any_other_track_comes_back_gently(name: str, closing: str) -> None:
    """It says that it ends, unless it lasts a minute or two, and offers contact, a sound or sight, and time."""
    text = said(script(name, closing=closing).sections[-1])
    assert "coming to an end" in text or name == "shift-reset"
    assert "When you are ready" in text
    assert "what holds you up" in text
    assert "sound" in text


@pytest.mark.parametrize("name", SCRIPTS)
def test_the_return_is_kept_and_fixed_and_last(name: str) -> None:
    """At any length; a night has a rest in its place."""
    last = script(name).sections[-1]
    assert (last.kept, last.fixed, last.title) == (True, True, "Rest" if name == "sleep" else "Return")
