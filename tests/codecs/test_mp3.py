"""MP3 as it has to be: every frame alike and standing alone, and a tag from which decoders know the exact length."""

import io
import struct
from pathlib import Path

import numpy as np
import pytest

from mettavox.codecs import id3
from mettavox.codecs.mp3 import (
    FRAME_BYTES,
    Mp3Writer,
    crc16,
    crc16_after,
    crc16_frames,
    frame_bytes,
    info_frame,
    running_crcs,
)
from mettavox.codecs.mp3encoder import LAME_GAINS_DB, Mp3Encoder
from mettavox.errors import CodecError
from mettavox.tags import Tags
from oracles import (
    by_ffmpeg,
    by_mpg123,
    by_soundfile,
    complaints_of_mp3val,
    lengths_by_ffmpeg,
    said_by_mp3guessenc,
    speechlike,
    tone,
)

RATE = 48_000
TAGS = Tags(
    title="Rest",
    artist="mettavox",
    album="A",
    genre="Meditation",
    year=2026,
    language="en",
    comment="Made for a test.",
)


def encoded(path: Path, sound: np.ndarray, block: int = 96_000) -> Path:
    """``sound``, shape (frames, 2), as a file."""
    with path.open("w+b") as file:
        encoder = Mp3Encoder(file, frames=len(sound), id3=id3.tag(TAGS))
        for start in range(0, len(sound), block):
            encoder.write(sound[start : start + block])
        encoder.finish()
    return path


def stereo(frames: int, seed: int = 0) -> np.ndarray:
    """Speech in the middle, and a little width."""
    voice = speechlike(frames / RATE, RATE, seed)[:frames]
    voice = np.pad(voice, (0, frames - len(voice)))
    width = 0.01 * np.random.default_rng(seed).standard_normal((frames, 2))
    return (voice[:, None] + width).astype(np.float32)


def audio(path: Path) -> bytes:
    """What follows the ID3 tag."""
    data = path.read_bytes()
    size = 0
    for byte in data[6:10]:
        size = size << 7 | byte
    return data[10 + size :]


@pytest.fixture(scope="module")
def track(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, np.ndarray]:
    """Seven seconds and a bit."""
    sound = stereo(7 * RATE + 1234)
    return encoded(tmp_path_factory.mktemp("mp3") / "track.mp3", sound), sound


# Checksums


def crc_bit_by_bit(data: bytes, before: int = 0) -> int:
    """CRC-16/ARC as its definition has it: polynomial 0x8005, reflected in and out."""
    for byte in data:
        before ^= byte
        for _ in range(8):
            before = before >> 1 ^ 0xA001 if before & 1 else before >> 1
    return before


def test_the_checksum_of_the_standard_text():
    """CRC-16/ARC of “123456789” is BB3D."""
    assert crc16(b"123456789") == crc_bit_by_bit(b"123456789") == 0xBB3D


@pytest.mark.parametrize("length", [0, 1, 2, 190, 384, 1000])
@pytest.mark.parametrize("before", [0, 1, 0xFFFF, 0x8005])
def test_the_checksum_is_that_of_bits(length: int, before: int):
    """And goes on from what came before."""
    data = np.random.default_rng(length).bytes(length)
    assert crc16(data, before) == crc_bit_by_bit(data, before)


@pytest.mark.parametrize("count", [1, 2, 3, 17])
@pytest.mark.parametrize("before", [0, 0x1234, 0xFFFF, 0x0100])
def test_the_checksum_of_many_frames_is_that_of_bits(count: int, before: int):
    """The quick way is the slow way."""
    frames = np.random.default_rng(count).integers(0, 256, (count, FRAME_BYTES), dtype=np.uint8)
    assert crc16_frames(frames, before) == crc_bit_by_bit(frames.tobytes(), before)


def test_the_checksum_goes_on_over_several_writes():
    """However the encoder's bytes come in."""
    frames = np.random.default_rng(9).integers(0, 256, (20, FRAME_BYTES), dtype=np.uint8)
    parts = crc16_frames(frames[12:], crc16_frames(frames[:12], 0))
    assert parts == crc_bit_by_bit(frames.tobytes())


# Frames


