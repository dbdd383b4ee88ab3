"""Milliseconds, which some file formats want; nothing else here counts in them."""

import re

_STAMP = re.compile(r"(\d{1,4}):([0-5]\d):([0-5]\d)(?:\.(\d{1,9}))?")


def milliseconds(frame: int, rate: int) -> int:
    """The nearest whole millisecond to a frame at ``rate`` hertz."""
    return round(frame * 1000 / rate)


def stamp(moment: int) -> str:
    """``00:01:02.345`` for 62345 ms, as comments about chapters have it."""
    rest, thousandths = divmod(moment, 1000)
    rest, secs = divmod(rest, 60)
    hours, minutes = divmod(rest, 60)
    return f"{hours:02d}:{minutes:02d}:{secs:02d}.{thousandths:03d}"


def from_stamp(text: str) -> int | None:
    """Milliseconds from ``00:01:02.345``, or None where the text is something else."""
    found = _STAMP.fullmatch(text.strip())
    if not found:
        return None
    hours, minutes, secs = (int(part) for part in found.groups()[:3])
    return ((hours * 60 + minutes) * 60 + secs) * 1000 + int(f"{found[4] or '0':0<3}"[:3])
