"""A TOML file that a person wrote: its line where it cannot be read, and all that is wrong with its fields."""

import pytest

from mettavox.errors import DurationError, MettavoxError, RequestError, ScriptError
from mettavox.fields import Fields, Problems, toml


def fields(text: str, *known: str) -> tuple[Fields, Problems]:
    problems = Problems("my.toml")
    return Fields(toml(text, "my.toml"), known, problems, "session 2"), problems


def refused(problems: Problems) -> MettavoxError:
    with pytest.raises(MettavoxError) as raised:
        problems.refuse()
    return raised.value


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ('title = "A"\nweek 1\n', 2),
        ('title = "A\n', 1),
        ('title = "A"\ntitle = "B"\n', 2),
        ('title = "A"\n\nread = [\n  "x",\n', 4),
        ('title = """\n\nlong\n', 3),
        (f"week = {'9' * 5000}\n", 1),
        ("read = " + "[" * 5000, 1),
    ],
)
def test_a_text_that_is_no_toml_is_named_with_its_line(text: str, line: int) -> None:
    """Also where it ends too early, and where a value is beyond reading."""
    with pytest.raises(ScriptError, match=rf"^my\.toml, line {line}: this is not TOML \(.+\)\.$") as raised:
        toml(text, "my.toml")
    assert raised.value.hint


def test_what_is_right_is_read() -> None:
    """A text on one line, a list or its paragraphs, a number, tables."""
    text = 'a = " one\\n two "\nb = ["x", " y "]\nc = """one\n\n two\nthree"""\nd = 3\ne = {f = 1}\n[[g]]\nh = 1\n'
    read, problems = fields(text, *"abcdeg")
    assert read.text("a") == "one two"
    assert read.texts("b") == ("x", "y")
    assert read.texts("c") == ("one", "two three")
    assert read.number("d") == 3
    assert read.table("e") == {"f": 1}
    assert read.tables("g", "[[g]]") == [{"h": 1}]
    assert (read.text("z"), read.texts("z"), read.table("z"), read.word("z", ("core",))) == ("", (), {}, "core")
    problems.refuse()


@pytest.mark.parametrize(
    ("text", "kind", "words", "hint"),
    [
        ("a = 1", "text", "“a” is not text", "Write a ="),
        ("a = '  '", "needed", "there is no “a”", "Add a ="),
        ('a = "x\\u0000"', "text", "control character", "out"),
        ("a = 1", "texts", "“a” is not a list of texts", "Write a = ["),
        ("a = ['x', 1]", "texts", "“a” is not a list of texts", "Write a = ["),
        ("a = ['\\u0007']", "texts", "", ""),
        ("a = 'cor'", "word", "“a” has no “cor”", "“core”"),
        ("a = 0", "number", "not a whole number from 1", "a = 1"),
        ("a = 1.5", "number", "not a whole number from 1", "a = 1"),
        ("a = true", "number", "not a whole number from 1", "a = 1"),
        ("", "number", "not a whole number from 1", "a = 1"),
        ("a = [1]", "table", "“a” is not a table", "Write a = {"),
        ("a = {b = 1}", "tables", "“a” is not a list of tables", "[[a]]"),
        ("a = [1]", "tables", "“a” is not a list of tables", "[[a]]"),
        ("", "tables", "there is no a", "Add [[a]]"),
        ("b = 1", "text", "there is no field “b”", "a"),
    ],
)
def test_what_is_wrong_is_noted_with_its_place(text: str, kind: str, words: str, hint: str) -> None:
    """And with what to write; it is read as empty, so that the rest can be read too."""
    read, problems = fields(text, "a")
    {
        "text": lambda: read.text("a"),
        "needed": lambda: read.text("a", needed=True),
        "texts": lambda: read.texts("a"),
        "word": lambda: read.word("a", ("core", "micro")),
        "number": lambda: read.number("a"),
        "table": lambda: read.table("a"),
        "tables": lambda: read.tables("a", "[[a]]"),
    }[kind]()
    if not words:
        problems.refuse()
        return
    error = refused(problems)
    assert error.message.startswith("my.toml, session 2: ")
    assert words in error.message
    assert hint in error.hint


def test_every_problem_is_told_at_once() -> None:
    """The first as the error, of its own class; the others in the hint, each with its place and what to do."""
    problems = Problems("my.toml")
    with problems.at("session 1, track 2"):
        raise DurationError("It is too short.", hint="Ask for more.")
    with problems.at("session 3"):
        raise RequestError("There is no such thing.")
    problems.note("", "there is no title.", "Add one.")
    assert len(problems) == 3
    error = refused(problems)
    assert isinstance(error, DurationError)
    assert error.message == "my.toml, session 1, track 2: It is too short."
    assert error.hint.splitlines() == [
        "Ask for more.",
        "And 2 more:",
        "my.toml, session 3: There is no such thing.",
        "my.toml: there is no title. Add one.",
    ]


def test_other_people_s_errors_are_not_swallowed() -> None:
    """A bug stays a bug."""
    with pytest.raises(ZeroDivisionError), Problems("my.toml").at("session 1"):
        raise ZeroDivisionError
