"""The recording sheet: every line that can be spoken, once, with a number that stays and a note that helps."""

import csv
import re
from dataclasses import replace
from functools import cache
from io import StringIO
from pathlib import Path

import pytest

from mettavox import branches, phrasebook, prepare, sheet, source, takes
from mettavox.errors import RequestError, ScriptError
from mettavox.person import Spoken
from mettavox.script import lines_of
from mettavox.sheet import BLANK, WITHOUT_NAMES, WORDS, Entry, Sheet

SCRIPTS = ("loving-kindness", "supportive-touch", "paced-breathing")


@cache
def usual(*scripts: str) -> Sheet:
    """The sheet of some scripts, with nothing chosen: many tests look into the same."""
    return made(*scripts, narrowed={})


def made(*scripts: str, language: str = "en", **more: object) -> Sheet:
    """The sheet of some scripts."""
    if language == "en" and not more:
        return usual(*scripts)
    narrowed = more.pop("narrowed", {})
    sources = [source.load(each, language) for each in scripts]
    return sheet.sheet(sources, narrowed, **more)  # type: ignore[arg-type]


def texts(of: Sheet) -> list[str]:
    """The lines as they are read."""
    return [entry.text for entry in of.entries]


@pytest.mark.parametrize("language", ["en", "es"])
@pytest.mark.parametrize("script", SCRIPTS)
def test_every_line_that_any_choice_can_bring_is_there(script: str, language: str) -> None:
    """With and without the name; only an intention, which nobody knows yet, is not."""
    found = source.load(script, language)
    keys = {entry.key for entry in made(script, language=language).entries}
    for branch in branches.branches(found).heard:
        for section in branch.script.sections:
            for passage in section.passages:
                for line in lines_of(passage):
                    for each in filter(None, (line, line.unnamed)):
                        text = each.carrier or each.text
                        assert takes.key(text) in keys or not any(takes.pieces(text)), f"line {each.number}"


def test_lines_that_two_scripts_share_are_there_once() -> None:
    """With both scripts; and the first script's numbers are those of its own sheet."""
    alone, both = made("loving-kindness"), made("loving-kindness", "supportive-touch")
    assert len({entry.key for entry in both.entries}) == len(both.entries)
    assert [entry.number for entry in both.entries] == list(range(1, len(both.entries) + 1))
    assert [(entry.number, entry.key) for entry in both.entries][: len(alone.entries)] == [
        (entry.number, entry.key) for entry in alone.entries
    ]
    shared = [entry for entry in both.entries if entry.scripts == "loving-kindness supportive-touch"]
    assert len(shared) > 5


def test_the_lines_come_in_the_order_of_the_script() -> None:
    """As they are heard when nobody chooses."""
    of = texts(made("loving-kindness"))
    usual = ["Hello.", "This is a time for kind wishes.", "You can stop at any time.", "May I be safe."]
    assert sorted(usual, key=of.index) == usual


def test_a_name_is_a_blank() -> None:
    """One take, with the place of the name; and no name of anyone is in it."""
    entries = {entry.text: entry for entry in made("loving-kindness").entries}
    hello, wish = entries[f"Hello, {BLANK}."], entries[f"May {BLANK} be safe."]
    assert hello.key == takes.key("Hello, {name}.")
    assert hello.wanted.gaps == 0
    assert wish.key == takes.key("May {target} be safe.")
    assert wish.wanted.gaps == 1
    assert wish.wanted.text == "May be safe."
    assert "Maya" not in "".join(entries)
    assert not re.search(r"\bSam\b", "".join(entries))


def test_without_names_there_are_no_blanks() -> None:
    """For those who never say one."""
    of = made("loving-kindness", narrowed=WITHOUT_NAMES, names=False)
    assert not any(BLANK in text for text in texts(of))
    assert "Hello." in texts(of)


def test_choices_narrow_the_sheet() -> None:
    """To those wordings; lines that do not depend on them stay."""
    narrowed = sheet.narrowed("en", {"relation": ["friend"], "closing": ["sleep"], "tone": ["plain"]})
    of, whole = texts(made("loving-kindness", narrowed=narrowed)), texts(made("loving-kindness"))
    assert set(of) < set(whole)
    assert "And again, for your friend." in of
    assert "And again, for your group." in whole
    assert "And again, for your group." not in of
    assert "May I be safe." in of


