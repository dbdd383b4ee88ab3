"""Authoring: a new script passes as it stands; an approval is written into a file of one's own alone."""

from pathlib import Path

import pytest

from mettavox import authoring, gate, phrasebook, review, source
from mettavox.errors import OutputError, RequestError, ScriptError
from mettavox.prepare import plan, prepare
from mettavox.request import Request


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("minutes", ["", "2,5,15", "3, 8, 12"])
def test_a_new_script_can_be_used_at_once(tmp_path: Path, language: str, minutes: str) -> None:
    """No rule is broken, and every minute of it can be laid."""
    path = authoring.new("quiet-morning", language, tmp_path, title="Quiet: a morning", minutes=minutes)
    assert path == tmp_path / language / "quiet-morning.md"
    found = source.load("quiet-morning", language, tmp_path)
    gate.refuse(found)
    assert (found.head.title, found.head.language, found.head.review.status) == ("Quiet: a morning", language, "draft")
    bounds = found.head.minutes
    for number in range(round(bounds.shortest), round(bounds.longest) + 1):
        made = prepare(Request(script=str(path), language=language, seconds=number * 60))  # type: ignore[arg-type]
        assert plan(made).frames == number * 60 * 48_000


@pytest.mark.parametrize("name", source.ids("en"))
def test_a_script_can_begin_from_any_other(tmp_path: Path, name: str) -> None:
    """Its text, as a draft under another name; the bundled one stays as it is."""
    before = source.load(name, "en").text
    authoring.new("mine", "en", tmp_path, like=name, title="Mine", purpose="For me.", minutes="2,5,6")
    found = source.load("mine", "en", tmp_path)
    assert (found.head.title, found.head.purpose, found.head.review.status) == ("Mine", "For me.", "draft")
    assert (found.head.minutes.shortest, found.head.minutes.longest) == (2, 6)
    assert found.body.strip() == source.load(name, "en").body.strip()
    assert source.load(name, "en").text == before


def test_where_nothing_is_said_it_goes_to_the_user_s_own_folder(own_folders: Path) -> None:
    """And is found there by its id."""
    path = authoring.new("my-own", "en", None)
    assert own_folders in path.parents
    assert "my-own" in source.ids("en")
    assert source.load("my-own", "en").head.title == "My own"


