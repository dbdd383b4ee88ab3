"""What is asked for wrongly: each slip has its exit code, its sentence and its hint, and leaves nothing."""

from pathlib import Path

import pytest

from .conftest import Run, assert_refused

MAKERS = ("render", "plan")

# The command line after the command and its script; then exit code, words of the sentence, words of the hint.
Slip = tuple[list[str], int, str, str]
SLIPS: list[Slip] = [
    (["--minutes", "0"], 2, "above zero", "10m"),
    (["--minutes", "-3"], 2, "above zero", "10m"),
    (["--minutes", "1e9"], 2, "longer than a day", "24 hours"),
    (["--minutes", "1e99999999"], 2, "", ""),
    (["--minutes", "ten"], 2, "“ten” is not a number of minutes", "10 or 7.5"),
    (["--minutes", "nan"], 2, "“nan” is not a number of minutes", "10 or 7.5"),
    (["--minutes", "inf"], 2, "", ""),
    (["--minutes", ""], 2, "not a number", "10 or 7.5"),
    (["--duration", "10"], 2, "is not a length of time", "10m"),
    (["--duration", "soon"], 2, "“soon” is not a length of time", "10m"),
    (["--duration", "0s"], 2, "above zero", "10m"),
    (["--duration", "30h"], 2, "longer than a day", ""),
    (["--minutes", "5", "--duration", "5m"], 2, "both set the length", "Leave one"),
    (["--duration", "30s"], 4, "shorter than 1:00", "--duration 1:00 or longer"),
    (["--duration", "59.9s"], 4, "0:59.9 was asked for", "1:00"),
    (["--minutes", "46"], 4, "longer than 45:00", "--duration 45:00 or shorter"),
    (["--relation", "freind"], 2, "--relation has no “freind”", "“friend”"),
    (["--relation", "difficult", "--minutes", "5"], 4, "at least 10:00", "--minutes 10"),
    (["--relation", "self", "--target", "Zebedee"], 2, "no single person", "--target"),
    (["--pronouns", "it"], 2, "--pronouns has no “it”", "they"),
    (["--closing", "slep"], 2, "--closing has no “slep”", "“sleep”"),
    (["--anchor", "hart"], 2, "--anchor has no “hart”", "“heart”"),
    (["--experience", "expert"], 2, "--experience has no “expert”", "experienced"),
    (["--breath", "soft"], 2, "has no place for --breath", "It takes"),
    (["--voice", "clam"], 5, "There is no voice “clam”", "“calm”"),
    (["--voice", "../calm"], 5, "There is no voice", "“calm”"),
    (["--lang", "xx"], 2, "no scripts in “xx”", "en"),
    (["--include", "dificult"], 2, "has no part “dificult”", "“difficult”"),
    (["--gentle", "--include", "difficult"], 2, "do not go together", ""),
    (["--scripts", "nowhere"], 2, "is not a folder", ""),
    (["--name", "Zebedee{say: x}"], 2, "--name", "letters"),
    (["--name", "Zebedee\nLong"], 2, "control character", "one line"),
    (["--name", "Zebedee" * 30], 2, "--name has 210 characters", ""),
    (["--name", "زيبيدي"], 2, "--name is written in letters", "--say"),
    (["--target", "Zebedee/.."], 2, "--target", "letters"),
    (["--say", "zeb"], 2, "without a name for --name", "--name"),
    (["--target-say", "zeb"], 2, "without a name for --target", "--target"),
    (["--name", "Zebedee", "Maria"], 2, "too many words", "quotes"),
    (["--nmae", "Zebedee"], 2, "--nmae", "--help"),
    (["--name"], 2, "--name", "--help"),
]  # fmt: skip


@pytest.mark.parametrize("command", MAKERS)
@pytest.mark.parametrize("slip", SLIPS, ids=[" ".join(slip[0])[:40] for slip in SLIPS])
def test_a_slip_is_answered_and_leaves_nothing(run: Run, here: Path, command: str, slip: Slip) -> None:
    """By render and by plan alike; no name is repeated."""
    options, code, words, hint = slip
    outcome = run(command, "loving-kindness", *options)
    assert_refused(outcome, code, words, hint=hint)
    assert "Zebedee" not in outcome.err
    assert "Maria" not in outcome.err
    assert [path for path in here.rglob("*") if path.is_file()] == []


