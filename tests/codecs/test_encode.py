"""One track in any of the formats: exactly as long, as loud and as told of itself; and clean when it cannot be."""

import io
import os
import subprocess
import tempfile
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import mutagen
import numpy as np
import pytest
from imageio_ffmpeg import get_ffmpeg_exe
from PIL import Image

from mettavox import output
from mettavox.codecs import decode, encode, ffmpeg, tagread
from mettavox.codecs.mp3encoder import LAME_GAINS_DB
from mettavox.errors import CodecError, OutputError
from mettavox.tags import Lyric, Tags
from mettavox.timeline import Chapter
from oracles import lengths_by_ffmpeg, processes_naming, speechlike, tone

KINDS = tuple(encode.FORMATS)
BOTH = [(kind, rate) for kind, form in encode.FORMATS.items() for rate in form.rates]
EACH = pytest.mark.parametrize("kind", KINDS)
EACH_AND_RATE = pytest.mark.parametrize(("kind", "rate"), BOTH)
FRAMES = 100_777


def cover() -> bytes:
    file = io.BytesIO()
    Image.new("RGB", (64, 64), (20, 90, 80)).save(file, "JPEG")
    return file.getvalue()


TAGS = Tags(
    title="Amor; a=b #1 \\ — 慈",
    artist="mettavox",
    album="Guided meditations",
    genre="Meditation",
    year=2026,
    language="es-MX",
    comment="A synthetic voice\nspeaks.",
    licence="CC BY 4.0",
    chapters=(
        Chapter(title="Welcome", start=0),
        Chapter(title="[CHAPTER] ‘para ti’ 慈", start=40_001),
        Chapter(title="Return", start=90_000),
    ),
    lyrics=(Lyric(text="May I be safe.", start=4_000), Lyric(text="Que esté; bien", start=50_000)),
    picture=cover(),
    extra={"RECIPE": "sha256=abc; é", "AI DISCLOSURE": "The voice is synthetic."},
)


def sound(frames: int, rate: int) -> np.ndarray:
    """Speech, and a little width."""
    voice = np.resize(speechlike(2, rate), frames)[:, None]
    return (voice + 0.002 * np.random.default_rng(1).standard_normal((frames, 2))).astype(np.float32)


def made(kind: str, path: Path, samples: np.ndarray, rate: int, tags: Tags = TAGS) -> Path:
    encode.track(kind, in_blocks(samples, 30_000), len(samples), path, tags, rate=rate)
    return path


def in_blocks(samples: np.ndarray, size: int) -> Iterator[np.ndarray]:
    return (samples[start : start + size] for start in range(0, len(samples), size))


def heard(path: Path) -> np.ndarray:
    return np.concatenate(list(decode.blocks(path, 48_000)))


