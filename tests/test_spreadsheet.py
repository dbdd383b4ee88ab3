"""A table reads back, whichever spreadsheet wrote it again."""

from pathlib import Path

import pytest

from mettavox import spreadsheet
from mettavox.errors import RequestError


@pytest.mark.parametrize("text", ["a,b\n 1 ,2\n", "\ufeffa;b\r\n1;2\r\n"])
def test_rows_have_names_and_numbers(tmp_path: Path, text: str) -> None:
    """The first is row 2, under the names of the columns."""
    path = tmp_path / "x.csv"
    path.write_bytes(text.encode())
    assert list(spreadsheet.rows(path, hint="")) == [(2, {"a": "1", "b": "2"})]


@pytest.mark.parametrize("data", [b"\xff\xfe\xff", b'a\n"' + b"x" * 140_000 + b'"\n'])
def test_what_is_no_table_is_refused(tmp_path: Path, data: bytes) -> None:
    """With what to do; a folder, too."""
    path = tmp_path / "x.csv"
    path.write_bytes(data)
    for each in (path, tmp_path, tmp_path / "nothing.csv"):
        with pytest.raises(RequestError, match="cannot be read as a table") as raised:
            list(spreadsheet.rows(each, hint="Look."))
        assert raised.value.hint == "Look."


@pytest.mark.parametrize(
    ("text", "number"), [("12", True), ("١٢", True), ("²", False), ("", False), ("9" * 5000, False)]
)
def test_a_number_of_a_line(text: str, number: bool) -> None:
    """Digits of any script, and no more of them than lines need."""
    assert spreadsheet.is_number(text) is number