def test_the_usual_sheet_has_just_what_is_heard_when_nobody_chooses() -> None:
    """Of each script what is usual for it; what was chosen is chosen for all."""
    for script in ("shift-reset", "sleep", "paced-breathing"):
        heard = branches.branches(source.load(script, "en")).heard[0]
        said = {line.text for section in heard.script.sections for each in section.passages for line in lines_of(each)}
        assert set(texts(made(script, usual=True, names=False))) == said, script
    both = made("shift-reset", "sleep", usual=True, names=False)
    assert len(both.entries) < len(made("shift-reset", "sleep").entries) * 2 / 3
    chosen = {"closing": frozenset({"return"})}
    assert texts(made("shift-reset", usual=True)) != texts(made("shift-reset", narrowed=chosen, usual=True))


def test_the_usual_sheet_for_gentle_too_has_what_is_heard_then() -> None:
    """Also the breath that comes with it, which nobody chooses."""
    found = source.load("paced-breathing", "en")
    usual = branches.usual(found)
    request = replace(usual, listener=replace(usual.listener, gentle=True))
    heard = prepare.read(found, request, phrasebook.load("en"))
    said = {line.text for section in heard.sections for each in section.passages for line in lines_of(each)}
    narrowed = {"gentle": frozenset({"yes"})}
    assert set(texts(made("paced-breathing", narrowed=narrowed, usual=True, names=False))) == said
    both = {"gentle": frozenset({"yes", "no"})}
    alone = texts(made("paced-breathing", usual=True, names=False))
    assert {*said, *alone} <= set(texts(made("paced-breathing", narrowed=both, usual=True, names=False)))


def test_several_values_of_a_choice_are_all_there() -> None:
    """A friend and a group."""
    narrowed = sheet.narrowed("en", {"relation": ["friend", "group"]})
    of = texts(made("loving-kindness", narrowed=narrowed))
    assert {"And again, for your friend.", "And again, for your group."} <= set(of)
    assert "And again, for a colleague." not in of


def test_a_choice_that_there_is_not_is_refused() -> None:
    """With the nearest."""
    with pytest.raises(RequestError, match=r"--relation has no “frend”") as raised:
        sheet.narrowed("en", {"relation": ["frend"]})
    assert "friend" in raised.value.hint


def test_names_to_record_come_last() -> None:
    """As they were asked for."""
    of = made("loving-kindness", own=[Spoken(written="Maya", said="Maya"), Spoken(written="Zoë", said="Zoë")])
    assert [(entry.text, entry.kind) for entry in of.entries[-2:]] == [("Maya", WORDS), ("Zoë", WORDS)]
    assert of.entries[-1].number == len(of.entries)


# --- notes ---


def note(text: str, script: str = "loving-kindness") -> str:
    """The note beside a line."""
    return next(entry.note for entry in made(script).entries if entry.text == text)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("Hello.", "greet"),
        ("You can stop at any time.", "Plain and clear"),
        ("May I be safe.", "wish, slow and warm; then about 6 s of quiet"),
        (f"May {BLANK} be well.", "a second of quiet where the blank is"),
        (f"Hello, {BLANK}.", "a name follows"),
        ("If your mind drifts, that is what minds do.", "Then about 4 s of quiet."),
        ("As much as you like, and no more.", "about 50 s of quiet, so let it end softly"),
        ("The picture can be unclear.", ""),
    ],
)
def test_a_note_says_how_a_line_is_said_and_what_follows(text: str, words: str) -> None:
    """In a few words; none where there is nothing to say."""
    found = note(text)
    assert words in found
    assert bool(found) == bool(words)


def test_a_breath_cue_says_how_long_it_may_be() -> None:
    """The words have to fit into their phase."""
    cues = [entry for entry in made("paced-breathing").entries if "on the breath" in entry.note]
    assert len(cues) >= 4
    seconds = [float(re.search(r"(\d+\.\d) s at most", entry.note)[1]) for entry in cues]  # type: ignore[index]
    assert all(0.5 < each < 4 for each in seconds)


# --- page and table ---


def test_a_name_that_is_given_twice_is_there_once() -> None:
    """However it is written."""
    own = [Spoken(written=name, said=name) for name in ("Maria", "Maria", "maria", "Nora")]
    assert texts(made("loving-kindness", own=own))[-2:] == ["Maria", "Nora"]


def test_the_page_has_every_line_and_nothing_from_elsewhere() -> None:
    """It is one file, and asks nobody for anything."""
    of = made("loving-kindness", "paced-breathing")
    page = sheet.page(of)
    assert page.count('class="at"') == len(of.entries)
    assert page.count('class="box"') == len(of.entries)
    assert page.count('class="blank"') == sum(text.count(BLANK) for text in texts(of))
    assert not re.search(r"https?:|src=|url\(|@import|<script", page)
    assert '<html lang="en"' in page
    assert "Loving-kindness · Paced breathing" in page
    assert f"Lines: {len(of.entries)}." in page


