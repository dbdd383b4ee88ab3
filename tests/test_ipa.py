"""IPA: what is taken as sounds, what is refused, and how sounds stand in a line."""

import unicodedata

import pytest

from mettavox import ipa

GOOD = [
    "ʃɪˈvɔːn", "ˈsoʊtʃiːl", "ŋwiˈɛn", "ʒɑ̃ˈlyk", "ˈɲa.ɲu", "t͡ʃaˈβa", "ma˥˩", "n̩ˈɡo.zi", "ŋ̩", "kʼaˈǃana", "ˈkʰɤ̃ˑ",
    "ˌjoʊɡə ˈniːdɹə", "ˈbʌtn̩", "xaʊ-ˈxaʊ", "ɗaɓa", "øː", "ç̊i",
]  # fmt: skip
BAD = [
    ("", "no sounds"), ("ʃv", "no vowel"), ("ʃɪ7", "“7” in place 3"), ("SI'vO", "“S” in place 1"), ("ʃɪ<v>", "“<”"),
    ("ʃɪ\u200b", "U+200B"), ("ʃɪ⟧v", "“⟧”"), ("ʃɪ/v", "“/”"), ("a" * 121, "121 signs"), ("ʃɪ王", "“王” in place 3"),
    ("шива", "place 1"), ("ʃɪ\ue000", "U+E000"),
]  # fmt: skip


@pytest.mark.parametrize("sounds", GOOD)
@pytest.mark.parametrize("form", ["NFC", "NFD"])
def test_ipa_is_taken(sounds: str, form: str) -> None:
    """English, French, Vietnamese, Zulu: clicks, tones, ties, nasals, syllabic consonants, composed or not."""
    given = ipa.given(f"/{unicodedata.normalize(form, sounds)}/")  # type: ignore[arg-type]
    assert given is not None
    assert ipa.fault(given) == ""
    assert given == ipa.normal(given) == unicodedata.normalize("NFC", given)


@pytest.mark.parametrize(("sounds", "wrong"), BAD)
def test_what_is_no_ipa_is_told(sounds: str, wrong: str) -> None:
    """The sign and its place."""
    assert wrong in ipa.fault(ipa.normal(sounds))


def test_an_accented_letter_is_a_letter_with_a_mark() -> None:
    """“ñ” is n with a tilde, a nasal n, which the alphabet has."""
    assert ipa.fault("ñandu") == ""


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("ʃɪ'vɔ:n", "ʃɪˈvɔːn"),
        ("ʃɪ’vɔːn", "ʃɪˈvɔːn"),
        ("gεt", "ɡɛt"),
        ("  a  b ", "a b"),
        ("a|b", "ab"),
        ("a\u00a0b", "a b"),
    ],
)
def test_what_keyboards_make_is_understood(typed: str, meant: str) -> None:
    """Apostrophes, colons, a Greek epsilon, bars."""
    assert ipa.given(f"/{typed}/") == meant


@pytest.mark.parametrize("text", ["ho-SAY", "", "/", "/ho-SAY", "ho-SAY/", "a/b"])
def test_a_respelling_is_no_ipa(text: str) -> None:
    """Only what stands between two slashes."""
    assert ipa.given(text) is None


def test_sounds_stand_in_a_line_and_can_be_taken_out() -> None:
    """As written, as shown, as heard, and in pieces."""
    line = f"Hello, {ipa.marked('Siobhan', 'ʃɪˈvɔːn')}."
    assert ipa.plain(line) == "Hello, Siobhan."
    assert ipa.shown(line) == "Hello, /ʃɪˈvɔːn/."
    assert ipa.heard(line) == "Hello, ʃɪˈvɔːn."
    assert ipa.pieces(line) == ["Hello, ", ipa.Sounds(written="Siobhan", ipa="ʃɪˈvɔːn"), "."]
    assert ipa.plain("as it is") == ipa.shown("as it is") == ipa.heard("as it is") == "as it is"
