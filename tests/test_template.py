"""Filling: slots get their words, scripts cannot escape, and nobody's name is ever a template."""

from collections.abc import Callable
from pathlib import Path

import pytest

from mettavox.errors import ScriptError
from mettavox.person import Listener, Spoken, Target, personal_word
from mettavox.phrasebook import Phrasebook
from mettavox.prepare import Prepared
from mettavox.request import Request
from mettavox.template import LISTENER, TARGET, fill

PreparedFrom = Callable[..., Prepared]
WELCOME = "# Welcome {keep}\n! You can stop at any time.\n"
ALL_SLOTS = ("name", "target", "wishes", "anchor", "breath", "closing")


def filled(body: str, book: Phrasebook, *declared: str, **request: object) -> str:
    asked = Request(script="test", **request)  # type: ignore[arg-type]
    return fill(body, declared or ALL_SLOTS, asked, book, where="test.md").text


def sam(said: str = "Sam") -> Spoken:
    return Spoken(written="Sam", said=said)


# --- slots ---


def test_the_name_comes_with_its_comma_or_not_at_all(english: Phrasebook) -> None:
    """Hello, NAME. or Hello."""
    assert filled("Hello{{ name }}.", english) == "Hello."
    assert filled("Hello{{ name }}.", english, listener=Listener(name=sam())) == f"Hello, {LISTENER}."


def test_a_script_can_ask_whether_there_is_a_name(english: Phrasebook) -> None:
    """Jinja's own if works too."""
    assert filled("{% if name %}Yes{% else %}No{% endif %}", english) == "No"
    assert filled("{% if name %}Yes{% else %}No{% endif %}", english, listener=Listener(name=sam())) == "Yes"


def test_the_target_is_called_by_name_where_there_is_one(english: Phrasebook) -> None:
    """Otherwise by what they are to the listener."""
    assert filled("{{ target.label }}", english) == "your friend"
    assert filled("{{ target.label }}", english, target=Target(name=sam())) == TARGET
    assert filled("{{ target.invite }}", english, target=Target(name=sam())) == f"{TARGET}, your friend"


def test_the_target_s_role_never_has_a_name(english: Phrasebook) -> None:
    """It is for titles."""
    assert filled("{{ target.role }}", english, target=Target(name=sam())) == "a friend"


@pytest.mark.parametrize(
    ("pronouns", "likeness"),
    [("he", "Like you, he wants"), ("she", "Like you, she wants"), ("they", "Like you, they want"),
     ("name", f"Like you, {TARGET} wants")],
)  # fmt: skip
def test_the_likeness_is_said_with_the_pronoun(english: Phrasebook, pronouns: str, likeness: str) -> None:
    """he, she, they, or the name."""
    assert filled("{{ target.likeness }}", english, target=Target(name=sam(), pronouns=pronouns)).startswith(likeness)


def test_pronouns_by_name_fall_back_to_they_without_one(english: Phrasebook) -> None:
    """There is no name to say."""
    assert filled("{{ target.likeness }}", english, target=Target(pronouns="name")).startswith("Like you, they want")


def test_anchor_breath_and_closing_are_what_was_chosen(english: Phrasebook) -> None:
    """Words of the anchor, ids of the others."""
    text = filled("{{ anchor.invite }}|{{ breath }}|{{ closing }}", english, anchor="heart", closing="day")
    assert text == "If you like, rest one hand, or both, over your heart.|soft|day"


def test_a_gentle_listener_breathes_at_their_own_pace(english: Phrasebook) -> None:
    """Unless a pattern is asked for."""
    gentle = Listener(gentle=True)
    assert filled("{{ breath }}", english, listener=gentle) == "natural"
    assert filled("{{ breath }}", english, listener=gentle, breath="even") == "even"


# --- slips ---


def test_a_slot_that_is_not_declared_says_where_to_declare_it(english: Phrasebook) -> None:
    """The head lists what a script takes."""
    with pytest.raises(ScriptError, match=r"test\.md, line 2: the slot “target” is used but not declared") as caught:
        filled("Hello{{ name }}.\n{{ target.label }}", english, "name")
    assert caught.value.hint == "Add target to “slots:” in the script's head."


@pytest.mark.parametrize(
    ("slot", "meant"),
    [
        ("nmae", "name"),
        ("traget.label", "target"),
        ("target.labl", "target.label"),
        ("anchor.invit", "anchor.invite"),
    ],
)
def test_an_unknown_slot_gets_the_nearest_and_its_line(english: Phrasebook, slot: str, meant: str) -> None:
    """StrictUndefined: nothing is ever silently empty."""
    with pytest.raises(ScriptError, match=r"test\.md, line 3: there is no slot") as caught:
        filled(f"One.\nTwo.\nHello {{{{ {slot} }}}}.", english)
    assert caught.value.hint == f"Did you mean “{meant}”?"


