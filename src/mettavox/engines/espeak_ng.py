"""eSpeak NG as its callers have to know it: where its library and data are, and which letters it says."""

import ctypes.util
import unicodedata

HINT = "Install it with: pip install espeakng-loader"
# Letters whose mark is no part that can be taken off, and signs that eSpeak would name.
_WITHOUT_MARK = {"đ": "d", "Đ": "D", "ł": "l", "Ł": "L", "ħ": "h", "Ħ": "H", "ı": "i", "ŋ": "ng", "œ": "oe", "Œ": "Oe",
                 "ʻ": "", "ʼ": "", "’": "'", "‐": "-", "‑": "-"}  # fmt: skip


def found() -> tuple[str | None, str | None]:
    """Where the library that came from pip is, and its data; else the system's own, which knows where its data are.

    Library and data must come from the same build.
    """
    try:
        import espeakng_loader
    except ImportError:
        return ctypes.util.find_library("espeak-ng"), None
    return str(espeakng_loader.get_library_path()), str(espeakng_loader.get_data_path())


def readable(text: str) -> str:
    """``text`` in letters that eSpeak says, where it would spell: ễ as e, đ as d."""
    return "".join(letter if letter <= "ÿ" else _plain(letter) for letter in text)


def _plain(letter: str) -> str:
    if letter in _WITHOUT_MARK:
        return _WITHOUT_MARK[letter]
    if not unicodedata.name(letter, "").startswith("LATIN"):
        return letter
    return "".join(part for part in unicodedata.normalize("NFKD", letter) if not unicodedata.combining(part))