@pytest.mark.parametrize("name", ["", "My Script", "../x", "a/b", "-x", "x-", "ñandú", "x.md", "x" * 300 + "!"])
def test_an_id_is_small_letters_and_hyphens(tmp_path: Path, name: str) -> None:
    """It becomes a file's name and a word of the command line."""
    with pytest.raises(RequestError, match="cannot be a script's id"):
        authoring.new(name, "en", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("minutes", ["2", "2,5", "a,b,c", "5,2,1", "0,1,2", "1,2,3,4"])
def test_lengths_are_three_in_order(tmp_path: Path, minutes: str) -> None:
    """Shortest, typical, longest; and nothing is written when they are not."""
    with pytest.raises((RequestError, ScriptError)):
        authoring.new("mine", "en", tmp_path, minutes=minutes)
    assert list(tmp_path.rglob("*.md")) == []


def test_a_script_that_is_there_is_never_written_over(tmp_path: Path) -> None:
    """Work is not lost."""
    path = authoring.new("mine", "en", tmp_path)
    path.write_text("my work")
    with pytest.raises(OutputError, match="is there already"):
        authoring.new("mine", "en", tmp_path)
    assert path.read_text() == "my work"


def test_an_unknown_language_or_model_is_refused(tmp_path: Path) -> None:
    """With what there is."""
    with pytest.raises(RequestError, match="no scripts in “xx”"):
        authoring.new("mine", "xx", tmp_path)
    with pytest.raises(ScriptError, match="There is no script “nowhere”"):
        authoring.new("mine", "en", tmp_path, like="nowhere")


def test_approving_writes_into_one_s_own_file(tmp_path: Path) -> None:
    """By id or by path; a change after that voids it."""
    path = authoring.new("mine", "en", tmp_path)
    assert authoring.approve("mine", "en", tmp_path, reviewer="A. Lee, PhD", on="2026-05-31") == path
    found = source.load("mine", "en", tmp_path)
    assert (review.state(found), found.head.review.date) == ("approved", "2026-05-31")
    gate.refuse(found)
    path.write_text(path.read_text().replace("Return", "Come back"))
    changed = source.load("mine", "en", tmp_path)
    assert review.state(changed) == "changed"
    with pytest.raises(ScriptError, match="REVIEW-01"):
        gate.refuse(changed)
    authoring.approve(str(path), "en", tmp_path, reviewer="A. Lee, PhD", on=None)
    assert review.state(source.load("mine", "en", tmp_path)) == "approved"


def test_what_came_with_mettavox_is_copied_first() -> None:
    """Its files are not the user's to change."""
    with pytest.raises(ScriptError, match="came with mettavox") as caught:
        authoring.approve("sleep", "en", None, reviewer="A. Lee", on=None)
    assert "--like sleep" in caught.value.hint


def test_a_script_with_errors_is_not_approved(tmp_path: Path) -> None:
    """However much a reviewer likes it."""
    path = authoring.new("mine", "en", tmp_path)
    path.write_text(path.read_text().replace("@return", "You must get up now.\n@return"))
    before = path.read_text()
    with pytest.raises(ScriptError, match="LANG-01"):
        authoring.approve("mine", "en", tmp_path, reviewer="A. Lee", on=None)
    assert path.read_text() == before


def test_a_day_that_is_none_is_refused(tmp_path: Path) -> None:
    """Written as 2026-05-31."""
    authoring.new("mine", "en", tmp_path)
    with pytest.raises(RequestError, match="“yesterday” is no day"):
        authoring.approve("mine", "en", tmp_path, reviewer="A. Lee", on="yesterday")


def test_a_language_that_has_no_starter_says_how_to_begin(tmp_path: Path) -> None:
    """From another script."""
    import shutil
    from importlib.resources import as_file

    from mettavox import assets

    with as_file(assets.bundled("scripts") / "en") as bundled:
        shutil.copytree(bundled, tmp_path / "eo")
    (tmp_path / "eo" / "shared" / "starter.txt").unlink()
    assert "eo" in phrasebook.languages(tmp_path)
    with pytest.raises(ScriptError, match="“eo” has no text to start from") as caught:
        authoring.new("mine", "eo", tmp_path)
    assert "--like" in caught.value.hint


def test_a_file_in_another_language_is_not_read_by_the_wrong_rules(tmp_path: Path) -> None:
    """The hint says which language to ask for."""
    path = authoring.new("mia", "es", tmp_path)
    for read in (source.load, lambda name, language: authoring.approve(name, language, None, reviewer="A", on=None)):
        with pytest.raises(ScriptError, match="is in “es”, and “en” was asked for") as caught:
            read(str(path), "en")
        assert caught.value.hint == "Write language: en in its head, or add --lang es."


def test_a_copy_of_a_machine_s_draft_is_one_too(tmp_path: Path) -> None:
    """Copying is not reading: it cannot be approved yet."""
    authoring.new("mine", "es", tmp_path, like="sleep")
    assert source.load("mine", "es", tmp_path).head.review.level == source.load("sleep", "es").head.review.level
    with pytest.raises(ScriptError, match="machine's draft"):
        authoring.approve("mine", "es", tmp_path, reviewer="A. Lee", on=None)


def test_a_copy_has_what_was_asked_for_however_the_other_was_written(tmp_path: Path) -> None:
    """Fields of several lines, with blank ones among them, and one that was not there."""
    path = authoring.new("mine", "en", tmp_path)
    lines = [line for line in path.read_text().splitlines(keepends=True) if not line.startswith(("purpose", "minutes"))]
    lines.insert(2, "minutes:\n  shortest: 1\n\n  typical: 2\n# at most\n  longest: 9\n")
    path.write_text("".join(lines))
    authoring.new("other", "en", tmp_path, like="mine", title='A: "B"', purpose="For: me.", minutes="2,5,6")
    head = source.load("other", "en", tmp_path).head
    assert (head.title, head.purpose, head.minutes.typical, head.minutes.longest) == ('A: "B"', "For: me.", 5, 6)


def test_an_id_that_no_disk_takes_is_refused(tmp_path: Path) -> None:
    """Before anything is written."""
    with pytest.raises(RequestError, match="cannot be a script's id"):
        authoring.new("a" * 300, "en", tmp_path)


def test_what_is_saved_is_there_and_what_another_has_written_stays(tmp_path: Path) -> None:
    """A text that cannot be read yet is saved too; only what was seen is replaced."""
    path = tmp_path / "en" / "mine.md"
    seen = authoring.save("Not yet.\r\n", "mine", "en", tmp_path)
    assert path.read_text("utf-8") == "Not yet.\n"
    with pytest.raises(OutputError, match="is there already"):
        authoring.save("Another.", "mine", "en", tmp_path)
    authoring.save("Mine.", "mine", "en", tmp_path, seen=seen)
    with pytest.raises(OutputError, match="changed elsewhere"):
        authoring.save("Yours.", "mine", "en", tmp_path, seen=seen)
    assert path.read_text("utf-8") == "Mine."


@pytest.mark.parametrize("name", ["loving-kindness", "../x", "a/b", "", "x.md", "X"])
def test_nothing_is_saved_under_a_name_that_is_not_one_s_own(tmp_path: Path, name: str) -> None:
    with pytest.raises(RequestError):
        authoring.save("x", name, "en", tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("text", ["a\0b", "a\x1b[2J", "x" * 60_001, "x\n" * 40_000])
def test_what_is_no_text_of_a_script_is_not_saved(tmp_path: Path, text: str) -> None:
    with pytest.raises(ScriptError):
        authoring.save(text, "mine", "en", tmp_path)
    assert list(tmp_path.iterdir()) == []


def test_only_what_was_read_is_approved(tmp_path: Path) -> None:
    """A text that was changed since the reviewer opened it is another one."""
    path = authoring.new("mine", "en", tmp_path)
    seen = authoring.hash_of(path.read_text("utf-8"))
    path.write_text(path.read_text("utf-8") + "// more\n", "utf-8")
    with pytest.raises(OutputError, match="changed elsewhere"):
        authoring.approve("mine", "en", tmp_path, reviewer="A. Lee", on="2026-05-31", seen=seen)
    assert review.state(source.load("mine", "en", tmp_path)) == "draft"


@pytest.mark.parametrize(
    ("title", "name"),
    [("Una mañana quieta", "una-manana-quieta"), ("A “kind” break: 5", "a-kind-break-5"), ("7 nights", "nights"),
     ("../../etc", "etc"), ("静かな朝", ""), ("x" * 300, "x" * 95)],
)  # fmt: skip
def test_a_title_makes_an_id(tmp_path: Path, title: str, name: str) -> None:
    assert authoring.id_of(title) == name
    if name:
        authoring.save("x", name, "en", tmp_path)


def test_a_title_that_is_taken_makes_another_id(own_folders: Path) -> None:
    """Whether by a script that came with mettavox or by one's own."""
    assert authoring.free_id("Sleep", "en", None) == "sleep-2"
    authoring.new("sleep-2", "en", None)
    assert authoring.free_id("Sleep", "en", None) == "sleep-3"
    assert authoring.free_id("静かな朝", "en", None) == "script"