@pytest.mark.parametrize("test", ["{% if nmae %}x{% endif %}", "{{ nmae|upper }}", "{{ 'a' if nmae else 'b' }}"])
def test_an_unknown_slot_is_an_error_wherever_it_stands(english: Phrasebook, test: str) -> None:
    """In a test and in a filter too."""
    with pytest.raises(ScriptError, match="there is no slot “nmae”"):
        filled(test, english)


@pytest.mark.parametrize("line", ["{{ name }", "{% if name %}", "{% nope %}", "{{ name|nope }}", "{{ }}", "{{ 1 + }}"])
def test_a_template_that_cannot_be_read_is_an_error_with_its_line(english: Phrasebook, line: str) -> None:
    """And how a slot is written."""
    with pytest.raises(ScriptError, match=r"^test\.md, line 3: ") as caught:
        filled(f"One.\nTwo.\n{line}", english)
    assert "{{ name }}" in caught.value.hint


# --- no way out ---

ESCAPES = [
    "{{ ''.__class__ }}",
    "{{ ''.__class__.__mro__[1].__subclasses__() }}",
    "{{ name.__class__ }}",
    "{{ name._there }}",
    "{{ target.__init__ }}",
    "{{ target['__class__'] }}",
    "{{ ''|attr('__class__') }}",
    "{{ '{0.__class__}'.format(name) }}",
    "{{ '{0.__class__}'.format_map({'0': name}) }}",
    "{{ self._TemplateReference__context }}",
    "{{ cycler.__init__.__globals__ }}",
    "{{ lipsum.__globals__ }}",
    "{{ range.__globals__ }}",
    "{{ target.update({'label': 'x'}) }}",
    "{{ target.pop('label') }}",
    "{{ [].append(1) }}",
    "{% include '/etc/passwd' %}",
    "{% import 'os' as os %}",
    "{% extends '/etc/passwd' %}",
    "{{ open('/etc/passwd') }}",
    "{{ range(10**9)|list }}",
    "{{ range(1000000)|list|length }}",
    "{{ 'x' * 10000000000 }}",
    "{{ [0] * 10000000000 }}",
    "{{ 9**9**9 }}",
    "{{ 1/0 }}",
    "{{ target[0][0] }}",
    "{{ name() }}",
    "{{ 'a' + 1 }}",
    "{% macro a() %}{{ a() }}{% endmacro %}{{ a() }}",
    "{{ 'a'.ljust(3000000000) }}",
    "{{ '%03000000000d' % 1 }}",
    "{{ '{:>3000000000}'.format(1) }}",
    "{{ [1, 2] }}",
]


@pytest.mark.parametrize("line", ESCAPES)
def test_a_script_cannot_leave_its_sandbox(english: Phrasebook, line: str) -> None:
    """No attribute escapes, no files, no changes, no memory or time without end: each is the script's error."""
    with pytest.raises(ScriptError, match=r"^test\.md") as caught:
        filled(f"# W\n{line}", english)
    assert caught.value.hint


# --- names are data ---

PEOPLE = [
    "José", "Zoë", "Nguyễn Thị Minh", "O'Brien", "O’Brien", "Jean-Luc", "Dr. Kim", "Łukasz", "a" * 80,
]  # fmt: skip


@pytest.mark.parametrize("name", PEOPLE)
def test_a_name_reaches_the_line_as_it_is(prepared_from: PreparedFrom, name: str) -> None:
    """Accents, apostrophes, full stops and other scripts; in the text and in what is said."""
    word = personal_word(name, "", option="--name")
    (_, line) = prepared_from(WELCOME + "Hello{{ name }}.", listener=Listener(name=word)).script.lines()
    assert line.text == f"Hello, {name}."
    assert line.spoken == f"Hello, {name}.".replace("’", "'")
    assert line.personal


@pytest.mark.parametrize(
    ("name", "said"), [("فاطمة", "Fatima"), ("王小明", "Shao Ming"), ("अनन्या", "Ananya"), ("Ольга", "Olga")]
)
def test_a_name_in_other_letters_is_written_so_and_said_otherwise(
    prepared_from: PreparedFrom, name: str, said: str
) -> None:
    """The transcript has the name as its owner writes it."""
    word = personal_word(name, said, option="--name")
    (_, line) = prepared_from(WELCOME + "Hello{{ name }}.", listener=Listener(name=word)).script.lines()
    assert (line.text, line.spoken) == (f"Hello, {name}.", f"Hello, {said}.")


# Options refuse these before they come this far; the fill must not rely on that.
MISCHIEF = [
    "{{ 7*7 }}", "{% raw %}", "{# note #}", "Sam{say: x}", "(rest)", "# Title", "@return", "[if touch]", "// note",
    "> note", "+ plus", "! always", "Sam\n(long)", "../../etc", "<b>", "Sam. Rest here.", "x" * 200, "😀", "%s", "\\1",
    "{name}",
]  # fmt: skip


