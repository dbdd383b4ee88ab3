"""The nearest sound for one that a language has not got, so that every sign of IPA ends in one that can be said."""

from collections.abc import Collection

from mettavox import ipa

NEAREST = {
    # affricates and liquids in one sign, and what belongs to no one language
    "ʧ": "tʃ", "ʤ": "dʒ", "ʦ": "ts", "ʣ": "dz", "ɝ": "ɜː", "ɚ": "əɹ", "ɫ": "l", "ʟ": "l", "ɭ": "l", "ɺ": "l",
    "ɬ": "l", "ɮ": "l", "ɧ": "ʃ", "ɹ": "r", "r": "ɾ", "ʀ": "ʁ", "ʁ": "ɣ", "ɽ": "ɾ", "ɻ": "ɹ", "ɾ": "ɹ",
    "x": "h", "χ": "x", "ħ": "h", "ʕ": "ʔ", "ɦ": "h", "h": "x", "ç": "x", "ʝ": "j", "ɣ": "ɡ", "ɟ": "dʒ", "c": "tʃ",
    "q": "k", "ɢ": "ɡ", "ʈ": "t", "ɖ": "d", "β": "b", "ɸ": "f", "ʋ": "v", "v": "b", "ʍ": "w", "ɥ": "w", "ɰ": "w",
    "ɱ": "m", "ɲ": "nj", "ɳ": "n", "ɴ": "ŋ", "ŋ": "n", "ʙ": "b", "ʎ": "lj", "ʂ": "ʃ", "ʐ": "ʒ", "ɕ": "ʃ", "ʑ": "ʒ",
    "ʒ": "ʃ", "ʃ": "s", "θ": "s", "ð": "d", "z": "s", "ɓ": "b", "ɗ": "d", "ɠ": "ɡ", "ʄ": "dʒ", "ʛ": "ɡ",
    "ʘ": "p", "ǀ": "t", "ǃ": "t", "ǂ": "t", "ǁ": "l", "w": "u", "j": "i",
    # vowels, each to its neighbour
    "y": "u", "ʉ": "u", "ɨ": "ɪ", "ᵻ": "ɪ", "ɯ": "u", "ʏ": "ʊ", "ø": "ɜ", "ɘ": "ə", "ɵ": "ə", "ɤ": "ʌ", "œ": "ɜ",
    "ɞ": "ɜ", "ɶ": "a", "ɒ": "ɑ", "ɐ": "ə", "ɜ": "ə", "ʌ": "a", "ɔ": "o", "ɛ": "e", "ɪ": "i", "ʊ": "u", "æ": "a",
    "ɑ": "a", "ə": "e",
}  # fmt: skip
NASAL = "\u0303"
_NASALS = {"b": "m", "p": "m", "m": "m"}


def within(sounds: str, known: Collection[str]) -> str:
    """The sounds in signs that are known, composed of single signs; stress and length stay.

    A nasal vowel that is not known becomes a vowel and a nasal; a syllabic consonant gets a schwa before it; a
    doubled or lengthened consonant is a single one; tones, ties and breaks fall away.
    """
    signs = ipa.parts(ipa.normal(sounds))
    whole = ""
    for place, sign in enumerate(signs):
        marks = _marks_after(signs, place)
        if sign in "ˈˌ " or (sign == "ː" and whole[-1:] in ipa.VOWELS):
            whole += sign
        elif sign in ipa.VOWELS:
            whole += _vowel(sign, marks, signs[place + 1 + len(marks) : place + 2 + len(marks)], known)
        elif sign in ipa.CONSONANTS:
            whole += _consonant(sign, marks, known)
    return whole


def _marks_after(signs: list[str], place: int) -> str:
    marks = ""
    for sign in signs[place + 1 :]:
        if not "\u0300" <= sign <= "\u036f":
            break
        marks += sign
    return marks


def _vowel(sign: str, marks: str, following: list[str], known: Collection[str]) -> str:
    if NASAL not in marks:
        return _one(sign, known)
    if sign + NASAL in known:
        return sign + NASAL
    nasal = _NASALS.get(following[0], "n") if following else "n"
    return _one(sign, known) + _one(nasal, known)


def _consonant(sign: str, marks: str, known: Collection[str]) -> str:
    if ipa.SYLLABIC not in marks:
        return _one(sign, known)
    return sign + ipa.SYLLABIC if sign + ipa.SYLLABIC in known else _one("ə", known) + _one(sign, known)


def _one(sign: str, known: Collection[str], seen: str = "") -> str:
    if sign in known:
        return sign
    way = NEAREST.get(sign, "")
    return "".join(_one(each, known, seen + sign) for each in way if each not in seen + sign)
