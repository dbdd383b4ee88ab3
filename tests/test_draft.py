"""Draft: a table that is still written is judged as a roster is, as often as it changes, and names no file."""

import json
from pathlib import Path

import pytest

from mettavox import draft, roster
from mettavox.draft import Draft, Looked
from mettavox.errors import RequestError

ROSTER = "code,script,minutes,voice,name\np-1,grounding,3,hum,Ana\np-2,groundin,3,hum,\np-3,grounding,900,hum,Bea\n"


def drafted(text: str = ROSTER) -> Draft:
    return Draft(roster.table(text.encode()))


def wrong(looked: Looked) -> list[tuple[int, str]]:
    return [(problem.row, problem.column) for problem in looked.problems]


def test_what_is_wrong_is_what_a_roster_from_a_file_has(tmp_path: Path) -> None:
    path = tmp_path / "roster.csv"
    path.write_text(ROSTER, "utf-8")
    looked = drafted().look()
    assert looked.problems == roster.read(path).problems
    assert wrong(looked) == [(3, "script"), (4, "minutes")]
    assert looked.roster.rows == roster.read(path).rows
    assert looked.bad == {3, 4}
    assert {key: said.written for key, said in looked.said.items()} == {(2, "name"): "Ana"}


def test_a_cell_that_changes_is_judged_with_those_that_depend_on_it() -> None:
    table = drafted()
    table.look()
    assert table.put(3, 1, "grounding") and not table.put(3, 1, "grounding")
    assert not table.put(99, 0, "x") and not table.put(3, 99, "x")
    assert wrong(table.look()) == [(4, "minutes")]
    table.put(4, 0, "P-1")
    assert wrong(table.look()) == [(2, "code"), (4, "code")]
    table.put(4, 0, "p-3")
    table.put(4, 2, "5")
    assert wrong(table.look()) == wrong(table.look(anew=True)) == []
    table.put(4, 0, "report")
    assert wrong(table.look()) == [(4, "code")]


def test_rows_and_columns_come_and_go() -> None:
    table = drafted()
    assert table.add_row() == 5
    assert wrong(table.look()) == [(3, "script"), (4, "minutes")]  # an empty row is none
    table.remove_row(3)
    table.remove_row(77)
    assert table.add_row() == 6
    table.remove_row(6)
    assert table.add_row() == 7  # a page that still shows row 6 does not write into another
    with pytest.raises(RequestError):
        table.add_column("name")
    table.add_column("tone")
    assert table.fill("tone", "warm") == 4
    table.name_column(2, "")
    assert table.names == ["code", "script", "voice", "name", "tone"]
    for number in list(table.rows):
        table.remove_row(number)
    assert list(table.rows.values()) == [[""] * 5]


def test_what_is_kept_is_found_again() -> None:
    """Also what was left out of it while it was read, and its language."""
    table = Draft(roster.table(f'{ROSTER}p-2,"grounding\n'.encode()), "es")
    table.put(2, 4, "José")
    again = draft.found(json.loads(json.dumps(draft.kept(table))))
    assert (again.headings, again.rows) == (table.headings, table.rows)
    assert again.left_out == table.left_out != ()
    assert (again.language, again.note) == (table.language, table.note)
    assert [row.values["lang"] for row in again.look().roster.rows] == ["es"]


def test_a_table_has_every_cell_of_its_roster() -> None:
    found = roster.table('sep=;\nCode;Script;;Wishes\np-1;sleep;x;"a|b"\n\np-2;"sl\n'.encode("utf-16"))
    assert found.headings == ("Code", "Script", "C", "Wishes")
    assert found.rows == ((2, ("p-1", "sleep", "x", "a|b")),)
    assert [problem.row for problem in found.problems] == [4]
    lines = (
        '{"code": "p-1", "wishes": ["a", "b"], "gentle": true, "minutes": 3, "name": {"a": 1}, "name": "\\ud800"}\n7\n'
    )
    found = roster.table(lines.encode())
    assert found.headings == ("code", "wishes", "gentle", "minutes", "name")
    assert found.rows == ((1, ("p-1", "a|b", "yes", "3", "?")),)
    assert [problem.row for problem in found.problems] == [1, 2]
    assert roster.table(b"code,script\np-1,sleep,,\n").headings == ("code", "script")
