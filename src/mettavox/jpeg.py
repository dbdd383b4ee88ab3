"""JPEG: a picture encoded strip by strip, so that a large one is never in memory as a whole.

Strips that were encoded with the same tables are one picture when restart markers lie between them: ITU-T T.81, B.1.1.3
(markers), B.2.2 (SOF), B.2.3 (SOS) and E.1.4 (each restart interval begins anew). Every decoder knows them: cameras
write them.
"""

from collections.abc import Iterable
from io import BytesIO

import numpy as np
from numpy.typing import NDArray

BLOCK = 16
"""A strip has a multiple of so many rows, the last one excepted."""

# EXIF 2.3, 4.6.3 and 4.6.5: where the tag ColorSpace lies, and its value for sRGB.
_EXIF_IFD, _COLOUR_SPACE, _SRGB = 0x8769, 0xA001, 1
_SOF0, _SOS, _EOI, _RST0, _RESTARTS = 0xC0, 0xDA, b"\xff\xd9", 0xD0, 8


def whole(planes: NDArray[np.uint8], quality: int) -> bytes:
    """Red, green and blue of shape ``(3, height, width)`` in one piece: sRGB, 72 dpi, in as few bytes as there can be.

    Colours are kept at full size (4:4:4).
    """
    return _encoded(planes, quality, subsampling="4:4:4", optimize=True)


def joined(strips: Iterable[NDArray[np.uint8]], height: int, quality: int) -> bytes:
    """Strips, each of shape ``(3, rows, width)`` and all but the last equally high, as one picture of ``height`` rows.

    sRGB, 72 dpi. Colours are kept at half size (4:2:0), which suits pictures too large to be seen pixel by
    pixel; the tables are the standard's own, since the best ones are known only when every strip is.
    """
    out = bytearray()
    for number, strip in enumerate(strips):
        encoded = _encoded(strip, quality, subsampling="4:2:0", restart_marker_rows=-(-strip.shape[1] // BLOCK))
        frame, scan = _headers(encoded)
        if number == 0:
            out += encoded[:scan]
            out[frame + 5 : frame + 7] = height.to_bytes(2, "big")
        else:
            out += bytes((0xFF, _RST0 + (number - 1) % _RESTARTS))
        out += encoded[scan:].removesuffix(_EOI)
    return bytes(out + _EOI)


def _encoded(planes: NDArray[np.uint8], quality: int, **how: str | int) -> bytes:
    from PIL import Image

    # A colour profile made here would hold the time; EXIF has one word for sRGB.
    exif = Image.Exif()
    exif[_EXIF_IFD] = {_COLOUR_SPACE: _SRGB}
    out = BytesIO()
    picture = Image.merge("RGB", [Image.fromarray(plane) for plane in planes])
    picture.save(out, "JPEG", quality=quality, dpi=(72, 72), exif=exif, **how)
    return out.getvalue()


def _headers(encoded: bytes) -> tuple[int, int]:
    """Where the frame's header begins and where the scan's ends, in bytes."""
    at, frame = 2, 0
    while True:
        kind, length = encoded[at + 1], int.from_bytes(encoded[at + 2 : at + 4], "big")
        if kind == _SOF0:
            frame = at
        at += 2 + length
        if kind == _SOS:
            return frame, at
