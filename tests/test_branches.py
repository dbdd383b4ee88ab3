"""Branches: every wording of every line, and every pair of choices, in as few readings as will do."""

from itertools import combinations, product
from pathlib import Path
from random import Random

import pytest

from mettavox import phrasebook, prepare, source
from mettavox.branches import NO, YES, Branch, axes, branches, rows
from mettavox.branches import _possible as can_be_asked
from mettavox.branches import _request as asked
from mettavox.errors import ScriptError
from mettavox.person import PRONOUNS, RELATIONS, Listener, Spoken, Target
from mettavox.request import ANCHORS, CLOSINGS, TONES, Request
from mettavox.script import Line, lines_of
from mettavox.source import Source

HEAD = """\
---
title: A test
language: en
minutes: {shortest: 1, typical: 2, longest: 10}
slots: [name, target, wishes, anchor, breath, closing, tone, intention, day]
---
# Welcome {keep}
! You can stop at any time.
"""


def written(body: str) -> Source:
    return source.parse(HEAD + body, "test.md", "en")


def texts(heard: tuple[Branch, ...]) -> set[str]:
    return {
        line.text
        for branch in heard
        for section in branch.script.sections
        for passage in section.passages
        for line in lines_of(passage)
    }


def test_a_script_without_choices_has_one_branch() -> None:
    """Its own."""
    (branch,) = branches(written("Rest.\n(rest)\n")).heard
    assert branch.label == ""


def test_the_first_branch_is_the_script_s_own() -> None:
    """With its defaults, and without a name."""
    text = (HEAD + "[if work] To work.\n[if return] And back.\n").replace("slots:", "defaults: {closing: work}\nslots:")
    first = branches(source.parse(text, "test.md", "en")).heard[0]
    assert first.label == "closing work"
    assert "To work." in texts((first,))


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("[if touch] [if sleep] Both.\n", {"Both."}),
        ("[if not touch] [if not sleep] [if warm] Three.\n", {"Three."}),
        ("{% if name %}Named.{% else %}Nameless.{% endif %}\n", {"Named.", "Nameless."}),
        ("{% if name %}\n[if sleep] Deep.\n{% endif %}\n", {"Deep."}),
        ("[if day-7] [if sparse] Seven.\n", {"Seven."}),
        ("[if gentle] [if beginner] Soft.\n", {"Soft."}),
        ("[if intention] {{ intention }}.\n", {"I want to be kind to myself."}),
        ("[if client] [if named] Hello to {{ target.label }}.\n", {"Hello to Sam."}),
        ("[if arms] # Arms\n[if day] Arms and day.\n", {"Arms and day."}),
    ],
)
def test_a_line_under_several_conditions_is_heard(body: str, expected: set[str]) -> None:
    """Whatever their number, and whoever sets them: the line, its section or the template."""
    made = branches(written("Rest.\n" + body))
    assert made.errors == ()
    assert expected <= texts(made.heard)


def test_every_wording_of_a_target_is_there() -> None:
    """All relations, pronouns, named and not: what the full product has, the branches have."""
    found = written("[if not self] [if not all] {{ target.likeness }}\nThink of {{ target.invite }}.\n@wishes target\n")
    book = phrasebook.load("en")
    whole: set[str] = set()
    for relation, pronouns, named in product(RELATIONS, PRONOUNS, (False, True)):
        if not (named and relation in ("self", "all")):
            name = Spoken(written="Sam", said="Sam") if named else None
            target = Target(relation=relation, pronouns=pronouns, name=name)
            script = prepare.read(found, Request(script="test", target=target), book)
            whole |= {line.text for line in script.lines()}
    assert texts(branches(found).heard) == whole


@pytest.mark.parametrize("name", ["loving-kindness", "supportive-touch", "journaling"])
def test_every_pair_of_choices_is_in_some_branch(name: str) -> None:
    """Of those that can be asked for together."""
    found, book = source.load(name, "en"), phrasebook.load("en")
    made = rows(found, book)
    used = list(made[0])
    values = axes(book)
    assert len(used) > 1
    for first, second in combinations(used, 2):
        there = {(row[first], row[second]) for row in made}
        missing = set(product(values[first], values[second])) - there
        held = {pattern for pattern in book.patterns if book.patterns[pattern].holds}
        assert all(
            {one, other} & {YES} and {one, other} & ({"self", "all", "difficult"} | held) for one, other in missing
        ), (first, second, missing)


