"""A roster is read whole: every bad row is told by row and column, and no message repeats what is personal."""

import csv
import io
import json
import pickle
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from mettavox import ask, prepare, roster
from mettavox.errors import RequestError
from mettavox.roster import Roster

Reading = Callable[..., Roster]


@pytest.fixture
def table(tmp_path: Path) -> Reading:
    """``table(heading, *rows)``: a roster with those lines, read."""

    def read(*lines: str, encoding: str = "utf-8", ending: str = ".csv", scripts: Path | None = None) -> Roster:
        path = tmp_path / f"people{ending}"
        path.write_bytes("\n".join(lines).encode(encoding))
        return roster.read(path, scripts=scripts)

    return read


def _where(found: Roster) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in found.problems]


def _said(found: Roster) -> str:
    return "\n".join(f"{problem.message} {problem.hint} {problem.column}" for problem in found.problems)


# --- good ones ---


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
def test_a_roster_of_any_spreadsheet_is_the_same(table: Reading, encoding: str, separator: str) -> None:
    """Its encoding and its separators change nothing."""
    lines = (
        ["Code", "Script", "Minutes", "Name", "Target say", "TARGET", "bed_under", "wishes", "include", "", ""],
        [],
        ["a1", "loving-kindness", " 12 ", "Zoë", "SAHM", "Sam", "20", "be well|be safe", "difficult", "", ""],
        ["", "", "", "", "", "", "", "", "", "", ""],
        ["a_2", "sleep", "", "José", "", "", "", "", "", "", ""],
    )
    found = table(*(separator.join(cells) for cells in lines), encoding=encoding)
    assert found.problems == ()
    assert [(row.number, row.code) for row in found.rows] == [(3, "a1"), (5, "a_2")]
    assert found.rows[0].values == {
        "script": "loving-kindness", "minutes": "12", "name": "Zoë", "target": "Sam", "target-say": "SAHM",
        "bed-under": "20", "wishes": ("be well", "be safe"), "include": ("difficult",),
    }  # fmt: skip
    assert found.rows[1].values == {"script": "sleep", "name": "José"}


def test_good_rows_can_be_made(table: Reading) -> None:
    """Their values are what ``ask`` and ``prepare`` take, travel to a worker, and do not show names by accident."""
    (row,) = table("code,script,name,minutes", "a,sleep,Marisol,10").rows
    again = pickle.loads(pickle.dumps(row))
    assert again == row
    assert prepare.prepare(ask.request(again.values)).seconds == 600
    assert "Marisol" not in repr(row)


def test_an_empty_cell_chooses_nothing(table: Reading) -> None:
    """A script's own defaults hold there, as for someone who typed nothing."""
    (row,) = table("code,script," + ",".join(c for c in roster.COLUMNS if c not in roster.NEEDED), "a,sleep").rows
    assert ask.request(row.values) == ask.request({"script": "sleep"})


def test_every_option_has_a_column() -> None:
    """But the folder of scripts, which is one for all."""
    assert set(roster.COLUMNS) == {"code", *ask.STANDARD} - {"scripts"}
    assert set(ask.STANDARD) >= roster.PERSONAL


def test_line_breaks_and_separators_within_quotation_marks(table: Reading) -> None:
    """Rows are counted as a spreadsheet counts them, whatever number of lines they take."""
    found = table(
        "code,script,minutes,wishes,name",
        'a,loving-kindness,10,"be well\nbe safe",Ana',
        "b,loving-kindness,10,,Ana",
        'c,loving-kindness,10,"be well, and safe",Ana',
        'd,loving-kindness,10,,"Ana\nBo"',
        "e,loving-kindness,10,,Ana",
    )
    assert found.rows[0].values["wishes"] == ("be well", "be safe")
    assert (5, "name") in _where(found)
    assert [row.number for row in found.rows][-1] == 6


def test_excels_own_first_line_and_decimal_commas(table: Reading) -> None:
    """A spreadsheet in German writes both."""
    found = table("sep=;", "code;script;minutes;bed-under", "a;sleep;8,5;20,5", "b;sleep;1,000;20")
    assert [(row.number, row.values["minutes"], row.values["bed-under"]) for row in found.rows] == [(2, "8.5", "20.5")]
    assert _where(found) == [(3, "minutes")]