def test_every_frame_has_the_same_header(track: tuple[Path, np.ndarray]):
    """MPEG-1 layer III, no checksum, 128 kbit/s, 48 kHz, no padding, joint stereo: read bit by bit."""
    data = audio(track[0])
    assert len(data) % FRAME_BYTES == 0
    for start in range(0, len(data), FRAME_BYTES):
        head = int.from_bytes(data[start : start + 4], "big")
        assert head >> 21 == 0x7FF, "sync"
        assert head >> 19 & 3 == 3, "MPEG-1"
        assert head >> 17 & 3 == 1, "layer III"
        assert head >> 16 & 1 == 1, "no checksum"
        assert head >> 12 & 15 == 9, "128 kbit/s"
        assert head >> 10 & 3 == 1, "48 kHz"
        assert head >> 9 & 1 == 0, "no padding"
        assert head >> 6 & 3 == 1, "joint stereo"


def test_no_frame_needs_the_one_before(track: tuple[Path, np.ndarray]):
    """The bit reservoir is off: the first nine bits after the header are zero."""
    data = audio(track[0])
    starts = range(0, len(data), FRAME_BYTES)
    assert {int.from_bytes(data[start + 4 : start + 6], "big") >> 7 for start in starts} == {0}


def test_the_file_is_tag_info_frame_and_frames(track: tuple[Path, np.ndarray]):
    """And nothing after them."""
    path, sound = track
    assert path.read_bytes().startswith(b"ID3\x03\x00")
    assert audio(path)[36:40] == b"Info"
    frames = len(audio(path)) // FRAME_BYTES - 1
    assert 0 <= frames - len(sound) / 1152 < 3


def test_mp3val_finds_nothing_wrong(track: tuple[Path, np.ndarray]):
    """It walks through every frame, and compares them with the tag."""
    assert complaints_of_mp3val(track[0]) == []


# The tag


def test_the_tag_tells_the_length_and_proves_the_music(track: tuple[Path, np.ndarray]):
    """Read as the paper has it, with no help from us."""
    path, sound = track
    data = audio(path)
    first, music = data[:FRAME_BYTES], data[FRAME_BYTES:]
    flags, count, size = struct.unpack(">III", first[40:52])
    lame = 36 + 120
    delay, padding = (
        struct.unpack(">I", b"\0" + first[lame + 21 : lame + 24])[0] >> 12,
        first[lame + 22 : lame + 24],
    )
    end = struct.unpack(">H", padding)[0] & 0xFFF
    assert flags == 15
    assert count == len(music) // FRAME_BYTES
    assert size == len(data)
    assert first[lame : lame + 4] == b"LAME"
    assert first[lame + 9] & 15 == 1, "constant bit rate"
    assert first[lame + 20] == 128
    assert delay == 576
    assert count * 1152 - delay - end == len(sound)
    assert end >= 529, "the decoder's own delay has to fit in"
    assert struct.unpack(">I", first[lame + 28 : lame + 32])[0] == len(data)
    assert struct.unpack(">H", first[lame + 32 : lame + 34])[0] == crc_bit_by_bit(music)
    assert struct.unpack(">H", first[lame + 34 : lame + 36])[0] == crc_bit_by_bit(first[: lame + 34])


def test_mp3guessenc_verifies_the_tag(track: tuple[Path, np.ndarray]):
    """Its checksum, the strategy, and the length of what went in."""
    said = said_by_mp3guessenc(track[0])
    assert said["Tag verification"] == "passed"
    assert said["Bitrate strategy"] == "CBR, 128 kbps"
    assert said["Length of original audio"] == f"{len(track[1])} samples"
    assert said["Encoder delay (start)"] == "576 samples"
    assert said["Max reservoir"] == "0 bytes"


def test_the_table_of_contents_is_a_straight_line():
    """Seeking by it lands where it should: the bit rate is constant."""
    frame = info_frame(count=1000, padding=600, music_crc=0)
    contents = list(frame[52:152])
    assert contents == sorted(contents)
    assert all(abs(entry - 2.56 * percent) <= 1 for percent, entry in enumerate(contents))


# Lengths

LENGTHS = sorted(
    {1152 * count + by for count in (1, 2, 3, 4, 5, 10, 41, 42, 43, 100) for by in (-2, -1, 0, 1, 2)}
    | {1152 * count - 576 + by for count in (3, 7, 20) for by in (-1, 0, 1)}
    | {1152 * count + 1105 + by for count in (2, 9) for by in (-1, 0, 1)}
    | {47_999, 48_000, 48_001, 123_457, 96_000}
    | {int(length) for length in np.random.default_rng(1).integers(1200, 60_000, 30)}
)


def test_there_are_a_hundred_lengths():
    """As many as the tests below are about."""
    assert len(LENGTHS) >= 100


