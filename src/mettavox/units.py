"""Whole frames inside, seconds at the human edge: the one place where they meet."""

import re
import unicodedata
from fractions import Fraction

from mettavox.errors import RequestError

_CLOCK = re.compile(r"(?:(\d+):)?(\d{1,4}):(\d{2}(?:\.\d+)?)")
_WORDED = re.compile(r"(?:(\d+(?:\.\d+)?)h)?\s*(?:(\d+(?:\.\d+)?)m(?:in)?)?\s*(?:(\d+(?:\.\d+)?)s)?")
_ISO = re.compile(r"PT(?:(\d+(?:\.\d+)?)H)?(?:(\d+(?:\.\d+)?)M)?(?:(\d+(?:\.\d+)?)S)?", re.IGNORECASE)
_STAMP = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?")
_FORMS_HINT = "Write it as 10m, 7:30, 1:05:00, 90s or PT10M."

_LONGEST_TEXT = 32
_LONGEST_NAME = 50

LONGEST_SECONDS = 24 * 3600
"""No track is longer than a day; a larger number is a slip of the finger."""

GRID = 1152
"""Lines and bells begin at whole multiples of so many frames, at any rate: the length of an MP3 frame. A line that is
said again is the same MP3 frames again then, and they are encoded once."""


def frames(seconds: float | Fraction, rate: int) -> int:
    """The nearest whole number of frames to ``seconds`` at ``rate`` hertz."""
    return round(Fraction(seconds) * rate)


def seconds(frame_count: int, rate: int) -> float:
    """The length of ``frame_count`` frames at ``rate`` hertz, in seconds."""
    return frame_count / rate


def parse_duration(text: str) -> Fraction:
    """Seconds, exactly, from ``10m``, ``7:30``, ``1:05:00``, ``90s``, ``1h5m`` or ``PT10M``.

    Raises RequestError when the text is none of these, is not above zero, or is over a day.
    """
    cleaned = text.strip()
    for pattern in (_CLOCK, _WORDED, _ISO):
        match = pattern.fullmatch(cleaned) if len(cleaned) <= _LONGEST_TEXT else None
        if match and any(match.groups()):
            hours, minutes, secs = (Fraction(part or 0) for part in match.groups())
            if pattern is _CLOCK and secs >= 60:  # noqa: PLR2004
                break
            return _checked(hours * 3600 + minutes * 60 + secs, cleaned)
    raise RequestError(f"“{_short(cleaned)}” is not a length of time.", hint=_FORMS_HINT)


def parse_minutes(text: str) -> Fraction:
    """Seconds, exactly, from a number of minutes such as ``10`` or ``7.5``.

    Raises RequestError when the text is not a number, is not above zero, or is over a day.
    """
    try:
        rough = float(text)  # before the exact value, which can be too large to compute
        minutes = (
            Fraction(text.strip()) if abs(rough) < LONGEST_SECONDS and len(text) <= _LONGEST_TEXT else Fraction(rough)
        )
    except (ValueError, OverflowError):
        raise RequestError(
            f"“{_short(text)}” is not a number of minutes.", hint="Write it in digits, such as 10 or 7.5."
        ) from None
    return _checked(minutes * 60, text)


def _checked(value: Fraction, text: str) -> Fraction:
    if value <= 0:
        raise RequestError(f"The length must be above zero, and “{_short(text)}” is not.", hint=_FORMS_HINT)
    if value > LONGEST_SECONDS:
        raise RequestError(
            f"“{_short(text)}” is longer than a day.",
            hint="Ask for 24 hours at most; most practices end by 45 minutes.",
        )
    return value


def _short(text: str) -> str:
    return text if len(text) <= 20 else text[:19] + "…"  # noqa: PLR2004


def clock(duration: float | Fraction) -> str:
    """``7:30``, ``1:05:00`` or ``0:59.9``: a clock's look for a length in seconds, to the tenth where there is one."""
    tenths = round(duration * 10)
    hours, rest = divmod(tenths, 36_000)
    minutes, rest = divmod(rest, 600)
    secs, tenth = divmod(rest, 10)
    text = f"{hours}:{minutes:02d}:{secs:02d}" if hours else f"{minutes}:{secs:02d}"
    return f"{text}.{tenth}" if tenth else text


def file_stem(duration: Fraction) -> str:
    """``10m``, ``7m30s`` or ``90.5s``: a length that can stand in a file's name."""
    if duration.denominator != 1:
        return f"{float(duration):g}s"
    minutes, secs = divmod(int(duration), 60)
    return "".join([f"{minutes}m" if minutes else "", f"{secs}s" if secs else ""])


def name_of(title: str) -> str:
    """A title as a part of a file's name: small letters, digits and hyphens; letters without their accents."""
    plain = "".join(letter for letter in unicodedata.normalize("NFKD", title) if not unicodedata.combining(letter))
    return re.sub(r"[\W_]+", "-", unicodedata.normalize("NFC", plain).lower())[:_LONGEST_NAME].strip("-")


def worded(seconds: float) -> str:
    """``10 min``, ``45 s``, ``7 min 30 s`` or ``1 h 5 min``: a length as it is read, to the whole second."""
    whole = round(seconds)
    parts = ((whole // 3600, "h"), (whole // 60 % 60, "min"), (whole % 60, "s"))
    return " ".join(f"{count} {unit}" for count, unit in parts if count) or "0 s"


# --- milliseconds, which some file formats want; nothing else here counts in them ---


def milliseconds(frame: int, rate: int) -> int:
    """The nearest whole millisecond to a frame at ``rate`` hertz."""
    return round(frame * 1000 / rate)


def stamp(moment: int, mark: str = ".") -> str:
    """``00:01:02.345`` for 62345 ms, with another mark before the thousandths where a format wants one."""
    whole, thousandths = divmod(moment, 1000)
    return f"{whole // 3600:02d}:{whole // 60 % 60:02d}:{whole % 60:02d}{mark}{thousandths:03d}"


def from_stamp(text: str) -> int | None:
    """Milliseconds from ``00:01:02.345``, or None where the text is something else."""
    found = _STAMP.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, secs = (int(part) for part in found.groups()[:3])
    return ((hours * 60 + minutes) * 60 + secs) * 1000 + int(f"{found[4] or '0':0<3}"[:3])
