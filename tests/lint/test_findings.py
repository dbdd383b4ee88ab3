"""Findings: their place, their branch, the table that their words come from, and the writer's exceptions."""

import re
from pathlib import Path

import pytest

from mettavox import assets
from mettavox.lint import Finding
from mettavox.pronunciation import lexicon as pronunciation

from .conftest import BODY, Found


def only(found: list[Finding], rule: str) -> Finding:
    """The one finding, which is of that rule."""
    assert [one.rule for one in found] == [rule]
    return found[0]


def shared(tmp_path: Path, name: str, text: str) -> Path:
    """A folder of scripts that has one shared file of its own."""
    folder = tmp_path / "own" / "en" / "shared"
    folder.mkdir(parents=True, exist_ok=True)
    (folder / name).write_text(text, "utf-8")
    return tmp_path / "own"


# --- place and branch ---


def test_a_finding_in_one_branch_names_its_choices(found: Found) -> None:
    """The first branch that has it, told by what differs from the script's own choices."""
    body = BODY.replace("slots: [name]", "slots: [name, tone]")
    one = only(found("[if warm] You should rest.", "[if not warm] You can rest.", body=body), "LANG-01")
    assert (one.line, one.column, one.branch) == (18, 15, "tone warm")
    assert "“should”" in one.message


def test_a_finding_in_every_branch_names_none(found: Found) -> None:
    """The script as it is has it."""
    body = BODY.replace("slots: [name]", "slots: [name, tone]")
    lines = ("You should rest.", "[if warm] + It is good that you are here.")
    assert only(found(*lines, body=body), "LANG-01").branch == ""


def test_a_choice_that_cannot_be_made_is_not_judged(found: Found) -> None:
    """Without the slot nobody hears the line; that it is not declared is what is wrong."""
    only(found("[if warm] You should rest."), "SLOT-01")


def test_words_of_a_shared_table_are_found_at_the_line_that_uses_them(found: Found, tmp_path: Path) -> None:
    """With the name of the table."""
    scripts = shared(tmp_path, "calm.md", "You should rest.\n")
    one = only(found("+ @calm", scripts=scripts), "LANG-01")
    assert (one.line, one.column) == (18, 3)
    assert "(from calm.md)" in one.message


def test_words_of_the_closing_name_its_block(found: Found, tmp_path: Path) -> None:
    """Of several closings, the one that has them."""
    text = "You might notice what holds you, and a sound.\n(20s)\nWhen you are ready, you should go.\n"
    scripts = shared(tmp_path, "return-day.md", text)
    body = BODY.replace("slots: [name]", "slots: [name, closing]")
    one = only([each for each in found(body=body, scripts=scripts) if each.severity == "E"], "LANG-01")
    assert "(from return-day.md)" in one.message
    assert one.branch == "closing day"


def test_a_respelled_word_is_judged_as_it_is_said(found: Found) -> None:
    """live{say: liv} is right, and its capitals in a respelling are no acronym."""
    assert found("May all beings live{say: liv} well.", "You might think of Xochitl{say: SO-cheetl} too.") == []


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("You might think of Siobhan, and of Metta too.", ""),
        ("You might think of Thich Nhat Hanh's words.", ""),
        ("You might think of Siobhan, and of Zebulara too.", "Zebulara"),
    ],
)
def test_a_name_that_voices_are_told_how_to_say_is_noted(found: Found, line: str, name: str) -> None:
    """In the lexicon of pronunciation, alone or as part of a longer name."""
    messages = [each.message for each in found(line) if each.rule == "NAME-02"]
    assert messages == ([f"“{name}” is a name, and nobody has noted that voices say it right."] if name else [])


def test_a_broken_lexicon_of_ones_own_leaves_the_lint_alone(found: Found) -> None:
    """Voices tell of it."""
    own = pronunciation.own_file("en")
    own.parent.mkdir(parents=True)
    own.write_text("[names", "utf-8")
    assert [each.rule for each in found("You might think of Zebulara too.")] == ["NAME-02"]


def test_curly_quotes_are_found(found: Found) -> None:
    """A word processor's apostrophe is one too."""
    one = only(found("Now let’s rest."), "LANG-03")
    assert (one.line, one.column) == (18, 5)


# --- exceptions ---


def test_a_warning_can_be_explained(found: Found) -> None:
    """For the next spoken line, or for the whole script before its first section."""
    assert found("// allow LANG-03: a line of a song", "Now let's rest.") == []
    body = BODY.replace("# Welcome", "// allow LANG-03: songs all through\n# Welcome", 1)
    assert found("Now let's rest.", "(breath)", "Now let's rest again.", body=body) == []


def test_an_exception_covers_one_line_only(found: Found) -> None:
    """The line after the next is judged."""
    lines = ("// allow LANG-03: a line of a song", "Now let's rest.", "Now let's rest again.")
    assert only(found(*lines), "LANG-03").line == 20