@pytest.mark.parametrize("some", [LENGTHS[start::10] for start in range(10)], ids=range(10))
def test_decoders_give_exactly_the_length_that_went_in(tmp_path: Path, some: list[int]):
    """libsndfile and ffmpeg, for lengths on and beside the frames' grid."""
    sound = stereo(max(some), 3)
    paths = [encoded(tmp_path / f"{length}.mp3", sound[:length]) for length in some]
    assert [len(by_soundfile(path)) for path in paths] == some
    assert lengths_by_ffmpeg(paths) == some


def test_mpg123_and_mp3val_agree(tmp_path: Path):
    """The same lengths, by tools that have nothing to do with ours; mp3val doubts files of a few frames."""
    some = [length for length in LENGTHS[::5] if length > 15_000]
    sound = stereo(max(some), 3)
    for length in some:
        path = encoded(tmp_path / f"{length}.mp3", sound[:length])
        assert len(by_mpg123(path)) == length
        assert complaints_of_mp3val(path) == []


@pytest.mark.parametrize("decode", [by_soundfile, by_ffmpeg, by_mpg123])
def test_the_sound_is_where_it_was(track: tuple[Path, np.ndarray], decode):
    """Not a frame early or late, in either channel."""
    path, sound = track
    heard = decode(path)
    for channel in range(2):
        length = 1 << 19
        one, two = np.fft.rfft(heard[:, channel], length), np.fft.rfft(sound[:, channel], length)
        assert int(np.argmax(np.fft.irfft(one * np.conj(two), length))) == 0


def test_the_level_is_known(tmp_path: Path):
    """LAME takes 0.45 dB at 128 kbit/s, and the encoder says so."""
    sound = np.repeat(tone(440, 2, RATE, -12)[:, None], 2, axis=1)
    heard = by_soundfile(encoded(tmp_path / "tone.mp3", sound)).astype(np.float64)
    change = 10 * np.log10((heard**2).sum() / (sound.astype(np.float64) ** 2).sum())
    assert change == pytest.approx(LAME_GAINS_DB[128], abs=0.03)


def test_silence_decodes_to_next_to_nothing(tmp_path: Path):
    """Zeros come out as zeros."""
    path = encoded(tmp_path / "silence.mp3", np.zeros((RATE, 2), dtype=np.float32))
    assert np.abs(by_ffmpeg(path)).max() < 1e-5


@pytest.mark.parametrize("block", [1000, 4801, 1_000_000])
def test_blocks_of_any_size_make_the_same_file(track: tuple[Path, np.ndarray], tmp_path: Path, block: int):
    """Same sound, same bytes."""
    assert encoded(tmp_path / "again.mp3", track[1], block).read_bytes() == track[0].read_bytes()


# Other rates and bit rates


KINDS = [(rate, kbps, False) for rate in (44_100, 48_000) for kbps in LAME_GAINS_DB]
ALIKE = [(48_000, 128, True), (48_000, 320, True)]


def encoded_as(path: Path, sound: np.ndarray, rate: int, bitrate_kbps: int, *, alike: bool = False) -> Path:
    with path.open("w+b") as file:
        encoder = Mp3Encoder(
            file,
            frames=len(sound),
            id3=id3.tag(TAGS, rate=rate, frames=len(sound)),
            rate=rate,
            bitrate_kbps=bitrate_kbps,
            alike=alike,
        )
        encoder.write(sound)
        encoder.finish()
    return path


@pytest.mark.parametrize(("rate", "kbps", "alike"), KINDS + ALIKE)
def test_other_kinds_of_mp3_have_their_exact_length_and_a_true_tag(
    tmp_path: Path, *, rate: int, kbps: int, alike: bool
):
    """By three decoders and two validators, beside the frames' grid; read bit by bit, each frame stands alone."""
    length = rate + 321 + kbps
    path = encoded_as(tmp_path / "track.mp3", stereo(length, 5), rate, kbps, alike=alike)
    assert len(by_soundfile(path)) == len(by_ffmpeg(path)) == len(by_mpg123(path)) == length
    assert complaints_of_mp3val(path) == []
    said = said_by_mp3guessenc(path)
    assert said["Tag verification"] == "passed"
    assert said["Length of original audio"] == f"{length} samples"
    assert said["Source frequency"] == ("44.1 kHz" if rate == 44_100 else "48 kHz")
    assert said["Max reservoir"] == "0 bytes"
    data = audio(path)
    at = frame_bytes(rate, kbps)
    size, crc = struct.unpack(">IH", data[184:190])
    assert size == len(data)
    assert crc == crc_bit_by_bit(data[at:])
    while at < len(data):
        head = int.from_bytes(data[at : at + 4], "big")
        assert head >> 16 == 0xFFFB
        assert int.from_bytes(data[at + 4 : at + 6], "big") >> 7 == 0
        at += frame_bytes(rate, kbps) + (head >> 9 & 1)
    assert at == len(data)


