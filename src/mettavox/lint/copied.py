"""COPY-01: sentences of others, known by hashes of eight words in a row, and a name that is protected.

``xx/shared/known.txt`` holds the hashes and never a text; ``tools/known.py`` makes it.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache
from pathlib import Path

from mettavox import assets
from mettavox.lint.finding import Finding
from mettavox.lint.heard import Heard, Material, Sentence

SHINGLE = 8
"""How many words in a row are too many."""

HASH_DIGITS = 16

_WORD = re.compile(r"[^\W\d_]+(?:['’][^\W\d_]+)*")
_PROTECTED = re.compile(r"\bMSC\b|\bmindful[ -]self[ -]?compassion\b", re.IGNORECASE)


@lru_cache(maxsize=4096)
def normal(text: str) -> tuple[str, ...]:
    """The words of a text as they are compared: small letters, straight quotes, no marks."""
    return tuple(word.replace("’", "'") for word in _WORD.findall(text.lower()))


def shingles(words: Sequence[str]) -> Iterator[tuple[int, tuple[str, ...]]]:
    """Every eight words in a row, with their place."""
    for place in range(len(words) - SHINGLE + 1):
        yield place, tuple(words[place : place + SHINGLE])


@lru_cache(maxsize=65536)
def hashed(run: tuple[str, ...]) -> str:
    """The hash of a run of words: sha256 of the words with single spaces, 16 hexadecimal digits of it."""
    return hashlib.sha256(" ".join(run).encode()).hexdigest()[:HASH_DIGITS]


def known(language: str, scripts: Path | None) -> frozenset[str]:
    """The hashes of known scripts in a language; lines that begin with # are notes."""
    found = assets.find("scripts", (language, "shared", "known.txt"), scripts)
    return _hashes(found.read_text("utf-8")) if found else frozenset()


@lru_cache(maxsize=8)
def _hashes(text: str) -> frozenset[str]:
    return frozenset(line.strip() for line in text.split("\n") if line.strip() and not line.startswith("#"))


def overlaps(material: Material) -> Iterator[Finding]:
    """COPY-01: eight words in a row as in a known script."""
    hashes = known(material.source.language, material.source.scripts)
    told: set[int] = set()
    seen: set[tuple[str, ...]] = set()
    for heard in material.heard if hashes else ():
        for sentence, run in _runs(heard):
            if run not in seen and hashed(run) in hashes and sentence.number not in told:
                told.add(sentence.number)
                message = "Eight words in a row from here on are those of a known script."
                needle = " ".join(sentence.text.split()[:2])
                yield material.finding("COPY-01", sentence.number, message, needle=needle, heard=heard)
            seen.add(run)


def _runs(heard: Heard) -> Iterator[tuple[Sentence, tuple[str, ...]]]:
    """Runs of the spoken text, with the sentence in which each begins; wishes are left out."""
    spoken = [sentence for sentence in heard.sentences if not sentence.wish and not sentence.cue]
    words = [(sentence, word) for sentence in spoken for word in normal(sentence.text)]
    for place, run in shingles([word for _, word in words]):
        yield words[place][0], run


def protected_name(material: Material) -> Iterator[Finding]:
    """COPY-01: MSC stands in no title, and nowhere else in a script."""
    head = material.source.head
    places: Iterable[tuple[int, str]] = (
        (material.head_line("title"), head.title),
        (material.head_line("purpose"), head.purpose),
        *material.headings,
        *material.handout,
        *((sentence.number, sentence.text) for sentence, _ in material.unique),
    )
    for number, text in places:
        if hit := _PROTECTED.search(text):
            message = f"“{hit[0]}” is the name of a program that others own."
            yield material.finding("COPY-01", number, message, needle=hit[0])


RULES_HERE = (overlaps, protected_name)