def test_an_old_encoding_is_told(table: Reading) -> None:
    """It is read, and a note says so."""
    found = table("code,script,name", "a,sleep,José", encoding="cp1252")
    assert found.rows[0].values["name"] == "José"
    assert "Windows-1252" in found.notes[0]
    assert table("code,script,name", "a,sleep,José").notes == ()


def test_paths_are_looked_for_beside_the_roster(
    table: Reading, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """From wherever it is read; a folder of scripts comes with each row."""
    own = "---\ntitle: Own\nlanguage: en\nminutes: {shortest: 0.1, typical: 1, longest: 60}\nslots: [wishes]\n---\n"
    (tmp_path / "own.md").write_text(
        own + "# One {keep}\n! You can stop at any time.\n" + "Rest here.\n(5s to 20s)\n" * 5, "utf-8"
    )
    (tmp_path / "ours.txt").write_text("be well\n", "utf-8")
    (tmp_path / "rain.wav").write_bytes(b"")
    (tmp_path / "scripts").mkdir()
    monkeypatch.chdir("/")
    found = table("code,script,wishes,bed", "a,own.md,ours.txt,rain.wav", scripts=tmp_path / "scripts")
    assert found.problems == ()
    assert found.rows[0].values == {
        "script": str(tmp_path / "own.md"), "wishes": (str(tmp_path / "ours.txt"),),
        "bed": str(tmp_path / "rain.wav"), "scripts": str(tmp_path / "scripts"),
    }  # fmt: skip


NAMES = {
    "Latin": "Zoë Łucja Ñuñez", "Cyrillic": "Наталья", "Greek": "Ελένη", "Arabic": "محمد", "Hebrew": "דוד",
    "Devanagari": "अनन्या", "Bengali": "অনন্যা", "Tamil": "தமிழ்", "Thai": "สมชาย", "Han": "林美玲",
    "Hangul": "김민준", "Kana": "さくら", "Georgian": "ნინო", "Ethiopic": "ሰላም", "Persian": "نازنین\u200cزهرا",
}  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8-sig", "utf-16"])
def test_names_in_every_writing_system(table: Reading, encoding: str) -> None:
    """With how they are said they are read to the letter; without it, those that the voice cannot read are told."""
    lines = [f"{code},sleep,{name},AH-na" for code, name in NAMES.items()]
    lines += [f"{code}-2,sleep,{name}," for code, name in NAMES.items()]
    found = table("code,script,name,say", *lines, encoding=encoding)
    assert [row.values["name"] for row in found.rows] == [*NAMES.values(), NAMES["Latin"]]
    assert _where(found) == [(number, "name") for number in range(len(NAMES) + 3, 2 * len(NAMES) + 2)]
    assert not any(name in _said(found) for name in NAMES.values())


def test_combining_marks_are_letters(table: Reading) -> None:
    """Composed or not, it is the same name; a mark that composes with nothing can still be spoken."""
    rows = table("code,script,name", "a,sleep,Jose\u0301", "b,sleep,José", "c,sleep,M\u0304aya").rows
    first, second, _ = (ask.request(row.values).listener.name for row in rows)
    assert first == second


# --- bad ones ---

BAD = {
    "no code": ({"code": ""}, "code"),
    "a code with a space": ({"code": "a b"}, "code"),
    "a code that is a path": ({"code": "../x"}, "code"),
    "a code of other letters": ({"code": "käthe"}, "code"),
    "a code too long": ({"code": "x" * 41}, "code"),
    "a code like an option": ({"code": "-o"}, "code"),
    "a code that Windows keeps": ({"code": "cOm7"}, "code"),
    "a formula for a code": ({"code": "=A1"}, "code"),
    "no script": ({"script": ""}, "script"),
    "no such script": ({"script": "sleeep"}, "script"),
    "a script outside": ({"script": "../../etc/passwd"}, "script"),
    "a file that is not there": ({"script": "nothing.md"}, "script"),
    "no number": ({"minutes": "ten"}, "minutes"),
    "no time": ({"minutes": "0"}, "minutes"),
    "too long for the script": ({"minutes": "300"}, "minutes"),
    "too short for the script": ({"minutes": "0.2"}, "minutes"),
    "two lengths": ({"duration": "10m"}, "minutes"),
    "no length": ({"minutes": "", "duration": "soon"}, "duration"),
    "a formula for a name": ({"name": '=HYPERLINK("http://x.example","Ana")'}, "name"),
    "plus": ({"name": "+Ana"}, "name"),
    "at": ({"target": "@SUM(A1)"}, "target"),
    "an emoji": ({"name": "Anamaria 😀"}, "name"),
    "a name that turns the text": ({"name": "Ana\u202eaira"}, "name"),
    "markup": ({"target": "{{ name }}"}, "target"),
    "a name too long": ({"name": "Anamaria" * 20}, "name"),
    "a respelling of nothing": ({"say": "AH-na"}, "name"),
    "a respelling that cannot be": ({"name": "Annika", "say": "A*NN*A"}, "say"),
    "IPA that cannot be": ({"target": "Annika", "target-say": "/qqq9/"}, "target-say"),
    "no relation": ({"relation": "freind"}, "relation"),
    "no pronouns": ({"pronouns": "hers"}, "pronouns"),
    "no yes": ({"gentle": "perhaps"}, "gentle"),
    "no bells": ({"bells": "loud"}, "bells"),
    "no day": ({"day": "8"}, "day"),
    "no bed": ({"bed": "river"}, "bed"),
    "no file for a bed": ({"bed": "/none/river.wav"}, "bed"),
    "a bed too loud": ({"bed-under": "1"}, "bed-under"),
    "no profile": ({"profile": "radio"}, "profile"),
    "no voice": ({"voice": "nobody"}, "voice"),
    "no fill": ({"fill": "nobody"}, "fill"),
    "no language": ({"lang": "xx"}, "lang"),
    "no tone": ({"tone": "loud"}, "tone"),
    "no format": ({"format": "wma"}, "format"),
    "a digit in a wish": ({"wishes": "be at peace in 2030"}, "wishes"),
    "a file of wishes": ({"wishes": "anamaria.txt"}, "wishes"),
    "an intention too long": ({"intention": "to rest " * 10}, "intention"),
    "an intention in other letters": ({"intention": "покой и мир"}, "intention"),
    "an edit without a line": ({"edit": "Go home, Annika"}, "edit"),
    "an edit of no line": ({"edit": "1=Go home, Annika"}, "edit"),
    "no part": ({"include": "stretching"}, "include"),
    "no place": ({"breath": "soft"}, "breath"),
    "bells for sleep": ({"bells": "yes", "closing": "sleep"}, "bells"),
    "a duck without a bed": ({"bed": "none", "duck": "yes"}, "duck"),
    "a name for all": ({"relation": "all", "target": "Annika"}, "relation"),
    "a difficult one and gentle": ({"relation": "difficult", "gentle": "yes"}, "gentle"),
    "too short for a difficult one": ({"relation": "difficult", "minutes": "5"}, "minutes"),
    "far too long": ({"voice": "x" * 1001}, "voice"),
}
"""A good row, changed; and the column that is to blame."""

GOOD = {"code": "c", "script": "loving-kindness", "minutes": "10"}


def _csv(rows: list[dict[str, str]]) -> str:
    file = io.StringIO()
    writer = csv.DictWriter(file, roster.COLUMNS, lineterminator="\n")
    writer.writeheader()
    writer.writerows(rows)
    return file.getvalue()


def test_every_bad_row_is_told_by_row_and_column(table: Reading) -> None:
    """All at once, in their order, and the good ones among them are good."""
    rows = []
    for number, (change, _) in enumerate(BAD.values()):
        rows += [GOOD | {"code": f"c{number}"} | change, GOOD | {"code": f"good-{number}"}]
    found = table(_csv(rows))
    assert _where(found) == [(2 + 2 * number, column) for number, (_, column) in enumerate(BAD.values())]
    assert [row.number for row in found.rows] == [3 + 2 * number for number in range(len(BAD))]
    assert all(problem.message.endswith(".") for problem in found.problems)


@pytest.mark.parametrize("what", BAD)
def test_no_message_repeats_what_is_personal(table: Reading, what: str) -> None:
    """Not in JSON lines either, where the same is bad for the same reason."""
    change, column = BAD[what]
    for found in (
        table(_csv([GOOD | change])),
        table(json.dumps({key: value for key, value in (GOOD | change).items() if value}), ending=".jsonl"),
    ):
        assert [problem.column for problem in found.problems] == [column]
        personal = [value for option, value in change.items() if option in roster.PERSONAL]
        assert not any(value in _said(found) for value in personal)


def test_several_problems_of_a_row_are_told_together(table: Reading) -> None:
    """So that one look is enough."""
    found = table("code,script,minutes,name,relation,tone", "a b,sleeep,ten,A😀,freind,loud")
    assert _where(found) == [(2, c) for c in ("code", "script", "name", "relation", "minutes", "tone")]


def test_codes_alike_but_for_capitals(table: Reading) -> None:
    """Neither is made: they would be one file on many disks. Each names the other's row."""
    found = table("code,script", "anna,sleep", "b,sleep", "ANNA,sleep", "c,sleep", "c,sleep")
    assert [row.code for row in found.rows] == ["b"]
    assert _where(found) == [(2, "code"), (4, "code"), (5, "code"), (6, "code")]
    first, second, third, _ = (problem.message for problem in found.problems)
    assert "row 4, but for capitals" in first
    assert "row 2, but for capitals" in second
    assert third == "The code is also that of row 6."
    assert "anna" not in _said(found).lower()


def test_a_code_of_many_rows_names_some(table: Reading) -> None:
    """A column of one word is no wall of numbers."""
    found = table("code,script", *["x,sleep"] * 50)
    assert found.problems[0].message == "The code is also that of rows 3, 4, 5 and 46 more."


def test_the_heading_is_checked(table: Reading) -> None:
    """Unknown and doubled columns are told with the nearest known; no row is good, but all of them are checked."""
    found = table("code,script,nmae,Minutes,minutes,scripts,tone", "a,sleep,Ana,10,10,x,loud")
    assert found.rows == ()
    assert sorted(_where(found)) == [(1, "minutes"), (1, "nmae"), (1, "scripts"), (2, "tone")]
    assert "Did you mean “name”?" in _said(found)


@pytest.mark.parametrize("lacking", roster.NEEDED)
def test_needed_columns(table: Reading, lacking: str) -> None:
    """A code and a script."""
    (other,) = set(roster.NEEDED) - {lacking}
    found = table(f"{other},name", "sleep,Ana")
    assert (1, lacking) in _where(found)
    assert found.rows == ()


@pytest.mark.parametrize("text", ["", "\n\n", "Ana,Bo\nx,y\n", "sep=|\ncode|script\na|sleep\n"])
def test_without_a_heading_nothing_can_be_read(table: Reading, text: str) -> None:
    """And what stands there is not repeated: it may be names."""
    with pytest.raises(RequestError, match="There is no heading") as raised:
        table(text)
    assert "Ana" not in raised.value.message + raised.value.hint


def test_a_roster_without_rows_is_a_problem_of_the_file(table: Reading) -> None:
    """Row 0."""
    assert _where(table("code,script")) == [(0, "")]
    assert _where(table("", ending=".jsonl")) == [(0, "")]


def test_cells_without_a_heading(table: Reading) -> None:
    """A comma too many moves every cell: such a row is refused whole, by the spreadsheet's name for the column."""
    found = table("code,script,,name", "a,sleep,,Ana", "b,sleep,,Ana,Bo", "c,sleep,Ana,", "d,sleep,,,,,")
    assert _where(found) == [(3, "E"), (4, "C")]
    assert [row.code for row in found.rows] == ["a", "d"]
    assert "Ana" not in _said(found)


def test_an_open_quotation_mark(table: Reading) -> None:
    """What came before it is good."""
    found = table("code,script,name", "a,sleep,Ana", 'b,sleep,"Anamaria', "c,sleep,Bo")
    assert _where(found) == [(3, "")]
    assert [row.code for row in found.rows] == ["a"]


def test_what_a_terminal_would_obey_is_not_told(table: Reading) -> None:
    """Whatever stands in a roster, a message is plain text."""
    found = table("code,script,\x1b[31mred", "a,\x1b[31msleep\x07,")
    assert all(map(str.isprintable, _said(found).split("\n")))


def test_too_many_rows(table: Reading, monkeypatch: pytest.MonkeyPatch) -> None:
    """Blank ones do not count."""
    monkeypatch.setattr(roster, "MOST_ROWS", 2)
    assert len(table("code,script", "a,sleep", "", "b,sleep", "").rows) == 2
    with pytest.raises(RequestError, match="more than 2 rows"):
        table("code,script", "a,sleep", "b,sleep", "c,sleep")


def test_a_folder_of_scripts_that_is_none(table: Reading, tmp_path: Path) -> None:
    """Is told before anything else."""
    with pytest.raises(RequestError, match="is not a folder"):
        table("code,script", scripts=tmp_path / "none")


# --- JSON lines ---


def test_json_lines(table: Reading) -> None:
    """Numbers, yes and no, lists and nothing have their own kinds; the number of a row is that of its line."""
    found = table(
        json.dumps({"code": "a", "script": "loving-kindness", "minutes": 12.0, "wishes": ["be well"], "gentle": True}),
        "",
        json.dumps(
            {"Code": "b", "SCRIPT": "sleep", "minutes": 8.5, "name": " José\u2028", "say": None, "bells": False}
        ),
        ending=".jsonl",
        encoding="utf-8-sig",
    )
    assert found.problems == ()
    assert [(row.number, row.code) for row in found.rows] == [(1, "a"), (3, "b")]
    assert found.rows[0].values == {
        "script": "loving-kindness", "minutes": "12", "wishes": ("be well",), "gentle": "yes"
    }  # fmt: skip
    assert found.rows[1].values == {"script": "sleep", "minutes": "8.5", "name": "José", "bells": "no"}


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("code", 7), ("code", ["a"]), ("script", ["sleep"]), ("script", {}), ("name", True), ("name", ["Anamaria"]),
        ("name", {"Anamaria": 1}), ("name", 5), ("minutes", True), ("minutes", [10]), ("minutes", "ten"),
        ("relation", False), ("gentle", 2), ("gentle", ["yes"]), ("wishes", 5), ("wishes", [5]), ("wishes", {"a": "b"}),
        ("wishes", [["be well"]]), ("edit", True), ("include", ["difficult", None]), ("day", 1.5), ("day", True),
        ("name", "Anamaria\ud800"), ("voice", 10**30), ("minutes", 1e300), ("minutes", -1), ("scripts", "/tmp"),
        ("nmae", "Anamaria"), ("naïve\x1b", 1),
    ],
)  # fmt: skip
def test_json_lines_with_wrong_kinds(table: Reading, field: str, value: Any) -> None:
    """Each is told by its line and field, and nothing is guessed."""
    row = GOOD | {field: value}
    found = table(json.dumps(GOOD | {"code": "good"}), json.dumps(row), ending=".json")
    assert _where(found) == [(2, field.replace("\x1b", "?"))]
    assert [row.code for row in found.rows] == ["good"]
    assert "Anamaria" not in _said(found)


