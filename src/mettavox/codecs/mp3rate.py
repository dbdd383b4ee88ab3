"""How an MP3 file was encoded: at one bit rate, or at a rate that varies, by the heads of its MP3 frames."""

from dataclasses import dataclass
from pathlib import Path

from mettavox.codecs import id3keep

# ISO/IEC 11172-3, 2.4.2.3 and ISO/IEC 13818-3: bit rates of Layer III by version 1 and by versions 2 and 2.5.
_KBPS = {
    True: (0, 32, 40, 48, 56, 64, 80, 96, 112, 128, 160, 192, 224, 256, 320),
    False: (0, 8, 16, 24, 32, 40, 48, 56, 64, 80, 96, 112, 128, 144, 160),
}
_RATES = {3: (44_100, 48_000, 32_000), 2: (22_050, 24_000, 16_000), 0: (11_025, 12_000, 8_000)}
_VERSION_1 = 3
_LAYER_3 = 1
_HEAD_BYTES = 4
_MOST_FRAMES = 20_000
_READ_BYTES = 1 << 24
_SEARCHED_BYTES = 1 << 16
_LAME_QUALITIES = 100
_ALL_FIELDS = 0xF


@dataclass(frozen=True, kw_only=True)
class Coded:
    """``kbps`` is the bit rate, or the mean of one that ``varies``; ``quality`` is then LAME's 0 to 9, or None."""

    kbps: int
    varies: bool = False
    quality: int | None = None


def coded(path: Path) -> Coded | None:
    """How the file was encoded, by its first 20,000 MP3 frames; None where none is found."""
    with path.open("rb") as file:
        file.seek(id3keep.read(file).size)
        data = file.read(_READ_BYTES)
    at = _first(data)
    if at is None:
        return None
    tag = _vbr_tag(data, at)
    rates: list[int] = []
    length_bytes = 0
    while len(rates) < _MOST_FRAMES and (head := _head(data, at)):
        kbps, size = head
        if not (tag and not rates and not length_bytes):
            rates.append(kbps)
        length_bytes += size
        at += size
    if not rates:
        return None
    if len(set(rates)) == 1:
        return Coded(kbps=rates[0])
    return Coded(kbps=round(sum(rates) / len(rates)), varies=True, quality=_quality(tag))


def _first(data: bytes) -> int | None:
    """Where the first MP3 frame begins after which there is another one, or the end."""
    for at in range(min(len(data), _SEARCHED_BYTES)):
        head = _head(data, at)
        if head and (at + head[1] >= len(data) or _head(data, at + head[1])):
            return at
    return None


def _head(data: bytes, at: int) -> tuple[int, int] | None:
    """The bit rate of the MP3 frame that begins there, and its size in bytes."""
    if at + _HEAD_BYTES > len(data) or data[at] != 0xFF or data[at + 1] & 0xE0 != 0xE0:  # noqa: PLR2004 - the sync
        return None
    version, layer = data[at + 1] >> 3 & 3, data[at + 1] >> 1 & 3
    index, rate, padding = data[at + 2] >> 4, data[at + 2] >> 2 & 3, data[at + 2] >> 1 & 1
    if version not in _RATES or layer != _LAYER_3 or not 0 < index < len(_KBPS[True]) or rate > 2:  # noqa: PLR2004
        return None
    first = version == _VERSION_1
    kbps = _KBPS[first][index]
    return kbps, (144 if first else 72) * 1000 * kbps // _RATES[version][rate] + padding


def _vbr_tag(data: bytes, at: int) -> bytes:
    """What a first MP3 frame without sound says of the others, from its name on; empty where there is none."""
    head = _head(data, at)
    frame = data[at : at + head[1]] if head else b""
    for name in (b"Xing", b"Info", b"VBRI"):
        place = frame.find(name, _HEAD_BYTES, 64)
        if place >= 0:
            return frame[place:]
    return b""


def _quality(tag: bytes) -> int | None:
    """LAME's -V, from the scale of 0 to 100 that its tag has: 100 - 10 V - q."""
    if (
        not tag.startswith(b"Xing")
        or tag[7] & _ALL_FIELDS != _ALL_FIELDS
        or tag[120:124] not in (b"LAME", b"Lavf", b"Lavc")
    ):
        return None
    told = int.from_bytes(tag[116:120], "big")
    return min(9, (_LAME_QUALITIES - told) // 10) if 0 < told <= _LAME_QUALITIES else None
