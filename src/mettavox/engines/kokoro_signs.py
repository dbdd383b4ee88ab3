"""The signs that Kokoro v1.0 knows, with their numbers, and how eSpeak's are written in them.

The table is the vocabulary of hexgrad's Kokoro-82M, and the rewriting that of its reader, misaki; both under
the Apache License 2.0.
"""

import re

from mettavox.ipa import VOWELS

_TABLE = """\
; 1 : 2 , 3 . 4 ! 5 ? 6 — 9 … 10 " 11 ( 12 ) 13 “ 14 ” 15 \u0303 17 ʣ 18 ʥ 19 ʦ 20 ʨ 21 ᵝ 22 \uab67 23 A 24 I 25
O 31 Q 33 S 35 T 36 W 39 Y 41 ᵊ 42 a 43 b 44 c 45 d 46 e 47 f 48 h 50 i 51 j 52 k 53 l 54 m 55 n 56 o 57 p 58 q 59
r 60 s 61 t 62 u 63 v 64 w 65 x 66 y 67 z 68 ɑ 69 ɐ 70 ɒ 71 æ 72 β 75 ɔ 76 ɕ 77 ç 78 ɖ 80 ð 81 ʤ 82 ə 83 ɚ 85 ɛ 86
ɜ 87 ɟ 90 ɡ 92 ɥ 99 ɨ 101 ɪ 102 ʝ 103 ɯ 110 ɰ 111 ŋ 112 ɳ 113 ɲ 114 ɴ 115 ø 116 ɸ 118 θ 119 œ 120 ɹ 123 ɾ 125 ɻ 126
ʁ 128 ɽ 129 ʂ 130 ʃ 131 ʈ 132 ʧ 133 ʊ 135 ʋ 136 ʌ 138 ɣ 139 ɤ 140 χ 142 ʎ 143 ʒ 147 ʔ 148 ˈ 156 ˌ 157 ː 158 ʰ 162
ʲ 164 ↓ 169 → 171 ↗ 172 ↘ 173 ᵻ 177"""
_PAIRS = _TABLE.split()

NUMBERS: dict[str, int] = dict(zip(_PAIRS[::2], map(int, _PAIRS[1::2]), strict=True)) | {" ": 16}
"""The number of each sign; 0 stands before and after them."""

_EVERYWHERE = (("aɪ", "I"), ("aʊ", "W"), ("eɪ", "A"), ("oʊ", "O"), ("əʊ", "Q"), ("ɔɪ", "Y"), ("tʃ", "ʧ"), ("dʒ", "ʤ"))
_ENGLISH = (("ʔˌn\u0329", "ʔn"), ("ʔn\u0329", "ʔn"), ("ʲ", ""), ("r", "ɹ"), ("x", "k"), ("ç", "k"),
            ("ɐ", "ə"), ("ɬ", "l"), ("\u0303", ""))  # fmt: skip
_AMERICAN = (("ɚ", "əɹ"), ("ɜːɹ", "ɜɹ"), ("ɜː", "ɜɹ"), ("ɪə", "iə"), ("ː", ""), ("o", "ɔ"), ("ɾ", "T"), ("ʔ", "t"))
_BRITISH = (("eə", "ɛː"), ("iə", "ɪə"), ("ɚ", "ə"))
_ELSEWHERE = (("ts", "ʦ"), ("dz", "ʣ"))
_SYLLABIC = re.compile(r"(\S)\u0329")
_DARK_END = re.compile(rf"əl(?![ˈˌ]?[{''.join(sorted(VOWELS))}])")


def written(said: str, language: str) -> str:
    """What eSpeak says in ``language``, decomposed IPA, as Kokoro learnt to read it; signs it lacks are left out."""
    said = said.replace("c\u0327", "ç")
    if language.startswith("en"):
        said = _DARK_END.sub("ᵊl", said)
    for sign, own in _EVERYWHERE + _table(language):
        said = said.replace(sign, own)
    said = _SYLLABIC.sub(r"ᵊ\1", said)
    return "".join(sign for sign in said if sign in NUMBERS)


def _table(language: str) -> tuple[tuple[str, str], ...]:
    if not language.startswith("en"):
        return _ELSEWHERE
    return _ENGLISH + (_BRITISH if language.startswith("en-gb") else _AMERICAN)