def test_a_length_that_is_refused_leaves_no_folder(run: Run, here: Path) -> None:
    """Not even an empty one."""
    run("render", "loving-kindness", "--duration", "30s")
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("command", MAKERS)
@pytest.mark.parametrize(
    ("script", "words", "hint"),
    [
        ("loving-kindnes", "no script “loving-kindnes” in “en”", "“loving-kindness”"),
        ("../en/loving-kindness", "There is no script", "loving-kindness"),
        ("nowhere.md", "nowhere.md cannot be read", "path"),
        ("", "There is no script", "loving-kindness"),
    ],
)
def test_a_script_that_is_not_there_is_3(run: Run, command: str, script: str, words: str, hint: str) -> None:
    """With the nearest, or the list."""
    assert_refused(run(command, script), 3, words, hint=hint)
    assert list(Path().iterdir()) == []


@pytest.mark.parametrize(
    ("body", "words", "hint"),
    [
        ("Hello {{ nmae }}.", "my.md, line 9: there is no slot “nmae”", "“name”"),
        ("Hello {{ target.label }}.", "line 9: the slot “target” is used but not declared", "slots:"),
        ("(notise)", "my.md, line 9: (notise) is not a pause", "“notice”"),
        ("@wishs self", "line 9: “en” has no block “@wishs”", "“wishes”"),
        ("# Rest {kepe}", "line 9: there is no section mark “kepe”", "“keep”"),
        ("@", "line 9: “en” has no block", "wishes"),
    ],
)
def test_a_slip_in_one_s_own_script_is_3_with_its_line(run: Run, here: Path, body: str, words: str, hint: str) -> None:
    """Slot, mark, class and block; no name is repeated."""
    (here / "my.md").write_text(
        "---\ntitle: Mine\nlanguage: en\nminutes: {shortest: 1, typical: 2, longest: 3}\nslots: [name]\n---\n"
        f"# Welcome {{keep}}\n! You can stop at any time{{{{ name }}}}.\n{body}\n"
    )
    outcome = run("render", "my.md", "--name", "Zebedee", "-o", "x.mp3")
    assert_refused(outcome, 3, words, hint=hint)
    assert "Zebedee" not in outcome.err
    assert [entry.name for entry in here.iterdir()] == ["my.md"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        (["rendr"], "no command “rendr”. Did you mean “render”?"),
        (["Zebedee"], "There is no command"),
        (["render"], "SCRIPT"),
        (["render", "loving-kindness", "--minut", "3"], "--minut"),
        (["render", "loving-kindness", "--jobs", "0"], "--jobs"),
        (["render", "loving-kindness", "--jobs", "many"], "--jobs"),
        (["render", "loving-kindness", "--bed", "hard"], "There is no bed “hard”"),
        (["plan", "loving-kindness", "-o", "x.mp3"], "-o"),
        (["scripts", "lst"], "lst"),
        (["scripts", "show"], "SCRIPT"),
        (["--nope"], "--nope"),
        (["render", "loving-kindness", "-o", "-", "--json"], "both write to standard output"),
    ],
    ids=" ".join,
)
def test_a_command_line_that_makes_no_sense_is_2(run: Run, here: Path, arguments: list[str], words: str) -> None:
    """With the way to help."""
    assert_refused(run(*arguments), 2, words)
    assert list(here.iterdir()) == []


@pytest.mark.parametrize("arguments", [[], ["scripts"], ["voices"]])
def test_a_command_that_is_not_whole_shows_its_help(run: Run, arguments: list[str]) -> None:
    """As an error, since nothing was done, but not in an error's words."""
    outcome = run(*arguments)
    assert (outcome.code, outcome.out) == (2, "")
    assert outcome.err.startswith("Usage: mettavox")
