"""Sounds in the International Phonetic Alphabet, and where they stand inside a line."""

import re
import unicodedata
from dataclasses import dataclass

OPEN, MIDDLE, CLOSE = "⟦", "|", "⟧"
"""Inside a line, a word whose sounds are given stands as ⟦word|ipa⟧; no person can write these marks."""

_MARKED = re.compile(r"⟦([^⟦⟧|]*)\|([^⟦⟧|]*)⟧")

VOWELS = frozenset("iyɨʉɯuɪʏʊeøɘɵɤoəɛœɜɞʌɔæɐaɶɑɒɚɝᵻ")
CONSONANTS = frozenset("pbtdʈɖcɟkɡqɢʔmɱnɳɲŋɴʙrʀɾɽɸβfvθðszʃʒʂʐçʝxɣχʁħʕhɦɬɮʋɹɻjɰlɭʎʟɫwʍɥɕʑɺɧʤʧʦʣg")
_ALSO = frozenset("ˈˌːˑ.‿ ͜͡ʰʷʲˠˤ̩̯̥̬̪̤̰̝̞̟̠̹̜̃̊̍̆˞|-")
"""Stress, length, ties, syllable breaks and the marks on letters."""

LONGEST = 120


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
    return unicodedata.normalize("NFC", stripped[1:-1].strip()).replace("'", "ˈ") if inside else None


def fault(ipa: str) -> str:
    """What keeps a text from being IPA, in words that fit after “it”; or nothing."""
    if not ipa:
        return "has no sounds in it"
    if len(ipa) > LONGEST:
        return f"has {len(ipa)} signs, and {LONGEST} is the most"
    for place, sign in enumerate(unicodedata.normalize("NFD", ipa), start=1):
        if sign not in VOWELS | CONSONANTS | _ALSO and unicodedata.combining(sign) == 0:
            shown = sign if sign.isprintable() else f"U+{ord(sign):04X}"
            return f"has “{shown}” in place {place}, which is no sign of the phonetic alphabet"
    if not any(sign in VOWELS for sign in ipa):
        return "has no vowel"
    return ""
