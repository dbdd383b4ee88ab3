"""Who listens, and whom the wishes are for."""

import unicodedata
from dataclasses import dataclass

from mettavox import ipa
from mettavox.errors import RequestError

RELATIONS = (
    "self", "friend", "family", "colleague", "client", "neutral", "difficult", "group", "all",
)  # fmt: skip
PRONOUNS = ("he", "she", "they", "name")
EXPERIENCES = ("beginner", "regular", "experienced")

LONGEST_NAME = 80
_ALSO_IN_NAMES = " '’-‐‑.·・\u200c\u200d"
"""Two of these cannot be seen: the joiners that Persian, Sinhala and other names are written with."""


@dataclass(frozen=True, kw_only=True)
class Spoken:
    """A personal word: as it is written, and as it is said; sounds in IPA stand there as ``ipa.marked`` has them."""

    written: str
    said: str


def personal_word(written: str, said: str, *, option: str) -> Spoken | None:
    """A checked name and how it is said, in plain letters or as /IPA/, or None when neither is given.

    A name holds letters of any script, digits, spaces, hyphens, apostrophes and full stops. Raises
    RequestError, which names the option and never the name, for anything else.
    """
    sounds = ipa.given(said)
    name = _checked(written, option)
    respelling = _checked(said, f"{option} (as said)") if sounds is None else _checked_sounds(sounds, option)
    if not name and respelling:
        raise RequestError(f"A respelling came without a name for {option}.", hint=f"Give the name too: {option} TEXT.")
    if not name:
        return None
    return Spoken(written=name, said=ipa.marked(name, respelling) if sounds is not None else respelling or name)


def _checked_sounds(sounds: str, option: str) -> str:
    if fault := ipa.fault(sounds):
        raise RequestError(
            f"What is said for {option} stands between slashes, but as IPA it {fault}.",
            hint="Write IPA like /ʃɪˈvɔːn/, or a respelling in plain letters without slashes.",
        )
    return sounds


def _checked(text: str, option: str) -> str:
    name = unicodedata.normalize("NFC", text)
    if "(as said)" in option and ipa.TELLING & set(name):
        raise RequestError(
            f"{option} has signs of the phonetic alphabet.", hint="Put IPA between slashes, like /ʃɪˈvɔːn/."
        )
    for place, letter in enumerate(name, start=1):
        if unicodedata.category(letter) in ("Cc", "Cf", "Zl", "Zp") and letter not in _ALSO_IN_NAMES:
            raise RequestError(
                f"Character {place} of {option} is a control character, such as a line break.",
                hint="Type the name on one line.",
            )
        if (
            unicodedata.category(letter) != "Nd"
            and unicodedata.category(letter)[0] not in "LM"
            and letter not in _ALSO_IN_NAMES
        ):
            raise RequestError(
                f"Character {place} of {option}, “{letter}”, cannot be spoken as part of a name.",
                hint="A name holds letters of any language, digits, spaces, hyphens, apostrophes and full stops.",
            )
    name = " ".join(name.split())
    if len(name) > LONGEST_NAME:
        raise RequestError(
            f"{option} has {len(name)} characters; {LONGEST_NAME} is the most.",
            hint="Use the name that the listener is called by.",
        )
    if name and not any(unicodedata.category(letter)[0] == "L" for letter in name):
        raise RequestError(f"{option} has no letters in it.", hint="Write the name as it is spoken.")
    return name


@dataclass(frozen=True, kw_only=True)
class Listener:
    """Who hears the track; ``gentle`` asks for the caps of a trauma-sensitive practice."""

    name: Spoken | None = None
    experience: str = "regular"
    gentle: bool = False


@dataclass(frozen=True, kw_only=True)
class Target:
    """Whom the wishes are for. Pronouns matter where the wish is spoken about the person."""

    relation: str = "friend"
    name: Spoken | None = None
    pronouns: str = "they"