@pytest.mark.parametrize("name", MISCHIEF)
@pytest.mark.parametrize("who", ["listener", "target"])
def test_a_name_is_never_a_template_nor_a_mark(prepared_from: PreparedFrom, name: str, who: str) -> None:
    """Whatever it holds, it stays one word in one line."""
    word = Spoken(written=name, said=name)
    request = {"listener": Listener(name=word)} if who == "listener" else {"target": Target(name=word)}
    slot = "{{ name }}" if who == "listener" else ", {{ target.label }}"
    stop, line = prepared_from(WELCOME + f"Hello{slot} and rest.\n(rest)", **request).script.lines()
    assert stop.text == "You can stop at any time."
    assert line.text == f"Hello, {' '.join(name.split())} and rest."


def test_a_name_at_the_start_of_a_line_is_no_mark_either(prepared_from: PreparedFrom) -> None:
    """The reader sees a stand-in where the name will be."""
    word = Spoken(written="# Sam", said="# Sam")
    prepared = prepared_from(WELCOME + "{{ target.label }}, rest here.", target=Target(name=word))
    assert [line.text for line in prepared.script.lines()][1:] == ["# Sam, rest here."]


def test_one_name_may_look_like_another_s_place(prepared_from: PreparedFrom) -> None:
    """Names are put in side by side, never one into the other."""
    prepared = prepared_from(
        WELCOME + "Hello{{ name }} and {{ target.label }}.",
        listener=Listener(name=Spoken(written="{name}", said="{name}")),
        target=Target(name=Spoken(written="Sam", said="Sam")),
    )
    assert [line.text for line in prepared.script.lines()][1:] == ["Hello, {name} and Sam."]


def test_what_is_said_differs_from_what_is_written(prepared_from: PreparedFrom) -> None:
    """--say and --target-say reach the engine and no transcript."""
    prepared = prepared_from(
        WELCOME + "Hello{{ name }} and {{ target.label }}.\n@wishes target",
        listener=Listener(name=Spoken(written="José", said="ho-SAY")),
        target=Target(name=Spoken(written="Thuy", said="twee"), relation="neutral", pronouns="name"),
    )
    _, hello, wish, *_ = prepared.script.lines()
    assert (hello.text, hello.spoken) == ("Hello, José and Thuy.", "Hello, ho-SAY and twee.")
    assert (wish.text, wish.spoken) == ("May Thuy be safe.", "May twee be safe.")


@pytest.mark.parametrize(
    "slip",
    ["Hello{{ name }} (nope)", "Hello{{ name }} {x}", "@wishes{{ name }}", "@return {{ target.label }}",
     "({{ target.label }})",
     "# {{ target.label }} {nope}", "[if {{ target.label }}] Rest.", "@{{ target.label }}", "{{ target.nope }}",
     "# Title {{ '{' }}{{ target.label }}{{ '}' }}",
     "@breathe {{ target.label }} 6"],
)  # fmt: skip
def test_a_script_s_slip_beside_a_name_does_not_show_the_name(prepared_from: PreparedFrom, slip: str) -> None:
    """Errors name the script and the blank; the name is not in them, nor in what caused them."""
    word = Spoken(written="Zebedee", said="Zebedee")
    with pytest.raises(ScriptError) as caught:
        prepared_from(WELCOME + slip, listener=Listener(name=word), target=Target(name=word))
    error: BaseException | None = caught.value
    while error is not None:
        assert "Zebedee" not in f"{error} {getattr(error, 'hint', '')}"
        error = error.__cause__


def test_a_filled_script_leaves_no_slot_open(english: Phrasebook, tmp_path: Path) -> None:
    """Shared blocks are filled too."""
    asked = Request(script="test")
    done = fill("{{ name }}", ("name",), asked, english, where="test.md")
    assert not any("{{" in text for text in (done.text, *done.blocks.values()))


def test_a_statement_that_is_not_for_scripts_is_named_with_its_line(english: Phrasebook) -> None:
    """The error of the check is not taken for one of the template's own."""
    with pytest.raises(ScriptError, match=r"^test\.md, line 2: include is not for scripts"):
        fill("Rest.\n{% include 'x' %}\n", (), Request(script="x"), english, where="test.md")


def test_a_part_that_a_slot_has_not_is_no_slot_that_was_not_declared(english: Phrasebook) -> None:
    """The target's name is in its label; name is a slot of its own."""
    with pytest.raises(ScriptError, match="there is no slot “name”") as caught:
        filled("{% if target.name %}Yes{% endif %}", english)
    assert caught.value.hint
