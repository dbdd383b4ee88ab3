"""Lines in signs that are too long for a network in one go, parted where a reader breathes."""

import re

# From the least to the most disturbing place to part: after a sentence, a clause, a word.
_PLACES = (re.compile(r"(?<=[.!?…]) +"), re.compile(r"(?<=[,;:—]) +"), re.compile(r" +"))


def signs(line: str, longest: int) -> list[str]:
    """The line in pieces of at most ``longest`` signs, as few and as alike in length as its pauses allow.

    A word longer than that stays whole up to there, and is cut.
    """
    atoms = _atoms(line.strip(), longest, 0)
    fewest = len(_packed(atoms, longest))
    limit = next(
        size for size in range(max(map(len, atoms), default=1), longest + 1) if len(_packed(atoms, size)) <= fewest
    )
    return _packed(atoms, limit)


def _atoms(line: str, longest: int, level: int) -> list[str]:
    if len(line) <= longest:
        return [line]
    if level == len(_PLACES):
        return [line[start : start + longest] for start in range(0, len(line), longest)]
    return [atom for part in _PLACES[level].split(line) for atom in _atoms(part, longest, level + 1)]


def _packed(atoms: list[str], longest: int) -> list[str]:
    pieces: list[str] = []
    for atom in atoms:
        if pieces and len(pieces[-1]) + 1 + len(atom) <= longest:
            pieces[-1] += " " + atom
        else:
            pieces.append(atom)
    return pieces
