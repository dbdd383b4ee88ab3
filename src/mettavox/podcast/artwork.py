"""Artwork: the square picture of a show, drawn like the covers of its tracks, or a file of one's own that was checked.

Apple's requirements for shows: square, 1400 to 3000 pixels a side, JPEG or PNG, RGB without transparency, 512 KB.
"""

import hashlib
from dataclasses import dataclass
from io import BytesIO
from pathlib import Path

from mettavox import cover, lettering
from mettavox.errors import RequestError

SMALLEST, LARGEST, MOST_BYTES = 1400, cover.LARGE, cover.LARGE_BYTES

_HINT = (
    f"Artwork is a square of {SMALLEST} to {LARGEST} pixels a side, a JPEG or PNG in RGB without transparency, "
    f"of at most {MOST_BYTES // 1000} KB."
)
_TYPES = {"JPEG": ("jpg", "image/jpeg"), "PNG": ("png", "image/png")}
_HASH_DIGITS = 12

# Speech that grows sparser around the clock: what every session has, and none in particular.
_ARCS, _FIRST_ARC, _ARC_STEP = 12, 0.058, 0.0042


@dataclass(frozen=True, kw_only=True)
class Artwork:
    """A picture: its bytes, its ``kind`` of file (jpg or png), its MIME type, and its pixels a side."""

    content: bytes
    kind: str
    mime: str
    side: int

    @property
    def file(self) -> str:
        """A name that is another one when the picture is another one: apps and directories keep what they have."""
        return f"artwork-{hashlib.sha256(self.content).hexdigest()[:_HASH_DIGITS]}.{self.kind}"


def draw(title: str, *, theme: str = "dark") -> Artwork:
    """The artwork of a show by its title, always the same for the same; its bottom fifth is clear.

    Without words where the typeface lacks a letter of the title. Raises RequestError for a theme that there is not.
    """
    arcs = [(number / _ARCS, number / _ARCS + _FIRST_ARC - number * _ARC_STEP) for number in range(_ARCS)]
    return _drawn(cover.emblem(arcs, title=title, theme=theme, size=LARGEST))


def kept(path: Path) -> Artwork | None:
    """What ``draw`` has given before, where a file under its own name still has it; else None."""
    try:
        found = _drawn(path.read_bytes())
    except OSError:
        return None
    return found if found.file == path.name else None


def _drawn(content: bytes) -> Artwork:
    return Artwork(content=content, kind="jpg", mime="image/jpeg", side=LARGEST)


def can_name(title: str) -> bool:
    """Whether the show's name can be on it."""
    return lettering.can_set(title)


def read(path: Path) -> Artwork:
    """A file of one's own, as it is. Raises RequestError when it cannot be read, or directories would refuse it."""
    from PIL import Image, UnidentifiedImageError

    name = path.name
    try:
        content = path.read_bytes()
    except OSError as error:
        raise RequestError(
            f"The artwork “{name}” cannot be read: {error.strerror}.",
            hint="Check the path; it counts from the show's file.",
        ) from error
    try:
        with Image.open(BytesIO(content), formats=list(_TYPES)) as picture:
            mode = "transparent" if "transparency" in picture.info else picture.mode
            _check(name, picture.size, mode, len(content))  # before it takes memory
            picture.load()
            (suffix, mime), side = _TYPES[str(picture.format)], picture.width
    except RequestError:
        raise
    except (UnidentifiedImageError, Image.DecompressionBombError, OSError, SyntaxError, ValueError) as error:
        raise RequestError(f"The artwork “{name}” is no JPEG or PNG that can be read.", hint=_HINT) from error
    return Artwork(content=content, kind=suffix, mime=mime, side=side)


def _check(name: str, size: tuple[int, int], mode: str, count: int) -> None:
    width, height = size
    if width != height or not SMALLEST <= width <= LARGEST:
        raise RequestError(f"The artwork “{name}” has {width} × {height} pixels.", hint=_HINT)
    if mode != "RGB":
        what = "transparency" if mode in ("transparent", "RGBA", "LA", "PA") else f"other colours than RGB ({mode})"
        raise RequestError(f"The artwork “{name}” has {what}.", hint=_HINT)
    if count > MOST_BYTES:
        raise RequestError(f"The artwork “{name}” has {count // 1000:,} KB.", hint=_HINT)