def test_lengths_at_44_1_khz_are_exact(tmp_path: Path):
    """On the grid and around it, with frames of two sizes."""
    some = [1152 * count + by for count in (3, 10, 39) for by in (-577, -1, 0, 1, 575, 576)] + [44_100]
    sound = stereo(max(some), 3)
    paths = [encoded_as(tmp_path / f"{length}.mp3", sound[:length], 44_100, 192) for length in some]
    assert [len(by_soundfile(path)) for path in paths] == some
    assert lengths_by_ffmpeg(paths) == some


@pytest.mark.parametrize(("rate", "kbps"), [(44_100, 64), (48_000, 0), (22_050, 128), (32_000, 128), (0, 0)])
def test_kinds_that_are_not_written_are_refused(rate: int, kbps: int):
    """With those that are."""
    with pytest.raises(CodecError, match=f"{rate} Hz") as caught:
        Mp3Encoder(io.BytesIO(), frames=1, id3=b"", rate=rate, bitrate_kbps=kbps)
    assert "44100" in caught.value.hint


# The writer


def frames(count: int, head: bytes = b"\xff\xfb\x94\x44") -> bytes:
    return (head + bytes(FRAME_BYTES - len(head))) * count


@pytest.mark.parametrize("size", [1, 100, 383, 384, 385, 1000])
def test_the_writer_takes_bytes_as_they_come(size: int):
    """Pipes cut where they like."""
    data, whole, pieces = frames(10), io.BytesIO(), io.BytesIO()
    writer = Mp3Writer(whole, frames=9 * 1152, id3=b"")
    writer.write(data)
    writer.finish()
    writer = Mp3Writer(pieces, frames=9 * 1152, id3=b"")
    for start in range(0, len(data), size):
        writer.write(data[start : start + size])
    writer.finish()
    assert pieces.getvalue() == whole.getvalue()


@pytest.mark.parametrize("head", [b"\xff\xfb\x90\x44", b"\xff\xfb\xa4\x44", b"ID3\x03", bytes(4)])
def test_frames_of_another_kind_are_refused(head: bytes):
    """44.1 kHz, 160 kbit/s, a tag, or nothing."""
    with pytest.raises(CodecError, match="another kind"):
        Mp3Writer(io.BytesIO(), frames=1152, id3=b"").write(frames(2) + frames(1, head))


@pytest.mark.parametrize(("count", "length"), [(0, 1152), (9, 10 * 1152), (9, 9 * 1152), (20, 9 * 1152)])
def test_too_few_or_too_many_frames_are_refused(count: int, length: int):
    """The tag could not tell the truth about them."""
    writer = Mp3Writer(io.BytesIO(), frames=length, id3=b"")
    writer.write(frames(count))
    with pytest.raises(CodecError, match=f"{count} MP3 frames for {length}"):
        writer.finish()


def test_half_a_frame_at_the_end_is_refused():
    """The encoder died in the middle of it."""
    writer = Mp3Writer(io.BytesIO(), frames=9 * 1152, id3=b"")
    writer.write(frames(10)[:-10])
    with pytest.raises(CodecError):
        writer.finish()


def test_crcs_of_parts_make_the_crc_of_the_whole() -> None:
    """Whatever the parts: the second's CRC is taken from 0, and the first's is carried over as many zeros."""
    random = np.random.default_rng(5)
    data = random.integers(0, 256, 5000, dtype=np.uint8).tobytes()
    for cut in (0, 1, 2, 383, 384, 385, 2501, 4999, 5000):
        first, second = crc16(data[:cut]), crc16(data[cut:])
        joined = crc16_after(first, 1, len(data) - cut) ^ second if cut < len(data) else first
        assert joined == crc16(data)
    assert crc16_after(0x1234, 7, 384) == crc16(bytes(7 * 384), 0x1234)
    for width in (384, 576):
        frames = np.frombuffer(data[: 5 * width], dtype=np.uint8).reshape(-1, width)
        assert running_crcs(frames) == [crc16(data[: count * width]) for count in range(6)]