def test_a_pause_between_does_not_break_an_exception(found: Found) -> None:
    """The next spoken line is meant, not the next line of the file."""
    assert found("You can rest.", "// allow LANG-03: a line of a song", "(breath)", "Now let's rest.") == []


def test_an_error_cannot_be_explained_away(found: Found) -> None:
    """It stays, and the exception is told that it has no effect."""
    rules = {one.rule: one for one in found("// allow LANG-01: it rhymes", "You should rest.")}
    assert set(rules) == {"LANG-01", "FORM-03"}
    assert "an error cannot be allowed" in rules["FORM-03"].message


# --- what needs tables of its own ---


def test_a_copied_sentence_is_found(found: Found, tmp_path: Path) -> None:
    """Eight words in a row that are known by their hash; seven are not enough."""
    from mettavox.lint import copied

    run = copied.normal("The small boat rests upon the quiet lake.")
    scripts = shared(tmp_path, "known.txt", f"# a note\n{copied.hashed(run)}\n")
    one = only(found("You can see that the small boat rests upon the quiet lake.", scripts=scripts), "COPY-01")
    assert (one.line, one.severity) == (18, "E")
    assert found("The small boat rests upon a quiet lake.", scripts=scripts) == []


@pytest.mark.parametrize("language", ["en", "es"])
def test_known_scripts_are_kept_as_hashes_only(language: str) -> None:
    """Nobody's text is in the repository."""
    found = assets.find("scripts", (language, "shared", "known.txt"))
    assert found is not None
    lines = [line for line in found.read_text("utf-8").splitlines() if not line.startswith("#")]
    assert len(lines) > 100
    assert all(re.fullmatch(r"[0-9a-f]{16}", line) for line in lines)


def test_a_run_across_sentences_is_found(found: Found, tmp_path: Path) -> None:
    """A full stop does not make it another text."""
    from mettavox.lint import copied

    scripts = shared(tmp_path, "known.txt", copied.hashed(copied.normal("a boat rests here the lake is quiet")))
    assert only(found("A boat rests here.", "The lake is quiet.", scripts=scripts), "COPY-01").line == 18


def test_a_number_to_call_has_to_be_in_the_table_and_checked(found: Found, tmp_path: Path) -> None:
    """From the table and fresh it passes; too old, or another one, it does not."""
    import datetime

    table = "lines:\n  - region: Nowhere\n    text: Call 555 0100, at any hour.\n    verified: 2026-11-01\n"
    scripts = shared(tmp_path, "crisis.yaml", table)
    body = BODY.replace("> Never", "> Call 555 0100 in need.\n> Never")
    assert found(body=body, scripts=scripts) == []
    late = found(body=body, scripts=scripts, today=datetime.date(2027, 5, 1))
    assert "not checked in the last 180 days" in only(late, "SAFE-02").message
    other = found(body=body.replace("555 0100", "555 0199"), scripts=scripts)
    assert "not from shared/crisis.yaml" in only(other, "SAFE-02").message


def test_years_and_pauses_are_no_numbers_to_call(found: Found) -> None:
    """Neither are the figures of the notation."""
    body = BODY.replace("> Never", "> Written in 2026; ten minutes or 15.\n> Never").replace(
        "shortest: 1", "shortest: 2"
    )
    assert found("You can rest here.", "(20s to 120s)", body=body) == []


def test_a_stale_table_is_told_by_itself(tmp_path: Path) -> None:
    """Even when no script quotes it."""
    import datetime

    from mettavox import lint

    table = (
        "lines:\n  - region: Nowhere\n    text: Call 555 0100.\n    verified: 2026-01-01\n  - text: Call 555 0101.\n"
    )
    scripts = shared(tmp_path, "crisis.yaml", table)
    stale = lint.tables("en", scripts, datetime.date(2026, 11, 24))
    assert [(one.rule, one.line, one.file) for one in stale] == [
        ("SAFE-02", 3, "en/shared/crisis.yaml"),
        ("SAFE-02", 5, "en/shared/crisis.yaml"),
    ]
    assert len(lint.tables("en", scripts, datetime.date(2026, 3, 1))) == 1


def test_a_cue_that_is_too_long_for_its_phase(found: Found, tmp_path: Path) -> None:
    """Every wording of the phase takes more than 45 % of it."""
    cues = 'cues:\n  in: ["Now let the air come in slowly."]\n  top: []\n  hold: []\n  out: ["Out."]\n  rest: []\n'
    scripts = shared(tmp_path, "breath.yaml", cues + "own_pace: [You might notice one breath.]\n")
    body = BODY.replace("> Never", "> Five minutes or more works best.\n> Never")
    rules = {one.rule: one for one in found("@breathe soft 3 to 4", body=body, scripts=scripts)}
    assert "of a phase of 4 s in the breath “soft”" in rules["BREATH-04"].message
    assert rules["BREATH-04"].line == 18
