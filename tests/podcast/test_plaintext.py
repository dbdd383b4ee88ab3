"""Plain text: XML can hold it, and what is cut is cut between letters as people see them."""

from xml.etree import ElementTree

import pytest

from mettavox.podcast import plaintext


def test_what_is_legal_is_what_xml_can_hold() -> None:
    """Each character by itself; the rest of a text stays."""
    for code in [*range(0x2000), *range(0xD7F0, 0xE010), *range(0xFFF0, 0x10010), 0x10FFFF]:
        text = plaintext.legal(f"a{chr(code)}b")
        assert ElementTree.fromstring(f"<a>{text}</a>".replace("a&b", "ab").replace("a<b", "ab")).text
        assert text in (f"a{chr(code)}b", "ab")
    assert plaintext.legal("שלום 🧘🏽‍♀️ <&]]>\n\t") == "שלום 🧘🏽‍♀️ <&]]>\n\t"
    assert plaintext.legal("\x00\x08\x1f\x7f\x9f\ud800\ufffe\uffff") == ""


def test_one_line_has_no_outer_blanks() -> None:
    """Nor two in a row, whatever was between."""
    assert plaintext.one_line("  a\r\n\x00 b\t\u2028c \x01") == "a b c"


@pytest.mark.parametrize("letter", ["a", "é", "e\u0301", "字", "🧘", "🧘🏽‍♀️", "🇪🇸", "कि"])
@pytest.mark.parametrize("most", [4000, 3999, 3998, 101, 40])
def test_a_cut_never_tears_a_letter(letter: str, most: int) -> None:
    """As many bytes as there may be, or a letter's fewer; and the sign that something was cut."""
    text = letter * 5000
    cut = plaintext.cut_bytes(text, most)
    assert most - plaintext.size(letter) - 3 <= plaintext.size(cut) <= most
    assert cut.endswith("…")
    assert cut.removesuffix("…").replace(letter, "") == ""


@pytest.mark.parametrize("letter", ["a", "e\u0301", "🧘🏽‍♀️", "🇪🇸"])
def test_letters_are_counted(letter: str) -> None:
    """For values of at most 255 characters."""
    cut = plaintext.cut(letter * 300, 255)
    assert 255 - len(letter) <= len(cut) <= 255
    assert cut.removesuffix("…").replace(letter, "") == ""


def test_what_fits_stays() -> None:
    """To the byte; and where there is no room for a sign, nothing does."""
    assert plaintext.cut_bytes("é" * 2000, 4000) == "é" * 2000
    assert plaintext.cut("é" * 255, 255) == "é" * 255
    assert plaintext.cut_bytes("abcd", 2) == ""
    assert plaintext.cut_bytes("", 0) == ""