def test_a_title_cannot_break_the_page() -> None:
    """Nor can a line."""
    entry = Entry(number=1, key="k", text="<script>alert(1)</script>", section="<b>", note="&", scripts="a")
    page = sheet.page(Sheet(language="en", titles={"a": "<i>"}, entries=(entry,)))
    assert "<script>" not in page
    assert "<i>" not in page


def test_a_spanish_sheet_is_in_spanish() -> None:
    """The lines, the notes and the words around them."""
    page = sheet.page(made("loving-kindness", language="es"))
    assert "Hoja de grabación" in page
    assert "silencio" in page
    assert "quiet" not in page


def test_the_table_reads_back() -> None:
    """What import needs is in it."""
    of = made("loving-kindness", own=[Spoken(written="Maya", said="Maya")])
    assert [replace_plain(entry) for entry in of.entries] == list(read(sheet.table(of)))


def replace_plain(entry: Entry) -> Entry:
    """An entry as the table has it."""
    from dataclasses import replace

    return replace(entry, plain=False)


def read(text: str, encoding: str = "utf-8") -> tuple[Entry, ...]:
    """A table, read from a file."""
    path = Path("sheet.csv").absolute()
    path.write_text(text, encoding)
    return sheet.read(path)


@pytest.fixture(autouse=True)
def _here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def test_a_table_that_a_spreadsheet_wrote_reads_back() -> None:
    """With a mark at its start, semicolons, and columns in another order."""
    of = made("paced-breathing")
    rows = list(csv.DictReader(StringIO(sheet.table(of))))
    text = StringIO()
    writer = csv.DictWriter(text, list(rows[0])[::-1], delimiter=";", lineterminator="\r\n")
    writer.writeheader()
    writer.writerows(rows)
    assert [entry.key for entry in read(text.getvalue(), "utf-8-sig")] == [entry.key for entry in of.entries]


KEY = takes.key("Rest.")


@pytest.mark.parametrize(
    ("row", "wrong"),
    [
        (f"x,{KEY},Rest.,line", "number"),
        (f"²,{KEY},Rest.,line", "number"),
        (f"{'9' * 5000},{KEY},Rest.,line", "number"),
        ("1,,Rest.,line", "key"),
        ("1,/tmp/x/evil,Rest.,line", "key"),
        (f"1,../../{KEY},Rest.,line", "key"),
        (f"1,{KEY.upper()},Rest.,line", "key"),
        (f"1,{KEY},,line", "text"),
        (f"1,{KEY},Xochitl,name", "kind"),
        (f"1,{KEY},Xochitl", "kind"),
    ],
)
def test_a_row_that_is_no_entry_is_refused(row: str, wrong: str) -> None:
    """A key becomes a file's name, and what is not known to be a script's line could be a person's name."""
    with pytest.raises(RequestError, match=rf"row 2: its {wrong} cannot be used") as raised:
        read(f"number,key,text,kind\n{row}\n")
    assert "voices sheet" in raised.value.hint
    assert "Xochitl" not in raised.value.message + raised.value.hint


def test_a_table_without_kinds_is_refused() -> None:
    """A column was deleted: a name could be taken for a line, and be written down as one."""
    with pytest.raises(RequestError, match="row 2: its kind"):
        read(f"number,key,text\n1,{KEY},Xochitl\n")


@pytest.mark.parametrize("text", ["a,b\n1,2\n", f'number,key\n1,"{"x" * 140_000}"\n'])
def test_a_table_that_is_no_sheet_is_refused(text: str) -> None:
    """And what to do; also when a cell is longer than a reader of tables takes."""
    with pytest.raises(RequestError) as raised:
        read(text)
    assert "voices sheet" in raised.value.hint


def test_an_empty_table_is_refused() -> None:
    """There is nothing to record."""
    with pytest.raises(RequestError, match="has no lines"):
        read("number,key,text\n")


def test_a_language_without_words_for_sheets_is_refused(tmp_path: Path) -> None:
    """With the file to translate."""
    folder = tmp_path / "xx" / "shared"
    folder.mkdir(parents=True)
    (folder / "sheet.yaml").write_text("title: x\n")
    with pytest.raises(ScriptError, match="not complete: direction"):
        sheet._words("xx", tmp_path)
    (folder / "sheet.yaml").unlink()
    with pytest.raises(ScriptError, match=r"xx/shared/sheet\.yaml is missing"):
        sheet._words("xx", tmp_path)