@pytest.mark.parametrize("name", source.ids("en"))
def test_the_branches_hold_what_a_wide_sample_of_requests_says(name: str) -> None:
    """No request for one choice beside the script's own says a line that no branch has."""
    found, book = source.load(name, "en"), phrasebook.load("en")
    every = texts(branches(found).heard)
    usual = prepare.chosen(Request(script=name), found.head)
    alex = Listener(name=Spoken(written="Maya", said="Maya"))
    requests = [usual]
    requests += [Request(script=name, closing=closing, asked=frozenset({"closing"})) for closing in CLOSINGS]
    requests += [Request(script=name, anchor=anchor, listener=alex) for anchor in ANCHORS]
    requests += [Request(script=name, tone=tone, asked=frozenset({"tone"})) for tone in TONES]
    requests += [Request(script=name, target=Target(relation=relation)) for relation in RELATIONS]
    requests += [Request(script=name, breath=breath) for breath in book.patterns]
    for request in requests:
        resolved = prepare.chosen(request, found.head)
        assert {line.text for line in prepare.read(found, resolved, book).lines()} <= every


def test_what_cannot_be_asked_for_is_no_branch() -> None:
    """A named self, a held breath for a gentle listener."""
    found = written("@breathe {{ breath }} 2\n[if gentle] Softly.\n[if named] {{ target.label }}.\n")
    for row in rows(found, phrasebook.load("en")):
        assert not (row["named"] == YES and row["relation"] in ("self", "all"))
        assert not (row["gentle"] == YES and row["breath"] in ("box", "4-7-8"))
        assert row["gentle"] in (YES, NO)


def test_a_choice_that_cannot_be_read_is_an_error_beside_those_that_can() -> None:
    """Each sort of error once, with its line."""
    made = branches(written("Rest.\n[if sleep] (nope)\n[if sleep] Sleep well.\n(beat)\n@missing\n"))
    assert [error.message for error in made.errors] == [
        "test.md, line 13: “en” has no block “@missing”.",
        "test.md, line 10: (nope) is not a pause.",
    ]
    assert made.heard == ()


def test_a_name_in_a_branch_is_the_same_line_with_and_without_it() -> None:
    """The layout chooses; both are there to be read."""
    heard = branches(written("Hello{{ name }}, and welcome.\n")).heard
    assert {"Hello, Maya, and welcome.", "Hello, and welcome."} <= texts(heard)
    (line,) = {
        passage.sound
        for branch in heard
        for passage in branch.script.sections[0].passages
        if isinstance(passage.sound, Line) and passage.sound.personal
    }
    assert line.unnamed is not None
    assert line.unnamed.text == "Hello, and welcome."


def test_own_scripts_use_their_own_blocks(tmp_path: Path) -> None:
    """A folder's shared blocks are found by its scripts."""
    (tmp_path / "en" / "shared").mkdir(parents=True)
    (tmp_path / "en" / "shared" / "hello.md").write_text("[if name] Hello{{ name }}, from a block.\n")
    (tmp_path / "en" / "mine.md").write_text(HEAD + "@hello\n")
    assert "Hello, Maya, from a block." in texts(branches(source.load("mine", "en", tmp_path)).heard)


def test_a_choice_that_the_script_s_own_default_forbids_is_heard_all_the_same() -> None:
    """What is not chosen gives way to what is: “difficult” to a gentle listener."""
    body = "[if gentle] [if day-2] [if sleep] [if sparse] Four.\n[if friend] A friend.\n"
    text = (HEAD + body).replace("slots:", "defaults: {relation: difficult}\nslots:")
    found, book = source.parse(text, "test.md", "en"), phrasebook.load("en")
    made, values = rows(found, book), axes(book)
    there = {(row["closing"], row["day"], row["gentle"], row["tone"]) for row in made}
    assert there == set(product(values["closing"], values["day"], values["gentle"], values["tone"]))


def with_blocks(folder: Path, body: str, defaults: str = "", **blocks: str) -> Source:
    (folder / "en" / "shared").mkdir(parents=True, exist_ok=True)
    for name, text in blocks.items():
        (folder / "en" / "shared" / f"{name}.md").write_text(text)
    return source.parse(HEAD.replace("slots:", f"{defaults}slots:") + body, "test.md", "en", folder)


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("{{ 'Deep.' if closing == 'sleep' else 'Light.' }}\n", {"Deep.", "Light."}),
        ("{% if\n name %}Named.{% else %}Nameless.{% endif %}\n", {"Named.", "Nameless."}),
        ("[if not touch  or  sleep] [if sparse] Few.\n", {"Few."}),
        ("{% if closing == 'sleep' %}\n[if heart] # Late\n{% endif %}\nLast.\n", {"Last."}),
        ("@outer\n", {"From within.", "By name."}),
    ],
)
def test_whatever_a_line_hangs_on_is_found(tmp_path: Path, body: str, expected: set[str]) -> None:
    """An expression in a slot, an if of two lines, a block in a block with an if of its own."""
    blocks = {"outer": "[if sleep] @inner\n{% if name %}\n[if warm] [if day-3] By name.\n{% endif %}\n",
              "inner": "[if hands] [if day-5] From within.\n"}  # fmt: skip
    made = branches(with_blocks(tmp_path, "Rest.\n" + body, **blocks))
    assert made.errors == ()
    assert expected <= texts(made.heard)


