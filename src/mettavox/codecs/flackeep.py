"""The blocks before the sound of a FLAC file, kept as they are but for its chapters (RFC 9639, 8)."""

from pathlib import Path
from typing import BinaryIO

from mettavox.codecs import id3keep, oggkeep
from mettavox.errors import CodecError

STREAM_INFO, PADDING, APPLICATION, SEEK_TABLE, COMMENTS, CUE_SHEET, PICTURE = range(7)
_LAST = 0x80
_MAGIC = b"fLaC"
_MOST_BYTES = 1 << 24
_PADDING_BYTES = 4096

Blocks = list[tuple[int, bytes]]


def blocks(path: Path) -> tuple[Blocks, int]:
    """The kind and content of each block, and where the sound begins. Raises CodecError for a broken file."""
    with path.open("rb") as file:
        start = id3keep.read(file).size
        file.seek(start)
        if file.read(4) != _MAGIC:
            raise _broken()
        found: Blocks = []
        kind = 0
        while not kind & _LAST:
            kind, content = _block(file)
            found.append((kind & ~_LAST, content))
        return found, file.tell()


def _block(file: BinaryIO) -> tuple[int, bytes]:
    head = file.read(4)
    length = int.from_bytes(head[1:], "big")
    content = file.read(length)
    if len(head) < 4 or len(content) < length:  # noqa: PLR2004 - a kind and a length
        raise _broken()
    return head[0], content


def comments(found: Blocks) -> tuple[bytes, oggkeep.Pairs]:
    """Who encoded it, and the names and values of its comments."""
    return next((oggkeep.parsed(content) for kind, content in found if kind == COMMENTS), (b"", []))


def written(info: bytes, kept: Blocks, pairs: oggkeep.Pairs) -> bytes:
    """All that lies before the sound: ``info`` of the new one, the ``kept`` blocks, and other comments.

    What counts in places of the sound as it was is left out. Raises CodecError for more than a block can hold.
    """
    vendor, _ = comments(kept)
    stay = [(kind, content) for kind, content in kept if kind in (APPLICATION, PICTURE) or kind > PICTURE]
    all_of_it = [(STREAM_INFO, info), (COMMENTS, oggkeep.block(vendor, pairs)), *stay, (PADDING, bytes(_PADDING_BYTES))]
    for _, content in all_of_it:
        if len(content) >= _MOST_BYTES:
            raise CodecError("The tags are larger than a FLAC file can hold.", hint="Shorten them in the episode.")
    last = len(all_of_it) - 1
    return _MAGIC + b"".join(
        bytes([kind | (_LAST if place == last else 0)]) + len(content).to_bytes(3, "big") + content
        for place, (kind, content) in enumerate(all_of_it)
    )


def _broken() -> CodecError:
    return CodecError("The FLAC file is broken.", hint="Save it again.")
