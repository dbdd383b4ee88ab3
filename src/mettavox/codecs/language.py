"""Languages as tags want them, three letters of ISO 639-2, and back."""

UNDETERMINED = "und"
# BCP 47's first part (ISO 639-1) to ISO 639-2/T: https://www.loc.gov/standards/iso639-2/php/code_list.php
_ISO_639_2 = {
    "af": "afr", "ar": "ara", "bg": "bul", "bn": "ben", "ca": "cat", "cs": "ces", "cy": "cym", "da": "dan",
    "de": "deu", "el": "ell", "en": "eng", "es": "spa", "et": "est", "eu": "eus", "fa": "fas", "fi": "fin",
    "fr": "fra", "ga": "gle", "gl": "glg", "gu": "guj", "he": "heb", "hi": "hin", "hr": "hrv", "hu": "hun",
    "id": "ind", "is": "isl", "it": "ita", "ja": "jpn", "ka": "kat", "ko": "kor", "lt": "lit", "lv": "lav",
    "mk": "mkd", "mr": "mar", "ms": "msa", "nb": "nob", "ne": "nep", "nl": "nld", "nn": "nno", "no": "nor",
    "pa": "pan", "pl": "pol", "pt": "por", "ro": "ron", "ru": "rus", "si": "sin", "sk": "slk", "sl": "slv",
    "sq": "sqi", "sr": "srp", "sv": "swe", "sw": "swa", "ta": "tam", "te": "tel", "th": "tha", "tl": "tgl",
    "tr": "tur", "uk": "ukr", "ur": "urd", "vi": "vie", "zh": "zho",
}  # fmt: skip


def three_letters(tag: str) -> str:
    """The ISO 639-2 code of a BCP 47 tag such as ``es-MX``, or ``und`` where it has none that we know."""
    return _ISO_639_2.get(tag.split("-", maxsplit=1)[0].lower(), UNDETERMINED)


def two_letters(code: str) -> str:
    """The BCP 47 tag of an ISO 639-2 code such as ``spa``, or ``en`` where we know none."""
    return next((short for short, long in _ISO_639_2.items() if long == code), "en")
