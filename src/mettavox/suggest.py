"""The nearest known word, for messages."""

from collections.abc import Iterable


def nearest(word: str, known: Iterable[str], what: str = "Known") -> str:
    """A hint: the nearest of the known words, or all of them."""
    from difflib import get_close_matches  # only where something went wrong

    words = sorted(set(known))
    close = get_close_matches(word, words, n=1, cutoff=0.5)
    if close:
        return f"Did you mean “{close[0]}”?"
    return f"{what}: {', '.join(words)}." if words else ""
