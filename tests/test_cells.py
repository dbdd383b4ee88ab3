"""A table is read as it was written, in any encoding and with any separator; what is in doubt is refused or told."""

from pathlib import Path

import pytest

from mettavox import cells
from mettavox.errors import RequestError

HEADING = {"code", "name", "script"}
ROWS = (("code", "name"), ("a1", "Zoë, 林; Şule"), ("a2", "two\nlines"))


def _rows(text: str) -> list[tuple[int, tuple[str, ...]]]:
    return [(row.number, row.cells) for row in cells.rows(text, HEADING.__contains__)]


def _text(tmp_path: Path, data: bytes) -> str:
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    return cells.text(path)[0]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-32"])
@pytest.mark.parametrize("separator", [",", ";", "\t"])
@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_what_spreadsheets_write_reads_back(tmp_path: Path, encoding: str, separator: str, end: str) -> None:
    """Excel, LibreOffice, Numbers and Sheets each have an encoding, a separator and an end of a line."""
    lines = (separator.join(f'"{cell}"' for cell in row) for row in ROWS)
    text = _text(tmp_path, (end.join(lines) + end).encode(encoding))
    assert _rows(text) == list(enumerate(ROWS, start=1))


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf_16_is_told_by_its_mark(tmp_path: Path, mark: str) -> None:
    """Either byte can come first; without a mark it is no text, and is refused."""
    assert _text(tmp_path, "\ufeffcode,Zoë".encode(mark)) == "code,Zoë"
    with pytest.raises(RequestError, match=r"is not plain text|is not text in UTF-8"):
        _text(tmp_path, "code,Zoë".encode(mark))


def test_western_is_a_last_resort_and_told(tmp_path: Path) -> None:
    """Old Excel wrote Windows-1252; it is read where every letter of it is one, and a person hears of it."""
    path = tmp_path / "x.csv"
    path.write_bytes("code,name\na1,José Müller\na2,ŠÁRKA\n".encode("cp1252"))
    text, note = cells.text(path)
    assert "José Müller" in text
    assert "ŠÁRKA" in text
    assert "read as Windows-1252" in note
    path.write_text("code,name\na1,José\n", "utf-8")
    assert cells.text(path)[1] == ""


@pytest.mark.parametrize(
    ("name", "encoding"),
    [
        ("Иван", "cp1251"), ("Нина", "koi8-r"), ("Ελένη", "cp1253"), ("José", "mac-roman"), ("Łukasz", "cp1250"),
        ("José", "cp850"), ("דוד", "cp1255"), ("山田", "shift-jis"), ("محمد", "cp1256"), ("O’Neill", "cp1252"),
    ],
)  # fmt: skip
def test_other_old_encodings_are_never_guessed(tmp_path: Path, name: str, encoding: str) -> None:
    """Read as Windows-1252 they would be other names."""
    with pytest.raises(RequestError, match="is not text in UTF-8 or UTF-16") as raised:
        _text(tmp_path, f"code,name\na1,{name}\n".encode(encoding))
    assert "CSV UTF-8" in raised.value.hint


@pytest.mark.parametrize("data", [b"PK\x03\x04\0\0", b"\xd0\xcf\x11\xe0\xa1", b"code\0", b"\xff\xfea"])
def test_what_is_no_text_is_refused(tmp_path: Path, data: bytes) -> None:
    """A workbook, for one, with how to save it."""
    with pytest.raises(RequestError, match=r"is not (plain )?text") as raised:
        _text(tmp_path, data)
    assert "CSV UTF-8" in raised.value.hint


def test_what_is_not_there_or_too_large_is_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A folder and no path at all, too."""
    for path in (tmp_path / "none.csv", tmp_path, Path("a\0b")):
        with pytest.raises(RequestError, match="cannot be read"):
            cells.text(path)
    monkeypatch.setattr(cells, "MOST_BYTES", 10)
    assert _text(tmp_path, b"0123456789") == "0123456789"
    with pytest.raises(RequestError, match="larger than"):
        _text(tmp_path, b"0123456789a")


@pytest.mark.parametrize("first", ["sep=;", '"sep=;"', "SEP=;", "sep=;;;"])
def test_excel_says_its_separator(first: str) -> None:
    """In a line that is no row."""
    assert _rows(f"{first}\r\ncode;a,b\r\n1;2\r\n") == [(1, ("code", "a,b")), (2, ("1", "2"))]


def test_another_separator_is_a_fault() -> None:
    """It would be read as one column."""
    assert [row.fault != "" for row in cells.rows("sep=|\ncode|name\n", HEADING.__contains__)] == [True]


def test_the_heading_tells_the_separator() -> None:
    """By its known names, whatever else is in the cells."""
    assert _rows("code;name, as said;script\n1,2;3;4\n")[1] == (2, ("1,2", "3", "4"))
    assert _rows("\n\ncode\tname;a;b;c\n")[-1] == (3, ("code", "name;a;b;c"))
    assert _rows("") == []


def test_blank_rows_count_and_are_blank() -> None:
    """As in a spreadsheet, where they have a number."""
    found = list(cells.rows("code,name\n\n , \na,b\n", HEADING.__contains__))
    assert [(row.number, row.blank) for row in found] == [(1, False), (2, True), (3, True), (4, False)]


@pytest.mark.parametrize(
    "bad", ['a2,"Ana\na3,Bo\n', 'a2,"Ana"x\na3,Bo\n', 'a2,"Ana\na3,"Bo"\n', f'a2,"{"x" * 200_000}"\na3,Bo\n']
)
def test_an_open_quotation_mark_swallows_no_rows(bad: str) -> None:
    """The row where it stands is told, and nothing after it is taken for a cell of it."""
    found = list(cells.rows(f"code,name\na1,Al\n{bad}", HEADING.__contains__))
    assert [row.number for row in found] == [1, 2, 3]
    assert found[-1].fault
    assert not found[-1].cells