@EACH_AND_RATE
def test_a_track_is_as_long_as_loud_and_as_told_as_it_was_meant(tmp_path: Path, kind: str, rate: int):
    """By two decoders to the frame; the tags by our own reader; and the sound is where it was."""
    samples = sound(FRAMES, rate)
    path = made(kind, tmp_path / "track.part", samples, rate)
    back = heard(path)
    assert back.shape == samples.shape
    assert lengths_by_ffmpeg([path]) == [FRAMES]
    assert tagread.read(path) == tagread.expected(kind, TAGS, rate)
    one, two = (np.fft.rfft(each[:, 0], 1 << 18) for each in (back, samples))
    assert int(np.argmax(np.fft.irfft(one * np.conj(two), 1 << 18))) == 0
    voiced = slice(0, 4000 * (1 << 18) // rate)  # above, AAC saves what nobody hears
    change = 10 * np.log10((np.abs(one[voiced]) ** 2).sum() / (np.abs(two[voiced]) ** 2).sum())
    assert change == pytest.approx(0, abs=0.15)


@EACH
def test_any_length_is_kept(tmp_path: Path, kind: str):
    """On the codecs' own grids, beside them, and shorter than one of their frames."""
    samples = sound(60_000, 48_000)
    lengths = (960, 1024, 1025, 2879, 48_000, 48_001, 50_176, 59_999)
    paths = [
        made(kind, tmp_path / f"{length}", samples[:length], 48_000, replace(TAGS, chapters=())) for length in lengths
    ]
    assert tuple(len(heard(path)) for path in paths) == lengths
    assert tuple(lengths_by_ffmpeg(paths)) == lengths


@EACH
def test_the_same_sound_is_the_same_bytes(tmp_path: Path, kind: str):
    """Whatever the file is called and however the blocks were cut: no dates, no chance."""
    samples = sound(FRAMES, 48_000)
    one = made(kind, tmp_path / "one.part", samples, 48_000)
    other = tmp_path / "other"
    encode.track(kind, in_blocks(samples, 7_001), FRAMES, other, TAGS)
    assert one.read_bytes() == other.read_bytes()


@pytest.mark.parametrize("kind", ["m4a", "opus", "flac", "wav"])
def test_ffmpeg_reads_title_and_chapters_in_their_order(tmp_path: Path, kind: str):
    """Another reader, another opinion."""
    path = made(kind, tmp_path / "track", sound(FRAMES, 48_000), 48_000)
    said = subprocess.run(
        [get_ffmpeg_exe(), "-hide_banner", "-i", path], capture_output=True, check=False
    ).stderr.decode("utf-8")
    titles = [line.split(": ", 1)[1] for line in said.splitlines() if line.split(":")[0].strip().lower() == "title"]
    starts = [float(line.split("start ")[1].split(",")[0]) for line in said.splitlines() if "Chapter #" in line]
    assert sorted(titles) == sorted([TAGS.title, *(chapter.title for chapter in TAGS.chapters)])
    assert [title for title in titles if title != TAGS.title] == [chapter.title for chapter in TAGS.chapters]
    assert starts == pytest.approx([chapter.start / 48_000 for chapter in TAGS.chapters], abs=0.001)
    assert "attached pic" in said


@pytest.mark.filterwarnings("ignore::DeprecationWarning")
def test_mutagen_reads_an_m4a(tmp_path: Path):
    """Our own tags beside ffmpeg's; chapters as Nero has them; the cover as a JPEG."""
    found = mutagen.File(made("m4a", tmp_path / "a.m4a", sound(FRAMES, 48_000), 48_000))
    assert found["©nam"] == [TAGS.title]
    assert found["©lyr"] == ["May I be safe.\nQue esté; bien"]
    assert bytes(found["covr"][0]) == TAGS.picture
    assert {name: bytes(found[f"----:com.apple.iTunes:{name}"][0]).decode() for name in TAGS.extra} == TAGS.extra
    assert [chapter.title for chapter in found.chapters] == [chapter.title for chapter in TAGS.chapters]


@pytest.mark.parametrize("kind", ["opus", "flac"])
def test_mutagen_reads_comments(tmp_path: Path, kind: str):
    """Names as they are usual."""
    found = mutagen.File(made(kind, tmp_path / f"a.{kind}", sound(FRAMES, 48_000), 48_000))
    assert found["title"] == [TAGS.title]
    assert found["license"] == ["CC BY 4.0"]
    assert found["language"] == ["spa"]
    assert found["recipe"] == ["sha256=abc; é"]
    assert [found[f"chapter00{place}"] for place in range(3)] == [["00:00:00.000"], ["00:00:00.833"], ["00:00:01.875"]]
    assert [found[f"chapter00{place}name"][0] for place in range(3)] == [chapter.title for chapter in TAGS.chapters]
    if kind == "flac":
        assert [(picture.type, picture.data) for picture in found.pictures] == [(3, TAGS.picture)]


@EACH
def test_what_is_not_there_is_not_said(tmp_path: Path, kind: str):
    """No chapters, words, cover or licence."""
    bare = replace(TAGS, chapters=(), lyrics=(), picture=b"", extra={}, licence="")
    path = made(kind, tmp_path / "track", sound(9_600, 48_000), 48_000, bare)
    assert tagread.read(path) == tagread.expected(kind, bare, 48_000)


@EACH
def test_a_large_cover_and_many_chapters_have_room(tmp_path: Path, kind: str):
    """As many as ID3 and M4A hold, with long titles, and a cover of 100 kB."""
    many = tuple(Chapter(title=f"{place:03d} " + "a long title " * 18, start=place * 100) for place in range(255))
    lyrics = tuple(Lyric(text="May all be free of every trouble.", start=place * 50) for place in range(500))
    full = replace(TAGS, chapters=many, lyrics=lyrics, picture=TAGS.picture + bytes(100_000))
    path = made(kind, tmp_path / "track", sound(48_000, 48_000), 48_000, full)
    assert tagread.read(path) == tagread.expected(kind, full, 48_000)
    assert lengths_by_ffmpeg([path]) == [48_000]


@pytest.mark.parametrize(("kind", "many"), [("mp3", 256), ("m4a", 256), ("opus", 1000), ("flac", 1000)])
def test_more_chapters_than_a_format_holds_are_refused(tmp_path: Path, kind: str, many: int):
    """Rather than the rest being lost."""
    full = replace(TAGS, chapters=tuple(Chapter(title="x", start=place) for place in range(many)))
    with pytest.raises(CodecError, match=f"{many} chapters"):
        made(kind, tmp_path / "track", sound(9_600, 48_000), 48_000, full)


# What cannot be


def test_opus_is_at_48_khz_alone(tmp_path: Path):
    """Said with the way out."""
    with pytest.raises(CodecError, match="44100 Hz") as caught:
        made("opus", tmp_path / "track", sound(9_600, 44_100), 44_100)
    assert "mp3" in caught.value.hint


@pytest.mark.parametrize(("kind", "rate"), [("ogg", 48_000), ("", 48_000), ("mp3", 22_050), ("wav", 96_000)])
def test_formats_and_rates_that_there_are_not(tmp_path: Path, kind: str, rate: int):
    """Refused before anything is written."""
    with pytest.raises(CodecError) as caught:
        made(kind, tmp_path / "track", sound(9_600, 48_000), rate)
    assert caught.value.hint
    assert list(tmp_path.iterdir()) == []


def test_a_bit_rate_that_there_is_not(tmp_path: Path):
    """It names those that there are."""
    with pytest.raises(CodecError, match="100 kbit/s") as caught:
        encode.track("mp3", [], 9_600, tmp_path / "track", TAGS, bitrate_kbps=100)
    assert "128" in caught.value.hint


@EACH
@pytest.mark.parametrize("by", [-1, 1])
def test_sound_of_another_length_is_refused(tmp_path: Path, kind: str, by: int):
    """A track is exactly as long as it says."""
    samples = sound(9_600, 48_000)
    with pytest.raises(CodecError, match="9600"):
        encode.track(kind, [samples], 9_600 + by, tmp_path / "track", TAGS)


def test_a_name_that_a_comment_cannot_have(tmp_path: Path):
    """RFC 9639 has no “=” in it."""
    with pytest.raises(CodecError, match="name of a comment"):
        made("flac", tmp_path / "track", sound(9_600, 48_000), 48_000, replace(TAGS, extra={"a=b": "c"}))


@EACH_AND_RATE
def test_what_can_be_made_here_passes_the_check(kind: str, rate: int):
    """Before there is any sound."""
    encode.check(kind, rate=rate)


@pytest.mark.parametrize(("kind", "rate", "kbps"), [("ogg", 48_000, 128), ("opus", 44_100, 128), ("mp3", 48_000, 100)])
def test_what_cannot_be_made_does_not(kind: str, rate: int, kbps: int):
    """The same errors as later on."""
    with pytest.raises(CodecError) as caught:
        encode.check(kind, rate=rate, bitrate_kbps=kbps)
    assert caught.value.hint


def test_an_ffmpeg_without_an_encoder_is_told_before_and_after(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    """Some builds have no libopus; WAV needs none."""
    program = tmp_path / "ffmpeg"
    program.write_text("""#!/bin/sh
case "$*" in
*-encoders*) echo " A....D aac  AAC";;
*) echo "Unknown encoder 'libopus'" >&2; echo "Error opening output files" >&2; exit 8;;
esac
""")
    program.chmod(0o755)
    monkeypatch.setenv(ffmpeg.VARIABLE, str(program))
    ffmpeg.find.cache_clear()
    try:
        encode.check("m4a")
        encode.check("wav")
        with pytest.raises(CodecError, match="no encoder “libopus”"):
            encode.check("opus")
        with pytest.raises(CodecError, match="no encoder “libopus”") as caught:
            made("opus", tmp_path / "track", sound(48_000, 48_000), 48_000)
        assert "--format" in caught.value.hint
    finally:
        ffmpeg.find.cache_clear()


# What goes wrong


@pytest.fixture
def scratch(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where scratch files go; it has to be empty in the end."""
    folder = tmp_path / "scratch"
    folder.mkdir()
    monkeypatch.setattr(tempfile, "tempdir", str(folder))
    yield folder
    assert list(folder.iterdir()) == []


@EACH
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="there is no full disk here")
def test_a_full_disk_is_the_disks_error(scratch: Path, kind: str):
    """Worded as such, also where ffmpeg writes the file."""
    samples = sound(480_000, 48_000)
    with pytest.raises(OutputError, match="disk is full"), output.translated(Path("track")):
        made(kind, Path("/dev/full"), samples, 48_000)


@pytest.mark.parametrize("kind", ["mp3", "m4a", "opus", "flac"])
@pytest.mark.parametrize(
    ("script", "says"),
    [
        ("echo 'Unknown encoder' >&2; exit 1", "Unknown encoder"),
        ("head -c 100000 > /dev/null; kill -9 $$", "ffmpeg failed"),
    ],
)
def test_an_ffmpeg_that_fails_is_an_error(
    scratch: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, *, kind: str, script: str, says: str
):
    """With its last words, and nothing left of it."""
    program = tmp_path / "ffmpeg"
    program.write_text(f"#!/bin/sh\n{script}\n")
    program.chmod(0o755)
    monkeypatch.setenv(ffmpeg.VARIABLE, str(program))
    ffmpeg.find.cache_clear()
    try:
        with pytest.raises(CodecError, match=says):
            made(kind, tmp_path / "track", sound(480_000, 48_000), 48_000)
    finally:
        ffmpeg.find.cache_clear()
    assert processes_naming(str(program)) == []


@EACH
def test_an_interrupted_track_leaves_nothing_running(scratch: Path, tmp_path: Path, kind: str):
    """Ctrl-C while a block is mixed."""
    path = tmp_path / f"interrupted-{os.getpid()}-{kind}"

    def blocks() -> Iterator[np.ndarray]:
        yield sound(96_000, 48_000)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        encode.track(kind, blocks(), 192_000, path, TAGS)
    assert processes_naming(str(path)) == []


# The levels of MP3


@pytest.mark.parametrize("rate", [44_100, 48_000])
@pytest.mark.parametrize("bitrate_kbps", [*LAME_GAINS_DB])
@pytest.mark.parametrize("alike", [False, True])
def test_an_mp3_is_as_loud_as_it_came_in(tmp_path: Path, rate: int, bitrate_kbps: int, *, alike: bool):
    """At every bit rate: what LAME takes is made up for."""
    samples = np.repeat(tone(440, 1.5, rate, -12)[:, None], 2, axis=1)
    path = tmp_path / "tone.mp3"
    encode.track("mp3", [samples], len(samples), path, TAGS, rate=rate, bitrate_kbps=bitrate_kbps, alike=alike)
    middle = slice(rate // 2, rate)
    back = heard(path)[middle].astype(float)
    change = 10 * np.log10((back**2).sum() / (samples[middle].astype(float) ** 2).sum())
    assert change == pytest.approx(0, abs=0.02)


def test_progress_goes_up_to_one(tmp_path: Path):
    """Share by share."""
    shares: list[float] = []
    samples = sound(96_000, 48_000)
    encode.track("flac", np.split(samples, 4), 96_000, tmp_path / "track", TAGS, hear=shares.append)
    assert shares == [0.25, 0.5, 0.75, 1.0]
