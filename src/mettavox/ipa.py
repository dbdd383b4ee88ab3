"""Sounds in the International Phonetic Alphabet, and where they stand inside a line."""

import re
import unicodedata
from dataclasses import dataclass

OPEN, MIDDLE, CLOSE = "⟦", "|", "⟧"
"""Inside a line, a word whose sounds are given stands as ⟦word|ipa⟧; no person can write these marks."""

_MARKED = re.compile(r"⟦([^⟦⟧|]*)\|([^⟦⟧|]*)⟧")

VOWELS = frozenset("iyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒɚɝᵻ")
CONSONANTS = frozenset("pbtdʈɖcɟkɡqɢʔmɱnɳɲŋɴʙrʀɾɽɸβfvθðszʃʒʂʐçʝxɣχʁħʕhɦɬɮʋɹɻjɰlɭʎʟɫwʍɥɕʑɺɧʤʧʦʣɓɗɠʄʛɴgʘǀǃǂǁ")
TONES = frozenset("˥˦˧˨˩↗↘↑↓¹²³⁴⁵")
_ALSO = frozenset("ˈˌːˑ.‿ ͜͡ʰʷʲˠˤⁿˡʼ˞-") | TONES
"""Stress, length, ties, syllable breaks, tones and the marks on letters."""

SYLLABIC = "\u0329"
_CEDILLA = "\u0327"
# What keyboards and word processors make of a sign; the bars of a phrase are nothing that a word can sound of.
_MEANT = str.maketrans({
    "'": "ˈ", "’": "ˈ", "‘": "ˈ", "′": "ˈ", "ʹ": "ˈ", ":": "ː", "꞉": "ː", "ε": "ɛ", "ꞵ": "β", "ꭓ": "χ", "g": "ɡ",
    "ᵊ": "ə", "ᶦ": "ɪ", "ᶷ": "ʊ", "|": "", "‖": "", "\u00a0": " ", "–": "-", "‑": "-", "‐": "-",
})  # fmt: skip

LONGEST = 120
TELLING = frozenset("ˈˌːʃʒɪʊʌɹɑɒ")
"""Signs that a respelling in plain letters has no use for: whoever writes one means IPA."""


@dataclass(frozen=True, kw_only=True)
class Sounds:
    """A word as it is written, and its sounds in IPA."""

    written: str
    ipa: str


def marked(written: str, ipa: str) -> str:
    """The word with its sounds, as it stands inside a line."""
    return f"{OPEN}{written}{MIDDLE}{ipa}{CLOSE}"


def plain(text: str) -> str:
    """A line as it is written: without any sounds."""
    return _MARKED.sub(r"\1", text) if OPEN in text else text


def shown(text: str) -> str:
    """A line as people read it who want to know how it sounds: given sounds stand between slashes."""
    return _MARKED.sub(r"/\2/", text) if OPEN in text else text


def heard(text: str) -> str:
    """A line with the letters of given sounds in the place of their words, as a respelling would stand there."""
    return _MARKED.sub(lambda match: "".join(filter(str.isalpha, match[2])), text) if OPEN in text else text


def pieces(text: str) -> list[str | Sounds]:
    """The parts of a line in their order: running text, and words whose sounds are given. Empty texts are left out."""
    parts: list[str | Sounds] = []
    at = 0
    for match in _MARKED.finditer(text):
        parts.append(text[at : match.start()])
        parts.append(Sounds(written=match[1], ipa=match[2]))
        at = match.end()
    return [part for part in [*parts, text[at:]] if part]


def given(text: str) -> str | None:
    """The sounds between the slashes of ``/ʃɪˈvɔːn/``, or None for a respelling in plain letters."""
    stripped = text.strip()
    inside = len(stripped) > 1 and stripped[0] == stripped[-1] == "/"
    return normal(stripped[1:-1]) if inside else None


def normal(ipa: str) -> str:
    """IPA in one way of writing: composed (NFC), single spaces, and the signs that were meant."""
    return " ".join(unicodedata.normalize("NFC", unicodedata.normalize("NFC", ipa).translate(_MEANT)).split())


def parts(ipa: str) -> list[str]:
    """The signs of a word, with the marks on letters each a sign of its own; “ç” stays one."""
    return list(unicodedata.normalize("NFD", ipa).replace("c" + _CEDILLA, "ç"))


def fault(ipa: str) -> str:
    """What keeps a text from being IPA, in words that fit after “it”; or nothing."""
    if not ipa:
        return "has no sounds in it"
    if len(ipa) > LONGEST:
        return f"has {len(ipa)} signs, and {LONGEST} is the most"
    for place, sign in enumerate(unicodedata.normalize("NFC", ipa), start=1):
        if not all(_is_sign(part) for part in parts(sign)):
            visible = sign if sign.isprintable() and not unicodedata.combining(sign) else f"U+{ord(sign):04X}"
            return f"has “{visible}” in place {place}, which is no sign of the phonetic alphabet"
    if not any(sign in VOWELS or sign == SYLLABIC for sign in parts(ipa)):
        return "has no vowel"
    return ""


def _is_sign(part: str) -> bool:
    combining = "\u0300" <= part <= "\u036f"
    return part in VOWELS or part in CONSONANTS or part in _ALSO or combining