@pytest.mark.parametrize(
    "line",
    [
        "{", "[1]x", "null", '"code"', "5", "code,script", '{"code": NaN}', "[" * 100_000, '{"minutes": ' + "9" * 5000,
        '{"code": "a"} {"code": "b"}',
    ],
)  # fmt: skip
def test_lines_that_are_no_objects(table: Reading, line: str) -> None:
    """The others are read."""
    found = table(json.dumps(GOOD), line, ending=".jsonl")
    assert _where(found) == [(2, "")]
    assert len(found.rows) == 1


def test_a_field_that_comes_twice(table: Reading) -> None:
    """Is told once; which of the two was meant cannot be known."""
    found = table('{"code": "a", "script": "sleep", "name": "Ana", "Name": "Bo"}', ending=".jsonl")
    assert _where(found) == [(1, "name")]


def test_one_list_is_no_json_lines(table: Reading) -> None:
    """With what to do."""
    with pytest.raises(RequestError, match="one list") as raised:
        table(f"[\n{json.dumps(GOOD)}\n]", ending=".json")
    assert "an object a line" in raised.value.hint


# --- a large one ---


def test_ten_thousand_rows_of_which_three_hundred_are_bad(table: Reading) -> None:
    """Every one of them is found, in the column where it is bad, and every other row is good."""
    scripts = ("loving-kindness", "sleep", "grounding", "validation")
    kinds = list(BAD.values())
    names = list(NAMES.values())
    rows, bad = [], []
    for place in range(10_000):
        row = {
            "code": f"p-{place:05}", "script": scripts[place % 4], "minutes": str(8 + place % 3), "tone": "warm",
            "name": names[place % len(names)], "say": f"AH-n{chr(97 + place % 26)}",
        }  # fmt: skip
        if place % 33 == 7 and len(bad) < 300:
            change, column = kinds[len(bad) % len(kinds)]
            row = GOOD | {"code": row["code"]} | change
            bad.append((place + 2, column))
        rows.append(row)
    found = table(_csv(rows), encoding="utf-16")
    assert len(bad) == 300
    assert _where(found) == bad
    assert len(found.rows) == 9_700
    assert not any(name in _said(found) for name in names)