@pytest.mark.parametrize(
    "blocks", [{"a": "+ @a\n"}, {"a": "[if touch] @a\n"}, {"a": "@b\n", "b": "@a\n"}, {"a": "@a\n"}]
)
def test_a_block_that_holds_itself_is_refused(tmp_path: Path, blocks: dict[str, str]) -> None:
    """With the line that calls it, and not without an end."""
    made = branches(with_blocks(tmp_path, "@a\n", **blocks))
    assert [error.message for error in made.errors] == ["test.md, line 9: the block “@a” holds itself."]


def test_a_default_breath_that_is_none_is_the_script_s_error(tmp_path: Path) -> None:
    """Whoever reads it."""
    found = with_blocks(tmp_path, "@breathe {{ breath }} 2\n", "defaults: {breath: bogus}\n")
    (error,) = branches(found).errors
    assert "a breath “bogus”" in error.message
    with pytest.raises(ScriptError, match="a breath “bogus”"):
        prepare.check_defaults(found, phrasebook.load("en"))


def test_many_choices_in_one_block_are_no_product_of_them_all(tmp_path: Path) -> None:
    """Each of a block's lines hangs on its own."""
    block = "[if touch] A.\n[if warm] B.\n[if beginner] C.\n[if day-2] D.\n[if name] E.\nDear {{ target.label }}.\n"
    made = branches(with_blocks(tmp_path, "@many\n", many=block))
    assert len(made.heard) < 200
    assert {"A.", "B.", "C.", "D.", "E.", "Dear Sam."} <= texts(made.heard)


_WORDS = ("name", "gentle", "intention", "sleep", "work", "warm", "sparse")  # of few values, for the sake of time
_ASKED = ("name", "closing == 'sleep'", "name or intention")


def _random_line(chance: Random, number: int, calls: tuple[str, ...]) -> str:
    condition = f"[if {chance.choice(('', 'not '))}{' or '.join(chance.sample(_WORDS, chance.choice((1, 2))))}] "
    word = f"Word{chr(97 + number)}"
    asked = chance.choice(_ASKED)
    kinds = (
        f"{word}.", f"{word}{{{{ name }}}}.", f"{word} {{{{ closing }}}}.", "@return",
        f"{word} {{{{ 'one' if {asked} else 'two' }}}}.", f"{{% if {asked} %}}\n{word}.\n{{% endif %}}", *calls,
    )  # fmt: skip
    kind = chance.choice(kinds)
    return kind if kind.startswith("{%") else chance.choice(("", condition)) + kind


@pytest.mark.parametrize("seed", range(6))
def test_no_request_for_a_random_script_says_what_no_branch_has(tmp_path: Path, seed: int) -> None:
    """Conditions, ifs, slots, headings and blocks in any order."""
    chance = Random(seed)
    block = "\n".join(_random_line(chance, 20 + each, ()) for each in range(3)) + "\n"
    body = "\n".join(_random_line(chance, each, ("@inner", "# Part")) for each in range(6)) + "\nLast.\n"
    found, book = with_blocks(tmp_path, body, inner=block), phrasebook.load("en", tmp_path)
    made = branches(found)
    assert made.errors == ()
    every = texts(made.heard)
    for _ in range(60):
        row = {axis: chance.choice(values) for axis, values in axes(book).items()}
        if can_be_asked(row, book):
            script = prepare.read(found, asked(found, row), book)
            assert {line.text for line in script.lines()} <= every, (body, block, row)


def test_a_line_under_too_many_choices_is_refused_with_its_number() -> None:
    """Nobody could review it, and reading it would take minutes."""
    body = "Rest.\n[if touch] [if sleep] [if soft] [if warm] [if day-1] [if name] [if friend] Too much.\n"
    made = branches(written(body))
    assert made.heard == ()
    (error,) = made.errors
    assert "test.md, line 10: this depends on 7 choices at once" in error.message
    assert "Split it" in error.hint
