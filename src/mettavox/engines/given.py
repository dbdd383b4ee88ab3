"""Words whose sounds are given, among words whose sounds an engine finds itself."""

import re
import unicodedata
from collections.abc import Callable, Collection

from mettavox import ipa
from mettavox.errors import VoiceError
from mettavox.pronunciation.nearest import NEAREST

# Words that stand in for given ones while the line is read, so that the words round them sound as they would
# beside a name. One begins with a consonant and one with a vowel: “the” and “a” listen for that.
_STAND_INS = ("Zeus", "Ajax")
_APART = r"\s,.;:!?\"()\-"
_NO_SOUND = frozenset(".‿|- ͜͡")
# The nearest sound for a sign that a voice does not know; neural voices were taught by English ears.
_NEAREST = {**NEAREST, "r": "ɹ", "ʀ": "r", "ʁ": "ʀ", "ʔ": "t", "ç": "h", "ɟ": "ɡ", "c": "k"}
ENGLISH = frozenset("pbtdkɡmnŋfvθðszʃʒhlɹjwɾiɪeɛæaɑɔoʊuʌəɚɜᵻɐˈˌː")
"""What eSpeak NG prints for American English; voices that speak it have heard nothing else."""
# American voices have heard these vowels only with a length or a glide.
_AMERICAN = tuple(
    (re.compile(pattern), whole)
    for pattern, whole in (
        ("a(?![ɪʊ])ː?", "ɑː"), ("eː", "eɪ"), ("e(?!ɪ)", "ɛ"), ("o(?!ʊ)ː?", "oʊ"), ("ɑ(?!ː)", "ɑː"), ("u(?!ː)", "uː"),
        ("ɜ(?!ː)", "ɜː"), ("ɔ(?![ːɪ])", "ɔː"),
    )
)  # fmt: skip


def spliced(text: str, say: Callable[[str], str], fit: Callable[[str], str]) -> str:
    """What is said, in IPA: ``say`` finds it for running text, ``fit`` makes given sounds the voice's own."""
    parts = ipa.pieces(text)
    given = [part for part in parts if isinstance(part, ipa.Sounds)]
    if not given:
        return say(text)
    sounds = [fit(each.ipa) for each in given]
    words = [_STAND_INS[_begins_with_vowel(each)] for each in sounds]
    queue = iter(words)
    read = say("".join(next(queue) if isinstance(part, ipa.Sounds) else part for part in parts))
    return _replaced(read, words, sounds, say) or _side_by_side(parts, sounds, say)


def fitted(sounds: str, known: Collection[str], *, american: bool = False) -> str:
    """Given sounds in the signs that a voice knows, decomposed (NFD), each stress before its vowel as eSpeak has it.

    Raises VoiceError, with the sign, for one that has no sound near it.
    """
    signs = unicodedata.normalize("NFD", sounds).replace("c\u0327", "ç")
    near = unicodedata.normalize("NFD", "".join(_near(sign, known) for sign in signs))
    if american:
        for pattern, whole in _AMERICAN:
            near = pattern.sub(whole, near)
    vowels = "".join(sorted(ipa.VOWELS))
    near = re.sub(rf"([ˈˌ])([^{vowels}ˈˌ]+)(?=[{vowels}])", r"\2\1", near)
    return near if "ˈ" in near else re.sub(rf"ˌ?([{vowels}])", r"ˈ\1", near, count=1)


def _near(sign: str, known: Collection[str]) -> str:
    seen = ""
    while sign not in known:
        if sign in _NO_SOUND or unicodedata.combining(sign) or unicodedata.category(sign) in ("Lm", "Sk"):
            return ""
        if sign not in _NEAREST or sign in seen:
            raise VoiceError(f"The voice has no sound for “{(seen + sign)[0]}”.", hint="Write it with another sign.")
        seen += sign
        sign = _NEAREST[sign]
        if len(sign) > 1:
            return "".join(_near(each, known) for each in sign)
    return sign


def _begins_with_vowel(sounds: str) -> bool:
    return sounds.lstrip("ˈˌ")[:1] in ipa.VOWELS


def _replaced(read: str, words: list[str], sounds: list[str], say: Callable[[str], str]) -> str:
    """The line with each stand-in's sounds replaced, or nothing where they cannot be told apart."""
    bare = {word: re.sub("[ˈˌ]", "", say(word)).strip(" .,") for word in set(words)}
    patterns = [r"[ˈˌ]*".join(["", *map(re.escape, bare[word])]) for word in sorted(bare)]
    found = list(re.finditer(rf"(?<![^{_APART}])(?:{'|'.join(patterns)})(?![^{_APART}])", read))
    if [re.sub("[ˈˌ]", "", each[0]) for each in found] != [bare[word] for word in words]:
        return ""
    for match, own in reversed(list(zip(found, sounds, strict=True))):
        read = read[: match.start()] + own + read[match.end() :]
    return read


def _side_by_side(parts: list[str | ipa.Sounds], sounds: list[str], say: Callable[[str], str]) -> str:
    queue = iter(sounds)
    said = [
        next(queue) if isinstance(part, ipa.Sounds) else say(part) if any(map(str.isalnum, part)) else part.strip()
        for part in parts
    ]
    return " ".join(each for each in said if each)
